"""The short cuts of identification give what the long way gives: words, addresses, windows of many texts, plain English."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.document import Block, BlockKind, LabelledBlock, Piece
from normalize.stages.identify import Identifier, context, detector, rules
from normalize.stages.identify.default import DefaultDetector
from normalize.stages.identify.features import WORD, words
from normalize.stages.identify.plain import Proofs, prove_english
from normalize.stages.identify.wordcodes import WordCodes

CASES = Path(__file__).parent / "cases"
PAGES: dict[str, list[str]] = json.loads((CASES / "lid-pages.json").read_text("utf-8"))
EXPECTED = ("en", "it", "tr")
WORDLIKE = st.text(
    st.sampled_from(
        "aAzZè'’İığşñß 42_-.,“”—½ªµ\N{COMBINING ACUTE ACCENT}новה हि\n\t\N{NO-BREAK SPACE}"
    ),
    max_size=30,
)
ADDRESSES = st.lists(
    st.sampled_from(
        ["www.", "WWW.", "a", "Z", "com", ".", ".it", ":", "http", "mailto:", "/", "@", "#", "&", "amp;", " ", "7", "_", "è", "-", "\n"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


def long_words(text: str) -> tuple[str, ...]:
    """The definition: every run that `WORD` finds, with its apostrophes parted."""
    found: list[str] = []
    for match in WORD.finditer(text):
        found += _parted(match.group().replace("’", "'"))
    return tuple(found)


def _parted(word: str) -> Iterator[str]:
    while "'" in word:
        left, right = word.split("'", 1)
        if len(left) > 5 or not ("'" in right or len(right) >= 4 or right.isupper()):
            yield from (left, "'" + right)
            return
        yield left + "'"
        word = right
    yield word


@given(WORDLIKE | st.text(max_size=40))
def test_words_are_found_alike_in_every_encoding(text: str) -> None:
    assert words(text) == long_words(text)
    assert words(text + " ж") == (*long_words(text), "ж")  # beyond windows-1252: the other way


@given(ADDRESSES | st.text(max_size=40))
def test_addresses_are_looked_for_wherever_one_may_be(text: str) -> None:
    assert rules.bare(text) == rules._MIXED.sub(" ", rules._ADDRESS.sub(" ", text))


SPACED = st.text(
    st.sampled_from("ab'’è\t \n\x1c\x1f\N{NO-BREAK SPACE}\N{EN SPACE}İ🔥\ud800\0"), max_size=40
)


@given(st.lists(SPACED | st.text(max_size=50), min_size=1, max_size=6))
def test_every_word_of_many_texts_gets_its_own_code(texts: list[str]) -> None:
    def code(word: str) -> int:
        return 11 + sum(word.encode("utf-8", "surrogatepass")) % 240

    expected = bytes([10])
    for text in texts:
        words_in = re.split("[\t-\r\x1c-\x20\xa0]+", text.replace("\0", " "))
        expected += bytes([*(code(word) for word in words_in if word), 10])
    codes = WordCodes(code, 10)
    assert codes.of(texts) == expected
    assert codes.of(texts) == expected, "remembered words have the same codes"


def test_words_that_share_their_places_are_told_apart() -> None:
    numbers = [f"w{number}" for number in range(60_000)]
    codes = WordCodes(lambda word: int(word[1:]) % 200 + 20, 10)
    wanted = bytes(int(word[1:]) % 200 + 20 for word in numbers)
    for _ in range(2):
        assert codes.of([" ".join(numbers)]) == b"\n" + wanted + b"\n"


def glued(languages: Sequence[str], seed: int, count: int) -> list[str]:
    """Lines of English with a clause of another language before or after a part of them."""
    chance = random.Random(seed)
    lines = []
    for _ in range(count):
        english = chance.choice(PAGES["en"]).rstrip(".").split()
        other = chance.choice(PAGES[chance.choice(languages)]).split()
        at = chance.randrange(max(1, len(other) - 8))
        clause = " ".join(other[at : at + chance.randint(3, 8)])
        halves = [" ".join(english[: chance.randint(5, 14)]), clause[0].upper() + clause[1:]]
        if chance.random() < 0.5:
            halves.reverse()
        lines.append(" ".join(half[0].upper() + half[1:] for half in halves))
    return lines


def test_answers_for_many_texts_are_those_for_each() -> None:
    lines = [*glued(("it", "tr", "es", "pl"), 1, 120), *PAGES["en"], "x", "", "42", "новости дня"]
    chosen = DefaultDetector()
    together = chosen.weigh(lines)
    divided = chosen.divide(lines, EXPECTED)
    for line, evidence, boundary in zip(lines, together, divided, strict=True):
        assert chosen.weigh([line]) == [evidence]
        assert chosen.detect([line]) == [evidence.language]
        assert chosen.divide([line], EXPECTED) == [boundary]
        assert chosen.weigh([line], alternatives=[False])[0].language == evidence.language
        assert chosen.weigh([line], alternatives=[False])[0].rule == evidence.rule
    assert any(divided)


def test_a_text_of_very_many_words_is_weighed_by_its_first_and_named_by_all() -> None:
    chosen = DefaultDetector()
    long = " ".join(["Ankara", "Roma", "e", "Napoli"] * 150)
    assert chosen.weigh([long, "Rifiuta"]) == [*chosen.weigh([long]), *chosen.weigh(["Rifiuta"])]


@pytest.mark.parametrize(
    ("line", "mostly"),
    [
        ("The aka of the mayor, an umbu bird, was seen at the harbour by them.", True),
        (
            "The umbu aka bird was seen by the two sailors who were with them at the old harbour.",
            True,
        ),
        ("The umbu aka zorble was seen by the sailors of grunsk and wexler.", False),
        ("The harbour was closed, and limandaki gemiler fırtına yüzünden bekledi.", False),
    ],
)
def test_english_with_a_few_unknown_words_is_english(line: str, mostly: bool) -> None:
    assert prove_english([line]).mostly == [mostly]


@pytest.mark.parametrize("seed", range(3))
def test_plain_english_is_english_throughout_by_the_model(seed: int) -> None:
    """A text that passes has no boundary and no other language on the long way."""
    others = [code for code in PAGES if code != "en"]
    lines = [*glued(("it", "tr"), seed, 400), *glued(others, seed, 100)]
    lines += [line for code in others for line in PAGES[code]]
    proofs = prove_english(lines)
    plain = [line for line, proof in zip(lines, proofs.throughout, strict=True) if proof]
    assert DefaultDetector().divide(plain, EXPECTED) == [None] * len(plain)
    mostly = [line for line, proof in zip(lines, proofs.mostly, strict=True) if proof]
    assert set(plain) < set(mostly)
    whole = [
        line
        for line, cut in zip(mostly, DefaultDetector().divide(mostly, EXPECTED), strict=True)
        if cut is None
    ]
    assert [line for line in whole if detector().detect([line])[0].code != "en"] == []


def test_most_english_is_plain() -> None:
    assert sum(prove_english(PAGES["en"]).throughout) >= len(PAGES["en"]) - 1


@pytest.mark.parametrize(
    "line",
    [
        "Riportato dall'IA The harbour was closed because of the wind and the rain.",
        "The harbour was closed because of the wind Programın her bölümü izlendi",
        "The ships that were in the harbour had to wait: La capsula arriva domani",
        "The harbour and the station were closed, said the mayor Giorni di pioggia",
    ],
)
def test_glued_lines_are_not_plain(line: str) -> None:
    assert not prove_english([line]).throughout[0]


@pytest.mark.parametrize(
    "line",
    [
        "They don't know where the harbour is, and we haven't told them.",
        "Those who come to the harbour with the mayor have met the sailors.",
        "The sailors of Gülşen Yıldız and the mayor have been at the harbour.",
    ],
)
def test_contractions_and_names_are_plain(line: str) -> None:
    assert prove_english([line]).throughout[0]


def pages(seed: int) -> list[Block]:
    """A page of blocks that mix languages: sentences, fragments, glued lines, one block of code."""
    chance = random.Random(seed)
    blocks = []
    for _ in range(25):
        pieces: list[Piece] = []
        for _ in range(chance.randint(1, 4)):
            line = chance.choice(PAGES[chance.choice(["en", "en", "en", "it", "tr", "de"])])
            kind = chance.random()
            if kind < 0.2:
                line = " ".join(line.split()[: chance.randint(1, 5)])
            elif kind < 0.4:
                line = glued(("it", "tr"), chance.randrange(1_000), 1)[0]
            pieces += [Piece(line, True), Piece(" ", False)]
        kinds = [BlockKind.PARAGRAPH] * 5 + [BlockKind.LIST_ITEM, BlockKind.CODE]
        blocks.append(Block(chance.choice(kinds), tuple(pieces)))
    return blocks


def labelled(blocks: Sequence[Block], size: int) -> list[LabelledBlock]:
    document = Identifier(detector()).document()
    return [
        block
        for start in range(0, len(blocks), size)
        for block in document.label(blocks[start : start + size])
    ]


@pytest.mark.parametrize("seed", range(8))
def test_mixed_pages_are_cut_and_named_alike_without_the_short_cut(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = pages(seed)
    short = labelled(blocks, 25)
    nothing = [False] * 1_000
    monkeypatch.setattr(
        context, "prove_english", lambda t: Proofs(nothing[: len(t)], nothing[: len(t)])
    )
    long = labelled(blocks, 25)
    assert [block.text for block in short] == [block.text for block in blocks]
    for one, other in zip(short, long, strict=True):
        assert one.pieces == other.pieces
        codes = [[made.language.code for made in block.decisions] for block in (one, other)]
        assert codes[0] == codes[1]


def test_plain_sentences_are_english_wherever_windows_end() -> None:
    blocks = [Block(BlockKind.PARAGRAPH, (Piece(line, True),)) for line in PAGES["en"] * 5]
    assert labelled(blocks, 1) == labelled(blocks, 7) == labelled(blocks, 20)
