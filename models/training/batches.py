"""Encoded pairs to batches: how often each pair is drawn, pairs of like length together, a place in the
stream that a later run can go on from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from augmentation import PLACEHOLDERS
from model import MAX_POSITIONS, PAD
from prepare import BACK, BOS, EOS, SWITCHED, Mix, weight_of
from torch import Tensor

FIRST_BYTE = EOS + 1 + len(PLACEHOLDERS)
"""Number of the subword of the byte 0."""
FIRST_WORD = FIRST_BYTE + 256
"""Number of the first subword that is neither a special mark, nor a placeholder, nor a byte."""
SORTED_TOGETHER = 150_000
"""Pairs that are sorted by length together before batches are cut."""


def mark_of(language: str) -> int:
    """Number of the subword that tells a network of several target languages which one is wanted: the byte of the code's first letter,
    which no text is split into, since letters are subwords themselves.
    """
    return FIRST_BYTE + ord(language[0])


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the stream of batches: phase, number of the pass over the data, number of the
    batch in it.
    """

    phase: str = "main"
    number: int = 0
    batch: int = 0


class Sampler:
    """Another segmentation of a sentence into subwords each time that it is drawn (subword
    regularisation: T. Kudo 2018, arXiv:1804.10959), so that few sentences seen often are not learnt by heart.

    alpha: above 0; 1 draws a segmentation as often as the subword model finds it likely, less brings in unlikely
    ones, and many short subwords with them.
    """

    def __init__(self, vocabulary: Path, alpha: float) -> None:
        self.processor = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary))
        self.alpha = alpha

    def drawn(self, sentence: list[int]) -> list[int]:
        """The sentence in subwords of another segmentation, or as it is where that would be too long for the
        network.
        """
        text = self.processor.decode(sentence)
        pieces: list[int] = self.processor.encode(
            text, enable_sampling=True, alpha=self.alpha, nbest_size=-1
        )
        return pieces if len(pieces) < MAX_POSITIONS else sentence


