"""Turns the text of a paragraph into sentences, by rules that hold for Italian, Turkish and English
at once.

A sentence may end at a run of `. ! ? …` with what closes it (quotes, brackets, emoji), before white
space. Of these places, the words on both sides decide: a small letter after it, a title, an
initial, an ordinal before it keep the sentence together. No language is asked for: a paragraph may
hold all three.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from normalize.document import Piece
from normalize.stages.segment import abbreviations as known

_EMOJI = (
    "\N{COPYRIGHT SIGN}\N{REGISTERED SIGN}\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
    "\N{VARIATION SELECTOR-16}\N{ZERO WIDTH JOINER}"
)
_STOPS = ".!?…。！？"
_CLOSE = rf"[\"'”’»›)\]}}」』）*_]*+(?:\s*+[{_EMOJI}]++(?=\s))*+"
_CANDIDATE = re.compile(
    # From the beginning of a run of stops only, so that a long run does not cost its square.
    rf"(?P<stop>[{_STOPS}](?<![{_STOPS}].)[{_STOPS}]*+)"
    rf"{_CLOSE}"
    r"(?P<space>\s++|(?<=[。！？])|(?<=[。！？][”’」』）]))"
    r"(?=[^\sa-z])",
    re.DOTALL,
)


def _one_of(words: Iterable[str], size: int) -> str:
    """Those of the words that are so many small letters, to choose from in a pattern."""
    return "|".join(sorted({word for word in words if re.fullmatch(rf"[a-z]{{{size}}}", word)}))


_CERTAIN = (
    # A word that does not end as long abbreviations do, or one of two or three small letters that is no abbreviation.
    rf"(?<=[a-z]{{4}}\.)(?<!(?:{_one_of((word[-4:] for word in known.ANY), 4)})\.)",
    *(rf"(?<= [a-z]{{{size}}}\.)(?<! (?:{_one_of(known.ANY, size)})\.)" for size in (3, 2)),
    r"(?<=[a-z]{4}[\"”)]\.)",
    r"(?<=[0-9]{4}\.)",
)
_FULL_STOP = re.compile(
    # Where a text has no stops but full stops: the same candidates, found faster because every match begins with the same
    # character. A stop after what is certain, before a space and a capital or a figure, ends a sentence by all the rules below;
    # most do, and only these matches have no group.
    rf"\.(?:(?=[\"'”’)\] ])(?:{'|'.join(_CERTAIN)})[\"'”’)\]]*+ (?=[\"'“‘(]{{0,2}}[A-Z0-9])"
    rf"|(?<!\.\.)(?P<stop>\.*+){_CLOSE}(?P<space>\s++)(?=[^\sa-z]))",
    re.DOTALL,
)
_NEXT_WORD = re.compile(r"[^\w]{0,16}+(?P<word>\w{0,40}+)(?P<dot>\.?)")
_OPENERS = "\"'“‘«‹([{„*_#<>-–—/|:;,&+=~"
_ORDINAL = re.compile(r"\d{1,3}|[IVXLCDM]{2,}")
_ROMAN = re.compile(r"[IVXLCDM]+")
_TURKISH = re.compile(r"[ğışĞİŞ]|\b(?:ve|bir|için|bu)\b")
_VOWELS = frozenset("aeiouàèéìòùâîûöüıAEIOUÀÈÉÌÒÙÂÎÛÖÜİyY")
_GAP = Piece(" ", False)
_LINE_END = Piece("\n", False)
_MAX_TOKEN_CHARS = 40
_NEAR_CHARS = 300


def sentences(text: str) -> list[Piece]:
    """Cut the text of one paragraph into sentences (segments) and the white space around them
    (glue).

    The pieces join to exactly the text.

    >>> [piece.text for piece in sentences("L'on. Bianchi tace. Il Sig. Rossi no.")]
    ["L'on. Bianchi tace.", ' ', 'Il Sig. Rossi no.']
    """
    pieces: list[Piece] = []
    body = text.strip()
    if not body:
        return [Piece(text, False)] if text else pieces
    start = 0
    end = len(text)
    if len(body) != end:
        start = len(text) - len(text.lstrip())
        end = start + len(body)
        if start:
            pieces.append(Piece(text[:start], False))
    for match in _candidates(text).finditer(text, start, end):
        if match.lastindex is None:
            following = match.end()
            pieces += (Piece(text[start : following - 1], True), _GAP)
            start = following
            continue
        stop, following = match.span("space")
        if _is_common_end(text, start, match.start(), stop, following) or _ends_sentence(
            text, start, match
        ):
            pieces.append(Piece(text[start:stop], True))
            if following - stop == 1 and text[stop] == " ":
                pieces.append(_GAP)
            elif following > stop:
                pieces.append(Piece(text[stop:following], False))
            start = following
    pieces.append(Piece(text[start:end], True))
    if end < len(text):
        rest = text[end:]
        pieces.append(_LINE_END if rest == "\n" else Piece(rest, False))
    return pieces


def _candidates(text: str) -> re.Pattern[str]:
    """What finds the places where a sentence of the text may end."""
    if "!" in text or "?" in text:
        return _CANDIDATE
    if not text.isascii() and ("…" in text or "。" in text or "！" in text or "？" in text):
        return _CANDIDATE
    return _FULL_STOP


def _is_common_end(text: str, start: int, at: int, close: int, following: int) -> bool:
    """Tell of a full stop between a word and a capital whether it ends the sentence, as it does nearly always.

    at, close, following: where the stop is, where what closes it ends, and where the text goes on.
    """
    if close != at + 1 or text[at] != "." or not text[following].isupper():
        return False
    nearest = at - _MAX_TOKEN_CHARS if at - _MAX_TOKEN_CHARS > start else start
    token = text[text.rfind(" ", nearest, at) + 1 or nearest : at]
    is_word = len(token) > 4 or (len(token) > 1 and token.islower())
    return is_word and token.isalpha() and token not in known.ANY


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    """Decide whether the sentence that began at `start` ends at this run of stops."""
    at, following = match.start(), match.end()
    stop = text[at : match.end("stop")]
    if stop[0] in "。！？" and not text[following].isupper():  # these have no other use
        return True
    after = _NEXT_WORD.match(text, following)
    word = after["word"] if after else ""
    if not word or word[0].islower():
        return False
    if stop != ".":
        return not (at > start and text[at - 1] == "(")  # a doubt in brackets: (?)
    return _full_stop(text, start, at, word, bool(after and after["dot"]))


def _full_stop(text: str, start: int, at: int, word: str, word_has_dot: bool) -> bool:
    """Decide for a full stop at `at`, followed by a `word` that begins with no small letter."""
    before = text[max(start, at - _MAX_TOKEN_CHARS) : at]
    token = before.rsplit(None, 1)[-1] if before and not before[-1].isspace() else ""
    token = token.lstrip(_OPENERS)
    for joint in "-–—/":
        token = token.rpartition(joint)[2]
    elision, apostrophe, tail = token.replace("’", "'").rpartition("'")
    if apostrophe and tail in known.ELIDED and elision.isalpha():
        return False
    if tail:
        token = tail
    if not token:
        return True
    starts = word in known.STARTERS and not word_has_dot
    if token in known.TITLES:
        return False
    if token[0].isdigit() or _ROMAN.fullmatch(token):
        return _after_number(text, start, at - len(token), token, word, starts)
    if len(token) == 1:
        return starts if token == "v" else _after_letter(token, word, word_has_dot)  # Roe v. Wade
    if token in known.CLOCK:
        return word not in known.CLOCK_NEXT and not word[0].isdigit()
    if token in known.FINAL:
        return True
    if token in known.MONTHS and word[0].isdigit():
        return len(word) != 4 and not before[: len(before) - len(token)].rstrip()[-1:].isdigit()
    if token in known.BEFORE_NUMBER and (word[0].isdigit() or _ROMAN.fullmatch(word)):
        return False
    if token in known.INNER or token in known.ENDING or _is_unknown_abbreviation(token):
        return starts
    return True


def _after_number(text: str, start: int, at: int, token: str, word: str, starts: bool) -> bool:
    """After a figure: the end, but for ordinals in Turkish (`3. Ordu`) and numbers of headings."""
    if not _ORDINAL.fullmatch(token):
        if len(token) > 1 or token.isdigit():
            return True
        return word in known.STARTERS_AFTER_INITIAL
    if starts and at > start:
        return True
    if at - start < _MAX_TOKEN_CHARS and not text[start:at].strip(_OPENERS + " "):
        return False
    return not _TURKISH.search(text, max(0, at - _NEAR_CHARS), at + _NEAR_CHARS)


def _after_letter(token: str, word: str, word_has_dot: bool) -> bool:
    """After a single letter: an initial (`J. K. Rowling`), or a figure's sign (`n. 5`, `s. 12`)."""
    if token.isupper():
        return word in known.STARTERS_AFTER_INITIAL and not word_has_dot
    return not (word[0].isdigit() or _ROMAN.fullmatch(word) or word_has_dot)


def _is_unknown_abbreviation(token: str) -> bool:
    """Letters with stops between (`K.K.T.C`), or up to four with no vowel (`Blv`)."""
    if "." in token:
        return all(len(part) <= 3 and part.isalpha() for part in token.split("."))
    return (
        len(token) <= 4 and token[0].isupper() and not token.isupper() and _VOWELS.isdisjoint(token)
    )
