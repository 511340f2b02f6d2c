"""Read: names of files to inputs, and the bytes of an input to decoded lines. Nothing is cleaned
here.

    discover("pages", "*.txt", "-")  ->  Input*, Rejection*
    Input  -> Reader.windows()       ->  runs of Line, memory bounded by the window
    Input  -> records()              ->  Record | Rejection, one a line of JSON Lines
"""

from normalize.stages.read.discover import discover
from normalize.stages.read.inputs import Input, Line, Lines
from normalize.stages.read.lines import MAX_LINE_BYTES, Reader, split_lines
from normalize.stages.read.records import Record, parse_record, records
from normalize.stages.read.streams import digest

__all__ = [
    "MAX_LINE_BYTES",
    "Input",
    "Line",
    "Lines",
    "Reader",
    "Record",
    "digest",
    "discover",
    "parse_record",
    "records",
    "split_lines",
]
