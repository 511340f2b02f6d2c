"""What the command says when something is wrong: which file, which key, what to do, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import normalize, objects

GROUPS = ("", "models", "corpus")


@pytest.mark.parametrize("group", GROUPS)
def test_help_shows_every_summary_whole_on_80_columns(group: str) -> None:
    done = normalize(*group.split(), "--help")
    assert done.returncode == 0
    _, _, commands = done.stdout.decode().partition("\nCommands:\n")
    lines = [line for line in commands.split("\n") if line]
    assert len(lines) >= 5
    for line in lines:
        assert line.endswith("."), line
        assert "..." not in line
        assert len(line) <= 80


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('repair = "save"', "plan.toml: repair: 'save' is not known; did you mean 'safe'"),
        ("beam = 99", "plan.toml: beam: 99 is out of range"),
        ("[filter]\nmin_score = 1", "plan.toml: filter.min_score: 1.0 is out of range"),
        ("[filter]\nmax_char = 1", "plan.toml: filter.max_char: unknown key; did you mean"),
        ('memory = ""', "plan.toml: memory: empty; write auto"),
        ("workers = -1", "plan.toml: workers: -1 cannot be negative"),
        ("beam = ", "plan.toml: cannot be used as a configuration: Invalid value (at"),
    ],
)
@pytest.mark.parametrize("command", ["run", "pipe"])
def test_a_mistake_in_the_file_names_the_file_and_the_key(
    tmp_path: Path, command: str, text: str, expected: str
) -> None:
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    (tmp_path / "a.txt").write_text("Rifiuta\n", encoding="utf-8")
    given = ("a.txt", "-o", "out") if command == "run" else ()
    done = normalize(command, *given, "--config", "plan.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(f"normalize: {expected}"), done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        (("run", "a.txt", "-o", "out", "--from", "en"), 2, "--from: 'en' is the target"),
        (("run", "a.txt", "-o", "out", "--memory", ""), 2, "--memory: empty; write auto"),
        (("run", "a.txt", "-o", "out", "--memory", "of"), 2, "did you mean 'off'"),
        (("run", "a.txt", "-o", "out", "--beam", "0"), 2, "--beam: 0 is out of range"),
        (("run", "a.txt", "-o", "out", "--mbr", "33"), 2, "--mbr: 33 is out of range"),
        (("run", "a.txt", "-o", "out", "--config", "no.toml"), 2, "no.toml: cannot be used"),
        (("translate", "--from", "it", "--from", "tr"), 2, "--from: the lines are of one language"),
        (("translate", "--from", "it,tr"), 2, "not of it and tr; give one, or auto"),
        (("translate", "--from", ""), 2, "ISO 639"),
        (("translate", "--from", "xx,"), 1, "no translation package for xx-en"),
        (("run", "a.txt"), 2, "--out: no folder for the results"),
        (("run", "-o", "out", "-q"), 2, "nothing to convert"),
        (("detect", "folder"), 1, "folder: is a folder"),
        (("repair", "folder"), 1, "folder: is a folder"),
        (("translate", "folder"), 1, "folder: is a folder"),
        (("detect", "absent.txt"), 1, "absent.txt: no such file"),
        (("detect", "--encoding", "cp12540", "a.txt"), 2, "cp1254"),
        (("run", "a.txt", "-o", "out", "--from", "xx"), 1, "no translation package for xx-en"),
        (("translate", "--from", "xx", "a.txt"), 1, "models install xx-en"),
        (("translate", "--from", "ita", "a.txt"), 1, "no translation package for ita-en"),
        (("pipe", "--from", "xx"), 1, "no translation package for xx-en"),
        (("translate", "--from", "italian", "a.txt"), 2, "ISO 639"),
        (("models", "verify", "xx-en"), 1, "no translation package for xx-en"),
        (("models", "remove", "xx-en"), 1, "no package for xx-en is installed"),
        (("models", "import", "absent.argosmodel"), 1, "absent.argosmodel: no such file"),
        (("models", "import", "a.txt"), 1, "not a sound .argosmodel file"),
        (("models", "install", "italian"), 2, "write it like it-en"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_status(
    tmp_path: Path, arguments: tuple[str, ...], status: int, expected: str
) -> None:
    (tmp_path / "a.txt").write_text("Rifiuta\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    done = normalize(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (status, b""), done.stderr
    assert expected in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert not (tmp_path / "out").exists()


def test_every_option_of_run_can_be_set_in_the_file(tmp_path: Path, models: str) -> None:
    import typer.main

    from normalize.cli import app
    from normalize.config import KEYS, OPTION_NAMES

    command = typer.main.get_command(app).commands["run"]  # type: ignore[attr-defined]
    options = {parameter.opts[0] for parameter in command.params if parameter.opts[0][:2] == "--"}
    for option in options - {"--config", "--help"}:
        name = option[2:].replace("-", "_")
        assert OPTION_NAMES.get(name, name) in KEYS, option

    (tmp_path / "a.txt").write_text("Rifiuta\n", encoding="utf-8")
    (tmp_path / "list.txt").write_text("a.txt\n", encoding="utf-8")
    text = f"""
    files-from = "list.txt"
    out = "results"
    dry_run = true
    from = "it"
    to = "en"
    formats = "tsv"
    models = {json.dumps(models.split(","))}
    """
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    done = normalize("run", "--config", "plan.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert plan["convert"] == ["a.txt"]
    assert (plan["config"]["sources"], plan["config"]["formats"]) == (["it"], ["tsv"])
    assert not (tmp_path / "results").exists()
    (tmp_path / "plan.toml").write_text(text.replace("dry_run = true", ""), encoding="utf-8")
    done = normalize("run", "--config", "plan.toml", "-q", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "results/corpus/it-en.tsv").exists()


def test_pipe_takes_its_settings_from_the_file_too(tmp_path: Path, models: str) -> None:
    names = json.dumps(models.split(","))
    (tmp_path / "plan.toml").write_text(
        f'text_field = "body"\nmemory = "kept.sqlite"\nmodels = {names}\n', encoding="utf-8"
    )
    given = '{"body": "Rifiuta"}\n'
    done = normalize("pipe", "--config", "plan.toml", given=given, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert objects(done.stdout)[0]["segments"][0]["source"] == "Rifiuta"
    assert (tmp_path / "kept.sqlite").exists()
    other = normalize(
        "pipe", "--config", "plan.toml", "--text-field", "text", given=given, cwd=tmp_path
    )
    assert other.returncode == 3


def test_installing_without_a_network_says_what_to_do(tmp_path: Path) -> None:
    nowhere = {"ARGOS_PACKAGE_INDEX": "http://127.0.0.1:9/", "no_proxy": "*"}
    done = normalize("models", "install", "es-en", cwd=tmp_path, variables=nowhere)
    assert (done.returncode, done.stdout) == (1, b"")
    message = done.stderr.decode()
    assert message.startswith("normalize: the Argos package index (http://127.0.0.1:9/")
    assert "cannot be reached" in message
    assert "normalize models import FILE" in message
    assert message.count("\n") == 1


def test_packages_come_and_go(tmp_path: Path, models: str) -> None:
    places = {name: str(tmp_path / name.lower()) for name in ("ARGOS_PACKAGES_DIR",)}

    def run(*arguments: str) -> tuple[int, str, str]:
        done = normalize("models", *arguments, cwd=tmp_path, variables=places)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    status, out, message = run("import", models.split(",")[0])
    assert (status, out) == (0, "")
    assert message.startswith("normalize: it-en 1.0 installed in ")
    status, out, _ = run("list", "--json")
    assert (status, json.loads(out.split("\n")[0])["origin"]) == (0, "argos")
    assert run("verify", "it-en") == (0, "it-en 1.0: sound\n", "")
    weights = tmp_path / "argos_packages_dir/it_en/model/model.bin"
    weights.write_bytes(weights.read_bytes()[:-100])
    status, out, _ = run("verify", "it-en")
    assert status == 1
    assert "sound" not in out
    assert run("remove", "it-en")[0] == 0
    status, _, message = run("remove", "it-en")
    assert status == 1
    assert "belongs to normalize" in message
