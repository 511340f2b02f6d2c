"""Turns the text of a line into pieces: cells, HTML tags and marks are glue around segments."""

from __future__ import annotations

import re

from normalize.document import Piece
from normalize.stages.segment.sentences import sentences

_TAG = r"</?[A-Za-z][\w:-]*+(?:\s[^<>]*+)?/?>|<!--(?:(?!-->).)*+-->|<![A-Za-z][^<>]*+>|<\?[^<>]*+>"
_ANY_TAG = re.compile(_TAG, re.DOTALL)
_ONLY_TAGS = re.compile(rf"\s*+(?:(?:{_TAG})\s*+)++", re.DOTALL)
_BREAKING_TAGS = re.compile(
    r"(?:</?(?:p|div|br|hr|td|th|tr|table|thead|tbody|li|ul|ol|dl|dt|dd|h[1-6]|section|article"
    r"|header|footer|nav|main|aside|figure|figcaption|blockquote|option|select|title|body|html"
    r"|head|center|form|label|button)\b[^<>]*+>\s*+)++",
    re.IGNORECASE,
)
_LEADING_TAGS = re.compile(rf"(?:\s*+(?:{_TAG}))++\s*+", re.DOTALL)
_PIPES = re.compile(r"(?<!\\)\|")
_SPACED_PIPES = re.compile(r"(?:(?<=\s)|^)\|(?=\s|$)")
_TABS = re.compile(r"\t")
_MAX_TAG_CHARS = 2_000
_MARKS = re.compile(r"(\*\*\*|\*\*|__|~~|\*|_|==)(?=\S)(.+)(?<=\S)\1", re.DOTALL)


def running_text(text: str) -> list[Piece]:
    """Cut text that may hold tags and marks into sentences; tags that end a line are glue."""
    return _tagged(text) if "<" in text else untagged_text(text)


def untagged_text(text: str) -> list[Piece]:
    """Cut text without tags, which may stand between marks, into sentences."""
    if text and (text[0] in "*_~=" or text[-1] in "*_~="):
        return _marked(text)
    return sentences(text)


def is_only_tags(text: str) -> bool:
    """Tell whether a line is nothing but HTML tags and comments."""
    return "<" in text and _ONLY_TAGS.fullmatch(text) is not None


def without_tags(text: str) -> str:
    """The text as a reader sees it."""
    return _ANY_TAG.sub("", text)


def cells(text: str, separator: re.Pattern[str]) -> list[Piece]:
    """Cut a row into cells; the separators and the space around the cells are glue."""
    pieces: list[Piece] = []
    glue: list[str] = []
    start = 0
    for match in separator.finditer(text):
        _extend(pieces, glue, running_text(text[start : match.start()]))
        glue.append(match[0])
        start = match.end()
    _extend(pieces, glue, running_text(text[start:]))
    if glue:
        pieces.append(Piece("".join(glue), False))
    return pieces


def _extend(pieces: list[Piece], glue: list[str], more: list[Piece]) -> None:
    """Add pieces, with all glue that stands together made one."""
    for piece in more:
        if not piece.is_segment:
            glue.append(piece.text)
            continue
        if glue:
            pieces.append(Piece("".join(glue), False))
            glue.clear()
        pieces.append(piece)


def separator_of(text: str) -> re.Pattern[str] | None:
    """What separates the cells of a line: pipes, tabs, or nothing, where it is running text."""
    if "|" in text:
        stripped = text.strip()
        if stripped.startswith("|") and stripped.count("|") > 1:
            return _PIPES
        if _SPACED_PIPES.search(text):
            return _SPACED_PIPES
    return _TABS if "\t" in text.strip() else None


def _marked(text: str) -> list[Piece]:
    """Take emphasis that spans the whole text off as glue."""
    match = _MARKS.fullmatch(text.strip())
    if match is None or match[1] in match[2]:
        return sentences(text)
    lead = text.index(match[1]) + len(match[1])
    inner = len(match[2])
    return [
        Piece(text[:lead], False),
        *running_text(match[2]),
        Piece(text[lead + inner :], False),
    ]


def _tagged(text: str) -> list[Piece]:
    """Take tags at the edges off as glue, and cut where a tag ends a line of text."""
    pieces: list[Piece] = []
    start = 0
    for match in _BREAKING_TAGS.finditer(text):
        pieces.extend(_inline(text[start : match.start()]))
        pieces.append(Piece(match[0], False))
        start = match.end()
    pieces.extend(_inline(text[start:]))
    return pieces


def _inline(text: str) -> list[Piece]:
    if not text:
        return []
    lead = _LEADING_TAGS.match(text)
    begin = lead.end() if lead else 0
    end = _before_trailing_tags(text, begin)
    pieces = [Piece(text[:begin], False)] if begin else []
    pieces.extend(sentences(text[begin:end]))
    if end < len(text):
        pieces.append(Piece(text[end:], False))
    return pieces


def _before_trailing_tags(text: str, begin: int) -> int:
    """Where the tags begin that a text ends with; its length where it ends with none."""
    end = len(text)
    while True:
        last = len(text[begin:end].rstrip()) + begin
        opening = "<!--" if text.endswith("-->", begin, last) else "<"
        start = text.rfind(opening, max(begin, last - _MAX_TAG_CHARS), last)
        if start < 0 or text[last - 1] != ">" or not _ANY_TAG.fullmatch(text, start, last):
            return end
        end = start
