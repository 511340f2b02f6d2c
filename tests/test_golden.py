"""The sample pages through all stages but the translator: byte for byte what was reviewed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from normalize.config import Config, FilterConfig
from normalize.document import Translation
from normalize.pipeline import Pipeline
from normalize.stages.read import Input, Reader
from normalize.stages.translate import FakeTranslator
from normalize.writers import pair_as_json

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.name for path in (Path(__file__).parent.parent / "seeds").glob("*.txt"))


class Fakes:
    """A fake translator for every language."""

    def __init__(self) -> None:
        self.code = ""

    def for_language(self, code: str) -> Fakes:
        self.code = code
        return self

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        return FakeTranslator(f"{self.code}-en@fake").translate(texts)


def converted(path: Path) -> tuple[str, str]:
    """The document, and its pairs as JSON Lines."""
    pipeline = Pipeline(Config(filter=FilterConfig(drop_flags=())), Fakes())
    reader = Reader(Input(path, path.name))
    windows = list(pipeline.convert(pipeline.analyse(path.name, reader.windows())))
    pairs = [pair_as_json(pair) for window in windows for pair in window.pairs]
    for pair in pairs:
        pair["language_probability"] = round(float(str(pair["language_probability"])), 2)
    lines = [json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs]
    return "".join(window.text for window in windows), "".join(lines)


@pytest.mark.parametrize("name", NAMES)
def test_seeds_are_as_reviewed(name: str, seeds: Path, request: pytest.FixtureRequest) -> None:
    text, pairs = converted(seeds / name)
    document, corpus = GOLDEN / name, GOLDEN / f"{name}.jsonl"
    if request.config.getoption("--update-golden"):
        GOLDEN.mkdir(exist_ok=True)
        document.write_bytes(text.encode())
        corpus.write_bytes(pairs.encode())
    assert text.encode() == document.read_bytes()
    assert pairs.encode() == corpus.read_bytes()


def test_there_is_a_golden_file_for_every_seed_and_no_other() -> None:
    expected = sorted([*NAMES, *(f"{name}.jsonl" for name in NAMES)])
    assert sorted(path.name for path in GOLDEN.iterdir()) == expected
