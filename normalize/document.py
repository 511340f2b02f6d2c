"""The nouns: every value that travels between stages. Frozen, picklable, and free of imports of ours.

A text is never edited in place. A stage takes one of these types and returns the next:

    bytes -> Line -> repaired Line -> Block (pieces) -> LabelledPiece -> SegmentPair | Rejection
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

UNDETERMINED = "und"
"""The language of a text with nothing to decide: numbers, addresses, symbols, a lone proper name (ISO 639-2 `und`)."""
OTHER = "other"
"""The language of a text that is certainly none of the languages a detector can name."""


def slot_setters(cls: type) -> tuple[Callable[[Any, Any], None], ...]:
    """What writes each field of a frozen dataclass with slots, for its `__init__` alone.

    The `__init__` that `dataclass` makes for frozen classes looks every field up by name and takes more than half as long again. That
    counts for the types of which every line of a document makes several.
    """
    return tuple([getattr(cls, each.name).__set__ for each in fields(cls)])


class FixKind(StrEnum):
    """What a repair did. The values are written to corpora and reports and never change their meaning."""

    DECODING = "decoding"
    """Bytes of one line decoded by another encoding than the rest of the document."""
    MOJIBAKE = "mojibake"
    """Text decoded by the wrong encoding, decoded again by the right one."""
    TRANSCODING = "transcoding"
    """Single-byte text read as another single-byte encoding (`Ýstanbul` for `İstanbul`)."""
    LOST_LETTER = "lost-letter"
    """A replacement character (U+FFFD) replaced by the letter the language asks for. Always a guess."""
    ENTITY = "entity"
    """An HTML character reference replaced by its character."""
    NORMALISATION = "normalisation"
    """Unicode normalisation form NFC."""
    INVISIBLE = "invisible"
    """A byte order mark, zero-width, bidirectional or soft-hyphen character removed where it has no function."""
    CONTROL = "control"
    """A control character, lone surrogate or noncharacter removed or replaced."""
    WHITESPACE = "whitespace"
    """White space made plain, or white space at the end of a line removed."""
    GLUED = "glued"
    """A space put between words, or a word and an emoji, that stuck together."""
    APOSTROPHE_ACCENT = "apostrophe-accent"
    """An Italian accent written as an apostrophe (`perche'`, `E'`)."""
    DIACRITICS = "diacritics"
    """Turkish letters restored in text written without them."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One recorded change of a text.

    Fixes of one text are applied in order, each to what its predecessors left (see `replay`).

    kind: what was done.
    start: character offset of `before` in the text that this fix met.
    before, after: the span that was replaced and what stands there now.
    evidence: why, for people: the encodings involved, the rule's name.
    margin: by how many nats `after` reads better than `before`; None for rules that need no judgement.
    guess: whether another reading is possible.
    """

    kind: FixKind
    start: int
    before: str
    after: str
    evidence: str = ""
    margin: float | None = None
    guess: bool = False


def replay(text: str, fixes: Iterable[Fix]) -> str:
    """Apply recorded fixes to the text they were recorded for.

    >>> replay("citta'", [Fix(FixKind.APOSTROPHE_ACCENT, 4, "a'", "à")])
    'città'

    Raises ValueError where the text is not the one the fixes belong to.
    """
    for fix in fixes:
        end = fix.start + len(fix.before)
        if text[fix.start : end] != fix.before:
            found = text[fix.start : end]
            message = f"fix {fix.kind} expects {fix.before!r} at {fix.start}, found {found!r}"
            raise ValueError(message)
        text = text[: fix.start] + fix.after + text[end:]
    return text


@dataclass(frozen=True, slots=True)
class Repaired:
    """A repaired text and everything that was done to it."""

    text: str
    fixes: tuple[Fix, ...] = ()

    def __init__(self, text: str, fixes: tuple[Fix, ...] = ()) -> None:
        _SET_REPAIRED_TEXT(self, text)
        _SET_REPAIRED_FIXES(self, fixes)


_SET_REPAIRED_TEXT, _SET_REPAIRED_FIXES = slot_setters(Repaired)


@dataclass(frozen=True, slots=True)
class Language:
    """A language: ISO 639-1 code where one exists, else 639-3; `other` and `und` as above. Probability is in [0, 1]."""

    code: str
    probability: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The language decided for a piece, what the detector said of the piece alone, and why they differ."""

    language: Language
    raw: Language
    reason: str = "detector"


