"""From a folder of corpora to two installable packages, in one command:

    python models/training/recipe.py CORPORA WORK --evaluation FOLDER

Steps: prepare (collect, clean, vocabulary, encode), train (main and final phase, averaging),
export, with `--channel` back and channel (a network from English to each language named, into its package),
evaluate, card (canaries, model cards, index), package (`.argosmodel`). Each step leaves a
record with the digest of what it was made from in `WORK/records`; a step whose inputs have not
changed is skipped, so an interrupted recipe goes on where it stopped, inside training too. Options
after `--` go to `train.py` for the packages' own network, and change nothing else (`--channel-train` has those of a network back):

    python models/training/recipe.py CORPORA WORK --minutes 120 -- --encoder-layers 4
    --decoder-layers 1
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from decoding import (
    channel_weights,
    hypotheses,
    length_penalties,
    numbers,
    repeats,
    text_of,
)
from glossary import lexicon_beside
from prepare import corpus_files, files_digest, lexicon_files

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
TRAINING = ("train.py", "batches.py", "model.py", "optimiser.py", "layout.py", "mix.toml")
BACK_LAYERS = ("--encoder-layers", "3", "--decoder-layers", "2")
"""Of a network back: beside a package's own network of six and two layers, both of width 384, it fits into 45 MB."""
SCRIPTS = {
    "prepare": (
        "prepare.py",
        "cleaning.py",
        "augmentation.py",
        "mix.toml",
        "lexicon.py",
        "inflection_tr.py",
        "phrases.py",
        "phrases_it.py",
        "phrases_tr.py",
        "substitution.py",
        "glossary.py",
    ),
    "train": TRAINING,
    "back": TRAINING,
    "export": ("export.py", "layout.py", "decoding.py", "glossary.py", "canaries.json"),
    "channel": ("channel.py", "export.py", "layout.py", "batches.py", "decoding.py"),
    "evaluate": (),
    "card": ("index.py", "card.py", "card.md", "overlap.py", "sources.toml", "canaries.json"),
    "package": ("package.py",),
}
"""What each step depends on besides its inputs and arguments."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it reads, the command lines that do it, and what it must leave behind.

    name: that of its kind, with `-` and a language where there is a step for each. also: what else its outputs depend on.
    """

    name: str
    inputs: tuple[Path, ...]
    commands: tuple[tuple[str, ...], ...]
    outputs: tuple[Path, ...]
    also: str = ""

    @property
    def kind(self) -> str:
        """Its key in `SCRIPTS`."""
        return self.name.partition("-")[0]

    def digest(self) -> str:
        """SHA-256 of the inputs, the step's own files, and its arguments."""
        own = [FOLDER / name for name in SCRIPTS[self.kind]]
        total = hashlib.sha256(files_digest([*_files(self.inputs), *own]).encode())
        total.update(json.dumps([self.commands, self.also]).encode())
        return total.hexdigest()

    def run(self, records: Path, say: Callable[[str], None]) -> bool:
        """Do the step unless its record says that it is done; returns whether anything was done."""
        record = records / f"{self.name}.json"
        digest = self.digest()
        made = all(path.exists() for path in self.outputs)
        if made and record.exists() and json.loads(record.read_text("utf-8"))["digest"] == digest:
            say(f"{self.name}: done already")
            return False
        say(f"{self.name}: running")
        record.unlink(missing_ok=True)
        for command in self.commands:
            if subprocess.run([sys.executable, *command], check=False).returncode:
                message = (
                    f"{self.name} failed; run the same command again to go on: {' '.join(command)}"
                )
                raise SystemExit(message)
        temporary = record.with_suffix(".tmp")
        temporary.write_text(json.dumps({"digest": digest}) + "\n", encoding="utf-8")
        temporary.replace(record)
        return True


