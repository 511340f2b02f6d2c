"""One segment to two, where a clause clearly changes language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from normalize.evidence.vocabulary import LANGUAGES as VOCABULARIES
from normalize.evidence.vocabulary import vocabulary
from normalize.stages.identify.features import words
from normalize.stages.identify.model import UNIT, Ints, LanguageModel, chunks

MIN_GAIN_NATS = 7.0
"""How much better two languages must explain the words than one."""
MIN_SIDE_NATS = 3.0
"""How much better each side must read in its language than in the other side's."""
MIN_WORDS = 3
"""Both sides have at least so many words: a name or a title of two is no clause."""
MAX_WORDS = 60
MIN_LISTED = 0.75
"""Of a side that may be a list of names, so many words are in the vocabulary of its language."""
_CANDIDATE = re.compile(r"(?<=\S)(\s+)(?=[\"“«(]?[^\W\d_])")
_CLAUSE_ENDS = ".!?:;…|•·»”)]–—-"
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

    def divide(self, texts: Sequence[str], expected: Sequence[str]) -> list[Boundary | None]:
        """The boundary of each text between two clauses in different expected languages; None for most texts."""
        ...


def boundaries(
    model: LanguageModel, texts: Sequence[str], expected: Sequence[str]
) -> list[Boundary | None]:
    """The place in each text where two of the expected languages explain it far better than one.

    A boundary needs a capital letter after it, no open quotation and no preposition or article
    before it; a quotation or title inside a sentence therefore stays where it is.
    """
    made: list[Boundary | None] = [None] * len(texts)
    columns = [model.codes.index(code) for code in expected if code in model.codes]
    codes = [model.codes[column] for column in columns]
    places, found = [], []
    for place, text in enumerate(texts):
        of_text = words(text)
        if 2 * MIN_WORDS <= len(of_text) <= MAX_WORDS:
            places.append(place)
            found.append(of_text)
    for chunk in chunks(found):
        evidence, starts = model.rows(found[chunk], columns)
        sums = np.vstack((np.zeros((1, len(columns)), np.int64), evidence.cumsum(0, np.int64)))
        ends = [*starts[1:].tolist(), len(evidence)]
        worthy = _worthy(sums, starts)
        for number, (start, end) in enumerate(zip(starts.tolist(), ends, strict=True)):
            if worthy[number]:
                place = places[chunk][number]
                made[place] = _boundary(texts[place], sums[start : end + 1] - sums[start], codes)
    return made


def _worthy(sums: Ints, starts: Ints) -> npt.NDArray[np.bool_]:
    """Tell which texts two languages explain so much better than one that a boundary may be found.

    sums: the evidence summed up to each word of all texts, 0 before the first. starts: of the texts.
    """
    sizes = np.diff(starts, append=len(sums) - 1)
    before = sums[:-1] - np.repeat(sums[starts], sizes, axis=0)
    whole = sums[starts + sizes] - sums[starts]
    after = np.repeat(whole, sizes, axis=0) - before
    gains = before.max(axis=1) + after.max(axis=1)
    best: Ints = np.maximum.reduceat(gains, starts) - whole.max(axis=1)
    worthy: npt.NDArray[np.bool_] = best >= MIN_GAIN_NATS * UNIT
    return worthy


def _boundary(text: str, before: Ints, codes: Sequence[str]) -> Boundary | None:
    """The best place in one text.

    before: the evidence summed up to each word, a row more than words. codes: of its columns.
    """
    after = before[-1] - before
    total = len(before) - 1
    gains = before.max(axis=1) + after.max(axis=1) - before[-1].max()
    best: Boundary | None = None
    best_gain = int(MIN_GAIN_NATS * UNIT)
    count = done = 0
    for match in _CANDIDATE.finditer(text):
        count += len(words(text[done : match.start()]))  # no word crosses a space
        done = match.start()
        gain = int(gains[count]) + (2 * UNIT if text[done - 1] in _CLAUSE_ENDS else 0)
        if gain < best_gain or not _may_divide(text, match, count, total):
            continue
        left, right = int(before[count].argmax()), int(after[count].argmax())
        sides = (
            before[count][left] - before[count][right],
            after[count][right] - after[count][left],
        )
        if left == right or min(sides) < MIN_SIDE_NATS * UNIT:
            continue
        clauses = ((text[: match.start()], codes[left]), (text[match.end() :], codes[right]))
        if not any(_may_be_names(clause, code, codes[0]) for clause, code in clauses):
            best = Boundary(match.start(), match.end(), (codes[left], codes[right]))
            best_gain = gain
    return best


def _may_be_names(clause: str, code: str, target: str) -> bool:
    """Tell whether a clause holds no word in lower case that its language writes more often, and few words of its vocabulary.

    The letters of names read as the language of their bearers, also in a list of them in the middle of an English sentence.
    """
    if code == target or code not in VOCABULARIES:
        return False
    found = [word.strip("'") for word in words(clause)]
    capitalised = [word for word in found if not word[0].islower()]
    if any(_is_more_usual(word, code, target) for word in found if word[0].islower()):
        return False
    return sum(vocabulary().knows(word, code) for word in capitalised) < MIN_LISTED * len(found)


def _is_more_usual(word: str, code: str, target: str) -> bool:
    """Tell whether a word is more frequent in one language than in another."""
    own, other = vocabulary().nats(word, code), vocabulary().nats(word, target)
    return own is not None and (other is None or own > other)


def _may_divide(text: str, match: re.Match[str], count: int, total: int) -> bool:
    left, right = text[: match.start()], text[match.end() :]
    if min(count, total - count) < MIN_WORDS or not right.lstrip('"“«(')[:1].isupper():
        return False
    if _open_quotations(left) or _OPENING.match(right):
        return False
    last = words(left)[-1].lower().strip("'")
    return left[-1] in _CLAUSE_ENDS or (last not in _FUNCTION_WORDS and left[-1].isalpha())


def _open_quotations(left: str) -> bool:
    pairs = (("“", "”"), ("«", "»"), ("(", ")"))
    return left.count('"') % 2 == 1 or any(left.count(a) > left.count(b) for a, b in pairs)
