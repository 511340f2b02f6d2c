"""Batch runs for tests: made, started as a command, looked at."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from normalize.batch import RunResult, run
from normalize.config import Config, FilterConfig, RunOptions

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def config(packages: tuple[str, ...], **changes: Any) -> Config:
    """A configuration in which filters refuse nothing but duplicates."""
    lenient = FilterConfig(min_score=-99.0, max_length_ratio=99.0, drop_flags=())
    return Config(**{"packages": packages, "filter": lenient, "beam": 1, **changes})


def go(pages: Path, out: Path, conf: Config, **options: Any) -> RunResult:
    """Run, in this process, without a translation memory."""
    return run([str(pages)], out, conf, RunOptions(**{"workers": 1, "memory": "off", **options}))


def tree(out: Path) -> dict[str, str]:
    """Digests of everything that a user sees."""
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".normalize" not in path.parts
    }


def manifest(out: Path) -> dict[str, Any]:
    """What a run says of itself."""
    found: dict[str, Any] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return found


def many_pages(folder: Path, count: int = 240) -> Path:
    """Short pages, enough for several units of work."""
    folder.mkdir()
    for number in range(count):
        lines = [f"The train {number} {line} leaves from Rome at eight.\n" for line in range(60)]
        text = "".join([*lines, f"Il treno {number} parte da Roma alle otto.\n"])
        (folder / f"{number:03}.txt").write_text(text, encoding="utf-8")
    return folder


def command(source: Path, out: Path, models: str, *more: str) -> list[str]:
    """The arguments of a process that runs quietly."""
    return [
        sys.executable, "-m", "normalize", "run", str(source), "-o", str(out),
        "--models", models, "--beam", "1", "--quiet", *more,
    ]  # fmt: skip
