"""Rules that need no language: entities, Unicode form, invisible and control characters, white space."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from normalize.document import FixKind
from normalize.stages.repair.draft import Edit, block_edits
from normalize.stages.repair.encodings import decoding_table

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CODE_SPAN = re.compile(r"(`+)[^`]*\1")

_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")
_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]"
    "|[\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0010fffe\U0010ffff]"
)
_INVISIBLE = re.compile(
    "[\N{SOFT HYPHEN}\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\u061c\u180e\ufeff]"
)
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdfd\ufe70-\ufefc\U00010800-\U00010fff]")
_SHAPED = re.compile("[\u0600-\u109f\u1780-\u18af\u2600-\u27bf\U00010a00-\U0001faff]")
_BREAK = re.compile("[\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")
_ODD_SPACE = re.compile("[\u1680\u2000-\u2008\u200a\u205f]")
_ALL_ODD_SPACE = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f]")
_TRAILING = re.compile(r"\s+$")


def entities(text: str) -> Iterator[Edit]:
    """HTML character references outside code spans, one layer of them."""
    if "&" not in text:
        return
    code = [match.span() for match in _CODE_SPAN.finditer(text)] if "`" in text else []
    for match in _ENTITY.finditer(text):
        if any(start < match.start() < end for start, end in code):
            continue
        char = html.unescape(match.group())
        if char == match.group() or char in ("", "\ufffd"):
            continue
        if char in "\n\r\t\xa0":
            char = " "
        yield Edit(*match.span(), char, FixKind.ENTITY, "HTML character reference")


def unicode_form(text: str) -> list[Edit]:
    """Unicode normalisation form NFC."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return []
    made = unicodedata.normalize("NFC", text)
    return block_edits(text, made, FixKind.NORMALISATION, "normalisation form NFC")


def surrogates(text: str) -> Iterator[Edit]:
    """Surrogate pairs joined to the character they stand for; lone surrogates removed.

    They are not replaced by U+FFFD: that mark stands for a letter that was lost.
    """
    for match in _SURROGATES.finditer(text):
        pair = match.group()
        if len(pair) == 2:
            char = pair.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
            yield Edit(*match.span(), char, FixKind.CONTROL, "surrogate pair")
        else:
            yield Edit(*match.span(), "", FixKind.CONTROL, "lone surrogate")


def controls(text: str) -> Iterator[Edit]:
    """Control characters and noncharacters removed; C1 controls read as windows-1252 first.

    Browsers read the C1 controls as windows-1252 too (WHATWG Encoding, table `windows-1252`).
    """
    for match in _CONTROLS.finditer(text):
        char = match.group()
        after, evidence = "", "control character"
        if "\x80" <= char <= "\x9f":
            meant = decoding_table("cp1252")[ord(char)]
            if meant != char:
                after, evidence = meant, "C1 control read as windows-1252"
        yield Edit(*match.span(), after, FixKind.CONTROL, evidence)


def _has_function(text: str, place: int, right_to_left: bool) -> bool:
    """Tell whether an invisible character does something where it stands."""
    char = text[place]
    if char in _BIDI:
        return right_to_left
    if char in "\u200b\u200c\u200d":
        # joiners shape Arabic, Indic and emoji; ZWSP parts Thai, Khmer and Burmese words
        return bool(_SHAPED.search(text))
    return False


def invisible(text: str) -> Iterator[Edit]:
    """Byte order marks, soft hyphens, zero-width and directional characters without a function."""
    if text.isascii():
        return
    right_to_left = bool(_RIGHT_TO_LEFT.search(text))
    for match in _INVISIBLE.finditer(text):
        if not _has_function(text, match.start(), right_to_left):
            name = unicodedata.name(match.group(), "invisible character").lower()
            yield Edit(*match.span(), "", FixKind.INVISIBLE, name)


def white_space(text: str, every: bool) -> list[Edit]:
    """Line separators inside a line and odd spaces made plain; white space at the end removed.

    Two plain spaces at the end are a line break in Markdown and stay. Indentation stays.
    every: no-break and thin spaces become plain too.
    """
    trailing = _TRAILING.search(text)
    end = trailing.start() if trailing else len(text)
    edits = [
        Edit(*match.span(), " ", FixKind.WHITESPACE, "line break inside a line")
        for match in _BREAK.finditer(text, 0, end)
    ]
    edits += [
        Edit(*match.span(), " ", FixKind.WHITESPACE, "space of unusual width")
        for match in (_ALL_ODD_SPACE if every else _ODD_SPACE).finditer(text, 0, end)
    ]
    edits.sort(key=lambda edit: edit.start)
    if trailing and not (trailing.group() == "  " and end):
        edits.append(Edit(end, len(text), "", FixKind.WHITESPACE, "white space at the end"))
    return edits
