"""Documents in, English documents and segment pairs out: the only module that chains the stages.

    lines -> repair -> blocks -> languages -> translations -> ConvertedWindow

A document travels as windows of whole blocks, so memory is bounded by a window. Windows of several documents wait together until
enough text is there for the translator, then leave in the order in which they came.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from normalize.config import Config
from normalize.document import (
    Block,
    Decision,
    Fix,
    LabelledBlock,
    Rejection,
    Segment,
    SegmentPair,
    Translation,
)
from normalize.stages.filters import sift
from normalize.stages.identify import Identifier, detector
from normalize.stages.read import Line
from normalize.stages.repair import Repairer, RepairLevel
from normalize.stages.segment import Segmenter

WINDOW_CHARS = 32_768
"""Characters of a document that are labelled together: context for short fragments on both sides."""
PENDING_CHARS = 400_000
"""Characters that may wait for translation, over all documents."""
PENDING_SOURCE_CHARS = 120_000
"""Characters to translate that are enough for full batches."""


class Translates(Protocol):
    """The engine as the pipeline sees it."""

    def translate(self, texts: Sequence[str]) -> list[Translation]: ...


class Translators(Protocol):
    """One engine a source language, built when first asked for."""

    def for_language(self, code: str) -> Translates: ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A labelled block and where it stands in the repaired document.

    is_foreign: whether any segment is to be translated.
    fixes: the repairs that touched each segment, in the order of the segments; empty where no repair touched the block.
    """

    block: LabelledBlock
    text: str
    start: int
    is_foreign: bool
    fixes: tuple[tuple[Fix, ...], ...] = ()

    def segments(self) -> Iterator[Segment]:
        """The segments as they were before translation."""
        decisions = iter(self.block.decisions)
        fixes = iter(self.fixes)
        end = self.start
        for piece in self.block.pieces:
            start, end = end, end + len(piece.text)
            if piece.is_segment:
                decision = next(decisions)
                code, probability = decision.language.code, decision.language.probability
                yield Segment(
                    piece.text, piece.text, code, probability, start, end, self.block.kind,
                    decision.reason, None, (), next(fixes, ()),
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one document, labelled and not yet translated."""

    document: str
    blocks: tuple[Placed, ...]
    fixes: tuple[Fix, ...]
    """All repairs of the lines of this window, those of lines without segments included."""
    is_last: bool

    @property
    def chars(self) -> int:
        """How long the stretch is."""
        return sum([len(placed.text) for placed in self.blocks])


@dataclass(frozen=True, slots=True)
class ConvertedWindow:
    """A stretch of one document in English, with its accepted pairs and rejected ones.

    Most text of most runs is passed through, so segments are made only when they are asked for.

    translations: by the number of the segment in the window.
    """

    document: str
    text: str
    blocks: tuple[Placed, ...]
    translations: Mapping[int, Translation]
    pairs: tuple[SegmentPair, ...]
    rejections: tuple[Rejection, ...]
    fixes: tuple[Fix, ...]
    is_last: bool

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments, in order."""
        return tuple(self.each_segment())

    def each_segment(self) -> Iterator[Segment]:
        """The segments, made one by one."""
        segments = (segment for placed in self.blocks for segment in placed.segments())
        for number, segment in enumerate(segments):
            translation = self.translations.get(number)
            yield segment if translation is None else _translated(segment, translation)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided of the language of each segment, and what the detector said of it alone."""
        return tuple([made for placed in self.blocks for made in placed.block.decisions])


def pair_id(document: str, start: int, end: int, language: str) -> str:
    """Sixteen hexadecimal digits that name a pair by where it comes from."""
    key = f"{document}\0{start}\0{end}\0{language}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(key).hexdigest()[:16]


@dataclass(slots=True)
class _FixIndex:
    """The repairs of recent lines, by where the lines stand in the repaired document."""

    lines: deque[tuple[int, int, tuple[Fix, ...]]] = field(default_factory=deque)
    offset: int = 0

    def add(self, text: str, fixes: tuple[Fix, ...]) -> None:
        if fixes:
            self.lines.append((self.offset, self.offset + len(text), fixes))
        self.offset += len(text)

    def forget_before(self, start: int) -> None:
        while self.lines and self.lines[0][1] <= start:
            self.lines.popleft()

    def touching(self, start: int, end: int) -> tuple[Fix, ...]:
        """Repairs whose result lies in or at the edge of [start, end)."""
        found: list[Fix] = []
        for line_start, line_end, fixes in self.lines:
            if line_start >= end:
                break
            if line_end > start:
                found.extend(
                    fix
                    for fix, (low, high) in zip(fixes, _final_spans(fixes), strict=True)
                    if line_start + high >= start and line_start + low <= end
                )
        return tuple(found)

    def of_segments(
        self, block: LabelledBlock, start: int, end: int
    ) -> tuple[tuple[Fix, ...], ...]:
        """The repairs that touch each segment of a block that stands at [start, end); empty where there are none."""
        if not self.lines or not self.touching(start, end):
            return ()
        found: list[tuple[Fix, ...]] = []
        for piece in block.pieces:
            end = start + len(piece.text)
            if piece.is_segment:
                found.append(self.touching(start, end))
            start = end
        return tuple(found)


def _final_spans(fixes: Sequence[Fix]) -> list[tuple[int, int]]:
    """Where the result of each fix stands after all later fixes of the line."""
    spans = []
    for index, fix in enumerate(fixes):
        low, high = fix.start, fix.start + len(fix.after)
        for later in fixes[index + 1 :]:
            shift = len(later.after) - len(later.before)
            if later.start + len(later.before) <= low:
                low += shift
            if later.start < high:
                high = max(low, high + shift)
        spans.append((low, high))
    return spans


class Pipeline:
    """The stages of one configuration, built once and used for any number of documents.

    Results of a document depend on that document alone: not on its neighbours, their order, or how many wait together.
    """

    def __init__(self, config: Config, translators: Translators) -> None:
        switch = {"auto": None, "on": True, "off": False}
        languages = tuple(dict.fromkeys((*config.sources, config.target)))
        self.config = config
        self.translators = translators
        self._sources = frozenset(config.sources)
        self.repairer = Repairer(
            RepairLevel(config.repair),
            languages,
            glue=switch[config.glue],
            apostrophes=switch[config.apostrophes],
            diacritics=switch[config.diacritics],
        )
        self.identifier = Identifier(detector(config.detector), config.sources, config.target)

    def analyse(self, document: str, windows: Iterable[Sequence[Line]]) -> Iterator[Window]:
        """One document's lines to labelled windows; at least one window, the last one marked."""
        index = _FixIndex()
        fresh: list[Fix] = []
        context = self.identifier.document()
        waiting: list[Block] = []
        texts: list[str] = []
        chars = position = 0

        def repaired() -> Iterator[str]:
            repairer = self.repairer.document()
            for lines in windows:
                results = repairer.repair([line.text for line in lines])
                for line, result in zip(lines, results, strict=True):
                    fixes = (*line.fixes, *result.fixes) if line.fixes else result.fixes
                    index.add(result.text, fixes)
                    fresh.extend(fixes)
                    yield result.text

        def window(is_last: bool) -> Window:
            nonlocal position
            placed: list[Placed] = []
            for text, block in zip(texts, context.label(waiting), strict=True):
                fixes = index.of_segments(block, position, position + len(text))
                placed.append(Placed(block, text, position, self._is_foreign(block), fixes))
                position += len(text)
            index.forget_before(position)
            made = Window(document, tuple(placed), tuple(fresh), is_last)
            fresh.clear()
            return made

        for block in Segmenter().blocks(repaired()):
            if chars >= WINDOW_CHARS:
                yield window(is_last=False)
                waiting, texts, chars = [], [], 0
            waiting.append(block)
            texts.append(block.text)
            chars += len(texts[-1])
        yield window(is_last=True)

    def _is_foreign(self, block: LabelledBlock) -> bool:
        return not self._sources.isdisjoint([made.language.code for made in block.decisions])

    def convert(self, windows: Iterable[Window]) -> Iterator[ConvertedWindow]:
        """Translate windows of any documents, many at a time, and give them back in order."""
        pending: list[tuple[Window, dict[int, Segment]]] = []
        chars = source_chars = 0
        for window in windows:
            foreign = self._foreign(window)
            pending.append((window, foreign))
            chars += window.chars
            source_chars += sum(len(segment.source) for segment in foreign.values())
            if chars >= PENDING_CHARS or source_chars >= PENDING_SOURCE_CHARS:
                yield from self._translated(pending)
                pending, chars, source_chars = [], 0, 0
        yield from self._translated(pending)

    def _foreign(self, window: Window) -> dict[int, Segment]:
        """The segments to be translated, by their numbers in the window."""
        found: dict[int, Segment] = {}
        number = 0
        for placed in window.blocks:
            if placed.is_foreign:
                found.update(
                    (place, segment)
                    for place, segment in enumerate(placed.segments(), number)
                    if segment.language in self._sources
                )
            number += len(placed.block.decisions)
        return found

    def _translated(
        self, windows: Sequence[tuple[Window, dict[int, Segment]]]
    ) -> Iterator[ConvertedWindow]:
        wanted: dict[str, dict[str, None]] = {}
        for _, foreign in windows:
            for segment in foreign.values():
                wanted.setdefault(segment.language, {})[segment.source] = None
        made: dict[tuple[str, str], Translation] = {}
        for code in sorted(wanted):
            unique = list(wanted[code])
            results = self.translators.for_language(code).translate(unique)
            made.update(zip(((code, text) for text in unique), results, strict=True))
        for window, foreign in windows:
            yield self._finished(window, foreign, made)

    def _finished(
        self,
        window: Window,
        foreign: Mapping[int, Segment],
        made: Mapping[tuple[str, str], Translation],
    ) -> ConvertedWindow:
        translations = {
            number: made[segment.language, segment.source] for number, segment in foreign.items()
        }
        pairs = [
            _pair(
                window.document,
                _translated(segment, translations[number]),
                translations[number].model,
                self.config.target,
            )
            for number, segment in foreign.items()
        ]
        out: list[str] = []
        number = 0
        for placed in window.blocks:
            if not placed.is_foreign:
                out.append(placed.text)
                number += len(placed.block.decisions)
                continue
            for piece in placed.block.pieces:
                translation = translations.get(number) if piece.is_segment else None
                out.append(piece.text if translation is None else translation.text)
                number += piece.is_segment
        accepted, rejected = sift(pairs, self.config.filter)
        return ConvertedWindow(
            window.document, "".join(out), window.blocks, translations,
            tuple(accepted), tuple(rejected), window.fixes, window.is_last,
        )  # fmt: skip


def _translated(segment: Segment, translation: Translation) -> Segment:
    flags = tuple(str(flag) for flag in translation.flags)
    return replace(segment, target=translation.text, score=translation.score, flags=flags)


def _pair(document: str, segment: Segment, model: str, target: str) -> SegmentPair:
    return SegmentPair(
        id=pair_id(document, segment.start, segment.end, segment.language),
        source_lang=segment.language,
        target_lang=target,
        source=" ".join(segment.source.split()),
        target=" ".join(segment.target.split()),
        score=segment.score if segment.score is not None else 0.0,
        document=document,
        start=segment.start,
        end=segment.end,
        language_probability=segment.probability,
        fixes=segment.fixes,
        model=model,
        flags=segment.flags,
    )
