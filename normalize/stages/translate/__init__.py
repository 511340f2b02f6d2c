"""Segments in another language to English: `Translator`, and `FakeTranslator` for tests."""

from __future__ import annotations

from normalize.stages.translate.base import FakeTranslator, TextTranslator
from normalize.stages.translate.options import TranslateOptions
from normalize.stages.translate.soundness import verify
from normalize.stages.translate.translator import Translator

__all__ = [
    "FakeTranslator",
    "TextTranslator",
    "TranslateOptions",
    "Translator",
    "verify",
]
