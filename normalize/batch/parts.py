"""What a finished document leaves in the output folder until all are merged, and the record that says it is finished.

    OUT/.normalize/parts/<key>.jsonl    pairs, rejections and report rows of one document
    OUT/.normalize/done/<key>.json      written last: digests of input, work and results
    OUT/.normalize/tmp/                 unfinished files; emptied when a run begins

A record counts only where the digests of the input, of the work (configuration, models, versions) and of both results agree. That a
file exists proves nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from normalize.document import Rejection, SegmentPair
from normalize.errors import OutputError
from normalize.writers import pair_as_json, pair_from_json, rejection_as_json
from normalize.writers.atomic import atomic_text

STATE = ".normalize"
MAX_ROWS = 400
"""Segments of one document that the report shows."""


@dataclass(slots=True)
class Counts:
    """What happened to one document, or to many: sums."""

    records: int = 0
    records_failed: int = 0
    segments: int = 0
    translated: int = 0
    accepted: int = 0
    rejected: int = 0
    characters: int = 0
    undecided: int = 0
    switched: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    fixes: dict[str, int] = field(default_factory=dict)

    def add(self, other: Counts) -> None:
        """Add another document's counts to these."""
        for name in ("records", "records_failed", "segments", "translated", "accepted", "rejected",
                     "characters", "undecided", "switched"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, theirs in ((self.languages, other.languages), (self.fixes, other.fixes)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count


@dataclass(frozen=True, slots=True)
class Record:
    """The completion record of one document."""

    name: str
    input_sha256: str
    work: str
    encoding: str
    document_sha256: str
    part_sha256: str
    counts: Counts

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Read a record back; KeyError, TypeError or ValueError where it is none."""
        plain = json.loads(text)
        return cls(**{**plain, "counts": Counts(**plain["counts"])})


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that could not be converted, and why."""

    name: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is in an output folder."""

    out: Path

    @property
    def state(self) -> Path:
        """Our own bookkeeping."""
        return self.out / STATE

    @property
    def temporary(self) -> Path:
        """Unfinished files."""
        return self.state / "tmp"

    def document(self, name: str) -> Path:
        """The English document of an input."""
        return self.out / "documents" / name

    def part(self, name: str) -> Path:
        """The pairs and rejections of a document."""
        return self.state / "parts" / f"{key_of(name)}.jsonl"

    def record(self, name: str) -> Path:
        """The completion record of a document."""
        return self.state / "done" / f"{key_of(name)}.json"

    def create(self) -> None:
        """Make the folders.

        Raises OutputError where that is not allowed.
        """
        try:
            for folder in (
                "documents",
                "corpus",
                f"{STATE}/parts",
                f"{STATE}/done",
                f"{STATE}/tmp",
            ):
                (self.out / folder).mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            message = f"{self.out}: cannot be used as the output folder: {exc.strerror}; choose another with -o"
            raise OutputError(message) from exc


def key_of(name: str) -> str:
    """A short file name for an input of any name."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes; empty where there is no such file."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def write_record(layout: Layout, record: Record) -> None:
    """Say that a document is finished; the last thing written for it.

    Nothing is forced to the disk here, which would cost more than converting a small document: should the power fail, the digests
    tell what was lost, and the next run makes it again. The merge flushes everything before it writes the manifest.
    """
    with atomic_text(layout.record(record.name), sync=False) as out:
        json.dump(asdict(record), out, ensure_ascii=True, sort_keys=True)


def retract(layout: Layout, name: str) -> None:
    """Remove the document that an earlier run made of an input that can no longer be read.

    A document without our record, or changed since, is not ours to remove.
    """
    try:
        record = Record.from_json(layout.record(name).read_text(encoding="utf-8"))
    except (OSError, KeyError, TypeError, ValueError):
        return
    if file_digest(layout.document(name)) == record.document_sha256:
        layout.document(name).unlink()
    layout.part(name).unlink(missing_ok=True)
    layout.record(name).unlink()


def finished(layout: Layout, name: str, input_sha256: str, work: str) -> Record | None:
    """The record of a document that an earlier run finished from the same input by the same work; None otherwise."""
    try:
        record = Record.from_json(layout.record(name).read_text(encoding="utf-8"))
    except (OSError, KeyError, TypeError, ValueError):
        return None
    if (record.name, record.input_sha256, record.work) != (name, input_sha256, work):
        return None
    if file_digest(layout.document(name)) != record.document_sha256:
        return None
    return record if file_digest(layout.part(name)) == record.part_sha256 else None


def pair_line(pair: SegmentPair) -> str:
    """A line of a part that holds an accepted pair."""
    return json.dumps({"pair": pair_as_json(pair)}, ensure_ascii=True) + "\n"


def rejection_line(rejection: Rejection) -> str:
    """A line of a part that holds a rejection."""
    return json.dumps({"rejection": rejection_as_json(rejection)}, ensure_ascii=True) + "\n"


def row_line(row: dict[str, object]) -> str:
    """A line of a part that holds a row of the report."""
    return json.dumps({"row": row}, ensure_ascii=True) + "\n"


def read_part(layout: Layout, name: str) -> Iterator[SegmentPair | Rejection]:
    """The pairs and rejections of a document, in their order."""
    for kind, value in _entries(layout, name):
        if kind == "pair":
            yield pair_from_json(value)
        elif kind == "rejection":
            pair = pair_from_json(value["pair"]) if value["pair"] else None
            yield Rejection(**{**value, "pair": pair})


def read_rows(layout: Layout, name: str) -> Iterator[dict[str, Any]]:
    """The report's rows of a document, in their order."""
    for kind, value in _entries(layout, name):
        if kind == "row":
            yield value


def _entries(layout: Layout, name: str) -> Iterator[tuple[str, Any]]:
    with layout.part(name).open(encoding="ascii") as lines:
        for line in lines:
            ((kind, value),) = json.loads(line).items()
            yield kind, value
