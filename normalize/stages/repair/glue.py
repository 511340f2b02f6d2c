"""Parts what stuck together: a small word and a name (`fromReuters`), a word and an emoji."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from normalize.document import FixKind
from normalize.evidence.charlm import LANGUAGES, character_model
from normalize.evidence.vocabulary import vocabulary
from normalize.stages.repair.draft import Edit

MARGIN = 3.0
"""Nats by which the parted words must read better."""
LEAST_WORDS = 4
"""A line of fewer words is a label or a name rather than a sentence."""

SMALL_WORDS = {
    "en": frozenset(
        [
            "from",
            "with",
            "that",
            "this",
            "and",
            "the",
            "for",
            "into",
            "about",
            "after",
            "before",
            "between",
            "during",
            "through",
            "under",
            "against",
            "according",
            "because",
            "which",
            "while",
            "where",
            "when",
            "than",
            "then",
            "said",
            "says",
            "told",
            "their",
            "there",
            "were",
            "was",
            "have",
            "has",
            "been",
            "would",
            "could",
            "should",
            "but",
            "not",
            "its",
            "his",
            "her",
            "they",
        ]
    ),
    "it": frozenset(
        [
            "dalla",
            "dallo",
            "dalle",
            "dagli",
            "della",
            "delle",
            "degli",
            "nella",
            "nelle",
            "negli",
            "sulla",
            "sulle",
            "sugli",
            "alla",
            "alle",
            "agli",
            "con",
            "per",
            "tra",
            "fra",
            "che",
            "come",
            "quando",
            "dove",
            "dopo",
            "prima",
            "secondo",
            "contro",
            "verso",
            "presso",
            "anche",
            "sono",
            "stato",
            "stata",
            "questo",
            "questa",
            "questi",
            "queste",
        ]
    ),
    "tr": frozenset(
        [
            "ve",
            "ile",
            "için",
            "gibi",
            "kadar",
            "sonra",
            "önce",
            "göre",
            "ama",
            "veya",
            "bir",
            "bu",
            "şu",
            "daha",
            "çok",
        ]
    ),
}
"""Words that are glued to what follows when a link or a tag between them is lost. Parts of family
names (`de`, `di`, `della`, `van`, `mac`) are left out where names are written in one with them."""

_EVERY_SMALL_WORD = frozenset().union(*SMALL_WORDS.values())
_GLUED = re.compile(
    r"(?<![\w@#./:\\-])([a-zçğıöşü]{2,})([A-ZÇĞİÖŞÜÈ][a-zàèéìòùçğıöşü]{2,})(?![\w(=/\\:-])"
)
_CODE = re.compile(r"[{}<>=;$\\_`]|\(\)|://")
_EMOJI = "[\U0001f300-\U0001faff]"
_SEQUENCE = rf"{_EMOJI}(?:[\U0001f3fb-\U0001f3ff\ufe0f]|\u200d{_EMOJI})*"
_BEFORE_EMOJI = re.compile(rf"(?<=[A-Za-z0-9À-ɏ.,!?;:)”’])(?={_EMOJI})")
_AFTER_EMOJI = re.compile(rf"(?:{_SEQUENCE})(?=[A-Za-z0-9À-ɏ])")
_QUICK = re.compile(r"[A-Z](?<=[a-z][A-Z])(?=[a-z])")
_FROM_FIRST_EMOJI = re.compile("[\U0001f300-\U0010ffff]")
FLUENT = -3.3
"""Nats a character below which a line is none of the languages."""


def may_be_glued(text: str) -> bool:
    """Tell quickly whether the rule has anything to look at."""
    if _QUICK.search(text) and any(
        match.group(1) in _EVERY_SMALL_WORD for match in _GLUED.finditer(text)
    ):
        return True
    return not text.isascii() and bool(_FROM_FIRST_EMOJI.search(text))


def ends_small_word(text: str, place: int) -> bool:
    """Tell whether the small letters up to a place, from where they begin, are a word that is often glued.

    >>> ends_small_word("news fromReuters", 8), ends_small_word("an iPhone", 3)
    (True, False)
    """
    start = place
    while start and text[start - 1].islower():
        start -= 1
    return text[start : place + 1] in _EVERY_SMALL_WORD


def glued(text: str, languages: Sequence[str]) -> Iterator[Edit]:
    """Put a space between glued words and around glued emoji."""
    places = {match.start() for match in _BEFORE_EMOJI.finditer(text)}
    places |= {match.end() for match in _AFTER_EMOJI.finditer(text)}
    found = [Edit(at, at, " ", FixKind.GLUED, "emoji glued to a word") for at in places]
    if len(text.split()) >= LEAST_WORDS and not _CODE.search(text):
        for match in _GLUED.finditer(text):
            margin = _evidence(text, match, languages)
            if margin is not None and margin >= MARGIN:
                at = match.start(2)
                found.append(
                    Edit(at, at, " ", FixKind.GLUED, "words glued together", round(margin, 2), True)
                )
    yield from sorted(found, key=lambda edit: edit.start)


def _evidence(text: str, match: re.Match[str], languages: Sequence[str]) -> float | None:
    """By how many nats two words read better parted; None where they are no such words."""
    small = match.group(1)
    listed = vocabulary()
    if listed.knows(match.group(), "en") or listed.knows(match.group(), "it"):
        return None
    chosen = [language for language in languages if small in SMALL_WORDS.get(language, ())]
    if not chosen:
        return None
    columns = [LANGUAGES.index(language) for language in chosen]
    start, end = max(match.start() - 20, 0), match.end() + 20
    parted = text[start : match.start(2)] + " " + text[match.start(2) : end]
    scores = character_model().readings([text[start:end], parted], columns)
    whole = float(character_model().readings([text], columns)[0])
    return float(scores[1] - scores[0]) if whole >= FLUENT * (len(text) + 1) else None
