"""The lexicon that a package may carry: words that its model has hardly seen, with their English.

`lexicon.tsv` in the package's folder, UTF-8, one word a line: `word<TAB>English`. Only whole lower-case words are looked up, so
names and the first words of sentences are left to the model. The English goes to the model in the word's place, in the
middle of the foreign sentence; the packages that come with `normalize` are trained to let it stand and to put the rest around it
(K. Song et al., "Code-Switching for Enhancing NMT with Pre-Specified Translation", NAACL 2019).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from normalize.errors import ModelError

LEXICON_FILE = "lexicon.tsv"
_ADVICE = "install the package again, or remove this file to translate without it"
_WORD = re.compile(r"""(?<![^\s'’"“«(\[])[^\W\d_]+(?=[.,;:!?…'’"”»)\]]*(?:\s|$))""")
"""A word between white space and ordinary punctuation: no part of an address, a path, an identifier or a compound."""
_HIDDEN = re.compile("[｟｠]")
"""Brackets of placeholders."""


def _fault(word: str, meaning: str, known: Mapping[str, str]) -> str:
    """What is wrong with a line; empty if nothing is."""
    if not re.fullmatch(r"[^\W\d_]+", word) or not meaning or not meaning.isprintable():
        return "not `word<TAB>English`"
    if word != word.lower():
        return f"{word!r} has a capital; only words in small letters are looked up"
    if _HIDDEN.search(meaning):
        return f"{meaning!r} holds a placeholder's bracket"
    return f"{word!r} is there twice" if word in known else ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The English of words; empty where a package carries none."""

    english: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Lexicon:
        """The lexicon of a file, or an empty one where there is no file.

        Raises ModelError where the file cannot be read, or a line is not a word in small letters, a tab and its English, or
        has a word that came before.
        """
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else "not UTF-8"
            message = f"{path}: the lexicon cannot be read ({reason}); {_ADVICE}"
            raise ModelError(message) from exc
        english: dict[str, str] = {}
        for number, line in enumerate(text.split("\n"), 1):
            word, _, meaning = line.removesuffix("\r").partition("\t")
            if not line.strip():
                continue
            if fault := _fault(word, meaning.strip(), english):
                message = f"{path}, line {number}: {fault}; {_ADVICE}"
                raise ModelError(message)
            english[word] = meaning.strip()
        return cls(english)

    def glossed(self, text: str) -> str:
        """The text with the English of its words that are in the lexicon.

        >>> Lexicon({"tegola": "tile"}).glossed("Una tegola, l'altra-tegola e tegola.it")
        "Una tile, l'altra-tegola e tegola.it"
        """
        if not self.english:
            return text
        return _WORD.sub(lambda match: self.english.get(match[0], match[0]), text)
