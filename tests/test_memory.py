"""The translation memory: what is kept, who may share it, and what it survives."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.document import Flag, Translation
from normalize.errors import OutputError
from normalize.memory import Memory, memory_key

WRITER = """
import sys
from pathlib import Path
from normalize.document import Translation
from normalize.memory import Memory, memory_key
path, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with Memory.open(path) as memory:
    print("open", flush=True)
    for number in range(first, first + count):
        memory.put_many({memory_key("m", "o", str(number)): Translation(f"text {number}", -1.0)})
"""


def entry(number: int) -> tuple[bytes, Translation]:
    return memory_key("m", "o", str(number)), Translation(f"text {number}", -1.0)


def test_gives_back_what_was_put(tmp_path: Path) -> None:
    made = Translation(
        "Ünï\ncode\x00 🔥", -0.123456789012345, (Flag.RETRIED, Flag.LOST_NUMBER), "it-en@1"
    )
    key = memory_key("m", "o", "s")
    with Memory.open(tmp_path / "new" / "memory.sqlite") as memory:
        memory.put_many({key: made})
    with Memory.open(tmp_path / "new" / "memory.sqlite") as memory:
        assert memory.get_many([key, b"unknown", key]) == {key: made}
        assert len(memory) == 1


def test_many_keys_at_once(tmp_path: Path) -> None:
    entries = dict(entry(number) for number in range(2500))
    with Memory.open(tmp_path / "memory.sqlite") as memory:
        memory.put_many(entries)
        memory.put_many({})
        assert memory.get_many([*entries, b"x"]) == entries


@given(st.tuples(st.text(), st.text(), st.text()), st.tuples(st.text(), st.text(), st.text()))
def test_keys_differ_where_anything_differs(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert (memory_key(*one) == memory_key(*other)) == (one == other)


def test_a_key_for_text_that_is_not_unicode() -> None:
    assert memory_key("m", "o", "\ud800") != memory_key("m", "o", "\ud801")


@pytest.mark.parametrize(
    "damage", [b"not a database at all" * 300, b"SQLite format 3\0" + b"\x07" * 5000]
)
def test_a_damaged_file_is_put_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    path = tmp_path / "memory.sqlite"
    path.write_bytes(damage)
    key, made = entry(1)
    with caplog.at_level(logging.WARNING), Memory.open(path) as memory:
        memory.put_many({key: made})
        assert memory.get_many([key]) == {key: made}
    assert "damaged" in caplog.text
    assert (tmp_path / "memory.sqlite.damaged").read_bytes() == damage


def test_damage_that_shows_late(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "memory.sqlite"
    entries = dict(entry(number) for number in range(5000))
    with Memory.open(path) as memory:
        memory.put_many(entries)
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)  # the header and the schema stay sound
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING), Memory.open(path) as memory:
        assert memory.get_many(entries) == {}
        memory.put_many(entries)
        assert memory.get_many(entries) == entries
    assert "damaged" in caplog.text


def test_a_database_of_another_program_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (value TEXT)")
    other.commit()
    other.close()
    with pytest.raises(OutputError, match="another program"):
        Memory.open(path)
    other = sqlite3.connect(path)
    assert [name for (name,) in other.execute("SELECT name FROM sqlite_master")] == ["theirs"]
    other.close()


def test_a_memory_of_another_version_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    Memory.open(path).close()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version=99")
    raw.commit()
    raw.close()
    with Memory.open(path) as memory:
        assert len(memory) == 0
    assert (tmp_path / "memory.sqlite.damaged").exists()


def test_an_entry_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    key, made = entry(1)
    with Memory.open(path) as memory:
        memory.put_many({key: made})
    raw = sqlite3.connect(path)
    raw.execute("UPDATE translation SET value = '[1]'")
    raw.commit()
    raw.close()
    with Memory.open(path) as memory:
        assert memory.get_many([key]) == {}
        memory.put_many({key: made})
        assert memory.get_many([key]) == {key: made}


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="another place"):
        Memory.open(tmp_path / "file" / "memory.sqlite")


def test_threads_share_a_memory(tmp_path: Path) -> None:
    with Memory.open(tmp_path / "memory.sqlite") as memory:

        def work(first: int) -> None:
            for number in range(first, first + 50):
                memory.put_many(dict([entry(number)]))
                assert memory.get_many([entry(number)[0]])

        threads = [threading.Thread(target=work, args=(first,)) for first in (0, 50, 100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(memory) == 150


def start_writer(path: Path, first: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), str(first), str(count)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    )


def test_processes_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    writers = [start_writer(path, first, 60) for first in (0, 30, 60)]
    for writer in writers:
        writer.communicate(timeout=120)
        assert writer.returncode == 0
    with Memory.open(path) as memory:
        assert memory.get_many(entry(number)[0] for number in range(120)) == dict(
            map(entry, range(120))
        )


def test_a_killed_process_leaves_a_sound_file(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    writer = start_writer(path, 0, 1_000_000)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "open\n"
    with Memory.open(path) as memory:
        while len(memory) < 20:
            assert writer.poll() is None
        writer.send_signal(signal.SIGKILL)
        writer.communicate(timeout=60)
        kept = len(memory)
    with Memory.open(path) as memory:
        assert len(memory) >= kept
        assert memory.get_many(entry(number)[0] for number in range(20)) == dict(
            map(entry, range(20))
        )
    assert not (tmp_path / "memory.sqlite.damaged").exists()
