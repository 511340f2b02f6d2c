"""The translators of a run: packages chosen and checked before the first document, loaded when first needed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from normalize.config import Config
from normalize.memory import Memory
from normalize.packages import Package, select
from normalize.stages.translate import TranslateOptions, Translator


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """What a worker needs to build its own engine. Picklable; holds no open thing.

    packages: by language pair. threads: processors for one worker; 0 means all of the machine's. memory: the translation
    memory's file, or None for none.
    """

    packages: Mapping[str, Package]
    beam: int = 4
    mbr: int = 0
    threads: int = 0
    memory: Path | None = None

    @property
    def options(self) -> TranslateOptions:
        """The same for every package."""
        return TranslateOptions(self.beam, self.threads, mbr=self.mbr)


def engine_spec(config: Config, *, threads: int = 0, memory: Path | None = None) -> EngineSpec:
    """Choose a package for every language pair of a configuration.

    Raises ModelError where one is missing, before anything is read.
    """
    packages = select(config.pairs, [Path(path) for path in config.packages])
    return EngineSpec(packages, config.beam, config.mbr, threads, memory)


def work_digest(config: Config, spec: EngineSpec, version: str) -> str:
    """SHA-256 over all that decides a result but the input: our version, the configuration, the models, the engine."""
    parts = {
        "version": version,
        "config": config.digest(),
        "models": {pair: package.digest() for pair, package in sorted(spec.packages.items())},
        "libraries": library_versions(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def library_versions() -> dict[str, str]:
    """The versions of the libraries that can change a result."""
    names = ("argos-translate-lt", "ctranslate2", "ftfy", "langdetect", "sentencepiece")
    return {name: _version_of(name) for name in names}


@cache
def _version_of(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "absent"


class Engine:
    """One translator a source language, each built when first asked for."""

    def __init__(self, spec: EngineSpec, target: str = "en") -> None:
        self.spec, self.target = spec, target
        self._translators: dict[str, Translator] = {}
        self._memory: Memory | None = None

    def for_language(self, code: str) -> Translator:
        """The translator from `code`; KeyError for a language that the configuration does not name."""
        if code not in self._translators:
            if self.spec.memory is not None and self._memory is None:
                self._memory = Memory.open(self.spec.memory)
            package = self.spec.packages[f"{code}-{self.target}"]
            self._translators[code] = Translator(package, self.spec.options, self._memory)
        return self._translators[code]

    def close(self) -> None:
        """Write back and close the translation memory."""
        if self._memory is not None:
            self._memory.close()
            self._memory = None
        self._translators.clear()
