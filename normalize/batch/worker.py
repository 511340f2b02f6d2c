"""A worker: tasks to documents and parts. What it writes for a document depends on that document alone."""

from __future__ import annotations

import bz2
import errno
import gc
import gzip
import lzma
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import islice
from operator import ne
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from normalize.batch import parts
from normalize.batch.parts import Counts, Failure, Layout, Record
from normalize.config import Config
from normalize.document import Rejection, Segment
from normalize.engine import Engine, EngineSpec
from normalize.errors import InputError, OutputError
from normalize.pipeline import Pipeline, Translators
from normalize.stages.read import Input, Reader, records
from normalize.stages.read import Record as JsonRecord
from normalize.windows import ConvertedWindow, Window

Advance = Callable[[str, int], None]
_NAME_ERRORS = {errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENOTEMPTY}
"""What is wrong with one document's place, and says nothing about the others."""

_COLLECT_AFTER = 70_000
"""So many more objects made than freed begin a search for cycles; Python's own figure is 700."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker of a run is told. Picklable."""

    config: Config
    spec: EngineSpec
    work: str
    out: Path


@dataclass(frozen=True, slots=True)
class Task:
    """One input to convert, and the size of its file in bytes."""

    source: Input
    size: int


class CompressedFile:
    """A file written through the compression that its final name asks for; nothing in it depends on the time."""

    def __init__(self, path: Path, name: str) -> None:
        self._raw = path.open("wb")
        self._stream: BinaryIO = self._raw
        if name.endswith(".gz"):
            self._stream = cast(
                "BinaryIO", gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, mtime=0)
            )
        elif name.endswith(".bz2"):
            self._stream = cast("BinaryIO", bz2.BZ2File(self._raw, "wb"))
        elif name.endswith(".xz"):
            opened = lzma.LZMAFile(self._raw, "wb")  # noqa: SIM115 (closed by close)
            self._stream = cast("BinaryIO", opened)
        elif name.endswith(".zst"):
            compressor = zstandard.ZstdCompressor(level=9)
            self._stream = cast("BinaryIO", compressor.stream_writer(self._raw, closefd=False))

    def write(self, data: bytes) -> None:
        """Take some bytes."""
        self._stream.write(data)

    def close(self) -> None:
        """Write what is left, through the compressor and to the file."""
        try:
            self._stream.close()
        finally:
            self._raw.close()


class _DocumentSink:
    """Collects what one input becomes, in temporary files, until it is complete."""

    def __init__(self, layout: Layout, source: Input) -> None:
        self.layout, self.source = layout, source
        key = parts.key_of(source.name)
        self.text_path = layout.temporary / f"{key}.document"
        self.part_path = layout.temporary / f"{key}.part"
        self.text = CompressedFile(self.text_path, source.name)
        self.part = self.part_path.open("w", encoding="ascii", newline="\n")
        self.counts = Counts()
        self.rows = 0

    def write(self, texts: Sequence[str]) -> None:
        """Write the next texts of the document. Each is encoded by itself: that is far faster where most are ASCII."""
        try:
            data = b"".join(map(str.encode, texts))
        except UnicodeEncodeError:
            data = b"".join([text.encode("utf-8", "replace") for text in texts])
        self.text.write(data)

    def window(self, window: ConvertedWindow) -> None:
        """Count a window and write down its pairs, rejections and rows."""
        counts = self.counts
        counts.accepted += len(window.pairs)
        counts.rejected += len(window.rejections)
        counts.translated += len(window.translations)
        counts.characters += window.chars
        for fix in window.fixes:
            counts.fixes[fix.kind.value] = counts.fixes.get(fix.kind.value, 0) + 1
        decisions = window.decisions
        counts.segments += len(decisions)
        codes = [decision.language.code for decision in decisions]
        for code, count in Counter(codes).items():
            counts.languages[code] = counts.languages.get(code, 0) + count
        counts.undecided += codes.count("und")
        counts.switched += sum(map(ne, codes, [decision.raw.code for decision in decisions]))
        shown = parts.MAX_ROWS - self.rows
        for segment, decision in zip(islice(window.each_segment(), shown), decisions, strict=False):
            self.part.write(parts.row_line(_row(window.document, segment, decision.raw.code)))
            self.rows += 1
        for pair in window.pairs:
            self.part.write(parts.pair_line(pair))
        for rejection in window.rejections:
            self.part.write(parts.rejection_line(rejection))

    def reject(self, rejection: Rejection) -> None:
        """Write down a record that could not be read."""
        self.counts.records += 1
        self.counts.records_failed += 1
        self.part.write(parts.rejection_line(rejection))

    def publish(self, work: str, input_sha256: str, encoding: str) -> Record:
        """Give both files their names, then write the record."""
        self.text.close()
        self.part.close()
        name = self.source.name
        document, part = self.layout.document(name), self.layout.part(name)
        record = Record(
            name, input_sha256, work, encoding, parts.file_digest(self.text_path),
            parts.file_digest(self.part_path), self.counts,
        )  # fmt: skip
        document.parent.mkdir(parents=True, exist_ok=True)
        self.text_path.replace(document)
        self.part_path.replace(part)
        parts.write_record(self.layout, record)
        return record

    def discard(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):
            self.text.close()
        with suppress(OSError):
            self.part.close()
        self.text_path.unlink(missing_ok=True)
        self.part_path.unlink(missing_ok=True)


