"""Turns the plain bytes of an input into decoded lines, in windows, in constant memory."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate

from normalize.document import Fix
from normalize.errors import InputError
from normalize.stages import decode
from normalize.stages.read.inputs import Input, Line, Lines
from normalize.stages.read.streams import CHUNK_BYTES, Chunks, rechunk

MAX_LINE_BYTES = 65_536
"""A longer line is cut, before white space where there is some, into lines that join back to it."""
_BYTES_A_ZERO = 500
_CHUNKS_TO_DAMAGE = 16
_LANGUAGES = ("it", "tr", "en")
_WIDE = re.compile(r"utf[-_]?(16|32)", re.IGNORECASE)
_UTF_8 = frozenset({"utf-8", "utf-8-sig", "ascii"})
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class Reader:
    r"""The lines of one document.

    Lines end with `\n` (`\r\n` among them). A lone `\r` ends a line only where the first 64 KiB
    hold `\r` and no `\n`: files of the old Macintosh. Nothing else separates lines. All endings are
    kept.

    source: what to read. languages: what the text may be in, for the choice of a legacy encoding.
    encoding: read with this encoding instead of deciding.

    decoding: how the encoding was decided; known after the first window.
    """

    def __init__(
        self,
        source: Input,
        *,
        languages: Sequence[str] = _LANGUAGES,
        encoding: str | None = None,
    ) -> None:
        self.source = source
        self.languages = tuple(languages)
        self.decoding = decode.Decoding("utf-8")
        self._asked = encoding
        self._chunks = Chunks(source)
        self._saw_letters = False

    @property
    def sha256(self) -> str | None:
        """Digest of the bytes as they lie in the file, once everything is read; None before."""
        return self._chunks.sha256

    @property
    def encoding(self) -> str:
        """Python's name of the encoding, once the first window is read; `utf-8` for plain ASCII."""
        return self.decoding.encoding

    def windows(self, max_chars: int = 65_536) -> Iterator[Lines]:
        """Give the lines in runs: a run is full when one more line would take it beyond
        `max_chars`.

        Where the runs end depends on the content alone. Raises InputError where the file cannot be
        read, is damaged or is binary; what was given before is then part of a document that must
        not be kept.
        """
        window = _Window()
        for block in self._decoded():
            ends = list(accumulate(map(len, block.texts)))
            start = before = 0
            while start < len(ends):
                end = bisect_right(ends, max_chars - window.size + before, start)
                if end == start and not window.texts:
                    end += 1  # a line that is longer than a run
                window.extend(block, start, end, ends[end - 1] - before if end > start else 0)
                if end < len(ends):
                    yield window.lines()
                    window = _Window()
                start, before = end, ends[end - 1] if end else 0
        if window.texts:
            yield window.lines()

    def lines(self) -> Iterator[Line]:
        """Give the lines one by one; see `windows`."""
        for block in self._decoded():
            yield from block

    def _decoded(self) -> Iterator[Lines]:
        """Give the lines as they are decoded, some at a time."""
        chunks = iter(self._chunks)
        head = next(chunks, b"")
        asked_wide = self._asked is not None and _WIDE.match(self._asked) is not None
        if not asked_wide and _is_binary(head):
            for _ in zip(range(_CHUNKS_TO_DAMAGE), chunks, strict=False):
                pass  # damaged archives give garbage first, and the error when a block is complete
            raise InputError(self.source.name, "binary", "only text can be converted")
        self._decide(head)
        wide = self.encoding if _WIDE.match(self.encoding) else ""
        if wide:
            newline = _newline(head.decode(wide, errors="replace").encode())
            blocks = _whole_lines(_transcode(_chain(head, chunks), wide), newline)
        else:
            newline = _newline(head)
            blocks = _whole_lines(_chain(head, chunks), newline)
        first = True
        for block in blocks:
            whole = block
            if first and not wide:
                whole, first = block.removeprefix(codecs.BOM_UTF8), False
            if not (wide or self._saw_letters or whole.isascii()):
                self._decide(whole)  # all was ASCII so far: nothing was decided yet
            yield self._decode(whole, newline, is_utf8=bool(wide) or self.encoding in _UTF_8)

    def _decide(self, sample: bytes) -> None:
        """Decide the encoding from whole lines, so that no character is judged by its half."""
        if _has_few_zeros(sample):
            sample = sample.replace(b"\0", b"")
        end = sample.rfind(b"\n") + 1
        if end and b"\0" not in sample:
            sample = sample[:end]
        self._saw_letters = not sample.isascii()
        self.decoding = decode.decide(sample, self.languages, self._asked)

    def _decode(self, block: bytes, newline: bytes, *, is_utf8: bool) -> Lines:
        """Decode whole lines: as they are where all are sound UTF-8, else each as its bytes ask for."""
        raw = _lines_of(block, newline)
        if is_utf8 or block.isascii():
            with suppress(UnicodeDecodeError):
                return Lines(list(map(bytes.decode, raw)))
        repaired = [decode.decode_line(line, self.decoding, self.languages) for line in raw]
        fixes = {place: line.fixes for place, line in enumerate(repaired) if line.fixes}
        return Lines([line.text for line in repaired], fixes)


