"""Training pairs made of dictionaries: reading them, phrases, and words replaced in sentences."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import struct
import sys
import tarfile
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("lemminflect")
pytest.importorskip("wordfreq")
ROOT = Path(__file__).resolve().parents[1]
TRAINING = ROOT / "models" / "training"
NO_WORDS: Counter[str] = Counter()

NOUNS = {
    # Italian: (gender, plural, English)
    "cane": ("M", "cani", "dog"),
    "zaino": ("M", "zaini", "backpack"),
    "specchio": ("M", "specchi", "mirror"),
    "orologio": ("M", "orologi", "clock"),
    "fiume": ("M", "fiumi", "river"),
    "amaca": ("F", "amache", "hammock"),
    "cascata": ("F", "cascate", "waterfall"),
    "scala": ("F", "scale", "ladder"),
    "isola": ("F", "isole", "island"),
    "unghia": ("F", "unghie", "nail"),
}
ADJECTIVES = {
    "rosso": ("rossa", "rossi", "rosse", "red"),
    "onesto": ("onesta", "onesti", "oneste", "honest"),
}
TURKISH = {
    # headword: (article, forms)
    "minare": (
        "<i>noun</i><br><ol><li>minaret</li></ol>",
        "minareler minareyi minareye minarede minareden minarenin minarem"
        " minaremiz minaremize minaremizde minaremizin minaresi minareleri minarelere minarelerde minarelerden minarelerin"
        " minarelerimiz minarelerimize",
    ),
    "kitap": (
        "<i>noun</i><br><ol><li>(archaic) writ</li><li>book (thing to read)</li></ol>",
        "kitaplar kitabı kitaba kitapta kitaptan"
        " kitabın kitabım kitabımız kitabımıza kitabımızda kitabımızın kitapları kitaplara kitaplarda kitaplardan kitapların"
        " kitaplarımız kitaplarımıza",
    ),
    "büyük": ("<i>adj</i><br><ol><li>for rent</li><li>large</li></ol>", ""),
    "satmak": (
        "<i>verb</i><br><ol><li>to sell</li><li>to be sold</li></ol>",
        "sattı satmadı satacak satmayacak satıyor satmıyor satmaz satmalı satmış sattım sattık satmadık satan sattığımız",
    ),
}


def tool(name: str) -> Any:
    """A module of the recipe."""
    if str(TRAINING) not in sys.path:
        sys.path.insert(0, str(TRAINING))
    module: ModuleType = __import__(name)
    return module


def stardict(path: Path) -> None:
    """A StarDict dictionary of the Turkish words in one archive."""
    articles, index, synonyms = b"", b"", b""
    for number, (word, (article, forms)) in enumerate(TURKISH.items()):
        data = article.encode()
        index += word.encode() + b"\0" + struct.pack(">II", len(articles), len(data))
        articles += data
        for form in forms.split():
            synonyms += form.encode() + b"\0" + struct.pack(">I", number)
    with tarfile.open(path, "w:gz") as archive:
        for ending, content in (
            ("dict.dz", gzip.compress(articles)),
            ("idx", index),
            ("syn", synonyms),
        ):
            member = tarfile.TarInfo(f"turkish/turkish.{ending}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.fixture(scope="module")
def dictionaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of dictionaries in the formats of the real ones."""
    folder = tmp_path_factory.mktemp("lexicon")
    synsets: dict[str, list[tuple[str, str, str]]] = {
        part: [] for part in ("noun", "verb", "adj", "adv")
    }
    tabs = ["# Test\tita\n"]
    offset = 1000

    def add(part: str, english: str, italian: str, pointers: str = "000") -> None:
        nonlocal offset
        offset += 1
        letter = {"noun": "n", "verb": "v", "adj": "a"}[part]
        words = english.split("|")
        listed = " ".join(f"{word.replace(' ', '_')} 0" for word in words)
        synsets[part].append(
            (
                f"{offset:08d}",
                f"03 {letter} {len(words):02x} {listed} {pointers} | a gloss",
                english,
            )
        )
        tabs.append(f"{offset:08d}-{letter}\tita:lemma\t{italian}\n")

    for lemma, (_, _, english) in NOUNS.items():
        add("noun", english, lemma)
    add("noun", "egg", "uovo")
    add("noun", "age", "età")
    add("noun", "dog|hound dog|cunt", "cane")
    add("noun", "rascal|hammock", "amaca", "001 ;u 07157273 n 0100")
    for lemma, (*_, english) in ADJECTIVES.items():
        add("adj", english, lemma)
    add("verb", "smell|draw up", "annusare")
    for part, rows in synsets.items():
        lines = [f"{number} {rest}\n" for number, rest, _ in rows]
        (folder / f"data.{part}").write_text("  1 a licence\n" + "".join(lines), encoding="utf-8")
        places: dict[str, list[str]] = {}
        for number, _, english in rows:
            for word in english.split("|"):
                places.setdefault(word.replace(" ", "_"), []).append(number)
        listed = "".join(
            f"{w} {part[0]} {len(p)} 0 {len(p)} 1 {' '.join(p)}\n" for w, p in places.items()
        )
        (folder / f"index.{part}").write_text("  1 a licence\n" + listed, encoding="utf-8")
    (folder / "cntlist.rev").write_text(
        "dog%1:05:00:: 1 42\nsmell%2:39:00:: 1 9\nsmell%1:09:00:: 1 2\n", encoding="utf-8"
    )
    for name in ("mwn-ita", "iwn-ita", "wikt-ita", "wikt-tur"):
        text = "".join(tabs) if name == "mwn-ita" else "# Test\n"
        (folder / f"{name}.tab").write_text(text, encoding="utf-8")
    nouns = {lemma: {"G": gender, "P": plural} for lemma, (gender, plural, _) in NOUNS.items()}
    nouns |= {"uovo": {"G": "M", "P": "uova"}, "età": {"G": "M", "P": "età"}}
    nouns["ignoto"] = {"G": "M", "P": "ignoti"}
    adjectives = {
        lemma: dict(zip(("FS", "MP", "FP"), forms, strict=False))
        for lemma, forms in ADJECTIVES.items()
    }
    verbs = {
        "annusare": {
            "inf": {"pres": "annusarsi"},
            "ger": {"pres": "annusandosi"},
            "ind": {
                "pres": {"S3": "annusa", "P3": "annusano", "P1": "annusiamo"},
                "past": {"S3": "annusò", "P3": "annusarono"},
            },
            "part": {"past": {"S": "annusato", "SF": "annusata"}},
        }
    }
    for name, table in (("words", nouns), ("adjectives", adjectives), ("verbs", verbs)):
        (folder / f"{name}.json").write_text(json.dumps(table), encoding="utf-8")
    stardict(folder / "wiktionary-tr.tar.gz")
    (folder / "wordnet31.xml").write_text(
        "<SYNSETS>\n<SYNSET><ID>ENG31-01-n</ID><SYNONYM><LITERAL>smile<SENSE>0</SENSE></LITERAL><LITERAL>grin<SENSE>0</SENSE></LITERAL>"
        "</SYNONYM></SYNSET>\n<SYNSET><ID>ENG31-02-n</ID><SYNONYM><LITERAL>bitch<SENSE>0</SENSE></LITERAL></SYNONYM></SYNSET>\n</SYNSETS>\n",
        encoding="utf-8",
    )
    alike = "<ILR>ENG31-0{}-n<TYPE>SYNONYM</TYPE></ILR>"
    literal = "<SYNSET><ID>T{0}</ID><SYNONYM><LITERAL>{1}<SENSE>1</SENSE></LITERAL></SYNONYM>{2}</SYNSET>\n"
    (folder / "kenet.xml").write_text(
        literal.format(1, "tebessüm", alike.format(1))
        + literal.format(2, "kitap", alike.format(1))
        + literal.format(3, "kaltak", alike.format(2))
        + literal.format(4, "halat", ""),
        encoding="utf-8",
    )
    return folder


