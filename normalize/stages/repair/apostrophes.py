"""Restores Italian accents that were typed as apostrophes: `perche'`, `citta'`, `E'`.

Apostrophes that are right stay: truncations (`po'`, `di'`, `va'`, `fa'`, `sta'`, `da'`, `mo'`),
elisions (`dell'arte`) and closing quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalize.document import FixKind
from normalize.evidence.vocabulary import vocabulary
from normalize.stages.repair.draft import Edit

_ACUTE = frozenset(
    [
        "perche",
        "poiche",
        "finche",
        "benche",
        "affinche",
        "giacche",
        "sicche",
        "anziche",
        "nonche",
        "purche",
        "cosicche",
        "dacche",
        "fuorche",
        "ne",
        "se",
        "trentatre",
        "ventitre",
    ]
)
_KEPT = frozenset(
    [
        "po",
        "di",
        "va",
        "fa",
        "sta",
        "da",
        "mo",
        "be",
        "to",
        "ve",
        "de",
        "ca",
        "a",
        "i",
        "ne",
        "se",
        "co",
        "so",
        "qua",
        "la",
        "li",
        "no",
        "pie",
        "su",
    ]
)
_GRAVE = {"a": "à", "e": "è", "i": "ì", "o": "ò", "u": "ù"}
_CANDIDATE = re.compile(r"(?<![\w'’‘`´])([A-Za-z]*[aeiouAEIOU])['’´`](?![\w'’])")
_VERB = re.compile(
    r"(?<![\w'’‘`´])([EeÈ]|[Cc]['’]e|[Cc]om['’]e|[Dd]ov['’]e|[Cc]os['’]e)['’´`](?=[\s,;:.!?]|$)"
)
_ITALIAN = re.compile(
    r"\b(?:il|la|lo|le|gli|un|una|di|del|della|dei|che|non|per|con|sono|ha|si|al|alla|nel|da|ma|se)\b"
    r"|[a-z](?:zione|mente|are|ere|ire|ato|ata|ano|ono)\b",
    re.IGNORECASE,
)
_OPENED = re.compile(r"(?<!\w)['‘’](?=\w)")


def _accented(word: str) -> str | None:
    """The word with an accent on its last letter, where that is a word and the apostrophe is none."""
    lower = word.lower()
    if lower in _KEPT:
        return None
    last = "é" if lower in _ACUTE else _GRAVE[lower[-1]]
    made = lower[:-1] + last
    listed = vocabulary()
    level, plain = listed.level(made, "it"), listed.level(lower, "it")
    if level is None or (plain is not None and plain > level):
        return None
    if len(word) > 1 and word.isupper():
        return made.upper()
    return word[:-1] + last


def apostrophe_accents(text: str) -> Iterator[Edit]:
    """Italian accents for apostrophes, in lines that are Italian and quote nothing with apostrophes."""
    if "'" not in text and "’" not in text and "´" not in text and "`" not in text:
        return
    if not _ITALIAN.search(text) or _OPENED.search(text):
        return
    evidence = "accent typed as an apostrophe"
    found = {}
    for match in _VERB.finditer(text):
        vowel = match.end(1) - 1
        accent = "È" if text[vowel] == "E" else "è"
        found[vowel] = Edit(vowel, match.end(), accent, FixKind.APOSTROPHE_ACCENT, evidence)
    for match in _CANDIDATE.finditer(text):
        made = _accented(match.group(1)) if len(match.group(1)) > 1 else None
        if made is not None and match.end(1) - 1 not in found:
            found[match.end(1) - 1] = Edit(
                match.start(), match.end(), made, FixKind.APOSTROPHE_ACCENT, evidence, None, True
            )
    yield from sorted(found.values(), key=lambda edit: edit.start)
