"""Columns of others in corpora: kept in the same format to the last byte, named where another format has no place for them."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pyarrow as pa
import pytest
from cli_support import normalize
from corpus_support import HEADER, make_pair
from pyarrow import parquet as pq

from normalize import corpus
from normalize.config import FilterConfig
from normalize.corpus import DedupOptions, Part, Size, SplitOptions
from normalize.writers import FORMATS, write_corpus

TSV = (
    "url\tsrc_text\tscore\ttrg_text\tlaser\n"
    "http://a\tIl treno parte.\t\tThe train leaves.\t1.10\n"
    "http://b\tIl treno parte.\t-0.5\tThe train leaves.\t\n"
    "http://c\tLa casa è grande.\t-9\tThe house is big.\t0.70\n"
)
KEPT = "".join(TSV.splitlines(keepends=True)[:2])


@pytest.fixture
def tsv(tmp_path: Path) -> Path:
    path = tmp_path / "crawl.it-en.tsv"
    path.write_text(TSV, encoding="utf-8")
    return path


def test_a_filter_keeps_the_lines_of_a_table_as_they_stand(tsv: Path, tmp_path: Path) -> None:
    out = tmp_path / "clean.it-en.tsv"
    made = corpus.filter_corpus(tsv, out, FilterConfig(), "0.1.0")
    assert out.read_text(encoding="utf-8") == KEPT
    assert made.left_out == {}


def test_dedup_and_split_do_too(tsv: Path, tmp_path: Path) -> None:
    out = tmp_path / "unique.it-en.tsv"
    corpus.remove_duplicates(tsv, out, DedupOptions(), "0.1.0")
    head, first, second, third = TSV.splitlines(keepends=True)
    assert out.read_text(encoding="utf-8") == head + second + third, "the scored one is kept"
    options = SplitOptions(Size(pairs=1), Size(pairs=1))
    made = corpus.split(tsv, tmp_path / "parts", ["tsv", "moses"], options, "0.1.0")
    lines = [
        line
        for part in Part
        for line in (tmp_path / f"parts/{part}.it-en.tsv").read_text("utf-8").splitlines(True)
    ]
    assert lines.count(head) == 3
    assert sorted({*lines}) == sorted({head, first, second, third})
    assert set(made.left_out.values()) == {("url", "laser")}
    assert all(name.endswith(".it") for name in made.left_out)


def test_objects_keep_their_fields_their_order_and_their_spaces(tmp_path: Path) -> None:
    lines = [
        '{"target":"The train leaves.",  "source":"Il treno parte.", "meta": {"n": 1.50}, "score": "high"}\n',
        '{"meta": null, "translation": {"it": "La casa.", "en": "The house."}}\n',
        '{"source": "La casa.", "target": "The house.", "url": "http://c"}\n',
    ]
    path, out = tmp_path / "it-en.jsonl", tmp_path / "clean.it-en.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    corpus.filter_corpus(path, out, FilterConfig(), "0.1.0", tmp_path / "rejected.jsonl")
    assert out.read_text(encoding="utf-8") == "".join(lines[:2])
    made = corpus.filter_corpus(path, tmp_path / "it-en.tsv", FilterConfig(), "0.1.0")
    assert list(made.left_out.values()) == [("meta", "score")]


def test_what_is_rejected_loses_no_column_silently(tsv: Path, tmp_path: Path) -> None:
    rejected = tmp_path / "rejected.jsonl"
    out = tmp_path / "clean.it-en.tsv"
    made = corpus.filter_corpus(tsv, out, FilterConfig(), "0.1.0", rejected)
    assert made.left_out == {str(rejected): ("url", "laser")}


def test_rows_keep_their_types_and_the_file_its_metadata(tmp_path: Path) -> None:
    day = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    table = pa.table(
        {
            "source": pa.array(["Il treno parte.", "x" * 3000, "La casa."]),
            "when": pa.array([day, day, None], pa.timestamp("ns", "UTC")),
            "target": pa.array(["The train leaves.", "y" * 3000, "The house."]),
            "site": pa.array(["a", "b", "a"]).dictionary_encode(),
            "tags": pa.array([["p", "q"], [], None], pa.list_(pa.string())),
            "rank": pa.array([1, 2, 3], pa.int8()),
        }
    ).replace_schema_metadata({"made by": "somebody"})
    path, out = tmp_path / "it-en.parquet", tmp_path / "clean.it-en.parquet"
    pq.write_table(table, path)
    corpus.filter_corpus(path, out, FilterConfig(), "0.1.0")
    before, after = pq.read_table(path), pq.read_table(out)
    assert after.schema.equals(before.schema, check_metadata=True)
    assert after.equals(before.take([0, 2]))
    made = corpus.filter_corpus(path, tmp_path / "it-en.tsv", FilterConfig(), "0.1.0")
    assert list(made.left_out.values()) == [("when", "site", "tags", "rank")]


@pytest.mark.parametrize("ending", ["tsv", "jsonl", "parquet"])
def test_a_score_of_others_is_a_score(tmp_path: Path, ending: str) -> None:
    rows = [{"source": "Rifiuta", "target": "Reject", "score": -0.25, "n": 1}]
    path = tmp_path / f"it-en.{ending}"
    if ending == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif ending == "jsonl":
        path.write_text(json.dumps(rows[0]) + "\n", encoding="utf-8")
    else:
        path.write_text("n\tsource\ttarget\tscore\n1\tRifiuta\tReject\t-0.25\n", "utf-8")
    corpus.convert(path, tmp_path / "out", ["jsonl"], "0.1.0")
    (unit,) = corpus.read(tmp_path / "out/it-en.jsonl")
    assert (unit.pair.score, unit.score) == (-0.25, -0.25)
    limits = FilterConfig(min_score=-0.2)
    assert corpus.filter_corpus(path, tmp_path / "x.it-en.tmx", limits, "0.1.0").kept == 0


def test_a_score_that_is_no_number_is_none(tmp_path: Path) -> None:
    path = tmp_path / "it-en.tsv"
    path.write_text("source\ttarget\tscore\nRifiuta\tReject\tnan\n", "utf-8")
    corpus.convert(path, tmp_path / "out", FORMATS, "0.1.0")
    assert next(iter(corpus.read(tmp_path / "out/it-en.jsonl"))).pair.score == 0.0
    made = corpus.filter_corpus(path, tmp_path / "y.it-en.tsv", FilterConfig(), "0.1.0")
    assert made.kept == 1
    assert (tmp_path / "y.it-en.tsv").read_bytes() == path.read_bytes()


def test_a_memory_says_what_of_it_is_not_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "it-en.tmx"
    path.write_text(
        '<?xml version="1.0"?><tmx version="1.4"><header creationtool="x" creationtoolversion="1" datatype="plaintext" '
        'segtype="sentence" adminlang="en" srclang="it" o-tmf="x"/><body><tu usagecount="3"><note>by hand</note>'
        '<prop type="domain">rail</prop><tuv xml:lang="it"><seg>Il <hi>treno</hi> parte.</seg></tuv>'
        '<tuv xml:lang="en"><seg>The train leaves.</seg></tuv><tuv xml:lang="de"><seg>Der Zug.</seg></tuv></tu></body></tmx>',
        encoding="utf-8",
    )
    made = corpus.filter_corpus(path, tmp_path / "clean.it-en.tmx", FilterConfig(), "0.1.0")
    assert list(made.left_out.values()) == [
        ("tu usagecount", "note", "prop domain", "hi", "tuv de")
    ]


def test_nothing_of_our_own_corpora_is_left_out(tmp_path: Path) -> None:
    pair = make_pair(0, "Il treno.", "The train.", flags=("loop",))
    write_corpus(tmp_path, HEADER, [pair], FORMATS)
    for name in ("it-en.tmx", "it-en.it", "it-en.tsv", "it-en.jsonl", "it-en.parquet"):
        assert corpus.convert(tmp_path / name, tmp_path / "out", FORMATS, "0.1.0").left_out == ()
        assert [unit.others for unit in corpus.read(tmp_path / name)] == [()]
    for ending in ("tsv", "jsonl", "parquet"):
        out = tmp_path / f"same.it-en.{ending}"
        keep = FilterConfig(drop_flags=())
        corpus.filter_corpus(tmp_path / f"it-en.{ending}", out, keep, "0.1.0")
        if ending == "parquet":
            assert pq.read_table(out).equals(pq.read_table(tmp_path / "it-en.parquet"))
        else:
            assert out.read_bytes() == (tmp_path / f"it-en.{ending}").read_bytes()


def test_the_commands_name_what_they_leave_out(tsv: Path, tmp_path: Path) -> None:
    done = normalize("corpus", "filter", tsv.name, "-o", "clean.it-en.jsonl", cwd=tmp_path)
    assert b"normalize: clean.it-en.jsonl: no place for url, laser: left out\n" in done.stderr
    (line,) = (tmp_path / "clean.it-en.jsonl").read_text(encoding="utf-8").splitlines()
    assert "url" not in json.loads(line)
    done = normalize("corpus", "dedup", tsv.name, "-o", "unique.it-en.tsv", cwd=tmp_path)
    assert b"no place" not in done.stderr
    done = normalize("corpus", "split", tsv.name, "-o", "p", "--formats", "tmx", cwd=tmp_path)
    assert done.stderr.count(b"no place for url, laser: left out") == 1
    done = normalize("corpus", "convert", tsv.name, "-o", "o", "--formats", "tsv", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        0, b"normalize: o: no place for url, laser: left out\n",
    )  # fmt: skip
