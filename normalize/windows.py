"""Windows: stretches of one document between the stages, labelled and then converted, and the repairs that belong to them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from normalize.document import (
    Decision,
    Fix,
    LabelledBlock,
    Rejection,
    Segment,
    SegmentPair,
    Translation,
)

BlockFixes = Mapping[int, tuple[tuple[Fix, ...], ...]]
"""The repairs that touched each segment of a block, by the number of the block in its window; most blocks have none."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one document, labelled and not yet translated.

    texts: those of the blocks. start: where the first block stands in the repaired document.
    foreign: the numbers of the blocks that have segments to be translated.
    """

    document: str
    blocks: Sequence[LabelledBlock]
    texts: Sequence[str]
    start: int
    foreign: frozenset[int]
    block_fixes: BlockFixes
    fixes: tuple[Fix, ...]
    """All repairs of the lines of this window, those of lines without segments included."""
    is_last: bool

    @property
    def chars(self) -> int:
        """How long the stretch is."""
        return sum(map(len, self.texts))

    def segments(self) -> Iterator[Segment]:
        """The segments as they were before translation, made one by one."""
        start = self.start
        for number, (block, text) in enumerate(zip(self.blocks, self.texts, strict=True)):
            yield from segments_of(block, start, self.block_fixes.get(number, ()))
            start += len(text)


def segments_of(
    block: LabelledBlock, start: int, block_fixes: tuple[tuple[Fix, ...], ...]
) -> Iterator[Segment]:
    """The segments of a block that begins at `start`."""
    decisions = iter(block.decisions)
    fixes = iter(block_fixes)
    end = start
    for piece in block.pieces:
        start, end = end, end + len(piece.text)
        if piece.is_segment:
            decision = next(decisions)
            code, probability = decision.language.code, decision.language.probability
            yield Segment(
                piece.text, piece.text, code, probability, start, end, block.kind,
                decision.reason, None, (), next(fixes, ()),
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConvertedWindow:
    """A stretch of one document in English, with its accepted pairs and rejected ones.

    Most text of most runs is passed through, so segments are made only when they are asked for.

    source: the stretch before translation. texts: the stretch in English, in as many parts as were at hand.
    translations: by the number of the segment in the window.
    """

    source: Window
    texts: Sequence[str]
    translations: Mapping[int, Translation]
    pairs: tuple[SegmentPair, ...]
    rejections: tuple[Rejection, ...]

    @property
    def document(self) -> str:
        """The document that the stretch is part of."""
        return self.source.document

    @property
    def is_last(self) -> bool:
        """Whether the document ends here."""
        return self.source.is_last

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """All repairs of the lines of this window."""
        return self.source.fixes

    @property
    def text(self) -> str:
        """The stretch in English."""
        return "".join(self.texts)

    @property
    def chars(self) -> int:
        """How long the stretch is in English."""
        return sum(map(len, self.texts))

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments, in order."""
        return tuple(self.each_segment())

    def each_segment(self) -> Iterator[Segment]:
        """The segments, made one by one."""
        for number, segment in enumerate(self.source.segments()):
            translation = self.translations.get(number)
            yield segment if translation is None else translated(segment, translation)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided of the language of each segment, and what the detector said of it alone."""
        return tuple([made for block in self.source.blocks for made in block.decisions])


def translated(segment: Segment, translation: Translation) -> Segment:
    """A segment after its translation."""
    flags = tuple(str(flag) for flag in translation.flags)
    return replace(segment, target=translation.text, score=translation.score, flags=flags)


@dataclass(slots=True)
class FixIndex:
    """The repairs of recent lines, by where the lines stand in the repaired document."""

    lines: deque[tuple[int, int, tuple[Fix, ...]]] = field(default_factory=deque)
    offset: int = 0

    def add(self, text: str, fixes: tuple[Fix, ...]) -> None:
        """Note the next line, which was repaired."""
        self.lines.append((self.offset, self.offset + len(text), fixes))
        self.offset += len(text)

    def passing(self, texts: Sequence[str]) -> Sequence[str]:
        """Note the next lines, which needed no repair, and give them back."""
        self.offset += sum(map(len, texts))
        return texts

    def forget_before(self, start: int) -> None:
        """Drop the lines that end before `start`."""
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
                    for fix, (low, high) in zip(fixes, final_spans(fixes), strict=True)
                    if line_start + high >= start and line_start + low <= end
                )
        return tuple(found)

    def of_blocks(
        self, blocks: Sequence[LabelledBlock], texts: Sequence[str], start: int
    ) -> dict[int, tuple[tuple[Fix, ...], ...]]:
        """The repairs that touch each segment of blocks that follow one another from `start`, by the number of the block."""
        found: dict[int, tuple[tuple[Fix, ...], ...]] = {}
        for number, (block, text) in enumerate(zip(blocks, texts, strict=True)):
            end = start + len(text)
            fixes = self.of_segments(block, start, end)
            if fixes:
                found[number] = fixes
            start = end
        return found

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


def final_spans(fixes: Sequence[Fix]) -> list[tuple[int, int]]:
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
