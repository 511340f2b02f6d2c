"""A corpus to training, development and test sets that share nothing.

Pairs of one document, and pairs with an equal source or an equal target, form a group, and a group lies in one part. A digest of the
group's first pair and a seed gives it a number in [0, 1): small ones are for the test set, large ones for the development set. So a pair
that is added moves no other, unless it ties together groups of different parts. (Sizes given as numbers of pairs, not as shares,
move the border itself.) Memory: 32 bytes a pair, about 150 while groups are sought.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from normalize.corpus.files import Corpus
from normalize.corpus.output import open_corpora, prepare
from normalize.corpus.units import Unit
from normalize.errors import ConservationError, UsageError

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]


class Part(StrEnum):
    """The parts of a split corpus; their names begin the names of the files."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


class Together(StrEnum):
    """What must not be parted."""

    BOTH = "both"
    """Pairs of one document, and pairs with an equal source or target."""
    DOCUMENT = "document"
    TEXT = "text"
    """Pairs with an equal source or target."""


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a part: a share of the groups in [0, 1), or at most so many pairs. One of them is zero."""

    share: float = 0.0
    pairs: int = 0

    @classmethod
    def parse(cls, text: str, name: str) -> Size:
        """A size as people write it: `0.01`, `1%`, or `2000` pairs.

        >>> Size.parse("1%", "dev"), Size.parse("2000", "dev")
        (Size(share=0.01, pairs=0), Size(share=0.0, pairs=2000))

        Raises UsageError for anything else.
        """
        try:
            if text.endswith("%"):
                size = cls(share=float(text[:-1]) / 100)
            elif text.isdecimal():
                size = cls(pairs=int(text))
            else:
                size = cls(share=float(text))
        except ValueError:
            size = cls(share=-1.0)
        if not 0.0 <= size.share < 1.0:
            message = f"--{name}: {text!r} is no size; write a share, 0.01 or 1%, or a number of pairs, 2000"
            raise UsageError(message)
        return size


@dataclass(frozen=True, slots=True)
class SplitOptions:
    """How large the development and test sets are (the rest is for training), the seed, and what stays together."""

    dev: Size = Size(share=0.01)
    test: Size = Size(share=0.01)
    seed: int = 0
    together: Together = Together.BOTH

    def __post_init__(self) -> None:
        if self.dev.share + self.test.share > 1.0:
            message = f"--dev and --test are {self.dev.share + self.test.share:.0%} of the corpus together; leave some for training"
            raise UsageError(message)


@dataclass(frozen=True, slots=True)
class Split:
    """What went where. pairs: by part; read is their sum. groups: how many there are; largest: pairs of the largest one.

    left_out: by the path of an output, columns of the corpus that its format has no place for.
    """

    read: int
    pairs: dict[Part, int]
    groups: int
    largest: int
    files: dict[Part, tuple[Path, ...]] = field(default_factory=dict)
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != sum(self.pairs.values()):
            message = (
                f"{self.read} pairs read, but {self.pairs} written; please report this as a defect"
            )
            raise ConservationError(message)


def split(
    path: Path, directory: Path, formats: Sequence[str], options: SplitOptions, tool_version: str
) -> Split:
    """Write `train.it-en.*`, `dev.it-en.*` and `test.it-en.*`, every part in the order of the corpus, in every format;
    in that of the corpus the records stay as they are.

    Raises InputError where the languages are unknown or not the same throughout: they name the files.
    """
    keys = _Keys()
    for unit in prepare(path, ["tmx"], tool_version).units:
        keys.add(unit, options)
    labels = _groups(keys, options.together)
    parts = _parts(labels, keys, options)
    prepared = prepare(path, ["tmx"], tool_version)
    names = {part: _corpora(directory, part, prepared.header.name, formats) for part in Part}
    counts = dict.fromkeys(Part, 0)
    read = 0
    with open_corpora(list(names.values()), prepared) as writes:
        for number, unit in prepared.again(len(parts)):
            part = int(parts[number])
            writes[part](unit)
            counts[tuple(Part)[part]] += 1
            read += 1
        sizes = _sizes(labels)
        result = Split(
            read,
            counts,
            int((sizes > 0).sum()),
            int(sizes.max(initial=0)),
            {
                part: tuple(p for each in corpora for p in each.paths)
                for part, corpora in names.items()
            },
            prepared.left_out.by_output(),
        )
    return result


def _corpora(directory: Path, part: Part, name: str, formats: Sequence[str]) -> list[Corpus]:
    source, _, target = name.partition("-")
    stem = f"{part}.{name}"
    return [
        Corpus(
            "moses",
            (directory / f"{stem}.{source}", directory / f"{stem}.{target}"),
            source,
            target,
        )
        if each == "moses"
        else Corpus(each, (directory / f"{stem}.{each}",), source, target)
        for each in dict.fromkeys(formats)
    ]


class _Keys:
    """What a corpus is parted by: for every pair digests of its document, source and target (0 where empty), and its number."""

    def __init__(self) -> None:
        self.documents, self.sources, self.targets = array("Q"), array("Q"), array("Q")
        self.places = array("Q")

    def add(self, unit: Unit, options: SplitOptions) -> None:
        pair = unit.pair
        for column, kind, text in (
            (self.documents, "document", pair.document),
            (self.sources, "source", " ".join(pair.source.split())),
            (self.targets, "target", " ".join(pair.target.split())),
        ):
            column.append(_digest(f"{kind}\0{text}") if text else 0)
        self.places.append(_digest(f"{options.seed}\0{pair.source}\0{pair.target}"))


def _digest(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") or 1


def _groups(keys: _Keys, together: Together) -> Numbers:
    """For every pair the number of the first pair of its group: connected components by hooking and shortcutting."""
    import numpy as np

    columns = [keys.documents] * (together is not Together.TEXT)
    columns += [keys.sources, keys.targets] * (together is not Together.DOCUMENT)
    ties = [_tie(np.asarray(column, dtype=np.uint64)) for column in columns]
    labels = np.arange(len(keys.places))
    changed = True
    while changed:
        before = labels.copy()
        for order, begins, lengths in ties:
            if len(order):
                least = np.repeat(np.minimum.reduceat(labels[order], begins), lengths)
                np.minimum.at(labels, labels[order], least)  # the first pairs of groups that meet
                labels[order] = np.minimum(labels[order], least)
        labels = labels[labels]
        changed = not np.array_equal(labels, before)
    return labels


def _tie(column: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The pairs of equal digests next to each other, where each run of them begins, and how long it is."""
    import numpy as np

    order = np.argsort(column, kind="stable")
    order = order[column[order] != 0]
    values = column[order]
    begins = np.flatnonzero(np.concatenate(([True] * bool(len(values)), values[1:] != values[:-1])))
    lengths = np.diff(np.concatenate((begins, [len(values)])))
    return order, begins.astype(np.intp), lengths.astype(np.intp)


