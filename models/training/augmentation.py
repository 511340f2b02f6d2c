"""Variants of a pair that teach a network to copy, and to bear typography, case and long texts; and lines that are no text."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

PLACEHOLDERS = tuple(f"｟{index}｠" for index in range(10))
COPIED = re.compile(
    r"https?://[^\s<>\"]+|[\w.+-]+@[\w-]+\.[\w.]+|www\.[^\s<>\"]+|(?<!\w)[@#][A-Za-z_]\w{2,}"
)
NUMBER = re.compile(r"(?<![\w.,])\d[\d.,:]*\d(?![\w])|(?<![\w.,])\d(?!\w)")
_CAPITAL = "[A-ZÀ-ÖØ-ÞČĆĞİŁŚŞŠŽ]"
NAME = re.compile(
    rf"(?<=[\w,;] ){_CAPITAL}[^\W\d_]{{2,}}(?:[ -]{_CAPITAL}[^\W\d_]+)*(?!\w)|{NUMBER.pattern}"
)
"""Names inside a sentence, and numbers: what `normalize` hides once a rare name was lost."""


def with_placeholders(
    source: str, target: str, pattern: re.Pattern[str], rng: random.Random
) -> tuple[str, str] | None:
    """The pair with what both sides share (an address, a number) behind placeholders; None if they
    share nothing.
    """
    shared = [
        found
        for found in dict.fromkeys(pattern.findall(source))
        if source.count(found) == 1 == target.count(found)
    ]
    if not shared:
        return None
    first = rng.randrange(3)
    for index, found in enumerate(shared[: 10 - first]):
        hidden = PLACEHOLDERS[first + index]
        source, target = source.replace(found, hidden), target.replace(found, hidden)
    return source, target


def curled(text: str) -> str:
    """The text with typographic quotation marks and apostrophes.

    >>> curled('l\\'altra "volta"')
    'l’altra “volta”'
    """
    text = re.sub(r"(?<=\w)'", "’", text)
    return re.sub(r'"([^"]*)"', r"“\1”", text)


def lowered(text: str, language: str) -> str:
    """Lower case by the rules of the language: Turkish has a dotted and a dotless i.

    >>> lowered("IŞIK İYİ", "tr")
    'ışık iyi'
    """
    return (text.replace("I", "ı").replace("İ", "i") if language == "tr" else text).lower()


def raised(text: str, language: str) -> str:
    """Upper case by the rules of the language.

    >>> raised("izin ışık", "tr"), raised("izin", "en")
    ('İZİN IŞIK', 'IZIN')
    """
    return (text.replace("i", "İ") if language == "tr" else text).upper()


def augmented(
    source: str, target: str, language: str, rng: random.Random
) -> Iterator[tuple[str, str]]:
    """At most one variant of the pair, which teaches copying or tolerance: (source, target).

    Addresses behind placeholders: half of the pairs that have one. Numbers behind placeholders:
    5 %. Without the final stop 3 %; typographic quotation marks 6 %; lower case 1 % and capitals
    1 % of the short ones; English left as it is 3 %; names and numbers behind placeholders 20 %.
    """
    draw = rng.random()
    hidden = with_placeholders(source, target, COPIED, rng) if draw < 0.5 else None
    if hidden is None and draw < 0.05:
        hidden = with_placeholders(source, target, NUMBER, rng)
    if hidden is not None:
        yield hidden
    elif 0.05 <= draw < 0.08 and source[-1] == target[-1] == "." and len(source) > 20:
        yield source[:-1], target[:-1]
    elif 0.08 <= draw < 0.14 and ("'" in source or '"' in source):
        yield curled(source), target
    elif 0.14 <= draw < 0.15 and len(source) < 60:
        yield lowered(source, language), target
    elif 0.15 <= draw < 0.18:
        yield target, target
    elif 0.18 <= draw < 0.19 and len(source) < 60:
        yield raised(source, language), raised(target, "en")
    elif 0.2 <= draw < 0.4 and (named := with_placeholders(source, target, NAME, rng)):
        yield named


def joined(labels: list[tuple[str, str]], count: int, rng: random.Random) -> list[tuple[str, str]]:
    """Pairs of two or three short labels on one line without a stop between them, as pages have them.

    Each side keeps the labels in order, so that the network learns to translate all of them.
    """
    short = [
        (source, target)
        for source, target in labels
        if len(source) < 60 and source[-1] not in ".!?…:" and source != source.upper()
    ]
    made = []
    for _ in range(count if short else 0):
        drawn = [rng.choice(short) for _ in range(rng.choice((2, 2, 2, 3)))]
        source, target = (" ".join(side) for side in zip(*drawn, strict=True))
        made.append((source, target))
    return made


def chained(
    sentences: dict[str, list[tuple[str, str]]], count: int, rng: random.Random
) -> list[tuple[str, str]]:
    """Pairs of two to six sentences of one source after another, of 12 to 40 English words.

    Most sentences that open parallel text has are short; a network that has seldom seen long ones leaves parts of them out.
    (T. Nguyen et al., "Data Augmentation by Concatenation for Low-Resource Translation", 2021.)

    sentences: pairs by source. A source is drawn as often as the square root of its size says, one of under 100 sentences
    never: it would only be repeated.
    """
    whole = {
        name: kept
        for name, pairs in sorted(sentences.items())
        if len(kept := [pair for pair in pairs if all(s[-1] in ".!?" for s in pair)]) >= 100
    }
    weights = [len(pairs) ** 0.5 for pairs in whole.values()]
    made = []
    for _ in range(count if whole else 0):
        (pairs,) = rng.choices(list(whole.values()), weights)
        drawn, count_of_words, wanted = [], 0, rng.randint(12, 40)
        for pair in rng.sample(pairs, 6):
            drawn.append(pair)
            count_of_words += len(pair[1].split())
            if len(drawn) > 1 and count_of_words >= wanted:
                break
        source, target = (" ".join(side) for side in zip(*drawn, strict=True))
        made.append((source, target))
    return made


_EMOJI = "😀😂😍🎉👍❤⭐✅❌⚠📌📷🎵🚀💡🌍🍕⚽👥🔒"
_MARKS = "!#$%&()*+,-./:;<=>?@[\\]^_`{|}~«»–—·•→←©®°§¶…€£"
_LETTERS = "bcdefghijklmnopqrstuvwyz"
"""Without those of which lines that are measured by consist."""
_SCRIPTS = (
    "абвгдежзиклмнопрстуфхцчшщыэюя", "αβγδεζηθικλμνξοπρστυφχψω", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "אבגדהוזחטיכלמנסעפצקרשת", "かきくけこさしすせそたちつてとなにぬねの", "天地人日月山川水火木金土大小中上下",
    "ÃÄÅÂÐÑ°±³¼½¾",
)  # fmt: skip
_SYLLABLES = "ba bo ga gu pa pe ra ro ru ze zo zu".split()
"""No words of Italian or Turkish."""
SHORTEST_NOISE = 4
"""Characters of a line of noise but for emoji. What is shorter often means something, and is what is measured by (`...`, `§§§`)."""


def _spelt(alphabet: str, shortest: int, longest: int, rng: random.Random) -> str:
    return "".join(rng.choices(alphabet, k=rng.randint(shortest, longest)))


def _noise(rng: random.Random) -> str:
    """A line that is no sentence."""
    kind = rng.randrange(8)
    if kind == 0:
        return rng.choice(_EMOJI) * rng.randint(1, 8)
    if kind == 1:
        return rng.choice(_MARKS) * rng.randint(SHORTEST_NOISE, 12)
    if kind == 2:
        return _spelt(_MARKS + " ", SHORTEST_NOISE, 10, rng).strip()
    if kind == 3:
        return rng.choice(_LETTERS + _LETTERS.upper()) * rng.randint(6, 40)
    if kind == 4:
        return _spelt("0123456789abcdef-", 6, 36, rng).strip("-")
    if kind == 5:
        return " ".join([rng.choice(_SYLLABLES)] * rng.randint(3, 10))
    if kind == 6:
        return " ".join(rng.choice(_LETTERS) for _ in range(rng.randint(3, 12)))
    alphabet = rng.choice((_LETTERS, _LETTERS, *_SCRIPTS))
    return " ".join(_spelt(alphabet, 3, 9, rng) for _ in range(rng.randint(1, 4)))


def noise(count: int, rng: random.Random) -> list[tuple[str, str]]:
    """Lines that are no sentences, the same on both sides: marks, emoji, runs of one letter, identifiers, hit keys, other scripts.

    A network that has seen sentences alone makes words of them. What `benchmarks/quality.py` measures by is not among them.
    """
    made: list[tuple[str, str]] = []
    while len(made) < count:
        line = _noise(rng)
        if len(line) >= SHORTEST_NOISE or (line and line[0] in _EMOJI):
            made.append((line, line))
    return made
