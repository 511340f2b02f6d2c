"""Text to words, and words to the numbered features that the language model weighs.

A word is a run of letters. Its features are the character n-grams (1 to 5) of the lower-case word
between boundary marks, the word itself, and its capitalisation. Features never cross words, so the
evidence of a text is the sum over its words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]

MAX_ORDER = 5
GRAM_BITS = 17
WORD_BITS = 16
SIZE = (1 << GRAM_BITS) + (1 << WORD_BITS)
"""How many features there are: n-grams first, then words and shapes."""
MAX_WORD_CHARS = 40
"""Longer words are cut: keys, hashes and glued text, whose first letters tell enough."""

_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0dff\u0e31-\u0eff\u1000-\u109f"
_LETTER = rf"(?:[^\W\d_]|[{_MARKS}])"
WORD = re.compile(rf"{_LETTER}+(?:['’]{_LETTER}+)*")
_APOSTROPHES = re.compile("'{2,}")
_LETTERS_ALONE = bytes(
    code if re.fullmatch(_LETTER, char) else ord("'") if char in "'’" else ord(" ")
    for code, char in enumerate(bytes(range(256)).decode("cp1252", "replace"))
)
"""For text in windows-1252, which holds most text: letters stay, all else becomes a space."""
_REMEMBERED_CHARS = 1_000
_ELISION_CHARS, _ELIDED_CHARS = 5, 4
_SCRAMBLE = 0x9E3779B1
_RANGE = 1 << 32


def words(text: str) -> tuple[str, ...]:
    """The words of a text as written; an apostrophe stays with the part that needs it.

    >>> words("Riportato dall'IA, don't, Ankara'da 42 x_y")
    ('Riportato', "dall'", 'IA', 'don', "'t", 'Ankara', "'da", 'x', 'y')
    """
    return _remembered_words(text) if len(text) < _REMEMBERED_CHARS else _words(text)


@lru_cache(maxsize=1024)
def _remembered_words(text: str) -> tuple[str, ...]:
    """The words of a text that will be asked for again soon: the steps of a window follow each other."""
    return _words(text)


def _words(text: str) -> tuple[str, ...]:
    try:
        spaced = text.encode("cp1252").translate(_LETTERS_ALONE).decode("cp1252")
    except UnicodeEncodeError:
        runs = WORD.findall(text)
    else:
        runs = spaced.split()
        if "'" not in spaced:
            return tuple(runs)
    found: list[str] = []
    for run in runs:
        if "'" not in run and "’" not in run:
            found.append(run)
            continue
        for part in _APOSTROPHES.split(run.replace("’", "'").strip("'")):
            if "'" in part:
                found.extend(_split_apostrophes(part))
            elif part:
                found.append(part)
    return tuple(found)


def _split_apostrophes(word: str) -> list[str]:
    """`dell'arte` to `dell'` + `arte` (elision); `Ankara'da` to `Ankara` + `'da` (suffix)."""
    parts: list[str] = []
    rest = word
    while "'" in rest:
        left, rest = rest.split("'", 1)
        long = "'" in rest or len(rest) >= _ELIDED_CHARS or rest.isupper()
        if len(left) > _ELISION_CHARS or not long:
            return [*parts, left, "'" + rest]
        parts.append(left + "'")
    return [*parts, rest]


def fold(word: str) -> str:
    """The lower-case form that features are made of; capital dotted I becomes a plain i.

    >>> fold("İSTANBUL"), fold("PERCHÉ")
    ('istanbul', 'perché')
    """
    lowered = word.replace("İ", "i").lower()[:MAX_WORD_CHARS]
    return lowered if lowered.isascii() else unicodedata.normalize("NFC", lowered)


def shape(word: str) -> str:
    """How a word is written: `a` lower case, `A` capital first, `AA` capitals, `aA` mixed.

    >>> shape("Rifiuta"), shape("IA"), shape("iPhone"), shape("ve")
    ('A', 'AA', 'aA', 'a')
    """
    core = word.strip("'")
    if core == core.lower():
        return "a"
    if len(core) > 1 and core == core.upper():
        return "AA"
    return "A" if core[1:] == core[1:].lower() else "aA"


def features(word: str) -> list[int]:
    """The numbers, in [0, SIZE), of the features of a word as `words` gives it.

    >>> len(features("ve"))
    10
    """
    plain = fold(word)
    letters = [letter.encode("utf-8", "surrogatepass") for letter in f"<{plain}>"]
    last = len(letters)
    numbers: list[int] = []
    for first in range(last):
        key = 0
        for letter in letters[first : first + MAX_ORDER]:
            key = crc32(letter, key)
            numbers.append(key * _SCRAMBLE % _RANGE >> 32 - GRAM_BITS)
    del numbers[:1], numbers[-1:]
    numbers.extend(_slots(plain, word))
    return numbers


def _slot(key: str) -> int:
    digest = crc32(key.encode("utf-8", "surrogatepass"))
    return (1 << GRAM_BITS) + (digest * _SCRAMBLE % _RANGE >> 32 - WORD_BITS)


def features_of_many(batch: Sequence[str]) -> tuple[Ints, Ints]:
    """The features of many words at once, much faster than one by one.

    Gives the feature numbers, n-grams of order 1 first, and the place in the batch of the word
    that owns each. They are exactly those of `features`.
    """
    folded = [fold(word) for word in batch]
    marked = "".join(f"<{word}>" for word in folded).encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(marked, "<u4")
    encoded = _utf8(letters)
    owner = np.repeat(np.arange(len(folded)), [len(word) + 2 for word in folded])
    edge = (letters == ord("<")) | (letters == ord(">"))
    state = np.full(len(letters), _CRC_START, np.uint32)
    numbers, owners = [], []
    for order in range(1, MAX_ORDER + 1):
        end = len(letters) - order + 1
        if end <= 0:
            break
        state = state[:end]
        for place, byte in enumerate(encoded):
            longer = (state ^ byte[order - 1 :]) & 0xFF
            longer = _CRC_TABLE[longer] ^ (state >> np.uint32(8))
            state = np.where(letters[order - 1 :] >= _FIRST_OF_BYTES[place], longer, state)
        inside = owner[:end] == owner[order - 1 :]
        if order == 1:
            inside &= ~edge
        hashed = (state[inside] ^ _CRC_START) * np.uint32(_SCRAMBLE)
        numbers.append((hashed >> np.uint32(32 - GRAM_BITS)).astype(np.int64))
        owners.append(owner[:end][inside])
    keys = [slot for word, plain in zip(batch, folded, strict=True) for slot in _slots(plain, word)]
    numbers.append(np.array(keys, np.int64))
    owners.append(np.repeat(np.arange(len(folded)), 2))
    return np.concatenate(numbers), np.concatenate(owners)


def _utf8(letters: npt.NDArray[np.uint32]) -> list[npt.NDArray[np.uint32]]:
    """The UTF-8 bytes of code points: all first bytes, all second bytes ...; 0 where there is none."""
    count = sum(int(letters.max()) >= first for first in _FIRST_OF_BYTES)
    columns = []
    sizes = np.searchsorted(np.array(_FIRST_OF_BYTES, np.uint32), letters, side="right")
    for place in range(count):
        rest = np.maximum(sizes - 1 - place, 0).astype(np.uint32)
        bits = letters >> (np.uint32(6) * rest)
        lead = np.array([0, 0, 0xC0, 0xE0, 0xF0], np.uint32)[sizes]
        value = bits | lead if place == 0 else (bits & np.uint32(0x3F)) | np.uint32(0x80)
        columns.append(np.where(sizes > place, value, 0).astype(np.uint32))
    return columns


def _slots(plain: str, word: str) -> tuple[int, int]:
    return _slot(plain), _SHAPE_SLOTS[shape(word)]


def _crc_table() -> npt.NDArray[np.uint32]:
    """The table of the CRC-32 that zlib computes, for one byte."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, np.uint32(0xEDB88320) ^ (table >> 1), table >> 1)
    return table.astype(np.uint32)


_CRC_TABLE = _crc_table()
_FIRST_OF_BYTES = (0x0, 0x80, 0x800, 0x10000)
"""The first code points that take 1, 2, 3 and 4 bytes in UTF-8."""
_CRC_START = np.uint32(0xFFFFFFFF)
_SHAPE_SLOTS = {name: _slot("\n" + name) for name in ("a", "A", "AA", "aA")}
