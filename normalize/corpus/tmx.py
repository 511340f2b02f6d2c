"""Read TMX as units and problems: streaming, safe against entity expansion, by the DTD's rules.

The file is never held in memory, nothing is ever fetched (the DTD it names included), and no entity
beyond XML's own five is expanded.
"""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from xml.parsers import expat

from normalize.corpus.files import Corpus, byte_chunks
from normalize.corpus.tmx_rules import CODES, DATES, INLINE, RULES
from normalize.corpus.units import Problem, Severity, Unit
from normalize.document import Fix, SegmentPair
from normalize.writers.records import fix_from_json

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_KNOWN = {
    "tu": frozenset({"tuid", "srclang"}),
    "tuv": frozenset({"xml:lang", "lang", "creationid"}),
    "prop": frozenset(
        {"x-mt-engine", "x-mt-model", "x-mt-score", "x-document", "x-offsets", "x-lid-probability", "x-fixes", "x-flags"}
    ),
}  # fmt: skip
"""Attributes and types of properties that our own units have: nothing is lost of them."""
_DATE = re.compile(r"\d{8}T\d{6}Z")


@dataclass(slots=True)
class _Open:
    """An element that has been opened and not closed yet."""

    name: str
    line: int
    group: int = 0
    children: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _UnitParts:
    """A `<tu>` while it is being read."""

    line: int
    id: str
    source_lang: str
    variants: list[tuple[str, str]] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    others: dict[str, None] = field(default_factory=dict)


def scan_tmx(corpus: Corpus) -> Iterator[Unit | Problem]:
    """Units and problems of a TMX file, in the order of the file."""
    scanner = _Scanner(corpus)
    for chunk in chain(byte_chunks(corpus.paths[0]), [b""]):
        going_on = scanner.feed(chunk)
        yield from scanner.taken()
        if not going_on:
            return


