"""The report: everything that belongs on it, nothing that could do harm, and never too much."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from normalize.document import BlockKind, Fix, FixKind
from normalize.errors import OutputError
from normalize.report import DocumentView, RunSummary, SegmentRow, page, write_report
from normalize.report.charts import LONGEST_CHART
from normalize.report.escaping import LONGEST_TEXT
from normalize.report.rows import SHOWN_FIXES

VOID = {"meta", "input", "line"}
HOSTILE = "</script></td><img src=x onerror=alert(1)><style>*{}</style>&lt;\"'\x00\u202e\ud800"
RUN = RunSummary(
    title="Five pages",
    signature="it-en|v:0.1.0",
    tool_version="0.1.0",
    models={"it-en": "ab" * 32},
    documents_read=6,
    documents_written=5,
    documents_failed=1,
    segments_read=216,
    segments_translated=74,
    pairs_rejected=6,
    pairs={"it-en": 62, "tr-en": 1_234},
    languages={"en": 142, "it": 62, "tr": 12},
    rejected_by_reason={"length-ratio": 3},
    fixes_by_kind={"glued": 9},
    score_histogram=((-2.0, -1.0, 3), (-1.0, 0.0, 71)),
    undecided=14,
    switched=11,
    failed_inputs=(("photo.txt", "looks like a JPEG image"),),
)


class Page(HTMLParser):
    """The page as a strict reader sees it: balanced tags, texts of cells, what could run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[dict[str, str]] = []
        self.cells: list[list[str]] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._in_cell = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr" and "data-language" in attributes:
            self.rows.append(attributes)
            self.cells.append([])
        if tag == "td" and self.cells and "said" in attributes.get("class", ""):
            self.cells[-1].append("")
            self._in_cell = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "td":
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.texts.append(data)
        if self._in_cell:
            self.cells[-1][-1] += data

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


def render(tmp_path: Path, *documents: DocumentView, run: RunSummary = RUN) -> tuple[str, Page]:
    write_report(tmp_path / "report.html", run, iter(documents))
    text = (tmp_path / "report.html").read_text("utf-8")
    return text, Page(text)


def segment(source: str, target: str | None = None, language: str = "it") -> SegmentRow:
    if target is None:
        return SegmentRow(BlockKind.PARAGRAPH, source, source, "en", "en")
    return SegmentRow(
        BlockKind.PARAGRAPH, source, target, language, language, "", -0.5, changed=True
    )


def test_the_page_tells_the_run(tmp_path: Path) -> None:
    _, parsed = render(tmp_path, DocumentView("a.txt", [segment("Rifiuta", "Reject")]))
    for fact in (
        "Five pages",
        "5 of 6 documents written in English. 1 input could not be read.",
        "machine translation",
        "1,296",  # pairs of both corpora
        "photo.txt",
        "looks like a JPEG image",
        "sha256 " + "ab" * 32,
        "it-en|v:0.1.0",
        "length-ratio",
        "glued",
        "tr-en",
    ):
        assert fact in parsed.text, fact
    assert parsed.open == []
    assert parsed.cells == [["Rifiuta", "Reject"]]


def test_a_run_without_anything_is_a_page_too(tmp_path: Path) -> None:
    run = RunSummary("Nothing", "", "0.1.0")
    _, parsed = render(tmp_path, run=run)
    assert "No document came out of this run." in parsed.text
    assert "machine translation" not in parsed.text
    assert "The run in numbers" not in parsed.text
    assert "Inputs that failed" not in parsed.text


def test_the_page_needs_no_network(tmp_path: Path) -> None:
    text, parsed = render(tmp_path, DocumentView("a.txt", [segment("x", "y")]))
    assert not re.search(r"(src|href|action)=|url\(|@import|https?://", text)
    assert not {tag for tag, _ in parsed.tags} & {"link", "img", "iframe", "object", "base"}


