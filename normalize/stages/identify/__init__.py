"""Segments to languages: open-set identification that holds for fragments."""

from normalize.stages.identify.context import DocumentIdentifier, Identifier
from normalize.stages.identify.detectors import (
    DETECTORS,
    Detector,
    Explanation,
    detector,
    explain,
)

__all__ = [
    "DETECTORS",
    "Detector",
    "DocumentIdentifier",
    "Explanation",
    "Identifier",
    "detector",
    "explain",
]
