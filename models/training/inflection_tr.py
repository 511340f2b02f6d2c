"""Inflected forms of Turkish nouns and verbs, by vowel harmony and the assimilation of consonants.

Labels are those of `lexicon.suffix`: A stands for a or e, I for ı, i, u or ü, D for d or t, `+` softens the last letter of the stem.
Rules: A. Göksel and C. Kerslake, "Turkish: A Comprehensive Grammar" (2005), chapters 2, 3 and 8. Words that keep a hard consonant
or take the other harmony (`saati`) cannot be told by their spelling: what often does is left without forms, and stems in -t without
those that begin with a vowel.
"""

from __future__ import annotations

import re

VOWELS = "aeıioöuüâîû"
_PLAIN = str.maketrans("âîû", "aiu")
_UNSURE = re.compile(f"[{VOWELS}].*(?:[ao][lt]|ul)$|ğ[ıiuü]$|.evi$|[{VOWELS}].*[{VOWELS}].*l[ae]r$")
"""Often loans with the other harmony (`terminal`), compounds that are inflected inside (`ayışığı`, `cezaevi`), or plurals (`gaziler`)."""
_HARD = "çfhkpsşt"
_SOFTENED = {"p": "b", "ç": "c", "k": "ğ"}
_SUFFIXES = (
    "lAr lArI lArA lArdA lArdAn lArIn lArIm lArImA lArImdA lArImIz lArImIzA lArImIzdA lArImIzIn lArInIz lArIndA lArInA lArInI DA DAn"
).split()
_AFTER_VOWEL = (
    "yI yA nIn m mI mA mdA mIz mIzA mIzdA mIzIn nIz sI sInI sInA sIndA sIndAn sInIn".split()
)
_AFTER_CONSONANT = (
    "I A In Im ImI ImA ImdA ImIz ImIzA ImIzdA ImIzIn InIz InI InA IndA IndAn InIn".split()
)
NOUN_LABELS = frozenset(
    [*_SUFFIXES, *_AFTER_VOWEL, *_AFTER_CONSONANT, *("+" + label for label in _AFTER_CONSONANT)]
)
"""The suffixes of nouns that are known here, without the empty one."""
_VERBAL = (
    "DI DIm DIk DInIz DIlAr mAdI mAdIm mAdIk mAdIlAr mIyor mIyorlAr mAyAcAk mAz mAlI mAlIyIz mAlIsInIz mIş mAdAn mAyAn DIğIm"
    " DIğImIz DIklArI"
).split()
_VERBAL_AFTER_CONSONANT = (
    "AcAk AcAğIm AcAğIz AcAklAr ArAk An AcAğImIz Iyor IyorIm IyorIz IyorlAr".split()
)
_VERBAL_AFTER_VOWEL = "yAcAk yAcAğIm yAcAğIz yAcAklAr yArAk yAn yAcAğImIz".split()


def realised(stem: str, label: str) -> str:
    """A stem with a suffix.

    >>> realised("minare", "lArInIzIn"), realised("kitap", "+I"), realised("ağaç", "DAn"), realised("göz", "ImIzdA")
    ('minarelerinizin', 'kitabı', 'ağaçtan', 'gözümüzde')
    """
    if label.startswith("+"):
        hard = stem[-1]
        soft = "g" if hard == "k" and stem[-2:-1] == "n" else _SOFTENED[hard]
        stem, label = stem[:-1] + soft, label[1:]
    word = stem
    for letter in label:
        last = next((v for v in reversed(word.translate(_PLAIN)) if v in VOWELS), "e")
        if letter == "A":
            word += "a" if last in "aıou" else "e"
        elif letter == "I":
            word += {"a": "ı", "ı": "ı", "o": "u", "u": "u", "ö": "ü", "ü": "ü"}.get(last, "i")
        elif letter == "D" or (letter == "d" and word[-1] in _HARD):
            word += "t" if word[-1] in _HARD else "d"
        else:
            word += letter
    return word


def noun_forms(lemma: str) -> dict[str, tuple[str, ...]]:
    """The forms of a noun by label.

    >>> forms = noun_forms("terlik")
    >>> forms["+ImIz"], forms["lArdAn"], noun_forms("sepet").get("I")
    (('terliğimiz',), ('terliklerden',), None)
    >>> len(noun_forms("dolar")) > 1, noun_forms("gaziler"), noun_forms("cezaevi")
    (True, {'': ('gaziler',)}, {'': ('cezaevi',)})
    """
    if _UNSURE.search(lemma):
        return {"": (lemma,)}
    labels = list(_SUFFIXES)
    if lemma[-1] in VOWELS:
        labels += _AFTER_VOWEL
    elif lemma[-1] in _SOFTENED and len(re.findall(f"[{VOWELS}]", lemma)) > 1:
        labels += ["+" + label for label in _AFTER_CONSONANT]
    elif lemma[-1] not in "tpçk":
        labels += _AFTER_CONSONANT
    return {"": (lemma,)} | {label: (realised(lemma, label),) for label in labels}


def verb_forms(lemma: str) -> dict[str, tuple[str, ...]]:
    """The forms of a verb (its infinitive) by label.

    >>> forms = verb_forms("koklamak")
    >>> forms["DInIz"], forms["yAcAğIz"], verb_forms("yüzmek")["Iyor"], "AcAk" in verb_forms("gitmek")
    (('kokladınız',), ('koklayacağız',), ('yüzüyor',), False)
    """
    stem = lemma[:-3]
    if len(stem) < 2 or stem in ("de", "ye"):
        return {"mAk": (lemma,)}
    labels = list(_VERBAL)
    if stem[-1] in VOWELS:
        labels += _VERBAL_AFTER_VOWEL
    elif stem[-1] != "t":
        labels += _VERBAL_AFTER_CONSONANT
    forms = {label: (realised(stem, label),) for label in labels}
    return forms | {"mAk": (lemma,)}
