"""The command line: parse, call, render. The only package that prints, and the only one that knows exit statuses."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from normalize.cli import corpus, models, pipe, run, text
from normalize.errors import InputError, NormalizeError, UsageError

EXIT_FAILURE, EXIT_USAGE, EXIT_PARTIAL, EXIT_INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(
    name="normalize",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Turn messy multilingual text into clean English documents and clean parallel corpora, offline.

Damaged encodings are repaired, the language of every segment is identified, Italian and Turkish segments are translated into
English, and source and translation are written side by side.

Start with:  normalize run pages/ -o out/

Exit status: 0 all well; 1 failure; 2 wrong usage; 3 some inputs failed or were refused; 130 interrupted.""",
)
run.register(app)
pipe.register(app)
text.register(app)
app.add_typer(models.app, name="models")
app.add_typer(corpus.app, name="corpus")


def _show_version(wanted: bool) -> None:
    if not wanted:
        return
    from normalize.packages import find_packages
    from normalize.version import __version__

    typer.echo(f"normalize {__version__}")
    for pair, package in sorted(find_packages().items()):
        typer.echo(f"{pair} {package.version} sha256:{package.digest()} ({package.origin})")
    raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Show the version, and the models with their digests.",
        ),
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line and end the process with its status."""
    _utf8_streams()
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
    except typer.Abort:
        status = EXIT_INTERRUPTED
    except typer.Exit as exc:
        status = exc.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("normalize: interrupted\n")
        status = EXIT_INTERRUPTED
    except BrokenPipeError:
        status = _reader_gone()
    except UsageError as exc:
        status = _complain(exc, EXIT_USAGE)
    except InputError as exc:
        status = _complain(exc, EXIT_FAILURE)
    except NormalizeError as exc:
        status = _complain(exc, EXIT_FAILURE)
    except OSError as exc:
        status = _system_said(exc)
    except Exception as exc:
        status = _usage_or_raise(exc)
    sys.exit(status if isinstance(status, int) else 0)


def _usage_or_raise(exc: Exception) -> int:
    """Wrong options are shown as the command's own help would; anything else is a defect and keeps its traceback."""
    show = getattr(exc, "show", None)
    if show is None:
        raise exc
    show(sys.stderr)
    return int(getattr(exc, "exit_code", EXIT_USAGE))


def _complain(exc: Exception, status: int) -> int:
    sys.stderr.write(f"normalize: {exc}\n")
    return status


def _system_said(exc: OSError) -> int:
    """The system's error as a message that names the file; without a name it is about standard output."""
    reason = (exc.strerror or str(exc)).lower()
    if exc.filename is not None:
        sys.stderr.write(
            f"normalize: {exc.filename}: {reason} (check the place and its permissions)\n"
        )
        return EXIT_FAILURE
    sys.stderr.write(
        f"normalize: standard output: {reason} (free some space, or write elsewhere)\n"
    )
    _discard_output()
    return EXIT_FAILURE


def _discard_output() -> None:
    """Let what is left in the buffer of standard output go nowhere, so that the end of the process does not trip over it."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())


def _reader_gone() -> int:
    """Whoever read our output has left (`| head`): end quietly, as other filters do."""
    _discard_output()
    return 128 + 13


def _utf8_streams() -> None:
    """Text in and out is UTF-8 whatever the locale says; what UTF-8 cannot hold is shown escaped."""
    for stream, errors in ((sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors=errors, newline="\n")
