"""The rules of TMX 1.4 as data: elements, what they may hold, their attributes.

Source: the TMX 1.4b specification (LISA OSCAR), section "Detailed specifications", and its DTD. The
additions that consumers insist on (dates of 16 characters) are checked in `tmx.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SEGMENT_TYPES = frozenset({"block", "paragraph", "sentence", "phrase"})
DATES = frozenset({"creationdate", "changedate", "lastusagedate"})
"""Attributes that hold a time: `YYYYMMDDThhmmssZ`."""
INLINE = frozenset({"bpt", "ept", "it", "ph", "hi", "ut"})
CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
"""Inline elements whose content is native code, not text."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What an element may look like.

    children: elements allowed inside, in the order in which their groups must come.
    once: children that must come exactly once. many: children that must come at least once.
    text: whether text may stand between them.
    """

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    children: tuple[frozenset[str], ...] = ()
    once: frozenset[str] = frozenset()
    many: frozenset[str] = frozenset()
    text: bool = False
    values: dict[str, frozenset[str]] = field(default_factory=dict)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOOL = "creationtool creationtoolversion creationdate creationid changedate changeid o-tmf"
_USE = "o-encoding datatype usagecount lastusagedate"
_LANGUAGE = "xml:lang lang o-encoding"
_REMARK = _names("note prop")

RULES: dict[str, Rule] = {
    "tmx": Rule(
        _names("version"),
        children=(_names("header"), _names("body")),
        once=_names("header body"),
        values={"version": _names("1.4")},
    ),
    "header": Rule(
        _names("creationtool creationtoolversion segtype o-tmf adminlang srclang datatype"),
        _names("o-encoding creationdate creationid changedate changeid"),
        (_names("note prop ude"),),
        values={"segtype": SEGMENT_TYPES},
    ),
    "body": Rule(children=(_names("tu"),)),
    "note": Rule(optional=_names(_LANGUAGE), text=True),
    "prop": Rule(_names("type"), _names(_LANGUAGE), text=True),
    "ude": Rule(_names("name"), _names("base"), (_names("map"),), many=_names("map")),
    "map": Rule(_names("unicode"), _names("code ent subst")),
    "tu": Rule(
        optional=_names(f"tuid segtype srclang {_TOOL} {_USE}"),
        children=(_REMARK, _names("tuv")),
        many=_names("tuv"),
        values={"segtype": SEGMENT_TYPES},
    ),
    "tuv": Rule(
        _names("xml:lang"),
        _names(f"lang {_TOOL} {_USE}"),
        (_REMARK, _names("seg")),
        once=_names("seg"),
    ),
    "seg": Rule(children=(INLINE,), text=True),
    "bpt": Rule(_names("i"), _names("x type"), (_names("sub"),), text=True),
    "ept": Rule(_names("i"), frozenset(), (_names("sub"),), text=True),
    "it": Rule(
        _names("pos"),
        _names("x type"),
        (_names("sub"),),
        text=True,
        values={"pos": _names("begin end")},
    ),
    "ph": Rule(frozenset(), _names("x assoc type"), (_names("sub"),), text=True),
    "hi": Rule(frozenset(), _names("x type"), (INLINE,), text=True),
    "ut": Rule(frozenset(), _names("x"), (_names("sub"),), text=True),
    "sub": Rule(frozenset(), _names("datatype type"), (INLINE,), text=True),
}
