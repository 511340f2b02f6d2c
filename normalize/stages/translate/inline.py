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

from normalize.stages.translate.protect import Span, protected_spans

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
    for found in _found(text):
        before = text[end : found.span.start]
        length += len(before)
        marks.append(
            Mark(length, length + len(found.inner), found.opening, found.closing, found.link)
        )
        plain += [before, found.inner]
        length += len(found.inner)
        end = found.span.end
    if not marks:
        return None
    return MarkedText("".join([*plain, text[end:]]), tuple(marks))


@dataclass(frozen=True, slots=True)
class _Found:
    """A mark in the text with marks: `span` is `opening + inner + closing`."""

    span: Span
    opening: str
    inner: str
    closing: str
    link: bool


def _found(text: str) -> list[_Found]:
    """The marks of a text, in order, none touching another's characters or code."""
    found: list[_Found] = []
    for pattern in (_LINK, _ELEMENT, _STRONG):
        for match in pattern.finditer(text):
            span, inner = Span(*match.span()), match["inner"]
            taken = span.overlaps(one.span for one in found)
            if taken or not any(char.isalnum() for char in inner):
                continue
            groups = match.groupdict()
            hug = groups.get("hug") or ""
            opening, closing = hug + match["open"], match["close"] + hug
            if whole := _INNER_EMPHASIS.fullmatch(inner):
                inner = whole["inner"]
                opening, closing = opening + whole["open"], whole["open"] + closing
            link = pattern is _LINK or groups.get("name", "").lower() == "a"
            found.append(_Found(span, opening, inner, closing, link))
    if not found:
        return []
    code = [span for span in protected_spans(text) if text[span.start] == "`"]
    outside = [one for one in found if not one.span.overlaps(code)]
    return sorted(outside, key=lambda one: one.span.start)


def projected(
    target: str, marked: MarkedText, inner: Sequence[str]
) -> tuple[str, tuple[Mark, ...]]:
    """The translation of the plain text with the marks around the words they belong to, and the
    marks that found no place.

    target: the translation of `marked.plain`. inner: the translations of `marked.inner`, each made
    on its own.
    """
    places: list[tuple[Span, Mark]] = []
    lost = []
    taken = protected_spans(target)
    after = 0
    for mark, source, words in zip(marked.marks, marked.inner, inner, strict=True):
        near = mark.start * len(target) // max(len(marked.plain), 1)
        place = _place(target, (words, source), taken, after, near)
        if place is None:
            lost.append(mark)
            continue
        taken.append(place)
        after = place.end
        places.append((place, mark))
    out, end = [], 0
    for place, mark in sorted(places, key=lambda item: item[0].start):
        words = target[place.start : place.end]
        out += [target[end : place.start], mark.opening, words, mark.closing]
        end = place.end
    return "".join([*out, target[end:]]), tuple(lost)


def _place(
    target: str, wanted: Sequence[str], taken: Sequence[Span], after: int, near: int
) -> Span | None:
    """Where one of the wanted words stands in a text, not inside what is taken; behind `after` if
    it can be, and of several such places the nearest to `near`.
    """
    for words in wanted:
        bare = words.strip(_EDGES)
        for form in dict.fromkeys((words.strip(), bare, _ARTICLE.sub("", bare, count=1))):
            if not any(char.isalnum() for char in form):
                continue
            pattern = re.compile(rf"(?<!\w){re.escape(form)}(?!\w)", re.IGNORECASE)
            places = [Span(*match.span()) for match in pattern.finditer(target)]
            free = [place for place in places if not place.overlaps(taken)]
            if free:
                return min(free, key=lambda one: (one.start < after, abs(one.start - near)))
    return None
