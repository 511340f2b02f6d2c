"""Tells lines that were wrapped to a width from lines that stand for themselves, by evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_WRAP_CHARS = 140
"""No text is wrapped to a greater width; a longer line is a paragraph."""
MIN_WRAP_CHARS = 40
"""A shorter line stands for itself: a heading, a name in a menu, a verse."""
_TERMINAL = re.compile(r"[.!?…:。！？]['\"”’»)\]*_]*$")
_RAGGED = 0.8


def block_sizes(lines: Sequence[str]) -> list[int]:
    """How many of these consecutive lines belong together, block by block; the sizes add up to all
    lines.

    A line was wrapped where the first word of the next would not have fitted into the width of the
    longest line. Two lines are one text where the first was wrapped, ends no sentence, and the next
    goes on with a small letter. Where that happens, the text is wrapped, and every line of it that
    was wrapped goes on.

    >>> block_sizes(["Home", "News", "Sport"])
    [1, 1, 1]
    """
    if len(lines) == 1:
        return [1]
    texts = [line.strip() for line in lines]
    widths = [len(line.rstrip()) for line in lines]
    longest = max(widths)
    goes_on: list[bool] = []
    wrapped: list[bool] = []
    for text, width, after in zip(texts, widths, texts[1:], strict=False):
        needed = width + 1 + len(after.split(None, 1)[0])
        fills = width >= MIN_WRAP_CHARS and longest <= MAX_WRAP_CHARS
        wrapped.append(fills and needed > longest)
        open_end = _TERMINAL.search(text) is None
        ragged = fills and needed > longest * _RAGGED
        goes_on.append(ragged and open_end and after[0].islower())
    if sum(goes_on) * 3 >= sum(wrapped):
        goes_on = [on or full for on, full in zip(goes_on, wrapped, strict=True)]
    if not any(goes_on):
        return [1] * len(lines)
    sizes = [1]
    for on in goes_on:
        if on:
            sizes[-1] += 1
        else:
            sizes.append(1)
    return sizes
