"""English prose to pairs of another language, whose foreign side is a network's (back-translation: R. Sennrich,
B. Haddow and A. Birch 2016, `Improving Neural Machine Translation Models with Monolingual Data`).

    python train.py WORK --reverse --checkpoint reverse.pt ...
    python backtranslation.py CORPORA WORK WORK/reverse.pt --language tr --judge PACKAGE

The English is what `gather.py` left in `CORPORA/english.tsv.xz`, and prose of the other language's corpora. It
writes `CORPORA/tr-en.backtranslated.tsv.xz`, which `prepare.py` reads beside the others; the sources are named `back-` and what
they were. The English side is what people wrote. A package that translates the right way (`--judge`) says how likely that English is
after the foreign side: the least likely pairs are left out. A mark before the foreign side tells the network that it is a
machine's (I. Caswell, C. Chelba and D. Grangier 2019, `Tagged Back-Translation`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import os
import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ctranslate2
import sentencepiece
from batches import mark_of
from cleaning import digest, letters_only
from export import read_checkpoint, read_pieces, specification
from prepare import BACK, DICTIONARIES, FOLDER, WORD, corpus_files, read_pairs, weight_of
from source_table import ENGLISH
from wordfreq import zipf_frequency

SHORTEST, LONGEST = 4, 60
"""Words of a sentence worth translating back."""
TOKENS = 4096
"""Subwords translated together."""
SLICE = 5000
"""Sentences after which what has been translated is written down."""
LONG = 4
"""Letters of a word that is no chance likeness in two languages."""
RARER = 1.0
"""Zipf frequency by which an English word is rarer in another language that does not have it."""
NUMBER, LONG_WORD = re.compile(r"\d+"), re.compile(r"\w{5,}")
STEM = 5
"""Letters of a word's beginning by which another form of it is known."""
SHORT = 12
"""Words of an English sentence in whose translation no stem may be repeated that it does not repeat."""
SHORTEST_RATIO, LONGEST_RATIO = 0.65, 1.45
"""Letters of a translation for one of English."""
LENGTH_PENALTY, REPETITION_PENALTY = 2.0, 1.1
"""Exponent of the length that a log-probability is divided by, and what a subword's is divided by that was said before
(of CTranslate2). With 1 for the first a beam of four loses a fifth of the text."""
REPEAT = 4
"""Subwords of the shortest sequence that a translation does not have twice."""
MARK = "¤ "
"""Stands before a foreign side that is a machine's; a sign that no text here has."""
TABLE = FOLDER / "back.toml"
"""How many sentences of each source at most; what it does not name is no prose."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence, and the source it is from."""

    origin: str
    text: str


