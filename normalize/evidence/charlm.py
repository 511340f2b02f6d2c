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
        nothing = np.zeros((1, costs[0].shape[1]), dtype=np.uint8)
        scale = np.float32(-STEP)
        self._cost_table = np.concatenate([*costs, nothing]).astype(np.float32) * scale
        self._cost_table[-1] = UNSEEN
        self._backoff_table = np.concatenate([*backoffs, nothing]).astype(np.float32) * scale
        sizes = [len(part) for part in grams]
        self._starts = [sum(sizes[:order]) for order in range(len(sizes))]
        self._missing = sum(sizes)
        self._unigrams = np.full(1 << SYMBOL_BITS, self._missing, dtype=np.int64)
        self._unigrams[grams[0].astype(np.int64)] = np.arange(sizes[0])

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

    def _places(self, stream: Grams) -> list[npt.NDArray[np.int64]]:
        """For each order, the table row of the n-gram ending at each symbol."""
        places = [self._unigrams[stream.astype(np.int64)]]
        key = stream
        for order in range(2, ORDER + 1):
            shifted = np.zeros_like(stream)
            shifted[order - 1 :] = stream[: len(stream) - order + 1]
            key = key | (shifted << np.uint64(SYMBOL_BITS * (order - 1)))
            known = self.grams[order - 1]
            at = np.searchsorted(known, key)
            np.minimum(at, len(known) - 1, out=at)
            row = np.where(
                (known[at] == key) & (shifted != 0), at + self._starts[order - 1], self._missing
            )
            places.append(row)
        return places

    def _score(self, stream: Grams) -> Nats:
        """Log-probabilities along a stream of symbols; texts in it are set apart by BOUNDARY, 0 is a gap."""
        length = len(stream)
        if length < ORDER:
            stream = np.concatenate([stream, np.zeros(ORDER - length, dtype=np.uint64)])
        places = self._places(stream)
        result = self._cost_table[places[0]]
        for order in range(2, ORDER + 1):
            row = places[order - 1]
            found = (row != self._missing)[:, None]
            history = np.concatenate([[self._missing], places[order - 2][:-1]])
            result = np.where(found, self._cost_table[row], result + self._backoff_table[history])
        return result[:length]

    def _stream(self, texts: Sequence[str]) -> tuple[Grams, list[int]]:
        """The texts' symbols in one stream with gaps between, and where each text's first symbol is."""
        stream = symbols("\n" + "\n\n\n".join(texts) + "\n") if texts else symbols("\n")
        starts, at = [], 1
        for text in texts:
            starts.append(at)
            at += len(text) + 3
        edges = np.array(starts, dtype=np.int64)
        ends = edges + np.array([len(text) for text in texts], dtype=np.int64)
        stream[edges - 1] = BOUNDARY
        stream[ends] = BOUNDARY
        stream[ends[:-1] + 1] = GAP
        return stream, starts

    def totals(self, texts: Sequence[str]) -> Nats:
        """The log-probability of each text in each language: shape (texts, languages)."""
        if not texts:
            return np.zeros((0, self._cost_table.shape[1]), dtype=np.float32)
        stream, starts = self._stream(texts)
        scores = self._score(stream)
        scores[np.array(starts) - 1] = 0.0
        scores[stream == GAP] = 0.0
        return np.add.reduceat(scores, starts, axis=0)

    def words(self, words: Sequence[str]) -> Nats:
        """The log-probability of words standing between spaces: shape (words, columns)."""
        if not words:
            return np.zeros((0, self._cost_table.shape[1]), dtype=np.float32)
        stream = symbols("".join([f"  {word} " for word in words]))
        lengths = np.array([len(word) + 3 for word in words], dtype=np.int64)
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
        stream, starts = self._stream(texts)
        scores = np.maximum(self._score(stream)[:, languages], self._floors(stream)[:, None])
        scores[np.array(starts) - 1] = 0.0
        scores[stream == GAP] = 0.0
        spaces = np.flatnonzero(stream == SPACE) + 1
        words = np.union1d(spaces, starts)
        per_word = np.add.reduceat(scores, words, axis=0)
        foreign = per_word.max(axis=1, keepdims=True) - FOREIGN_WORD
        first = np.searchsorted(words, starts)
        total = np.add.reduceat(np.maximum(per_word, foreign), first, axis=0)
        if priors is not None:
            total += priors
        best: Nats = total.max(axis=1)
        return best

    def in_context(self, trigrams: Sequence[str]) -> Nats:
        """The log-probability of the second and third character of each trigram, wherever it stands.

        Shape (trigrams, languages); nothing is known of what is before or after.
        """
        stream = np.zeros((len(trigrams), 4), dtype=np.uint64)
        stream[:, 1:] = symbols("".join(trigrams)).reshape(-1, 3)
        scores = self._score(stream.ravel()).reshape(len(trigrams), 4, len(LANGUAGES))
        together: Nats = scores[:, 2:].sum(axis=1)
        return together

    def _floors(self, stream: Grams) -> Nats:
        """The least log-probability of each symbol: letters of names can follow any letter."""
        kinds = letter_kinds()[stream.astype(np.int64)]
        before = np.concatenate([[0], kinds[:-1]])
        after = np.concatenate([kinds[1:] > 0, [False]]).astype(np.int64)
        floors: Nats = floor_table()[before, after, stream.astype(np.int64)]
        return floors


@cache
def character_model() -> CharacterModel:
    """The model shipped with the package, read once a process."""
    return CharacterModel.load(files("normalize.data").joinpath("charlm.bin").read_bytes())


@cache
def name_model() -> CharacterModel:
    """The model of names shipped with the package, one column, read once a process."""
    return CharacterModel.load(files("normalize.data").joinpath("charlm-names.bin").read_bytes())
