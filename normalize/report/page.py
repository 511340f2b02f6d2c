"""The page as a whole: head, summary, documents, script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import islice
from pathlib import Path

from normalize.document import BlockKind
from normalize.report.charts import bars, histogram
from normalize.report.escaping import escape
from normalize.report.model import DocumentView, RunSummary, SegmentRow
from normalize.report.rows import row_as_html
from normalize.writers.atomic import atomic_text

ROWS_PER_DOCUMENT = 2_000
ROWS_PER_PAGE = 5_000
"""Segments that are shown: beyond these, browsers become slow. The page says what it leaves out."""

FILTERS = (
    ("changed", "Changed"),
    ("repaired", "Repaired"),
    ("flagged", "Flagged"),
    ("undecided", "Undecided"),
    ("switched", "Language from context"),
)
"""The marks of rows (`SegmentRow.marks`) and the buttons that ask for them."""


def write_report(path: Path, run: RunSummary, documents: Iterable[DocumentView]) -> None:
    """Write the page; the file appears whole or not at all.

    Documents are read one by one, and only as far as they are shown: at most `ROWS_PER_DOCUMENT`
    segments of each and `ROWS_PER_PAGE` in all. Blank blocks are left out.

    Raises OutputError where the file cannot be written.
    """
    with atomic_text(path) as stream:
        script = _asset("page.js")
        stream.write(_head(run, script))
        stream.write(_summary(run))
        stream.write(_tools())
        for part in _documents(documents):
            stream.write(part)
        stream.write(f"</section>\n</main>\n<script>{script}</script>\n</body>\n</html>\n")


def _asset(name: str) -> str:
    return files("normalize.report").joinpath(name).read_text(encoding="utf-8")


def _head(run: RunSummary, script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # Only this very script may run, whatever a hostile text has managed to put on the page.
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}';"
        " base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="normalize {escape(run.tool_version)}">\n'
        f"<title>{escape(run.title)}</title>\n<style>\n{_asset('page.css')}</style>\n</head>\n"
        "<body>\n<main>\n"
    )


def _summary(run: RunSummary) -> str:
    charts = "".join(
        (
            bars("Languages", "segments", run.languages),
            bars("Corpora", "pairs", run.pairs),
            bars("Rejected, by reason", "pairs", run.rejected_by_reason),
            bars("Repairs, by kind", "repairs", run.fixes_by_kind),
            histogram(
                "Translation scores",
                run.score_histogram,
                "Mean log-probability of a target token; the nearer to 0, the surer the model.",
            ),
        )
    )
    panels = f'<h2>The run in numbers</h2>\n<div class="panels">{charts}</div>\n' if charts else ""
    return (
        f'<header><p class="brand">normalize {escape(run.tool_version)}</p>\n'
        f"<h1>{escape(run.title)}</h1>\n{_lead(run)}{_label(run)}</header>\n"
        f"{_figures(run)}{_made(run)}{_failures(run)}{panels}"
    )


def _lead(run: RunSummary) -> str:
    read, written = run.documents_read, run.documents_written
    which = f"All {read:,}" if read == written and read > 1 else f"{written:,} of {read:,}"
    noun = "document" if read == 1 else "documents"
    text = f"{which} {noun} written in English."
    if run.documents_failed:
        failed = run.documents_failed
        text += f" {failed:,} {'input' if failed == 1 else 'inputs'} could not be read."
    if run.switched:
        text += f" Context decided the language of {_segments(run.switched)}."
    if run.undecided:
        verb = "is" if run.undecided == 1 else "are"
        text += f" {_segments(run.undecided)} {verb} in no language: numbers, addresses, names."
    return f'<p class="lead">{escape(text)}</p>\n'


def _segments(count: int) -> str:
    return "1 segment" if count == 1 else f"{count:,} segments"


def _label(run: RunSummary) -> str:
    if not run.segments_translated:
        return ""
    return (
        '<p class="label">The English of segments on this ground is '
        "<strong>machine translation</strong>, not checked by a person.</p>\n"
    )


def _figures(run: RunSummary) -> str:
    figures = [
        ("documents read", run.documents_read, False),
        ("documents written", run.documents_written, False),
        ("inputs failed", run.documents_failed, run.documents_failed > 0),
        ("segments", run.segments_read, False),
        ("translated", run.segments_translated, False),
        ("pairs written", run.pairs_written, False),
        ("pairs rejected", run.pairs_rejected, False),
        ("repairs", sum(run.fixes_by_kind.values()), False),
    ]
    cells = "".join(
        f"<div{' class=bad' if bad else ''}><dt>{name}</dt><dd>{count:,}</dd></div>"
        for name, count, bad in figures
    )
    return f'<dl class="figures">{cells}</dl>\n'


def _made(run: RunSummary) -> str:
    entries = [("Tool", f"normalize {run.tool_version}")]
    if run.signature:
        entries.append(("Signature", run.signature))
    entries += [(f"Model {name}", f"sha256 {digest}") for name, digest in run.models.items()]
    items = "".join(
        f"<dt>{escape(name)}</dt><dd><code>{escape(value)}</code></dd>" for name, value in entries
    )
    return f'<details class="made"><summary>How this was made</summary><dl>{items}</dl></details>\n'


def _failures(run: RunSummary) -> str:
    if not run.failed_inputs:
        return ""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(reason)}</td></tr>"
        for name, reason in run.failed_inputs[:200]
    )
    left = len(run.failed_inputs) - 200
    note = f'<p class="soft">And {left:,} more, in manifest.json.</p>' if left > 0 else ""
    return (
        '<h2>Inputs that failed</h2>\n<table class="plain"><thead><tr><th scope="col">Input</th>'
        f'<th scope="col">Reason</th></tr></thead><tbody>{rows}</tbody></table>{note}\n'
    )


def _tools() -> str:
    toggles = "".join(
        f'<label class="toggle"><input type="checkbox" value="{value}">'
        f"<span>{label} <b></b></span></label>"
        for value, label in FILTERS
    )
    return (
        '<section aria-labelledby="documents">\n<h2 id="documents">Documents</h2>\n'
        '<div class="tools" role="search" hidden>'
        '<input type="search" aria-label="Search the text" aria-keyshortcuts="/"'
        ' placeholder="Search the text" title="Press / to come here">'
        '<select aria-label="Language"><option value="">All languages</option></select>'
        f'<fieldset><legend class="visually-hidden">Show only</legend>{toggles}</fieldset>'
        '<button type="button" hidden>Show all</button>'
        '<p class="shown" role="status"></p></div>\n'
    )


def _documents(documents: Iterable[DocumentView]) -> Iterator[str]:
    left = ROWS_PER_PAGE
    shown = skipped = 0
    for document in documents:
        if left <= 0:
            skipped += 1
            continue
        rows = (row for row in document.rows if row.kind is not BlockKind.BLANK)
        limit = min(ROWS_PER_DOCUMENT, left)
        taken = list(islice(rows, limit))
        cut = next(rows, None) is not None
        left -= len(taken)
        shown += 1
        yield _document(document.name, taken, cut=cut)
    if skipped:
        yield (
            f'<p class="note">{skipped:,} more {"document is" if skipped == 1 else "documents are"}'
            f" not shown: this page stops after {ROWS_PER_PAGE:,} segments. The output folder"
            " has them all.</p>\n"
        )
    if not shown:
        yield '<p class="soft">No document came out of this run.</p>\n'


def _document(name: str, rows: list[SegmentRow], *, cut: bool) -> str:
    translated = sum(row.translated for row in rows)
    repaired = sum(bool(row.fixes) for row in rows)
    count = f"first {len(rows):,} segments" if cut else f"{len(rows):,} segments"
    facts = f"{count}, {translated:,} translated, {repaired:,} repaired"
    note = (
        f'<p class="note">Only the first {len(rows):,} segments are shown and searched here;'
        " the output folder has the whole document.</p>"
        if cut
        else ""
    )
    body = "".join(row_as_html(row) for row in rows)
    return (
        f'<details class="document" open><summary><h3>{escape(name)}</h3>'
        f'<span class="soft">{facts}</span></summary>\n{note}'
        '<table class="sides" role="table">'
        f'<caption class="visually-hidden">{escape(name)}</caption>'
        '<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Original</th>'
        '<th scope="col" role="columnheader">English</th>'
        '<th scope="col" role="columnheader">How</th></tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}</tbody></table></details>\n'
    )
