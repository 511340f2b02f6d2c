"""Config: everything that can be set, from TOML or the command line, as one frozen value.

A Config says what is made of an input. What only says how fast or how loudly (workers, progress) is a `RunOptions`, so that the
digest of a Config names a result and nothing else does.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from normalize.document import Flag
from normalize.errors import PlanError

T = TypeVar("T")
FORMATS = ("tmx", "moses", "tsv", "jsonl", "parquet")
DETECTORS = ("default", "langdetect", "fasttext")
OPTION_NAMES = {"from": "sources", "to": "target", "models": "packages"}
"""Command-line options that are called otherwise here; a TOML file may use either name."""
REPAIR_LEVELS = ("off", "safe", "aggressive")


def _check_encoding(name: str) -> None:
    """PlanError unless it is an encoding of texts that Python knows."""
    try:
        " ".encode(name)
    except (LookupError, UnicodeError, ValueError) as exc:
        known = (
            "utf-8",
            "utf-16",
            "latin-1",
            "cp1252",
            "cp1254",
            "iso8859-9",
            "iso8859-15",
            "cp850",
            "cp857",
        )
        message = f"encoding: {name!r} is an unknown encoding; {_nearest(name.lower(), known)}"
        raise PlanError(message) from exc


def _one_of(name: str, value: object, allowed: Iterable[str]) -> None:
    allowed = tuple(allowed)
    if value not in allowed:
        message = f"{name}: {value!r} is not known; {_nearest(str(value), allowed)}"
        raise PlanError(message)


def _nearest(word: str, known: Iterable[str]) -> str:
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    listed = ", ".join(known)
    return f"did you mean {close[0]!r}? Known: {listed}" if close else f"known: {listed}"


@dataclass(frozen=True, slots=True)
class FilterConfig:
    """Which pairs stay out of the corpora. They still appear in the documents, and in `rejected.jsonl` with the reason.

    max_length_ratio: longer side over shorter side, in characters, for pairs of 20 characters and more.
    min_score: least mean log-probability a target token, in nats.
    max_chars: longest side admitted, in characters.
    min_language_probability: least probability of the decided source language.
    drop_flags: flags of the translation guards that keep a pair out.
    drop_duplicates: keep only the first of equal (source, target) pairs of a run.
    """

    max_length_ratio: float = 3.0
    min_score: float = -2.0
    max_chars: int = 2000
    min_language_probability: float = 0.5
    drop_flags: tuple[str, ...] = (
        "empty",
        "copied",
        "loop",
        "length-ratio",
        "lost-number",
        "lost-address",
        "not-english",
        "untranslated",
    )
    drop_duplicates: bool = True

    def __post_init__(self) -> None:
        for flag in self.drop_flags:
            _one_of("filter.drop_flags", flag, [str(known) for known in Flag])
        for name, least, most in (
            ("max_length_ratio", 1.0, math.inf),
            ("min_score", -math.inf, 0.0),
            ("max_chars", 1, math.inf),
            ("min_language_probability", 0.0, 1.0),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                message = f"filter.{name}: {value} is out of range; use {least} to {most}"
                raise PlanError(message)


@dataclass(frozen=True, slots=True)
class Config:
    """What to do with a text. Every field can be set in a TOML file under the same name, or
    under that of its command-line option (`from`, `to`, `models`).

    sources: languages to translate, ISO 639-1. target: the language of the result; only `en` has packages.
    formats: corpus formats to write. encoding: decode inputs so, without judging; empty means decide by evidence.
    repair: `off`, `safe` or `aggressive`. glue, apostrophes, diacritics: `auto` (as the level says), `on` or `off`.
    detector: name of the language detector. packages: folders or `.argosmodel` files to prefer to installed packages.
    beam: hypotheses kept while decoding.
    text_field: the field of JSON Lines inputs that holds the text. filter: see FilterConfig.
    """

    sources: tuple[str, ...] = ("it", "tr")
    target: str = "en"
    formats: tuple[str, ...] = FORMATS
    encoding: str = ""
    repair: str = "safe"
    glue: str = "auto"
    apostrophes: str = "auto"
    diacritics: str = "auto"
    detector: str = "default"
    packages: tuple[str, ...] = ()
    beam: int = 4
    text_field: str = "text"
    filter: FilterConfig = FilterConfig()

    def __post_init__(self) -> None:
        for name in ("sources", "formats", "packages"):
            given = getattr(self, name)
            if isinstance(given, str):
                message = f"{name}: several words are expected, as in ({given!r},), not one text"
                raise PlanError(message)
            object.__setattr__(self, name, tuple(dict.fromkeys(given)))
        for name, allowed in (
            ("repair", REPAIR_LEVELS),
            ("glue", ("auto", "on", "off")),
            ("apostrophes", ("auto", "on", "off")),
            ("diacritics", ("auto", "on", "off")),
            ("target", ("en",)),
            ("detector", DETECTORS),
        ):
            _one_of(name, getattr(self, name), allowed)
        for name in self.formats:
            _one_of("formats", name, FORMATS)
        if not self.sources:
            message = "sources: at least one language is needed, for example it,tr"
            raise PlanError(message)
        for code in self.sources:
            if not (code.isascii() and code.isalpha() and 2 <= len(code) <= 3 and code.islower()):
                message = f"sources: {code!r} is no ISO 639 code; write for example it,tr"
                raise PlanError(message)
            if code == self.target:
                message = f"sources: {code!r} is the target language itself; leave it out"
                raise PlanError(message)
        if self.encoding:
            _check_encoding(self.encoding)
        if not self.text_field:
            message = "text_field: empty; name the field that holds the text, for example text"
            raise PlanError(message)
        if not 1 <= self.beam <= 32:
            message = f"beam: {self.beam} is out of range; use 1 (fastest) to 32, 4 is usual"
            raise PlanError(message)

    @property
    def pairs(self) -> tuple[str, ...]:
        """The language pairs, as in `it-en`."""
        return tuple(f"{source}-{self.target}" for source in self.sources)

    def as_dict(self) -> dict[str, Any]:
        """The whole configuration, defaults included, as plain data."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    def digest(self) -> str:
        """SHA-256 over everything that can change a result."""
        plain = self.as_dict()
        del plain["packages"]  # their own digests stand for them
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run goes about it. Nothing here changes a byte of the result, except that `limit` reads fewer documents.

    workers: processes; 0 means one for each processor. limit: at most so many documents. resume: use what an earlier run of the
    same output folder finished. memory: where translations are kept for the next run: `auto` (inside the output folder), `off`, or
    the path of a file, which several runs may share.
    """

    workers: int = 0
    limit: int = 0
    resume: bool = True
    memory: str = "auto"
    quiet: bool = False


RUN_KEYS = {field.name for field in fields(RunOptions)}


def _convert(cls: type, name: str, value: object, where: str) -> object:
    """A TOML value as the field's type; PlanError where it cannot be."""
    hint = get_type_hints(cls)[name]
    if hint is FilterConfig:
        if not isinstance(value, Mapping):
            message = f"{where}{name}: a table is expected, as in [filter]"
            raise PlanError(message)
        return _build(FilterConfig, value, FilterConfig(), f"{where}{name}.")
    if hint == tuple[str, ...]:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
            return tuple(value)
        message = f"{where}{name}: a list of words is expected, not {value!r}"
        raise PlanError(message)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if (
        isinstance(hint, type)
        and isinstance(value, hint)
        and (hint is bool or not isinstance(value, bool))
    ):
        return value
    expected = getattr(hint, "__name__", str(hint))
    message = f"{where}{name}: {value!r} is not a value of type {expected}"
    raise PlanError(message)


