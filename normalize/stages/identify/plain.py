"""Proof by its words that a sentence is plain English, before anything costly looks at it.

Most text of most runs is English and needs no model. A sentence passes if words that only English writes so are dense in it and come
again every few words, no frequent word of another language is there, and unknown words stand alone or in twos between English ones;
then no clause of it can be in a source language. What does not pass is decided by the detector: a refusal here says nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from normalize.stages.identify.wordcodes import WordCodes

Bytes: TypeAlias = npt.NDArray[np.uint8]
Places: TypeAlias = npt.NDArray[np.int64]

MIN_WORDS = 6
MAX_GAP_WORDS = 6
"""So many words in a row that are not distinctly English may be a name or a list; more may be a clause in another language."""
MIN_SHARE = 5
"""At least one word in so many is distinctly English."""
MIN_STRONG = 2
"""So many of them are written like no word of another language."""
FEW, MIN_ENGLISH, MOSTLY, RARE = 3, 2, 2, 8
"""Of three words or more, at least two and at least one in two are distinctly English, one like no word of another language, and at
most one in eight is unknown: then the text is English whatever the others are.
"""
_END_CODE, _FOREIGN_CODE = ord("\n"), ord("f")
_OTHER, _UNKNOWN, _SMALL, _WEAK, _NO_WORD, _CAPITAL = 1, 2, 4, 16, 32, 64
"""Bits of a code: no word of English alone; unknown; unknown and in lower case; of English and of others; no word; with a capital."""
_WEAK_TO_UNKNOWN = 3
_LOWER_OTHER, _CAPITAL_OTHER = _OTHER, _OTHER | _CAPITAL
_FIELD, _SHIFTS = (1 << 15) - 1, (0, 15, 30, 45)
"""Four counts in one number: distinctly English words, those that only English writes so, words of other languages, unknown words."""
_EDGES = ".,;:!?\"'“”‘’«»()[]…*_"
_SUFFIXES = frozenset({"s", "t", "re", "ve", "ll", "d", "m"})
"""What English writes after an apostrophe."""
_ENGLISH_SUFFIXES = frozenset({"t", "re", "ve", "ll"})
"""What English alone writes there (`don't`, `they've`)."""

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
        "come",
        "met",
    }
)
"""Frequent words of other languages; those that English or its names write too say nothing."""


class Proofs(NamedTuple):
    """What the words of some texts prove.

    throughout: whether the text is English and no clause of it can be in a source language.
    mostly: whether it is English, and whether a clause of it is not has to be seen; all texts of `throughout` are among them.
    """

    throughout: list[bool]
    mostly: list[bool]


def prove_english(texts: Sequence[str]) -> Proofs:
    """What the words of each text prove. Errs towards nothing.

    >>> prove_english(["The minister said that the talks with the union had been useful."])
    Proofs(throughout=[True], mostly=[True])
    >>> prove_english(["The umbu aka bird was seen by the two sailors who were with them at the old harbour."])
    Proofs(throughout=[False], mostly=[True])
    >>> prove_english(["Riportato dall'IA Japan's Prime Minister held a call with the President."])
    Proofs(throughout=[False], mostly=[False])
    """
    if not texts:
        return Proofs([], [])
    codes = _CODES.of(texts)
    letters = np.frombuffer(codes, np.uint8)[1:]
    ends = np.flatnonzero(letters == _END_CODE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    words = ends - starts
    counts = np.add.reduceat(_COUNTS[letters], starts)
    english, strong, foreign, unknown = (counts >> shift & _FIELD for shift in _SHIFTS)
    proven = (english >= MIN_ENGLISH) & (strong > 0) & (foreign == 0)
    for place in np.flatnonzero(proven).tolist():
        text = texts[place]
        if not text.isascii():
            proven[place] = len(text.encode("ascii", "ignore")) * 10 > 9 * len(text)
    mostly = proven & (words >= FEW) & (english * MOSTLY >= words) & (unknown * RARE <= words)
    proven &= (words >= MIN_WORDS) & (strong >= MIN_STRONG) & (english * MIN_SHARE >= words)
    kinds = _KINDS[letters]
    edges = np.flatnonzero(kinds & _OTHER == 0)
    proven &= ~_may_be_furniture(kinds, edges, starts)
    for hits in (_gaps(edges), _strange(kinds)):
        proven[np.searchsorted(ends, hits)] = False
    return Proofs(proven.tolist(), (mostly | proven).tolist())


def _gaps(edges: Places) -> Places:
    """Where more than `MAX_GAP_WORDS` words in a row begin that are not distinctly English, given the places of the others."""
    edges = np.concatenate(([-1], edges))
    return edges[np.flatnonzero(edges[1:] - edges[:-1] > MAX_GAP_WORDS + 1)] + 1


def _strange(kinds: Bytes) -> Places:
    """Where as many unknown words stand together as a clause in another language has at least.

    These are two unknown words in lower case, or two of any case around a word that other languages may have too, or three words in
    a row, an unknown one among them, and none of them English. What is no word does not part them.
    """
    places = np.flatnonzero(kinds & _NO_WORD == 0)
    kinds = kinds[places]
    one, two, three = kinds[:-2], kinds[1:-1], kinds[2:]
    others, unknown = one & two & three & _OTHER, (one | two | three) & _UNKNOWN
    around = one & three & _UNKNOWN & two >> _WEAK_TO_UNKNOWN
    hits = places[:-2][(others != 0) & (unknown != 0) | (around != 0)]
    pairs = places[:-1][kinds[:-1] & kinds[1:] & _SMALL != 0]
    return np.concatenate((hits, pairs))


def _may_be_furniture(kinds: Bytes, edges: Places, starts: Places) -> npt.NDArray[np.bool_]:
    """Tell which texts may begin with a clause in another language.

    The second clause of a glued line starts with a capital letter (`spans.py`). So the words before the first English word are one
    clause if they are names, or have no capital after the first.
    """
    after = edges[np.searchsorted(edges, starts)]
    lower, capital = (
        np.cumsum(kinds & (_OTHER | _NO_WORD | _CAPITAL) == kind)
        for kind in (_LOWER_OTHER, _CAPITAL_OTHER)
    )
    has_lower = lower[after - 1] > lower[starts]
    has_capital = capital[after - 1] > capital[starts]
    goes_on = kinds[after] & (_OTHER | _CAPITAL) == _CAPITAL
    found: npt.NDArray[np.bool_] = (after > starts) & has_lower & (has_capital | goes_on)
    return found


def _code(word: str) -> int:
    """What a word is.

    `f`: frequent in another language, or with an apostrophe as no English word has it. `s`: hardly written so in any other
    language than English. `w`: a function word of English. `o`: known in English. `x`: unknown. In capitals where the word
    begins with one; then `O` is any other word, a name for all that is known, and `X` one with a letter beyond ASCII.
    `.`: no word.
    """
    core = word.strip(_EDGES).replace("’", "'")
    lower = core.lower()
    if lower in _FOREIGN and core != "UN":
        return _FOREIGN_CODE
    if not core.isascii():
        return ord("X" if core[0].isupper() else "x" if any(map(str.isalpha, core)) else ".")
    lower, apostrophe, suffix = lower.partition("'")
    if apostrophe and suffix not in _SUFFIXES:
        return _FOREIGN_CODE
    if not core[:1].isalpha():
        return ord(".")
    distinctive, known = _english()
    is_name = core[0].isupper()
    if lower in _WORDS:
        code = "s" if lower in _STRONG else "w"
    elif suffix in _ENGLISH_SUFFIXES and (suffix != "t" or lower.endswith("n")):
        code = "s"
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


def _table(bits: Mapping[bytes, int]) -> npt.NDArray[np.int64]:
    """The bits of every code, given those of groups of codes."""
    table = np.zeros(256, np.int64)
    for codes, value in bits.items():
        table[list(codes)] |= value
    return table


_COUNTS = _table({b"sSwW": 1, b"sS": 1 << 15, b"f": 1 << 30, b"xX": 1 << 45})
_KINDS = _table(
    {
        b"oO.xX": _OTHER,
        b"xX": _UNKNOWN,
        b"x": _SMALL,
        b"wW": _WEAK,
        b".": _NO_WORD,
        b"OXSW": _CAPITAL,
    }
).astype(np.uint8)
_CODES = WordCodes(_code, _END_CODE)
