"""Turns the plain bytes of an input into decoded lines, in windows, in constant memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence

from normalize.errors import InputError
from normalize.stages import decode
from normalize.stages.read.inputs import Input, Line
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

    def windows(self, max_chars: int = 65_536) -> Iterator[list[Line]]:
        """Give the lines in lists: a list is full when one more line would take it beyond
        `max_chars`.

        Where the lists end depends on the content alone. Raises InputError where the file cannot be
        read, is damaged or is binary; what was given before is then part of a document that must
        not be kept.
        """
        window: list[Line] = []
        size = 0
        for line in self.lines():
            length = len(line.text)
            if window and size + length > max_chars:
                yield window
                window, size = [], 0
            window.append(line)
            size += length
        if window:
            yield window

    def lines(self) -> Iterator[Line]:
        """Give the lines one by one; see `windows`."""
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
            yield from self._decode(whole, newline, is_utf8=bool(wide) or self.encoding in _UTF_8)

    def _decide(self, sample: bytes) -> None:
        """Decide the encoding from whole lines, so that no character is judged by its half."""
        if _has_few_zeros(sample):
            sample = sample.replace(b"\0", b"")
        end = sample.rfind(b"\n") + 1
        if end and b"\0" not in sample:
            sample = sample[:end]
        self._saw_letters = not sample.isascii()
        self.decoding = decode.decide(sample, self.languages, self._asked)

    def _decode(self, block: bytes, newline: bytes, *, is_utf8: bool) -> Iterator[Line]:
        """Decode whole lines: all at once where they are sound UTF-8, else line by line."""
        if is_utf8 or block.isascii():
            try:
                text = block.decode("utf-8")
            except UnicodeDecodeError:
                pass
            else:
                ending = newline.decode()
                *whole, last = text.split(ending)
                for body in whole:
                    yield Line(body + ending)
                if last:
                    yield Line(last)
                return
        *bodies, rest = block.split(newline)
        for raw in [*(body + newline for body in bodies), *([rest] if rest else [])]:
            repaired = decode.decode_line(raw, self.decoding, self.languages)
            yield Line(repaired.text, repaired.fixes)


def split_lines(text: str) -> Iterator[Line]:
    r"""Cut a text from memory (a record's) into lines as `Reader.lines` would.

    >>> [line.text for line in split_lines("uno\r\ndue\ntre")]
    ['uno\r\n', 'due\n', 'tre']
    """
    raw = text.encode("utf-8", errors="surrogatepass")
    newline = _newline(raw)
    chunks = (raw[start : start + CHUNK_BYTES] for start in range(0, len(raw), CHUNK_BYTES))
    for block in _whole_lines(chunks, newline):
        *bodies, rest = block.split(newline)
        for body in bodies:
            yield Line((body + newline).decode("utf-8", errors="surrogatepass"))
        if rest:
            yield Line(rest.decode("utf-8", errors="surrogatepass"))


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
