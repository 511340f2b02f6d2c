"""Documents in, English documents and segment pairs out: the only module that chains the stages.

    lines -> repair -> blocks -> languages -> translations -> ConvertedWindow

A document travels as windows of whole blocks, so memory is bounded by a window. Windows of several documents wait together until
enough text is there for the translator, then leave in the order in which they came.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from normalize.config import Config
from normalize.document import (
    Block,
    BlockKind,
    Decision,
    Fix,
    Labelled,
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
    """A labelled piece, where it stands in the repaired document, and the repairs that touched it."""

    labelled: Labelled
    kind: BlockKind
    start: int
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one document, labelled and not yet translated."""

    document: str
    pieces: tuple[Placed, ...]
    fixes: tuple[Fix, ...]
    """All repairs of the lines of this window, those of lines without segments included."""
    is_last: bool


@dataclass(frozen=True, slots=True)
class ConvertedWindow:
    """A stretch of one document in English, with its segments, accepted pairs and rejected ones."""

    document: str
    text: str
    segments: tuple[Segment, ...]
    pairs: tuple[SegmentPair, ...]
    rejections: tuple[Rejection, ...]
    fixes: tuple[Fix, ...]
    is_last: bool
    raw_languages: tuple[str, ...] = ()
    """What the detector said of each segment alone, before its page was considered."""


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
            pieces = []
            for block, labelled in zip(waiting, context.identify(waiting), strict=True):
                for piece in labelled:
                    end = position + len(piece.piece.text)
                    fixes = index.touching(position, end) if piece.decision and index.lines else ()
                    pieces.append(Placed(piece, block.kind, position, fixes))
                    position = end
            index.forget_before(position)
            made = Window(document, tuple(pieces), tuple(fresh), is_last)
            fresh.clear()
            return made

        for block in Segmenter().blocks(repaired()):
            if chars >= WINDOW_CHARS:
                yield window(is_last=False)
                waiting, chars = [], 0
            waiting.append(block)
            chars += len(block.text)
        yield window(is_last=True)

    def needs_translation(self, decision: Decision | None) -> bool:
        """Whether a piece is in one of the source languages."""
        return decision is not None and decision.language.code in self.config.sources

    def convert(self, windows: Iterable[Window]) -> Iterator[ConvertedWindow]:
        """Translate windows of any documents, many at a time, and give them back in order."""
        pending: list[Window] = []
        chars = source_chars = 0
        for window in windows:
            pending.append(window)
            for placed in window.pieces:
                size = len(placed.labelled.piece.text)
                chars += size
                if self.needs_translation(placed.labelled.decision):
                    source_chars += size
            if chars >= PENDING_CHARS or source_chars >= PENDING_SOURCE_CHARS:
                yield from self._translated(pending)
                pending, chars, source_chars = [], 0, 0
        yield from self._translated(pending)

    def _translated(self, windows: Sequence[Window]) -> Iterator[ConvertedWindow]:
        wanted: dict[str, dict[str, None]] = {}
        for window in windows:
            for placed in window.pieces:
                decision = placed.labelled.decision
                if decision is not None and self.needs_translation(decision):
                    texts = wanted.setdefault(decision.language.code, {})
                    texts[placed.labelled.piece.text] = None
        made: dict[tuple[str, str], Translation] = {}
        for code in sorted(wanted):
            unique = list(wanted[code])
            results = self.translators.for_language(code).translate(unique)
            made.update(zip(((code, text) for text in unique), results, strict=True))
        for window in windows:
            yield self._finished(window, made)

    def _finished(
        self, window: Window, made: dict[tuple[str, str], Translation]
    ) -> ConvertedWindow:
        out: list[str] = []
        segments: list[Segment] = []
        pairs: list[SegmentPair] = []
        raw: list[str] = []
        for placed in window.pieces:
            text, decision = placed.labelled.piece.text, placed.labelled.decision
            if decision is None:
                out.append(text)
                continue
            code, probability = decision.language.code, decision.language.probability
            raw.append(decision.raw.code)
            end = placed.start + len(text)
            segment = Segment(
                text, text, code, probability, placed.start, end, placed.kind,
                decision.reason, None, (), placed.fixes,
            )  # fmt: skip
            translation = made.get((code, text)) if self.needs_translation(decision) else None
            if translation is not None:
                flags = tuple(str(flag) for flag in translation.flags)
                segment = replace(
                    segment, target=translation.text, score=translation.score, flags=flags
                )
                pairs.append(_pair(window.document, segment, translation.model, self.config.target))
            out.append(segment.target)
            segments.append(segment)
        accepted, rejected = sift(pairs, self.config.filter)
        return ConvertedWindow(
            window.document, "".join(out), tuple(segments), tuple(accepted), tuple(rejected),
            window.fixes, window.is_last, tuple(raw),
        )  # fmt: skip


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
