"""Packages and their measurements to `models/index.toml`, model cards and canaries. Needs no
PyTorch.

    python benchmarks/quality.py models/it-en models/tr-en --evaluation FOLDER --json scores.json
    python models/training/index.py models scores.json --data WORK/data.npz \
        --vocabulary WORK/sentencepiece.model --evaluation FOLDER --machine "2 CPU cores"

Floors are set a little below what was measured: half a point of BLEU and of chrF2, and the number
of furniture strings that came out right. `python benchmarks/quality.py ... --check
models/index.toml` enforces them. A package that was not measured keeps its part of the index, and its card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path

from card import Json, Training, count_sources, lexicon_words, render
from cleaning import Exclusions
from overlap import overlap

ROOT = Path(__file__).resolve().parents[2]
LICENCE = "CC-BY-SA-4.0"
BELOW = 0.5
"""Points between a measured score and its floor."""


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_canaries(package: Path) -> None:
    """Write what the package makes of its canary sentences, by the engine that `normalize models
    verify` uses.
    """
    sys.path.insert(0, str(ROOT))
    from normalize.packages import read_package
    from normalize.stages.translate.engine import Decoding, Engine
    from normalize.stages.translate.options import TranslateOptions

    found = read_package(package)
    canaries = json.loads((ROOT / "models/training/canaries.json").read_text(encoding="utf-8"))
    sources = canaries[found.source]
    options = TranslateOptions(threads=1)
    results = Engine(found, options).decode(sources, Decoding.of_argos(options.beam))
    pairs = [{"source": s, "target": r.text} for s, r in zip(sources, results, strict=True)]
    text = json.dumps(pairs, ensure_ascii=False, indent=1) + "\n"
    (package / "canaries.json").write_text(text, encoding="utf-8")


def quoted(text: str) -> str:
    """A TOML basic string.

    >>> quoted('say "no"')
    '"say \\\\"no\\\\""'
    """
    return json.dumps(text, ensure_ascii=False)


def entry(package: Path, measured: Json, training: Training) -> str:
    """The part of the index about one package."""
    metadata = json.loads((package / "metadata.json").read_text(encoding="utf-8"))
    pair = measured["pair"]
    right = sum(result["right"] for result in measured["furniture"])
    if measured["limit"]:
        print(
            f"{pair}: scores of the first {measured['limit']} sentences only; no floors are written"
        )
    lines = [
        f"[packages.{pair}]",
        f"version = {quoted(metadata['package_version'])}",
        f"licence = {quoted(training.licence)}",
        f"data_digest = {quoted(training.data_digest)}",
        f"furniture_floor = {right}",
        f"hallucinations = {measured['hallucinations']}",
        "",
        f"[packages.{pair}.files]",
    ]
    files = sorted(file for file in package.rglob("*") if file.is_file())
    lines += [f"{quoted(f.relative_to(package).as_posix())} = {quoted(sha256(f))}" for f in files]
    for score in measured["scores"] if not measured["limit"] else []:
        lines += ["", f"[[packages.{pair}.scores]]"]
        lines += [f"set = {quoted(score['name'])}", f"digest = {quoted(score['digest'])}"]
        for metric in ("bleu", "chrf"):
            value = score[metric]
            lines.append(f"{metric} = {value}")
            lines.append(f"{metric}_floor = {round(max(0.0, value - BELOW), 2)}")
            lines.append(f"{metric}_signature = {quoted(score[f'{metric}_signature'])}")
    return "\n".join(lines) + "\n"


def entries(index: Path) -> dict[str, str]:
    """The parts of an index by language pair; none where there is no index."""
    if not index.is_file():
        return {}
    parts = re.split(r"(?m)^(?=\[packages\.[^.\]]+\]$)", index.read_text(encoding="utf-8"))[1:]
    return {part.partition("]")[0].rpartition(".")[2]: part.rstrip("\n") + "\n" for part in parts}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("models", type=Path, help="folder of the packages; gets index.toml")
    parser.add_argument("scores", type=Path, help="JSON output of benchmarks/quality.py")
    parser.add_argument("--data", type=Path, required=True, help="data.npz of the training run")
    parser.add_argument(
        "--vocabulary", type=Path, required=True, help="sentencepiece.model of the training run"
    )
    parser.add_argument("--evaluation", type=Path, action="append", default=[], metavar="FOLDER",
                        help="the test sets, to count their overlap with the data")  # fmt: skip
    parser.add_argument(
        "--machine", default="an unnamed machine", help="for the card: `2 CPU cores with AMX`"
    )
    parser.add_argument("--licence", default=LICENCE, help="SPDX name")
    options = parser.parse_args()
    evaluation, pages = Exclusions.read(options.evaluation), Exclusions.read([ROOT / "seeds"])
    training = Training(
        sha256(options.data),
        count_sources(options.data),
        overlap(options.data, options.vocabulary, evaluation, pages),
        options.machine,
        options.licence,
    )
    index = options.models / "index.toml"
    parts = entries(index)
    for measured in json.loads(options.scores.read_text(encoding="utf-8")):
        package = options.models / measured["pair"]
        metadata = json.loads((package / "metadata.json").read_text(encoding="utf-8"))
        write_canaries(package)
        card = render(measured, metadata, training, measured["published"], lexicon_words(package))
        (package / "README.md").write_text(card, encoding="utf-8")
        parts[measured["pair"]] = entry(package, measured, training)
    head = "# Written by models/training/index.py; do not edit.\n"
    text = "\n".join([head, *(part for _, part in sorted(parts.items()))])
    index.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
