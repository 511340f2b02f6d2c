"""English prose for back-translation: what is read out of textbooks and the World Factbook, and what is left out."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

TRAINING = Path(__file__).resolve().parents[1] / "models" / "training"
MODULE = """<document xmlns="http://cnx.rice.edu/cnxml" xmlns:m="http://www.w3.org/1998/Math/MathML">
<title>Tides</title><content>
<section class="learning-objectives"><para>By the end you will be able to say why the sea rises and falls.</para></section>
<para id="a">The sea rises and falls twice a day on most coasts of the <term>Atlantic</term> (<link target-id="F"/>).
The Moon pulls the water with a force of <m:math><m:mi>F</m:mi></m:math> in the north. It takes a little more than
12 hours from one high tide to the next<footnote>Not everywhere.</footnote>.</para>
<figure id="F"><caption>This is the caption of the picture that shows the sea at noon.</caption></figure>
<section><para>Sailors have known for ages that the <emphasis>spring tides</emphasis> are the highest ones.
<list><item>An item of a list is no sentence of the text in which it stands.</item></list>
As we saw in Chapter 3, the Sun pulls too.</para>
<exercise><problem><para>Why does the sea rise and fall twice a day on the coast?</para></problem></exercise></section>
</content></document>"""


def tool(name: str) -> Any:
    """A module of the recipe; they are scripts and import one another by their plain names."""
    if str(TRAINING) not in sys.path:
        sys.path.insert(0, str(TRAINING))
    return __import__(name)


def read(kind: str, data: bytes) -> list[str]:
    prose = tool("prose")
    return list(prose.sentences_of(prose.READERS[kind]({"file": data})))


def test_running_text_of_a_textbook_is_read() -> None:
    """Not tasks, captions and lists, nor a sentence that lacks its formula or points elsewhere."""
    assert read("cnxml", MODULE.encode()) == [
        "It takes a little more than 12 hours from one high tide to the next.",
        "Sailors have known for ages that the spring tides are the highest ones.",
    ]


def test_a_module_that_is_no_xml_or_has_no_content_is_passed_over() -> None:
    assert read("cnxml", b"<document><para>") == []
    assert read("cnxml", b"<document/>") == []


def test_texts_of_the_factbook_are_read_without_labels_and_years() -> None:
    page = {
        "Geography": {
            "Location": {"text": "Southern Europe, a peninsula"},
            "Climate": {"text": "note: The summers are hot and dry in the south of the country."},
        },
        "Economy": [
            "<p>The country sells more wine than it did in the last century.</p>"
            "<p>Wine is the largest of its exports, and oil is the second. (2023 est.)</p>"
        ],
        "Area": 12,
    }
    assert read("factbook", json.dumps(page).encode()) == [
        "The summers are hot and dry in the south of the country.",
        "The country sells more wine than it did in the last century.",
        "Wine is the largest of its exports, and oil is the second.",
    ]


def test_sentences_of_wikipedia_are_put_together_again() -> None:
    lines = [
        "He ( born in 1904 ) was the king 's half - brother , who did n't like to read '' The Times '' .\tHe . <::::> It .",
        "The ' odd marks ' of this one make it hard to put together .\tx",
        "The second '' mark of this one is not there in the text .\tx",
    ]
    assert read("wikisplit", "\n".join(lines).encode()) == [
        "He (born in 1904) was the king's half-brother, who didn't like to read \"The Times\"."
    ]


def test_tagged_texts_are_put_together_again() -> None:
    text = (
        "The_DT mayor_NN of_IN the_DT town_NN ,_, who_WP did_VBD n't_RB vote_VB ,_, wasn_NN ’_NN t_NN there_RB ._. \n\n"
        'He_PRP said_VBD :_: "_`` It_PRP was_VBD the_DT last_JJ time_NN ._. \n'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("masc_tagged/written/news.txt", text)
    assert read("tagged", buffer.getvalue()) == [
        "The mayor of the town, who didn't vote, wasn’t there."
    ]


def test_paragraphs_of_wikitext_are_put_together_again() -> None:
    text = (
        " = The harbour of the town = \n \n The harbour has 2 @,@ 500 red @-@ tipped lamps , and they burn until the morning . "
        "The <unk> is in the north of the town . It was built in 1950 – 51 by the people of the town . \n"
    )
    assert read("wikitext", text.encode()) == [
        "The harbour has 2,500 red-tipped lamps, and they burn until the morning.",
        "It was built in 1950–51 by the people of the town.",
    ]


def test_speeches_are_read_without_speakers_and_applause() -> None:
    speech = (
        b"THE PRESIDENT: We have come a long way in this year. (Applause.) The way\nthat lies before us is long.\n\n"
        b"And we will go it together -- all of us -- until the end.\n"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("1960.txt", speech)
    assert read("speeches", buffer.getvalue()) == [
        "We have come a long way in this year.",
        "The way that lies before us is long.",
        "And we will go it together – all of us – until the end.",
    ]


@pytest.mark.parametrize(
    ("sentence", "alone"),
    [
        ("The rivers of the north carry more water in the spring.", True),
        ("“The rivers of the north,” he said, “carry the water of the spring.”", True),
        ("In 1900 the city in the north had only 900 people, and no railway of its own.", True),
        ("The rivers carry water.", False),
        ("the rivers of the north carry more water in the spring.", False),
        ("The rivers of the north carry more water in the spring", False),
        ("The rivers of the north (see Table 4 for all of them) carry more water.", False),
        ("In this chapter the rivers of the north carry more water.", False),
        ("The rivers of the north carry more water (Smith, 2004) in the spring.", False),
        ("Rivers Lakes Seas Oceans Mountains Hills Valleys Plains Deserts.", False),
        ("The rivers of the north.The water of the spring is cold.", False),
        ("The “rivers of the north carry more water in the spring.", False),
        ("The rivers of the north are at https://example.org in the spring.", False),
        ("The rivers of the north carry x = 2 more water in the spring.", False),
        ("In the year 1900 the city elected PETROV as its new mayor.", False),
        ("The rivers " * 25 + "of the north.", False),
    ],
)
def test_sentences_that_stand_alone(sentence: str, alone: bool) -> None:
    assert tool("prose").stands_alone(sentence) is alone


def test_a_sentence_comes_once() -> None:
    twice = ["The sea is calm in the bay today. The Sea is calm, in the bay today!"]
    assert list(tool("prose").sentences_of(twice)) == ["The sea is calm in the bay today."]
