"""Chooses among the spellings that a word may have, by the language's model and vocabulary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from normalize.evidence.charlm import LANGUAGES, character_model
from normalize.evidence.vocabulary import vocabulary

BEAM = 12
"""Spellings kept while one place after the other is filled."""
VOCABULARY_WEIGHT = 0.6
"""How much a nat of a word's frequency counts beside a nat of the character model."""
UNLISTED = -19.0
"""The log-frequency of a word that the vocabulary does not list."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Choice:
    """The best spelling of a block and by how many nats it beats the second."""

    text: str
    margin: float


def _frequency(block: str, language: str) -> float:
    """The weighted log-frequency of the words of a block."""
    listed = vocabulary()
    total = 0.0
    for match in _WORD.finditer(block):
        word = match.group()
        found = listed.nats(word, language)
        if found is None:
            parts = re.split("['’]", word)
            known = [listed.nats(part, language) for part in parts]
            if len(parts) > 1:
                found = sum(UNLISTED if nats is None else nats for nats in known) / 2 - 1.0
        total += UNLISTED if found is None else found
    return VOCABULARY_WEIGHT * total


def choose(
    block: str, slots: Sequence[tuple[int, Sequence[str]]], around: tuple[str, str], language: str
) -> Choice:
    """Fill the slots of a block with the spellings that read best between what is around it.

    slots: places in the block, from left to right, each with what may stand there instead of the
    one character that does.
    """
    column = LANGUAGES.index(language)
    model = character_model()
    before, after = around
    beam: list[tuple[str, int]] = [(block, 0)]
    ranked: list[tuple[float, str]] = []
    for number, (place, choices) in enumerate(slots):
        last = number == len(slots) - 1
        grown: list[tuple[str, int]] = []
        for text, shift in beam:
            at = place + shift
            grown += [
                (text[:at] + choice + text[at + 1 :], shift + len(choice) - 1) for choice in choices
            ]
        scores = model.totals([before + text + after for text, _ in grown])[:, column].tolist()
        weighed = [
            (score + (_frequency(text, language) if last else 0.0), text, shift)
            for score, (text, shift) in zip(scores, grown, strict=True)
        ]
        weighed.sort(key=lambda item: (-item[0], item[1]))
        beam = [(text, shift) for _, text, shift in weighed[:BEAM]]
        ranked = [(score, text) for score, text, _ in weighed]
    if not ranked:
        return Choice(block, 0.0)
    second = next((score for score, text in ranked if text != ranked[0][1]), float("-inf"))
    return Choice(ranked[0][1], min(ranked[0][0] - second, 99.0))
