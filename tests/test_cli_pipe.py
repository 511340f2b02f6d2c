"""`normalize pipe` line by line: what comes out is JSON, and the user's own fields are as they were."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator

import pytest

from normalize.api import Pipeline, Result
from normalize.cli.pipe import _convert
from normalize.document import Document

Capture = pytest.CaptureFixture[str]


class Upper(Pipeline):
    """A pipeline without models."""

    def __init__(self) -> None:
        pass

    def _results(self, documents: Iterable[str | Document]) -> Iterator[Result]:
        for document in documents:
            assert isinstance(document, Document)
            yield Result(document, document.text.upper())


def piped(
    capsys: Capture, *lines: bytes, text_field: str = "text"
) -> tuple[list[str], list[str], int]:
    channel = io.StringIO()
    failed = _convert(Upper(), list(lines), 0, text_field, channel)
    return capsys.readouterr().out.splitlines(), channel.getvalue().splitlines(), failed


def test_the_field_that_held_the_text_keeps_it(capsys: Capture) -> None:
    (line,), _, _ = piped(capsys, b'{"body": "ciao", "n": 1}', text_field="body")
    assert json.loads(line) == {"body": "ciao", "n": 1, "text": "CIAO", "segments": [], "fixes": []}


def test_a_lone_surrogate_in_a_field_is_not_changed(capsys: Capture) -> None:
    (line,), _, _ = piped(capsys, b'{"id": "a\\ud800b", "text": "x"}')
    assert json.loads(line)["id"] == "a\ud800b"
    line.encode("utf-8")


def test_numbers_that_json_does_not_know_are_refused(capsys: Capture) -> None:
    out, errors, failed = piped(
        capsys, b'{"text": "x", "n": NaN}', b'{"text": "x", "n": 1e400}', b'{"text": "y", "n": 1.5}'
    )
    assert failed == len(errors) == 2
    assert "NaN is no JSON number" in json.loads(errors[0])["error"]
    assert json.loads(out[0])["n"] == 1.5
