"""Run every benchmark of this folder over one set of evaluation data.

    python benchmarks/all.py --shared EVALUATION_FOLDER

The folder holds `eval/mt` (flores-dev, newssyscomb2009, wmt16) and `eval/lid` (one file a language).

Repair is measured on the first 200 cases of each kind of damage; all of them take an hour: `python benchmarks/repair.py --eval
EVALUATION_FOLDER/eval`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
REPAIR_CASES = 200
"""Cases of each kind of damage."""


def commands(shared: Path) -> list[list[str]]:
    """The benchmarks and their arguments."""
    mt, models = shared / "eval" / "mt", HERE.parent / "models"
    packages = [str(models / pair) for pair in ("it-en", "tr-en")]
    return [
        ["throughput.py", "--text", *map(str, sorted(mt.glob("*.en"))), "--megabytes", "5"],
        [
            "translate.py",
            "--package",
            packages[0],
            "--text",
            str(mt / "flores-dev.it"),
            "--beam",
            "4,2,1",
        ],
        ["quality.py", *packages, "--evaluation", str(mt)],
        ["repair.py", "--eval", str(shared / "eval"), "--limit", str(REPAIR_CASES)],
        ["identify.py", "--lid", str(shared / "eval" / "lid")],
        ["segment.py", "--shared", str(shared)],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True)
    options = parser.parse_args()
    failed = []
    for command in commands(options.shared):
        print(f"\n== {' '.join(command)}", flush=True)
        done = subprocess.run([sys.executable, str(HERE / command[0]), *command[1:]], check=False)
        if done.returncode:
            failed.append(command[0])
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
