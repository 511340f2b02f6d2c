"""Token ids to a checkpoint: batches by length, Muon and Adam, averaging, resumable at any step.

The order of the data depends on the seed and the step alone: a resumed run sees the batches that an uninterrupted one would.
Matrices inside the layers follow Muon (K. Jordan 2024; update scale of Liu et al. 2025, arXiv:2502.16982), everything else AdamW.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from model import PAD, Network, Shape
from prepare import BOS, EOS, weight_of
from torch import Tensor


class Corpus:
    """The encoded pairs, and how often each is drawn in a phase."""

    def __init__(self, path: Path, mix: dict[str, dict[str, dict[str, float]]]) -> None:
        data = np.load(path)
        self.source, self.target = data["source"], data["target"]
        self.source_ends, self.target_ends = data["source_ends"], data["target_ends"]
        self.source_lengths, self.target_lengths = np.diff(self.source_ends), np.diff(self.target_ends)
        origins = [str(name).partition("/")[::2] for name in data["origins"]]
        self.weights = {
            phase: np.array([weight_of(tables[language], name) for language, name in origins])[data["origin"]]
            for phase, tables in mix.items()
        }

    def draw(self, phase: str, seed: int, count: int) -> np.ndarray:
        """Indices of one pass: each pair as often as its weight says, fractions by chance."""
        rng = np.random.default_rng([seed, count])
        weights = self.weights[phase]
        times = np.floor(weights).astype(np.int64)
        times += rng.random(len(weights)) < weights - times
        drawn = np.repeat(np.arange(len(weights)), times)
        rng.shuffle(drawn)
        return drawn

    def batches(self, phase: str, seed: int, tokens: int, first_pass: int = 0) -> Iterator[np.ndarray]:
        """Endless batches of pairs of like length, at most `tokens` padded target tokens each, in random order."""
        longest = np.maximum(self.source_lengths, self.target_lengths) + 1
        count = first_pass
        while True:
            drawn = self.draw(phase, seed, count)
            rng = np.random.default_rng([seed, count, 1])
            for start in range(0, len(drawn), 150_000):
                part = drawn[start : start + 150_000]
                part = part[np.lexsort((self.target_lengths[part], self.source_lengths[part], longest[part]))]
                cuts: list[np.ndarray] = []
                begin = 0
                while begin < len(part):
                    size = max(1, tokens // int(longest[part[begin]]))
                    while size > 1 and size * int(longest[part[min(len(part), begin + size) - 1]]) > tokens:
                        size -= max(1, size // 50)
                    cuts.append(part[begin : begin + size])
                    begin += size
                for index in rng.permutation(len(cuts)):
                    yield cuts[index]
            count += 1

    def tensors(self, batch: np.ndarray, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        """Source with EOS, target after BOS, target with EOS: three padded tensors (pairs x positions)."""
        source = _padded(self.source, self.source_ends, self.source_lengths, batch)
        target = _padded(self.target, self.target_ends, self.target_lengths, batch)
        source[np.arange(len(batch)), self.source_lengths[batch]] = EOS
        shifted = np.concatenate([np.full((len(batch), 1), BOS), target[:, :-1]], 1)
        target[np.arange(len(batch)), self.target_lengths[batch]] = EOS
        return tuple(torch.from_numpy(x).to(device, non_blocking=True) for x in (source, shifted, target))


def _padded(flat: np.ndarray, ends: np.ndarray, lengths: np.ndarray, batch: np.ndarray) -> np.ndarray:
    wide = int(lengths[batch].max()) + 1
    column = np.arange(wide)[None]
    inside = column < lengths[batch][:, None]
    out = np.full((len(batch), wide), PAD, np.int64)
    out[inside] = flat[(ends[batch][:, None] + column)[inside]]
    return out


def orthogonalised(stack: Tensor) -> Tensor:
    """Nearest semi-orthogonal matrices (batch x rows x columns, rows <= columns) by five Newton-Schulz steps."""
    x = stack.bfloat16()
    x = x / (x.flatten(1).float().norm(dim=1).to(x.dtype)[:, None, None] * 1.02 + 1e-6)
    for a, b, c in ((4.0848, -6.8946, 2.9270), (3.9505, -6.3029, 2.6377), (3.7418, -5.5913, 2.3037), (2.8769, -3.1427, 1.2046), (2.8366, -3.0525, 1.2012)):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x


class Optimiser:
    """Float32 copies of the weights with Muon for matrices inside layers and Adam for the rest, and their running average."""

    def __init__(self, network: Network, muon: bool, decay: float = 0.01) -> None:
        self.live = dict(network.named_parameters())
        self.master = {name: p.detach().float().clone() for name, p in self.live.items()}
        self.average = {name: p.clone() for name, p in self.master.items()}
        self.first = {name: torch.zeros_like(p) for name, p in self.master.items()}
        self.decay = decay
        self.matrices = [n for n, p in self.master.items() if muon and p.ndim == 2 and not n.startswith("embedding")]
        self.second = {name: torch.zeros_like(p) for name, p in self.master.items() if name not in set(self.matrices)}
        self.steps = 0

    @torch.no_grad()
    def step(self, rate: float, average_over: float) -> None:
        self.steps += 1
        norm = torch.sqrt(sum((p.grad.float() ** 2).sum() for p in self.live.values()))
        clip = (1.0 / (norm + 1e-6)).clamp(max=1.0)
        stacks: dict[tuple[int, int], list[tuple[str, int, bool, Tensor]]] = {}
        for name, p in self.live.items():
            grad = p.grad.float() * clip
            if name in self.second:
                first, second = self.first[name], self.second[name]
                first.lerp_(grad, 0.1)
                second.lerp_(grad * grad, 0.02)
                update = (first / (1 - 0.9**self.steps)) / ((second / (1 - 0.98**self.steps)).sqrt() + 1e-8)
                self.master[name].mul_(1 - rate * self.decay * (p.ndim == 2)).add_(update, alpha=-rate)
            else:
                first = self.first[name].mul_(0.95).add_(grad)
                look = grad + 0.95 * first
                width = min(look.shape)
                parts = look.split(width, 0) if look.shape[0] in (2 * width, 3 * width) else (look,)
                for index, part in enumerate(parts):
                    flip = part.shape[0] > part.shape[1]
                    part = part.t() if flip else part
                    stacks.setdefault(tuple(part.shape), []).append((name, index * width, flip, part))
        for (rows, columns), members in stacks.items():
            scale = rate * 0.2 * max(rows, columns) ** 0.5
            for (name, offset, flip, _), update in zip(members, orthogonalised(torch.stack([m[3] for m in members])), strict=True):
                update = update.t() if flip else update
                master = self.master[name][offset : offset + update.shape[0]]
                master.mul_(1 - rate * self.decay).add_(update.float(), alpha=-scale)
        for name, p in self.live.items():
            p.copy_(self.master[name])
            p.grad = None
        if self.steps % 4 == 0:
            share = max(4 / average_over, 4 / (self.steps * 0.2 + 4))
            for name, p in self.master.items():
                self.average[name].lerp_(p, share)

    def state(self) -> dict[str, object]:
        return {"master": self.master, "average": self.average, "first": self.first, "second": self.second, "steps": self.steps}

    def load(self, state: dict) -> None:
        for kind in ("master", "average", "first", "second"):
            for name, tensor in getattr(self, kind).items():
                if name in state[kind]:
                    tensor.copy_(state[kind][name])
        self.steps = state["steps"]
        for name, p in self.live.items():
            p.data.copy_(self.master[name])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=60, help="of this call; the schedule lasts --schedule-minutes in all")
    parser.add_argument("--schedule-minutes", type=float, default=0)
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--inner", type=int, default=1536)
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--encoder-layers", type=int, default=6)
    parser.add_argument("--decoder-layers", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--tokens", type=int, default=6000, help="padded target tokens a step")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--warmup", type=int, default=300)
    parser.add_argument("--final", type=float, default=0.3, help="share of the schedule in which the rate decays to 2 per cent")
    parser.add_argument("--optimiser", choices=("muon", "adam"), default="muon")
    parser.add_argument("--grow-until", type=int, default=0, help="steps until long sentences are admitted in full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--checkpoint", default="checkpoint.pt")
    parser.add_argument("--stop-file", type=Path, help="when this file appears, begin the final phase; it holds its minutes")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    mix = tomllib.loads((Path(__file__).parent / "mix.toml").read_text(encoding="utf-8"))
    corpus = Corpus(options.work / "data.npz", mix)
    import sentencepiece

    pieces = sentencepiece.SentencePieceProcessor(model_file=str(options.work / "sentencepiece.model")).get_piece_size()
    shape = Shape((pieces + 7) // 8 * 8, options.width, options.inner, options.heads, options.encoder_layers, options.decoder_layers, options.dropout)
    network = Network(shape).to(device).to(torch.bfloat16)
    network_full = Network(shape).to(device)  # float32 start, so that the master copy has no rounding
    network.load_state_dict(network_full.state_dict())
    optimiser = Optimiser(network, options.optimiser == "muon")
    optimiser.master = {n: p.detach().clone() for n, p in network_full.named_parameters()}
    del network_full
    elapsed, seen, phase, phase_start = 0.0, 0, "main", 0.0
    checkpoint = options.work / options.checkpoint
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=False)
        optimiser.load(saved["optimiser"])
        elapsed, seen, phase = saved["elapsed"], saved["seen"], saved["phase"]
        print("resumed at step", optimiser.steps, flush=True)
    total = (options.schedule_minutes or options.minutes) * 60
    final_seconds = total * options.final
    print(device, f"{sum(p.numel() for p in network.parameters()) / 1e6:.1f} M parameters", flush=True)

    def save() -> None:
        temporary = checkpoint.with_suffix(".tmp")
        torch.save({"optimiser": optimiser.state(), "elapsed": elapsed, "seen": seen, "phase": phase, "shape": shape.as_dict()}, temporary)
        os.replace(temporary, checkpoint)

    batches = corpus.batches(phase, options.seed, options.tokens, first_pass=optimiser.steps)
    begun = last_log = last_save = time.time()
    before = elapsed
    tally, counted = 0.0, 0
    network.train()
    while True:
        elapsed = before + time.time() - begun
        if options.stop_file and options.stop_file.exists() and total - final_seconds > elapsed:
            final_seconds = float(options.stop_file.read_text()) * 60
            total = elapsed + final_seconds
        if elapsed >= total or time.time() - begun >= options.minutes * 60:
            break
        if phase == "main" and elapsed > total - final_seconds:
            phase = "final"
            batches = corpus.batches(phase, options.seed, options.tokens, first_pass=optimiser.steps)
        batch = next(batches)
        if options.grow_until and optimiser.steps < options.grow_until:
            limit = 16 + 134 * optimiser.steps / options.grow_until
            if corpus.target_lengths[batch].max() > limit:
                continue
        rate = options.rate * min(1.0, (optimiser.steps + 1) / options.warmup, max(0.02, (total - elapsed) / max(1.0, final_seconds)))
        loss = network.loss(*corpus.tensors(batch, device))
        loss.backward()
        optimiser.step(rate, average_over=400)
        count = int(corpus.target_lengths[batch].sum()) + len(batch)
        seen += count
        counted += count
        tally += float(loss) * count
        if optimiser.steps % 100 == 0:
            now = time.time()
            print(f"step {optimiser.steps} {phase} {elapsed / 60:.1f} min loss {tally / counted:.3f} {counted / (now - last_log):.0f} tokens/s rate {rate:.1e} seen {seen / 1e6:.2f} M", flush=True)
            tally, counted, last_log = 0.0, 0, now
        if time.time() - last_save > 300:
            save()
            last_save = time.time()
    elapsed = before + time.time() - begun
    save()
    print(json.dumps({"step": optimiser.steps, "seen": seen, "minutes": round(elapsed / 60, 1)}))


if __name__ == "__main__":
    main()
