"""Texts to hypotheses: one package on CTranslate2, in batches that cannot change a result.

In CTranslate2 the integer matrix products do not depend on what else is in a batch, but attention
is computed in floating point over the padded length of the batch, so a sentence's score, and rarely
its words, depend on its longest companion. Batches here hold only texts with the same number of
subwords and the same limit on repetitions: nothing is padded, and every text and score is bit for
bit what the text alone would give, for any order, batch size, number of threads and processes
(`benchmarks/translate.py --invariance` measures it).

The price is small batches where texts are few: give the engine a thousand or more at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from normalize.errors import TranslationError
from normalize.packages.find import Package
from normalize.stages.translate.channel import ChannelModel
from normalize.stages.translate.consensus import ranked
from normalize.stages.translate.network import batches, load_network
from normalize.stages.translate.options import TranslateOptions
from normalize.stages.translate.tokenizers import Tokenizer, load_tokenizer

MAX_TARGET_PIECES = 256
"""CTranslate2's and Argos' own limit on the length of a translation, in subwords."""

FEWEST_PIECES_TO_CHOOSE = 20
"""Subwords of the shortest text whose hypotheses minimum Bayes risk decoding chooses among. Those of a label or a title are other words
for the same thing, or other things, and what agrees with most of them is often none of the best (`Rejection` for `Reject`). On 300
sentences each of the development sets chrF2 is lower by .0 to .1 than without the exception.
"""

ARGOS_LENGTH_PENALTY = 0.2
"""What Argos Translate decodes with."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the engine searches.

    beam: hypotheses kept.
    no_repeat_ngram: no sequence of so many subwords occurs twice in a translation, or of fewer where the options or the package
    say so; 0 allows all, None takes what those say.
    as_source: what the source says twice may be said twice: the limit is one more than the longest sequence of subwords that
    occurs twice in the source (see `longest_repeat`), if that is more.
    repetition_penalty: above 1, subwords already used are less likely.
    min_share: the translation has at least this share of the source's subwords.
    length_penalty: exponent of the length in the search's score, the higher the longer; None takes that of the options
    or the package.
    mbr: hypotheses that minimum Bayes risk decoding chooses among (see `consensus`), for which the beam grows if need be; 1 takes
    the likeliest; None takes what the options or the package say.
    """

    beam: int
    no_repeat_ngram: int | None = None
    as_source: bool = True
    repetition_penalty: float = 1.0
    min_share: float = 0.0
    length_penalty: float | None = None
    mbr: int | None = None

    @classmethod
    def of_argos(cls, beam: int = 4) -> Decoding:
        """As Argos Translate decodes, whatever the package asks for."""
        return cls(beam, no_repeat_ngram=0, length_penalty=ARGOS_LENGTH_PENALTY, mbr=1)


@dataclass(frozen=True, slots=True)
class Search:
    """What a package is decoded with where a `Decoding` leaves it open.

    length_penalty, mbr, no_repeat_ngram: see `Decoding`. channel_weight: see `TranslateOptions`; 0 where the package has no channel, or
    it has nothing to choose among.
    """

    length_penalty: float = ARGOS_LENGTH_PENALTY
    mbr: int = 1
    no_repeat_ngram: int = 0
    channel_weight: float = 0.0

    @classmethod
    def usual(cls, package: Package, options: TranslateOptions) -> Search:
        """What the options say, else what the package asks for, else what Argos Translate does."""
        penalties = (options.length_penalty, package.length_penalty, ARGOS_LENGTH_PENALTY)
        mbr = options.mbr_with(package.mbr)
        return cls(
            next(value for value in penalties if value is not None),
            mbr,
            options.no_repeat_ngram_with(package.no_repeat_ngram),
            options.channel_weight_with(package.channel.weight)
            if package.channel and mbr > 1
            else 0.0,
        )


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Raw output of the engine.

    score: mean log-probability a target subword, the end mark included, in nats.
    pieces: how many subwords that is the mean of.
    others: with minimum Bayes risk decoding, what else was found, the best first, each text once.
    """

    text: str
    score: float
    pieces: int
    others: tuple[Hypothesis, ...] = ()


