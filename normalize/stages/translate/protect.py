"""What in a text is not language and must come through unchanged: addresses, handles, placeholders,
markup, emoji.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SYMBOLS = "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff"
_JOINERS = "\u200d\ufe0e\ufe0f\u20e3\U000e0020-\U000e007f"
_SKIN = "\U0001f3fb-\U0001f3ff"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
EMOJI = (
    f"(?:{_FLAG}|[0-9#*]\ufe0f?\u20e3|[{_SYMBOLS}])(?:[{_JOINERS}{_SKIN}]|(?<=\u200d)[{_SYMBOLS}])*"
)
"""Regular expression of an emoji or symbol with its modifiers (skin tone, joiner, variation
selector).
"""

_DOMAIN_ENDS = "com|org|net|edu|gov|info|eu|it|tr|io|co|uk|de|fr"
_FILE_ENDS = (
    "pdf|docx?|xlsx?|pptx?|odt|txt|md|csv|tsv|zip|gz|jpe?g|png|gif|svg|html?|xml|json|ya?ml|py|js"
    "|exe|mp[34]"
)
_PATTERNS = (
    r"｟\d+｠|[｟｠]",  # what looks like our own placeholders
    r"!?\]\([^()\s]+\)",  # target of a Markdown link
    r"(?:https?|ftp)://[^\s<>\"«»“”‘’'`|]+",
    r"(?<![\w@.-])www\.[^\s<>\"«»“”‘’'`|]+",
    r"(?<![\w.+-])[\w.+-]*\w@\w[\w-]*(?:\.[\w-]+)+",
    rf"(?<![\w@.-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:{_DOMAIN_ENDS})/[^\s<>\"«»“”‘’'`|]*",
    r"(?<![\w@.-])[a-z0-9][a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|(?:com|gov|edu|org)\.tr)(?![\w-])",
    r"(?<![\w@])@[A-Za-z_]\w+(?:\.\w+)*",
    r"(?<![\w&#])#\d*[^\W\d]\w*",
    r"</?[A-Za-z][^<>]*>",
    r"&(?:[A-Za-z]+|#\d+|#x[0-9A-Fa-f]+);",
    r"`[^`\n]+`",
    r"\$?\{\{[^{}]*\}\}",
    r"\$\{[^{}]*\}",
    r"\{\w+\s*,\s*(?:plural|select|selectordinal|number|date|time)\b"
    r"(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\}",
    r"\{[\w.$@!:#\-\[\]]*\}",
    r"(?<![\d%])%(?:\(\w+\)|\d+\$)?[-+0#]*\d*(?:\.\d+)?(?:hh|h|ll|l)?[sdifuxXcgp@](?!\w)",
    r"(?<![\w%])%[A-Za-z_]{2,}%",
    r"(?<![\w:]):[a-z][a-z0-9_+-]+:(?![\w:])",
    rf"(?<![\w.])[\w-]+\.(?:{_FILE_ENDS})(?!\w)",
    r"(?<![\w/])(?:[A-Za-z]:\\|~?/)[\w.-]+(?:[/\\][\w.-]+)+/?",
    r"_{2,}",
    r"(?<!\w)\w*[^\W_]_\w+",
    r"(?<![\w+])\+\d{1,3}(?:[\s.()/-]{0,3}\d){6,14}(?![\w])",  # telephone, with the country's code
    r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)",  # bank account (IBAN)
    EMOJI,
    r"\*\*|~~",  # emphasis that does not surround the whole text
    r"[\x21-\x7e]{50,}",
)
_PROTECTED = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))
_TRAILING = ".,;:!?…"
NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: character offsets, the end not included."""

    start: int
    end: int

    def overlaps(self, others: Iterable[Span]) -> bool:
        """Whether it shares a character with one of the others."""
        return any(self.start < other.end and other.start < self.end for other in others)


def protected_spans(text: str) -> list[Span]:
    """The stretches that must come through unchanged, in order, none touching another's characters.

    >>> text = "Scrivi a info@rai.it, o vai su www.rai.it."
    >>> [text[span.start : span.end] for span in protected_spans(text)]
    ['info@rai.it', 'www.rai.it']
    """
    spans = []
    for match in _PROTECTED.finditer(text):
        start, end = match.span()
        found = match.group()
        if "." in found and not found.startswith(("`", "<", "{", "]", "!")):
            end -= len(found) - len(_trimmed(found))
        if end > start:
            spans.append(Span(start, end))
    return spans


def _trimmed(address: str) -> str:
    """An address without the punctuation of the sentence around it."""
    while True:
        shorter = address.rstrip(_TRAILING)
        if shorter.endswith(")") and shorter.count("(") < shorter.count(")"):
            shorter = shorter[:-1]
        if shorter == address:
            return address
        address = shorter


def number_spans(text: str) -> list[Span]:
    """The numbers of a text, with their separators."""
    return [Span(*match.span()) for match in NUMBER.finditer(text)]


_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_DECIMALS = re.compile(r"\d+,\d+")


def english_number(number: str, source: str) -> str:
    """A number as English writes it, where the source language writes it the other way round and no
    doubt is left.

    >>> english_number("1.234,5", "it"), english_number("3,5", "tr"), english_number("14.30", "it")
    ('1,234.5', '3.5', '14.30')
    """
    swapped = source in {"it", "tr", "es", "de", "fr", "pt", "nl", "id", "el", "da"}
    if swapped and (_THOUSANDS.fullmatch(number) or _DECIMALS.fullmatch(number)):
        return number.translate(str.maketrans(".,", ",."))
    return number
