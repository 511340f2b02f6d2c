"""The lexicon that a package carries (`lexicon.tsv`): words that the training text hardly has, with one English word each."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from inflection_tr import NOUN_LABELS
from lexicon import Lexeme, italian, turkish_of_wiktionary
from phrases import inflected
from substitution import ending, in_english, tags
from wordfreq import zipf_frequency

RARE = 20
"""A word that the training text has so often is left to the network: with 100 in its place BLEU was lower than without a lexicon."""
SHORTEST = 4
"""Letters of a word; shorter ones are abbreviations and forms of others too often."""
SENSES = 3
"""A word with more translations is left to the network, unless one of the first looks like it."""
EVERYDAY = 4.5
"""Zipf frequency from which a word, rare only in texts about software, must have a relative as its first translation."""
ENGLISH = 3.0
"""Zipf frequency in English from which a form is left alone that is nearly as frequent there: it may be English (`alone`, `lane`)."""
COGNATE = 0.7
"""Similarity of spelling (Ratcliff and Obershelp) from which a translation is taken for the word's relative: `populista`, `populist`."""
RELATIVE, RANK = 1.6, 0.3
"""What a relative's similarity is worth in Zipf frequency, and what each place further down in the dictionary costs; set by eye."""
KNOWN = 2.0
"""Zipf frequency that the English word must have."""
GIVEN = NOUN_LABELS - {"m", "n"}
"""Suffixes of the Turkish forms that the lexicon has: those of the rules, not doubled consonants (`hakkı`) or what English has after an
apostrophe too (`sister'm`).
"""
LEFT_OUT = frozenset(
    (
        "barba barbe battuto calci cassazione ceca ceche cechi ceco centinaio condannati conduttore contenti delusione dimissioni "
        "estetica eterna eterno figurati foggia fucile ginnastica immobile inventato morali municipio pantaloni perfetti pero "
        "prescrizione regia salutare sete singolare straniera stronzi stronzo velo vigilia"
    ).split()
)
"""Italian forms whose English is another sense, found by reading what stands for the 300 most usual."""
LEFT_OUT_LEMMAS = frozenset(
    (
        "abis alim asli bayat bağır başak bertaraf bonservis cansız delikanlı denizaltı depresif doruk doğulu dâhil "
        "düdük düşünceli ehli esnaf espri etap fragman garson gaye gayri gezici görgü hakimiyet halife hayli hayranlık "
        "helal idareci iltifat imar istikamet kabak kalça kavim kaçamak kaşar kervan kudret kısık levent mahal mahsus "
        "melez meltem meslektaş mevki mikrop nazar papaz pist piç rakı rezil safra sapık sarf savunucu serseri suikast "
        "söyleşi sıkıntılı tabela tankı tansiyon temsilcilik teşebbüs türbe vesile yaralanan yaratılış yükselme zulüm "
        "âlim çaylak özerklik özlü özürlü şampiyona şımarık"
    ).split()
)
"""Turkish lemmas whose English is another sense, found by reading what stands for the 700 most usual."""
RARE_LEMMA = 60
"""A Turkish word whose forms the training text has so often, together, is left to the network."""
MOST_FORMS = 12_000
"""Turkish forms that the lexicon holds, those that should be the most frequent: .25 MB. A word has up to a hundred."""

Candidate = tuple[str, str]
"""English lemma and Penn Treebank tag."""


def similarity(word: str, english: str) -> float:
    """How alike two spellings are, from 0 to 1.

    >>> similarity("populista", "populist") > COGNATE > similarity("casa", "house")
    True
    """
    return difflib.SequenceMatcher(None, word, english, autojunk=False).ratio()


def _choice(readings: Sequence[tuple[str, Candidate]], everyday: bool) -> Candidate | None:
    """The translation to rely on, if there is one: of the first few that people know the most usual, relatives first.

    readings: lemma and one of its translations, the most likely first.
    """
    known = [one for one in readings if zipf_frequency(one[1][0], "en") >= KNOWN]
    best: tuple[float, bool, Candidate] | None = None
    for rank, (lemma, candidate) in enumerate(known[: 1 if everyday else SENSES]):
        alike = similarity(lemma, candidate[0])
        relative = alike >= COGNATE
        worth = zipf_frequency(candidate[0], "en") + RELATIVE * alike * relative - RANK * rank
        if best is None or worth > best[0]:
            best = worth, relative, candidate
    if best is None:
        return None
    few = len({english for _, (english, _) in readings}) <= SENSES
    return best[2] if best[1] or (few and not everyday) else None


def _looked_up(form: str) -> bool:
    """Whether `normalize` looks a form up, and it is long enough to be no abbreviation."""
    return len(form) >= SHORTEST and form.isalpha() and form.islower()


def _foreign(form: str, language: str) -> bool:
    """Whether a form may be English left as it is."""
    own, other = zipf_frequency(form, language), zipf_frequency(form, "en")
    return other >= ENGLISH and other >= own - 1


