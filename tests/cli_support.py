"""The command as a process, for tests: arguments and standard input in, what it printed and its status out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ENVIRONMENT = {
    **os.environ,
    "PYTHONWARNINGS": "error::DeprecationWarning:normalize",
    "OMP_NUM_THREADS": "1",
    "COLUMNS": "80",
}


def normalize(
    *arguments: str,
    given: bytes | str = b"",
    cwd: Path | None = None,
    preexec: Callable[[], None] | None = None,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run the command, with the user's folders inside `cwd`; `preexec` runs in the new process first, `variables` join its environment."""
    data = given.encode() if isinstance(given, str) else given
    home = str(cwd or Path.cwd())
    environment = {
        **ENVIRONMENT,
        "XDG_DATA_HOME": home,
        "XDG_CACHE_HOME": home,
        **(variables or {}),
    }
    return subprocess.run(
        [sys.executable, "-m", "normalize", *arguments],
        input=data, capture_output=True, cwd=cwd, env=environment, timeout=120, check=False,
        preexec_fn=preexec,
    )  # fmt: skip


def objects(out: bytes) -> list[dict[str, Any]]:
    """The objects of JSON Lines."""
    return [json.loads(line) for line in out.decode().split("\n") if line]
