"""A disk that is full, at every place where something is written: said with the file and advice, nothing half written, and the same
command goes on once there is room. Files are kept small by the system's limit on their size, which is met like a full disk.
"""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from batch_support import tree
from cli_support import normalize, objects

from normalize import corpus
from normalize.config import FilterConfig
from normalize.corpus import DedupOptions, Size, SplitOptions
from normalize.document import SegmentPair
from normalize.errors import OutputError
from normalize.packages import import_package, user_folder
from normalize.writers import FORMATS, CorpusHeader, corpus_names, write_corpus

HEADER = CorpusHeader("it", "en", "0.1.0")


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def limit_to(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def pairs(count: int) -> Iterator[SegmentPair]:
    """Pairs that no compression makes small."""
    for number in range(count):
        word = "".join(chr(97 + (number * 7919 * (place + 3) ** 3) % 26) for place in range(60))
        source, target = f"Parola {word} {number}", f"Word {word[::-1]} {number}"
        yield SegmentPair(f"id{number}", "it", "en", source, target, -0.5, "", 0, 9, 0.9)


@pytest.mark.parametrize("corpus_format", FORMATS)
def test_a_corpus_that_does_not_fit_is_named_and_the_old_one_stays(
    tmp_path: Path, corpus_format: str
) -> None:
    write_corpus(tmp_path, HEADER, pairs(3), [corpus_format])
    before = tree(tmp_path)
    with small_files(20_000), pytest.raises(OutputError) as caught:
        write_corpus(tmp_path, HEADER, pairs(2000), [corpus_format])
    message = str(caught.value)
    names = corpus_names(HEADER, corpus_format)
    assert any(str(tmp_path / name) in message for name in names), message
    assert "cannot write" in message
    assert tree(tmp_path) == before
    write_corpus(tmp_path, HEADER, pairs(2000), [corpus_format])


def test_corpus_tools_leave_nothing_half_done(tmp_path: Path) -> None:
    source, out = tmp_path / "it-en.tsv", tmp_path / "out"
    write_corpus(tmp_path, HEADER, pairs(2000), ["tsv"])
    rejected = out / "rejected.jsonl"
    refuse_all = FilterConfig(max_chars=1)
    half = SplitOptions(Size(share=0.4), Size(share=0.4))
    with small_files(20_000):
        for run, name in (
            (lambda: corpus.filter_corpus(source, out / "it-en.tmx", FilterConfig(), "1", rejected), "it-en.tmx"),
            (lambda: corpus.filter_corpus(source, out / "it-en.tmx", refuse_all, "1", rejected), "rejected.jsonl"),
            (lambda: corpus.remove_duplicates(source, out / "it-en.jsonl", DedupOptions(), "1", rejected), "it-en.jsonl"),
            (lambda: corpus.split(source, out, ["tsv"], half, "1"), ".it-en.tsv"),
        ):  # fmt: skip
            with pytest.raises(OutputError, match="cannot write") as caught:
                run()
            assert name in str(caught.value)
    assert files(out) in (
        [],
        ["it-en.tmx"],
    )  # the corpus of the run that refused every pair is whole
    assert [unit for path in out.glob("*.tmx") for unit in corpus.read(path)] == []


@pytest.mark.parametrize(
    ("place", "lines", "size"),
    [
        ("documents/big.txt", 8000, 60_000),
        ("rejected.jsonl", 40, 60_000),
        ("corpus/it-en.tsv", 40, 60_000),
        ("report.html", 1, 8_000),
    ],
)
def test_a_run_names_what_does_not_fit_and_goes_on_later(
    tmp_path: Path, models: str, place: str, lines: int, size: int
) -> None:
    text = "The weather is fine today, they say.\n" * lines
    if place == "documents/big.txt":
        (tmp_path / "big.txt").write_text(text, encoding="utf-8")
    else:
        for number in range(12 if lines > 1 else 1):
            italian = "".join(f"Il treno {number} {n} parte alle otto.\n" for n in range(lines))
            (tmp_path / f"{number}.txt").write_text(italian, encoding="utf-8")
    keep = "max_length_ratio = 99\nmin_score = -99\ndrop_flags = []"
    limits = {"rejected.jsonl": "max_chars = 2", "corpus/it-en.tsv": keep}.get(place, "")
    (tmp_path / "plan.toml").write_text(
        f'from = "it"\nformats = "tsv"\nworkers = 1\nbeam = 1\nmemory = "off"\n[filter]\n{limits}\n',
        encoding="utf-8",
    )
    inputs = sorted(path.name for path in tmp_path.glob("*.txt"))
    command = ("run", *inputs, "-q", "--config", "plan.toml", "--models", models, "-o")
    done = normalize(*command, "out", cwd=tmp_path, preexec=limit_to(size))
    assert (done.returncode, done.stdout) == (1, b""), done.stderr
    message = done.stderr.decode()
    assert message.startswith("normalize: ")
    assert f"out/{place}" in message
    assert "run again" in message or "again" in message
    assert message.count("\n") == 1
    out = tmp_path / "out"
    assert not (out / place).exists()
    assert list((out / ".normalize/tmp").iterdir()) == []
    assert [path for path in out.rglob("*.tmp") if path.is_file()] == []
    assert normalize(*command, "out", cwd=tmp_path).returncode == 0
    assert normalize(*command, "whole", cwd=tmp_path).returncode == 0
    assert tree(out) == tree(tmp_path / "whole")


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_a_package_that_does_not_fit_is_not_imported(
    tmp_path: Path, packages: tuple[str, ...], kind: str
) -> None:
    path = Path(packages[0])
    if kind == "archive":
        path = Path(shutil.make_archive(str(tmp_path / "x"), "zip", path.parent, path.name))
        path = path.rename(tmp_path / "x.argosmodel")
    with small_files(1_000), pytest.raises(OutputError) as caught:
        import_package(path)
    message = str(caught.value)
    assert message.startswith(f"{user_folder()}: the package cannot be written: file too large (")
    assert list(user_folder().iterdir()) == []
    assert import_package(path).pair == "it-en"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("command", ["repair", "detect", "corpus validate it-en.tsv"])
def test_results_that_cannot_be_written_to_standard_output(tmp_path: Path, command: str) -> None:
    write_corpus(tmp_path, HEADER, pairs(1), ["tsv"])
    import subprocess
    import sys

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "normalize", *command.split()],
            input=b"Rifiuta\n", stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(b"normalize: standard output: no space left on device")
    assert done.stderr.count(b"\n") == 1