def test_only_its_own_script_may_run(tmp_path: Path) -> None:
    text, parsed = render(tmp_path)
    (policy,) = (
        attributes["content"]
        for tag, attributes in parsed.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    (script,) = re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_hostile_text_is_text_everywhere(tmp_path: Path) -> None:
    row = SegmentRow(
        BlockKind.PARAGRAPH,
        HOSTILE,
        HOSTILE + "x",
        HOSTILE,
        HOSTILE + "y",
        HOSTILE,
        -1.0,
        (HOSTILE,),
        (Fix(FixKind.MOJIBAKE, 0, HOSTILE, HOSTILE, HOSTILE),),
        True,
    )
    run = RunSummary(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        {HOSTILE: HOSTILE},
        segments_translated=1,
        pairs={HOSTILE: 1},
        languages={HOSTILE: 1},
        rejected_by_reason={HOSTILE: 1},
        fixes_by_kind={HOSTILE: 1},
        failed_inputs=((HOSTILE, HOSTILE),),
    )
    text, parsed = render(tmp_path, DocumentView(HOSTILE, [row]), run=run)
    assert parsed.open == []
    names = [tag for tag, _ in parsed.tags]
    assert (names.count("script"), names.count("style"), names.count("img")) == (1, 1, 0)
    assert not any(name.startswith("on") for _, attributes in parsed.tags for name in attributes)
    assert "\x00" not in text
    assert "\u202e" not in text
    shown = (
        HOSTILE.replace("\x00", "\ufffd").replace("\u202e", "\ufffd").replace("\ud800", "\ufffd")
    )
    assert parsed.cells == [[shown, shown + "x"]]


def test_a_row_says_what_was_done(tmp_path: Path) -> None:
    fixes = (
        Fix(FixKind.GLUED, 4, "", " "),
        Fix(FixKind.INVISIBLE, 0, "\u200b", ""),
        Fix(FixKind.LOST_LETTER, 0, "\ufffd", "ğ", guess=True),
    )
    rows = [
        SegmentRow(BlockKind.HEADING, "Rifiuta", "Reject", "it", "und", "neighbours", -0.25),
        SegmentRow(BlockKind.PARAGRAPH, "x y", "x y", "en", "en", "", None, (), fixes, True),
        SegmentRow(BlockKind.PARAGRAPH, "x", "y", "tr", "tr", "", -2.0, ("loop",)),
        SegmentRow(BlockKind.TABLE_ROW, "123", "123", "und", "und"),
        SegmentRow(BlockKind.BLANK, "\n", "\n", "und"),
    ]
    _, parsed = render(tmp_path, DocumentView("a.txt", rows))
    marks = [row["data-marks"] for row in parsed.rows]
    assert marks == ["changed switched", "changed repaired", "changed flagged", "undecided"]
    classes = [row["class"] for row in parsed.rows]
    assert classes[0] == "heading changed"
    assert classes[1] == "paragraph repaired same"
    for fact in (
        "alone read as und: neighbours",
        "score \N{MINUS SIGN}0.25",
        "glued: added space",
        "invisible: removed U+200B",
        "lost-letter (a guess)",
        "loop",
        "undecided",
        "4 segments, 2 translated, 1 repaired",
    ):
        assert fact in parsed.text, fact
    languages = [
        attributes.get("lang")
        for tag, attributes in parsed.tags
        if tag == "td" and "said" in attributes.get("class", "")
    ]
    assert languages == ["it", "en", "en", "en", "tr", "en", "und", "und"]


def test_the_filters_name_the_marks_of_rows(tmp_path: Path) -> None:
    _, parsed = render(tmp_path)
    values = [a["value"] for tag, a in parsed.tags if tag == "input" and a["type"] == "checkbox"]
    full = SegmentRow(
        BlockKind.PARAGRAPH,
        "a",
        "b",
        "und",
        "it",
        "",
        -1.0,
        ("loop",),
        (Fix(FixKind.GLUED, 0, "", " "),),
        True,
    )
    assert sorted(values) == sorted(full.marks)


def test_a_long_text_is_cut_and_says_so(tmp_path: Path) -> None:
    _, parsed = render(tmp_path, DocumentView("a.txt", [segment("x" * 1_000_000, "y")]))
    assert len(parsed.cells[0][0]) < LONGEST_TEXT + 100
    assert parsed.cells[0][0].endswith("… (1,000,000 characters)")


def test_many_fixes_and_bars_are_summed_up(tmp_path: Path) -> None:
    fixes = (Fix(FixKind.WHITESPACE, 0, "\u00a0", " "),) * (SHOWN_FIXES + 3)
    row = SegmentRow(BlockKind.PARAGRAPH, "x", "x", "en", fixes=fixes)
    languages = {f"l{number:02}": 100 - number for number in range(LONGEST_CHART + 5)}
    run = RunSummary("x", "", "0", languages=languages)
    _, parsed = render(tmp_path, DocumentView("a.txt", [row]), run=run)
    assert "and 3 more" in parsed.text
    assert "5 more" in parsed.text


def test_a_long_document_is_cut_and_read_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "ROWS_PER_DOCUMENT", 3)
    monkeypatch.setattr(page, "ROWS_PER_PAGE", 5)
    read: list[str] = []

    def rows(name: str) -> Iterator[SegmentRow]:
        for number in range(100):
            read.append(name)
            yield segment(f"{name} {number}")

    documents = [DocumentView(name, rows(name)) for name in "abcd"]
    _, parsed = render(tmp_path, *documents)
    assert [cells[0] for cells in parsed.cells] == ["a 0", "a 1", "a 2", "b 0", "b 1"]
    assert (read.count("a"), read.count("b"), read.count("c")) == (4, 3, 0)
    assert "Only the first 3 segments are shown" in parsed.text
    assert "2 more documents are not shown" in parsed.text


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    first, _ = render(tmp_path, DocumentView("a.txt", [segment("x", "y")]))
    second, _ = render(tmp_path, DocumentView("a.txt", [segment("x", "y")]))
    assert first == second


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OutputError, match=r"report\.html"):
        write_report(tmp_path / "report.html", RUN, [])
