"""Sentences: the traps of three languages, and the promise that nothing is lost."""

from __future__ import annotations

import importlib
import json
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize.stages.segment import abbreviations, sentences

rules = importlib.import_module(
    "normalize.stages.segment.sentences"
)  # the package's name for it is the function
WORDS = st.sampled_from(
    [*sorted(abbreviations.ANY), *"said it is up day City Sun 2013 20th x2013 1-2013 3 IV V J é".split(),
     "l'estr", "dell'amm", "co-approx", "vice-pres", "xapprox", "(approx", "ship\"", "days)", "u.s.a"]
)  # fmt: skip
ENDS = st.sampled_from(
    [". ", '." ', '". ', ".) ", "). ", ".. ", ".  ", ".\n", ".” ", ".* ", ".\N{FIRE} ", ".", " "]
)
NEXT = st.sampled_from(
    ["The", "the", "A", "2009", "“He", "(He", "((He", "'90", "È", "Bu", '"', "[It", "II"]
)
NASTY = st.text(
    alphabet=st.sampled_from(list("abZÇı .!?…\n\r\t123'\"«»()🔥。\u2028\x00\xa0\u200d\ud800")),
    max_size=120,
)


def cases() -> list[Any]:
    found = []
    for path in sorted((Path(__file__).parent / "cases").glob("sentences-*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            marks = [pytest.mark.xfail(strict=True)] if case["expect"] == "fail" else []
            found.append(pytest.param(case, id=case["label"], marks=marks))
    return found


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]) -> None:
    found = [piece.text for piece in sentences(case["original"]) if piece.is_segment]
    assert found == case["expected"]


@settings(deadline=None, max_examples=400)
@given(st.text(max_size=200) | NASTY)
def test_pieces_join_to_the_text(text: str) -> None:
    pieces = sentences(text)
    assert "".join(piece.text for piece in pieces) == text
    for piece in pieces:
        assert piece.text
        assert piece.is_segment == bool(piece.text.strip())
        if piece.is_segment:
            assert piece.text == piece.text.strip()


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80) | NASTY)
def test_a_sentence_is_not_cut_again(text: str) -> None:
    """Cutting depends on the words around a stop, so what one cut left whole stays whole."""
    first = [piece.text for piece in sentences(text) if piece.is_segment]
    if len(first) == 1:
        assert [piece.text for piece in sentences(first[0])] == first


@pytest.mark.parametrize("text", ["." * 60_000, "?!" * 30_000 + " A", ". " * 30_000, "a" * 60_000])
@pytest.mark.parametrize("tail", ["", " Fine.", "🔥" * 1_000])
def test_runs_cost_no_square_of_time(text: str, tail: str) -> None:
    start = time.process_time()
    assert "".join(piece.text for piece in sentences(text + tail)) == text + tail
    assert time.process_time() - start < 5.0, "60,000 characters took seconds"


@given(
    st.lists(st.tuples(WORDS, ENDS, NEXT), max_size=6).map(
        lambda parts: " ".join(map("".join, parts))
    )
)
@settings(deadline=None, max_examples=500)
def test_what_is_certain_at_a_glance_is_so_by_the_rules(text: str) -> None:
    found = sentences(text)
    with patch.object(rules, "_candidates", lambda _: rules._CANDIDATE):
        assert found == sentences(text)


def test_nearly_every_plain_sentence_ends_at_a_glance() -> None:
    text = (
        'The train was late. It left at noon (or so he said). "We will see." In 2013. They waited.'
    )
    found = [match.lastindex for match in rules._FULL_STOP.finditer(text)]
    assert found == [None, None, None, None]
