"""Token ids to a checkpoint: batches by length, two phases, averaging; resumable at any step, on a
CPU or one GPU.

The order of the data depends on the seed and the position in the stream alone: a resumed run sees
the batches that an uninterrupted one would. With `--steps` the whole run is a function of its
options and data; with `--minutes` the learning rate and the change of phase follow the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
import torch
from batches import Corpus, Position, Sampler
from export import Checkpoint, read_checkpoint
from layout import grown
from model import Network, Shape
from optimiser import Optimiser, Team
from prepare import read_mix
from torch import Tensor

LOG_EVERY = 100
SAVE_SECONDS = 300


class Run:
    """One training run: network, optimiser, place in the data, and how far the schedule has
    come.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.device = torch.device(
            "cuda" if torch.cuda.is_available() and not options.cpu else "cpu"
        )
        torch.manual_seed(options.seed)
        languages = options.languages.split(",") if options.languages else ()
        self.corpus = Corpus(
            options.work / "data.npz", read_mix(), languages, reverse=options.reverse
        )
        vocabulary = options.work / "sentencepiece.model"
        self.sampler = Sampler(vocabulary, options.sampling) if options.sampling else None
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary)).get_piece_size()
        self.shape = Shape(
            (pieces + 7) // 8 * 8,
            options.width,
            options.inner,
            options.heads,
            options.encoder_layers,
            options.decoder_layers,
            options.dropout,
        )
        self.checkpoint: Path = options.work / options.checkpoint
        saved = (
            torch.load(self.checkpoint, map_location=self.device, weights_only=True)
            if self.checkpoint.exists()
            else {}
        )
        starts = [] if saved else [read_checkpoint(path) for path in options.start or ()]
        answers = self.corpus.answers(self.shape.vocabulary, self._known(saved, starts))
        full = Network(self.shape).to(self.device)  # float32, so that the start has no rounding
        self.network = Network(self.shape, answers).to(self.device).to(torch.bfloat16)
        self.optimiser = Optimiser(self.network, options.optimiser == "muon")
        self.optimiser.start_from({name: p.detach() for name, p in full.named_parameters()})
        self.team: Team | None = None
        self.elapsed, self.seen, self.position = 0.0, 0, Position()
        self.before = {"steps": 0, "seen": 0, "minutes": 0.0}
        self.total = float(options.steps or (options.schedule_minutes or options.minutes) * 60)
        self.final = self.total * options.final
        self.decay = self.total * (options.decay or options.final)
        if saved:
            self._resume(saved)
        elif starts:
            self._start(starts)

    def _resume(self, saved: dict[str, Any]) -> None:
        self.optimiser.load(saved["optimiser"], saved["optimiser"]["steps"])
        self.elapsed, self.seen = saved["elapsed"], saved["seen"]
        self.before = saved.get("before", self.before)
        if "position" in saved:
            self.position = Position(**saved["position"])
        else:  # a checkpoint of an early version, which began another pass
            self.position = Position(saved["phase"], self.optimiser.steps)
        print("resumed at step", self.optimiser.steps, flush=True)

    def _known(self, saved: dict[str, Any], starts: list[Checkpoint]) -> list[int]:
        """The answers of what the run goes on from or starts from, which it keeps: text of one language alone has fewer.
        None of a network that goes the other way.
        """
        if "answers" in saved:
            return list(saved["answers"].tolist())
        if self.options.reverse:
            return []
        return sorted({int(number) for start in starts for number in start.answers})

    def _start(self, starts: list[Checkpoint]) -> None:
        """Begin with the weights of a checkpoint or, de-quantised, of a package, with layers added
        if need be; with the mean of several.
        """
        fitted = [grown(start.weights, start.shape, self.shape) for start in starts]
        mean = {
            name: torch.from_numpy(np.mean([weights[name] for weights in fitted], axis=0))
            for name in fitted[0]
        }
        self.optimiser.start_from(mean)
        longest = max(starts, key=lambda start: start.seen)
        self.before = {"steps": longest.steps, "seen": longest.seen, "minutes": longest.minutes}

    def save(self) -> None:
        """Write the checkpoint; the old one stands until the new one is complete."""
        temporary = self.checkpoint.with_suffix(".tmp")
        state = {
            "optimiser": self.optimiser.state(),
            "elapsed": self.elapsed,
            "seen": self.seen,
            "before": self.before,
            "phase": self.position.phase,
            "position": asdict(self.position),
            "shape": self.shape.as_dict(),
            "answers": self.network.get_buffer("answers").cpu(),
        }
        with temporary.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.checkpoint)

    def done(self) -> float:
        """How far the schedule has come, in steps or seconds."""
        return float(self.optimiser.steps) if self.options.steps else self.elapsed

    def rate(self) -> float:
        """Learning rate of the next step: linear warm-up, constant, linear decay to 2 %."""
        step = self.optimiser.steps + 1
        decay = max(0.02, (self.total - self.done()) / max(1.0, self.decay))
        return float(self.options.rate * min(1.0, step / self.options.warmup, decay))

    def split(self, workers: int) -> None:
        """Go on in so many processes (see `Team`); on a CPU only. All but the first end with
        `go`.
        """
        self.team = Team(self.optimiser, workers)
        for rank in range(1, workers):
            if os.fork() == 0:
                self.team.rank = rank
                break

    def step(self, batch: np.ndarray) -> tuple[Tensor, int]:
        """One update; returns the loss (nats a token, label-smoothed) and the number of target
        tokens.
        """
        rate = self.rate()
        seed = self.options.seed * 1_000_003 + self.optimiser.steps
        if self.shape.dropout:
            torch.manual_seed(seed)
        team = self.team
        part = batch[team.rank :: team.workers] if team else batch
        count = int(self.corpus.target_lengths[batch].sum()) + len(batch)
        loss = torch.zeros((), device=self.device)
        if len(part):  # a batch of one long pair leaves the others without work
            share = (int(self.corpus.target_lengths[part].sum()) + len(part)) / count
            tensors = self.corpus.tensors(part, self.device, self.sampler, seed % 2**32)
            loss = self.network.loss(*tensors)
            (loss * share).backward()  # type: ignore[no-untyped-call]
        self.optimiser.step(rate, average_over=400, team=team)
        self.seen += count
        return loss.detach(), count

    def admitted(self, batch: np.ndarray) -> bool:
        """Whether sentences of this length are trained on yet (see --grow-until)."""
        until = self.options.grow_until
        if self.optimiser.steps >= until:
            return True
        limit = 16 + 134 * self.optimiser.steps / until
        return bool(self.corpus.target_lengths[batch].max() <= limit)

    def go(self) -> None:
        """Train until the schedule, this call's minutes, or this call's steps are over; then
        save.
        """
        options = self.options
        begun = last_log = last_save = time.monotonic()
        before, first_step = self.elapsed, self.optimiser.steps
        tally, counted = torch.zeros((), device=self.device), 0
        stream = self.corpus.batches(self.position, options.seed, options.tokens)
        self.network.train()
        while True:
            self._tick(before + time.monotonic() - begun)
            if self.done() >= self.total:
                break
            if not options.steps and self.elapsed - before >= options.minutes * 60:
                break
            if options.call_steps and self.optimiser.steps - first_step >= options.call_steps:
                break
            if self.position.phase == "main" and self.done() >= self.total - self.final:
                self.position = Position("final")
                stream = self.corpus.batches(self.position, options.seed, options.tokens)
            self.position, batch = next(stream)
            if not self.admitted(batch):
                continue
            loss, count = self.step(batch)
            tally += loss * count
            counted += count
            if self.team and self.team.rank:
                continue
            if self.optimiser.steps % LOG_EVERY == 0:
                now = time.monotonic()
                self._log(float(tally) / counted, counted / (now - last_log))
                tally, counted, last_log = tally * 0, 0, now
            if time.monotonic() - last_save > SAVE_SECONDS:
                self.save()
                last_save = time.monotonic()
        if self.team and self.team.rank:
            os._exit(0)
        self.elapsed = before + time.monotonic() - begun
        self.save()

    def _tick(self, elapsed: float) -> None:
        """Take the time, which is the first process's for all."""
        self.elapsed = elapsed
        self._heed_stop_file()
        if self.team:
            clock = (self.elapsed, self.total, self.final, self.decay)
            self.elapsed, self.total, self.final, self.decay = self.team.agreed(clock)

    def _heed_stop_file(self) -> None:
        file: Path | None = self.options.stop_file
        if file and file.exists() and self.done() < self.total - self.final:
            self.final = self.decay = float(file.read_text()) * 60
            self.total = self.elapsed + self.final

    def _log(self, loss: float, speed: float) -> None:
        print(
            f"step {self.optimiser.steps} {self.position.phase} {self.elapsed / 60:.1f} min "
            f"loss {loss:.3f} "
            f"{speed:.0f} tokens/s rate {self.rate():.1e} seen {self.seen / 1e6:.2f} M",
            flush=True,
        )


