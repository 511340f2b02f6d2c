"""A corpus to the pairs that pass the filters of a run, and the others with their reasons; in constant memory but for duplicates."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from normalize.config import FilterConfig
from normalize.corpus.output import open_corpora, open_rejected, output_corpus, prepare
from normalize.corpus.units import Unit
from normalize.document import SegmentPair
from normalize.errors import ConservationError
from normalize.stages.filters import PairScores, measure, refusal

DUPLICATE = "duplicate"
"""The reason of a pair that stood in the corpus before."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """What became of the pairs of a corpus: read = kept + the sum of rejected, by reason.

    left_out: by the path of an output, columns of the corpus that its format has no place for.
    """

    read: int
    kept: int
    rejected: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != self.kept + sum(self.rejected.values()):
            message = f"{self.read} pairs read, but {self.kept} kept and {self.rejected} rejected; please report this as a defect"
            raise ConservationError(message)


def filter_corpus(
    path: Path,
    out: Path,
    limits: FilterConfig,
    tool_version: str,
    rejected: Path | None = None,
) -> Sifted:
    """Write the pairs of a corpus that a run would have accepted; the format is told by the name of `out`. In the same format
    the records stay as they are.

    What the corpus does not tell is not judged: a score or a language probability that is missing refuses no pair. With
    `drop_duplicates` the first of equal pairs is kept, at 16 bytes and a set's entry for each.
    """
    target = output_corpus(out)
    prepared = prepare(path, [target.corpus_format], tool_version)
    read = kept = 0
    reasons: Counter[str] = Counter()
    with (
        open_rejected(rejected, prepared) as refuse,
        open_corpora([[target]], prepared) as (write,),
    ):
        for unit, reason in sift_units(prepared.units, limits):
            read += 1
            if reason is None:
                kept += 1
                write(unit)
            else:
                reasons[reason[0]] += 1
                refuse(unit, *reason)
        result = Sifted(read, kept, dict(sorted(reasons.items())), prepared.left_out.by_output())
    return result


def sift_units(
    units: Iterable[Unit], limits: FilterConfig
) -> Iterator[tuple[Unit, tuple[str, str] | None]]:
    """Every unit with the reason to leave it out and the value measured, None where it is kept."""
    seen: set[bytes] = set()
    for unit in units:
        reason = refusal(_scores(unit), limits)
        if reason is None and limits.drop_duplicates:
            key = pair_key(unit.pair)
            if key in seen:
                reason = (DUPLICATE, "")
            seen.add(key)
        yield unit, reason


def pair_key(pair: SegmentPair) -> bytes:
    """Sixteen bytes that are equal for equal languages and texts."""
    return digest_of((pair.source_lang, pair.target_lang, pair.source, pair.target))


def digest_of(parts: Iterable[str]) -> bytes:
    """Sixteen bytes that are equal for equal parts; each is preceded by its length, so that none runs into the next."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def _scores(unit: Unit) -> PairScores:
    """The measures of a pair; what the corpus does not tell as the best that it could be."""
    scores = measure(unit.pair)
    if not unit.pair.language_probability:
        scores = replace(scores, language=1.0)
    return replace(scores, translation=0.0) if unit.score is None else scores
