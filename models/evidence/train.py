"""Counts a corpora folder and writes the evidence that repair and identification lean on.

    python models/evidence/train.py --corpora CORPORA --out normalize/data

See README.md beside this file for what is written and why.
"""

from __future__ import annotations

import argparse
import lzma
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import names
import numpy as np
import numpy.typing as npt

from normalize.evidence.alphabet import BOUNDARY, SYMBOL_BITS, symbols
from normalize.evidence.charlm import LANGUAGES, ORDER, CharacterModel
from normalize.evidence.vocabulary import Names, Vocabulary
from normalize.stages.repair import clean

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
MACHINE = re.compile(r"-mt$|^heldback-|^adobe-")
PROSE = re.compile(
    r"oldi-seed|europarl|general-|mt-geneval|setimes|globalvoices|xquad|furniture|boilerplate"
    r"|cookie|tatoeba|lonweb|freedict|xsid|storybooks|open-contracting|opensource"
)
NAMES = "names"
"""The column of the model of names."""
NAME_LEAST = (1, 1, 2, 3, 4)
"""The least count of an n-gram of names, by its length."""
CASING_WEIGHT = 0.04
"""Share of the lines that are counted once more in capitals, and once more in title case."""

Grams = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.float64]


def lines_of(path: Path, cap: int, seen: set[str]) -> Iterator[tuple[str, str]]:
    """The pairs of a corpus, at most `cap` of each source (six times as many of prose, a fifth of machine text)."""
    taken: Counter[str] = Counter()
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as stream:
        for line in stream:
            source, foreign, english = line.rstrip("\n").split("\t")[:3]
            limit = cap // 5 if MACHINE.search(source) else cap
            if PROSE.search(source):
                limit = cap * 6
            if taken[source] < limit and foreign not in seen:
                seen.add(foreign)
                taken[source] += 1
                yield foreign, english


def read(corpora: Path, cap: int) -> dict[str, list[str]]:
    """Sentences by language; the English of both corpora."""
    texts: dict[str, list[str]] = defaultdict(list)
    for language in ("it", "tr"):
        for foreign, english in lines_of(corpora / f"{language}-en.tsv.xz", cap, set()):
            texts[language].append(unicodedata.normalize("NFC", foreign))
            texts["en"].append(unicodedata.normalize("NFC", english))
    texts["en"] = sorted(set(texts["en"]))
    return texts


def upper(text: str, language: str) -> str:
    """A text in capitals, as the language writes them."""
    return (text.replace("i", "İ").replace("ı", "I") if language == "tr" else text).upper()


def titled(text: str, language: str) -> str:
    """A text with every word's first letter a capital."""
    return re.sub(r"\b[^\W\d_]", lambda match: upper(match.group(), language), text)


def keys_of(stream: npt.NDArray[np.uint64], order: int) -> Grams:
    """The key of the n-gram that ends at each symbol; 0 where it would cross into another text."""
    key = np.zeros(len(stream), dtype=np.uint64)
    crossing = np.zeros(len(stream), dtype=bool)
    for back in range(order):
        shifted = np.zeros(len(stream), dtype=np.uint64)
        shifted[back:] = stream[: len(stream) - back]
        key |= shifted << np.uint64(SYMBOL_BITS * back)
        crossing |= shifted == 0
    key[crossing] = 0
    return key


def count(texts: list[str], language: str, order: int) -> tuple[Grams, Counts]:
    """Distinct n-grams of the texts (sorted by key) and their counts, casings included."""
    total: dict[str, float] = {}
    parts: list[tuple[Grams, Counts]] = []
    every = round(1 / CASING_WEIGHT)
    plans = [(texts, 1.0)]
    plans.append(([upper(text, language) for text in texts[::every]], 1.0))
    plans.append(([titled(text, language) for text in texts[1::every]], 1.0))
    for chosen, weight in plans:
        gap = chr(0x10FFFF)
        stream = symbols(gap + gap.join(chosen) + gap)
        codes = np.frombuffer((gap + gap.join(chosen) + gap).encode("utf-32-le"), dtype=np.uint32)
        pieces = np.where(codes == 0x10FFFF, np.uint64(0), stream)
        # a boundary symbol on both sides of every text, and 0 between texts
        starts = np.flatnonzero(pieces == 0)
        padded = np.insert(pieces, np.concatenate([starts[:-1] + 1, starts[1:]]), BOUNDARY)
        keys = keys_of(padded, order)
        found, counts = np.unique(keys[keys != 0], return_counts=True)
        parts.append((found, counts * weight))
    del total
    union = np.unique(np.concatenate([grams for grams, _ in parts]))
    summed = np.zeros(len(union))
    for grams, counts in parts:
        summed[np.searchsorted(union, grams)] += counts
    return union, summed


