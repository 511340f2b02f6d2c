"""Bytes to text: the encoding that reads best, single lines of another, what is no text at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize.document import FixKind, replay
from normalize.errors import PlanError
from normalize.stages.decode import Decoding, decide, decode_line, looks_binary

ITALIAN = "Perché la città è più bella di così? Non può essere la verità, disse l'uomo.\n"
TURKISH = "Çocuğun gözleri ışıl ışıl parlıyor, öğretmen ise şaşkın görünüyordu.\n"


@pytest.mark.parametrize("text", [ITALIAN, TURKISH])
@pytest.mark.parametrize(
    "encoding",
    [
        "cp1252",
        "cp1254",
        "iso8859-1",
        "iso8859-9",
        "iso8859-15",
        "cp850",
        "cp857",
        "cp437",
        "mac-roman",
        "mac-turkish",
        "utf-8",
    ],
)
def test_single_byte_files_are_read_as_they_were_written(text: str, encoding: str) -> None:
    try:
        raw = text.encode(encoding)
    except UnicodeEncodeError:
        pytest.skip("the encoding lacks the language's letters")
    decoding = decide(raw)
    assert decode_line(raw, decoding).text == text
    assert decoding.newline == "\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_wide_and_marked_files(encoding: str) -> None:
    raw = (ITALIAN + TURKISH).encode(encoding)
    decoding = decide(raw)
    assert raw.decode(decoding.encoding) == ITALIAN + TURKISH
    assert decoding.bom == (encoding in ("utf-16", "utf-32", "utf-8-sig"))
    assert decoding.margin is None
    assert not looks_binary(raw)


def test_the_decision_names_its_margin_and_runner_up() -> None:
    decoding = decide(TURKISH.encode("cp1254"))
    assert decoding.encoding == "cp1254"
    assert decoding.margin is not None
    assert decoding.margin > 20
    assert decoding.runner_up


def test_a_cut_in_a_sequence_is_still_utf8() -> None:
    assert decide("perché è così".encode()[:-1]).encoding == "utf-8"


def test_a_legacy_line_in_a_utf8_file() -> None:
    raw = [ITALIAN.encode(), TURKISH.encode(), "La società è già chiusa.\n".encode("cp1252")]
    decoding = decide(b"".join(raw))
    assert decoding.encoding == "utf-8"
    line = decode_line(raw[2], decoding)
    assert line.text == "La società è già chiusa.\n"
    (fix,) = line.fixes
    assert fix.kind is FixKind.DECODING
    assert fix.evidence.endswith("in a utf-8 file")
    assert replay(fix.before, line.fixes) == line.text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (
            "La città è più bella. ".encode() + b"E poi\x85 basta.\n",
            "La città è più bella. E poi… basta.\n",
        ),
        ("Però ".encode() + b"\x93ciao\x94" + " è così\n".encode(), "Però “ciao” è così\n"),
        ("Perché no, la città".encode() + b"\x85", "Perché no, la città…"),
    ],
)
def test_single_legacy_bytes_leave_a_short_file_utf8(raw: bytes, text: str) -> None:
    decoding = decide(raw)
    assert decoding.encoding == "utf-8"
    line = decode_line(raw, decoding)
    assert line.text == text
    (fix,) = line.fixes
    assert fix.evidence == "cp1252 in a utf-8 file"
    assert fix.guess


def test_one_legacy_byte_in_plain_text_is_typography() -> None:
    raw = b"Wait\x85 there is more.\n"
    assert decode_line(raw, decide(raw)).text == "Wait… there is more.\n"


def test_the_users_choice_counts() -> None:
    assert decide(ITALIAN.encode(), encoding="windows-1254").encoding == "cp1254"
    assert decide(ITALIAN.encode("utf-8-sig"), encoding="UTF8").bom
    with pytest.raises(PlanError, match="cp1252"):
        decide(b"", encoding="cp1252x")
    with pytest.raises(PlanError):
        decide(b"", encoding="rot13")


@pytest.mark.parametrize(
    ("raw", "newline"),
    [(b"a\nb", "\n"), (b"a\r\nb", "\r\n"), (b"a\rb", "\r"), (b"", "\n"), (b"a", "\n")],
)
def test_line_endings(raw: bytes, newline: str) -> None:
    assert decide(raw).newline == newline


def test_what_is_no_text() -> None:
    assert looks_binary(bytes(range(256)) * 8)
    assert looks_binary(b"%PDF-1.7\n")
    assert not looks_binary(b"")
    assert not looks_binary(ITALIAN.encode("cp850"))


@pytest.mark.parametrize(
    "raw", [bytes(5), b"\x00\x01\x02\x03\x04", b"\x07\x08\x1b\x1a\x07", b"\x01\x02a", b"\x00\x00"]
)
def test_a_few_control_bytes_are_no_text(raw: bytes) -> None:
    assert looks_binary(raw)


@pytest.mark.parametrize("raw", [b" \n\t", b"\x0c", b"\r\n", "a".encode("utf-16-le"), b"ok\n"])
def test_blank_and_short_files_are_text(raw: bytes) -> None:
    assert not looks_binary(raw)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_are_refused(raw: bytes) -> None:
    looks_binary(raw)
    decoding = decide(raw)
    for line in raw.split(b"\n"):
        for chosen in (decoding, Decoding("utf-8"), Decoding("cp1252"), Decoding("shift_jis")):
            result = decode_line(line, chosen)
            for fix in result.fixes:
                assert replay(fix.before, result.fixes) == result.text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_utf8_is_read_as_it_is(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    if text.encode("utf-8", "ignore") == raw:
        assert decode_line(raw, Decoding("utf-8")).text == text
