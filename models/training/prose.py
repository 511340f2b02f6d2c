"""English prose out of textbooks, reference works and speeches, sentence by sentence, for back-translation: text that has no translation.

Readers get the files of a source (name: bytes) and yield paragraphs; `sentences_of` keeps the sentences that can stand alone:
no headings, no formulas, none that points to a figure, a chapter or another page.
"""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterable, Iterator

from extract import Files
from sacremoses import MosesDetokenizer
from sentence_pairs import ENGLISH_WORDS, MARKUP, cleaned, letters_key, sentences

SHORTEST, LONGEST = 6, 40
"""Words of a sentence."""
MIN_LETTERS = 0.8
"""Share of letters and spaces."""
MIN_FUNCTION_WORDS = 0.12
"""Share of words like `the` and `of`, without which a line is a list or a title."""
GAP = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in a paragraph for what a sentence cannot be read without: a formula, an image, the name of a figure."""
BREAK = "\f"
"""Ends a paragraph where a list or a figure stands inside it; XML cannot hold the character."""
_CNXML = "{http://cnx.rice.edu/cnxml}"
_APART = frozenset(
    (
        "code commentary definition equation example exercise figure footnote glossary injected-exercise list media metadata "
        "note problem proof quote rule solution table title"
    ).split()
)
"""Elements of a module that hold no running text."""
_TASKS = re.compile(
    "activit|assessment|bibliograph|check|credits|exercise|further|glossary|homework|interactive|key-|learning-obj|link|multiple|"
    "objectives|outcome|practice|problem|project|question|read-|reference|resource|review|suggested|summary|try-it|video|watch|"
    "works-cited",
    re.IGNORECASE,
)
"""Classes of sections that ask something of the reader, or list works."""
_POINTER = re.compile(
    r"\b(?:Figure|Fig|Table|Chapter|Exhibit|Appendix|Section|Box|Module|Unit|Equation|Exercise|Example)s?\.? \d"
    r"|\b(?:this|next|previous|last|preceding|following|earlier|later) (?:book|chapter|course|example|figure|graph|module|section|"
    r"sidebar|table|textbook|unit|video|website)s?\b"
    r"|\b(?:shown|pictured|discussed|mentioned|described|noted|listed) (?:above|below|earlier|here|previously)\b"
    r"|\((?:credit|see|source|photo)\b|\bet al\b|\((?-i:[A-Z])[^()]*, (?:18|19|20)\d\d\w?\)",
    re.IGNORECASE,
)
"""Words that need something beside the sentence."""
_BEGIN = re.compile(r"[\"“‘'(]{0,2}[A-ZÀ-Þ0-9]")
_END = re.compile(r"[^\W_]%?[)\"”’']*[.!?][)\"”’']*$")
_GLUED = re.compile(r"[a-z][.!?][A-Z]|\s[,.;:](?:\s|$)|[a-z]\d+[.,]|[=+*\\^<>{}]")
_TAG = re.compile(r"<[^>]*>")
_LINE_END = re.compile(r"<\s*/?\s*(?:p|br)\s*/?\s*>|\n", re.IGNORECASE)
_LABEL = re.compile(r"^\s*(?:note(?: \d+)?|[a-z][a-z /-]{0,40}):\s*")
_APPLAUSE = re.compile(r"[(\[](?:applause|laughter)[^()\]]*[)\]]", re.IGNORECASE)
_SPEAKER = re.compile(r"^\s*[A-Z][A-Z .']+:\s*")
_SHOUTED = re.compile(r"\b[^\W\d_a-zß-ÿ]{5,}\b")
"""A word in capitals that is longer than most abbreviations: surnames in the World Factbook."""
_JOINED = re.compile(r" @([-,.])@ ")
"""A hyphen, comma or point inside a word or number of WikiText."""
_STRAY = re.compile(r"(?<=\w) (’) ?(?=(?:s|m|t|d|re|ve|ll)\b)|(?<=\d) (–) (?=\d)")
"""A typographic apostrophe or a dash that the detokeniser leaves apart from the words beside it."""
_YEAR = re.compile(r"\s*\(\d{4}(?: est\.)?\)\s*$")


def cnxml(files: Files) -> Iterator[str]:
    """Paragraphs of modules in CNXML, the format of OpenStax textbooks; not of exercises, captions and summaries."""
    for data in files.values():
        try:
            content = ET.fromstring(data).find(f"{_CNXML}content")
        except ET.ParseError:
            continue
        if content is not None:
            yield from _paragraphs(content)


def _paragraphs(node: ET.Element) -> Iterator[str]:
    for child in node:
        name = child.tag.removeprefix(_CNXML)
        if name in _APART or _TASKS.search(child.get("class", "")):
            continue
        if name == "para":
            yield from "".join(_running_text(child)).split(BREAK)
        else:
            yield from _paragraphs(child)


def _running_text(node: ET.Element) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        name = child.tag.removeprefix(_CNXML)
        points = name == "link" and (
            child.get("target-id") or child.get("document") or not "".join(child.itertext()).strip()
        )
        if name == "footnote":
            pass
        elif name in _APART:
            yield BREAK
        elif points or name in ("sup", "sub") or not child.tag.startswith(_CNXML):
            yield GAP
        else:
            yield from _running_text(child)
        yield child.tail or ""


def factbook(files: Files) -> Iterator[str]:
    """The texts of the World Factbook in JSON, without labels and years of estimates."""

    def texts(node: object) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict | list):
            for inner in node.values() if isinstance(node, dict) else node:
                yield from texts(inner)

    for data in files.values():
        for text in texts(json.loads(data)):
            for part in _LINE_END.split(text):
                yield _YEAR.sub("", _LABEL.sub("", _TAG.sub("", part)))


def wikisplit(files: Files) -> Iterator[str]:
    """The whole sentences of WikiSplit (first column: tokens of Wikipedia), put together again; not those with odd quotation marks."""
    detokenizer = MosesDetokenizer("en")
    for data in files.values():
        for line in data.decode("utf-8").split("\n"):
            tokens = line.partition("\t")[0].replace("''", '"').split()
            if _has_plain_marks(tokens):
                yield _detokenized(detokenizer, tokens)


def _has_plain_marks(tokens: list[str]) -> bool:
    """Whether quotation marks come in pairs, and none is of a kind that cannot be put back where it was."""
    return tokens.count('"') in (0, 2, 4) and not {"'", "/"} & {*tokens}


def _detokenized(detokenizer: MosesDetokenizer, tokens: list[str]) -> str:
    text: str = detokenizer.detokenize(tokens).replace(" n't", "n't")
    return _STRAY.sub(r"\1\2", text.replace(" - ", "-"))


def speeches(files: Files) -> Iterator[str]:
    """The paragraphs of the plain texts in ZIP archives, without the names of speakers and the applause."""
    for data in files.values():
        for text in _zipped(data):
            for paragraph in re.split(r"\n\s*\n", text.decode("cp1252", "replace")):
                yield _SPEAKER.sub("", _APPLAUSE.sub(" ", paragraph)).replace("--", " – ")


def _zipped(archive: bytes) -> Iterator[bytes]:
    """The files of a ZIP archive, in the order of their names."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in sorted(opened.namelist()):
            yield opened.read(name)


