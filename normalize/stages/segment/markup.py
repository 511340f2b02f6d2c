"""Turns the text of a line into pieces: cells, HTML tags and marks are glue around segments."""

from __future__ import annotations

import re

from normalize.document import Piece
from normalize.stages.segment.sentences import sentences

_TAG = r"</?[A-Za-z][\w:-]*(?:\s[^<>]*)?/?>|<!--.*?-->|<![A-Za-z][^<>]*>|<\?[^<>]*\?>"
_ONLY_TAGS = re.compile(rf"\s*(?:(?:{_TAG})\s*)+", re.DOTALL)
_ANY_TAG = re.compile(_TAG)
_BREAKING_TAGS = re.compile(
    r"(?:\s*</?(?:p|div|br|hr|td|th|tr|table|thead|tbody|li|ul|ol|dl|dt|dd|h[1-6]|section|article|header|footer"
    r"|nav|main|aside|figure|figcaption|blockquote|option|select|title|body|html|head|center|form|label|button)"
    r"\b[^<>]*>\s*)+",
    re.IGNORECASE,
)
_LEADING_TAGS = re.compile(rf"(?:\s*(?:{_TAG}))+\s*", re.DOTALL)
_TRAILING_TAGS = re.compile(rf"\s*(?:(?:{_TAG})\s*)+$", re.DOTALL)
_PIPES = re.compile(r"\s*(?<!\\)\|(?:\s*\|)*\s*")
_SPACED_PIPES = re.compile(r"\s+\|(?:\s*\|)*\s+|^\s*\|\s+|\s+\|\s*$")
_TABS = re.compile(r"\s*\t\s*")
_MARKS = re.compile(r"(\*\*\*|\*\*|__|~~|\*|_|==)(?=\S)(.+)(?<=\S)\1", re.DOTALL)


def running_text(text: str) -> list[Piece]:
    """Cut text that may hold tags and marks into sentences; tags that end a line are glue."""
    if "<" in text:
        return _tagged(text)
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
    start = 0
    for match in separator.finditer(text):
        pieces.extend(running_text(text[start : match.start()]))
        if match[0]:
            pieces.append(Piece(match[0], False))
        start = match.end()
    pieces.extend(running_text(text[start:]))
    return pieces


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
    trail = _TRAILING_TAGS.search(text, begin)
    end = trail.start() if trail else len(text)
    pieces = [Piece(text[:begin], False)] if begin else []
    pieces.extend(sentences(text[begin:end]))
    if end < len(text):
        pieces.append(Piece(text[end:], False))
    return pieces
