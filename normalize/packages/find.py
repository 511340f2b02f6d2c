"""Folders to `Package` values: where packages are, what their metadata says, and the digest that
names them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeGuard

from normalize.config import MOST_HYPOTHESES
from normalize.errors import ModelError
from normalize.packages.archive import unpacked
from normalize.packages.lexicon import LEXICON_FILE, Lexicon


class TokenizerKind(StrEnum):
    """How a package cuts text into the units of its vocabulary."""

    SENTENCEPIECE = "sentencepiece"
    BPE = "bpe"
    """Moses tokenisation followed by byte-pair encoding: packages converted from OpenNMT and OPUS
    models.
    """


class Origin(StrEnum):
    """Where a package was found."""

    EXPLICIT = "explicit"
    """A path that the caller gave."""
    ARGOS = "argos"
    """The user's Argos Translate folder."""
    SHIPPED = "shipped"
    """The packages that travel with `normalize`."""


LARGEST_LENGTH_PENALTY = 10
"""Beyond it the search's score says nothing but the length."""

LARGEST_NO_REPEAT_NGRAM = 32
"""Longer sequences that occur twice are whole sentences, which `Flag.LOOP` finds."""

LARGEST_CHANNEL_WEIGHT = 10
"""Beyond it the channel all but decides alone: hypotheses of one text differ by tenths of a nat."""

CHANNEL_FOLDER = "channel"
"""The folder of a package's network back, and the name of it in the metadata."""

