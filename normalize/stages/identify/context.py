"""Blocks to labelled pieces: the detector's answers read in the light of the document.

A long segment speaks for itself. A short one is weighed with a prior: the languages that the
document has shown so far, and those of the segments around it. Both decisions are kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain
from math import exp, log
from typing import NamedTuple

from normalize.document import (
    UNDETERMINED,
    Block,
    BlockKind,
    Decision,
    Labelled,
    LabelledBlock,
    Language,
    Piece,
)
from normalize.stages.identify.detectors import Detector, Evidence, weigh
from normalize.stages.identify.features import words
from normalize.stages.identify.plain import Proofs, prove_english
from normalize.stages.identify.spans import Boundary, Divider

SURE_WORDS = 4
"""A segment of so many words, if likely, counts as a language seen in the document."""
SURE = 0.9
LONG_WORDS = 9
"""A segment of so many words is decided by itself."""
ACCEPT = 0.5
"""A segment is called a source language only if it is at least this likely in the end."""
_WEIGHED = frozenset({"model", "detector", "name", "may-be-name", "undecided"})
"""The rules whose answers the document may change; the others leave no doubt."""
_DOMINANT = 0.6
"""What may be a name becomes a source language only where that language has this share."""
_NEAR = 3
_WEIGHTS = {1: 0.75, 2: 0.65, 3: 0.55, 4: 0.45, 5: 0.35, 6: 0.25, 7: 0.2, 8: 0.15}
"""How much of the document's log prior a segment takes on, by its number of words."""
_PLAIN = Evidence(
    Language("en", 0.999),
    (Language("en", 0.999),),
    "function-words",
    "dense English function words",
)
_PLAIN_DECISION = Decision(_PLAIN.language, _PLAIN.language, _PLAIN.rule)
_FLOOR = 1e-5
"""The probability of a language that the detector did not name."""
_MAX_LANGUAGES = 16
_SEEN_LIMIT = 64.0


class _Item(NamedTuple):
    """A segment of the window: where it stands, how long it is, what the detector says."""

    block: int
    kind: BlockKind
    words: int
    evidence: Evidence


class _Items:
    """The segments of a window. Most are plain English, and made only when one is asked for.

    special: the places of the others, and of what stands in code, in order.
    """

    __slots__ = ("_blocks", "_ends", "_weighed", "special")

    def __init__(
        self,
        blocks: Sequence[Block],
        rows: Sequence[Sequence[str]],
        weighed: Mapping[int, tuple[int, Evidence]],
    ) -> None:
        self._blocks = blocks
        self._ends = list(accumulate(map(len, rows)))
        self._weighed = weighed
        special = set(weighed)
        for block, row, end in zip(blocks, rows, self._ends, strict=True):
            if row and block.kind is BlockKind.CODE:
                special.update(range(end - len(row), end))
        self.special = sorted(special)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, place: int) -> _Item:
        number = bisect_right(self._ends, place)
        size, evidence = self._weighed.get(place, (LONG_WORDS, _PLAIN))
        return _Item(number, self._blocks[number].kind, size, evidence)