def parser() -> argparse.ArgumentParser:
    """The command line."""
    out = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    out.add_argument("work", type=Path, help="folder with data.npz and sentencepiece.model")
    out.add_argument("--minutes", type=float, default=60, help="of this call")
    out.add_argument(
        "--schedule-minutes", type=float, default=0, help="of all calls; default: --minutes"
    )
    out.add_argument(
        "--steps", type=int, default=0, help="length of the schedule in steps, instead of minutes"
    )
    out.add_argument("--call-steps", type=int, default=0, help="stop this call after so many steps")
    out.add_argument("--width", type=int, default=384)
    out.add_argument("--inner", type=int, default=1536)
    out.add_argument("--heads", type=int, default=6)
    out.add_argument("--encoder-layers", type=int, default=6)
    out.add_argument("--decoder-layers", type=int, default=2)
    out.add_argument("--dropout", type=float, default=0.0)
    out.add_argument(
        "--sampling",
        type=float,
        default=0.0,
        metavar="ALPHA",
        help="segment the source anew each time, e.g. 0.4 (smaller: more, and shorter, subwords); 0: always the likeliest segmentation",
    )
    out.add_argument("--tokens", type=int, default=6000, help="padded target tokens a step")
    out.add_argument("--rate", type=float, default=2e-3)
    out.add_argument("--warmup", type=int, default=300, help="steps")
    out.add_argument(
        "--final",
        type=float,
        default=0.3,
        help="share of the schedule in which the final phase of mix.toml holds",
    )
    out.add_argument(
        "--decay",
        type=float,
        default=0.0,
        help="share of the schedule in which the rate decays to 2 per cent; default: --final",
    )
    out.add_argument("--optimiser", choices=("muon", "adam"), default="muon")
    out.add_argument(
        "--grow-until", type=int, default=0, help="steps until long sentences are admitted in full"
    )
    out.add_argument("--seed", type=int, default=1)
    out.add_argument("--checkpoint", default="checkpoint.pt")
    out.add_argument(
        "--start",
        type=Path,
        nargs="+",
        help="package folder, channel in it (`tr-en/channel`) or checkpoint to start from, or several for their mean; layers may be added",
    )
    out.add_argument(
        "--languages",
        default="",
        help="train on pairs of these source languages only (`it`, `it,tr`): a joint network made one of a single language",
    )
    out.add_argument(
        "--reverse",
        action="store_true",
        help="from English to the other languages, for the network that `backtranslation.py` translates with",
    )
    out.add_argument(
        "--stop-file",
        type=Path,
        help="when this file appears, begin the final phase; it holds its minutes",
    )
    out.add_argument(
        "--workers",
        type=int,
        default=1,
        help="processes of one thread each that train together, on a CPU; one a core is fastest",
    )
    out.add_argument("--cpu", action="store_true", help="even where there is a GPU")
    return out


def main() -> None:
    commands = parser()
    options = commands.parse_args()
    if options.reverse and options.sampling:
        commands.error(
            "--sampling is of the languages that are translated into English: not with --reverse"
        )
    if options.workers > 1:
        options.cpu = True
        torch.set_num_threads(1)
    run = Run(options)
    if options.workers > 1:
        run.split(options.workers)
    size = sum(p.numel() for p in run.network.parameters())
    print(run.device, f"{size / 1e6:.1f} M parameters", flush=True)
    run.go()
    print(
        json.dumps(
            {"step": run.optimiser.steps, "seen": run.seen, "minutes": round(run.elapsed / 60, 1)}
        )
    )


if __name__ == "__main__":
    main()
