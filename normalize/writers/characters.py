r"""Characters that a corpus format cannot hold, and what stands for them.

    format            characters                                         written as
    all               a lone surrogate                                   U+FFFD
    moses, tsv        C0 controls, DEL, NEL, U+2028, U+2029              a space (CR LF: one space)
    tmx               C0 controls other than tab, LF, CR                 a space
                      U+FFFE, U+FFFF                                     U+FFFD

Nothing else is changed by writing. Every replaced character is counted (`CorpusFile.substituted`).
"""

from __future__ import annotations

import re
from html import escape

_SURROGATE = re.compile("[\ud800-\udfff]")
# Everything at which some reader ends a line (str.splitlines, Java, JavaScript), the tab, which
# ends a column, and the other C0 controls, which make `file` and `grep` see binary data.
_LINE_UNSAFE = re.compile("\r\n|[\x00-\x1f\x7f\x85\u2028\u2029]")
_XML_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_XML_NONCHARACTER = re.compile("[\ufffe\uffff]")
# CR as such would be read back as LF (XML 1.0, 2.11); C1 controls are legal, but not to everyone.
_XML_REFERENCE = re.compile("[\r\x7f-\x9f]")
_JSON_UNSAFE = re.compile("[\x7f\x85\u2028\u2029]")


def without_surrogates(text: str) -> tuple[str, int]:
    r"""Replace lone surrogates, which no UTF-8 file can hold, and count them.

    >>> without_surrogates("a\ud800b")
    ('a\ufffdb', 1)
    """
    if text.isascii():
        return text, 0
    return _SURROGATE.subn("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> tuple[str, int]:
    r"""Put a space wherever a reader may end a line or a column, and count the replacements.

    >>> one_line("uno\tdue\r\ntre\u2028quattro")
    ('uno due tre quattro', 3)
    """
    text, surrogates = without_surrogates(text)
    text, breaks = _LINE_UNSAFE.subn(" ", text)
    return text, surrogates + breaks


def xml_text(text: str) -> tuple[str, int]:
    r"""The text as XML 1.0 character data, and how many characters XML forbids had to be replaced.

    >>> xml_text("a < b & c ]]> \x00\x85")
    ('a &lt; b &amp; c ]]&gt;  &#x85;', 1)
    """
    text, surrogates = without_surrogates(text)
    text, controls = _XML_CONTROL.subn(" ", text)
    text, noncharacters = _XML_NONCHARACTER.subn("\N{REPLACEMENT CHARACTER}", text)
    text = _XML_REFERENCE.sub(_reference, escape(text, quote=False))
    return text, surrogates + controls + noncharacters


def xml_attribute(text: str) -> tuple[str, int]:
    r"""The text as an XML attribute value, quotes included.

    >>> xml_attribute('"l\'ora"\n')
    ('"&quot;l\'ora&quot;&#xA;"', 0)
    """
    text, count = xml_text(text)
    text = text.replace('"', "&quot;").replace("\t", "&#x9;").replace("\n", "&#xA;")
    return f'"{text}"', count


def json_line(text: str) -> str:
    r"""Escape, in a line of JSON, the characters at which some reader would end the line.

    >>> json_line('{"a": "b\u2028c"}')
    '{"a": "b\\u2028c"}'
    """
    if text.isascii() and "\x7f" not in text:
        return text
    return _JSON_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _reference(match: re.Match[str]) -> str:
    return f"&#x{ord(match[0]):X};"