class Corpus:
    """The encoded pairs, and how often each is drawn in a phase.

    languages: draw pairs of these source languages only; all by default. What a network may answer stays the same.
    reverse: from English to the other languages, for a network that translates back; the first subword of a source is the mark of
    the language that is wanted (`mark_of`). Sources whose foreign side no one writes (translated back, with English words in it) are
    then never drawn.

    Raises ValueError where a language has no pair.
    """

    def __init__(
        self, path: Path, mix: Mix, languages: Sequence[str] = (), *, reverse: bool = False
    ) -> None:
        data = np.load(path)
        source, target = ("target", "source") if reverse else ("source", "target")
        self.source, self.target = data[source], data[target]
        self.source_ends, self.target_ends = data[f"{source}_ends"], data[f"{target}_ends"]
        origins = [str(name).partition("/")[::2] for name in data["origins"]]
        if reverse:
            marks = np.array([mark_of(language) for language, _ in origins])[data["origin"]]
            self.source = np.insert(self.source, self.source_ends[:-1], marks)
            self.source_ends = self.source_ends + np.arange(len(self.source_ends))
        self.source_lengths = np.diff(self.source_ends)
        self.target_lengths = np.diff(self.target_ends)
        held = {language for language, _ in origins}
        if missing := sorted(set(languages) - held):
            message = (
                f"{path} holds no pairs of {', '.join(missing)}, only of {', '.join(sorted(held))}"
            )
            raise ValueError(message)
        chosen = frozenset(languages or held)
        drawn = [
            language in chosen and not (reverse and (name.startswith(BACK) or name == SWITCHED))
            for language, name in origins
        ]
        self.weights = {
            phase: np.array(
                [
                    weight_of(tables[language], name) if is_drawn else 0.0
                    for (language, name), is_drawn in zip(origins, drawn, strict=True)
                ]
            )[data["origin"]]
            for phase, tables in mix.items()
        }
        answering = np.array([language in chosen or not reverse for language, _ in origins])
        self._answering = answering[data["origin"]]

    def draw(self, phase: str, seed: int, number: int) -> np.ndarray:
        """Indices of one pass: each pair as often as its weight says, fractions by chance."""
        rng = np.random.default_rng([seed, number])
        weights = self.weights[phase]
        times = np.floor(weights).astype(np.int64)
        times += rng.random(len(weights)) < weights - times
        drawn = np.repeat(np.arange(len(weights)), times)
        rng.shuffle(drawn)
        return drawn

    def batches(
        self, start: Position, seed: int, tokens: int
    ) -> Iterator[tuple[Position, np.ndarray]]:
        """Endless batches of pairs of like length, at most `tokens` padded target tokens each, in
        random order.

        Each comes with the position that follows it: where to start to get the next one.
        """
        while True:
            rng = np.random.default_rng([seed, start.number, 1])
            count = 0
            for batch in self._one_pass(start, rng, seed, tokens):
                count += 1
                if count > start.batch:
                    yield replace(start, batch=count), batch
            if count == 0:
                message = f"no pair has a weight above zero in the phase {start.phase}"
                raise ValueError(message)
            start = Position(start.phase, start.number + 1)

    def _one_pass(
        self, start: Position, rng: np.random.Generator, seed: int, tokens: int
    ) -> Iterator[np.ndarray]:
        longest = np.maximum(self.source_lengths, self.target_lengths) + 1
        drawn = self.draw(start.phase, seed, start.number)
        for begin in range(0, len(drawn), SORTED_TOGETHER):
            part = drawn[begin : begin + SORTED_TOGETHER]
            keys = (self.target_lengths[part], self.source_lengths[part], longest[part])
            cuts = cut(part[np.lexsort(keys)], longest, tokens)
            for index in rng.permutation(len(cuts)):
                yield cuts[index]

    def tensors(
        self, batch: np.ndarray, device: torch.device, sampler: Sampler | None = None, seed: int = 0
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Source with EOS, target after BOS, target with EOS: three padded tensors (pairs x
        positions). A sampler segments the source anew, alike for the same seed.
        """
        row = np.arange(len(batch))
        target = _padded(self.target, self.target_ends, self.target_lengths, batch)
        if sampler:
            flat, ends = self._segmented_anew(batch, sampler, seed)
            lengths = np.diff(ends)
            source = _padded(flat, ends, lengths, row)
        else:
            source = _padded(self.source, self.source_ends, self.source_lengths, batch)
            lengths = self.source_lengths[batch]
        source[row, lengths] = EOS
        shifted = np.concatenate([np.full((len(batch), 1), BOS), target[:, :-1]], 1)
        target[row, self.target_lengths[batch]] = EOS
        made = [
            torch.from_numpy(x).to(device, non_blocking=True) for x in (source, shifted, target)
        ]
        return made[0], made[1], made[2]

    def _segmented_anew(
        self, batch: np.ndarray, sampler: Sampler, seed: int
    ) -> tuple[np.ndarray, np.ndarray]:
        sentencepiece.set_random_generator_seed(seed)
        begins, ends = self.source_ends[batch], self.source_ends[batch + 1]
        rows = [
            sampler.drawn(self.source[begin:end].tolist())
            for begin, end in zip(begins, ends, strict=True)
        ]
        return np.concatenate(rows), np.cumsum([0, *map(len, rows)])

    def answers(self, vocabulary: int, known: Sequence[int] = ()) -> Tensor:
        """The subwords that a network may output: those that occur on the target side (of all pairs where that is
        English, of the chosen languages where it is not), placeholders, bytes and the special marks, which
        CTranslate2 looks up on the target side; a few more, so that their number is a multiple of 8.

        known: answers that the network has already; they stay answers.
        """
        read = self.target[np.repeat(self._answering, self.target_lengths)]
        used = np.bincount(read, minlength=vocabulary) > 0
        used[:FIRST_WORD] = True
        used[list(known)] = True
        spare = np.flatnonzero(~used)
        used[spare[: -int(used.sum()) % 8]] = True
        return torch.from_numpy(np.flatnonzero(used))


def cut(ordered: np.ndarray, longest: np.ndarray, tokens: int) -> list[np.ndarray]:
    """Cut pairs ordered by length into batches of at most `tokens` padded tokens, at least one pair
    each.
    """
    cuts: list[np.ndarray] = []
    begin = 0
    while begin < len(ordered):
        size = max(1, tokens // int(longest[ordered[begin]]))
        while (
            size > 1 and size * int(longest[ordered[min(len(ordered), begin + size) - 1]]) > tokens
        ):
            size -= max(1, size // 50)
        cuts.append(ordered[begin : begin + size])
        begin += size
    return cuts


def _padded(
    flat: np.ndarray, ends: np.ndarray, lengths: np.ndarray, batch: np.ndarray
) -> np.ndarray:
    wide = int(lengths[batch].max()) + 1
    column = np.arange(wide)[None]
    inside = column < lengths[batch][:, None]
    out = np.full((len(batch), wide), PAD, np.int64)
    out[inside] = flat[(ends[batch][:, None] + column)[inside]]
    return out
