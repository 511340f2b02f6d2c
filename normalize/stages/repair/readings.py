"""Turns a text into the readings it may have been meant as, and chooses among them.

A reading undoes one step (see `encodings`); damage done twice is undone step by step. Which
reading is right is judged by the character models: a reading is accepted when it beats the text as
it stands by a margin and is itself fluent in a configured language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from normalize.evidence.charlm import LANGUAGES, Nats, character_model
from normalize.stages.repair.candidates import Candidate, candidates
from normalize.stages.repair.encodings import Step
from normalize.stages.repair.oddities import odd_places
from normalize.stages.repair.signs import (
    TURKISH,
    most_for_oddness,
    oddness,
    takes_icelandic,
    turkish,
)
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
    most_for_spelling,
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
ROUNDING = 0.01
"""Nats by which sums of scores may be off at most."""
WORDLESS = 4.0
"""Nats against a reading that changes no word."""


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


def _fluencies(texts: Sequence[str], columns: Sequence[int]) -> list[float]:
    """Nats a character of each text: in one language, or a little less with words of others."""
    model = character_model()
    lengths = [len(text) + 1 for text in texts]
    totals, mixed = model.totals_and_readings(texts, columns)
    pure = totals[:, columns].max(axis=1).tolist()
    return [
        max(one / length, several / length - MIXED)
        for one, several, length in zip(pure, mixed.tolist(), lengths, strict=True)
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
    excerpt = excerpt_of(text)
    tried = candidates(excerpt, trust or {})
    if not tried:
        return []
    columns = [LANGUAGES.index(language) for language in languages if language in LANGUAGES]
    changes = [_change(excerpt, words, each, languages) for words, each in tried.items()]
    totals = character_model().readings_in_each([excerpt, *tried], columns)
    if _are_all_worse(excerpt, changes, totals, least):
        return []
    priors = language_priors(text, columns)
    scores = (totals + priors).max(axis=1).tolist()
    ranked = []
    for change, score in zip(changes, scores[1:], strict=True):
        gain = score - scores[0] + oddness(excerpt, change.made)
        ranked.append((-gain - change.candidate.prior, change.made, gain, change))
    ranked.sort(key=lambda item: item[:2])
    judged = _judged_by_words(
        excerpt, [(gain, change) for *_, gain, change in ranked[:CLOSELY]], languages, priors
    )
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
class _Change:
    """What a candidate changes in an excerpt.

    pairs: the blocks that it changes.
    listed: nats for words that are in a vocabulary and were not.
    known: whether all changed words are.
    """

    made: str
    candidate: Candidate
    pairs: Sequence[tuple[str, str]]
    listed: float
    known: bool


def _change(excerpt: str, made: str, candidate: Candidate, languages: Sequence[str]) -> _Change:
    """What a candidate makes of an excerpt, as far as it needs no model."""
    worth, known = weight(changed_words(excerpt, made), languages)
    lost, _ = weight(changed_words(made, excerpt), languages)
    pairs = changed_blocks(excerpt, made)
    return _Change(made, candidate, pairs, worth - lost, known)


def _are_all_worse(excerpt: str, changes: Sequence[_Change], totals: Nats, least: float) -> bool:
    """Tell whether no candidate can gain so much, whatever the line tells and its words are spelt like.

    totals: how well the excerpt and each candidate read, for each language that the line may be in.
    """
    for gain, change in zip((totals[1:] - totals[0]).max(axis=1).tolist(), changes, strict=True):
        most = gain + change.listed + most_for_spelling(len(change.pairs)) + ROUNDING
        if takes_icelandic(excerpt, change.made):
            most += TURKISH
        if (
            most + most_for_oddness(excerpt) >= least
            and most + oddness(excerpt, change.made) >= least
        ):
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate with the evidence of its words."""

    candidate: Candidate
    gain: float
    known: bool
    clear: bool


def _judged_by_words(
    excerpt: str,
    ranked: Sequence[tuple[float, _Change]],
    languages: Sequence[str],
    priors: Nats,
) -> list[_Judged]:
    """The candidates that read best, with by how much, ranked again with what their words say."""
    blocks = [block for _, change in ranked for pair in change.pairs for block in pair]
    spelt = spellings(blocks, languages, priors=priors)
    judged = []
    for gain, change in ranked:
        gains = better_spelt(change.pairs, spelt)
        gain += change.listed
        rank = gain + among_readings(gains) + change.candidate.prior
        gain += for_spelling(gains) + turkish(excerpt, change.made, gains)
        clear = are_clear(change.pairs, gains)
        judged.append((-rank, change.made, _Judged(change.candidate, gain, change.known, clear)))
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
