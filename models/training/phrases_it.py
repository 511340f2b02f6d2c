"""Italian phrases and sentences of dictionary words, with their English (see `phrases`)."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence

from lexicon import Lexeme
from phrases import Drawer, Pair, counted, indefinite, inflected, sentence

LABELS = ("MS", "FS", "MP", "FP")
_DEFINITE = {
    "MS": ("il ", "lo ", "l'"),
    "FS": ("la ", "la ", "l'"),
    "MP": ("i ", "gli ", "gli "),
    "FP": ("le ", "le ", "le "),
}
_INDEFINITE = {"MS": ("un ", "uno ", "un "), "FS": ("una ", "una ", "un'")}
_JOINED = {
    "il ": "l ",
    "lo ": "llo ",
    "l'": "ll'",
    "la ": "lla ",
    "i ": "i ",
    "gli ": "gli ",
    "le ": "lle ",
}
_PREPOSITIONS = {"a": "to", "da": "from", "de": "of", "ne": "in", "su": "on"}
"""First part of an articulated preposition, and its English."""
_ENDINGS = {"MS": "o", "FS": "a", "MP": "i", "FP": "e"}
_OWNERS = (("nostr", "our"), ("vostr", "your"), ("mi", "my"))
_MODALS = (
    (("può", "possono"), "can"),
    (("deve", "devono"), "must"),
    (("potrebbe", "potrebbero"), "could"),
)
_PERSONS = (("S1", "I"), ("P1", "we"), ("P3", "they"), ("P3", "they"), ("S3", "he"), ("S3", "she"))
_SHOWN = {"he": "lui ", "she": "lei "}
_VOWEL = "aeiouàèéìòù"
_WITH_ESSERE = frozenset(
    "accadere affluire andare apparire arrivare avvenire cadere crescere crollare decadere dimagrire divenire diventare emergere entrare"
    " esistere esplodere evadere fuggire giungere guarire impallidire impazzire ingrassare invecchiare marcire morire nascere partire"
    " perire piacere precipitare rimanere rinascere ritornare risorgere risultare riuscire salire sbarcare sbocciare scadere scappare"
    " scendere scomparire scoppiare sembrare sfuggire sorgere sparire spuntare stare succedere svanire svenire tornare tramontare"
    " uscire venire".split()
)
"""Common verbs whose perfect is not made with `avere`."""


def initial(form: str) -> int:
    """How a word begins, for its article: 0 `il`, 1 `lo`, 2 `l'`.

    >>> initial("cane"), initial("shampoo"), initial("iena"), initial("amaca")
    (0, 1, 1, 2)
    """
    if re.match(rf"s[^{_VOWEL}]|z|gn|ps|pn|pt|mn|ts|x|y|i[aeou]", form):
        return 1
    return 2 if form[0] in _VOWEL or form[0] == "h" else 0


def definite(label: str, form: str) -> str:
    """The definite article before a word, with its space if it has one.

    >>> definite("MS", "zaino"), definite("FS", "amaca")
    ('lo ', "l'")
    """
    return _DEFINITE[label][initial(form)]


class Italian:
    """Makes phrases."""

    def __init__(self, lexemes: Sequence[Lexeme], counts: Counter[str], rng: random.Random) -> None:
        self._rng = rng
        self._nouns, self._adjectives, self._verbs = (
            Drawer(lexemes, part, counts, rng) for part in ("noun", "adj", "verb")
        )

    def phrase(self) -> Pair:
        """A list of one to four phrases, or a sentence."""
        draw = self._rng.random()
        if draw < 0.3:
            parts = [
                self._noun_phrase(bare=True)[:2] if self._rng.random() < 0.7 else self._finite()
                for _ in range(self._rng.randint(1, 4))
            ]
            return ", ".join(part for part, _ in parts), ", ".join(english for _, english in parts)
        words, english = self._clause()
        if draw > 0.7:
            form, noun, label = self._noun()
            stem, meaning = self._rng.choice(list(_PREPOSITIONS.items()))
            words += f" {stem}{_JOINED[definite(label, form)]}{form}"
            english += f" {meaning} the {noun}"
        return sentence(words, "it"), sentence(english, "en")

    def _noun(self) -> tuple[str, str, str]:
        """A noun, often with an adjective: Italian, English, gender and number."""
        first = self._rng.randrange(4)
        lexeme, form, label = self._nouns.draw(LABELS[first:] + LABELS[:first])
        while label[1] == "P" and not counted(lexeme.english[0]):
            lexeme, form, label = self._nouns.draw(LABELS)
        english = inflected(lexeme.english[0], "NNS" if label[1] == "P" else "NN")
        if self._rng.random() < 0.35:
            adjective, added, _ = self._adjectives.draw((label,))
            form, english = f"{form} {added}", f"{adjective.english[0]} {english}"
        return form, english, label

    def _noun_phrase(self, *, bare: bool = False) -> tuple[str, str, str]:
        """A noun with a determiner; with `bare` sometimes with a preposition or without anything: as `_noun`."""
        form, english, label = self._noun()
        rng, plural, ending = self._rng, label[1] == "P", _ENDINGS[label]
        draw = rng.random()
        if bare and draw < 0.35:
            stem, meaning = rng.choice(list(_PREPOSITIONS.items()))
            return (
                f"{stem}{_JOINED[definite(label, form)]}{form}",
                f"{meaning} the {english}",
                label,
            )
        if bare and draw < 0.5:
            return form, english, label
        if draw < 0.65:
            return definite(label, form) + form, f"the {english}", label
        if draw < 0.85 and not plural:
            return _INDEFINITE[label][initial(form)] + form, indefinite(english), label
        if draw < 0.9:
            owner, owned = rng.choice(_OWNERS)
            owner += "ei" if (owner, label) == ("mi", "MP") else ending
            return f"{_DEFINITE[label][0]}{owner} {form}", f"{owned} {english}", label
        if draw < 0.95:
            return f"quest{ending} {form}", f"{'these' if plural else 'this'} {english}", label
        if plural:
            return f"molt{ending} {form}", f"many {english}", label
        return f"ogni {form}", f"every {english}", label

    def _clause(self) -> Pair:
        """Subject, verb and object, or a passive with its agent."""
        subject, said, label = self._noun_phrase()
        target, acted, _ = self._noun_phrase()
        lexeme, infinitive, _ = self._verbs.draw(("inf.pres",))
        participle = lexeme.forms.get("part.past.S", ("",))[0]
        if participle and self._rng.random() < 0.1:
            verb, action = self._passive(participle, lexeme.english[0], label)
            article = re.match(r"il |lo |l'|la |i |gli |le ", target)
            joined = (
                "da" + _JOINED[article[0]] + target[article.end() :] if article else f"da {target}"
            )
            return f"{subject} {verb} {joined}", f"{said} {action} by {acted}"
        verb, action = self._predicate(lexeme, infinitive, participle, label)
        return f"{subject} {verb} {target}", f"{said} {action} {acted}"

    def _passive(self, participle: str, english: str, label: str) -> Pair:
        plural, ending = label[1] == "P", _ENDINGS[label]
        verb = f"{'sono' if plural else 'è'} stat{ending} {participle[:-1]}{ending}"
        return verb, f"{'were' if plural else 'was'} {inflected(english, 'VBN')}"

    def _predicate(self, lexeme: Lexeme, infinitive: str, participle: str, label: str) -> Pair:
        """A verb that agrees with its subject, sometimes negated."""
        rng, plural, english = self._rng, label[1] == "P", lexeme.english[0]
        past = inflected(english, "VBD")
        tenses = {
            "ind.pres": (
                "do" if plural else "does",
                english if plural else inflected(english, "VBZ"),
            ),
            "ind.impf": ("did", past),
            "ind.past": ("did", past),
            "ind.fut": ("will", f"will {english}"),
            "cond.pres": ("would", f"would {english}"),
        }
        negative = rng.random() < 0.15
        no, none = ("non ", " not") if negative else ("", "")
        tense = rng.choice((*tenses, "ind.pres", "perfect", "perfect", "modal"))
        form = lexeme.forms.get(f"{tense}.{'P3' if plural else 'S3'}")
        if form:
            auxiliary, affirmed = tenses[tense]
            return no + form[0], f"{auxiliary} not {english}" if negative else affirmed
        if tense == "perfect" and participle and infinitive not in _WITH_ESSERE:
            done = inflected(english, "VBN")
            has = ("hanno", "have") if plural else ("ha", "has")
            return f"{no}{has[0]} {participle}", f"{has[1]}{none} {done}"
        modal, meaning = rng.choice(_MODALS)
        none = "not" if none and meaning == "can" else none  # cannot
        return f"{no}{modal[plural]} {infinitive}", f"{meaning}{none} {english}"

    def _finite(self) -> Pair:
        """A verb with its person (`scagliavamo`, `we hurled`), or an infinitive or gerund."""
        lexeme, infinitive, _ = self._verbs.draw(("inf.pres",))
        forms, english = lexeme.forms, lexeme.english[0]
        person, subject = self._rng.choice(_PERSONS)
        past = inflected(english, "VBD")
        tense, said = self._rng.choice(
            (
                ("ind.pres", inflected(english, "VBZ") if person == "S3" else english),
                ("ind.impf", past),
                ("ind.past", past),
                ("ind.fut", f"will {english}"),
                ("cond.pres", f"would {english}"),
            )
        )
        form, draw = forms.get(f"{tense}.{person}"), self._rng.random()
        if form and draw < 0.8:
            return _SHOWN.get(subject, "") + form[0], f"{subject} {said}"
        if draw < 0.9 and "ger.pres" in forms:
            return forms["ger.pres"][0], inflected(english, "VBG")
        return infinitive, f"to {english}"
