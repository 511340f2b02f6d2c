"""A text to what the engine is given: units of language, and the literal stretches between them.

A plan is a function of the text and the package alone, so a translation cannot depend on what else
is translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from normalize.packages.lexicon import Lexicon
from normalize.stages.translate.casing import is_shouted, sentence_case
from normalize.stages.translate.frame import framed
from normalize.stages.translate.names import name_spans
from normalize.stages.translate.protect import (
    NUMBER,
    Span,
    english_number,
    number_spans,
    protected_spans,
)
from normalize.stages.translate.tokenizers import PLACEHOLDERS

_MAX_HIDDEN = 8
"""Most placeholders in one unit: the models have seldom seen the last of the ten."""
_BOUNDARIES = tuple(
    re.compile(pattern)
    for pattern in (
        r"[.!?…。！？]+[\"'”’»)\]]*(?:\s+|(?<=[。！？]))",
        r"[;:；：]\s+",
        r"(?:[,،、，]|\s[–—-])\s+",
        r"\s+",
    )
)
_MEASURES = (
    "km|hm|m|cm|mm|kg|g|mg|t|l|ml|cl|ha|gb|mb|kb|tb|hz|khz|mhz|ghz|kw|kwh|w|v|°c|°f|h|s|px"
    "|eur|usd|gbp|try|tl"
)
_MEASURE = re.compile(
    rf"[\d\s.,:;/x×+±%°€$£₺()–-]*(?:\d\s*(?:{_MEASURES})\b[\d\s.,:;/x×+±%°€$£₺()²³–-]*)*",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"[\s,;:.!?)\]»”’'…–—-]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def without_surrogates(text: str) -> str:
    """The text with a replacement character for each lone surrogate, which no tokeniser can read."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


class Protection(StrEnum):
    """How a unit's literal stretches are kept out of the model's hands."""

    HIDE = "hide"
    """Behind placeholders that the model knows."""
    HIDE_NUMBERS = "hide-numbers"
    """Likewise, numbers too."""
    SPLIT = "split"
    """By translating what lies between them."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of language for the engine.

    source: as it stands in the text. text: as the engine gets it. hidden: the stretches behind the
    placeholders, in their order. literal: those of them that must come through unchanged. shouted:
    whether the translation is to be in capitals.
    """

    source: str
    text: str
    hidden: tuple[str, ...] = ()
    literal: tuple[str, ...] = ()
    shouted: bool = False


