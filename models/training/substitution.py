"""Sentences of real pairs with nouns and adjectives replaced by rarer ones of a dictionary, on both sides.

After M. Fadaee, A. Bisazza and C. Monz, "Data Augmentation for Low-Resource Neural Machine Translation" (ACL 2017), with a dictionary
in the place of their word alignment and language model: a word is replaced if it stands once on its side and exactly one of
the translations that a reading of it has in the dictionary stands once on the other. The new word has the same grammatical shape, so that
articles and endings stay right.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from inflection_tr import VOWELS
from lexicon import Lexeme
from phrases import Pair, indefinite, inflected, need
from phrases_it import definite

MOST = 3
"""Words that are replaced in a sentence."""
SHORTEST, LONGEST = 5, 40
"""English words of the sentences that are taken."""
FEWEST = 5
"""Words of a shape; a shape with fewer is not replaced, for they would only be repeated."""
_WORD = re.compile(r"[^\W\d_]+")
_CLITIC = re.compile(r" (?:m[ıiuü]\w*|d[ae])\b")
"""Turkish words that take the harmony of the word before them."""
_BEFORE_VERB = frozenset(
    "to will can must should would could may might i you we they he she it who that which not don't doesn't didn't cannot let"
    " please".split()
)


def shape(lexeme: Lexeme, label: str, form: str, language: str) -> str | None:
    """What two forms must share to stand in each other's place; None if the form is never replaced.

    Italian: part of speech, gender, number and article. Turkish: part of speech, suffixes, and whether the stem ends
    in a vowel.
    """
    if lexeme.part == "verb" or (language == "tr" and lexeme.part == "adj" and label):
        return None
    if language == "it":
        return f"{lexeme.part} {label} {definite(label, form)}"
    return f"{lexeme.part} {label} {lexeme.lemma[-1] in VOWELS}"


def tags(lexeme: Lexeme, label: str) -> tuple[str, ...]:
    """Penn Treebank tags of the English of a form. A Turkish noun without suffix may be plural (after a number)."""
    if lexeme.part == "adj":
        return ("JJ",)
    if label == "":
        return "NN", "NNS"
    return ("NNS",) if label in ("MP", "FP") or label.startswith("lAr") else ("NN",)


def ending(label: str, form: str) -> str:
    """What a Turkish form has after its stem, without the plural, which English has a form for.

    label: of `lexicon.suffix`, a letter for each letter of the suffix.

    >>> ending("DAn", "ağaçtan"), ending("lArdAn", "ağaçlardan"), ending("+I", "ağacı"), ending("lAr", "ağaçlar")
    ('tan', 'dan', 'ı', '')
    """
    suffix = label.removeprefix("+").removeprefix("lAr")
    return form[len(form) - len(suffix) :]


def in_english(english: str, end: str) -> str:
    """An English word in the place of a foreign one, with the ending of that as Turkish writes it after a name: behind an apostrophe.

    >>> in_english("drought", "tan"), in_english("drought", "")
    ("drought'tan", 'drought')
    """
    return f"{english}'{end}" if end else english


class Substitution:
    """Replaces words of pairs of one language."""

    def __init__(
        self,
        language: str,
        lexemes: Sequence[Lexeme],
        counts: Counter[str],
        rng: random.Random,
        fewest: int = FEWEST,
    ) -> None:
        self._rng = rng
        self._readings: dict[str, list[tuple[str, dict[str, str], str]]] = defaultdict(list)
        pools: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
        for lexeme in lexemes:
            weight = need(lexeme, counts)
            for label, forms in lexeme.forms.items():
                english = {
                    inflected(lemma, tag): tag
                    for lemma in lexeme.english[:6]
                    if " " not in lemma
                    for tag in tags(lexeme, label)
                }
                for form in forms:
                    key = shape(lexeme, label, form, language)
                    if key is not None:
                        end = ending(label, form) if language == "tr" else ""
                        self._readings[form].append((key, english, end))
                    if key is not None and weight:
                        pools[key].append((form, lexeme.english[0], weight))
        self._pools = {key: pool for key, pool in sorted(pools.items()) if len(pool) >= fewest}
        self._weights = {
            key: list(itertools.accumulate(weight for _, _, weight in pool))
            for key, pool in self._pools.items()
        }

    def __call__(self, source: str, target: str) -> Pair | None:
        """The pair with up to `MOST` words replaced; None if none can be."""
        chances = self._chances(source, target)
        changed = False
        for word, old, key, tag, _ in self._rng.sample(chances, min(MOST, len(chances))):
            ((form, lemma, _),) = self._rng.choices(
                self._pools[key], cum_weights=self._weights[key]
            )
            found = re.search(rf"(?<!\w)(?:([Aa]n?) )?{old}(?!\w)", target)
            if found is None or _previous(target, found.start()) in _BEFORE_VERB:
                continue
            if _WORD.findall(target).count(old) != 1:  # a word put in before
                continue
            if _CLITIC.match(source, source.find(word) + len(word)):
                continue
            new = inflected(lemma, tag)
            if found[1]:
                new = indefinite(new)
                new = new.capitalize() if found[1][0] == "A" else new
            target = target[: found.start()] + new + target[found.end() :]
            source = re.sub(rf"(?<!\w){word}(?!\w)", form, source, count=1)
            changed = True
        return (source, target) if changed else None

    def switched(self, source: str, target: str) -> Pair | None:
        """The pair with up to `MOST` words of the source in English, as they stand in the target, with their endings (`in_english`);
        None if there is none.

        Teaches a network to let English words in a foreign sentence stand, so that words it does not know can be given to it
        in English (after K. Song et al., "Code-Switching for Enhancing NMT with Pre-Specified Translation", NAACL 2019).
        """
        words = set(_WORD.findall(source))
        chances = {
            word: in_english(english, end)
            for word, english, _, _, end in self._chances(source, target)
            if english not in words
        }
        if not chances:
            return None
        most = self._rng.randint(1, min(MOST, len(chances)))
        chosen = self._rng.sample(sorted(chances), most)
        pattern = rf"(?<!\w)(?:{'|'.join(chosen)})(?!\w)"
        return re.sub(pattern, lambda match: chances[match[0]], source), target

    def _chances(self, source: str, target: str) -> list[tuple[str, str, str, str, str]]:
        """Words that can be replaced: (word, its English, shape, tag, ending)."""
        words, english = Counter(_WORD.findall(source)), Counter(_WORD.findall(target))
        chances = []
        for word, times in words.items():
            readings = self._readings.get(word, ()) if times == 1 and len(word) > 2 else ()
            for key, translations, end in readings:
                found = [translation for translation in translations if english[translation] == 1]
                if len(found) == 1 and key in self._pools:
                    chances.append((word, found[0], key, translations[found[0]], end))
                    break
        return chances


def _previous(text: str, end: int) -> str:
    """The word before a position, in lower case."""
    return text[:end].rstrip().rpartition(" ")[2].lower()


def drawn(
    change: Callable[[str, str], Pair | None],
    sentences: Mapping[str, Sequence[Pair]],
    count: int,
    rng: random.Random,
) -> list[Pair]:
    """Up to `count` real pairs, changed.

    change: what makes another pair of one, or None. sentences: pairs by source. A source is drawn as often as the square root
    of its size says, one of under 100 sentences never.
    """
    pools = [pairs for _, pairs in sorted(sentences.items()) if len(pairs) >= 100]
    weights = [len(pairs) ** 0.5 for pairs in pools]
    made: list[Pair] = []
    for _ in range(4 * count if pools else 0):
        if len(made) == count:
            break
        (pairs,) = rng.choices(pools, weights)
        source, target = rng.choice(pairs)
        if SHORTEST <= len(target.split()) <= LONGEST and (pair := change(source, target)):
            made.append(pair)
    return made