TOKENIZER_FILES = {
    TokenizerKind.SENTENCEPIECE: "sentencepiece.model",
    TokenizerKind.BPE: "bpe.model",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """The network from the target language back to the source language that a package may carry in `channel/`: a CTranslate2 model
    of the package's own subwords.

    It says how likely the source is after each of several translations (see `normalize.stages.translate.channel`).

    weight: what a nat of its mean log-probability is worth in expected chrF++ (which goes from 0 to 1), above 0 and up to 10.
    source_prefix: the token that the model wants before every text that it reads; usually the mark of a language; may be empty.
    """

    weight: float
    source_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """A translation package on disk.

    source, target: language codes as the package's metadata gives them (ISO 639-1 as a rule).
    version: the package's own version, such as `1.0`; empty where its metadata gives none.
    path: the folder.
    tokenizer, origin: see their types.
    name: for people, such as `Italian - English`.
    target_prefix: the token that some multilingual models want before every translation; usually
    empty.
    length_penalty: exponent of the length in the search's score that suits the model, 0 or more; None where its
    metadata gives none.
    mbr: hypotheses that minimum Bayes risk decoding should choose among, 1 to 32; 1 where its metadata gives none.
    no_repeat_ngram: subwords of the shortest sequence that should not occur twice in a translation, 1 to 32; 0, none, where its
    metadata gives none.
    channel: the network back that it carries; None where its metadata names none.
    """

    source: str
    target: str
    version: str
    path: Path
    tokenizer: TokenizerKind
    origin: Origin
    name: str = ""
    target_prefix: str = ""
    length_penalty: float | None = None
    mbr: int = 1
    no_repeat_ngram: int = 0
    channel: Channel | None = None

    @property
    def pair(self) -> str:
        """The language pair: `it-en`."""
        return f"{self.source}-{self.target}"

    @property
    def tokenizer_path(self) -> Path:
        """The file of the tokeniser."""
        return self.path / TOKENIZER_FILES[self.tokenizer]

    @property
    def model_path(self) -> Path:
        """The CTranslate2 model's folder."""
        return self.path / "model"

    @property
    def channel_path(self) -> Path:
        """The folder of the channel's CTranslate2 model; most packages have none."""
        return self.path / CHANNEL_FOLDER

    @property
    def lexicon_path(self) -> Path:
        """The file of the lexicon; most packages have none."""
        return self.path / LEXICON_FILE

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the files that decide a translation: metadata, tokeniser,
        model and, if there are any, channel and lexicon.

        It is the digest of the lines `<sha256 of file>  <relative path>`, ordered by path (what
        `sha256sum` prints), so a README may change without changing it. Kept for the life of the
        process while sizes and times of the files stay.
        """
        files = [self.path / "metadata.json", self.tokenizer_path]
        models = [self.model_path, *([self.channel_path] if self.channel else [])]
        files += [path for model in models for path in model.rglob("*") if path.is_file()]
        files += [path for path in (self.lexicon_path,) if path.is_file()]
        try:
            states = [(str(path), *_state(path)) for path in files]
            lines = sorted(
                (Path(path).relative_to(self.path).as_posix(), file_digest(path, size, time_ns))
                for path, size, time_ns in states
            )
        except OSError as exc:
            message = f"{self.path}: the package cannot be read ({exc.strerror}); import it again"
            raise ModelError(message) from exc
        listing = "".join(f"{digest}  {path}\n" for path, digest in lines)
        return hashlib.sha256(listing.encode()).hexdigest()


def _state(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=256)
def file_digest(path: str, size_bytes: int, time_ns: int) -> str:
    """SHA-256 of a file; size and modification time are part of the key, so that a changed file is
    read again.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_package(folder: Path, origin: Origin = Origin.EXPLICIT) -> Package:
    """The package in a folder, from its metadata; raises ModelError where it is not one."""
    metadata = folder / "metadata.json"
    try:
        data = json.loads(metadata.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        message = f"{folder}: not a translation package: metadata.json is missing or not JSON"
        raise ModelError(message) from exc
    if not isinstance(data, dict) or not data.get("from_code") or not data.get("to_code"):
        message = f"{metadata}: names no language pair (from_code, to_code)"
        raise ModelError(message)
    kinds = [kind for kind, name in TOKENIZER_FILES.items() if (folder / name).is_file()]
    if not kinds or not (folder / "model" / "model.bin").is_file():
        wanted = "model/model.bin" if kinds else "sentencepiece.model or bpe.model"
        message = f"{folder}: the package lacks {wanted}; fetch it again, or remove the folder"
        raise ModelError(message)
    return Package(
        source=str(data["from_code"]),
        target=str(data["to_code"]),
        version=str(data.get("package_version", "")),
        path=folder,
        tokenizer=kinds[0],
        origin=origin,
        name=" - ".join(
            str(data.get(key) or data[code])
            for key, code in (("from_name", "from_code"), ("to_name", "to_code"))
        ),
        target_prefix=str(data.get("target_prefix", "")),
        length_penalty=_length_penalty(metadata, data),
        mbr=_whole_number(metadata, data, "mbr", 1, MOST_HYPOTHESES),
        no_repeat_ngram=_whole_number(
            metadata, data, "no_repeat_ngram", 0, LARGEST_NO_REPEAT_NGRAM
        ),
        channel=_channel(metadata, data),
    )


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _length_penalty(metadata: Path, data: dict[str, Any]) -> float | None:
    value = data.get("length_penalty")
    if value is None:
        return None
    if not _is_number(value) or not 0 <= value <= LARGEST_LENGTH_PENALTY:
        message = f"{metadata}: length_penalty must be a number from 0 to {LARGEST_LENGTH_PENALTY}, not {value!r}"
        raise ModelError(message)
    return float(value)


def _channel(metadata: Path, data: dict[str, Any]) -> Channel | None:
    value = data.get(CHANNEL_FOLDER)
    if value is None:
        return None
    parts = value if isinstance(value, dict) else {}
    weight, prefix = parts.get("weight", 0), parts.get("source_prefix", "")
    if (
        not _is_number(weight)
        or not 0 < weight <= LARGEST_CHANNEL_WEIGHT
        or not isinstance(prefix, str)
    ):
        message = (
            f"{metadata}: channel must be a weight above 0 and up to {LARGEST_CHANNEL_WEIGHT} with, if need be, a source_prefix,"
            f" not {value!r}"
        )
        raise ModelError(message)
    if not (metadata.parent / CHANNEL_FOLDER / "model.bin").is_file():
        message = (
            f"{metadata.parent}: the package lacks {CHANNEL_FOLDER}/model.bin; fetch it again, or remove `channel` from"
            " metadata.json to translate without it"
        )
        raise ModelError(message)
    return Channel(float(weight), prefix)


def _whole_number(metadata: Path, data: dict[str, Any], key: str, least: int, most: int) -> int:
    """A number of the metadata; the least where it is not there."""
    value = data.get(key, least)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        message = f"{metadata}: {key} must be a whole number from {least} to {most}, not {value!r}"
        raise ModelError(message)
    return value


def user_folder() -> Path:
    """The user's Argos Translate packages folder, found as Argos finds it; it may not exist.

    The environment's `ARGOS_PACKAGES_DIR`, the same key in Argos' settings file, then
    `$XDG_DATA_HOME/argos-translate/packages`, `~/.local/share/argos-translate/packages`.
    """
    if folder := os.environ.get("ARGOS_PACKAGES_DIR"):
        return Path(folder)
    configuration = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    try:
        settings = json.loads(
            (configuration / "argos-translate" / "settings.json").read_text(encoding="utf-8")
        )
        if folder := settings.get("ARGOS_PACKAGES_DIR"):
            return Path(folder)
    except (OSError, ValueError, AttributeError):
        pass  # no settings, or none that can be read: Argos too goes on with its defaults
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "argos-translate" / "packages"


def shipped_folder() -> Path:
    """The folder of the packages that travel with `normalize`: in the installed wheel, else in the
    checkout.
    """
    inside = Path(__file__).resolve().parents[1] / "models"
    return inside if inside.is_dir() else inside.parents[1] / "models"


def _version_key(version: str) -> tuple[tuple[int, str], ...]:
    """Orders versions as people do: 1.10 after 1.9."""
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part)
        for part in re.findall(r"\d+|[^\W\d]+", version)
    )


