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

MARGIN = 5.0
"""Nats by which a reading must beat the text as it stands."""
TRUSTED_MARGIN = 0.5
"""The same, for a step that the rest of the document has already shown."""
FLUENT = -3.1
"""Nats a character above which a reading is surely one of the configured languages."""
PASSABLE = -3.8
"""The same where all changed words are in a vocabulary."""
SHORT = 30
"""Texts of fewer characters are judged by the vocabulary alone where they are not fluent."""
KNOWN_WORD = 2.5
"""Nats in favour of a reading for each changed word that is in a vocabulary (four at most)."""
SEQUENCE = 3.0
"""Nats in favour of UTF-8 for each valid sequence: bytes seldom form one by chance."""
UNMAPPED = 4.0
"""Nats against a step for each different character that it cannot have left."""
FINALISTS = 3
"""How many readings are looked at closely."""

_OWN = frozenset(own_characters())
_WORD = re.compile(r"[^\W\d_]+")
_C1 = re.compile("[\x80-\x9f]")


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a text.

    step: what it undoes, and how often it was done.
    gain: by how many nats it reads better than the text as it stands.
    fluency: nats a character.
    known: whether all changed words are in a vocabulary.
    sequences: valid UTF-8 sequences read.
    """

    text: str
    step: Step
    gain: float
    fluency: float
    known: bool
    sequences: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A step to try: a table of characters or, for UTF-8, the encodings alone."""

    step: Step
    prior: float
    table: Mapping[int, str] | None = None
    sequences: int = 0

    def read(self, text: str) -> str:
        """What the step makes of a text."""
        if self.table is not None:
            return text.translate(self.table)
        for _ in range(self.step.times):
            text, _count = read_utf8(text, self.step.wrong)
        return text


def _prior(step: Step) -> float:
    """How much more usual a kind of damage is than the rarest kind, in nats."""
    right = {"cp1254": 4.0, "cp1252": 4.0, "mac-roman": 2.0, "cp850": 2.0, "cp857": 2.0}
    wrong = {"cp1252": 4.0, "iso8859-1": 4.0, "cp1254": 3.0, "mac-roman": 2.0, "cp850": 2.0}
    return right.get(step.right, 0.0) + wrong.get(step.wrong, 0.0)


def read_utf8(text: str, wrong: str) -> tuple[str, int]:
    """A text with its UTF-8 sequences read as such, and how many there were.

    >>> read_utf8("piÃ¹", "cp1252")
    ('più', 1)
    """
    count = 0

    def read(match: re.Match[str]) -> str:
        nonlocal count
        char = as_utf8(match.group(), wrong)
        count += char is not None
        return match.group() if char is None else char

    return utf8_pattern(wrong).sub(read, text), count


def _single_byte(text: str, trust: Mapping[Step, float]) -> dict[str, _Candidate]:
    """The single-byte steps that make different plausible texts."""
    distinct = sorted({char for char in text if char > "\x7f"})
    if any(char.isalpha() and char not in _OWN for char in distinct):
        return {}
    controls = bool(_C1.search(text))
    found: dict[tuple[str, ...], tuple[Step, float]] = {}
    for step, mapping in single_byte_steps().items():
        made = []
        prior = _prior(step) + trust.get(step, 0.0)
        if controls and step.wrong == "iso8859-1" and step.right in ("cp1252", "cp1254"):
            prior += 4.0
        for char in distinct:
            now = mapping.get(char)
            if now is None:
                made.append(char)
                prior -= UNMAPPED
            elif now not in PLAUSIBLE and now != char:
                break
            else:
                made.append(now)
        else:
            key = tuple(made)
            if made != distinct and (key not in found or found[key][1] < prior):
                found[key] = (step, prior)
    tables = (
        (step, prior, {ord(old): new for old, new in zip(distinct, key, strict=True)})
        for key, (step, prior) in found.items()
    )
    return {text.translate(table): _Candidate(step, prior, table) for step, prior, table in tables}


def _utf8(text: str, trust: Mapping[Step, float]) -> dict[str, _Candidate]:
    """The UTF-8 steps, once and twice, that make different texts."""
    found: dict[str, _Candidate] = {}
    for wrong in SINGLE_BYTE:
        made, total = text, 0
        for times in (1, 2):
            made, count = read_utf8(made, wrong)
            if not count:
                break
            total += count
            step = Step(wrong, "utf-8", times)
            prior = 8.0 + SEQUENCE * total + _prior(step) + trust.get(step, 0.0)
            if made not in found or found[made].prior < prior:
                found[made] = _Candidate(step, prior, None, total)
    return found


def changed_words(before: str, after: str) -> list[str]:
    """The words of `after` that stand in blocks which `before` has not."""
    old = set(before.split(" "))
    return [word for block in after.split(" ") if block not in old for word in _WORD.findall(block)]


def _known(before: str, after: str, languages: Sequence[str]) -> tuple[int, bool]:
    """How many changed words are in a vocabulary, and whether all of them are."""
    listed = vocabulary()
    words = changed_words(before, after)
    known = [word for word in words if any(listed.knows(word, language) for language in languages)]
    return len(known), len(known) == len(words) and any(len(word) >= 4 for word in known)


def _excerpt(text: str) -> str:
    """The blocks of a text that hold a character beyond ASCII, with their neighbours."""
    blocks = text.split(" ")
    odd = [number for number, block in enumerate(blocks) if not block.isascii()]
    wanted = sorted({near for number in odd for near in (number - 1, number, number + 1)})
    return " ".join(blocks[number] for number in wanted if 0 <= number < len(blocks))


def ranked_readings(
    text: str, languages: Sequence[str], trust: Mapping[Step, float] | None = None
) -> list[Reading]:
    """The likeliest readings of a text, best first. Gains leave the priors out."""
    trust = trust or {}
    excerpt = _excerpt(text)
    candidates = {**_single_byte(excerpt, trust), **_utf8(excerpt, trust)}
    candidates.pop(excerpt, None)
    if not candidates:
        return []
    columns = [LANGUAGES.index(language) for language in languages if language in LANGUAGES]
    made = list(candidates)
    model = character_model()
    scores = model.readings([excerpt, *made], columns)
    ranked = []
    for words, score in zip(made, scores[1:].tolist(), strict=True):
        candidate = candidates[words]
        count, known = _known(excerpt, words, languages)
        weight = score + candidate.prior + KNOWN_WORD * min(count, 4)
        ranked.append((-weight, words, score - float(scores[0]), known, candidate))
    ranked.sort(key=lambda item: item[:2])
    best = ranked[:FINALISTS]
    texts = [candidate.read(text) for *_, candidate in best]
    whole = model.readings(texts, columns).tolist()
    return [
        Reading(full, candidate.step, gain, total / (len(full) + 1), known, candidate.sequences)
        for full, total, (_, _, gain, known, candidate) in zip(texts, whole, best, strict=True)
    ]


def acceptable(reading: Reading, margin: float = MARGIN) -> bool:
    """Tell whether a reading is better than the text as it stands, and good in itself.

    Several UTF-8 sequences are good in themselves, whatever the language.
    """
    if reading.gain < margin:
        return False
    if reading.fluency >= FLUENT or reading.sequences >= 3:
        return True
    return reading.known and (len(reading.text) < SHORT or reading.fluency >= PASSABLE)
