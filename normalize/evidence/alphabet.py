"""Turns characters into the symbols that the character language models count.

Every character that any of the candidate encodings can produce is a symbol of its own, because
telling such characters apart is what the models are for. Digits are one symbol, white space is
one symbol, and all other characters share a symbol with their kind (Cyrillic, Greek, other Latin
letters, marks, emoji, ...).
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

SINGLE_BYTE = (
    "cp1252",
    "cp1254",
    "iso8859-1",
    "iso8859-9",
    "iso8859-15",
    "cp850",
    "cp857",
    "cp437",
    "mac-roman",
    "mac-turkish",
)
"""The single-byte encodings whose characters are symbols of their own."""

SYMBOL_BITS = 10
"""How many bits a symbol takes in the key of an n-gram; five symbols fit in one 64-bit key."""

BOUNDARY = 1
"""The symbol before the first and after the last character of a text."""

GAP = (1 << SYMBOL_BITS) - 1
"""The symbol between texts, which no character has and no n-gram holds: none reaches across it."""
SPACE = 3
"""The symbol of white space."""
_DIGIT, _SPACE, _UNKNOWN = 2, SPACE, 4
_LATIN_LOWER, _LATIN_UPPER, _GREEK, _CYRILLIC, _LETTER = 5, 6, 7, 8, 9
_MARK, _SYMBOL, _PUNCTUATION, _CONTROL, _NUMBER = 10, 11, 12, 13, 14
_FIRST_OWN = 16
_TABLE_SIZE = 0x11000
"""Characters beyond the first plane and a bit share the symbol for symbols (emoji) or letters."""


def own_characters() -> tuple[str, ...]:
    """The characters that are symbols of their own, in order of their code points."""
    found = {chr(code) for code in range(0x21, 0x7F) if not chr(code).isdigit()}
    for encoding in SINGLE_BYTE:
        for byte in range(0x80, 0x100):
            char = bytes([byte]).decode(encoding, errors="ignore")
            if char and not (char.isspace() or unicodedata.category(char) in ("Cc", "Co")):
                found.add(char)
    return tuple(sorted(found))


_NAME_LETTERS = (
    ("éè", -9.0),
    ("áíóüöçñ", -9.5),
    ("äãúàòùìşı", -10.5),
    ("ßôêâîëïåøğ", -11.0),
    ("õæšžœýû", -12.0),
    ("ðþÿ", -14.0),
)
"""Letters of foreign names with the least log-probability given to them within a word."""
_IN_ACRONYMS, _AFTER_CAPITAL = "öüçş", 1.5
"""The letters of acronyms and Turkish names in capitals, and how much rarer all others are there, in nats."""
_DOTTED_CAPITAL = ("İ", -9.5)
"""The capital that is none of these letters' own, with the same; it begins many Turkish names."""
_SIGNS = (("’", -5.5), ("‘", -6.5), ("°", -8.5), ("…", -10.0))
"""Signs that may stand anywhere, with their least log-probability."""
_DASHES = "–—"
"""Dashes stand between words or between spaces, not at the end of a word."""
_OPENING = (("“", -6.5), ("«", -8.5))
_CLOSING = (("”", -6.5), ("»€£²³", -8.5), ("ºª™®©½", -10.0))
"""Signs that stand before a word, and after one or before a number, with their least log-probability."""
_PLAIN_LETTER, _LONE_LETTER, _ANYTHING = -9.0, -12.0, -16.0
"""The least log-probability of an ASCII letter, of a letter of a name standing alone, and of anything:
no single surprise decides alone."""


@cache
def letter_kinds() -> npt.NDArray[np.int64]:
    """For each symbol: 1 for a lower-case letter, 2 for a capital, else 0."""
    kinds = np.zeros(1 << SYMBOL_BITS, dtype=np.int64)
    kinds[[_LATIN_LOWER, _LATIN_UPPER]] = 1, 2
    for number, char in enumerate(own_characters(), _FIRST_OWN):
        if char.isalpha():
            kinds[number] = 2 if char.isupper() else 1
    return kinds


