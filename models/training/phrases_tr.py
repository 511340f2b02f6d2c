"""Turkish phrases and sentences of dictionary words, with their English (see `phrases`)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

from lexicon import Lexeme
from phrases import Drawer, Pair, counted, indefinite, inflected, sentence

Labels = tuple[str, ...]
"""What a form may add to its stem (`lexicon.suffix`): the first that a word has."""
_CASES: dict[str, Labels] = {
    "the": ("yI", "+I", "I"),
    "to the": ("yA", "+A", "A"),
    "in the": ("DA",),
    "from the": ("DAn",),
    "of the": ("nIn", "In", "+In"),
    "my": ("m", "Im", "+Im"),
    "our": ("mIz", "ImIz", "+ImIz"),
    "to our": ("mIzA", "ImIzA", "+ImIzA"),
    "in our": ("mIzdA", "ImIzdA", "+ImIzdA"),
    "of our": ("mIzIn", "ImIzIn", "+ImIzIn"),
}
_PLURAL_CASES: dict[str, Labels] = {
    "the": ("lArI",),
    "to the": ("lArA",),
    "in the": ("lArdA",),
    "from the": ("lArdAn",),
    "of the": ("lArIn",),
    "our": ("lArImIz",),
    "to our": ("lArImIzA",),
}
_OWNED: Labels = ("sI", "I", "+I")
_TENSES: tuple[tuple[Labels, str, str, str], ...] = (
    # third person singular: labels, tag of the English verb, what stands before it with a singular and a plural subject
    (("DI",), "VBD", "", ""),
    (("mAdI",), "VB", "did not ", "did not "),
    (("Iyor",), "VBG", "is ", "are "),
    (("mIyor",), "VBG", "is not ", "are not "),
    (("AcAk", "yAcAk"), "VB", "will ", "will "),
    (("mAyAcAk",), "VB", "will not ", "will not "),
    (("mAz",), "VB", "does not ", "do not "),
    (("mAlI",), "VB", "must ", "must "),
    (("mIş",), "VBN", "has ", "have "),
)
_PERSONS: tuple[tuple[Labels, str, str], ...] = (
    (("DIm",), "VBD", "I "),
    (("DIk",), "VBD", "we "),
    (("DIlAr",), "VBD", "they "),
    (("DInIz",), "VBD", "you "),
    (("mAdIm",), "VB", "I did not "),
    (("mAdIk",), "VB", "we did not "),
    (("mAdIlAr",), "VB", "they did not "),
    (("AcAğIm", "yAcAğIm"), "VB", "I will "),
    (("AcAğIz", "yAcAğIz"), "VB", "we will "),
    (("AcAklAr", "yAcAklAr"), "VB", "they will "),
    (("IyorIm",), "VBG", "I am "),
    (("IyorIz",), "VBG", "we are "),
    (("IyorlAr",), "VBG", "they are "),
    (("mIyorlAr",), "VBG", "they are not "),
    (("mAlIyIz",), "VB", "we must "),
    (("mAlIsInIz",), "VB", "you must "),
    (("mAk",), "VB", "to "),
    (("mAdAn",), "VBG", "without "),
    (("ArAk", "yArAk"), "VBG", "by "),
)
_RELATIVE: tuple[tuple[Labels, str, str], ...] = (
    (("An", "yAn"), "VBZ", "that "),
    (("mAyAn",), "VB", "that does not "),
    (("DIğIm",), "VBD", "that I "),
    (("DIğImIz",), "VBD", "that we "),
    (("DIklArI",), "VBD", "that they "),
    (("AcAğImIz", "yAcAğImIz"), "VB", "that we will "),
)


class Turkish:
    """Makes phrases."""

    def __init__(self, lexemes: Sequence[Lexeme], counts: Counter[str], rng: random.Random) -> None:
        self._rng = rng
        self._nouns, self._adjectives, self._verbs = (
            Drawer(lexemes, part, counts, rng) for part in ("noun", "adj", "verb")
        )
        self._persons = [row for row in _PERSONS if self._verbs.having(row[0])[0]]
        self._relatives = [row for row in _RELATIVE if self._verbs.having(row[0])[0]]
        self._tenses = [row for row in _TENSES if self._verbs.having(row[0])[0]]

    def phrase(self) -> Pair:
        """A list of one to three phrases, or a sentence."""
        rng, draw = self._rng, self._rng.random()
        if draw < 0.4:
            makers: tuple[Callable[[], Pair], ...] = (
                lambda: self._subject()[:2],
                self._finite,
                lambda: self._in_case(tuple(_CASES)),
            )
            parts = [rng.choice(makers)() for _ in range(rng.randint(1, 3))]
            return ", ".join(part for part, _ in parts), ", ".join(english for _, english in parts)
        subject, said, plural = self._subject()
        target, acted = self._in_case(("the",))
        labels, tag, *before = rng.choice(self._tenses)
        lexeme, verb, _ = self._verbs.draw(labels)
        english = f"{said} {before[plural]}{inflected(lexeme.english[0], tag)} {acted}"
        if draw > 0.7:
            place, where = self._in_case(("to the", "in the", "from the"))
            target, english = f"{target} {place}", f"{english} {where}"
        return sentence(f"{subject} {target} {verb}", "tr"), sentence(english, "en")

    def _described(self, form: str, english: str) -> Pair:
        """Often with an adjective before it."""
        if self._rng.random() < 0.35:
            adjective, added, _ = self._adjectives.draw(("",))
            return f"{added} {form}", f"{adjective.english[0]} {english}"
        return form, english

    def _noun(self, labels: Labels, tag: str) -> Pair:
        lexeme, form, _ = self._nouns.draw(labels)
        while tag == "NNS" and not counted(lexeme.english[0]):
            lexeme, form, _ = self._nouns.draw(labels)
        return self._described(form, inflected(lexeme.english[0], tag))

    def _in_case(self, cases: Sequence[str]) -> Pair:
        """A noun in one of the cases, singular or plural."""
        case = self._rng.choice(cases)
        plural = case in _PLURAL_CASES and self._rng.random() < 0.4
        form, english = self._noun(
            (_PLURAL_CASES if plural else _CASES)[case], "NNS" if plural else "NN"
        )
        return form, f"{case} {english}"

    def _subject(self) -> tuple[str, str, bool]:
        """A noun phrase in the nominative: Turkish, English, whether it is plural."""
        rng, draw = self._rng, self._rng.random()
        if draw < 0.3:
            owner, of = self._noun(_CASES["of the"], "NN")
            lexeme, form, _ = self._nouns.draw(_OWNED)
            return f"{owner} {form}", f"the {lexeme.english[0]} of the {of}", False
        if draw < 0.45:
            form, english = self._noun(("lAr",), "NNS")
            return form, f"the {english}", True
        form, english = self._noun(("",), "NN")
        if draw < 0.6 and self._relatives:
            labels, tag, before = rng.choice(self._relatives)
            verb, action, _ = self._verbs.draw(labels)
            return (
                f"{action} {form}",
                f"the {english} {before}{inflected(verb.english[0], tag)}",
                False,
            )
        if draw < 0.75:
            adjective, added, _ = self._adjectives.draw(("",))
            return f"{added} bir {form}", indefinite(f"{adjective.english[0]} {english}"), False
        before, meaning = rng.choice((("", "the"), ("bu ", "this"), ("her ", "every")))
        return before + form, f"{meaning} {english}", False

    def _finite(self) -> Pair:
        """A verb with its person: `kokladınız`, `you smelled`."""
        labels, tag, before = self._rng.choice(self._persons)
        lexeme, form, _ = self._verbs.draw(labels)
        return form, before + inflected(lexeme.english[0], tag)
