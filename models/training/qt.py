"""Compiled message files of Qt (`.qm`) to texts and their translations.

The format has no specification but Qt's own reader and writer, `QTranslator` and `lrelease`: a magic number, then sections of a byte
that says which, a length and data. Of these the messages are read, each a list of fields that begin with a byte that says which.
Numbers are big-endian.
"""

from __future__ import annotations

from collections.abc import Iterator

MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
MESSAGES = 0x69
END, SOURCE_16, TRANSLATION, CONTEXT_16, OBSOLETE, SOURCE, CONTEXT, COMMENT = range(1, 9)
"""The fields of a message: a translation for each plural form, in UTF-16; the source in UTF-8."""
ABSENT = 0xFFFFFFFF
"""Length of a translation that is not there."""
_SKIPPED = frozenset((SOURCE_16, CONTEXT_16, CONTEXT, COMMENT))
_TOO_EARLY = "a message file of Qt that ends too early"


def _number(data: bytes, place: int) -> int:
    if place + 4 > len(data):
        raise ValueError(_TOO_EARLY)
    return int.from_bytes(data[place : place + 4], "big")


def _field(data: bytes, place: int) -> bytes:
    """What stands after its length, at a place."""
    text = data[place + 4 : place + 4 + _number(data, place)]
    if len(text) < _number(data, place):
        raise ValueError(_TOO_EARLY)
    return text


def messages(data: bytes) -> Iterator[tuple[str, list[str]]]:
    """The source text of each message and its translations, one a plural form; of messages that name their source.

    Raises ValueError where the data is not such a file, or ends within a field.
    """
    if not data.startswith(MAGIC):
        message = "not a message file of Qt"
        raise ValueError(message)
    place = len(MAGIC)
    while place < len(data):
        section = _field(data, place + 1)
        if data[place] == MESSAGES:
            yield from _messages(section)
        place += 5 + len(section)


def _messages(section: bytes) -> Iterator[tuple[str, list[str]]]:
    place, source = 0, ""
    forms: list[str] = []
    while place < len(section):
        field = section[place]
        place += 1
        if field == END:
            if source and forms:
                yield source, forms
            source, forms = "", []
            continue
        if field == OBSOLETE or _number(section, place) == ABSENT:
            place += 4
            continue
        text = _field(section, place)
        place += 4 + len(text)
        if field == TRANSLATION:
            forms.append(text.decode("utf-16-be"))
        elif field == SOURCE:
            source = text.rstrip(b"\0").decode("utf-8")
        elif field not in _SKIPPED:
            message = f"a message file of Qt with a field {field} that is not known"
            raise ValueError(message)