def lookup(grams: Grams, values: Counts, wanted: Grams) -> Counts:
    """The values of the wanted n-grams, 0 where an n-gram is unknown."""
    if not len(grams):
        return np.zeros(len(wanted))
    place = np.minimum(np.searchsorted(grams, wanted), len(grams) - 1)
    return np.where(grams[place] == wanted, values[place], 0.0)


def train_model(
    texts: dict[str, list[str]], limits: dict[int, float], columns: Sequence[str] = LANGUAGES
) -> CharacterModel:
    """Witten-Bell interpolated probabilities of every n-gram kept, for all columns at once.

    P(c|h) = (C(hc) + T(h) P(c|h')) / (C(h) + T(h)), with T(h) the number of different symbols
    seen after h and h' the history without its first symbol (Witten and Bell 1991).
    """
    counted = {
        (language, order): count(texts[language], language, order)
        for language in columns
        for order in range(1, ORDER + 1)
    }
    kept: dict[int, Grams] = {}
    for order in range(1, ORDER + 1):
        parts = []
        for language in columns:
            grams, counts = counted[language, order]
            parts.append(grams[counts >= limits[order]])
        kept[order] = np.unique(np.concatenate(parts))
    # every history of a kept n-gram is kept too, so that its back-off weight is known
    for order in range(ORDER, 1, -1):
        kept[order - 1] = np.unique(
            np.concatenate([kept[order - 1], kept[order] >> np.uint64(SYMBOL_BITS)])
        )
    probabilities: dict[int, list[Counts]] = {order: [] for order in kept}
    backoffs: dict[int, list[Counts]] = {order: [] for order in kept}
    for language in columns:
        previous: tuple[Grams, Counts] | None = None
        alphabet = 2.0**SYMBOL_BITS / 2
        for order in range(1, ORDER + 1):
            grams, counts = counted[language, order]
            wanted = np.union1d(kept[order], grams)
            number = lookup(grams, counts, wanted)
            mask = np.uint64((1 << (SYMBOL_BITS * (order - 1))) - 1)
            if previous is None:
                total, kinds = counts.sum(), float(len(grams))
                interpolated = (number + kinds / alphabet) / (total + kinds)
            else:
                histories = wanted >> np.uint64(SYMBOL_BITS)
                distinct, starts = np.unique(grams >> np.uint64(SYMBOL_BITS), return_index=True)
                sums = np.add.reduceat(counts, starts)
                kinds_of = np.diff(np.append(starts, len(grams))).astype(float)
                c_h, t_h = lookup(distinct, sums, histories), lookup(distinct, kinds_of, histories)
                lower = lookup(*previous, wanted & mask)
                lower = np.where(lower > 0, lower, 1e-9)
                seen = c_h + t_h > 0
                interpolated = np.where(
                    seen, (number + t_h * lower) / np.where(seen, c_h + t_h, 1.0), lower
                )
                own = lookup(distinct, sums, kept[order - 1])
                own_kinds = lookup(distinct, kinds_of, kept[order - 1])
                backoffs[order - 1].append(
                    np.where(own > 0, own_kinds / np.maximum(own + own_kinds, 1e-9), 1.0)
                )
            probabilities[order].append(lookup(wanted, interpolated, kept[order]))
            previous = (wanted, interpolated)
        backoffs[ORDER].append(np.ones(len(kept[ORDER])))
    return CharacterModel.from_probabilities(
        [kept[order] for order in sorted(kept)],
        [np.stack(probabilities[order], axis=1) for order in sorted(kept)],
        [np.stack(backoffs[order], axis=1) for order in sorted(kept)],
    )


