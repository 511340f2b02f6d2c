"""A run as one self-contained HTML page: totals, charts, and the documents side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from normalize.document import BlockKind, Fix

__all__ = ["DocumentView", "RunSummary", "SegmentRow", "write_report"]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What the page's first screen tells.

    models: name (`it-en`) to sha256 digest. languages: code to segments. failed_inputs: (name, reason).
    score_histogram: (low, high, count) bins, low included and high excluded. pairs: `it-en` to pairs written.
    undecided: segments labelled `und`; switched: segments whose context overruled the detector.
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


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment of a document: the original, what stands in the output, and how it came about."""

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


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document of the page; its rows are read once, in order."""

    name: str
    rows: Iterable[SegmentRow]


def write_report(path: Path, run: RunSummary, documents: Iterable[DocumentView]) -> None:
    """Write the page."""
    raise NotImplementedError
