"""Judges the words that a reading changes: are they listed, and are they spelt as words and names are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from normalize.evidence.charlm import LANGUAGES, character_model, name_model
from normalize.evidence.vocabulary import names, vocabulary

KNOWN_WORD = 2.5
"""Nats in favour of a reading for each changed word that is in a vocabulary (four at most)."""
LONG_WORD = 5.0
"""The same for words of five letters or more, which are in a vocabulary by no accident."""
SPELLING_WEIGHT = 0.5
"""How much a nat by which a word is better spelt counts beside a nat of how the line reads."""
MOST_FOR_SPELLING = 12.0
"""Nats by which one word can be better spelt at most."""
CLEAR = 8.0
"""Nats by which changed names are better spelt, in the mean, where they are evidence enough alone."""
SIGN, PLACED_SIGN = -16.0, -3.5
"""The log-probability given to a sign beyond ASCII beside a word, and to one where it is usual."""
NAME, FOREIGN = -2.0, -5.0
"""The log-probability that a capitalised word is a name, and that another word is of another language."""
MOST_AMONG_READINGS = 60.0
"""The same where readings are compared with one another."""
WORDS_JUDGED = 3
"""Changed words of a reading whose spelling counts: more are no further evidence."""

ONCE_QUOTES = "ÒÓÔÕÆÐÑ"
"""Capitals that are quotation marks, apostrophes and dashes in another encoding."""

_WORD = re.compile(r"[^\W\d_]+")
_SIGNS = re.compile(r"[\x00-\x40\x5b-\x60\x7b-\x7f‘’“”«»–—…°•·©®™€£¥§²³½\xa0]+")
_PLAIN = re.compile("[A-Za-z]")
_BEFORE, _AFTER = "“‘«…—–€£§•©", "”’»…°²³½€—–™®"
_RUNS = re.compile(f"({_SIGNS.pattern})")


def changed_words(before: str, after: str) -> list[str]:
    """The words of `after` that stand in blocks which `before` has not."""
    old = set(before.split(" "))
    return [word for block in after.split(" ") if block not in old for word in _WORD.findall(block)]


def weight(words: Sequence[str], languages: Sequence[str]) -> tuple[float, bool]:
    """Nats in favour of words for those in a vocabulary, and whether all of them are."""
    listed, named = vocabulary(), names()
    known = [
        word
        for word in words
        if word in named or any(listed.knows(word, language) for language in languages)
    ]
    weights = sorted((LONG_WORD if len(word) > 4 else KNOWN_WORD for word in known), reverse=True)
    return sum(weights[:4]), len(known) == len(words) and any(len(word) >= 4 for word in known)


@lru_cache(maxsize=100_000)
def _parts(block: str) -> tuple[tuple[str, ...], float]:
    """The runs of letters of a block, and the nats that the signs between and around them cost.

    Signs that no word holds count as letters, so that they are judged with them.
    """
    runs = [run for run in _RUNS.split(block) if run]
    words = tuple(run for run in runs if not _SIGNS.fullmatch(run))
    cost = 0.0
    for number, run in enumerate(runs):
        if not run.isascii() and _SIGNS.fullmatch(run):
            usual = _BEFORE if number == 0 else _AFTER if number == len(runs) - 1 else ""
            cost += sum(PLACED_SIGN if char in usual else SIGN for char in run if char > "\x7f")
    return words, cost


def _scores(words: Sequence[str], languages: Sequence[str], as_names: bool) -> Mapping[str, float]:
    """The log-probability of each word in its best language or as a name."""
    if not words:
        return {}
    columns = [LANGUAGES.index(language) for language in languages if language in LANGUAGES]
    spelt = character_model().words(words)[:, columns].max(axis=1)
    if not as_names:
        return dict(zip(words, spelt.tolist(), strict=True))
    rare = np.array([NAME if word[:1].isupper() else FOREIGN for word in words])
    named = name_model().totals(words)[:, 0] + rare
    return dict(zip(words, np.maximum(spelt, named).tolist(), strict=True))


def spellings(
    blocks: Iterable[str], languages: Sequence[str], *, as_names: bool = True
) -> Mapping[str, float]:
    """How well each block is spelt, word by word, in nats: as a word of a language or as a name anywhere."""
    parts = {block: _parts(block) for block in blocks}
    best = _scores(
        sorted({word for found, _ in parts.values() for word in found}), languages, as_names
    )
    return {
        block: sum(best[word] for word in found) + cost for block, (found, cost) in parts.items()
    }


def changed_blocks(before: str, after: str) -> list[tuple[str, str]]:
    """The different pairs of blocks between spaces that a reading changes; none where they do not match."""
    old, new = before.split(" "), after.split(" ")
    if len(old) != len(new):
        return []
    return list(dict.fromkeys(pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]))


def _is_listed(words: Sequence[str]) -> bool:
    """Tell whether there is a word and a vocabulary lists it."""
    listed = vocabulary()
    return bool(words) and any(listed.knows(words[0], language) for language in LANGUAGES)


def is_before_word(text: str, at: int) -> bool:
    """Tell whether what begins at a place is a listed word, or none at all (a number, a sign)."""
    match = _WORD.match(text, at)
    return match is None or _is_listed([match.group()])


def _invents_signs(was: str, now: str) -> bool:
    """Tell whether letters of a block become signs otherwise than quotation marks and dashes do."""
    if len(was) != len(now):
        return False
    for at, (old, new) in enumerate(zip(was, now, strict=True)):
        if old < "\x80" or not old.isalpha() or new.isalnum() or old in ONCE_QUOTES:
            continue
        left, right = _WORD.findall(now[:at])[-1:], _WORD.findall(now[at + 1 :])[:1]
        if new not in "–—" or not (_is_listed(left) and _is_listed(right)):
            return True
    return False


def better_spelt(pairs: Sequence[tuple[str, str]], spelt: Mapping[str, float]) -> list[float]:
    """By how many nats each changed block is better spelt than it was.

    Letters that become signs make no word better: what is left of it is only shorter. Nor does
    anything follow from blocks without a plain letter (`10ª`, `"Õ/õ"`).
    """
    gains = []
    for was, now in pairs:
        gain = spelt[now] - spelt[was]
        if not _PLAIN.search(now) or (gain > 0.0 and _invents_signs(was, now)):
            gain = 0.0
        gains.append(gain)
    return gains


def _is_named(was: str, now: str) -> bool:
    """Tell whether a changed block may well be a name: a capital begins it, and did or was no letter."""
    first = _WORD.search(now)
    if first is None or not first.group()[0].isupper():
        return False
    before = was[first.start() : first.start() + 1]
    return before.isupper() or not before.isalpha()


def are_clear(pairs: Sequence[tuple[str, str]], gains: Sequence[float]) -> bool:
    """Tell whether all changed blocks are names, none worse and in the mean far better spelt."""
    return (
        bool(gains)
        and min(gains) >= 0.0
        and sum(gains) >= CLEAR * len(gains)
        and all(_is_named(*pair) for pair in pairs)
    )


def for_spelling(gains: Sequence[float]) -> float:
    """Nats in favour of a reading for how its words are spelt; what is worst counts first."""
    held = sorted(max(min(gain, MOST_FOR_SPELLING), -MOST_FOR_SPELLING) for gain in gains)
    return SPELLING_WEIGHT * sum(held[:WORDS_JUDGED])


def among_readings(gains: Sequence[float]) -> float:
    """The same where readings are compared: all words count, for readings change different ones."""
    return SPELLING_WEIGHT * sum(
        max(min(gain, MOST_AMONG_READINGS), -MOST_AMONG_READINGS) for gain in gains
    )


def is_in_words(before: str, after: str) -> bool:
    """Tell whether all changes are to words, or to blocks of one character.

    Letters that are spoken about (`"Õ/õ"`) are no evidence of anything.
    """
    old = before.split(" ")
    new = after.split(" ")
    changed = [was for was, now in zip(old, new, strict=False) if was != now]
    return any(
        any(char.isascii() and char.isalnum() for char in block)
        or sum(char > "\x7f" for char in block) < 2
        for block in changed
    )


def excerpt_of(text: str) -> str:
    """The blocks of a text that hold a character beyond ASCII, each once, with their neighbours.

    Once, because what repeats itself is no further evidence.
    """
    blocks = text.split(" ")
    odd = [number for number, block in enumerate(blocks) if not block.isascii()]
    seen = dict.fromkeys(blocks[number] for number in odd)
    first = [blocks.index(block) for block in seen]
    wanted = sorted({near for number in first for near in (number - 1, number, number + 1)})
    return " ".join(blocks[number] for number in wanted if 0 <= number < len(blocks))
