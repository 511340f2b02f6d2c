"""Reading: what is found, what is refused, and lines that join to the file in bounded memory."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize.document import Fix, FixKind, Rejection, replay
from normalize.errors import InputError, UsageError
from normalize.stages.read import (
    MAX_LINE_BYTES,
    Input,
    Line,
    Lines,
    Reader,
    Record,
    digest,
    discover,
    parse_record,
    records,
    split_lines,
)

TEXT = "Perché è già così?\nIğdır'da yağmur yağıyor.\nThe end…\n"
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def write(folder: Path, name: str, content: bytes | str = "testo\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, **options: str) -> tuple[str, Reader]:
    reader = Reader(Input(path, path.name), **options)
    text = "".join(line.text for window in reader.windows() for line in window)
    return text, reader


def names(found: list[Input]) -> list[str]:
    return [one.name for one in found]


# What is found


def test_a_folder_is_read_below_and_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/y/x.txt", ".hidden", ".git/config", "a/.cache/q.txt"):
        write(tmp_path, name)
    found, rejected = discover([str(tmp_path)])
    assert names(found) == ["a/y/x.txt", "a/z.md", "b.txt"]
    assert rejected == []


def test_files_patterns_and_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("news/a.txt", "news/2026/b.txt", "news/c.md", "x[1].txt", "other/d.txt"):
        write(tmp_path, name)
    listed = write(tmp_path, "list", "other/d.txt\n\n./news/c.md\r\ngone.txt\n")
    monkeypatch.chdir(tmp_path)
    assert names(discover(["news/a.txt"])[0]) == ["a.txt"]
    assert sorted(names(discover(["news/**/*.txt"])[0])) == ["2026/b.txt", "a.txt"]
    assert names(discover(["x[1].txt"])[0]) == ["x[1].txt"], "a name that exists is no pattern"
    found, rejected = discover([], file_list=listed)
    assert names(found) == ["other/d.txt", "news/c.md"]
    assert [(one.document, one.reason) for one in rejected] == [("gone.txt", "unreadable")]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    found, _ = discover([str(tmp_path), str(path), str(tmp_path / "*.txt")])
    assert names(found) == ["a.txt"]


def test_names_never_collide(tmp_path: Path) -> None:
    for name in ("one/index.txt", "two/index.txt", "deep/two/index.txt", "flat/two"):
        write(tmp_path, name)
    roots = [str(tmp_path / name) for name in ("one", "two", "deep/two", "flat")]
    found, _ = discover(roots)
    got = names(found)
    assert got == ["one/index.txt", "two/index.txt", "two/index~2.txt", "flat/two"]
    for one in got:
        assert not any(other.startswith(one + "/") for other in got), "a file cannot be a folder"


def test_a_file_and_a_folder_of_one_name(tmp_path: Path) -> None:
    write(tmp_path, "one/a/b.txt")
    write(tmp_path, "two/a")
    for roots in (["one", "two"], ["two", "one"]):
        found, _ = discover([str(tmp_path / root) for root in roots])
        got = names(found)
        assert len(set(got)) == 2
        for one in got:
            assert not any(other.startswith(one + "/") for other in got)


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "stdin.txt")
    assert names(discover(["-"])[0]) == ["stdin.txt"]
    assert names(discover(["-", str(tmp_path)])[0]) == ["stdin.txt", "stdin~2.txt"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    reader = Reader(Input(None, "stdin.txt"))
    assert "".join(line.text for line in reader.lines()) == TEXT
    assert reader.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


def test_nothing_to_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("tippo.txt", "*.md", "empty"):
        with pytest.raises(UsageError) as caught:
            discover([str(tmp_path / name)])
        assert name in str(caught.value)
    with pytest.raises(UsageError):
        discover([])
    with pytest.raises(UsageError, match="file list"):
        discover([], file_list=tmp_path / "nolist")


def test_what_is_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)  # the names of sockets are short
        server.bind("socket")
        (tmp_path / "dangling").symlink_to("nowhere")
        found, rejected = discover([str(tmp_path), "/dev/null"])
    assert names(found) == ["a.txt"]
    reasons = {Path(one.document).name: one.reason for one in rejected}
    assert reasons == {
        "pipe": "not-a-file",
        "socket": "not-a-file",
        "null": "not-a-file",
        "dangling": "unreadable",
    }
    with pytest.raises(InputError, match="not a file"):
        read(tmp_path / "pipe")


def test_links(tmp_path: Path) -> None:
    write(tmp_path, "pages/a.txt")
    write(tmp_path, "outside/b.txt")
    (tmp_path / "pages/again.txt").symlink_to("a.txt")
    (tmp_path / "pages/loop").symlink_to("../pages")
    (tmp_path / "pages/self").symlink_to("self")
    (tmp_path / "pages/up").symlink_to("..")
    (tmp_path / "pages/far").symlink_to("../outside")
    (tmp_path / "outside/back").symlink_to("../pages")
    found, rejected = discover([str(tmp_path / "pages")])
    assert sorted(names(found)) == ["a.txt", "again.txt", "far/b.txt"]
    assert sorted(Path(one.document).name for one in rejected) == ["back", "loop", "self", "up"]


def test_an_unreadable_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.txt")
    write(tmp_path, "locked/b.txt")
    real = os.listdir

    def listdir(path: str) -> list[str]:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "listdir", listdir)
    found, rejected = discover([str(tmp_path)])
    assert names(found) == ["a.txt"]
    assert [(one.reason, one.value) for one in rejected] == [("unreadable", "Permission denied")]


def test_names_of_undecodable_bytes(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caff\xe8.txt"
    with open(path, "wb") as stream:  # noqa: PTH123 - a name that Path cannot show
        stream.write(b"testo\n")
    found, _ = discover([str(tmp_path)])
    assert names(found) == ["caff%E8.txt"]
    assert [line.text for line in Reader(found[0]).lines()] == ["testo\n"]


# What is in a file


@pytest.mark.parametrize("suffix", sorted(COMPRESSORS))
def test_compressed_files(tmp_path: Path, suffix: str) -> None:
    packed = COMPRESSORS[suffix](TEXT.encode())
    path = write(tmp_path, f"a.txt{suffix}", packed + packed)  # two members, as `cat` makes them
    text, reader = read(path)
    assert text == TEXT * 2
    assert reader.sha256 == hashlib.sha256(packed + packed).hexdigest() == digest(path)
    assert reader.source.compression == suffix


@pytest.mark.parametrize("suffix", sorted(COMPRESSORS))
@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damaged_compression_is_an_error(tmp_path: Path, suffix: str, damage: str) -> None:
    plain = "".join(f"Riga numero {n * 7919 % 100003}.\n" for n in range(40_000)).encode()
    packed = bytearray(COMPRESSORS[suffix](plain))
    if damage == "cut":
        del packed[len(packed) * 2 // 3 :]
    else:
        for place in range(len(packed) // 2, len(packed) // 2 + 40):
            packed[place] ^= 0x5A
    path = write(tmp_path, f"a.txt{suffix}", bytes(packed))
    reader = Reader(Input(path, "a"))
    with pytest.raises(InputError, match=r"damaged \w+ data near byte [\d,]+") as caught:
        list(reader.windows())
    assert reader.sha256 is None
    assert caught.value.advice


def test_a_file_that_only_claims_to_be_compressed(tmp_path: Path) -> None:
    assert read(write(tmp_path, "a.txt.gz", TEXT))[0] == TEXT


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_encodings(tmp_path: Path, encoding: str) -> None:
    raw = (TEXT * 2000).encode(encoding)
    text, reader = read(write(tmp_path, "a.txt", raw))
    assert text == TEXT * 2000
    assert reader.encoding.startswith(encoding[:5])
    assert reader.sha256 == hashlib.sha256(raw).hexdigest()


def test_a_named_encoding_is_obeyed(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "Iğdır\n".encode("cp1254"))
    assert read(path, encoding="cp1254")[0] == "Iğdır\n"
    wide = write(tmp_path, "b.txt", "Iğdır\n".encode("utf-16-be"))
    assert read(wide, encoding="utf-16-be")[0] == "Iğdır\n"


def test_letters_far_behind_plain_ascii(tmp_path: Path) -> None:
    """The beginning says nothing of the encoding; the first letters beyond ASCII do."""
    turkish = "Dün İstanbul'da şiddetli yağmur yağdı, çocuklar eve geç döndü.\n" * 5
    path = write(tmp_path, "a.txt", b"plain words\n" * 20_000 + turkish.encode("cp1254"))
    text, reader = read(path)
    assert text.endswith(turkish)
    assert reader.encoding == "cp1254"


def test_one_line_in_another_encoding(tmp_path: Path) -> None:
    """A line of windows-1252 in a file of UTF-8 is decoded as what it is, and the rest stays."""
    odd = "La città è già più lontana di così.\n"
    path = write(tmp_path, "a.txt", TEXT.encode() + odd.encode("cp1252") + TEXT.encode())
    text, reader = read(path)
    assert text == TEXT + odd + TEXT
    lines = list(Reader(Input(path, "a")).lines())
    assert [bool(line.fixes) for line in lines] == [False] * 3 + [True] + [False] * 3
    assert reader.encoding == "utf-8"


def test_line_endings_are_kept(tmp_path: Path) -> None:
    for raw, count in (
        (b"uno\r\ndue\r\n", 2),
        (b"uno\ndue\rtre\n", 2),
        (b"uno\rdue\rtre", 3),
        (b"\n\n\n", 3),
        (b"", 0),
        ("una parola\u2028due parole\x0btre parole\x85\n".encode(), 1),
    ):
        path = write(tmp_path, "a.txt", raw)
        lines = [line.text for line in Reader(Input(path, "a")).lines()]
        assert "".join(lines).encode() == raw
        assert len(lines) == count


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20,
        b"\x7fELF" + b"\0\1\2\3" * 2000,
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 40,
        gzip.compress(b"\0" * 100_000),
    ],
    ids=["png", "elf", "pdf", "zeros"],
)
def test_binary_files_are_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read(write(tmp_path, "a.txt", raw))
    assert caught.value.reason == "binary"


def test_a_few_zeros_are_text(tmp_path: Path) -> None:
    raw = (TEXT * 50).encode() + b"uno\0due\n" + (TEXT * 50).encode()
    assert read(write(tmp_path, "a.txt", raw))[0].encode() == raw


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "gone.txt")
    with pytest.raises(InputError, match="cannot be read"):
        digest(tmp_path / "gone.txt")


# Long lines, windows, memory


def test_long_lines_are_cut_and_join_back(tmp_path: Path) -> None:
    words = "parola più lunga " * 30_000
    edge = "x" * (MAX_LINE_BYTES - 1) + "\r\nfine\n"
    for raw in (words, "é" * 200_000, "🔥" * 100_000, words + "\n" + words, edge):
        path = write(tmp_path, "a.txt", raw)
        lines = [line.text for line in Reader(Input(path, "a")).lines()]
        assert "".join(lines) == raw
        assert max(len(line.encode()) for line in lines) <= MAX_LINE_BYTES
        for line, after in pairwise(lines):
            assert after[0] == " " or line.endswith("\n") or " " not in line, (
                "cut before white space"
            )
            assert not line.endswith(" "), "would be taken off as the end of a line"
        assert lines == [line.text for line in split_lines(raw)]


def test_windows_are_full_and_depend_on_content_alone(tmp_path: Path) -> None:
    content = "".join(f"Riga {n}: {'à' * (n * 37 % 211)}\n" for n in range(5_000))
    plain = Reader(Input(write(tmp_path, "a.txt", content), "a"))
    packed = Reader(Input(write(tmp_path, "a.gz", gzip.compress(content.encode())), "a"))
    windows = list(plain.windows(10_000))
    assert windows == list(packed.windows(10_000))
    sizes = [sum(len(line.text) for line in window) for window in windows]
    assert max(sizes) <= 10_000
    assert min(sizes[:-1]) > 10_000 - 300


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([b"", b"uno", b"citt\xc3\xa0", b"citt\xe0 e t\xe8", b"due\r", b"x" * 30])
    ),
    st.integers(1, 40),
)
def test_windows_hold_the_lines_that_fit(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], limit: int
) -> None:
    path = write(
        tmp_path_factory.mktemp("a"),
        "a.txt",
        b"\n".join([b"caf\xc3\xa9 \xe2\x80\x94 tutto", *bodies]),
    )
    lines = list(Reader(Input(path, "a")).lines())
    expected: list[list[Line]] = [[]]
    for line in lines:
        if expected[-1] and sum(len(each.text) for each in expected[-1]) + len(line.text) > limit:
            expected.append([])
        expected[-1].append(line)
    windows = list(Reader(Input(path, "a")).windows(limit))
    assert [list(window) for window in windows] == expected
    assert [[window[place] for place in range(len(window))] for window in windows] == expected
    assert all(Lines.of(list(window)) == window for window in windows)


def test_lines_can_be_taken_from_the_end_and_in_slices() -> None:
    fix = Fix(FixKind.DECODING, 0, "e", "è")
    lines = Lines(["a", "b", "è"], {2: (fix,)})
    assert lines[-1] == lines[2] == Line("è", (fix,))
    assert lines[1:] == [Line("b"), Line("è", (fix,))]
    assert Lines.of(lines) is lines
    with pytest.raises(IndexError):
        lines[3]


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=400))
def test_lines_of_a_text_join_to_it(text: str) -> None:
    assert "".join(line.text for line in split_lines(text)) == text


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    path = write(tmp_path_factory.getbasetemp(), "any.txt", raw)
    try:
        text, reader = read(path)
    except InputError as error:
        assert error.reason == "binary" or "damaged" in error.reason
        return
    text.encode("utf-8")  # no lone surrogate
    assert reader.sha256 == hashlib.sha256(raw).hexdigest()


def test_memory_is_bounded_by_the_window(tmp_path: Path) -> None:
    """63 MB in one line of a small archive take less than 40 MB beyond the program itself."""
    path = write(tmp_path, "a.txt.gz", gzip.compress(b"parola " * 9_000_000, 1))
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from normalize.stages.read import Input, Reader\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "list(Reader(Input(Path(sys.argv[2]), 'b')).windows())\n"
        "before, size = peak(), 0\n"
        "for window in Reader(Input(Path(sys.argv[1]), 'a')).windows():\n"
        "    size += sum(len(line.text) for line in window)\n"
        "print(size, (peak() - before) // 1024)\n"
    )
    small = write(tmp_path, "b.txt", TEXT)
    command = [sys.executable, "-c", program, str(path), str(small)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert int(shown[0]) == 63_000_000
    assert int(shown[1]) < 40


# JSON Lines


def test_records(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "text": "Articoli correlati", "n": 1.5}',
        "",
        "not json",
        "[1, 2]",
        '{"body": "x"}',
        '{"text": null}',
        '{"text": "\\ud83d\\udd25 \\ud800", "è": "\\udc00"}',
        '{"text": "' + "lungo " * 30_000 + '"}',
    ]
    path = write(tmp_path, "a.jsonl", "\r\n".join(lines))
    found = list(records(Input(path, "news/a.jsonl")))
    shown = [(one.document, one.reason) for one in found if isinstance(one, Rejection)]
    assert shown == [
        ("news/a.jsonl#3", "not-json"),
        ("news/a.jsonl#4", "not-an-object"),
        ("news/a.jsonl#5", "no-text"),
        ("news/a.jsonl#6", "no-text"),
    ]
    good = [one for one in found if isinstance(one, Record)]
    assert [one.id for one in good] == ["news/a.jsonl#1", "news/a.jsonl#7", "news/a.jsonl#8"]
    assert good[0].with_text("Related articles") == lines[0].replace(
        "Articoli correlati", "Related articles"
    )
    assert good[1].text == "🔥 \ud800"
    assert good[1].with_text("ok") == '{"text": "ok", "è": "\\udc00"}'
    assert len(good[2].text) == 180_000


def test_records_in_archives_and_other_fields(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl.zst", COMPRESSORS[".zst"](b'{"body": "Rifiuta"}\n'))
    source = Input(path, "a.jsonl.zst")
    assert source.is_json_lines
    reader = Reader(source)
    (record,) = records(reader, text_field="body")
    assert isinstance(record, Record)
    assert record.text == "Rifiuta"
    assert reader.sha256 == digest(path)


@pytest.mark.parametrize("line", ["[" * 100_000, "1" * 10_000, '{"text": "a"', "NaN", '"text"', ""])
def test_no_line_of_json_is_an_exception(line: str) -> None:
    assert isinstance(parse_record(line, 1, "a"), Rejection)


def test_a_refused_record_is_shown_but_not_beyond_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ", ".join(f'"key{number}": {number}' for number in range(300))
    content = f"not json\n[{'1, ' * 2000}1]\n{{{keys}}}\n"
    found = list(records(Input(write(tmp_path, "a.jsonl", content), "a.jsonl")))
    first, second, third = (one for one in found if isinstance(one, Rejection))
    assert (first.document, first.input, first.cut_chars) == ("a.jsonl#1", "not json", 0)
    assert (second.document, second.reason) == ("a.jsonl#2", "not-an-object")
    assert (second.input, second.cut_chars) == (f"[{'1, ' * 333}", 6003 - 1000)
    assert third.document == "a.jsonl#3"
    assert len(third.value) < 300
    assert third.input.startswith('{"key0": 0, ')

    module = sys.modules["normalize.stages.read.records"]
    monkeypatch.setattr(module, "MAX_RECORD_CHARS", 3_000)
    long = '{"text": "' + "x" * 200_000 + '"}\n{"text": "ciao"}\n'
    refused, record = records(Input(write(tmp_path, "b.jsonl", long), "b.jsonl"))
    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.input) == ("too-long", '{"text": "' + "x" * 990)
    assert refused.cut_chars == 200_013 - 1_000
    assert isinstance(record, Record)


def test_a_record_keeps_how_its_line_was_decoded(tmp_path: Path) -> None:
    sound = '{"text": "Perché è già così e più in là", "n": 1}\n' * 20
    damaged = '{"n": 2, "text": "Però\\nuna riga\\ne la città"}\n'.encode("cp1252")
    other = '{"n": "è già", "text": "semplice"}\n'.encode("cp1252")
    path = write(tmp_path, "a.jsonl", sound.encode() + damaged + other)
    *_, sound_record, record, other_record = records(Input(path, "a.jsonl"))
    assert isinstance(record, Record)
    assert record.text == "Però\nuna riga\ne la città"
    first, second, third = record.lines()
    assert (first.text, second.fixes) == ("Però\n", ())
    for line in (first, third):
        (fix,) = line.fixes
        assert (fix.kind, fix.evidence) == (FixKind.DECODING, "cp1252 in a utf-8 file")
        assert replay(fix.before, line.fixes) == line.text
        assert "\N{REPLACEMENT CHARACTER}" in fix.before
    for untouched in (sound_record, other_record):
        assert isinstance(untouched, Record)
        assert [line.fixes for line in untouched.lines()] == [()]


def test_a_long_line_of_a_record_says_how_it_was_decoded(tmp_path: Path) -> None:
    sound = '{"text": "Perché è già così e più in là"}\n' * 3
    damaged = ('{"text": "' + "però " * 40_000 + '"}\n').encode("cp1252")
    *_, record = records(Input(write(tmp_path, "a.jsonl", sound.encode() + damaged), "a.jsonl"))
    assert isinstance(record, Record)
    lines = record.lines()
    assert "".join(line.text for line in lines) == "però " * 40_000
    assert len(lines) > 1
    for line in lines:
        (fix,) = line.fixes
        assert replay(fix.before, line.fixes) == line.text
