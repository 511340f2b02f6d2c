"""Turns lines into blocks. A block is decided from its own line and the few lines around it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

from normalize.document import Block, BlockKind, Piece
from normalize.stages.segment import markup
from normalize.stages.segment.wrapping import MAX_WRAP_CHARS, block_sizes

MAX_REGION_CHARS = 262_144
"""Code that is not closed within so much text is no code: the fence stands there by accident."""
MAX_FRONT_MATTER_LINES = 200
MAX_BLANK_LINES = 1_000
MAX_HEADING_CHARS = 120
MAX_AHEAD_LINES = 64
"""How many lines of running text are compared to tell whether they were wrapped."""

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[^`\n]*\n?")
_RAW_TAG = re.compile(r"\s*<(script|style|pre|textarea|!--)\b", re.IGNORECASE)
_RULE = re.compile(r"\s*([-*_=~#+•·.—–―─━═])(?:[ \t]*\1){2,}\s*")
_TABLE_RULE = re.compile(r"[\s|+:=-]++")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})\s*")
_QUOTE = re.compile(r"\s*(?:>[ \t]?)+")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+")
_BULLET = re.compile(
    r"\s*(?:[-*+•◦▪▫‣⁃·–—―○●◆◇■□➤➢►▶▸✓✔✗✘✅➔→»›❖★☆][ \t]+)(?:\[[ xX]\][ \t]+)?(?=\S)"
    r"|\s*(?:[•◦▪‣●■➤►▶✓✔]|[-–—](?=[^\W\d_a-zçğışöü]))(?=\w)"
)
_LETTERED = re.compile(r"\s*\(?(?:\d{1,3}|[A-Za-z]|[ivxl]{1,5})\)[ \t]+(?=\S)")
_NUMBERED = re.compile(r"\s*(\d{1,3})\.[ \t]+(?=\S)")
_ENDS = re.compile(r"[.!?…:;,。！？]['\"”’»)\]*_]*\s*$")
_LETTER = re.compile(r"[^\W\d_]")
_EMPTY_LINE = Block(BlockKind.BLANK, (Piece("\n", False),))


class Segmenter:
    """Lines to blocks, one document at a time; holds nothing between documents."""

    def blocks(self, lines: Iterable[str]) -> Iterator[Block]:
        """Give the blocks of one document, from all of its lines; their texts join to the lines.

        Memory is bounded: at most `MAX_REGION_CHARS` of lines are looked at ahead.
        """
        for _, block in _Scan(lines).blocks():
            yield block

    def blocks_with_texts(self, lines: Iterable[str]) -> Iterator[tuple[str, Block]]:
        """Give each block after its text, which then need not be joined from its pieces."""
        return _Scan(lines).blocks()


class _Scan:
    """The walk over one document's lines, with a queue of lines seen but not yet decided."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._queue: deque[str] = deque()
        self._last_number = 0
        self._taken = 0
        self._unclosed: dict[str, int] = {}

    def blocks(self) -> Iterator[tuple[str, Block]]:
        """See `Segmenter.blocks_with_texts`."""
        front = self._front_matter()
        if front:
            yield _with_text(self._code(front))
        queue, kind = self._queue, BlockKind.PARAGRAPH
        while queue or self._peek(0) is not None:
            line = queue[0]
            if len(line) > MAX_WRAP_CHARS and line[0].isalpha() and not _has_mark_inside(line):
                self._taken += 1  # the most common case first: a paragraph in one line
                queue.popleft()
                yield line, Block(kind, tuple(markup.untagged_text(line)))
            elif line == "\n" and not ((after := self._peek(1)) and after.isspace()):
                self._taken += 1
                queue.popleft()
                yield line, _EMPTY_LINE
            elif line.isspace():
                yield _with_text(self._blank())
            elif (count := self._region(line)) or (count := int(_is_rule(line))):
                yield _with_text(self._code(count))
            elif (block := self._marked(line)) is not None:
                yield _with_text(block)
            else:
                yield from map(_with_text, self._running())

    def _peek(self, index: int) -> str | None:
        """The line `index` lines ahead; None beyond the end."""
        while len(self._queue) <= index:
            line = next(self._lines, None)
            if line is None:
                return None
            if line:
                self._queue.append(line)
        return self._queue[index]

    def _take(self, count: int) -> str:
        self._taken += count
        if count == 1:
            return self._queue.popleft()
        return "".join([self._queue.popleft() for _ in range(count)])

    def _code(self, count: int) -> Block:
        return Block(BlockKind.CODE, (Piece(self._take(count), False),))

    def _blank(self) -> Block:
        count = 1
        while count < MAX_BLANK_LINES and (line := self._peek(count)) and line.isspace():
            count += 1
        return Block(BlockKind.BLANK, (Piece(self._take(count), False),))

    def _front_matter(self) -> int:
        """How many lines of metadata stand between two `---` (YAML) or `+++` (TOML) at the top."""
        first = self._peek(0) or ""
        mark, second = first.rstrip(), self._peek(1) or ""
        if mark not in ("---", "+++") or not re.match(r"[\w\"'-]+\s*[:=]", second):
            return 0
        for index in range(2, MAX_FRONT_MATTER_LINES):
            line = self._peek(index)
            if line is None:
                return 0
            if line.rstrip() == mark:
                return index + 1
        return 0

    def _region(self, line: str) -> int:
        """How many lines of code, comment or preformatted text begin here; 0 where none do."""
        if fence := _FENCE.fullmatch(line):
            closing = re.compile(rf"\s*{re.escape(fence[1])}{re.escape(fence[1][0])}*\s*")
            return self._until(closing, 1) or 1
        if "<" in line and (tag := _RAW_TAG.match(line)):
            name = tag[1].lower()
            end = "-->" if name == "!--" else f"</{name}"
            if end in line.lower():
                return 0
            return self._until(re.compile(rf".*{re.escape(end)}[^<]*", re.I | re.DOTALL), 1)
        return 0

    def _until(self, closing: re.Pattern[str], index: int) -> int:
        """How many lines there are up to one that matches; 0 where none does within the limit."""
        if self._taken < self._unclosed.get(closing.pattern, 0):
            return 0
        size = 0
        while size < MAX_REGION_CHARS and (line := self._peek(index)) is not None:
            if closing.fullmatch(line):
                return index + 1
            size += len(line)
            index += 1
        self._unclosed[closing.pattern] = self._taken + index  # once looked for is enough
        return 0

    def _marked(self, line: str) -> Block | None:
        """The block of a line whose own marks say what it is; None for running text."""
        if line[0].isalpha() and not _has_mark_inside(line):
            return None
        if markup.is_only_tags(line):
            return self._code(1)
        if found := _HEADING.match(line):
            self._take(1)
            self._last_number = 0
            return _heading(line, found.end())
        if (separator := markup.separator_of(line)) is not None:
            self._take(1)
            return Block(BlockKind.TABLE_ROW, tuple(markup.cells(line, separator)))
        if found := _QUOTE.match(line):
            self._take(1)
            return _quoted(line, found.end())
        if found := _BULLET.match(line) or _LETTERED.match(line):
            return self._item(found.end())
        if (found := _NUMBERED.match(line)) and self._is_item(int(found[1])):
            self._last_number = int(found[1])
            return self._item(found.end())
        return None

    def _is_item(self, number: int) -> bool:
        """Tell an item's number from an ordinal (`3. Ordu`): its neighbours count on."""
        if self._last_number and number == self._last_number + 1:
            return True
        for index in range(1, MAX_AHEAD_LINES // 4):
            found = _NUMBERED.match(self._peek(index) or "")
            if found:
                return int(found[1]) == number + 1
        return False

    def _item(self, marker: int) -> Block:
        """A list item, with the lines that it was wrapped to."""
        count = block_sizes(self._run())[0]
        text = self._take(count)
        return _block(BlockKind.LIST_ITEM, text[:marker], text[marker:])

    def _run(self) -> list[str]:
        """This line and the lines of running text below it, as far as they may be wrapped."""
        first = self._peek(0) or ""
        run = [first]
        if len(first) > MAX_WRAP_CHARS:
            return run
        while len(run) < MAX_AHEAD_LINES and (line := self._peek(len(run))) is not None:
            if len(line) > MAX_WRAP_CHARS or line.isspace() or not _is_running(line):
                break
            run.append(line)
        return run

    def _running(self) -> Iterator[Block]:
        """The blocks of consecutive lines of running text."""
        for count in block_sizes(self._run()):
            underline = self._peek(count)
            first = self._peek(0) or ""
            is_title = count == 1 and _is_title(first)
            if is_title and underline is not None and _UNDERLINE.fullmatch(underline):
                pieces = markup.running_text(self._take(1))
                pieces.append(Piece(self._take(1), False))
                yield Block(BlockKind.HEADING, tuple(pieces))
                return
            is_title = is_title and self._has_more(count)
            kind = BlockKind.HEADING if is_title else BlockKind.PARAGRAPH
            yield Block(kind, tuple(markup.running_text(self._take(count))))

    def _has_more(self, index: int) -> bool:
        """Whether anything but blank lines follows soon: a title stands above something."""
        for ahead in range(index, index + MAX_AHEAD_LINES):
            line = self._peek(ahead)
            if line is None:
                return False
            if not line.isspace():
                return True
        return False


def _with_text(block: Block) -> tuple[str, Block]:
    return block.text, block


def _block(kind: BlockKind, lead: str, text: str, trail: str = "") -> Block:
    """A block whose marker before and after its text is glue."""
    pieces = [Piece(lead, False), *markup.running_text(text)]
    if trail:
        pieces.append(Piece(trail, False))
    return Block(kind, tuple(pieces))


def _heading(line: str, start: int) -> Block:
    """A heading of Markdown, whose marks stand before `start` and may stand at its end again."""
    end = start + len(line[start:].rstrip().rstrip("#").rstrip())
    return _block(BlockKind.HEADING, line[:start], line[start:end], line[end:])


def _quoted(line: str, start: int) -> Block:
    """A quoted line: its mark is glue, and what follows is judged as if it stood alone."""
    rest = line[start:]
    kind = BlockKind.PARAGRAPH
    mark = _BULLET.match(rest) or _LETTERED.match(rest)
    if not rest.strip() or _is_rule(rest):
        return Block(BlockKind.CODE, (Piece(line, False),))
    if mark:
        kind, start = BlockKind.LIST_ITEM, start + mark.end()
    elif found := _HEADING.match(rest):
        return _heading(line, start + found.end())
    elif (separator := markup.separator_of(rest)) is not None:
        pieces = (Piece(line[:start], False), *markup.cells(rest, separator))
        return Block(BlockKind.TABLE_ROW, pieces)
    return _block(kind, line[:start], line[start:])


def _has_mark_inside(line: str) -> bool:
    return "|" in line or "\t" in line or "<" in line or ")" in line[:6]


def _is_rule(line: str) -> bool:
    """Whether a line is a horizontal rule or the rule of a table."""
    if line[0].isalnum():
        return False
    if _RULE.fullmatch(line):
        return True
    if not ("|" in line or "+" in line) or not ("-" in line or "=" in line):
        return False
    return _TABLE_RULE.fullmatch(line) is not None


def _is_running(line: str) -> bool:
    """Whether a line bears no mark of another kind of block."""
    if line[0].isalpha() and not _has_mark_inside(line):
        return True
    return not (
        _is_rule(line)
        or _FENCE.fullmatch(line)
        or markup.is_only_tags(line)
        or _RAW_TAG.match(line)
        or _HEADING.match(line)
        or markup.separator_of(line) is not None
        or _QUOTE.match(line)
        or _BULLET.match(line)
        or _LETTERED.match(line)
        or _NUMBERED.match(line)
    )


def _is_title(line: str) -> bool:
    """Whether a line reads as a title: short, no stop at its end, no small letter first."""
    if len(line) > 4 * MAX_HEADING_CHARS:
        return False
    text = (markup.without_tags(line) if "<" in line else line).strip()
    return (
        0 < len(text) <= MAX_HEADING_CHARS
        and not text[0].islower()
        and _ENDS.search(text) is None
        and _LETTER.search(text) is not None
    )
