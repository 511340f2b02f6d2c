"""The default language model: words to evidence, evidence to probabilities, in whole numbers.

The logits of a text are the sum of its words' rows plus a bias. Rows are fixed-point integers, so a
sum is the same in every order and batch, and so is every probability made of it. A row depends on
its word alone; rows are remembered, which changes the speed and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from normalize.errors import ModelError
from normalize.stages.identify.features import QUIET, features, features_of_many

Ints: TypeAlias = npt.NDArray[np.int64]
Shares: TypeAlias = npt.NDArray[np.float64]

MODEL_FILE = Path(__file__).parents[2] / "data" / "lid.npz"
UNIT = 1 << 16
"""Logits are counted in units of 1 / UNIT nat."""
MAX_WORDS = 400
"""A language shows in its first words; the rest of a longer text is not weighed."""
_STEP_BITS = 9
_STEPS_PER_NAT = UNIT >> _STEP_BITS
_WEIGHTS: Ints = np.rint(
    np.exp(-np.arange(22 * _STEPS_PER_NAT) / _STEPS_PER_NAT) * float(1 << 40)
).astype(np.int64)
"""exp(-n / 128) as fixed-point integers, down to 22 nats below the best."""
_ASCII = "abcdefghijklmnopqrstuvwxyz'ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHABETS = {
    "it": frozenset(_ASCII + "àèéìíîïòóôùúüçÀÈÉÌÒÙ"),
    "tr": frozenset(_ASCII + "çğıöşüâîûÇĞİÖŞÜ"),
    "en": frozenset(_ASCII + "àâäçèéêëíïñóôöü"),
}
_FOREIGN_LETTER = 4 * UNIT
"""The odds against a language (4 nats) of a lower-case word with a letter it does not have."""
_FEW = 6
_CACHED_WORDS = 1 << 15
_CHUNK_WORDS = 1 << 13


class LanguageModel:
    """The weights, and the rows of words met lately.

    codes: the languages, in the order of a row's columns.
    """

    def __init__(self, path: Path = MODEL_FILE) -> None:
        try:
            with np.load(path) as data:
                self.codes: tuple[str, ...] = tuple(str(code) for code in data["codes"])
                self._table = data["table"]
                self._matrix = data["matrix"].T.astype(np.float64)
                self._bias: Ints = data["bias"].astype(np.int64)
        except (OSError, KeyError, ValueError) as exc:
            message = f"{path}: the language model cannot be read; install the package again"
            raise ModelError(message) from exc
        self._alphabets = [
            (self.codes.index(code), letters)
            for code, letters in _ALPHABETS.items()
            if code in self.codes
        ]
        self._rows = np.zeros((_CACHED_WORDS, len(self.codes)), np.int32)
        self._index: dict[str, int] = {}
        self._lock = Lock()

    def rows(self, found: Sequence[str]) -> npt.NDArray[np.int32]:
        """The evidence of each word: a number a language, in units of 1 / UNIT nat."""
        with self._lock:
            return self._rows[self._places(found)]

    def shares(self, texts: Sequence[Sequence[str]]) -> Shares:
        """The probability of every language for texts given as their words; one row a text."""
        out = np.empty((len(texts), len(self.codes)))
        done = 0
        while done < len(texts):
            taken, count = done, 0
            flat: list[str] = []
            starts: list[int] = []
            while taken < len(texts) and count < _CHUNK_WORDS:
                starts.append(count)
                flat.extend(texts[taken][:MAX_WORDS])
                count = len(flat)
                taken += 1
            out[done:taken] = self._shares(flat, starts)
            done = taken
        return out

    def _shares(self, flat: list[str], starts: list[int]) -> Shares:
        logits = np.add.reduceat(self.rows(flat), starts, axis=0, dtype=np.int64)
        logits += self._bias
        below = logits.max(axis=1, keepdims=True) - logits
        below >>= _STEP_BITS
        np.minimum(below, len(_WEIGHTS) - 1, out=below)
        weights = _WEIGHTS[below]
        shares: Shares = weights / weights.sum(axis=1, keepdims=True)
        return shares

    def _places(self, found: Sequence[str]) -> list[int]:
        index = self._index
        try:
            return [index[word] for word in found]
        except KeyError:
            pass
        if len(index) + len(found) > _CACHED_WORDS:
            index.clear()
        fresh = list(dict.fromkeys(word for word in found if word not in index))
        if len(fresh) > _FEW:
            self._add_many(fresh)
        else:
            for word in fresh:
                row = self._table[features(word.removeprefix(QUIET))].sum(axis=0, dtype=np.int64)
                self._add(word, row @ self._matrix)
        return [index[word] for word in found]

    def _add_many(self, fresh: Sequence[str]) -> None:
        numbers, owners = features_of_many([word.removeprefix(QUIET) for word in fresh])
        order = owners.argsort(kind="stable")
        starts = np.searchsorted(owners[order], np.arange(len(fresh)))
        totals = np.add.reduceat(self._table[numbers[order]], starts, axis=0, dtype=np.int32)
        for word, row in zip(fresh, totals @ self._matrix, strict=True):
            self._add(word, row)

    def _add(self, word: str, row: npt.NDArray[np.float64]) -> None:
        """Remember the row of a word; whole numbers below 2 ** 53, so the products were exact."""
        place = self._index[word] = len(self._index)
        self._rows[place] = row
        if not word.isascii() and word[0].islower():
            for column, letters in self._alphabets:
                if not letters.issuperset(word):
                    self._rows[place, column] -= _FOREIGN_LETTER
        if word.startswith(QUIET):
            self._rows[place] >>= 3


@cache
def load_model() -> LanguageModel:
    """The model of this process."""
    return LanguageModel()