def tagged(files: Files) -> Iterator[str]:
    """The sentences, one a line, of tagged texts in ZIP archives (`The_DT news_NN`), put together again; not those with odd quotation
    marks.
    """
    detokenizer = MosesDetokenizer("en")
    for data in files.values():
        for text in _zipped(data):
            for line in text.decode("utf-8", "replace").split("\n"):
                tokens = [token.rpartition("_")[0] for token in line.split()]
                if all(tokens) and _has_plain_marks(tokens):
                    yield _detokenized(detokenizer, tokens)


def wikitext(files: Files) -> Iterator[str]:
    """The paragraphs of WikiText (tokens of Wikipedia), put together again; not their sentences with a word left out (`<unk>`)."""
    detokenizer = MosesDetokenizer("en")
    for data in files.values():
        for line in data.decode("utf-8").split("\n"):
            tokens = _JOINED.sub(r"\1", line).replace("<unk>", GAP).split()
            if tokens and tokens[0] != "=" and tokens.count('"') % 2 == 0:
                yield _detokenized(detokenizer, tokens)


READERS: dict[str, Callable[[Files], Iterator[str]]] = {
    "cnxml": cnxml,
    "factbook": factbook,
    "speeches": speeches,
    "tagged": tagged,
    "wikisplit": wikisplit,
    "wikitext": wikitext,
}
"""By the kind of a source of prose in `gather.toml`."""


def stands_alone(sentence: str) -> bool:
    """Whether a sentence is prose that can be read, and translated, by itself.

    >>> [stands_alone(text) for text in (
    ...     "The Moon turns around the Earth in a little more than 27 days.",
    ...     "The Moon is shown in Figure 3.2 as it stands on the first day.",
    ...     "Moon, Earth, Sun, Jupiter, Saturn, Uranus, Neptune.",
    ... )]
    [True, False, False]
    """
    words = sentence.split()
    if not SHORTEST <= len(words) <= LONGEST or GAP in sentence:
        return False
    if not _BEGIN.match(sentence) or not _END.search(sentence) or _GLUED.search(sentence):
        return False
    if any(pattern.search(sentence) for pattern in (MARKUP, _POINTER, _SHOUTED)):
        return False
    if sum(c.isalpha() or c.isspace() for c in sentence) < MIN_LETTERS * len(sentence):
        return False
    if any(sentence.count(a) != sentence.count(b) for a, b in ("()", "“”", "[]")):
        return False
    known = sum(word.lower().strip('.,;:"“”()') in ENGLISH_WORDS for word in words)
    return sentence.count('"') % 2 == 0 and known >= MIN_FUNCTION_WORDS * len(words)


def sentences_of(paragraphs: Iterable[str]) -> Iterator[str]:
    """The sentences that stand alone, cleaned, each once by its letters."""
    seen: set[str] = set()
    for paragraph in paragraphs:
        for sentence in sentences(cleaned(paragraph)):
            if stands_alone(sentence) and (key := letters_key(sentence)) not in seen:
                seen.add(key)
                yield sentence
