"""What a token of each source is worth for a test set: a table to choose the weights of `mix.toml` by.

    python value.py WORK CHECKPOINT --evaluation FOLDER --language it

The value is how much a small step on the source's gradient lowers the loss on the test set, beside a step on text of the test set itself:
1 is as good as such text, 0 does nothing, below 0 does harm (to first order: G. Pruthi et al., "Estimating Training Data Influence by
Tracing Gradient Descent", NeurIPS 2020). It is the value at this checkpoint: what the network knows by now is worth little, however good.
Training must not read the test set; this reads it to weigh whole sources only.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from batches import Corpus, cut
from export import read_checkpoint
from model import Network
from prepare import Collection, encode, read_mix
from torch import Tensor

PARTS = 4
"""Independent samples of a source, for the standard error."""
BATCH = 2500
"""Padded target tokens at a time."""


@dataclass(frozen=True, slots=True)
class Value:
    """The worth of a source.

    pairs: in the training data. loss: nats a token, label-smoothed. values: by test set, (value, standard error).
    """

    source: str
    pairs: int
    loss: float
    values: tuple[tuple[float, float], ...]


class Gradients:
    """Mean gradients of a network on pairs of a corpus."""

    def __init__(self, network: Network, answers: np.ndarray) -> None:
        self._network = network
        self._known = np.zeros(network.shape.vocabulary, bool)
        self._known[answers] = True

    def sample(self, corpus: Corpus, pairs: np.ndarray, tokens: int, seed: int) -> np.ndarray:
        """Some of the pairs at random, of so many target tokens at most."""
        chosen = np.random.default_rng(seed).permutation(pairs)
        count = int(np.searchsorted(np.cumsum(corpus.target_lengths[chosen] + 1), tokens, "right"))
        return np.array([pair for pair in chosen[: max(1, count)] if self._all_known(corpus, pair)])

    def _all_known(self, corpus: Corpus, pair: int) -> bool:
        words = corpus.target[corpus.target_ends[pair] : corpus.target_ends[pair + 1]]
        return bool(self._known[words].all())

    def of(self, corpus: Corpus, pairs: np.ndarray) -> tuple[Tensor, float]:
        """Gradient of the mean loss a token, flat, and that loss."""
        ordered = pairs[np.argsort(corpus.target_lengths[pairs], kind="stable")]
        total = int((corpus.target_lengths[pairs] + 1).sum())
        self._network.zero_grad()
        longest = np.maximum(corpus.source_lengths, corpus.target_lengths) + 1
        loss = 0.0
        for batch in cut(ordered, longest, BATCH):
            share = int((corpus.target_lengths[batch] + 1).sum()) / total
            part = share * self._network.loss(*corpus.tensors(batch, torch.device("cpu")))
            part.backward()  # type: ignore[no-untyped-call]
            loss += float(part.detach())
        flat = [p.grad.float().flatten() for p in self._network.parameters() if p.grad is not None]
        return torch.cat(flat), loss


def values(
    gradients: Gradients,
    corpus: Corpus,
    sources: dict[str, np.ndarray],
    tests: Sequence[Corpus],
    tokens: int,
) -> list[Value]:
    """The values of sources (name: their pairs), the most valuable for the first test set first."""
    goals, scales = [], []
    for test in tests:
        everything = np.arange(len(test.target_lengths))
        known = gradients.sample(test, everything, 1 << 60, 0)
        first, second = (gradients.of(test, known[half::2])[0] for half in (0, 1))
        goals.append((first + second) / 2)
        scales.append(float(first @ second))  # of independent halves: without the noise of either
    found = []
    for name, pairs in sources.items():
        drawn = gradients.sample(corpus, pairs, tokens, 1)
        parts = [part for part in np.array_split(drawn, PARTS) if len(part)]
        if not parts:
            continue  # no pair that this network could answer
        measured = [gradients.of(corpus, part) for part in parts]
        each = np.array(
            [
                [float(gradient @ goal) / scale for gradient, _ in measured]
                for goal, scale in zip(goals, scales, strict=True)
            ]
        )
        error = each.std(1, ddof=1) / len(parts) ** 0.5 if len(parts) > 1 else each[:, 0] * np.nan
        loss = float(np.mean([loss for _, loss in measured]))
        pair_values = tuple(zip(each.mean(1).tolist(), error.tolist(), strict=True))
        found.append(Value(name, len(pairs), loss, pair_values))
    return sorted(found, key=lambda value: (-value.values[0][0], value.source))


def read_test(folder: Path, name: str, language: str, vocabulary: Path) -> Corpus:
    """A test set (`NAME.it` and `NAME.en` in a folder), encoded."""
    sides = [
        (folder / f"{name}.{side}").read_text(encoding="utf-8").splitlines()
        for side in (language, "en")
    ]
    pairs = [pair for pair in zip(*sides, strict=True) if all(pair)]
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "test.npz"
        encode(Collection(pairs, [f"{language}/{name}"] * len(pairs)), vocabulary, path)
        return Corpus(path, read_mix(), (language,))


def table(found: list[Value], names: list[str]) -> str:
    """The values as a table."""
    lines = [f"{'source':36} {'pairs':>8} {'loss':>5}  " + "  ".join(f"{n:>20}" for n in names)]
    for value in found:
        columns = "  ".join(f"{mean:>12.3f} ± {error:5.3f}" for mean, error in value.values)
        lines.append(f"{value.source:36} {value.pairs:>8,} {value.loss:5.2f}  {columns}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("work", type=Path, help="folder with data.npz and sentencepiece.model")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--evaluation", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--language", required=True)
    parser.add_argument("--tokens", type=int, default=8000, help="target tokens of each source")
    parser.add_argument("--least", type=int, default=100, help="pairs that a source must have")
    options = parser.parse_args()
    language: str = options.language
    found = read_checkpoint(options.checkpoint)
    network = Network(found.shape, torch.from_numpy(found.answers))
    network.load_state_dict({n: torch.from_numpy(w) for n, w in found.weights.items()})
    corpus = Corpus(options.work / "data.npz", read_mix(), (language,))
    data = np.load(options.work / "data.npz")
    sources = {}
    for number, name in enumerate(map(str, data["origins"])):
        pairs = np.flatnonzero(data["origin"] == number)
        if name.startswith(f"{language}/") and len(pairs) >= options.least:
            sources[name.partition("/")[2]] = pairs
    names = sorted(
        path.stem
        for path in options.evaluation.glob(f"*.{language}")
        if path.with_suffix(".en").is_file()
    )
    if not names:
        message = f"value.py: no NAME.{language} with NAME.en in {options.evaluation}; name another folder"
        raise SystemExit(message)
    vocabulary = options.work / "sentencepiece.model"
    tests = [read_test(options.evaluation, name, language, vocabulary) for name in names]
    gradients = Gradients(network.to(torch.bfloat16).eval(), found.answers)
    print(table(values(gradients, corpus, sources, tests, options.tokens), names))


if __name__ == "__main__":
    main()
