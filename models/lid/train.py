"""Word lists and sentences to `normalize/data/lid.npz`, the weights of the default detector.

    python models/lid/train.py PREPARED -o normalize/data/lid.npz [--fragments 1500000] [--seed 1]

A linear model of rank 32: every feature (`normalize/stages/identify/features.py`) owns a vector, a
text is the sum of its features' vectors, and one matrix turns the sum into a logit a language.
It learns from made-up fragments of 1 to 25 words: words drawn by frequency, windows of sentences,
page furniture, and names (class `und`).
"""

from __future__ import annotations

import argparse
import logging
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from normalize.stages.identify import features as feats

log = logging.getLogger("lid")
RANK = 32
BATCH = 8192
FIXED_POINT = 1 << 16
"""Exported logits are counted in units of 1 / FIXED_POINT nat."""
MAIN = {"en": 0.17, "it": 0.15, "tr": 0.12, "und": 0.05}
LARGE = ("es", "fr", "de", "pt", "nl", "pl", "ro", "ru", "ar", "id")
NEAR = ("az", "ca", "gl", "mt")
DROPPED = {
    "la",
    "ja",
    "zh",
    "ko",
    "th",
    "el",
    "he",
    "ka",
    "hy",
    "gu",
    "ta",
    "te",
    "ml",
    "bn",
    "pa",
    "si",
    "nn",
    "zh_cn",
    "zh_tw",
}
SHAPES = ("a", "A", "AA")
LENGTHS = np.array([1, 2, 3, 4, 5, 6, 8, 11, 16, 25])
LENGTH_SHARES = np.array([0.34, 0.19, 0.12, 0.07, 0.05, 0.05, 0.05, 0.05, 0.04, 0.04])
MAIN_TYPES, OTHER_TYPES = 60_000, 20_000
NAME_SHARE = 0.05
"""How many words of a made-up fragment are names."""


@dataclass(frozen=True)
class Lexicon:
    """Every word form, its features (without shape) in CSR form, and the forms' numbers."""

    number: dict[str, int]
    values: np.ndarray
    starts: np.ndarray
    shapes: np.ndarray


@dataclass(frozen=True)
class Sampler:
    """What one language is drawn from: a word list, and running text with sentence bounds."""

    forms: np.ndarray
    cumulative: np.ndarray
    flat: np.ndarray
    flat_shapes: np.ndarray
    bounds: np.ndarray
    furniture: np.ndarray