def _row(document: str, segment: Segment, raw: str) -> dict[str, object]:
    return {
        "document": document,
        "kind": segment.kind.value,
        "source": segment.source,
        "target": segment.target,
        "language": segment.language,
        "raw": raw,
        "reason": segment.reason,
        "score": segment.score,
        "flags": list(segment.flags),
        "fixes": [asdict(fix) for fix in segment.fixes],
        "start": segment.start,
    }


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for reference cycles a hundred times less often than Python does by itself.

    Text in conversion is many small objects and no cycles; looking for them takes a fifth of the time.
    """
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Worker:
    """Converts tasks; built once in each process."""

    def __init__(self, job: Job, translators: Translators | None = None) -> None:
        self.job, self.layout = job, Layout(job.out)
        self.engine = Engine(job.spec, job.config.target)
        self.pipeline = Pipeline(job.config, translators or self.engine)
        self.languages = tuple(dict.fromkeys((*job.config.sources, job.config.target)))

    def convert(
        self, tasks: Sequence[Task], advance: Advance = lambda kind, n: None
    ) -> list[Record | Failure]:
        """Convert tasks together; one result a task, in order. An input that fails does not disturb the others."""
        unit = _Unit(self, tasks)
        try:
            with _rare_collections():
                for window in self.pipeline.convert(unit.windows()):
                    unit.take(window)
                    advance("characters", window.chars)
        except OSError as exc:
            message = (
                f"{self.layout.document(unit.at)}: cannot be written: {exc.strerror}; what is finished is kept: free some "
                f"space or choose another folder, then run the same command again"
            )
            raise OutputError(message) from exc
        finally:
            unit.discard_unfinished()
        return [unit.results[index] for index in range(len(tasks))]


_END = Window("", (), (), 0, frozenset(), {}, (), is_last=True)
"""Stands after the last window of a task."""


class _Unit:
    """The state of tasks that are converted together."""

    def __init__(self, worker: Worker, tasks: Sequence[Task]) -> None:
        self.worker, self.tasks = worker, tasks
        self.results: dict[int, Record | Failure] = {}
        self.sinks: dict[int, _DocumentSink] = {}
        self.readers: dict[int, Reader] = {}
        self.record_of: dict[tuple[int, str], JsonRecord] = {}
        self.text_of: dict[tuple[int, str], list[str]] = {}
        self.order: deque[tuple[int, bool]] = deque()
        self.at = ""
        """The task whose document is being written."""

    def windows(self) -> Iterator[Window]:
        """The windows of all tasks; a task that fails ends early and is marked."""
        for index, task in enumerate(self.tasks):
            self.at = task.source.name
            self.sinks[index] = _DocumentSink(self.worker.layout, task.source)
            try:
                yield from self._task_windows(index, task)
            except InputError as exc:
                detail = f"{exc.reason} ({exc.advice})" if exc.advice else exc.reason
                self.results[index] = Failure(task.source.name, "unreadable", detail)
            self.order.append((index, True))
            yield _END

    def _task_windows(self, index: int, task: Task) -> Iterator[Window]:
        config = self.worker.job.config
        reader = Reader(
            task.source, languages=self.worker.languages, encoding=config.encoding or None
        )
        self.readers[index] = reader
        if not task.source.is_json_lines:
            for window in self.worker.pipeline.analyse(task.source.name, reader.windows()):
                self.order.append((index, False))
                yield window
            return
        for record in records(reader, text_field=config.text_field):
            if isinstance(record, Rejection):
                self.sinks[index].reject(record)
                continue
            self.record_of[index, record.id] = record
            for window in self.worker.pipeline.analyse(record.id, [record.lines()]):
                self.order.append((index, False))
                yield window

    def take(self, window: ConvertedWindow) -> None:
        """Write a converted window to the document it belongs to; publish the document after its last."""
        index, ends = self.order.popleft()
        sink = self.sinks[index]
        self.at = sink.source.name
        if ends:
            if index in self.results:
                sink.discard()
                self.readers.pop(index, None)
                parts.retract(self.worker.layout, sink.source.name)
            else:
                self.results[index] = self._publish(index, sink)
            del self.sinks[index]
            return
        sink.window(window)
        key = (index, window.document)
        record = self.record_of.get(key)
        if record is None:
            sink.write(window.texts)
            return
        self.text_of.setdefault(key, []).append(window.text)
        if window.is_last:
            sink.counts.records += 1
            sink.write([record.with_text("".join(self.text_of.pop(key))) + "\n"])
            del self.record_of[key]

    def _publish(self, index: int, sink: _DocumentSink) -> Record | Failure:
        source = self.tasks[index].source
        reader = self.readers.pop(index)
        sha256 = reader.sha256
        if sha256 is None:
            assert source.path is not None
            sha256 = parts.file_digest(source.path)
        try:
            return sink.publish(self.worker.job.work, sha256, reader.encoding)
        except OSError as exc:
            if exc.errno not in _NAME_ERRORS:
                raise
            sink.discard()
            detail = (
                f"its place in the folder documents cannot be used: {exc.strerror} "
                f"(rename the input, or choose another folder with -o)"
            )
            return Failure(source.name, "unwritable", detail)

    def discard_unfinished(self) -> None:
        """Remove the temporary files of what was interrupted."""
        for sink in self.sinks.values():
            sink.discard()
