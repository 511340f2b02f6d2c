"""Corpora read, counted and checked, ours and other people's."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from corpus_support import HEADER, NAMES, make_pair

from normalize import corpus
from normalize.corpus import Severity
from normalize.document import Fix, FixKind
from normalize.errors import InputError, UsageError
from normalize.writers import FORMATS, write_corpus

PAIRS = [
    make_pair(0, "uno due tre", "one two three", -0.1, fixes=(Fix(FixKind.GLUED, 0, "", " "),)),
    make_pair(1, "quattro", "four", -0.2, flags=("retried",)),
    make_pair(2, "uno due tre", "one two three", -0.3, document="0.txt"),
    make_pair(3, "Roma", "Roma", -0.4, document="1.txt"),
    make_pair(4, "quattro", "the four", -1.9, document="0.txt"),
]


@pytest.mark.parametrize("name", NAMES)
def test_our_corpora_have_no_problems(folder: Path, name: str) -> None:
    assert corpus.validate(folder / name) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_corpus_in_numbers(folder: Path, name: str) -> None:
    stats = corpus.stats(folder / name)
    assert stats.pairs == 5
    assert (stats.source.words, stats.target.words) == (9, 10)
    assert (stats.source.characters, stats.target.characters) == (40, 42)
    assert (stats.duplicates, stats.identical) == (1, 1)
    assert (stats.source.duplicates, stats.target.duplicates) == (2, 1)
    assert stats.languages == {"it-en": 5}
    lengths = stats.source.words_per_segment
    assert lengths is not None
    assert (lengths.least, lengths.median, lengths.most) == (1.0, 1.0, 3.0)
    assert stats.length_ratio is not None
    assert (stats.length_ratio.least, stats.length_ratio.most) == (0.57, 1.18)
    if name == "it-en.it":
        assert (stats.scores, stats.documents, stats.flags) == (None, 0, {})
    else:
        assert stats.scores is not None
        assert (stats.scores.least, stats.scores.median, stats.scores.most) == (-1.9, -0.3, -0.1)
        assert (stats.documents, stats.flags, stats.fixes) == (2, {"retried": 1}, {"glued": 1})
    assert json.loads(json.dumps(stats.as_json()))["corpus_format"] == stats.corpus_format


def test_an_empty_corpus_has_no_quantiles_and_a_warning(tmp_path: Path) -> None:
    write_corpus(tmp_path, HEADER, [], FORMATS)
    for name in NAMES:
        stats = corpus.stats(tmp_path / name)
        assert (stats.pairs, stats.scores, stats.source.words_per_segment) == (0, None, None)
        (problem,) = corpus.validate(tmp_path / name)
        assert problem.severity is Severity.WARNING
        assert "no pairs" in problem.what


@pytest.mark.parametrize("name", ["it-en", "it-en.it", "it-en.en"])
def test_a_moses_corpus_is_named_by_any_of_its_names(folder: Path, name: str) -> None:
    assert [unit.pair.target for unit in corpus.read(folder / name)] == [p.target for p in PAIRS]


def test_a_name_that_tells_nothing_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.docx").write_text("x")
    with pytest.raises(UsageError, match=r"\.tmx.*Moses"):
        corpus.stats(tmp_path / "notes.docx")
    with pytest.raises(InputError, match="no such file"):
        corpus.stats(folder / "tr-en.tmx")
    with pytest.raises(InputError, match=r"tr-en\.tr"):
        corpus.stats(folder / "tr-en")
    (tmp_path / "x.tmx").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        corpus.stats(tmp_path / "x.tmx")


@pytest.mark.parametrize("name", ["it-en.tmx", "it-en.tsv", "it-en.jsonl"])
@pytest.mark.parametrize(
    ("suffix", "compress"),
    [
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
        (".zst", zstandard.compress),
    ],
)
def test_compressed_corpora_are_read(
    folder: Path, tmp_path: Path, name: str, suffix: str, compress: Callable[[bytes], bytes]
) -> None:
    data = compress((folder / name).read_bytes())
    (tmp_path / f"{name}{suffix}").write_bytes(data)
    assert [unit.pair for unit in corpus.read(tmp_path / f"{name}{suffix}")] == PAIRS
    (tmp_path / f"cut-{name}{suffix}").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="damaged"):
        list(corpus.read(tmp_path / f"cut-{name}{suffix}"))


TMX = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4">
<header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en"
 srclang="it" datatype="plaintext"/>
<body>
<tu tuid="1"><prop type="p">x</prop>
<tuv xml:lang="it"><seg>uno <hi>due</hi> <ph x="1">&lt;br&gt;</ph>tre</seg></tuv>
<tuv xml:lang="en-GB"><seg>one</seg></tuv>
</tu>
</body>
</tmx>
"""