class _Scanner:
    """Expat's callbacks, and the little state they need."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._found: deque[Unit | Problem] = deque()
        self._stack: list[_Open] = []
        self._text: list[str] = []
        self._code_depth = 0
        self._header_language = ""
        self._unit: _UnitParts | None = None
        self._language = ""
        self._property = ""
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._entity

    def feed(self, chunk: bytes) -> bool:
        """Take the next bytes, none at the end; False where there is no going on."""
        try:
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError as exc:
            what = f"not well-formed XML: {expat.ErrorString(exc.code)}"
            advice = "forbidden characters and a cut-off file are the usual causes"
            self._found.append(Problem(exc.lineno, what, advice))
            return False
        except _RefusedEntityError:
            advice = "TMX needs no entities; remove the <!ENTITY ...> declarations"
            self._problem("the file declares entities, which could be used to attack", advice)
            return False
        return True

    def taken(self) -> Iterator[Unit | Problem]:
        """What has been found since the last call."""
        while self._found:
            yield self._found.popleft()

    def _problem(self, what: str, advice: str, severity: Severity = Severity.ERROR) -> None:
        self._found.append(Problem(self._parser.CurrentLineNumber, what, advice, severity))

    def _entity(self, *_: object) -> None:
        raise _RefusedEntityError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._check_place(name)
        self._check_attributes(name, attributes)
        self._stack.append(_Open(name, self._parser.CurrentLineNumber))
        if name == "header":
            self._header_language = attributes.get("srclang", "")
            if attributes.get("segtype") == "paragraph":
                advice = 'OmegaT splits such a memory again; write segtype="sentence" if it is one'
                self._problem('segtype is "paragraph"', advice, Severity.WARNING)
        elif name == "tu":
            language = attributes.get("srclang", self._header_language)
            line = self._parser.CurrentLineNumber
            self._unit = _UnitParts(line, attributes.get("tuid", ""), language)
        elif name == "tuv":
            self._language = attributes.get("xml:lang", attributes.get("lang", ""))
        elif name == "prop":
            self._property = attributes.get("type", "")
        if self._unit is not None:
            self._unit.others |= dict.fromkeys(_others(name, attributes))
        if name in ("seg", "prop"):
            self._text = []
        self._code_depth += name in CODES

    def _end(self, name: str) -> None:
        opened = self._stack.pop()
        self._code_depth -= name in CODES
        rule = RULES.get(name)
        if rule is not None:
            for child in sorted(rule.once | rule.many):
                if not opened.children[child]:
                    self._problem(f"<{name}> without <{child}>", f"add the <{child}>")
        if self._unit is None:
            return
        text = "".join(self._text)
        if name == "seg":
            self._unit.variants.append((self._language, text))
        elif name == "prop" and self._stack and self._stack[-1].name == "tu":
            self._unit.properties[self._property] = text
        elif name == "tu":
            self._finish(self._unit)
            self._unit = None

    def _characters(self, text: str) -> None:
        if not self._code_depth:
            self._text.append(text)
        if self._stack and text.strip():
            rule = RULES.get(self._stack[-1].name)
            if rule is not None and not rule.text:
                self._problem(f"text inside <{self._stack[-1].name}>", "remove it")

    def _check_place(self, name: str) -> None:
        if name not in RULES:
            self._problem(f"<{name}> is no element of TMX 1.4", "remove it")
            return
        if not self._stack:
            if name != "tmx":
                self._problem(f"the root is <{name}>", "a TMX file starts with <tmx>")
            return
        parent = self._stack[-1]
        rule = RULES.get(parent.name)
        if rule is None:
            return
        parent.children[name] += 1
        group = next((i for i, names in enumerate(rule.children) if name in names), None)
        if group is None:
            self._problem(f"<{name}> inside <{parent.name}>", "it has no place there")
        elif group < parent.group:
            self._problem(f"<{name}> comes too late in <{parent.name}>", "properties come first")
        else:
            parent.group = group
        if name in rule.once and parent.children[name] > 1:
            self._problem(f"a second <{name}> in <{parent.name}>", "only one is allowed")

    def _check_attributes(self, name: str, attributes: dict[str, str]) -> None:
        rule = RULES.get(name)
        if rule is None:
            return
        for missing in sorted(rule.required - set(attributes)):
            self._problem(f"<{name}> without the attribute {missing}", "add it")
        for key, value in attributes.items():
            if key not in rule.required and key not in rule.optional:
                self._problem(f"<{name}> has no attribute {key}", "remove it")
            elif key in rule.values and value not in rule.values[key]:
                allowed = ", ".join(sorted(rule.values[key]))
                self._problem(f'{key}="{value}" on <{name}>', f"it must be one of: {allowed}")
            elif key in DATES and not _DATE.fullmatch(value):
                advice = "times are 16 characters, YYYYMMDDThhmmssZ; OmegaT refuses others"
                self._problem(f'{key}="{value}" on <{name}>', advice)
            elif key == "xml:lang" and not _LANGUAGE_TAG.fullmatch(value):
                self._problem(f'xml:lang="{value}"', "write a BCP 47 tag such as it or en-GB")

    def _finish(self, unit: _UnitParts) -> None:
        """Choose source and target among the variants of a unit."""
        source = _variant(unit, unit.source_lang)
        if unit.source_lang == "*all*" or not unit.source_lang:
            source = unit.variants[0] if unit.variants else None
        if source is None:
            what = f"no variant in the source language {unit.source_lang!r}"
            self._found.append(Problem(unit.line, what, "make srclang and xml:lang agree"))
            return
        others = [variant for variant in unit.variants if variant is not source]
        unit.others |= {f"tuv {language}": None for language, _ in others[1:]}
        if not others:
            what, advice = "a unit with one variant only", "add the translation or remove the unit"
            self._found.append(Problem(unit.line, what, advice, Severity.WARNING))
            return
        wanted = _variant(unit, self._corpus.target_lang)
        target = wanted if wanted is not None and wanted is not source else others[0]
        try:
            self._found.append(_unit(unit, source, target))
        except ValueError as exc:
            problem = Problem(unit.line, str(exc), "correct the unit's properties")
            self._found.append(problem)


class _RefusedEntityError(Exception):
    """Raised through expat to stop it at an entity declaration."""


def _variant(unit: _UnitParts, language: str) -> tuple[str, str] | None:
    """The variant in a language; the region counts only where it is asked for."""
    for variant in unit.variants:
        if variant[0].lower() == language.lower():
            return variant
    base = language.split("-")[0].lower()
    return next((v for v in unit.variants if base and v[0].split("-")[0].lower() == base), None)


def _others(name: str, attributes: Mapping[str, str]) -> Iterator[str]:
    """What of an element inside a unit a pair has no place for: `note`, `prop domain`, `tu usagecount`."""
    if name in INLINE or name == "note":
        yield name
    elif name == "prop":
        kind = attributes.get("type", "")
        if kind not in _KNOWN[name]:
            yield f"prop {kind}"
    elif name in _KNOWN:
        yield from (f"{name} {key}" for key in attributes if key not in _KNOWN[name])


def _unit(parts: _UnitParts, source: tuple[str, str], target: tuple[str, str]) -> Unit:
    properties = parts.properties
    score = properties.get("x-mt-score")
    start, _, end = properties.get("x-offsets", "0-0").partition("-")
    flags = properties.get("x-flags", "")
    pair = SegmentPair(
        id=parts.id,
        source_lang=source[0],
        target_lang=target[0],
        source=source[1],
        target=target[1],
        score=float(score) if score else 0.0,
        document=properties.get("x-document", ""),
        start=int(start),
        end=int(end),
        language_probability=float(properties.get("x-lid-probability", "0")),
        fixes=_fixes(properties.get("x-fixes", "")),
        model=properties.get("x-mt-model", ""),
        flags=tuple(flags.split(",")) if flags else (),
    )
    return Unit(parts.line, pair, float(score) if score else None, tuple(parts.others))


def _fixes(text: str) -> tuple[Fix, ...]:
    value = json.loads(text) if text else []
    if not isinstance(value, list):
        message = "the property x-fixes should be a JSON array"
        raise ValueError(message)
    return tuple(fix_from_json(fix) for fix in value)
