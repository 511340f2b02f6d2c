"""Read: paths to inputs, bytes to lines of decoded text, in windows of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from normalize.document import Fix, Rejection


@dataclass(frozen=True, slots=True)
class Input:
    """One file (or standard input, where `path` is None) and its name in the results."""

    path: Path | None
    name: str

    @property
    def is_json_lines(self) -> bool:
        """Whether every line is a JSON object of its own (`.jsonl`, `.ndjson`, compressed or not)."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Line:
    """A line of decoded text, its ending included, and what its decoding had to mend."""

    text: str
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a JSON Lines input: a document of its own.

    id: `<input name>#<line number, from 1>`; fields: the whole object, in its order.
    """

    id: str
    line: int
    text: str
    text_field: str
    fields: dict[str, object]

    def with_text(self, text: str) -> str:
        """The record as a line of JSON (no line ending) with `text` in the place of its text."""
        raise NotImplementedError


def discover(
    inputs: Sequence[str], *, file_list: Path | None = None
) -> tuple[list[Input], list[Rejection]]:
    """Find the files that the command's inputs name."""
    raise NotImplementedError


def records(
    source: Input,
    *,
    languages: Sequence[str] = ("it", "tr", "en"),
    encoding: str | None = None,
    text_field: str = "text",
) -> Iterator[Record | Rejection]:
    """Read a JSON Lines input record by record; a line that is no record comes as a rejection."""
    raise NotImplementedError


def parse_record(line: str, number: int, name: str, text_field: str = "text") -> Record | Rejection:
    """Read one line of JSON Lines."""
    raise NotImplementedError


def split_lines(text: str) -> Iterator[Line]:
    """Cut a text that is in memory (a record's) into the lines that `Reader.windows` would give."""
    raise NotImplementedError


class Reader:
    """One document's stream of lines."""

    sha256: str | None
    encoding: str

    def __init__(
        self,
        source: Input,
        *,
        languages: Sequence[str] = ("it", "tr", "en"),
        encoding: str | None = None,
    ) -> None:
        raise NotImplementedError

    def windows(self, max_chars: int = 65536) -> Iterator[list[Line]]:
        """Lists of whole lines, about `max_chars` characters each."""
        raise NotImplementedError


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes as hexadecimal digits."""
    raise NotImplementedError