def test_a_tmx_of_somebody_else_is_read(tmp_path: Path) -> None:
    path = tmp_path / "memoria.tmx"
    path.write_text(TMX)
    assert corpus.validate(path) == []
    (unit,) = corpus.read(path)
    assert (unit.pair.source, unit.pair.target) == ("uno due tre", "one")
    assert (unit.line, unit.score, unit.pair.target_lang) == (6, None, "en-GB")
    path.write_bytes(TMX.replace("UTF-8", "UTF-16").encode("utf-16"))
    assert next(corpus.read(path)).pair.source == "uno due tre"


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('version="1.4"', 'version="1.4."', 2, 'version="1.4."'),
        (' o-tmf="x"', "", 3, "without the attribute o-tmf"),
        ('srclang="it" ', "", 3, "without the attribute srclang"),
        ('segtype="sentence"', 'segtype="line"', 3, 'segtype="line"'),
        ('segtype="sentence"', 'segtype="sentence" colour="red"', 3, "no attribute colour"),
        ("</tuv>\n</tu>", '</tuv>\n<prop type="q">y</prop></tu>', 9, "<prop> comes too late"),
        ('<tuv xml:lang="it">', '<tuv lang="it">', 7, "without the attribute xml:lang"),
        ('xml:lang="it"', 'xml:lang="it_IT"', 7, "it_IT"),
        ('<tu tuid="1">', '<tu tuid="1" creationdate="20250102T0304">', 6, "creationdate"),
        ("<seg>one</seg>", "", 8, "<tuv> without <seg>"),
        ("<seg>one</seg>", "<seg>one</seg><seg>1</seg>", 8, "a second <seg>"),
        ("<seg>one</seg>", "<seg>one</seg>stray", 8, "text inside <tuv>"),
        ("<seg>one</seg>", "<seg><b>one</b></seg>", 8, "<b> is no element"),
        ('srclang="it"', 'srclang="tr"', 6, "no variant in the source language 'tr'"),
        ("<body>", "<tu></tu><body>", 5, "<tu> inside <tmx>"),
        ("uno", "uno &auml;", 7, "not well-formed"),
        ("uno", "uno \x01", 7, "not well-formed"),
        ("</body>\n</tmx>\n", "", 10, "not well-formed"),
    ],
)
def test_what_breaks_the_rules_of_tmx_is_found(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    assert TMX.count(old) == 1 or old == 'xml:lang="it"'
    path = tmp_path / "x.tmx"
    path.write_text(TMX.replace(old, new))
    found = [p for p in corpus.validate(path) if p.severity is Severity.ERROR]
    assert (line, True) in [(problem.line, what in problem.what) for problem in found], found
    assert all(problem.advice for problem in found)
    with pytest.raises(InputError):
        list(corpus.read(path))


def test_a_paragraph_memory_and_a_lonely_variant_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "x.tmx"
    lonely = '<tu><tuv xml:lang="it"><seg>solo</seg></tuv></tu></body>'
    path.write_text(TMX.replace('"sentence"', '"paragraph"').replace("</body>", lonely))
    found = corpus.validate(path)
    assert [(p.line, p.severity) for p in found] == [(3, Severity.WARNING), (10, Severity.WARNING)]
    assert len(list(corpus.read(path))) == 1


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
        '<!ENTITY % a SYSTEM "http://example.org/x.dtd"> %a;',
    ],
)
def test_entities_are_refused_before_they_do_harm(tmp_path: Path, declaration: str) -> None:
    path = tmp_path / "x.tmx"
    path.write_text(TMX.replace("<tmx", f"<!DOCTYPE tmx [{declaration}]>\n<tmx"))
    (problem,) = corpus.validate(path)
    assert "entities" in problem.what
    with pytest.raises(InputError, match="entities"):
        list(corpus.read(path))


