"""The tables `gather.toml`: sources of parallel text, books among them, English prose, and dictionaries."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Container
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from books import Book
from download import GatherError
from extract import Files
from prose import READERS as PROSE_READERS
from readers import READERS

DESCRIPTIONS = "descriptions"
"""The kind of source that is read from a suite's indexes, not from packages."""
BOOKS = "books"
"""The kind of source that is a book and its translation."""
ENGLISH = "english.tsv.xz"
"""The file in CORPORA that gets the English prose."""
SITES = "sites"
"""The kind of source that is a site with a page and its translation in two files."""
PASSAGES = "passages"
"""The kind of source that is a corpus of questions about passages and its translation."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source of `gather.toml`; the names of its keys are explained there."""

    name: str
    languages: tuple[str, ...]
    kind: str
    licence: str
    stated: str
    suites: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    zip: str = ""
    repository: str = ""
    commit: str = ""
    repositories: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    min_words: int = 3
    foreign: Book | None = None
    english: Book | None = None
    folders: dict[str, str] = field(default_factory=dict)
    page: str = ""
    original: str = ""
    confidence: float = 0.1
    without: str = ""
    note: str = ""

    @property
    def snapshots(self) -> list[tuple[str, str]]:
        """Repository and commit of each snapshot that it is read from, a book's in `books.py`."""
        own = [(self.repository, self.commit)] if self.repository else []
        return own + [at_commit(place) for place in self.repositories]

    def of_language(self, pattern: str, language: str) -> str:
        """A pattern with the code of a language, or its folder's name, filled in."""
        folder = self.folders.get(language, language)
        return pattern.replace("{language}", language).replace("{folder}", folder)

    def patterns(self, language: str) -> list[str]:
        """The patterns of the files that a language is read from."""
        return [self.of_language(pattern, language) for pattern in self.files]

    def select(self, found: Files, language: str) -> Files:
        """The files of a language, in the order of the patterns, then of their names."""
        chosen: Files = {}
        for pattern in self.patterns(language):
            for name in sorted(found):
                left_out = any(fnmatch.fnmatchcase(name, p) for p in self.leave_out)
                if fnmatch.fnmatchcase(name, pattern) and not left_out:
                    chosen.setdefault(name, found[name])
        return chosen


@dataclass(frozen=True, slots=True)
class Dictionary:
    """One dictionary of `gather.toml`: out of a package of Debian, npm or Python, or a repository."""

    name: str
    licence: str
    stated: str
    files: dict[str, str]
    """Path in the archive by the name that the copy gets."""
    package: str = ""
    repository: str = ""
    commit: str = ""
    npm: str = ""
    sdist: str = ""
    version: str = ""
    sha256: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """One source of English prose without translations: files of a repository, read as `kind` says (`prose.py`)."""

    name: str
    kind: str
    repository: str
    commit: str
    files: tuple[str, ...]
    licence: str
    stated: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class GatherTable:
    """What `gather.toml` says; sources, prose and dictionaries sorted by name.

    suite: of the packages. lexicon: sources of the main corpus that the lexicon for books is learnt
    from.
    """

    suite: str
    lexicon: tuple[str, ...] = ("*",)
    sources: list[Source] = field(default_factory=list)
    prose: list[Prose] = field(default_factory=list)
    dictionaries: list[Dictionary] = field(default_factory=list)


def at_commit(place: str) -> tuple[str, str]:
    """Repository and commit of `owner/name@commit`."""
    repository, _, commit = place.partition("@")
    return repository, commit


def _frozen(values: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}


def _check(kind: type, entry: dict[str, Any], where: str, kinds: Container[str] = ()) -> None:
    """That an entry has every key it must have, no other one, and a known kind if it has any."""
    known = {one.name for one in fields(kind)}
    required = {
        one.name
        for one in fields(kind)
        if one.default is MISSING and one.default_factory is MISSING
    }
    wrong = sorted(set(entry) - known) or sorted(required - set(entry))
    if not wrong and "kind" in entry and entry["kind"] not in kinds:
        wrong = [f"kind = {entry['kind']!r}"]
    if not wrong and entry.get("kind") == BOOKS:
        wrong = [side for side in ("foreign", "english") if side not in entry]
    if not wrong and entry.get("kind") in (SITES, PASSAGES):
        wrong = [key for key in ("page", "original") if key not in entry]
    for key in ("page", "without"):
        try:
            re.compile(entry.get(key, ""))
        except (re.error, TypeError) as error:
            wrong.append(f"{key} = {entry[key]!r} ({error})")
    if wrong:
        message = f"{where}: {', '.join(wrong)}"
        raise GatherError(message)


def _source(entry: dict[str, Any], path: Path) -> Source:
    name = entry.get("name", "?")
    where = f"{path}: unknown or missing in source {name!r}"
    _check(Source, entry, where, {BOOKS, DESCRIPTIONS, PASSAGES, SITES, *READERS})
    values = _frozen(entry)
    for side in ("foreign", "english"):
        if side in values:
            _check(Book, values[side], f"{where}, {side}")
            values[side] = Book(**_frozen(values[side]))
    return Source(**values)


def _dictionary(entry: dict[str, Any], path: Path) -> Dictionary:
    name = entry.get("name", "?")
    _check(Dictionary, entry, f"{path}: unknown or missing in dictionary {name!r}")
    return Dictionary(**entry)


def _prose(entry: dict[str, Any], path: Path) -> Prose:
    name = entry.get("name", "?")
    _check(Prose, entry, f"{path}: unknown or missing in prose {name!r}", PROSE_READERS)
    return Prose(**_frozen(entry))


def read_table(path: Path) -> GatherTable:
    """The tables of a file."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        suite: str = table["suite"]
    except (OSError, ValueError, KeyError) as error:
        message = f"cannot read the table {path}: {error}"
        raise GatherError(message) from error
    sources = [_source(entry, path) for entry in table.get("source", [])]
    prose = [_prose(entry, path) for entry in table.get("prose", [])]
    dictionaries = [_dictionary(entry, path) for entry in table.get("dictionary", [])]
    return GatherTable(
        suite,
        tuple(table.get("lexicon", ["*"])),
        sorted(sources, key=lambda source: source.name),
        sorted(prose, key=lambda one: one.name),
        sorted(dictionaries, key=lambda dictionary: dictionary.name),
    )
