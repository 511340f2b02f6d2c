"""Turns a text into the readings it may have been meant as, and chooses among them.

A reading undoes one step (see `encodings`); damage done twice is undone step by step. Which
reading is right is judged by the character models: a reading is accepted when it beats the text as
it stands by a margin and is itself fluent in a configured language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from normalize.evidence.alphabet import SINGLE_BYTE, own_characters
from normalize.evidence.charlm import LANGUAGES, Nats, character_model
from normalize.stages.repair.encodings import (
    PLAUSIBLE,
    Step,
    as_utf8,
    common_steps,
    decoding_table,
    single_byte_steps,
    utf8_pattern,
)
from normalize.stages.repair.oddities import odd_places
from normalize.stages.repair.signs import oddness, turkish
from normalize.stages.repair.words import (
    among_readings,
    are_clear,
    better_spelt,
    changed_blocks,
    changed_words,
    excerpt_of,
    for_spelling,
    is_in_words,
    language_priors,
    spellings,
    weight,
)

MARGIN = 4.5
"""Nats by which a reading must beat the text as it stands."""
BROKEN_MARGIN = 2.5
"""The same, where the text as it stands has places that no clean text has."""
TRUSTED_MARGIN = 0.5
"""The same, for a step that the rest of the document has already shown."""
CERTAIN = 12.0
"""Trust from which a document counts as damaged throughout, whatever language a line is in."""
CERTAIN_MARGIN = -2.0
"""The margin in such a document."""
FLUENT = -3.0
"""Nats a character, in one language throughout, above which a reading is surely one of the configured languages."""
MIXED = 0.5
"""Nats a character against a text that is fluent only with words of other languages."""
LEEWAY = 12.0
"""Nats that a text may fall short of being fluent: short texts vary more."""
PASSABLE = -3.8
"""The same where all changed words are in a vocabulary."""
TOLERABLE = -3.5
"""The same where the gain is overwhelming."""
BROKEN = -4.2
"""The same where the text as it stands has signs within words, which no language has."""
SHORT = 30
"""Texts of fewer characters are judged by the vocabulary alone where they are not fluent."""
CLOSELY = 8
"""Readings whose words are looked at."""
OVERWHELMING = 15.0
"""Nats of gain from which a text need not be fluent throughout."""
VAST = 40.0
"""Nats of gain from which a text need hardly be fluent."""
SEQUENCE = 3.0
"""Nats in favour of UTF-8 for each valid sequence: bytes seldom form one by chance."""
UNMAPPED = 4.0
"""Nats against a step for each different character that it cannot have left."""
WORDLESS = 4.0
"""Nats against a reading that changes no word."""
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
class Reading:
    """One reading of a text.

    step: what it undoes, and how often it was done.
    gain: by how many nats it reads better than the text as it stands.
    doubt: nats against its step: for a rare pair of encodings, for characters it cannot have left.
    fluency: nats a character.
    known: whether all changed words are in a vocabulary.
    sequences: valid UTF-8 sequences read.
    broken: whether the text as it stands has places that no clean text has.
    clear: whether all changed words are names, far better spelt than they were.
    """

    text: str
    step: Step
    gain: float
    doubt: float
    fluency: float
    known: bool
    sequences: int
    broken: bool = False
    clear: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
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


def _single_byte(text: str, trust: Mapping[Step, float]) -> dict[str, _Candidate]:
    """The single-byte steps that make different plausible texts.

    Only the common ones are tried where the text might well be clean.
    """
    distinct = sorted({char for char in text if char > "\x7f"})
    if any(char.isalpha() and char not in _OWN for char in distinct):
        return {}
    controls = bool(_C1.search(text))
    found: dict[tuple[str, ...], tuple[Step, float, float]] = {}
    every = _BROKEN_WORD.search(text) or not PLAUSIBLE.issuperset(distinct)
    for step, mapping, prior in _steps(bool(every)):
        made = []
        if trust:
            prior += trust.get(step, 0.0)
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
            if made != distinct and (key not in found or found[key][1] < prior):
                found[key] = (step, prior, doubt)
    candidates = {}
    for key, (step, prior, doubt) in found.items():
        table = {ord(old): new for old, new in zip(distinct, key, strict=True)}
        candidates[text.translate(table)] = _Candidate(step, prior, doubt, table)
    return candidates


def _utf8(text: str, trust: Mapping[Step, float]) -> dict[str, _Candidate]:
    """The UTF-8 steps, once and twice, that make different texts."""
    found: dict[str, _Candidate] = {}
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
                found[whole] = _Candidate(step, prior, sequences=total)
    return found


def _fluencies(texts: Sequence[str], columns: Sequence[int]) -> list[float]:
    """Nats a character of each text: in one language, or a little less with words of others."""
    model = character_model()
    lengths = [len(text) + 1 for text in texts]
    pure = model.totals(texts)[:, columns].max(axis=1).tolist()
    mixed = model.readings(texts, columns).tolist()
    return [
        max(one / length, several / length - MIXED)
        for one, several, length in zip(pure, mixed, lengths, strict=True)
    ]


def ranked_readings(
    text: str,
    languages: Sequence[str],
    trust: Mapping[Step, float] | None = None,
    number: int = 3,
    least: float = float("-inf"),
) -> list[Reading]:
    """The likeliest readings of a text, best first. Gains leave the priors out.

    number: how many readings are looked at closely.
    least: the gain below which the best reading is not worth it; the result is empty then.
    """
    trust = trust or {}
    excerpt = excerpt_of(text)
    candidates = {**_single_byte(excerpt, trust), **_utf8(excerpt, trust)}
    candidates.pop(excerpt, None)
    if not candidates:
        return []
    columns = [LANGUAGES.index(language) for language in languages if language in LANGUAGES]
    made = list(candidates)
    model = character_model()
    priors = language_priors(text, columns)
    scores = model.readings([excerpt, *made], columns, priors)
    ranked = []
    for words, score in zip(made, scores[1:].tolist(), strict=True):
        candidate = candidates[words]
        gain = score - float(scores[0]) + oddness(excerpt, words)
        ranked.append((-gain - candidate.prior, words, gain))
    ranked.sort()
    judged = _judged_by_words(excerpt, ranked[:CLOSELY], candidates, languages, priors)
    if judged[0].gain < least:
        return []
    best = judged[:number]
    texts = [each.candidate.read(text) for each in best]
    broken = odd_places(excerpt) > 0
    whole = _fluencies(texts, columns)
    return [
        Reading(
            full,
            each.candidate.step,
            each.gain,
            each.candidate.doubt + (0.0 if is_in_words(text, full) else WORDLESS),
            fluency,
            each.known,
            each.candidate.sequences,
            broken,
            each.clear,
        )
        for full, fluency, each in zip(texts, whole, best, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate with the evidence of its words."""

    candidate: _Candidate
    gain: float
    known: bool
    clear: bool


