"""Sentence alignment of a text and its translation by dynamic programming.

Beads of up to three sentences are scored by the words that translate one another, after a lexicon
learnt from parallel text, and by their lengths: Gale and Church 1993 ("A program for aligning
sentences in bilingual corpora") with the lexical score of Varga et al. 2005 ("Parallel corpora for
medium density languages", hunalign), within a band around the diagonal.
"""

from __future__ import annotations

import fnmatch
import lzma
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sentence_pairs import ENGLISH_WORDS, FOREIGN_WORDS, Pair

Table = npt.NDArray[np.float64]
BEADS = ((1, 1), (1, 0), (0, 1), (1, 2), (2, 1), (1, 3), (3, 1), (2, 2))
"""Foreign and English sentences of a bead."""
SKIPPED = 0.35
"""Cost of a sentence without a translation."""
OVERLAP, STRETCH, MERGED = 2.2, 0.9, 0.12
"""Weights of overlap (at most 1 counts) and of unequal length; cost of a sentence more in a bead.

These and the figures below were set by eye on Italian and English books.
"""
PADDING = 15.0
"""Characters added to a length, so that short sentences may differ more."""
BAND = (30, 0.03)
"""Half the width of the band in sentences: at least, and as a share of the longer side."""
STEM = 6
"""Letters of a word that count: what stands for its stem."""
PREFIX = 4
"""Letters at the beginning that make two words of five letters and more alike."""
PAIRS_OF_A_SOURCE = 30_000
"""Of each source of a corpus as many pairs are read into the lexicon."""
WORDS_OF_A_PAIR = (4, 28)
FREQUENT = 90
"""Words of each side that are too frequent to say anything."""
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Which stems translate one another, and which of each side are too frequent to count."""

    translations: dict[str, frozenset[str]]
    foreign_frequent: frozenset[str]
    english_frequent: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentences that translate one another.

    foreign, english: first and last index, the last not included. overlap: of words, from 0, seldom
    over 1. stretch: absolute logarithm of the ratio of lengths.
    """

    foreign: tuple[int, int]
    english: tuple[int, int]
    overlap: float
    stretch: float


def stems(text: str) -> set[str]:
    """The beginnings of the words of a text.

    >>> sorted(stems("The travellers' night"))
    ['night', 'the', 'travel']
    """
    return {word[:STEM] for word in _WORD.findall(text.lower())}


def learn(pairs: Iterable[Pair], language: str) -> Lexicon:
    """A lexicon by Dice's coefficient of the occurrences in sentence pairs (English, foreign);
    without pairs one that knows function words alone, so that shared spellings must do.
    """
    sides = [(stems(foreign), stems(english)) for english, foreign in pairs]
    counts = tuple(Counter(stem for pair in sides for stem in pair[side]) for side in (0, 1))
    if not sides:
        return Lexicon({}, FOREIGN_WORDS[language], ENGLISH_WORDS)
    frequent = tuple(
        frozenset(sorted(found, key=lambda stem: (-found[stem], stem))[:FREQUENT])
        for found in counts
    )
    together: Counter[Pair] = Counter()
    for pair in sides:
        f, e = (
            [stem for stem in side - often if found[stem] >= 3]
            for side, often, found in zip(pair, frequent, counts, strict=True)
        )
        together.update((x, y) for x in f for y in e)
    translations: dict[str, set[str]] = defaultdict(set)
    for (x, y), count in together.items():
        dice = 2 * count / (counts[0][x] + counts[1][y])
        share = count / min(counts[0][x], counts[1][y])
        if count >= 2 and (dice >= 0.08 or (share >= 0.35 and count >= 3)):
            translations[x].add(y)
    return Lexicon({x: frozenset(y) for x, y in translations.items()}, *frequent)


def sample(lines: Iterable[str], sources: tuple[str, ...] = ("*",)) -> Iterator[Pair]:
    """Pairs (English, foreign) of medium length from `source<TAB>foreign<TAB>English` lines, at most
    `PAIRS_OF_A_SOURCE` of each source, whatever their order: those of the smallest checksums.

    sources: shell globs on the names of those to read.
    """
    wanted = re.compile("|".join(fnmatch.translate(pattern) for pattern in sources))
    rows: dict[str, list[tuple[int, str]]] = defaultdict(list)
    low, high = WORDS_OF_A_PAIR
    for line in lines:
        source, _, text = line.rstrip("\n").partition("\t")
        words = text.rpartition("\t")[2].count(" ") + 1
        if low <= words <= high and wanted.match(source):
            found = rows[source]
            found.append((zlib.crc32(text.encode()), text))
            if len(found) >= 2 * PAIRS_OF_A_SOURCE:
                found.sort()
                del found[PAIRS_OF_A_SOURCE:]
    for source in sorted(rows):
        for _, text in sorted(rows[source])[:PAIRS_OF_A_SOURCE]:
            foreign, _, english = text.partition("\t")
            yield english, foreign


def lexicon_of(corpora: Path, language: str, sources: tuple[str, ...]) -> Lexicon:
    """The lexicon of sources of `LANGUAGE-en.tsv` or `.tsv.xz` in a folder; of nothing if neither is
    there.
    """
    path = corpora / f"{language}-en.tsv"
    if path.is_file():
        with path.open(encoding="utf-8") as lines:
            return learn(sample(lines, sources), language)
    if (packed := path.with_name(path.name + ".xz")).is_file():
        with lzma.open(packed, "rt", encoding="utf-8") as packed_lines:
            return learn(sample(packed_lines, sources), language)
    return learn((), language)


