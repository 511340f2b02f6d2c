"""Turn a run into one self-contained HTML page: totals, charts, the documents side by side.

The page loads nothing from anywhere, and a content security policy in it forbids any script but its
own. It is written document by document, and bounded: a large run shows its first documents and says
what it leaves out.
"""

from __future__ import annotations

from normalize.report.model import DocumentView, RunSummary, SegmentRow
from normalize.report.page import write_report

__all__ = ["DocumentView", "RunSummary", "SegmentRow", "write_report"]
