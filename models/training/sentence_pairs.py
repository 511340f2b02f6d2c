"""Texts and their translations to sentence pairs worth collecting: markup off, split where both
sides have the same number of parts, and every filter of `gather.py`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator

Pair = tuple[str, str]
"""English and foreign text."""
MAX_CHARS = 700
MIN_LETTERS = 0.72
"""Share of letters and spaces."""
RATIO = (0.45, 2.2)
"""English to foreign characters, ten added to both."""
_ABBREVIATIONS = ("Mr Mrs Ms Dr St cf vs ca es sig ecc etc", ("[A-Z]", r"e\.g", r"i\.e"))
_BOUNDARY = re.compile(
    "".join(rf"(?<!\b{word})" for word in (*_ABBREVIATIONS[0].split(), *_ABBREVIATIONS[1]))
    + r"[.!?…]+[\"”»’')\]]*\s+(?=[\"“«'(‘]*[A-ZÀ-ÝÇĞİÖŞÜ0-9—–-])"
)
MARKUP = re.compile(
    r"%[\d$]*[-+0-9.]*[sdiufcx]|%\d|\{[^}]*\}|\$[a-z_|]+"  # placeholders
    r"|<[a-zA-Z/][^>]*>|\[[a-z_/]+[^\]]*\]|\\[a-z]|&[a-z]+;"  # tags, escapes, entities
    r"|https?://|www\.|@\w|[|_^~]|(?<!\w)&\w"  # addresses; marks, the accelerators' among them
)
_INVISIBLE = re.compile("[\N{ZERO WIDTH SPACE}\N{SOFT HYPHEN}\N{ZERO WIDTH NO-BREAK SPACE}]")
_WORD = re.compile(r"[^\W\d_]+")
_INLINE = re.compile(r"</?(?:i|b|u|em|strong|img|sub)[^>]*>")
_BLOCK = re.compile(r"</?(?:p|br|rt|font|li|div|h\d)[^>]*>")
_STYLE = re.compile(r"</?(?:b|big|bold|header|i|italic|small|span)[^>]*>")
_REFERENCE = re.compile(r"<[a-z_]+>(?:text|dst)='([^']*)'.*?</[a-z_]+>")
ENGLISH_WORDS = frozenset(
    (
        "the a an of to and in is was are for with that this you it on be have has not as at by "
        "from or your i he they we my"
    ).split()
)
FOREIGN_WORDS = {
    "it": frozenset(
        (
            "il la le lo gli di che un una non per con del della dei delle è sono nel da al alla "
            "questo più e ha ho si mi ti ci ma come se"
        ).split()
    ),
    "tr": frozenset(
        (
            "bir ve bu için ile da de çok daha olarak olan gibi ne ama o şu kadar var yok her "
            "sonra değil mi ben sen biz siz en ki"
        ).split()
    ),
}
SHARED_WORDS = frozenset("a at e i in o on".split())
"""English words that are also Italian or Turkish ones, or near them."""


def letters_key(text: str) -> str:
    """The letters of a text, caseless, with one i: texts with the same key are the same.

    >>> letters_key("İyi IŞIK!") == letters_key("iyi ışık")
    True
    """
    text = unicodedata.normalize("NFC", text).replace("İ", "i").replace("I", "i").lower()
    return "".join(c for c in text.replace("ı", "i") if c.isalpha())


def cleaned(text: str) -> str:
    """The text in NFC on one line, without character references and invisible characters.

    >>> cleaned("salt &amp;  pep\\N{SOFT HYPHEN}per\\n")
    'salt & pepper'
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", html.unescape(text)))
    return " ".join(text.split())


def sentences(text: str) -> list[str]:
    """The sentences of a text; abbreviations and initials do not end one.

    >>> sentences('He said: "Go!" Then Mr. Smith left. OK?')
    ['He said: "Go!"', 'Then Mr. Smith left.', 'OK?']
    """
    text = " ".join(text.split())
    ends = [match.end() for match in _BOUNDARY.finditer(text)]
    cuts = zip([0, *ends], [*ends, len(text)], strict=True)
    return [part for start, end in cuts if (part := text[start:end].strip())]


