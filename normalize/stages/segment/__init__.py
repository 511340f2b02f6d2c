"""Segment: lines to blocks, and the text of blocks to sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from normalize.document import Block, Piece


def sentences(text: str) -> list[Piece]:
    """Cut the text of one paragraph into sentences and the white space between them."""
    raise NotImplementedError


class Segmenter:
    """Lines to blocks. `blocks` is called once a document, with all of its lines."""

    def blocks(self, lines: Iterable[str]) -> Iterator[Block]:
        """Blocks whose texts join to exactly the lines joined."""
        raise NotImplementedError
