"""Restores letters that were lost: replacement characters (U+FFFD) where one reading is left.

Every restoration is a guess and is marked as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from normalize.document import FixKind
from normalize.evidence.charlm import LANGUAGES, character_model
from normalize.stages.repair.draft import Edit
from normalize.stages.repair.guess import choose

LOST = "\N{REPLACEMENT CHARACTER}"
MARGIN = 0.7
"""Nats by which a restoration must beat the second best."""
FLUENT = -3.1
"""Nats a character below which a restored text is none of the languages."""
MOST_SLOTS = 5
"""Blocks with more lost characters stay as they are."""
CONTEXT = 12
"""Characters taken into account on either side of a block."""

_LETTERS = {
    "it": ("èàùòìé", "ÈÀÙÒÌÉ"),
    "tr": ("ışçğüöâîû", "İŞÇĞÜÖ"),
    "en": ("éüöñçáíó", "ÉÜÖÇ"),
}
_QUOTES = {"it": "’", "tr": "’", "en": "’"}
_OUTSIDE = "“”–’‘€£°"
_RUN = re.compile(f"{LOST}+")


def _language(text: str, languages: Sequence[str]) -> str | None:
    """The configured language that the rest of the text reads best in."""
    modelled = [language for language in languages if language in LANGUAGES]
    if not modelled:
        return None
    scores = character_model().totals([text.replace(LOST, "")])[0]
    return max(modelled, key=lambda language: float(scores[LANGUAGES.index(language)]))


def _choices(block: str, at: int, language: str) -> list[str]:
    """What may have stood at a place of a block."""
    before, after = block[:at].rstrip(LOST)[-1:], block[at + 1 :].lstrip(LOST)[:1]
    lower, upper = _LETTERS[language]
    inside = before.isalpha() and after.isalpha()
    if before.islower() or (after.islower() and inside):
        letters = lower
    elif before.isupper() and (after.isupper() or not after):
        letters = upper
    else:
        letters = lower + upper
    return [*letters, *(_QUOTES[language] if inside else _OUTSIDE)]


def _one_each(text: str) -> tuple[str, int]:
    """A text with one mark for each lost character, and how many marks one character had.

    A decoder that loses UTF-8 leaves two marks for a letter.
    """
    runs = [len(match.group()) for match in _RUN.finditer(text)]
    if len(runs) > 0 and all(length % 2 == 0 for length in runs):
        return re.sub(f"{LOST}{LOST}", LOST, text), 2
    return text, 1


def lost_letters(text: str, languages: Sequence[str]) -> Iterator[Edit]:
    """Restore the blocks in which the language leaves one reading."""
    language = _language(text, languages)
    if language is None:
        return
    blocks = text.split(" ")
    restored = list(blocks)
    found: list[tuple[int, float]] = []
    _, width = _one_each(text)
    for number, block in enumerate(blocks):
        if LOST not in block:
            continue
        marked = block.replace(LOST * 2, LOST) if width == 2 else block
        slots = [
            (match.start(), _choices(marked, match.start(), language))
            for match in re.finditer(LOST, marked)
        ]
        if len(slots) > MOST_SLOTS:
            continue
        before = " ".join(restored[max(number - 2, 0) : number])[-CONTEXT:]
        after = " ".join(blocks[number + 1 : number + 3])[:CONTEXT]
        around = (before + " " if number else "", " " + after if number + 1 < len(blocks) else "")
        choice = choose(marked, slots, around, language)
        if choice.margin >= MARGIN:
            restored[number] = choice.text
            found.append((number, choice.margin))
    whole = " ".join(restored)
    column = [LANGUAGES.index(language)]
    readable = whole.replace(LOST, "")
    if not found or character_model().readings([readable], column)[0] < FLUENT * (
        len(readable) + 1
    ):
        return
    evidence = f"{language}: character model and vocabulary"
    starts = [0]
    for block in blocks:
        starts.append(starts[-1] + len(block) + 1)
    for number, margin in found:
        at = starts[number]
        yield Edit(
            at,
            at + len(blocks[number]),
            restored[number],
            FixKind.LOST_LETTER,
            evidence,
            round(margin, 2),
            guess=True,
        )
