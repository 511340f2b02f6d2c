"""Filters: every reason has a pair that it refuses and a near one that it lets pass; nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from normalize.config import FilterConfig
from normalize.document import SegmentPair
from normalize.stages.filters import measure, refusal, sift

GOOD = SegmentPair(
    "1", "it", "en", "Il treno parte alle otto e mezza.", "The train leaves at half past eight.",
    -0.4, "page.txt", 0, 33, 0.99,
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"target": "The train leaves at half past eight. " * 4}, "length-ratio"),
        ({"source": "Rifiuta", "target": "Reject all of it"}, None),
        ({"score": -2.5}, "score"),
        ({"score": -1.9}, None),
        ({"language_probability": 0.3}, "language-probability"),
        ({"source": "12:30", "target": "12:30"}, "no-letters"),
        ({"source": "a " * 1500, "target": "b " * 1500}, "too-long"),
        ({"flags": ("loop",)}, "loop"),
        ({"flags": ("retried",)}, None),
    ],
)
def test_reasons(change: dict[str, object], reason: str | None) -> None:
    found = refusal(measure(replace(GOOD, **change)), FilterConfig())  # type: ignore[arg-type]
    assert (found[0] if found else None) == reason


def test_limits_are_the_configuration_s() -> None:
    flagged = replace(GOOD, flags=("copied",))
    assert refusal(measure(flagged), FilterConfig(drop_flags=())) is None
    assert refusal(measure(GOOD), FilterConfig(min_score=-0.1)) == ("score", "-0.400")


def test_what_comes_in_goes_out_on_one_side_or_the_other() -> None:
    pairs = [replace(GOOD, id=str(n), score=-n / 10) for n in range(40)]
    accepted, rejected = sift(pairs, FilterConfig())
    back = [*accepted, *(r.pair for r in rejected if r.pair)]
    assert sorted(pair.id for pair in back) == sorted(pair.id for pair in pairs)
    assert {r.reason for r in rejected} == {"score"}
