"""Names that a translation has to carry over as they are: what no vocabulary of the source language lists, though it is written as a name.

A small model spells a rare name by its sound (`SPI` for `SPÖ`) or leaves it out. Names are looked for only where capitals mean something:
not at the beginning of a sentence, not in titles, not in capitals throughout.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher
from math import ceil

from normalize.evidence.vocabulary import LANGUAGES, vocabulary
from normalize.stages.translate.protect import Span

MIN_LETTERS = 3
"""Shorter words in capitals are figures of many kinds."""
MAX_CAPITALISED = 0.5
"""Share of the words after the first that may begin with a capital: above it, the text is a title or a list."""
MIN_STEM, MIN_STEM_SHARE = 4, 0.4
"""Letters, and share of the letters, of a listed word that an unlisted one may be a form of: Turkish endings are long."""
MIN_LIKENESS, MIN_LIKENESS_OF_ACRONYMS, MIN_LIKENESS_OF_SLIPS = 0.7, 0.5, 0.9
"""Share of letters in common (as `difflib` counts it) from which a word stands for a name."""
_EIGHT_TIMES = 12
"""As a difference of levels of the vocabulary."""
_WORD = re.compile(r"[^\W\d_]+")
_STARTS = re.compile(r"(?:^|[.!?:;…•–—])[\s\"'“”‘’«»(\[]*$")
_TURKISH_ENDING = re.compile(r"['’][a-zçğıöşü]")
_JOINTS = frozenset({" ", "-", "'", "’", ". "})
_FOREIGN = {"it": re.compile("[jkwxyJKWXY]"), "tr": re.compile("[qwxQWX]")}
"""Letters that words of a language do not have."""


def name_spans(text: str, language: str) -> list[Span]:
    """The names of a text in the language of that code, in order; names side by side are one span.

    >>> text = "Ieri il ministro Zubrowka ha parlato a Roma."
    >>> [text[span.start : span.end] for span in name_spans(text, "it")]
    ['Zubrowka']
    """
    if language not in LANGUAGES:
        return []
    words = list(_WORD.finditer(text))
    later = [match[0] for match in words[1:] if len(match[0]) >= MIN_LETTERS]
    if sum(word[0].isupper() for word in later) > MAX_CAPITALISED * len(later):
        return []
    spans: list[Span] = []
    for match in words:
        if not _is_name(match, language):
            continue
        if spans and text[spans[-1].end : match.start()] in _JOINTS:
            spans[-1] = Span(spans[-1].start, match.end())
        else:
            spans.append(Span(match.start(), match.end()))
    return spans


def _is_name(match: re.Match[str], language: str) -> bool:
    word = match[0]
    if len(word) < MIN_LETTERS or not word[0].isupper() or vocabulary().knows(word, language):
        return False
    if language == "tr" and _TURKISH_ENDING.match(match.string, match.end()):
        return True  # only a name has an apostrophe before its ending
    if not word.isupper() and _STARTS.search(match.string, 0, match.start()):
        return False
    return word.isupper() or not _may_be_a_form(word, language)


def _may_be_a_form(word: str, language: str) -> bool:
    """Tell whether a word may be a listed one with an ending."""
    if language in _FOREIGN and _FOREIGN[language].search(word):
        return False
    listed = vocabulary()
    shortest = max(MIN_STEM, ceil(MIN_STEM_SHARE * len(word)))
    return any(listed.knows(word[:end].lower(), language) for end in range(shortest, len(word)))


def lost_names(source: str, target: str, language: str) -> list[str]:
    """The names of the source that the translation lacks, whatever marks are on its letters.

    A name that may have been translated is not lost: where a word that English writes with a capital has no counterpart in the source
    (`Norwegian`), or a listed English word begins like the name (`meteorological`).

    >>> lost_names("Ieri il ministro Zubrowka ha parlato.", "Yesterday Minister Zubro spoke.", "it")
    ['Zubrowka']
    >>> lost_names("Ieri la OTX ha deciso.", "Yesterday NATO decided.", "it")
    []
    """
    spans = name_spans(source, language)
    if not spans:
        return []
    there = {form for bare in _bare_words(target) for form in (bare, bare.removesuffix("s"))}
    names = [source[span.start : span.end] for span in spans]
    lost = [name for name in names if not there.issuperset(_bare_words(name))]
    own = set(_bare_words(source))
    fresh = [
        match
        for match in _WORD.finditer(target)
        if own.isdisjoint(_bare_words(match[0])) and vocabulary().knows(match[0], "en")
    ]
    beginnings = {bare[:MIN_STEM] for match in fresh for bare in _bare_words(match[0])}
    lost = [name for name in lost if next(_bare_words(name))[:MIN_STEM] not in beginnings]
    translated = [match for match in fresh if match[0][0].isupper() and _is_proper(match[0])]
    return lost[len(translated) :]


def with_names_mended(source: str, target: str, language: str) -> str:
    """A translation with the rare names of the source in place of what the model made of them.

    What stands for a name begins with a capital, is no English word, has no counterpart in the source, and is spelt much like it; or
    it is the name without its capital, where the translation has it nowhere else.

    >>> with_names_mended("Ieri il ministro Zubrowka ha parlato.", "Yesterday Minister Zubrovka spoke.", "it")
    'Yesterday Minister Zubrowka spoke.'
    """
    spans = name_spans(source, language)
    if not spans:
        return target
    written = {match[0] for match in _WORD.finditer(source)}
    names = dict.fromkeys(
        match[0] for span in spans for match in _WORD.finditer(source, span.start, span.end)
    )
    found = list(_WORD.finditer(target))
    there = {match[0] for match in found}
    small = {name.lower(): name for name in names if name not in there}
    own, bare = set(_bare_words(source)), set(_bare_words(target))
    parts, end = [], 0
    for match in found:
        word = match[0]
        name = small.get(word) if word not in written else None
        if word[0].isupper() and own.isdisjoint(_bare_words(word)):
            name = _meant_by(word, names, bare)
        if name is not None:
            parts += [target[end : match.start()], name]
            end = match.end()
    return "".join([*parts, target[end:]])


def _meant_by(word: str, names: Iterable[str], there: AbstractSet[str]) -> str | None:
    """The name that a word with a capital stands for; more likeness is asked for where the name is there (`there`: bare words) too."""
    if vocabulary().knows(word, "en"):
        return None
    best, meant = 0.0, None
    for name in names:
        likeness = _likeness(name, word)
        is_missing = there.isdisjoint(_bare_words(name))
        if likeness > best and (likeness >= MIN_LIKENESS_OF_SLIPS or is_missing):
            plural = "s" if name.isupper() and word.endswith("s") else ""
            best, meant = likeness, name + plural
    return meant


def _likeness(name: str, word: str) -> float:
    """How much a word reads as a name spelt in another way, 0 (not at all) to 1."""
    own, other = next(_bare_words(name)), next(_bare_words(word))
    least = MIN_LIKENESS
    if name.isupper():
        other = other.removesuffix("s") if word[:-1].isupper() else other
        if not word[:2].isupper() or abs(len(own) - len(other)) > 1:
            return 0.0
        least = MIN_LIKENESS_OF_ACRONYMS
    elif own[0] != other[0]:
        return 0.0
    ratio = SequenceMatcher(None, own, other, autojunk=False).ratio()
    return ratio if ratio >= least else 0.0


def _is_proper(word: str) -> bool:
    """Tell whether English hardly ever writes a word without its capital."""
    own, small = vocabulary().level(word, "en"), vocabulary().level(word.lower(), "en")
    return own is not None and (word.isupper() or small is None or own - small >= _EIGHT_TIMES)


def _bare_words(text: str) -> Iterator[str]:
    """The words without accents, in lower case; the dotless i of Turkish is an i."""
    plain = unicodedata.normalize("NFD", text.replace("ı", "i").replace("İ", "I")).lower()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return (match[0] for match in _WORD.finditer(plain))
