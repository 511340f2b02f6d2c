"""What every translator offers, and the fake that tests of other modules use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from normalize.document import Translation


class TextTranslator(Protocol):
    """Texts in one language to English."""

    @property
    def signature(self) -> str:
        """What made the translations: `it-en@<first 12 digits of the package's digest>`."""
        ...

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """One translation a text, in order; a text's translation never depends on the others."""
        ...


class FakeTranslator:
    """Marks texts instead of translating them, so that a test can see what was sent and get it
    back.

    >>> fake = FakeTranslator()
    >>> fake.translate(["  Ciao! ", ""])[0].text
    '  «en» Ciao! '
    >>> FakeTranslator.original("  «en» Ciao! ")
    '  Ciao! '
    """

    MARK = "«en» "

    def __init__(self, signature: str = "it-en@fake") -> None:
        self._signature = signature

    @property
    def signature(self) -> str:
        """The name given to it."""
        return self._signature

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Each text with the mark before its first character that is not white space; blank texts
        stay as they are.
        """
        return [self._mark(text) for text in texts]

    def _mark(self, text: str) -> Translation:
        core = text.lstrip()
        if not core:
            return Translation(text, 0.0)
        lead = text[: len(text) - len(core)]
        return Translation(f"{lead}{self.MARK}{core}", -0.5, model=self._signature)

    @classmethod
    def original(cls, marked: str) -> str:
        """The text that was given, from what came out."""
        return marked.replace(cls.MARK, "", 1)
