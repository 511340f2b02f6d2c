"""What is done to text before and after the engine: frames, protected stretches, letter case,
plans, guards.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.document import Flag
from normalize.packages.lexicon import Lexicon
from normalize.stages.translate.casing import continued, is_shouted, sentence_case, with_manner_of
from normalize.stages.translate.frame import framed
from normalize.stages.translate.guards import flags_of, lost_numbers
from normalize.stages.translate.plan import Planner, Protection, Unit
from normalize.stages.translate.protect import protected_spans


def cases(name: str) -> list[Any]:
    path = Path(__file__).parent / "cases" / f"translate-{name}.json"
    loaded = json.loads(path.read_text(encoding="utf-8"))
    failing = pytest.mark.xfail(strict=True)
    return [
        pytest.param(case, id=case["label"], marks=[failing] if case["expect"] == "fail" else [])
        for case in loaded
    ]


@pytest.mark.parametrize("case", cases("frame"))
def test_frame(case: dict[str, Any]) -> None:
    frame = framed(case["original"])
    assert [frame.lead, frame.core, frame.tail] == case["expected"]


@given(st.text())
def test_a_frame_loses_nothing(text: str) -> None:
    frame = framed(text)
    assert frame.lead + frame.core + frame.tail == text


@pytest.mark.parametrize("case", cases("protected"))
def test_protected(case: dict[str, Any]) -> None:
    text = case["original"]
    assert [text[span.start : span.end] for span in protected_spans(text)] == case["expected"]


LEXICON = Lexicon({"tegola": "tile", "upupa": "hoopoe"})


@pytest.mark.parametrize("case", cases("lexicon"))
def test_words_of_the_lexicon(case: dict[str, Any]) -> None:
    assert LEXICON.glossed(case["original"]) == case["expected"]


@given(
    st.lists(st.sampled_from(["tegola", "Tegola", " ", "\n", "'", "-", ".", "@", "ù", "(", ")"]))
)
def test_a_lexicon_changes_whole_words_alone(parts: list[str]) -> None:
    """A text with the word in a place of its own loses it there, and nothing else changes."""
    text = "".join(parts)
    made = LEXICON.glossed(text)
    assert made.replace("tile", "tegola") == text
    assert made.split() == [
        "tile" if word == "tegola" else LEXICON.glossed(word) for word in text.split()
    ]
    assert Lexicon().glossed(text) == text


@pytest.mark.parametrize("case", cases("guards"))
def test_guards(case: dict[str, Any]) -> None:
    found = flags_of(case["original"], case["target"], case.get("protected", ()), case["language"])
    assert [str(flag) for flag in found] == case["expected"]


@given(st.text(), st.text())
def test_guards_take_any_text(source: str, target: str) -> None:
    assert set(flags_of(source, target, (), "it")) <= set(Flag)


@pytest.mark.parametrize(
    ("source", "target", "lost"),
    [
        ("2 e 2", "2", ["2"]),
        ("10", "1", ["10"]),
        ("1", "10", ["1"]),
        ("3,5 milioni", "3.5 million", []),
        ("12.000", "12 thousand", []),
        ("2. sırada", "in second place", []),
        ("007", "007", []),
    ],
)
def test_lost_numbers(source: str, target: str, lost: list[str]) -> None:
    assert lost_numbers(source, target) == lost


@pytest.mark.parametrize(
    ("text", "shouted"),
    [
        ("ULTIME NOTIZIE", True),
        ("NATO", True),
        ("ABD", False),
        ("Roma", False),
        ("COVID-19 in Italia", False),
        ("1234", False),
    ],
)
def test_shouting(text: str, shouted: bool) -> None:
    assert is_shouted(text) == shouted


def test_sentence_case_knows_the_turkish_i() -> None:
    assert sentence_case("İSTANBUL'DA IŞIKLAR", "tr") == "İstanbul'da ışıklar"
    assert sentence_case("IL CAPO IN ITALIA", "it") == "Il capo in italia"


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Rifiuta", "Reject.", "Reject"),
        ("Rifiuta", "reject", "Reject"),
        ("Torno subito.", "I'll be right back.", "I'll be right back."),
        ("Chi è?", "Who is it.", "Who is it?"),
        ("nelle case", "In the houses", "in the houses"),
        ("io vado", "I go", "I go"),
        ("Stati Uniti", "U.S.", "U.S."),
        ("Vedi anche:", "See also", "See also:"),
        ("Aiuto!", "Help", "Help!"),
        ("nel castigo,", "In the punishment.", "in the punishment,"),
        ("nel castigo;", "In the punishment.", "in the punishment;"),
        ("Ciao.", "", ""),
    ],
)
def test_manner(source: str, target: str, expected: str) -> None:
    assert with_manner_of(source, target) == expected


@pytest.mark.parametrize(
    ("before", "target", "expected"),
    [
        ("the daughter Abigail ", "He said no", "he said no"),
        ("on Monday, ", "The talks", "the talks"),
        ("It rains; ", "We stay", "we stay"),
        ("It rains. ", "We stay", "We stay"),
        ("He said: ", "We stay", "We stay"),
        ('He said "', "We stay", "We stay"),
        ("", "We stay", "We stay"),
        (" ", "We stay", "We stay"),
        ("on Monday ", "Anna stays", "Anna stays"),
        ("on Monday ", "I stay", "I stay"),
        ("ON MONDAY ", "THE TALKS", "THE TALKS"),
        ("OLD HALL, ", "A LONG MEETING", "A LONG MEETING"),
        ("on the ", "A4 motorway", "A4 motorway"),
        ("when ", "A.C. Milan won", "A.C. Milan won"),
        ("the ", "Under-Secretary left", "Under-Secretary left"),
        ("then ", "It's late", "it's late"),
        ("then ", "A man left", "a man left"),
        ("on Monday ", "Theodore stays", "Theodore stays"),
    ],
)
def test_a_translation_goes_on_in_the_middle_of_a_sentence(
    before: str, target: str, expected: str
) -> None:
    assert continued(before, target) == expected


def planner(protection: Protection = Protection.HIDE, max_pieces: int = 12) -> Planner:
    return Planner("it", lambda text: len(text.split()), max_pieces, protection)


def shown(parts: tuple[str | Unit, ...]) -> list[str]:
    return [part.text if isinstance(part, Unit) else repr(part) for part in parts]


def test_addresses_go_behind_placeholders() -> None:
    (unit,) = planner().plan("Scrivi a posta@esempio.it o visita www.esempio.it oggi")
    assert isinstance(unit, Unit)
    assert unit.text == "Scrivi a ｟0｠ o visita ｟1｠ oggi"
    assert unit.hidden == ("posta@esempio.it", "www.esempio.it")


def test_without_placeholders_the_text_is_split_around_addresses() -> None:
    parts = planner(Protection.SPLIT).plan(
        "Scrivi a posta@esempio.it, o visita www.esempio.it oggi."
    )
    assert [part for part in shown(parts) if part != "''"] == [
        "Scrivi a",
        "' '",
        "'posta@esempio.it'",
        "', '",
        "o visita",
        "' '",
        "'www.esempio.it'",
        "' '",
        "oggi.",
    ]


def test_numbers_behind_placeholders_are_written_in_english() -> None:
    (unit,) = planner().plan("Costa 1.250,50 euro alle 14.30")
    assert isinstance(unit, Unit)
    assert unit.text == "Costa 1.250,50 euro alle 14.30"
    (again,) = planner().replan(unit, Protection.HIDE_NUMBERS)
    assert isinstance(again, Unit)
    assert (again.text, again.hidden) == ("Costa ｟0｠ euro alle ｟1｠", ("1,250.50", "14.30"))


def test_long_texts_are_split_at_the_strongest_boundary_near_the_middle() -> None:
    text = (
        "uno due tre quattro, cinque sei sette; otto nove dieci, undici dodici tredici quattordici"
    )
    assert shown(planner().plan(text)) == [
        "uno due tre quattro, cinque sei sette;",
        "' '",
        "otto nove dieci, undici dodici tredici quattordici",
    ]


def test_texts_without_spaces_are_split_between_characters() -> None:
    chinese = Planner("zh", len, 5, Protection.SPLIT)
    assert shown(chinese.plan("春天来了花开了")) == ["春天来", "了花开了"]


def test_one_gigantic_word_is_copied() -> None:
    text = "parola " * 3 + "x" * 4000
    parts = planner(max_pieces=140).plan(text)
    assert "x" * 4000 in "".join(
        part.hidden[0] if isinstance(part, Unit) else part for part in parts
    )


@pytest.mark.parametrize(
    "text",
    ["", "   ", "12:30", "€ 25,50", "10 km", "🔥🔥", "https://esempio.it", "---", "3 x 4 cm"],
)
def test_texts_without_language_have_no_units(text: str) -> None:
    assert "".join(part for part in planner().plan(text) if isinstance(part, str)) == text


def test_white_space_inside_counts_as_one_space() -> None:
    (lead, unit, tail) = planner().plan("\tuna\n  riga\u2028spezzata \n")
    assert (lead, tail) == ("\t", " \n")
    assert isinstance(unit, Unit)
    assert unit.text == "una riga spezzata"


def test_shouted_text_is_given_in_lower_case_but_its_addresses_are_not() -> None:
    (unit,) = planner().plan("SCRIVI A INFO@ESEMPIO.IT ORA")
    assert isinstance(unit, Unit)
    assert unit.text == "Scrivi a ｟0｠ ora"
    assert (unit.hidden, unit.shouted) == (("INFO@ESEMPIO.IT",), True)


@given(st.text(max_size=200), st.sampled_from([Protection.HIDE, Protection.SPLIT]))
def test_plans_keep_every_word_in_order(text: str, protection: Protection) -> None:
    parts = planner(protection, max_pieces=4).plan(text)
    whole = "".join(part.source if isinstance(part, Unit) else part for part in parts)
    assert whole.split() == text.split()


@pytest.mark.parametrize(
    "text",
    [
        "a" + " " * 20_000 + "b",
        "." * 20_000 + " ciao",
        "ciao " + "." * 20_000 + "!",
        "http://" + "." * 20_000 + "x",
        "<a " * 5_000,
        "{n, plural, " * 3_000,
        "a.b" * 5_000,
        "1 " * 5_000 + "x",
        "🔥" * 5_000,
        "_a" * 5_000,
        "(" * 5_000,
        "- " * 5_000 + "x",
    ],
    ids=lambda text: text[:6],
)
def test_no_text_takes_long(text: str) -> None:
    """Patterns that backtrack would take hours here; there is no clock in this test."""
    for protection in (Protection.HIDE, Protection.SPLIT):
        whole = "".join(
            part.source if isinstance(part, Unit) else part
            for part in planner(protection).plan(text)
        )
        assert whole.split() == text.split()
    with_manner_of(text, text)
    flags_of(text, text[::-1], (), "it")