def test_a_list_of_inputs_with_all_that_lists_hold(tmp_path: Path, models: str) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.txt", "sub/b.txt", "sub/c.txt"):
        (tmp_path / name).write_text("Hello there, my friend.\n", encoding="utf-8")
    listed = "\ufeffa.txt\r\n\r\n   \n./a.txt\nmissing.txt\nx\0y.txt\nsub\nsub/b.txt\n"
    (tmp_path / "list.txt").write_text(listed, encoding="utf-8")
    command = ("run", "--files-from", "list.txt", "-o", "out", "--from", "it", "--models", models)
    done = normalize(*command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"missing.txt: unreadable: No such file or directory" in done.stderr
    assert b"x%00y.txt: unreadable: no path: it holds a zero byte" in done.stderr
    assert files(tmp_path / "out/documents") == ["a.txt", "b.txt", "c.txt"]
    rejected = objects((tmp_path / "out/rejected.jsonl").read_bytes())
    assert [entry["document"] for entry in rejected] == ["missing.txt", "x%00y.txt"]
    for content, status in (("", 2), ("missing.txt\n", 3)):
        (tmp_path / "list.txt").write_text(content, encoding="utf-8")
        assert normalize(*command, cwd=tmp_path).returncode == status
    gone = normalize(*command[:2], "none.txt", *command[3:], cwd=tmp_path)
    assert gone.returncode == 2
    assert b"cannot read the file list none.txt" in gone.stderr
