"""Manual pages (roff with the `man` macros, man(7)) to the blocks of a page that `sites.py` pairs."""

from __future__ import annotations

import re

from pages import UNREADABLE, Block
from sentence_pairs import cleaned

_DEFINITION = re.compile(r"^[.']\s*(?:ig|de1?|am)\b.*?^\.\.$", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"^[.']?\s*\\[\"#].*\n|\\\".*$", re.MULTILINE)
_MDOC = re.compile(r"^\.(?:Dd|Sh|Nm)\b", re.MULTILINE)
"""Macros of the other set of macros, mdoc, which marks words instead of fonts."""
_REQUEST = re.compile(r"[.']\s*(\w+)\s*(.*)")
_HEADINGS = frozenset(("SH", "SS"))
_BREAKS = frozenset("PP LP P sp TP TQ IP HP RS RE br in ne fi EE".split())
_CODE = {"nf": "fi", "EX": "EE", "TS": "TE"}
"""Requests that begin what is no text, and those that end it."""
_FONTS, _ALTERNATING = frozenset("B I R SM SB".split()), frozenset("BR BI RB RI IB IR".split())
_NAMED = {
    "aq": "'", "cq": "’", "oq": "‘", "lq": "“", "rq": "”", "dq": '"', "em": "—", "en": "–", "hy": "-", "bu": "•", "co": "©",
    "ha": "^", "ti": "~", "rs": "\\", "ga": "`", "mu": "×", ">=": "≥", "<=": "≤", "->": "→", "Fo": "«", "Fc": "»",
    "la": "<", "ra": ">", "'e": "é", "`e": "è", ":o": "ö", ":u": "ü", ",c": "ç",
}  # fmt: skip
_ARGUMENT = re.compile(r'"((?:[^"]|"")*)"?|((?:\\.|\S)+)')
_ESCAPE = re.compile(
    r"\\(?:[fmFM](?:\[[^\]]*\]|\(..|.)|[hvwlL]'[^']*'|[cudrp]|s[-+]?\d+|\((..)|\[([^\]\s]+)\]"
    r"|\*(?:\((..)|\[([^\]]*)\]|(.))|[|^&/,%:)]|([-~ e.'`]))"
)


def unescaped(text: str) -> str:
    r"""Text without the escapes of roff. What has no name here becomes `UNREADABLE`: pairs with it are not worth collecting.

    >>> unescaped(r"the \fIfirst\fR file \(en or \e in \-\-all; \(lqno\(rq")
    'the first file – or \\ in --all; “no”'
    """

    def plain(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[3] or match[4] or match[5]
        if name:
            return _NAMED.get(name, UNREADABLE)
        return {"~": " ", "e": "\\"}.get(match[6], match[6]) if match[6] else ""

    return _ESCAPE.sub(plain, text)


def _arguments(text: str) -> list[str]:
    """The arguments of a request: words, or texts in quotation marks.

    >>> _arguments('-a "two words" b')
    ['-a', 'two words', 'b']
    """
    return [match[2] or (match[1] or "").replace('""', '"') for match in _ARGUMENT.finditer(text)]


def man_blocks(text: str) -> list[Block]:
    """The paragraphs of a manual page, and what its lists explain; examples and tables without their text; nothing of headings,
    which all pages have, or of pages in mdoc.

    >>> man_blocks(".TH CUT 1\\n.SH NAME\\ncut - removes\\n.B parts\\n.PP\\nof lines.\\n")
    [Block(kind='paragraph', text='cut - removes parts'), Block(kind='paragraph', text='of lines.')]
    """
    text = _COMMENT.sub("", _DEFINITION.sub("", text)).replace("\\\n", "")
    if _MDOC.search(text):
        return []
    found: list[Block] = []
    words: list[str] = []
    kind, until = "paragraph", ""

    def flush(following: str) -> None:
        nonlocal kind
        paragraph = cleaned(unescaped(" ".join(words)))
        if any(character.isalpha() for character in paragraph):
            found.append(Block(kind, paragraph))
        words.clear()
        kind = following

    for line in text.split("\n"):
        request = _REQUEST.match(line)
        name, rest = (request[1], request[2].strip()) if request else ("", line.strip())
        if until:
            until = "" if name == until else until
        elif name in _CODE:
            flush("paragraph")
            found.append(Block("code", ""))
            until = _CODE[name]
        elif name in _HEADINGS:
            flush("heading" if not rest else "paragraph")
        elif name in _BREAKS or not line.strip():
            flush("term" if name in ("TP", "TQ") else "paragraph")
        elif name in _FONTS:
            words += _arguments(rest)
        elif name in _ALTERNATING:
            words.append("".join(_arguments(rest)))
        elif rest and line[:1] not in (".", "'"):  # else a request that says nothing of the text
            words.append(rest)
        if kind == "heading" and words:  # on the line after the request
            words.clear()
            kind = "paragraph"
        elif kind == "term" and words:
            flush("paragraph")
    flush("paragraph")
    return found
