"""The edge to argostranslate: the only module that imports it, and only inside functions.

Importing `argostranslate.settings` creates folders in the user's home and reads the environment
once, so nothing here happens before it is asked for. The translation path itself needs
argostranslate for one thing: the byte-pair encoder of old packages.
"""

from __future__ import annotations

import urllib.request
from pathlib import Path
from typing import Protocol

from normalize.errors import ModelError

SECONDS = 15.0
"""How long the package index may take to answer."""


class BytePairEncoder(Protocol):
    """What is needed of argostranslate's byte-pair encoder."""

    def segment_tokens(self, tokens: list[str]) -> list[str]:
        """Tokens to subwords; every subword but the last of a token ends in `@@`."""
        ...


def byte_pair_encoder(model: Path) -> BytePairEncoder:
    """The encoder for a `bpe.model` file. Creates no folder and opens no socket."""
    from argostranslate.apply_bpe import BPE

    with model.open(encoding="utf-8") as codes:
        encoder: BytePairEncoder = BPE(codes)
    return encoder


def _reach(address: str) -> None:
    """Ask for the index once, with a time limit, which argostranslate's own requests do not have."""
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            answer.read(1)
    except (OSError, ValueError) as exc:
        message = (
            f"the Argos package index ({address}) cannot be reached: {exc}; check the network, or fetch the .argosmodel file "
            "elsewhere and use `normalize models import FILE`"
        )
        raise ModelError(message) from exc


def download(source: str, target: str) -> bytes:
    """The bytes of the package for a pair from the Argos package index. Uses the network.

    Raises ModelError where there is no such package, or no way to the index within a few seconds.
    """
    from argostranslate import networking, package, settings

    _reach(settings.remote_package_index)
    package.update_package_index()
    found = [
        p for p in package.get_available_packages() if p.from_code == source and p.to_code == target
    ]
    if not found:
        message = f"the Argos package index has no package from {source} to {target}"
        raise ModelError(message)
    data = networking.get_from(found[-1].links)
    if not isinstance(data, bytes):
        message = (
            f"the package from {source} to {target} could not be downloaded;"
            " check the network and try again"
        )
        raise ModelError(message)
    return data
