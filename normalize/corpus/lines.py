"""Read the three line formats, Moses, TSV and JSON Lines, as units and problems."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import zip_longest
from typing import NoReturn, TypeAlias

from normalize.corpus.files import Corpus, byte_lines
from normalize.corpus.units import Problem, Severity, Unit
from normalize.document import SegmentPair
from normalize.writers.characters import one_line
from normalize.writers.records import FIELDS, pair_from_json

_SOURCE_NAMES = ("source", "src_text", "src", "source_text")
_TARGET_NAMES = ("target", "trg_text", "trg", "tgt", "target_text")
"""What the source and target columns are called: by us, by Bitextor and bifixer, by others."""
_Read: TypeAlias = tuple[SegmentPair, float | None, tuple[str, ...]]
"""A pair, its score, and the names of what it has no place for."""


def scan_moses(corpus: Corpus) -> Iterator[Unit | Problem]:
    """Units of two parallel files, line n with line n."""
    counts = [0, 0]
    lines = zip_longest(*(byte_lines(path) for path in corpus.paths))
    for number, pair in enumerate(lines, start=1):
        texts: list[str] = []
        for side, item in enumerate(pair):
            if item is None:
                continue
            counts[side] += 1
            name = corpus.paths[side].name
            text, problems = _decode_line(item[1], number, f"{name}: ")
            yield from problems
            safe, replaced = one_line(text)
            if replaced:
                yield Problem(
                    number,
                    f"{name}: a control character, tab or line break inside the segment",
                    "some readers would end the line there: put a space instead",
                )
            texts.append(safe)
        if len(texts) == 2:
            yield Unit(number, bare_pair(corpus, texts[0], texts[1]), None)
    if counts[0] != counts[1]:
        names = " and ".join(
            f"{path.name} has {count:,}" for path, count in zip(corpus.paths, counts, strict=True)
        )
        what = f"the files differ in length: {names} lines"
        yield Problem(0, what, "line n must translate line n: export both files again together")


def scan_tsv(corpus: Corpus) -> Iterator[Unit | Problem]:
    """Units of a tab-separated file with a header and no quoting."""
    columns: list[str] = []
    for number, raw in byte_lines(corpus.paths[0]):
        text, problems = _decode_line(raw, number, "")
        yield from problems
        cells = text.split("\t")
        if number == 1:
            columns = cells
            problem = _check_header(corpus, columns)
            if problem is not None:
                yield problem
                return
            continue
        if len(cells) != len(columns):
            what = f"{len(cells)} columns instead of the header's {len(columns)}"
            yield Problem(number, what, "a tab or line end inside a value: put a space instead")
            continue
        yield _parse(number, text, partial(_from_cells, corpus, columns, cells))
    if not columns:
        yield Problem(1, "the header is missing", "the first line must name the columns")


def scan_jsonl(corpus: Corpus) -> Iterator[Unit | Problem]:
    """Units of JSON objects, one a line: ours, or flat `source`/`target`, or `translation`."""
    for number, raw in byte_lines(corpus.paths[0]):
        text, problems = _decode_line(raw, number, "")
        yield from problems
        if not text.strip():
            yield Problem(number, "an empty line", "remove it: every line is one JSON object")
            continue
        yield _parse(number, text, partial(_from_object, corpus, text))


def first_line(corpus: Corpus) -> str:
    """The header of a TSV file, empty where it has none."""
    raw = next((raw for _, raw in byte_lines(corpus.paths[0])), b"")
    return _decode_line(raw, 1, "")[0]


def _parse(number: int, text: str, read: Callable[[], _Read]) -> Unit | Problem:
    try:
        pair, score, others = read()
    except ValueError as exc:
        return Problem(number, str(exc), "correct the line or remove it")
    return Unit(number, pair, score, others, text)


def _decode_line(raw: bytes, number: int, place: str) -> tuple[str, list[Problem]]:
    """A line without its end, and what is wrong with its bytes."""
    problems = []
    if not raw.endswith(b"\n"):
        what = f"{place}the last line has no line end"
        problems.append(Problem(number, what, "add one: `wc -l` misses the line", Severity.WARNING))
    raw = raw.removesuffix(b"\n")
    if raw.endswith(b"\r"):
        what = f"{place}the line ends with CR LF"
        problems.append(Problem(number, what, "write LF alone, as on Unix"))
        raw = raw.removesuffix(b"\r")
    if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
        what = f"{place}a byte order mark"
        problems.append(Problem(number, what, "remove it: readers take it for text"))
        raw = raw[3:]
    try:
        return raw.decode("utf-8"), problems
    except UnicodeDecodeError as exc:
        what = f"{place}not UTF-8 at byte {exc.start}"
        problems.append(Problem(number, what, "convert the file to UTF-8, e.g. with iconv"))
        return raw.decode("utf-8", "replace"), problems


def bare_pair(corpus: Corpus, source: str, target: str, score: float | None = None) -> SegmentPair:
    """A pair of which nothing but the texts, and perhaps the languages and a score, is known."""
    known = score if score is not None and math.isfinite(score) else 0.0
    return SegmentPair(
        "", corpus.source_lang, corpus.target_lang, source, target, known, "", 0, 0, 0.0
    )


def _column(corpus: Corpus, columns: list[str], names: tuple[str, ...], code: str) -> int | None:
    for name in (*names, code):
        if name and name in columns:
            return columns.index(name)
    return None


def _check_header(corpus: Corpus, columns: list[str]) -> Problem | None:
    sides = (
        (_SOURCE_NAMES, corpus.source_lang, "source"),
        (_TARGET_NAMES, corpus.target_lang, "target"),
    )
    for names, code, side in sides:
        if _column(corpus, columns, names, code) is None:
            advice = f"the first line must name the columns, one of them {side!r}"
            return Problem(1, f"no column holds the {side}", advice)
    return None


def _from_cells(corpus: Corpus, columns: list[str], cells: list[str]) -> _Read:
    if set(FIELDS) <= set(columns):
        fields: dict[str, object] = dict(zip(columns, cells, strict=True))
        for name in ("score", "language_probability"):
            fields[name] = _number(name, str(fields[name]))
        for name in ("start", "end"):
            fields[name] = _whole(name, str(fields[name]))
        flags = str(fields["flags"])
        fields["flags"] = flags.split(",") if flags else []
        fields["fixes"] = json.loads(str(fields["fixes"]) or "[]")
        pair = pair_from_json(fields)
        return pair, pair.score, others_of(columns)
    # _check_header has found both columns.
    source = _column(corpus, columns, _SOURCE_NAMES, corpus.source_lang) or 0
    target = _column(corpus, columns, _TARGET_NAMES, corpus.target_lang) or 0
    told = cells[columns.index("score")] if "score" in columns else ""
    score = _number("score", told) if told else None
    others = others_of(columns, (columns[source], columns[target], "score"))
    return bare_pair(corpus, cells[source], cells[target], score), score, others


def others_of(names: Iterable[str], used: Iterable[str] = FIELDS) -> tuple[str, ...]:
    """The names, in their order, that are not used."""
    known = frozenset(used)
    return tuple([name for name in names if name not in known])


def _from_object(corpus: Corpus, text: str) -> _Read:
    value = json.loads(text, parse_constant=_not_json)
    if not isinstance(value, dict):
        message = "not a JSON object"
        raise ValueError(message)
    if set(FIELDS) <= set(value):
        pair = pair_from_json(value)
        return pair, pair.score, others_of(value)
    translation = value.get("translation")
    if isinstance(translation, dict) and len(translation) == 2:
        return _from_translation(corpus, translation), None, others_of(value, ("translation",))
    for name in ("source", "target"):
        if not isinstance(value.get(name), str):
            message = f"the field {name!r} is missing or not a text"
            raise ValueError(message)
    told = value.get("score")
    score = float(told) if isinstance(told, int | float) else None
    used = ("source", "target") if score is None else ("source", "target", "score")
    pair = bare_pair(corpus, value["source"], value["target"], score)
    return pair, score, others_of(value, used)


def _from_translation(corpus: Corpus, texts: Mapping[str, object]) -> SegmentPair:
    """The layout of Hugging Face: `{"translation": {"it": ..., "en": ...}}`."""
    source_lang, target_lang = texts
    if {source_lang, target_lang} == {corpus.source_lang, corpus.target_lang}:
        source_lang, target_lang = corpus.source_lang, corpus.target_lang
    source, target = texts[source_lang], texts[target_lang]
    if not isinstance(source, str) or not isinstance(target, str):
        message = "the field 'translation' should hold two texts"
        raise ValueError(message)
    return SegmentPair("", source_lang, target_lang, source, target, 0.0, "", 0, 0, 0.0)


def _not_json(name: str) -> NoReturn:
    message = f"{name} is no JSON number"
    raise ValueError(message)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        message = f"the column {name!r} should be a number, not {text!r}"
        raise ValueError(message) from None


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = f"the column {name!r} should be a whole number, not {text!r}"
        raise ValueError(message) from None