def test_an_italian_word_has_its_forms_and_the_likeliest_english(dictionaries: Path) -> None:
    found = {lexeme.lemma: lexeme for lexeme in tool("lexicon").italian(dictionaries)}
    assert found["cane"].forms == {"MS": ("cane",), "MP": ("cani",)}
    assert found["cane"].english == (
        "dog",
        "hound dog",
    )  # two senses against one; a rude word left out
    assert found["amaca"].english == ("hammock",)  # `rascal` is marked as slang
    assert found["rosso"].forms == {
        "MS": ("rosso",),
        "FS": ("rossa",),
        "MP": ("rossi",),
        "FP": ("rosse",),
    }
    assert found["annusare"].english[0] == "smell"
    assert found["annusare"].forms["inf.pres"] == ("annusare",)
    assert found["annusare"].forms["ger.pres"] == ("annusando",)
    assert found["annusare"].forms["ind.past.P3"] == ("annusarono",)
    assert "ignoto" not in found  # no English
    assert found["uovo"].forms == {"MS": ("uovo",), "FP": ("uova",)}  # its plural is feminine
    assert "età" not in found  # Morph-it! has its gender wrong


def test_a_turkish_word_has_its_forms_by_suffix(dictionaries: Path) -> None:
    found = {lexeme.lemma: lexeme for lexeme in tool("lexicon").turkish(dictionaries)}
    assert found["kitap"].english == ("book",)
    assert found["kitap"].forms["+I"] == ("kitabı",)
    assert found["kitap"].forms["lArdAn"] == ("kitaplardan",)
    assert found["büyük"].english == ("large",)
    assert found["satmak"].part == "verb"
    assert found["satmak"].english == ("sell",)
    assert found["satmak"].forms["mAdI"] == ("satmadı",)


