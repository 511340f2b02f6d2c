"""The default language model: words to evidence, evidence to probabilities, in whole numbers.

The logits of a text are the sum of its words' rows plus a bias. Rows are fixed-point integers, so a
sum is the same in every order and batch, and so is every probability made of it. A row depends on
its word alone; rows are remembered, which changes the speed and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from normalize.errors import ModelError
from normalize.stages.identify.features import features, features_of_many

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
_LOWER, _UPPER = 1, 2
_NAME_BITS = 3


def chunks(texts: Sequence[Sequence[str]]) -> Iterator[slice]:
    """Texts, given as their words, in slices that `LanguageModel.rows` can take."""
    first = count = 0
    for place, found in enumerate(texts):
        if count and count + len(found) > _CHUNK_WORDS:
            yield slice(first, place)
            first, count = place, 0
        count += len(found)
    if first < len(texts):
        yield slice(first, len(texts))


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
        self._cases = np.zeros(_CACHED_WORDS, np.uint8)
        self._index: dict[str, int] = {}
        self._lock = Lock()

    def rows(
        self,
        texts: Sequence[Sequence[str]],
        columns: Sequence[int] | None = None,
        max_words: int | None = None,
    ) -> tuple[npt.NDArray[np.int32], Ints]:
        """The evidence of the words of some texts, none of them empty: a row a word, and where the rows of each text begin.

        Evidence is a number a language, in units of 1 / UNIT nat. A word that reads as a name counts an eighth: where two
        words of a text or more are in lower case, one with a capital letter; the first word only if the second has one too.

        columns: the languages asked for; all of them by default. max_words: leave the rows of later words of a text out.
        Together the texts may have 30,000 words.
        """
        flat = [word for found in texts for word in found]
        sizes = np.array([len(found) for found in texts], np.int64)
        starts = sizes.cumsum() - sizes
        with self._lock:
            places = np.array(self._places(flat), np.int64)
            cases = self._cases[places]
            rows = self._rows[places if columns is None else np.ix_(places, np.array(columns))]
        lower = np.add.reduceat(cases == _LOWER, starts, dtype=np.int64)
        names = np.repeat((lower >= 2) & (lower < sizes), sizes) & (cases == _UPPER)
        second = np.minimum(starts + 1, len(flat) - 1)
        names[starts[cases[second] != _UPPER]] = False
        rows[names] >>= _NAME_BITS
        if max_words is not None and sizes.max() > max_words:
            rows = rows[np.arange(len(flat)) - np.repeat(starts, sizes) < max_words]
            sizes = np.minimum(sizes, max_words)
            starts = sizes.cumsum() - sizes
        return rows, starts

    def shares(self, texts: Sequence[Sequence[str]]) -> Shares:
        """The probability of every language for texts given as their words; one row a text."""
        out = np.empty((len(texts), len(self.codes)))
        for chunk in chunks(texts):
            out[chunk] = self._shares(*self.rows(texts[chunk], max_words=MAX_WORDS))
        return out

    def _shares(self, rows: npt.NDArray[np.int32], starts: Ints) -> Shares:
        logits = np.add.reduceat(rows, starts, axis=0, dtype=np.int64)
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
        self._add(list(dict.fromkeys([word for word in found if word not in index])))
        return [index[word] for word in found]

    def _add(self, fresh: Sequence[str]) -> None:
        """Remember the rows of words; whole numbers below 2 ** 53, so the products are exact."""
        if len(fresh) > _FEW:
            numbers, owners = features_of_many(fresh)
            order = owners.argsort(kind="stable")
            starts = np.searchsorted(owners[order], np.arange(len(fresh)))
            totals = np.add.reduceat(self._table[numbers[order]], starts, axis=0, dtype=np.int32)
        else:
            totals = np.array(
                [self._table[features(word)].sum(axis=0, dtype=np.int32) for word in fresh]
            )
        first = len(self._index)
        self._index.update(zip(fresh, range(first, first + len(fresh)), strict=True))
        self._rows[first : first + len(fresh)] = totals @ self._matrix
        for place, word in enumerate(fresh, first):
            self._cases[place] = _UPPER if word[0].isupper() else _LOWER if word[0].islower() else 0
            if not word.isascii() and word[0].islower():
                for column, letters in self._alphabets:
                    if not letters.issuperset(word):
                        self._rows[place, column] -= _FOREIGN_LETTER


@cache
def load_model() -> LanguageModel:
    """The model of this process."""
    return LanguageModel()
