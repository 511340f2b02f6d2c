"""Units counted: sizes, lengths, duplicates, scores, languages, flags."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from normalize.corpus.units import Unit

SCORE_STEP = 0.001
"""Scores are counted in steps of this many nats, so that memory does not grow with the corpus."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Where a distribution lies: the smallest value, 10 %, 50 %, 90 %, 99 % points, the largest."""

    least: float
    p10: float
    median: float
    p90: float
    p99: float
    most: float


@dataclass(frozen=True, slots=True)
class SideStats:
    """One language of a corpus. Words are what white space separates; characters are code points.

    duplicates: segments that stood in the corpus before. empty: segments of white space only.
    words_per_segment: None where the corpus is empty.
    """

    characters: int
    words: int
    duplicates: int
    empty: int
    words_per_segment: Quantiles | None


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """A corpus in numbers.

    duplicates: pairs that stood in the corpus before, both sides the same. identical: pairs whose
    target is the source. length_ratio: target characters per source character, over pairs with
    both sides. scores: mean log-probability a token, None where the corpus has none.
    languages: `it-en` to pairs; flags, fixes: name to pairs that have it. documents: how many.

    Duplicates are told by 64-bit digests: one false duplicate is to be expected in about 6 billion
    segments.
    """

    corpus_format: str
    pairs: int
    source: SideStats
    target: SideStats
    duplicates: int
    identical: int
    documents: int
    length_ratio: Quantiles | None
    scores: Quantiles | None
    languages: dict[str, int]
    flags: dict[str, int]
    fixes: dict[str, int]

    def as_json(self) -> dict[str, object]:
        """The same as nested dictionaries, for JSON."""
        return asdict(self)


class _Side:
    def __init__(self) -> None:
        self.characters = self.words = self.empty = 0
        self.lengths: Counter[float] = Counter()
        self.digests = array("Q")

    def add(self, text: str) -> None:
        words = len(text.split())
        self.characters += len(text)
        self.words += words
        self.empty += not words
        self.lengths[words] += 1
        self.digests.append(_digest(text))

    def result(self) -> SideStats:
        quantiles = _quantiles(self.lengths)
        return SideStats(
            self.characters, self.words, _repeated(self.digests), self.empty, quantiles
        )


def count(corpus_format: str, units: Iterable[Unit]) -> CorpusStats:
    """The numbers of a corpus; memory: 24 bytes a pair, for finding duplicates."""
    source, target, both = _Side(), _Side(), array("Q")
    documents: set[int] = set()
    identical = pairs = 0
    ratios: Counter[float] = Counter()
    scores: Counter[float] = Counter()
    languages: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    fixes: Counter[str] = Counter()
    for unit in units:
        pair = unit.pair
        pairs += 1
        source.add(pair.source)
        target.add(pair.target)
        both.append(_digest(f"{pair.source}\0{pair.target}"))
        identical += pair.source == pair.target
        if pair.document:
            documents.add(_digest(pair.document))
        if pair.source and pair.target:
            ratios[round(len(pair.target) / len(pair.source), 2)] += 1
        if unit.score is not None:
            scores[round(round(unit.score / SCORE_STEP) * SCORE_STEP, 3)] += 1
        if pair.source_lang and pair.target_lang:
            languages[f"{pair.source_lang}-{pair.target_lang}"] += 1
        flags.update(set(pair.flags))
        fixes.update({fix.kind.value for fix in pair.fixes})
    return CorpusStats(
        corpus_format,
        pairs,
        source.result(),
        target.result(),
        _repeated(both),
        identical,
        len(documents),
        _quantiles(ratios),
        _quantiles(scores),
        _ranked(languages),
        _ranked(flags),
        _ranked(fixes),
    )


def _digest(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


def _repeated(digests: array[int]) -> int:
    import numpy as np

    return len(digests) - len(np.unique(np.frombuffer(digests, dtype=np.uint64)))


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _quantiles(counts: Counter[float]) -> Quantiles | None:
    """Quantiles by nearest rank of values that are counted, not listed."""
    import numpy as np

    if not counts:
        return None
    values = np.array(sorted(counts))
    ranks = np.cumsum([counts[value] for value in sorted(counts)])

    def at(share: float) -> float:
        rank = max(1, int(np.ceil(share * ranks[-1])))
        return float(values[np.searchsorted(ranks, rank)])

    return Quantiles(float(values[0]), at(0.1), at(0.5), at(0.9), at(0.99), float(values[-1]))
