"""Turn any text into HTML that shows it and can do nothing else."""

from __future__ import annotations

import html
import re
import unicodedata

LONGEST_TEXT = 4_000
"""Characters of one text that are shown; the rest is cut, and the page says so."""

# What HTML cannot hold (controls, lone surrogates, noncharacters), and the bidirectional controls,
# which could turn the rest of a row around.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp", "Zs", "Mn"}


def escape(text: str) -> str:
    r"""The text as HTML, for an element or a quoted attribute.

    What HTML cannot hold shows as U+FFFD, and a text beyond `LONGEST_TEXT` is cut.

    >>> escape("</td><script>\x00")
    '&lt;/td&gt;&lt;script&gt;\ufffd'
    """
    return html.escape(_UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text[:LONGEST_TEXT]))


def said(text: str) -> str:
    """The text of a segment, with a note where it had to be cut."""
    if len(text) <= LONGEST_TEXT:
        return escape(text)
    return f'{escape(text)}<span class="cut"> … ({len(text):,} characters)</span>'


def spelled_out(text: str) -> str:
    r"""A span of text with its invisible characters named, for showing what a repair changed.

    >>> spelled_out("a\u200b")
    'a<span class="invisible">U+200B</span>'
    """
    shown = text[:80]
    pieces = [_spell(character, alone=len(text) == 1) for character in shown]
    return "".join(pieces) + ("…" if len(text) > len(shown) else "")


def _spell(character: str, *, alone: bool) -> str:
    if character == " ":
        return '<span class="invisible">space</span>' if alone else " "
    if unicodedata.category(character) in _INVISIBLE:
        return f'<span class="invisible">U+{ord(character):04X}</span>'
    return html.escape(character)