def test_words_that_kenet_alone_has_get_forms_by_rule(dictionaries: Path) -> None:
    found = {lexeme.lemma: lexeme for lexeme in tool("lexicon").turkish(dictionaries)}
    assert found["tebessüm"].english[0] == "smile"
    assert found["tebessüm"].forms["ImIz"] == ("tebessümümüz",)
    assert found["kitap"].english == ("book",)  # Wiktionary comes first
    assert "kaltak" not in found  # a rude word alone
    assert "halat" not in found  # no English


@pytest.mark.parametrize(
    ("lemma", "label", "form"),
    [
        ("araba", "lArImIzdA", "arabalarımızda"),
        ("göz", "In", "gözün"),
        ("yurt", "DAn", "yurttan"),
        ("renk", "lArI", "renkleri"),
        ("kuyu", "nIn", "kuyunun"),
        ("terlik", "+A", "terliğe"),
        ("ağaç", "+ImIz", "ağacımız"),
        ("ütü", "mIzIn", "ütümüzün"),
        ("kâğıt", "DAn", "kâğıttan"),
        ("terminal", "lAr", None),
        ("ayışığı", "yI", None),
        ("yurt", "I", None),
    ],
)
def test_a_noun_is_inflected_by_rule(lemma: str, label: str, form: str | None) -> None:
    """None: a form that the rules must not make, since the spelling does not tell it."""
    made = tool("inflection_tr").noun_forms(lemma).get(label)
    assert made == (None if form is None else (form,))


@pytest.mark.parametrize(
    ("lemma", "label", "form"),
    [
        ("yürümek", "DInIz", "yürüdünüz"),
        ("koşmak", "DI", "koştu"),
        ("koşmak", "AcAğIz", "koşacağız"),
        ("anlamak", "yAcAk", "anlayacak"),
        ("anlamak", "DIğImIz", "anladığımız"),
        ("bilmek", "mIyorlAr", "bilmiyorlar"),
        ("dönmek", "IyorIm", "dönüyorum"),
        ("anlamak", "Iyor", None),
        ("tatmak", "An", None),
    ],
)
def test_a_verb_is_inflected_by_rule(lemma: str, label: str, form: str | None) -> None:
    made = tool("inflection_tr").verb_forms(lemma).get(label)
    assert made == (None if form is None else (form,))


def test_the_rules_make_what_wiktionary_has(dictionaries: Path) -> None:
    """Every form of the sample words that both know is the same."""
    inflection = tool("inflection_tr")
    compared = 0
    for lexeme in tool("lexicon").turkish(dictionaries):
        if lexeme.lemma in ("minare", "kitap", "satmak"):
            rules = (inflection.verb_forms if lexeme.part == "verb" else inflection.noun_forms)(
                lexeme.lemma
            )
            for label in set(rules) & set(lexeme.forms):
                assert rules[label] == lexeme.forms[label], label
                compared += 1
    assert compared > 35


@pytest.mark.parametrize(
    ("english", "phrase"),
    [
        ("hour", "an hour"),
        ("house", "a house"),
        ("umbrella", "an umbrella"),
        ("uniform", "a uniform"),
        ("uninhabited island", "an uninhabited island"),
        ("unidirectional", "a unidirectional"),
        ("upright piano", "an upright piano"),
        ("uranium", "a uranium"),
        ("european", "a european"),
        ("one-way street", "a one-way street"),
        ("other side", "another side"),
    ],
)
def test_the_indefinite_article_follows_the_sound(english: str, phrase: str) -> None:
    assert tool("phrases").indefinite(english) == phrase


