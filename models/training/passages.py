"""Corpora of questions about passages, in the JSON of SQuAD, and their translations, to raw sentence pairs: passages
by the ids of their questions (P. Rajpurkar et al. 2016, arXiv:1606.05250), sentences by `align.py`.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator

from align import Bead, Lexicon, align
from extract import Files
from sentence_pairs import Pair, cleaned, sentences

MAX_STRETCH = 0.5
"""Logarithm of the ratio of lengths that sentences may have."""
SAME_NUMBERS = 0.6
"""Share of the numbers of a sentence and its translation that both have."""
_NUMBER = re.compile(r"\d+")
_ELIDED = (
    "[cdlmnstv]|(?:a|co|da|de|ne|su)ll|glie?l|(?:be|que)ll|quest|un|(?:alc|ciasc|ness|qualc)un|anch|neanch|com|dov|cos|quand|"
    "tutt|mezz|sant|nient|senz|trent|cent|dev|grand|buon|(?:de)?gl|ognun|second|altr|ch|(?:quar|cinqu|sess|sett|ott|nov)ant"
)
"""Italian words that lose their last vowel before another word; what a quotation mark closes is none of them."""
_ELISION = re.compile(rf"(?<![\w'’‘])({_ELIDED})(['’]) (?=[\w\"“«])", re.IGNORECASE)
_BEFORE_MARK = re.compile(r"\s+(?=[,;.!?)])")


def passages(files: Files) -> Iterator[tuple[list[str], str]]:
    """The passages of SQuAD files, plain or `.gz`: ids of the questions about each, and its text."""
    for name, data in sorted(files.items()):
        read = json.loads(gzip.decompress(data) if name.endswith(".gz") else data)
        for article in read["data"]:
            for paragraph in article["paragraphs"]:
                yield [question["id"] for question in paragraph["qas"]], paragraph["context"]


def joined(text: str) -> str:
    """The text without the blanks that a translator put after an elision and before marks.

    >>> joined("l' arte dell' isola , un po' di sale")
    "l'arte dell'isola, un po' di sale"
    >>> joined("Quest' anno anch' egli canta 'American Idol' in TV")
    "Quest'anno anch'egli canta 'American Idol' in TV"
    """
    return _BEFORE_MARK.sub("", _ELISION.sub(r"\1\2", text))


def _alike(foreign: str, english: str) -> bool:
    """Whether both have the same numbers, for the most part, the foreign side asks no more than the English, and it ends
    where the English ends.
    """
    numbers = set(_NUMBER.findall(foreign)), set(_NUMBER.findall(english))
    every = numbers[0] | numbers[1]
    if every and len(numbers[0] & numbers[1]) < SAME_NUMBERS * len(every):
        return False
    if foreign.count("?") > english.count("?"):
        return False
    return foreign[-1] in '.!?"»”)' or english[-1] not in ".!?"


def _whole(bead: Bead, confidence: float) -> bool:
    both = bead.foreign[0] < bead.foreign[1] and bead.english[0] < bead.english[1]
    return both and bead.overlap >= confidence and bead.stretch <= MAX_STRETCH


def pairs(english: Files, foreign: Files, lexicon: Lexicon, confidence: float) -> Iterator[Pair]:
    """The aligned sentences of the passages that both have a question about.

    confidence: overlap of words that a pair must have.
    """
    texts = {number: text for numbers, text in passages(english) for number in numbers}
    for numbers, text in passages(foreign):
        original = next((texts[number] for number in numbers if number in texts), None)
        if original is None:
            continue
        sides = sentences(cleaned(joined(text))), sentences(cleaned(original))
        for bead in align(*sides, lexicon):
            if _whole(bead, confidence):
                f, e = (
                    " ".join(s[slice(*at)])
                    for s, at in zip(sides, (bead.foreign, bead.english), strict=True)
                )
                if _alike(f, e):
                    yield e, f