def _files(paths: Iterable[Path]) -> list[Path]:
    """The files among these paths, and those inside the folders among them."""
    found: list[Path] = []
    for path in paths:
        found += [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return found


def steps(options: argparse.Namespace) -> list[Step]:
    """The steps in order; a later one reads what an earlier one left."""
    work: Path = options.work
    languages: list[str] = options.languages.split(",")
    data, vocabulary = work / "data.npz", work / "sentencepiece.model"
    checkpoint, scores, models = work / "checkpoint.pt", work / "scores.json", options.models
    packages = [models / f"{language}-en" for language in languages]
    lexicons = tuple(lexicon_beside(vocabulary, language) for language in languages)
    corpora = [
        file
        for lang in languages
        for file in corpus_files(options.corpora, options.furniture, lang)
    ]
    evaluation = [part for folder in options.evaluation for part in ("--evaluation", str(folder))]
    seed = ("--seed", str(options.seed))

    def script(name: str, *arguments: object) -> tuple[str, ...]:
        return (str(FOLDER / name), *map(str, arguments))

    length = ("--steps", options.steps) if options.steps else ("--minutes", options.minutes)
    prepare = script(
        "prepare.py", options.corpora, work, "--languages", options.languages, "--vocabulary",
        options.vocabulary, "--furniture", options.furniture, *evaluation, *seed,
    )  # fmt: skip
    export = script(
        "export.py", checkpoint, vocabulary, models, "--languages", options.languages,
        "--version", options.version, "--sharpness", text_of(options.sharpness),
        "--length-penalty", text_of(options.length_penalty), "--mbr", text_of(options.mbr),
        "--no-repeat-ngram", text_of(options.no_repeat_ngram),
    )  # fmt: skip
    measure = (
        str(ROOT / "benchmarks" / "quality.py"), *map(str, packages), *evaluation,
        "--json", str(scores), "--limit", str(options.limit),
    )  # fmt: skip
    card = script(
        "index.py", models, scores, "--data", data, "--vocabulary", vocabulary,
        "--machine", options.machine, *evaluation,
    )  # fmt: skip
    translators = [
        package / name
        for package in packages
        for name in ("model", "sentencepiece.model", "metadata.json")
    ]
    channels = [models / f"{language}-en" / "channel" for language in options.channel]
    backs = {language: work / f"reverse.{language}.pt" for language in options.channel}
    back_length = (
        ("--steps", options.channel_steps)
        if options.channel_steps
        else ("--minutes", options.channel_minutes)
    )
    return [
        Step(
            "prepare",
            (*corpora, *lexicon_files(options.corpora), *options.evaluation),
            (prepare,),
            (data, vocabulary, *lexicons),
        ),
        Step(
            "train",
            (data, vocabulary),
            (script("train.py", work, *length, *seed, *options.train),),
            (checkpoint,),
        ),
        Step(  # which takes away channels that are no longer asked for
            "export",
            (checkpoint, vocabulary, *lexicons),
            (export,),
            tuple(translators),
            also=",".join(options.channel),
        ),
        *(
            Step(
                f"back-{language}",
                (data, vocabulary),
                (
                    script(
                        "train.py",
                        work,
                        *back_length,
                        *seed,
                        *BACK_LAYERS,
                        *options.channel_train,
                        "--reverse",
                        "--languages",
                        language,
                        "--checkpoint",
                        back.name,
                    ),
                ),
                (back,),
            )
            for language, back in backs.items()
        ),
        *(
            Step(
                f"channel-{language}",
                (back, models / f"{language}-en" / "sentencepiece.model"),
                (
                    script(
                        "channel.py",
                        back,
                        models / f"{language}-en",
                        "--weight",
                        options.channel[language],
                    ),
                ),
                (models / f"{language}-en" / "channel" / "model.bin",),
            )
            for language, back in backs.items()
        ),
        Step("evaluate", (*translators, *options.evaluation), (measure,), (scores,)),
        Step(
            "card", (*translators, *channels, *lexicons, scores), (card,), (models / "index.toml",)
        ),
        Step(
            "package", tuple(packages), (script("package.py", work / "argosmodel", *packages),), ()
        ),
    ]


def _forget_checkpoint(work: Path, train: Step, say: Callable[[str], None]) -> None:
    """Put a checkpoint aside that was made from other data or options; one of the same run is gone
    on with.
    """
    (checkpoint,) = train.outputs
    begun = work / "records" / f"{train.name}-begun.json"
    digest = train.digest()
    if checkpoint.exists() and (
        not begun.exists() or json.loads(begun.read_text("utf-8"))["digest"] != digest
    ):
        old = checkpoint.with_suffix(".old.pt")
        say(f"{train.name}: the old checkpoint belongs to another run; kept as {old.name}")
        checkpoint.replace(old)
    begun.write_text(json.dumps({"digest": digest}) + "\n", encoding="utf-8")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line; what follows `--` is kept for `train.py`."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(
        description="From a folder of corpora to two installable packages."
    )
    parser.add_argument("corpora", type=Path, help="folder with it-en.tsv(.xz), tr-en.tsv(.xz)")
    parser.add_argument("work", type=Path, help="folder for everything in between; 1 GB")
    parser.add_argument(
        "--models", type=Path, help="folder that gets packages and index.toml; default WORK/models"
    )
    parser.add_argument(
        "--evaluation",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="test sets: kept out of training, and translated at the end",
    )
    parser.add_argument("--furniture", type=Path, default=FOLDER / "furniture")
    parser.add_argument("--languages", default="it,tr")
    parser.add_argument("--vocabulary", type=int, default=12_000)
    parser.add_argument(
        "--minutes", type=float, default=240, help="of training, main and final phase"
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=0,
        help="of training, instead of minutes: repeatable to the bit",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", default="0.1.0", help="of the packages")
    parser.add_argument(
        "--sharpness",
        type=numbers,
        default={},
        metavar="tr=1.3",
        help="multiply a language's logits (`export.py`)",
    )
    parser.add_argument(
        "--length-penalty",
        type=length_penalties,
        default={},
        metavar="tr=1.5",
        help="what `normalize` decodes a language with (`export.py`)",
    )
    parser.add_argument(
        "--mbr",
        type=hypotheses,
        default={},
        metavar="tr=8",
        help="hypotheses that `normalize` chooses among by minimum Bayes risk (`export.py`)",
    )
    parser.add_argument(
        "--no-repeat-ngram",
        type=repeats,
        default={},
        metavar="tr=4",
        help="subwords of the shortest sequence that `normalize` lets occur only once (`export.py`)",
    )
    parser.add_argument(
        "--channel",
        type=channel_weights,
        default={},
        metavar="tr=0.2",
        help="train a network from English back to each of these languages and put it into its package, with this weight (`channel.py`)",
    )
    parser.add_argument(
        "--channel-minutes", type=float, default=120, help="of training each network back"
    )
    parser.add_argument(
        "--channel-steps", type=int, default=0, help="the same in steps: repeatable to the bit"
    )
    parser.add_argument(
        "--channel-train",
        type=shlex.split,
        default=[],
        metavar="'OPTIONS'",
        help="for `train.py`, of each network back, in one argument, as in --channel-train='--cpu --tokens 5000'",
    )
    parser.add_argument("--machine", default="an unnamed machine", help="for the model cards")
    parser.add_argument("--limit", type=int, default=0, help="sentences of each test set; 0: all")
    options = parser.parse_args(arguments[:split])
    for language in options.channel:
        if language not in options.languages.split(","):
            parser.error(f"--channel: {language} is not among --languages")
        if options.mbr.get(language, 1) == 1:
            parser.error(
                f"--channel: {language} has no hypotheses to choose among; add --mbr {language}=8"
            )
    options.train = tuple(arguments[split + 1 :])
    options.models = options.models or options.work / "models"
    return options


def main() -> None:
    options = parse(sys.argv[1:])
    records: Path = options.work / "records"
    records.mkdir(parents=True, exist_ok=True)

    def say(message: str) -> None:
        print(message, flush=True)

    for step in steps(options):
        if step.kind in ("train", "back"):
            _forget_checkpoint(options.work, step, say)
        step.run(records, say)


if __name__ == "__main__":
    main()
