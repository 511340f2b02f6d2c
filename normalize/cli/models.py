"""`normalize models`: the translation packages."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    short_help="List, install, import, verify, remove translation packages.",
    help="List, install, import, verify and remove translation packages. Only `install` uses the network.",
)
PAIR = Annotated[str, typer.Argument(metavar="PAIR", help="Language pair, as in it-en.")]


@app.command("list", short_help="List the packages in use.")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines.")] = False,
) -> None:
    """List the packages in use, one a language pair, with version, origin and digest."""
    from normalize.packages import find_packages

    for pair, package in sorted(find_packages().items()):
        if as_json:
            plain = {
                "pair": pair,
                "version": package.version,
                "origin": str(package.origin),
                "sha256": package.digest(),
                "path": str(package.path),
            }
            typer.echo(json.dumps(plain, ensure_ascii=False))
        else:
            typer.echo(
                f"{pair}  {package.version}  {package.origin}  {package.digest()}  {package.path}"
            )


@app.command("install", short_help="Download a package. Uses the network.")
def install_model(pair: PAIR) -> None:
    """Download a package from Argos Translate's index into the user's folder. Uses the network."""
    from normalize.packages import install

    package = install(pair)
    sys.stderr.write(f"normalize: {package.pair} {package.version} installed in {package.path}\n")


@app.command("import", short_help="Copy a package from a file or folder.")
def import_model(
    path: Annotated[Path, typer.Argument(help="An .argosmodel file or a package folder.")],
) -> None:
    """Copy a package from a file or folder into the user's folder."""
    from normalize.packages import import_package

    package = import_package(path)
    sys.stderr.write(f"normalize: {package.pair} {package.version} installed in {package.path}\n")


@app.command("verify", short_help="Check digests, loading and known translations.")
def verify_models(
    pairs: Annotated[
        list[str] | None, typer.Argument(metavar="[PAIR...]", help="All, if none is named.")
    ] = None,
) -> None:
    """Check packages: digests, loading, and canary sentences with known translations."""
    from normalize.packages import find_packages, select
    from normalize.stages.translate import verify

    packages = select(pairs) if pairs else find_packages()
    broken = False
    for pair, package in sorted(packages.items()):
        problems = verify(package)
        broken = broken or bool(problems)
        typer.echo(f"{pair} {package.version}: {'; '.join(problems) if problems else 'sound'}")
    if broken:
        raise typer.Exit(1)


@app.command("remove", short_help="Remove a package from the user's folder.")
def remove_model(pair: PAIR) -> None:
    """Remove a package from the user's folder; packages that came with normalize stay."""
    from normalize.packages import remove

    package = remove(pair)
    sys.stderr.write(f"normalize: {package.pair} {package.version} removed from {package.path}\n")
