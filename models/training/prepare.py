"""Corpora to token ids: clean, augment, learn the subword vocabulary, encode, with the source of
each pair kept.

The weights of `mix.toml` are applied when training draws pairs, not here, so a new mix needs no new
encoding (but a source that a mix gives almost no weight is thinned out here already).
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import json
import lzma
import os
import random
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import sentencepiece
from augmentation import PLACEHOLDERS, augmented, chained, joined, lowered, noise
from cleaning import Cleaner, Exclusions
from glossary import GLOSSARIES, lexicon_beside, text_of
from lexicon import Lexeme, italian, turkish
from phrases_it import Italian
from phrases_tr import Turkish
from substitution import Substitution, drawn

PAD, UNK, BOS, EOS = 0, 1, 2, 3
MAX_TOKENS = 150
FURNITURE = "furniture"
"""The name of the page labels written for this project (`furniture/`)."""
JOINED_PAIRS = 4000
"""Lines made of several labels, for each language."""
CHAINS = 40_000
"""Texts made of several sentences, for each language."""
CHAINED = "sentences-chained"
"""The name under which the mix weighs them."""
NOISE_LINES, PAIRS_A_NOISE = 4000, 50
"""Lines that are no sentences, for each language at most, and pairs that there must be for each of them."""
NOISE = "noise"
"""The name under which the mix weighs them."""
DICTIONARY_PAIRS = 60_000
"""Phrases of dictionary words, and sentences with dictionary words in them, for each language."""
SWITCHED_PAIRS = 40_000
"""Sentences with English words in them, for each language."""
DICTIONARIES = {"it": (italian, Italian), "tr": (turkish, Turkish)}
"""What reads the dictionaries of a language, and what makes phrases of them."""
PHRASES, SENTENCES = "dictionary-phrases", "dictionary-sentences"
SWITCHED = "dictionary-switched"
"""The names under which the mix weighs pairs made of dictionaries."""
BACK = "back-"
"""What the names of sources begin with whose foreign side `backtranslation.py` made."""
WORD = re.compile(r"[^\W\d_]+")
FOLDER = Path(__file__).parent
Mix = dict[str, dict[str, dict[str, float]]]
"""Phase, language, pattern of the source's name: weight."""


def read_mix() -> Mix:
    """The weights of `mix.toml`."""
    mix: Mix = tomllib.loads((FOLDER / "mix.toml").read_text(encoding="utf-8"))
    return mix


def weight_of(mix: dict[str, float], source: str) -> float:
    """The weight that `mix.toml` gives a source: the first pattern that matches, else its
    default.
    """
    for pattern, weight in mix.items():
        if pattern != "default" and fnmatch.fnmatchcase(source, pattern):
            return weight
    return mix.get("default", 1.0)


def read_pairs(path: Path) -> Iterator[tuple[str, str, str]]:
    """Pairs (name of the source, foreign sentence, English sentence) of a corpus file, in NFC."""
    with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as lines:
        for line in lines:
            name, source, target = line.decode("utf-8").rstrip("\n").split("\t")
            yield name, unicodedata.normalize("NFC", source), unicodedata.normalize("NFC", target)


