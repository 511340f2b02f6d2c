"""Pages of web sites and manuals, and string tables of Android, to pairs of English and foreign text:
readers like those of `extract.py`.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from extract import Files, entries
from sentence_pairs import Pair, by_line, by_sentence

_UNREADABLE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|!\[[^\]]*\]\([^)]*\)")
"""Liquid marks and pictures: text in which they stand is incomplete."""
_MARKS: tuple[tuple[str, str], ...] = (
    (r"\[([^\]\[]*)\]\([^)]*\)|\[([^\]\[]*)\]\[[^\]]*\]", r"\1\2"),
    (r"(?::\w+:)?`([^`<]+?)\s*<[^`]*>`_*", r"\1"),
    (r":\w+:`([^`]+)`", r"\1"),
    (r"\{:[^}]*\}|</?[a-z][^>]*>|\*\*|__|`", ""),
    (r"(?<!\w)[*_]([^*_]+)[*_](?!\w)", r"\1"),
    (r"^\s*(?:#+|[-*+]|\d+\.|>)\s+", ""),
)
_FIGURES = re.compile(r"%|\(\d|\w\.\w+\.\w")
_TAG = re.compile(r"\[/?[a-z]+[^\]]*\]")
_STOP = re.compile(r"[.!?:…][\"”»)]*$")
_VERSION = re.compile(r"\d\.\d")
_CODE = re.compile(r"```.*?```", re.DOTALL)
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for what a page's program would put in; pairs with it are not worth collecting."""
HEAD = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
"""The settings at the top of a page."""
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*[-+*] )")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph or list item of a page: what it is, and its text without marks."""

    kind: str
    text: str


def plain(text: str) -> str:
    """A paragraph of Markdown or reStructuredText without its marks.

    >>> plain("- Open **the** [map](map.md) of :doc:`the town <town>`.")
    'Open the map of the town.'
    """
    for pattern, replacement in _MARKS:
        text = re.sub(pattern, replacement, text)
    return text.strip()


def _prose(english: str, foreign: str) -> Iterator[Pair]:
    """The full sentences of a paragraph; none with numbers of versions."""
    if _UNREADABLE.search(english) or _UNREADABLE.search(foreign):
        return
    for e, f in by_sentence(plain(english), plain(foreign)):
        if _STOP.search(e) and not _VERSION.search(e):
            yield e, f


def catalogue_pages(files: Files) -> Iterator[Pair]:
    """Catalogues of pages, a paragraph an entry: their full sentences."""
    for name, data in files.items():
        for english, foreign in entries(name, data):
            yield from _prose(english, foreign)


def catalogues_bbcode(files: Files) -> Iterator[Pair]:
    """Catalogues of a game with tags in brackets, sentence by sentence; none with blanks to fill in,
    percentages, names of keys or numbers of things.
    """
    for name, data in files.items():
        for pair in entries(name, data):
            if not any(_FIGURES.search(side) for side in pair):
                yield from by_line(*(_TAG.sub("", side) for side in pair))


def _blocks(data: bytes) -> list[str]:
    """The paragraphs and list items of a page; code, pictures and directives by their first sign."""
    text = _CODE.sub("\n\n```\n\n", HEAD.sub("", data.decode("utf-8").replace("\r\n", "\n")))
    blocks = [block.strip() for block in _BLOCK.split(text) if block.strip()]
    return [block[:2] if block.startswith(("```", "---", "![")) else block for block in blocks]


def page_files(files: Files) -> Iterator[Pair]:
    """`en/NAME.md` with the file of the same name in another folder; pages of other structure are
    left out.
    """
    for name, data in files.items():
        folder, _, page = name.partition("/")
        english = files.get(f"en/{page}")
        if folder == "en" or english is None:
            continue
        e, f = _blocks(english), _blocks(data)
        marks = [[len(b) <= 2 and b for b in side] for side in (e, f)]
        if marks[0] == marks[1]:
            for pair in zip(e, f, strict=True):
                yield from _prose(*pair)


def _strings(data: bytes) -> dict[str, str]:
    """The texts of a string table by their names; not the plurals."""
    texts = {
        one.get("name", ""): "".join(one.itertext()) for one in ET.fromstring(data).iter("string")
    }
    escapes = {name: re.sub(r"\\(['\"@?])", r"\1", text) for name, text in texts.items()}
    return {name: text.replace("\\n", "\n") for name, text in escapes.items()}


def string_tables(files: Files) -> Iterator[Pair]:
    """`source/NAME.xml` with `dest/NAME/LANGUAGE.xml`, tables of strings of Android."""
    english = {
        PurePosixPath(name).stem: _strings(data)
        for name, data in files.items()
        if PurePosixPath(name).parent.name == "source"
    }
    for name, data in files.items():
        path = PurePosixPath(name)
        if path.parent.name == "source":
            continue
        originals = english.get(path.parent.name, {})
        for key, foreign in _strings(data).items():
            if key in originals:
                yield from by_line(originals[key], foreign)
