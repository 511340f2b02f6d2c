"""Turn one stream of segment pairs into a parallel corpus in every format asked for.

All formats hold the same pairs in the same order, and the same pairs give the same bytes. What a
format cannot hold is listed in `characters.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from normalize.document import SegmentPair
from normalize.errors import PlanError
from normalize.writers.atomic import atomic_binary
from normalize.writers.base import CorpusFile, CorpusHeader, CorpusWriter, HashingStream
from normalize.writers.records import (
    pair_as_json,
    pair_from_json,
    rejection_as_json,
    write_rejections,
)
from normalize.writers.text import JsonLinesWriter, MosesWriter, TsvWriter
from normalize.writers.tmx import TmxWriter

__all__ = [
    "FORMATS",
    "CorpusFile",
    "CorpusHeader",
    "corpus_names",
    "open_writer",
    "pair_as_json",
    "pair_from_json",
    "rejection_as_json",
    "write_corpus",
    "write_rejections",
]


def _open_parquet(streams: Sequence[HashingStream], header: CorpusHeader) -> CorpusWriter:
    from normalize.writers.parquet import ParquetWriter

    return ParquetWriter(streams[0], header)


_OPEN: dict[str, Callable[[Sequence[HashingStream], CorpusHeader], CorpusWriter]] = {
    "tmx": lambda streams, header: TmxWriter(streams[0], header),
    "moses": lambda streams, header: MosesWriter(streams[0], streams[1]),
    "tsv": lambda streams, header: TsvWriter(streams[0]),
    "jsonl": lambda streams, header: JsonLinesWriter(streams[0]),
    "parquet": _open_parquet,
}

FORMATS: tuple[str, ...] = tuple(_OPEN)
"""The formats that `write_corpus` knows, in the order in which they are listed to people."""


def open_writer(
    corpus_format: str, streams: Sequence[HashingStream], header: CorpusHeader
) -> CorpusWriter:
    """A writer of one format on open streams: two for Moses (source, target), one for the others."""
    return _OPEN[corpus_format](streams, header)


@dataclass(frozen=True, slots=True)
class _Opened:
    writer: CorpusWriter
    streams: dict[str, HashingStream]


def corpus_names(header: CorpusHeader, corpus_format: str) -> tuple[str, ...]:
    """The names of the files of one format.

    >>> corpus_names(CorpusHeader("it", "en", "1.0"), "moses")
    ('it-en.it', 'it-en.en')

    Raises PlanError for an unknown format.
    """
    if corpus_format not in _OPEN:
        close = get_close_matches(corpus_format, FORMATS, n=1)
        advice = f"did you mean {close[0]!r}?" if close else f"choose among {', '.join(FORMATS)}"
        message = f"unknown corpus format {corpus_format!r}: {advice}"
        raise PlanError(message)
    if corpus_format == "moses":
        return (f"{header.name}.{header.source_lang}", f"{header.name}.{header.target_lang}")
    return (f"{header.name}.{corpus_format}",)


def write_corpus(
    directory: Path, header: CorpusHeader, pairs: Iterable[SegmentPair], formats: Sequence[str]
) -> dict[str, CorpusFile]:
    """Write the pairs in every format; the result is keyed by file name (`it-en.tmx`).

    The pairs are read once, and memory does not grow with their number. No file appears before all
    of them are complete; on any exception none does, and files that stood there before stay.

    Raises PlanError for an unknown format and OutputError where something cannot be written.
    """
    wanted = list(dict.fromkeys(formats))
    names = {name: corpus_names(header, name) for name in wanted}
    count = 0
    with ExitStack() as stack:
        opened = []
        for corpus_format in wanted:
            streams = {
                name: HashingStream(stack.enter_context(atomic_binary(directory / name)))
                for name in names[corpus_format]
            }
            writer = _OPEN[corpus_format](list(streams.values()), header)
            stack.callback(writer.abandon)
            opened.append(_Opened(writer, streams))
        writers = [each.writer for each in opened]
        for pair in pairs:
            for writer in writers:
                writer.write(pair)
            count += 1
        for writer in writers:
            writer.close()
    return {
        name: CorpusFile(
            directory / name, stream.sha256, stream.size, count, each.writer.substituted
        )
        for each in opened
        for name, stream in each.streams.items()
    }
