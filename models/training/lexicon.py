"""Words of Italian and Turkish with their inflected forms and their English, from open dictionaries.

All files lie in one folder (`gather.py` leaves them in `CORPORA/lexicon`):

- `data.*`, `index.*` (noun, verb, adj, adv) and `cntlist.rev`: Princeton WordNet 3.0.
- `mwn-ita.tab`, `iwn-ita.tab`, `wikt-ita.tab`, `wikt-tur.tab`: words of other languages by its synsets (MultiWordNet, ItalWordNet
  and Wiktionary, as the Open Multilingual Wordnet has them).
- `words.json`, `adjectives.json`, `verbs.json`: forms of Italian lemmas (Morph-it!).
- `kenet.xml`, `wordnet31.xml`: the Turkish wordnet KeNet, and the Princeton WordNet 3.1 that its synsets are linked to.
- `wiktionary-tr.tar.gz`: Turkish entries of the English Wiktionary with their forms, a StarDict dictionary.
"""

from __future__ import annotations

import gzip
import json
import re
import struct
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from augmentation import lowered
from inflection_tr import noun_forms, verb_forms
from lemminflect import getLemma
from wordfreq import zipf_frequency

PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
SENSE_TYPES = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
"""Digit in a sense key: letter of a synset; 5 are the satellites of adjectives."""
RAREST = 2.0
"""Lexemes less frequent than this are left out. Zipf: log10 of the occurrences in 1,000 million words."""
PLURAL_ALONE = frozenset(["people", "police"])
FEW_FORMS = 5
"""A Turkish noun or verb for which Wiktionary has fewer forms gets those of the rules (`inflection_tr`)."""
_LABEL = re.compile(
    r"archaic|obsolete|dated|vulgar|offensive|slang|derogatory|dialect|rare|historical|poetic|slur",
    re.I,
)
_NOT_GLOSS = re.compile(
    r"\b(?:singular|plural|person|form of|spelling|participle|tense|(?:some|any)(?:one|body|thing))\b|^be(?:come)? "
)
_RUDE = r";u (?:06718862|07124340|06717170|07157273|07159467) n ([0-9a-f]{2})[0-9a-f]{2}"
"""Pointers of a synset (00) or of its nth word to the usage domains ethnic slur, obscenity, disparagement and slang."""
_UNWANTED = frozenset(
    "arse ass bang bitch bonk cock cum cunt dago fag faggot fuck gyp jap nigger prick pussy screw shag shylock slut spic tit"
    " whore wop".split()
)
"""Words that WordNet gives as plain synonyms and nobody wants in a translation."""
_OBSCURE = 2.3
"""English lemmas of WordNet less frequent than this are left out, in Zipf."""
_PLAIN = re.compile(r"[a-z][a-z'-]*(?: [a-z][a-z'-]*){0,2}")
_EMPTY = frozenset(
    "a an the of to in on at for from by with and or not be is it its one one's oneself thing person place kind type".split()
)
_WRONG_GENDER = frozenset(["età"])
"""Nouns whose gender Morph-it! has wrong."""
English = Mapping[tuple[str, str], tuple[str, ...]]
"""(lemma, part of speech): English lemmas, the most likely first."""


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word of a dictionary.

    lemma: as the dictionary cites it. part: `noun`, `verb` or `adj`. english: lemmas it may be translated by, the most likely
    first. forms: grammatical label to inflected forms. zipf: frequency of the lemma, see `RAREST`.
    """

    lemma: str
    part: str
    english: tuple[str, ...]
    forms: Mapping[str, tuple[str, ...]]
    zipf: float


def plain(english: str, part: str) -> bool:
    """Whether an English lemma is one to three lower-case words; of adjectives, one.

    >>> plain("draw up", "verb"), plain("Bachelor of Arts", "noun"), plain("for rent", "adj")
    (True, False, False)
    """
    return (
        bool(_PLAIN.fullmatch(english))
        and english not in _EMPTY
        and (part != "adj" or " " not in english)
    )


@dataclass
class WordNet:
    """What Princeton WordNet says of English lemmas.

    members: lemmas by synset (`03952886-n`), without rude ones. ranks: (lemma, synset) to the place among the lemma's senses, the
    most frequent 0. counts: (lemma, letter of the part of speech) to occurrences in a corpus tagged with senses.
    """

    members: dict[str, list[str]] = field(default_factory=dict)
    ranks: dict[tuple[str, str], int] = field(default_factory=dict)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def read(cls, folder: Path) -> WordNet:
        found = cls()
        for letter, part in PARTS.items():
            for line in _lines(folder / f"data.{part}"):
                fields = line.split(" ")
                words = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
                rude = {int(number, 16) for number in re.findall(_RUDE, line)}
                found.members[f"{fields[0]}-{letter}"] = [
                    re.sub(r"\(.*", "", word).replace("_", " ")
                    for number, word in enumerate(words, 1)
                    if not rude & {0, number} and word not in _UNWANTED
                ]
            for line in _lines(folder / f"index.{part}"):
                fields = line.split()
                for rank, offset in enumerate(fields[-int(fields[2]) :]):
                    found.ranks[fields[0].replace("_", " "), f"{offset}-{letter}"] = rank
        for line in _lines(folder / "cntlist.rev"):
            key, _, count = line.split()
            lemma, _, sense = key.partition("%")
            found.counts[lemma.replace("_", " "), SENSE_TYPES[sense[0]]] += int(count)
        return found

    def score(self, english: str, synsets: set[str]) -> float:
        """How likely a lemma is for a word that shares these synsets with it: its frequency, less where it is mostly another
        part of speech or has several words, times the sum over the synsets of 1 by the rank of the sense.
        """
        lemma, letter = english.lower(), min(synsets)[-1]
        places = sum(1 / (1 + self.ranks.get((lemma, synset), 9)) for synset in sorted(synsets))
        return self.weight(lemma, letter) * places

    def weight(self, lemma: str, letter: str) -> float:
        """How common a lemma is as this part of speech (its letter in WordNet)."""
        every = sum(self.counts[lemma, other] for other in PARTS)
        share = (self.counts[lemma, letter] + 0.1) / (every + 0.5)
        return zipf_frequency(lemma, "en") * share**0.5 * (0.4 if " " in lemma else 1.0)


def _lines(path: Path) -> Iterator[str]:
    """The lines of a file of WordNet without its licence, which is indented."""
    with path.open(encoding="utf-8") as lines:
        yield from (line for line in lines if not line.startswith(" "))


def _usable(english: str, part: str) -> bool:
    """Whether a lemma of WordNet may stand in a phrase: plain, not obscure, and not a plural (`pants`)."""
    if not plain(english, part) or zipf_frequency(english, "en") < _OBSCURE:
        return False
    return part != "noun" or _basic(english, "NOUN")


def _ranked(score: Mapping[str, float]) -> tuple[str, ...]:
    """Lemmas by their scores, the highest first."""
    return tuple(sorted(score, key=lambda english: (-score[english], english)))


def by_synset(wordnet: WordNet, folder: Path, files: tuple[str, ...]) -> English:
    """The English of another language's words, by shared synsets."""
    shared: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name in files:
        for line in _lines(folder / name):
            fields = line.rstrip("\n").split("\t")
            if len(fields) == 3 and fields[1].endswith(":lemma"):
                synset, part = fields[0], PARTS.get(fields[0][-1], "")
                for english in wordnet.members.get(synset, ()):
                    if _usable(english, part):
                        shared[fields[2], part][english].add(synset)
    found = {}
    for word, candidates in shared.items():
        found[word] = _ranked(
            {english: wordnet.score(english, places) for english, places in candidates.items()}
        )
    return found


