"""The chain of stages over a fake translator: structure kept, offsets right, nothing lost, no dependence on company."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from normalize.config import Config
from normalize.document import Fix, FixKind, Translation
from normalize.pipeline import Pipeline, pair_id
from normalize.stages.read import Line, split_lines
from normalize.stages.translate import FakeTranslator
from normalize.windows import ConvertedWindow, Window, final_spans

PAGE = """# Japan and the United States

Articoli correlati

The minister arrived in Rome on Monday. He will leave tomorrow.

| Topic | Note |
|---|---|
| Trade | The talks went well |

- Questo sito web utilizza i cookie per migliorare la navigazione degli utenti.
- Reklam yükleniyor...

Rifiuta"""


class Fakes:
    """One fake translator for all languages, which remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def for_language(self, code: str) -> Fakes:
        self.code = code
        return self

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        self.asked += texts
        return FakeTranslator(f"{self.code}-en@fake").translate(texts)


def convert(pipeline: Pipeline, documents: Iterable[tuple[str, str]]) -> Iterator[ConvertedWindow]:
    def windows() -> Iterator[Window]:
        for name, text in documents:
            yield from pipeline.analyse(name, [list(split_lines(text))])

    return pipeline.convert(windows())


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(Config(), Fakes())


def test_structure_is_kept_and_only_foreign_segments_change(pipeline: Pipeline) -> None:
    (window,) = convert(pipeline, [("page", PAGE)])
    lines = window.text.split("\n")
    assert len(lines) == len(PAGE.split("\n"))
    changed = [line for line, before in zip(lines, PAGE.split("\n"), strict=True) if line != before]
    assert changed == [
        "«en» Articoli correlati",
        "- «en» Questo sito web utilizza i cookie per migliorare la navigazione degli utenti.",
        "- «en» Reklam yükleniyor...",
        "«en» Rifiuta",
    ]


def test_offsets_point_at_the_source_in_the_repaired_document(pipeline: Pipeline) -> None:
    text = "Perch&eacute; no?\r\nReklam yükleniyor...\r\n"
    (window,) = convert(pipeline, [("page", text)])
    repaired = "Perché no?\r\nReklam yükleniyor...\r\n"
    assert [repaired[s.start : s.end] for s in window.segments] == [
        s.source for s in window.segments
    ]
    kinds = [fix.kind for fix in window.segments[0].fixes]
    assert kinds == [FixKind.ENTITY]
    assert window.segments[1].fixes == ()


def test_pairs_carry_what_the_contract_asks(pipeline: Pipeline) -> None:
    (window,) = convert(pipeline, [("a/page.txt", PAGE)])
    pair = next(pair for pair in window.pairs if pair.source == "Articoli correlati")
    assert (pair.source_lang, pair.target_lang, pair.document) == ("it", "en", "a/page.txt")
    assert pair.target == "«en» Articoli correlati"
    assert PAGE[pair.start : pair.end] == pair.source
    assert pair.id == pair_id("a/page.txt", pair.start, pair.end, "it")
    assert pair.model == "it-en@fake"
    assert 0 < pair.language_probability <= 1


def test_results_do_not_depend_on_company(pipeline: Pipeline) -> None:
    documents = [(f"d{n}", text) for n, text in enumerate((PAGE, "Ciao a tutti.", "", PAGE[::-1]))]
    together = {window.document: window for window in convert(pipeline, documents)}
    for name, text in documents:
        (alone,) = convert(pipeline, [(name, text)])
        assert together[name] == alone


def test_long_documents_come_as_windows_in_order_and_equal_segments_are_asked_once() -> None:
    fakes = Fakes()
    pipeline = Pipeline(Config(), fakes)
    text = (PAGE + "\n\n") * 400
    windows = list(convert(pipeline, [("long", text)]))
    assert len(windows) > 3
    assert [window.is_last for window in windows] == [False] * (len(windows) - 1) + [True]
    out = "".join(window.text for window in windows)
    assert out.replace(FakeTranslator.MARK, "") == text
    assert len(fakes.asked) == len(set(fakes.asked))
    starts = [segment.start for window in windows for segment in window.segments]
    assert starts == sorted(starts)


def test_an_empty_document_is_one_empty_window(pipeline: Pipeline) -> None:
    (window,) = convert(pipeline, [("empty", "")])
    assert (window.text, window.segments, window.is_last) == ("", (), True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_any_text_comes_out_whole_when_nothing_is_repaired(text: str) -> None:
    pipeline = Pipeline(Config(repair="off"), Fakes())
    out = "".join(window.text for window in convert(pipeline, [("x", text)]))
    assert out.replace(FakeTranslator.MARK, "") == text.replace(FakeTranslator.MARK, "")


@pytest.mark.parametrize("space", [" ", "   ", "\t"])
def test_a_line_too_long_for_memory_loses_no_space_where_it_is_cut(
    pipeline: Pipeline, space: str
) -> None:
    text = space.join(["Plenty of words that nobody broke into lines.", "So"] * 5_000)
    assert len(list(split_lines(text))) > 3
    assert "".join(window.text for window in convert(pipeline, [("long", text)])) == text


def test_seeds_keep_their_lines(pipeline: Pipeline, seeds: Path) -> None:
    for path in sorted(seeds.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        out = "".join(window.text for window in convert(pipeline, [(path.name, text)]))
        assert out.count("\n") == text.count("\n")


def test_fixes_are_placed_where_their_result_ends_up() -> None:
    fixes = [
        Fix(FixKind.ENTITY, 10, "&amp;", "&"),
        Fix(FixKind.WHITESPACE, 0, "  ", ""),
        Fix(FixKind.GLUED, 2, "", " "),
    ]
    assert final_spans(fixes) == [(9, 10), (0, 0), (2, 3)]


def test_a_line_is_what_ends_with_a_line_feed() -> None:
    assert [line.text for line in split_lines("a\r\nb\u2028c\n")] == ["a\r\n", "b\u2028c\n"]
    assert list(split_lines("")) == []
    assert list(split_lines("x")) == [Line("x")]
