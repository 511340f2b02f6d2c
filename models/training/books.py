"""Books and their translations, plain texts of Project Gutenberg or TEI, to raw sentence pairs: chapters
by their headings, sentences by `align.py`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from align import Bead, Lexicon, align
from download import GatherError
from sentence_pairs import Pair, cleaned, sentences

NEIGHBOURS = 3
"""Beads before and after one that must overlap too."""
_START = re.compile(r"\*\*\* ?START OF.*?\*\*\*", re.DOTALL)
_END = re.compile(r"\*\*\* ?END OF|End of (?:the )?Project Gutenberg")
_XML_PARAGRAPH = re.compile(r"<(?:p|head|label|l)\b[^>]*>")
"""What opens a paragraph in TEI, the Text Encoding Initiative's XML."""
_PARAGRAPH: tuple[tuple[str, str], ...] = (
    (r"\[[^\]]*\]", ""),  # pictures, notes and their numbers
    (r"\s+", " "),
    (r"(?<!\w)_|_(?!\w)|=", ""),  # italics, wide letters
    (r"--+", "—"),
)
_NOTE = re.compile(r"\[|Footnote|NOTE\b|Nota\b")
_SENTENCE: tuple[tuple[str, str], ...] = (
    (r"\s*[{(](?:\d{1,3}|[a-z])[})]", ""),
    (r"§|\*+", ""),
    (r"—[—-]+", "—"),
    (r"^\s*([\"“«]?)\s*[—–-]+\s*", r"\1"),
    (r"\s*[—–]+\s*$", ""),
    (r"(?<=[.!?,;:])\s*[—–]\s*(?=[\"”»]$)", ""),
    (r"(?<=[.,;:!?])—(?=\w)", " — "),
)
_QUOTES = (("“", "”"), ("«", "»"))
_MARKS = re.compile('[“”"«»]')
_QUOTED = re.compile("[“\"«]([^“”\"«»]*)[”\"»]|['‘]((?:[^'‘’]|(?<=\\w)['’](?=\\w))+[.,!?;:…—])['’]")
_OTHER_SCRIPTS = re.compile("[^\\x00-\u024f\u2010-\u203a]")


@dataclass(frozen=True, slots=True)
class Book:
    """One side of a book: its texts and where its chapters are.

    texts: `owner/name@commit:path` of each volume. chapter: what paragraphs that open a chapter
    begin with (regular expression). begin: what the first paragraph to read of a volume begins with.
    end: what opens the matter after its last chapter. notes: what opens notes, up to the next
    chapter. leave_out: what opens paragraphs to leave out. remove: what is taken out of paragraphs.
    shortest: characters of a chapter; a heading with less after it is a line of the contents.
    take: ranges of chapters, such as `3-16`, counted from 1 among those that are long enough, in
    the order in which they correspond to the other side's, `4+6` for 4 to 6 as one; empty for all.
    """

    texts: tuple[str, ...]
    chapter: str
    begin: str = ""
    end: str = ""
    notes: str = ""
    leave_out: str = ""
    remove: str = ""
    shortest: int = 800
    take: tuple[str, ...] = ()


