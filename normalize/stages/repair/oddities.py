"""Counts places that no clean text of a Latin-script language has: signs in words, capitals in mid-word.

Such places tell that a text is damaged before any language is asked, and they tell false readings
from right ones: `H‘ctor` and `HÇctor` are as odd as the `H‚ctor` they are made from.
"""

from __future__ import annotations

import re
from functools import lru_cache

_CAPITAL = "À-ÖØ-ÞŒŠŽŸĞİŞ"
_LOWER = "a-zà-öø-ÿœšžğış"
_NO_LETTER_NEAR = "÷±\u2500-\u259f‗∂∆∏∑√∞∫≈≠≤≥◊ˆˇ˘˙˚˛˜˝¸¨¯¤¦¬¶ƒ‡"

_ODD = re.compile(
    r"[^\W\d_][^\w\s\x00-\x7f’‘“”·–—…\xad\u200b-\u200d°ºª®™][^\W\d_]"  # a sign within a word
    rf"|(?<=[^\W\d_][{_LOWER}])[{_CAPITAL}](?![A-Z])"  # a capital after lower case: `cittÄ`
    rf"|(?<!\w)[A-Z][{_CAPITAL}](?=[a-z]{{2}})"  # two capitals at the beginning of a word: `HÈctor`
    rf"|[{_NO_LETTER_NEAR}](?=[^\W\d_])|(?<=[^\W\d_])[{_NO_LETTER_NEAR}]"
    rf"|(?<=[^\W\d_])[‚„¿¡](?!\w)|[€£¥§](?=[{_LOWER}]{{2}})|(?<=[{_LOWER}])[£¥](?!\w)"
    r"|(?<=[^\W\d_])[¹²³¼½¾](?=[^\W\d_])"
    r"|(?<=\d)[À-ÿĞŞİ](?=\d)|(?<!\w)[À-ÿ](?=\d+[.,]\d)"  # a letter that was a dash or a currency
    r"|(?<= )[óùûñïþÛËÐÑÞĞŞºª](?= )"  # a letter that was a dash, or `è`
    rf"|(?<=[{_LOWER}])•(?=[\s.,;:!?]|$)"
    rf"|(?<=[^\W\d_]')[‚„](?=[{_LOWER}])"  # a letter after an elided word: `l'‚t‚`
    "|[\x80-\x84\x86-\x9f]"
)
_ODD_QUOTE = re.compile(
    r"(?<=[^\W\d_])[‘“”«»](?=[^\W\d_])|(?<=[^\W\d_])‘(?!\w)|‹(?=\w)(?![^›]*›)"
    r"|’[^\W\d_]+’|(?<=[A-Z])…(?!\Z)|(?<=[^\W\d_]['’])»"
    r"|(?<=\d)(?:[À-ÖØ-öø-ÿĞğİışŞ](?!\w)|[–—](?= ))"  # `11ğ` and `11— ` were ordinals
)


def odd_places(text: str) -> int:
    """How many places of a text are impossible in clean text.

    >>> odd_places("FenerbahÁe, S¸meyye, ▄lker"), odd_places("L’École — “déjà” vu, 35°C")
    (3, 0)
    """
    return 0 if text.isascii() else sum(map(_odd_in, _around(text)))


def _around(text: str) -> list[str]:
    """The blocks between spaces with a character beyond ASCII, each with the spaces around it.

    No place that is odd reaches beyond these.
    """
    found = []
    end = -1
    for block in text.split(" "):
        start, end = end + 1, end + 1 + len(block)
        if not block.isascii():
            found.append(text[max(start - 1, 0) : end + 1])
    return found


@lru_cache(maxsize=4096)
def _odd_in(block: str) -> int:
    """How many places of a block are impossible in clean text."""
    return sum(1 for _ in _ODD.finditer(block))


@lru_cache(maxsize=4096)
def _odd_quotes_in(block: str) -> int:
    """How many quotation marks of a block stand within words, or alone."""
    return sum(1 for _ in _ODD_QUOTE.finditer(block))


def odd_quotes(text: str) -> int:
    """How many quotation marks stand within words or close nothing.

    Typing does such things, but right readings seldom do.

    >>> odd_quotes("H‘ctor"), odd_quotes("‘Hector’")
    (1, 0)
    """
    if text.isascii():
        return 0
    unopened = int(text.count("”") > text.count("“") + text.count("„"))
    unopened += int(text.count("»") > text.count("«"))
    if "‹" in text:  # which is closed anywhere
        return sum(1 for _ in _ODD_QUOTE.finditer(text)) + unopened
    return sum(map(_odd_quotes_in, _around(text))) + unopened
