"""Turns damaged text into the text that was meant, and records every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from normalize.document import Fix, FixKind, Repaired
from normalize.stages.repair import characters
from normalize.stages.repair.apostrophes import apostrophe_accents
from normalize.stages.repair.clean import is_clean, is_plain, reads_clean
from normalize.stages.repair.diacritics import diacritics
from normalize.stages.repair.draft import Draft
from normalize.stages.repair.encodings import Step
from normalize.stages.repair.glance import Glance, glance
from normalize.stages.repair.glue import glued, may_be_glued
from normalize.stages.repair.lost import LOST, lost_letters
from normalize.stages.repair.readings import CERTAIN
from normalize.stages.repair.transcode import transcode

ROUNDS = 6
"""How often the rules may run over a line before it counts as one that no repair settles."""


MOST_TRUST = 15.0
"""Nats that a document can lend to a reading at most."""
MOST_FROM_A_LINE = 4.0
"""Nats of these that a single line can earn."""
_BLANK = Repaired("\n")
"""What becomes of a blank line, of which there are many."""


class RepairLevel(StrEnum):
    """How much is repaired: nothing; what evidence justifies; also what is only likely."""

    OFF = "off"
    SAFE = "safe"
    AGGRESSIVE = "aggressive"


class Repairer:
    """Repairs texts. Built once a worker; its arguments travel between processes.

    level: how much is repaired.
    languages: the languages that readings are judged by.
    glue, apostrophes, diacritics: single rules on or off, whatever the level says.
    """

    def __init__(
        self,
        level: RepairLevel = RepairLevel.SAFE,
        languages: Sequence[str] = ("it", "tr", "en"),
        *,
        glue: bool | None = None,
        apostrophes: bool | None = None,
        diacritics: bool | None = None,
    ) -> None:
        self.level = level
        self.languages = tuple(languages)
        bold = level is RepairLevel.AGGRESSIVE
        self.glue = level is not RepairLevel.OFF if glue is None else glue
        self.apostrophes = bold if apostrophes is None else apostrophes
        self.diacritics = bold if diacritics is None else diacritics
        self._reads_plain = self.apostrophes or self.diacritics

    def repair(self, text: str) -> Repaired:
        """Repair one text, which may hold several lines; line endings are kept."""
        if self.level is RepairLevel.OFF:
            return Repaired(text)
        if "\n" not in text:
            return self.repair_line(text)
        lines = text.split("\n")
        repaired = self.document().repair([*(line + "\n" for line in lines[:-1]), lines[-1]])
        fixes: list[Fix] = []
        length = 0
        for line in repaired:
            fixes += [
                Fix(
                    fix.kind,
                    fix.start + length,
                    fix.before,
                    fix.after,
                    fix.evidence,
                    fix.margin,
                    fix.guess,
                )
                for fix in line.fixes
            ]
            length += len(line.text)
        return Repaired("".join(line.text for line in repaired), tuple(fixes))

    def document(self) -> DocumentRepairer:
        """Begin a document, whose damage is remembered from line to line."""
        return DocumentRepairer(self)

    def repair_line(self, line: str, trust: Mapping[Step, float] | None = None) -> Repaired:
        """Repair one line, ending included or not, leaning on steps that its document has shown."""
        if not self._reads_plain and is_plain(line):
            return Repaired(line)
        ending = "\r\n" if line.endswith("\r\n") else "\n" if line.endswith("\n") else ""
        body = line[: len(line) - len(ending)]
        if not trust and is_clean(body) and not self._has_option_work(body):
            return Repaired(line)
        draft = Draft(body)
        for number in range(ROUNDS):
            before = draft.text
            self._round(draft, None if number else trust)
            if draft.text == before:
                return Repaired(draft.text + ending, tuple(draft.fixes))
        return Repaired(line)

    def glance(self, lines: Sequence[str]) -> Glance:
        """Which of the lines, endings included, may need something."""
        if self._reads_plain:
            return Glance(list(range(len(lines))), [])
        seen = glance(lines, glue=self.glue)
        if self.level is RepairLevel.AGGRESSIVE:
            return Glance(sorted([*seen.closely, *seen.intact]), [])
        return seen

    def _has_option_work(self, body: str) -> bool:
        """Tell whether a rule that may be off could have something to do in a clean line."""
        return (
            (self.glue and may_be_glued(body))
            or (self.apostrophes and "'" in body)
            or (self.apostrophes and "’" in body)
            or (self.diacritics and body.isascii())
            or (self.level is RepairLevel.AGGRESSIVE and not body.isascii())
        )

    def _round(self, draft: Draft, trust: Mapping[Step, float] | None) -> None:
        """Run every rule once."""
        draft.apply(characters.surrogates(draft.text))
        draft.apply(characters.entities(draft.text))
        throughout = trust is not None and max(trust.values()) >= CERTAIN
        if not draft.text.isascii() and (throughout or not reads_clean(draft.text)):
            transcode(draft, self.languages, trust)
        if LOST in draft.text:
            draft.apply(lost_letters(draft.text, self.languages))
        draft.apply(characters.unicode_form(draft.text))
        draft.apply(characters.invisible(draft.text))
        draft.apply(characters.controls(draft.text))
        draft.apply(characters.white_space(draft.text, self.level is RepairLevel.AGGRESSIVE))
        if self.glue and may_be_glued(draft.text):
            draft.apply(glued(draft.text, self.languages))
        if self.apostrophes and "it" in self.languages:
            draft.apply(apostrophe_accents(draft.text))
        if self.diacritics:
            draft.apply(diacritics(draft.text, self.languages))


class DocumentRepairer:
    """Repairs one document window by window, and remembers how it is damaged.

    A document is damaged the same way throughout, so a step that clearly mends some lines is
    trusted on lines that show too little alone. What is kept is one number a step, however long
    the document is.
    """

    def __init__(self, repairer: Repairer) -> None:
        self._repairer = repairer
        self._trust: dict[Step, float] = {}
        self._damaged = 0
        self._intact = 0

    def repair(self, lines: Sequence[str]) -> list[Repaired]:
        """Repair the next lines of the document; one result a line, in order."""
        results = [_BLANK if line == "\n" else Repaired(line) for line in lines]
        if self._repairer.level is RepairLevel.OFF:
            return results
        seen = self._repairer.glance(lines)
        for place in seen.closely:
            results[place] = self._repairer.repair_line(lines[place])
            self._learn(lines[place], results[place])
        self._intact += len(seen.intact)
        if self._trust:
            trust = self._trust
            if self._damaged < 2 * self._intact:
                trust = {step: min(nats, CERTAIN - 1) for step, nats in trust.items()}
            for place in seen.closely:
                results[place] = self._again(lines[place], results[place], trust)
            if max(trust.values()) >= CERTAIN:
                for place in seen.intact:
                    results[place] = self._again(lines[place], results[place], trust)
        return results

    def _learn(self, line: str, result: Repaired) -> None:
        """Trust the steps that mended a line, the more the clearer they did."""
        shown = {
            fix.evidence: fix.margin
            for fix in result.fixes
            if fix.kind in (FixKind.MOJIBAKE, FixKind.TRANSCODING) and fix.margin is not None
        }
        self._damaged += bool(shown)
        self._intact += not shown and not line.isascii() and is_clean(line.rstrip())
        for name, margin in shown.items():
            step = Step.named(name)
            lent = min(margin / 4, MOST_FROM_A_LINE)
            self._trust[step] = min(self._trust.get(step, 0.0) + lent, MOST_TRUST)

    def _again(self, line: str, alone: Repaired, trust: Mapping[Step, float]) -> Repaired:
        """Repair a line once more with what the document has shown; what it gives must be settled."""
        if line.isascii():
            return alone
        if max(trust.values()) < CERTAIN and alone.text == line and is_clean(line.rstrip("\r\n")):
            return alone
        leaning = self._repairer.repair_line(line, trust)
        if leaning.text == alone.text:
            return alone
        settled = self._repairer.repair_line(leaning.text)
        return leaning if settled.text == leaning.text else alone
