"""Pairs and corpora for tests."""

from __future__ import annotations

from normalize.document import SegmentPair
from normalize.writers import CorpusHeader

HEADER = CorpusHeader("it", "en", "0.1.0")
NAMES = ("it-en.tmx", "it-en.it", "it-en.tsv", "it-en.jsonl", "it-en.parquet")
"""A corpus in every format, as `corpus` commands name it."""


def make_pair(
    number: int, source: str, target: str, score: float = -0.5, **changes: object
) -> SegmentPair:
    """A pair of the document `<number>.txt`, with what else it is to have."""
    fields = {
        "id": f"id{number}", "source_lang": "it", "target_lang": "en", "source": source,
        "target": target, "score": score, "document": f"{number}.txt", "start": 0,
        "end": len(source), "language_probability": 0.9, "model": "it-en@0123456789ab",
    }  # fmt: skip
    return SegmentPair(**{**fields, **changes})  # type: ignore[arg-type]
