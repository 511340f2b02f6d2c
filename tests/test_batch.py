"""Batch runs with a real, tiny package: contract of the output folder, resume, conservation, any number of workers."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
from pathlib import Path

import pytest
import zstandard
from batch_support import config, go, manifest, tree

from normalize.batch import run
from normalize.batch.parts import Layout, finished
from normalize.config import FORMATS, Config, RunOptions
from normalize.errors import ModelError, OutputError, UsageError

PAGES = {
    "a.txt": "The train is late today.\n\nArticoli correlati\nQuesto sito web utilizza i cookie.\n",
    "sub/b b 🔥.md": "# The news of the day\n\n- Reklam yükleniyor...\n- Reklam yükleniyor...\n",
    "c.txt": "",
    "d.txt": "Il treno per Roma parte alle otto.\r\nThe end of the story is near.\r\n",
}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    for name, text in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def test_the_output_folder_is_what_the_contract_says(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    result = go(pages, out, config(packages))
    names = set(tree(out))
    for pair in ("it-en", "tr-en"):
        source = pair[:2]
        for ending in ("tmx", source, "en", "tsv", "jsonl", "parquet"):
            assert f"corpus/{pair}.{ending}" in names
    assert {f"documents/{name}" for name in PAGES} <= names
    assert {"rejected.jsonl", "manifest.json", "report.html"} <= names
    assert result.failures == ()
    text = (out / "documents" / "a.txt").read_text(encoding="utf-8")
    assert text.startswith("The train is late today.\n\n")
    assert text.count("\n") == PAGES["a.txt"].count("\n")
    assert b"\r\nThe end of the story is near.\r\n" in (out / "documents" / "d.txt").read_bytes()
    assert (out / "documents" / "c.txt").read_bytes() == b""


def test_the_manifest_adds_up_and_its_digests_are_those_of_the_files(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    go(pages, out, config(packages))
    found = manifest(out)
    counts = found["counts"]
    assert counts["documents_read"] == counts["documents_written"] == len(PAGES)
    pairs = sum(counts["pairs"].values())
    assert counts["segments_translated"] == pairs + counts["pairs_rejected"]
    assert counts["segments_translated"] >= 4
    assert counts["rejected_by_reason"]["duplicate"] == 1
    assert sum(counts["languages"].values()) == counts["segments"]
    for name, entry in found["files"].items():
        content = (out / name).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["bytes"] == len(content)
    for entry in found["inputs"]:
        content = (pages / entry["name"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert found["config"]["sources"] == ["it", "tr"]
    assert found["models"]["it-en"]["sha256"]


def test_all_formats_hold_the_same_pairs(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    go(pages, out, config(packages))
    lines = (out / "corpus/it-en.jsonl").read_text(encoding="utf-8").splitlines()
    sources = [json.loads(line)["source"] for line in lines]
    assert (out / "corpus/it-en.it").read_text(encoding="utf-8").splitlines() == sources
    assert (out / "corpus/it-en.tmx").read_text(encoding="utf-8").count("<tu ") == len(sources)
    assert "Articoli correlati" in sources


def test_the_same_bytes_for_any_number_of_workers(
    pages: Path, tmp_path: Path, packages: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("normalize.batch.runner.UNIT_BYTES", 1)
    go(pages, tmp_path / "one", config(packages), workers=1)
    go(pages, tmp_path / "three", config(packages), workers=3)
    assert tree(tmp_path / "one") == tree(tmp_path / "three")


def test_a_second_run_resumes_by_digest_and_gives_the_same_bytes(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    go(pages, out, config(packages))
    before = tree(out)
    again = go(pages, out, config(packages))
    assert again.resumed == len(PAGES)
    assert tree(out) == before

    (pages / "a.txt").write_text("Something else entirely, in English.\n", encoding="utf-8")
    assert go(pages, out, config(packages)).resumed == len(PAGES) - 1
    assert go(pages, out, config(packages, formats=("tsv",))).resumed == 0
    assert sorted(path.name for path in (out / "corpus").iterdir()) == ["it-en.tsv", "tr-en.tsv"]
    assert go(pages, out, config(packages, formats=("tsv",)), resume=False).resumed == 0


def test_what_was_damaged_since_is_made_again(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    go(pages, out, config(packages))
    before = tree(out)
    (out / "documents/a.txt").write_text("half a docum", encoding="utf-8")
    layout = Layout(out)
    layout.record("d.txt").write_text('{"name": ', encoding="utf-8")
    assert go(pages, out, config(packages)).resumed == len(PAGES) - 2
    assert tree(out) == before
    assert finished(layout, "a.txt", "0" * 64, "") is None


def test_an_interrupted_run_goes_on_to_the_same_bytes(
    pages: Path, tmp_path: Path, packages: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("normalize.batch.runner.UNIT_BYTES", 1)
    go(pages, tmp_path / "whole", config(packages))

    class Interrupting:
        done = 0

        def start(self, documents: int, size: int) -> None: ...

        def advance(self, documents: int, size: int) -> None:
            self.done += documents
            if self.done == 2:
                raise KeyboardInterrupt

        def stop(self) -> None: ...

    out = tmp_path / "out"
    options = RunOptions(workers=1, memory="off")
    with pytest.raises(KeyboardInterrupt):
        run([str(pages)], out, config(packages), options, progress=Interrupting())
    assert not (out / "manifest.json").exists()
    again = run([str(pages)], out, config(packages), options)
    assert again.resumed == 2
    assert tree(out) == tree(tmp_path / "whole")


def test_inputs_that_cannot_be_read_are_recorded_and_the_rest_is_converted(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    (pages / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    whole = gzip.compress(("Il treno parte alle otto.\n" * 4000).encode(), mtime=0)
    (pages / "cut.txt.gz").write_bytes(whole[: len(whole) // 2])
    out = tmp_path / "out"
    result = go(pages, out, config(packages))
    assert {failure.name for failure in result.failures} == {"picture.png", "cut.txt.gz"}
    assert not (out / "documents/cut.txt.gz").exists()
    counts = manifest(out)["counts"]
    assert counts["documents_failed"] == 2
    assert counts["documents_read"] == len(PAGES) + 2
    lines = (out / "rejected.jsonl").read_text(encoding="utf-8").splitlines()
    rejected = [json.loads(line) for line in lines]
    assert {"picture.png", "cut.txt.gz"} <= {entry["document"] for entry in rejected}
    assert list((out / ".normalize/tmp").iterdir()) == []


def test_compressed_inputs_become_compressed_documents(
    tmp_path: Path, packages: tuple[str, ...]
) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    text = b"The first line is in English.\nRifiuta\n"
    (pages / "a.txt.gz").write_bytes(gzip.compress(text, mtime=0))
    (pages / "a.txt.bz2").write_bytes(bz2.compress(text))
    (pages / "a.txt.xz").write_bytes(lzma.compress(text))
    (pages / "a.txt.zst").write_bytes(zstandard.compress(text))
    out = tmp_path / "out"
    assert go(pages, out, config(packages)).failures == ()
    documents = out / "documents"
    texts = {
        gzip.decompress((documents / "a.txt.gz").read_bytes()),
        bz2.decompress((documents / "a.txt.bz2").read_bytes()),
        lzma.decompress((documents / "a.txt.xz").read_bytes()),
        zstandard.ZstdDecompressor()
        .decompressobj()
        .decompress((documents / "a.txt.zst").read_bytes()),
    }
    assert len(texts) == 1
    assert texts.pop().startswith(b"The first line is in English.\n")


def test_json_lines_keep_their_other_fields_and_bad_lines_are_recorded(
    tmp_path: Path, packages: tuple[str, ...]
) -> None:
    source = tmp_path / "pages.jsonl"
    source.write_text(
        '{"id": 7, "text": "Articoli correlati", "tags": ["a", "ş"]}\nnot json\n'
        '{"text": "The weather is fine today.", "id": 8}\n',
        encoding="utf-8",
    )
    out = tmp_path / "out"
    result = run([str(source)], out, config(packages), RunOptions(workers=1, memory="off"))
    lines = (out / "documents/pages.jsonl").read_text(encoding="utf-8").splitlines()
    first, second = (json.loads(line) for line in lines)
    assert list(first) == ["id", "text", "tags"]
    assert (first["id"], first["tags"]) == (7, ["a", "ş"])
    assert second == {"text": "The weather is fine today.", "id": 8}
    assert result.merged.counts.records_failed == 1
    pair = json.loads((out / "corpus/it-en.jsonl").read_text(encoding="utf-8"))
    assert pair["document"] == "pages.jsonl#1"
    (rejected,) = (out / "rejected.jsonl").read_text(encoding="utf-8").splitlines()
    fields = json.loads(rejected)
    assert (fields["document"], fields["reason"]) == ("pages.jsonl#2", "not-json")
    assert (fields["input"], fields["cut_chars"], fields["pair"]) == ("not json", 0, None)


def test_fixes_of_decoding_a_json_line_reach_the_corpus(
    tmp_path: Path, packages: tuple[str, ...]
) -> None:
    source, out = tmp_path / "pages.jsonl", tmp_path / "out"
    sound = '{"text": "Perché è già così e più in là."}\n' * 5
    source.write_bytes(sound.encode() + '{"text": "La città è più bella."}\n'.encode("cp1252"))
    run([str(source)], out, config(packages), RunOptions(workers=1, memory="off"))
    assert manifest(out)["counts"]["fixes"] == {"decoding": 1}
    lines = (out / "corpus/it-en.jsonl").read_text(encoding="utf-8").splitlines()
    (fix,) = json.loads(lines[-1])["fixes"]
    assert (fix["kind"], fix["evidence"]) == ("decoding", "cp1252 in a utf-8 file")
    assert fix["after"] == "La città è più bella."


def test_results_are_never_taken_for_inputs(pages: Path, packages: tuple[str, ...]) -> None:
    out = pages / "out"
    first = go(pages, out, config(packages))
    second = go(pages, out, config(packages))
    assert first.documents == second.documents == len(PAGES)


def test_two_runs_cannot_write_to_one_folder(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    import fcntl

    layout = Layout(tmp_path / "out")
    layout.create()
    with (layout.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another run"):
            go(pages, tmp_path / "out", config(packages))


def test_a_missing_model_is_said_before_anything_is_written(pages: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="xx"):
        go(pages, tmp_path / "out", Config(sources=("xx",)))
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_cannot_be_made_is_named(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="file"):
        go(pages, tmp_path / "file" / "out", config(packages))


def test_limit_reads_fewer_documents(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    assert go(pages, tmp_path / "out", config(packages), limit=2).documents == 2


def test_the_translation_memory_changes_nothing_but_the_work(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    memory = str(tmp_path / "memory.sqlite")
    go(pages, tmp_path / "plain", config(packages))
    go(pages, tmp_path / "first", config(packages), memory=memory)
    go(pages, tmp_path / "second", config(packages), memory=memory)
    assert tree(tmp_path / "plain") == tree(tmp_path / "first") == tree(tmp_path / "second")


def test_the_formats_known_here_are_those_of_the_writers() -> None:
    from normalize.writers import FORMATS as WRITTEN

    assert tuple(WRITTEN) == FORMATS


def test_only_our_own_stale_corpora_are_removed(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    (out / "corpus").mkdir(parents=True)
    theirs = {"mine.txt": "precious", "de-en.tsv": "made by hand"}
    for name, text in theirs.items():
        (out / "corpus" / name).write_text(text, encoding="utf-8")
    go(pages, out, config(packages, formats=("jsonl", "tsv", "tmx")), limit=1)
    (out / "corpus/it-en.tmx").write_text("changed by hand", encoding="utf-8")
    go(pages, out, config(packages, formats=("jsonl",)), limit=1)
    left = {path.name for path in (out / "corpus").iterdir()}
    assert {*theirs, "it-en.tmx", "it-en.jsonl"} <= left
    assert "it-en.tsv" not in left
    for name, text in theirs.items():
        assert (out / "corpus" / name).read_text(encoding="utf-8") == text


def test_an_output_folder_around_all_inputs_is_refused(
    pages: Path, packages: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError, match="inside the output folder"):
        go(pages, pages, config(packages))
    assert not (pages / "manifest.json").exists()


def test_a_place_that_cannot_be_used_fails_one_document(
    tmp_path: Path, packages: tuple[str, ...]
) -> None:
    (tmp_path / "in/x").mkdir(parents=True)
    (tmp_path / "in/x/y.txt").write_text("Hello there, my friend.\n", encoding="utf-8")
    (tmp_path / "in/z.txt").write_text("Hello there, my friend.\n", encoding="utf-8")
    out = tmp_path / "out"
    (out / "documents").mkdir(parents=True)
    (out / "documents/x").write_text("a file where a folder is needed", encoding="utf-8")
    result = go(tmp_path / "in", out, config(packages))
    assert [(one.name, one.reason) for one in result.failures] == [("x/y.txt", "unwritable")]
    assert (out / "documents/z.txt").exists()
    counts = manifest(out)["counts"]
    assert (counts["documents_read"], counts["documents_written"]) == (2, 1)


def test_the_document_of_an_input_that_fails_now_does_not_stay(
    tmp_path: Path, packages: tuple[str, ...]
) -> None:
    page, out = tmp_path / "page.txt", tmp_path / "out"
    page.write_text("Hello there, my friend.\n", encoding="utf-8")
    go(page, out, config(packages))
    page.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    assert go(page, out, config(packages)).failures
    assert not (out / "documents/page.txt").exists()


def test_the_encoding_of_json_lines_is_recorded(tmp_path: Path, packages: tuple[str, ...]) -> None:
    page, out = tmp_path / "page.jsonl", tmp_path / "out"
    page.write_bytes('{"text": "Hello there, my friend."}\n'.encode("utf-16"))
    go(page, out, config(packages))
    (entry,) = manifest(out)["inputs"]
    assert entry["encoding"] == "utf-16"
    assert entry["sha256"] == hashlib.sha256(page.read_bytes()).hexdigest()
