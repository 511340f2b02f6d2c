"""The network: a pre-norm Transformer with a deep encoder and a shallow decoder, in the layout
CTranslate2 expects.

One embedding table serves source, target and output projection; only subwords that occur on the
English side are scored, in training and in packages: the rest of a shared vocabulary can never be
right, and scoring it costs a third of the work of a shallow decoder. Weights are kept in float32 by the
optimiser; the forward and backward passes run in bfloat16 throughout, which uses the matrix units
of recent processors and halves the memory traffic.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn import functional

PAD = 0
MAX_POSITIONS = 512


@dataclass(frozen=True)
class Shape:
    """Sizes of the network; `vocabulary` is a multiple of 8."""

    vocabulary: int
    width: int = 384
    inner: int = 1536
    heads: int = 6
    encoder_layers: int = 6
    decoder_layers: int = 2
    dropout: float = 0.0

    def as_dict(self) -> dict[str, int | float]:
        """The sizes by name, as checkpoints keep them."""
        return asdict(self)


def position_encodings(width: int, positions: int = MAX_POSITIONS) -> Tensor:
    """Sinusoids as in OpenNMT (positions from 1, sines then cosines), which CTranslate2 stores as a
    table.
    """
    half = width // 2
    steps = torch.exp(torch.arange(half) * -(math.log(10_000) / (half - 1)))
    angles = (torch.arange(positions)[:, None] + 1) * steps[None]
    return torch.cat([angles.sin(), angles.cos()], 1)


class _Projection(torch.autograd.Function):
    """Output projection and label-smoothed cross entropy with their gradients in one pass over
    chunks of rows.

    The logits of a batch (tokens x vocabulary) never exist as a whole.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        hidden: Tensor,
        weight: Tensor,
        bias: Tensor,
        gold: Tensor,
        smoothing: float,
        chunk: int,
    ) -> Tensor:
        rows, size = len(hidden), len(weight)
        d_hidden = torch.empty_like(hidden)
        d_weight = torch.zeros(weight.shape, dtype=torch.float32, device=weight.device)
        d_bias = torch.zeros(size, dtype=torch.float32, device=weight.device)
        total = torch.zeros((), dtype=torch.float32, device=weight.device)
        for start in range(0, rows, chunk):
            part, wanted = hidden[start : start + chunk], gold[start : start + chunk]
            logits = torch.addmm(bias, part, weight.t()).float()
            logp = torch.log_softmax(logits, -1)
            row = torch.arange(len(wanted), device=logp.device)
            total -= (1 - smoothing) * logp[row, wanted].sum() + smoothing * logp.mean(1).sum()
            grad = logp.exp_().sub_(smoothing / size)
            grad[row, wanted] -= 1 - smoothing
            d_bias += grad.sum(0)
            grad = grad.to(hidden.dtype)
            d_hidden[start : start + chunk] = grad @ weight
            d_weight += (grad.t() @ part).float()
        ctx.save_for_backward(d_hidden, d_weight, d_bias)
        ctx.rows = rows  # type: ignore[attr-defined]
        return total / rows

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor | None, ...]:
        d_hidden, d_weight, d_bias = ctx.saved_tensors  # type: ignore[attr-defined]
        scale = upstream / ctx.rows  # type: ignore[attr-defined]
        kind = d_hidden.dtype
        return (
            d_hidden * scale.to(kind),
            (d_weight * scale).to(kind),
            (d_bias * scale).to(kind),
            None,
            None,
            None,
        )


