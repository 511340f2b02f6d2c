"""What every unit must be, whatever the format."""

from __future__ import annotations

import math
from collections.abc import Iterator

from normalize.corpus.units import Problem, Severity, Unit


def check_unit(unit: Unit) -> Iterator[Problem]:
    """What is wrong with one unit: empty sides, numbers out of range."""
    pair = unit.pair
    for side, text in (("source", pair.source), ("target", pair.target)):
        if not text.strip():
            advice = "remove the pair: training on it teaches deletion"
            yield Problem(unit.line, f"the {side} is empty", advice, Severity.WARNING)
    if unit.score is not None and not math.isfinite(unit.score):
        yield Problem(unit.line, f"the score is {unit.score}", "scores are finite numbers")
    if not 0.0 <= pair.language_probability <= 1.0:
        what = f"the language probability is {pair.language_probability}"
        yield Problem(unit.line, what, "probabilities lie between 0 and 1")
    if not 0 <= pair.start <= pair.end:
        what = f"the offsets are {pair.start} to {pair.end}"
        yield Problem(unit.line, what, "start must not be negative nor beyond end")
