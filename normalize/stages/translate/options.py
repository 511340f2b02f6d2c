"""How translations are made: everything that can change their text, and the threads that cannot."""

from __future__ import annotations

from dataclasses import dataclass

from normalize.errors import UsageError


@dataclass(frozen=True, slots=True)
class TranslateOptions:
    """Options of the translator.

    beam: hypotheses kept while searching, 1 (greedy, fastest) to 16.
    threads: engine threads; 0 takes one for each processor this process may use. Never changes a
    result.
    compute_type: number type of the engine's matrix products: `int8` (fast, small), `float32`,
    `auto`, ...; see CTranslate2.
    length_penalty: exponent of the length in the search's score, the higher the longer; None takes
    what the package's metadata says, else 0.2 as Argos Translate does.
    max_pieces: longest text, in subwords, given to the model at once; longer ones are split at
    clause boundaries.
    max_batch_pieces: source subwords in one batch of the engine. Never changes a result.
    """

    beam: int = 4
    threads: int = 0
    compute_type: str = "int8"
    length_penalty: float | None = None
    max_pieces: int = 140
    max_batch_pieces: int = 2048

    def __post_init__(self) -> None:
        """Raise UsageError for a number that makes no sense."""
        lowest = {"beam": 1, "threads": 0, "max_pieces": 8, "max_batch_pieces": 1}
        for name, least in lowest.items():
            if getattr(self, name) < least:
                message = f"{name} must be at least {least}, not {getattr(self, name)}"
                raise UsageError(message)

    @property
    def signature(self) -> str:
        """The options that can change a result, in a fixed order, for manifests and the translation
        memory's key.
        """
        own = self.length_penalty
        penalty = "package" if own is None else f"{own:g}"
        return (
            f"beam={self.beam},compute={self.compute_type},"
            f"penalty={penalty},pieces={self.max_pieces}"
        )
