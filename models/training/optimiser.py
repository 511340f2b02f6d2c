"""Float32 weights and their update: Muon for matrices inside layers, AdamW for everything else, and
a running average.

Muon: K. Jordan 2024, https://kellerjordan.github.io/posts/muon; update scale of Liu et al. 2025,
arXiv:2502.16982. The five polynomials of the orthogonalisation are those of F. Cesista,
J. You and K. Jordan 2025 (`Squeezing 1-2% efficiency gains out of Muon`).
"""

from __future__ import annotations

import torch
from model import Network
from torch import Tensor

POLYNOMIALS = (
    (4.0848, -6.8946, 2.9270),
    (3.9505, -6.3029, 2.6377),
    (3.7418, -5.5913, 2.3037),
    (2.8769, -3.1427, 1.2046),
    (2.8366, -3.0525, 1.2012),
)
AVERAGE_EVERY = 4
"""Steps between two updates of the running average."""


def orthogonalised(stack: Tensor) -> Tensor:
    """Nearest semi-orthogonal matrices (batch x rows x columns, rows <= columns) by five
    Newton-Schulz steps.
    """
    x: Tensor = stack.bfloat16()
    norm = x.flatten(1).float().norm(dim=1).to(x.dtype)
    x = x / (norm[:, None, None] * 1.02 + 1e-6)
    for a, b, c in POLYNOMIALS:
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x


class Team:
    """Processes of one machine that train one network together, each with one thread.

    On two cores two processes of one thread are about a third faster than one process of two
    threads: nearly everything of a step runs in parallel, not the matrix products alone. Weights and
    gradients lie in shared memory. Each member computes the gradients of its part of a batch, and
    updates its part of the weights from the sum over all members, in a fixed order, so that a run
    is repeatable for a given number of members.

    Build it, fork, set `rank` in each process; `workers` of them must then call every method alike.
    """

    PATIENCE = 900
    """Seconds after which the others give up on a member that died."""

    def __init__(self, optimiser: Optimiser, workers: int) -> None:
        self.workers, self.rank = workers, 0
        self._barrier = torch.multiprocessing.get_context("fork").Barrier(workers)
        for tensors in optimiser.shared_tensors():
            for name, tensor in tensors.items():
                tensors[name] = tensor.share_memory_()
        for weight in optimiser.live.values():
            weight.data.share_memory_()
        self._grads = [
            {name: torch.zeros_like(p.data).share_memory_() for name, p in optimiser.live.items()}
            for _ in range(workers)
        ]
        self._numbers = torch.zeros(workers, dtype=torch.float64).share_memory_()
        self._clock = torch.zeros(4, dtype=torch.float64).share_memory_()
        self._owned = self._shares(optimiser)

    def _shares(self, optimiser: Optimiser) -> list[set[str]]:
        """The weights that each member updates, about equally dear."""
        load, shares = [0.0] * self.workers, [set[str]() for _ in range(self.workers)]
        for name, p in sorted(optimiser.live.items(), key=lambda item: (-item[1].numel(), item[0])):
            to = load.index(min(load))
            load[to] += p.numel() * (1.0 if name in optimiser.second else 4.0)
            shares[to].add(name)
        return shares

    def wait(self) -> None:
        """Until all members are here; raises BrokenBarrierError where one is missing."""
        self._barrier.wait(self.PATIENCE)

    def agreed(self, clock: tuple[float, float, float, float]) -> tuple[float, ...]:
        """The first member's clock: all must change phase and stop at the same step."""
        if self.rank == 0:
            self._clock.copy_(torch.tensor(clock, dtype=torch.float64))
        self.wait()
        told = tuple(self._clock.tolist())
        self.wait()
        return told

    def exchanged(self, live: dict[str, torch.nn.Parameter]) -> dict[str, Tensor]:
        """The summed gradients of the weights that this member updates."""
        for name, p in live.items():
            self._grads[self.rank][name].copy_(torch.zeros(()) if p.grad is None else p.grad)
            p.grad = None
        self.wait()
        mine = self._owned[self.rank]
        return {
            name: torch.stack([grads[name].float() for grads in self._grads]).sum(0)
            for name in live
            if name in mine
        }

    def total(self, part: Tensor) -> Tensor:
        """The sum of one number a member."""
        self._numbers[self.rank] = part.double()
        self.wait()
        return self._numbers.sum().float()