def test_nouns_without_a_plural_are_known() -> None:
    counted = tool("phrases").counted
    assert [counted(noun) for noun in ("hammock", "terrorism", "firmness")] == [True, False, False]


def italian_phrases(dictionaries: Path, count: int, seed: int = 1) -> list[tuple[str, str]]:
    lexemes = list(tool("lexicon").italian(dictionaries))
    maker = tool("phrases_it").Italian(lexemes, NO_WORDS, random.Random(seed))
    return [maker.phrase() for _ in range(count)]


def test_italian_phrases_are_grammatical_and_every_word_is_translated(dictionaries: Path) -> None:
    forms: dict[str, set[str]] = {}
    for lemma, (_, plural, english) in NOUNS.items():
        forms[lemma], forms[plural] = {english}, {english + "s"}
    forms |= {"uovo": {"egg"}, "uova": {"eggs"}}
    made = italian_phrases(dictionaries, 2000)
    text = "\n".join(italian.lower() for italian, _ in made)
    for wrong in (
        r"\b(?:il|del|al|nel|sul|dal) (?:zain|specchi|orolog|unghi|isol|amac|cascat)",
        r"\bun (?:zain|specchi|unghi|isol|amac|cascat)",
        r"\b(?:lo|uno|dello|allo) (?:cane|fiume|orologio)",
        r"\b(?:la|una|della|le|delle) (?:cane|zaino|fiume)",
        r"\bi (?:zaini|specchi|orologi)",
        r"\bgli (?:cani|fiumi)",
        r"\b(?:la|una) (?:amaca|isola|unghia)\b",
        r"l'(?:cane|zaino|cascata)",
    ):
        assert not re.search(wrong, text), wrong
    for right in (
        "lo zaino",
        "l'amaca",
        "gli orologi",
        "un'isola",
        "uno specchio",
        "dell'isola",
        "i miei cani",
        "dagli specchi",
    ):
        assert right in text, right
    seen = set()
    for italian, english in made:
        words = set(re.findall(r"\w+", english))
        for form in re.findall(r"\w+", italian.lower()):
            if form in forms:
                assert words & forms[form], (italian, english)
                seen.add(form)
        assert not re.search(r"\ba (?:[aeio]|honest)|\ban (?!honest)[^aeio]", english, re.I), (
            english
        )
    assert seen == set(forms)


def test_turkish_phrases_agree_in_case_and_number(dictionaries: Path) -> None:
    lexemes = list(tool("lexicon").turkish(dictionaries))
    maker = tool("phrases_tr").Turkish(lexemes, NO_WORDS, random.Random(1))
    cases = {
        "minareyi": "the minaret",
        "kitaba": "to the book",
        "minarelerde": "in the minarets",
        "kitaptan": "from the book",
        "minarenin": "of the minaret",
        "kitabımız": "our book",
        "minaremizde": "in our minaret",
        "kitaplarımıza": "to our books",
    }
    seen = set()
    for turkish, english in (maker.phrase() for _ in range(3000)):
        parts, translated = turkish.split(", "), english.split(", ")
        assert len(parts) == len(translated)
        for part, said in zip(parts, translated, strict=True):
            if part in cases:
                assert said == cases[part]
                seen.add(part)
        if turkish.endswith("."):
            assert turkish[0].isupper()
            assert english[0].isupper()
            verb = turkish[:-1].split()[-1]
            assert verb.startswith("sat")
            if re.match(r"The (?:large )?(?:books|minarets) ", english):
                assert not re.search(r" (?:is|has|does) ", english), english
    assert seen == set(cases)


def test_the_same_seed_makes_the_same_phrases(dictionaries: Path) -> None:
    assert italian_phrases(dictionaries, 50) == italian_phrases(dictionaries, 50)
    assert italian_phrases(dictionaries, 50) != italian_phrases(dictionaries, 50, seed=2)


def test_words_that_the_text_holds_often_are_not_drawn(dictionaries: Path) -> None:
    lexicon, phrases = tool("lexicon"), tool("phrases")
    lexemes = {lexeme.lemma: lexeme for lexeme in lexicon.italian(dictionaries)}
    often = Counter({"cani": phrases.KNOWN})
    assert phrases.need(lexemes["cane"], often) == 0
    assert (
        phrases.need(lexemes["cane"], Counter({"cani": 20}))
        == phrases.need(lexemes["cane"], NO_WORDS) / 2
    )
    drawer = phrases.Drawer(lexemes.values(), "noun", often, random.Random(1))
    drawn = {drawer.draw(("MS",))[0].lemma for _ in range(300)}
    assert drawn == {"zaino", "specchio", "orologio", "fiume", "uovo"}
    with pytest.raises(LookupError, match="too small"):
        drawer.draw(("neuter",))


