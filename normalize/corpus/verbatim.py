"""Records of a corpus as they stand in the file to another file of the same format: every column is kept, also those of others."""

from __future__ import annotations

from typing import Any, Protocol

from normalize.corpus.files import Corpus
from normalize.corpus.lines import first_line
from normalize.corpus.units import Unit
from normalize.writers.base import HashingStream
from normalize.writers.parquet import RowGroups

VERBATIM = frozenset({"tsv", "jsonl", "parquet"})
"""Formats whose records can be written again as they were read."""


class UnitWriter(Protocol):
    """Takes units one by one, in bounded memory."""

    def write(self, unit: Unit) -> None:
        """Write one unit."""

    def close(self) -> None:
        """Write what ends the file. The stream stays open."""

    def abandon(self) -> None:
        """Let go of everything; nothing more is written."""


def open_verbatim(corpus: Corpus, stream: HashingStream) -> UnitWriter:
    """A writer of records of this corpus, which is in one of the formats `VERBATIM`."""
    if corpus.corpus_format == "parquet":
        return _Rows(corpus, stream)
    if corpus.corpus_format == "tsv":
        stream.write_text(first_line(corpus) + "\n")
    return _Lines(stream)


class _Lines:
    """Lines after what heads them."""

    def __init__(self, stream: HashingStream) -> None:
        self._stream = stream

    def write(self, unit: Unit) -> None:
        """Write the line."""
        self._stream.write_text(f"{unit.record}\n")

    def close(self) -> None:
        """Nothing: the last line is ended already."""

    def abandon(self) -> None:
        """Nothing to let go of."""


class _Rows:
    """Rows of a Parquet file, with its types and metadata; row groups as `ParquetWriter` cuts them."""

    def __init__(self, corpus: Corpus, stream: HashingStream) -> None:
        import pyarrow as pa
        from pyarrow import parquet as pq

        schema: Any = pq.read_schema(corpus.paths[0])
        self._groups = RowGroups(
            stream,
            schema,
            lambda rows: pa.Table.from_batches(rows, schema=schema).combine_chunks(),
        )

    def write(self, unit: Unit) -> None:
        """Keep the row, and write the row group when it is full."""
        self._groups.add(unit.record, len(unit.pair.source) + len(unit.pair.target))

    def close(self) -> None:
        """Write the last row group and the footer."""
        self._groups.close()

    def abandon(self) -> None:
        """Close pyarrow's writer."""
        self._groups.abandon()
