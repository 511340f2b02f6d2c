"""What needs no model: text with nothing to decide, and scripts of one language each."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

_ADDRESS = re.compile(
    r"(?:https?|ftp|file|mailto):\S+|www\.\S+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w@])[@#]\w+"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|info|io|it|tr|eu|uk|de|fr|es|co|news|tv|html?|php"
    r"|pdf|jpe?g|png|gif|svg|webp|mp[34]|zip|docx?|xlsx?|txt|css|js|py)\b(?:/\S*)?"
    r"|&[a-z]+;|&#x?[0-9a-f]+;",
    re.IGNORECASE,
)
_MIXED = re.compile(r"(?<!\w)(?=\w*[^\W\d_])(?=\w*[\d_])\w+(?!\w)")
"""Words with digits or underscores: model numbers, identifiers, user names (`GlobalFocus24`)."""

_MAY_ADDRESS = re.compile(r"[.:](?=\S)(?:(?<=:)|(?<=[wW].)|(?=\w))")
"""What every address without `@`, `#` or `&` has."""
_MAY_BE_MIXED = re.compile(r"[\d_](?:(?=[^\W\d_])|(?<=[^\W\d_].))")
"""The place in a mixed word where a letter and a digit meet."""
_LATIN = re.compile(r"[\x00-\u02ff\u1e00-\u1eff\u2000-\u206f\u20a0-\u20bf]*")

INTERNATIONAL = frozenset(
    """ok okay pdf rss faq vip gps usb html css url xml json api wifi http https www id pc tv cd dvd
    am pm a.m p.m vs etc km kg cm mm gb mb kb eur usd gbp try app ios mac""".split()
)
"""Written the same in most languages: they say nothing about theirs."""

_SOLE = {
    "GREEK": "el", "HEBREW": "he", "THAI": "th", "GEORGIAN": "ka", "ARMENIAN": "hy",
    "GUJARATI": "gu", "TAMIL": "ta", "TELUGU": "te", "KANNADA": "kn", "MALAYALAM": "ml",
    "BENGALI": "bn", "GURMUKHI": "pa", "MYANMAR": "my", "ETHIOPIC": "am", "KHMER": "km",
    "LAO": "lo", "SINHALA": "si", "ORIYA": "or", "HANGUL": "ko", "TIBETAN": "bo", "THAANA": "dv",
}  # fmt: skip
MODELLED = frozenset({"LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI"})
"""The scripts of several languages each, which the model tells apart."""


def bare(text: str) -> str:
    """The text without addresses, handles, entities and words with digits.

    >>> bare("Scrivi a info@example.org o su https://example.org/a?b=c").split()
    ['Scrivi', 'a', 'o', 'su']
    """
    if _MAY_ADDRESS.search(text) or "@" in text or "#" in text or "&" in text:
        text = _ADDRESS.sub(" ", text)
    return _MIXED.sub(" ", text) if _MAY_BE_MIXED.search(text) else text


@lru_cache(maxsize=4096)
def _script_of(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0]


def script(text: str) -> str:
    """The script that most letters of the text are in, by its Unicode name; empty without letters.

    >>> script("Reklam"), script("новости 24"), script("42 %")
    ('LATIN', 'CYRILLIC', '')
    """
    if text.isascii() or _LATIN.fullmatch(text):
        return "LATIN" if any(map(str.isalpha, text)) else ""
    counts: Counter[str] = Counter()
    for letter, count in Counter(text).items():
        if letter.isalpha():
            counts[_script_of(letter)] += count
    if not counts:
        return ""
    kana = counts["HIRAGANA"] + counts["KATAKANA"]
    han = counts["CJK"] + kana
    counts["CJK"] = han
    best = max(sorted(counts), key=lambda name: counts[name])
    if best == "CJK":
        return "JAPANESE" if kana * 50 >= han else "HAN"
    return best


def by_script(name: str) -> str:
    """The one language written in a script; empty where there are several or none is known.

    >>> by_script("GREEK"), by_script("HAN"), by_script("LATIN")
    ('el', 'zh', '')
    """
    return {"JAPANESE": "ja", "HAN": "zh"}.get(name) or _SOLE.get(name, "")


def is_international(found: Sequence[str]) -> bool:
    """Whether every word looks alike everywhere or is an abbreviation in capitals.

    >>> is_international(["OK"]), is_international(["PDF", "RSS"]), is_international(["Rifiuta"])
    (True, True, False)
    """
    return all(
        word.lower() in INTERNATIONAL or len(word) == 1 or (len(word) <= 3 and word.isupper())
        for word in found
    )