@pytest.fixture(scope="module")
def replace(dictionaries: Path) -> Any:
    lexemes = list(tool("lexicon").italian(dictionaries))
    counts = Counter({"cane": 500, "fiume": 500, "scala": 500})
    return tool("substitution").Substitution("it", lexemes, counts, random.Random(1), fewest=1)


def test_a_word_is_replaced_on_both_sides_by_one_of_its_shape(replace: Any) -> None:
    for _ in range(20):
        assert replace("Ho visto la scala di mio padre.", "I saw my father's ladder.") == (
            "Ho visto la cascata di mio padre.",
            "I saw my father's waterfall.",
        )


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("Vedo il gatto qui oggi.", "I see the cat here today.", "not in the dictionary"),
        (
            "La scala è la scala di ieri.",
            "The ladder is yesterday's ladder.",
            "twice on both sides",
        ),
        ("La scala è qui.", "The ladder is not the other ladder.", "its English twice"),
        ("La scala è qui.", "The stairs are here.", "another English word"),
        ("La scala è qui.", "We can ladder here.", "the English is a verb"),
    ],
)
def test_a_pair_that_is_left_alone(replace: Any, source: str, target: str, why: str) -> None:
    assert replace("La scala è qui.", "The ladder is here.") is not None
    assert replace(source, target) is None, why


def test_the_article_follows_the_new_word(dictionaries: Path) -> None:
    substitution = tool("substitution")
    lexemes = list(tool("lexicon").italian(dictionaries))
    counts = Counter({form: 500 for lemma in NOUNS if lemma != "isola" for form in (lemma,)})
    made = substitution.Substitution("it", lexemes, counts, random.Random(1), fewest=1)
    assert made("Vedo un'amaca.", "I see a hammock.") == ("Vedo un'isola.", "I see an island.")
    assert made("L'unghia è rotta.", "A nail is broken.") == (
        "L'isola è rotta.",
        "An island is broken.",
    )


def test_small_sources_are_not_drawn_and_the_rest_is(replace: Any) -> None:
    substitution = tool("substitution")
    pairs = [
        (f"Ho visto la scala di Anna {i}.", f"I saw the ladder of Anna {i}.") for i in range(100)
    ]
    made = substitution.drawn(replace, {"large": pairs, "small": pairs[:99]}, 40, random.Random(1))
    assert len(made) == 40
    assert all("cascata" in source and "waterfall" in target for source, target in made)
    assert substitution.drawn(replace, {"small": pairs[:99]}, 40, random.Random(1)) == []
    hopeless = [("Nulla da fare qui oggi.", "Nothing to do here today.")] * 100
    assert substitution.drawn(replace, {"hopeless": hopeless}, 5, random.Random(1)) == []


def test_words_are_put_in_english_as_they_stand_in_the_target(replace: Any) -> None:
    assert replace.switched("Ho visto la scala di mio padre.", "I saw my father's ladder.") == (
        "Ho visto la ladder di mio padre.",
        "I saw my father's ladder.",
    )
    assert replace.switched("La scala è qui.", "The stairs are here.") is None
    assert replace.switched("La scala ha un ladder.", "The ladder has another one.") is None


Entry = tuple[str, str, tuple[str, ...], dict[str, tuple[str, ...]]]
ENTRIES: list[tuple[Entry, dict[str, str], str]] = [
    (("tegola", "noun", ("tile",), {"FS": ("tegola",), "FP": ("tegole",)}),
     {"tegola": "tile", "tegole": "tiles"}, "forms with their number"),
    (("conservatrice", "noun", ("librarian", "keeper", "conservative", "curator"), {"FS": ("conservatrice",)}),
     {"conservatrice": "conservative"}, "of many the one that looks like it"),
    (("valigia", "noun", ("bag", "grip", "suitcase", "case"), {"FS": ("valigia",)}),
     {}, "too many, and none alike"),
    (("strada", "noun", ("road",), {"FS": ("strada",)}), {}, "frequent"),
    (("afa", "noun", ("sultriness",), {"FS": ("afa",)}), {}, "short"),
    (("stufa", "noun", ("stove",), {"FS": ("stufa",)}), {}, "a verb's form too"),
    (("ciclope", "noun", ("one-eyed giant of old",), {"MS": ("ciclope",)}), {}, "no single word"),
    (("zufolo", "noun", ("zzyzxian",), {"MS": ("zufolo",)}), {}, "English that nobody knows"),
    (("serata", "noun", ("evening",), {"FS": ("serata",)}), {}, "an everyday word of no relative"),
    (("museo", "noun", ("museum", "gallery"), {"MS": ("museo",)}),
     {"museo": "museum"}, "an everyday word whose first translation is a relative"),
    (("alone", "noun", ("halo",), {"MS": ("alone",)}), {}, "English too"),
    (("Roma", "noun", ("capital",), {"FS": ("Roma",)}), {}, "a name"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "expected", "why"), ENTRIES, ids=[why for _, _, why in ENTRIES])
