"""Proof by function words that a sentence is plain English, before anything costly looks at it.

Most text of most runs is English and needs no model. A sentence passes if English function words are dense in it, come again every few
words, and no frequent word of another language is there; then no clause of it can be in a source language. What does not pass is
decided by the detector: a refusal here says nothing.
"""

from __future__ import annotations

MIN_WORDS = 6
MAX_GAP_WORDS = 6
"""So many words in a row without an English function word may be a name or a list; more may be a clause in another language."""
MIN_SHARE = 5
"""At least one word in so many is an English function word."""

_STRONG = frozenset(
    """the and of that with this which from been their would there were they because these those could should after before between
    through while your our about into what when where than then had has have said will""".split()
)
"""English words that hardly any other language writes the same."""
_WORDS = _STRONG | frozenset(
    """to was for is are who its his her not but by as at it on an be or if he she we you over more also other some such only us out
    new first all can may one two up now how most many much year years people government""".split()
)
_FOREIGN = (
    frozenset(
        """il lo la le li gli di del della dei delle dal dalla da e è un una uno con non sono per più che come anche nel nella alla ha si al
    bir ve bu için ile de da olarak daha çok olan gibi sonra kadar ne var yok mi mı
    el los las y en es una por para con del se que como pero le les des et est une dans pour sur pas qui au aux du ce il
    der die das und ist von zu den mit sich auf für nicht ein eine im dem o os as um uma não em do dos na no é mais
    het een van dat niet zijn op te voor met och att det som på är inte af er til på ikke og""".split()
    )
    - _WORDS
    - {
        "no",
        "as",
        "do",
        "die",
        "per",
        "en",
        "da",
        "el",
        "la",
        "los",
        "las",
        "van",
        "de",
        "del",
        "san",
    }
)
"""Frequent words of other languages; those that English or its names write too say nothing."""


def is_plain_english(text: str) -> bool:
    """Whether function words prove that a text is English throughout. Errs towards no.

    >>> is_plain_english("The minister said that the talks with the union had been useful.")
    True
    >>> is_plain_english("Reklam yükleniyor lütfen The talks with the union had been useful.")
    False
    >>> is_plain_english("Riportato dall'IA Japan's Prime Minister held a call with the President.")
    False
    """
    words = text.lower().split()
    if len(words) < MIN_WORDS or not _FOREIGN.isdisjoint(words):
        return False
    if _may_open_with_furniture(text.split(), words):
        return False
    hits = strong = gap = 0
    for word in words:
        if word in _WORDS:
            hits += 1
            gap = 0
            if word in _STRONG:
                strong += 1
        else:
            gap += 1
            if gap > MAX_GAP_WORDS:
                return False
    if strong < 2 or hits * MIN_SHARE < len(words):
        return False
    return text.isascii() or sum(map(str.isascii, text)) * 10 > 9 * len(text)


def _may_open_with_furniture(written: list[str], lower: list[str]) -> bool:
    """Whether a clause in another language may stand before the first function word.

    The second clause of a glued line starts with a capital letter (`spans.py`). So the words before
    the first function word are one clause if they are names, or have no capital after the first.
    """
    first = next((place for place, word in enumerate(lower) if word in _WORDS), len(lower) - 1)
    opening = written[1:first]
    if not any(word[0].islower() for word in opening):
        return False
    return any(word[0].isupper() for word in written[1 : first + 1])
