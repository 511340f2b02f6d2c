"""Texts to translations with one package: plan, decode, look, try again, put together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from normalize.document import Flag, Translation
from normalize.memory import Memory, memory_key
from normalize.packages.find import Package
from normalize.packages.lexicon import Lexicon
from normalize.stages.translate.casing import with_manner_of
from normalize.stages.translate.engine import (
    FEWEST_PIECES_TO_CHOOSE,
    Decoder,
    Decoding,
    Engine,
    Hypothesis,
)
from normalize.stages.translate.guards import UNACCEPTABLE, flags_of
from normalize.stages.translate.inline import Mark, MarkedText, projected, read_marks
from normalize.stages.translate.names import lost_names, with_names_mended
from normalize.stages.translate.options import TranslateOptions
from normalize.stages.translate.plan import Part, Planner, Protection, Unit
from normalize.stages.translate.pool import Draft, agreeing, in_order, joined, units_of
from normalize.stages.translate.tokenizers import PLACEHOLDERS

REVISION = 11
"""Counts the changes of this package's code that change translations; part of the translation
memory's key.
"""
_WINDOW = 8192
_PIECES_OF_A_PART = 32
"""Most subwords in a part of a text that is also translated in parts (`_first_attempts`)."""
_CAN_BE_HIDDEN = frozenset({Flag.LOST_NUMBER, Flag.LOST_NAME})
"""What was lost and can be kept by a placeholder."""
_PLACEHOLDER = re.compile("|".join(PLACEHOLDERS))


@dataclass(frozen=True, slots=True)
class _Attempt(Draft):
    """A draft that has been looked at, and what is wrong with it."""

    flags: tuple[Flag, ...]

    @property
    def faults(self) -> tuple[int, int, int]:
        """How bad it is, for comparison: unacceptable flags count first, and being short last, which is a suspicion."""
        unacceptable = sum(flag in UNACCEPTABLE for flag in self.flags)
        is_short = Flag.SHORT in self.flags
        return unacceptable, len(self.flags) - is_short, is_short


class Translator:
    """Translates texts with one package. Build one a process or thread pool: the engine has its own
    threads.

    package, options: what to translate with. memory: translations made before; None works without.
    Raises ModelError where the package is damaged.
    """

    def __init__(
        self,
        package: Package,
        options: TranslateOptions | None = None,
        memory: Memory | None = None,
    ) -> None:
        options = options or TranslateOptions()
        self._start(
            package.source,
            f"{package.pair}@{package.digest()[:12]}",
            Engine(package, options),
            options,
            Lexicon.read(package.lexicon_path),
        )
        self._memory = memory
        self._digest = package.digest()

    @classmethod
    def from_decoder(
        cls,
        decoder: Decoder,
        source: str = "it",
        signature: str = "it-en@test",
        lexicon: Lexicon | None = None,
    ) -> Translator:
        """A translator around any engine, without a memory: for tests."""
        translator = cls.__new__(cls)
        translator._start(source, signature, decoder, TranslateOptions(), lexicon or Lexicon())
        translator._memory = None
        return translator

    def _start(
        self,
        source: str,
        signature: str,
        decoder: Decoder,
        options: TranslateOptions,
        lexicon: Lexicon,
    ) -> None:
        self.signature = signature
        self._source, self._decoder, self._options = source, decoder, options
        protection = Protection.HIDE if decoder.knows_placeholders else Protection.SPLIT
        self._planner = Planner(source, decoder.count, options.max_pieces, protection, lexicon)
        self._in_parts = replace(
            self._planner, max_pieces=min(options.max_pieces, _PIECES_OF_A_PART)
        )
        self._usual = Decoding(beam=options.beam)
        self._fuller = Decoding(beam=options.beam, no_repeat_ngram=4, length_penalty=2.0)
        self._safer = Decoding(
            beam=max(options.beam, 2) + 2,
            no_repeat_ngram=3,
            as_source=False,
            repetition_penalty=1.2,
            min_share=0.3,
        )

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """One translation a text, in order; a text that occurs again is translated once.

        It is fastest with a thousand texts or more at a time.

        The result for a text depends on the text, the package and the options alone. Any string is
        accepted: text without language (numbers, addresses, emoji, nothing) comes back as it is.
        Raises TranslationError where the engine itself fails.
        """
        unique = list(dict.fromkeys(texts))
        results: dict[str, Translation] = {}
        for start in range(0, len(unique), _WINDOW):
            results.update(self._remembered(unique[start : start + _WINDOW]))
        return [results[text] for text in texts]

    def _remembered(self, texts: Sequence[str]) -> dict[str, Translation]:
        if self._memory is None:
            return self._translated(texts)
        how = f"{self._options.signature},{_engine_version()},revision={REVISION}"
        keys = {text: memory_key(self._digest, how, text) for text in texts}
        known = self._memory.get_many(keys.values())
        fresh = self._translated([text for text in texts if keys[text] not in known])
        self._memory.put_many({keys[text]: made for text, made in fresh.items() if made.model})
        return {text: known.get(keys[text]) or fresh[text] for text in texts}

    def _translated(self, texts: Sequence[str]) -> dict[str, Translation]:
        """Inline markup is taken off first and put around the same words of the translation; where
        a link finds no place, what is between the marks is translated piece by piece.
        """
        marked = {text: found for text in texts if (found := read_marks(text))}
        bare = [text for text in texts if text not in marked]
        bare += [part for found in marked.values() for part in (found.plain, *found.inner)]
        made = self._unmarked(list(dict.fromkeys(bare)))
        results = {text: made[text] for text in texts if text not in marked}
        homeless = {}
        for text, found in marked.items():
            results[text], lost = _with_marks(text, found, made)
            if any(mark.link for mark in lost):
                homeless[text] = found
        if homeless:
            pieces = [
                piece for found in homeless.values() for piece, words in found.pieces() if words
            ]
            made = self._unmarked(list(dict.fromkeys(pieces)))
            results.update({text: _in_pieces(found, made) for text, found in homeless.items()})
        return results

    def _unmarked(self, texts: Sequence[str]) -> dict[str, Translation]:
        plans = {text: self._planner.plan(text) for text in texts}
        attempts = self._attempts([part for plan in plans.values() for part in plan])
        return {text: self._assembled(text, plan, attempts) for text, plan in plans.items()}

    def _attempts(self, parts: Sequence[Part]) -> dict[Unit, _Attempt]:
        """The best attempt at every unit: the first if nothing is wrong with it, else the better of
        two.
        """
        units = list(dict.fromkeys(part for part in parts if isinstance(part, Unit)))
        first = self._first_attempts(units)
        failed = [unit for unit in units if first[unit].flags]
        if not failed:
            return first
        second = self._second_attempts({unit: first[unit] for unit in failed})
        return {unit: _better(unit, first[unit], second.get(unit)) for unit in units}

    def _first_attempts(self, units: Sequence[Unit]) -> dict[Unit, _Attempt]:
        """The usual search. Where it left hypotheses to choose among, a long unit is translated in parts as well, and what agrees
        most with all of both, and with its source by the channel if there is one, is chosen: a small network leaves out less of a short
        text, and joins its parts less well.
        """
        drafts = self._drafts(units, self._usual)
        several = [unit for unit in units if len(drafts[unit]) > 1]
        plans = {unit: self._in_parts.replan(unit, self._planner.protection) for unit in several}
        plans = {unit: plan for unit, plan in plans.items() if len(units_of(plan)) > 1}
        parts = self._drafts(
            list(dict.fromkeys(part for plan in plans.values() for part in units_of(plan))),
            self._usual,
        )
        usable = {part: self._usable(part, found) for part, found in parts.items()}
        pools = {
            unit: [*drafts[unit], *in_order(plan, usable)]
            for unit, plan in plans.items()
            if all(usable[part] for part in units_of(plan))
        }
        if self._decoder.has_channel:
            judged = [unit for unit in several if not unit.shouted and self._is_long(unit)]
            pools = {unit: drafts[unit] for unit in judged} | pools
        drafts |= agreeing(pools, self._decoder.support)
        return {unit: self._soundest(unit, drafts[unit]) for unit in units}

    def _is_long(self, unit: Unit) -> bool:
        return self._decoder.count(unit.text) >= FEWEST_PIECES_TO_CHOOSE

    def _decoded(self, units: Sequence[Unit], decoding: Decoding) -> dict[Unit, _Attempt]:
        drafts = self._drafts(units, decoding)
        return {unit: self._soundest(unit, drafts[unit]) for unit in units}

    def _drafts(self, units: Sequence[Unit], decoding: Decoding) -> dict[Unit, list[Draft]]:
        """All that the engine found for each unit, the best first."""
        hypotheses = self._decoder.decode([unit.text for unit in units], decoding)
        return {
            unit: [self._draft(unit, one) for one in (hypothesis, *hypothesis.others)]
            for unit, hypothesis in zip(units, hypotheses, strict=True)
        }

    def _draft(self, unit: Unit, hypothesis: Hypothesis) -> Draft:
        text = hypothesis.text.upper() if unit.shouted else hypothesis.text
        text = _revealed(with_manner_of(unit.source, text), unit.hidden)
        text = with_names_mended(unit.source, text, self._source)
        return Draft(text, hypothesis.score * hypothesis.pieces, hypothesis.pieces)

    def _soundest(self, unit: Unit, drafts: Sequence[Draft]) -> _Attempt:
        """The first; where something is wrong with it, the first of the others with which nothing is, and where it cannot
        be used, the one with the least. What else is wrong is better mended (`_second_attempts`) than traded for another fault.
        """
        attempt = self._attempt(unit, drafts[0])
        if not attempt.flags:
            return attempt
        best = min(
            [attempt, *(self._attempt(unit, other) for other in drafts[1:])],
            key=lambda one: one.faults,
        )
        return best if attempt.faults[0] or not best.flags else attempt

    def _usable(self, unit: Unit, drafts: Sequence[Draft]) -> list[Draft]:
        """The drafts that are better than their source; joined to others, one that is not would no longer be noticed."""
        return [draft for draft in drafts if not self._attempt(unit, draft).faults[0]]

    def _attempt(self, unit: Unit, draft: Draft) -> _Attempt:
        flags = flags_of(unit.source, draft.text, unit.literal, self._source)
        return _Attempt(draft.text, draft.total, draft.pieces, flags)

    def _second_attempts(self, first: dict[Unit, _Attempt]) -> dict[Unit, _Attempt]:
        """Another attempt at each unit: around what was lost, with safer decoding, or with one that leaves less out."""
        again: dict[Unit, tuple[Part, ...]] = {}
        safer: list[Unit] = []
        fuller: list[Unit] = []
        for unit, attempt in first.items():
            if Flag.LOST_ADDRESS in attempt.flags:
                again[unit] = self._planner.replan(unit, Protection.SPLIT)
            elif _CAN_BE_HIDDEN.intersection(attempt.flags) and self._decoder.knows_placeholders:
                lost_number = Flag.LOST_NUMBER in attempt.flags
                protection = Protection.HIDE_NUMBERS if lost_number else Protection.HIDE
                names = lost_names(unit.source, attempt.text, self._source)
                again[unit] = self._planner.replan(unit, protection, names)
            elif attempt.flags == (Flag.SHORT,):
                fuller.append(unit)
            else:
                safer.append(unit)
        second = {**self._decoded(safer, self._safer), **self._decoded(fuller, self._fuller)}
        parts = [part for plan in again.values() for part in units_of(plan)]
        pieces = self._decoded(list(dict.fromkeys(parts)), self._usual)
        for unit, plan in again.items():
            second[unit] = self._attempt(unit, joined(plan, pieces))
        return second

    def _assembled(
        self, text: str, plan: Sequence[Part], attempts: dict[Unit, _Attempt]
    ) -> Translation:
        units = units_of(plan)
        if not units:
            return Translation(text, 0.0)
        whole = joined(plan, attempts)
        score = round(whole.total / whole.pieces, 6) if whole.pieces else 0.0
        seen = {flag for unit in units for flag in attempts[unit].flags}
        return Translation(
            whole.text,
            min(0.0, score),
            tuple(flag for flag in Flag if flag in seen),
            self.signature,
        )


def _revealed(text: str, hidden: Sequence[str]) -> str:
    """The text with what its placeholders stand for; placeholders that stand for nothing are
    dropped.
    """
    if "｟" not in text:
        return text

    def reveal(match: re.Match[str]) -> str:
        index = PLACEHOLDERS.index(match.group())
        return hidden[index] if index < len(hidden) else ""

    return _PLACEHOLDER.sub(reveal, text)


def _with_marks(
    text: str, marked: MarkedText, made: Mapping[str, Translation]
) -> tuple[Translation, tuple[Mark, ...]]:
    """The translation of a marked text, and the marks that found no place in it."""
    whole = made[marked.plain]
    if not whole.model or Flag.UNTRANSLATED in whole.flags:
        return replace(whole, text=text), ()
    target, lost = projected(whole.text, marked, [made[inner].text for inner in marked.inner])
    flags = {*whole.flags, Flag.LOST_MARKUP} if lost else whole.flags
    return replace(whole, text=target, flags=tuple(flag for flag in Flag if flag in flags)), lost


def _in_pieces(marked: MarkedText, made: Mapping[str, Translation]) -> Translation:
    """A marked text translated piece by piece; its score is that of its worst piece."""
    parts = [made[piece] for piece, words in marked.pieces() if words]
    target = "".join(made[piece].text if words else piece for piece, words in marked.pieces())
    flags = {flag for part in parts for flag in part.flags}
    return Translation(
        target,
        min(part.score for part in parts),
        tuple(flag for flag in Flag if flag in flags),
        next((part.model for part in parts if part.model), ""),
    )


def _better(unit: Unit, first: _Attempt, second: _Attempt | None) -> _Attempt:
    """The attempt with fewer faults, the first where they are equal; the source itself where
    neither is acceptable.
    """
    if second is None:
        return first
    if not second.flags:
        return _Attempt(second.text, second.total, second.pieces, (Flag.RETRIED,))
    best = second if second.faults < first.faults else first
    if first.flags == second.flags == (Flag.SHORT,):
        best = max(first, second, key=lambda attempt: len(attempt.text))
    if best.faults[0] == 0:
        return best
    return _Attempt(unit.source, best.total, best.pieces, (*best.flags, Flag.UNTRANSLATED))


def _engine_version() -> str:
    import ctranslate2

    return f"ctranslate2={ctranslate2.__version__}"
