"""Turn messy multilingual text into clean English documents and clean parallel corpora, offline."""

from normalize.api import (
    Config,
    Pipeline,
    Result,
    detect,
    repair,
    translate,
)
from normalize.document import (
    Document,
    Fix,
    FixKind,
    Language,
    Repaired,
    Segment,
    SegmentPair,
    Translation,
    replay,
)
from normalize.errors import NormalizeError
from normalize.version import __version__

__all__ = [
    "Config",
    "Document",
    "Fix",
    "FixKind",
    "Language",
    "NormalizeError",
    "Pipeline",
    "Repaired",
    "Result",
    "Segment",
    "SegmentPair",
    "Translation",
    "__version__",
    "detect",
    "repair",
    "replay",
    "translate",
]
