"""Pairs to corpus files whose names the user chose, several of them in one pass; and to a file of what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from normalize.corpus.files import Corpus, find_corpus, name_corpus
from normalize.corpus.reading import read_corpus
from normalize.corpus.units import Unit
from normalize.corpus.verbatim import VERBATIM, UnitWriter, open_verbatim
from normalize.document import Rejection
from normalize.errors import InputError, UsageError
from normalize.stages.read.inputs import COMPRESSED
from normalize.writers import CorpusHeader, open_writer, rejection_as_json
from normalize.writers.atomic import atomic_binary, atomic_text
from normalize.writers.base import CorpusWriter, HashingStream
from normalize.writers.records import as_line

_NEED_LANGUAGES = frozenset({"tmx", "moses"})
"""Formats that hold one language pair and have to name it."""

Write = Callable[[Unit], None]
Refuse = Callable[[Unit, str, str], None]


class LeftOut:
    """Columns of a corpus that an output has no place for. Nothing is lost without being named here."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, None]] = {}

    def note(self, output: Path, unit: Unit) -> None:
        """Remember what is lost of a unit in an output that holds pairs alone."""
        if unit.others:
            self._names.setdefault(str(output), {}).update(dict.fromkeys(unit.others))

    def by_output(self) -> dict[str, tuple[str, ...]]:
        """The names, in the order in which they were met, by the output's path."""
        return {output: tuple(names) for output, names in self._names.items()}


def output_corpus(path: Path) -> Corpus:
    """The corpus that a path names, to be written.

    Raises UsageError where the name tells no format, or one that is not written.
    """
    if path.suffix in COMPRESSED:
        message = f"{path}: corpora are written uncompressed; leave out {path.suffix}"
        raise UsageError(message)
    if path.is_dir():
        message = f"{path}: is a folder; give the name of a corpus, such as {path / 'it-en.tsv'}"
        raise UsageError(message)
    return name_corpus(path)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A corpus to go through, what the files made of it say of themselves, and what is lost on the way."""

    path: Path
    corpus: Corpus
    units: Iterable[Unit]
    header: CorpusHeader
    left_out: LeftOut = field(default_factory=LeftOut)

    def again(self, count: int) -> Iterator[tuple[int, Unit]]:
        """The units with their numbers, from 0, of a corpus that held so many when it was read before.

        Raises InputError where it holds another number now.
        """
        number = -1
        for number, unit in enumerate(self.units):
            if number < count:
                yield number, unit
        if number + 1 != count:
            reason = f"changed while it was read: {count:,} pairs, then {number + 1:,}"
            raise InputError(str(self.path), reason, "run the command again")


def prepare(path: Path, formats: Iterable[str], tool_version: str) -> Prepared:
    """Look at the first unit to know the languages, and have all units in their base languages (`en` for `en-GB`).

    Raises InputError where a format needs a language pair and the corpus names none, or has several, and what `read` raises.
    """
    corpus = find_corpus(path)
    units = read_corpus(corpus, path)
    first = next(units, None)
    languages = (corpus.source_lang, corpus.target_lang) if first is None else languages_of(first)
    is_one = not _NEED_LANGUAGES.isdisjoint(formats)
    if is_one and not all(languages):
        advice = "name the file after its languages, like it-en.tsv"
        raise InputError(str(path), "the languages of the corpus are not known", advice)
    every = units if first is None else chain([first], units)
    wanted = languages if is_one else None
    header = CorpusHeader(*languages, tool_version)
    return Prepared(path, corpus, _in_base_languages(every, wanted, path), header)


def languages_of(unit: Unit) -> tuple[str, str]:
    """The base languages of a unit, in lower case."""
    source, target = unit.pair.source_lang, unit.pair.target_lang
    return source.split("-")[0].lower(), target.split("-")[0].lower()


def _in_base_languages(
    units: Iterable[Unit], wanted: tuple[str, str] | None, path: Path
) -> Iterator[Unit]:
    for unit in units:
        found = languages_of(unit)
        if wanted is not None and found != wanted:
            reason = f"{'-'.join(found)} among {'-'.join(wanted)}"
            advice = "split the corpus into one per language pair first"
            place = f"{path}, line {unit.line}"
            raise InputError(place, reason, advice)
        yield replace(unit, pair=replace(unit.pair, source_lang=found[0], target_lang=found[1]))


@contextmanager
def open_corpora(targets: Sequence[Sequence[Corpus]], prepared: Prepared) -> Iterator[list[Write]]:
    """Open corpora to write units to, in groups: a unit that is given to a group's function goes to each of its corpora.

    A corpus in the format of the one that is read keeps the records as they stand there, with all columns; in another it has ours, and
    `prepared.left_out` names the others. No file appears before all are complete; on any exception none does, and what stood there
    before stays. Raises OutputError where something cannot be written.
    """
    with ExitStack() as stack:
        groups: list[list[UnitWriter]] = []
        for corpora in targets:
            writers = []
            for corpus in corpora:
                streams = [
                    HashingStream(stack.enter_context(atomic_binary(path))) for path in corpus.paths
                ]
                writer = _open(corpus, streams, prepared)
                stack.callback(writer.abandon)
                writers.append(writer)
            groups.append(writers)
        yield [_to_all(writers) for writers in groups]
        for writers in groups:
            for writer in writers:
                writer.close()


def _open(corpus: Corpus, streams: Sequence[HashingStream], prepared: Prepared) -> UnitWriter:
    if corpus.corpus_format == prepared.corpus.corpus_format and corpus.corpus_format in VERBATIM:
        return open_verbatim(prepared.corpus, streams[0])
    writer = open_writer(corpus.corpus_format, streams, prepared.header)
    return _Pairs(writer, corpus.paths[0], prepared.left_out)


class _Pairs:
    """A writer of pairs, as one of units; what it cannot hold is noted."""

    def __init__(self, writer: CorpusWriter, path: Path, left_out: LeftOut) -> None:
        self._writer, self._path, self._left_out = writer, path, left_out
        self.close, self.abandon = writer.close, writer.abandon

    def write(self, unit: Unit) -> None:
        """Write the unit's pair."""
        self._left_out.note(self._path, unit)
        self._writer.write(unit.pair)


def _to_all(writers: Sequence[UnitWriter]) -> Write:
    def write(unit: Unit) -> None:
        for writer in writers:
            writer.write(unit)

    return write


@contextmanager
def open_rejected(path: Path | None, prepared: Prepared) -> Iterator[Refuse]:
    """Open a JSON Lines file for what is left out, in the layout of `rejected.jsonl`; without a path it goes nowhere."""
    if path is None:
        yield lambda unit, reason, value: None
        return
    with atomic_text(path) as stream:

        def refuse(unit: Unit, reason: str, value: str) -> None:
            prepared.left_out.note(path, unit)
            rejection = Rejection(unit.pair.document, reason, value, unit.pair)
            stream.write(as_line(rejection_as_json(rejection))[0] + "\n")

        yield refuse
