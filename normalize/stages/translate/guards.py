"""A translation beside its source: what is wrong with it, as flags. Measuring only; the translator
decides.

No model is asked: the checks are counts of words, letters and digits, cheap enough for every
segment.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from normalize.document import Flag
from normalize.stages.translate.names import lost_names
from normalize.stages.translate.protect import NUMBER
from normalize.stages.translate.words import ENGLISH, FOREIGN, NUMBERS, ORDINALS

UNACCEPTABLE = frozenset({Flag.EMPTY, Flag.LOOP, Flag.LENGTH_RATIO, Flag.COPIED})
"""Flags with which a translation is no better than its source, which then stands instead."""

SHORTEST = {"it": 0.65, "tr": 0.7}
"""Characters of a translation for each of its source, below which one to three in a hundred human translations of news and encyclopedia
sentences lie (FLORES dev and WMT).
"""
_MIN_CHARS = 40
"""The length of shorter texts tells nothing."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LOOPED_CHARS = re.compile(r"(\S{1,12}?)\1{5,}")
_OTHER_FORMS = {1: ("a", "an", "once"), 2: ("both", "twice", "half"), 12: ("noon", "dozen")}


def flags_of(source: str, target: str, protected: Sequence[str], language: str) -> tuple[Flag, ...]:
    """Everything that is wrong with a translation, in the order of the `Flag` type.

    source, target: one unit as it was and its translation. protected: what had to come through
    unchanged. language: code of the source language.
    """
    if not target.strip():
        return (Flag.EMPTY,)
    found = set()
    words, source_words = _words(target), _words(source)
    if _is_copied(source, target, source_words, language):
        found.add(Flag.COPIED)
    if _is_looping(target, words, source, source_words):
        found.add(Flag.LOOP)
    if _is_absurdly_long_or_short(source, target):
        found.add(Flag.LENGTH_RATIO)
    elif _may_leave_out(source, target, language):
        found.add(Flag.SHORT)
    if lost_numbers(_without(source, protected), _without(target, protected)):
        found.add(Flag.LOST_NUMBER)
    if lost_names(_without(source, protected), target, language):
        found.add(Flag.LOST_NAME)
    if is_address_lost(target, protected):
        found.add(Flag.LOST_ADDRESS)
    if Flag.COPIED not in found and _is_foreign(_without(target, protected), source, language):
        found.add(Flag.NOT_ENGLISH)
    return tuple(flag for flag in Flag if flag in found)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _without(text: str, protected: Sequence[str]) -> str:
    for literal in sorted(protected, key=len, reverse=True):
        text = text.replace(literal, " ")
    return text


def is_address_lost(target: str, protected: Sequence[str]) -> bool:
    """Whether a protected stretch is missing from a translation, or occurs less often than in the
    source.
    """
    return any(target.count(literal) < times for literal, times in Counter(protected).items())


def _is_copied(source: str, target: str, words: Sequence[str], language: str) -> bool:
    """Whether the source came back as it was, though its words ask for a translation; a name alone
    may be copied.
    """
    if " ".join(source.casefold().split()) != " ".join(target.casefold().split()):
        return False
    english = sum(word in ENGLISH for word in words)
    foreign = sum(word in FOREIGN.get(language, frozenset()) for word in words)
    if english > foreign:
        return False
    capitalised = sum(word[0].isupper() for word in _WORD.findall(source))
    return foreign > 0 or (len(words) >= 4 and capitalised < len(words))


def _is_looping(
    target: str, words: Sequence[str], source: str, source_words: Sequence[str]
) -> bool:
    """Whether words or characters repeat as no sentence does, and as the source does not."""
    if _longest_run(words) >= 4 and _longest_run(source_words) < 3:
        return True
    if _LOOPED_CHARS.search(re.sub(r"[\W\d_]+", "", target)) and not _LOOPED_CHARS.search(
        re.sub(r"[\W\d_]+", "", source)
    ):
        return True
    if len(words) < 12:
        return False
    trigrams = Counter(zip(words, words[1:], words[2:], strict=False))
    most = max(trigrams.values())
    return (
        most >= 4 and 3 * most >= len(words) / 2 and most > 2 * _most_common_trigram(source_words)
    )


