"""`normalize run`: batch conversion."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from normalize.cli.options import LANGUAGES, MODELS, joined

if TYPE_CHECKING:
    from normalize.batch import RunResult
    from normalize.config import Config, RunOptions

HELP = """Convert files, folders, globs or standard input (-) into a folder of English documents and parallel corpora.

\b
OUT/documents/      the documents in English, same relative paths, same structure
OUT/corpus/         it-en.tmx, it-en.it + it-en.en (Moses), it-en.tsv, it-en.jsonl, it-en.parquet; likewise tr-en.*
OUT/rejected.jsonl  everything left out of the corpora, with the reason
OUT/manifest.json   what was read, how it was made, what was written, with digests
OUT/report.html     all of it for the eye

\b
normalize run pages/ -o out
normalize run 'archive/**/*.txt.gz' -o out --from it --formats tmx,parquet
normalize run pages/ -o out --config normalize.toml
normalize run /shared/pages -o /shared/out --engine ray --address auto

A run that was interrupted goes on where it stopped when the same command is given again. Documents that an earlier run wrote for inputs
that are no longer given are removed; files that normalize did not write, or that were changed since, are never touched."""
SUMMARY = "Convert files and folders to English documents and corpora."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", help=HELP, short_help=SUMMARY, no_args_is_help=True)(run)


def run(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT...", help="Files, folders, globs, or - for standard input."),
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", "-o", help="Folder for the results.  [required]")
    ] = None,
    sources: LANGUAGES = None,
    target: Annotated[
        str | None, typer.Option("--to", help="Language to translate into; en is the only one.")
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            metavar="<str>", help="Corpus formats.  [default: tmx,moses,tsv,jsonl,parquet]"
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes; 0 is one a processor.  [default: 0]")
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(help="Where workers run: local or ray (a cluster).  [default: local]"),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(help="Ray cluster: auto or HOST:PORT.  [default: one of this machine alone]"),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="TOML file: sets every option, and more (see README).")
    ] = None,
    resume: Annotated[
        bool | None,
        typer.Option("--resume/--restart", help="Use or discard what an earlier run finished."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="Convert at most so many documents; 0 is all.")
    ] = None,
    dry_run: Annotated[
        bool | None, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = None,
    quiet: Annotated[
        bool | None, typer.Option("--quiet", "-q", help="No progress, no summary.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Decode all inputs so, instead of judging each.")
    ] = None,
    repair: Annotated[
        str | None, typer.Option(help="off, safe or aggressive.  [default: safe]")
    ] = None,
    detector: Annotated[
        str | None, typer.Option(help="default, langdetect or fasttext.  [default: default]")
    ] = None,
    models: MODELS = None,
    beam: Annotated[
        int | None, typer.Option(help="Hypotheses kept while decoding.  [default: 4]")
    ] = None,
    mbr: Annotated[
        int | None,
        typer.Option(
            help="Choose among so many hypotheses the one the others bear out (1: none).  [default: as the package asks]"
        ),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(help="Translation memory: auto (in OUT), off, or a file.  [default: auto]"),
    ] = None,
    text_field: Annotated[
        str | None, typer.Option(help="Field of JSON Lines inputs with the text.  [default: text]")
    ] = None,
    files_from: Annotated[
        str | None, typer.Option(help="File with one input a line, besides INPUT.")
    ] = None,
) -> None:
    """Parse the options and run."""
    from normalize.config import configure
    from normalize.errors import UsageError

    given = {
        "sources": joined(sources), "target": target, "formats": joined(formats), "workers": workers,
        "engine": engine, "address": address, "resume": resume, "limit": limit, "quiet": quiet, "encoding": encoding, "repair": repair,
        "detector": detector, "packages": joined(models), "beam": beam, "mbr": mbr, "memory": memory,
        "text_field": text_field, "out": out, "files_from": files_from, "dry_run": dry_run,
    }  # fmt: skip
    conf, options = configure(config, {k: v for k, v in given.items() if v is not None})
    if not options.out:
        message = "--out: no folder for the results; give one, as in -o out"
        raise UsageError(message)
    if not inputs and not options.files_from:
        message = "nothing to convert: give files, folders, globs or - for standard input"
        raise UsageError(message)
    if options.dry_run:
        _dry_run(inputs or [], conf, options)
    else:
        _convert(inputs or [], conf, options)


def _convert(inputs: list[str], config: Config, options: RunOptions) -> None:
    """Run, then say how it went, on stderr and by the exit status."""
    from normalize.batch import run as convert
    from normalize.batch.progress import for_stderr

    out = Path(options.out)
    try:
        result = convert(
            inputs,
            out,
            config,
            options,
            file_list=Path(options.files_from) if options.files_from else None,
            progress=for_stderr(options.quiet),
        )
    except KeyboardInterrupt:
        sys.stderr.write(
            f"normalize: interrupted; finished documents are kept in {out}: run the same command again to go on\n"
        )
        raise typer.Exit(130) from None
    for failure in result.failures:
        sys.stderr.write(f"normalize: {failure.name}: {failure.reason}: {failure.detail}\n")
    if not options.quiet:
        _summary(result, out)
    if result.failures or result.merged.counts.records_failed:
        raise typer.Exit(3)


def _summary(result: RunResult, out: Path) -> None:
    merged = result.merged
    written = merged.documents_read - merged.documents_failed
    lines = [f"{written:,} of {merged.documents_read:,} documents written to {out / 'documents'}"]
    if result.resumed:
        lines[0] += f" ({result.resumed:,} of them finished by an earlier run)"
    for pair, count in merged.pairs.items():
        lines.append(f"{pair}: {count:,} pairs in {out / 'corpus'}")
    rejected = sum(merged.rejected_by_reason.values())
    if rejected:
        reasons = ", ".join(f"{name} {n:,}" for name, n in merged.rejected_by_reason.items())
        lines.append(f"{rejected:,} left out of the corpora ({reasons}): {out / 'rejected.jsonl'}")
    if result.removed:
        shown = ", ".join(result.removed[:3]) + (", ..." if len(result.removed) > 3 else "")
        lines.append(
            f"{len(result.removed):,} removed from {out / 'documents'}, written by an earlier run for inputs no longer given: {shown}"
        )
    lines.append(f"report: {out / 'report.html'}")
    sys.stderr.write("".join(f"normalize: {line}\n" for line in lines))


def _dry_run(inputs: list[str], config: Config, options: RunOptions) -> None:
    """Print the plan: configuration, models, inputs; touches nothing."""
    import json

    from normalize.batch import plan_run
    from normalize.batch.parts import Layout
    from normalize.batch.stale import is_ours
    from normalize.engine import engine_spec, work_digest
    from normalize.version import __version__

    spec = engine_spec(config)
    work = work_digest(config, spec, __version__)
    files_from = Path(options.files_from) if options.files_from else None
    layout = Layout(Path(options.out))
    plan = plan_run(inputs, layout.out, config, options, work, files_from)
    shown = {
        "config": config.as_dict(),
        "models": {pair: package.digest() for pair, package in sorted(spec.packages.items())},
        "convert": [task.source.name for task in plan.open_tasks],
        "finished": sorted(plan.finished),
        "remove": [name for name, sha256 in plan.stale.items() if is_ours(layout, name, sha256)],
        "refused": [
            {"name": r.document, "reason": r.reason, "detail": r.value} for r in plan.refused
        ],
    }
    typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))
