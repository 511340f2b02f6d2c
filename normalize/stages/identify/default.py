"""The default detector: rules for what needs no model, then the language model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from normalize.document import OTHER, UNDETERMINED, Language
from normalize.stages.identify.detectors import Evidence
from normalize.stages.identify.features import shape, words
from normalize.stages.identify.model import LanguageModel, load_model
from normalize.stages.identify.rules import MODELLED, bare, by_script, is_international, script
from normalize.stages.identify.spans import Boundary, boundaries

REJECT = 0.2
"""Answers less likely than this are not given: `und`."""
REJECT_NAMES = 0.6
"""The same for up to four words that all have a capital letter, and so may be a name."""
MAX_CHARS = 4000
"""The part of a text that is looked at: a language shows in its beginning."""
_TOP = 6
_RULES = {
    "no-words": "no words: digits, addresses, handles or symbols only",
    "international": "only abbreviations and words that look alike in most languages",
    "script": "written in a script of its own",
    "unknown-script": "written in a script that no known language uses alone",
    "model": "the likeliest language by its words and their letters",
    "name": "the words read as names",
    "may-be-name": "capitalised words of no language for certain: perhaps a name",
    "undecided": "no language is likely enough",
}


def may_be_name(found: Sequence[str]) -> bool:
    """Whether a text of these words could be nothing but a name.

    >>> may_be_name(["Karoline", "Leavitt"]), may_be_name(["Leggi", "tutto"])
    (True, False)
    """
    return len(found) <= 4 and all(word[0].isupper() and shape(word) != "AA" for word in found)


@lru_cache(maxsize=4096)
def _likely(code: str, probability: float) -> Evidence:
    """The evidence of a text that is likely in one language, without alternatives."""
    answer = Language(code, probability)
    return Evidence(answer, (answer,), "model", _RULES["model"])


class DefaultDetector:
    """Our own model for 60-odd languages; its answers depend on the text alone."""

    name = "default"

    def __init__(self, model: LanguageModel | None = None) -> None:
        self._model = model or load_model()

    def detect(self, texts: Sequence[str]) -> list[Language]:
        """One language a text; `und` where there is nothing to decide."""
        ruled, rows = self._sift(texts)
        answers = [answer for answer, _ in ruled]
        if rows:
            shares = self._model.shares([found for _, found in rows])
            best = shares.argmax(axis=1).tolist()
            values = shares.max(axis=1).tolist()
            for (place, found), column, value in zip(rows, best, values, strict=True):
                answers[place] = self._answer(column, value, found)
        return answers

    def weigh(
        self, texts: Sequence[str], *, alternatives: Sequence[bool] | None = None
    ) -> list[Evidence]:
        """The likeliest languages, or only the likeliest one, and the rule that decided."""
        ruled, rows = self._sift(texts)
        evidence = [Evidence(answer, (answer,), rule, _RULES[rule]) for answer, rule in ruled]
        if not rows:
            return evidence
        shares = self._model.shares([found for _, found in rows])
        best, values = shares.argmax(axis=1).tolist(), shares.max(axis=1).tolist()
        for number, (place, found) in enumerate(rows):
            columns, row = [best[number]], [values[number]]
            if alternatives is None or alternatives[place]:
                order = (-shares[number]).argsort(kind="stable")[:_TOP]
                columns, row = order.tolist(), shares[number][order].tolist()
            evidence[place] = self._evidence(columns, row, found)
        return evidence

    def divide(self, texts: Sequence[str], expected: Sequence[str]) -> list[Boundary | None]:
        """Where each text changes from one expected language to another; None for most texts."""
        return boundaries(self._model, texts, expected)

    def _sift(
        self, texts: Sequence[str]
    ) -> tuple[list[tuple[Language, str]], list[tuple[int, Sequence[str]]]]:
        """What the rules answer, and the words of the texts that the model must see."""
        ruled: list[tuple[Language, str]] = []
        rows: list[tuple[int, Sequence[str]]] = []
        for place, text in enumerate(texts):
            rest = bare(text[:MAX_CHARS])
            written = script(rest)
            answer, rule = Language(UNDETERMINED, 1.0), "no-words"
            if written and written not in MODELLED:
                code = by_script(written)
                rule = "script" if code else "unknown-script"
                answer = Language(code or OTHER, 1.0)
            elif written:
                found = words(rest)
                if is_international(found):
                    rule = "international" if found else "no-words"
                else:
                    rule = "model"
                    rows.append((place, found))
            ruled.append((answer, rule))
        return ruled, rows

    def _answer(self, column: int, value: float, found: Sequence[str]) -> Language:
        code = self._model.codes[column]
        if value < REJECT or (value < REJECT_NAMES and may_be_name(found)):
            code = UNDETERMINED
        return Language(code, round(value, 4))

    def _evidence(
        self, columns: Sequence[int], values: Sequence[float], found: Sequence[str]
    ) -> Evidence:
        best = self._model.codes[columns[0]]
        if len(columns) == 1 and values[0] >= REJECT_NAMES and best != UNDETERMINED:
            return _likely(best, round(values[0], 4))
        answer = self._answer(columns[0], values[0], found)
        scores = tuple(
            Language(self._model.codes[column], round(value, 4))
            for column, value in zip(columns, values, strict=True)
        )
        rule = "model"
        if answer.code == UNDETERMINED:
            rule = "name" if scores[0].code == UNDETERMINED else "undecided"
            if rule == "undecided" and scores[0].probability >= REJECT:
                rule = "may-be-name"
        return Evidence(answer, scores, rule, _RULES[rule])