def by_sentence(english: str, foreign: str) -> Iterator[Pair]:
    """Sentence by sentence where both sides have as many, of similar lengths; else as a whole."""
    e, f = sentences(english), sentences(foreign)
    if len(e) == len(f) > 1 and all(
        0.4 < (len(a) + 8) / (len(b) + 8) < 2.5 for a, b in zip(e, f, strict=True)
    ):
        yield from zip(e, f, strict=True)
    else:
        yield " ".join(e), " ".join(f)


def pieces(text: str, separator: str) -> list[str]:
    """The pieces of a text between separators that are not blank."""
    return [piece for piece in re.split(separator, text) if piece.strip()]


def parts(english: str, foreign: str, separator: str) -> Iterator[Pair]:
    """Part by part where both sides have as many that are not blank, else as a whole."""
    e, f = pieces(english, separator), pieces(foreign, separator)
    yield from zip(e, f, strict=True) if len(e) == len(f) else [(english, foreign)]


def by_line(english: str, foreign: str) -> Iterator[Pair]:
    """Line by line, then sentence by sentence."""
    for line in parts(english, foreign, r"\n"):
        yield from by_sentence(*line)


def by_paragraph(english: str, foreign: str) -> Iterator[Pair]:
    """Text of games and desktop programs: style tags off, links replaced by their text, then
    paragraph by paragraph, line by line, sentence by sentence.
    """
    e, f = (_REFERENCE.sub(r"\1", _STYLE.sub("", side)) for side in (english, foreign))
    for paragraph in parts(e, f, r"\n\s*\n"):
        yield from by_line(*paragraph)


def by_block(english: str, foreign: str) -> Iterator[Pair]:
    """Text in the manner of HTML: inline tags off, block tags and written `\\n` end a line."""
    e, f = (
        _INLINE.sub("", _BLOCK.sub("\n", side)).replace("\\n", "\n") for side in (english, foreign)
    )
    yield from by_line(e, f)


def _looks_english(english: list[str], foreign: list[str], language: str) -> bool:
    """Whether the foreign side is English left as it was, or the English side is not English.

    Only for six words and more: shorter ones need have no function words.
    """
    e, f = set(english), set(foreign)
    left = len(f & ENGLISH_WORDS - SHARED_WORDS) >= 3 and len(f & FOREIGN_WORDS[language]) < 2
    return left or not e & ENGLISH_WORDS


def is_good(english: str, foreign: str, language: str, min_words: int) -> bool:
    """Whether a pair is worth collecting: length, markup, copies, length ratio, letters, language,
    numbers.
    """
    sides = (english, foreign)
    if not all(2 <= len(side) <= MAX_CHARS for side in sides):
        return False
    if any(MARKUP.search(side) or "\N{REPLACEMENT CHARACTER}" in side for side in sides):
        return False
    words = len(english.split())
    if words < min_words or english.lower() == foreign.lower():
        return False
    if not RATIO[0] < (len(english) + 10) / (len(foreign) + 10) < RATIO[1]:
        return False
    if any(sum(c.isalpha() or c.isspace() for c in s) / len(s) < MIN_LETTERS for s in sides):
        return False
    e, f = (_WORD.findall(side.lower()) for side in sides)
    if words >= 6 and _looks_english(e, f, language):
        return False
    numbers, others = (re.findall(r"\d+", side) for side in sides)
    return len(numbers) <= 2 or bool(set(numbers) & set(others))


def kept(pairs: Iterable[Pair], language: str, min_words: int) -> Iterator[Pair]:
    """The pairs worth collecting, cleaned, each once by the letters of both sides."""
    seen: set[Pair] = set()
    for pair in pairs:
        english, foreign = map(cleaned, pair)
        if not is_good(english, foreign, language, min_words):
            continue
        key = letters_key(english), letters_key(foreign)
        if key not in seen:
            seen.add(key)
            yield english, foreign
