"""Segment: the lines of a document to blocks, and the text of blocks to sentences.

The pieces of a block join to the block, the blocks of a document to the document, always. A segment
may hold a line break where the text was wrapped: for a translator, that is a space.
"""

from normalize.stages.segment.blocks import Segmenter
from normalize.stages.segment.sentences import sentences

__all__ = ["Segmenter", "sentences"]