def _places(sides: list[set[str]]) -> dict[str, list[int]]:
    """The sentences in which each stem occurs."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, side in enumerate(sides):
        for stem in side:
            found[stem].append(number)
    return found


def _shared(foreign: list[set[str]], english: list[set[str]], lexicon: Lexicon) -> Table:
    """For each foreign and English sentence the related stems, rarer ones counting for more."""
    rows, columns = _places(foreign), _places(english)
    alike: dict[str, set[str]] = defaultdict(set)
    for stem in columns:
        if len(stem) > PREFIX:
            alike[stem[:PREFIX]].add(stem)
    table = np.zeros((len(foreign), len(english)))
    for stem in sorted(rows):
        related = {stem} | lexicon.translations.get(stem, frozenset())
        if len(stem) > PREFIX:
            related |= alike.get(stem[:PREFIX], set())
        for other in sorted(related & columns.keys()):
            places = columns[other]
            table[np.ix_(rows[stem], places)] += 1 / np.sqrt(1 + len(places))
    return table


def _cumulative(values: Iterable[float]) -> Table:
    return np.concatenate(([0.0], np.cumsum(np.array(list(values), dtype=np.float64))))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums over the sentences before each boundary: what scores any bead by subtraction."""

    shared: Table
    words: tuple[Table, Table]
    lengths: tuple[Table, Table]

    @classmethod
    def of(cls, foreign: list[str], english: list[str], lexicon: Lexicon) -> _Sums:
        often = (lexicon.foreign_frequent, lexicon.english_frequent)
        sides = [
            [{stem for stem in stems(text) - skipped if len(stem) > 2} for text in texts]
            for texts, skipped in zip((foreign, english), often, strict=True)
        ]
        shared = np.zeros((len(foreign) + 1, len(english) + 1))
        shared[1:, 1:] = _shared(sides[0], sides[1], lexicon).cumsum(0).cumsum(1)
        scale = sum(map(len, english)) / max(1, sum(map(len, foreign)))
        lengths = (
            _cumulative(len(text) * scale for text in foreign),
            _cumulative(len(text) for text in english),
        )
        words = [_cumulative(len(side) + 1 for side in texts) for texts in sides]
        return cls(shared, (words[0], words[1]), lengths)

    def score(self, row: int, a: int, b: int) -> tuple[Table, Table]:
        """Overlap and stretch of the beads of a and b sentences that end before foreign sentence
        `row`, by the English sentence that they begin with.
        """
        upper, lower = self.shared[row - a], self.shared[row]
        both = (lower[b:] - upper[b:]) - (lower[:-b] - upper[:-b])
        words = self.words[0][row] - self.words[0][row - a]
        length = self.lengths[0][row] - self.lengths[0][row - a]
        overlap: Table = both / np.sqrt(words * (self.words[1][b:] - self.words[1][:-b]))
        others = self.lengths[1][b:] - self.lengths[1][:-b]
        return overlap, np.abs(np.log((length + PADDING) / (others + PADDING)))


def _moves(sums: _Sums) -> npt.NDArray[np.int8]:
    """For each pair of boundaries the number in `BEADS` of the best path's last bead."""
    n, m = (len(side) - 1 for side in sums.lengths)
    best = np.full((n + 1, m + 1), -np.inf)
    back = np.zeros((n + 1, m + 1), np.int8)
    band = max(BAND[0], int(BAND[1] * max(n, m)))
    share = sums.lengths[0] / max(1.0, sums.lengths[0][-1])
    centre = np.searchsorted(sums.lengths[1], share * sums.lengths[1][-1] - 1e-6)
    columns = np.arange(m + 1)
    for i, row in enumerate(best):
        row[0] = 0.0 if i == 0 else -np.inf
        for number, (a, b) in enumerate(BEADS):
            if not 0 < a <= i or b > m:
                continue
            value = best[i - a, : m + 1 - b] - MERGED * max(0, a + b - 2)
            if b == 0:
                value = value - SKIPPED
            else:
                overlap, stretch = sums.score(i, a, b)
                value = value + OVERLAP * np.minimum(overlap, 1) - STRETCH * stretch
            better = value > row[b:]
            row[b:][better] = value[better]
            back[i, b:][better] = number
        outside = np.abs(columns - centre[i]) > band
        row[outside] = -np.inf
        skipping = np.maximum.accumulate(row + SKIPPED * columns) - SKIPPED * columns
        better = (skipping > row + 1e-9) & ~outside
        row[better] = skipping[better]
        back[i, better] = BEADS.index((0, 1))
    return back


def align(foreign: list[str], english: list[str], lexicon: Lexicon) -> list[Bead]:
    """The beads of two texts in their order; a sentence without a translation is one of overlap 0."""
    if not foreign or not english:
        return []
    sums = _Sums.of(foreign, english, lexicon)
    back = _moves(sums)
    i, j = len(foreign), len(english)
    beads: list[Bead] = []
    while i or j:
        a, b = BEADS[back[i, j]] if i and j else (min(1, i), min(1, j))
        scores = (0.0, 0.0)
        if a and b:
            overlap, stretch = sums.score(i, a, b)
            scores = float(overlap[j - b]), float(stretch[j - b])
        beads.append(Bead((i - a, i), (j - b, j), *scores))
        i, j = i - a, j - b
    return beads[::-1]
