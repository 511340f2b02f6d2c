"""Config: everything that can be set, from TOML or the command line, as one frozen value.

A Config says what is made of an input. What only says how fast or how loudly (workers, progress) is a `RunOptions`, so that the
digest of a Config names a result and nothing else does.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from normalize.document import Flag
from normalize.errors import PlanError

T = TypeVar("T")
FORMATS = ("tmx", "moses", "tsv", "jsonl", "parquet")
DETECTORS = ("default", "langdetect", "fasttext")
OPTION_NAMES = {"from": "sources", "to": "target", "models": "packages"}
"""Command-line options that are called otherwise here; a TOML file may use either name."""
_FLAGS = {"restart": "resume"}
"""Flags that switch another key off: `restart = true` is `resume = false`."""
REPAIR_LEVELS = ("off", "safe", "aggressive")
MEMORY_WORDS = ("auto", "off")
ENGINES = ("local", "ray")
MOST_HYPOTHESES = 32
"""Of a beam, and to choose among. More are not worth their time; the engine keeps them all until a sentence is done."""


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


def one_of(name: str, value: object, allowed: Iterable[str]) -> None:
    """PlanError that names the nearest allowed value, unless it is one of them."""
    allowed = tuple(allowed)
    if value not in allowed:
        message = f"{name}: {value!r} is not known; {_nearest(str(value), allowed)}"
        raise PlanError(message)


def _nearest(word: str, known: Iterable[str]) -> str:
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    listed = ", ".join(known)
    return f"did you mean {close[0]!r}? Known: {listed}" if close else f"known: {listed}"


@cache
def _hints_of(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _hints(value: object) -> dict[str, Any]:
    """The types of a dataclass's fields, looked up once."""
    return _hints_of(type(value))  # type: ignore[arg-type]


def _described(hint: object) -> str:
    """A field's type in words, with an example."""
    words = {
        "bool": "true or false",
        "int": "a whole number, such as 4",
        "float": "a number, such as 0.5",
        "str": 'a text, such as "auto"',
        "FilterConfig": "a table, as in [filter]",
    }
    return words.get(getattr(hint, "__name__", ""), 'a list of words, such as ["it", "tr"]')


def _check_types(value: FilterConfig | Config | RunOptions, path: str) -> None:
    """PlanError where a field of a configuration that was made in Python holds something else than its type says."""
    for name, hint in _hints(value).items():
        given = getattr(value, name)
        if hint == tuple[str, ...]:
            right = isinstance(given, tuple) and all(isinstance(part, str) for part in given)
        elif hint is float:
            right = isinstance(given, int | float) and not isinstance(given, bool)
        else:
            right = isinstance(given, hint) and (hint is bool or not isinstance(given, bool))
        if not right:
            message = f"{path}{name}: {given!r} is not {_described(hint)}"
            raise PlanError(message)


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
        if isinstance(self.drop_flags, Iterable) and not isinstance(self.drop_flags, str):
            object.__setattr__(self, "drop_flags", tuple(dict.fromkeys(self.drop_flags)))
        _check_types(self, "filter.")
        for flag in self.drop_flags:
            one_of("filter.drop_flags", flag, [str(known) for known in Flag])
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
    mbr: hypotheses that minimum Bayes risk decoding chooses among, 1 for none; 0 takes what each package asks for.
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
    mbr: int = 0
    text_field: str = "text"
    filter: FilterConfig = FilterConfig()

    def __post_init__(self) -> None:
        for name in ("sources", "formats", "packages"):
            given = getattr(self, name)
            if isinstance(given, str):
                message = f"{name}: several words are expected, as in ({given!r},), not one text"
                raise PlanError(message)
            if isinstance(given, Iterable):
                object.__setattr__(self, name, tuple(dict.fromkeys(given)))
        _check_types(self, "")
        for name, allowed in (
            ("repair", REPAIR_LEVELS),
            ("glue", ("auto", "on", "off")),
            ("apostrophes", ("auto", "on", "off")),
            ("diacritics", ("auto", "on", "off")),
            ("target", ("en",)),
            ("detector", DETECTORS),
        ):
            one_of(name, getattr(self, name), allowed)
        for name in self.formats:
            one_of("formats", name, FORMATS)
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
        if not 1 <= self.beam <= MOST_HYPOTHESES:
            message = f"beam: {self.beam} is out of range; use 1 (fastest) to {MOST_HYPOTHESES}, 4 is usual"
            raise PlanError(message)
        if not 0 <= self.mbr <= MOST_HYPOTHESES:
            message = (
                f"mbr: {self.mbr} is out of range; use 1 (none) to {MOST_HYPOTHESES}, "
                "or 0 for what the packages ask"
            )
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

    workers: processes; 0 means one for each processor. engine: `local`, processes of this machine, or `ray`, of a Ray cluster: that
    at `address` (`auto` or `HOST:PORT`), or one of this machine alone where it is empty. limit: at most so many documents. resume:
    use what an earlier run of the same output folder finished. memory: where translations are kept for the next run: `auto` (inside
    the output folder), `off`, or the path of a file, which several runs may share. out: the output folder, files_from: a file with
    one input a line, dry_run: say what would be done and do nothing; these three are for the command line, empty where nothing is
    set. Paths are relative to the current folder.
    """

    workers: int = 0
    engine: str = "local"
    address: str = ""
    limit: int = 0
    resume: bool = True
    memory: str = "auto"
    quiet: bool = False
    out: str = ""
    files_from: str = ""
    dry_run: bool = False

    def __post_init__(self) -> None:
        _check_types(self, "")
        for name, meaning in (("workers", "automatic"), ("limit", "no limit")):
            if getattr(self, name) < 0:
                message = f"{name}: {getattr(self, name)} cannot be negative; 0 means {meaning}"
                raise PlanError(message)
        one_of("engine", self.engine, ENGINES)
        _check_address(self.engine, self.address)
        if not self.memory.strip():
            message = "memory: empty; write auto (in the output folder), off, or the path of a file"
            raise PlanError(message)
        plain = self.memory.isalpha() and self.memory not in MEMORY_WORDS
        near = difflib.get_close_matches(self.memory.lower(), MEMORY_WORDS, n=1) if plain else []
        if near:
            message = (
                f"memory: {self.memory!r} is not known; did you mean {near[0]!r}? "
                f"(write ./{self.memory} for a file of that name)"
            )
            raise PlanError(message)


def _check_address(engine: str, address: str) -> None:
    """PlanError unless it is where a Ray cluster may be, and Ray is to be used."""
    if not address:
        return
    if engine != "ray":
        message = f'address: {address!r} is that of a Ray cluster; add --engine ray (engine = "ray"), or leave it out'
        raise PlanError(message)
    if address != "auto" and not re.fullmatch(r"[\w.-]+:\d+|\[[\da-fA-F:]+\]:\d+", address):
        message = (
            f"address: {address!r} is no address of a cluster; write auto (the one that this machine is part of) or HOST:PORT, for "
            f"example 10.0.0.1:6379"
        )
        raise PlanError(message)


RUN_KEYS = {field.name for field in fields(RunOptions)}
KEYS = {field.name for field in fields(Config)} | RUN_KEYS


def _convert(base: object, name: str, value: object, path: str) -> object:
    """A TOML value as the type of the base's field; PlanError where it cannot be."""
    hint = _hints(base)[name]
    if hint is FilterConfig and isinstance(value, Mapping):
        return _build(getattr(base, name), value, f"{path}{name}.")
    if hint == tuple[str, ...]:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
            return tuple(value)
    elif hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    elif isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
        return value
    message = f"{path}{name}: {value!r} is not {_described(hint)}"
    raise PlanError(message)


