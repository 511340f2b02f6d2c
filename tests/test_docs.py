"""What the documents promise is so: commands, options, keys, version."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import typer.main

from normalize.cli import app
from normalize.config import RUN_KEYS, Config, RunOptions, configure
from normalize.version import __version__

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    group = typer.main.get_command(app)
    names = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        names += [f"{name} {each}" for each in inner] if inner else [name]
    return names


def test_every_command_is_in_the_readme() -> None:
    for name in commands():
        first, _, second = name.partition(" ")
        assert f"normalize {first}" in README, name
        assert second in README, name


def test_the_readme_begins_with_its_two_commands() -> None:
    head = README.split("\n## ")[0]
    assert "make demo" in head
    assert "make test" in head


def test_no_placeholder_is_left_in_the_readme() -> None:
    assert not re.findall(r"@[A-Z]+@", README)


def test_the_readme_s_toml_is_the_defaults(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    file = tmp_path / "all.toml"
    file.write_text(block, encoding="utf-8")
    assert configure(file) == (Config(), RunOptions())
    named = set(tomllib.loads(block))
    assert named == set(Config().as_dict()) | RUN_KEYS


def test_the_changelog_s_newest_release_is_the_version() -> None:
    releases = re.findall(
        r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M
    )
    assert releases[0] == __version__


@pytest.mark.parametrize("name", sorted(__import__("normalize").__all__))
def test_public_names_exist_and_are_documented(name: str) -> None:
    import normalize

    value = getattr(normalize, name)
    assert name.startswith("__") or value.__doc__


def test_the_makefile_has_what_the_documents_name() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test", "check", "bench", "build"):
        assert re.search(rf"^{target}:", makefile, re.M)
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")
