"""The Python API of the contract, on packages made for the tests."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

import normalize
from normalize.errors import PlanError


@pytest.fixture(scope="module")
def pipeline(packages: tuple[str, ...]) -> normalize.Pipeline:
    return normalize.Pipeline(normalize.Config(sources=("it",), packages=packages, beam=1))


def test_a_pipeline_travels_to_another_process_and_gives_the_same(
    pipeline: normalize.Pipeline,
) -> None:
    texts = [
        "Il gatto dorme sul tavolo.\n\ud800 lone\u2028La casa è bella.\x00\r\nfine",
        "",
        "\n\n",
    ]
    copy = pickle.loads(pickle.dumps(pipeline))
    results = list(pipeline.process(texts))
    assert list(copy.process(iter(texts))) == results
    assert pickle.loads(pickle.dumps(results)) == results


def test_what_is_no_series_of_texts_is_refused(pipeline: normalize.Pipeline) -> None:
    with pytest.raises(TypeError, match="not one text"):
        pipeline.process("Il gatto dorme.")
    with pytest.raises(TypeError, match="not one text"):
        pipeline.process(normalize.Document("a", "Il gatto dorme."))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="texts are expected, not None"):
        pipeline.process(None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="item 1 is a int"):
        list(pipeline.process(["Il gatto dorme.", 5]))  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"text of item 0: .*not bytes; decode it first"):
        list(pipeline.process([normalize.Document("a", b"x")]))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"config: a Config is expected, not dict; write Pipeline"):
        normalize.Pipeline({"sources": ("it",)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: normalize.repair(None), "text: a text (str) is expected, not None"),  # type: ignore[arg-type]
        (lambda: normalize.repair(b"x"), 'text: a text (str) is expected, not bytes; decode it first, as in data.decode("utf-8")'),  # type: ignore[arg-type]
        (lambda: normalize.repair("x", languages="it"), "languages: a list of texts is expected, not one text; write languages=("),
        (lambda: normalize.detect(b"x"), "text: a text (str) is expected, not bytes; decode it first"),  # type: ignore[arg-type]
        (lambda: normalize.detect(["x"]), "text: a text (str) is expected, not list; give the text to identify"),  # type: ignore[arg-type]
        (lambda: normalize.translate("x", "it"), "texts: a list of texts is expected, not one text; write translate([text]"),
        (lambda: normalize.translate(None, "it"), "texts: a list of texts is expected, not None"),  # type: ignore[arg-type]
        (lambda: normalize.translate([None], "it"), "texts[0]: a text (str) is expected, not None; leave it out"),  # type: ignore[list-item]
        (lambda: normalize.translate(["x", b"y"], "it"), "texts[1]: a text (str) is expected, not bytes; decode"),  # type: ignore[list-item]
        (lambda: normalize.translate(["x"], None), "source: a text (str) is expected, not None; give the language"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused_by_the_argument_s_name(
    call: Callable[[], object], expected: str
) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value).startswith(expected)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: normalize.detect("x", detector="defualt"), "did you mean 'default'"),
        (lambda: normalize.translate(["x"], "it", beam=0), "beam: 0 is out of range"),
        (lambda: normalize.translate(["x"], "it", mbr=-1), "mbr: -1 is out of range"),
        (lambda: normalize.translate(["x"], "italian"), "ISO 639"),
    ],
)
def test_wrong_values_are_plan_errors(call: Callable[[], object], expected: str) -> None:
    with pytest.raises(PlanError, match=expected):
        call()


def test_a_wrong_level_names_the_nearest() -> None:
    with pytest.raises(PlanError, match="did you mean 'safe'"):
        normalize.repair("Ciao", level="saef")