def _packages_in(folder: Path, origin: Origin) -> Iterator[Package]:
    """The sound packages directly inside a folder, the newest version first; anything else there is
    passed over.
    """
    if not folder.is_dir():
        return
    found: list[Package] = []
    for path in sorted(folder.iterdir()):
        if not (path / "metadata.json").is_file():
            continue
        try:
            found.append(read_package(path, origin))
        except ModelError:
            continue  # a sentence splitter's package, or a damaged one, must not stop the others
    yield from sorted(found, key=lambda package: _version_key(package.version), reverse=True)


def _explicit(path: Path) -> list[Package]:
    """What the caller means by a path: a package's folder, an `.argosmodel` file, or a folder of
    packages.
    """
    if path.is_file():
        return [read_package(unpacked(path))]
    if (path / "metadata.json").is_file():
        return [read_package(path)]
    found = list(_packages_in(path, Origin.EXPLICIT))
    if not found:
        message = (
            f"{path}: no translation package here; give a package's folder or an .argosmodel file"
        )
        raise ModelError(message)
    return found


def find_packages(explicit: Sequence[Path] = ()) -> dict[str, Package]:
    """Every package that can be used, by language pair, in alphabetical order of the pairs.

    explicit: folders or `.argosmodel` files that go before the user's Argos folder and the shipped
    packages. Raises ModelError where one of them is not a package; damaged folders elsewhere are
    passed over.
    """
    found: dict[str, Package] = {}
    candidates = [package for path in explicit for package in _explicit(Path(path))]
    candidates += _packages_in(user_folder(), Origin.ARGOS)
    candidates += _packages_in(shipped_folder(), Origin.SHIPPED)
    for package in candidates:
        found.setdefault(package.pair, package)
    return dict(sorted(found.items()))


def select(pairs: Sequence[str], explicit: Sequence[Path] = ()) -> dict[str, Package]:
    """The packages for these language pairs, in the order asked for.

    Raises ModelError that names every missing pair, what there is instead, and what to try, or where the lexicon of a
    package is damaged: before anything is read.
    """
    found = find_packages(explicit)
    missing = [pair for pair in pairs if pair not in found]
    if missing:
        there = ", ".join(found) or "none"
        near = {pair: close for pair in missing for close in get_close_matches(pair, found, 1, 0.8)}
        meant = "".join(f"; did you mean {close}?" for close in dict.fromkeys(near.values()))
        advice = " or ".join(f"`normalize models install {pair}`" for pair in missing)
        message = (
            f"no translation package for {', '.join(missing)} (found: {there}){meant or ';'}"
            f" try {advice}, or give its path"
        )
        raise ModelError(message)
    for pair in pairs:
        Lexicon.read(found[pair].lexicon_path)
    return {pair: found[pair] for pair in pairs}