def _judged_by_words(
    excerpt: str,
    ranked: Sequence[tuple[float, str, float]],
    candidates: Mapping[str, _Candidate],
    languages: Sequence[str],
    priors: Nats,
) -> list[_Judged]:
    """The candidates that read best, ranked again with what their words say."""
    changed = [changed_blocks(excerpt, words) for _, words, _ in ranked]
    blocks = [block for pairs in changed for pair in pairs for block in pair]
    spelt = spellings(blocks, languages, priors=priors)
    judged = []
    for (_, words, gain), pairs in zip(ranked, changed, strict=True):
        worth, known = weight(changed_words(excerpt, words), languages)
        lost, _ = weight(changed_words(words, excerpt), languages)
        gains = better_spelt(pairs, spelt)
        gain += worth - lost
        rank = gain + among_readings(gains) + candidates[words].prior
        gain += for_spelling(gains) + turkish(excerpt, words, gains)
        candidate = candidates[words]
        clear = are_clear(pairs, gains)
        judged.append((-rank, words, _Judged(candidate, gain, known, clear)))
    judged.sort(key=lambda item: item[:2])
    return [each for *_, each in judged]


def acceptable(reading: Reading, margin: float = MARGIN) -> bool:
    """Tell whether a reading is better than the text as it stands, and good in itself.

    Several UTF-8 sequences are good in themselves, whatever the language.
    """
    if reading.broken or reading.clear:
        margin = min(margin, BROKEN_MARGIN)
    if reading.gain < margin + reading.doubt:
        return False
    fluent = FLUENT - LEEWAY / len(reading.text)
    if reading.fluency >= fluent or reading.sequences >= 3:
        return True
    if (reading.clear or reading.gain >= VAST) and reading.fluency >= BROKEN:
        return True
    overwhelming = reading.known and reading.gain >= OVERWHELMING
    if (reading.broken or overwhelming) and reading.fluency >= BROKEN:
        return True
    if reading.gain >= OVERWHELMING and reading.fluency >= TOLERABLE:
        return True
    return reading.known and (len(reading.text) < SHORT or reading.fluency >= PASSABLE)
