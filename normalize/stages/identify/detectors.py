"""The detectors behind one method, chosen by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from langdetect import DetectorFactory, LangDetectException, detect_langs

from normalize.document import UNDETERMINED, Language
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
class Explanation:
    """Why a detector answered as it did.

    scores: the probabilities of the likeliest languages, best first.
    rule: the name of the rule that decided; reason: the same for people.
    """

    text: str
    detector: str
    language: Language
    scores: tuple[Language, ...]
    rule: str
    reason: str

    def as_dict(self) -> Mapping[str, object]:
        """The explanation for JSON."""
        return {
            "text": self.text,
            "language": self.language.code,
            "probability": self.language.probability,
            "detector": self.detector,
            "rule": self.rule,
            "reason": self.reason,
            "scores": {score.code: score.probability for score in self.scores},
        }


class LangdetectDetector:
    """langdetect with its seed fixed."""

    name = "langdetect"

    def detect(self, texts: Sequence[str]) -> list[Language]:
        """One language a text."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Language:
        DetectorFactory.seed = 0
        try:
            best = detect_langs(text)[0]
        except LangDetectException:
            return Language(UNDETERMINED, 0.0)
        return Language(str(best.lang), round(float(best.prob), 4))


@cache
def detector(name: str = "default") -> Detector:
    """The detector of that name. Raises PlanError, naming the nearest, where there is none."""
    if name not in DETECTORS:
        nearest = difflib.get_close_matches(name, DETECTORS, n=1, cutoff=0.0)
        message = f"unknown detector {name!r}: did you mean {nearest[0]!r}? Known: {', '.join(DETECTORS)}"
        raise PlanError(message)
    return LangdetectDetector()


def explain(text: str, name: str = "default") -> Explanation:
    """The evidence for the language of one text."""
    language = detector(name).detect([text])[0]
    return Explanation(text, name, language, (language,), "detector", "the detector's own answer")
