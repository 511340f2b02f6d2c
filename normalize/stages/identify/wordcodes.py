"""One code for each word of many texts at once: the words are cut and looked up as arrays, and met words are remembered.

A word of up to 24 bytes is three whole numbers of 8 bytes, with zeros after its end, so no two words are ever taken for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Bytes: TypeAlias = npt.NDArray[np.uint8]
Numbers: TypeAlias = npt.NDArray[np.uint64]
Places: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

END = "\0"
"""Stands between two texts; never a part of one."""
_WIDTH, _NUMBERS = 8, 3
LONGEST = _WIDTH * _NUMBERS
"""Bytes of the longest word that is remembered."""
_SLOT_BITS = 16
_SPREAD = (0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xC2B2AE3D27D4EB4F)
"""Odd numbers of 64 bits without a pattern, one for each number of a word: they spread words alike over the slots."""
_LAST_SLOT = (1 << _SLOT_BITS) - 1
_WITHIN = np.array([(1 << 8 * count) - 1 for count in range(_WIDTH + 1)], np.uint64)
"""The bits of a number that the first 0 to 8 bytes fill."""
_SPACE = bytes(code in {*range(9, 14), *range(28, 33)} for code in range(256))


class WordCodes:
    """Remembers the code of every word that it has met lately.

    code: the code of a word, a number below 256; asked once as long as the word is remembered.
    end: the code of the end of a text.
    """

    def __init__(self, code: Callable[[str], int], end: int) -> None:
        self._code = code
        self._keys = [np.zeros(2 << _SLOT_BITS, np.uint64) for _ in range(_NUMBERS)]
        self._values = np.zeros(2 << _SLOT_BITS, np.uint8)
        self._values[0] = end  # the word of number 0, whose first slot is 0
        self._lock = Lock()

    def of(self, texts: Sequence[str]) -> bytes:
        """The codes of the words of all texts, parted at white space; an end before each text and after the last."""
        joined = f" {END} ".join(texts)
        if joined.count(END) != len(texts) - 1:
            joined = f" {END} ".join([text.replace(END, " ") for text in texts])
        if "\N{NO-BREAK SPACE}" in joined:
            joined = joined.replace("\N{NO-BREAK SPACE}", " ")
        window = f" {END} {joined} {END} ".encode("utf-8", "surrogatepass") + bytes(LONGEST)
        is_space = np.frombuffer(window.translate(_SPACE), np.uint8, len(window) - LONGEST)
        edges = np.flatnonzero(is_space[1:] != is_space[:-1]) + 1  # begins and ends with a space
        words = _words(window, edges[::2], edges[1::2] - edges[::2])
        with self._lock:
            return self._look_up(words).tobytes()

    def _look_up(self, words: _Words) -> Bytes:
        first, second = words.slots()
        found = self._values[first]
        missing = np.flatnonzero(~self._hold(words, first))
        others, second = words.take(missing), second[missing]
        found[missing] = self._values[second]
        unknown = np.flatnonzero(~self._hold(others, second))
        if len(unknown):
            missing, second = missing[unknown], second[unknown]
            found[missing] = self._learn(others.take(unknown), first[missing], second)
        return found

    def _hold(self, words: _Words, slots: Places) -> Mask:
        """Which of the slots hold the words that belong there."""
        same: Mask = words.lengths <= LONGEST
        for keys, (places, numbers) in zip(self._keys, words.numbers, strict=True):
            same[places] &= keys[slots[places]] == numbers
        return same

    def _learn(self, words: _Words, first: Places, second: Places) -> Bytes:
        """The codes of words that are in neither slot. Each goes into its first if that is free, else into its second; of words for
        one place the last stays.
        """
        fresh: dict[bytes, int] = {}
        for word in words.each():
            if word not in fresh:
                fresh[word] = self._code(word.decode("utf-8", "surrogatepass"))
        codes = np.array([fresh[word] for word in words.each()], np.uint8)
        kept = np.flatnonzero(words.lengths <= LONGEST)
        is_free = (self._keys[0][first] == 0) & (first != 0)
        slots = np.where(is_free, first, second)[kept]
        for keys, (places, numbers) in zip(self._keys, words.numbers, strict=True):
            column = np.zeros(len(codes), np.uint64)
            column[places] = numbers
            keys[slots] = column[kept]
        self._values[slots] = codes[kept]
        return codes


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of a window.

    starts, lengths: where each begins, and its bytes.
    numbers: the first, second ... numbers of those words that reach so far, with their places; the end of a text is 0.
    """

    window: bytes
    starts: Places
    lengths: Places
    numbers: tuple[tuple[Places, Numbers], ...]

    def slots(self) -> tuple[Places, Places]:
        """The two slots of each word, independent of each other; the first one of the end of a text is 0."""
        mixed = np.zeros(len(self.starts), np.uint64)
        for (places, numbers), factor in zip(self.numbers, _SPREAD, strict=True):
            mixed[places] ^= numbers * np.uint64(factor)
        mixed ^= mixed >> np.uint64(32)
        mixed *= np.uint64(_SPREAD[1])
        first = (mixed >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
        second = (mixed >> np.uint64(64 - 2 * _SLOT_BITS)).astype(np.int64) & _LAST_SLOT
        return first, second + (1 << _SLOT_BITS)

    def take(self, places: Places) -> _Words:
        """Some of the words."""
        return _words(self.window, self.starts[places], self.lengths[places])

    def each(self) -> Iterator[bytes]:
        """The bytes of each word."""
        for start, length in zip(self.starts.tolist(), self.lengths.tolist(), strict=True):
            yield self.window[start : start + length]


def _words(window: bytes, starts: Places, lengths: Places) -> _Words:
    """The words of a window, which ends with as many zeros as the longest word may have bytes."""
    letters: Numbers = np.ndarray((len(window) - _WIDTH,), "<u8", window, 0, (1,))
    reaching, ends = np.arange(len(starts)), starts + np.minimum(lengths, LONGEST)
    numbers = []
    for begin in range(0, LONGEST, _WIDTH):
        if begin:
            reaching = reaching[lengths[reaching] >= begin]
        at = starts[reaching] + begin
        inside = np.minimum(ends[reaching] - at, _WIDTH)
        numbers.append((reaching, letters[at] & _WITHIN[inside]))
    return _Words(window, starts, lengths, tuple(numbers))
