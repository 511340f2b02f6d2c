"""Runs on a Ray cluster: the same bytes as on this machine alone, workers that die, runs that stop, and what is said where it cannot be."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import command, many_pages, tree

from normalize.batch import run
from normalize.batch.parts import Layout
from normalize.batch.ray import Actor, Answer, Call, objection, versions
from normalize.batch.worker import Job
from normalize.config import Config, RunOptions
from normalize.engine import engine_spec, work_digest
from normalize.errors import ClusterError
from normalize.version import __version__

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason="Ray is not installed: pip install 'normalize-bitext[ray]'",
)
PAGES = 900
"""Enough that workers are busy for seconds, in which one can be killed."""
MARK = f"normalize-test-{os.getpid()}"


@pytest.fixture(scope="module")
def short_folder() -> Iterator[str]:
    """A folder whose path leaves room for those of Ray's sockets."""
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield name


@pytest.fixture(scope="module")
def cluster(short_folder: str) -> Iterator[dict[str, str]]:
    """A running cluster of two processors, as the environment in which `--address auto` finds it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "NORMALIZE_TEST": MARK,
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": MARK,
        "RAY_ADDRESS": f"127.0.0.1:{port}",
    }
    for name in ("http_proxy", "https_proxy"):
        environment[name] = "http://127.0.0.1:9"
    environment["no_proxy"] = "127.0.0.1,localhost"
    with subprocess.Popen(
        [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", f"--port={port}", "--num-cpus=2",
         "--include-dashboard=false", "--object-store-memory=100000000", "--node-ip-address=127.0.0.1", f"--temp-dir={short_folder}"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as head:  # fmt: skip
        try:
            assert head.stdout is not None
            said = []
            for line in head.stdout:
                said.append(line)
                if "--block" in line:
                    break
            assert head.poll() is None, "".join(said)
            yield environment
        finally:
            head.terminate()


def actors() -> list[int]:
    """The processes of the cluster above that convert something now."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                busy = (folder / "cmdline").read_bytes().startswith(b"ray::Actor.convert")
                if busy and MARK.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def busy_actor(process: subprocess.Popen[bytes]) -> int:
    """One of them, as soon as there is one: between two units an actor does nothing."""
    while process.poll() is None:
        if found := actors():
            return found[0]
    message = "the run was over before an actor was seen at work"
    raise AssertionError(message)


def wait_for_records(out: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < deadline:
        if len(list(out.glob(".normalize/done/*.json"))) >= count:
            return
        time.sleep(0.005)


@needs_ray
def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed_and_the_run_interrupted(
    tmp_path: Path, models: str, cluster: dict[str, str]
) -> None:
    source, here, there = (
        many_pages(tmp_path / "pages", PAGES),
        tmp_path / "here",
        tmp_path / "there",
    )
    (source / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    done = subprocess.run(command(source, here, models), env=cluster, timeout=300, check=False)
    assert done.returncode == 3
    ray = [
        *command(source, there, models),
        "--engine",
        "ray",
        "--address",
        "auto",
        "--workers",
        "2",
    ]

    with subprocess.Popen(ray, env=cluster, stderr=subprocess.PIPE) as process:
        wait_for_records(there, 1, process)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=120)[1]
    assert process.returncode == 130, said
    assert b"run the same command again" in said
    kept = len(list(there.glob(".normalize/done/*.json")))
    assert 1 <= kept < PAGES
    assert not (there / "manifest.json").exists()

    with subprocess.Popen(ray, env=cluster, stderr=subprocess.PIPE) as process:
        wait_for_records(there, kept + 1, process)
        victim = busy_actor(process)
        os.kill(victim, signal.SIGKILL)
        said = process.communicate(timeout=300)[1]
    assert process.returncode == 3, said
    assert b"picture.png" in said
    assert tree(there) == tree(here)
    assert list((there / ".normalize/tmp").iterdir()) == []


@needs_ray
def test_without_an_address_ray_is_started_for_the_run_and_stopped(
    tmp_path: Path, models: str, short_folder: str
) -> None:
    text = b"The train is late today.\nRifiuta\n"
    outs = []
    for engine in ("local", "ray"):
        outs.append(tmp_path / engine)
        done = subprocess.run(
            [*command(Path("-"), outs[-1], models), "--engine", engine],
            input=text, capture_output=True, env={**os.environ, "RAY_TMPDIR": short_folder}, timeout=300, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert tree(outs[0]) == tree(outs[1])
    assert list(Path(short_folder).glob("normalize-ray-*")) == []


@needs_ray
def test_a_cluster_that_is_not_there_is_said_at_once(tmp_path: Path, models: str) -> None:
    page, out = tmp_path / "page.txt", tmp_path / "out"
    page.write_text("Hello there.\n", encoding="utf-8")
    started = time.monotonic()
    done = subprocess.run(
        [*command(page, out, models), "--engine", "ray", "--address", "127.0.0.1:9"],
        capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"--address 127.0.0.1:9: no Ray cluster can be joined" in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert time.monotonic() - started < 60


def test_ray_that_is_not_installed_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("normalize.batch.ray.importlib.util.find_spec", lambda name: None)
    with pytest.raises(ClusterError, match=r"pip install 'normalize-bitext\[ray\]'"):
        run([str(tmp_path)], tmp_path / "out", Config(), RunOptions(engine="ray"))
    assert not (tmp_path / "out").exists()


def job(out: Path, models: str) -> Job:
    layout = Layout(out)
    layout.create()
    Call.place(layout).write_text("token", encoding="ascii")
    config = Config(packages=tuple(models.split(",")))
    spec = engine_spec(config)
    return Job(config, spec, work_digest(config, spec, __version__), out)


def test_a_machine_that_sees_other_files_is_refused(tmp_path: Path, models: str) -> None:
    ours = job(tmp_path / "out", models)
    answer = Actor().start(ours, Call("another token", (), "node"))
    assert not answer.sees_output
    assert f"does not see the output folder {tmp_path / 'out'}" in objection(answer, ours)

    page = tmp_path / "page.txt"
    answer = Actor().start(ours, Call("another token", (page,), "node"))
    assert answer.unseen == (page,)
    seen = Answer("host", True, (page,), True, versions())
    assert objection(seen, ours) == "", "the run does not see it either"
    page.write_text("Hello.\n", encoding="utf-8")
    assert f"host: does not see the input {page}" in objection(seen, ours)


def test_a_machine_that_would_make_something_else_is_refused(tmp_path: Path, models: str) -> None:
    ours = job(tmp_path / "out", models)
    assert Actor().start(ours, Call("no", (), "node")).makes_the_same
    for changed in (
        Job(ours.config, ours.spec, "0" * 64, ours.out),
        Job(Config(packages=("nowhere",)), ours.spec, "0" * 64, ours.out),
    ):
        answer = Actor().start(changed, Call("no", (), "node"))
        assert not answer.makes_the_same
    other = Answer("host", True, (), False, {**versions(), "ctranslate2": "0.1"})
    assert "ctranslate2 0.1 instead of" in objection(other, ours)
    other = Answer("host", True, (), False, versions())
    assert "other translation packages" in objection(other, ours)