def test_moses_files_of_different_length_are_found(tmp_path: Path) -> None:
    (tmp_path / "it-en.it").write_text("uno\ndue\ntre\n")
    (tmp_path / "it-en.en").write_text("one\ntwo\n")
    (problem,) = corpus.validate(tmp_path / "it-en")
    assert (problem.line, problem.severity) == (0, Severity.ERROR)
    assert "it-en.it has 3 and it-en.en has 2" in problem.what


@pytest.mark.parametrize(
    ("data", "what", "severity"),
    [
        (b"uno\r\n", "CR LF", Severity.ERROR),
        (b"uno\tdue\n", "a control character, tab or line break", Severity.ERROR),
        ("uno\u2028due\n".encode(), "a control character, tab or line break", Severity.ERROR),
        (b"\xef\xbb\xbfuno\n", "byte order mark", Severity.ERROR),
        (b"citt\xe0\n", "not UTF-8 at byte 4", Severity.ERROR),
        (b"uno", "no line end", Severity.WARNING),
        (b" \n", "the source is empty", Severity.WARNING),
    ],
)
def test_what_breaks_a_line_is_found(
    tmp_path: Path, data: bytes, what: str, severity: Severity
) -> None:
    (tmp_path / "it-en.it").write_bytes(data)
    (tmp_path / "it-en.en").write_bytes(b"one\n")
    (problem,) = corpus.validate(tmp_path / "it-en")
    assert what in problem.what
    assert (problem.line, problem.severity) == (1, severity)


def test_a_tsv_of_somebody_else_is_read(tmp_path: Path) -> None:
    path = tmp_path / "it-en.tsv"
    path.write_text('src_url\tsrc_text\ttrg_text\tscore\nhttp://a\t"uno"\tone\t0.75\n')
    assert corpus.validate(path) == []
    (unit,) = corpus.read(path)
    assert (unit.pair.source, unit.pair.target, unit.score) == ('"uno"', "one", 0.75)
    path.write_text("en\tit\none\tuno\n")
    assert next(corpus.read(path)).pair.source == "uno"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("uno\tone\n", 1, "no column holds the source"),
        ("source\tx\nuno\tone\n", 1, "no column holds the target"),
        ("source\ttarget\nuno\tone\tmore\n", 2, "3 columns instead of the header's 2"),
        ("source\ttarget\tscore\nuno\tone\thigh\n", 2, "'score' should be a number"),
        ("", 1, "the header is missing"),
    ],
)
def test_what_breaks_a_tsv_is_found(tmp_path: Path, text: str, line: int, what: str) -> None:
    (tmp_path / "x.tsv").write_text(text)
    found = corpus.validate(tmp_path / "x.tsv")
    assert (line, True) in [(problem.line, what in problem.what) for problem in found], found


def test_wrong_values_in_our_columns_are_found(folder: Path, tmp_path: Path) -> None:
    lines = (folder / "it-en.tsv").read_text("utf-8").split("\n")
    cells = lines[1].split("\t")
    cells[7] = "x"
    lines[1] = "\t".join(cells)
    (tmp_path / "x.tsv").write_text("\n".join(lines))
    (problem,) = corpus.validate(tmp_path / "x.tsv")
    assert (problem.line, problem.what) == (
        2,
        "the column 'start' should be a whole number, not 'x'",
    )


def test_json_lines_of_somebody_else_are_read(tmp_path: Path) -> None:
    path = tmp_path / "it-en.jsonl"
    path.write_text(
        '{"translation": {"en": "one", "it": "uno"}}\n{"source": "due", "target": "two"}\n'
    )
    assert corpus.validate(path) == []
    texts = [(unit.pair.source, unit.pair.target) for unit in corpus.read(path)]
    assert texts == [("uno", "one"), ("due", "two")]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "Expecting"),
        ("[]", "not a JSON object"),
        ('{"source": "uno"}', "'target' is missing"),
        ('{"source": "uno", "target": 1}', "'target' is missing or not a text"),
        ('{"source": "uno", "target": "one", "score": NaN}', "NaN is no JSON number"),
        ('{"translation": {"it": "uno", "en": null}}', "two texts"),
        ("", "an empty line"),
    ],
)
def test_what_breaks_json_lines_is_found(tmp_path: Path, line: str, what: str) -> None:
    good = '{"source": "uno", "target": "one"}\n'
    (tmp_path / "x.jsonl").write_text(f"{good}{line}\n{good}")
    (problem,) = corpus.validate(tmp_path / "x.jsonl")
    assert problem.line == 2
    assert what in problem.what