def test_what_a_package_s_lexicon_holds(entry: Entry, expected: dict[str, str], why: str) -> None:
    lexeme, glossary = tool("lexicon").Lexeme, tool("glossary")
    lemma, part, english, forms = entry
    verb = lexeme("stufare", "verb", ("stew",), {"ind.pres.S3": ("stufa",)}, 3.0)
    found = glossary.glossary(
        [lexeme(lemma, part, english, forms, 3.0), verb], Counter({"strada": glossary.RARE})
    )
    assert found == expected, why


TURKISH_ENTRIES: list[tuple[Entry, dict[str, str], str]] = [
    (("kuraklık", "noun", ("drought",), {"": ("kuraklık",), "DAn": ("kuraklıktan",), "lAr": ("kuraklıklar",),
      "lArdAn": ("kuraklıklardan",), "+I": ("kuraklığı",), "+A": ("kuraklığa",)}),
     {"kuraklık": "drought", "kuraklıktan": "drought'tan", "kuraklıklar": "droughts", "kuraklıklardan": "droughts'dan",
      "kuraklığı": "drought'ı"}, "forms with their endings"),
    (("okul", "noun", ("school",), {"": ("okul",), "DA": ("okulda",)}), {}, "frequent, all forms together"),
    (("yüzük", "noun", ("ring",), {"": ("yüzük",), "A": ("yüze",)}), {"yüzük": "ring"}, "not what a verb has too"),
    (("bekar", "noun", ("zzyzxian",), {"": ("bekar",)}), {}, "English that nobody knows"),
    (("mikrop", "noun", ("bug",), {"": ("mikrop",)}), {}, "left out by hand"),
    (("gol", "noun", ("goal",), {"": ("gol",), "DA": ("golde",)}), {}, "short"),
    (("litre", "noun", ("l", "litre"), {"DA": ("litrede",)}), {"litrede": "litre'de"}, "no abbreviation"),
    (("tencere", "noun", ("pot",), {"kInI": ("tencerekini",), "m": ("tencerem",), "mIz": ("tenceremiz",)}),
     {"tenceremiz": "pot'miz"}, "no ending of other rules, nor one like an English one"),
    (("solcu", "adj", ("leftist",), {"": ("solcu",), "yA": ("solcuya",)}), {"solcu": "leftist"}, "an adjective"),
    (("single", "noun", ("record",), {"": ("single",), "DA": ("singlede",)}), {"singlede": "record'de"}, "English too"),
    (("şelale", "noun", ("water fall",), {"": ("şelale",)}), {}, "no single word"),
    (("ülke", "noun", ("zeal",), {"DA": ("ülkede",)}), {}, "an everyday word of no relative"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "expected", "why"), TURKISH_ENTRIES, ids=[why for _, _, why in TURKISH_ENTRIES]
)
def test_what_the_turkish_lexicon_holds(entry: Entry, expected: dict[str, str], why: str) -> None:
    lexeme, glossary = tool("lexicon").Lexeme, tool("glossary")
    lemma, part, english, forms = entry
    verb = lexeme("yüzmek", "verb", ("swim",), {"A": ("yüze",)}, 3.0)
    other = lexeme("kuraklığ", "noun", ("zzyzxian",), {"A": ("kuraklığa",)}, 3.0)
    half = glossary.RARE_LEMMA // 2
    counts = Counter({"okul": half, "okulda": half, "kuraklık": half, "kuraklığı": half - 1})
    words = [lexeme(lemma, part, english, forms, 3.0), verb, other]
    found = glossary.glossary_by_lemma(words, counts)
    assert found == expected, why