def _build(cls: type[T], table: Mapping[str, object], base: T, where: str = "") -> T:
    known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            message = f"{where}{key}: unknown key; {_nearest(name, known)}"
            raise PlanError(message)
        values[name] = _convert(cls, name, value, where)
    changed: T = replace(base, **values)  # type: ignore[type-var]
    return changed


def _renamed(where: str, table: Mapping[str, object]) -> dict[str, object]:
    """A TOML table with option names as field names."""
    renamed: dict[str, object] = {}
    for key, value in table.items():
        name = OPTION_NAMES.get(key, key)
        if name in renamed:
            message = f"{where}{key}: given twice, as {name!r} too; leave one out"
            raise PlanError(message)
        renamed[name] = value
    return renamed


def configure(
    file: Path | None = None, options: Mapping[str, object] | None = None
) -> tuple[Config, RunOptions]:
    """Defaults, then a TOML file, then command-line options, each over the one before.

    Raises PlanError for an unknown key, a wrong value, or a file that is not TOML.
    """
    config, run = Config(), RunOptions()
    tables: list[tuple[str, Mapping[str, object]]] = []
    if file is not None:
        try:
            read = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
            message = f"{file}: cannot be used as a configuration: {exc}"
            raise PlanError(message) from exc
        tables.append((f"{file}: ", _renamed(f"{file}: ", read)))
    tables.append(("", options or {}))
    known = {field.name for field in fields(Config)} | RUN_KEYS
    for where, table in tables:
        for key in table:
            if key.replace("-", "_") not in known:
                message = f"{where}{key}: unknown key; {_nearest(key.replace('-', '_'), known)}"
                raise PlanError(message)
        ours = {k: v for k, v in table.items() if k.replace("-", "_") not in RUN_KEYS}
        theirs = {k: v for k, v in table.items() if k.replace("-", "_") in RUN_KEYS}
        config = _build(Config, ours, config, where)
        run = _build(RunOptions, theirs, run, where)
    if run.workers < 0 or run.limit < 0:
        message = "workers and limit cannot be negative; 0 means automatic and no limit"
        raise PlanError(message)
    return config, run
