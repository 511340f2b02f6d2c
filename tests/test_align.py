"""Sentence alignment and the reading of books, on texts put together here."""

from __future__ import annotations

import gzip
import itertools
import json
import lzma
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TRAINING = Path(__file__).resolve().parents[1] / "models" / "training"
WORDS = {
    "gatto": "cat",
    "fornaio": "baker",
    "cavallo": "horse",
    "sindaco": "mayor",
    "vedova": "widow",
    "pescatore": "fisherman",
    "ponte": "bridge",
    "giardino": "garden",
    "mercato": "market",
    "mulino": "mill",
    "bosco": "forest",
    "chiesa": "church",
}
NAMES = list(WORDS)


def tool(name: str) -> Any:
    """A module of the recipe; they are scripts and import one another by their plain names."""
    if str(TRAINING) not in sys.path:
        sys.path.insert(0, str(TRAINING))
    module: ModuleType = __import__(name)
    return module


def story(count: int) -> tuple[list[str], list[str]]:
    """Italian sentences and their English, each with another choice of words."""
    chosen = itertools.islice(itertools.permutations(NAMES, 3), 0, None, 7)
    triples = list(itertools.islice(chosen, count))
    italian = [f"{a.capitalize()} incontra {b}, poi torna verso {c}." for a, b, c in triples]
    english = [
        f"{WORDS[a].capitalize()} meets {WORDS[b]} and then returns to {WORDS[c]}."
        for a, b, c in triples
    ]
    return italian, english


def lexicon() -> Any:
    align = tool("align")
    table = {it[:6]: frozenset([en[:6]]) for it, en in WORDS.items()}
    return align.Lexicon(table, frozenset({"poi"}), frozenset({"and", "then"}))


