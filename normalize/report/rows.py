"""Turn the segments of a document into the rows of its table, original and English side by side."""

from __future__ import annotations

from normalize.document import OTHER, UNDETERMINED, Fix
from normalize.report.escaping import escape, said, spelled_out
from normalize.report.model import SegmentRow

SHOWN_FIXES = 6
"""Repairs listed for one segment; the number of the others is given."""


def row_as_html(row: SegmentRow) -> str:
    """One table row: the segment as it was, as it stands in the output, and why."""
    classes = [row.kind.value]
    if row.translated:
        classes.append("changed")
    elif row.fixes or row.changed:
        classes.append("repaired")
    if row.source == row.target:
        classes.append("same")
    if not row.marks:
        classes.append("quiet")
    source, target = said(row.source), said(row.target)
    return (
        f'<tr class="{" ".join(classes)}" data-language="{escape(row.language)}"'
        f' data-marks="{" ".join(row.marks)}" role="row">'
        f'<td class="said source" role="cell" dir="auto"{_lang(row.language)}>{source}</td>'
        f'<td class="said target" role="cell" dir="auto"{_target_lang(row)}>{target}</td>'
        f'<td class="how" role="cell">{_how(row)}</td></tr>\n'
    )


def _lang(code: str) -> str:
    # `other` is our word, not a language tag; `und` is one.
    return "" if code in ("", OTHER) else f' lang="{escape(code)}"'


def _target_lang(row: SegmentRow) -> str:
    return ' lang="en"' if row.translated else _lang(row.language)


def _how(row: SegmentRow) -> str:
    language = "undecided" if row.language == UNDETERMINED else row.language
    parts = [f'<span class="tag">{escape(language)}</span>']
    parts += [f'<span class="tag flag">{escape(flag)}</span>' for flag in row.flags]
    if row.translated and row.score is not None:
        score = f"{row.score:.2f}".replace("-", "\N{MINUS SIGN}")
        parts.append(f' <span class="score">score {score}</span>')
    if row.switched:
        reason = f": {row.reason}" if row.reason else ""
        why = f"alone read as {row.raw_language}{reason}"
        parts.append(f'<span class="why">{escape(why)}</span>')
    if row.fixes:
        items = [_fix(fix) for fix in row.fixes[:SHOWN_FIXES]]
        if len(row.fixes) > SHOWN_FIXES:
            items.append(f"<li>and {len(row.fixes) - SHOWN_FIXES:,} more</li>")
        parts.append(f"<ul>{''.join(items)}</ul>")
    return "".join(parts)


def _fix(fix: Fix) -> str:
    guess = " (a guess)" if fix.guess else ""
    title = f' title="{escape(fix.evidence)}"' if fix.evidence else ""
    before, after = spelled_out(fix.before), spelled_out(fix.after)
    if not fix.before:
        change = f"added <ins>{after}</ins>"
    elif not fix.after:
        change = f"removed <del>{before}</del>"
    else:
        change = f"<del>{before}</del> → <ins>{after}</ins>"
    return f"<li{title}>{escape(fix.kind.value)}{guess}: {change}</li>"