def words_beyond_ascii(corpora: Path) -> dict[str, Counter[str]]:
    """How often each word beyond ASCII is met in all lines; names count without their suffixes too.

    The key "" holds the number of all words, told by the spaces.
    """
    found: dict[str, Counter[str]] = {language: Counter() for language in LANGUAGES}
    for language in ("it", "tr"):
        with lzma.open(
            corpora / f"{language}-en.tsv.xz", "rt", encoding="utf-8", newline="\n"
        ) as lines:
            for line in lines:
                _, foreign, english = line.rstrip("\n").split("\t")[:3]
                for name, text in ((language, foreign), ("en", english)):
                    found[name][""] += text.count(" ") + 1
                    if text.isascii():
                        continue
                    words = WORD.findall(unicodedata.normalize("NFC", text))
                    for word in words:
                        if not word.isascii():
                            found[name][word] += 1
                            base = re.split("['’]", word)[0]
                            if base != word and not base.isascii():
                                found[name][base] += 1
    return found


def train_vocabulary(
    texts: dict[str, list[str]], everywhere: dict[str, Counter[str]], size: int, least: int
) -> Vocabulary:
    """The most frequent words of each language, in the casing met most often, with their counts.

    Words beyond ASCII that the texts lack are added with the frequency that all lines give them.
    """
    words: dict[str, dict[str, float]] = {}
    for language in LANGUAGES:
        counts: Counter[str] = Counter()
        for text in texts[language]:
            counts.update(WORD.findall(text))
        common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:size]
        words[language] = {word: float(number) for word, number in common if number >= least}
        share = sum(words[language].values()) / everywhere[language][""]
        for word, number in sorted(everywhere[language].items()):
            if number >= least and word and word not in words[language]:
                words[language][word] = number * share
    return Vocabulary.from_counts(words)


def met_alone(everywhere: Counter[str]) -> Counter[str]:
    """How often each word is met, names with a suffix after an apostrophe (`Ankara’da`) as themselves."""
    found: Counter[str] = Counter()
    for word, number in everywhere.items():
        base = re.split("['’]", word)[0]
        if base == word or base.isascii():
            found[base] += number
    return found


def train_names(everywhere: dict[str, Counter[str]], out: Path) -> None:
    """Write the model and the list of names, foreign words of the corpora among them."""
    weights, turkish = names.names()
    for language in ("it", "en"):
        for word, number in met_alone(everywhere[language]).items():
            if number >= 2 and WORD.fullmatch(word) and names.is_latin(word):
                weights[word] = max(weights[word], min(number, 3))
    named = sorted(word for word in weights if not word.isascii())
    for word, number in met_alone(everywhere["tr"]).items():
        if number >= 3 and word[:1].isupper() and names.is_latin(word):
            weights[word] = max(weights[word], min(number // 3, names.NEAR_WEIGHT))
            turkish.add(word)
    listed = sorted(weights)
    texts = [word for word in listed for _ in range(weights[word])]
    for word in listed:
        times = 2 if word in turkish else 1
        texts += [upper(word, "tr" if word in turkish else "")] * times
    model = train_model({NAMES: texts}, dict(enumerate(NAME_LEAST, 1)), (NAMES,))
    model.save(out / "charlm-names.bin")
    Names(named).save(out / "vocab-names.bin")


def main() -> None:
    """Train all and write them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cap", type=int, default=2500, help="lines a source, for the model")
    parser.add_argument("--word-cap", type=int, default=3000, help="the same, for the vocabulary")
    parser.add_argument("--least", type=float, nargs=5, default=[1, 1, 3, 5, 6])
    parser.add_argument("--words", type=int, default=60000)
    parser.add_argument("--vocabulary-only", action="store_true", help="leave the model as it is")
    parser.add_argument(
        "--names-only", action="store_true", help="leave all but the names as they are"
    )
    arguments = parser.parse_args()
    everywhere = words_beyond_ascii(arguments.corpora)
    train_names(everywhere, arguments.out)
    if arguments.names_only:
        return
    texts = read(arguments.corpora, arguments.word_cap)
    listed = train_vocabulary(texts, everywhere, arguments.words, 3)
    listed.save(arguments.out / "vocab.bin")
    if arguments.vocabulary_only:
        return
    texts = read(arguments.corpora, arguments.cap)
    for language in LANGUAGES:
        characters = sum(map(len, texts[language]))
        print(f"{language}: {len(texts[language]):,} lines, {characters:,} characters", flush=True)
    model = train_model(texts, dict(enumerate(arguments.least, 1)))
    model.save(arguments.out / "charlm.bin")
    print([len(grams) for grams in model.grams], flush=True)
    clean.character_model.cache_clear()
    safe = clean.safe_trigrams(clean.common_trigrams())
    (arguments.out / "charlm-safe.bin").write_bytes(clean.save_trigrams(safe))
    for path in sorted(arguments.out.glob("*.bin")):
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
