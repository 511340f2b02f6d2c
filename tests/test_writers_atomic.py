"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from normalize.errors import OutputError
from normalize.writers.atomic import TEMPORARY_PATTERN, atomic_binary, atomic_text


def leftovers(folder: Path) -> list[Path]:
    return list(folder.glob(TEMPORARY_PATTERN))


def test_a_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "x.txt"
    with atomic_text(path) as stream:
        stream.write("città\nİstanbul\r\n")
        assert not path.exists()
        assert len(leftovers(path.parent)) == 1
    assert path.read_bytes() == "città\nİstanbul\r\n".encode()
    assert leftovers(path.parent) == []


def test_an_exception_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic_text(path) as stream:
        stream.write("new")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_process_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")
    program = """
import os, sys
from pathlib import Path
from normalize.writers.atomic import atomic_text
with atomic_text(Path(sys.argv[1])) as stream:
    stream.write("new" * 100_000)
    stream.flush()
    os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode == 9
    assert path.read_text() == "old"
    assert len(leftovers(tmp_path)) == 1


def test_the_umask_decides_who_may_read(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    before = os.umask(0o027)
    try:
        with atomic_text(path):
            pass
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_lone_surrogate_does_not_stop_the_writing(tmp_path: Path) -> None:
    with atomic_text(tmp_path / "x.txt") as stream:
        stream.write("a\ud800b")
    assert (tmp_path / "x.txt").read_bytes() == b"a?b"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    path = tmp_path / "x.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"x\.txt.*\(.+\)"), atomic_text(path) as stream:
        stream.write("new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_disk_that_fills_up_while_writing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def open_full(path: str, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith(".tmp"):
            opened(path, flags, mode)
            return opened("/dev/full", os.O_WRONLY)
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", open_full)
    path = tmp_path / "x.bin"
    with (
        pytest.raises(OutputError, match=r"no space left.*free some space"),
        atomic_binary(path) as stream,
    ):
        for _ in range(1_000):
            stream.write(b"x" * 1_000)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with (
        pytest.raises(OutputError, match="another output folder"),
        atomic_text(tmp_path / "out" / "x.txt"),
    ):
        pytest.fail("the block must not run")


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.txt").mkdir()
    with (
        pytest.raises(OutputError, match="folder stands where the file should go"),
        atomic_text(tmp_path / "x.txt") as stream,
    ):
        stream.write("x")
    assert list(tmp_path.iterdir()) == [tmp_path / "x.txt"]


def test_an_error_of_the_caller_is_not_ours(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_text(tmp_path / "x.txt"):
        (tmp_path / "missing").read_text()
    assert list(tmp_path.iterdir()) == []


def test_a_long_name_in_many_bytes_fits(tmp_path: Path) -> None:
    path = tmp_path / ("ğ" * 120 + ".txt")
    with atomic_text(path) as stream:
        stream.write("x")
    assert path.read_text() == "x"