# ------------------------------------------------------------------------------------------ Italian


def italian(folder: Path) -> Iterator[Lexeme]:
    """Italian nouns, adjectives (labels: `MS`, `FS`, `MP`, `FP` for gender and number) and verbs (labels: mood, tense and person,
    `ind.impf.P3`, `inf.pres`), each in the order of their lemmas.
    """
    english = by_synset(
        WordNet.read(folder), folder, ("mwn-ita.tab", "iwn-ita.tab", "wikt-ita.tab")
    )
    for lemma, entry in _entries(folder / "words.json"):
        gender = entry.get("G")
        if gender in ("M", "F") and lemma not in _WRONG_GENDER:
            plural = entry.get("P") or ""
            turned = gender == "M" and lemma.endswith("o") and plural.endswith("a")  # uovo, uova
            forms = {f"{gender}S": entry.get("S", lemma), f"{'F' if turned else gender}P": plural}
            yield from _italian(lemma, "noun", english, forms)
    for lemma, entry in _entries(folder / "adjectives.json"):
        forms = {"MS": lemma, **{label: entry.get(label) for label in ("FS", "MP", "FP")}}
        yield from _italian(lemma, "adj", english, forms)
    for lemma, entry in _entries(folder / "verbs.json"):
        forms = {"inf.pres": lemma}
        for mood, tense, person, form in _conjugation(entry):
            if mood != "inf":
                form = form.removesuffix("si") if mood == "ger" else form
                forms[f"{mood}.{tense}.{person}".rstrip(".")] = form
        yield from _italian(lemma, "verb", english, forms)


