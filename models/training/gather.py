"""Parallel text out of ordinary Debian packages and a few public git repositories (`gather.toml`):

    python models/training/gather.py CORPORA [--sources ddtp,wesnoth] [--languages it,tr]

Leaves `CORPORA/it-en.gathered.tsv.xz` and `CORPORA/tr-en.gathered.tsv.xz` (`source<TAB>foreign
<TAB>English`), which `prepare.py` reads beside `it-en.tsv`, and in `CORPORA/gathered.json` what was
downloaded, with version and SHA-256. The same downloads give the same bytes. Downloads stay in the
cache; once all are there, no network is needed. Exit status 1 if any source failed (the others are
written), 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import lzma
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from download import DAMAGE, Cache, Debian, GatherError, members, read_lines, snapshot
from extract import READERS, Files, described, descriptions
from sentence_pairs import Pair, kept

FOLDER = Path(__file__).resolve().parent
MIRROR = "https://deb.debian.org/debian"
ARCHIVES = "https://codeload.github.com"
DESCRIPTIONS = "descriptions"
"""The kind of source that is read from a suite's indexes, not from packages."""


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
    repository: str = ""
    commit: str = ""
    files: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    min_words: int = 3
    note: str = ""

    def patterns(self, language: str) -> list[str]:
        """The patterns of the files that a language is read from."""
        return [pattern.replace("{language}", language) for pattern in self.files]

    def select(self, found: Files, language: str) -> Files:
        """The files of a language, in the order of the patterns, then of their names."""
        chosen: Files = {}
        for pattern in self.patterns(language):
            for name in sorted(found):
                left_out = any(fnmatch.fnmatchcase(name, p) for p in self.leave_out)
                if fnmatch.fnmatchcase(name, pattern) and not left_out:
                    chosen.setdefault(name, found[name])
        return chosen


REQUIRED = {field.name for field in fields(Source) if field.default is MISSING}


def read_table(path: Path) -> tuple[str, list[Source]]:
    """The suite of the packages, and the sources sorted by name."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        suite: str = table["suite"]
    except (OSError, ValueError, KeyError) as error:
        message = f"cannot read the table {path}: {error}"
        raise GatherError(message) from error
    known = {field.name for field in fields(Source)}
    sources = []
    for entry in table.get("source", []):
        wrong = sorted(set(entry) - known) or sorted(REQUIRED - set(entry))
        if wrong or entry["kind"] not in {DESCRIPTIONS, *READERS}:
            what = ", ".join(wrong) or f"kind = {entry['kind']!r}"
            message = f"{path}: unknown or missing in source {entry.get('name', '?')!r}: {what}"
            raise GatherError(message)
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()
        }
        sources.append(Source(**values))
    return suite, sorted(sources, key=lambda source: source.name)


@dataclass(frozen=True, slots=True)
class Places:
    """Where files come from."""

    debian: Debian
    archives: str
    suite: str

    @property
    def cache(self) -> Cache:
        return self.debian.cache


def texts(source: Source, places: Places) -> Iterator[Files]:
    """The files of a source in all its languages, one archive after another."""
    patterns = [pattern for language in source.languages for pattern in source.patterns(language)]
    for package in source.packages:
        suite = (source.suites or (places.suite,))[0]
        yield members(places.debian.package(suite, package), patterns)
    if source.repository:
        archive = snapshot(places.cache, places.archives, source.repository, source.commit)
        yield members(archive, patterns, source.commit)


def package_descriptions(source: Source, places: Places, language: str) -> Iterator[Pair]:
    """The translated package descriptions of the suites."""

    def read(suite: str, code: str) -> dict[str, list[str]]:
        index = places.debian.index(suite, f"main/i18n/Translation-{code}")
        return descriptions(read_lines(index), code)

    yield from described((read(suite, "en"), read(suite, language)) for suite in source.suites)


def pairs_of(source: Source, places: Places, languages: list[str]) -> dict[str, list[Pair]]:
    """The pairs of a source by language; a language without any is an error."""
    wanted = [language for language in source.languages if language in languages]
    found: dict[str, list[Pair]] = {}
    if source.kind == DESCRIPTIONS:
        found = {lang: list(package_descriptions(source, places, lang)) for lang in wanted}
    elif wanted:
        archives = list(texts(source, places))
        for language in wanted:
            chosen = [source.select(files, language) for files in archives]
            raw = (pair for files in chosen if files for pair in READERS[source.kind](files))
            found[language] = list(kept(raw, language, source.min_words))
    for language, pairs in found.items():
        if not pairs:
            message = f"no text in {language}; the patterns of its files in gather.toml may be out of date"
            raise GatherError(message)
    return found


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one run found: rows by language, and what went wrong by source."""

    rows: dict[str, list[tuple[str, str, str]]]
    failures: dict[str, str]


