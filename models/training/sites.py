"""Web sites that keep a page and its translation in two files, Markdown, HTML or manual pages, to raw sentence pairs:
sections by their headings, blocks by their order, sentences by `align.py` where order says too little.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

from align import Lexicon, align
from books import confident, decoded
from extract import Files
from manuals import man_blocks
from pages import HEAD, UNREADABLE, Block, plain
from sentence_pairs import Pair, cleaned, sentences

Section = list[Block]
MAX_CELLS = 4_000_000
"""Sentences of a page times those of its translation, up to which they are aligned as a whole."""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"^[ \t]*(```|~~~).*?^[ \t]*\1[^\n]*", re.DOTALL | re.MULTILINE)
_MARKDOWN_BLOCK = re.compile(
    r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.)\s)|\n(?=\s*\|)|\n(?=#+ )|(?<=\n)(?=#+ )"
)
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)(?:\{[^}]*\})?")
_FORMULA = re.compile(r"\$\$|\\\(|\$[^$\s](?:[^$]*[^$\s])?\$(?!\d)|\{%|\{\{|`[^`]*<[^`]*`")
"""Formulas, marks of a program, and code with a blank to fill in: text in which they stand is incomplete."""
_ATTRIBUTES = re.compile(r"\s*\{[#:.][^}]*\}")
_SYMBOLS = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]+")
_KINDS = (("|", "table"), ("```", "code"), (">", "quotation"), ("![", "picture"))
_PROGRAM = re.compile(r"<:.*?:>|<(pre|verbatim|script|style)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_LINE_PROGRAM = re.compile(r"^[ \t]*#[^\n]*$|\\\n", re.MULTILINE)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|acronym|b|big|cite|code|em|file|font|i|kbd|nobr|samp|small|span|strong|sub|sup|tt|u|var)"
    r"\b[^>]*>",
    re.IGNORECASE,
)
_QUOTATION_TAG = re.compile(r"</?q>", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"<(/?)(p|li|h[1-6]|dt|dd|td|th|div|ul|ol|dl|table|tr|blockquote|define-tag|br|hr|caption|center"
    r"|toc-[a-z-]+|ifn?eq|if|protect)\b[^>]*>",
    re.IGNORECASE,
)
_OTHER_TAG = re.compile(r"<[^>]*>")
_SPACED = re.compile(r" +([.,;:!?])(?=\s|$)")
_END = re.compile(r"[.!?]$")


def _kind(part: str) -> str:
    """What a block of Markdown is, by its first signs."""
    if heading := re.match(r"(#+) ", part):
        return f"h{len(heading[1])}"
    for sign, kind in _KINDS:
        if part.startswith(sign):
            return kind
    return "item" if re.match(r"(?:[-*+]|\d+\.)\s", part) else "paragraph"


def markdown_blocks(text: str) -> list[Block]:
    """The blocks of a page in Markdown; code, tables and pictures without their text.

    >>> markdown_blocks("# The harbour\\nBoats *rest*.\\n\\n![Boat](b.png)\\n")
    [Block(kind='h1', text='The harbour'), Block(kind='paragraph', text='Boats rest.'), Block(kind='picture', text='')]
    """
    text = _FENCE.sub("\n\n```\n\n", _COMMENT.sub("", HEAD.sub("", text)))
    found = []
    for chunk in _MARKDOWN_BLOCK.split(text):
        parts = chunk.split("\n", 1) if re.match(r"#+ ", chunk) else [chunk]
        for part in (part.strip() for part in parts):
            if not part.strip(">-*_ "):
                continue
            kind = _kind(part)
            if kind in ("table", "code", "picture"):
                found.append(Block(kind, ""))
                continue
            if _PICTURE.search(part) or _FORMULA.search(part):
                part = UNREADABLE
            found.append(Block(kind, cleaned(_SYMBOLS.sub("", plain(_ATTRIBUTES.sub("", part))))))
    return found


def html_blocks(text: str) -> list[Block]:
    """The blocks of a page in HTML or a language over it (WML): its text between block tags; tags of
    another kind stand for what is not there.
    """
    text = _LINE_PROGRAM.sub("", _COMMENT.sub("", text))
    text = _PROGRAM.sub("\n\n", text)
    text = _QUOTATION_TAG.sub('"', _INLINE_TAG.sub("", text))
    pieces = _BLOCK_TAG.split(text)
    found = []
    kind = "paragraph"
    for number in range(0, len(pieces), 3):
        if number:
            closing, tag = pieces[number - 2 : number]
            kind = "paragraph" if closing else tag.lower()
        for part in re.split(r"\n\s*\n", pieces[number]):
            words = cleaned(_OTHER_TAG.sub(UNREADABLE, part))
            if any(c.isalpha() for c in words):
                found.append(Block(kind, words))
    return found


def blocks(name: str, data: bytes) -> list[Block]:
    """The blocks of a page, by the ending of its name."""
    if re.search(r"\.\d\w*\.gz$", name):
        return man_blocks(decoded(gzip.decompress(data)))
    read = markdown_blocks if re.search(r"\.mdx?$", name) else html_blocks
    return read(decoded(data))


def _sections(page: list[Block]) -> list[Section]:
    """The blocks from each heading to the next."""
    found: list[Section] = [[]]
    for block in page:
        if re.match(r"h\d", block.kind):
            found.append([])
        found[-1].append(block)
    return [section for section in found if section]


def matched(english: list[Block], foreign: list[Block]) -> list[tuple[Block, Block]]:
    """The blocks that correspond: of sections in their order, where both have the same kinds of blocks.

    Sections are paired to the end where the headings of one page begin like all of the other's (a translation may end
    with a remark of its own) and two pairs in three have the same kinds; else up to the first that have not.
    """
    sides = _sections(english), _sections(foreign)
    shapes = [[tuple(block.kind for block in section) for section in side] for side in sides]
    paired = list(zip(*shapes, strict=False))
    alike = [e == f for e, f in paired]
    if any(e[0] != f[0] for e, f in paired) or 3 * sum(alike) < 2 * len(alike):
        alike = alike[: alike.index(False)] if False in alike else alike
    return [
        pair
        for number, same in enumerate(alike)
        if same
        for pair in zip(sides[0][number], sides[1][number], strict=True)
    ]


def _similar(english: str, foreign: str) -> bool:
    return 0.4 < (len(foreign) + 15) / (len(english) + 15) < 2.4


def _aligned(
    english: list[str], foreign: list[str], lexicon: Lexicon, confidence: float
) -> Iterator[Pair]:
    """The sentences of a page, or of a paragraph, that `align` is sure of."""
    if len(english) * len(foreign) > MAX_CELLS:
        return
    for bead in confident(align(foreign, english, lexicon), confidence):
        yield " ".join(english[slice(*bead.english)]), " ".join(foreign[slice(*bead.foreign)])


def page_pairs(
    english: list[Block], foreign: list[Block], lexicon: Lexicon | None, confidence: float
) -> Iterator[Pair]:
    """Raw sentence pairs of a page and its translation.

    Without a lexicon only blocks that correspond are read, and of these only those with as many
    sentences. With one, pages and paragraphs of unequal structure are aligned by their words, and
    every pair's words must overlap by `confidence`: a translation may be of an older page.
    """
    pairs = matched(english, foreign)
    alike = len(pairs) == len(english) == len(foreign)
    if lexicon and not (alike and all(_similar(e.text, f.text) for e, f in pairs)):
        texts = [
            [s for block in side for s in sentences(block.text)] for side in (english, foreign)
        ]
        yield from _aligned(*texts, lexicon, confidence)
        return
    for e_block, f_block in pairs:
        e, f = sentences(e_block.text), sentences(f_block.text)
        if lexicon and len(e) != len(f):
            yield from _aligned(e, f, lexicon, confidence)
        elif len(e) == len(f):
            for pair in zip(e, f, strict=True):
                if _similar(*pair) and (not lexicon or _overlap(pair, lexicon) >= confidence):
                    yield pair


def _overlap(pair: Pair, lexicon: Lexicon) -> float:
    english, foreign = pair
    return max((bead.overlap for bead in align([foreign], [english], lexicon)), default=0.0)


def _whole(english: str, foreign: str) -> bool:
    """Whether two sentences have the same numbers, and both an end or neither."""
    numbers = [sorted(re.findall(r"\d+", side)) for side in (english, foreign)]
    return numbers[0] == numbers[1] and bool(_END.search(english)) == bool(_END.search(foreign))


def pairs(
    files: Files,
    page: str,
    original: str,
    lexicon: Lexicon | None,
    confidence: float,
) -> Iterator[Pair]:
    """Raw sentence pairs (English, foreign) of a site, each English sentence once.

    page: regular expression that the names of translated pages match. original: the English page's
    name, with groups of `page` (`\\1`).
    """
    seen: set[str] = set()
    for name, data in files.items():
        match = re.fullmatch(page, name)
        english = files.get(match.expand(original)) if match else None
        if english is None or english == data:
            continue
        for pair in page_pairs(blocks(name, english), blocks(name, data), lexicon, confidence):
            e, f = (_SPACED.sub(r"\1", side).strip() for side in pair)
            if e not in seen and _whole(e, f):
                seen.add(e)
                yield e, f
