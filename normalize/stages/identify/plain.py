"""Proof by function words that a sentence is plain English, before anything costly looks at it.

Most text of most runs is English and needs no model. A sentence passes if English function words are dense in it, come again every few
words, and no frequent word of another language is there; then no clause of it can be in a source language. What does not pass is
decided by the detector: a refusal here says nothing.
"""

from __future__ import annotations

import re

MIN_WORDS = 6
MAX_GAP_WORDS = 6
"""So many words in a row without an English function word may be a name or a list; more may be a clause in another language."""
MIN_SHARE = 5
"""At least one word in so many is an English function word."""
MIN_STRONG = 2
"""So many of them are written like no word of another language."""
_REMEMBERED_WORDS, _REMEMBERED_CHARS = 1 << 16, 32
_FOREIGN_CODE = ord("f")
_OTHER_CODES = b"oO."
_WEAK_CODES = b"wW"
_GAP = re.compile(rb"[oO.]{%d}" % (MAX_GAP_WORDS + 1))
_FURNITURE = re.compile(rb"[oO.](?=[O.]*o)(?:[o.]*O|[oO.]*[SW])")
"""A clause in another language may stand before the first function word.

The second clause of a glued line starts with a capital letter (`spans.py`). So the words before the first function word are one
clause if they are names, or have no capital after the first.
"""

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
    codes = bytes(map(_CODES.__getitem__, text.split()))
    if len(codes) < MIN_WORDS or _FOREIGN_CODE in codes:
        return False
    function_words = codes.translate(None, _OTHER_CODES)
    if len(function_words) * MIN_SHARE < len(codes):
        return False
    if len(function_words.translate(None, _WEAK_CODES)) < MIN_STRONG:
        return False
    if _GAP.search(codes) or _FURNITURE.match(codes):
        return False
    return text.isascii() or len(text.encode("ascii", "ignore")) * 10 > 9 * len(text)


class _Codes(dict[str, int]):
    """What each word is, as written: a letter (see `_code`). Words met lately are remembered."""

    def __missing__(self, word: str) -> int:
        code = _code(word)
        if len(word) <= _REMEMBERED_CHARS:
            if len(self) >= _REMEMBERED_WORDS:
                self.clear()
            self[word] = code
        return code


def _code(word: str) -> int:
    """`f` for a frequent word of another language, `s` and `w` for strong and other function words of English, `o` for the rest.

    A capital code for a word that begins with a capital letter; `.` for the rest that begins with no letter of either case.
    """
    lower = word.lower()
    if lower in _FOREIGN:
        return _FOREIGN_CODE
    code = "s" if lower in _STRONG else "w" if lower in _WORDS else "o"
    if word[0].isupper():
        code = code.upper()
    elif code == "o" and not word[0].islower():
        code = "."
    return ord(code)


_CODES = _Codes()
