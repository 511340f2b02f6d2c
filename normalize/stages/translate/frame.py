"""A segment without what surrounds its words: bullets, quotation marks around all of it, emoji, the
final ellipsis.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from normalize.stages.translate.protect import EMOJI

_LEAD = re.compile(
    rf"(?:\s+|{EMOJI}|[–—•·▪◦‣►■□●○✓★]+|[-*+>#|=~]+(?=\s|$)|-+(?=[^\W\d])|\(?(?:\d{{1,3}}|[A-Za-z])[.)](?=\s+\S))+"
)
_TAIL = re.compile(rf"(?:\s+[>»›|–—·•→#*~=-]+|\s+|{EMOJI}|\.{{2,}}|…)+$")
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
        end -= len(text[start:end]) - len(_TAIL.sub("", text[start:end]))
        if _is_surrounded(text[start:end]):
            start, end = start + 1, end - 1
        if (start, end) == before:
            break
    return Frame(text[:start], text[start:end], text[end:])


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