def decoded(data: bytes) -> str:
    """A text in UTF-8 or, where it is not, in Windows-1252, with lines that end in U+000A."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return text.replace("\r\n", "\n")


def paragraphs(data: bytes) -> list[str]:
    """The paragraphs of a text between the header and the licence, on one line each. A text without blank lines has a
    paragraph a line; of TEI the `text` element is read.
    """
    text = decoded(data)
    start, end = _START.search(text), _END.search(text)
    body = text[start.end() if start else 0 : end.start() if end else len(text)].strip()
    if body.startswith("<?xml"):
        opened = _XML_PARAGRAPH.sub("\n\n", re.split(r"<text\b[^>]*>", body, maxsplit=1)[-1])
        body = html.unescape(re.sub(r"<[^>]*>", "", opened))
    elif not re.search(r"\n\s*\n", body):
        body = body.replace("\n", "\n\n")
    found = []
    for paragraph in re.split(r"\n\s*\n", body):
        for pattern, replacement in _PARAGRAPH:
            paragraph = re.sub(pattern, replacement, paragraph)
        if paragraph.strip():
            found.append(paragraph.strip())
    return found


def _opens(pattern: str, paragraph: str) -> bool:
    return bool(pattern) and re.match(pattern, paragraph) is not None


def _from(pattern: str, read: list[str]) -> list[str]:
    """The paragraphs from the first that begins with a pattern; all if none does."""
    matching = (number for number, paragraph in enumerate(read) if _opens(pattern, paragraph))
    return read[next(matching, 0) :]


def chapters(book: Book, volumes: list[bytes]) -> list[list[str]]:
    """The sentences of each chapter of a book that is long enough to be one."""
    found: list[list[str]] = []
    for volume in volumes:
        current: list[str] | None = None
        notes = False
        for paragraph in _from(book.begin, paragraphs(volume)):
            if _opens(book.chapter, paragraph):
                current, notes = [], False
                found.append(current)
            elif current is not None and _opens(book.end, paragraph):
                break
            elif _opens(book.notes, paragraph):
                notes = True
            elif current is not None and not (
                notes or _NOTE.match(paragraph) or _opens(book.leave_out, paragraph)
            ):
                current += sentences(
                    re.sub(book.remove, "", paragraph) if book.remove else paragraph
                )
    long = [chapter for chapter in found if sum(map(len, chapter)) > book.shortest]
    taken = []
    for span in book.take or (f"1-{len(long)}",):
        numbers = [int(number) for number in re.split("[-+]", span)]
        some = long[numbers[0] - 1 : numbers[-1]]
        taken += [[sentence for chapter in some for sentence in chapter]] if "+" in span else some
    return taken


def confident(beads: list[Bead], confidence: float) -> Iterator[Bead]:
    """The beads to rely on: their overlap is at least `confidence` and that of their neighbourhood
    a fifth more, and their lengths are similar; or their overlap is twice as much.
    """
    overlaps = [bead.overlap for bead in beads]
    for number, bead in enumerate(beads):
        near = overlaps[max(0, number - NEIGHBOURS) : number + NEIGHBOURS + 1]
        usual = bead.overlap >= confidence and bead.stretch <= 0.3
        if (usual and sum(near) / len(near) >= 1.2 * confidence) or (
            bead.overlap >= 2 * confidence and bead.stretch <= 0.42
        ):
            yield bead


def tidy(text: str) -> str:
    """A sentence without the numbers of notes and without quotation marks that have no fellow."""
    for pattern, replacement in _SENTENCE:
        text = re.sub(pattern, replacement, text)
    text = text.replace("„", "”" if "“" in text else "")
    for opening, closing in _QUOTES:
        if text.count(opening) != text.count(closing):
            text = text.replace(opening, "").replace(closing, "")
    if text.count('"') % 2:
        text = text.replace('"', "")
    if text.startswith("‘") and text.count("‘") != len(re.findall(r"’(?!\w)", text)):
        text = re.sub(r"‘|’(?!\w)", "", text)
    return cleaned(text).lstrip("—– ")


def _inner(text: str) -> str:
    """What stands between quotation marks around the whole text; nothing if they are not there."""
    match = _QUOTED.fullmatch(text)
    return (match[1] or match[2] or "") if match else ""


def alike(english: str, foreign: str) -> Pair:
    """A pair without quotation marks around one side if the other has none at all."""
    if _inner(english) and not _MARKS.search(foreign):
        return _inner(english), foreign
    if _inner(foreign) and not _MARKS.search(english):
        return english, _inner(foreign)
    return english, foreign


def pairs(
    foreign: list[list[str]], english: list[list[str]], lexicon: Lexicon, confidence: float
) -> Iterator[Pair]:
    """Raw pairs (English, foreign) of the chapters of two books, which correspond in their order;
    no titles, and none where a sentence begins in the middle, or holds more than two letters of
    another script. Unequal numbers of chapters are an error.
    """
    if len(foreign) != len(english) or not foreign:
        message = f"{len(foreign)} foreign chapters, {len(english)} English ones; mend gather.toml"
        raise GatherError(message)
    for f_chapter, e_chapter in zip(foreign, english, strict=True):
        for bead in confident(align(f_chapter, e_chapter, lexicon), confidence):
            f = tidy(" ".join(f_chapter[slice(*bead.foreign)]))
            e = tidy(" ".join(e_chapter[slice(*bead.english)]))
            odd = any(side[:1].islower() or side.isupper() for side in (e, f))
            if not odd and len(_OTHER_SCRIPTS.findall(e + f)) <= 2:
                yield alike(e, f)
