"""Every recorded case of repair: damage from the wild, damage made, clean text, known failures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from normalize.document import replay
from normalize.stages.repair import Repairer

CASES = Path(__file__).parent / "cases"
KINDS = ("in-the-wild", "synthetic", "negative", "known-failures")


class Case(NamedTuple):
    """One line of a case table."""

    label: str
    comment: str
    original: str
    expected: str
    expect: str


def load(kind: str) -> list[Case]:
    """The cases of one table."""
    rows = json.loads((CASES / f"repair-{kind}.json").read_text(encoding="utf-8"))
    return [Case(**row) for row in rows]


def parameters() -> list[object]:
    """All cases; those that are known to fail must fail."""
    return [
        pytest.param(
            case,
            id=f"{kind}:{case.label}",
            marks=[pytest.mark.xfail(strict=True)] if case.expect == "fail" else [],
        )
        for kind in KINDS
        for case in load(kind)
    ]


@pytest.mark.parametrize("case", parameters())
def test_case(case: Case) -> None:
    result = Repairer().repair(case.original)
    assert result.text == case.expected


@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_unique(kind: str) -> None:
    labels = [case.label for case in load(kind)]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("kind", KINDS)
def test_fixes_replay_and_repairs_settle(kind: str) -> None:
    repairer = Repairer()
    for case in load(kind):
        result = repairer.repair(case.original)
        assert replay(case.original, result.fixes) == result.text, case.label
        assert repairer.repair(result.text).text == result.text, case.label


def test_clean_cases_weigh_as_much_as_damaged_ones() -> None:
    assert len(load("negative")) >= len(load("in-the-wild"))
    for case in load("negative"):
        assert case.original == case.expected
