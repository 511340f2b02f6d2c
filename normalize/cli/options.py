"""Options that several commands share, and lists: values separated by commas, the option given again adds to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

MODELS = Annotated[
    list[str] | None,
    typer.Option(
        "--models",
        metavar="<str>",
        help="Package folders or .argosmodel files to prefer, separated by commas.",
    ),
]
LANGUAGES = Annotated[
    list[str] | None,
    typer.Option("--from", metavar="<str>", help="Languages to translate.  [default: it,tr]"),
]


def joined(values: Sequence[str] | None) -> str | None:
    """What the option would be if it had been given once; None if it was not given.

    >>> joined(["it", "tr,en"])
    'it,tr,en'
    """
    return ",".join(values) if values else None
