"""The rule that undoes wrong decodings, step after step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from normalize.document import FixKind
from normalize.stages.repair.draft import Draft, block_edits
from normalize.stages.repair.encodings import Step
from normalize.stages.repair.readings import (
    BROKEN_MARGIN,
    CERTAIN,
    CERTAIN_MARGIN,
    MARGIN,
    TRUSTED_MARGIN,
    Reading,
    acceptable,
    ranked_readings,
)

if TYPE_CHECKING:
    from ftfy import TextFixerConfig


def kind_of(step: Step) -> FixKind:
    """MOJIBAKE for multi-byte sequences, TRANSCODING for single bytes."""
    return FixKind.MOJIBAKE if step.right == "utf-8" else FixKind.TRANSCODING


def best_reading(
    text: str, languages: Sequence[str], trust: Mapping[Step, float] | None = None
) -> Reading | None:
    """The reading to make of a text, or None where it stays."""
    ranked = ranked_readings(text, languages, trust, 1, CERTAIN_MARGIN if trust else BROKEN_MARGIN)
    if not ranked:
        return None
    best = ranked[0]
    shown = (trust or {}).get(best.step, 0.0)
    if shown >= CERTAIN and best.gain >= CERTAIN_MARGIN:
        return best
    return best if acceptable(best, TRUSTED_MARGIN if shown else MARGIN) else None


def transcode(
    draft: Draft, languages: Sequence[str], trust: Mapping[Step, float] | None = None
) -> None:
    """Undo wrong decodings of a whole line, at most four one after the other."""
    if draft.text.isspace():  # a lone U+00A0 is a blank line, not the dagger of Mac Roman
        return
    for _ in range(4):
        reading = best_reading(draft.text, languages, trust)
        if reading is None:
            break
        trust = _left_to_undo(trust, reading.step)
        draft.apply(
            block_edits(
                draft.text,
                reading.text,
                kind_of(reading.step),
                str(reading.step),
                round(reading.gain, 2),
            )
        )
    _other_languages(draft)


def _left_to_undo(trust: Mapping[Step, float] | None, done: Step) -> Mapping[Step, float] | None:
    """What a document has shown and a line may still need: each kind once, more must be earned.

    Under UTF-8 read wrongly there may be bytes read wrongly before; under these there is nothing.
    """
    if trust is None or done.right != "utf-8":
        return None
    return {step: nats for step, nats in trust.items() if step.right != "utf-8"} or None


def _other_languages(draft: Draft) -> None:
    """Leave mojibake of languages we do not know to ftfy, as far as it reads whole lines."""
    # Loading ftfy takes a tenth of an empty run, and few texts need it.
    from ftfy import fix_and_explain
    from ftfy.badness import is_bad

    text = draft.text
    if not is_bad(text):
        return
    fixed = fix_and_explain(text, _ftfy_config())
    if fixed.text == text or is_bad(fixed.text) or "\ufffd" in fixed.text:
        return
    steps = ", ".join(f"{step.action} {step.parameter}" for step in fixed.explanation or [])
    draft.apply(block_edits(text, fixed.text, FixKind.MOJIBAKE, f"ftfy: {steps}"))


@cache
def _ftfy_config() -> TextFixerConfig:
    """Everything off but the decoding itself; the rest is done, and recorded, by rules of ours."""
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_encoding=True,
        restore_byte_a0=True,
        replace_lossy_sequences=True,
        decode_inconsistent_utf8=False,
        fix_c1_controls=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=True,
    )
