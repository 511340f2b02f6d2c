"""Turns the lines of a window into those to look at closely; all others are clean, which many lines show at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from normalize.stages.repair.clean import PLAIN_CLASSES, all_stand_clean, safe_around
from normalize.stages.repair.glue import ends_small_word, may_be_glued

Places = npt.NDArray[np.int64]

_REFERENCE = re.compile("&[#A-Za-z]")
_SMALL, _CAPITAL, _SPACE, _NEWLINE, _RETURN, _CONTROL = b"aA \n\r\0"
_CODE_BITS = 21
"""Bits of a code point."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What a glance at lines tells of them.

    closely: the places, in order, of lines that need more than a glance.
    intact: the places, in order, of clean lines with characters beyond ASCII.
    """

    closely: list[int]
    intact: list[int]


def glance(lines: Sequence[str], *, glue: bool) -> Glance:
    r"""Part the lines that may need something from those that are clean.

    glue: whether words that may be glued together need something.

    >>> glance(["Plain.\n", "Città.\n", "cittÃ\xa0\n", "R&D &amp; sales\n"], glue=True)
    Glance(closely=[2, 3], intact=[1])
    """
    # what ends no line is a control, and only a last line may lack its end
    ended = [line if line.endswith("\n") else line.replace("\r", "\0") + "\n" for line in lines]
    beyond = [place for place, line in enumerate(ended) if not line.isascii()]
    if not beyond:
        return Glance(_troubled(ended, glue), [])
    simple = [place for place, line in enumerate(ended) if line.isascii()]
    closely = [simple[place] for place in _troubled([ended[place] for place in simple], glue)]
    odd = [ended[place] for place in beyond]
    suspicious = {*_troubled(odd, glue), *_misread(odd)}
    closely += [beyond[number] for number in suspicious]
    intact = [place for number, place in enumerate(beyond) if number not in suspicious]
    return Glance(sorted(closely), intact)


def _troubled(lines: Sequence[str], glue: bool) -> list[int]:
    """Which lines have entities, controls, white space at the end or glued words."""
    text = "".join(lines)
    classes = text.encode("latin-1", "replace").translate(PLAIN_CLASSES)
    kinds = np.frombuffer(classes, dtype=np.uint8)
    ends = kinds == _NEWLINE
    found = []
    if b"\r" in classes:
        returns = kinds == _RETURN
        found.append((returns[:-1] > ends[1:]).nonzero()[0])
        ends |= returns
    found.append(((kinds[:-1] == _SPACE) & ends[1:]).nonzero()[0])
    if b"\0" in classes:
        found.append((kinds == _CONTROL).nonzero()[0])
    if "&" in text:
        found.append(np.array([match.start() for match in _REFERENCE.finditer(text)], np.int64))
    starts = _starts(lines)
    troubled = set(_lines_of(found, starts))
    if glue:
        small = kinds == _SMALL
        inner = (small[:-2] & (kinds[1:-1] == _CAPITAL) & small[2:]).nonzero()[0]
        if text.isascii():
            inner = inner[[ends_small_word(text, place) for place in inner.tolist()]]
        near = set(_lines_of([inner], starts)) - troubled
        troubled.update(number for number in near if may_be_glued(lines[number]))
    return sorted(troubled)


def _starts(lines: Sequence[str]) -> Places:
    """Where each line starts in all of them together."""
    lengths = np.fromiter(map(len, lines), np.int64, len(lines))
    starts: Places = np.cumsum(lengths) - lengths
    return starts


def _lines_of(places: Iterable[Places], starts: Places) -> list[int]:
    """The lines that places are in."""
    together = np.concatenate([*places])
    lines: list[int] = (starts.searchsorted(together, "right") - 1).tolist()
    return lines


@cache
def _safe_keys() -> npt.NDArray[np.uint64]:
    """The trigrams above suspicion as numbers, sorted."""
    text = "".join([around + after for around, after in safe_around()])
    return np.sort(_keys(np.frombuffer(text.encode("utf-32-le"), np.uint32).reshape(-1, 3).T))


def _keys(trigrams: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """One number for each trigram; the shape of what is given is (3, trigrams)."""
    first, middle, last = trigrams.astype(np.uint64)
    bits = np.uint64(_CODE_BITS)
    keys: npt.NDArray[np.uint64] = (((first << bits) | middle) << bits) | last
    return keys


def _misread(lines: Sequence[str]) -> list[int]:
    """Which lines have characters beyond ASCII that stand where clean text has them not."""
    text = "".join(lines)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    places = (codes > 0x7F).nonzero()[0]
    around = codes.take([places - 1, places, places + 1])  # before the first line is the last end
    around[(around == _NEWLINE) | (around == _RETURN)] = _SPACE
    keys, safe = _keys(around), _safe_keys()
    unsafe = places[safe.take(safe.searchsorted(keys), mode="clip") != keys]
    starts = _starts(lines)
    of_line: dict[int, list[int]] = {}
    for place, number in zip(unsafe.tolist(), _lines_of([unsafe], starts), strict=True):
        of_line.setdefault(number, []).append(place - int(starts[number]))
    doubted = [
        (lines[number].removesuffix("\n").removesuffix("\r"), inside)
        for number, inside in of_line.items()
    ]
    clean = all_stand_clean(doubted)
    return [number for number, stands in zip(of_line, clean, strict=True) if not stands]