def spans(beads: list[Any]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [(bead.foreign, bead.english) for bead in beads]


def test_sentences_are_found_again_however_they_are_cut() -> None:
    italian, english = story(12)
    merged = [*italian[:3], f"{italian[3]} {italian[4]}", *italian[5:]]
    beads = tool("align").align(merged, english, lexicon())
    assert ((3, 4), (3, 5)) in spans(beads)
    assert spans(beads) == [
        ((0, 1), (0, 1)),
        ((1, 2), (1, 2)),
        ((2, 3), (2, 3)),
        ((3, 4), (3, 5)),
    ] + [((n, n + 1), (n + 1, n + 2)) for n in range(4, 11)]


@pytest.mark.parametrize("extra", [0, 5, 12])
def test_a_sentence_of_one_side_alone_is_skipped(extra: int) -> None:
    italian, english = story(12)
    longer = [
        *english[:extra],
        "Nobody had ever seen such weather on this coast.",
        *english[extra:],
    ]
    beads = tool("align").align(italian, longer, lexicon())
    (alone,) = [bead for bead in beads if bead.foreign[0] == bead.foreign[1]]
    assert alone.english == (extra, extra + 1)
    assert alone.overlap == 0
    assert sum(bead.overlap > 0 for bead in beads) == 12
    back = tool("align").align(longer, longer, lexicon())
    assert spans(back) == [((n, n + 1), (n, n + 1)) for n in range(13)]


def test_texts_without_sentences_and_without_words() -> None:
    align = tool("align").align
    assert align([], ["One."], lexicon()) == []
    assert align(["Uno."], [], lexicon()) == []
    (bead,) = align(["..."], ["!"], lexicon())
    assert bead.overlap == 0


def test_without_a_corpus_shared_spellings_align(tmp_path: Path) -> None:
    align = tool("align")
    nothing = align.lexicon_of(tmp_path, "it", ("*",))
    assert nothing.translations == {}
    assert "the" in nothing.english_frequent
    italian = [
        "Il generale parte domani.",
        "Napoli aspetta il generale Rossi.",
        "La musica di Vivaldi comincia.",
    ]
    english = [
        "The general leaves tomorrow.",
        "A long silence followed these words of his.",
        "Napoli awaits general Rossi.",
        "The music of Vivaldi begins.",
    ]
    beads = [bead for bead in align.align(italian, english, nothing) if bead.overlap > 0]
    assert spans(beads) == [((0, 1), (0, 1)), ((1, 2), (2, 3)), ((2, 3), (3, 4))]


@pytest.mark.parametrize("ending", ["tsv", "tsv.xz"])
def test_a_lexicon_is_learnt_from_the_corpus(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    align = tool("align")
    monkeypatch.setattr(align, "FREQUENT", 6)
    italian, english = story(150)
    rows = [f"tales\t{it}\t{en}\n" for it, en in zip(italian, english, strict=True)]
    rows += [
        f"manual\t{NAMES[n % 12]} uno due tre quattro\tone two three four five\n" for n in range(90)
    ]
    data = "".join(rows).encode()
    path = tmp_path / f"it-en.{ending}"
    path.write_bytes(lzma.compress(data) if ending.endswith("xz") else data)
    found = align.lexicon_of(tmp_path, "it", ("tale*",))
    assert {"incont", "torna", "verso", "poi"} <= found.foreign_frequent
    for it, en in WORDS.items():
        assert en[:6] in found.translations.get(it[:6], ()) or it[:6] in found.foreign_frequent
    assert not any("three" in translations for translations in found.translations.values())


def test_a_sample_is_of_every_source_and_not_of_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    align = tool("align")
    monkeypatch.setattr(align, "PAIRS_OF_A_SOURCE", 3)
    lines = [f"{s}\tuno due tre {n}\tone two three {n}\n" for s in "ab" for n in range(20)]
    lines += ["a\tuno\tone\n", f"a\t{'parola ' * 40}\t{'word ' * 40}\n"]
    first = list(align.sample(lines))
    assert first == list(align.sample(lines[::-1]))
    assert len(first) == 6
    assert {english.split()[0] for english, _ in first} == {"one"}
    assert len(list(align.sample(lines, ("b",)))) == 3


BOOK = """The Project Gutenberg EBook of A Walk

*** START OF THIS PROJECT GUTENBERG EBOOK A WALK ***

CHAPTER I.

CHAPTER II.

PREFACE OF THE PUBLISHER

CHAPTER I. [Illustration: a
boat]

{one} [3]

* * *

[Footnote 3: a note on the boat]

NOTE: no part of the text.

Notably, it is.

CHAPTER II.

{two}

NOTES

A note at the end -- no part of the text.

CHAPTER III.

{one}

THE END.

{two}

*** END OF THIS PROJECT GUTENBERG EBOOK A WALK ***

{one}
"""


def test_chapters_of_a_book() -> None:
    books = tool("books")
    one, two = "She rowed =far=--too _far_. " * 40, "He walked home. " * 60
    data = BOOK.format(one=one, two=two).replace("\n", "\r\n").encode()
    rules = {"chapter": r"CHAPTER [IVX]+\.", "end": "THE END", "notes": "NOTES"}
    book = books.Book(("a/b@0:c.txt",), **rules)
    first, second, third = books.chapters(book, [data])
    assert first == ["She rowed far—too far."] * 40 + ["* * *", "Notably, it is."]
    assert second == ["He walked home."] * 60
    assert third == ["She rowed far—too far."] * 40
    taken = books.Book((), **rules, leave_out=r"\*", take=("3", "1-2"))
    assert books.chapters(taken, [data]) == [third, [*first[:-2], first[-1]], second]
    assert len(books.chapters(book, [data, data])) == 6
    joined = books.Book((), **rules, take=("1+2", "3"))
    assert books.chapters(joined, [data]) == [first + second, third]
    later = books.Book((), **rules, begin="CHAPTER III", remove="—too.*?far", shortest=10)
    assert books.chapters(later, [data]) == [["She rowed far."] * 40]
    assert books.chapters(books.Book((), **rules, shortest=5000), [data]) == []


def test_texts_of_old_encodings_and_without_a_header() -> None:
    paragraphs = tool("books").paragraphs
    assert paragraphs("Perchè no?\n\nPiù  in\nlà.".encode("cp1252")) == ["Perchè no?", "Più in là."]
    assert paragraphs("\ufeffPerchè no?\n\n\n".encode()) == ["Perchè no?"]


def test_paragraphs_of_tei_and_of_texts_without_blank_lines() -> None:
    paragraphs = tool("books").paragraphs
    tei = """<?xml version="1.0" encoding="UTF-8"?>
        <TEI><teiHeader><textClass><p>Not of the book.</p></textClass></teiHeader>
        <text xml:lang="it"><body><div type="chapter"><head>OTTOBRE</head>
        <p>Oggi è il primo
        giorno &amp; <hi rend="italic">basta</hi>.</p>
        <p rend="x">Sono le nove.</p></div></body></text></TEI>"""
    assert paragraphs(tei.encode()) == [
        "OTTOBRE",
        "Oggi è il primo giorno & basta.",
        "Sono le nove.",
    ]
    assert paragraphs(b"Una riga.\nUn'altra.\n\n") == ["Una riga.", "Un'altra."]
    assert paragraphs(b"Una riga.\nUn'altra.\n\nPoi.\n") == ["Una riga. Un'altra.", "Poi."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("—Come?", "Come?"),
        ('He said: "Go.', "He said: Go."),
        ("“Go”, he said.", "“Go”, he said."),
        ("“Go,„ he said.", "“Go,” he said."),
        ("Go,„ he said.", "Go, he said."),
        ("“Go, he said.", "Go, he said."),
        ("«Va, disse.", "Va, disse."),
        ("It rained (12) all day. * * *", "It rained all day."),
        ("‘Go, he said; it’s late", "Go, he said; it’s late"),
        ("Then he left.—", "Then he left."),
        ("“—Go!”", "“Go!”"),
        ("” — Go!", "Go!"),
        ("A long way§ (b) from* home.", "A long way from home."),
        ("So it was.—Then he left.", "So it was. — Then he left."),
    ],
)
def test_sentences_of_books_are_tidied(text: str, expected: str) -> None:
    assert tool("books").tidy(text) == expected


def test_quotation_marks_around_one_side_alone_go() -> None:
    alike = tool("books").alike
    assert alike("“Go home!”", "Va a casa!") == ("Go home!", "Va a casa!")
    assert alike("Go home!", "«Va a casa!»") == ("Go home!", "Va a casa!")
    assert alike("‘I don’t go!’", "Non vado!") == ("I don’t go!", "Non vado!")
    for pair in [
        ("'Go!' 'No!'", "Va! No!"),
        ("“Go!” “No!”", "Va! No!"),
        ("“Go!”", "«Va!»"),
        ("“Go!”", "Disse: «Va!»"),
    ]:
        assert alike(*pair) == pair


def test_beads_that_nothing_around_them_supports_are_left_out() -> None:
    align, books = tool("align"), tool("books")

    def bead(overlap: float, stretch: float = 0.0) -> Any:
        return align.Bead((0, 1), (0, 1), overlap, stretch)

    good = [bead(0.3) for _ in range(5)]
    long = bead(0.19, 0.4)
    kept = list(books.confident([*good, long, bead(0.05), bead(0.3, 0.5)], 0.1))
    assert kept == good
    lonely = [bead(0.0)] * 3 + [bead(0.15)] + [bead(0.0)] * 3
    assert list(books.confident(lonely, 0.1)) == []
    assert list(books.confident([bead(0.0)] * 3 + [bead(0.2)] + [bead(0.0)] * 3, 0.1)) == [
        bead(0.2)
    ]


def test_pairs_of_a_book_and_its_translation() -> None:
    books = tool("books")
    italian, english = story(30)
    foreign = [italian[:15], [*italian[15:], "poi dorme"]]
    other = [english[:15], [*english[15:], "then he sleeps"]]
    found = list(books.pairs(foreign, other, lexicon(), 0.1))
    assert found == list(zip(english, italian, strict=True))
    with pytest.raises(tool("download").GatherError, match="2 foreign chapters, 1 English"):
        list(books.pairs(foreign, other[:1], lexicon(), 0.1))


def squad(*passages: tuple[str, str]) -> bytes:
    """A file in SQuAD's shape: passages with the ids of the questions about them, one letter each."""
    paragraphs = [
        {"context": text, "qas": [{"id": number, "question": "Who?"} for number in numbers]}
        for numbers, text in passages
    ]
    return json.dumps({"data": [{"title": "Painters", "paragraphs": paragraphs}]}).encode()


@pytest.mark.parametrize(
    ("foreign", "english", "expected"),
    [
        ("Nacque nel 1504.", "He was born in 1504.", True),
        ("Nacque nel 1532.", "He was born in 1504.", False),
        ("Dal 1501 al 1504, e nel 1510.", "From 1501 to 1504, and in 1511.", False),  # 2 of 4
        ("Dal 1501 al 1504, nel 1510.", "From 1501 to 1504, in 1510 and 1511.", True),  # 3 of 4
        ("Chi era?", "He asked who it was.", False),
        ("Chiese chi fosse.", "Who was it?", True),
        ("Visse a Roma, dove", "He lived in Rome.", False),
        ("Visse a Roma", "He lived in Rome", True),
        ("Disse: «Vivo a Roma.»", "He said: I live in Rome.", True),
    ],
)
def test_sentences_that_cannot_say_the_same(foreign: str, english: str, expected: bool) -> None:
    assert tool("passages")._alike(foreign, english) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quest' anno anch' io", "quest'anno anch'io"),
        ("all’ Italia , dov’ è", "all’Italia, dov’è"),
        ("un po' di sale", "un po' di sale"),
        ("negli anni '90 e '70", "negli anni '90 e '70"),
        ("il film 'American Idol' e 'Pearl' sono", "il film 'American Idol' e 'Pearl' sono"),
        ("la lettera 'l' e la 'd' no", "la lettera 'l' e la 'd' no"),
    ],
)
def test_blanks_of_a_translator_are_taken_out(text: str, expected: str) -> None:
    assert tool("passages").joined(text) == expected


