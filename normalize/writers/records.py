"""Pairs and rejections as JSON Lines: the contract's fields, in the contract's order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from normalize.document import Fix, FixKind, Rejection, SegmentPair
from normalize.writers.atomic import atomic_text
from normalize.writers.characters import json_line, without_surrogates

FIELDS: tuple[str, ...] = (
    "id",
    "source_lang",
    "target_lang",
    "source",
    "target",
    "score",
    "document",
    "start",
    "end",
    "language_probability",
    "fixes",
    "model",
    "flags",
)
"""The fields of a pair, in the order in which every format writes them."""


def fix_as_json(fix: Fix) -> dict[str, object]:
    """One recorded repair as a JSON object."""
    return {
        "kind": fix.kind.value,
        "start": fix.start,
        "before": fix.before,
        "after": fix.after,
        "evidence": fix.evidence,
        "margin": fix.margin,
        "guess": fix.guess,
    }


def fix_from_json(fields: Mapping[str, object]) -> Fix:
    """The repair of an object made by `fix_as_json`. Raises ValueError naming what is wrong."""
    margin = fields.get("margin")
    return Fix(
        kind=FixKind(_text(fields, "kind")),
        start=_whole(fields, "start"),
        before=_text(fields, "before"),
        after=_text(fields, "after"),
        evidence=_text(fields, "evidence"),
        margin=None if margin is None else _number(fields, "margin"),
        guess=bool(fields.get("guess")),
    )


def pair_as_json(pair: SegmentPair) -> dict[str, object]:
    """The pair as a JSON object: the fields of `FIELDS`, in that order."""
    return {
        "id": pair.id,
        "source_lang": pair.source_lang,
        "target_lang": pair.target_lang,
        "source": pair.source,
        "target": pair.target,
        "score": pair.score,
        "document": pair.document,
        "start": pair.start,
        "end": pair.end,
        "language_probability": pair.language_probability,
        "fixes": [fix_as_json(fix) for fix in pair.fixes],
        "model": pair.model,
        "flags": list(pair.flags),
    }


def pair_from_json(fields: Mapping[str, object]) -> SegmentPair:
    """The pair of an object made by `pair_as_json`.

    Raises ValueError naming the field that is missing or has a wrong type.
    """
    return SegmentPair(
        id=_text(fields, "id"),
        source_lang=_text(fields, "source_lang"),
        target_lang=_text(fields, "target_lang"),
        source=_text(fields, "source"),
        target=_text(fields, "target"),
        score=_number(fields, "score"),
        document=_text(fields, "document"),
        start=_whole(fields, "start"),
        end=_whole(fields, "end"),
        language_probability=_number(fields, "language_probability"),
        fixes=tuple(fix_from_json(fix) for fix in _objects(fields, "fixes")),
        model=_text(fields, "model"),
        flags=_texts(fields, "flags"),
    )


def as_line(value: Mapping[str, object]) -> tuple[str, int]:
    """The object as a line of JSON without line end, and how many lone surrogates were replaced.

    Letters stay letters; only what some reader takes for a line end is escaped.
    Raises ValueError where a number is not finite: JSON has no such number.
    """
    text, surrogates = without_surrogates(json.dumps(value, ensure_ascii=False, allow_nan=False))
    return json_line(text), surrogates


def rejection_as_json(rejection: Rejection) -> dict[str, object]:
    """The rejection as a JSON object: the fields of `Rejection`; pair is null for an input that could not be read."""
    return {
        "document": rejection.document,
        "reason": rejection.reason,
        "value": rejection.value,
        "pair": None if rejection.pair is None else pair_as_json(rejection.pair),
        "input": rejection.input,
        "cut_chars": rejection.cut_chars,
    }


def write_rejections(path: Path, rejections: Iterable[Rejection]) -> int:
    """Write one JSON object, made by `rejection_as_json`, for each rejection; returns how many.

    The file appears whole or not at all, and is empty where nothing was rejected.
    Raises OutputError where it cannot be written.
    """
    count = 0
    with atomic_text(path) as stream:
        for rejection in rejections:
            stream.write(as_line(rejection_as_json(rejection))[0] + "\n")
            count += 1
    return count


def _field(fields: Mapping[str, object], name: str) -> object:
    if name not in fields:
        message = f"the field {name!r} is missing"
        raise ValueError(message)
    return fields[name]


def _text(fields: Mapping[str, object], name: str) -> str:
    value = _field(fields, name)
    if not isinstance(value, str):
        message = f"the field {name!r} should be a text, not {value!r}"
        raise ValueError(message)
    return value


def _number(fields: Mapping[str, object], name: str) -> float:
    value = _field(fields, name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"the field {name!r} should be a number, not {value!r}"
        raise ValueError(message)
    return float(value)


def _whole(fields: Mapping[str, object], name: str) -> int:
    value = _field(fields, name)
    if isinstance(value, bool) or not isinstance(value, int):
        message = f"the field {name!r} should be a whole number, not {value!r}"
        raise ValueError(message)
    return value


def _objects(fields: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = _field(fields, name)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        message = f"the field {name!r} should be a list of objects, not {value!r}"
        raise ValueError(message)
    return value


def _texts(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = _field(fields, name)
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        message = f"the field {name!r} should be a list of texts, not {value!r}"
        raise ValueError(message)
    return tuple(value)