class DocumentIdentifier:
    """Identifies one document, window after window, and remembers the languages it has seen.

    The answers depend on the document and on where its windows are cut, on nothing else.
    """

    def __init__(self, detector: Detector, sources: Sequence[str], target: str) -> None:
        self._detector = detector
        self._divider = detector if isinstance(detector, Divider) else None
        self._expected = (target, *sources)
        self._sources = frozenset(sources)
        self._seen: dict[str, float] = {}

    def identify(self, blocks: Sequence[Block]) -> list[list[Labelled]]:
        """The next window of blocks as pieces; one list a block, which joins to exactly the block's text."""
        return [list(block.labelled()) for block in self.label(blocks)]

    def label(self, blocks: Sequence[Block]) -> list[LabelledBlock]:
        """The next window of blocks; a segment whose clauses speak two languages becomes two."""
        rows = _segments(blocks)
        texts = list(chain.from_iterable(rows))
        proofs = self._proofs(texts)
        boundaries = self._boundaries(texts, proofs)
        is_english, edges = proofs.mostly, set[int]()
        if boundaries:
            blocks, is_english, edges = _divided(blocks, is_english, boundaries)
            rows = _segments(blocks)
            texts = list(chain.from_iterable(rows))
        items = _Items(blocks, rows, self._weighed_alone(texts, is_english))
        self._remember(items)
        decisions = [_PLAIN_DECISION] * len(is_english)
        for place in items.special:
            decisions[place] = self._decide(place, items)
        for place in edges:
            decisions[place] = replace(decisions[place], reason="clause boundary")
        return _labelled(blocks, rows, decisions)

    def _proofs(self, texts: Sequence[str]) -> Proofs:
        """What the words prove of each text; nothing where English is not what others are translated into."""
        if self._expected[0] == "en":
            return prove_english(texts)
        return Proofs([False] * len(texts), [False] * len(texts))

    def _boundaries(self, texts: Sequence[str], proofs: Proofs) -> dict[int, Boundary]:
        """Where texts are divided; what is plain English throughout never is."""
        if self._divider is None:
            return {}
        places = [place for place, proven in enumerate(proofs.throughout) if not proven]
        made = self._divider.divide([texts[place] for place in places], self._expected)
        return {place: found for place, found in zip(places, made, strict=True) if found}

    def _weighed_alone(
        self, texts: Sequence[str], is_english: Sequence[bool]
    ) -> dict[int, tuple[int, Evidence]]:
        """How many words each text has that is not proven English, and what the detector says of it, by its place."""
        unclear = [place for place, proven in enumerate(is_english) if not proven]
        sizes = [len(words(texts[place])) for place in unclear]
        evidence = weigh(
            self._detector,
            [texts[place] for place in unclear],
            alternatives=[size < LONG_WORDS for size in sizes],
        )
        return dict(zip(unclear, zip(sizes, evidence, strict=True), strict=True))

    def _remember(self, items: _Items) -> None:
        """Count the languages seen for certain, in order; the least seen is forgotten when there are many."""
        done = 0
        for place in items.special:
            self._see_plain(place - done)
            done = place + 1
            item = items[place]
            best = item.evidence.language
            if item.kind is BlockKind.CODE or best.code == UNDETERMINED or best.probability < SURE:
                continue
            if item.words >= SURE_WORDS:
                self._see(best.code, 1.0 if item.words >= LONG_WORDS else 0.6)
            elif item.words >= 2 and best.code in self._expected:
                self._see(best.code, 0.3)
        self._see_plain(len(items) - done)

    def _see_plain(self, count: int) -> None:
        """Count so many plain sentences in a row as if one by one."""
        code = _PLAIN.language.code
        while count:
            step = min(count, int(_SEEN_LIMIT - self._seen.get(code, 0.0)) + 1)
            self._see(code, float(step))
            count -= step

    def _see(self, code: str, weight: float) -> None:
        self._seen[code] = self._seen.get(code, 0.0) + weight
        if self._seen[code] > _SEEN_LIMIT:
            self._seen = {known: count / 2 for known, count in self._seen.items()}
        if len(self._seen) > _MAX_LANGUAGES:
            del self._seen[min(sorted(self._seen), key=self._seen.__getitem__)]

    def _prior(self, place: int, items: _Items) -> dict[str, float]:
        """The share of each language in the document and around one segment."""
        shares = dict.fromkeys(self._expected, 0.02)
        total = sum(self._seen.values())
        for code, count in self._seen.items():
            shares[code] = shares.get(code, 0.0) + count / (total + 1.0)
        here = items[place]
        around: dict[str, float] = {}
        first, last = max(0, place - _NEAR), min(len(items), place + 1 + _NEAR)
        for other in [items[near] for near in range(first, last) if near != place]:
            best = other.evidence.language
            if best.code != UNDETERMINED and other.kind is not BlockKind.CODE:
                alike = 2.0 if other.kind is here.kind or other.block == here.block else 1.0
                weight = alike * best.probability * min(other.words, 4) / 4
                around[best.code] = around.get(best.code, 0.0) + weight
        near = sum(around.values())
        for code, count in around.items():
            shares[code] = shares.get(code, 0.0) + count / (near + 1.0)
        whole = sum(shares.values())
        return {code: share / whole for code, share in shares.items()}

    def _decide(self, place: int, items: _Items) -> Decision:
        item = items[place]
        raw = item.evidence.language
        if item.kind is BlockKind.CODE:
            return Decision(Language(UNDETERMINED, 1.0), raw, "code")
        if item.evidence.rule not in _WEIGHED:
            return Decision(raw, raw, item.evidence.rule)
        if item.words >= LONG_WORDS:
            return self._accept(raw, raw, "detector")
        prior = self._prior(place, items)
        final = self._weighed(item, prior)
        may_be_name = item.evidence.rule in {"name", "may-be-name"}
        if may_be_name and final.code in self._sources and prior[final.code] < _DOMINANT:
            return Decision(Language(UNDETERMINED, raw.probability), raw, "may be a name")
        if final.code != raw.code:
            return self._accept(final, raw, "context")
        rule = item.evidence.rule
        return self._accept(final, raw, "detector" if rule == "model" else rule)

    def _weighed(self, item: _Item, prior: dict[str, float]) -> Language:
        """Bayes' rule with the prior to a power: short segments lean on it, long ones hardly."""
        known = {score.code: score.probability for score in item.evidence.scores}
        power = _WEIGHTS[max(item.words, 1)]
        rest = min(prior.values()) / 4
        logits = {
            code: log(max(known.get(code, 0.0), _FLOOR)) + power * log(prior.get(code, rest))
            for code in {**known, **prior}
        }
        if UNDETERMINED in logits:
            # A name is a name in every document: no share of the document says otherwise.
            logits[UNDETERMINED] = log(max(known[UNDETERMINED], _FLOOR)) + power * log(0.3)
        best = max(logits, key=logits.__getitem__)
        whole = sum(exp(value - logits[best]) for value in logits.values())
        return Language(best, round(1.0 / whole, 4))

    def _accept(self, final: Language, raw: Language, reason: str) -> Decision:
        """Refuse a source language that is not likely enough."""
        if final.code in self._sources and final.probability < ACCEPT:
            return Decision(Language(UNDETERMINED, final.probability), raw, "undecided")
        return Decision(final, raw, reason)


