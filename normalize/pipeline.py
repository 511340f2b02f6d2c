"""Documents in, English documents and segment pairs out: the only module that chains the stages.

    lines -> repair -> blocks -> languages -> translations -> ConvertedWindow

A document travels as windows of whole blocks, so memory is bounded by a window. Windows of several documents wait together until
enough text is there for the translator, then leave in the order in which they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

from normalize.config import Config
from normalize.document import (
    Block,
    Fix,
    LabelledBlock,
    Segment,
    SegmentPair,
    Translation,
)
from normalize.stages.filters import sift
from normalize.stages.identify import Identifier, detector
from normalize.stages.read import Line, Lines
from normalize.stages.repair import Repairer, RepairLevel
from normalize.stages.segment import Segmenter
from normalize.windows import ConvertedWindow, FixIndex, Window, segments_of, translated

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


def pair_id(document: str, start: int, end: int, language: str) -> str:
    """Sixteen hexadecimal digits that name a pair by where it comes from."""
    key = f"{document}\0{start}\0{end}\0{language}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(key).hexdigest()[:16]


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
        index = FixIndex()
        fresh: list[Fix] = []
        context = self.identifier.document()
        waiting: list[Block] = []
        texts: list[str] = []
        chars = position = 0

        def window(is_last: bool) -> Window:
            nonlocal position
            blocks = context.label(waiting)
            fixes = index.of_blocks(blocks, texts, position) if index.lines else {}
            foreign = self._foreign_blocks(blocks)
            made = Window(
                document, blocks, texts, position, foreign, fixes, tuple(fresh), is_last
            )  # fmt: skip
            position += chars
            index.forget_before(position)
            fresh.clear()
            return made

        lines = chain.from_iterable(self._repaired(windows, index, fresh))
        for text, block in Segmenter().blocks_with_texts(lines):
            if chars >= WINDOW_CHARS:
                yield window(is_last=False)
                waiting, texts, chars = [], [], 0
            waiting.append(block)
            texts.append(text)
            chars += len(text)
        yield window(is_last=True)

    def _repaired(
        self, windows: Iterable[Sequence[Line]], index: FixIndex, fresh: list[Fix]
    ) -> Iterator[Sequence[str]]:
        """The lines of a document, repaired: those without repairs in runs, the others one by one, after it is noted what was done."""
        repairer = self.repairer.document()
        for window in windows:
            lines = Lines.of(window)
            results = repairer.repair(lines.texts)
            texts = [result.text for result in results]
            start = 0
            repaired = [place for place, result in enumerate(results) if result.fixes]
            for place in sorted(lines.fixes.keys() | repaired):
                yield index.passing(texts[start:place])
                fixes = (*lines.fixes.get(place, ()), *results[place].fixes)
                index.add(texts[place], fixes)
                fresh.extend(fixes)
                yield texts[place : place + 1]
                start = place + 1
            yield index.passing(texts[start:])

    def _foreign_blocks(self, blocks: Sequence[LabelledBlock]) -> frozenset[int]:
        """The numbers of the blocks that have segments to be translated."""
        codes = {made.language.code for block in blocks for made in block.decisions}
        if codes.isdisjoint(self._sources):
            return frozenset()
        return frozenset(
            number
            for number, block in enumerate(blocks)
            if not self._sources.isdisjoint([made.language.code for made in block.decisions])
        )

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
        if not window.foreign:
            return {}
        found: dict[int, Segment] = {}
        number, start = 0, window.start
        for place, (block, text) in enumerate(zip(window.blocks, window.texts, strict=True)):
            if place in window.foreign:
                segments = segments_of(block, start, window.block_fixes.get(place, ()))
                found.update(
                    (at, segment)
                    for at, segment in enumerate(segments, number)
                    if segment.language in self._sources
                )
            number += len(block.decisions)
            start += len(text)
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
                translated(segment, translations[number]),
                translations[number].model,
                self.config.target,
            )
            for number, segment in foreign.items()
        ]
        accepted, rejected = sift(pairs, self.config.filter)
        texts = _in_english(window, translations) if translations else window.texts
        return ConvertedWindow(window, texts, translations, tuple(accepted), tuple(rejected))


def _in_english(window: Window, translations: Mapping[int, Translation]) -> list[str]:
    """The parts of a window, its translated segments in their translation."""
    out: list[str] = []
    number = 0
    for place, (block, text) in enumerate(zip(window.blocks, window.texts, strict=True)):
        if place not in window.foreign:
            out.append(text)
            number += len(block.decisions)
            continue
        for piece in block.pieces:
            translation = translations.get(number) if piece.is_segment else None
            out.append(piece.text if translation is None else translation.text)
            number += piece.is_segment
    return out


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