def glossary(lexemes: Iterable[Lexeme], counts: Counter[str]) -> dict[str, str]:
    """The English of the rare forms of Italian nouns and adjectives, in the order of the forms.

    counts: lower-case words of the training text. A form that a verb of the dictionaries has too is left to the network.
    """
    readings: dict[str, list[tuple[str, Candidate]]] = defaultdict(list)
    verbs: set[str] = set()
    for lexeme in lexemes:
        for label, forms in lexeme.forms.items():
            if lexeme.part == "verb":
                verbs.update(forms)
                continue
            tag = tags(lexeme, label)[0]
            for form in forms:
                if _looked_up(form):
                    readings[form] += [
                        (lexeme.lemma, (english, tag))
                        for english in lexeme.english
                        if english.isalpha()
                    ]
    left = verbs | LEFT_OUT
    rare = (
        form
        for form in sorted(readings)
        if counts[form] < RARE and form not in left and not _foreign(form, "it")
    )
    chosen = (
        (form, _choice(readings[form], zipf_frequency(form, "it") >= EVERYDAY)) for form in rare
    )
    return {form: inflected(*candidate) for form, candidate in chosen if candidate}


def glossary_by_lemma(lexemes: Iterable[Lexeme], counts: Counter[str]) -> dict[str, str]:
    """The English of the forms of rare Turkish nouns and adjectives, with their endings (`in_english`), in the order of the forms.

    Turkish says with endings what Italian says with words, so that each form of a word is rare: what counts is how often the training
    text has any that the dictionary lists. Forms that are a verb's or another word's too are left to the network; adjectives have one form.

    counts: lower-case words of the training text.
    """
    by_lemma: dict[str, list[Lexeme]] = defaultdict(list)
    owners: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    labels: Counter[str] = Counter()
    for lexeme in lexemes:
        by_lemma[lexeme.lemma].append(lexeme)
        for label, forms in lexeme.forms.items():
            for form in forms:
                owners[form].add((lexeme.lemma, lexeme.part == "verb"))
                labels[label] += counts[form] * (lexeme.part == "noun")
    found: dict[str, tuple[float, str]] = {}
    for lemma, several in by_lemma.items():
        # of one spelling the noun, which has the endings of all cases
        lexeme = max(several, key=lambda one: (one.part == "noun", one.part == "adj"))
        everything = {form for one in several for forms in one.forms.values() for form in forms}
        english = _english_of(lexeme)
        if not english or sum(counts[form] for form in everything) >= RARE_LEMMA:
            continue
        forms_by_label = lexeme.forms if lexeme.part == "noun" else {"": (lemma,)}
        own = sorted(
            (form, label)
            for label, forms in forms_by_label.items()
            for form in forms
            if owners[form] == {(lemma, False)} and (label in GIVEN or not label)
        )
        frequency = sum(_frequency(form) for form, _ in own)
        usual = max(1, sum(labels[label] for label in {label for _, label in own}))
        for form, label in own:
            if not _looked_up(form) or _foreign(form, "tr"):
                continue
            often = max(frequency * labels[label] / usual, _frequency(form))
            word = inflected(english, tags(lexeme, label)[0])
            found[form] = often, in_english(word, ending(label, form))
    kept = sorted(found, key=lambda form: (-found[form][0], form))[:MOST_FORMS]
    return {form: found[form][1] for form in sorted(kept)}


def _english_of(lexeme: Lexeme) -> str:
    """The English of a Turkish noun or adjective, or nothing where there is none to rely on."""
    if lexeme.part == "verb" or len(lexeme.lemma) < SHORTEST or lexeme.lemma in LEFT_OUT_LEMMAS:
        return ""
    words = [word for word in lexeme.english if word.isalpha() and len(word) > 2]  # `mm` is none
    readings = [(lexeme.lemma, (word, "NN")) for word in words]
    candidate = _choice(readings, zipf_frequency(lexeme.lemma, "tr") >= EVERYDAY)
    return candidate[0] if candidate else ""


def _frequency(form: str) -> float:
    """Occurrences of a Turkish word in 1,000 million, 0 where it is not known."""
    zipf = zipf_frequency(form, "tr")
    return float(10**zipf) if zipf else 0.0


GLOSSARIES = {"it": (italian, glossary), "tr": (turkish_of_wiktionary, glossary_by_lemma)}
"""What reads the dictionaries whose English a language's package may carry, and what makes its lexicon of them."""


def text_of(entries: Mapping[str, str]) -> str:
    """The text of `lexicon.tsv`."""
    return "".join(f"{form}\t{english}\n" for form, english in sorted(entries.items()))


def lexicon_beside(vocabulary: Path, language: str) -> Path:
    """Where `prepare.py` leaves the lexicon of a language's package, empty if it has none, for `export.py`."""
    return vocabulary.with_name(f"lexicon.{language}.tsv")
