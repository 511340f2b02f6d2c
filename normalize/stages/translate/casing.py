"""Letter case and final punctuation: what the model is given, and what its answer gets back."""

from __future__ import annotations

import re

from normalize.stages.translate.words import CONTINUATIONS

_DOTTED_I = frozenset({"tr", "az", "crh", "tt"})
"""Languages whose dotted and dotless i are two letters."""
_SHOUTED_MIN_LETTERS = 4
_ENDS = ".!?:;,…"
_ABBREVIATION = re.compile(r"(?:\b[A-Za-z]\.|\b(?:etc|Mr|Mrs|Ms|Dr|St|No|vs|Jr|Sr|Inc|Ltd|Co)\.)$")


def lowered(text: str, language: str) -> str:
    """Lower case in the language's own way.

    >>> lowered("DIŞİŞLERİ IŞIK", "tr"), lowered("PERCHÉ", "it")
    ('dışişleri ışık', 'perché')
    """
    if language in _DOTTED_I:
        text = text.replace("İ", "i").replace("I", "ı")
    return text.lower()


def _upper_first(text: str, language: str) -> str:
    if language in _DOTTED_I and text[:1] == "i":
        return "İ" + text[1:]
    return text[:1].upper() + text[1:]


def is_shouted(text: str) -> bool:
    """Whether all cased letters of a text are capitals, and there are four or more."""
    cased = [char for char in text if char.isupper() or char.islower() or char.istitle()]
    return len(cased) >= _SHOUTED_MIN_LETTERS and all(char.isupper() for char in cased)


def sentence_case(text: str, language: str) -> str:
    """A shouted text as a sentence: lower case with a capital first letter.

    >>> sentence_case("SON DAKİKA", "tr")
    'Son dakika'
    """
    return _upper_first(lowered(text, language), language)


def with_manner_of(source: str, target: str) -> str:
    """A translation with the first letter's case and the final punctuation of its source.

    A model adds a full stop to headings, drops colons, and begins a clause in the middle of a
    sentence with a capital letter.

    >>> with_manner_of("Leggi anche:", "Read also"), with_manner_of("Notizie", "news.")
    ('Read also:', 'News')
    >>> with_manner_of("e poi", "And then")
    'and then'
    """
    if not source or not target:
        return target
    return _with_first_case(source, _with_end(source, target))


def continued(before: str, target: str) -> str:
    """A translation as it stands after what comes before it: in the middle of a sentence its first word has no capital, if it is
    one that never needs it.

    >>> continued("Before Monday, ", "He left"), continued("Monday. ", "He left"), continued("Monday, ", "Anna left")
    ('he left', 'He left', 'Anna left')
    """
    words = before.rstrip()
    is_inside = words != before and (words[-1:].isalnum() or words[-1:] in {",", ";"})
    return _without_capital(target) if is_inside else target


def _with_first_case(source: str, target: str) -> str:
    if source[0].isupper() and target[0].islower():
        return target[0].upper() + target[1:]
    return _without_capital(target) if source[0].islower() else target


def _without_capital(target: str) -> str:
    word = re.match(r"[A-Za-z]+(?=['’\s,]|$)", target)
    if word and word[0].istitle() and word[0].lower() in CONTINUATIONS and not target.isupper():
        return target[0].lower() + target[1:]
    return target


def _with_end(source: str, target: str) -> str:
    wanted = source[len(source.rstrip(_ENDS)) :]
    words = target.rstrip(_ENDS)
    got = target[len(words) :]
    if not wanted:
        if got == "." and not _ABBREVIATION.search(target):
            return words.rstrip()
        return target
    if wanted[-1] in ":?!" and got in {"", ".", ","}:
        return words + wanted[-1]
    if wanted[-1] in ",;" and got == ".":
        return words + wanted[-1]
    return target
