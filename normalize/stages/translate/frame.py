"""A segment without what surrounds its words: bullets, quotation marks around all of it, emoji, the
final ellipsis.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from normalize.stages.translate.protect import EMOJI

_LEAD = re.compile(
    rf"(?:\s+|{EMOJI}|[–—•·▪◦‣►■□●○✓★]+|[-*+>#|=~]+(?=\s|$)|-+(?=[^\W\d])"
    r"|\(?(?:\d{1,3}|[A-Za-z])\)(?=\s+\S)"
    r"|\d{1,3}\.(?=\s+(?![a-zà-öø-ÿçğıöşü])\S))+"  # Turkish `19. yüzyıl` is an ordinal number
)
_CLOSING = re.compile(rf"(?:(?<=\s)[>»›|–—·•→#*~=-]+|{EMOJI})\Z")
_CLOSING_MAX = 40
"""Longest closing mark that is looked for, in characters: emoji with all their modifiers."""
_PAIRS = ("«»", "“”", "„“", "‘’", '""', "''", "()", "[]", "‹›", "**", "__", "~~")


@dataclass(frozen=True, slots=True)
class Frame:
    """A text in three parts; `lead + core + tail` is the text."""

    lead: str
    core: str
    tail: str


def framed(text: str) -> Frame:
    """What surrounds the words of a text, and the words.

    >>> framed("  - «Reklam yükleniyor...» 🔥")
    Frame(lead='  - «', core='Reklam yükleniyor', tail='...» 🔥')
    """
    start, end = 0, len(text)
    for _ in range(6):  # surrounding marks nest: ("«…»")
        before = (start, end)
        if match := _LEAD.match(text, start, end):
            start = match.end()
        end = _without_tail(text, start, end)
        if _is_surrounded(text[start:end]):
            start, end = start + 1, end - 1
        if (start, end) == before:
            break
    return Frame(text[:start], text[start:end], text[end:])


def _without_tail(text: str, start: int, end: int) -> int:
    """Where the words end: before white space, emoji, closing marks and the final ellipsis."""
    while True:
        before = end
        end = start + len(text[start:end].rstrip())
        undotted = text[start:end].rstrip(".…")
        dots = text[start + len(undotted) : end]
        if len(dots) > 1 or dots == "…":
            end -= len(dots)
        elif match := _CLOSING.search(text[max(start, end - _CLOSING_MAX) : end]):
            end -= len(match.group())
        if end == before:
            return end


def _is_surrounded(core: str) -> bool:
    """Whether the first and last characters are a pair of quotation marks, brackets or emphasis
    that holds all the rest.
    """
    if len(core) < 3 or core[0] + core[-1] not in _PAIRS:
        return False
    inner = core[1:-1]
    if core[0] == core[-1] and core[0] in "*_~":
        return not inner.strip(core[0]).count(core[0])
    return core[0] not in inner and core[-1] not in inner
