"""Identification in context: documents, the sample pages, and lines in two languages."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from normalize.document import Block, BlockKind, Decision, Labelled, Language, Piece
from normalize.stages.identify import Identifier, detector

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "cases"
FURNITURE = json.loads((CASES / "furniture.json").read_text("utf-8"))
PAGES: dict[str, list[str]] = json.loads((CASES / "lid-pages.json").read_text("utf-8"))
SPANS = json.loads((CASES / "lid-spans.json").read_text("utf-8"))
SEED_FURNITURE = {
    "Articoli correlati": "it",
    "Immagine generata dall'IA": "it",
    "Riportato dall'IA Immagine generata dall'IA": "it",
    "Riportato dall'IA": "it",
    "Questo sito web utilizza i cookie": "it",
    "Utilizziamo i cookie per l'analisi per migliorare il nostro sito.": "it",
    "Leggi la nostra politica sulla privacy per ulteriori informazioni.": "it",
    "Rifiuta": "it",
    "Reklam yükleniyor...": "tr",
}


def page(texts: Sequence[str], kind: BlockKind = BlockKind.PARAGRAPH) -> list[Block]:
    return [Block(kind, (Piece(text, True), Piece("\n", False))) for text in texts]


def decisions(blocks: Sequence[Block]) -> list[Decision]:
    rows = Identifier(detector()).document().identify(blocks)
    return [part.decision for row in rows for part in row if part.decision is not None]


def test_furniture_in_context_reaches_its_floor() -> None:
    right = 0
    for case in FURNITURE:
        lines = PAGES[case["context"]]
        blocks = [
            *page(lines[:2]), *page([case["original"]], BlockKind.LIST_ITEM), *page(lines[2:])
        ]  # fmt: skip
        right += decisions(blocks)[2].language.code == case["expected"]
    assert right / len(FURNITURE) >= 0.97


def seed_segments(name: str) -> list[str]:
    """The lines of a sample page, cut at sentence ends and table cells."""
    text = (ROOT / "seeds" / name).read_text("utf-8")
    found = []
    for line in text.split("\n"):
        cells = line.strip("|").split("|") if line.startswith("|") else [line.lstrip("- ")]
        for cell in cells:
            found += [part.strip() for part in re.split(r"(?<=[.!?])\s+(?=[A-Z])", cell)]
    return [part for part in found if part]


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "seeds").glob("*.txt")))
def test_sample_pages_are_labelled_right(name: str) -> None:
    texts = seed_segments(name)
    wrong = []
    for text, decision in zip(texts, decisions(page(texts)), strict=True):
        expected = SEED_FURNITURE.get(text)
        code = decision.language.code
        if code != expected if expected else code not in {"en", "und"}:
            wrong.append((text, decision))
    assert wrong == []


def test_pieces_join_to_the_block_and_glue_has_no_decision() -> None:
    blocks = [
        Block(
            BlockKind.LIST_ITEM,
            (Piece("- ", False), Piece("Leggi tutto", True), Piece("\n", False)),
        ),
        Block(BlockKind.BLANK, (Piece("\n", False),)),
        Block(BlockKind.PARAGRAPH, (Piece(PAGES["en"][0], True), Piece("\n", False))),
    ]
    rows = Identifier(detector()).document().identify(blocks)
    assert ["".join(part.piece.text for part in row) for row in rows] == [b.text for b in blocks]
    for part in (part for row in rows for part in row):
        assert (part.decision is None) is not part.piece.is_segment


def test_code_is_never_a_language() -> None:
    found = decisions([*page(PAGES["it"]), *page(["per ogni riga della tabella"], BlockKind.CODE)])
    assert found[-1].language.code == "und"
    assert found[-1].reason == "code"


def test_context_decides_what_is_ambiguous_and_keeps_the_raw_answer() -> None:
    """`camera` is an English and an Italian word: the page decides."""
    for code in ("en", "it"):
        found = decisions([*page(PAGES[code]), *page(["Camera"], BlockKind.LIST_ITEM)])[-1]
        assert found.language.code == code
    raw = detector().detect(["Camera"])[0]
    assert found.raw == raw


def test_spanish_is_not_translated_even_on_an_italian_page() -> None:
    found = decisions(page([*PAGES["it"], PAGES["es"][1], *PAGES["it"]]))
    assert found[len(PAGES["it"])].language.code == "es"


def test_memory_is_bounded() -> None:
    document = Identifier(detector()).document()
    for _ in range(50):
        for lines in PAGES.values():
            document.identify(page(lines))
    assert len(document._seen) <= 17
    assert sum(document._seen.values()) < 17 * 65


def test_languages_seen_in_earlier_windows_count() -> None:
    document = Identifier(detector()).document()
    document.identify(page(PAGES["it"]))
    row = document.identify(page(["Camera"], BlockKind.LIST_ITEM))[0]
    assert row[0].decision is not None
    assert row[0].decision.language.code == "it"


@pytest.mark.parametrize("case", SPANS, ids=lambda case: case["label"])
def test_lines_in_two_languages_are_divided_at_the_clause(case: dict[str, Any]) -> None:
    text: str = case["original"]
    row = (
        Identifier(detector())
        .document()
        .identify([Block(BlockKind.PARAGRAPH, (Piece(text, True),))])[0]
    )
    found = [[p.piece.text, p.decision.language.code] for p in row if p.decision is not None]
    assert "".join(part.piece.text for part in row) == text
    assert found == case["expected"]


class FakeDetector:
    """Says Italian to everything, and nothing else."""

    name = "fake"

    def detect(self, texts: Sequence[str]) -> list[Language]:
        return [Language("it", 0.8) for _ in texts]


def test_any_detector_will_do() -> None:
    rows = Identifier(FakeDetector()).document().identify(page(["una cosa", "un'altra"]))
    assert [row[0] for row in rows] == [
        Labelled(Piece(text, True), Decision(Language("it", p), Language("it", 0.8), "detector"))
        for (text, p) in (("una cosa", rows[0][0].decision.language.probability),  # type: ignore[union-attr]
                          ("un'altra", rows[1][0].decision.language.probability))  # type: ignore[union-attr]
    ]  # fmt: skip
