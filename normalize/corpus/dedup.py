"""A corpus to its pairs without repetitions: the same pair, the same source, the same target, exactly or nearly.

Two passes: the first digests every pair, the second writes. Memory: 24 bytes a pair (16 of them the digest), at most 100 while they are
sorted. With digests of 16 bytes, two different texts would be taken for equal in one corpus of 10^19 pairs.
"""

from __future__ import annotations

import math
import re
import sys
import unicodedata
from array import array
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from normalize.corpus.output import open_corpora, open_rejected, output_corpus, prepare
from normalize.corpus.sieve import Sifted, digest_of
from normalize.corpus.units import Unit

if TYPE_CHECKING:
    import numpy as np


class By(StrEnum):
    """What makes two pairs the same."""

    PAIR = "pair"
    """Source and target."""
    SOURCE = "source"
    TARGET = "target"


class Keep(StrEnum):
    """Which of the same pairs is kept."""

    BEST = "best"
    """The one with the highest score; of equal scores, and where there are none, the first."""
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class DedupOptions:
    """What counts as the same (by), whether nearly the same does (near: see `near_key`), and which one is kept."""

    by: By = By.PAIR
    near: bool = False
    keep: Keep = Keep.BEST

    @property
    def reason(self) -> str:
        """The reason of a pair that is left out: `duplicate`, `near-duplicate-source`, ..."""
        side = "" if self.by is By.PAIR else f"-{self.by}"
        return f"{'near-' * self.near}duplicate{side}"


def remove_duplicates(
    path: Path, out: Path, options: DedupOptions, tool_version: str, rejected: Path | None = None
) -> Sifted:
    """Write the pairs of a corpus, in their order, one of each that are the same; the format is told by the name of `out`. In the same
    format the records stay as they are.

    Those left out go to `rejected` with the number of the pair, from 1, that was kept in their place. Languages count: pairs of
    different languages are never the same.
    """
    target = output_corpus(out)
    keepers = _keepers(*_digests(path, options))
    prepared = prepare(path, [target.corpus_format], tool_version)
    read = kept = 0
    reasons: Counter[str] = Counter()
    with (
        open_rejected(rejected, prepared) as refuse,
        open_corpora([[target]], prepared) as (write,),
    ):
        for number, unit in prepared.again(len(keepers)):
            keeper = int(keepers[number])
            read += 1
            if keeper == number:
                kept += 1
                write(unit)
            else:
                reasons[options.reason] += 1
                refuse(unit, options.reason, f"pair {keeper + 1} is kept")
        result = Sifted(read, kept, dict(reasons), prepared.left_out.by_output())
    return result


def key_of(unit: Unit, options: DedupOptions) -> bytes:
    """Sixteen bytes that are equal for pairs that are the same."""
    pair = unit.pair
    parts: list[str] = []
    for side, language, text in (
        (By.SOURCE, pair.source_lang, pair.source),
        (By.TARGET, pair.target_lang, pair.target),
    ):
        if options.by in (By.PAIR, side):
            parts += (language, near_key(text) if options.near else text)
    return digest_of(parts)


def near_key(text: str) -> str:
    """The letters, their marks, and the digits of a text, case-folded: what two texts that are nearly the same share.

    >>> near_key("Rifiuta TUTTO!") == near_key("rifiuta tutto"), near_key("İstanbul'da 5 gün")
    (True, 'istanbulda5gün')

    Compatibility characters count as what they stand for (NFKC). A text without letters and digits stands for itself.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("i\N{COMBINING DOT ABOVE}", "i")
    return _other_characters().sub("", folded) or text


@cache
def _other_characters() -> re.Pattern[str]:
    """Everything but letters, digits and the marks that are part of letters in some scripts."""
    every = (chr(code) for code in range(sys.maxunicode + 1))
    marks = "".join(character for character in every if unicodedata.category(character)[0] == "M")
    return re.compile(f"[^\\w{marks}]|_")


def _digests(path: Path, options: DedupOptions) -> tuple[bytearray, array[float]]:
    """The keys of all pairs, one after the other, and their scores."""
    keys, scores = bytearray(), array("d")
    for unit in prepare(path, ["jsonl"], "").units:
        keys += key_of(unit, options)
        score = -math.inf if unit.score is None or math.isnan(unit.score) else unit.score
        scores.append(score if options.keep is Keep.BEST else 0.0)
    return keys, scores


def _keepers(keys: bytearray, scores: array[float]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """For every pair the number of the one that is kept in its place, itself where it is kept; from 0."""
    import numpy as np

    if not keys:
        return np.zeros(0, dtype=np.int64)
    halves = np.frombuffer(keys, dtype=">u8").reshape(-1, 2)
    count = len(halves)
    high, low = halves[:, 0], halves[:, 1]
    # By key, then by score, then by place: the first of every key is the one to keep.
    order = np.lexsort((np.arange(count), -np.frombuffer(scores), low, high))
    begins = np.ones(count, dtype=bool)
    begins[1:] = (high[order][1:] != high[order][:-1]) | (low[order][1:] != low[order][:-1])
    groups = np.cumsum(begins) - 1
    keepers = np.empty(count, dtype=np.int64)
    keepers[order] = order[begins][groups]
    return keepers
