"""Turns a text into how well it reads as Italian, Turkish and English: character language models.

One table holds the n-grams (up to five symbols) of all languages; each n-gram carries, for each
language, its interpolated Witten-Bell log-probability and the back-off weight of the history that
it is. A text is scored by the longest n-gram known at each place, so one look-up serves all
languages.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from normalize.evidence.alphabet import (
    BOUNDARY,
    GAP,
    SPACE,
    SYMBOL_BITS,
    floor_table,
    letter_kinds,
    symbols,
)

LANGUAGES = ("it", "tr", "en")
"""The languages of the model, in the order of its columns."""
ORDER = 5
"""Symbols in the longest n-gram."""
STEP = 0.08
"""Nats between two neighbouring values of the tables."""
UNSEEN = -18.0
"""The log-probability of a symbol that training never met."""
FOREIGN_WORD = 5.0
"""Nats that a word of another language than its line costs."""
_BLOCK = 16
"""Neighbouring n-grams of a table in one block; a power of two."""
_CHUNK = 4096
"""Symbols scored at once, so that long texts take little memory."""

Grams = npt.NDArray[np.uint64]
Nats = npt.NDArray[np.float32]
_MAGIC = b"charlm1\n"


def _quantised(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    nats = -np.log(np.maximum(values, 1e-12)) / STEP
    return np.clip(np.rint(nats), 0, 255).astype(np.uint8)


def _packed(array: npt.NDArray[np.uint8]) -> bytes:
    body = zlib.compress(array.tobytes(), 9)
    return struct.pack("<I", len(body)) + body


class CharacterModel:
    """Character language models of several languages in one table."""

    def __init__(
        self,
        grams: list[Grams],
        costs: list[npt.NDArray[np.uint8]],
        backoffs: list[npt.NDArray[np.uint8]],
    ) -> None:
        """Take the n-grams of each order (sorted), their costs and their back-offs, a column a language."""
        self.grams = grams
        self._costs = costs
        self._backoffs = backoffs
        self._columns = costs[0].shape[1]
        # Rows of 2, 4 or 8 bytes are copied fast.
        self._width = 1 << (self._columns - 1).bit_length()
        sizes = [len(part) for part in grams]
        self._missing = sum(sizes)
        # no symbol is 0, so that the keys of longer n-grams are greater: one look-up for all orders
        self._keys = np.concatenate([*grams, np.full(_BLOCK, ~np.uint64(0))])
        self._firsts = self._keys[::_BLOCK].copy()
        self._table = np.zeros((self._missing + 1, 2 * self._width), dtype=np.uint8)
        at = 0
        for size, cost, backoff in zip(sizes, costs, backoffs, strict=True):
            self._table[at : at + size, : self._columns] = cost
            self._table[at : at + size, self._width : self._width + self._columns] = backoff
            at += size
        self._table[at, : self._columns] = round(-UNSEEN / STEP)

    @classmethod
    def from_probabilities(
        cls,
        grams: list[Grams],
        probabilities: list[npt.NDArray[np.float64]],
        backoffs: list[npt.NDArray[np.float64]],
    ) -> CharacterModel:
        """Build a model from probabilities in (0, 1]."""
        return cls(
            grams,
            [_quantised(part) for part in probabilities],
            [_quantised(part) for part in backoffs],
        )

    def save(self, path: Path) -> None:
        """Write the model: per order the gaps between keys (a plane a byte), costs and back-offs."""
        body = [_MAGIC]
        for grams, costs, backoffs in zip(self.grams, self._costs, self._backoffs, strict=True):
            gaps = np.diff(grams, prepend=np.uint64(0))
            planes = np.ascontiguousarray(gaps.view(np.uint8).reshape(-1, 8).T)
            body.append(struct.pack("<I", len(grams)))
            body += [_packed(planes), _packed(costs.T.copy()), _packed(backoffs.T.copy())]
        path.write_bytes(b"".join(body))

    @classmethod
    def load(cls, data: bytes) -> CharacterModel:
        """Read what `save` wrote."""
        if not data.startswith(_MAGIC):
            message = "this is not a character language model"
            raise ValueError(message)
        at = len(_MAGIC)

        def block() -> npt.NDArray[np.uint8]:
            nonlocal at
            (size,) = struct.unpack_from("<I", data, at)
            at += 4 + size
            return np.frombuffer(zlib.decompress(data[at - size : at]), dtype=np.uint8)

        grams, costs, backoffs = [], [], []
        for _ in range(ORDER):
            (number,) = struct.unpack_from("<I", data, at)
            at += 4
            gaps = np.ascontiguousarray(block().reshape(8, number).T).view(np.uint64).ravel()
            grams.append(np.cumsum(gaps, dtype=np.uint64))
            costs.append(np.ascontiguousarray(block().reshape(-1, number).T))
            backoffs.append(np.ascontiguousarray(block().reshape(-1, number).T))
        return cls(grams, costs, backoffs)

    def nats(self, text: str) -> Nats:
        """The log-probability of each character of a text in each language: shape (characters + 1, 3).

        The last row is the end of the text.
        """
        stream = np.concatenate([[np.uint64(BOUNDARY)], symbols(text), [np.uint64(BOUNDARY)]])
        return self._score(stream)[1:]

    def _rows(self, stream: Grams) -> npt.NDArray[np.int64]:
        """The table row of the n-gram of each order that ends at each symbol: shape (orders, symbols)."""
        length = len(stream)
        padded = np.full(length + ORDER - 1, GAP, dtype=np.uint64)
        padded[ORDER - 1 :] = stream
        keys = np.empty((ORDER, length), dtype=np.uint64)
        keys[0] = stream
        for order in range(1, ORDER):
            first = ORDER - 1 - order
            np.left_shift(
                padded[first : first + length], np.uint64(SYMBOL_BITS * order), out=keys[order]
            )
            keys[order] |= keys[order - 1]
        return self._find(keys)

    def _find(self, keys: Grams) -> npt.NDArray[np.int64]:
        """The table row of each n-gram; a binary search that ends within one block, all keys at a time.

        The first keys of the blocks stay in the processor's cache, which the whole table exceeds.
        """
        rows = (self._firsts.searchsorted(keys, "right") - 1) * _BLOCK
        np.maximum(rows, 0, out=rows)
        step = _BLOCK // 2
        while step:
            rows += step * (self._keys.take(rows + step) <= keys)
            step //= 2
        np.copyto(rows, self._missing, where=self._keys.take(rows) != keys)
        return rows

    def _score(self, stream: Grams) -> Nats:
        """Log-probabilities along a stream of symbols; texts in it are set apart by BOUNDARY and GAP."""
        if len(stream) <= _CHUNK:
            return self._score_chunk(stream)
        parts = [self._score_chunk(stream[:_CHUNK])]
        for at in range(_CHUNK, len(stream), _CHUNK):
            chunk = self._score_chunk(stream[at - ORDER + 1 : at + _CHUNK])
            parts.append(chunk[ORDER - 1 :])
        return np.concatenate(parts)

    def _score_chunk(self, stream: Grams) -> Nats:
        """The same of a stream of moderate length; nothing is known of what is before it."""
        rows = self._rows(stream)
        found = rows != self._missing
        nats = self._table.take(rows, axis=0) * np.float32(-STEP)
        costs, backoffs = nats[:, :, : self._width], nats[:, :, self._width :]
        result: Nats = costs[0]
        for order in range(1, ORDER):
            result[1:] += backoffs[order - 1, :-1]
            np.copyto(result, costs[order], where=found[order, :, None])
        return result[:, : self._columns]

    def _stream(self, texts: Sequence[str]) -> tuple[Grams, npt.NDArray[np.int64]]:
        """The texts' symbols in one stream with gaps between, and where each text's first symbol is."""
        stream = symbols("\n" + "\n\n\n".join(texts) + "\n")
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        ends = np.cumsum(lengths + 3) - 2
        starts = ends - lengths
        stream[starts - 1] = BOUNDARY
        stream[ends] = BOUNDARY
        stream[ends[:-1] + 1] = GAP
        return stream, starts

    def totals(self, texts: Sequence[str]) -> Nats:
        """The log-probability of each text in each language: shape (texts, languages)."""
        if not texts:
            return np.zeros((0, self._columns), dtype=np.float32)
        stream, starts = self._stream(texts)
        return _summed(self._score(stream), starts)

    def words(self, words: Sequence[str]) -> Nats:
        """The log-probability of words standing between spaces: shape (words, columns)."""
        if not words:
            return np.zeros((0, self._columns), dtype=np.float32)
        stream = symbols("".join([f"  {word} " for word in words]))
        lengths = np.fromiter(map(len, words), np.int64, len(words)) + 3
        starts = np.cumsum(lengths) - lengths
        stream[starts] = GAP
        scores = self._score(stream)
        scores[starts] = scores[starts + 1] = 0.0
        return np.add.reduceat(scores, starts, axis=0)

    def readings(
        self, texts: Sequence[str], languages: Sequence[int], priors: Nats | None = None
    ) -> Nats:
        """How well each text reads, in nats: in its best language, where single words may be of another.

        A word of another language costs FOREIGN_WORD nats, so that names and quotations do not
        count against a reading. languages: the columns to choose from; priors: what is known of
        each of them beforehand, in nats.
        """
        if not texts:
            return np.zeros(0, dtype=np.float32)
        total = self.readings_in_each(texts, languages)
        if priors is not None:
            total += priors
        best: Nats = total.max(axis=1)
        return best

    def readings_in_each(self, texts: Sequence[str], languages: Sequence[int]) -> Nats:
        """The same of one or more texts for each language that the rest of a text may be in: (texts, languages)."""
        stream, starts = self._stream(texts)
        return self._mixed(stream, starts, self._score(stream), languages)

    def totals_and_readings(
        self, texts: Sequence[str], languages: Sequence[int]
    ) -> tuple[Nats, Nats]:
        """What `totals` and `readings` tell of some texts, one or more, for the price of one."""
        stream, starts = self._stream(texts)
        scores = self._score(stream)
        mixed = self._mixed(stream, starts, scores, languages)
        return _summed(scores, starts), mixed.max(axis=1)

    def _mixed(
        self,
        stream: Grams,
        starts: npt.NDArray[np.int64],
        scores: Nats,
        languages: Sequence[int],
    ) -> Nats:
        """How well texts read whose symbols have these scores; see `readings_in_each`."""
        scores = np.maximum(scores.take(languages, axis=1), self._floors(stream)[:, None])
        scores[starts - 1] = 0.0
        scores[starts[1:] - 2] = 0.0
        begins = np.zeros(len(stream), dtype=np.bool_)
        begins[1:] = stream[:-1] == SPACE
        begins[starts] = True
        words = begins.nonzero()[0]
        per_word = np.add.reduceat(scores, words, axis=0)
        foreign = per_word.max(axis=1, keepdims=True) - FOREIGN_WORD
        first = words.searchsorted(starts)
        total: Nats = np.add.reduceat(np.maximum(per_word, foreign), first, axis=0)
        return total

    def in_context(self, trigrams: Sequence[str]) -> Nats:
        """The log-probability of the second and third character of each trigram, wherever it stands.

        Shape (trigrams, languages); nothing is known of what is before or after.
        """
        stream = np.full((len(trigrams), 4), GAP, dtype=np.uint64)
        stream[:, 1:] = symbols("".join(trigrams)).reshape(-1, 3)
        scores = self._score(stream.ravel()).reshape(len(trigrams), 4, len(LANGUAGES))
        together: Nats = scores[:, 2:].sum(axis=1)
        return together

    def _floors(self, stream: Grams) -> Nats:
        """The least log-probability of each symbol: letters of names can follow any letter."""
        places = stream.astype(np.int64)
        kinds = letter_kinds().take(places)
        floors = floor_table()
        places[1:] += kinds[:-1] * (floors.shape[1] * floors.shape[2])
        places[:-1] += (kinds[1:] > 0) * floors.shape[2]
        found: Nats = floors.take(places)
        return found


def _summed(scores: Nats, starts: npt.NDArray[np.int64]) -> Nats:
    """The sums over texts of the scores along their stream, of which those between the texts are lost."""
    scores[starts - 1] = 0.0
    scores[starts[1:] - 2] = 0.0
    return np.add.reduceat(scores, starts, axis=0)


@cache
def character_model() -> CharacterModel:
    """The model shipped with the package, read once a process."""
    return CharacterModel.load(files("normalize.data").joinpath("charlm.bin").read_bytes())


@cache
def name_model() -> CharacterModel:
    """The model of names shipped with the package, one column, read once a process."""
    return CharacterModel.load(files("normalize.data").joinpath("charlm-names.bin").read_bytes())