class Decoder(Protocol):
    """What the translator needs of an engine; tests put a scripted one in its place."""

    @property
    def knows_placeholders(self) -> bool:
        """Whether the model carries `PLACEHOLDERS` over unchanged."""
        ...

    @property
    def has_channel(self) -> bool:
        """Whether `support` tells translations apart."""
        ...

    def count(self, text: str) -> int:
        """The number of subwords of a text."""
        ...

    def decode(self, texts: Sequence[str], decoding: Decoding) -> list[Hypothesis]:
        """One hypothesis a text, in order."""
        ...

    def support(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Of each pair of a source and its translation, what the channel adds to the translation's expected gain; 0 without one."""
        ...


class Engine:
    """A package loaded for translation."""

    def __init__(self, package: Package, options: TranslateOptions) -> None:
        """Load the model, and the package's channel where it is to choose; raises ModelError where one is damaged or of a kind that
        CTranslate2 does not know.
        """
        self._options = options
        self._prefix = package.target_prefix
        self._usual = Search.usual(package, options)
        self._tokenizer: Tokenizer = load_tokenizer(package)
        self._translator = load_network(package.model_path, "model", options)
        self._channel: ChannelModel | None = None
        if package.channel and self._usual.channel_weight:
            self._channel = ChannelModel(package, package.channel, options, self._tokenizer)

    @property
    def knows_placeholders(self) -> bool:
        """See Decoder."""
        return self._tokenizer.knows_placeholders

    @property
    def has_channel(self) -> bool:
        """See Decoder."""
        return self._channel is not None

    def count(self, text: str) -> int:
        """See Decoder."""
        return len(self._tokenizer.encode([text])[0])

    def decode(self, texts: Sequence[str], decoding: Decoding) -> list[Hypothesis]:
        """See Decoder. Raises TranslationError where CTranslate2 fails."""
        encoded = self._tokenizer.encode(texts)
        hypotheses = [Hypothesis("", 0.0, 0)] * len(texts)
        try:
            started = [
                (numbers, self._start([encoded[number] for number in numbers], decoding, no_repeat))
                for no_repeat, numbers in batches(
                    [(len(pieces), self._no_repeat(pieces, decoding)) for pieces in encoded],
                    self._options.max_batch_pieces,
                )
            ]
            for numbers, results in started:
                for number, result in zip(numbers, results, strict=True):
                    hypotheses[number] = self._hypothesis(
                        result.result(), decoding, len(encoded[number])
                    )
        except (RuntimeError, ValueError) as exc:
            message = f"CTranslate2 failed on a batch of {len(texts)} texts: {exc}"
            raise TranslationError(message) from exc
        return hypotheses

    def support(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See Decoder. Raises TranslationError where CTranslate2 fails."""
        if self._channel is None:
            return [0.0] * len(pairs)
        weight = self._usual.channel_weight
        return [weight * value for value in self._channel.log_probabilities(pairs)]

    def _start(self, batch: list[list[str]], decoding: Decoding, no_repeat: int) -> list[Any]:
        """Queue one batch of equally long texts, whose translations may repeat nothing of `no_repeat` subwords; what comes back has
        a method `result`.
        """
        length = len(batch[0])
        started: list[Any] = self._translator.translate_batch(
            batch,
            target_prefix=[[self._prefix]] * len(batch) if self._prefix else None,
            asynchronous=True,
            beam_size=max(decoding.beam, self._mbr(decoding)),
            num_hypotheses=self._mbr(decoding),
            length_penalty=self._length_penalty(decoding),
            no_repeat_ngram_size=no_repeat,
            repetition_penalty=decoding.repetition_penalty,
            min_decoding_length=max(1, int(length * decoding.min_share)),
            # A loop would else run to the limit; no sound translation is this much longer.
            max_decoding_length=min(MAX_TARGET_PIECES, 32 + 3 * length),
            return_scores=True,
            replace_unknowns=True,
        )
        return started

    def _length_penalty(self, decoding: Decoding) -> float:
        own = decoding.length_penalty
        return self._usual.length_penalty if own is None else own

    def _no_repeat(self, pieces: Sequence[str], decoding: Decoding) -> int:
        """The shortest sequence of subwords that a translation may not repeat; 0 where it may repeat all."""
        own, usual = decoding.no_repeat_ngram, self._usual.no_repeat_ngram
        least = usual if own is None else min(own, usual or own)
        return max(least, longest_repeat(pieces) + 1) if least and decoding.as_source else least

    def _mbr(self, decoding: Decoding) -> int:
        return self._usual.mbr if decoding.mbr is None else decoding.mbr

    def _hypothesis(
        self,
        result: Any,  # noqa: ANN401 - no types
        decoding: Decoding,
        length: int,
    ) -> Hypothesis:
        """What was found for a text of so many subwords."""
        texts = [self._tokenizer.decode(self._bare(pieces)) for pieces in result.hypotheses]
        lengths = [len(pieces) + 1 for pieces in result.hypotheses]
        penalty = self._length_penalty(decoding)
        # CTranslate2 divides the sum of log-probabilities by length ** length_penalty.
        totals = [
            score * length**penalty for score, length in zip(result.scores, lengths, strict=True)
        ]
        is_long = length >= FEWEST_PIECES_TO_CHOOSE
        found: dict[str, Hypothesis] = {}
        for number in ranked(texts, totals) if is_long else range(len(texts)):
            score = min(0.0, round(totals[number] / lengths[number], 6))
            found.setdefault(texts[number], Hypothesis(texts[number], score, lengths[number]))
        best, *others = found.values()
        return replace(best, others=tuple(others))

    def _bare(self, pieces: list[str]) -> list[str]:
        return pieces[1:] if self._prefix and pieces[:1] == [self._prefix] else pieces


def longest_repeat(pieces: Sequence[str]) -> int:
    """The length of the longest sequence that occurs at two places of a text, which may overlap.

    A long name, a refrain, `ha ha ha`: about as much may its translation say twice.

    >>> longest_repeat("new york is not york".split()), longest_repeat("ha ha ha ha".split())
    (1, 3)
    """
    sizes = range(1, len(pieces))
    return bisect_left(sizes, True, key=lambda size: not _occurs_twice(pieces, size))


def _occurs_twice(pieces: Sequence[str], size: int) -> bool:
    starts = range(len(pieces) - size + 1)
    return len({tuple(pieces[start : start + size]) for start in starts}) < len(starts)
