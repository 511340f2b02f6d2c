"""Texts to translations with one package."""

from __future__ import annotations

from collections.abc import Sequence

from normalize.document import Translation
from normalize.memory import Memory
from normalize.packages.find import Package
from normalize.stages.translate.options import TranslateOptions


class Translator:
    """Translates texts with one package."""

    def __init__(self, package: Package, options: TranslateOptions | None = None, memory: Memory | None = None) -> None:
        self._package, self._options, self._memory = package, options or TranslateOptions(), memory
        self.signature = f"{package.pair}@{package.digest()[:12]}"

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """One translation a text, in order."""
        raise NotImplementedError
