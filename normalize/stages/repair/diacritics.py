"""Restores the letters of Turkish text that was written without them (`Turkce`, `ogrenci`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from normalize.document import FixKind
from normalize.evidence.charlm import LANGUAGES, character_model
from normalize.stages.repair.draft import Edit
from normalize.stages.repair.guess import choose

MARGIN = 1.0
"""Nats by which a spelling must beat the second best."""
WHOLE_MARGIN = 8.0
"""Nats by which the restored text must read better as Turkish than the text as it stands does at all."""
FLUENT = -2.7
"""Nats a character below which the restored text is no Turkish."""
LEAST_WORDS = 3
CONTEXT = 12

_PAIRS = dict(zip("cgiosuCGIOSU", "çğıöşüÇĞİÖŞÜ", strict=True))
_WORD = re.compile(r"[A-Za-z]+")
_KEPT = re.compile(r"\S*(?:[@/\\_]|://|www\.|\.[a-z]{2,4}\b)\S*|\b[A-Z]{2,4}\b")


def diacritics(text: str, languages: Sequence[str]) -> Iterator[Edit]:
    """Turkish letters for ASCII ones, in lines that hold none of them and read as Turkish with them."""
    if "tr" not in languages or not text.isascii() or len(text.split()) < LEAST_WORDS:
        return
    kept = [match.span() for match in _KEPT.finditer(text)]
    parts: list[str] = []
    done = 0
    edits = []
    for match in _WORD.finditer(text):
        if any(start <= match.start() < end for start, end in kept):
            continue
        word = match.group()
        slots = [(at, (char, _PAIRS[char])) for at, char in enumerate(word) if char in _PAIRS]
        parts.append(text[done : match.start()])
        done = match.end()
        if not slots:
            parts.append(word)
            continue
        before = "".join(parts)[-CONTEXT:]
        choice = choose(word, slots, (before, text[done : done + CONTEXT]), "tr")
        right = choice.text if choice.margin >= MARGIN else word
        parts.append(right)
        if right != word:
            edits.append(
                Edit(
                    *match.span(),
                    right,
                    FixKind.DIACRITICS,
                    "tr: character model and vocabulary",
                    round(choice.margin, 2),
                    guess=True,
                )
            )
    made = "".join(parts) + text[done:]
    if edits and _is_turkish(text, made):
        yield from edits


def _is_turkish(text: str, made: str) -> bool:
    """Tell whether the restored text is Turkish, and the text as it stands reads worse in any language."""
    model = character_model()
    turkish = [LANGUAGES.index("tr")]
    restored = float(model.readings([made], turkish)[0])
    plain = float(model.readings([text], range(len(LANGUAGES)))[0])
    return restored >= plain + WHOLE_MARGIN and restored >= FLUENT * (len(made) + 1)
