"""Pages of web sites and their translations, block by block."""

from __future__ import annotations

import gzip
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

TRAINING = Path(__file__).resolve().parents[1] / "models" / "training"


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(TRAINING))
    import sites

    return sites


def kinds(page: list[object]) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in page]  # type: ignore[attr-defined]


MARKDOWN = """---
title: Bridges
---
# The old bridge {#old}
It **carries** the [road](road.md). <!-- draft -->

- One arch
- Two towers

| name | year |
| --- | --- |

```sh
cross --fast
```
> It *stands*.

![Bridge](bridge.png)

See ![it](it.png) here.

Type `ls <folder>` now.
"""


def test_blocks_of_markdown(sites: ModuleType) -> None:
    """Marks are off; code, tables and pictures keep their place alone; a block with a hole is one that
    is not worth collecting.
    """
    assert kinds(sites.markdown_blocks(MARKDOWN)) == [
        ("h1", "The old bridge"),
        ("paragraph", "It carries the road."),
        ("item", "One arch"),
        ("item", "Two towers"),
        ("table", ""),
        ("table", ""),
        ("code", ""),
        ("quotation", "It stands."),
        ("picture", ""),
        ("paragraph", sites.UNREADABLE),
        ("paragraph", sites.UNREADABLE),
    ]


HTML = """#use wml::debian::template title="Bridges"
<h2>The   old bridge</h2>
<p>It <em>carries</em> the <a href="r">road</a>,
and <q>stands</q>.</p><!-- draft -->
# a remark
<ul><li>One arch<li>See <bug 12>.</ul>
<pre>cross --fast</pre>
Last words.

More of them &amp; an end.
"""


def test_blocks_of_html(sites: ModuleType) -> None:
    """Block tags and empty lines cut; a tag that a program would fill in leaves a hole."""
    assert kinds(sites.html_blocks(HTML)) == [
        ("h2", "The old bridge"),
        ("p", 'It carries the road, and "stands".'),
        ("li", "One arch"),
        ("li", f"See {sites.UNREADABLE}."),
        ("paragraph", "Last words."),
        ("paragraph", "More of them & an end."),
    ]


def site(
    sites: ModuleType, english: str, foreign: str, name: str = "a.md"
) -> list[tuple[str, str]]:
    files = {f"en/{name}": english.encode(), f"it/{name}": foreign.encode()}
    return list(sites.pairs(files, "it/(.*)", r"en/\1", None, 0.0))


def test_sections_of_other_shape_cost_no_other(sites: ModuleType) -> None:
    """A disclaimer after the translation, or a list that only one side has, leaves the rest."""
    english = "# One\n\nThe bridge is old.\n\n# Two\n\nIt is long.\n\n- and narrow\n\n# Three\n\nIt stands.\n"
    foreign = "# Uno\n\nIl ponte è vecchio.\n\n# Due\n\nÈ lungo.\n\n# Tre\n\nSta in piedi.\n\n# Nota\n\nTradotto.\n"
    assert site(sites, english, foreign) == [
        ("One", "Uno"),
        ("The bridge is old.", "Il ponte è vecchio."),
        ("Three", "Tre"),
        ("It stands.", "Sta in piedi."),
    ]


def test_what_does_not_correspond_is_left_out(sites: ModuleType) -> None:
    """Paragraphs of unequal numbers of sentences, other numbers, an end on one side alone, very unequal
    lengths, and an English sentence that came before.
    """
    english = (
        "One. Two.\n\nBuilt in 1503.\n\nIt is old.\n\nIt is there, and nobody knows since when.\n\n"
        "It stands.\n\nIt stands.\n"
    )
    foreign = "Uno e due.\n\nCostruito nel 1530.\n\nÈ vecchio\n\nC'è.\n\nSta in piedi.\n\nResta in piedi.\n"
    assert site(sites, english, foreign) == [("It stands.", "Sta in piedi.")]