def test_passages_are_paired_by_the_ids_of_their_questions() -> None:
    passages = tool("passages")
    english = squad(
        ("z", "Tintoretto lived in Venice."),
        ("ab", "Giorgione left Castelfranco in 1504. Ariosto wrote in Ferrara in 1516. Raffaello?"),
        ("c", "Donatello worked in Padova. Vasari doubted that Cimabue taught Giotto."),
    )
    foreign = squad(
        ("cx", "Donatello lavorò a Padova. Vasari dubitava che Cimabue insegnasse a Giotto."),
        (
            "b",
            "Giorgione lasciò l' isola di Castelfranco nel 1504 . Ariosto scrisse a Ferrara nel 1532.",
        ),
        ("y", "Tintoretto visse a Venezia."),
    )
    files = {"it-test.json.gz": gzip.compress(foreign)}
    lexicon = tool("align").learn((), "it")
    found = list(passages.pairs({"dev.json": english}, files, lexicon, 0.12))
    assert found == [
        ("Donatello worked in Padova.", "Donatello lavorò a Padova."),
        (
            "Vasari doubted that Cimabue taught Giotto.",
            "Vasari dubitava che Cimabue insegnasse a Giotto.",
        ),
        (
            "Giorgione left Castelfranco in 1504.",
            "Giorgione lasciò l'isola di Castelfranco nel 1504.",
        ),
    ]  # neither another year, nor a passage whose questions are not the same
    assert list(passages.pairs({"dev.json": english}, files, lexicon, 9.0)) == []
    assert list(passages.pairs({}, files, lexicon, 0.12)) == []
