"""Turns an accented last letter into how usual it is in Italian, as the words of the vocabulary end.

The corpora hardly hold the past tense of rare verbs (`scoppiò`), but words that end like it tell that
`ò` may follow `i` and that `é` does not.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cache

from normalize.evidence.vocabulary import vocabulary

ACCENTED = "àèéìòù"
"""The letters that Italian words end in beside plain vowels."""
LEAST = -7.0
"""The log-probability of any other letter."""
_UNSEEN = 2.0
"""Words that the share of an ending in all words counts for beside those after the same letter."""


@cache
def _counts() -> tuple[Counter[str], Counter[str]]:
    """How many listed words end in each accented letter, and in each with the letter before it."""
    words = [word for word in vocabulary().words("it") if word[-1] in ACCENTED and len(word) > 2]
    return Counter(word[-1] for word in words), Counter(word[-2:] for word in words)


def ending_nats(word: str) -> float:
    """The log-probability of a word's last letter after the one before it, among accented letters."""
    single, double = _counts()
    last, before = word[-1], word[-2:-1]
    if last not in ACCENTED:
        return LEAST
    share = (single[last] + 0.5) / (sum(single.values()) + 0.5 * len(ACCENTED))
    same = sum(double[before + other] for other in ACCENTED)
    return max(math.log((double[before + last] + _UNSEEN * share) / (same + _UNSEEN)), LEAST)
