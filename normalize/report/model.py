"""What the report is made of: the run in numbers, and its documents segment by segment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from normalize.document import UNDETERMINED, BlockKind, Fix


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What the first screen of the page tells.

    models: name (`it-en`) to sha256 digest. languages: code to number of segments.
    pairs: corpus (`it-en`) to pairs written. rejected_by_reason, fixes_by_kind: name to number.
    score_histogram: bins (low, high, count) of the pairs' scores, mean log-probability a target
        token in nats; a bin holds low <= score < high, the last one its high end too.
    undecided: segments labelled `und`. switched: segments whose context overruled the detector.
    failed_inputs: (name, reason) of inputs that could not be read.
    """

    title: str
    signature: str
    tool_version: str
    models: dict[str, str] = field(default_factory=dict)
    documents_read: int = 0
    documents_written: int = 0
    documents_failed: int = 0
    segments_read: int = 0
    segments_translated: int = 0
    pairs_rejected: int = 0
    pairs: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    rejected_by_reason: dict[str, int] = field(default_factory=dict)
    fixes_by_kind: dict[str, int] = field(default_factory=dict)
    score_histogram: tuple[tuple[float, float, int], ...] = ()
    undecided: int = 0
    switched: int = 0
    failed_inputs: tuple[tuple[str, str], ...] = ()

    @property
    def pairs_written(self) -> int:
        """Pairs in all corpora together."""
        return sum(self.pairs.values())


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment of a document: the original, what stands in the output, and how it came about.

    language: as decided; raw_language: what the detector said of the segment alone, if it differs
    the context overruled it, and `reason` says why. score: of a translation, None for text that
    was passed through. changed: whether the output differs from the input in any way.
    start: character offset in the decoded, repaired document.
    """

    kind: BlockKind
    source: str
    target: str
    language: str
    raw_language: str = ""
    reason: str = ""
    score: float | None = None
    flags: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    changed: bool = False
    start: int = 0

    @property
    def translated(self) -> bool:
        """Whether the output is a machine translation."""
        return self.score is not None and self.source != self.target

    @property
    def switched(self) -> bool:
        """Whether the context overruled what the detector said of the segment alone."""
        return self.raw_language not in ("", self.language)

    @property
    def marks(self) -> tuple[str, ...]:
        """The names by which the page filters its rows."""
        marks = {
            "changed": self.changed or self.translated,
            "repaired": bool(self.fixes),
            "flagged": bool(self.flags),
            "switched": self.switched,
            "undecided": self.language == UNDETERMINED,
        }
        return tuple(name for name, holds in marks.items() if holds)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document of the page; its rows are read once, in order, and not beyond what is shown."""

    name: str
    rows: Iterable[SegmentRow]
