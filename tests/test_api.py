"""The Python API of the contract, on packages made for the tests."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from translation_support import build_package

import normalize
from normalize.errors import PlanError


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> normalize.Pipeline:
    folder: Path = tmp_path_factory.mktemp("packages")
    build_package(folder / "it_en", "it")
    return normalize.Pipeline(
        normalize.Config(sources=("it",), packages=(str(folder / "it_en"),), beam=1)
    )


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
    with pytest.raises(TypeError, match="item 1 is a int"):
        list(pipeline.process(["Il gatto dorme.", 5]))  # type: ignore[list-item]


def test_a_wrong_level_names_the_nearest() -> None:
    with pytest.raises(PlanError, match="did you mean 'safe'"):
        normalize.repair("Ciao", level="saef")
