"""Corpora in any of the five formats to units, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from normalize.corpus import lines, parquet, tmx
from normalize.corpus.files import Corpus, find_corpus
from normalize.corpus.units import Problem, Severity, Unit
from normalize.errors import InputError

_SCAN = {
    "tmx": tmx.scan_tmx,
    "moses": lines.scan_moses,
    "tsv": lines.scan_tsv,
    "jsonl": lines.scan_jsonl,
    "parquet": parquet.scan_parquet,
}


def read(path: Path) -> Iterator[Unit]:
    """The units of a corpus in any of the five formats, in constant memory.

    Raises InputError at the first error in the file, and what `find_corpus` raises.
    """
    return read_corpus(find_corpus(path), path)


def read_corpus(corpus: Corpus, path: Path) -> Iterator[Unit]:
    """As `read`, of a corpus that was found already under this path."""
    for item in scan(corpus):
        if isinstance(item, Unit):
            yield item
        elif item.severity is Severity.ERROR:
            place = f"{path}, line {item.line}" if item.line else str(path)
            raise InputError(place, item.what, item.advice)


def scan(corpus: Corpus) -> Iterator[Unit | Problem]:
    """Units and problems, in the order of the file."""
    return _SCAN[corpus.corpus_format](corpus)