def test_a_noun_is_preferred_to_an_adjective_of_its_spelling() -> None:
    lexeme, glossary = tool("lexicon").Lexeme, tool("glossary")
    words = [
        lexeme("antika", "adj", ("quaint",), {"": ("antika",), "DA": ("antikada",)}, 3.0),
        lexeme("antika", "noun", ("antique",), {"": ("antika",), "lAr": ("antikalar",)}, 3.0),
    ]
    wanted = {"antika": "antique", "antikalar": "antiques"}
    assert glossary.glossary_by_lemma(words, NO_WORDS) == wanted
    assert glossary.glossary_by_lemma(words[::-1], NO_WORDS) == wanted


def test_the_turkish_lexicon_keeps_the_most_usual_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    lexeme, glossary = tool("lexicon").Lexeme, tool("glossary")
    words = [
        lexeme("şelale", "noun", ("waterfall",), {"": ("şelale",), "DA": ("şelalede",)}, 3.0),
        lexeme("tencere", "noun", ("pot",), {"": ("tencere",), "DA": ("tencerede",)}, 3.0),
    ]
    everything = glossary.glossary_by_lemma(words, NO_WORDS)
    assert len(everything) == 4
    monkeypatch.setattr(glossary, "MOST_FORMS", 2)
    assert glossary.glossary_by_lemma(words, NO_WORDS) == {"şelale": "waterfall", "tencere": "pot"}
    # what the text says of endings makes up for forms that no list of frequencies has
    forms = {"": ("şelale",), "lArInA": ("şelalelerine",), "lArInI": ("şelalelerini",)}
    rare = lexeme("şelale", "noun", ("waterfall",), forms, 3.0)
    forms = {"": ("okul",), "lArInA": ("okullarına",), "lArInI": ("okullarını",)}
    frequent = lexeme("okul", "noun", ("school",), forms, 5.0)
    monkeypatch.setattr(glossary, "_frequency", lambda form: 1.0 if form == "şelale" else 0.0)
    for seen, form in (("okullarını", "şelalelerini"), ("okullarına", "şelalelerine")):
        text = Counter({"okul": 200, seen: 100})
        assert set(glossary.glossary_by_lemma([rare, frequent], text)) == {"şelale", form}


