"""Corpora, ours or others': read, count, check, convert; TMX, Moses, TSV, JSON Lines, Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from normalize.corpus import lines, parquet, statistics, tmx
from normalize.corpus.checks import check_unit
from normalize.corpus.files import Corpus, find_corpus
from normalize.corpus.statistics import CorpusStats, Quantiles, SideStats
from normalize.corpus.units import Problem, Severity, Unit
from normalize.errors import InputError

__all__ = [
    "CorpusStats",
    "Problem",
    "Quantiles",
    "Severity",
    "SideStats",
    "Unit",
    "problems",
    "read",
    "stats",
    "validate",
]

_SCAN = {
    "tmx": tmx.scan_tmx,
    "moses": lines.scan_moses,
    "tsv": lines.scan_tsv,
    "jsonl": lines.scan_jsonl,
    "parquet": parquet.scan_parquet,
}
LIMIT = 1_000
"""Problems that `validate` reports unless asked for more."""


def read(path: Path) -> Iterator[Unit]:
    """The units of a corpus in any of the five formats, in constant memory.

    Raises InputError at the first error in the file, and what `find_corpus` raises.
    """
    return _units(find_corpus(path), path)


def stats(path: Path) -> CorpusStats:
    """A corpus in numbers. Raises as `read` does."""
    corpus = find_corpus(path)
    return statistics.count(corpus.corpus_format, _units(corpus, path))


def validate(path: Path, limit: int = LIMIT) -> list[Problem]:
    """What is wrong with a corpus, in the order of the file, at most `limit` problems.

    Raises UsageError where the name tells no format and InputError where a file cannot be read.
    """
    return list(islice(problems(path), limit))


def problems(path: Path) -> Iterator[Problem]:
    """As `validate`, one by one and without a limit."""
    ids: set[bytes] = set()
    nothing = True
    for item in _scan(find_corpus(path)):
        nothing = False
        if isinstance(item, Problem):
            yield item
            continue
        yield from check_unit(item)
        if item.pair.id:
            digest = hashlib.blake2b(item.pair.id.encode(), digest_size=8).digest()
            if digest in ids:
                what = f"the id {item.pair.id!r} has been used before"
                yield Problem(item.line, what, "give every pair its own", Severity.WARNING)
            ids.add(digest)
    if nothing:
        yield Problem(0, "the corpus has no pairs", "is it the right file?", Severity.WARNING)


def _scan(corpus: Corpus) -> Iterator[Unit | Problem]:
    return _SCAN[corpus.corpus_format](corpus)


def _units(corpus: Corpus, path: Path) -> Iterator[Unit]:
    for item in _scan(corpus):
        if isinstance(item, Unit):
            yield item
        elif item.severity is Severity.ERROR:
            place = f"{path}, line {item.line}" if item.line else str(path)
            raise InputError(place, item.what, item.advice)
