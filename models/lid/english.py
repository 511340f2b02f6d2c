"""Words of the English vocabulary to the list by which plain English is told without a model (`normalize/data/english.bin`).

    python models/lid/english.py CORPORA

CORPORA holds `it-en.tsv.xz` and `tr-en.tsv.xz` (source name, Italian or Turkish, English). The file holds two lists, compressed
with zlib: words that the language model finds more English than anything else, and the other words of English that Italian and
Turkish use hardly more often, rare words of the corpora among them.
"""

from __future__ import annotations

import argparse
import lzma
import re
import zlib
from collections import Counter
from pathlib import Path

import numpy as np

from normalize.evidence.vocabulary import vocabulary
from normalize.stages.identify.model import UNIT, load_model

OUT = Path(__file__).parents[2] / "normalize" / "data" / "english.bin"
MOST = 20_000
"""So many frequent words are weighed."""
MIN_MARGIN_NATS = 1.0
"""How much more English a distinctive word is than any other language, by the evidence of its letters."""
MAX_LEVELS = 8
"""Levels of the vocabulary (quarters of an octave) by which Italian or Turkish may use a word of English more often."""

LEAST_COUNT = 4
"""A word that the vocabulary leaves out for being rare is met so often on the English sides."""
RARE_FACTOR = 2.0
"""So many times as often as on the Italian and Turkish sides, each by its size."""
_SMALL_WORD = re.compile(r"(?<![\w'’.@/-])[a-z]{2,24}(?![\w'’@/-])")


def rare_words(corpora: Path) -> set[str]:
    """Words in small ASCII letters that are met on the English sides, and hardly on the others."""
    english: Counter[str] = Counter()
    others = []
    for code in ("it", "tr"):
        own: Counter[str] = Counter()
        with lzma.open(
            corpora / f"{code}-en.tsv.xz", "rt", encoding="utf-8", newline="\n"
        ) as lines:
            for line in lines:
                _, foreign, translation = line.split("\t")
                if foreign != translation:
                    own.update(_SMALL_WORD.findall(foreign))
                    english.update(_SMALL_WORD.findall(translation))
        others.append(own)
    size = english.total()
    return {
        word
        for word, count in english.items()
        if count >= LEAST_COUNT
        and all(count / size > RARE_FACTOR * own[word] / own.total() for own in others)
    }


def margins(words: list[str]) -> list[float]:
    """How many nats each word is more English than the likeliest other language."""
    model = load_model()
    rows, _ = model.rows([[word] for word in words])
    english = model.codes.index("en")
    others = np.delete(rows, english, axis=1).max(axis=1)
    found: list[float] = ((rows[:, english] - others) / UNIT).tolist()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path)
    corpora: Path = parser.parse_args().corpora
    english, italian, turkish = (
        {word: level for word, level in vocabulary().words(code).items() if word.islower()}
        for code in ("en", "it", "tr")
    )
    frequent = sorted(english, key=lambda word: (-english[word], word))
    candidates = [word for word in frequent if word.isascii() and len(word) > 1][:MOST]
    distinctive: set[str] = set()
    for first in range(0, len(candidates), 4_000):
        part = candidates[first : first + 4_000]
        distinctive.update(
            word
            for word, margin in zip(part, margins(part), strict=True)
            if margin >= MIN_MARGIN_NATS
        )
    known = {
        word
        for word, level in english.items()
        if level >= max(italian.get(word, 0), turkish.get(word, 0)) - MAX_LEVELS
    }
    known |= rare_words(corpora)
    lists = (sorted(distinctive), sorted(known - distinctive))
    OUT.write_bytes(zlib.compress("\n".join(map(" ".join, lists)).encode(), 9))
    print(
        f"{len(lists[0]):,} distinctive words and {len(lists[1]):,} others, {OUT.stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    main()
