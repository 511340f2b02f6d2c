"""The command as a process: stdout for results, stderr for people, and the exit statuses of the contract."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_support import ENVIRONMENT, normalize, objects


def test_help_teaches_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nsys.argv = ['normalize', '--help']\nfrom normalize.cli import main\n"
        "try: main()\nexcept SystemExit as e: assert e.code in (0, None), e.code\n"
        "heavy = {'ctranslate2', 'argostranslate', 'numpy', 'pyarrow', 'ftfy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    for command in (b"run", b"pipe", b"detect", b"repair", b"translate", b"models", b"corpus"):
        assert command in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "pipe",
        "detect",
        "repair",
        "translate",
        "models",
        "corpus",
        "models verify",
        "corpus stats",
    ],
)
def test_every_command_has_help(command: str) -> None:
    done = normalize(*command.split(), "--help")
    assert done.returncode == 0
    assert len(done.stdout) > 150


def test_wrong_usage_is_status_2_and_named(tmp_path: Path, models: str) -> None:
    for arguments, expected in (
        (("run", "x.txt"), b"--out"),
        (("run", "nothing-here-*.txt", "-o", "out", "--models", models), b"nothing-here"),
        (("run", "x", "-o", "out", "--formats", "tmz"), b"did you mean 'tmx'"),
        (("runn",), b"runn"),
        (("detect", "--detector", "fasttest"), b"fasttest"),
        (("repair", "--level", "save"), b"did you mean 'safe'"),
    ):
        done = normalize(*arguments, cwd=tmp_path)
        assert done.returncode == 2, (arguments, done.stderr)
        assert expected in done.stderr
        assert done.stdout == b""


def test_detect_prints_one_object_a_line_with_the_text_as_given() -> None:
    text = "Reklam yükleniyor...\r\n12:30\n\nThe weather is lovely today\u2028isn't it"
    done = normalize("detect", given=text)
    assert done.returncode == 0
    found = objects(done.stdout)
    assert [list(each) for each in found] == [["text", "language", "probability"]] * 4
    assert [each["language"] for each in found] == ["tr", "und", "und", "en"]
    assert found[0]["text"] == "Reklam yükleniyor..."
    assert found[3]["text"] == "The weather is lovely today\u2028isn't it"


def test_detect_explains(tmp_path: Path) -> None:
    (found,) = objects(normalize("detect", "--explain", given="Rifiuta tutti i cookie").stdout)
    assert found["language"] == "it"
    assert found["evidence"]


def test_repair_writes_text_and_explains_on_request() -> None:
    damaged = "Ä°stanbul'da yaÅŸayan insanlar\r\nPerch&eacute; no?\n"
    done = normalize("repair", given=damaged)
    assert done.stdout.decode() == "İstanbul'da yaşayan insanlar\r\nPerché no?\n"
    found = objects(normalize("repair", "--explain", given=damaged).stdout)
    assert [each["text"] for each in found] == ["İstanbul'da yaşayan insanlar", "Perché no?"]
    fixes = found[1]["fixes"]
    assert isinstance(fixes, list)
    assert {"kind", "start", "before", "after", "evidence", "margin", "guess"} <= set(fixes[0])


def test_translate_gives_a_line_for_a_line(models: str) -> None:
    text = "Ciao a tutti. Come va?\n\nRifiuta\r\nfine"
    done = normalize("translate", "--from", "it", "--models", models, given=text)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().split("\n")
    assert len(lines) == 4
    assert lines[1] == ""
    assert lines[2].endswith("\r")
    auto = normalize("translate", "--models", models, given="The weather is fine.\nRifiuta\n")
    assert auto.stdout.decode().split("\n")[0] == "The weather is fine."


def test_a_missing_file_is_status_1_with_advice() -> None:
    done = normalize("detect", "absent.txt")
    assert done.returncode == 1
    assert b"absent.txt: no such file" in done.stderr


def test_run_reports_on_stderr_and_counts_failures_in_its_status(
    tmp_path: Path, models: str
) -> None:
    (tmp_path / "page one.txt").write_text("Rifiuta\n", encoding="utf-8")
    (tmp_path / "blob.bin").write_bytes(bytes(range(256)) * 64)
    done = normalize(
        "run", "page one.txt", "blob.bin", "-o", "out", "--models", models, cwd=tmp_path
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout == b""
    assert b"blob.bin" in done.stderr
    assert (tmp_path / "out/documents/page one.txt").exists()
    quiet = normalize("run", "page one.txt", "-o", "out", "-q", "--models", models, cwd=tmp_path)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, b"", b"")


def test_run_reads_standard_input(tmp_path: Path, models: str) -> None:
    done = normalize("run", "-", "-o", "out", "--models", models, given="Rifiuta\n", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out/documents").iterdir())) == 1


def test_dry_run_prints_the_plan_and_touches_nothing(tmp_path: Path, models: str) -> None:
    (tmp_path / "a.txt").write_text("Rifiuta\n", encoding="utf-8")
    done = normalize("run", "a.txt", "-o", "out", "--dry-run", "--models", models, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["convert"] == ["a.txt"]
    assert not (tmp_path / "out").exists()


def test_a_list_given_in_parts_is_the_list(tmp_path: Path, packages: tuple[str, ...]) -> None:
    """`--models a --models b` is `--models a,b`; the last alone does not count."""
    (tmp_path / "a.txt").write_text("Rifiuta\n", encoding="utf-8")
    lists = {"--models": packages, "--from": ("it", "tr"), "--formats": ("tsv", "tmx", "moses")}
    parts = [part for name, values in lists.items() for v in values for part in (name, v)]
    whole = [part for name, values in lists.items() for part in (name, ",".join(values))]
    mixed = ["--formats", "tsv,tmx", *whole[:4], "--formats", "moses"]
    plans = [
        json.loads(normalize("run", "a.txt", "-o", "out", "--dry-run", *given, cwd=tmp_path).stdout)
        for given in (parts, whole, mixed)
    ]
    assert plans[0] == plans[1] == plans[2]
    assert plans[0]["config"]["packages"] == list(packages)
    assert set(plans[0]["models"]) == {"it-en", "tr-en"}


def test_pipe_keeps_order_and_fields_and_sends_errors_elsewhere(
    tmp_path: Path, models: str
) -> None:
    given = (
        '{"text": "The weather is fine today.", "id": 1}\n'
        "not json\n"
        '{"id": 2}\n'
        '{"id": 3, "text": "Articoli correlati\\nRifiuta"}\n'
        "[1]\n\n"
    )
    done = normalize("pipe", "--models", models, given=given)
    assert done.returncode == 3
    first, second = objects(done.stdout)
    assert (first["id"], first["text"]) == (1, "The weather is fine today.")
    assert second["id"] == 3
    segments = second["segments"]
    assert isinstance(segments, list)
    assert [segment["source"] for segment in segments] == ["Articoli correlati", "Rifiuta"]
    assert {"source", "target", "language", "probability", "fixes"} <= set(segments[0])
    assert second["fixes"] == []
    problems = objects(done.stderr)
    assert [problem["line"] for problem in problems] == [2, 3, 5]
    assert all(set(problem) == {"error", "line", "input"} for problem in problems)

    errors = tmp_path / "errors.jsonl"
    done = normalize("pipe", "--models", models, "--errors", str(errors), given=given)
    assert done.stderr == b""
    assert [problem["line"] for problem in objects(errors.read_bytes())] == [2, 3, 5]


def test_pipe_answers_before_the_next_line_comes(models: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "normalize", "pipe", "--models", models],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        for number in range(3):
            process.stdin.write(b'{"text": "Hello there, my friend", "n": %d}\n' % number)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["n"] == number
        process.stdin.close()
    assert process.returncode == 0


def test_a_reader_that_leaves_early_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "normalize", "detect"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        process.stdin.write(b"12:30\n" * 20_000)
        process.stdin.close()
        process.stdout.readline()
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_ctrl_c_is_status_130_and_says_how_to_go_on(tmp_path: Path, models: str) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for number in range(600):
        (pages / f"{number:03}.txt").write_text(
            "".join(
                f"Train {number} {n} leaves the station at eight, they said.\n" for n in range(60)
            )
            + "Rifiuta\n",
            encoding="utf-8",
        )
    command = [sys.executable, "-m", "normalize", "run", "pages", "-o", "out", "--models", models]
    process = subprocess.Popen(
        [*command, "--workers", "2", "--beam", "1"],
        stderr=subprocess.PIPE, cwd=tmp_path, env=ENVIRONMENT, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    done = tmp_path / "out/.normalize/done"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (done.exists() and any(done.iterdir())):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert b"run the same command again" in stderr
    assert b"Traceback" not in stderr
    assert not (tmp_path / "out/manifest.json").exists()
    for path in (tmp_path / "out/documents").iterdir():
        assert path.read_bytes().count(b"\n") == 61


def test_version_names_the_models_and_their_digests() -> None:
    done = normalize("--version")
    assert done.returncode == 0
    assert done.stdout.startswith(b"normalize 0.")
    assert b"it-en" in done.stdout
    assert b"sha256:" in done.stdout


def test_corpus_commands_read_what_run_wrote(tmp_path: Path, models: str) -> None:
    (tmp_path / "a.txt").write_text("Rifiuta\nArticoli correlati\n", encoding="utf-8")
    config = tmp_path / "normalize.toml"
    config.write_text(
        "[filter]\nmin_score = -99\nmax_length_ratio = 99\ndrop_flags = []\n", encoding="utf-8"
    )
    done = normalize(
        "run", "a.txt", "-o", "out", "--models", models, "--config", str(config), cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    files = [
        str(p) for p in sorted((tmp_path / "out/corpus").iterdir()) if p.name.startswith("it-en")
    ]
    checked = normalize("corpus", "validate", *files)
    assert checked.returncode == 0, checked.stdout
    counted = objects(normalize("corpus", "stats", *files).stdout)
    assert {entry["pairs"] for entry in counted} == {2}
    broken = tmp_path / "broken.tmx"
    broken.write_text("<tmx version='1.4.'>", encoding="utf-8")
    assert normalize("corpus", "validate", str(broken)).returncode == 3
