"""Which sentence pairs are worth training on: length, ratio, letters, copies, duplicates, and
overlap with the tests.

Measured on every fourth pair of the corpora (256,543 Italian, 235,582 Turkish): untranslated copies
of four words and more are 0.003 and 0 %. Looked at and left alone: pairs that differ from another
in punctuation and case only (0.2 and 0.5 %; they teach punctuation and case), numbers that differ
between the sides (0.2 and 0.4 %; half of them are right: `XVIII secolo`, `18th century`), word
ratios over 2.2 (0.2 and 0.7 %; mostly right, Turkish words are long), damaged encodings (none),
source sides that look English (0.02 and 0.06 %; product names).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

MAX_CHARS = 600
MAX_RATIO = 2.5
MIN_LETTERS = 0.5
COPY_WORDS = 4
NOT_LETTERS = re.compile(r"[\W_]+")
LETTER = re.compile(r"[^\W\d_]")


class Fault(StrEnum):
    """Why a pair is left out."""

    EMPTY = "empty"
    LONG = "long"
    RATIO = "ratio"
    LETTERS = "letters"
    COPY = "copy"
    DUPLICATE = "duplicate"
    EVALUATION = "evaluation"


def letters_only(text: str) -> str:
    """The letters and digits of a text, caseless: what stays the same under new punctuation, spaces
    and case.

    >>> letters_only("Un' altra  VOLTA!") == letters_only("un’altra volta")
    True
    """
    return NOT_LETTERS.sub("", text.casefold())


def digest(*texts: str) -> int:
    """A 64-bit number for texts that is the same on every machine and in every process."""
    joined = "\0".join(texts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest())


def fault_of(source: str, target: str) -> Fault | None:
    """What is wrong with a pair by itself; None for a pair worth training on."""
    if not source or not target:
        return Fault.EMPTY
    short, long = sorted((len(source), len(target)))
    if long > MAX_CHARS:
        return Fault.LONG
    if short > 15 and long > MAX_RATIO * short:
        return Fault.RATIO
    for side in (source, target):
        if len(LETTER.findall(side)) < MIN_LETTERS * max(1, len(side.replace(" ", ""))):
            return Fault.LETTERS
    if len(source.split()) >= COPY_WORDS and letters_only(source) == letters_only(target):
        return Fault.COPY
    return None


class Exclusions:
    """Texts that must not be trained on, compared by their letters alone."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._digests = {digest(key) for text in texts if (key := letters_only(text))}

    def __len__(self) -> int:
        return len(self._digests)

    def __contains__(self, text: str) -> bool:
        return bool(self._digests) and digest(letters_only(text)) in self._digests

    @classmethod
    def read(cls, folders: Iterable[Path]) -> Exclusions:
        """Every line of every file in these folders."""
        files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
        return cls(line for file in files for line in file.read_text("utf-8").split("\n"))


class Cleaner:
    """Judges pairs one after another; remembers what it has accepted, so that nothing is accepted
    twice.

    evaluation: texts that neither side may equal. pages: texts that no source side may equal (their
    page furniture is a test).
    """

    def __init__(self, evaluation: Exclusions, pages: Exclusions) -> None:
        self._evaluation, self._pages = evaluation, pages
        self._seen: set[int] = set()

    def fault_of(self, source: str, target: str) -> Fault | None:
        """What is wrong with a pair, given those accepted before; None accepts it."""
        if fault := fault_of(source, target):
            return fault
        if source in self._evaluation or target in self._evaluation or source in self._pages:
            return Fault.EVALUATION
        key = digest(source, target)
        if key in self._seen:
            return Fault.DUPLICATE
        self._seen.add(key)
        return None
