"""Corpus files on disk: which format a path holds, and how to open it."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from normalize.errors import InputError, UsageError

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_BY_SUFFIX = {
    ".tmx": "tmx",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus on disk. paths: one file, or for Moses the source's and the target's."""

    corpus_format: str
    paths: tuple[Path, ...]
    source_lang: str = ""
    target_lang: str = ""


def find_corpus(path: Path) -> Corpus:
    """Tell a corpus' format by its name; `.gz`, `.bz2`, `.xz`, `.zst` may follow (not on Parquet).

    A Moses corpus is named by either of its files (`it-en.it`) or by what they share (`it-en`).

    Raises UsageError where the name tells no format, InputError where a file is missing.
    """
    plain = Path(path.stem) if path.suffix in _COMPRESSED else Path(path.name)
    corpus_format = _BY_SUFFIX.get(plain.suffix)
    languages = _languages(plain.name)
    if corpus_format is not None:
        _must_exist(path)
        return Corpus(corpus_format, (path,), *languages)
    return _find_moses(path, plain)


def open_bytes(path: Path) -> BinaryIO:
    """Open a corpus file, decompressed by its suffix. Raises InputError where it cannot be read."""
    _must_exist(path)
    try:
        if path.suffix == ".gz":
            return cast(BinaryIO, gzip.open(path, "rb"))
        if path.suffix == ".bz2":
            return cast(BinaryIO, bz2.open(path, "rb"))
        if path.suffix == ".xz":
            return cast(BinaryIO, lzma.open(path, "rb"))
        if path.suffix == ".zst":
            import zstandard

            return cast(BinaryIO, zstandard.open(path, "rb"))
        return path.open("rb")
    except OSError as exc:
        raise InputError(str(path), (exc.strerror or str(exc)).lower()) from exc


def byte_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    r"""The lines of a file, numbered from 1, line ends kept; a line ends at `\n` and nowhere else.

    Raises InputError where the file cannot be read or its compression is damaged.
    """
    with open_bytes(path) as stream:
        number = 0
        try:
            for number, line in enumerate(stream, start=1):
                yield number, line
        except (OSError, EOFError, lzma.LZMAError) as exc:
            place = f"{path}, after line {number}"
            raise InputError(place, f"damaged file: {exc}", "make or fetch it again") from exc


def _find_moses(path: Path, plain: Path) -> Corpus:
    compression = path.suffix if path.suffix in _COMPRESSED else ""
    stem = plain.stem if _is_code(plain.suffix[1:]) else plain.name
    source_lang, target_lang = _languages(stem)
    if not source_lang:
        message = (
            f"{path}: the name tells no corpus format (use .tmx, .tsv, .jsonl, .parquet, or a Moses"
            " pair named like it-en.it and it-en.en)"
        )
        raise UsageError(message)
    paths = tuple(
        path.parent / f"{stem}.{code}{compression}" for code in (source_lang, target_lang)
    )
    for each in paths:
        _must_exist(each)
    return Corpus("moses", paths, source_lang, target_lang)


def _languages(name: str) -> tuple[str, str]:
    """The language pair in a file name: `it-en.tmx`, `Europarl.it-en.it`."""
    for part in name.split("."):
        source, _, target = part.partition("-")
        if _is_code(source) and _is_code(target):
            return source, target
    return "", ""


def _is_code(text: str) -> bool:
    return text.isascii() and text.isalpha() and text.islower() and len(text) in (2, 3)


def _must_exist(path: Path) -> None:
    if not path.is_file():
        reason = "is a folder" if path.is_dir() else "no such file"
        raise InputError(str(path), reason, "give the path of a corpus file")
