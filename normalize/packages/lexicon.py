"""The lexicon that a package may carry: words that its model has hardly seen, with their English.

`lexicon.tsv` in the package's folder, UTF-8, one word a line: `word<TAB>English`. Only whole lower-case words are looked up, so
names and the first words of sentences are left to the model. The English goes to the model in the word's place, in the
middle of the foreign sentence; the packages shipped with `normalize` are trained to let it stand and to put the rest around it
(K. Song et al., "Code-Switching for Enhancing NMT with Pre-Specified Translation", NAACL 2019).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from normalize.errors import ModelError

LEXICON_FILE = "lexicon.tsv"
_WORD = re.compile(r"(?<![\w@#./\\-])[^\W\d_]+(?![\w@/\\\u0300-\u036f-]|\.\w)")
"""A word that is no part of an address, a path, an identifier or a compound with a hyphen, and has no accent beside its last letter."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The English of words; empty where a package carries none."""

    english: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Lexicon:
        """The lexicon of a file, or an empty one where there is no file.

        Raises ModelError where the file cannot be read, or a line is not a word, a tab and its English.
        """
        try:
            text = path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else "not UTF-8"
            message = (
                f"{path}: the lexicon cannot be read ({reason}); install the package again, or "
                "remove this file to translate without it"
            )
            raise ModelError(message) from exc
        english = {}
        for number, line in enumerate(text.split("\n"), 1):
            word, tab, meaning = line.removesuffix("\r").partition("\t")
            if not line.strip():
                continue
            if not tab or not _WORD.fullmatch(word) or not meaning.strip() or "\t" in meaning:
                message = (
                    f"{path}, line {number}: not `word<TAB>English`; install the package again, or "
                    "remove this file to translate without it"
                )
                raise ModelError(message)
            english[word] = meaning.strip()
        return cls(english)

    def glossed(self, text: str) -> str:
        """The text with the English of its words that are in the lexicon.

        >>> Lexicon({"tegola": "tile", "no": "no"}).glossed("Una tegola, l'altra-tegola e tegola.it")
        "Una tile, l'altra-tegola e tegola.it"
        """
        if not self.english:
            return text
        return _WORD.sub(lambda match: self.english.get(match[0], match[0]), text)