def _entries(path: Path) -> list[tuple[str, Any]]:
    return sorted(json.loads(path.read_text(encoding="utf-8")).items())


def _conjugation(entry: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    """(mood, tense, person or nothing, form)."""
    for mood, tenses in entry.items():
        for tense, persons in tenses.items():
            for person, form in ({"": persons} if isinstance(persons, str) else persons).items():
                if isinstance(form, str):
                    yield mood, tense, person, form


def _italian(
    lemma: str, part: str, english: English, forms: Mapping[str, str | None]
) -> Iterator[Lexeme]:
    """The lexeme, if it has an English lemma and is not too rare."""
    translations = english.get((lemma, part), ())
    known = {label: (form,) for label, form in forms.items() if form}
    if translations and known and lemma == lemma.lower():
        zipf = zipf_frequency(lemma, "it")
        if zipf >= RAREST:
            yield Lexeme(lemma, part, translations, known, zipf)


# ------------------------------------------------------------------------------------------ Turkish


def stardict(archive: Path) -> tuple[list[tuple[str, str]], list[tuple[str, int]]]:
    """(headword, article) of a StarDict dictionary in a `.tar.gz`, and (other form, number of its headword)."""
    parts: dict[str, bytes] = {}
    with tarfile.open(archive) as members:
        for member in members:
            if member.isfile() and (file := members.extractfile(member)):
                parts[member.name.rpartition(".")[2]] = file.read()
    articles = gzip.decompress(parts["dz"])
    entries = [
        (word, articles[start : start + size].decode("utf-8"))
        for word, (start, size) in _records(parts["idx"], ">II")
    ]
    return entries, [(word, number) for word, (number,) in _records(parts["syn"], ">I")]


def _records(index: bytes, numbers: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The words of an index, each ended by a zero byte and followed by numbers."""
    start, size = 0, struct.calcsize(numbers)
    while start < len(index):
        end = index.index(b"\0", start)
        word = index[start:end].decode("utf-8")
        start = end + 1 + size
        yield word, struct.unpack(numbers, index[end + 1 : start])


def glosses(article: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(part of speech, English lemmas) of a Wiktionary article, without senses that a label calls rare or rude.

    >>> list(glosses("<i>verb</i><br><ol><li>to adjust</li><li>(archaic) to arrange</li></ol>"))
    [('verb', ('adjust',))]
    """
    for part, senses in re.findall(r"<i>(noun|verb|adj)</i><br><ol>(.*?)</ol>", article, re.S):
        found: list[str] = []
        for sense in re.findall(r"<li>(.*?)(?=<(?:/?li|/?ol|ul|dl))", senses, re.S):
            if any(_LABEL.search(label) for label in re.findall(r"\(.*?\)", sense)):
                continue
            for text in re.split(r"[,;/]", re.sub(r"\(.*?\)|<.*?>", "", sense)):
                gloss = re.sub(r"^(?:to|a|an|the) ", "", text.strip(" ."))
                if gloss in found or gloss in _UNWANTED or _NOT_GLOSS.search(gloss):
                    continue
                if plain(gloss, part) and (part != "verb" or _basic(gloss, "VERB")):
                    found.append(gloss)
        if found:
            yield part, tuple(sorted(found, key=lambda gloss: gloss.count(" ")))


_ARCHIPHONEMES = str.maketrans("aeıiuü", "AAIIII")
_SOFTENED = {"p": "b", "ç": "c", "t": "d", "k": "ğ"}


def suffix(form: str, stem: str) -> str | None:
    """What an inflected form adds to its stem: A for a or e, I for ı, i, u or ü, D for d or t at its beginning, after `+` where the
    stem's last letter was softened; None if the form does not begin with the stem.

    >>> suffix("minarelerinizin", "minare"), suffix("kitabı", "kitap"), suffix("ağaçtan", "ağaç")
    ('lArInIzIn', '+I', 'DAn')
    """
    soft = ""
    if not form.startswith(stem):
        stem, soft = stem[:-1] + _SOFTENED.get(stem[-1:], "?"), "+"
        if not form.startswith(stem):
            return None
    rest = form[len(stem) :].translate(_ARCHIPHONEMES)
    return soft + ("D" + rest[1:] if rest[:1] in ("d", "t") else rest)


def turkish(folder: Path) -> Iterator[Lexeme]:
    """Turkish nouns, adjectives and verbs, those of `turkish_of_wiktionary` and then those that KeNet alone has, in the order of their
    lemmas; the label of a form is what it adds to the stem (`suffix`).
    """
    known: set[str] = set()
    wordnet = WordNet.read(folder)
    for lexeme in _of_wiktionary(wordnet, folder):
        known.add(lexeme.lemma)
        yield lexeme
    for (lemma, part), english in sorted(kenet(wordnet, folder).items()):
        if lemma not in known and _lower_case_turkish(lemma):
            yield from _turkish(lemma, part, english, {})


def turkish_of_wiktionary(folder: Path) -> Iterator[Lexeme]:
    """Those of `turkish` that Wiktionary knows: its entries, then, both in the order of their lemmas, words that have none but share
    synsets with English. A package may carry their English, not that of KeNet, which is under the GPL.
    """
    return _of_wiktionary(WordNet.read(folder), folder)


def _of_wiktionary(wordnet: WordNet, folder: Path) -> Iterator[Lexeme]:
    entries, others = stardict(folder / "wiktionary-tr.tar.gz")
    forms: dict[int, list[str]] = defaultdict(list)
    for form, number in others:
        forms[number].append(form)
    linked = by_synset(wordnet, folder, ("wikt-tur.tab",))
    known = set()
    for lemma, number in sorted((lemma, number) for number, (lemma, _) in enumerate(entries)):
        # one whose glosses are no use (rude, obsolete) has no English by its synsets either
        known.add(lemma)
        if not _lower_case_turkish(lemma):
            continue
        for part, english in glosses(entries[number][1]):
            more = tuple(e for e in linked.get((lemma, part), ()) if e not in english)
            labelled = _labelled(lemma, part, forms[number])
            yield from _turkish(lemma, part, english + more, labelled)
    for (lemma, part), english in sorted(linked.items()):
        if part != "adv" and lemma not in known and _lower_case_turkish(lemma):
            yield from _turkish(lemma, part, english, {})


def _lower_case_turkish(lemma: str) -> bool:
    return len(lemma) > 1 and lemma.isalpha() and lemma == lowered(lemma, "tr")


def _basic(english: str, part: str) -> bool:
    """Whether the first word of an English verb, or the last of a noun, is in its basic form, as far as rules tell."""
    word = english.split(" ")[0 if part == "VERB" else -1]
    return word in getLemma(word, part) or word in PLURAL_ALONE


def _turkish(
    lemma: str, part: str, english: tuple[str, ...], labelled: dict[str, tuple[str, ...]]
) -> Iterator[Lexeme]:
    """The lexeme, if it is not too rare, with forms by rule where the dictionary has none."""
    if part == "verb" and not lemma.endswith(("mak", "mek")):
        return
    if len(labelled) < FEW_FORMS and part != "adj":
        labelled = (noun_forms if part == "noun" else verb_forms)(lemma) | labelled
    some = [lemma, *(found[0] for found in labelled.values())][:10]
    zipf = max(zipf_frequency(form, "tr") for form in some)
    if zipf >= RAREST:
        yield Lexeme(lemma, part, english, labelled or {"": (lemma,)}, zipf)


_SYNSET = re.compile(r"<ID>([^<]+)</ID>")
_LITERAL = re.compile(r"<LITERAL>([^<]+)<SENSE>(\d+)</SENSE>")
_ALIKE = re.compile(r"<ILR>(ENG31-[^<]+)<TYPE>SYNONYM")


def kenet(wordnet: WordNet, folder: Path) -> English:
    """The English of the words of KeNet whose synset is linked to one of WordNet 3.1, by the order of their senses."""
    members: dict[str, list[str]] = {}
    for line in _lines(folder / "wordnet31.xml"):
        if name := _SYNSET.search(line):
            words = (word.replace("_", " ") for word, _ in re.findall(r"<LITERAL>([^<]+)(<)", line))
            members[name[1]] = [word for word in words if word not in _UNWANTED]
    scores: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for line in _lines(folder / "kenet.xml"):
        for synset in _ALIKE.findall(line):
            part = PARTS.get(synset[-1], "")
            if part not in ("noun", "verb", "adj"):
                continue
            for lemma, sense in _LITERAL.findall(line):
                for english in members.get(synset, ()):
                    if _usable(english, part):
                        weight = wordnet.weight(english, synset[-1])
                        scores[lemma, part][english] += weight / int(sense)
    return {word: _ranked(score) for word, score in scores.items()}


def _labelled(lemma: str, part: str, forms: list[str]) -> dict[str, tuple[str, ...]]:
    """The forms of a Turkish lemma by what they add to its stem."""
    stem = re.sub("m[ae]k$", "", lemma) if part == "verb" else lemma
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for form in [lemma, *forms]:
        label = suffix(form, stem)
        if label is not None and " " not in form:
            found[label][form] = None
    return {label: tuple(several) for label, several in found.items()}