def _build(base: T, table: Mapping[str, object], path: str = "") -> T:
    """The base with the values of a table. path: the tables that the table lies in, as in `filter.`."""
    known = {field.name for field in fields(base)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            message = f"{path}{key}: unknown key; {_nearest(name, known)}"
            raise PlanError(message)
        values[name] = _convert(base, name, value, path)
    changed: T = replace(base, **values)  # type: ignore[type-var]
    return changed


def _renamed(table: Mapping[str, object]) -> dict[str, object]:
    """A TOML table with option names as field names. Raises PlanError for unknown keys and keys given twice."""
    renamed: dict[str, object] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        name = OPTION_NAMES.get(name, name)
        if name in _FLAGS:
            if not isinstance(value, bool):
                message = f"{key}: {value!r} is not {_described(bool)}"
                raise PlanError(message)
            name, value = _FLAGS[name], not value
        if name not in KEYS:
            message = f"{key}: unknown key; {_nearest(name, {*KEYS, *OPTION_NAMES, *_FLAGS})}"
            raise PlanError(message)
        if name in renamed:
            message = f"{key}: given twice, as {name!r} too; leave one out"
            raise PlanError(message)
        renamed[name] = value
    return renamed


def _applied(
    table: Mapping[str, object], config: Config, run: RunOptions
) -> tuple[Config, RunOptions]:
    """The values of one source laid over what came before."""
    named = _renamed(table)
    ours = {key: value for key, value in named.items() if key not in RUN_KEYS}
    theirs = {key: value for key, value in named.items() if key in RUN_KEYS}
    return _build(config, ours), _build(run, theirs)


def configure(
    file: Path | None = None, options: Mapping[str, object] | None = None
) -> tuple[Config, RunOptions]:
    """Defaults, then a TOML file, then command-line options, each over the one before.

    Raises PlanError for an unknown key, a wrong value, or a file that is not TOML; the message names the file and the key, or the
    option.
    """
    config, run = Config(), RunOptions()
    if file is not None:
        try:
            read = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else exc
            message = f"{file}: cannot be used as a configuration: {reason}"
            raise PlanError(message) from exc
        try:
            config, run = _applied(read, config, run)
        except PlanError as exc:
            message = f"{file}: {exc}"
            raise PlanError(message) from exc
    try:
        return _applied(options or {}, config, run)
    except PlanError as exc:
        raise PlanError(_as_option(str(exc))) from exc


def _as_option(message: str) -> str:
    """A message about a key as one about the option that gave it.

    >>> _as_option("sources: 'en' is the target language itself; leave it out")
    "--from: 'en' is the target language itself; leave it out"
    """
    key, colon, rest = message.removeprefix("filter.").partition(":")
    if key not in KEYS and not message.startswith("filter."):
        return message
    options = {name: option for option, name in OPTION_NAMES.items()}
    return f"--{options.get(key, key).replace('_', '-')}{colon}{rest}"
