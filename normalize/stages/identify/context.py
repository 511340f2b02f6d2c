"""Blocks to labelled pieces: the detector's answers read in the light of the document."""

from __future__ import annotations

from collections.abc import Sequence

from normalize.document import Block, Decision, Labelled
from normalize.stages.identify.detectors import Detector


class DocumentIdentifier:
    """Identifies one document, window after window."""

    def __init__(self, detector: Detector, sources: Sequence[str], target: str) -> None:
        self._detector = detector

    def identify(self, blocks: Sequence[Block]) -> list[list[Labelled]]:
        """The next window of blocks; one list a block, which joins to the block's text."""
        texts = [piece.text for block in blocks for piece in block.pieces if piece.is_segment]
        answers = iter(self._detector.detect(texts))
        labelled: list[list[Labelled]] = []
        for block in blocks:
            row = []
            for piece in block.pieces:
                if piece.is_segment:
                    raw = next(answers)
                    row.append(Labelled(piece, Decision(raw, raw)))
                else:
                    row.append(Labelled(piece))
            labelled.append(row)
        return labelled


class Identifier:
    """Makes one DocumentIdentifier a document."""

    def __init__(
        self, detector: Detector, sources: Sequence[str] = ("it", "tr"), target: str = "en"
    ) -> None:
        self._detector, self._sources, self._target = detector, tuple(sources), target

    def document(self) -> DocumentIdentifier:
        """A fresh identifier that has seen nothing yet."""
        return DocumentIdentifier(self._detector, self._sources, self._target)
