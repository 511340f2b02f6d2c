"""The nouns of reading: an input, and a line of decoded text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import overload

from normalize.document import Fix

STDIN_NAME = "stdin.txt"
"""The name of standard input in results."""
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
"""The endings of compressed files. What a file really is, its first bytes decide."""
JSON_LINES = (".jsonl", ".ndjson")
"""The endings of JSON Lines files, before the ending of a compression."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input and its name in the results.

    path: the file to read; None for standard input.
    name: relative POSIX path, unique in a run: the document's id and its place below
    `OUT/documents`.
    """

    path: Path | None
    name: str

    @property
    def compression(self) -> str:
        """The ending that says how the file is compressed (`.gz`); empty where it is not.

        >>> Input(None, "news/a.jsonl.gz").compression
        '.gz'
        """
        suffix = PurePosixPath(self.name).suffix.lower()
        return suffix if suffix in COMPRESSED else ""

    @property
    def is_json_lines(self) -> bool:
        """Whether every line is a JSON object and a document of its own.

        >>> [Input(None, name).is_json_lines for name in ("a.jsonl", "a.NDJSON.zst", "a.json")]
        [True, True, False]
        """
        stem = self.name[: len(self.name) - len(self.compression)]
        return PurePosixPath(stem).suffix.lower() in JSON_LINES


@dataclass(frozen=True, slots=True)
class Line:
    r"""A line of decoded text, its ending included (`\n`, `\r\n`, `\r`, or none), and what decoding
    mended.

    The offsets of `fixes` count from the beginning of the line.
    """

    text: str
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines(Sequence[Line]):
    """Lines of a document in their order, kept as texts: each Line is made when it is asked for.

    fixes: what decoding mended, by the place of the line; most lines have none.

    >>> Lines(["one\\n", "two"])[1]
    Line(text='two', fixes=())
    """

    texts: Sequence[str]
    fixes: Mapping[int, tuple[Fix, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Lines:
        """The same lines, if they are not kept so already."""
        if isinstance(lines, cls):
            return lines
        fixes = {place: line.fixes for place, line in enumerate(lines) if line.fixes}
        return cls([line.text for line in lines], fixes)

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, place: int) -> Line: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Line]: ...

    def __getitem__(self, place: int | slice) -> Line | Sequence[Line]:
        if isinstance(place, slice):
            return [self[index] for index in range(*place.indices(len(self)))]
        return Line(self.texts[place], self.fixes.get(place % len(self.texts), ()))

    def __iter__(self) -> Iterator[Line]:
        for place, text in enumerate(self.texts):
            yield Line(text, self.fixes.get(place, ()))
