"""Read Parquet corpora as units and problems, one batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from normalize.corpus.files import Corpus
from normalize.corpus.lines import bare_pair, others_of
from normalize.corpus.units import Problem, Unit
from normalize.document import SegmentPair
from normalize.writers.records import FIELDS, pair_from_json

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet as pq

_BATCH = 1_000
_TYPES = {
    "source": "string",
    "target": "string",
    "score": "double",
    "start": "int64",
    "end": "int64",
    "language_probability": "double",
}
_SAME = {"large_string": "string", "string_view": "string", "float": "double", "int32": "int64"}


def scan_parquet(corpus: Corpus) -> Iterator[Unit | Problem]:
    """Units of a Parquet file with the columns `source` and `target`, or ours."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    try:
        with pq.ParquetFile(corpus.paths[0]) as file:
            problems = list(_check_schema(file.schema_arrow))
            yield from problems
            if problems:
                return
            yield from _rows(corpus, file)
    except (pa.ArrowException, OSError) as exc:
        what = f"not readable as Parquet: {str(exc).splitlines()[0]}"
        yield Problem(0, what, "the file is cut off or something else: make or fetch it again")


def _rows(corpus: Corpus, file: pq.ParquetFile) -> Iterator[Unit | Problem]:
    number = 0
    for batch in file.iter_batches(batch_size=_BATCH):
        for index, row in enumerate(batch.to_pylist()):
            number += 1
            try:
                pair, score, others = _pair(corpus, row)
            except ValueError as exc:
                yield Problem(number, str(exc), "correct the row or remove it")
                continue
            yield Unit(number, pair, score, others, batch.slice(index, 1))


def _check_schema(schema: pa.Schema) -> Iterator[Problem]:
    for name in ("source", "target"):
        if name not in schema.names:
            yield Problem(0, f"no column {name!r}", "name the columns source and target")
    for name, wanted in _TYPES.items():
        if name in schema.names:
            found = str(schema.field(name).type)
            if _SAME.get(found, found) != wanted:
                what = f"the column {name!r} is {found}, not {wanted}"
                yield Problem(0, what, "cast it when writing the file")


def _pair(
    corpus: Corpus, row: Mapping[str, object]
) -> tuple[SegmentPair, float | None, tuple[str, ...]]:
    if set(FIELDS) <= set(row):
        pair = pair_from_json(row)
        return pair, pair.score, others_of(row)
    source, target, told = row["source"], row["target"], row.get("score")
    if not isinstance(source, str) or not isinstance(target, str):
        message = "source or target is null"
        raise ValueError(message)
    score = float(told) if isinstance(told, int | float) else None
    pair = bare_pair(corpus, source, target, score)
    return pair, score, others_of(row, ("source", "target", "score"))