Part = str | Unit
"""A literal stretch, or one to translate."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes plans for one package.

    source: its source language. count: subwords of a text. max_pieces: most subwords in a unit.
    protection: HIDE where the package knows placeholders, else SPLIT. lexicon: words that the engine
    gets in English.
    """

    source: str
    count: Callable[[str], int]
    max_pieces: int
    protection: Protection
    lexicon: Lexicon = field(default_factory=Lexicon)

    def plan(self, text: str) -> tuple[Part, ...]:
        """The parts of a text, in order; their literal stretches and translations join to the
        translated text.
        """
        frame = framed(text)
        core = " ".join(frame.core.split())
        parts = (frame.lead, *self._units(core, self.protection), frame.tail)
        return tuple(part for part in parts if part)

    def replan(
        self, unit: Unit, protection: Protection, names: Collection[str] = ()
    ) -> tuple[Part, ...]:
        """Other parts for a unit whose first translation lost something; these names of it are hidden."""
        return tuple(self._units(unit.source, protection, unit.shouted, names))

    def _units(
        self,
        core: str,
        protection: Protection,
        shouted: bool | None = None,
        names: Collection[str] = (),
    ) -> Iterator[Part]:
        spans = protected_spans(core)
        if not has_language(core, spans):
            yield core
            return
        loud = is_shouted(_outside(core, spans)) if shouted is None else shouted
        if protection is Protection.SPLIT and spans:
            yield from self._around(core, spans, loud)
            return
        unit = self._unit(core, spans, protection, loud, names)
        if len(unit.hidden) <= _MAX_HIDDEN and self._fits(unit.text):
            yield unit
            return
        cut = _cut(core, spans)
        if cut is None:
            yield core  # one gigantic word: no language that a model knows
            return
        first, second = core[: cut.start], core[cut.end :]
        yield from self._units(first, protection, loud, names)
        if cut.end > cut.start:
            yield " "
        yield from self._units(second, protection, loud, names)

    def _fits(self, text: str) -> bool:
        # A subword stands for at least one byte, so short texts need no counting.
        return (
            len(text.encode("utf-8", "replace")) < self.max_pieces
            or self.count(text) <= self.max_pieces
        )

    def _around(self, core: str, spans: Sequence[Span], shouted: bool) -> Iterator[Part]:
        """Literal stretches as they are, and what is between them as texts of their own."""
        end = 0
        for span in [*spans, Span(len(core), len(core))]:
            between = core[end : span.start]
            punctuation = _PUNCTUATION.match(between)
            stop = punctuation.end() if punctuation else 0
            frame = framed(between[stop:])
            yield between[:stop] + frame.lead
            if frame.core:
                yield from self._units(frame.core, Protection.SPLIT, shouted)
            yield frame.tail
            yield core[span.start : span.end]
            end = span.end

    def _unit(
        self,
        core: str,
        spans: Sequence[Span],
        protection: Protection,
        shouted: bool,
        names: Collection[str],
    ) -> Unit:
        literal = tuple(core[span.start : span.end] for span in spans)
        more = number_spans(core) if protection is Protection.HIDE_NUMBERS else []
        if names:
            more += [
                span
                for span in name_spans(core, self.source)
                if core[span.start : span.end] in names
            ]
        spans = sorted(
            [*spans, *(span for span in more if not span.overlaps(spans))],
            key=lambda span: span.start,
        )
        hidden, pieces, end = [], [], 0
        for index, span in enumerate(spans):
            found = core[span.start : span.end]
            hidden.append(english_number(found, self.source) if NUMBER.fullmatch(found) else found)
            pieces += [
                core[end : span.start],
                PLACEHOLDERS[index] if index < len(PLACEHOLDERS) else found,
            ]
            end = span.end
        text = "".join([*pieces, core[end:]])
        if shouted:
            text = sentence_case(text, self.source)
        text = self.lexicon.glossed(text)
        return Unit(core, without_surrogates(text), tuple(hidden), literal, shouted)


def _outside(core: str, spans: Sequence[Span]) -> str:
    """The text without its protected stretches."""
    kept, end = [], 0
    for span in spans:
        kept.append(core[end : span.start])
        end = span.end
    return " ".join([*kept, core[end:]])


def has_language(core: str, spans: Sequence[Span]) -> bool:
    """Whether there is anything to translate: letters outside the protected stretches that are more
    than units of measure.

    >>> [has_language(text, ()) for text in ("10 km", "€ 25,50", "12:30", "Roma", "10 km a piedi")]
    [False, False, False, True, True]
    """
    outside = _outside(core, spans)
    return any(char.isalpha() for char in outside) and not _MEASURE.fullmatch(outside)


def _cut(core: str, spans: Sequence[Span]) -> Span | None:
    """Where to cut a text in two: the strongest boundary near its middle; the white space there
    belongs to neither part.
    """
    middle = len(core) / 2
    for strength, boundary in enumerate(_BOUNDARIES):
        last = strength == len(_BOUNDARIES) - 1
        low, high = (0.0, float(len(core))) if last else (0.2 * len(core), 0.8 * len(core))
        cuts = []
        for match in boundary.finditer(core):
            start = match.start() + len(match.group().rstrip())
            if low <= start <= high and start and match.end() < len(core):
                cuts.append(Span(start, match.end()))
        for cut in sorted(cuts, key=lambda cut: (abs(cut.start - middle), cut.start)):
            if not any(span.start < cut.start < span.end for span in spans):
                return cut
    half = len(core) // 2
    if half and not core.isascii():  # languages written without spaces
        return Span(half, half)
    return None
