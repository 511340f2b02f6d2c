"""Turns the bytes of a file into text: which encoding they are in, judged by how well the text reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from normalize.document import Repaired

LANGUAGES = ("it", "tr", "en")


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a file is decoded.

    encoding: Python's name of the encoding (`utf-8`, `cp1254`, `utf-16-le`, ...).
    margin: by how many nats it reads better than `runner_up`; None where nothing had to be judged.
    bom: whether the file begins with a byte order mark.
    newline: the line ending met first; "\\r" only where the sample holds no line feed at all.
    """

    encoding: str
    margin: float | None = None
    runner_up: str = ""
    bom: bool = False
    newline: str = "\n"


def looks_binary(sample: bytes) -> bool:
    """Tell whether a sample of a file is something else than text."""
    return b"\x00" in sample


def decide(
    sample: bytes, languages: Sequence[str] = LANGUAGES, encoding: str | None = None
) -> Decoding:
    """Decide the encoding of a file from its first bytes."""
    return Decoding(encoding or "utf-8")


def decode_line(
    raw: bytes, decoding: Decoding, languages: Sequence[str] = LANGUAGES
) -> Repaired:
    """Decode one line, ending included or not. Never raises."""
    return Repaired(raw.decode(decoding.encoding, errors="replace"))
