"""One segment to two, where a clause clearly changes language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from normalize.stages.identify.features import quieten, words
from normalize.stages.identify.model import UNIT, LanguageModel

MIN_GAIN_NATS = 7.0
"""How much better two languages must explain the words than one."""
MIN_SIDE_NATS = 3.0
"""How much better each side must read in its language than in the other side's."""
MIN_WORDS = 3
"""Both sides have at least so many words: a name or a title of two is no clause."""
MAX_WORDS = 60
_CANDIDATE = re.compile(r"(?<=\S)(\s+)(?=[\"“«(]?[^\W\d_])")
_CLAUSE_END = re.compile(r"[.!?:;…|•·»”)\]–—-]$")
_OPENING = re.compile(r"[\"“«(]")
_FUNCTION_WORDS = frozenset(
    """a an the of in on at to by with from for and or as is are was about into called titled film
    di del della dei delle da dal dalla a al alla in nel nella su sul con per tra e o il la lo i le
    gli un una che è ve ile için bir bu şu adlı""".split()
)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where the first clause ends and the second starts, as offsets; the space lies between."""

    end: int
    start: int
    languages: tuple[str, str]


@runtime_checkable
class Divider(Protocol):
    """A detector that can tell where a text changes language."""

    def divide(self, text: str, expected: Sequence[str]) -> Boundary | None:
        """The boundary between two clauses in different expected languages; None for most texts."""
        ...


def boundary(model: LanguageModel, text: str, expected: Sequence[str]) -> Boundary | None:
    """The place where two of the expected languages explain the text far better than one.

    A boundary needs a capital letter after it, no open quotation and no preposition or article
    before it; a quotation or title inside a sentence therefore stays where it is.
    """
    found = words(text)
    if not 2 * MIN_WORDS <= len(found) <= MAX_WORDS:
        return None
    columns = [model.codes.index(code) for code in expected if code in model.codes]
    evidence = model.rows(quieten(found))[:, columns].astype(np.int64)
    before = np.vstack((np.zeros((1, len(columns)), np.int64), evidence.cumsum(axis=0)))
    after = before[-1] - before
    whole = before[-1].max()
    gains = before.max(axis=1) + after.max(axis=1) - whole
    if gains.max() < MIN_GAIN_NATS * UNIT:
        return None
    best: Boundary | None = None
    best_gain = int(MIN_GAIN_NATS * UNIT)
    for match in _CANDIDATE.finditer(text):
        count = len(words(text[: match.start()]))
        gain = int(gains[count]) + (2 * UNIT if _CLAUSE_END.search(text[: match.start()]) else 0)
        if gain < best_gain or not _may_divide(text, match, count, len(found)):
            continue
        left, right = int(before[count].argmax()), int(after[count].argmax())
        sides = (
            before[count][left] - before[count][right],
            after[count][right] - after[count][left],
        )
        if left != right and min(sides) >= MIN_SIDE_NATS * UNIT:
            codes = [model.codes[column] for column in columns]
            best = Boundary(match.start(), match.end(), (codes[left], codes[right]))
            best_gain = gain
    return best


def _may_divide(text: str, match: re.Match[str], count: int, total: int) -> bool:
    left, right = text[: match.start()], text[match.end() :]
    if min(count, total - count) < MIN_WORDS or not right.lstrip('"“«(')[:1].isupper():
        return False
    if _open_quotations(left) or _OPENING.match(right):
        return False
    last = words(left)[-1].lower().strip("'")
    return bool(_CLAUSE_END.search(left)) or (last not in _FUNCTION_WORDS and left[-1].isalpha())


def _open_quotations(left: str) -> bool:
    pairs = (("“", "”"), ("«", "»"), ("(", ")"))
    return left.count('"') % 2 == 1 or any(left.count(a) > left.count(b) for a, b in pairs)