def gather(sources: list[Source], places: Places, languages: list[str]) -> Gathered:
    """The rows (source, foreign, English) of all sources; one that fails leaves the others alone."""
    rows: dict[str, dict[tuple[str, str], str]] = {language: {} for language in languages}
    failures = {}
    for source in sources:
        print(f"{source.name} ...", file=sys.stderr, flush=True)
        try:
            found = pairs_of(source, places, languages)
        except GatherError as error:
            failures[source.name] = str(error)
        except DAMAGE as error:
            failures[source.name] = (
                f"its files cannot be read: {error}; mend gather.toml or take another version"
            )
        else:
            for language, pairs in found.items():
                for english, foreign in pairs:
                    rows[language].setdefault((foreign, english), source.name)
    listed = {
        language: [(name, foreign, english) for (foreign, english), name in found_rows.items()]
        for language, found_rows in rows.items()
    }
    return Gathered(listed, failures)


def replace(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(data)
    temporary.replace(path)


def write(corpora: Path, gathered: Gathered, sources: list[Source], cache: Cache) -> str:
    """Write corpus files and record; returns the table to print."""
    record: dict[str, dict[str, dict[str, int | str]]] = {}
    table = [("source", "pairs", "English words", "licence")]
    for language, rows in gathered.rows.items():
        text = "".join("\t".join(row) + "\n" for row in rows)
        replace(corpora / f"{language}-en.gathered.tsv.xz", lzma.compress(text.encode()))
        record[language] = {}
        for source in sources:
            targets = [english for name, _, english in rows if name == source.name]
            if targets:
                words = sum(len(target.split()) for target in targets)
                counts: dict[str, int | str] = {
                    "pairs": len(targets),
                    "words": words,
                    "licence": source.licence,
                }
                record[language][source.name] = counts
                name = f"{language}/{source.name}"
                table.append((name, f"{len(targets):,}", f"{words:,}", source.licence))
    fetched = [asdict(file) for _, file in sorted(cache.fetched.items())]
    whole = {"sources": record, "failures": gathered.failures, "fetched": fetched}
    data = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    replace(corpora / "gathered.json", data.encode())
    return "\n".join(f"{n:30} {p:>9} {w:>14}  {licence}" for n, p, w, licence in table)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("corpora", type=Path, help="folder that gets *-en.gathered.tsv.xz")
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="downloads, 2 GB; default CORPORA/cache"
    )
    parser.add_argument("--sources", help="names, separated by commas; default all")
    parser.add_argument("--languages", default="it,tr")
    parser.add_argument("--mirror", default=MIRROR, metavar="URL", help="of Debian")
    parser.add_argument("--archives", default=ARCHIVES, metavar="URL", help="of git snapshots")
    parser.add_argument("--table", type=Path, default=FOLDER / "gather.toml")
    return parser.parse_args(arguments)


def chosen(table: list[Source], names: str | None) -> list[Source]:
    """The sources of these names."""
    if names is None:
        return table
    wanted = names.split(",")
    known = [source.name for source in table]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        message = f"unknown source: {', '.join(unknown)}; known are {', '.join(known)}"
        raise GatherError(message)
    return [source for source in table if source.name in wanted]


def run(options: argparse.Namespace) -> int:
    """Gather and write; returns the exit status."""
    suite, table = read_table(options.table)
    sources = chosen(table, options.sources)
    languages: list[str] = options.languages.split(",")
    known = {language for source in table for language in source.languages}
    if unknown := [language for language in languages if language not in known]:
        message = f"unknown language: {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        raise GatherError(message)
    corpora: Path = options.corpora
    cache = Cache(options.cache or corpora / "cache")
    for folder in (corpora, cache.folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            replace(folder / ".writable", b"")
            (folder / ".writable").unlink()
        except OSError as error:
            message = f"cannot write to the folder {folder}: {error.strerror}; name another one"
            raise GatherError(message) from error
    places = Places(Debian(options.mirror, cache), options.archives, suite)
    gathered = gather(sources, places, languages)
    print(write(corpora, gathered, sources, cache))
    for name, failure in gathered.failures.items():
        print(f"gather: {name}: {failure}", file=sys.stderr)
    return 1 if gathered.failures else 0


def main() -> None:
    options = parse(sys.argv[1:])
    try:
        status = run(options)
    except (GatherError, OSError) as error:
        print(f"gather: {error}", file=sys.stderr)
        status = 1
    raise SystemExit(status)


if __name__ == "__main__":
    main()
