"""Turns a text into the readings it may have been meant as, and chooses among them.

A reading undoes one step (see `encodings`); damage done twice is undone step by step. Which
reading is right is judged by the character models: a reading is accepted when it beats the text as
it stands by a margin and is itself fluent in a configured language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from normalize.evidence.alphabet import SINGLE_BYTE, own_characters
from normalize.evidence.charlm import LANGUAGES, character_model
from normalize.evidence.vocabulary import vocabulary
from normalize.stages.repair.encodings import (
    PLAUSIBLE,
    Step,
    as_utf8,
    single_byte_steps,
    utf8_pattern,
)

MARGIN = 6.0
"""Nats by which a reading must beat the text as it stands."""
TRUSTED_MARGIN = 1.0
"""The same, for a step that the rest of the document has already shown."""
FLUENT = -3.1
"""Nats a character above which a reading is surely one of the configured languages."""
PASSABLE = -3.8
"""The same where all changed words are in a vocabulary."""
SHORT = 30
"""Texts of fewer characters are judged by the vocabulary alone where they are not fluent."""
KNOWN_WORD = 2.5
"""Nats in favour of a reading for each changed word that is in a vocabulary."""

_OWN = frozenset(own_characters())
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a text.

    step: what it undoes.
    gain: by how many nats it reads better than the text as it stands.
    fluency: nats a character.
    """

    text: str
    step: Step
    gain: float
    fluency: float
    known: bool = False


def _prior(step: Step) -> float:
    """How much more usual a kind of damage is than the rarest kind, in nats."""
    right = {"cp1254": 4.0, "cp1252": 4.0, "mac-roman": 2.0, "cp850": 2.0, "cp857": 2.0}
    wrong = {"cp1252": 3.0, "iso8859-1": 3.0, "cp1254": 2.0, "mac-roman": 2.0, "cp850": 2.0}
    return right.get(step.right, 0.0) + wrong.get(step.wrong, 0.0)


def single_byte_readings(text: str, trust: Mapping[Step, float]) -> dict[str, tuple[Step, float]]:
    """Every different plausible text that one pair of single-byte encodings makes, with its prior."""
    distinct = sorted({char for char in text if char > "\x7f"})
    if any(char.isalpha() and char not in _OWN for char in distinct):
        return {}
    found: dict[tuple[str, ...], tuple[Step, float]] = {}
    for step, mapping in single_byte_steps().items():
        made = []
        prior = _prior(step) + trust.get(step, 0.0)
        for char in distinct:
            now = mapping.get(char)
            if now is None:
                made.append(char)
                prior -= 4.0
            elif now not in PLAUSIBLE and now != char:
                break
            else:
                made.append(now)
        else:
            key = tuple(made)
            if made != distinct and (key not in found or found[key][1] < prior):
                found[key] = (step, prior)
    return {
        text.translate({ord(old): new for old, new in zip(distinct, key, strict=True)}): value
        for key, value in found.items()
    }


def utf8_readings(text: str, trust: Mapping[Step, float]) -> dict[str, tuple[Step, float]]:
    """Every different text that reading UTF-8 sequences as such makes, with its prior."""
    found: dict[str, tuple[Step, float]] = {}
    for wrong in SINGLE_BYTE:
        count = 0

        def read(match: re.Match[str], wrong: str = wrong) -> str:
            nonlocal count
            char = as_utf8(match.group(), wrong)
            count += char is not None
            return match.group() if char is None else char

        made = utf8_pattern(wrong).sub(read, text)
        step = Step(wrong, "utf-8")
        prior = 8.0 + 3.0 * count + _prior(step) + trust.get(step, 0.0)
        if count and (made not in found or found[made][1] < prior):
            found[made] = (step, prior)
    return found


def changed_words(before: str, after: str) -> list[str]:
    """The words of `after` that stand in blocks which `before` has not."""
    old = set(before.split(" "))
    return [word for block in after.split(" ") if block not in old for word in _WORD.findall(block)]


def _known(before: str, after: str, languages: Sequence[str]) -> tuple[int, bool]:
    """How many changed words are in a vocabulary, and whether all of them are."""
    listed = vocabulary()
    words = changed_words(before, after)
    known = [
        word for word in words if any(listed.knows(word, language) for language in languages)
    ]
    return len(known), len(known) == len(words) and any(len(word) >= 4 for word in known)


def ranked_readings(
    text: str, languages: Sequence[str], trust: Mapping[Step, float] | None = None
) -> list[Reading]:
    """All readings of a text, the likeliest first. Gains leave the priors out."""
    trust = trust or {}
    candidates = {**single_byte_readings(text, trust), **utf8_readings(text, trust)}
    candidates.pop(text, None)
    if not candidates:
        return []
    columns = [LANGUAGES.index(language) for language in languages if language in LANGUAGES]
    texts = list(candidates)
    scores = character_model().readings([text, *texts], columns)
    ranked: list[tuple[float, Reading]] = []
    for made, score in zip(texts, scores[1:], strict=True):
        step, prior = candidates[made]
        count, known = _known(text, made, languages)
        reading = Reading(made, step, float(score - scores[0]), float(score) / (len(made) + 1), known)
        weight = float(score) + prior + KNOWN_WORD * min(count, 4)
        ranked.append((weight, reading))
    ranked.sort(key=lambda item: (-item[0], item[1].text))
    return [reading for _, reading in ranked]


def acceptable(reading: Reading, margin: float = MARGIN) -> bool:
    """Tell whether a reading is better than the text as it stands, and good in itself."""
    if reading.gain < margin:
        return False
    short = len(reading.text) < SHORT
    return reading.fluency >= FLUENT or (reading.known and (short or reading.fluency >= PASSABLE))
