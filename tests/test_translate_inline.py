"""Markup inside a sentence: read, taken off, and put around the same words of the translation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_translate import Scripted, translated

from normalize.document import Flag, Translation
from normalize.stages.translate import Translator
from normalize.stages.translate.inline import projected, read_marks

CASES = json.loads(
    (Path(__file__).parent / "cases" / "translate-inline.json").read_text(encoding="utf-8")
)
MARKS = st.text(alphabet="ab **__~[]()<>/`\\!é\n1", max_size=60)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case["label"],
            marks=[pytest.mark.xfail(strict=True)] if case["expect"] == "fail" else [],
        )
        for case in CASES
    ],
)
def test_marks_are_read(case: dict[str, Any]) -> None:
    found = read_marks(case["original"])
    assert (found.plain if found else None) == case["plain"]
    assert list(found.inner if found else ()) == case["inner"]
    assert found is None or str(found) == case["original"]


@given(MARKS)
def test_a_marked_text_loses_nothing(text: str) -> None:
    found = read_marks(text)
    if found is None:
        return
    assert str(found) == text
    assert found.marks
    # Where the model changes nothing, the text comes back whole or a mark is reported lost.
    again, lost = projected(found.plain, found, found.inner)
    assert again == text or lost


@given(MARKS, MARKS)
def test_projection_keeps_every_word_of_the_translation(text: str, target: str) -> None:
    found = read_marks(text)
    if found is None:
        return
    made, lost = projected(target, found, found.inner)
    marks = [mark for mark in found.marks if mark not in lost]
    assert len(made) == len(target) + sum(len(mark.opening + mark.closing) for mark in marks)


def test_marks_go_around_the_same_words() -> None:
    made = translated(
        "Il comune ha aperto **ieri** il [mercato coperto](https://esempio.org/m?id=3).",
        {
            "Il comune ha aperto ieri il mercato coperto.": "Yesterday the city opened the covered"
            " market.",
            "ieri": "yesterday",
            "mercato coperto": "The covered market",
        },
    )
    # An article that the words alone got need not be there.
    assert made.text == (
        "**Yesterday** the city opened [the covered market](https://esempio.org/m?id=3)."
    )
    assert made.flags == ()


def test_emphasis_without_a_counterpart_is_dropped_and_flagged() -> None:
    made = translated(
        "Apre **subito** il museo",
        {"Apre subito il museo": "The museum opens right away", "subito": "immediately"},
    )
    assert (made.text, made.flags) == ("The museum opens right away", (Flag.LOST_MARKUP,))


def test_a_link_without_a_counterpart_is_kept_by_translating_around_it() -> None:
    made = translated(
        "Leggi [qui](https://esempio.org) il resto",
        {
            "Leggi qui il resto": "Read the rest",
            "qui": "here",
            "Leggi": "Read",
            "il resto": "the rest",
        },
    )
    assert made.text == "Read [here](https://esempio.org) the rest"


def test_words_that_stay_untranslated_keep_their_marks() -> None:
    source = "Il **grande** fiume scorre lento verso il mare"
    plain = source.replace("*", "")
    made = translated(source, {plain: "", "grande": "big"})
    assert made.text == source
    assert Flag.UNTRANSLATED in made.flags


def test_marks_around_no_language_are_copied() -> None:
    decoder = Scripted({})
    texts = ["**12:30**", "[10 km](https://esempio.it/a_b)"]
    assert Translator.from_decoder(decoder).translate(texts) == [
        Translation(text, 0.0) for text in texts
    ]
    assert all(not asked for asked in decoder.asked)


def test_the_same_words_twice_are_marked_in_order() -> None:
    found = read_marks("*a* e **a**")
    assert found is not None
    assert projected("a and a", found, ["a", "a"]) == ("*a* and **a**", ())


@pytest.mark.parametrize(
    "text",
    ["[a" * 5_000, "[" + "a" * 20_000, "*a " * 5_000, "<b>" * 5_000, "[a](" * 5_000, "*" * 20_000,
     "[a](" + "(" * 5_000, "[a](b " + "\"" * 5_000],
    ids=lambda text: text[:6],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    """Patterns that backtrack would take hours here; there is no clock in this test."""
    found = read_marks(text)
    assert found is None or str(found) == text
