"""Corpora on disk: one stream of segment pairs written to every format asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from normalize.document import Rejection, SegmentPair

__all__ = [
    "FORMATS",
    "CorpusFile",
    "CorpusHeader",
    "pair_as_json",
    "pair_from_json",
    "write_corpus",
    "write_rejections",
]

FORMATS: tuple[str, ...] = ("tmx", "moses", "tsv", "jsonl", "parquet")


@dataclass(frozen=True, slots=True)
class CorpusHeader:
    """What a corpus says of itself. created: YYYYMMDDTHHMMSSZ, fixed by the run's plan; None: left out."""

    source_lang: str
    target_lang: str
    tool_version: str
    signature: str = ""
    created: str | None = None


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A written file: where, the digest of its bytes, its size in bytes, and how many pairs it holds."""

    path: Path
    sha256: str
    bytes: int
    count: int


def write_corpus(
    directory: Path, header: CorpusHeader, pairs: Iterable[SegmentPair], formats: Sequence[str]
) -> dict[str, CorpusFile]:
    """Write the pairs, in one pass, to every format; the result is keyed by file name (`it-en.tmx`)."""
    raise NotImplementedError


def pair_as_json(pair: SegmentPair) -> dict[str, object]:
    """The pair as the contract's JSON object, fields in the contract's order."""
    raise NotImplementedError


def pair_from_json(fields: dict[str, object]) -> SegmentPair:
    """The pair of a JSON object made by `pair_as_json`."""
    raise NotImplementedError


def write_rejections(path: Path, rejections: Iterable[Rejection]) -> int:
    """Write one JSON object a rejection; returns how many."""
    raise NotImplementedError
