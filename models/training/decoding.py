"""What a package may ask `normalize` to decode it with, as options of the command line: a number for each language."""

from __future__ import annotations

from argparse import ArgumentTypeError

from normalize.config import MOST_HYPOTHESES
from normalize.packages.find import (
    LARGEST_CHANNEL_WEIGHT,
    LARGEST_LENGTH_PENALTY,
    LARGEST_NO_REPEAT_NGRAM,
)


def numbers(text: str) -> dict[str, float]:
    """Language: number, of `tr=1.3,it=1`.

    Raises ArgumentTypeError where a part is not a language with a number.

    >>> numbers("tr=1.3,it=1")
    {'tr': 1.3, 'it': 1.0}
    """
    found = {}
    for part in filter(None, text.split(",")):
        language, _, number = part.partition("=")
        try:
            found[language] = float(number)
        except ValueError:
            language = ""
        if not language:
            message = f"{text!r}: write a language and a number, for example tr=1.3,it=1"
            raise ArgumentTypeError(message)
    return found


def length_penalties(text: str) -> dict[str, float]:
    """Like `numbers`, from 0 to 10."""
    found = numbers(text)
    for language, number in found.items():
        if not 0 <= number <= LARGEST_LENGTH_PENALTY:
            message = f"{language}={number:g}: a length penalty is a number from 0 to {LARGEST_LENGTH_PENALTY}"
            raise ArgumentTypeError(message)
    return found


def hypotheses(text: str) -> dict[str, int]:
    """Like `numbers`, whole numbers from 1 to as many as `normalize` keeps.

    >>> hypotheses("tr=8")
    {'tr': 8}
    """
    return _whole_numbers(text, "hypotheses are", 1, MOST_HYPOTHESES)


def repeats(text: str) -> dict[str, int]:
    """Like `numbers`, whole numbers from 0 to the longest sequence that a package may ask not to be repeated.

    >>> repeats("tr=4")
    {'tr': 4}
    """
    return _whole_numbers(text, "what may not be repeated is", 0, LARGEST_NO_REPEAT_NGRAM)


def channel_weights(text: str) -> dict[str, float]:
    """Like `numbers`, above 0 and up to 10."""
    found = numbers(text)
    for language, number in found.items():
        _check_channel_weight(f"{language}={number:g}", number)
    return found


def channel_weight(text: str) -> float:
    """The number of a single package.

    >>> channel_weight("0.2")
    0.2
    """
    try:
        number = float(text)
    except ValueError as exc:
        message = f"{text!r}: write a number, for example 0.2"
        raise ArgumentTypeError(message) from exc
    _check_channel_weight(text, number)
    return number


def _check_channel_weight(text: str, number: float) -> None:
    if not 0 < number <= LARGEST_CHANNEL_WEIGHT:
        message = f"{text}: the weight of a channel is a number above 0 and up to {LARGEST_CHANNEL_WEIGHT}"
        raise ArgumentTypeError(message)


def _whole_numbers(text: str, what: str, least: int, most: int) -> dict[str, int]:
    found = numbers(text)
    for language, number in found.items():
        if number not in range(least, most + 1):
            message = f"{language}={number:g}: {what} a whole number from {least} to {most}"
            raise ArgumentTypeError(message)
    return {language: int(number) for language, number in found.items()}


def text_of(values: dict[str, float] | dict[str, int]) -> str:
    """The option that says these numbers.

    >>> text_of({"tr": 1.5, "it": 1})
    'tr=1.5,it=1'
    """
    return ",".join(f"{language}={number!r}" for language, number in values.items())
