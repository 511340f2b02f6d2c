"""Corpus files on disk: which format a path holds, and how to open it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from normalize.errors import InputError, UsageError
from normalize.stages.read.inputs import COMPRESSED, Input
from normalize.stages.read.streams import Chunks

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
    corpus = name_corpus(path)
    for each in corpus.paths:
        _must_exist(each)
    return corpus


def name_corpus(path: Path) -> Corpus:
    """The corpus that a path names, as `find_corpus` tells it, whether or not there is one.

    Raises UsageError where the name tells no format.
    """
    plain = Path(path.stem) if path.suffix in COMPRESSED else Path(path.name)
    corpus_format = _BY_SUFFIX.get(plain.suffix)
    if corpus_format is not None:
        return Corpus(corpus_format, (path,), *_languages(plain.name))
    return _name_moses(path, plain)


def byte_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a corpus file, decompressed. Raises InputError where they cannot be read."""
    _must_exist(path)
    yield from Chunks(Input(path, str(path)))


def byte_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    r"""The lines of a file, numbered from 1, line ends kept; a line ends at `\n` and nowhere else.

    Raises InputError where the file cannot be read.
    """
    number = 0
    begun: list[bytes] = []
    for chunk in byte_chunks(path):
        first, *rest = chunk.split(b"\n")
        begun.append(first)
        for piece in rest:
            number += 1
            yield number, b"".join(begun) + b"\n"
            begun = [piece]
    last = b"".join(begun)
    if last:
        yield number + 1, last


def _name_moses(path: Path, plain: Path) -> Corpus:
    compression = path.suffix if path.suffix in COMPRESSED else ""
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
