"""Proof by its words that a sentence is plain English, before anything costly looks at it.

Most text of most runs is English and needs no model. A sentence passes if words that only English writes so are dense in it and come
again every few words, no frequent word of another language is there, and unknown words stand alone among known ones; then no clause of
it can be in a source language. What does not pass is decided by the detector: a refusal here says nothing.
"""

from __future__ import annotations

import re
import zlib
from functools import cache
from importlib.resources import files

MIN_WORDS = 6
MAX_GAP_WORDS = 6
"""So many words in a row that are not distinctly English may be a name or a list; more may be a clause in another language."""
MIN_SHARE = 5
"""At least one word in so many is distinctly English."""
MIN_STRONG = 2
"""So many of them are written like no word of another language."""
_REMEMBERED_WORDS, _REMEMBERED_CHARS = 1 << 16, 32
_FOREIGN_CODE = ord("f")
_OTHER_CODES = b"oO.x"
_WEAK_CODES = b"wW"
_GAP = re.compile(rb"[oO.x]{%d}" % (MAX_GAP_WORDS + 1))
_STRANGE = re.compile(rb"(?:x[oO.]*|O[O.]*)x")
"""Two unknown words with no English word between them, or one after a capital: a clause in another language may be there."""
_FURNITURE = re.compile(rb"[oO.x](?=[O.]*[ox])(?:[ox.]*O|[oxO.]*[SW])")
"""A clause in another language may stand before the first English word.

The second clause of a glued line starts with a capital letter (`spans.py`). So the words before the first English word are one
clause if they are names, or have no capital after the first.
"""
_EDGES = ".,;:!?\"'“”‘’«»()[]…*_"
_SUFFIXES = frozenset({"s", "t", "re", "ve", "ll", "d", "m"})
"""What English writes after an apostrophe."""

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
    """Whether the words of a text prove that it is English throughout. Errs towards no.

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
    english = codes.translate(None, _OTHER_CODES)
    if len(english) * MIN_SHARE < len(codes):
        return False
    if len(english.translate(None, _WEAK_CODES)) < MIN_STRONG:
        return False
    if _GAP.search(codes) or _STRANGE.search(codes) or _FURNITURE.match(codes):
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
    """What a word is.

    `f`: frequent in another language. `s`: hardly written so in any other language than English. `w`: a function word of
    English. `o`: known in English. `x`: unknown. In capitals where the word begins with one; then `O` is any other word,
    a name for all that is known. `.`: no word.
    """
    core = word.strip(_EDGES).replace("’", "'")
    lower = core.lower()
    if lower in _FOREIGN:
        return _FOREIGN_CODE
    if not core.isascii():
        return ord("x" if any(map(str.isalpha, core)) else ".")
    lower, apostrophe, suffix = lower.partition("'")
    if apostrophe and suffix not in _SUFFIXES:
        return ord("x")
    if not core[:1].isalpha():
        return ord(".")
    distinctive, known = _english()
    is_name = core[0].isupper()
    if lower in _WORDS:
        code = "s" if lower in _STRONG else "w"
    elif is_name or lower not in distinctive:
        code = "o" if is_name or known.issuperset(lower.split("-")) else "x"
    else:
        code = "s"
    return ord(code.upper() if is_name else code)


@cache
def _english() -> tuple[frozenset[str], frozenset[str]]:
    """Words that are more English than anything else, and all words known in English (`models/lid/english.py`)."""
    data = files("normalize.data").joinpath("english.bin").read_bytes()
    distinctive, others = zlib.decompress(data).decode().split("\n")
    words = frozenset(distinctive.split(" ")) - _FOREIGN
    return words, words | _WORDS | frozenset(others.split(" "))


_CODES = _Codes()