class BlockKind(StrEnum):
    """What a block is on the page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list-item"
    TABLE_ROW = "table-row"
    CODE = "code"
    """A fenced or indented code block, a table rule, a horizontal rule: passed through, never translated."""
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a block: a segment (a sentence, a cell, a heading) or the glue between segments (space, bullets, `|`)."""

    text: str
    is_segment: bool

    def __init__(self, text: str, is_segment: bool) -> None:
        _SET_PIECE_TEXT(self, text)
        _SET_PIECE_IS_SEGMENT(self, is_segment)


_SET_PIECE_TEXT, _SET_PIECE_IS_SEGMENT = slot_setters(Piece)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a document, line ending included; the texts of its pieces join to exactly its text."""

    kind: BlockKind
    pieces: tuple[Piece, ...]

    def __init__(self, kind: BlockKind, pieces: tuple[Piece, ...]) -> None:
        _SET_BLOCK_KIND(self, kind)
        _SET_BLOCK_PIECES(self, pieces)

    @property
    def text(self) -> str:
        """The block as it stands in the document."""
        return "".join([piece.text for piece in self.pieces])


_SET_BLOCK_KIND, _SET_BLOCK_PIECES = slot_setters(Block)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A piece with its language; glue has no decision."""

    piece: Piece
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class LabelledBlock:
    """A block whose segments have their languages.

    decisions: one for each piece that is a segment, in order.
    """

    kind: BlockKind
    pieces: tuple[Piece, ...]
    decisions: tuple[Decision, ...]

    def __init__(
        self, kind: BlockKind, pieces: tuple[Piece, ...], decisions: tuple[Decision, ...]
    ) -> None:
        _SET_LABELLED_KIND(self, kind)
        _SET_LABELLED_PIECES(self, pieces)
        _SET_LABELLED_DECISIONS(self, decisions)

    @property
    def text(self) -> str:
        """The block as it stands in the document."""
        return "".join([piece.text for piece in self.pieces])

    def labelled(self) -> Iterator[Labelled]:
        """The pieces, each with its decision."""
        decisions = iter(self.decisions)
        for piece in self.pieces:
            yield Labelled(piece, next(decisions) if piece.is_segment else None)


_SET_LABELLED_KIND, _SET_LABELLED_PIECES, _SET_LABELLED_DECISIONS = slot_setters(LabelledBlock)


class Flag(StrEnum):
    """What a guard saw in a translation and could not mend. A flag never deletes anything; filters may act on it."""

    EMPTY = "empty"
    COPIED = "copied"
    LOOP = "loop"
    LENGTH_RATIO = "length-ratio"
    SHORT = "short"
    """Shorter than nearly all sound translations of a text of this length: something may have been left out."""
    LOST_NUMBER = "lost-number"
    LOST_ADDRESS = "lost-address"
    LOST_NAME = "lost-name"
    """A name that no vocabulary of the source language lists is missing, or spelt in another way."""
    NOT_ENGLISH = "not-english"
    LOST_MARKUP = "lost-markup"
    """Emphasis that has no counterpart among the translation's words was dropped; the words are all there."""
    RETRIED = "retried"
    """The first translation failed a guard; this one, made with safer decoding, passed."""
    UNTRANSLATED = "untranslated"
    """Nothing acceptable came out: the source stands in the document in its own words."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A translation of one segment.

    score: mean log-probability a target token, in nats (at most 0); 0.0 for text that was copied by rule.
    model: `it-en@<first 12 digits of the package's digest>`; empty for copied text.
    """

    text: str
    score: float
    flags: tuple[Flag, ...] = ()
    model: str = ""


@dataclass(frozen=True, slots=True)
class SegmentPair:
    """One translation unit of a corpus: a segment, its translation, and where both come from.

    start, end: character offsets of the segment in the decoded, repaired document.
    fixes: the repairs that touched the segment, offsets relative to the line they were made in.
    """

    id: str
    source_lang: str
    target_lang: str
    source: str
    target: str
    score: float
    document: str
    start: int
    end: int
    language_probability: float
    fixes: tuple[Fix, ...] = ()
    model: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A unit left out of the corpora: a pair that a filter refused, or a whole input that could not be read.

    reason: the filter's or error's name; value: what it measured. input: the beginning of a record that could not be read, for people
    to find and mend it; cut_chars: how many of its characters are left out there.
    """

    document: str
    reason: str
    value: str = ""
    pair: SegmentPair | None = None
    input: str = ""
    cut_chars: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A translated or passed-through segment, as the Python API and `pipe` report it."""

    source: str
    target: str
    language: str
    probability: float
    start: int
    end: int
    kind: BlockKind
    reason: str = ""
    score: float | None = None
    flags: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A text to convert, from memory: its name in corpora and reports, and its text (decoded, otherwise untouched)."""

    id: str
    text: str
    fields: dict[str, object] = field(default_factory=dict)
    """Whatever else the caller wants back with the result; never looked at."""
