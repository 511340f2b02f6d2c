"""Properties of repair: fixes replay, repairs settle, structure stays, documents are remembered."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize.document import FixKind, Repaired, replay
from normalize.evidence.endings import LEAST, ending_nats
from normalize.stages.repair import Repairer, RepairLevel
from normalize.stages.repair.clean import is_clean, is_plain
from normalize.stages.repair.draft import Draft, Edit, block_edits
from normalize.stages.repair.encodings import Step, as_utf8, decoding_table, encoding_table
from normalize.stages.repair.readings import ranked_readings
from normalize.stages.repair.signs import (
    SIGN_FOR_LETTER,
    elided_words,
    elisions,
    invents_signs,
    sign_costs,
)
from normalize.stages.repair.words import (
    MOST_AGAINST,
    are_clear,
    better_spelt,
    changed_blocks,
    language_priors,
    spellings,
    weight,
)

TROUBLE = st.sampled_from(
    [
        *("Ã©", "Ä±", "&amp;", "&eacute;", "\ufffd", "\u200b", "\r", "\x85", "\u2028", "e\u0301"),
        *("Ý", "þ", "ð", "citt", "perch", "fromReuters", "🔥", " ", "  ", "\n", "\r\n", "\x93"),
        *("È", "Ë", "l", "’", "‚Äô", "├®", "│", "'", "\t", "\xa0", "\x00", "Â£", "â€™", "\ud83d"),
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(), max_size=25),
    st.lists(TROUBLE, max_size=9).map("".join),
)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_fixes_replay_and_repairs_settle(text: str) -> None:
    repairer = Repairer()
    result = repairer.repair(text)
    assert replay(text, result.fixes) == result.text
    assert repairer.repair(result.text) == Repaired(result.text)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_the_bold_level_replays_and_settles(text: str) -> None:
    repairer = Repairer(RepairLevel.AGGRESSIVE)
    result = repairer.repair(text)
    assert replay(text, result.fixes) == result.text
    assert repairer.repair(result.text).text == result.text


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS.map(lambda text: text.replace("\n", " ") + "\n"), max_size=6))
def test_a_document_gives_one_result_a_line(lines: list[str]) -> None:
    results = Repairer().document().repair(lines)
    assert len(results) == len(lines)
    for line, result in zip(lines, results, strict=True):
        assert replay(line, result.fixes) == result.text
        assert result.text.endswith("\n")
        assert result.text.count("\n") == 1


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_off_means_off(text: str) -> None:
    assert Repairer(RepairLevel.OFF).repair(text) == Repaired(text)
    assert Repairer(RepairLevel.OFF).document().repair([text]) == [Repaired(text)]


@pytest.mark.parametrize(
    "line",
    [
        "    indented",
        "\t- item",
        "| a | b |",
        "# Title",
        "> quoted",
        "",
        "line of verse  ",
        "1. one",
    ],
)
@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_structure_and_line_endings_stay(line: str, ending: str) -> None:
    assert Repairer().repair(line + ending) == Repaired(line + ending)


def test_every_fix_says_what_and_why() -> None:
    result = Repairer().repair("Ýstanbul'da yaþayan öðrenciler")
    assert [fix.before for fix in result.fixes] == ["Ýstanbul'da", "yaþayan", "öðrenciler"]
    for fix in result.fixes:
        assert fix.kind is FixKind.TRANSCODING
        assert fix.evidence == "cp1254 read as cp1252"
        assert fix.margin is not None
        assert fix.margin > 4
        assert not fix.guess


def test_lost_letters_are_marked_as_guesses() -> None:
    (fix,) = Repairer().repair("La libert\ufffd di stampa").fixes
    assert (fix.kind, fix.after, fix.guess) == (FixKind.LOST_LETTER, "libertà", True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("citt&agrave;", FixKind.ENTITY),
        ("perche\u0301", FixKind.NORMALISATION),
        ("a\u200bb", FixKind.INVISIBLE),
        ("a\x00b", FixKind.CONTROL),
        ("a\ud83d\ude00b", FixKind.CONTROL),
        ("a b ", FixKind.WHITESPACE),
        ("a\u2028b", FixKind.WHITESPACE),
        ("China🔥", FixKind.GLUED),
        ("piÃ¹", FixKind.MOJIBAKE),
    ],
)
def test_each_rule_records_its_kind(text: str, kind: FixKind) -> None:
    assert kind in {fix.kind for fix in Repairer().repair(text).fixes}


@pytest.mark.parametrize("level", [RepairLevel.SAFE, RepairLevel.AGGRESSIVE])
def test_a_lone_surrogate_is_no_lost_letter(level: RepairLevel) -> None:
    result = Repairer(level).repair("La libert\ud83d di stampa")
    assert result.text == "La libert di stampa"
    assert {fix.kind for fix in result.fixes} == {FixKind.CONTROL}


DAMAGED = st.builds(
    lambda text, pair: text.encode(pair[0], "replace").decode(pair[1], "replace"),
    st.sampled_from(
        [
            "La libertà di stampa è garantita e la verità più semplice è questa.",
            "Çocuğun gözleri ışıl ışıl parlıyor, öğretmen ise şaşkın görünüyordu.",
            "The mayor of İzmir met José and Héctor at the café.",
            "Plain words and nothing else.",
            "È già tardi…",
        ]
    ),
    st.sampled_from(
        [
            ("utf-8", "cp1252"),
            ("cp1254", "cp1252"),
            ("cp1252", "mac-roman"),
            ("cp850", "cp1252"),
            ("utf-8", "utf-8"),
        ]
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(DAMAGED, TEXTS), min_size=1, max_size=8))
def test_a_repaired_document_is_settled_line_by_line(lines: list[str]) -> None:
    window = [line.replace("\n", " ") + "\n" for line in lines]
    repairer = Repairer()
    once = [result.text for result in repairer.document().repair(window)]
    assert [repairer.repair_line(line).text for line in once] == once
    assert [result.text for result in repairer.document().repair(once)] == once


def test_a_document_undoes_both_steps_of_damage_done_twice() -> None:
    def twice(text: str) -> str:
        return text.encode("cp1254").decode("latin-1").encode().decode("cp1252", "replace")

    telling = "Öğretmen, çocuğun başarısını çok önemli buluyordu; sınıfta herkes şaşkındı.\n"
    lone = "Mr Kırşah left early.\n"
    together = Repairer().document().repair([twice(telling)] * 4 + [twice(lone)])
    assert [each.text for each in together] == [telling] * 4 + [lone]


def test_a_document_lends_what_it_has_shown() -> None:
    damaged = "Manon arrive … Brest, dit-on.\n"
    telling = "La libert… di stampa Š garantita e la verit… pi— semplice Š questa.\n"
    alone = Repairer().repair(damaged)
    together = Repairer().document().repair([telling] * 4 + [damaged])
    assert alone.text == damaged
    assert (
        together[0].text == "La libertà di stampa è garantita e la verità più semplice è questa.\n"
    )
    assert together[-1].text == "Manon arrive à Brest, dit-on.\n"


def test_memory_spans_windows_and_stays_with_its_document() -> None:
    damaged = "Manon arrive … Brest, dit-on.\n"
    telling = "La libert… di stampa Š garantita e la verit… pi— semplice Š questa.\n"
    repairer = Repairer()
    document = repairer.document()
    document.repair([telling] * 4)
    assert document.repair([damaged])[0].text == "Manon arrive à Brest, dit-on.\n"
    assert repairer.document().repair([damaged])[0].text == damaged


def test_a_clean_document_is_left_alone() -> None:
    lines = ["È già tardi.\n", "\n", "Çok güzel bir gün.\n", "  - the café’s menu\n"]
    assert Repairer().document().repair(lines) == [Repaired(line) for line in lines]


def test_options_are_off_by_default_and_can_be_set() -> None:
    text = "E' vero che la citta' ha un po' di verde, ma perche' no?"
    assert Repairer().repair(text).text == text
    wanted = "È vero che la città ha un po' di verde, ma perché no?"
    assert Repairer(apostrophes=True).repair(text).text == wanted
    plain = "Turkiye'nin baskenti Ankara'dir ve ogrenciler okula gidiyor"
    assert Repairer().repair(plain).text == plain
    turkish = "Türkiye'nin başkenti Ankara'dır ve öğrenciler okula gidiyor"
    assert Repairer(diacritics=True).repair(plain).text == turkish
    assert Repairer(glue=False).repair("China🔥63").text == "China🔥63"


@pytest.mark.parametrize(
    "text",
    [
        "Un po' di pane e di' la verità, va' via e sta' attento.",
        "Disse: 'la citta' è bella'.",
        "Non fa' niente, da' retta.",
    ],
)
def test_right_apostrophes_stay(text: str) -> None:
    assert Repairer(apostrophes=True).repair(text).text == text


def test_english_does_not_become_turkish() -> None:
    text = "The quick brown fox is going to the old city on sunday"
    assert Repairer(diacritics=True).repair(text).text == text


def test_a_repairer_travels_between_processes() -> None:
    repairer = pickle.loads(pickle.dumps(Repairer(languages=("it", "en"))))
    assert repairer.repair("piÃ¹ cittÃ\u00a0").text == "più città"


def test_steps_are_named_and_found_by_name() -> None:
    for step in (Step("cp1252", "cp1254"), Step("iso8859-1", "utf-8", 2)):
        assert Step.named(str(step)) == step


def test_readings_are_ranked_by_how_well_they_read() -> None:
    ranked = ranked_readings("La cittÃ\u00a0 Ã¨ bella", ("it",))
    assert ranked[0].text == "La città è bella"
    assert ranked[0].sequences == 2


def test_tables_undo_each_other() -> None:
    table, back = decoding_table("cp1254"), encoding_table("cp1254")
    assert all(back[table[byte]] == byte for byte in range(128, 256))
    assert as_utf8("Ã¹", "cp1252") == "ù"
    assert as_utf8("ÃA", "cp1252") is None


def test_the_fast_path_lets_clean_text_through_and_stops_damage() -> None:
    assert is_clean("Perché la città è più bella?")
    assert is_clean("Öğrenciler “bugün” sınava girdi…")
    for damaged in ("Ýstanbul", "perchË", "citt…", "pi&ugrave;", "a\u200b", "end "):
        assert not is_clean(damaged)


def test_edits_are_recorded_where_they_are_made() -> None:
    draft = Draft("a b c")
    draft.apply([Edit(0, 1, "xx", FixKind.GLUED, ""), Edit(4, 5, "", FixKind.GLUED, "")])
    assert draft.text == "xx b "
    assert replay("a b c", draft.fixes) == draft.text
    draft.apply(block_edits(draft.text, "xx bb", FixKind.GLUED, ""))
    assert replay("a b c", draft.fixes) == "xx bb"


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("The striker left FenerbahÁe after a single season.", "Fenerbahçe"),
        ("He was born in Ýzmir and moved to the coast with his family.", "İzmir"),
        ("Our neighbour S¸meyye grows tomatoes behind the house.", "Sümeyye"),
    ],
)
def test_one_foreign_name_is_restored_where_the_text_as_it_stands_is_impossible(
    damaged: str, meant: str
) -> None:
    assert meant in Repairer().repair(damaged).text


def test_plain_windows_pass_at_a_glance_and_troubled_ones_do_not() -> None:
    assert is_plain("First line.\n  Second line.\r\n\tThird\n")
    for troubled in ("a &amp; b", "trailing \n", "bell\x07", "a\rb", "fromReuters", "è", "end "):
        assert not is_plain(troubled)
        lines = ["Plain.\n", troubled]
        together = Repairer().document().repair(lines)
        assert [each.text for each in together] == [Repairer().repair_line(x).text for x in lines]


def test_the_document_changes_nothing_about_plain_lines() -> None:
    lines = ["Plain words only.\n", "", "\n", "More of them\r\n"]
    assert Repairer().document().repair(lines) == [Repaired(line) for line in lines]


def test_signs_made_of_letters_are_no_better_spelling() -> None:
    languages = ("it", "tr", "en")
    pairs = changed_blocks("la turística 10ª zrcasaÖ", "la tur’stica 10Ğ zrcasa…")
    assert len(pairs) == 3
    spelt = spellings([block for pair in pairs for block in pair], languages)
    gains = better_spelt(pairs, spelt)
    assert max(gains) <= 0
    assert not are_clear(pairs, gains)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("gardenÖ", "garden…"),  # an ellipsis after a word
        ("dellíamore", "dell’amore"),
        ("lëamico", "l‘amico"),
        ("œ7bn", "£7bn"),
    ],
)
def test_letters_that_were_signs_in_their_usual_places(was: str, now: str) -> None:
    assert not invents_signs(was, now)
    assert sum(sign_costs(was, now).values()) <= SIGN_FOR_LETTER


@pytest.mark.parametrize(
    ("was", "now"), [("Galícia", "Gal’cia"), ("zrgardenÖ", "zrgarden…"), ("œbn", "£bn")]
)
def test_letters_that_were_no_signs(was: str, now: str) -> None:
    assert invents_signs(was, now)


def test_only_words_that_lose_their_vowel_come_before_an_apostrophe() -> None:
    assert {"l", "dell", "un", "quest"} <= elided_words()
    assert elisions("l‘amico, dell’ oro, la‘ mia, tal‘altro") == {1, 13}


def test_italian_words_end_as_others_do() -> None:
    assert ending_nats("sbroppiò") > ending_nats("sbroppié") + 1
    assert ending_nats("sbrocché") > ending_nats("sbrosé")
    assert ending_nats("sbroppiï") == LEAST


def test_plain_words_tell_the_language() -> None:
    columns = [0, 1, 2]
    italian = language_priors("Il cortile della vecchia casa è chiuso", columns)
    assert italian[0] == 0
    assert -MOST_AGAINST <= min(italian) < -1
    assert list(language_priors("è", columns)) == pytest.approx([0, 0, 0], abs=MOST_AGAINST)


def test_what_a_text_is_written_in_decides_between_readings() -> None:
    repairer = Repairer()
    italian = 'Alla domanda del giudice ha risposto "sý" davanti a tutti.'
    assert repairer.repair(italian).text == italian.replace("sý", "sì")


def test_acronyms_are_read_with_their_usual_letters() -> None:
    spelt = spellings(["BÖK", "BÍK", "BÝK", "BİK"], ("it", "tr", "en"))
    assert spelt["BÖK"] > spelt["BÍK"]
    assert spelt["BİK"] > spelt["BÝK"]


def test_short_words_in_capitals_are_listed_by_accident() -> None:
    assert weight(["SP", "VP"], ("en",))[0] == 0
    assert weight(["garden"], ("en",))[0] > 0


def test_a_dash_between_two_words_is_better_spelling() -> None:
    pairs = changed_blocks("the houseóand garden", "the house—and garden")
    (gain,) = better_spelt(pairs, spellings([block for pair in pairs for block in pair], ("en",)))
    assert gain > 8
