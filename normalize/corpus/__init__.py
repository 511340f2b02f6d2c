"""Corpora, ours or others': read, count, check, convert; TMX, Moses, TSV, JSON Lines, Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from normalize.corpus import lines, parquet, statistics, tmx
from normalize.corpus.checks import check_unit
from normalize.corpus.files import Corpus, find_corpus
from normalize.corpus.statistics import CorpusStats, Quantiles, SideStats
from normalize.corpus.units import Problem, Severity, Unit
from normalize.document import SegmentPair
from normalize.errors import InputError
from normalize.writers import CorpusFile, CorpusHeader, write_corpus

__all__ = [
    "CorpusStats",
    "Problem",
    "Quantiles",
    "Severity",
    "SideStats",
    "Unit",
    "convert",
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


def convert(
    path: Path, directory: Path, formats: Sequence[str], tool_version: str
) -> dict[str, CorpusFile]:
    """Write a corpus in other formats to a folder, as `write_corpus` does and names them.

    What the corpus does not tell stays untold. A TMX is written in the base languages of its units
    (`en` for `en-GB`). Raises InputError where the languages are unknown or not the same
    throughout, and what `read` and `write_corpus` raise.
    """
    units = read(path)
    first = next(units, None)
    corpus = find_corpus(path)
    languages = (corpus.source_lang, corpus.target_lang) if first is None else _languages(first)
    if not all(languages):
        advice = "name the file after its languages, like it-en.tsv"
        raise InputError(str(path), "the languages of the corpus are not known", advice)
    header = CorpusHeader(*languages, tool_version)
    every = units if first is None else chain([first], units)
    return write_corpus(directory, header, _in_languages(every, languages, path), formats)


def _languages(unit: Unit) -> tuple[str, str]:
    source, target = unit.pair.source_lang, unit.pair.target_lang
    return source.split("-")[0].lower(), target.split("-")[0].lower()


def _in_languages(
    units: Iterable[Unit], languages: tuple[str, str], path: Path
) -> Iterator[SegmentPair]:
    for unit in units:
        if _languages(unit) != languages:
            reason = f"{'-'.join(_languages(unit))} among {'-'.join(languages)}"
            advice = "split the corpus into one per language pair first"
            place = f"{path}, line {unit.line}"
            raise InputError(place, reason, advice)
        yield replace(unit.pair, source_lang=languages[0], target_lang=languages[1])


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