def _most_common_trigram(words: Sequence[str]) -> int:
    return max(Counter(zip(words, words[1:], words[2:], strict=False)).values(), default=0)


def _longest_run(words: Sequence[str]) -> int:
    """How often the most repeated sequence of one to six words follows itself; sequences of several
    words count double.
    """
    longest = 1
    for size in range(1, 7):
        run = 1
        matched = 0
        for index in range(size, len(words)):
            matched = matched + 1 if words[index] == words[index - size] else 0
            run = max(run, 1 + matched // size)
        longest = max(longest, run if size == 1 or run < 3 else run + 1)
    return longest


def _weight(text: str) -> int:
    """Length in letters; ideographs and syllables of East Asia say as much as three letters."""
    return sum(3 if "\u2e80" <= char <= "\ud7ff" else 1 for char in text if not char.isspace())


def _is_absurdly_long_or_short(source: str, target: str) -> bool:
    long, short = _weight(target), _weight(source)
    return long > 3 * short + 25 or short > 4 * long + 25


def _may_leave_out(source: str, target: str, language: str) -> bool:
    return len(source) > _MIN_CHARS and len(target) < SHORTEST.get(language, 0.0) * len(source)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def lost_numbers(source: str, target: str) -> list[str]:
    """Numbers of the source that the translation lacks, whatever its separators, words and clock.

    >>> lost_numbers("1.500 euro alle 15:30, 3 volte", "1,500 euros at 3:30 pm, three times")
    []
    >>> lost_numbers("nel 1998", "in 1989")
    ['1998']
    """
    there = Counter(_digits(number) for number in re.findall(r"\d+(?:[.,:]\d+)*", target))
    words = Counter(_words(target))
    lost = []
    for number in NUMBER.findall(source):
        if not any(_take(there, form) for form in _number_forms(number)) and not _in_words(
            number, words
        ):
            lost.append(number)
    return lost


def _take(there: Counter[str], digits: str) -> bool:
    if there[digits] <= 0:
        return False
    there[digits] -= 1
    return True


def _number_forms(number: str) -> list[str]:
    """The digits that stand for a number in English: as they are, with or without thousands, on a
    twelve-hour clock.
    """
    digits = _digits(number)
    forms = [digits, digits.lstrip("0") or "0", digits + "000", digits + "000000"]
    if digits.endswith("000"):
        forms += [re.sub(r"(?:000)+$", "", digits)]
    hour, _, minute = re.sub(r"[.,]", ":", number).partition(":")
    if hour.isdigit() and 0 <= int(hour) <= 24 and (not minute or len(minute) == 2):
        clock = str((int(hour) - 1) % 12 + 1)
        forms += [clock + minute, clock] if minute in {"", "00"} else [clock + minute]
    if len(digits) == 2:
        forms += ["19" + digits, "20" + digits]
    return list(dict.fromkeys(forms))


def _in_words(number: str, words: Counter[str]) -> bool:
    if not number.isdigit() or int(number) >= len(NUMBERS):
        return False
    value = int(number)
    names = [NUMBERS[value], *ORDINALS[value : value + 1], *_OTHER_FORMS.get(value, ())]
    return any(words[name] for name in names)


def _is_foreign(target: str, source: str, language: str) -> bool:
    """Whether a translation is not English by its letters or its function words."""
    letters = [char for char in target if char.isalpha()]
    if letters and sum(
        not ("a" <= char.lower() <= "z" or "\u00c0" <= char <= "\u024f") for char in letters
    ) > 0.3 * len(letters):
        return True
    words = _words(target)
    foreign = sum(word in FOREIGN.get(language, frozenset()) - ENGLISH for word in words)
    english = sum(word in ENGLISH for word in words)
    if foreign >= 2 and foreign > english:
        return True
    return len(words) >= 12 and english == 0
