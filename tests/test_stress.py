"""Runs that are killed, run out of room, or meet hostile files: whole files or none, and the same bytes in the end."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

from batch_support import ENVIRONMENT, command, many_pages, tree


def test_killed_at_any_moment_and_run_again_gives_the_same_bytes(
    tmp_path: Path, models: str
) -> None:
    source = many_pages(tmp_path / "pages")
    whole = tmp_path / "whole"
    subprocess.run(command(source, whole, models), env=ENVIRONMENT, check=True, timeout=120)
    out = tmp_path / "out"
    for done in (1, 60, 170):
        process = subprocess.Popen(
            command(source, out, models, "--workers", "2"), env=ENVIRONMENT, start_new_session=True
        )
        records = out / ".normalize/done"
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if records.exists() and len(list(records.glob("*.json"))) >= done:
                break
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(command(source, out, models), env=ENVIRONMENT, check=True, timeout=120)
    assert tree(out) == tree(whole)


def test_no_room_is_said_with_advice_and_leaves_no_half_file(tmp_path: Path, models: str) -> None:
    source = tmp_path / "big.txt"
    source.write_text("The weather is fine today, they say.\n" * 20_000, encoding="utf-8")

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    out = tmp_path / "out"
    done = subprocess.run(
        command(source, out, models, "--workers", "1", "--memory", "off"),
        capture_output=True, env=ENVIRONMENT, preexec_fn=small_files, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert b"cannot be written" in done.stderr
    assert b"run the same command again" in done.stderr
    assert list((out / "documents").iterdir()) == []
    assert list((out / ".normalize/tmp").iterdir()) == []


def test_hostile_files_are_converted_or_recorded_and_never_stop_the_run(
    tmp_path: Path, models: str
) -> None:
    folder = tmp_path / "hostile inputs 🔥"
    folder.mkdir()
    good = b"The weather is fine today.\nRifiuta\n"
    files = {
        "empty.txt": b"",
        "nul.txt": b"The weather\0 is fine today.\n" + good * 40,
        "cut utf-8.txt": "perché la città è".encode()[:-1],
        "separators.txt": "one\u2028two\u0085three\x0bfour\n".encode(),
        "lone surrogate.txt": b"The \xed\xa0\x80 end is near.\n",
        "utf-16.txt": "The weather is fine today.\nRifiuta\n".encode("utf-16"),
        "bom.txt": b"\xef\xbb\xbf" + good,
        "cr only.txt": good.replace(b"\n", b"\r"),
        "one long line.txt": b"word " * 200_000,
        "no spaces.txt": b"x" * 500_000,
        "è 🔥 name.md": good,
        "cp1254.txt": "Türkiye'nin güneşli şehirlerinde yaşayan insanlar için.\n".encode("cp1254"),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    refused = {
        "blob.bin": os.urandom(4096) + b"\0" * 4096,
        "bad.txt.gz": b"\x1f\x8b\x08" + b"x" * 50,
    }
    for name, content in refused.items():
        (folder / name).write_bytes(content)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "fifo")
    out = tmp_path / "out"
    done = subprocess.run(
        command(folder, out, models), capture_output=True, env=ENVIRONMENT, timeout=300, check=False
    )
    assert done.returncode == 3, done.stderr
    assert b"Traceback" not in done.stderr
    written = {path.name for path in (out / "documents").rglob("*") if path.is_file()}
    assert written == set(files)
    for name in refused:
        assert name.encode() in done.stderr
    assert "şehirlerinde" not in (out / "documents/cp1254.txt").read_text(encoding="utf-8")
    for path in (out / "documents").iterdir():
        path.read_text(encoding="utf-8")
    assert len((out / "documents/no spaces.txt").read_bytes()) == 500_000
