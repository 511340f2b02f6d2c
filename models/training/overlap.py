"""Encoded training data to the number of its pairs that equal a test text: the check on what the
cleaning promises.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sentencepiece
from cleaning import Exclusions

AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Overlap:
    """evaluation: pairs with a side that equals a test text, by its letters. pages: with a source
    side like a sample page's line.
    """

    evaluation: int
    pages: int


def overlap(data: Path, vocabulary: Path, evaluation: Exclusions, pages: Exclusions) -> Overlap:
    """Count the pairs of a `data.npz` that its cleaning should have removed."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary))
    arrays = np.load(data)
    sides = [(arrays[name], arrays[f"{name}_ends"]) for name in ("source", "target")]
    found_evaluation = found_pages = 0
    total = len(arrays["origin"])
    for begin in range(0, total, AT_ONCE):
        rows = range(begin, min(total, begin + AT_ONCE))
        sources, targets = (
            processor.decode([flat[ends[row] : ends[row + 1]].tolist() for row in rows])
            for flat, ends in sides
        )
        for source, target in zip(sources, targets, strict=True):
            found_evaluation += source in evaluation or target in evaluation
            found_pages += source in pages
    return Overlap(found_evaluation, found_pages)
