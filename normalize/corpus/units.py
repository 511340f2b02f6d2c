"""What the corpus tools pass around: a unit read from a file, and a problem found in one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from normalize.document import SegmentPair


@dataclass(frozen=True, slots=True)
class Unit:
    """A translation unit as read from a corpus.

    line: where it starts in the file, counted from 1 (a row number in Parquet).
    pair: the unit; what the format does not tell has the value that says nothing ('', 0, ()).
    score: the pair's score, or None where the corpus has none.
    others: names of the columns, fields or properties that `pair` has no place for.
    record: the unit as it stands in the file, for `verbatim.py`: a line of TSV or JSON Lines, a row of Parquet.
    """

    line: int
    pair: SegmentPair
    score: float | None
    others: tuple[str, ...] = ()
    record: object = None


class Severity(StrEnum):
    """How much a problem matters."""

    ERROR = "error"
    """Some reader refuses the file or misreads it."""
    WARNING = "warning"
    """Every reader copes, but somebody should look."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a corpus: where, what, and what to try.

    line: counted from 1; 0 where it concerns the file as a whole.
    """

    line: int
    what: str
    advice: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{self.severity}: {place}{self.what} ({self.advice})"