def stripped(word: str) -> str:
    """The word without its accents; the dotless i gets its dot."""
    plain = unicodedata.normalize("NFD", word.replace("ı", "i"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def read_words(path: Path, code: str, names: set[str]) -> dict[str, float]:
    """The word list of a language, with the forms that capitals and lost accents leave."""
    found: dict[str, float] = {}
    for line in path.read_text("utf-8").split("\n"):
        word, _, weight = line.partition("\t")
        if len(found) >= (MAIN_TYPES if code in MAIN else OTHER_TYPES):
            break
        if word and word not in names:
            found[word] = float(weight)
    for word, weight in list(found.items()):
        other = stripped(word)
        if other != word and other not in found and code in ("it", "tr"):
            found[other] = weight * (0.08 if code == "tr" else 0.03)
    return found


def tokens(text: str) -> tuple[list[str], list[int]]:
    """Folded words and shape numbers of a text."""
    found = feats.words(text)
    shapes = [SHAPES.index(s) if (s := feats.shape(word)) in SHAPES else 1 for word in found]
    return [feats.fold(word) for word in found], shapes


def load(folder: Path, sentence_lines: int) -> tuple[list[str], Lexicon, dict[str, Sampler]]:
    """Read what `prepare.py` wrote."""
    rows = [
        line.split("\t") for line in (folder / "names.tsv").read_text("utf-8").split("\n") if line
    ]
    name_weights = {
        feats.fold(name): float(count) ** 0.5 for name, count in rows if "'" not in name
    }
    names = set(name_weights)
    codes = sorted({p.name.split(".")[0] for p in folder.glob("*.words.tsv")} - DROPPED)
    number: dict[str, int] = {}
    raw: dict[str, tuple[dict[str, float], list[tuple[list[str], list[int]]], int]] = {}
    for code in codes:
        lines: list[str] = []
        extra = folder / f"{code}.furniture.txt"
        if extra.exists():
            lines += extra.read_text("utf-8").split("\n")
        count = len(lines)
        path = folder / f"{code}.sentences.txt"
        if path.exists():
            lines += path.read_text("utf-8").split("\n")[:sentence_lines]
        lists = read_words(folder / f"{code}.words.tsv", code, names)
        texts = [pair for pair in map(tokens, lines) if pair[0]]
        raw[code] = (lists, texts, min(count, len(texts)))
    raw["und"] = (name_weights, [], 0)
    codes.append("und")
    for lists, texts, _ in raw.values():
        for word in lists:
            number.setdefault(word, len(number))
        for found, _ in texts:
            for word in found:
                number.setdefault(word, len(number))
    log.info("%d languages, %d forms", len(codes), len(number))
    values = [np.array(feats.features(word)[:-1], np.int32) for word in number]
    starts = np.concatenate(([0], np.cumsum([len(v) for v in values])))
    shapes = np.array([feats.features({"a": "a", "A": "Ab", "AA": "AB"}[s])[-1] for s in SHAPES])
    lexicon = Lexicon(number, np.concatenate(values), starts, shapes)
    return codes, lexicon, {code: sampler(lexicon, *raw[code]) for code in codes}


def sampler(
    lexicon: Lexicon,
    lists: dict[str, float],
    texts: list[tuple[list[str], list[int]]],
    furniture: int,
) -> Sampler:
    """Arrays to draw from; half of the draws are flattened (power 0.6) for a wider vocabulary."""
    forms = np.array([lexicon.number[word] for word in lists])
    weights = np.array(list(lists.values()))
    weights = weights / weights.sum() + (flat := weights**0.6) / flat.sum()
    ids = [lexicon.number[word] for found, _ in texts for word in found]
    lengths = [len(found) for found, _ in texts]
    bounds = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    return Sampler(
        forms,
        np.cumsum(weights) / weights.sum(),
        np.array(ids, np.int64),
        np.array([s for _, shapes in texts for s in shapes], np.int64),
        bounds,
        np.arange(furniture),
    )


def draw(
    code: str, source: Sampler, named: Sampler, length: int, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`count` fragments of one language: words, shapes, and the fragments' lengths."""
    from_text = int(count * 0.5) if len(source.bounds) > 500 else 0
    made = count - from_text
    ids = source.forms[np.searchsorted(source.cumulative, rng.random((made, length)), "right")]
    style = rng.random((made, 1))
    shapes = np.where(style < 0.10, 2, np.where(style < 0.22, 1, 0)) * np.ones((1, length), int)
    shapes[(style[:, 0] > 0.78), 0] = 1
    if code == "und":
        shapes = np.where(style < 0.9, 1, 2) * np.ones((1, length), int)
    elif length > 1:
        swap = rng.random((made, length)) < NAME_SHARE
        others = named.forms[
            np.searchsorted(named.cumulative, rng.random(int(swap.sum())), "right")
        ]
        ids[swap], shapes[swap] = others, np.maximum(shapes[swap], 1)
    lengths = np.full(made, length)
    flat_ids, flat_shapes = ids.ravel(), shapes.ravel()
    if from_text:
        picks = rng.integers(0, len(source.bounds) - 1, from_text)
        if len(source.furniture):
            some = rng.random(from_text) < 0.2
            picks[some] = rng.choice(source.furniture, int(some.sum()))
        first, last = source.bounds[picks], source.bounds[picks + 1]
        begin = first + (rng.random(from_text) * np.maximum(last - first - length + 1, 1)).astype(
            int
        )
        size = np.minimum(length, last - begin)
        where = np.repeat(begin - np.cumsum(size) + size, size) + np.arange(size.sum())
        flat_ids = np.concatenate((flat_ids, source.flat[where]))
        flat_shapes = np.concatenate((flat_shapes, source.flat_shapes[where]))
        lengths = np.concatenate((lengths, size))
    return flat_ids, flat_shapes, lengths


def batch(
    codes: list[str], samplers: dict[str, Sampler], shares: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One batch: words, shapes, fragment lengths, labels."""
    parts = []
    per_class = rng.multinomial(BATCH, shares)
    for label, code in enumerate(codes):
        per_length = rng.multinomial(per_class[label], LENGTH_SHARES)
        for length, count in zip(LENGTHS, per_length, strict=True):
            if code == "und":
                length = min(length, 3)
            if count:
                drawn = draw(code, samplers[code], samplers["und"], int(length), int(count), rng)
                parts.append((*drawn, np.full(len(drawn[2]), label)))
    ids, shapes, lengths, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
    return ids, shapes, lengths, labels


def flatten(
    lexicon: Lexicon,
    ids: np.ndarray,
    shapes: np.ndarray,
    lengths: np.ndarray,
    rng: np.random.Generator,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Feature numbers of all fragments, and where each fragment starts; a tenth is dropped."""
    begin = lexicon.starts[ids]
    size = lexicon.starts[ids + 1] - begin + 1
    ends = np.cumsum(size)
    where = np.repeat(begin - ends + size, size) + np.arange(ends[-1])
    last = ends - 1
    where[last] = 0
    values = lexicon.values[where].astype(np.int64)
    values[last] = lexicon.shapes[shapes]
    word_ends = np.cumsum(lengths)
    fragment_ends = ends[word_ends - 1]
    keep = rng.random(len(values)) >= 0.1
    kept = np.concatenate(([0], np.cumsum(keep)))
    offsets = kept[np.concatenate(([0], fragment_ends[:-1]))]
    return torch.from_numpy(values[keep]), torch.from_numpy(offsets)


def class_shares(codes: list[str]) -> np.ndarray:
    """How often each class is drawn: the prior that the model learns."""
    weights = np.array([3.0 if c in LARGE else 1.5 if c in NEAR else 1.0 for c in codes])
    for code in MAIN:
        weights[codes.index(code)] = 0.0
    weights *= (1 - sum(MAIN.values())) / weights.sum()
    for code, value in MAIN.items():
        weights[codes.index(code)] = value
    return weights / weights.sum()


def export(
    path: Path, codes: list[str], bag: torch.Tensor, head: torch.Tensor, bias: torch.Tensor
) -> None:
    """Quantise to 8 bits a feature value and fixed-point logits."""
    scale = float(bag.abs().quantile(0.9998) if bag.numel() < 1 << 24 else bag.abs().max()) / 127
    table = (bag / scale).round().clamp(-127, 127).to(torch.int8).numpy()
    matrix = (head * scale * FIXED_POINT).round().to(torch.int32).numpy()
    offset = (bias * FIXED_POINT).round().to(torch.int32).numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, codes=np.array(codes), table=table, matrix=matrix, bias=offset)


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--fragments", type=int, default=1_500_000)
    parser.add_argument("--sentence-lines", type=int, default=30_000)
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    codes, lexicon, samplers = load(args.prepared, args.sentence_lines)
    log.info("lexicon ready: %d features", len(lexicon.values))
    shares = class_shares(codes)
    bag = torch.nn.EmbeddingBag(feats.SIZE, RANK, mode="sum")
    torch.nn.init.normal_(bag.weight, std=0.02)
    head = torch.nn.Linear(RANK, len(codes))
    torch.nn.init.normal_(head.weight, std=0.3)
    parameters = [*bag.parameters(), *head.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=args.rate, betas=(0.9, 0.99))
    steps = args.fragments // BATCH
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: max(1 - n / steps, 0.01))
    running = 0.0
    for step in range(steps):
        ids, shapes, lengths, labels = batch(codes, samplers, shares, rng)
        values, offsets = flatten(lexicon, ids, shapes, lengths, rng)
        loss = torch.nn.functional.cross_entropy(
            head(bag(values, offsets)), torch.from_numpy(labels)
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        running += (float(loss.detach()) - running) / min(step + 1, 50)
        if step % 50 == 49:
            log.info("%d fragments, loss %.4f", (step + 1) * BATCH, running)
            if step % 100 == 99:
                export(
                    args.out, codes, bag.weight.detach(), head.weight.detach(), head.bias.detach()
                )
    export(args.out, codes, bag.weight.detach(), head.weight.detach(), head.bias.detach())


if __name__ == "__main__":
    main()
