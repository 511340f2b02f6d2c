"""`normalize corpus`: look at corpora and check them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    help="Statistics and validity of parallel corpora: TMX, Moses, TSV, JSON Lines, Parquet.",
)
FILES = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Corpus files; for Moses, either side.")
]


@app.command("stats")
def stats(files: FILES) -> None:
    """Count pairs, characters, words, duplicates, lengths and scores: one JSON object a corpus."""
    from normalize.corpus import stats as measure

    for file in files:
        plain = {"file": str(file), **asdict(measure(file))}
        typer.echo(json.dumps(plain, ensure_ascii=False, default=str))


@app.command("validate")
def validate(files: FILES) -> None:
    """Check that corpora are what their format demands; exit status 3 where one is not."""
    from normalize.corpus import validate as check

    sound = True
    for file in files:
        problems = check(file)
        sound = sound and not problems
        if not problems:
            typer.echo(f"{file}: valid")
        for problem in problems:
            typer.echo(f"{file}: {problem}")
    if not sound:
        raise typer.Exit(3)
