"""Markup inside a sentence: emphasis and links are taken off before a text is translated, and put
around the same words of the translation.

A model that is given `**ieri**` loses the word or the marks. Here it is given the sentence without
marks, and what stood between them once more on its own; where that translation occurs in the
sentence's, the marks go around it. Recognised are the links and emphasis of Markdown
(CommonMark 0.31, sections 6.2 and 6.3, without nesting beyond a link in emphasis or emphasis in a
link) and simple HTML elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from normalize.stages.translate.protect import protected_spans

_EMPHASIS = r"\*{1,3}|_{1,3}|~~"
_LINK = re.compile(
    rf"(?P<hug>(?<![\w*_~])(?:{_EMPHASIS}))?"
    r"(?P<open>!?\[)(?P<inner>[^\[\]\n]+)"
    r"(?P<close>\]\((?:<[^<>\n]*>|[^()\s<>]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\)"
    r"|\]\[[^\[\]\n]+\])"
    r"(?(hug)(?P=hug)(?![\w*_~]))"
)
_STRONG = re.compile(
    rf"(?<![\w*_~\\])(?P<open>{_EMPHASIS})(?=[^\s*_~])(?P<inner>[^*_~`\n]*[^\s*_~`\\])"
    r"(?P<close>(?P=open))(?![\w*_~]|\.\w)"  # `__init__.py` is a name
)
_ELEMENT = re.compile(
    r"(?P<open><(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?>)(?P<inner>[^<>\n]+)(?P<close></(?P=name)>)"
)
_INNER_EMPHASIS = re.compile(rf"(?P<open>{_EMPHASIS})(?P<inner>[^*_~\n]+)(?P=open)")
_EDGES = " \t.,;:!?…\"'«»“”‘’()"
_ARTICLE = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """Markup around some words.

    start, end: offsets of the words in the text without marks. opening, closing: what stands before
    and after them. link: whether dropping the marks would lose an address.
    """

    start: int
    end: int
    opening: str
    closing: str
    link: bool


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text and its inline markup, apart. plain: the text without marks. marks: in order, apart."""

    plain: str
    marks: tuple[Mark, ...]

    @property
    def inner(self) -> tuple[str, ...]:
        """The words inside each mark."""
        return tuple(self.plain[mark.start : mark.end] for mark in self.marks)

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it is words (else marks); they join to the text."""
        end = 0
        for mark in self.marks:
            yield self.plain[end : mark.start], True
            yield mark.opening, False
            yield self.plain[mark.start : mark.end], True
            yield mark.closing, False
            end = mark.end
        yield self.plain[end:], True

    def __str__(self) -> str:
        return "".join(piece for piece, _ in self.pieces())


def read_marks(text: str) -> MarkedText | None:
    """The text with its inline markup apart; None where it has none that encloses words.

    >>> read_marks("Leggi **subito** la [guida](https://example.org).").plain
    'Leggi subito la guida.'
    >>> read_marks("2 * 3 * 4 e nome_di_file") is None
    True
    """
    if not any(sign in text for sign in "*_~[<"):
        return None
    plain, marks, end, length = [], [], 0, 0
    for opening, inner, closing, start, stop, link in _found(text):
        before = text[end:start]
        length += len(before)
        marks.append(Mark(length, length + len(inner), opening, closing, link))
        plain += [before, inner]
        length += len(inner)
        end = stop
    if not marks:
        return None
    return MarkedText("".join([*plain, text[end:]]), tuple(marks))


def _found(text: str) -> Iterator[tuple[str, str, str, int, int, bool]]:
    """Opening, words, closing, start and end in the text, whether it is a link: in order, apart."""
    taken: list[tuple[int, int]] = []
    found = []
    for pattern in (_LINK, _ELEMENT, _STRONG):
        for match in pattern.finditer(text):
            start, stop = match.span()
            inner = match["inner"]
            overlaps = any(start < high and low < stop for low, high in taken)
            if overlaps or not any(char.isalnum() for char in inner):
                continue
            link = pattern is _LINK or match.groupdict().get("name", "").lower() == "a"
            hug = (match.groupdict().get("hug") or "") if pattern is _LINK else ""
            opening, closing = hug + match["open"], match["close"] + hug
            if whole := _INNER_EMPHASIS.fullmatch(inner):
                inner = whole["inner"]
                opening, closing = opening + whole["open"], whole["open"] + closing
            taken.append((start, stop))
            found.append((opening, inner, closing, start, stop, link))
    literal = [(span.start, span.end) for span in protected_spans(text) if text[span.start] == "`"]
    for one in sorted(found, key=lambda item: item[3]):
        if not any(one[3] < high and low < one[4] for low, high in literal):
            yield one


def projected(
    target: str, marked: MarkedText, inner: Sequence[str]
) -> tuple[str, tuple[Mark, ...]]:
    """The translation of the plain text with the marks around the words they belong to, and the
    marks that found no place.

    target: the translation of `marked.plain`. inner: the translations of `marked.inner`, each made
    on its own.
    """
    places: list[tuple[int, int, Mark]] = []
    lost = []
    taken = [(span.start, span.end) for span in protected_spans(target)]
    after = 0
    for mark, source, words in zip(marked.marks, marked.inner, inner, strict=True):
        place = _place(target, (words, source), taken, after)
        if place is None:
            lost.append(mark)
            continue
        taken.append(place)
        after = place[1]
        places.append((*place, mark))
    out, end = [], 0
    for start, stop, mark in sorted(places, key=lambda item: item[0]):
        out += [target[end:start], mark.opening, target[start:stop], mark.closing]
        end = stop
    return "".join([*out, target[end:]]), tuple(lost)


def _place(
    target: str, wanted: Sequence[str], taken: Sequence[tuple[int, int]], after: int
) -> tuple[int, int] | None:
    """Where one of the wanted words stands in a text, not inside what is taken; behind `after` if
    it can be.
    """
    for words in wanted:
        bare = words.strip(_EDGES)
        for form in dict.fromkeys((words.strip(), bare, _ARTICLE.sub("", bare, count=1))):
            if not any(char.isalnum() for char in form):
                continue
            pattern = re.compile(rf"(?<!\w){re.escape(form)}(?!\w)", re.IGNORECASE)
            free = [
                match.span()
                for match in pattern.finditer(target)
                if not any(match.start() < high and low < match.end() for low, high in taken)
            ]
            if free:
                return next((place for place in free if place[0] >= after), free[0])
    return None
