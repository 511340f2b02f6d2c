"""The lexicon that a package carries (`lexicon.tsv`): words that the training text hardly has, with one English word each."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from lexicon import Lexeme
from phrases import inflected
from substitution import tags
from wordfreq import zipf_frequency

RARE = 20
"""A word that the training text has so often is left to the network: with 100 in its place BLEU was lower than without a lexicon."""
SHORTEST = 4
"""Letters of a word; shorter ones are abbreviations and forms of others too often."""
SENSES = 3
"""A word with more translations is left to the network, unless one of them looks like it."""
COGNATE = 0.62
"""Similarity of spelling (Ratcliff and Obershelp) from which a translation is taken for the word's relative: `populista`, `populist`."""
KNOWN = 2.0
"""Zipf frequency that the English word must have, if it is no relative."""
GLOSSED = ("it",)
"""Languages whose packages carry a lexicon. Not Turkish, whose words lose the case that their endings say."""

Candidate = tuple[str, str]
"""English lemma and Penn Treebank tag."""


def similarity(word: str, english: str) -> float:
    """How alike two spellings are, from 0 to 1.

    >>> similarity("populista", "populist") > COGNATE > similarity("casa", "house")
    True
    """
    return difflib.SequenceMatcher(None, word, english, autojunk=False).ratio()


def _choice(readings: Iterable[tuple[str, Candidate]]) -> Candidate | None:
    """The translation to rely on, if there is one: the most alike in spelling, else the first of few.

    readings: lemma and one of its translations, the most likely first.
    """
    found = [(similarity(lemma, candidate[0]), candidate) for lemma, candidate in readings]
    if not found:
        return None
    best, relative = max(found, key=lambda one: one[0])
    if best >= COGNATE:
        return relative
    first = found[0][1]
    few = len({english for _, (english, _) in found}) <= SENSES
    return first if few and zipf_frequency(first[0], "en") >= KNOWN else None


def glossary(lexemes: Iterable[Lexeme], counts: Counter[str]) -> dict[str, str]:
    """The English of the rare forms of nouns and adjectives, in the order of the forms.

    counts: lower-case words of the training text. A form that is a verb's too is left to the network.
    """
    readings: dict[str, list[tuple[str, Candidate]]] = defaultdict(list)
    verbs: set[str] = set()
    for lexeme in lexemes:
        for label, forms in lexeme.forms.items():
            if lexeme.part == "verb":
                verbs.update(forms)
                continue
            tag = tags(lexeme, label)[0]
            for form in forms:
                if len(form) >= SHORTEST and form.isalpha() and form.islower():
                    readings[form] += [
                        (lexeme.lemma, (english, tag))
                        for english in lexeme.english
                        if " " not in english
                    ]
    rare = (form for form in sorted(readings) if counts[form] < RARE and form not in verbs)
    chosen = ((form, _choice(readings[form])) for form in rare)
    return {form: inflected(*candidate) for form, candidate in chosen if candidate}


def text_of(entries: Mapping[str, str]) -> str:
    """The text of `lexicon.tsv`."""
    return "".join(f"{form}\t{english}\n" for form, english in sorted(entries.items()))


def lexicon_beside(vocabulary: Path, language: str) -> Path:
    """Where `prepare.py` leaves the lexicon of a language's package, empty if it has none, for `export.py`."""
    return vocabulary.with_name(f"lexicon.{language}.tsv")
