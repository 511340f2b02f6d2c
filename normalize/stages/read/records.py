"""Turns an input of JSON Lines into records: every line is a document of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from normalize.document import Rejection
from normalize.stages.read.inputs import Input
from normalize.stages.read.lines import Reader

MAX_RECORD_CHARS = 2**26
"""A longer line of JSON Lines is refused, so that one line cannot take all memory."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a JSON Lines input.

    id: `<input's name>#<line>`, the document's id in corpora and reports. line: from 1.
    text: what is to be converted. text_field: the field it stood in. fields: the whole object, in
    its order.
    """

    id: str
    line: int
    text: str
    text_field: str
    fields: dict[str, object]

    def with_text(self, text: str) -> str:
        r"""The record as one line of JSON, without line ending, with `text` in the place of its
        own.

        >>> parse_record('{"id": 7, "text": "Rifiuta"}', 1, "a.jsonl").with_text("Decline")
        '{"id": 7, "text": "Decline"}'
        """
        line = json.dumps({**self.fields, self.text_field: text}, ensure_ascii=False)
        return _LONE_SURROGATE.sub(lambda lone: f"\\u{ord(lone[0]):04x}", line)


def parse_record(line: str, number: int, name: str, text_field: str = "text") -> Record | Rejection:
    """Read one line of JSON Lines. A line that is no record comes back as a rejection, never as an
    exception.

    >>> parse_record("[1]", 3, "a.jsonl")
    Rejection(document='a.jsonl#3', reason='not-an-object', value='found list', pair=None)
    """
    identity = f"{name}#{number}"
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Rejection(identity, "not-json", str(error))
    if not isinstance(fields, dict):
        return Rejection(identity, "not-an-object", f"found {type(fields).__name__}")
    if text_field not in fields:
        found = ", ".join(map(str, fields)) or "no field at all"
        return Rejection(identity, "no-text", f"no field {text_field!r} among: {found}")
    text = fields[text_field]
    if not isinstance(text, str):
        return Rejection(identity, "no-text", f"{text_field!r} holds {type(text).__name__}")
    return Record(identity, number, text, text_field, fields)


def records(
    source: Input | Reader,
    *,
    languages: Sequence[str] = ("it", "tr", "en"),
    encoding: str | None = None,
    text_field: str = "text",
) -> Iterator[Record | Rejection]:
    """Read a JSON Lines input line by line; blank lines are skipped.

    source: the input, or a Reader of it where the caller wants its digest and encoding afterwards.
    Raises InputError as `Reader.windows` does.
    """
    if isinstance(source, Input):
        source = Reader(source, languages=languages, encoding=encoding)
    name = source.source.name
    parts: list[str] = []
    size, number = 0, 1
    for line in source.lines():
        size += len(line.text)
        if size <= MAX_RECORD_CHARS:
            parts.append(line.text)
        else:
            parts.clear()
        if line.text.endswith(("\n", "\r")):
            yield from _finish(parts, size, number, name, text_field)
            parts, size, number = [], 0, number + 1
    yield from _finish(parts, size, number, name, text_field)


def _finish(
    parts: list[str], size: int, number: int, name: str, text_field: str
) -> Iterator[Record | Rejection]:
    """The record of one line, put together from the pieces that the reader cut it into."""
    if size > MAX_RECORD_CHARS:
        yield Rejection(f"{name}#{number}", "too-long", f"{size:,} characters in one line")
    elif text := "".join(parts).strip():
        yield parse_record(text, number, name, text_field)
