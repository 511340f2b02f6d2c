"""Batch conversion: inputs to a folder of documents, corpora, rejections, a manifest and a report.

discover -> tasks -> (workers) parts -> merge -> corpus, rejected.jsonl, manifest.json, report.html
"""

from normalize.batch.runner import RunResult, plan_run, run

__all__ = ["RunResult", "plan_run", "run"]
