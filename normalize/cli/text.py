"""`normalize detect`, `repair` and `translate`: one stage on lines of text."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from normalize.cli.options import MODELS, joined

FILE = Annotated[str, typer.Argument(metavar="[FILE|-]", help="A file, or - for standard input.")]
ENCODING = Annotated[str | None, typer.Option(help="Decode the input so, instead of judging it.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("detect", short_help="Identify the language of each line.")(detect)
    app.command("repair", short_help="Repair encoding, Unicode form and white space.")(repair)
    app.command("translate", short_help="Translate lines into English, one for one.")(translate)


def _write(plain: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")


def detect(
    file: FILE = "-",
    detector: Annotated[str, typer.Option(help="default, langdetect or fasttext.")] = "default",
    explain: Annotated[bool, typer.Option("--explain", help="Show the evidence.")] = False,
    encoding: ENCODING = None,
) -> None:
    """Identify the language of each line: one JSON object a line with text, language and probability.

    `und` means nothing to decide (numbers, addresses, symbols); `other`, none of the languages known. Each line is judged alone.
    """
    from normalize.cli.streams import line_batches, split_ending
    from normalize.stages.identify import detector as named
    from normalize.stages.identify import explain as evidence

    chosen = named(detector)
    for batch in line_batches(file, encoding):
        texts = [split_ending(line.text)[0] for line in batch]
        for text, language in zip(texts, chosen.detect(texts), strict=True):
            plain: dict[str, object] = {
                "text": text,
                "language": language.code,
                "probability": round(language.probability, 4),
            }
            if explain:
                plain["evidence"] = evidence(text, detector).as_dict()
            _write(plain)
        sys.stdout.flush()


def repair(
    file: FILE = "-",
    level: Annotated[str, typer.Option(help="off, safe or aggressive.")] = "safe",
    explain: Annotated[
        bool, typer.Option("--explain", help="JSON Lines with the recorded fixes.")
    ] = False,
    encoding: ENCODING = None,
) -> None:
    """Repair encoding, Unicode form and white space; the repaired text on standard output.

    With --explain each line becomes a JSON object: text, and fixes with kind, start, before, after, evidence, margin and guess.
    """
    from normalize.cli.streams import line_batches, split_ending
    from normalize.config import Config
    from normalize.stages.repair import Repairer, RepairLevel

    config = Config(repair=level)  # says what is wrong with a wrong level
    repairer = Repairer(RepairLevel(config.repair)).document()
    for batch in line_batches(file, encoding):
        results = repairer.repair([line.text for line in batch])
        for line, result in zip(batch, results, strict=True):
            if explain:
                fixes = [asdict(fix) for fix in (*line.fixes, *result.fixes)]
                _write({"text": split_ending(result.text)[0], "fixes": fixes})
            else:
                sys.stdout.write(result.text)
        sys.stdout.flush()


def translate(
    file: FILE = "-",
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="<str>",
            help="Language of the lines, or auto to judge each.  [default: auto]",
        ),
    ] = None,
    beam: Annotated[int, typer.Option(help="Hypotheses kept while decoding.")] = 4,
    mbr: Annotated[
        int,
        typer.Option(
            help="Choose among so many hypotheses the one the others bear out (1: none, 0: as the package asks)."
        ),
    ] = 0,
    models: MODELS = None,
    encoding: ENCODING = None,
) -> None:
    """Translate lines into English: one line in, one line out.

    With --from auto each sentence is translated from its own language, Italian or Turkish; what is in another language stays as it
    is. The input is taken as it is: to repair it first, use `normalize repair | normalize translate`.
    """
    from normalize.api import Pipeline, translate_texts
    from normalize.cli.streams import line_batches, split_ending
    from normalize.config import Config
    from normalize.engine import Engine, engine_spec
    from normalize.errors import UsageError

    packages = tuple(part for part in (joined(models) or "").split(",") if part)
    named = (part.strip() for part in ",".join(sources or ["auto"]).split(","))
    source, *others = dict.fromkeys(part for part in named if part) or [""]
    if others:
        message = (
            f"--from: the lines are of one language, not of {source} and {', '.join(others)}; "
            "give one, or auto to judge each"
        )
        raise UsageError(message)
    if source == "auto":
        pipeline = Pipeline(Config(beam=beam, mbr=mbr, packages=packages, repair="off"))
        for batch in line_batches(file, encoding):
            bodies = [split_ending(line.text) for line in batch]
            for result, (_, ending) in zip(
                pipeline.process(body for body, _ in bodies), bodies, strict=True
            ):
                sys.stdout.write(" ".join(result.text.splitlines()) + ending)
            sys.stdout.flush()
        return
    engine = Engine(engine_spec(Config(sources=(source,), beam=beam, mbr=mbr, packages=packages)))
    for batch in line_batches(file, encoding):
        bodies = [split_ending(line.text) for line in batch]
        made = translate_texts([body for body, _ in bodies], engine, source)
        for translation, (_, ending) in zip(made, bodies, strict=True):
            sys.stdout.write(" ".join(translation.text.splitlines()) + ending)
        sys.stdout.flush()
