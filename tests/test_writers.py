"""One stream of pairs in five formats: the same pairs, the same order, whatever is in them."""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize import corpus
from normalize.document import Fix, FixKind, Flag, Rejection, SegmentPair
from normalize.errors import PlanError
from normalize.writers import (
    FORMATS,
    CorpusHeader,
    corpus_names,
    pair_as_json,
    pair_from_json,
    write_corpus,
    write_rejections,
)
from normalize.writers import parquet as parquet_writer
from normalize.writers.base import HashingStream
from normalize.writers.tmx import TmxWriter

DATA = Path(__file__).parent / "data"
CASES = json.loads((Path(__file__).parent / "cases" / "hostile-text.json").read_text("utf-8"))
MODEL = "it-en@0123456789ab"
HEADER = CorpusHeader(
    "it", "en", "0.1.0", "it-en|v:0.1.0", "20250102T030405Z", ((MODEL, "01" * 32),)
)
FIX = Fix(FixKind.APOSTROPHE_ACCENT, 4, "a'", "à", "rule", 1.5, guess=True)
NAMES = ["it-en.tmx", "it-en.it", "it-en.en", "it-en.tsv", "it-en.jsonl", "it-en.parquet"]


@pytest.fixture(autouse=True, scope="module")
def _no_fsync() -> Iterator[None]:
    """Durability has its own tests; here it would only be slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


def make_pair(number: int = 0, source: str = "La città", target: str = "The city") -> SegmentPair:
    return SegmentPair(
        id=f"pagina.txt#{number}",
        source_lang="it",
        target_lang="en",
        source=source,
        target=target,
        score=-0.25,
        document="cartella/pagina.txt",
        start=number * 10,
        end=number * 10 + len(source),
        language_probability=0.97,
        fixes=(FIX,),
        model=MODEL,
        flags=(Flag.RETRIED.value,),
    )


HOSTILE = [make_pair(n, case["original"], case["original"]) for n, case in enumerate(CASES)]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    write_corpus(folder, HEADER, HOSTILE, FORMATS)
    return folder


def parse_tmx(path: Path) -> Any:
    etree = pytest.importorskip("lxml.etree")
    return etree.parse(path, etree.XMLParser(resolve_entities=False, huge_tree=True))


def assert_valid_tmx(path: Path) -> None:
    etree = pytest.importorskip("lxml.etree")
    tree = parse_tmx(path)
    dtd = etree.DTD(DATA / "tmx14.dtd")
    assert dtd.validate(tree), dtd.error_log.filter_from_errors()
    schema = etree.XMLSchema(etree.parse(DATA / "tmx14.xsd"))
    assert schema.validate(tree), schema.error_log
    assert corpus.validate(path) == []


def test_the_files_are_named_as_in_the_contract(hostile: Path) -> None:
    assert sorted(path.name for path in hostile.iterdir()) == sorted(NAMES)
    assert [name for each in FORMATS for name in corpus_names(HEADER, each)] == NAMES


def test_tmx_is_valid_with_hostile_text(hostile: Path) -> None:
    etree = pytest.importorskip("lxml.etree")
    tree = parse_tmx(hostile / "it-en.tmx")
    for schema in (
        etree.DTD(DATA / "tmx14.dtd"),
        etree.XMLSchema(etree.parse(DATA / "tmx14.xsd")),
    ):
        assert schema.validate(tree), schema.error_log


def test_the_schemas_refuse_what_they_should(tmp_path: Path) -> None:
    etree = pytest.importorskip("lxml.etree")
    dtd = etree.DTD(DATA / "tmx14.dtd")
    schema = etree.XMLSchema(etree.parse(DATA / "tmx14.xsd"))
    write_corpus(tmp_path, HEADER, [make_pair()], ["tmx"])
    good = (tmp_path / "it-en.tmx").read_text("utf-8")
    for old, new in (
        ('version="1.4"', 'version="1.4."'),
        (' srclang="it"', ""),
        ('segtype="sentence"', 'segtype="line"'),
        ("</tuv>\n</tu>", '</tuv>\n<prop type="x-late">x</prop></tu>'),
        ('<tuv xml:lang="it">', "<tuv>"),
    ):
        assert good.count(old) == 1
        tree = etree.fromstring(good.replace(old, new).encode()).getroottree()
        assert not dtd.validate(tree), old
        assert not schema.validate(tree), old
    tree = etree.fromstring(good.replace("T030405Z", "T030405").encode()).getroottree()
    assert not schema.validate(tree)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["label"] for case in CASES])
def test_hostile_text_reads_back_from_tmx(hostile: Path, number: int) -> None:
    unit = parse_tmx(hostile / "it-en.tmx").getroot().findall("body/tu")[number]
    segments = [seg.text or "" for seg in unit.findall("tuv/seg")]
    assert segments == [CASES[number]["expected"]["tmx"]] * 2


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["label"] for case in CASES])
def test_hostile_text_reads_back_from_lines(hostile: Path, number: int) -> None:
    expected = CASES[number]["expected"]["line"]
    for name in ("it-en.it", "it-en.en"):
        lines = (hostile / name).read_bytes().decode("utf-8").split("\n")
        assert lines[number] == expected
        assert len(lines) == len(CASES) + 1
    with (hostile / "it-en.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == len(CASES)
    assert (rows[number]["source"], rows[number]["target"]) == (expected, expected)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["label"] for case in CASES])
def test_hostile_text_reads_back_unchanged_from_json_and_parquet(
    hostile: Path, number: int
) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    expected = re.sub("[\ud800-\udfff]", "\ufffd", CASES[number]["original"])
    lines = (hostile / "it-en.jsonl").read_text("utf-8").split("\n")
    assert json.loads(lines[number])["source"] == expected
    row = pq.read_table(hostile / "it-en.parquet").slice(number, 1).to_pylist()[0]
    assert (row["source"], row["target"]) == (expected, expected)


@pytest.mark.parametrize("name", ["it-en.it", "it-en.en", "it-en.tsv", "it-en.jsonl"])
def test_every_reader_of_lines_counts_the_same(hostile: Path, name: str) -> None:
    data = (hostile / name).read_bytes()
    expected = len(CASES) + (name == "it-en.tsv")
    assert data.count(b"\n") == expected
    assert len(data.decode("utf-8").splitlines()) == expected
    assert len(list(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))) == expected


def test_every_replaced_character_is_counted(tmp_path: Path) -> None:
    pair = make_pair(source="a\x00b\u2028c", target="\ud800\uffff\tx")
    files = write_corpus(tmp_path, HEADER, [pair], FORMATS)
    counts = {name: file.substituted for name, file in files.items()}
    assert counts == {
        "it-en.tmx": 3,
        "it-en.it": 4,
        "it-en.en": 4,
        "it-en.tsv": 4,
        "it-en.jsonl": 1,
        "it-en.parquet": 1,
    }


def test_a_segment_of_a_megabyte(tmp_path: Path) -> None:
    pair = make_pair(source="parola " * 150_000 + "&", target="word]]> " * 130_000)
    write_corpus(tmp_path, HEADER, [pair], FORMATS)
    assert_valid_tmx(tmp_path / "it-en.tmx")
    for name in NAMES:
        (unit,) = corpus.read(tmp_path / name)
        assert (unit.pair.source, unit.pair.target) == (pair.source, pair.target)


def test_an_empty_corpus_is_a_valid_one(tmp_path: Path) -> None:
    files = write_corpus(tmp_path, HEADER, [], FORMATS)
    assert {file.count for file in files.values()} == {0}
    tree = parse_tmx(tmp_path / "it-en.tmx")
    assert tree.getroot().findall("body/tu") == []
    for name in NAMES:
        assert list(corpus.read(tmp_path / name)) == []


def test_all_formats_hold_the_same_pairs_in_the_same_order(tmp_path: Path) -> None:
    pairs = [make_pair(n, f"frase {n % 7}", f"sentence {n % 7}") for n in range(100)]
    write_corpus(tmp_path, HEADER, iter(pairs), FORMATS)
    for name in ("it-en.tmx", "it-en.tsv", "it-en.jsonl", "it-en.parquet"):
        assert [unit.pair for unit in corpus.read(tmp_path / name)] == pairs, name
    texts = [(unit.pair.source, unit.pair.target) for unit in corpus.read(tmp_path / "it-en.it")]
    assert texts == [(pair.source, pair.target) for pair in pairs]


def test_the_same_pairs_give_the_same_bytes(tmp_path: Path) -> None:
    first = write_corpus(tmp_path / "1", HEADER, HOSTILE, FORMATS)
    second = write_corpus(tmp_path / "2", HEADER, HOSTILE, FORMATS)
    for name in NAMES:
        data = (tmp_path / "1" / name).read_bytes()
        assert data == (tmp_path / "2" / name).read_bytes()
        assert first[name].sha256 == second[name].sha256
        assert first[name].size == len(data)
        assert first[name].count == len(HOSTILE)


def test_a_failing_source_leaves_no_file(tmp_path: Path) -> None:
    def failing() -> Iterator[SegmentPair]:
        yield make_pair()
        message = "the source broke"
        raise RuntimeError(message)

    (tmp_path / "it-en.tsv").write_text("old")
    with pytest.raises(RuntimeError, match="the source broke"):
        write_corpus(tmp_path, HEADER, failing(), FORMATS)
    assert [path.name for path in tmp_path.iterdir()] == ["it-en.tsv"]
    assert (tmp_path / "it-en.tsv").read_text() == "old"


def test_a_misspelt_format_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="'parquet'"):
        write_corpus(tmp_path, HEADER, [], ["parket"])
    with pytest.raises(PlanError, match="choose among tmx, moses"):
        corpus_names(HEADER, "qqq")


def test_a_format_named_twice_is_written_once(tmp_path: Path) -> None:
    assert list(write_corpus(tmp_path, HEADER, [make_pair()], ["tsv", "tsv"])) == ["it-en.tsv"]


def test_machine_translation_is_marked_in_tmx(tmp_path: Path) -> None:
    pairs = [make_pair(), replace(make_pair(1), model="", flags=(), fixes=())]
    write_corpus(tmp_path, HEADER, pairs, ["tmx"])
    translated, copied = parse_tmx(tmp_path / "it-en.tmx").getroot().findall("body/tu")
    source, target = translated.findall("tuv")
    assert target.get("creationid") == "normalize-mt"
    assert target.get("creationdate") == "20250102T030405Z"
    assert source.get("creationid") is None
    properties = {prop.get("type"): prop.text for prop in translated.findall("prop")}
    assert properties == {
        "x-mt-engine": "CTranslate2",
        "x-mt-model": MODEL,
        "x-mt-score": "-0.25",
        "x-document": "cartella/pagina.txt",
        "x-offsets": "0-8",
        "x-lid-probability": "0.97",
        "x-fixes": json.dumps(
            [json.loads(json.dumps(pair_as_json(pairs[0])))["fixes"][0]], ensure_ascii=False
        ),
        "x-flags": "retried",
    }
    assert [variant.get("creationid") for variant in copied.findall("tuv")] == [None, None]
    assert "x-mt-engine" not in {prop.get("type") for prop in copied.findall("prop")}
    header = parse_tmx(tmp_path / "it-en.tmx").getroot().find("header")
    stated = {prop.get("type"): prop.text for prop in header.findall("prop")}
    assert stated["x-mt-model-sha256"] == f"{MODEL} {'01' * 32}"


def test_without_a_date_none_is_written(tmp_path: Path) -> None:
    write_corpus(tmp_path, replace(HEADER, created=None), [make_pair()], ["tmx"])
    assert_valid_tmx(tmp_path / "it-en.tmx")
    assert "creationdate" not in (tmp_path / "it-en.tmx").read_text("utf-8")


def test_translate_toolkit_reads_the_tmx(hostile: Path) -> None:
    tmx = pytest.importorskip("translate.storage.tmx")
    with (hostile / "it-en.tmx").open("rb") as stream:
        store = tmx.tmxfile(stream, sourcelanguage="it", targetlanguage="en")
    assert len(store.units) == len(CASES)
    for unit, case in zip(store.units, CASES, strict=True):
        expected = case["expected"]["tmx"]
        assert (unit.source or "", unit.target or "") == (expected, expected)
    assert [unit.getid() for unit in store.units] == [pair.id for pair in HOSTILE]


def test_parquet_has_flat_typed_columns(hostile: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    with pq.ParquetFile(hostile / "it-en.parquet") as file:
        schema = file.schema_arrow
        metadata = file.metadata
    assert schema.names == list(pair_as_json(make_pair()))
    kinds = {name: str(schema.field(name).type) for name in schema.names}
    assert kinds["score"] == kinds["language_probability"] == "double"
    assert kinds["start"] == kinds["end"] == "int64"
    assert kinds["source"] == kinds["target"] == kinds["document"] == "string"
    assert metadata.row_group(0).column(3).compression == "ZSTD"
    assert schema.metadata[b"normalize.signature"] == HEADER.signature.encode()


def test_parquet_row_groups_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(parquet_writer, "ROW_GROUP_ROWS", 10)
    monkeypatch.setattr(parquet_writer, "ROW_GROUP_CHARACTERS", 1_000)
    pairs = [make_pair(n) for n in range(25)] + [make_pair(25, "x" * 2_000), make_pair(26)]
    write_corpus(tmp_path, HEADER, pairs, ["parquet"])
    with pq.ParquetFile(tmp_path / "it-en.parquet") as file:
        groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert groups == [10, 10, 6, 1]


def test_datasets_loads_every_format_it_knows(hostile: Path, tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    program = """
import json, sys
from datasets import load_dataset
folder = sys.argv[1]
for kind, name in (("parquet", "it-en.parquet"), ("json", "it-en.jsonl")):
    rows = load_dataset(kind, data_files=f"{folder}/{name}", split="train")
    print(json.dumps([rows.column_names, rows["id"][:], rows["source"][:], rows[0]["fixes"]]))