class Optimiser:
    """Float32 copies of a network's weights, their moments, and their running average."""

    def __init__(self, network: Network, muon: bool, decay: float = 0.01) -> None:
        self.live = dict(network.named_parameters())
        self.master = {name: p.detach().float().clone() for name, p in self.live.items()}
        self.average = {name: p.clone() for name, p in self.master.items()}
        self.first = {name: torch.zeros_like(p) for name, p in self.master.items()}
        self.decay = decay
        matrices = {
            name
            for name, p in self.master.items()
            if muon and p.ndim == 2 and not name.startswith("embedding")
        }
        self.second = {n: torch.zeros_like(p) for n, p in self.master.items() if n not in matrices}
        self.steps = 0

    def start_from(self, weights: dict[str, Tensor]) -> None:
        """Take weights (all of them, by name) as the start of a new run."""
        for name, p in self.master.items():
            p.copy_(weights[name])
            self.average[name].copy_(p)
            self.live[name].data.copy_(p)

    @torch.no_grad()
    def step(self, rate: float, average_over: float, team: Team | None = None) -> None:
        """Update the weights from the gradients in the network, which are then dropped.

        rate: learning rate of AdamW; Muon's is scaled so that both move a weight alike.
        average_over: time constant of the running average in steps; early on it is a fifth of the
        steps made. team: the processes that do it together.
        """
        self.steps += 1
        grads = team.exchanged(self.live) if team else self._own_gradients()
        squares = torch.stack([grad.square().sum() for grad in grads.values()]).sum()
        norm = (team.total(squares) if team else squares).sqrt()
        clip = (1.0 / (norm + 1e-6)).clamp(max=1.0)
        stacks: dict[tuple[int, ...], list[tuple[Tensor, bool, Tensor]]] = {}
        for name, grad in grads.items():
            if name in self.second:
                self._adam(name, grad * clip, rate)
            else:
                self._collect(name, grad * clip, stacks)
        for shape, members in stacks.items():
            scale = rate * 0.2 * float(max(shape)) ** 0.5
            updates = orthogonalised(torch.stack([look for _, _, look in members]))
            for (master, flip, _), update in zip(members, updates, strict=True):
                turned = update.t() if flip else update
                master.mul_(1 - rate * self.decay).add_(turned.float(), alpha=-scale)
        for name in grads:
            self.live[name].copy_(self.master[name])
            self.live[name].grad = None
        if self.steps % AVERAGE_EVERY == 0:
            share = max(AVERAGE_EVERY / average_over, AVERAGE_EVERY / (self.steps * 0.2 + 4))
            for name in grads:
                self.average[name].lerp_(self.master[name], share)
        if team:
            team.wait()

    def _own_gradients(self) -> dict[str, Tensor]:
        return {name: p.grad.float() for name, p in self.live.items() if p.grad is not None}

    def _adam(self, name: str, grad: Tensor, rate: float) -> None:
        first, second = self.first[name], self.second[name]
        first.lerp_(grad, 0.1)
        second.lerp_(grad * grad, 0.02)
        bottom = (second / (1 - 0.98**self.steps)).sqrt() + 1e-8
        update = (first / (1 - 0.9**self.steps)) / bottom
        shrink = 1 - rate * self.decay * (grad.ndim == 2)
        self.master[name].mul_(shrink).add_(update, alpha=-rate)

    def _collect(
        self,
        name: str,
        grad: Tensor,
        stacks: dict[tuple[int, ...], list[tuple[Tensor, bool, Tensor]]],
    ) -> None:
        """Momentum, then the matrices that a weight consists of (fused projections hold two or
        three), by shape.
        """
        first = self.first[name].mul_(0.95).add_(grad)
        look = grad + 0.95 * first
        width = min(look.shape)
        fused = look.shape[0] in (2 * width, 3 * width)
        parts = torch.split(look, width) if fused else (look,)
        masters = torch.split(self.master[name], width) if fused else (self.master[name],)
        for master, part in zip(masters, parts, strict=True):
            flip = part.shape[0] > part.shape[1]
            turned = part.t() if flip else part
            stacks.setdefault(tuple(turned.shape), []).append((master, flip, turned))

    def shared_tensors(self) -> tuple[dict[str, Tensor], ...]:
        """What the members of a team must see alike, besides the network itself."""
        return self.master, self.average, self.first, self.second

    def state(self) -> dict[str, object]:
        """What `load` needs to go on exactly here."""
        return {
            "master": self.master,
            "average": self.average,
            "first": self.first,
            "second": self.second,
            "steps": self.steps,
        }

    def load(self, state: dict[str, dict[str, Tensor]], steps: int) -> None:
        """Go on from a state after so many steps."""
        for kind in ("master", "average", "first", "second"):
            for name, tensor in getattr(self, kind).items():
                if name in state[kind]:
                    tensor.copy_(state[kind][name])
        self.steps = steps
        for name, p in self.live.items():
            p.data.copy_(self.master[name])
