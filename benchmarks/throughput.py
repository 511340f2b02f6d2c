"""How fast `normalize run` goes through text that needs no translation, and how much memory a large file takes.

    python benchmarks/throughput.py --text shared/eval/mt/wmt16.en --megabytes 20 --large 300

Prints a table. Each figure is of a whole process on one processor, start-up included; speed is the median of --repeat runs. With
--profile the places where the time goes are listed.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def enlarge(sources: list[Path], target: Path, size: int) -> None:
    """Real text repeated, in paragraphs of four lines, up to `size` bytes."""
    lines = [
        line for path in sources for line in path.read_text(encoding="utf-8").split("\n") if line
    ]
    paragraphs = [" ".join(lines[start : start + 4]) for start in range(0, len(lines), 4)]
    block = ("\n\n".join(paragraphs) + "\n\n").encode()
    with target.open("wb") as out:
        written = 0
        while written < size:
            written += out.write(block[: size - written])


def one_processor() -> None:
    """Keep this process, and what it starts, on one processor."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def measure(source: Path, folder: Path) -> tuple[float, float]:
    """Seconds of processor time and peak memory in MB of one run."""
    command = [sys.executable, "-m", "normalize", "run", str(source), "-o", str(folder), "--quiet"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, "--workers", "1", "--memory", "off"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, after.ru_maxrss / 1024


def profile(source: Path, folder: Path) -> None:
    """List where the time goes."""
    from normalize.batch import run
    from normalize.config import Config, RunOptions

    watch = cProfile.Profile()
    options = RunOptions(workers=1, memory="off", resume=False)
    watch.runcall(run, [str(source)], folder, Config(), options)
    pstats.Stats(watch).sort_stats("tottime").print_stats(25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", type=Path, nargs="+", required=True, help="English text files")
    parser.add_argument("--megabytes", type=float, default=5)
    parser.add_argument("--large", type=float, default=0, help="MB of a file for the memory test")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    one_processor()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        text = folder / "english.txt"
        enlarge(options.text, text, int(options.megabytes * 1e6))
        if options.profile:
            profile(text, folder / "profiled")
            return
        seconds = [measure(text, folder / f"out{number}")[0] for number in range(options.repeat)]
        empty = folder / "empty.txt"
        empty.write_bytes(b"")
        start = measure(empty, folder / "empty")[0]
        middle = statistics.median(seconds)
        print(f"{'what':<44}{'figure':>12}")
        print(f"{'English text, MB':<44}{options.megabytes:>12.1f}")
        print(f"{'processor seconds, median':<44}{middle:>12.2f}")
        print(f"{'of them start-up and end':<44}{start:>12.2f}")
        print(f"{'MB/s':<44}{options.megabytes / middle:>12.2f}")
        print(f"{'MB/s without start-up':<44}{options.megabytes / (middle - start):>12.2f}")
        if options.large:
            enlarge(options.text, text, int(options.large * 1e6))
            begun = time.monotonic()
            _, peak = measure(text, folder / "large")
            print(f"{f'peak memory, file of {options.large:.0f} MB, in MB':<44}{peak:>12.0f}")
            print(f"{'seconds for it':<44}{time.monotonic() - begun:>12.0f}")


if __name__ == "__main__":
    main()
