"""Corpora, ours or others': read, count, check, convert, filter, split; TMX, Moses, TSV, JSON Lines, Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from normalize.corpus import statistics
from normalize.corpus.checks import check_unit
from normalize.corpus.dedup import By, DedupOptions, Keep, remove_duplicates
from normalize.corpus.files import find_corpus
from normalize.corpus.output import prepare
from normalize.corpus.reading import read, read_corpus, scan
from normalize.corpus.sieve import Sifted, filter_corpus
from normalize.corpus.splitting import Part, Size, Split, SplitOptions, Together, split
from normalize.corpus.statistics import CorpusStats, Quantiles, SideStats
from normalize.corpus.units import Problem, Severity, Unit
from normalize.document import SegmentPair
from normalize.writers import CorpusFile, write_corpus

__all__ = [
    "By",
    "Converted",
    "CorpusStats",
    "DedupOptions",
    "Keep",
    "Part",
    "Problem",
    "Quantiles",
    "Severity",
    "SideStats",
    "Sifted",
    "Size",
    "Split",
    "SplitOptions",
    "Together",
    "Unit",
    "convert",
    "filter_corpus",
    "problems",
    "read",
    "remove_duplicates",
    "split",
    "stats",
    "validate",
]

LIMIT = 1_000
"""Problems that `validate` reports unless asked for more."""


def stats(path: Path) -> CorpusStats:
    """A corpus in numbers. Raises as `read` does."""
    corpus = find_corpus(path)
    return statistics.count(corpus.corpus_format, read_corpus(corpus, path))


@dataclass(frozen=True, slots=True)
class Converted:
    """The files that were made, by name, and the columns of the corpus that they have no place for."""

    files: dict[str, CorpusFile]
    left_out: tuple[str, ...]


def convert(path: Path, directory: Path, formats: Sequence[str], tool_version: str) -> Converted:
    """Write a corpus in our layout of other formats to a folder, as `write_corpus` does and names them.

    What the corpus does not tell stays untold. A TMX is written in the base languages of its units
    (`en` for `en-GB`). Raises InputError where the languages are unknown or not the same
    throughout, and what `read` and `write_corpus` raise.
    """
    prepared = prepare(
        path, ["tmx"], tool_version
    )  # every format names the languages in its file's name

    def pairs() -> Iterator[SegmentPair]:
        for unit in prepared.units:
            prepared.left_out.note(directory, unit)
            yield unit.pair

    files = write_corpus(directory, prepared.header, pairs(), formats)
    return Converted(files, prepared.left_out.by_output().get(str(directory), ()))


def validate(path: Path, limit: int = LIMIT) -> list[Problem]:
    """What is wrong with a corpus, in the order of the file, at most `limit` problems.

    Raises UsageError where the name tells no format and InputError where a file cannot be read.
    """
    return list(islice(problems(path), limit))


def problems(path: Path) -> Iterator[Problem]:
    """As `validate`, one by one and without a limit."""
    ids: set[bytes] = set()
    nothing = True
    for item in scan(find_corpus(path)):
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
