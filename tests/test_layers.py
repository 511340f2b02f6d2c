"""Imports point one way: nouns <- configuration <- stages <- pipeline <- batch, API <- command line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "normalize"
LAYERS = (
    ("version",),
    ("document", "errors"),
    ("config", "evidence", "windows"),
    ("argos", "packages", "memory"),
    ("stages",),
    ("writers",),
    ("engine", "report", "corpus"),
    ("pipeline",),
    ("api",),
    ("batch",),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
HEAVY = {
    "argostranslate", "ctranslate2", "sentencepiece", "pyarrow", "ftfy", "langdetect", "numpy", "ray",
}  # fmt: skip
FILES = sorted(ROOT.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imports(path: Path, *, at_import_time: bool) -> set[str]:
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if at_import_time and id(node) in inner:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    part = part_of(path)
    if part == "__init__":
        return
    for name in imports(path, at_import_time=False):
        if name.startswith("normalize."):
            other = name.split(".")[1]
            assert LEVEL[other] <= LEVEL[part], f"{part} imports {other}"


def test_every_part_has_its_place() -> None:
    assert {part_of(path) for path in FILES} - {"__init__"} <= set(LEVEL)


def test_only_one_module_imports_argostranslate_and_only_inside_functions() -> None:
    users = [
        path.name
        for path in FILES
        if any(n.split(".")[0] == "argostranslate" for n in imports(path, at_import_time=False))
    ]
    assert users == ["argos.py"]
    top = imports(ROOT / "argos.py", at_import_time=True)
    assert not any(name.split(".")[0] == "argostranslate" for name in top)


def test_the_command_line_starts_without_heavy_libraries() -> None:
    for folder in ("cli", "batch"):
        for path in (ROOT / folder).rglob("*.py"):
            if folder == "cli":
                names = {n.split(".")[0] for n in imports(path, at_import_time=True)}
                assert not names & HEAVY, f"{path.name} imports {names & HEAVY}"


def test_the_library_neither_prints_nor_exits() -> None:
    for path in FILES:
        if part_of(path) in ("cli", "__main__"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("print", "sys.exit", "exit"), f"{path.name}: {called}"