"""
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "HF_DATASETS_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(hostile)],
        env=os.environ | offline,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    fixes = json.loads(json.dumps(pair_as_json(make_pair())["fixes"]))
    for line in done.stdout.splitlines():
        names, ids, sources, first_fixes = json.loads(line)
        assert names == list(pair_as_json(make_pair()))
        assert ids == [pair.id for pair in HOSTILE]
        assert sources == [re.sub("[\ud800-\udfff]", "\ufffd", case["original"]) for case in CASES]
        assert first_fixes == fixes
    assert len(done.stdout.splitlines()) == 2


def test_the_json_object_is_the_contracts() -> None:
    fields = pair_as_json(make_pair())
    assert " ".join(fields) == (
        "id source_lang target_lang source target score document start end"
        " language_probability fixes model flags"
    )
    assert pair_from_json(json.loads(json.dumps(fields))) == make_pair()


@pytest.mark.parametrize(
    ("name", "value"),
    [("id", 1), ("score", "x"), ("score", True), ("start", 1.5), ("fixes", {}), ("flags", [1])],
)
def test_a_wrong_field_is_named(name: str, value: object) -> None:
    fields = pair_as_json(make_pair()) | {name: value}
    with pytest.raises(ValueError, match=name):
        pair_from_json(fields)
    del fields[name]
    with pytest.raises(ValueError, match=f"{name}.*missing"):
        pair_from_json(fields)


def test_rejections_are_written_with_their_reason(tmp_path: Path) -> None:
    pair = make_pair(source="a\u2028b")
    rejections = [
        Rejection("foto.jpg", "not-text", "JPEG"),
        Rejection("pagina.txt", "length-ratio", "9.0", pair),
        Rejection("a.jsonl#2", "not-json", "Expecting value", None, "no\u2028\ud800\x00json", 7),
    ]
    assert write_rejections(tmp_path / "rejected.jsonl", rejections) == 3
    lines = (tmp_path / "rejected.jsonl").read_text("utf-8").splitlines()
    first, second, third = map(json.loads, lines)
    known = {"document": "foto.jpg", "reason": "not-text", "value": "JPEG", "pair": None}
    assert first == {**known, "input": "", "cut_chars": 0}
    assert pair_from_json(second["pair"]) == pair
    assert (third["input"], third["cut_chars"]) == ("no\u2028\ufffd\x00json", 7)
    assert write_rejections(tmp_path / "none.jsonl", []) == 0
    assert (tmp_path / "none.jsonl").read_bytes() == b""


def test_tmx_is_written_in_constant_memory() -> None:
    class Nowhere(io.RawIOBase):
        def write(self, data: object) -> int:
            return 0

    pair = make_pair(source="parola " * 20)

    def peak(count: int) -> int:
        stream = HashingStream(Nowhere())  # type: ignore[arg-type]
        writer = TmxWriter(stream, HEADER)
        gc.collect()
        tracemalloc.start()
        for _ in range(count):
            writer.write(pair)
        writer.close()
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert stream.size > count * 300
        return highest

    peak(10)
    assert peak(2_000) < peak(200) + 50_000


any_text = st.text(st.characters(exclude_categories=()), max_size=40)
fixes = st.builds(
    Fix,
    st.sampled_from(FixKind),
    st.integers(0, 1_000_000),
    any_text,
    any_text,
    any_text,
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
pairs_of_any_text = st.builds(
    SegmentPair,
    id=any_text,
    source_lang=st.just("it"),
    target_lang=st.just("en"),
    source=any_text,
    target=any_text,
    score=st.floats(allow_nan=False, allow_infinity=False),
    document=any_text,
    start=st.integers(0, 2**40),
    end=st.integers(0, 2**40),
    language_probability=st.floats(0, 1),
    fixes=st.lists(fixes, max_size=2).map(tuple),
    model=any_text,
    flags=st.lists(st.sampled_from([flag.value for flag in Flag]), max_size=2).map(tuple),
)


Change = Callable[[str], str]


def _whole(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def _line(text: str) -> str:
    """As documented in `characters.py`, written the slow and plain way."""
    text = _whole(text).replace("\r\n", " ")
    return "".join(" " if c < " " or c in "\x7f\x85\u2028\u2029" else c for c in text)


def _xml(text: str) -> str:
    """The `Char` production of XML 1.0, the slow and plain way."""
    out = []
    for character in _whole(text):
        code = ord(character)
        legal = 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
        if legal or character in "\t\n\r":
            out.append(character)
        else:
            out.append(" " if code < 0x20 else "\ufffd")
    return "".join(out)


def _mapped(pair: SegmentPair, change: Change, change_fix: Change) -> SegmentPair:
    changed_fixes = tuple(
        replace(
            fix,
            before=change_fix(fix.before),
            after=change_fix(fix.after),
            evidence=change_fix(fix.evidence),
        )
        for fix in pair.fixes
    )
    return replace(
        pair,
        id=change(pair.id),
        source=change(pair.source),
        target=change(pair.target),
        document=change(pair.document),
        model=change(pair.model),
        fixes=changed_fixes,
    )


def _json_then_xml(text: str) -> str:
    # JSON has escaped the controls, so XML meets only the noncharacters.
    return "".join("\ufffd" if c in "\ufffe\uffff" else c for c in _whole(text))


@settings(max_examples=25, deadline=None)
@given(st.lists(pairs_of_any_text, max_size=4))
def test_writing_and_reading_gives_back_any_text(pairs: list[SegmentPair]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_corpus(folder, HEADER, pairs, FORMATS)
        read = {name: [unit.pair for unit in corpus.read(folder / name)] for name in NAMES}
        parse_tmx(folder / "it-en.tmx")
    assert read["it-en.jsonl"] == [_mapped(pair, _whole, _whole) for pair in pairs]
    assert read["it-en.parquet"] == [_mapped(pair, _whole, _whole) for pair in pairs]
    assert read["it-en.tsv"] == [_mapped(pair, _line, _whole) for pair in pairs]
    assert read["it-en.tmx"] == [_mapped(pair, _xml, _json_then_xml) for pair in pairs]
    lines = [(pair.source, pair.target) for pair in read["it-en.it"]]
    assert lines == [(_line(pair.source), _line(pair.target)) for pair in pairs]
