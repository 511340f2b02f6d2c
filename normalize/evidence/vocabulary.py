"""Turns a word into how often it is met in Italian, Turkish and English."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

LANGUAGES = ("it", "tr", "en")
"""The languages of the vocabulary."""
_FLOOR = 0.5
"""The count given to a word that is not listed, below that of any word that is."""


class Vocabulary:
    """Words with their frequencies, per language. Casing is kept as it is most often met."""

    def __init__(self, levels: Mapping[str, Mapping[str, int]]) -> None:
        """Take for each language the level of each word: log2 of its frequency in 2**40, rounded."""
        self._levels = dict(levels)

    @classmethod
    def from_counts(cls, counts: Mapping[str, Mapping[str, float]]) -> Vocabulary:
        """Build a vocabulary from counts."""
        levels = {}
        for language, words in counts.items():
            total = sum(words.values()) or 1
            levels[language] = {
                word: round(4 * math.log2(number / total * 2**30)) for word, number in words.items()
            }
        return cls(levels)

    def level(self, word: str, language: str) -> int | None:
        """Four times log2 of the word's frequency in 2**30 words; None for a word not listed."""
        return self._levels[language].get(word)

    def knows(self, word: str, language: str) -> bool:
        """Tell whether a word is listed, as it stands or in lower case."""
        words = self._levels.get(language, {})
        return word in words or _lower(word, language) in words

    def nats(self, word: str, language: str) -> float | None:
        """The natural log of a word's frequency, either as it stands or in lower case; None if unlisted."""
        words = self._levels[language]
        found = [words[form] for form in {word, _lower(word, language)} if form in words]
        return (max(found) / 4 - 30) * math.log(2) if found else None

    def words(self, language: str) -> Mapping[str, int]:
        """All words of a language with their levels."""
        return self._levels[language]

    def save(self, path: Path) -> None:
        """Write the vocabulary: words by language, the level's character before each group of words."""
        parts = []
        for language in LANGUAGES:
            by_level: dict[int, list[str]] = {}
            for word, level in self._levels[language].items():
                by_level.setdefault(level, []).append(word)
            lines = [
                f"{level} {' '.join(sorted(by_level[level]))}"
                for level in sorted(by_level, reverse=True)
            ]
            parts.append("\n".join(lines))
        path.write_bytes(zlib.compress("\n\n".join(parts).encode(), 9))

    @classmethod
    def load(cls, data: bytes) -> Vocabulary:
        """Read what `save` wrote."""
        levels: dict[str, dict[str, int]] = {}
        for language, part in zip(
            LANGUAGES, zlib.decompress(data).decode().split("\n\n"), strict=True
        ):
            words: dict[str, int] = {}
            for line in part.split("\n"):
                level, _, listed = line.partition(" ")
                words.update(dict.fromkeys(listed.split(" "), int(level)))
            levels[language] = words
        return cls(levels)


class Names:
    """Names of people and places beyond ASCII, and foreign words met in the corpora."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)

    def __contains__(self, word: str) -> bool:
        """Tell whether a word is listed, as it stands or, in capitals, with small letters after the first."""
        return word in self._words or (
            word.isupper() and (word.title() in self._words or word.lower() in self._words)
        )

    def save(self, path: Path) -> None:
        """Write the names, one a line."""
        path.write_bytes(zlib.compress("\n".join(sorted(self._words)).encode(), 9))

    @classmethod
    def load(cls, data: bytes) -> Names:
        """Read what `save` wrote."""
        return cls(zlib.decompress(data).decode().split("\n"))


def _lower(word: str, language: str) -> str:
    """A word in lower case, as the language writes it."""
    if language == "tr":
        word = word.replace("I", "ı").replace("İ", "i")
    return word.lower()


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary shipped with the package, read once a process."""
    return Vocabulary.load(files("normalize.data").joinpath("vocab.bin").read_bytes())


@cache
def names() -> Names:
    """The names shipped with the package, read once a process."""
    return Names.load(files("normalize.data").joinpath("vocab-names.bin").read_bytes())
