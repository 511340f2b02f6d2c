"""Whether a package is what it should be: its files' digests, that it loads, and that it still
translates its canaries.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from normalize.errors import NormalizeError
from normalize.packages import find
from normalize.packages.find import Origin, Package, file_digest
from normalize.packages.lexicon import LEXICON_FILE, Lexicon
from normalize.stages.translate.engine import Decoding, Engine
from normalize.stages.translate.options import TranslateOptions


def verify(package: Package) -> list[str]:
    """The problems of a package, one sentence each; an empty list means it is sound.

    Shipped packages: every file against the SHA-256 in `models/index.toml`. All packages: that the
    model and the tokeniser load and translate. Packages with a `canaries.json` (a list of
    `{"source", "target"}`): that each canary gives its translation, and that a channel, if there is one, finds each source
    likelier after its own translation than after any other.
    """
    problems = _wrong_files(package) if package.origin is Origin.SHIPPED else []
    return problems or _wrong_translations(package)


def _wrong_files(package: Package) -> list[str]:
    index = find.shipped_folder() / "index.toml"
    try:
        entry = tomllib.loads(index.read_text(encoding="utf-8"))["packages"][package.pair]
        files: dict[str, str] = dict(entry["files"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        return [f"{index}: has no readable entry for {package.pair} ({exc!r})"]
    problems = []
    if package.lexicon_path.is_file() and LEXICON_FILE not in files:
        problems.append(f"{package.lexicon_path}: index.toml does not name it; remove it")
    for name, wanted in sorted(files.items()):
        path = package.path / name
        if not path.is_file():
            problems.append(f"{path}: missing")
            continue
        status = path.stat()
        if file_digest(str(path), status.st_size, status.st_mtime_ns) != wanted:
            problems.append(f"{path}: its SHA-256 is not the one in index.toml")
    return problems


def _read_canaries(path: Path) -> list[tuple[str, str]]:
    if not path.is_file():
        return []
    items = json.loads(path.read_text(encoding="utf-8"))
    return [(item["source"], " ".join(item["target"].split())) for item in items]


def _wrong_translations(package: Package) -> list[str]:
    """Problems of loading and of the canaries: raw searches of beam 4, as the packages' recipe
    makes them, and Argos Translate. The channel is loaded too, whatever the package asks for.
    """
    path = package.path / "canaries.json"
    try:
        canaries = _read_canaries(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        return [f"{path}: cannot be read ({exc!r})"]
    sources = [source for source, _ in canaries]
    try:
        Lexicon.read(package.lexicon_path)
        engine = Engine(package, TranslateOptions(threads=1, mbr=2))
        found = engine.decode(sources or ["."], Decoding.of_argos())
        mistaken = list(_mistaken_sources(engine, canaries))
    except NormalizeError as exc:
        return [str(exc)]
    dead = [
        f"{package.pair}: the canary {source!r} gives {hypothesis.text!r}, expected {target!r}"
        for (source, target), hypothesis in zip(canaries, found, strict=False)
        if hypothesis.text != target
    ]
    return dead + [
        f"{package.pair}: the channel does not find {source!r} less likely after {other!r} than after its own translation"
        for source, other in mistaken
    ]


def _mistaken_sources(
    engine: Engine, canaries: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """The sources that the channel finds no less likely after another canary's translation, with that translation."""
    if not engine.has_channel:
        return
    targets = list(dict.fromkeys(target for _, target in canaries))
    for source, own in canaries:
        support = engine.support([(source, target) for target in targets])
        by_target = dict(zip(targets, support, strict=True))
        others = [
            target for target in targets if by_target[target] >= by_target[own] and target != own
        ]
        if others or not math.isfinite(by_target[own]):
            yield source, max(others or targets, key=by_target.__getitem__)
