"""Judges the signs that a reading makes of letters: quotation marks, dashes and apostrophes, or rare ones.

A wrong decoding turns signs into letters as often as letters into signs, but a false reading makes
signs where no text has them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

from normalize.evidence.charlm import LANGUAGES
from normalize.evidence.vocabulary import vocabulary
from normalize.stages.repair.oddities import odd_places, odd_quotes

ODD_PLACE = 4.0
"""Nats against a text for each place that no clean text has (three at most)."""
SIGN_FOR_LETTER = 3.5
"""Nats against a reading for each letter that it takes for an apostrophe or a dash within a word;
three times as many for other signs."""
LEAST_ELIDED = 10
"""Listed words that a word must be elided before to count as one that is (`dell’`, `un’`)."""

TURKISH = 2.5
"""Nats in favour of letters that only Turkish has, for those of Icelandic that they are taken for:
in text of the languages such letters are far more often damage than Icelandic."""
BETTER_SPELT = 3.0
"""Nats by which a word must be better spelt for that."""
LONGEST_UNIT = 3
"""Letters of a unit at most."""

_CAPITAL = re.compile(r"\W*[^\W\d_a-zçğıöşü]")
_ICELANDIC = dict(zip("ÝÞÐýþð", "İŞĞışğ", strict=True))
ONCE_QUOTES = "ÒÓÔÕÆÐÑ"
"""Capitals that are quotation marks, apostrophes and dashes in another encoding."""
_RARE_SIGNS = "÷±×µ¤¦¬¶™®©ªº§†‰…"
"""Signs that letters at the edge of a word are seldom mistaken for."""
_WORD = re.compile(r"[^\W\d_]+")
_BEFORE_APOSTROPHE = re.compile(r"(?<![^\W\d_])([^\W\d_]+)[‘’](?=[aeiouàèéhAEIOUÈH]|\W|$)")


@cache
def elided_words() -> frozenset[str]:
    """The Italian words that lose their vowel before another word, as the vocabulary shows them."""
    found = Counter(
        word.replace("’", "'").partition("'")[0].lower()
        for word in vocabulary().words("it")
        if "'" in word or "’" in word
    )
    return frozenset(word for word, number in found.items() if number >= LEAST_ELIDED)


def elisions(text: str) -> frozenset[int]:
    """The places of the quotation marks that are apostrophes after an elided word (`l‘amico`)."""
    if "‘" not in text and "’" not in text:
        return frozenset()
    return frozenset(
        match.end() - 1
        for match in _BEFORE_APOSTROPHE.finditer(text)
        if match[1].lower() in elided_words()
    )


def _with_apostrophes(text: str) -> str:
    """A text with its elided words' quotation marks as apostrophes."""
    if "‘" not in text:
        return text
    places = elisions(text)
    return "".join("’" if at in places else char for at, char in enumerate(text))


def is_listed(word: str) -> bool:
    """Tell whether a vocabulary lists a word."""
    listed = vocabulary()
    return any(listed.knows(word, language) for language in LANGUAGES)


def is_before_word(text: str, at: int) -> bool:
    """Tell whether what begins at a place is a listed word, or none at all (a number, a sign)."""
    match = _WORD.match(text, at)
    return match is None or is_listed(match.group())


def _ends_word(text: str, at: int) -> bool:
    """Tell whether a place ends a listed word of three or more letters, and nothing follows it there."""
    before = _WORD.findall(text[:at])[-1:]
    after = text[at + 1 : at + 2]
    return bool(before) and len(before[0]) > 2 and not after.isalnum() and is_listed(before[0])


def invents_signs(was: str, now: str) -> bool:
    """Tell whether letters of a block become signs otherwise than quotation marks and dashes do."""
    if len(was) != len(now):
        return False
    apostrophes = elisions(now)
    for at, (old, new) in enumerate(zip(was, now, strict=True)):
        if old < "\x80" or not old.isalpha() or new.isalnum() or old in ONCE_QUOTES:
            continue
        if at in apostrophes or (new == "…" and _ends_word(now, at)):
            continue
        if new in "£€" and now[at + 1 : at + 2].isdigit():
            continue
        left, right = _WORD.findall(now[:at])[-1:], _WORD.findall(now[at + 1 :])[:1]
        if new not in "–—" or not (left and right and is_listed(left[0]) and is_listed(right[0])):
            return True
    return False


def _is_unit(before: str) -> bool:
    """Tell whether a text ends in what may be a unit of length (`km²`), or in no word."""
    words = re.split(r"[\W\d_]", before)
    return len(words[-1]) <= LONGEST_UNIT


def sign_costs(before: str, after: str) -> dict[str, float]:
    """What each letter costs that a reading takes for a sign."""
    costs: dict[str, float] = {}
    apostrophes = elisions(after)
    for at, (was, now) in enumerate(zip(before, after, strict=True)):
        if was < "\x80" or now.isalpha() or was == now or was in ONCE_QUOTES or at in apostrophes:
            continue
        inside = before[at - 1 : at].isalpha() and before[at + 1 : at + 2].isalpha()
        if not was.isalpha():
            if now in _RARE_SIGNS and before[at - 1 : at].isalpha():
                costs[was] = SIGN_FOR_LETTER
        elif inside or now in _RARE_SIGNS or (now in "²³" and not _is_unit(before[:at])):
            parted = now in "’–—" and is_before_word(after, at + 1)
            parted = parted or (now == "…" and _ends_word(after, at))
            costs[was] = SIGN_FOR_LETTER if parted else 3 * SIGN_FOR_LETTER
    return costs


@lru_cache(maxsize=64)
def _odd(text: str) -> tuple[int, int]:
    """How many odd places and odd quotation marks a text has."""
    return odd_places(text), odd_quotes(text)


@lru_cache(maxsize=64)
def oddness(before: str, after: str) -> float:
    """Nats in favour of a reading for the odd places that it removes, against it for those it makes."""
    places, quotes = _odd(before)
    made = max(odd_quotes(_with_apostrophes(after)) - quotes, 0)
    odd = ODD_PLACE * (min(places, 3) - min(odd_places(after) + made, 3))
    if len(before) != len(after):
        return odd
    return odd - sum(sign_costs(before, after).values())


def most_for_oddness(before: str) -> float:
    """What `oddness` gives at most."""
    return ODD_PLACE * min(_odd(before)[0], 3)


def takes_icelandic(before: str, after: str) -> bool:
    """Tell whether a reading takes letters of Icelandic for those that only Turkish has."""
    return not _ICELANDIC.keys().isdisjoint(before) and any(
        _ICELANDIC.get(was) == now for was, now in zip(before, after, strict=False)
    )


def turkish(before: str, after: str, gains: Sequence[float]) -> float:
    """Nats for a reading that takes letters for those that only Turkish has.

    In favour where every word is better spelt so; against where names alone change and are not.
    """
    if not takes_icelandic(before, after):
        return 0.0
    if gains and min(gains) >= BETTER_SPELT:
        return TURKISH
    blocks = zip(before.split(" "), after.split(" "), strict=False)
    named = all(_CAPITAL.match(now) for was, now in blocks if was != now)
    return -2 * TURKISH if named and max(gains, default=0.0) < BETTER_SPELT else 0.0
