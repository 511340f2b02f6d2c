"""Text to a package's subwords and back, for both kinds of tokeniser that Argos packages have.

The detokenisation is our own: argostranslate turns every underscore of a translation into a space.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from normalize import argos
from normalize.errors import ModelError
from normalize.packages.find import Package, TokenizerKind

PLACEHOLDERS = tuple(f"｟{index}｠" for index in range(10))
"""Subwords that our own packages have learnt to carry over unchanged, for text that is not
language.
"""


class Tokenizer(Protocol):
    """Cuts text into subwords and puts subwords together."""

    @property
    def knows_placeholders(self) -> bool:
        """Whether every one of PLACEHOLDERS is a subword of its own."""
        ...

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """The subwords of each text; none for a text that has none."""
        ...

    def decode(self, pieces: Sequence[str]) -> str:
        """The text of a translation, without white space at its ends."""
        ...


class SentencePieceTokenizer:
    """Tokeniser of a `sentencepiece.model` file."""

    def __init__(self, model: str) -> None:
        import sentencepiece

        self._processor = sentencepiece.SentencePieceProcessor(model_file=model)
        unknown = self._processor.unk_id()
        self.knows_placeholders = all(
            self._processor.piece_to_id(piece) != unknown for piece in PLACEHOLDERS
        )

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """See Tokenizer."""
        encoded: list[list[str]] = self._processor.encode(list(texts), out_type=str, num_threads=1)
        return encoded

    def decode(self, pieces: Sequence[str]) -> str:
        """See Tokenizer. A mark of a word's start that is left (in a copied unknown word) is a
        space.
        """
        text: str = self._processor.decode_pieces(list(pieces))
        return " ".join(text.replace("\N{LOWER ONE EIGHTH BLOCK}", " ").split())


class BpeTokenizer:
    """Tokeniser of a `bpe.model` file: Moses punctuation and tokens, then byte-pair encoding."""

    knows_placeholders = False

    def __init__(self, model: Package) -> None:
        from sacremoses.normalize import MosesPunctNormalizer
        from sacremoses.tokenize import MosesDetokenizer, MosesTokenizer

        self._encoder = argos.byte_pair_encoder(model.tokenizer_path)
        self._normaliser = MosesPunctNormalizer(model.source)
        self._tokenizer = MosesTokenizer(model.source)
        self._detokenizer = MosesDetokenizer(model.target)

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """See Tokenizer."""
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> list[str]:
        tokens = self._tokenizer.tokenize(self._normaliser.normalize(text))
        return self._encoder.segment_tokens([token for token in tokens if token])

    def decode(self, pieces: Sequence[str]) -> str:
        """See Tokenizer."""
        words = " ".join(pieces).replace("@@ ", "").removesuffix("@@").split()
        text: str = self._detokenizer.detokenize(words)
        return " ".join(text.split())


def load_tokenizer(package: Package) -> Tokenizer:
    """The package's tokeniser; raises ModelError where its file is damaged."""
    try:
        if package.tokenizer is TokenizerKind.SENTENCEPIECE:
            return SentencePieceTokenizer(str(package.tokenizer_path))
        return BpeTokenizer(package)
    except (OSError, RuntimeError, ValueError, IndexError) as exc:
        message = f"{package.tokenizer_path}: the tokeniser does not load ({exc}); import it again"
        raise ModelError(message) from exc
