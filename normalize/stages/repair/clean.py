"""Proves that a line needs no repair, before anything costly looks at it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np

from normalize.evidence.alphabet import SYMBOL_BITS, symbols
from normalize.evidence.charlm import character_model
from normalize.evidence.vocabulary import LANGUAGES as VOCABULARIES
from normalize.evidence.vocabulary import vocabulary
from normalize.stages.repair.encodings import LETTERS, PLAUSIBLE, TYPOGRAPHY, common_steps

SAFE_BY = 1.5
"""Nats by which a trigram must beat every other reading of its middle to be above suspicion."""

_TROUBLE = re.compile(r"[&\x00-\x08\x0b-\x1f\x7f]")
_ENTITY = re.compile(r"&[#A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
_AROUND = re.compile(r"(?s)(?=(.[^\x00-\x7f].))")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_LEADS = "ÂÃÄÅâ"
_WORD = re.compile(rf"[a-zA-Z{LETTERS}]+")
_MIDDLES = "".join(char for char in LETTERS + TYPOGRAPHY if char not in "Â\N{NO-BREAK SPACE}")


@cache
def _alternatives() -> dict[str, tuple[str, ...]]:
    """What each character may have been, had one single-byte encoding been taken for another."""
    found: dict[str, set[str]] = {}
    for mapping in common_steps().values():
        for char, meant in mapping.items():
            if meant in PLAUSIBLE and meant != char:
                found.setdefault(char, set()).add(meant)
    return {char: tuple(sorted(meant)) for char, meant in found.items()}


def safe_trigrams(trigrams: Sequence[str]) -> list[str]:
    """The trigrams that read better than with any other character in the middle."""
    chosen = [
        trigram
        for trigram in trigrams
        if trigram[1] in _MIDDLES
        and not (trigram[0] in _LEADS and trigram[1] not in LETTERS)
        and not (trigram[1] in _LEADS and trigram[2] > "\x7f")
        and not (trigram[1].isupper() and trigram[0].islower())
    ]
    if not chosen:
        return []
    others = [
        (number, trigram[0] + other + trigram[2])
        for number, trigram in enumerate(chosen)
        for other in _alternatives().get(trigram[1], ())
    ]
    model = character_model()
    own = model.in_context(chosen).max(axis=1)
    best = np.full(len(chosen), -100.0, dtype=np.float32)
    if others:
        scores = model.in_context([text for _, text in others]).max(axis=1)
        np.maximum.at(best, np.array([number for number, _ in others]), scores)
    return [
        trigram for trigram, keep in zip(chosen, own >= best + SAFE_BY, strict=True) if keep
    ]


def common_trigrams() -> list[str]:
    """Every trigram of the model with a letter or sign beyond ASCII in the middle, digits spelt out."""
    of_symbol: dict[int, list[str]] = {1: [" "]}
    for char in [*map(chr, range(0x20, 0x7F)), *_MIDDLES]:
        of_symbol.setdefault(int(symbols(char)[0]), []).append(char)
    grams = character_model().grams[2]
    mask = (1 << SYMBOL_BITS) - 1
    middles = (grams >> np.uint64(SYMBOL_BITS)) & np.uint64(mask)
    found: set[str] = set()
    for key in grams[np.isin(middles, symbols(_MIDDLES))].tolist():
        first, middle, last = (
            of_symbol.get(key >> shift & mask, []) for shift in (2 * SYMBOL_BITS, SYMBOL_BITS, 0)
        )
        found.update(a + b + c for a in first for b in middle for c in last)
    return sorted(found)


def save_trigrams(trigrams: Iterable[str]) -> bytes:
    """The safe trigrams as shipped."""
    return zlib.compress("".join(sorted(trigrams)).encode(), 9)


@cache
def _shipped_trigrams() -> frozenset[str]:
    """The safe trigrams shipped with the package."""
    data = files("normalize.data").joinpath("charlm-safe.bin").read_bytes()
    text = zlib.decompress(data).decode()
    return frozenset(text[at : at + 3] for at in range(0, len(text), 3))


@lru_cache(maxsize=100_000)
def _stands_well(window: str, place: int) -> bool:
    """Tell whether a character reads better among its neighbours than anything it may have been."""
    char = window[place]
    if char not in PLAUSIBLE or char in _LEADS or char == "\N{NO-BREAK SPACE}":
        return False
    others = [window[:place] + other + window[place + 1 :] for other in _alternatives().get(char, ())]
    scores = character_model().readings([window, *others], range(len(VOCABULARIES)))
    return not others or bool(scores[0] >= scores[1:].max())


def _is_word(text: str, at: int) -> bool:
    """Tell whether the word around a letter is in a vocabulary."""
    if text[at] not in LETTERS or text[at] in "ÂÃÄÅ":
        return False
    start = at
    while start and _WORD.match(text[start - 1]):
        start -= 1
    match = _WORD.match(text, start)
    word = match.group() if match else ""
    if not (word.isupper() or word[1:].islower()):
        return False
    listed = vocabulary()
    return any(listed.knows(word, language) for language in VOCABULARIES)


def reads_clean(text: str) -> bool:
    """Tell whether all characters beyond ASCII stand where clean text has them."""
    shipped = _shipped_trigrams()
    padded = f" {text} "
    if shipped.issuperset(_AROUND.findall(padded)):
        return True
    for match in _BEYOND_ASCII.finditer(text):
        at = match.start()
        if padded[at : at + 3] in shipped or _is_word(text, at):
            continue
        start = max(at - 4, 0)
        if not _stands_well(text[start : at + 5], at - start):
            return False
    return True


def is_clean(text: str) -> bool:
    """Tell whether no rule that needs no option can have anything to do in a line."""
    if text[-1:].isspace() or (_TROUBLE.search(text) and _ENTITY.search(text)):
        return False
    return text.isascii() or reads_clean(text)
