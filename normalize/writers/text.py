"""The three line formats: Moses (two parallel files), TSV and JSON Lines."""

from __future__ import annotations

from normalize.document import SegmentPair
from normalize.writers.base import HashingStream
from normalize.writers.characters import one_line
from normalize.writers.records import FIELDS, as_line, fix_as_json, pair_as_json


class MosesWriter:
    """Two files, one segment a line, line n of one the translation of line n of the other."""

    def __init__(self, source: HashingStream, target: HashingStream) -> None:
        self._source, self._target = source, target
        self.substituted = 0

    def write(self, pair: SegmentPair) -> None:
        """Write one line to each file."""
        source, replaced_source = one_line(pair.source)
        target, replaced_target = one_line(pair.target)
        self._source.write_text(source + "\n")
        self._target.write_text(target + "\n")
        self.substituted += replaced_source + replaced_target

    def close(self) -> None:
        """Nothing: the last line is ended already."""

    def abandon(self) -> None:
        """Nothing to let go of."""


class TsvWriter:
    """Tab-separated values: a header, no quoting, and so no tab or line end inside a value.

    `fixes` is a JSON array; `flags` are joined by commas; both are empty where there are none. A
    reader must not treat the quotation mark as special (`csv.QUOTE_NONE`).
    """

    def __init__(self, stream: HashingStream) -> None:
        self._stream = stream
        self.substituted = 0
        stream.write_text("\t".join(FIELDS) + "\n")

    def write(self, pair: SegmentPair) -> None:
        """Write one row, the columns in the order of `FIELDS`."""
        values = (
            pair.id,
            pair.source_lang,
            pair.target_lang,
            pair.source,
            pair.target,
            repr(pair.score),
            pair.document,
            str(pair.start),
            str(pair.end),
            repr(pair.language_probability),
            fixes_as_text(pair),
            pair.model,
            ",".join(pair.flags),
        )
        cells = []
        for value in values:
            cell, replaced = one_line(value)
            cells.append(cell)
            self.substituted += replaced
        self._stream.write_text("\t".join(cells) + "\n")

    def close(self) -> None:
        """Nothing: the last row is ended already."""

    def abandon(self) -> None:
        """Nothing to let go of."""


class JsonLinesWriter:
    """One JSON object a line; everything but lone surrogates is kept as it is."""

    def __init__(self, stream: HashingStream) -> None:
        self._stream = stream
        self.substituted = 0

    def write(self, pair: SegmentPair) -> None:
        """Write one line."""
        line, replaced = as_line(pair_as_json(pair))
        self._stream.write_text(line + "\n")
        self.substituted += replaced

    def close(self) -> None:
        """Nothing: the last line is ended already."""

    def abandon(self) -> None:
        """Nothing to let go of."""


def fixes_as_text(pair: SegmentPair) -> str:
    """The recorded repairs as one line of JSON, for a TSV column or a TMX property."""
    if not pair.fixes:
        return ""
    lines = [as_line(fix_as_json(fix))[0] for fix in pair.fixes]
    return f"[{', '.join(lines)}]"
