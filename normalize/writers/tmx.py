"""TMX 1.4, level 1: a translation memory for OmegaT, memoQ, Trados and the translate-toolkit.

The file is valid against the DTD (and XSDs made of it): every required header attribute,
properties before variants, `xml:lang` on every variant. It is written pair by pair, in constant
memory. TMX has no word for machine translation, so the target says it in the ways that tools look
at: `creationid` of the variant (which OmegaT shows) and the properties `x-mt-*` of the unit.
"""

from __future__ import annotations

from normalize.document import SegmentPair
from normalize.writers.base import CorpusHeader, HashingStream
from normalize.writers.characters import xml_attribute, xml_text
from normalize.writers.text import fixes_as_text

CREATION_TOOL = "normalize"
MACHINE = "normalize-mt"
"""The `creationid` of a machine-translated variant."""
ENGINE = "CTranslate2"
"""The engine that runs the packages, as written to `x-mt-engine`."""


class TmxWriter:
    """One `<tu>` per pair; `segtype="sentence"`, so OmegaT does not split the segments again."""

    def __init__(self, stream: HashingStream, header: CorpusHeader) -> None:
        self._stream, self._header = stream, header
        self.substituted = 0
        self._date = f' creationdate="{header.created}"' if header.created else ""
        self._write_head()

    def write(self, pair: SegmentPair) -> None:
        """Write one translation unit: its properties, then the two variants."""
        lines = [f"<tu tuid={self._attribute(pair.id)}>" if pair.id else "<tu>"]
        lines += [self._property(kind, value) for kind, value in _properties(pair)]
        machine = f' creationid="{MACHINE}"{self._date}' if pair.model else ""
        lines.append(self._variant(pair.source_lang, "", pair.source))
        lines.append(self._variant(pair.target_lang, machine, pair.target))
        lines.append("</tu>\n")
        self._stream.write_text("\n".join(lines))

    def close(self) -> None:
        """Close the body and the root."""
        self._stream.write_text("</body>\n</tmx>\n")

    def abandon(self) -> None:
        """Nothing to let go of."""

    def _write_head(self) -> None:
        header = self._header
        attributes = (
            ("creationtool", CREATION_TOOL),
            ("creationtoolversion", header.tool_version),
            ("segtype", "sentence"),
            ("o-tmf", "normalize"),
            ("adminlang", "en"),
            ("srclang", header.source_lang),
            ("datatype", "plaintext"),
        )
        written = " ".join(f"{name}={self._attribute(value)}" for name, value in attributes)
        properties = [("x-target-language", header.target_lang)]
        if header.signature:
            properties.append(("x-signature", header.signature))
        properties += [("x-mt-model-sha256", f"{name} {digest}") for name, digest in header.models]
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<!DOCTYPE tmx SYSTEM "tmx14.dtd">',
            '<tmx version="1.4">',
            f"<header {written}{self._date}>",
            *(self._property(kind, value) for kind, value in properties),
            "</header>",
            "<body>\n",
        ]
        self._stream.write_text("\n".join(lines))

    def _property(self, kind: str, value: str) -> str:
        return f'<prop type="{kind}">{self._text(value)}</prop>'

    def _variant(self, language: str, attributes: str, text: str) -> str:
        # No line end or indentation inside <seg>: readers would take it for text.
        seg = f"<seg>{self._text(text)}</seg>"
        return f"<tuv xml:lang={self._attribute(language)}{attributes}>{seg}</tuv>"

    def _text(self, text: str) -> str:
        escaped, replaced = xml_text(text)
        self.substituted += replaced
        return escaped

    def _attribute(self, text: str) -> str:
        escaped, replaced = xml_attribute(text)
        self.substituted += replaced
        return escaped


def _properties(pair: SegmentPair) -> list[tuple[str, str]]:
    """What a translation unit says of itself, in a fixed order; what is empty is left out."""
    properties = []
    if pair.model:
        properties += [("x-mt-engine", ENGINE), ("x-mt-model", pair.model)]
    if pair.model or pair.score:
        properties.append(("x-mt-score", repr(pair.score)))
    if pair.document:
        properties.append(("x-document", pair.document))
    if pair.start or pair.end:
        properties.append(("x-offsets", f"{pair.start}-{pair.end}"))
    if pair.language_probability:
        properties.append(("x-lid-probability", repr(pair.language_probability)))
    if pair.fixes:
        properties.append(("x-fixes", fixes_as_text(pair)))
    if pair.flags:
        properties.append(("x-flags", ",".join(pair.flags)))
    return properties