class _Window:
    """A run of lines that is not full yet, and how many characters it holds."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.size = 0
        self._fixes: dict[int, tuple[Fix, ...]] = {}

    def extend(self, block: Lines, start: int, end: int, chars: int) -> None:
        """Add these lines of a block, which have so many characters."""
        for place, fixes in block.fixes.items():
            if start <= place < end:
                self._fixes[len(self.texts) + place - start] = fixes
        self.texts += block.texts[start:end]
        self.size += chars

    def lines(self) -> Lines:
        """What was added."""
        return Lines(self.texts, self._fixes)


def _lines_of(block: bytes, newline: bytes) -> list[bytes]:
    """The lines of a block, each with its ending."""
    if newline == b"\n" and b"\r" not in block:
        return block.splitlines(keepends=True)
    *bodies, rest = block.split(newline)
    lines = [body + newline for body in bodies]
    return [*lines, rest] if rest else lines


def split_lines(text: str) -> Iterator[Line]:
    r"""Cut a text from memory (a record's) into lines as `Reader.lines` would.

    >>> [line.text for line in split_lines("uno\r\ndue\ntre")]
    ['uno\r\n', 'due\n', 'tre']
    """
    raw = text.encode("utf-8", errors="surrogatepass")
    newline = _newline(raw)
    chunks = (raw[start : start + CHUNK_BYTES] for start in range(0, len(raw), CHUNK_BYTES))
    for block in _whole_lines(chunks, newline):
        for line in _lines_of(block, newline):
            yield Line(line.decode("utf-8", errors="surrogatepass"))


def _newline(head: bytes) -> bytes:
    r"""What ends the lines of a text that begins so: `\n`, or `\r` where that is all."""
    head = head[:CHUNK_BYTES].removesuffix(b"\r")  # the `\n` of a last `\r\n` may be cut off
    return b"\r" if b"\n" not in head and b"\r" in head else b"\n"


def _has_few_zeros(sample: bytes) -> bool:
    """Zero bytes, but so few that they are control characters in a text."""
    return 0 < sample.count(0) * _BYTES_A_ZERO <= len(sample)


def _is_binary(head: bytes) -> bool:
    return decode.looks_binary(head.replace(b"\0", b"") if _has_few_zeros(head) else head)


def _chain(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from rest


def _transcode(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-16 or UTF-32 to UTF-8, without its byte order mark; what is malformed becomes U+FFFD."""
    return rechunk(_utf8(chunks, encoding))


def _utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    first = True
    for chunk in chunks:
        text = decoder.decode(chunk)
        if first and text:
            text, first = text.removeprefix(_BOM), False
        yield text.encode("utf-8", errors="replace")
    yield decoder.decode(b"", final=True).encode("utf-8", errors="replace")


def _whole_lines(chunks: Iterable[bytes], newline: bytes) -> Iterator[bytes]:
    """Rearrange chunks so that each ends where a line ends, or where a line that is too long is
    cut.

    Chunks are at most `MAX_LINE_BYTES` long, so only the first line of what is pending can be too
    long.
    """
    pending = b""
    for chunk in chunks:
        pending += chunk
        while (pending.find(newline) + 1 or len(pending)) > MAX_LINE_BYTES:
            end = _cut(pending)
            yield pending[:end]
            pending = pending[end:]
        end = pending.rfind(newline) + 1
        if end:
            yield pending[:end]
            pending = pending[end:]
    if pending:
        yield pending


def _cut(line: bytes) -> int:
    """Where to cut a line that is too long: before white space, which at the end of a line would be taken off, else between
    characters.
    """
    space = max(line.rfind(b" ", 0, MAX_LINE_BYTES), line.rfind(b"\t", 0, MAX_LINE_BYTES))
    end = len(line[: space + 1].rstrip(b" \t"))
    if end:
        return end
    end = MAX_LINE_BYTES
    while end > MAX_LINE_BYTES - 3 and 0x80 <= line[end] < 0xC0:  # inside a character of UTF-8
        end -= 1
    return end - 1 if line[end - 1 : end + 1] == b"\r\n" else end
