"""The nouns: fixes replay, values travel between processes."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, asdict, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.document import (
    Block,
    BlockKind,
    Decision,
    Fix,
    FixKind,
    LabelledBlock,
    Language,
    Piece,
    Repaired,
    Segment,
    SegmentPair,
    replay,
)
from normalize.errors import InputError


def test_fixes_apply_in_order_to_what_the_earlier_ones_left() -> None:
    fixes = [Fix(FixKind.ENTITY, 0, "&amp;", "&"), Fix(FixKind.WHITESPACE, 1, "  ", " ")]
    assert replay("&amp;  b", fixes) == "& b"


def test_fixes_of_another_text_are_refused() -> None:
    with pytest.raises(ValueError, match="expects 'x' at 0"):
        replay("abc", [Fix(FixKind.CONTROL, 0, "x", "")])


@given(st.text(), st.text(max_size=5), st.data())
def test_a_fix_undone_gives_the_text_back(text: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    there = Fix(FixKind.MOJIBAKE, start, text[start:end], new)
    back = Fix(FixKind.MOJIBAKE, start, new, text[start:end])
    assert replay(text, [there, back]) == text


def test_values_and_errors_travel_between_processes() -> None:
    pair = SegmentPair("1", "it", "en", "sì", "yes", -0.1, "a", 0, 2, 0.9)
    segment = Segment("sì", "yes", "it", 0.9, 0, 2, BlockKind.PARAGRAPH)
    error = InputError("a.txt", "binary", "only text can be converted")
    assert pickle.loads(pickle.dumps(pair)) == pair
    assert pickle.loads(pickle.dumps(segment)) == segment
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


_ENGLISH = Language("en", 0.9)


@pytest.mark.parametrize(
    "value",
    [
        Repaired("a", (Fix(FixKind.CONTROL, 0, "x", ""),)),
        Piece("a", True),
        Block(BlockKind.HEADING, (Piece("a", True),)),
        LabelledBlock(BlockKind.HEADING, (Piece("a", True),), (Decision(_ENGLISH, _ENGLISH),)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_types_with_an_init_of_their_own_are_dataclasses_like_the_others(value: Any) -> None:
    names = [each.name for each in fields(value)]
    assert list(asdict(value)) == names
    same = type(value)(**{name: getattr(value, name) for name in names})
    assert value == same == replace(value) == pickle.loads(pickle.dumps(value))
    assert hash(value) == hash(same)
    with pytest.raises(FrozenInstanceError):
        setattr(value, names[0], getattr(value, names[0]))


def test_a_text_is_repaired_without_fixes_where_none_are_given() -> None:
    assert Repaired("a") == Repaired(text="a", fixes=())
