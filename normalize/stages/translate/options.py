"""How translations are made: everything that can change their text, and the threads that cannot."""

from __future__ import annotations

from dataclasses import dataclass

from normalize.config import MOST_HYPOTHESES
from normalize.errors import UsageError


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
    no_repeat_ngram: no sequence of so many subwords occurs twice in a translation, unless one as long occurs twice in the source;
    0 allows all; None takes what the package's metadata says, else 0.
    mbr: hypotheses that minimum Bayes risk decoding chooses among, 1 to 32, for which the beam grows if need be; 1 takes the
    likeliest; 0 takes what the package's metadata says, else 1, and 1 where the beam is 1.
    max_pieces: longest text, in subwords, given to the model at once; longer ones are split at
    clause boundaries.
    max_batch_pieces: source subwords in one batch of the engine. Never changes a result.
    """

    beam: int = 4
    threads: int = 0
    compute_type: str = "int8"
    length_penalty: float | None = None
    no_repeat_ngram: int | None = None
    mbr: int = 0
    max_pieces: int = 140
    max_batch_pieces: int = 2048

    def __post_init__(self) -> None:
        """Raise UsageError for a number that makes no sense."""
        lowest = {
            "beam": 1, "threads": 0, "no_repeat_ngram": 0, "mbr": 0, "max_pieces": 8, "max_batch_pieces": 1,
        }  # fmt: skip
        for name, least in lowest.items():
            if (value := getattr(self, name)) is not None and value < least:
                message = f"{name} must be at least {least}, not {value}"
                raise UsageError(message)
        for name in ("beam", "mbr"):
            if getattr(self, name) > MOST_HYPOTHESES:
                message = f"{name} must be at most {MOST_HYPOTHESES}, not {getattr(self, name)}"
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

    @property
    def signature(self) -> str:
        """The options that can change a result, in a fixed order, for manifests and the translation
        memory's key.
        """
        own = self.length_penalty
        penalty = "package" if own is None else f"{own:g}"
        no_repeat = "package" if self.no_repeat_ngram is None else self.no_repeat_ngram
        return (
            f"beam={self.beam},compute={self.compute_type},"
            f"penalty={penalty},norepeat={no_repeat},mbr={self.mbr or 'package'},pieces={self.max_pieces}"
        )
