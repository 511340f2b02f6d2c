"""Proves that a line needs no repair, before anything costly looks at it."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from normalize.evidence.alphabet import SYMBOL_BITS, symbols
from normalize.evidence.charlm import character_model
from normalize.stages.repair.encodings import LETTERS, TYPOGRAPHY

_SUSPICIOUS_ASCII = re.compile(r"&[#A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]|\s$|[a-z][A-Z][a-z]|'(?![a-zA-Z])")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_OUTSIDE = re.compile(f"[^\x00-\x7f{LETTERS}{TYPOGRAPHY}]".replace("\xa0", ""))


@cache
def usual_trigrams() -> frozenset[str]:
    """Every trigram of clean text around a character beyond ASCII, as strings.

    Digits are all ten digits, and the ends of a text count as spaces.
    """
    middles = [char for char in LETTERS + TYPOGRAPHY if char != "\xa0"]
    characters = [*map(chr, range(0x20, 0x7F)), *middles]
    of_symbol: dict[int, list[str]] = {1: [" "]}
    for char in characters:
        of_symbol.setdefault(int(symbols(char)[0]), []).append(char)
    wanted = np.isin(
        (character_model().grams[2] >> np.uint64(SYMBOL_BITS)) & np.uint64((1 << SYMBOL_BITS) - 1),
        symbols("".join(middles)),
    )
    found = set()
    mask = (1 << SYMBOL_BITS) - 1
    for key in character_model().grams[2][wanted].tolist():
        parts = [
            of_symbol.get(key >> shift & mask, []) for shift in (2 * SYMBOL_BITS, SYMBOL_BITS, 0)
        ]
        found.update(a + b + c for a in parts[0] for b in parts[1] for c in parts[2])
    return frozenset(found)


def reads_clean(text: str) -> bool:
    """Tell whether all characters beyond ASCII stand where clean text has them."""
    usual = usual_trigrams()
    padded = f" {text} "
    return all(
        padded[match.start() : match.start() + 3] in usual
        for match in _BEYOND_ASCII.finditer(text)
    )


def is_clean(text: str) -> bool:
    """Tell whether no rule can have anything to do in a line."""
    if _SUSPICIOUS_ASCII.search(text):
        return False
    return text.isascii() or reads_clean(text)
