"""Records of a corpus as they stand in the file to another file of the same format: every column is kept, also those of others."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Protocol

from normalize.corpus.files import Corpus
from normalize.corpus.lines import first_line
from normalize.corpus.units import Unit
from normalize.writers.base import HashingStream
from normalize.writers.parquet import ROW_GROUP_CHARACTERS, ROW_GROUP_ROWS

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

        self._arrow: Any = pa
        self._schema: Any = pq.read_schema(corpus.paths[0])
        self._writer: Any = pq.ParquetWriter(
            pa.PythonFile(stream, mode="w"), self._schema, compression="zstd", compression_level=6
        )
        self._rows: list[object] = []
        self._characters = 0

    def write(self, unit: Unit) -> None:
        """Keep the row, and write the row group when it is full."""
        self._rows.append(unit.record)
        self._characters += len(unit.pair.source) + len(unit.pair.target)
        if len(self._rows) >= ROW_GROUP_ROWS or self._characters >= ROW_GROUP_CHARACTERS:
            self._flush()

    def close(self) -> None:
        """Write the last row group and the footer."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Close pyarrow's writer, which would otherwise complain about being forgotten."""
        self._rows = []
        with suppress(OSError):
            self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            table = self._arrow.Table.from_batches(self._rows, schema=self._schema)
            self._writer.write_table(table.combine_chunks(), row_group_size=len(self._rows))
            self._rows, self._characters = [], 0