class Dropout(nn.Module):
    """Zeroes a share of the elements in training and scales the others up (N. Srivastava et al. 2014).

    On a CPU one random byte decides an element, eight of a draw, which takes a third of the time of PyTorch's own; the
    share is rounded to a 256th.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        """Like x."""
        if not self.training or not self.share:
            return x
        if x.device.type != "cpu":
            return functional.dropout(x, self.share)
        bound = round(self.share * 256)
        draws = torch.empty((x.numel() + 7) // 8, dtype=torch.int64).random_(-(2**63), None)
        kept = draws.view(torch.uint8)[: x.numel()].view(x.shape) >= bound
        return x * kept.to(x.dtype).mul_(256 / (256 - bound))


class Attention(nn.Module):
    """Multi-head attention over the same sequence (one fused projection) or over the encoder's."""

    def __init__(self, shape: Shape, cross: bool) -> None:
        super().__init__()
        self.heads, self.cross = shape.heads, cross
        width = shape.width
        self.query = nn.Linear(width, width if cross else 3 * width)
        if cross:
            self.memory = nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x: Tensor, bias: Tensor, memory: Tensor | None = None) -> Tensor:
        batch, length, width = x.shape
        parts = (
            (self.query(x), *self.memory(memory).chunk(2, -1))
            if self.cross
            else self.query(x).chunk(3, -1)
        )
        query, key, value = (
            p.view(batch, -1, self.heads, width // self.heads).transpose(1, 2) for p in parts
        )
        if x.is_cuda:
            mixed = functional.scaled_dot_product_attention(
                query, key, value, attn_mask=bias.to(query.dtype)
            )
        else:  # on a CPU, at these lengths, plain products are twice as fast as the fused kernel
            scores = (query * (width // self.heads) ** -0.5) @ key.transpose(-1, -2)
            mixed = (scores + bias).softmax(-1) @ value
        out: Tensor = self.output(mixed.transpose(1, 2).reshape(batch, length, width))
        return out


class Layer(nn.Module):
    """One pre-norm layer of either side: attention, attention to the encoder, feed-forward."""

    def __init__(self, shape: Shape, decoder: bool) -> None:
        super().__init__()
        self.norm_self, self.attend_self = nn.LayerNorm(shape.width), Attention(shape, cross=False)
        self.decoder = decoder
        if decoder:
            self.norm_cross, self.attend_cross = (
                nn.LayerNorm(shape.width),
                Attention(shape, cross=True),
            )
        self.norm_inner = nn.LayerNorm(shape.width)
        self.inner, self.outer = (
            nn.Linear(shape.width, shape.inner),
            nn.Linear(shape.inner, shape.width),
        )
        self.drop = Dropout(shape.dropout)

    def forward(
        self,
        x: Tensor,
        bias: Tensor,
        memory: Tensor | None = None,
        memory_bias: Tensor | None = None,
    ) -> Tensor:
        x = x + self.drop(self.attend_self(self.norm_self(x), bias))
        if self.decoder:
            x = x + self.drop(self.attend_cross(self.norm_cross(x), memory_bias, memory))
        out: Tensor = x + self.drop(self.outer(functional.relu(self.inner(self.norm_inner(x)))))
        return out


class Network(nn.Module):
    """The whole translation model, up to but without the output projection (see `loss`).

    answers: the numbers of the subwords that may be output, ascending; default: all.
    """

    def __init__(self, shape: Shape, answers: Tensor | None = None) -> None:
        super().__init__()
        self.shape = shape
        answers = torch.arange(shape.vocabulary) if answers is None else answers
        place = torch.zeros(shape.vocabulary, dtype=torch.long)
        place[answers] = torch.arange(len(answers))
        self.register_buffer("answers", answers, persistent=False)
        self.register_buffer("place", place, persistent=False)
        self.embedding = nn.Embedding(shape.vocabulary, shape.width, padding_idx=PAD)
        self.encoder = nn.ModuleList(
            Layer(shape, decoder=False) for _ in range(shape.encoder_layers)
        )
        self.decoder = nn.ModuleList(
            Layer(shape, decoder=True) for _ in range(shape.decoder_layers)
        )
        self.norm_encoder, self.norm_decoder = nn.LayerNorm(shape.width), nn.LayerNorm(shape.width)
        self.bias = nn.Parameter(torch.zeros(shape.vocabulary))
        self.drop = Dropout(shape.dropout)
        self.register_buffer("positions", position_encodings(shape.width), persistent=False)
        nn.init.normal_(self.embedding.weight, 0, shape.width**-0.5)
        depth = shape.encoder_layers + shape.decoder_layers
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                if name.endswith(
                    (".output", ".outer")
                ):  # small at first: each layer starts near the identity
                    module.weight.data.mul_(depth**-0.5)
                nn.init.zeros_(module.bias)

    def embed(self, tokens: Tensor) -> Tensor:
        """Scaled embeddings plus position encodings."""
        scaled = self.embedding(tokens) * math.sqrt(self.shape.width)
        positions: Tensor = self.get_buffer("positions")[: tokens.shape[1]]
        out: Tensor = self.drop(scaled + positions.to(scaled.dtype))
        return out

    def forward(self, source: Tensor, shifted: Tensor) -> Tensor:
        """Decoder states for every target position; source ends with EOS, `shifted` starts with
        BOS.
        """
        kind = self.embedding.weight.dtype
        source_bias = torch.zeros(source.shape, dtype=kind, device=source.device).masked_fill_(
            source == PAD, -1e4
        )[:, None, None, :]
        length = shifted.shape[1]
        causal = torch.full((length, length), -1e4, dtype=kind, device=source.device).triu(1)
        x = self.embed(source)
        for layer in self.encoder:
            x = layer(x, source_bias)
        memory = self.norm_encoder(x)
        y = self.embed(shifted)
        for layer in self.decoder:
            y = layer(y, causal, memory, source_bias)
        out: Tensor = self.norm_decoder(y)
        return out

    def loss(self, source: Tensor, shifted: Tensor, gold: Tensor, smoothing: float = 0.1) -> Tensor:
        """Mean label-smoothed cross entropy in nats a target token; every token of `gold` must be
        one of the answers.
        """
        keep = gold != PAD
        chunk = 8192 if source.is_cuda else 512
        answers = self.get_buffer("answers")
        value: Tensor = _Projection.apply(  # type: ignore[no-untyped-call]
            self(source, shifted)[keep],
            self.embedding.weight[answers],
            self.bias[answers],
            self.get_buffer("place")[gold[keep]],
            smoothing,
            chunk,
        )
        return value
