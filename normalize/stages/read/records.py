"""Turns an input of JSON Lines into records: every line is a document of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from normalize.document import Fix, Rejection
from normalize.stages.read.inputs import Input, Line
from normalize.stages.read.lines import Reader, split_lines

MAX_RECORD_CHARS = 2**26
"""A longer line of JSON Lines is refused, so that one line cannot take all memory."""
MAX_SHOWN_CHARS = 1_000
"""How much of a refused line its rejection holds."""
_MAX_NAMES_CHARS = 200
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a JSON Lines input.

    id: `<input's name>#<line>`, the document's id in corpora and reports. line: from 1.
    text: what is to be converted. text_field: the field it stood in. fields: the whole object, in
    its order.
    decoded: how decoding mended the text, where bytes of the line were not in the encoding of its file:
    one fix over the whole text.
    """

    id: str
    line: int
    text: str
    text_field: str
    fields: dict[str, object]
    decoded: Fix | None = None

    def lines(self) -> list[Line]:
        """The lines of the text, each with what decoding mended in it.

        Where the lines before and after decoding cannot be told to be the same (they are longer than
        a reader's line), each has a fix that says how it was decoded and nothing of its bytes.
        """
        lines = list(split_lines(self.text))
        if self.decoded is None:
            return lines
        before = [line.text for line in split_lines(self.decoded.before)]
        if len(before) != len(lines):
            return [
                Line(line.text, (replace(self.decoded, before=line.text, after=line.text),))
                for line in lines
            ]
        return [
            Line(line.text, (replace(self.decoded, before=was, after=line.text),))
            if was != line.text
            else line
            for was, line in zip(before, lines, strict=True)
        ]

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
    exception, with the first `MAX_SHOWN_CHARS` characters of the line.

    >>> refused = parse_record("[1]", 3, "a.jsonl")
    >>> refused.document, refused.reason, refused.value, refused.input
    ('a.jsonl#3', 'not-an-object', 'found list', '[1]')
    """
    identity = f"{name}#{number}"
    shown = (line[:MAX_SHOWN_CHARS], max(0, len(line) - MAX_SHOWN_CHARS))
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Rejection(identity, "not-json", str(error), None, *shown)
    if not isinstance(fields, dict):
        found = f"found {type(fields).__name__}"
        return Rejection(identity, "not-an-object", found, None, *shown)
    if text_field not in fields:
        found = ", ".join(fields)[:_MAX_NAMES_CHARS] or "no field at all"
        found = f"no field {text_field!r} among: {found}"
        return Rejection(identity, "no-text", found, None, *shown)
    text = fields[text_field]
    if not isinstance(text, str):
        found = f"{text_field!r} holds {type(text).__name__}"
        return Rejection(identity, "no-text", found, None, *shown)
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
    parts: list[Line] = []
    size, number = 0, 1
    for line in source.lines():
        size += len(line.text)
        parts.append(line)
        if size > MAX_RECORD_CHARS:  # the beginning is enough, to show it
            parts = [Line("".join(part.text for part in parts)[:MAX_SHOWN_CHARS])]
        if line.text.endswith(("\n", "\r")):
            yield from _finish(parts, size, number, name, text_field)
            parts, size, number = [], 0, number + 1
    yield from _finish(parts, size, number, name, text_field)


def _finish(
    parts: list[Line], size: int, number: int, name: str, text_field: str
) -> Iterator[Record | Rejection]:
    """The record of one line, put together from the pieces that the reader cut it into."""
    text = "".join(part.text for part in parts).strip()
    if size > MAX_RECORD_CHARS:
        value = f"{size:,} characters in one line"
        yield Rejection(f"{name}#{number}", "too-long", value, None, text, size - len(text))
    elif text:
        record = parse_record(text, number, name, text_field)
        yield _with_decoding(record, parts) if isinstance(record, Record) else record


def _with_decoding(record: Record, parts: list[Line]) -> Record:
    """The record, saying how its text was decoded where its bytes were not in the encoding of the file."""
    fixes = [fix for part in parts for fix in part.fixes]
    if not fixes:
        return record
    was = parse_record("".join(map(_before, parts)), record.line, "", record.text_field)
    before = was.text if isinstance(was, Record) else record.text
    if isinstance(was, Record) and before == record.text:
        return record  # it was another field
    decoded = replace(fixes[0], start=0, before=before, after=record.text)
    return replace(record, decoded=decoded)


def _before(line: Line) -> str:
    """A line as it was before its decoding was mended."""
    text = line.text
    for fix in reversed(line.fixes):
        text = text[: fix.start] + fix.before + text[fix.start + len(fix.after) :]
    return text
