"""A glance at many lines, the search for n-grams and the bounds on gains against what they stand for."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

from normalize.evidence.alphabet import GAP
from normalize.evidence.charlm import ORDER, CharacterModel, character_model
from normalize.stages.repair import Repairer, RepairLevel
from normalize.stages.repair.clean import _Deficits, is_clean, is_plain
from normalize.stages.repair.glance import glance
from normalize.stages.repair.glue import may_be_glued
from normalize.stages.repair.oddities import _ODD, _ODD_QUOTE, odd_places, odd_quotes
from normalize.stages.repair.readings import BROKEN_MARGIN, ranked_readings
from normalize.stages.repair.signs import most_for_oddness, oddness
from normalize.stages.repair.words import WORDS_JUDGED, for_spelling, most_for_spelling

LANGUAGES = ("it", "tr", "en")
SENTENCES = (
    "The ferry from İzmir to Çeşme was late again on Tuesday.",
    "Il caffè di Niccolò è più buono perché lo fa città per città.",
    "Müdür, öğrencilere “yarın okul yok” dedi; kimse inanmadı.",
    "He paid €20 for the naïve painting – a résumé of the artist’s life.",
    "News fromReuters and an iPhone at McDonald's cost R&D &amp; sales £5.",
    "Il librodella nonna costa 35°C, mentre birÇok kişi güldü.",
    "Plain words only, with nothing to see in them.",
)
SIGNS = "aeiouszAEIÇ  .,’‘“”«»‹›éèàùìòçğışöüÀÈâêÃÂÄÅ€ÝÞÐýþð\x80\x92¿¡\xa0¸Ω‡–—…34³²½°•\t&;\r\x00😀"


def spoilt(seed: int) -> list[str]:
    """Many lines, most with characters where they may not belong; the last one without its end."""
    rng = random.Random(seed)
    lines = []
    for number in range(400):
        chars = list(rng.choice(SENTENCES)[: rng.choice((0, 1, 2, 9, 40, 99))])
        for _ in range(rng.choice((0, 0, 1, 2, 5))):
            chars.insert(rng.randrange(len(chars) + 1), rng.choice(SIGNS))
        lines.append("".join(chars) + ("" if number == 399 else rng.choice(("\n", "\n", "\r\n"))))
    return lines


def body(line: str) -> str:
    """A line without its end."""
    return line.removesuffix("\n").removesuffix("\r") if line.endswith("\n") else line


@pytest.mark.parametrize("seed", range(4))
def test_what_a_glance_passes_needs_nothing(seed: int) -> None:
    lines = spoilt(seed)
    seen = glance(lines, glue=True)
    assert len(seen.closely) < len(lines) - 50
    for place, line in enumerate(lines):
        needs_nothing = is_clean(body(line)) and not may_be_glued(body(line))
        if line.isascii():
            assert place not in seen.intact
            assert place in seen.closely or needs_nothing
            assert place in seen.closely or is_plain(line) or "&" in line or "aAa" in kinds(line)
        else:
            assert (place in seen.intact) == needs_nothing, line
            assert (place in seen.closely) != needs_nothing, line


def kinds(line: str) -> str:
    """A line with `a` for small letters and `A` for capitals."""
    return re.sub("[A-Z]", "A", re.sub("[a-z]", "a", line))


def test_characters_are_judged_together_as_alone() -> None:
    windows = [("the – artist"[:9], 4), ("già è qui", 4), ("L’è tutta", 2), ("x ë y", 2)]
    together, alone, small = _Deficits(), _Deficits(), _Deficits(most=2)
    together.learn(windows)
    for placed in windows:
        assert together[placed] == pytest.approx(alone[placed], abs=1e-4)
        assert together[placed] == pytest.approx(small[placed], abs=1e-4)
    assert alone[windows[1]] < 1.0 < alone[windows[3]]
    assert len(small._found) <= 2


@pytest.mark.parametrize("seed", range(2))
def test_lines_of_a_document_without_trust_are_repaired_as_alone(seed: int) -> None:
    repairer = Repairer()
    for line in [line for line in spoilt(seed) if line.endswith("\n")]:
        assert repairer.document().repair([line, "\n", line])[0] == repairer.repair_line(line)


def test_glued_words_pass_where_the_rule_is_off() -> None:
    lines = ["News fromReuters.\n", "Ve birÇok iPhone.\n", "Città fromReuters.\n"]
    assert glance(lines, glue=True).closely == [0, 1, 2]
    assert glance(lines, glue=False).closely == [1]  # `birÇok` may be damage
    assert glance(lines, glue=False).intact == [2]


def test_bold_repair_looks_at_every_line_beyond_ascii() -> None:
    repairer = Repairer(RepairLevel.AGGRESSIVE, apostrophes=False, diacritics=False)
    seen = repairer.glance(["Città.\n", "Plain.\n", "Perché no?\n"])
    assert (seen.closely, seen.intact) == ([0, 2], [])
    assert Repairer(diacritics=True).glance(["Plain.\n"]).closely == [0]


@pytest.mark.parametrize("seed", range(3))
def test_odd_places_are_counted_block_by_block(seed: int) -> None:
    for line in spoilt(seed):
        text = line.replace("\n", " ")
        if not text.isascii():
            assert odd_places(text) == len(_ODD.findall(text)), text
            unopened = int(text.count("”") > text.count("“") + text.count("„"))
            unopened += int(text.count("»") > text.count("«"))
            assert odd_quotes(text) == len(_ODD_QUOTE.findall(text)) + unopened, text


def test_every_n_gram_is_found_and_no_other() -> None:
    model = character_model()
    every = np.concatenate(model.grams)
    assert (model._find(every) == np.arange(len(every))).all()
    absent = np.setdiff1d(every + np.uint64(1), every)
    assert (model._find(absent) == len(every)).all()
    assert all(int(grams[0]) >> 10 * order for order, grams in enumerate(model.grams))
    assert not (every & np.uint64(GAP) == GAP).any()


def test_a_long_text_is_scored_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(SENTENCES)
    whole = character_model().nats(text)
    monkeypatch.setattr("normalize.evidence.charlm._CHUNK", ORDER + 20)
    assert (character_model().nats(text) == whole).all()


def test_the_score_of_a_text_is_that_of_its_longest_known_n_grams() -> None:
    units = np.array([20, 21], dtype=np.uint64)
    pairs = np.array([20 << 10 | 21], dtype=np.uint64)
    nothing = np.zeros(0, dtype=np.uint64)
    model = CharacterModel(
        [units, pairs, nothing, nothing, nothing],
        [np.array([[10], [20]], np.uint8), np.array([[5]], np.uint8)]
        + [np.zeros((0, 1), np.uint8)] * 3,
        [np.array([[3], [7]], np.uint8), np.array([[9]], np.uint8)]
        + [np.zeros((0, 1), np.uint8)] * 3,
    )
    scores = model._score(np.array([20, 21, 21, 99, GAP, 20], dtype=np.uint64))[:, 0]
    # known; known pair; after the pair: backed off twice; unseen after a known symbol; no history
    assert scores / np.float32(-0.08) == pytest.approx([10, 5, 20 + 7 + 9, 225 + 7, 225, 10])


def test_totals_and_readings_are_those_of_their_own_methods() -> None:
    model = character_model()
    totals, readings = model.totals_and_readings(SENTENCES, [0, 2])
    assert (totals == model.totals(SENTENCES)).all()
    assert (readings == model.readings(SENTENCES, [0, 2])).all()
    each = model.readings_in_each(SENTENCES, [0, 2])
    assert (each.max(axis=1) == readings).all()


@pytest.mark.parametrize("seed", range(3))
def test_no_reading_that_is_good_enough_is_left_out_early(seed: int) -> None:
    passed = 0
    for line in spoilt(seed)[:150]:
        text = body(line).strip()
        if not text:
            continue
        every = ranked_readings(text, LANGUAGES, number=8)
        early = ranked_readings(text, LANGUAGES, number=8, least=BROKEN_MARGIN)
        if every and every[0].gain >= BROKEN_MARGIN:
            passed += 1
            assert early == every
        else:
            assert early == []
    assert passed


def test_bounds_hold() -> None:
    gains = [40.0, 3.0, 12.0, 7.0, -2.0, 99.0]
    for count in range(len(gains) + 1):
        assert for_spelling(gains[:count]) <= most_for_spelling(count)
    assert most_for_spelling(9) == for_spelling([99.0] * WORDS_JUDGED)
    lines = [body(line) for line in spoilt(5)]
    for before, after in zip(lines, reversed(lines), strict=True):
        assert oddness(before, after) <= most_for_oddness(before)