def from_dictionary(
    language: str,
    lexemes: Sequence[Lexeme],
    counts: Counter[str],
    sentences: dict[str, list[tuple[str, str]]],
    rng: random.Random,
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Pairs that teach words which the corpus lacks, by the name that the mix weighs them under.

    lexemes: words of the dictionaries (see `lexicon`). counts: lower-case words of the corpus. sentences: pairs by source.
    """
    maker = DICTIONARIES[language][1](lexemes, counts, rng)
    yield PHRASES, [maker.phrase() for _ in range(DICTIONARY_PAIRS)]
    replace = Substitution(language, lexemes, counts, rng)
    yield SENTENCES, drawn(replace, sentences, DICTIONARY_PAIRS, rng)
    yield SWITCHED, drawn(replace.switched, sentences, SWITCHED_PAIRS, rng)


@dataclass
class Collection:
    """Pairs worth encoding with the name (`it/oldi-seed`) of where each comes from, and how many
    were refused and why.
    """

    pairs: list[tuple[str, str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    """English words per name, augmentation not counted."""
    clean: Counter[str] = field(default_factory=Counter)
    """Pairs per name, augmentation not counted."""
    lexicons: dict[str, dict[str, str]] = field(default_factory=dict)
    """What the packages of languages carry (see `glossary`)."""

    def shuffled(self, rng: random.Random) -> Collection:
        """The same in another order."""
        order = list(range(len(self.pairs)))
        rng.shuffle(order)
        pairs, names = [self.pairs[i] for i in order], [self.names[i] for i in order]
        return replace(self, pairs=pairs, names=names)


def corpus_files(corpora: Path, furniture: Path, language: str) -> list[Path]:
    """The files that hold pairs of a language: `it-en.tsv`, plain or `.xz`, then what lies beside it
    by the name `it-en.*.tsv` or `.tsv.xz` (`gather.py` writes one), then page furniture.
    """
    found = sorted(corpora.glob(f"{language}-en.tsv")) or sorted(
        corpora.glob(f"{language}-en.tsv.xz")
    )
    beside = [file for end in ("tsv", "tsv.xz") for file in corpora.glob(f"{language}-en.*.{end}")]
    return [*found, *sorted(beside), *sorted(furniture.glob(f"{language}-en.tsv"))]


def lexicon_files(folder: Path) -> list[Path]:
    """The dictionaries that `gather.py` left in a folder of corpora, or none."""
    return sorted(path for path in (folder / "lexicon").glob("*") if path.is_file())


def collect(
    files: dict[str, list[Path]],
    mix: Mix,
    seed: int,
    evaluation: Exclusions,
    pages: Exclusions,
    dictionaries: Path | None = None,
) -> Collection:
    """All pairs of the files (by language) that are worth encoding, with their variants, shuffled.

    evaluation, pages: see `cleaning.Cleaner`. dictionaries: folder of dictionaries to make pairs from, if any.
    """
    rng = random.Random(seed)
    found = Collection()
    for language, paths in files.items():
        cleaner, before = Cleaner(evaluation, pages), len(found.names)
        labels: list[tuple[str, str]] = []
        prose: dict[str, list[tuple[str, str]]] = {}
        counts: Counter[str] = Counter()
        for path in paths:
            for origin, source, target in read_pairs(path):
                most = max(weight_of(mix[phase][language], origin) for phase in mix)
                if most < 0.5 and rng.random() > 3 * most:
                    continue  # never drawn within the few passes a run makes
                by_machine = origin.startswith(BACK)
                fault = cleaner.fault_of(source, target)
                if fault is not None:
                    found.faults[f"{language}/{fault}"] += 1
                    continue
                if origin == FURNITURE:
                    labels.append((source, target))
                elif weight_of(mix["main"][language], origin) >= 1 and not by_machine:
                    prose.setdefault(origin, []).append((source, target))
                if not by_machine:  # words that it made up are none that the text holds
                    counts.update(WORD.findall(lowered(source, language)))
                name = f"{language}/{origin}"
                found.clean[name] += 1
                found.words[name] += len(target.split())
                variants = [(source, target), *augmented(source, target, language, rng)]
                found.pairs += variants
                found.names += [name] * len(variants)
        made = [
            (f"{FURNITURE}-joined", joined(labels, JOINED_PAIRS, rng)),
            (CHAINED, chained(prose, CHAINS, rng)),
        ]
        if dictionaries is not None:
            lexemes = list(DICTIONARIES[language][0](dictionaries))
            made += from_dictionary(language, lexemes, counts, prose, rng)
            read, lexicon_of = GLOSSARIES[language]
            is_the_same = read is DICTIONARIES[language][0]
            usable = lexemes if is_the_same else list(read(dictionaries))
            found.lexicons[language] = lexicon_of(usable, counts)
        own = len(found.names) - before
        made.append((NOISE, noise(min(NOISE_LINES, own // PAIRS_A_NOISE), rng)))
        for name, together in made:
            found.pairs += together
            found.names += [f"{language}/{name}"] * len(together)
    return found.shuffled(rng)


def learn_vocabulary(
    collection: Collection, mix: dict[str, dict[str, float]], size: int, prefix: Path, seed: int
) -> None:
    """A SentencePiece unigram model of all languages together, on lines drawn by the weights of the
    main phase.

    A vocabulary larger than a small text supports is made smaller.
    """
    rng = random.Random(seed)
    text = prefix.with_suffix(".txt")
    with text.open("w", encoding="utf-8") as out:
        for (source, target), name in zip(collection.pairs, collection.names, strict=True):
            language, _, origin = name.partition("/")
            if origin == NOISE:  # its letters are to stay bytes
                continue
            if rng.random() < min(1.0, 0.35 * weight_of(mix[language], origin)):
                out.write(f"{source}\n{target}\n")
    sentencepiece.set_random_generator_seed(seed)
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(prefix),
        vocab_size=size,
        hard_vocab_limit=False,
        model_type="unigram",
        character_coverage=0.9999,
        byte_fallback=True,
        split_digits=True,
        normalization_rule_name="identity",
        user_defined_symbols=list(PLACEHOLDERS),
        pad_id=PAD,
        unk_id=UNK,
        bos_id=BOS,
        eos_id=EOS,
        input_sentence_size=300_000,
        shuffle_input_sentence=True,
        num_threads=os.cpu_count() or 1,
        minloglevel=2,
    )
    text.unlink()


def encode(collection: Collection, vocabulary: Path, output: Path) -> int:
    """Write the token ids of all pairs that are not too long; returns the number of target
    tokens.
    """
    processor = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary))

    def ids(texts: Sequence[str]) -> list[np.ndarray]:
        threads = os.cpu_count() or 1
        return [np.array(row, np.uint16) for row in processor.encode(texts, num_threads=threads)]

    sources, targets = ids([s for s, _ in collection.pairs]), ids([t for _, t in collection.pairs])
    kept = [
        index
        for index in range(len(sources))
        if 0 < len(sources[index]) <= MAX_TOKENS and 0 < len(targets[index]) <= MAX_TOKENS
    ]
    origins = sorted(set(collection.names))
    number = {name: index for index, name in enumerate(origins)}
    np.savez(
        output,
        source=np.concatenate([sources[index] for index in kept]),
        target=np.concatenate([targets[index] for index in kept]),
        source_ends=np.cumsum([0] + [len(sources[index]) for index in kept]),
        target_ends=np.cumsum([0] + [len(targets[index]) for index in kept]),
        origin=np.array([number[collection.names[index]] for index in kept], np.int16),
        origins=np.array(origins),
    )
    return sum(len(targets[index]) for index in kept)


def files_digest(files: Iterable[Path]) -> str:
    """SHA-256 over the names and bytes of files, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.name):
        with path.open("rb") as file:
            total.update(
                f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode()
            )
    return total.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "corpora", type=Path, help="folder with it-en.tsv(.xz), tr-en.tsv(.xz), lexicon/ if any"
    )
    parser.add_argument("work", type=Path)
    parser.add_argument("--languages", default="it,tr")
    parser.add_argument("--furniture", type=Path, default=FOLDER / "furniture")
    parser.add_argument("--vocabulary", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--evaluation",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="no training text may equal a line of these files; may be repeated",
    )
    parser.add_argument(
        "--pages",
        type=Path,
        default=FOLDER.parents[1] / "seeds",
        help="sample pages: no source text may equal one of their lines",
    )
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    mix = read_mix()
    files = {
        language: corpus_files(options.corpora, options.furniture, language)
        for language in options.languages.split(",")
    }
    evaluation, pages = Exclusions.read(options.evaluation), Exclusions.read([options.pages])
    dictionaries = lexicon_files(options.corpora)
    folder = dictionaries[0].parent if dictionaries else None
    collection = collect(files, mix, options.seed, evaluation, pages, folder)
    print(len(collection.pairs), "pairs", dict(collection.faults), flush=True)
    vocabulary = options.work / "sentencepiece.model"
    if not vocabulary.exists():
        prefix = vocabulary.with_suffix("")
        learn_vocabulary(collection, mix["main"], options.vocabulary, prefix, options.seed)
    tokens = encode(collection, vocabulary, options.work / "data.npz")
    for language in files:
        entries = collection.lexicons.get(language, {})
        lexicon_beside(vocabulary, language).write_text(text_of(entries), encoding="utf-8")
    record = {
        "digest": files_digest(
            [*(path for paths in files.values() for path in paths), *dictionaries]
        ),
        "seed": options.seed,
        "target_tokens": tokens,
        "excluded": len(evaluation) + len(pages),
        "faults": dict(sorted(collection.faults.items())),
        "sources": {
            name: {"pairs": count, "words": collection.words[name]}
            for name, count in sorted(collection.clean.items())
        },
    }
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    (options.work / "data.json").write_text(text, encoding="utf-8")
    print(len(collection.pairs), "pairs encoded,", tokens, "target tokens")


if __name__ == "__main__":
    main()
