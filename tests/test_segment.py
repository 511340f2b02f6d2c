"""Blocks: every kind, the seeds, and the promise that blocks join to the document."""

from __future__ import annotations

import json
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize.document import Block, BlockKind
from normalize.stages.read import split_lines
from normalize.stages.segment import Segmenter, blocks
from normalize.stages.segment.wrapping import block_sizes

MARKUP = st.text(
    alphabet=st.sampled_from(list("abZÇı .!?\n\r\t|-*_#>`~=<>/p()12:+[]\x00\xa0\u2028\ufeff")),
    max_size=160,
)


def segment(text: str) -> list[Block]:
    return list(Segmenter().blocks(line.text for line in split_lines(text)))


def cases() -> list[Any]:
    found = []
    for path in sorted((Path(__file__).parent / "cases").glob("blocks-*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            marks = [pytest.mark.xfail(strict=True)] if case["expect"] == "fail" else []
            found.append(pytest.param(case, id=case["label"], marks=marks))
    return found


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]) -> None:
    found = segment(case["original"])
    assert "".join(block.text for block in found) == case["original"]
    shown = [[b.kind.value, [p.text for p in b.pieces if p.is_segment]] for b in found]
    assert shown == case["expected"]


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=300) | MARKUP)
def test_blocks_join_to_the_document(text: str) -> None:
    found = segment(text)
    assert "".join(block.text for block in found) == text
    for block in found:
        assert block.text
        for piece in block.pieces:
            assert piece.text
            if piece.is_segment:
                assert piece.text == piece.text.strip()
        if block.kind in (BlockKind.CODE, BlockKind.BLANK):
            assert not any(piece.is_segment for piece in block.pieces)


def test_seeds(seeds: Path) -> None:
    """The numbers were counted by reading the pages."""
    found = {}
    for path in sorted(seeds.glob("*.txt")):
        text = path.read_bytes().decode("utf-8")
        parts = segment(text)
        assert "".join(block.text for block in parts) == text
        kinds = Counter(block.kind for block in parts if block.kind != BlockKind.BLANK)
        pieces = sum(piece.is_segment for block in parts for piece in block.pieces)
        found[path.name[:3]] = ({kind.value: kinds[kind] for kind in sorted(kinds)}, pieces)
    assert found == {
        "000": ({"heading": 9, "paragraph": 15}, 37),
        "001": ({"code": 1, "heading": 12, "paragraph": 25}, 64),
        "002": ({"heading": 2, "paragraph": 12}, 17),
        "003": ({"code": 3, "heading": 4, "list-item": 9, "paragraph": 8, "table-row": 12}, 68),
        "004": ({"heading": 5, "paragraph": 9}, 22),
    }


def test_wrapped_text_is_one_paragraph() -> None:
    text = (
        "La biblioteca della città riapre lunedì dopo due anni di lavori, e il pubblico troverà "
        "sale più grandi, una caffetteria e un giardino sul tetto. Il direttore Carlo Bassi ha "
        "detto che i libri tornano a casa, e con loro i lettori che nel frattempo hanno usato la "
        "sede di via Mazzini. Le visite guidate cominciano martedì mattina alle dieci e durano "
        "circa un'ora."
    )
    for width in range(60, 110, 7):
        lines = [line + "\n" for line in textwrap.wrap(text, width)]
        found = list(Segmenter().blocks(lines))
        assert [block.kind for block in found] == [BlockKind.PARAGRAPH], width
        assert sum(piece.is_segment for piece in found[0].pieces) == 3


@pytest.mark.parametrize(
    "unit",
    ["- ", "# ", "#", "|", " |", "| ", "\t", "<p>", "<p> ", "<!--", "<!-- a -->", "<b>", "> ",
     "*", "**a", "[", "1. ", "|-", "+-", "a)", "<a b", ". A", "A.\u2028", "1. A ", " ", "_", "(",
     "«", "<!"],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["{}", "{}x", "a{}b<c", "# {} #"])
def test_no_line_costs_the_square_of_its_length(unit: str, frame: str) -> None:
    line = frame.format(unit * (30_000 // len(unit))) + "\n"
    start = time.process_time()
    assert "".join(block.text for block in Segmenter().blocks([line])) == line
    assert time.process_time() - start < 4.0


def test_lines_of_a_list_of_titles_stay_apart() -> None:
    titles = ["Il mercato del pesce chiude per sempre dopo cento anni di storia"] * 5
    assert block_sizes(titles) == [1] * 5


def test_work_ahead_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endless document is segmented as it comes: no rule waits for the end."""
    monkeypatch.setattr(blocks, "MAX_REGION_CHARS", 10_000)
    for first in ("```\n", "<!--\n", "---\nkey: value\n", "- voce\n", "\n", "Titolo\n"):
        taken = 0

        def endless(start: str = first) -> Iterator[str]:
            nonlocal taken
            yield from start.splitlines(keepends=True)
            while True:
                taken += 1
                yield "\n" if start == "\n" else "una riga di testo qualunque\n"

        stream = Segmenter().blocks(endless())
        for _ in range(3):
            next(stream)
        assert taken < 4_000, first


@given(MARKUP)
@settings(deadline=None)
def test_blocks_come_with_their_texts(text: str) -> None:
    lines = [line.text for line in split_lines(text)]
    found = list(Segmenter().blocks_with_texts(lines))
    assert [block for _, block in found] == list(Segmenter().blocks(lines))
    assert all(block.text == own for own, block in found)