def test_what_breaks_parquet_is_found(folder: Path, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "x.parquet"
    path.write_bytes((folder / "it-en.parquet").read_bytes()[:-20])
    assert "not readable as Parquet" in corpus.validate(path)[0].what
    pq.write_table(pa.table({"source": ["uno"], "goal": ["one"]}), path)
    assert corpus.validate(path)[0].what == "no column 'target'"
    pq.write_table(pa.table({"source": [1], "target": ["one"]}), path)
    assert corpus.validate(path)[0].what == "the column 'source' is int64, not string"
    pq.write_table(pa.table({"source": ["uno", None], "target": ["one", "two"]}), path)
    (problem,) = corpus.validate(path)
    assert (problem.line, problem.what) == (2, "source or target is null")


def test_values_out_of_range_are_found(tmp_path: Path) -> None:
    pairs = [make_pair(0, "uno", "one"), make_pair(0, "due", "")]
    write_corpus(tmp_path, HEADER, pairs, ["jsonl"])
    text = (tmp_path / "it-en.jsonl").read_text("utf-8").replace("0.9,", "1.5,", 1)
    (tmp_path / "it-en.jsonl").write_text(text.replace('"start": 0', '"start": 9', 1))
    found = corpus.validate(tmp_path / "it-en.jsonl")
    assert [(problem.line, problem.what) for problem in found] == [
        (1, "the language probability is 1.5"),
        (1, "the offsets are 9 to 3"),
        (2, "the target is empty"),
        (2, "the id 'id0' has been used before"),
    ]
    assert str(found[0]).startswith("error: line 1: the language probability")


def test_validation_stops_at_its_limit(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("[]\n" * 50)
    assert len(corpus.validate(tmp_path / "x.jsonl", limit=7)) == 7


@pytest.mark.parametrize("name", [name for name in NAMES if name != "it-en.it"])
def test_a_corpus_is_converted_without_loss(folder: Path, tmp_path: Path, name: str) -> None:
    corpus.convert(folder / name, tmp_path, FORMATS, "0.1.0")
    for other in NAMES:
        if other != "it-en.it":
            assert [unit.pair for unit in corpus.read(tmp_path / other)] == PAIRS
    for side in ("it-en.it", "it-en.en"):
        assert (tmp_path / side).read_bytes() == (folder / side).read_bytes()


def test_what_is_not_known_stays_untold(tmp_path: Path) -> None:
    (tmp_path / "it-en.it").write_text("uno\n")
    (tmp_path / "it-en.en").write_text("one\n")
    files = corpus.convert(tmp_path / "it-en", tmp_path / "out", ["tmx"], "0.1.0").files
    assert list(files) == ["it-en.tmx"]
    text = (tmp_path / "out" / "it-en.tmx").read_text("utf-8")
    assert "<tu>\n<tuv" in text
    assert corpus.stats(tmp_path / "out" / "it-en.tmx").scores is None
    assert corpus.validate(tmp_path / "out" / "it-en.tmx") == []


def test_mixed_and_unknown_languages_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "memory.tmx"
    path.write_text(TMX)
    assert list(corpus.convert(path, tmp_path / "out", ["tsv"], "0.1.0").files) == ["it-en.tsv"]
    other = '<tu srclang="tr"><tuv xml:lang="tr"><seg>a</seg></tuv><tuv xml:lang="en"><seg>b</seg>'
    path.write_text(TMX.replace("</body>", f"{other}</tuv></tu></body>"))
    with pytest.raises(InputError, match="line 10: tr-en among it-en"):
        corpus.convert(path, tmp_path / "mixed", ["tsv"], "0.1.0")
    assert list((tmp_path / "mixed").iterdir()) == []
    (tmp_path / "x.tsv").write_text("source\ttarget\nuno\tone\n")
    with pytest.raises(InputError, match="languages of the corpus are not known"):
        corpus.convert(tmp_path / "x.tsv", tmp_path / "out", ["tmx"], "0.1.0")