def test_pages_without_an_original_or_translation_are_left_out(sites: ModuleType) -> None:
    files = {
        "it/alone.md": "Il ponte è vecchio.".encode(),
        "en/same.md": b"The bridge is old.",
        "it/same.md": b"The bridge is old.",
        "de/other.md": "Die Brücke ist alt.".encode(),
    }
    assert list(sites.pairs(files, "it/(.*)", r"en/\1", None, 0.0)) == []
    assert site(sites, "", "") == []


def lexicon() -> ModuleType:
    import align

    words = "ponte bridge torre tower fiume river strada road campo field nave ship".split()
    found = dict(zip(words[::2], (frozenset([w]) for w in words[1::2]), strict=True))
    frequent = frozenset("il la è di un una in".split()), frozenset("the is of a in an".split())
    return align.Lexicon(found, *frequent)  # type: ignore[return-value]


def test_words_decide_where_the_structure_does_not(sites: ModuleType) -> None:
    """With a lexicon a page of unequal structure is aligned by its sentences, and a sentence that was
    replaced in the original is noticed in pages of equal structure.
    """
    english = ["The bridge is long.", "A tower stands.", "The river is deep.", "The road goes on."]
    foreign = ["Il ponte è lungo.", "Una torre sta.", "Il fiume è fondo.", "La strada continua."]
    files = {
        "en/a.wml": "<p>".join(english).encode("cp1252"),
        "it/a.wml": "<p>".join([" ".join(foreign[:2]), *foreign[2:]]).encode("cp1252"),
        "en/b.wml": b"<p>A ship sails here.<p>The field is green.",
        "it/b.wml": "<p>Una nave naviga qui.<p>Un'idea va e viene.".encode("cp1252"),
    }
    found = list(sites.pairs(files, "it/(.*)", r"en/\1", lexicon(), 0.15))
    assert found == [
        *zip(english, foreign, strict=True),
        ("A ship sails here.", "Una nave naviga qui."),
    ]


def test_a_page_too_long_to_align_is_left_out(
    sites: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites, "MAX_CELLS", 3)
    page = [sites.Block("p", "The bridge is long. The river is deep.")]
    other = [sites.Block("p", "Il ponte è lungo."), sites.Block("p", "Il fiume è fondo.")]
    assert list(sites.page_pairs(page, other, lexicon(), 0.15)) == []


MANUAL = r"""'\" t
.\" A comment
.ig
nothing of this
..
.TH KEEP 1 "May 2020" "Tools" "User commands"
.SH
NAME
keep \- hold a \fIfile\fR
.SH "WHAT IT \
DOES"
Keeps a
.BR file (5)
.B "and its"
\(lqname\(rq. \" said twice
.PP
.nf
keep --all
.fi
.TP 4
.BI --all= N
All of them, \e included.
.TP
\fB-x\fR

Don\(aqt.
.
\m[blue]See\m[] \h'2'it.
.\}
.BR foo\ bar (1)
.B "a ""b"" c"
caf\(ho
"""


def test_blocks_of_a_manual_page(sites: ModuleType) -> None:
    """Fonts are off, names of characters read; headings, comments, examples and what is no text are left out."""
    data = gzip.compress(MANUAL.encode())
    assert kinds(sites.blocks("man/tr/man1/keep.1.gz", data)) == [
        ("paragraph", "keep - hold a file"),
        ("paragraph", "Keeps a file(5) and its “name”."),
        ("code", ""),
        ("term", "--all=N"),
        ("paragraph", "All of them, \\ included."),
        ("term", "-x"),
        ("paragraph", 'Don\'t. See it. foo bar(1) a "b" c caf\ufffd'),
    ]
    assert sites.blocks("keep.3posix.gz", gzip.compress(b".Dd May 2020\n.Sh NAME\nkeep\n")) == []
    assert sites.blocks("keep.1.gz", gzip.compress(b"")) == []


