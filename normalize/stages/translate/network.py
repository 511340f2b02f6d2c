"""What the networks of a package have in common: how they are loaded, and which texts go through one together."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from normalize.errors import ModelError
from normalize.stages.translate.options import TranslateOptions


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load_network(
    folder: Path,
    what: str,
    options: TranslateOptions,
) -> Any:  # noqa: ANN401 - no types
    """The CTranslate2 model in a folder, on the CPU. what: the name of it in messages.

    Raises ModelError where it is damaged or of a kind that CTranslate2 does not know.
    """
    import ctranslate2

    try:
        return ctranslate2.Translator(
            str(folder),
            device="cpu",
            compute_type=options.compute_type,
            inter_threads=options.threads or processors(),
            intra_threads=1,
        )
    except (RuntimeError, ValueError, LookupError, MemoryError) as exc:
        message = f"{folder}: the {what} does not load ({exc}); import the package again"
        raise ModelError(message) from exc


def batches(kinds: Sequence[tuple[int, int]], max_pieces: int) -> Iterator[tuple[int, list[int]]]:
    """Index lists of texts of one kind, the longest texts first; none for texts without subwords.

    kinds: of each text, how many subwords it has, and what else must be the same in a batch, which comes with each list.

    >>> list(batches([(2, 4), (3, 4), (2, 4), (0, 4), (2, 4), (2, 5)], 4))
    [(4, [1]), (5, [5]), (4, [0, 2]), (4, [4])]
    """
    by_kind: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, kind in enumerate(kinds):
        by_kind[kind].append(number)
    for length, other in sorted(by_kind, reverse=True):
        if length:
            numbers = by_kind[length, other]
            size = max(1, max_pieces // length)
            for start in range(0, len(numbers), size):
                yield other, numbers[start : start + size]
