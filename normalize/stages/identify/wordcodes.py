"""One code for each word of many texts at once: the words are cut and hashed as arrays, and met words are remembered by their hash.

The hash of a word is the polynomial sum of its bytes modulo 2 ** 64. Sums over a whole window, taken once, give that of every word in
it by a subtraction (the prefix sums of M. O. Rabin and R. M. Karp, "Efficient randomized pattern-matching algorithms", 1987).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Bytes: TypeAlias = npt.NDArray[np.uint8]
Hashes: TypeAlias = npt.NDArray[np.uint64]
Places: TypeAlias = npt.NDArray[np.int64]

END = "\0"
"""Stands between two texts; never a part of one."""
LONGEST = 32
"""Bytes of the longest word that is remembered: words made to have one hash are far longer."""
_SLOT_BITS = 17
_BASE, _MIX = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
"""Odd numbers of 64 bits without a pattern: the base of the sums, and what spreads their values, so that words alike are not
neighbours.
"""
_INVERSE = pow(_BASE, -1, 1 << 64)
_SPACE = np.zeros(256, np.bool_)
_SPACE[[*range(9, 14), *range(28, 33)]] = True


def _powers(base: int, count: int) -> Hashes:
    """The first powers of a base, modulo 2 ** 64."""
    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


class WordCodes:
    """Remembers the code of every word that it has met lately.

    code: the code of a word, a number below 256; asked once as long as the word is remembered.
    end: the code of the end of a text.
    """

    def __init__(self, code: Callable[[str], int], end: int) -> None:
        self._code = code
        self._keys = np.zeros(2 << _SLOT_BITS, np.uint64)
        self._values = np.zeros(2 << _SLOT_BITS, np.uint8)
        self._powers, self._inverses = _powers(_BASE, 1), _powers(_INVERSE, 1)
        self._lock = Lock()
        zeros, first = np.zeros(1, np.uint8), np.zeros(1, np.int64)
        self._remember(0, int(self._hashes(zeros, first, first + 1)[0]), end)  # never forgotten

    def of(self, texts: Sequence[str]) -> bytes:
        """The codes of the words of all texts, parted at white space; an end before each text and after the last."""
        joined = f" {END} ".join(texts)
        if joined.count(END) != len(texts) - 1:
            joined = f" {END} ".join([text.replace(END, " ") for text in texts])
        if "\N{NO-BREAK SPACE}" in joined:
            joined = joined.replace("\N{NO-BREAK SPACE}", " ")
        window = f" {END} {joined} {END} ".encode("utf-8", "surrogatepass")
        letters = np.frombuffer(window, np.uint8)
        edges = np.flatnonzero(np.diff(_SPACE[letters])) + 1  # begins and ends with a space
        starts, stops = edges[::2], edges[1::2]
        with self._lock:
            return self._look_up(window, letters, starts, stops).tobytes()

    def _look_up(self, window: bytes, letters: Bytes, starts: Places, stops: Places) -> Bytes:
        hashes = self._hashes(letters, starts, stops)
        slots = (hashes >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
        found = self._values[slots]
        missing = np.flatnonzero(self._keys[slots] != hashes)
        second = slots[missing] + (1 << _SLOT_BITS)
        found[missing] = self._values[second]
        missing = missing[self._keys[second] != hashes[missing]]
        fresh: dict[int, int] = {}
        for place, start, stop, slot, hashed in zip(
            *(
                rows[missing].tolist()
                for rows in (np.arange(len(starts)), starts, stops, slots, hashes)
            ),
            strict=True,
        ):
            value = fresh.get(hashed)
            if value is None or stop - start > LONGEST:
                value = self._code(window[start:stop].decode("utf-8", "surrogatepass"))
                if stop - start <= LONGEST:
                    fresh[hashed] = value
                    self._remember(slot, hashed, value)
            found[place] = value
        return found

    def _remember(self, slot: int, hashed: int, value: int) -> None:
        """Into the first of a word's two slots if it is free, else into the second."""
        slot += (1 << _SLOT_BITS) if self._keys[slot] else 0
        self._keys[slot], self._values[slot] = hashed, value

    def _hashes(self, letters: Bytes, starts: Places, stops: Places) -> Hashes:
        """The hash of each word, never 0."""
        if len(letters) > len(self._powers):
            self._powers = _powers(_BASE, 2 * len(letters))
            self._inverses = _powers(_INVERSE, 2 * len(letters))
        sums = np.zeros(len(letters) + 1, np.uint64)
        np.cumsum(letters * self._powers[: len(letters)], out=sums[1:])
        hashes: Hashes = (sums[stops] - sums[starts]) * self._inverses[starts] * np.uint64(_MIX)
        return hashes | np.uint64(1)  # 0 marks a free slot
