"""The encodings that text is damaged with, as tables, and the readings that undo such damage.

A *step* undoes one wrong decoding: the characters are turned back into the bytes that `wrong`
read, and these bytes are read as `right`. Bytes that an encoding leaves undefined stand for the
C1 control of the same number, as browsers decode them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from normalize.evidence.alphabet import SINGLE_BYTE

LETTERS = "àèéìíîòóùúÀÈÉÌÎÒÓÙÚçğıöşüâûÇĞİÖŞÜÂÛ"
"""The letters of Italian and Turkish beyond ASCII."""
TYPOGRAPHY = "‘’“”«»–—…€°•·§©®™£ªº²½\N{NO-BREAK SPACE}"
"""Signs beyond ASCII that their texts are set with."""
FOREIGN = "áäåãæêëïñôõøœýßÁÄÅÃÆÊËÏÑÔÕØŒÝŠšŽžÿ×÷±³¹¼¾µ¡¿´„‚†‰‹›"
"""Other characters that a right reading may well hold: foreign names, mathematics."""
PLAUSIBLE = frozenset(LETTERS + TYPOGRAPHY + FOREIGN)
COMMON = ("cp1252", "cp1254", "iso8859-1", "mac-roman", "cp850", "cp857")
"""The encodings that account for nearly all damage."""


@dataclass(frozen=True, slots=True)
class Step:
    """One wrong decoding: bytes of `right` that were read as `wrong`."""

    wrong: str
    right: str
    times: int = 1

    def __str__(self) -> str:
        return f"{self.right} read as {self.wrong}" + (", twice" if self.times == 2 else "")

    @classmethod
    def named(cls, name: str) -> Step:
        """The step that `str` names so."""
        right, _, wrong = name.partition(" read as ")
        return cls(wrong.removesuffix(", twice"), right, 2 if wrong.endswith(", twice") else 1)


@cache
def decoding_table(encoding: str) -> tuple[str, ...]:
    """The character of each byte."""
    found = [bytes([byte]).decode(encoding, errors="ignore") for byte in range(256)]
    return tuple(char or chr(byte) for byte, char in enumerate(found))


@cache
def encoding_table(encoding: str) -> dict[str, int]:
    """The byte of each character beyond ASCII."""
    table = decoding_table(encoding)
    return {table[byte]: byte for byte in range(255, 127, -1)}


def _usual(step: Step) -> tuple[int, int]:
    """The order in which steps that do the same are named: the commonest pair first."""
    common = ("cp1254", "cp1252", "mac-roman", "cp850", "cp857", "iso8859-9", "iso8859-1")
    rank = {name: number for number, name in enumerate(common)}
    wrong = {"cp1252": 0, "cp1254": 1}.get(step.wrong, 2 + rank.get(step.wrong, 9))
    return (rank.get(step.right, 9), wrong)


@cache
def single_byte_steps() -> dict[Step, dict[str, str]]:
    """Every pair of different single-byte encodings, with what it makes of each character."""
    steps = [Step(wrong, right) for wrong in SINGLE_BYTE for right in SINGLE_BYTE if wrong != right]
    return {
        step: {
            char: decoding_table(step.right)[byte]
            for char, byte in encoding_table(step.wrong).items()
        }
        for step in sorted(steps, key=_usual)
    }


@cache
def common_steps() -> dict[Step, dict[str, str]]:
    """The steps among the encodings that account for nearly all damage."""
    return {
        step: mapping
        for step, mapping in single_byte_steps().items()
        if step.wrong in COMMON and step.right in COMMON
    }


@cache
def utf8_pattern(wrong: str) -> re.Pattern[str]:
    """What UTF-8 sequences of two to four bytes look like in another encoding."""
    table = decoding_table(wrong)

    def group(first: int, last: int) -> str:
        return "[" + "".join(re.escape(table[byte]) for byte in range(first, last + 1)) + "]"

    rest = group(0x80, 0xBF)
    return re.compile(
        f"{group(0xC2, 0xDF)}{rest}|{group(0xE0, 0xEF)}{rest}{{2}}|{group(0xF0, 0xF4)}{rest}{{3}}"
    )


def as_utf8(sequence: str, wrong: str) -> str | None:
    """A sequence read as UTF-8, or None where it is none."""
    table = encoding_table(wrong)
    try:
        return bytes(table[each] for each in sequence).decode("utf-8")
    except (UnicodeDecodeError, KeyError):
        return None
