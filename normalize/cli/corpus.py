"""`normalize corpus`: look at corpora and check them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    short_help="Count, check and convert parallel corpora.",
    help="Statistics and validity of parallel corpora: TMX, Moses, TSV, JSON Lines, Parquet.",
)
FORMATS = "tmx,moses,tsv,jsonl,parquet"
FILES = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Corpus files; for Moses, either side.")
]


@app.command("stats", short_help="Count pairs, words, duplicates, lengths and scores.")
def stats(files: FILES) -> None:
    """Count pairs, characters, words, duplicates, lengths and scores: one JSON object a corpus."""
    from normalize.corpus import stats as measure

    for file in files:
        plain = {"file": str(file), **asdict(measure(file))}
        typer.echo(json.dumps(plain, ensure_ascii=False, default=str))


@app.command("validate", short_help="Check that corpora are what their format demands.")
def validate(files: FILES) -> None:
    """Check that corpora are what their format demands; exit status 3 where one is not."""
    from normalize.corpus import Severity
    from normalize.corpus import validate as check

    sound = True
    for file in files:
        problems = check(file)
        sound = sound and all(problem.severity is not Severity.ERROR for problem in problems)
        if not problems:
            typer.echo(f"{file}: valid")
        for problem in problems:
            typer.echo(f"{file}: {problem}")
    if not sound:
        raise typer.Exit(3)


@app.command("convert", short_help="Write a corpus in other formats.")
def convert(
    file: Annotated[Path, typer.Argument(help="A corpus; for Moses, either side.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the new files.")],
    formats: Annotated[str, typer.Option(help=f"Formats to write, of {FORMATS}.")] = FORMATS,
) -> None:
    """Write a corpus in other formats; what a format cannot hold is left out, never changed."""
    from normalize.config import Config
    from normalize.corpus import convert as write
    from normalize.version import __version__

    wanted = Config(formats=tuple(part for part in formats.split(",") if part)).formats
    out.mkdir(parents=True, exist_ok=True)
    for name, made in write(file, out, wanted, __version__).items():
        typer.echo(f"{out / name}: {made.count} pairs")
