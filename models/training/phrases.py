"""Phrases made by grammar of dictionary words: pairs that teach words which parallel text lacks.

Text about software says nothing of accordions and waterfalls. A dictionary does, but in its basic form and without context. Here
its words are inflected and put into lists of phrases and simple sentences. These are grammatical and mean nothing, so that only
a translation word by word can be right.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from lemminflect import getInflection
from lexicon import Lexeme

Pair = tuple[str, str]
"""(Italian or Turkish, English)."""
_VOWEL_SOUND = re.compile(
    r"[aio](?!ne\b|nce\b|ne-|uija)|e(?!u|we)|hono|hour|heir|honest"
    r"|u(?=n(?!i(?:[cdfloqstv]|on)|a(?:nim|ry))|p[a-z]|[bdgklmrst][bcdfghjklmnpqrstvwxyz])"
)
KNOWN = 200
"""A lexeme that training text holds this often, in any form, needs no help."""


def need(lexeme: Lexeme, counts: Counter[str]) -> float:
    """How often to draw a lexeme: by the cube root of its frequency, less the oftener training text holds it, and 0 for what it holds
    often.

    counts: lower-case words of the training text.
    """
    forms = {lexeme.lemma, *itertools.chain.from_iterable(lexeme.forms.values())}
    seen = sum(counts[form] for form in forms)
    return 10 ** (lexeme.zipf / 3) / (1 + seen / 20) if seen < KNOWN else 0.0


def inflected(lemma: str, tag: str) -> str:
    """An English lemma in the form of a Penn Treebank tag: the last word of a noun (`court of law`: the first), the first of
    a verb.

    >>> inflected("ice cream", "NNS"), inflected("court of law", "NNS"), inflected("draw up", "VBD")
    ('ice creams', 'courts of law', 'drew up')
    """
    if tag in ("JJ", "NN", "VB"):
        return lemma
    words = lemma.split(" ")
    at = 0 if tag.startswith("V") or words[1:2] in (["of"], ["in"]) else -1
    words[at] = (getInflection(words[at], tag) or (words[at],))[0]
    return " ".join(words)


def counted(lemma: str) -> bool:
    """Whether an English noun has a plural of its own (`terrorism` has none).

    >>> counted("hammock"), counted("terrorism")
    (True, False)
    """
    return inflected(lemma, "NNS") != lemma


def indefinite(english: str) -> str:
    """The phrase with `a` or `an`, by the sound of its beginning as far as spelling tells.

    >>> indefinite("hammock"), indefinite("unhappy dog"), indefinite("uniform"), indefinite("honest man")
    ('a hammock', 'an unhappy dog', 'a uniform', 'an honest man')
    """
    if english.startswith("other "):
        return f"an{english}"
    return f"{'an' if _VOWEL_SOUND.match(english) else 'a'} {english}"


def sentence(words: str, language: str) -> str:
    """The words with a capital and a full stop.

    >>> sentence("iri kedi uyudu", "tr")
    'İri kedi uyudu.'
    """
    first = "İ" if language == "tr" and words[0] == "i" else words[0].upper()
    return f"{first}{words[1:]}."


class Drawer:
    """The lexemes of one part of speech that need help, drawn by their need."""

    def __init__(
        self, lexemes: Iterable[Lexeme], part: str, counts: Counter[str], rng: random.Random
    ) -> None:
        chosen = (lexeme for lexeme in lexemes if lexeme.part == part)
        self._needed = [(lexeme, weight) for lexeme in chosen if (weight := need(lexeme, counts))]
        self._having: dict[tuple[str, ...], tuple[list[Lexeme], list[float]]] = {}
        self._rng = rng

    def having(self, labels: tuple[str, ...]) -> tuple[list[Lexeme], list[float]]:
        """The lexemes that have a form with one of the labels, and their weights, summed up."""
        if labels not in self._having:
            kept = [
                (lexeme, w) for lexeme, w in self._needed if any(x in lexeme.forms for x in labels)
            ]
            self._having[labels] = (
                [lexeme for lexeme, _ in kept],
                list(itertools.accumulate(weight for _, weight in kept)),
            )
        return self._having[labels]

    def draw(self, labels: Sequence[str]) -> tuple[Lexeme, str, str]:
        """A lexeme, its form with the first of the labels that it has, and that label.

        Raises `LookupError` if no lexeme has any.
        """
        lexemes, weights = self.having(tuple(labels))
        if not lexemes:
            message = f"no lexeme with a form {' or '.join(labels)}; the dictionary is too small"
            raise LookupError(message)
        (lexeme,) = self._rng.choices(lexemes, cum_weights=weights)
        label = next(label for label in labels if label in lexeme.forms)
        return lexeme, self._rng.choice(lexeme.forms[label]), label
