"""Turns a file or standard input into chunks of plain, decompressed bytes, and their digest."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, BinaryIO, cast

import zstandard

from normalize.errors import InputError
from normalize.stages.read.inputs import Input

CHUNK_BYTES = 65_536
"""How much is read at a time."""
_MAGIC_BYTES = 16
_FEED_BYTES = 512
"""How much zstd is given at a time. Four bytes can stand for 128 KiB: at worst 16 MiB."""
_MAX_ZSTD_WINDOW = 2**27
_ZSTD_STARTS = (b"\x28\xb5\x2f\xfd", *(bytes([low, 0x2A, 0x4D, 0x18]) for low in range(0x50, 0x60)))
_DAMAGE = (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, EOFError)


class Chunks:
    """The plain bytes of one input, in chunks of exactly `CHUNK_BYTES` (the last one shorter, never
    empty).

    sha256: of the bytes as they lie in the file (compressed, where they are), known once all are
    read.
    """

    def __init__(self, source: Input) -> None:
        self.sha256: str | None = None
        self._source = source

    def __iter__(self) -> Iterator[bytes]:
        """Read. Raises InputError where the file cannot be read or its compression is damaged."""
        name = self._source.name
        try:
            with _open(self._source) as stream:
                raw = _Raw(stream)
                kind = compression_of(raw.peek())
                try:
                    yield from rechunk(_PLAIN[kind](raw))
                except _DAMAGE as error:
                    if not kind:
                        raise
                    reason = f"damaged {kind} data near byte {raw.position:,} of the file ({error})"
                    advice = "fetch the file again, or decompress by hand what can be saved"
                    raise InputError(name, reason, advice) from error
                while raw.read(CHUNK_BYTES):  # the digest covers the whole file
                    pass
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            raise InputError(name, reason, "check that it exists and its permissions") from error
        self.sha256 = raw.digest()


class _Raw(io.RawIOBase):
    """A stream that keeps a digest of what it gave, and lets one look at its beginning first."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._head = b""
        self._hash = hashlib.sha256()
        self.position = 0

    def peek(self) -> bytes:
        """The first bytes, which `read` will give again. A pipe may deliver them one by one."""
        while len(self._head) < _MAGIC_BYTES and (more := self._stream.read(_MAGIC_BYTES)):
            self._head += more
        return self._head

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; none only at the end."""
        if self._head and size != 0:
            end = len(self._head) if size < 0 else size
            chunk, self._head = self._head[:end], self._head[end:]
        else:
            chunk = self._stream.read(CHUNK_BYTES if size < 0 else size)
        self._hash.update(chunk)
        self.position += len(chunk)
        return chunk

    def digest(self) -> str:
        """SHA-256 of everything given so far."""
        return self._hash.hexdigest()


def compression_of(first: bytes) -> str:
    """How a file that begins with these bytes is compressed: gzip, bzip2, xz, zstd, or not (empty).

    >>> compression_of(b"BZh91AY&SY"), compression_of(b"BZhang is a name")
    ('bzip2', '')
    """
    if first.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    if first[:3] == b"BZh" and first[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        return "bzip2"
    if first.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    return "zstd" if first.startswith(_ZSTD_STARTS) else ""


def _plain(raw: _Raw) -> Iterator[bytes]:
    return iter(lambda: raw.read(CHUNK_BYTES), b"")


def _gzip(raw: _Raw) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=cast("IO[bytes]", raw), mode="rb") as stream:
        yield from iter(lambda: stream.read(CHUNK_BYTES), b"")


def _bzip2(raw: _Raw) -> Iterator[bytes]:
    with bz2.BZ2File(cast("IO[bytes]", raw)) as stream:
        yield from iter(lambda: stream.read(CHUNK_BYTES), b"")


def _xz(raw: _Raw) -> Iterator[bytes]:
    with lzma.LZMAFile(cast("IO[bytes]", raw)) as stream:
        yield from iter(lambda: stream.read(CHUNK_BYTES), b"")


def _zstd(raw: _Raw) -> Iterator[bytes]:
    """Decompress frame by frame: the library's own reader does not notice a cut-off frame."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=_MAX_ZSTD_WINDOW)
    frame = decompressor.decompressobj()
    begun = False
    for chunk in _plain(raw):
        for start in range(0, len(chunk), _FEED_BYTES):
            pending = chunk[start : start + _FEED_BYTES]
            while pending:
                plain, begun = frame.decompress(pending), True
                if plain:
                    yield plain
                pending = b""
                if frame.eof:
                    pending = frame.unused_data
                    frame, begun = decompressor.decompressobj(), False
    if begun:
        message = "the data ends too early"
        raise EOFError(message)


_PLAIN: dict[str, Callable[[_Raw], Iterator[bytes]]] = {
    "": _plain,
    "gzip": _gzip,
    "bzip2": _bzip2,
    "xz": _xz,
    "zstd": _zstd,
}


def rechunk(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Make all chunks but the last equally long, however the stream delivered its bytes."""
    pending = bytearray()
    for piece in pieces:
        if len(piece) == CHUNK_BYTES and not pending:
            yield piece
            continue
        pending += piece
        if len(pending) >= CHUNK_BYTES:
            whole = len(pending) - len(pending) % CHUNK_BYTES
            for start in range(0, whole, CHUNK_BYTES):
                yield bytes(pending[start : start + CHUNK_BYTES])
            del pending[:whole]
    if pending:
        yield bytes(pending)


def _open(source: Input) -> AbstractContextManager[BinaryIO]:
    """Open without ever waiting: a pipe that took a file's place since it was found is refused."""
    if source.path is None:
        return nullcontext(sys.stdin.buffer)
    descriptor = os.open(source.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    stream = os.fdopen(descriptor, "rb", buffering=0)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        stream.close()
        raise InputError(source.name, "not a file", "use - to read from a pipe")
    return cast("AbstractContextManager[BinaryIO]", stream)


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes as they are, in hexadecimal digits.

    Raises InputError where the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        raise InputError(str(path), reason, "check that it exists and its permissions") from error