def test_no_english_of_kenet_goes_into_a_package(
    dictionaries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KeNet is under the GPL."""
    lexicon, prepare, glossary = tool("lexicon"), tool("prepare"), tool("glossary")
    assert prepare.GLOSSARIES["tr"] == (lexicon.turkish_of_wiktionary, glossary.glossary_by_lemma)
    everything = {lexeme.lemma for lexeme in lexicon.turkish(dictionaries)}
    without = {lexeme.lemma for lexeme in lexicon.turkish_of_wiktionary(dictionaries)}
    of_kenet = {
        lemma
        for lemma, _ in lexicon.kenet(lexicon.WordNet.read(dictionaries), dictionaries)
        if lemma not in without
    }
    assert of_kenet
    assert everything - without == of_kenet
    corpus = tmp_path / "tr-en.tsv"
    rows = [
        f"general-udhr\tAnna {i} numaralı eve girdi.\tAnna went into house number {i}."
        for i in range(120)
    ]
    corpus.write_text("\n".join(rows) + "\n", encoding="utf-8")
    for name in ("DICTIONARY_PAIRS", "SWITCHED_PAIRS"):
        monkeypatch.setattr(prepare, name, 5)
    none = tool("cleaning").Exclusions.read([])
    found = prepare.collect({"tr": [corpus]}, prepare.read_mix(), 1, none, none, dictionaries)
    carried = found.lexicons["tr"]
    assert carried["minare"] == "minaret"
    forms = {
        form
        for lexeme in lexicon.turkish(dictionaries)
        if lexeme.lemma in of_kenet
        for several in lexeme.forms.values()
        for form in several
    }
    assert forms
    assert forms.isdisjoint(carried)


def test_turkish_words_are_put_in_english_with_their_endings(dictionaries: Path) -> None:
    substitution = tool("substitution")
    lexemes = list(tool("lexicon").turkish(dictionaries))
    replace = substitution.Substitution("tr", lexemes, NO_WORDS, random.Random(3), fewest=1)
    assert replace.switched("Eski bir kitaptan okudu.", "He read from an old book.") == (
        "Eski bir book'tan okudu.",
        "He read from an old book.",
    )
    assert replace.switched("Bana kitaplarda göster.", "Show me in the books.") == (
        "Bana books'da göster.",
        "Show me in the books.",
    )


def test_a_package_s_lexicon_is_what_normalize_reads(tmp_path: Path) -> None:
    from normalize.packages.lexicon import LEXICON_FILE, Lexicon

    entries = {"tegole": "tiles", "tegola": "tile", "città": "city", "kuraklıktan": "drought'tan"}
    path = tmp_path / LEXICON_FILE
    path.write_text(tool("glossary").text_of(entries), encoding="utf-8")
    assert path.read_text("utf-8").splitlines()[0] == "città\tcity"
    assert Lexicon.read(path).english == entries


def test_the_card_tells_of_a_lexicon_and_its_licence(tmp_path: Path) -> None:
    card = tool("card")
    assert card.lexicon_words(tmp_path) == 0
    assert set(card._about_lexicon(0, "it").values()) == {""}
    (tmp_path / "lexicon.tsv").write_text("tegola\ttile\n" * 1200, encoding="utf-8")
    about = card._about_lexicon(card.lexicon_words(tmp_path), "it")
    assert "has 1,200 Italian words" in about["lexicon"]
    assert "WordNet" in about["lexicon_licence"]
    assert "CC-BY-SA" in about["lexicon_licence"]
    other = card._about_lexicon(1200, "tr")
    assert "Turkish words that the training text hardly has" in other["lexicon"]
    assert "their endings behind an apostrophe" in other["lexicon"]
    assert "their endings" not in about["lexicon"]
    assert "GPL" not in other["lexicon_licence"]
    template = (TRAINING / "card.md").read_text(encoding="utf-8")
    assert all(f"${name}" in template for name in about)


def test_the_card_names_whose_english_was_translated_back() -> None:
    card = tool("card")
    origin, licence = card.origin_of("it/oldi-seed")
    made = " (English; Turkish by a network of this recipe)"
    assert card.origin_of("tr/back-oldi-seed") == (origin + made, licence)
    with pytest.raises(KeyError, match=r"tr/back-nothing: sources\.toml does not say"):
        card.origin_of("tr/back-nothing")


def test_a_package_that_was_not_measured_keeps_its_part_of_the_index(tmp_path: Path) -> None:
    index = tool("index")
    assert index.entries(tmp_path / "none.toml") == {}
    shipped = (ROOT / "models" / "index.toml").read_text(encoding="utf-8")
    parts = index.entries(ROOT / "models" / "index.toml")
    assert list(parts) == ["it-en", "tr-en"]
    assert shipped.partition("\n\n")[2] == "\n".join(parts.values())
    assert all(f"[packages.{pair}.files]" in part for pair, part in parts.items())


def test_prepare_adds_all_kinds_under_names_of_the_mix(
    dictionaries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, cleaning = tool("prepare"), tool("cleaning")
    monkeypatch.setattr(prepare, "DICTIONARY_PAIRS", 30)
    monkeypatch.setattr(prepare, "SWITCHED_PAIRS", 20)
    monkeypatch.setattr(tool("substitution").Substitution.__init__, "__defaults__", (1,))
    corpus = tmp_path / "it-en.tsv"
    rows = [
        f"general-udhr\tHo visto la scala di Anna numero {i} ieri.\tI saw ladder number {i} of Anna yesterday."
        for i in range(120)
    ]
    corpus.write_text("\n".join(rows) + "\n", encoding="utf-8")
    mix, none = prepare.read_mix(), cleaning.Exclusions.read([])
    with_pairs = prepare.collect({"it": [corpus]}, mix, 1, none, none, dictionaries)
    counts = Counter(with_pairs.names)
    assert counts["it/dictionary-phrases"] == 30
    assert counts["it/dictionary-sentences"] == 30
    assert counts["it/dictionary-switched"] == 20
    assert with_pairs.lexicons["it"]["cascata"] == "waterfall"
    assert "scala" not in with_pairs.lexicons["it"]
    assert with_pairs.shuffled(random.Random(1)).lexicons == with_pairs.lexicons
    without = Counter(prepare.collect({"it": [corpus]}, mix, 1, none, none).names)
    assert {k: v for k, v in counts.items() if "dictionary" not in k} == without
    for phase in mix.values():
        for name in (prepare.PHRASES, prepare.SENTENCES, prepare.SWITCHED):
            assert name in phase["it"]
            assert name in phase["tr"]
