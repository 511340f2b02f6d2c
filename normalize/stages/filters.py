"""Segment pairs to scores, and scores to accepted pairs or rejections: measuring and deciding are two functions.

The measures carry the names that OpusFilter and bicleaner-hardrules made customary where they measure the same thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from normalize.config import FilterConfig
from normalize.document import Rejection, SegmentPair

SHORT = 20
"""Characters under which a length ratio says nothing: `Rifiuta` against `Reject` is fine at any ratio."""


@dataclass(frozen=True, slots=True)
class PairScores:
    """What can be measured of a pair.

    length_ratio: longer side over shorter, in characters; 1.0 where the longer side is under 20 characters.
    longest: characters of the longer side. translation: mean log-probability a target token, in nats.
    language: probability of the source language. letters: letters on the side that has fewer.
    """

    length_ratio: float
    longest: int
    translation: float
    language: float
    letters: int
    flags: tuple[str, ...]


def measure(pair: SegmentPair) -> PairScores:
    """Score one pair; decides nothing.

    >>> from normalize.document import SegmentPair
    >>> pair = SegmentPair("1", "it", "en", "Rifiuta", "Reject", -0.1, "a.txt", 0, 7, 0.98)
    >>> measure(pair).length_ratio
    1.0
    """
    sizes = sorted((len(pair.source), len(pair.target)))
    ratio = 1.0 if sizes[1] < SHORT else sizes[1] / max(1, sizes[0])
    letters = min(sum(map(str.isalpha, side)) for side in (pair.source, pair.target))
    return PairScores(
        ratio, sizes[1], pair.score, pair.language_probability, letters, tuple(pair.flags)
    )


def refusal(scores: PairScores, limits: FilterConfig) -> tuple[str, str] | None:
    """The first reason to keep a pair out of the corpora and the value measured; None where there is none."""
    for flag in scores.flags:
        if flag in limits.drop_flags:
            return flag, ""
    if scores.letters == 0:
        return "no-letters", "0"
    if scores.longest > limits.max_chars:
        return "too-long", str(scores.longest)
    if scores.length_ratio > limits.max_length_ratio:
        return "length-ratio", f"{scores.length_ratio:.2f}"
    if scores.language < limits.min_language_probability:
        return "language-probability", f"{scores.language:.3f}"
    if scores.translation < limits.min_score:
        return "score", f"{scores.translation:.3f}"
    return None


def sift(
    pairs: Sequence[SegmentPair], limits: FilterConfig
) -> tuple[list[SegmentPair], list[Rejection]]:
    """Pairs accepted, and the others with their reasons; together exactly what came in."""
    accepted: list[SegmentPair] = []
    rejected: list[Rejection] = []
    for pair in pairs:
        reason = refusal(measure(pair), limits)
        if reason is None:
            accepted.append(pair)
        else:
            rejected.append(Rejection(pair.document, reason[0], reason[1], pair))
    return accepted, rejected
