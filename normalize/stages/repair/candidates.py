"""Turns a text into the readings to try: what each step that may have damaged it makes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from normalize.evidence.alphabet import SINGLE_BYTE, own_characters
from normalize.stages.repair.encodings import (
    PLAUSIBLE,
    Step,
    as_utf8,
    common_steps,
    decoding_table,
    single_byte_steps,
    utf8_pattern,
)

SEQUENCE = 3.0
"""Nats in favour of UTF-8 for each valid sequence: bytes seldom form one by chance."""
UNMAPPED = 4.0
"""Nats against a step for each different character that it cannot have left."""
USUAL = 4.0
"""The prior of a pair of encodings below which a reading is doubted."""

_WINDOWS = frozenset({"cp1252", "cp1254", "iso8859-1", "iso8859-9", "iso8859-15", "utf-8"})
"""One side of nearly all damage."""
_OWN = frozenset(own_characters())
_NEIGHBOURS = frozenset("ąćčďđęěłńňőřśťůűźżāēīūąĆČĎĐĘĚŁŃŇŐŘŚŤŮŰŹŻ")
"""Letters of names in Latin script that no candidate encoding holds."""
_BROKEN_WORD = re.compile(r"[^\W\d_][^\w\s\x00-\x7f’‘“”·–—…\xad\u200b-\u200d°ºª®™][^\W\d_]")
_C1 = re.compile("[\x80-\x9f]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step to try: a table of characters or, for UTF-8, the encodings alone."""

    step: Step
    prior: float
    doubt: float = 0.0
    table: Mapping[int, str] | None = None
    sequences: int = 0

    def read(self, text: str) -> str:
        """What the step makes of a text."""
        if self.table is not None:
            return text.translate(self.table)
        for _ in range(self.step.times):
            text, _count = read_utf8(text, self.step.wrong)
        return _without_controls(text)


def _prior(step: Step) -> float:
    """How much more usual a kind of damage is than the rarest kind, in nats."""
    rare = 0.0 if {step.right, step.wrong} & _WINDOWS else 3.0
    right = {"cp1254": 4.0, "cp1252": 4.0, "mac-roman": 2.0, "cp850": 2.0, "cp857": 2.0}
    wrong = {"cp1252": 4.0, "iso8859-1": 4.0, "cp1254": 3.0, "mac-roman": 2.0, "cp850": 2.0}
    return right.get(step.right, 0.0) + wrong.get(step.wrong, 0.0) - rare


def _without_controls(text: str) -> str:
    """A text with its C1 controls read as windows-1252, as browsers do."""
    table = decoding_table("cp1252")
    return _C1.sub(lambda match: table[ord(match.group())], text)


def _in_latin(match: re.Match[str]) -> bool:
    """Tell whether a match has an ASCII letter beside it."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() : match.end() + 1]
    return any(char.isascii() and char.isalpha() for char in before + after)


def read_utf8(text: str, wrong: str) -> tuple[str, int]:
    """A text with its UTF-8 sequences read as such, and how many there were.

    >>> read_utf8("piÃ¹", "cp1252")
    ('più', 1)
    """
    count = 0

    def read(match: re.Match[str]) -> str:
        nonlocal count
        char = as_utf8(match.group(), wrong)
        foreign = char is not None and char not in _OWN and char not in _NEIGHBOURS
        if char is None or (foreign and char.isalpha() and _in_latin(match)):
            return match.group()
        if "\x80" <= char < "\xa0" and match.string[: match.start()][-1:].isupper():
            return match.group()  # “HÂLÂ” is a word in capitals and a quotation mark
        count += 1
        return char

    return utf8_pattern(wrong).sub(read, text), count


@cache
def _steps(every: bool) -> tuple[tuple[Step, Mapping[str, str], float], ...]:
    """The single-byte steps to try, all or the common ones, with their tables and priors."""
    steps = single_byte_steps() if every else common_steps()
    return tuple((step, mapping, _prior(step)) for step, mapping in steps.items())


@lru_cache(maxsize=1024)
def _different(
    distinct: str, every: bool, controls: bool, trust: frozenset[tuple[Step, float]]
) -> tuple[tuple[tuple[str, ...], Step, float, float], ...]:
    """What single-byte steps make of characters: each result with its likeliest step, its prior and its doubt."""
    found: dict[tuple[str, ...], tuple[Step, float, float]] = {}
    lent = dict(trust)
    for step, mapping, prior in _steps(every):
        made = []
        prior += lent.get(step, 0.0)
        doubt = max(USUAL - prior, 0.0)
        if controls and step.wrong == "iso8859-1" and step.right in ("cp1252", "cp1254"):
            prior += 4.0
        for char in distinct:
            now = mapping.get(char)
            if now is None:
                made.append(char)
                prior -= UNMAPPED
                doubt += UNMAPPED
            elif now not in PLAUSIBLE and now != char:
                break
            else:
                made.append(now)
        else:
            key = tuple(made)
            if key != tuple(distinct) and (key not in found or found[key][1] < prior):
                found[key] = (step, prior, doubt)
    return tuple((key, *likeliest) for key, likeliest in found.items())


def _single_byte(text: str, trust: Mapping[Step, float]) -> dict[str, Candidate]:
    """The single-byte steps that make different plausible texts.

    Only the common ones are tried where the text might well be clean.
    """
    distinct = "".join(sorted({char for char in text if char > "\x7f"}))
    if any(char.isalpha() and char not in _OWN for char in distinct):
        return {}
    controls = bool(_C1.search(text))
    every = _BROKEN_WORD.search(text) or not PLAUSIBLE.issuperset(distinct)
    candidates = {}
    for made, step, prior, doubt in _different(
        distinct, bool(every), controls, frozenset(trust.items())
    ):
        table = {ord(old): new for old, new in zip(distinct, made, strict=True)}
        candidates[text.translate(table)] = Candidate(step, prior, doubt, table)
    return candidates


def _utf8(text: str, trust: Mapping[Step, float]) -> dict[str, Candidate]:
    """The UTF-8 steps, once and twice, that make different texts."""
    found: dict[str, Candidate] = {}
    for wrong in SINGLE_BYTE:
        made, total = text, 0
        for times in (1, 2):
            made, count = read_utf8(made, wrong)
            if not count:
                break
            total += count
            step = Step(wrong, "utf-8", times)
            prior = 8.0 + SEQUENCE * total + _prior(step) + trust.get(step, 0.0)
            whole = _without_controls(made)
            if whole not in found or found[whole].prior < prior:
                found[whole] = Candidate(step, prior, sequences=total)
    return found


def candidates(text: str, trust: Mapping[Step, float]) -> dict[str, Candidate]:
    """The different texts that some step makes of a text, each with its likeliest step.

    trust: nats lent to the steps that the rest of the document has shown.
    """
    found = {**_single_byte(text, trust), **_utf8(text, trust)}
    found.pop(text, None)
    return found
