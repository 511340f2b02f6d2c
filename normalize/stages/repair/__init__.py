"""Turns damaged text into the text that was meant, and records every change."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from normalize.document import Repaired


class RepairLevel(StrEnum):
    """How much is repaired: nothing; what evidence justifies; also what is only likely."""

    OFF = "off"
    SAFE = "safe"
    AGGRESSIVE = "aggressive"


class DocumentRepairer:
    """Repairs one document window by window, and remembers how it is damaged."""

    def __init__(self, repairer: Repairer) -> None:
        self._repairer = repairer

    def repair(self, lines: Sequence[str]) -> list[Repaired]:
        """Repair the next lines of the document; one result a line, in order."""
        return [self._repairer.repair(line) for line in lines]


class Repairer:
    """Repairs texts."""

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

    def repair(self, text: str) -> Repaired:
        """Repair one text."""
        return Repaired(text)

    def document(self) -> DocumentRepairer:
        """Begin a document."""
        return DocumentRepairer(self)
