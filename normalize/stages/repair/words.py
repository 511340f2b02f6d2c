"""Judges the words that a reading changes: are they listed, and are they spelt as words and names are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from normalize.evidence.charlm import LANGUAGES, Nats, character_model, name_model
from normalize.evidence.endings import ending_nats
from normalize.evidence.vocabulary import names, vocabulary
from normalize.stages.repair.signs import elisions, invents_signs

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
ACRONYM = 5
"""Letters that an acronym has at most."""
ACRONYM_LETTERS = ((-4.7, "İ"), (-6.0, "ÖÜÇŞ"), (-7.5, "ĞÄ"))
"""The log-probability of letters in acronyms, as the corpora have them."""
ASCII_IN_ACRONYM, OTHER_IN_ACRONYM = -3.0, -9.5
"""The same of plain letters and of all others."""
LEAST_ENDED = 4
"""Letters of the shortest word whose ending tells anything."""
MOST_AGAINST = 5.0
"""Nats that what a text is written in can tell against a language of some of its words."""
MOST_AMONG_READINGS = 60.0
"""The same where readings are compared with one another."""
WORDS_JUDGED = 3
"""Changed words of a reading whose spelling counts: more are no further evidence."""

_TURKISH = frozenset("çğıöşüâîû")
_WORD = re.compile(r"[^\W\d_]+")
_SIGNS = re.compile(r"[\x00-\x40\x5b-\x60\x7b-\x7f‘’“”«»–—…°•·©®™€£¥§²³½\xa0]+")
_PLAIN = re.compile("[A-Za-z]")
_BEFORE, _AFTER = "“‘«…—–€£§•©", "”’»…°²³½€—–™®"
_RUNS = re.compile(f"({_SIGNS.pattern})")


def changed_words(before: str, after: str) -> list[str]:
    """The words of `after` that stand in blocks which `before` has not."""
    old = set(before.split(" "))
    return [word for block in after.split(" ") if block not in old for word in _WORD.findall(block)]


@lru_cache(maxsize=100_000)
def _is_known(word: str, languages: tuple[str, ...]) -> bool:
    """Tell whether a word is in the vocabulary of a language, or a name."""
    listed = vocabulary()
    return word in names() or any(listed.knows(word, language) for language in languages)


def weight(words: Sequence[str], languages: Sequence[str]) -> tuple[float, bool]:
    """Nats in favour of words for those in a vocabulary, and whether all of them are.

    Short words in plain capitals are listed by accident.
    """
    of = tuple(languages)
    known = [word for word in words if _is_known(word, of)]
    told = [word for word in known if not (word.isupper() and word.isascii() and len(word) < 4)]
    weights = sorted((LONG_WORD if len(word) > 4 else KNOWN_WORD for word in told), reverse=True)
    return sum(weights[:4]), len(known) == len(words) and any(len(word) >= 4 for word in known)


@lru_cache(maxsize=100_000)
def _parts(block: str) -> tuple[tuple[str, ...], float]:
    """The runs of letters of a block, and the nats that the signs between and around them cost.

    Signs that no word holds count as letters, so that they are judged with them.
    """
    runs = [run for run in _RUNS.split(block) if run]
    words = tuple(run for run in runs if not _SIGNS.fullmatch(run))
    cost = 0.0
    apostrophes = elisions(block)
    at = 0
    for number, run in enumerate(runs):
        if not run.isascii() and _SIGNS.fullmatch(run):
            usual = _BEFORE if number == 0 else _AFTER if number == len(runs) - 1 else ""
            for place, char in enumerate(run, at):
                if char > "\x7f":
                    cost += PLACED_SIGN if char in usual or place in apostrophes else SIGN
        at += len(run)
    return words, cost


def _as_acronym(word: str) -> float:
    """The log-probability of an acronym: its letters say nothing of one another."""
    usual = {char: nats for nats, letters in ACRONYM_LETTERS for char in letters}
    return sum(
        ASCII_IN_ACRONYM if char.isascii() else usual.get(char, OTHER_IN_ACRONYM) for char in word
    )


def _spelling(word: str, score: float, languages: Sequence[str]) -> float:
    """The log-probability of a word by its letters, with what Italian endings tell."""
    if word[-1].isascii() or not word.islower() or word[-1] in _TURKISH or len(word) < LEAST_ENDED:
        return score
    if "it" not in languages or vocabulary().knows(word, "it"):
        return score
    return score + ending_nats(word)


def _scores(
    words: Sequence[str], languages: Sequence[str], as_names: bool, priors: Nats | None
) -> Mapping[str, float]:
    """The log-probability of each word in its best language or as a name.

    priors: what is known of each language beforehand, in nats; names may be of any.
    """
    if not words:
        return {}
    columns = [LANGUAGES.index(language) for language in languages if language in LANGUAGES]
    by_language = character_model().words(words)[:, columns]
    if priors is not None:
        by_language[[word.islower() for word in words]] += priors
    spelt = by_language.max(axis=1)
    if as_names:
        rare = np.array([NAME if word[:1].isupper() else FOREIGN for word in words])
        spelt = np.maximum(spelt, name_model().totals(words)[:, 0] + rare)
    scores = {}
    for word, score in zip(words, spelt.tolist(), strict=True):
        acronym = 2 < len(word) <= ACRONYM and word.isupper()
        scores[word] = _as_acronym(word) if acronym else _spelling(word, score, languages)
    return scores


def spellings(
    blocks: Iterable[str],
    languages: Sequence[str],
    *,
    as_names: bool = True,
    priors: Nats | None = None,
) -> Mapping[str, float]:
    """How well each block is spelt, word by word, in nats: as a word of a language or as a name anywhere."""
    parts = {block: _parts(block) for block in blocks}
    best = _scores(
        sorted({word for found, _ in parts.values() for word in found}),
        languages,
        as_names,
        priors,
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


def better_spelt(pairs: Sequence[tuple[str, str]], spelt: Mapping[str, float]) -> list[float]:
    """By how many nats each changed block is better spelt than it was.

    Letters that become signs make no word better: what is left of it is only shorter. Nor does
    anything follow from blocks without a plain letter (`10ª`, `"Õ/õ"`).
    """
    gains = []
    for was, now in pairs:
        gain = spelt[now] - spelt[was]
        if not _PLAIN.search(now) or (gain > 0.0 and invents_signs(was, now)):
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


def most_for_spelling(blocks: int) -> float:
    """What `for_spelling` gives at most where so many blocks change."""
    return SPELLING_WEIGHT * MOST_FOR_SPELLING * min(blocks, WORDS_JUDGED)


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


def language_priors(text: str, columns: Sequence[int]) -> Nats:
    """What the plain words of a text tell of its language: nats against each column, at most MOST_AGAINST."""
    plain = " ".join([block for block in text.split(" ") if block.isascii()])
    scores = character_model().totals([plain])[0, columns]
    priors: Nats = np.maximum(scores - scores.max(), -MOST_AGAINST)
    return priors


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
