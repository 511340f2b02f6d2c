"""Where `gather.py` gets texts and dictionaries: packages of Debian, npm and Python, git snapshots, and
the corpus that a lexicon is learnt from.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import passages
import sites
from align import Lexicon, lexicon_of
from books import Book, chapters, pairs
from download import Cache, Debian, GatherError, members, read_lines, snapshot, zip_members
from extract import Files, described, descriptions
from prose import READERS as PROSE_READERS
from prose import sentences_of
from readers import READERS
from sentence_pairs import Pair, kept
from source_table import (
    BOOKS,
    DESCRIPTIONS,
    PASSAGES,
    SITES,
    Dictionary,
    GatherTable,
    Prose,
    Source,
    at_commit,
)


def _together(archives: Iterable[Files]) -> Files:
    """The files of several archives; of a name in several, those of the last."""
    return {name: data for files in archives for name, data in files.items()}


@dataclass
class Places:
    """Where files come from.

    archives, packages, sdists: addresses of git snapshots, of the registry of npm and of the files
    of Python packages. corpora: folder of the main corpus.
    """

    debian: Debian
    archives: str
    packages: str
    sdists: str
    table: GatherTable
    corpora: Path
    _lexicons: dict[str, Lexicon] = field(default_factory=dict)

    @property
    def cache(self) -> Cache:
        return self.debian.cache

    def snapshot(self, repository: str, commit: str, patterns: list[str]) -> Files:
        """The files of a commit that match one of the patterns."""
        archive = snapshot(self.cache, self.archives, repository, commit)
        return members(archive, patterns, commit)

    def lexicon(self, language: str) -> Lexicon:
        """What words of the language mean, learnt once."""
        if language not in self._lexicons:
            print(f"lexicon of {language} ...", file=sys.stderr, flush=True)
            found = lexicon_of(self.corpora, language, self.table.lexicon)
            if not found.translations:
                message = f"no {language}-en.tsv with the sources of the lexicon: books are aligned by spelling"
                print(message, file=sys.stderr, flush=True)
            self._lexicons[language] = found
        return self._lexicons[language]

    def texts(self, source: Source) -> Iterator[Files]:
        """The files of a source in all its languages, one archive after another."""
        patterns = [
            pattern for language in source.languages for pattern in source.patterns(language)
        ]
        for package in source.packages:
            suite = (source.suites or (self.table.suite,))[0]
            deb = self.debian.package(suite, package)
            yield zip_members(deb, source.zip, patterns) if source.zip else members(deb, patterns)
        for repository, commit in source.snapshots:
            yield self.snapshot(repository, commit, patterns)

    def volumes(self, book: Book) -> list[bytes]:
        """The texts of a book."""
        found = []
        for text in book.texts:
            place, _, path = text.partition(":")
            files = self.snapshot(*at_commit(place), [path])
            if path not in files:
                message = f"no {path} in {place}; mend gather.toml"
                raise GatherError(message)
            found.append(files[path])
        return found

    def descriptions(self, source: Source, language: str) -> Iterator[Pair]:
        """The translated package descriptions of the suites."""

        def read(suite: str, code: str) -> dict[str, list[str]]:
            index = self.debian.index(suite, f"main/i18n/Translation-{code}")
            return descriptions(read_lines(index), code)

        yield from described((read(suite, "en"), read(suite, language)) for suite in source.suites)

    def book(self, source: Source, language: str) -> Iterator[Pair]:
        """The aligned sentences of a book worth collecting."""
        if source.foreign is None or source.english is None:
            message = f"{source.name} is no book"
            raise GatherError(message)
        f, e = (chapters(book, self.volumes(book)) for book in (source.foreign, source.english))
        raw = pairs(f, e, self.lexicon(language), source.confidence)
        yield from kept(raw, language, source.min_words)

    def site(self, source: Source, archives: list[Files], language: str) -> Iterator[Pair]:
        """The raw sentence pairs of a site's pages, which may lie in several packages, a package a language; repositories are each
        a site of its own.
        """
        if source.packages:
            archives = [_together(archives)]
        page = source.of_language(source.page, language)
        lexicon = self.lexicon(language) if source.confidence else None
        for files in archives:
            chosen = source.select(files, language)
            yield from sites.pairs(chosen, page, source.original, lexicon, source.confidence)

    def passages(self, source: Source, archives: list[Files], language: str) -> Iterator[Pair]:
        """The raw sentence pairs of a corpus of passages; its languages may lie in different archives."""
        page = source.of_language(source.page, language)
        read = source.select(_together(archives), language)
        foreign = {name: data for name, data in read.items() if re.fullmatch(page, name)}
        english = {name: data for name, data in read.items() if re.fullmatch(source.original, name)}
        yield from passages.pairs(english, foreign, self.lexicon(language), source.confidence)

    def english(self, prose: Prose) -> Iterator[str]:
        """The sentences of a source of English prose."""
        files = self.snapshot(prose.repository, prose.commit, list(prose.files))
        if not files:
            message = f"no {', '.join(prose.files)} in {prose.repository}; mend gather.toml"
            raise GatherError(message)
        yield from sentences_of(PROSE_READERS[prose.kind](dict(sorted(files.items()))))

    def _published(self, wanted: Dictionary) -> tuple[str, str]:
        """Address and name in the cache of the archive of a package of npm or Python."""
        if wanted.npm:
            name = f"{wanted.npm}-{wanted.version}.tgz"
            return f"{self.packages.rstrip('/')}/{wanted.npm}/-/{name}", f"npm/{name}"
        name = wanted.sdist.rpartition("/")[2]
        return f"{self.sdists.rstrip('/')}/{wanted.sdist}", f"sdist/{name}"

    def dictionary(self, wanted: Dictionary) -> Files:
        """The files of a dictionary by the names of the copies."""
        patterns = list(wanted.files.values())
        if wanted.package:
            archive = self.debian.package(self.table.suite, wanted.package)
            found = members(archive, patterns)
        elif wanted.npm or wanted.sdist:
            url, name = self._published(wanted)
            version = f"{wanted.npm or wanted.name} {wanted.version}"
            found = members(self.cache.get(url, name, wanted.sha256, version), patterns)
        else:
            found = self.snapshot(wanted.repository, wanted.commit, patterns)
        if missing := [path for path in patterns if path not in found]:
            message = f"not in it: {', '.join(missing)}; mend gather.toml"
            raise GatherError(message)
        return {name: found[path] for name, path in wanted.files.items()}


def pairs_of(source: Source, places: Places, languages: list[str]) -> dict[str, list[Pair]]:
    """The pairs of a source by language; a language without any is an error."""
    wanted = [language for language in source.languages if language in languages]
    found: dict[str, list[Pair]] = {}
    raw: Iterator[Pair]
    if source.kind == DESCRIPTIONS:
        found = {language: list(places.descriptions(source, language)) for language in wanted}
    elif source.kind == BOOKS:
        found = {language: list(places.book(source, language)) for language in wanted}
    elif wanted:
        archives = list(places.texts(source))
        for language in wanted:
            if source.kind == SITES:
                raw = places.site(source, archives, language)
            elif source.kind == PASSAGES:
                raw = places.passages(source, archives, language)
            else:
                chosen = [source.select(files, language) for files in archives]
                raw = (pair for files in chosen if files for pair in READERS[source.kind](files))
            found[language] = list(kept(raw, language, source.min_words))
    if source.without:
        left_out = re.compile(source.without)
        found = {
            language: [pair for pair in pairs if not left_out.search(pair[0])]
            for language, pairs in found.items()
        }
    for language, pairs_found in found.items():
        if not pairs_found:
            message = f"no text in {language}; the patterns of its files in gather.toml may be out of date"
            raise GatherError(message)
    return found