def _divided(
    blocks: Sequence[Block], is_english: Sequence[bool], boundaries: Mapping[int, Boundary]
) -> tuple[list[Block], list[bool], set[int]]:
    """The blocks with their segments cut at the boundaries, which of the segments are English, and which are the halves."""
    divided: list[Block] = []
    proven: list[bool] = []
    edges: set[int] = set()
    segments = iter(enumerate(is_english))
    for block in blocks:
        pieces: list[Piece] = []
        for piece in block.pieces:
            if not piece.is_segment:
                pieces.append(piece)
                continue
            place, is_proven = next(segments)
            if place in boundaries:
                pieces += _halves(piece.text, boundaries[place])
                edges.update((len(proven), len(proven) + 1))
                proven += [False, False]
            else:
                pieces.append(piece)
                proven.append(is_proven)
        divided.append(Block(block.kind, tuple(pieces)))
    return divided, proven, edges


def _halves(text: str, boundary: Boundary) -> Iterator[Piece]:
    """The two pieces, and the space between, that speak two languages."""
    yield Piece(text[: boundary.end], True)
    if boundary.end < boundary.start:
        yield Piece(text[boundary.end : boundary.start], False)
    yield Piece(text[boundary.start :], True)


def _segments(blocks: Sequence[Block]) -> list[list[str]]:
    """The texts of the segments of each block."""
    return [[piece.text for piece in block.pieces if piece.is_segment] for block in blocks]


def _labelled(
    blocks: Sequence[Block], rows: Sequence[Sequence[str]], decisions: Sequence[Decision]
) -> list[LabelledBlock]:
    made: list[LabelledBlock] = []
    done = 0
    for block, row in zip(blocks, rows, strict=True):
        end = done + len(row)
        made.append(LabelledBlock(block.kind, block.pieces, tuple(decisions[done:end])))
        done = end
    return made


class Identifier:
    """Makes one DocumentIdentifier a document.

    sources: the languages to be translated; target: the language they are translated into. Both
    are expected in every document; any other language has to be seen first.
    """

    def __init__(
        self, detector: Detector, sources: Sequence[str] = ("it", "tr"), target: str = "en"
    ) -> None:
        self._detector, self._sources, self._target = detector, tuple(sources), target

    def document(self) -> DocumentIdentifier:
        """A fresh identifier that has seen nothing yet."""
        return DocumentIdentifier(self._detector, self._sources, self._target)