def _sizes(labels: Numbers) -> Numbers:
    import numpy as np

    return np.bincount(labels, minlength=len(labels))


def _parts(labels: Numbers, keys: _Keys, options: SplitOptions) -> Numbers:
    """For every pair the number of its part, in the order of `Part`."""
    import numpy as np

    train, dev, test = range(3)
    sizes = _sizes(labels)
    firsts = np.flatnonzero(sizes)
    places = np.asarray(keys.places, dtype=np.uint64)[firsts]
    order = np.lexsort((firsts, places))
    firsts, shares = firsts[order], places[order].astype(np.float64) / 2.0**64
    chosen = np.full(len(firsts), train)
    ascending, descending = range(len(firsts)), range(len(firsts) - 1, -1, -1)
    for part, size, groups in ((test, options.test, ascending), (dev, options.dev, descending)):
        if size.share:
            within = shares < size.share if part == test else shares >= 1.0 - size.share
            chosen[within & (chosen == train)] = part
        room = size.pairs
        for group in groups if room else ():
            if chosen[group] == train and sizes[firsts[group]] <= room:
                chosen[group] = part
                room -= int(sizes[firsts[group]])
                if not room:
                    break
    of_first = np.full(len(labels), train)
    of_first[firsts] = chosen
    return of_first[labels]
