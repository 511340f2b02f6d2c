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
from normalize.evidence.vocabulary import names, vocabulary
from normalize.stages.repair.encodings import LETTERS, PLAUSIBLE, TYPOGRAPHY, common_steps
from normalize.stages.repair.oddities import odd_places
from normalize.stages.repair.words import spellings

TOLERATED = 1.0
"""Nats that the characters of a clean text may read worse, in all, than what they may have been."""
LONG = 5
"""Letters of the shortest word that is listed by no accident."""
LEAST_WORD = 3
"""Letters of the shortest word that is judged by its spelling alone."""
SUSPECT = 3.0
"""Nats by which a word may be better spelt in another encoding before it is looked at closely."""
SAFE_BY = 1.5
"""Nats by which a trigram must beat every other reading of its middle to be above suspicion."""

_TROUBLE = re.compile(r"[&\x00-\x08\x0b-\x1f\x7f]")
_ENTITY = re.compile(r"&[#A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
_AROUND = re.compile(r"(?s)[^\x00-\x7f](?<=(..))(?=(.))")
"""Begins with the rare character, so that the search skips all others quickly."""
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_TURKISH_ONLY = frozenset("ğışĞİŞ")
"""Letters that hardly any wrong decoding leaves: a word that holds one has been read rightly."""
_TURKISH = _TURKISH_ONLY | frozenset("çöüâîûÇÖÜÂÎÛ")
_LEADS = "ÂÃÄÅâ"
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
    return [trigram for trigram, keep in zip(chosen, own >= best + SAFE_BY, strict=True) if keep]


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
def safe_around() -> frozenset[tuple[str, str]]:
    """The safe trigrams shipped with the package, the last character of each apart."""
    data = files("normalize.data").joinpath("charlm-safe.bin").read_bytes()
    text = zlib.decompress(data).decode()
    return frozenset((text[at : at + 2], text[at + 2]) for at in range(0, len(text), 3))


def _is_out_of_place(window: str, place: int) -> bool:
    """Tell whether clean text of the languages hardly has a character, in these neighbours or anywhere."""
    char = window[place]
    return (
        char not in PLAUSIBLE
        or char in _LEADS
        or char == "\N{NO-BREAK SPACE}"
        or odd_places(window) > 0
    )


class _Deficits:
    """By how many nats characters read worse among their neighbours than the best they may have been.

    At least 0. What was found is kept, for so many windows at most.
    """

    def __init__(self, most: int = 100_000) -> None:
        self._found: dict[tuple[str, int], float] = {}
        self._most = most

    def __getitem__(self, placed: tuple[str, int]) -> float:
        """The deficit of the character at a place of a window."""
        if placed not in self._found:
            self.learn([placed])
        return self._found[placed]

    def learn(self, windows: Iterable[tuple[str, int]]) -> None:
        """Judge many windows at once, which costs far less than one at a time."""
        fresh = [placed for placed in dict.fromkeys(windows) if placed not in self._found]
        if len(self._found) + len(fresh) > self._most:
            self._found = {}
        groups = []
        for window, place in fresh:
            before, char, after = window[:place], window[place], window[place + 1 :]
            groups.append([before + other + after for other in _alternatives().get(char, ())])
        texts = [
            text
            for (window, _), others in zip(fresh, groups, strict=True)
            for text in (window, *others)
        ]
        scores = character_model().readings(texts, range(len(VOCABULARIES))).tolist()
        at = 0
        for placed, others in zip(fresh, groups, strict=True):
            own, best = scores[at], max(scores[at + 1 : at + 1 + len(others)], default=scores[at])
            self._found[placed] = max(best - own, 0.0)
            at += 1 + len(others)


_deficits = _Deficits()


def _is_listed(word: str) -> bool:
    """Tell whether a word is in a vocabulary."""
    listed = vocabulary()
    return word in names() or any(listed.knows(word, language) for language in VOCABULARIES)


@lru_cache(maxsize=4096)
def _other_readings(chars: str) -> tuple[dict[int, str], ...]:
    """What some characters beyond ASCII may have been, all in one other encoding."""
    found = {
        "".join([mapping.get(char, char) for char in chars]) for mapping in common_steps().values()
    }
    return tuple(
        dict(zip(map(ord, chars), made, strict=True))
        for made in sorted(found)
        if made != chars and PLAUSIBLE.issuperset(made)
    )


@lru_cache(maxsize=100_000)
def _is_well_spelt(word: str) -> bool:
    """Tell whether a word that no vocabulary lists is no word, nor far better spelt, in another encoding."""
    beyond = "".join(sorted({char for char in word if char > "\x7f"}))
    if not PLAUSIBLE.issuperset(beyond) or any(map(_LEADS.__contains__, beyond)):
        return False
    if odd_places(word):
        return False
    if not _TURKISH.issuperset(beyond) or _TURKISH_ONLY.isdisjoint(beyond):
        return _is_better_spelt_than_others(word, beyond)
    return True


def _is_better_spelt_than_others(word: str, beyond: str) -> bool:
    """Tell the same of a word whose characters beyond ASCII alone tell nothing."""
    made = [word.translate(table) for table in _other_readings(beyond)]
    if len(word) >= LONG and any(map(_is_listed, made)):
        return False
    spelt = spellings([word, *made], VOCABULARIES, as_names=word[0].isupper())
    return all(spelt[each] <= spelt[word] + SUSPECT for each in made)


def _word_at(text: str, at: int) -> str:
    """The character at a place and the letters around it."""
    start = at
    while start and text[start - 1].isalpha():
        start -= 1
    end = at + 1
    while end < len(text) and text[end].isalpha():
        end += 1
    return text[start:end]


@lru_cache(maxsize=100_000)
def _is_word(word: str) -> bool:
    """Tell whether a word is listed, cased as words are, and without the letters that UTF-8 turns into."""
    if any(char in "ÂÃÄÅ" for char in word) or not (word.isupper() or word[1:].islower()):
        return False
    return _is_listed(word)


@lru_cache(maxsize=512)
def reads_clean(text: str) -> bool:
    """Tell whether all characters beyond ASCII stand where clean text has them."""
    safe = safe_around()
    padded = f" {text} "
    if safe.issuperset(_AROUND.findall(padded)):
        return True
    places = [match.start() for match in _BEYOND_ASCII.finditer(text)]
    return stand_clean(
        text, [at for at in places if (padded[at : at + 2], padded[at + 2]) not in safe]
    )


def stand_clean(text: str, places: Iterable[int]) -> bool:
    """Tell whether characters beyond ASCII stand where clean text has them; nothing is known of their trigrams.

    places: where they are, from left to right.
    """
    return all_stand_clean([(text, places)])[0]


def all_stand_clean(texts: Sequence[tuple[str, Iterable[int]]]) -> list[bool]:
    """The same of many texts at once."""
    windows = [_unproven(text, places) for text, places in texts]
    _deficits.learn(placed for found in windows for placed in found or ())
    return [found is not None and _are_tolerable(found) for found in windows]


def _unproven(text: str, places: Iterable[int]) -> list[tuple[str, int]] | None:
    """The windows around characters that no word proves, with where they are in them; None where one is out of place."""
    windows = []
    for at in places:
        word = _word_at(text, at)
        if text[at].isalpha() and _is_word(word):
            continue
        if text[at].isalpha() and len(word) >= LEAST_WORD and word[0].isalpha():
            if not _is_well_spelt(word):
                return None
            continue
        start = max(at - 4, 0)
        windows.append((text[start : at + 5], at - start))
        if _is_out_of_place(*windows[-1]):
            return None
    return windows


def _are_tolerable(windows: Iterable[tuple[str, int]]) -> bool:
    """Tell whether the characters at the places of windows read hardly worse, in all, than what they may have been."""
    missing: dict[str, float] = {}
    for window, place in windows:
        missing[window] = _deficits[window, place]
        if sum(missing.values()) > TOLERATED:
            return False
    return True


def _plain_classes() -> bytes:
    """What each ASCII byte counts as: a small letter, a capital, white space, a control, or itself."""
    table = bytearray(range(256))
    for code in range(128):
        char = chr(code)
        if char.islower():
            table[code] = ord("a")
        elif char.isupper():
            table[code] = ord("A")
        elif char == "\t":
            table[code] = ord(" ")
        elif code in (10, 13):
            continue
        elif code < 32 or code == 127:
            table[code] = 0
    return bytes(table)


PLAIN_CLASSES = _plain_classes()


def is_plain(text: str) -> bool:
    """Tell whether all lines of an ASCII text need no repair and have no glued words, at a glance.

    >>> is_plain("Plain lines.\\n  Indented ones.\\r\\n"), is_plain("fromReuters")
    (True, False)
    """
    if not text.isascii() or "&" in text:
        return False
    classes = text.encode("ascii").translate(PLAIN_CLASSES)
    return (
        b"\x00" not in classes
        and b" \n" not in classes
        and b" \r" not in classes
        and b"aAa" not in classes
        and not classes.endswith(b" ")
        and (b"\r" not in classes or classes.count(b"\r") == classes.count(b"\r\n"))
        and b"\r\r" not in classes
    )


def is_clean(text: str) -> bool:
    """Tell whether no rule that needs no option can have anything to do in a line."""
    if text[-1:].isspace() or (_TROUBLE.search(text) and _ENTITY.search(text)):
        return False
    return text.isascii() or reads_clean(text)
