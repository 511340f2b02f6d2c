"""Drafts of a text: joined from those of its parts, and put in order by what bears them out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from normalize.stages.translate.casing import continued
from normalize.stages.translate.consensus import expected_gains
from normalize.stages.translate.plan import Part, Unit

_MOST_JUDGED = 8
"""How many of the drafts that are borne out best the channel looks at. All sixteen give .1 chrF2 more and .1 BLEU less
(300 Turkish sentences each of FLORES dev and WMT16).
"""
_SEEN = 8
"""Characters before a translation that tell whether it begins a sentence."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A translation of one unit: its text, the sum of its log-probabilities in nats, and its subwords."""

    text: str
    total: float
    pieces: int


def units_of(plan: Sequence[Part]) -> list[Unit]:
    """What the engine translates of a plan, in order."""
    return [part for part in plan if isinstance(part, Unit)]


def joined(
    plan: Sequence[Part], drafts: Mapping[Unit, Draft], *, is_one_text: bool = False
) -> Draft:
    """The translation of a plan by those of its units.

    is_one_text: nothing but its length asked for the plan, so that a unit may go on in the middle of a sentence (`continued`).
    """
    made = [drafts[unit] for unit in units_of(plan)]
    texts, before = [], ""
    for part in plan:
        text = drafts[part].text if isinstance(part, Unit) else part
        goes_on = is_one_text and isinstance(part, Unit)
        texts.append(continued(before, text) if goes_on else text)
        before = (before + text)[-_SEEN:]
    return Draft("".join(texts), sum(one.total for one in made), sum(one.pieces for one in made))


def in_order(plan: Sequence[Part], drafts: Mapping[Unit, Sequence[Draft]]) -> list[Draft]:
    """The best of all units joined, then their second, and so on; a unit that has no more gives its last again."""
    units = set(units_of(plan))
    most = max(len(drafts[unit]) for unit in units)
    return [
        joined(
            plan,
            {unit: drafts[unit][min(place, len(drafts[unit]) - 1)] for unit in units},
            is_one_text=True,
        )
        for place in range(most)
    ]


def agreeing(
    pools: Mapping[Unit, Sequence[Draft]],
    support: Callable[[Sequence[tuple[str, str]]], Sequence[float]],
) -> dict[Unit, list[Draft]]:
    """The different drafts of each unit, by how well all of them bear them out (see `consensus`), and, for the first of them, by the
    source after them too.

    support: of pairs of a source and its translation, what the channel adds to the expected gain; minus infinity where it cannot say. It
    is no judge of capitals.
    """
    borne_out = {unit: _borne_out(drafts) for unit, drafts in pools.items()}
    judged = [
        (unit, draft, gain)
        for unit, drafts in borne_out.items()
        if not unit.shouted
        for draft, gain in drafts[:_MOST_JUDGED]
    ]
    more = support([(unit.source, draft.text) for unit, draft, _ in judged])
    gains = {
        (unit, draft.text): gain + added
        for (unit, draft, gain), added in zip(judged, more, strict=True)
    }
    return {
        unit: sorted(
            (draft for draft, _ in drafts),
            key=lambda draft: -gains.get((unit, draft.text), -math.inf),
        )
        for unit, drafts in borne_out.items()
    }


def _borne_out(drafts: Sequence[Draft]) -> list[tuple[Draft, float]]:
    """The different drafts with their expected gain, the highest first."""
    gains = expected_gains([one.text for one in drafts], [one.total for one in drafts])
    found: dict[str, tuple[Draft, float]] = {}
    for place in sorted(range(len(drafts)), key=lambda place: -gains[place]):
        found.setdefault(drafts[place].text, (drafts[place], gains[place]))
    return list(found.values())
