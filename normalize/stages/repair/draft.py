"""A text under repair, and the record of what was done to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from normalize.document import Fix, FixKind


@dataclass(frozen=True, slots=True)
class Edit:
    """One span to replace, in the coordinates of the text that a rule was given."""

    start: int
    end: int
    after: str
    kind: FixKind
    evidence: str
    margin: float | None = None
    guess: bool = False


class Draft:
    """A text and the fixes that led to it; each fix meets what its predecessors left."""

    __slots__ = ("fixes", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.fixes: list[Fix] = []

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make edits that do not overlap, given in order of their places in the present text."""
        parts: list[str] = []
        done = 0
        length = 0
        for edit in edits:
            before = self.text[edit.start : edit.end]
            if before == edit.after:
                continue
            parts.append(self.text[done : edit.start])
            length += edit.start - done
            self.fixes.append(
                Fix(edit.kind, length, before, edit.after, edit.evidence, edit.margin, edit.guess)
            )
            parts.append(edit.after)
            length += len(edit.after)
            done = edit.end
        if parts:
            parts.append(self.text[done:])
            self.text = "".join(parts)


def block_edits(
    before: str, after: str, kind: FixKind, evidence: str, margin: float | None = None
) -> list[Edit]:
    """The edits that turn one text into another: a block between spaces each where blocks agree, else one.

    >>> [(edit.start, edit.after) for edit in block_edits("a cittË", "a città", FixKind.MOJIBAKE, "")]
    [(2, 'città')]
    """
    old, new = before.split(" "), after.split(" ")
    if len(old) != len(new):
        return [_middle_edit(before, after, kind, evidence, margin)]
    edits = []
    at = 0
    for was, now in zip(old, new, strict=True):
        if was != now:
            edits.append(Edit(at, at + len(was), now, kind, evidence, margin))
        at += len(was) + 1
    return edits


def _middle_edit(
    before: str, after: str, kind: FixKind, evidence: str, margin: float | None
) -> Edit:
    """One edit from the first to the last difference."""
    shortest = min(len(before), len(after))
    head = next((i for i in range(shortest) if before[i] != after[i]), shortest)
    tail = next(
        (i for i in range(shortest - head) if before[-1 - i] != after[-1 - i]), shortest - head
    )
    return Edit(head, len(before) - tail, after[head : len(after) - tail], kind, evidence, margin)