def _candidates(corpora: Path, language: str, languages: Iterable[str]) -> Iterator[Sentence]:
    """English without translations, then that of the other languages' corpora."""
    alone = corpora / ENGLISH
    if alone.exists():
        with lzma.open(alone, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield Sentence(*line.rstrip("\n").split("\t"))
    for other in sorted(set(languages) - {language}):
        for path in corpus_files(corpora, FOLDER / "furniture", other):
            for origin, _, target in read_pairs(path):
                yield Sentence(origin, target)


def read_limits() -> dict[str, float]:
    """Pattern of a source's name: how many of its sentences are translated, by `back.toml`."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def english_prose(
    corpora: Path,
    language: str,
    languages: Iterable[str],
    limits: dict[str, float],
    most: int = 0,
) -> list[Sentence]:
    """English sentences to translate, each once, that the corpora of this language lack.

    Of each source so many as `limits` say (see `read_limits`), spread over it, the same each time. most: no more of each than this;
    0: as many as the limits say.
    """

    @cache
    def limit(origin: str) -> int:
        found = int(weight_of(limits, origin))
        return min(found, most or found)

    known = {
        digest(letters_only(target))
        for path in corpus_files(corpora, FOLDER / "furniture", language)
        for origin, _, target in read_pairs(path)
        if not origin.startswith(BACK)
    }
    found: dict[str, dict[int, Sentence]] = {}
    for sentence in _candidates(corpora, language, languages):
        if not limit(sentence.origin):
            continue
        key = digest(letters_only(sentence.text))
        if SHORTEST <= len(sentence.text.split()) <= LONGEST and key not in known:
            known.add(key)
            found.setdefault(sentence.origin, {})[key] = sentence
    chosen = []
    for origin, by_key in found.items():
        drawn = set(sorted(by_key)[: limit(origin)])
        chosen += [sentence for key, sentence in by_key.items() if key in drawn]
    return chosen


class Pieces:
    """A SentencePiece model, to subwords and back."""

    def __init__(self, path: Path) -> None:
        self._processor = sentencepiece.SentencePieceProcessor(model_file=str(path))

    def split(self, texts: Sequence[str]) -> list[list[str]]:
        pieces: list[list[str]] = self._processor.encode(list(texts), out_type=str)
        return pieces

    def joined(self, pieces: list[str]) -> str:
        text: str = self._processor.decode(pieces)
        return text


class NetworkBack:
    """A network of `train.py --reverse`, or a channel: from English to a language."""

    def __init__(self, checkpoint: Path, vocabulary: Path, language: str, beam: int) -> None:
        self._pieces, self._beam = Pieces(vocabulary), beam
        names = read_pieces(vocabulary)
        self._mark = names[mark_of(language)]
        with tempfile.TemporaryDirectory() as folder:
            spec = specification(read_checkpoint(checkpoint), names)
            spec.optimize(quantization="int8")
            spec.save(folder)
            model = (Path(folder) / "model.bin").read_bytes()
            self._network = ctranslate2.Translator(
                folder, intra_threads=1, inter_threads=os.cpu_count() or 1
            )
        settings = json.dumps(
            [language, beam, LENGTH_PENALTY, REPETITION_PENALTY, REPEAT, LONGEST]
        ).encode()
        self.identity = hashlib.sha256(model + settings).hexdigest()
        """Of the weights and of how they translate."""

    def translated(self, texts: Sequence[str]) -> list[str]:
        """What it makes of English sentences."""
        results = self._network.translate_batch(
            [[self._mark, *split] for split in self._pieces.split(texts)],
            beam_size=self._beam,
            max_batch_size=TOKENS,
            batch_type="tokens",
            max_decoding_length=2 * LONGEST,
            length_penalty=LENGTH_PENALTY,
            repetition_penalty=REPETITION_PENALTY,
            no_repeat_ngram_size=REPEAT,
        )
        return [self._pieces.joined(result.hypotheses[0]) for result in results]


def resumable(network: NetworkBack, texts: Sequence[str], kept: Path) -> list[str]:
    """What a network makes of English sentences, slice by slice; a call that was stopped goes on where it was.

    kept: file with what has been translated so far, one JSON array of a sentence and its translation a line, after a line with the
    network's identity; that of another network is begun anew. The last line of a call that was killed may be half a line: it is left out.
    """
    known = dict(_kept(kept, network.identity))
    with kept.open("a", encoding="utf-8") as file:
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        for start in range(0, len(missing), SLICE):
            part = missing[start : start + SLICE]
            for pair in zip(part, network.translated(part), strict=True):
                known[pair[0]] = pair[1]
                file.write(json.dumps(pair) + "\n")
            file.flush()
            print(f"{len(known)} of {len(texts)} sentences translated", flush=True)
    return [known[text] for text in texts]


def _kept(path: Path, identity: str) -> list[tuple[str, str]]:
    """What an earlier call of the same network translated; leaves the file ending with a whole line."""
    header = json.dumps(identity) + "\n"
    written = path.read_bytes() if path.exists() else b""
    whole = written[: written.rfind(b"\n") + 1].decode()
    if not whole.startswith(header):
        whole = header
    if whole.encode() != written:
        path.write_text(whole, encoding="utf-8", newline="\n")
    return [tuple(json.loads(line)) for line in whole.removeprefix(header).splitlines()]


def likelihoods(package: Path, foreign: Sequence[str], english: Sequence[str]) -> list[float]:
    """How likely a package finds the English after the foreign sentence: mean log-probability of a subword, in nats."""
    pieces = Pieces(package / "sentencepiece.model")
    network = ctranslate2.Translator(
        str(package / "model"), intra_threads=1, inter_threads=os.cpu_count() or 1
    )
    results = network.score_batch(
        pieces.split(foreign), pieces.split(english), max_batch_size=TOKENS, batch_type="tokens"
    )
    return [sum(result.log_probs) / max(1, len(result.log_probs)) for result in results]


def untranslated(foreign: str, english: str, language: str) -> bool:
    """Whether a word other than a name was left in English: one that both sides have and that is much rarer in the language.

    >>> untranslated("Bu bir tiny köpek.", "This is a tiny dog.", "tr"), untranslated("Bu Tiny.", "This is Tiny.", "tr")
    (True, False)
    >>> untranslated("L'area è grande.", "The area is large.", "it")
    False
    """
    shared = set(WORD.findall(foreign)) & set(WORD.findall(english))
    return any(
        word.islower()
        and len(word) >= LONG
        and zipf_frequency(word, language) < zipf_frequency(word, "en") - RARER
        for word in shared
    )


def is_sound(foreign: str, english: str) -> bool:
    """Whether a translation back has the numbers of the English, repeats hardly more than it does, and is about as long.

    Stems of long words stand for what is said, since the endings of a word said twice differ.

    >>> is_sound("1912'de bir köprü yapıldı.", "A bridge was built in 1912.")
    True
    >>> is_sound("191'de bir köprü yapıldı.", "A bridge was built in 1912.")
    False
    >>> is_sound("Köprüler, köprüleri köprüden yapıldı.", "A bridge was built in the year.")
    False
    """
    if sorted(NUMBER.findall(foreign)) != sorted(NUMBER.findall(english)):
        return False
    may_repeat = len(english.split()) > SHORT
    if _repeated_stems(foreign) > _repeated_stems(english) + may_repeat:
        return False
    return SHORTEST_RATIO <= len(foreign) / len(english) <= LONGEST_RATIO


def _repeated_stems(text: str) -> int:
    """Words of five letters and more that begin like one before them."""
    stems = [word[:STEM].lower() for word in LONG_WORD.findall(text)]
    return len(stems) - len(set(stems))


def best(values: Sequence[float], share: float) -> list[int]:
    """The places of a share (0 to 1) of the values, the highest ones, in order."""
    order = sorted(range(len(values)), key=lambda place: (-values[place], place))
    return sorted(order[: round(share * len(values))])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path, help="folder with it-en.tsv(.xz), tr-en.tsv(.xz)")
    parser.add_argument("work", type=Path, help="folder with sentencepiece.model")
    parser.add_argument(
        "checkpoint", type=Path, help="of a run with --reverse, or a channel (`tr-en/channel`)"
    )
    parser.add_argument("--language", required=True, help="into which to translate: it or tr")
    parser.add_argument(
        "--judge",
        type=Path,
        help="package from that language to English that says which pairs to leave out; without it all are kept",
    )
    parser.add_argument(
        "--keep", type=float, default=0.75, help="share of the pairs that the judge keeps"
    )
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument(
        "--most",
        type=int,
        default=0,
        metavar="N",
        help="no more sentences of a source than this; 0: as many as back.toml says",
    )
    options = parser.parse_args()
    sentences = english_prose(
        options.corpora, options.language, DICTIONARIES, read_limits(), options.most
    )
    print(len(sentences), "sentences", flush=True)
    network = NetworkBack(
        options.checkpoint, options.work / "sentencepiece.model", options.language, options.beam
    )
    kept_so_far = options.work / f"{options.language}.backtranslating.jsonl"
    foreign = resumable(network, [sentence.text for sentence in sentences], kept_so_far)
    usable = [
        (sentence, text)
        for sentence, text in zip(sentences, foreign, strict=True)
        if not untranslated(text, sentence.text, options.language) and is_sound(text, sentence.text)
    ]
    print(len(usable), "pairs without English words, other numbers and repetitions", flush=True)
    kept = list(range(len(usable)))
    if options.judge:
        english = [sentence.text for sentence, _ in usable]
        values = likelihoods(options.judge, [text for _, text in usable], english)
        kept = best(values, options.keep)
        lowest = min((values[place] for place in kept), default=0.0)
        print(f"the least likely of those kept: {lowest:.2f} nats a subword")
    out = options.corpora / f"{options.language}-en.backtranslated.tsv.xz"
    part = out.with_name(out.name + ".part")
    with lzma.open(part, "wt", encoding="utf-8", newline="\n") as file:
        for place in kept:
            sentence, text = usable[place]
            file.write(f"{BACK}{sentence.origin}\t{MARK}{text}\t{sentence.text}\n")
    part.replace(out)
    kept_so_far.unlink()
    print(f"{out}: {len(kept)} pairs")


if __name__ == "__main__":
    main()
