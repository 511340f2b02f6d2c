"""What every corpus format shares: the header, the written file, the stream that hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from normalize.document import SegmentPair


@dataclass(frozen=True, slots=True)
class CorpusHeader:
    """What a corpus says of itself.

    source_lang, target_lang: ISO 639 codes; together they name the files (`it-en.tmx`).
    tool_version: the version of `normalize` that made the corpus.
    signature: the line that names how it was made; empty to leave it out.
    created: `YYYYMMDDTHHMMSSZ` in UTC, fixed by the caller and never the clock, because the same
        input gives the same bytes; None to leave it out.
    models: for each value of `SegmentPair.model`, the package's whole sha256 digest.
    """

    source_lang: str
    target_lang: str
    tool_version: str
    signature: str = ""
    created: str | None = None
    models: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The language pair as corpora are named: `it-en`."""
        return f"{self.source_lang}-{self.target_lang}"


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A written file: where, the digest of its bytes, its size, and what it holds.

    size: bytes on disk. count: pairs written.
    substituted: characters that the format cannot hold, something else standing for them
        (see `characters.py`).
    """

    path: Path
    sha256: str
    size: int
    count: int
    substituted: int = 0


class CorpusWriter(Protocol):
    """A format, open for writing: pairs in, bytes out, nothing kept beyond a bounded buffer."""

    substituted: int

    def write(self, pair: SegmentPair) -> None:
        """Write one pair."""

    def close(self) -> None:
        """Write what ends the file. The stream stays open: its owner renames it into place."""

    def abandon(self) -> None:
        """Let go of everything, whether or not the file was ended; nothing more is written."""


class HashingStream:
    """A binary stream that knows the digest and the size of what went through it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        """Pass the bytes on; returns how many, as files do."""
        self._digest.update(data)
        self.size += len(data)
        self._stream.write(data)
        return len(data)

    def write_text(self, text: str) -> None:
        """Pass on the text as UTF-8."""
        self.write(text.encode("utf-8"))

    def tell(self) -> int:
        """The number of bytes written: there is no seeking here."""
        return self.size

    def flush(self) -> None:
        """Hand what is buffered to the system."""
        self._stream.flush()

    def close(self) -> None:
        """Nothing: the stream belongs to whoever opened it."""

    @property
    def sha256(self) -> str:
        """The digest of everything written so far, as 64 hexadecimal digits."""
        return self._digest.hexdigest()
