"""Turns the bytes of a file into text: which encoding they are in, judged by how well the text reads."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from normalize.document import Fix, FixKind, Repaired
from normalize.errors import PlanError
from normalize.evidence.charlm import LANGUAGES as MODELLED
from normalize.evidence.charlm import character_model
from normalize.evidence.vocabulary import names, vocabulary
from normalize.stages.repair.encodings import decoding_table
from normalize.stages.repair.oddities import odd_places, odd_quotes
from normalize.stages.repair.words import SPELLING_WEIGHT, spellings

LANGUAGES = ("it", "tr", "en")
"""The languages that readings are judged by where none are given."""
CANDIDATES = (
    "cp1252",
    "cp1254",
    "iso8859-15",
    "cp850",
    "cp857",
    "cp437",
    "mac-roman",
    "mac-turkish",
    "iso8859-9",
    "iso8859-1",
)
"""The single-byte encodings a file may be in; where two give the same text, the first is named."""
_USUAL = {"cp1252": 4.0, "cp1254": 4.0, "mac-roman": 2.0, "cp850": 2.0, "cp857": 2.0}
"""Nats in favour of the commoner encodings."""
KNOWN_WORD = 3.0
"""Nats in favour of an encoding for each word beyond ASCII that is in a vocabulary (ten at most)."""
ODD_PLACE = 4.0
"""Nats against an encoding for each place that no clean text has (ten at most)."""
_WORD = re.compile(r"[^\W\d_]+")
BLOCKS = 12
"""Blocks beyond ASCII whose spelling, as words or names, counts."""
SEQUENCE = 3.0
"""Nats in favour of a reading for each UTF-8 sequence it keeps: bytes seldom form one by chance."""
_BLANK = b"\t\n\f\r "
_NOT_PRINTED = bytes([*range(33), 127])
_ESCAPED = re.compile("[\udc80-\udcff]")
JUDGED_BYTES = 16384
"""How much text with bytes beyond ASCII is judged."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a file is decoded.

    encoding: Python's name of the encoding (`utf-8`, `utf-8-sig`, `cp1254`, `utf-16-le`, ...).
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
    """Tell whether a sample of a file is something else than text.

    >>> looks_binary(b"\\x89PNG\\r\\n\\x1a\\n\\x00\\x00\\x00\\rIHDR")
    True
    >>> looks_binary("È così".encode("utf-16"))
    False
    """
    if not sample or any(sample.startswith(mark) for mark, _ in _BOMS):
        return False
    if sample.startswith((b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff")):
        return True
    if b"\x00" in sample:
        return _wide(sample) is None
    if not sample.translate(None, _NOT_PRINTED) and sample.translate(None, _BLANK):
        return True
    odd = sum(sample.count(byte) for byte in range(32) if byte not in (7, 8, 9, 10, 12, 13, 26, 27))
    return odd * 20 > len(sample)


def _wide(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark, told by where the zero bytes stand."""
    size = len(sample) // 4 * 4
    if size < 8:
        letters = sample[0::2].translate(None, _NOT_PRINTED)
        return "utf-16-le" if sample[1:2] == b"\x00" and letters else None
    zeros = [sample[place:size:4].count(0) / (size // 4) for place in range(4)]
    if min(zeros[1:]) > 0.9 and zeros[0] < 0.5:
        found = "utf-32-le"
    elif min(zeros[:3]) > 0.9 and zeros[3] < 0.5:
        found = "utf-32-be"
    elif min(zeros[1], zeros[3]) > 0.5 and max(zeros[0], zeros[2]) < 0.2:
        found = "utf-16-le"
    elif min(zeros[0], zeros[2]) > 0.5 and max(zeros[1], zeros[3]) < 0.2:
        found = "utf-16-be"
    else:
        return None
    text = sample[:size].decode(found, errors="replace")
    return found if text.count("\ufffd") <= 1 + len(text) // 1000 else None


def decide(
    sample: bytes, languages: Sequence[str] = LANGUAGES, encoding: str | None = None
) -> Decoding:
    """Decide the encoding of a file from its first bytes (at most a mebibyte).

    The rule: a byte order mark; else valid UTF-8; else UTF-16 or UTF-32 by its zero bytes; else
    the single-byte encoding in which the text reads best as one of the languages. A file whose
    lines are mostly UTF-8 is UTF-8, its other lines are `decode_line`'s business.

    >>> decide("Però la città è più in là.".encode("cp1252")).encoding
    'cp1252'

    Raises PlanError where `encoding`, the user's own choice, is unknown.
    """
    newline = _newline(sample)
    if encoding is not None:
        return Decoding(_checked(encoding), bom=_mark(sample) is not None, newline=newline)
    mark = _mark(sample)
    if mark is not None:
        return Decoding(mark, bom=True, newline=newline)
    if b"\x00" in sample:
        wide = _wide(sample)
        if wide is not None:
            return Decoding(wide, newline=_newline(sample.replace(b"\x00", b"")))
    if _mostly_utf8(sample):
        return Decoding("utf-8", newline=newline)
    ranked = _ranked(_judged(sample), tuple(languages))
    (best, name), (second, runner_up) = ranked[0], ranked[1]
    return Decoding(name, round(best - second, 2), runner_up, newline=newline)


def _mark(sample: bytes) -> str | None:
    """The encoding that a byte order mark names."""
    return next((name for mark, name in _BOMS if sample.startswith(mark)), None)


def _newline(sample: bytes) -> str:
    """The line ending met first."""
    at = sample.find(b"\n")
    if at < 0:
        return "\r" if b"\r" in sample.rstrip(b"\r") else "\n"
    return "\r\n" if at and sample[at - 1] == 13 else "\n"


def _checked(encoding: str) -> str:
    """Python's name of an encoding that a user named."""
    try:
        found = codecs.lookup(encoding)
        bytes(range(32, 64)).decode(found.name, errors="replace")
    except (LookupError, UnicodeError) as exc:
        known = [*CANDIDATES, "utf-8", "utf-16", "latin-1", "windows-1252", "windows-1254"]
        near = difflib.get_close_matches(encoding.lower(), known, n=1, cutoff=0.0)
        message = f"unknown encoding {encoding!r}; the nearest known one is {near[0]!r}"
        raise PlanError(message) from exc
    return found.name


def _mostly_utf8(sample: bytes) -> bool:
    """Tell whether a sample is UTF-8, but for a cut at its end, single lines and single bytes.

    Text of another encoding hardly holds valid sequences: it is UTF-8 where most of its lines
    beyond ASCII are, or where sequences outnumber the bytes that belong to none.
    """
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        lines = [line for line in sample.split(b"\n")[:-1] or [sample] if not line.isascii()]
        valid = sum(_utf8(line) is not None for line in lines)
        return valid * 2 > len(lines) or _sequences(sample) > 0
    return True


def _sequences(raw: bytes) -> int:
    """By how much UTF-8 sequences outnumber the bytes that belong to none."""
    text = raw.decode("utf-8", "surrogateescape")
    strays = len(_ESCAPED.findall(text))
    return sum(char > "\x7f" for char in text) - 2 * strays


def _utf8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _judged(sample: bytes) -> list[bytes]:
    """The lines beyond ASCII, or the stretches of long ones, up to JUDGED_BYTES."""
    found: list[bytes] = []
    length = 0
    for line in sample.replace(b"\r", b"\n").split(b"\n"):
        if line.isascii():
            continue
        piece = line[: JUDGED_BYTES - length]
        found.append(piece)
        length += len(piece)
        if length >= JUDGED_BYTES:
            break
    return found


def _decoded(raw: bytes, encoding: str) -> str:
    """Bytes as text; bytes that the encoding leaves undefined become C1 controls."""
    table = decoding_table(encoding)
    return "".join([table[byte] for byte in raw])


def _words_known(texts: Sequence[str], languages: Sequence[str]) -> float:
    """Nats in favour of a text for its words beyond ASCII that are in a vocabulary."""
    words = {word for text in texts for word in _WORD.findall(text) if not word.isascii()}
    listed, named = vocabulary(), names()
    known = sum(
        len(word) > 2
        and (word in named or any(listed.knows(word, language) for language in languages))
        for word in words
    )
    return KNOWN_WORD * min(known, 10)


def _score(texts: Sequence[str], languages: Sequence[str]) -> float:
    """How well texts read in the languages, in nats: models, words known, places no clean text has."""
    columns = [MODELLED.index(language) for language in languages if language in MODELLED]
    score = float(character_model().readings(texts, columns or [0, 1, 2]).sum())
    odd = sum(odd_places(text) + odd_quotes(text) + text.count("\x85") for text in texts)
    blocks = [block for text in texts for block in text.split(" ") if not block.isascii()]
    spelt = spellings(blocks[:BLOCKS], languages)
    score += SPELLING_WEIGHT * sum(spelt[block] for block in blocks[:BLOCKS])
    return score - ODD_PLACE * min(odd, 10) + _words_known(texts, languages)


def _ranked(lines: Sequence[bytes], languages: tuple[str, ...]) -> list[tuple[float, str]]:
    """The candidate encodings by how well the lines read in them; equal texts count once."""
    seen: set[tuple[str, ...]] = set()
    ranked = []
    for encoding in CANDIDATES:
        texts = tuple(_decoded(line, encoding) for line in lines)
        if texts in seen:
            continue
        seen.add(texts)
        ranked.append((_score(texts, languages) + _USUAL.get(encoding, 0.0), encoding))
    ranked.sort(key=lambda item: -item[0])
    return ranked if len(ranked) > 1 else [*ranked, (float("-inf"), "")]


def _kept_sequences(raw: bytes, encoding: str) -> tuple[str, int]:
    """Bytes as UTF-8 where they are, as another encoding elsewhere; and how many sequences were kept."""
    table = decoding_table(encoding)
    text = raw.decode("utf-8", "surrogateescape")
    kept = sum(char > "\x7f" for char in text) - len(_ESCAPED.findall(text))
    return _ESCAPED.sub(lambda match: table[ord(match.group()) - 0xDC00], text), kept


@lru_cache(maxsize=4096)
def _best_reading(raw: bytes, languages: tuple[str, ...]) -> tuple[str, str, float]:
    """The text of one line in the single-byte encoding that fits it best, its name and its margin.

    Where the line holds UTF-8 sequences too, these may stay what they are.
    """
    ranked = _ranked([raw], languages)
    found = [(score, name, _decoded(raw, name)) for score, name in ranked if name]
    for score, name, text in _mixtures(raw, languages):
        found.append((score, name, text))
    found.sort(key=lambda item: -item[0])
    best, name, text = found[0]
    second = next((score for score, _, other in found if other != text), float("-inf"))
    return text, name, round(best - second, 2)


def _mixtures(raw: bytes, languages: tuple[str, ...]) -> list[tuple[float, str, str]]:
    """The readings of a line that keep its UTF-8 sequences, with their scores."""
    made: dict[str, tuple[str, int]] = {}
    for encoding in CANDIDATES:
        text, kept = _kept_sequences(raw, encoding)
        if kept:
            made.setdefault(text, (encoding, kept))
    return [
        (
            _score((text,), languages) + _USUAL.get(encoding, 0.0) + SEQUENCE * min(kept, 10),
            encoding,
            text,
        )
        for text, (encoding, kept) in made.items()
    ]


def decode_line(raw: bytes, decoding: Decoding, languages: Sequence[str] = LANGUAGES) -> Repaired:
    """Decode one line, ending included or not. Never raises.

    A line that is not valid in the file's encoding is read by the encoding that fits it best; a
    line of valid UTF-8 beyond ASCII in a file of another encoding is read as UTF-8. Both are
    recorded as one fix over the line, whose `before` is what the file's encoding makes of it.

    >>> line = decode_line("perché".encode("cp1252"), Decoding("utf-8"))
    >>> line.text, line.fixes[0].evidence
    ('perché', 'cp1252 in a utf-8 file')
    """
    if raw.isascii():
        return Repaired(raw.decode("ascii"))
    if decoding.encoding in ("utf-8", "utf-8-sig"):
        try:
            return Repaired(raw.decode(decoding.encoding))
        except UnicodeDecodeError:
            text, name, margin = _best_reading(raw, tuple(languages))
            return _recorded(raw.decode("utf-8", errors="replace"), text, name, "utf-8", margin)
    if decoding.encoding in CANDIDATES:
        return Repaired(_decoded(raw, decoding.encoding))
    try:
        return Repaired(raw.decode(decoding.encoding))
    except (UnicodeError, LookupError):
        text, name, margin = _best_reading(raw, tuple(languages))
        as_is = raw.decode("latin-1")
        return _recorded(as_is, text, name, decoding.encoding, margin)


def _recorded(before: str, text: str, name: str, file: str, margin: float) -> Repaired:
    """A decoded line with the one fix that leads to it."""
    if before == text:
        return Repaired(text)
    nats = margin if margin != float("inf") else None
    fix = Fix(FixKind.DECODING, 0, before, text, f"{name} in a {file} file", nats, guess=True)
    return Repaired(text, (fix,))
