"""How translations are made: everything that can change their text, and the threads that cannot."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from normalize.config import MOST_HYPOTHESES
from normalize.errors import UsageError
from normalize.packages.find import LARGEST_CHANNEL_WEIGHT, LARGEST_NO_REPEAT_NGRAM


@dataclass(frozen=True, slots=True)
class TranslateOptions:
    """Options of the translator.

    beam: hypotheses kept while searching, 1 (greedy, fastest) to 32.
    threads: engine threads; 0 takes one for each processor this process may use. Never changes a
    result.
    compute_type: number type of the engine's matrix products: `int8` (fast, small), `float32`,
    `auto`, ...; see CTranslate2.
    length_penalty: exponent of the length in the search's score, the higher the longer; None takes
    what the package's metadata says, else 0.2 as Argos Translate does.
    mbr: hypotheses that minimum Bayes risk decoding chooses among, 1 to 32, for which the beam grows if need be; 1 takes the
    likeliest; 0 takes what the package's metadata says, else 1, and 1 where the beam is 1.
    max_pieces: longest text, in subwords, given to the model at once; longer ones are split at
    clause boundaries.
    max_batch_pieces: source subwords in one batch of the engine or the channel. Never changes a result.
    no_repeat_ngram: no sequence of so many subwords, or of one more than the longest that occurs twice in the source, if that is more,
    occurs twice in what is translated at once, 1 to 32; 0 allows all, but in second attempts, which have limits of their own; None
    takes what the package's metadata says, else 0.
    channel_weight: what a nat of the channel's mean log-probability of the source is worth in expected chrF++ where hypotheses are chosen
    among, 0 to 10; 0 chooses without it; None takes what the package's metadata says. Packages without a channel choose without it.
    """

    beam: int = 4
    threads: int = 0
    compute_type: str = "int8"
    length_penalty: float | None = None
    mbr: int = 0
    max_pieces: int = 140
    max_batch_pieces: int = 2048
    no_repeat_ngram: int | None = None
    channel_weight: float | None = None

    def __post_init__(self) -> None:
        """Raise UsageError for a number that makes no sense."""
        limits: dict[str, tuple[int, float]] = {
            "beam": (1, MOST_HYPOTHESES),
            "threads": (0, inf),
            "mbr": (0, MOST_HYPOTHESES),
            "max_pieces": (8, inf),
            "max_batch_pieces": (1, inf),
            "no_repeat_ngram": (0, LARGEST_NO_REPEAT_NGRAM),
            "channel_weight": (0, LARGEST_CHANNEL_WEIGHT),
        }
        for name, (least, largest) in limits.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= largest:
                bound = f"least {least}" if value < least else f"most {largest}"
                message = f"{name} must be at {bound}, not {value}"
                raise UsageError(message)

    def mbr_with(self, package_mbr: int) -> int:
        """The hypotheses to choose among with a package that asks for so many: the options go first, and the package's wish holds
        only where there is a search, since greedy decoding is asked for because it is fast.

        >>> TranslateOptions().mbr_with(8), TranslateOptions(beam=1).mbr_with(8), TranslateOptions(mbr=2).mbr_with(8)
        (8, 1, 2)
        """
        if self.mbr:
            return self.mbr
        return package_mbr if self.beam > 1 else 1

    def no_repeat_ngram_with(self, package_no_repeat_ngram: int) -> int:
        """The shortest sequence that may not be repeated, with a package that asks for this: the options go first.

        >>> TranslateOptions().no_repeat_ngram_with(4), TranslateOptions(no_repeat_ngram=0).no_repeat_ngram_with(4)
        (4, 0)
        """
        own = self.no_repeat_ngram
        return package_no_repeat_ngram if own is None else own

    def channel_weight_with(self, package_channel_weight: float) -> float:
        """The weight of the channel of a package that asks for this; the options go first."""
        own = self.channel_weight
        return package_channel_weight if own is None else own

    @property
    def signature(self) -> str:
        """The options that can change a result, in a fixed order, for manifests and the translation
        memory's key.
        """
        own = self.length_penalty
        penalty = "package" if own is None else f"{own:g}"
        no_repeat = "package" if self.no_repeat_ngram is None else self.no_repeat_ngram
        channel = "package" if self.channel_weight is None else f"{self.channel_weight:g}"
        return (
            f"beam={self.beam},compute={self.compute_type},penalty={penalty},norepeat={no_repeat},"
            f"mbr={self.mbr or 'package'},channel={channel},pieces={self.max_pieces}"
        )