def test_patterns_of_the_table_match_what_they_are_for() -> None:
    """The regular expressions of `gather.toml` name the English page of a translated one."""
    sys.path.insert(0, str(TRAINING))
    try:
        import source_table

        table = source_table.read_table(TRAINING / "gather.toml")
    finally:
        sys.path.remove(str(TRAINING))
    pages = {
        ("antennapod-site", "tr"): ("_i18n/tr/about/us.md", "_i18n/en/about/us.md"),
        ("d2l", "tr"): ("chapter_rnn/index.md", "chapter_rnn/index_origin.md"),
        ("debian-web", "it"): ("italian/News/2005/1.wml", "english/News/2005/1.wml"),
        ("debian-web", "tr"): ("turkish/CD/faq.wml", "english/CD/faq.wml"),
        ("ethereum-org", "it"): (
            "public/content/translations/it/dao/index.md",
            "public/content/dao/index.md",
        ),
        ("hf-course", "it"): ("chapters/it/chapter1/1.mdx", "chapters/en/chapter1/1.mdx"),
        ("iot-beginners-mt", "tr"): ("translations/tr/1/README.md", "1/README.md"),
        ("ml-beginners", "it"): ("2/translations/README.it.md", "2/README.md"),
        ("omegat-website", "it"): ("_i18n/it/a.html", "_i18n/en/a.html"),
        ("security101-mt", "it"): ("translations/it/1 Basics.md", "1 Basics.md"),
        ("caserta-blog", "it"): ("content/post/a.it.md", "content/post/a.md"),
        ("cncf-glossary", "tr"): ("content/tr/pod.md", "content/en/pod.md"),
        ("deltachat-pages", "it"): ("it/help.md", "en/help.md"),
        ("djangogirls", "tr"): ("tr/css/README.md", "en/css/README.md"),
        ("ai-agents-beginners-mt", "tr"): (
            "translations/tr/01-intro/README.md",
            "01-intro/README.md",
        ),
        ("i2p-site", "tr"): ("content/tr/blog/2004-07-20.md", "content/en/blog/2004-07-20.md"),
        ("edgeai-beginners-mt", "it"): ("translations/it/1/README.md", "1/README.md"),
        ("hacker-laws", "it"): ("translations/it-IT.md", "README.md"),
        ("gimp-help", "it"): (
            "usr/share/gimp/2.0/help/it/a.html",
            "usr/share/gimp/2.0/help/en/a.html",
        ),
        ("installation-guide", "it"): (
            "usr/share/doc/installation-guide-amd64/it/ch01.html",
            "usr/share/doc/installation-guide-amd64/en/ch01.html",
        ),
        ("kicad-docs", "it"): (
            "usr/share/doc/kicad/help/it/a.html",
            "usr/share/doc/kicad/help/en/a.html",
        ),
        ("libreoffice-help", "tr"): (
            "usr/share/libreoffice/help/tr/text/scalc/main.html",
            "usr/share/libreoffice/help/en-US/text/scalc/main.html",
        ),
        ("lilypond-docs", "it"): (
            "usr/share/doc/lilypond/html/Documentation/learning/a.it.html",
            "usr/share/doc/lilypond/html/Documentation/learning/a.html",
        ),
        ("learnlatex", "it"): ("it/lesson-01.md", "en/lesson-01.md"),
        ("manpages", "tr"): ("usr/share/man/tr/man1/ls.1.gz", "usr/share/man/man1/ls.1.gz"),
        ("nextstrain", "tr"): ("ncov_sit-rep_tr_2020-05-01.md", "ncov_sit-rep_2020-05-01.md"),
        ("nostr-compass", "it"): ("content/it/a.md", "content/en/a.md"),
        ("organicmaps-site", "tr"): ("content/news/a.tr.md", "content/news/a.md"),
        ("siberoloji-mt", "tr"): ("content/tr/a.md", "content/en/a.md"),
        ("web-dev-beginners", "it"): ("2/translations/README.it.md", "2/README.md"),
    }
    found = {source.name: source for source in table.sources if source.kind == "sites"}
    assert {name for name, _ in pages} == found.keys()
    for (name, language), (page, original) in pages.items():
        source = found[name]
        match = re.fullmatch(source.of_language(source.page, language), page)
        assert match, name
        assert match.expand(source.original) == original
        files = {page: b"", original: b"", "translations/de/1/README.md": b""}
        assert {page, original} <= source.select(files, language).keys(), name
