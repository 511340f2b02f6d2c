"""Files of a source to pairs of English and foreign text, one reader for each kind of source.

Readers get the files of one language (name: bytes) in order and yield raw pairs; what is worth
keeping is decided in `sentence_pairs.py`, but for package descriptions, which have rules of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

import qt
from download import GatherError
from sentence_pairs import Pair, by_line, by_sentence, pieces

Files = dict[str, bytes]
MAX_TEMPLATES = 3
"""Package descriptions of one shape that are kept: `Development files for #` says nothing new."""
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_DIALOG = re.compile(rf'dialogId\("[^"]*",\s*"[^"]*",\s*{_QUOTED}\)\s*dialogStr\({_QUOTED}\)')
_LUA_ENTRY = re.compile(rf"\s*\[{_QUOTED}\]\s*=\s*{_QUOTED}")
_TEXT_TAG = re.compile(r"\[/?(?:b|i|u|color|url)[^\]]*\]")
_ITEM = re.compile(r"(- -|  -) ?(.*)")
_MARKDOWN: tuple[tuple[str, str], ...] = (
    (r"!\[[^\]]*\]\([^)]*\)", ""),
    (r"\[([^\]#]+)\]\([^)]*\)", r"\1"),
    (r"\s*\[#[\d, #]+\]", ""),
    (r"<[^>]+>", ""),
    (r"^\s*(?:#+|[-*]|\d+\.|>)\s+", ""),
    (r"\*\*|__|`", ""),
    (r"(?<!\w)[_*]([^_*]+)[_*](?!\w)", r"\1"),
)
_BLOCKS = r"\n\s*\n|\n(?=\s*[-*#]\s)|\n(?=\|)"
_BIBLIOGRAPHY = re.compile(
    r"\[|and\.$|: ?\.$|,\.|\bpp?\. ?\d|\b(?:19|20)\d\d\.$|ISBN|Press\b|\A\s*[-:]"
)
_BULLET = re.compile(r"\s+[-*+•o]\s+(.*)|[-*•]\s+(.*)")
_STOP = re.compile(r"(?<=[.!?])\s+(?=[\"«“(]?[A-ZÀ-ÝÇĞİÖŞÜ0-9])")
_NAME_LIKE = re.compile(r"\b[\w.+-]*[A-Z0-9_+-][\w.+-]*\b")


def entries(name: str, data: bytes) -> Iterator[Pair]:
    """The translated texts of a catalogue, `.mo`, `.po` or `.qm`; not the fuzzy and the obsolete ones.

    Of plural forms the first and the last are taken; one form alone goes with the English plural. Of `.qm` the first is.
    """
    if name.endswith(".qm"):
        yield from ((source, forms[0]) for source, forms in qt.messages(data) if forms[0])
        return
    try:
        import polib  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as error:
        message = "the module polib is missing; install it: pip install '.[train]'"
        raise GatherError(message) from error
    catalogue: Any = polib.mofile(data) if name.endswith(".mo") else polib.pofile(data.decode())
    for entry in catalogue:
        if entry.obsolete or "fuzzy" in entry.flags:
            continue
        if not entry.msgid_plural:
            if entry.msgstr:
                yield entry.msgid, entry.msgstr
            continue
        forms = [entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)]
        if len(forms) > 1:
            yield entry.msgid, forms[0]
        yield entry.msgid_plural, forms[-1]


def catalogues(split: Callable[[str, str], Iterable[Pair]]) -> Callable[[Files], Iterator[Pair]]:
    """A reader of catalogues that splits each text in this way."""

    def read(files: Files) -> Iterator[Pair]:
        for name, data in files.items():
            for pair in entries(name, data):
                yield from split(*pair)

    return read


def names(files: Files) -> Iterator[Pair]:
    """Names of countries, languages and currencies, without lists and explanations."""
    for name, data in files.items():
        for english, foreign in entries(name, data):
            if not (";" in english or ";" in foreign or "(" in english or len(english) < 4):
                yield english, foreign


def lua_dialogs(files: Files) -> Iterator[Pair]:
    """`dialogId("…", "…", "English") dialogStr("foreign")`."""
    for data in files.values():
        for match in _DIALOG.finditer(data.decode("utf-8", "replace")):
            yield from by_sentence(*(side.replace('\\"', '"') for side in match.groups()))


def lua_table(files: Files) -> Iterator[Pair]:
    """`["English"] = "foreign"`, a line each; `|` ends a line of the text."""
    for data in files.values():
        for line in data.decode("utf-8").split("\n"):
            if match := _LUA_ENTRY.match(line):
                english, foreign = (
                    side.replace('\\"', '"').replace("\\n", "\n").replace("|", "\n")
                    for side in match.groups()
                )
                yield from by_line(english, foreign)


def _plain(text: str) -> str:
    """A line of Markdown without its marks.

    >>> _plain("## The [Great Bear](bear.md), *Ursa Major* [#3]")
    'The Great Bear, Ursa Major'
    """
    for pattern, replacement in _MARKDOWN:
        text = re.sub(pattern, replacement, text)
    return text


def markdown(files: Files) -> Iterator[Pair]:
    """Catalogues of Markdown pages; texts with unequal numbers of blocks, tables and references
    are left out.
    """
    for name, data in files.items():
        for english, foreign in entries(name, data):
            sides = pieces(english, _BLOCKS), pieces(foreign, _BLOCKS)
            if len(sides[0]) != len(sides[1]):
                continue
            for e, f in zip(*sides, strict=True):
                if "|" in e + f:
                    continue
                for pair in by_sentence(_plain(e), _plain(f)):
                    if not _BIBLIOGRAPHY.search(pair[0]) and not re.match(r"\s*[-:\[]", pair[1]):
                        yield pair


def keyed(files: Files) -> Iterator[Pair]:
    """Two catalogues over the same keys, `en.po` and the other; texts with icons are left out."""
    (english_file,) = (name for name in files if name.endswith("/en.po"))
    english = dict(entries(english_file, files[english_file]))
    for name, data in files.items():
        for key, foreign in entries(name, data) if name != english_file else ():
            text = english.get(key, "")
            if text and "[thrive" not in text + foreign:
                yield from by_line(_TEXT_TAG.sub("", text), _TEXT_TAG.sub("", foreign))


def treebank(files: Files) -> Iterator[Pair]:
    """CoNLL-U with `# text = ` and `# text_en = ` or, of glossed examples, `# en = `; of these, sentences with alternatives
    are left out.
    """
    for data in files.values():
        for block in re.split(r"\n\s*\n", data.decode("utf-8")):
            comments = dict(re.findall(r"^# (text|text_en|en) = (.*)$", block, re.MULTILINE))
            foreign = comments.get("text", "")
            if foreign and comments.get("text_en"):
                yield comments["text_en"], foreign
                continue
            english = comments.get("en", "").replace("S/he", "She").replace("s/he", "he")
            english = english.strip('‘’"“” ')
            if english and foreign and not re.search(r"[/(\[]", english) and "/" not in foreign:
                yield english, foreign


def lines(files: Files) -> Iterator[Pair]:
    """Line-aligned files, as of Moses: `NAME.en` and one other `NAME.*`; only U+000A ends a line.

    Raises GatherError where a file lacks its other half, has several, has not as many lines, or is not UTF-8.
    """
    named: dict[str, list[str]] = defaultdict(list)
    for name in sorted(files):
        named[name.rpartition(".")[0]].append(name)
    for stem, names in named.items():
        if len(names) != 2 or f"{stem}.en" not in names:
            message = f"{', '.join(names)}: two files are wanted, {stem}.en and one other; mend gather.toml"
            raise GatherError(message)
        english, foreign = sorted(names, key=lambda name: not name.endswith(".en"))
        sides = []
        for name in (english, foreign):
            try:
                text = files[name].decode("utf-8-sig")
            except UnicodeDecodeError as error:
                message = f"{name} is not UTF-8 ({error.reason} at byte {error.start}); take another version"
                raise GatherError(message) from error
            sides.append(text.removesuffix("\n").split("\n"))
        if len(sides[0]) != len(sides[1]):
            message = f"{english} has {len(sides[0])} lines, {foreign} {len(sides[1])}; take another version"
            raise GatherError(message)
        yield from zip(*sides, strict=True)


def _utterances(data: bytes) -> list[Pair]:
    """The items of a list of conversations in YAML: mark (`- -` opens one) and text."""
    found: list[Pair] = []
    for line in data.decode("utf-8").split("\n"):
        if match := _ITEM.match(line):
            found.append((match[1], match[2].strip().strip("\"'")))
        elif found and line.startswith("    "):
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
    return found


def conversations(files: Files) -> Iterator[Pair]:
    """`english/TOPIC.yml` with the file of the same name beside; of the same shape, or left out."""
    for name, data in files.items():
        path = PurePosixPath(name)
        if path.parent.name != "english":
            continue
        translations = [
            files[other]
            for other in files
            if other != name and PurePosixPath(other).name == path.name
        ]
        e = _utterances(data)
        for f in map(_utterances, translations):
            if [mark for mark, _ in e] != [mark for mark, _ in f]:
                continue
            for (_, english), (_, foreign) in zip(e, f, strict=True):
                if english[:1].isalpha() and foreign:
                    capital = english[0].upper() + english[1:]
                    yield re.sub(r"\bi\b", "I", capital), foreign[0].upper() + foreign[1:]


def descriptions(lines: Iterable[str], language: str) -> dict[str, list[str]]:
    """The lines of each description of a `Translation` file, by the MD5 of the English one."""
    found: dict[str, list[str]] = {}
    digest, current = "", None
    for line in lines:
        if line.startswith("Description-md5:"):
            digest = line.partition(": ")[2]
        elif line.startswith(f"Description-{language}:"):
            current = found[digest] = [line.partition(":")[2].strip()]
        elif line.startswith(" ") and current is not None:
            current.append(line[1:])
        elif not line:
            digest, current = "", None
    return found


def blocks(lines: list[str]) -> list[tuple[str, str]]:
    """A description as (kind, text): `s` its summary, `p` paragraphs, `b` list items, `v` lines
    kept as they are.
    """
    found = [("s", lines[0])]
    opened = False
    for line in lines[1:]:
        if line.strip() == ".":
            opened = False
        elif match := _BULLET.match(line):
            found.append(("b", (match[1] or match[2] or "").strip()))
            opened = True
        elif line.startswith(" ") and not (opened and found[-1][0] == "b"):
            found.append(("v", line.strip()))
            opened = False
        elif opened and found[-1][0] == ("b" if line.startswith(" ") else "p"):
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        else:
            found.append(("p", line.strip()))
            opened = True
    return found


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalpha())


def _description_sentences(english: str, foreign: str) -> Iterator[Pair]:
    e, f = _STOP.split(english), _STOP.split(foreign)
    if len(e) != len(f) or any(
        not 0.4 < len(b) / max(1, len(a)) < 2.5 for a, b in zip(e, f, strict=True) if len(a) > 20
    ):
        e, f = [english], [foreign]
    yield from ((a.strip(), b.strip()) for a, b in zip(e, f, strict=True))


def described(
    suites: Iterable[tuple[dict[str, list[str]], dict[str, list[str]]]],
) -> Iterator[Pair]:
    """Sentence pairs of package descriptions (English and foreign, of each suite), matched block by
    block; descriptions of unequal structure are left out, and of texts that differ in names and
    numbers alone all but three.
    """
    seen: set[Pair] = set()
    shapes: Counter[str] = Counter()
    for english, foreign in suites:
        for digest, lines in foreign.items():
            e, f = blocks(english[digest]) if digest in english else [], blocks(lines)
            if [kind for kind, _ in e] != [kind for kind, _ in f]:
                continue
            for (kind, e_text), (_, f_text) in zip(e, f, strict=True):
                if kind == "v":
                    continue
                for a, b in _description_sentences(e_text, f_text):
                    key = _letters(a), _letters(b)
                    if not _is_good_description(a, b, key) or key in seen:
                        continue
                    seen.add(key)
                    shape = _NAME_LIKE.sub("#", a)
                    shapes[shape] += 1
                    if shapes[shape] <= MAX_TEMPLATES:
                        yield unicodedata.normalize("NFC", a), unicodedata.normalize("NFC", b)


def _is_good_description(english: str, foreign: str, letters: Pair) -> bool:
    if len(english.split()) > 70 or "\t" in english + foreign:
        return False
    if letters[0] == letters[1] or min(map(len, letters)) < 4:
        return False
    return 0.45 < len(foreign) / len(english) < 2.2
