"""Sentences: the traps of three languages, and the promise that nothing is lost."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize.stages.segment import sentences

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
