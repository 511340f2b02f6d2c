"""Parquet: typed columns, zstd, row groups of bounded size; loads with pyarrow and `datasets`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from normalize.document import SegmentPair
from normalize.writers.base import CorpusHeader, HashingStream
from normalize.writers.characters import without_surrogates
from normalize.writers.records import FIELDS, fix_as_json

ROW_GROUP_ROWS = 10_000
ROW_GROUP_CHARACTERS = 8_000_000
"""A row group ends at either bound, whichever comes first: this is all the writer ever holds."""


class RowGroups:
    """The rows of a Parquet file, written in groups of bounded size.

    schema: of the file. as_table: rows to a table of it.
    """

    def __init__(
        self, stream: HashingStream, schema: object, as_table: Callable[[list[Any]], Any]
    ) -> None:
        # Imported here: pyarrow takes a fifth of a second, and most commands never write Parquet.
        import pyarrow as pa
        from pyarrow import parquet as pq

        self._writer: Any = pq.ParquetWriter(
            pa.PythonFile(stream, mode="w"), schema, compression="zstd", compression_level=6
        )
        self._as_table = as_table
        self._rows: list[Any] = []
        self._characters = 0

    def add(self, row: object, characters: int) -> None:
        """Keep one row of so many characters, and write the row group when it is full."""
        self._rows.append(row)
        self._characters += characters
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
            self._writer.write_table(self._as_table(self._rows), row_group_size=len(self._rows))
            self._rows, self._characters = [], 0


class ParquetWriter:
    """Columns in the order of `FIELDS`; `fixes` is a list of structs, `flags` a list of strings."""

    def __init__(self, stream: HashingStream, header: CorpusHeader) -> None:
        import pyarrow as pa

        fix = pa.struct(
            [
                ("kind", pa.string()),
                ("start", pa.int64()),
                ("before", pa.string()),
                ("after", pa.string()),
                ("evidence", pa.string()),
                ("margin", pa.float64()),
                ("guess", pa.bool_()),
            ]
        )
        types = dict.fromkeys(FIELDS, pa.string()) | {
            "score": pa.float64(),
            "start": pa.int64(),
            "end": pa.int64(),
            "language_probability": pa.float64(),
            "fixes": pa.list_(fix),
            "flags": pa.list_(pa.string()),
        }
        columns = [pa.field(name, types[name], nullable=False) for name in FIELDS]
        schema: Any = pa.schema(columns, metadata=_metadata(header))
        self._groups = RowGroups(
            stream, schema, lambda rows: pa.Table.from_pylist(rows, schema=schema)
        )
        self.substituted = 0

    def write(self, pair: SegmentPair) -> None:
        """Keep one row, and write the row group when it is full."""
        row = {name: self._clean(getattr(pair, name)) for name in FIELDS if name != "fixes"}
        row["fixes"] = [
            {name: self._clean(value) for name, value in fix_as_json(fix).items()}
            for fix in pair.fixes
        ]
        self._groups.add(row, len(pair.source) + len(pair.target))

    def close(self) -> None:
        """Write the last row group and the footer."""
        self._groups.close()

    def abandon(self) -> None:
        """Close pyarrow's writer."""
        self._groups.abandon()

    def _clean(self, value: object) -> object:
        if isinstance(value, str):
            text, replaced = without_surrogates(value)
            self.substituted += replaced
            return text
        if isinstance(value, tuple):
            return [self._clean(item) for item in value]
        return value


def _metadata(header: CorpusHeader) -> dict[str, str]:
    fields = {
        "normalize.version": header.tool_version,
        "normalize.signature": header.signature,
        "normalize.created": header.created or "",
        "normalize.models": " ".join(f"{name}={digest}" for name, digest in header.models),
    }
    return {name: value for name, value in fields.items() if value}