@cache
def floor_table() -> npt.NDArray[np.float32]:
    """The least log-probability of a symbol, by the kinds of the symbols before and after it.

    Shape (3, 2, symbols): before it neither, lower case or capital; after it no letter or a letter.
    Lower case may follow any letter, capitals may follow capitals or begin a word.
    """
    floors = np.full((3, 2, 1 << SYMBOL_BITS), _ANYTHING, dtype=np.float32)
    place = {char: number for number, char in enumerate(own_characters(), _FIRST_OWN)}
    for char, symbol in place.items():
        if char.isascii() and char.isalpha():
            floors[:, :, symbol] = _PLAIN_LETTER
    for letters, floor in _NAME_LETTERS:
        for char in letters:
            floors[1:, :, place[char]] = floor
            floors[0, 1, place[char]] = floor - 2.0
            floors[0, 0, place[char]] = _LONE_LETTER + (4.5 if char in "éè" else 0.0)
            capital = char.upper()
            if capital in place and not capital.isascii():
                usual = char in _IN_ACRONYMS
                floors[2, :, place[capital]] = floor + (0.5 if usual else -_AFTER_CAPITAL)
                floors[0, 1, place[capital]] = floor - (0.0 if usual else 1.0)
                floors[0, 0, place[capital]] = _LONE_LETTER
    capital, floor = _DOTTED_CAPITAL
    floors[2, :, place[capital]] = floor
    floors[0, 1, place[capital]] = floor - 1.0
    for signs, floor in _SIGNS:
        for char in signs:
            floors[:, :, place[char]] = floor
    for signs, floor in _CLOSING:
        for char in signs:
            floors[:, 0, place[char]] = floor
    for signs, floor in _OPENING:
        for char in signs:
            floors[0, :, place[char]] = floor
    for char in _DASHES:
        floors[0, :, place[char]] = floors[1:, 1, place[char]] = -6.5
    for char in ".,;:!?)\"'":
        floors[1:, 0, place[char]] = -7.0
    floors[:, :, SPACE] = _PLAIN_LETTER
    return floors


def _kind(char: str) -> int:
    """The shared symbol of a character that has none of its own."""
    category = unicodedata.category(char)
    if char.isspace():
        return _SPACE
    if category == "Nd":
        return _DIGIT
    if category[0] == "L":
        name = unicodedata.name(char, "")
        if name.startswith("LATIN"):
            return _LATIN_UPPER if category == "Lu" else _LATIN_LOWER
        return {"G": _GREEK, "C": _CYRILLIC}.get(name[:1], _LETTER) if category != "Lo" else _LETTER
    return {"M": _MARK, "S": _SYMBOL, "P": _PUNCTUATION, "C": _CONTROL, "N": _NUMBER}.get(
        category[0], _SPACE
    )


@cache
def symbol_table() -> npt.NDArray[np.uint64]:
    """The symbol of each code point below the table's size."""
    table = np.full(_TABLE_SIZE, _LETTER, dtype=np.uint64)
    for code in range(0x3000):
        table[code] = _kind(chr(code))
    table[0xD800:0xE000] = _CONTROL
    table[0xE000:0xF900] = _CONTROL
    table[0xFE00:0xFE10] = _MARK
    table[0xFFFD] = _UNKNOWN
    table[0x10000:] = _SYMBOL
    for number, char in enumerate(own_characters(), _FIRST_OWN):
        table[ord(char)] = number
    return table


def symbols(text: str) -> npt.NDArray[np.uint64]:
    """The symbols of a text, one a character.

    >>> symbols("a1 2").tolist()[1:]
    [2, 3, 2]
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return symbol_table()[np.minimum(codes, _TABLE_SIZE - 1)]
