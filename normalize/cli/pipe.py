"""`normalize pipe`: JSON Lines in, JSON Lines out, in order, in constant memory."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from normalize.cli.options import LANGUAGES, MODELS, joined

if TYPE_CHECKING:
    from normalize.api import Pipeline, Result

BATCH = 256
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
HELP = """Convert JSON Lines from standard input to standard output, one object a line, order kept.

Each object comes back with its own fields, `text` in English and two more: `segments` (source, target, language, probability, fixes) and
`fixes`. A line that is no such object comes out as {"error", "line", "input"} on the error channel; the run goes on, and the exit
status is 3.

\b
cat pages.jsonl | normalize pipe > english.jsonl
normalize pipe --text-field body --errors bad.jsonl < pages.jsonl > english.jsonl"""
SUMMARY = "Convert JSON Lines between stdin and stdout, order kept."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pipe", help=HELP, short_help=SUMMARY)(pipe)


def pipe(
    text_field: Annotated[
        str | None, typer.Option(help="Field that holds the text.  [default: text]")
    ] = None,
    errors: Annotated[
        Path | None, typer.Option(help="File for lines that failed.  [default: stderr]")
    ] = None,
    sources: LANGUAGES = None,
    config: Annotated[
        Path | None,
        typer.Option(help="TOML file, as for `run`; what concerns files has no meaning here."),
    ] = None,
    models: MODELS = None,
    memory: Annotated[
        str | None, typer.Option(help="File that keeps translations for the next run, or off.")
    ] = None,
) -> None:
    """Parse the options and convert."""
    from normalize.api import Pipeline
    from normalize.cli.streams import arriving_lines
    from normalize.config import MEMORY_WORDS, configure

    given = {
        "sources": joined(sources), "packages": joined(models), "text_field": text_field, "memory": memory,
    }  # fmt: skip
    conf, options = configure(config, {k: v for k, v in given.items() if v is not None})
    # There is no output folder that `auto` could mean.
    kept = None if options.memory in MEMORY_WORDS else Path(options.memory)
    pipeline = Pipeline(conf, memory=kept)
    failed = 0
    number = 0
    with _error_channel(errors) as channel:
        for batch in arriving_lines(BATCH):
            failed += _convert(pipeline, batch, number, conf.text_field, channel)
            number += len(batch)
    if failed:
        raise typer.Exit(3)


def _convert(
    pipeline: Pipeline, batch: list[bytes], before: int, text_field: str, channel: IO[str]
) -> int:
    """Convert some lines; returns how many of them failed."""
    from normalize.document import Document

    documents: list[Document] = []
    failed = 0
    for number, raw in enumerate(batch, before + 1):
        problem, fields = _parse(raw, text_field)
        if problem:
            failed += 1
            shown = raw.decode("utf-8", "replace").rstrip("\r\n")
            error = {"error": problem, "line": number, "input": shown}
            channel.write(json.dumps(error, ensure_ascii=False) + "\n")
            channel.flush()
        elif fields is not None:
            documents.append(Document(f"line {number}", str(fields[text_field]), fields))
    for result in pipeline.process(documents):
        line = json.dumps(_as_json(result), ensure_ascii=False)
        sys.stdout.write(_LONE_SURROGATE.sub(_escaped, line) + "\n")
    sys.stdout.flush()
    return failed


def _escaped(lone: re.Match[str]) -> str:
    """A lone surrogate as JSON writes it: UTF-8 cannot hold it, and a `?` would change the user's field."""
    return f"\\u{ord(lone[0]):04x}"


def _no_number(word: str) -> float:
    """Refuse NaN and Infinity: Python reads them, JSON does not know them."""
    message = f"{word} is no JSON number"
    raise ValueError(message)


def _finite(digits: str) -> float:
    """A number that can be written again."""
    value = float(digits)
    return value if math.isfinite(value) else _no_number(digits)


def _parse(raw: bytes, text_field: str) -> tuple[str, dict[str, Any] | None]:
    """What is wrong with a line, or its object; a blank line is neither."""
    if not raw.strip():
        return "", None
    try:
        value = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite)
    except UnicodeDecodeError as exc:
        return f"not UTF-8: byte {exc.start + 1} cannot be decoded", None
    except (ValueError, RecursionError) as exc:
        return f"not JSON: {exc}", None
    if not isinstance(value, dict):
        return f"not an object with a {text_field!r} field, but {type(value).__name__}", None
    if not isinstance(value.get(text_field), str):
        there = "is not a text" if text_field in value else "is missing"
        return f"the field {text_field!r} {there}; name another with --text-field", None
    return "", value


def _as_json(result: Result) -> dict[str, object]:
    out = dict(result.document.fields)
    out["text"] = result.text
    out["segments"] = [
        {
            "source": segment.source,
            "target": segment.target,
            "language": segment.language,
            "probability": round(segment.probability, 4),
            "start": segment.start,
            "end": segment.end,
            "fixes": [asdict(fix) for fix in segment.fixes],
            "score": segment.score,
            "flags": list(segment.flags),
        }
        for segment in result.segments
    ]
    out["fixes"] = [asdict(fix) for fix in result.fixes]
    return out


@contextmanager
def _error_channel(path: Path | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stderr
        return
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as channel:
        yield channel
