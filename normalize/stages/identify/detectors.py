"""The detectors behind one method, chosen by name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol, runtime_checkable

from normalize.document import Language
from normalize.errors import PlanError

DETECTORS: tuple[str, ...] = ("default", "langdetect", "fasttext")
"""The names that `detector` and the option `--detector` accept."""


class Detector(Protocol):
    """Names the language of texts, each for itself: no answer depends on the other texts."""

    name: str

    def detect(self, texts: Sequence[str]) -> list[Language]:
        """One language a text, in order; `und` where there is nothing to decide. Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a detector knows about one text.

    scores: the likeliest languages, best first; their probabilities add up to at most 1.
    rule: the name of the rule that decided; reason: the same for people.
    """

    language: Language
    scores: tuple[Language, ...]
    rule: str
    reason: str


@runtime_checkable
class Weigher(Protocol):
    """A detector that can tell how sure it is of the languages it did not choose."""

    def weigh(
        self, texts: Sequence[str], *, alternatives: Sequence[bool] | None = None
    ) -> list[Evidence]:
        """The evidence of each text; the languages are those that `detect` gives.

        alternatives: of which texts the caller wants the scores of languages that were not chosen, which take longer; all by default.
        """
        ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a detector answered as it did."""

    text: str
    detector: str
    evidence: Evidence

    def as_dict(self) -> dict[str, object]:
        """The explanation for JSON: `detect`'s three fields, then the evidence."""
        return {
            "text": self.text,
            "language": self.evidence.language.code,
            "probability": self.evidence.language.probability,
            "detector": self.detector,
            "rule": self.evidence.rule,
            "reason": self.evidence.reason,
            "scores": {score.code: score.probability for score in self.evidence.scores},
        }


@cache
def detector(name: str = "default") -> Detector:
    """The detector of that name, the same object every time.

    Raises PlanError, naming the nearest, where there is none; ModelError where its package is
    not installed.
    """
    if name == "default":
        from normalize.stages.identify.default import DefaultDetector

        return DefaultDetector()
    if name == "langdetect":
        from normalize.stages.identify.backends import LangdetectDetector

        return LangdetectDetector()
    if name == "fasttext":
        from normalize.stages.identify.backends import FasttextDetector

        return FasttextDetector()
    nearest = difflib.get_close_matches(name, DETECTORS, n=1, cutoff=0.0)[0]
    message = f"unknown detector {name!r}: did you mean {nearest!r}? Known: {', '.join(DETECTORS)}"
    raise PlanError(message)


def weigh(
    chosen: Detector, texts: Sequence[str], *, alternatives: Sequence[bool] | None = None
) -> list[Evidence]:
    """The evidence of any detector; one that cannot weigh is taken at its word."""
    if isinstance(chosen, Weigher):
        return chosen.weigh(texts, alternatives=alternatives)
    reason = "the detector's own answer"
    return [Evidence(found, (found,), "detector", reason) for found in chosen.detect(texts)]


def explain(text: str, name: str = "default") -> Explanation:
    """The evidence for the language of one text.

    >>> explain("0 532 410 22 19").as_dict()["language"]
    'und'
    """
    return Explanation(text, name, weigh(detector(name), [text])[0])
