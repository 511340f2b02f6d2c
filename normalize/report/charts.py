"""Numbers as bars: plain HTML tables and inline SVG, readable without sight and without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from normalize.report.escaping import escape

LONGEST_CHART = 12
"""Bars in one chart; the rest is summed up in a last line."""
_WIDTH, _HEIGHT, _FLOOR = 400, 124, 100


def bars(title: str, unit: str, counts: Mapping[str, int], note: str = "") -> str:
    """A panel with one bar per name, longest first, ties by name; empty where there is nothing."""
    ranked = sorted(((n, name) for name, n in counts.items() if n), key=lambda x: (-x[0], x[1]))
    if not ranked:
        return ""
    largest = ranked[0][0]
    rows = [_bar(name, count, largest) for count, name in ranked[:LONGEST_CHART]]
    rest = ranked[LONGEST_CHART:]
    if rest:
        total = sum(count for count, _ in rest)
        rows.append(_bar(f"{len(rest):,} more", total, max(largest, total)))
    caption = f'<caption class="visually-hidden">{escape(title)}, {escape(unit)}</caption>'
    table = f'<table class="bars">{caption}<tbody>{"".join(rows)}</tbody></table>'
    return panel(title, table, note)


def panel(title: str, body: str, note: str = "") -> str:
    """A titled box; `body` is HTML, `title` and `note` are text."""
    below = f'<p class="soft">{escape(note)}</p>' if note else ""
    return f'<section class="panel"><h3>{escape(title)}</h3>{body}{below}</section>\n'


def histogram(title: str, bins: Sequence[tuple[float, float, int]], note: str) -> str:
    """A panel with a column per bin; empty where no bin has anything in it."""
    largest = max((count for _, _, count in bins), default=0)
    if largest == 0:
        return ""
    width = _WIDTH / len(bins)
    columns = []
    for index, (low, high, count) in enumerate(bins):
        height = (_FLOOR - 16) * count / largest
        columns.append(
            f'<rect x="{index * width + 0.5:.1f}" y="{_FLOOR - height:.1f}"'
            f' width="{width - 1:.1f}" height="{height:.1f}" rx="1.5">'
            f"<title>{_score(low)} to {_score(high)}: {count:,}</title></rect>"
        )
    peak = max(range(len(bins)), key=lambda index: bins[index][2])
    middle = (peak + 0.5) * width
    anchor = "start" if middle < 40 else "end" if middle > _WIDTH - 40 else "middle"
    total = sum(count for _, _, count in bins)
    summary = f"{total:,} pairs; most, {largest:,}, between {_score(bins[peak][0])} and "
    summary += _score(bins[peak][1])
    labels = [
        f'<text x="{middle:.1f}" y="{_FLOOR - (_FLOOR - 16) - 4:.1f}" text-anchor="{anchor}">'
        f"{largest:,}</text>",
        f'<line x1="0" x2="{_WIDTH}" y1="{_FLOOR}" y2="{_FLOOR}"/>',
        f'<text x="0" y="{_HEIGHT - 6}">{_score(bins[0][0])}</text>',
        f'<text x="{_WIDTH}" y="{_HEIGHT - 6}" text-anchor="end">{_score(bins[-1][1])}</text>',
    ]
    svg = (
        f'<svg class="histogram" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="{escape(summary)}">{"".join(columns)}{"".join(labels)}</svg>'
    )
    return panel(title, svg, note)


def _bar(name: str, count: int, largest: int) -> str:
    share = 100 * count / largest
    return (
        f'<tr><th scope="row">{escape(name)}</th><td class="bar"><span class="track">'
        f'<span class="fill" style="width:{share:.2f}%"></span></span></td>'
        f'<td class="number">{count:,}</td></tr>'
    )


def _score(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
