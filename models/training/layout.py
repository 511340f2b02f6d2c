"""Where each weight of the network lives in a CTranslate2 model: one table, used to write packages
and to read them back.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from model import Shape
from prepare import EOS

Weights = dict[str, np.ndarray]
SOURCE_TABLE = "encoder/embeddings_0/weight"
TARGET_TABLES = ("decoder/embeddings/weight", "decoder/projection/weight")
BIAS = "decoder/projection/bias"
LAST = ("norm_decoder.weight", "norm_decoder.bias", "bias")
"""The weights whose common factor is a factor of the logits."""
TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
"""Number types of CTranslate2 model files, by their number."""
LARGEST_VERSION = 6


def variables(shape: Shape) -> dict[str, str]:
    """Name of each weight of `model.Network`: name of its variable in a CTranslate2 Transformer.

    The shared embedding table is given once, as the encoder's; the rows of it that are answers
    stand in `TARGET_TABLES` again.
    """
    found = {"embedding.weight": SOURCE_TABLE, "bias": BIAS}
    for side, count in (("encoder", shape.encoder_layers), ("decoder", shape.decoder_layers)):
        _add_norm(found, f"norm_{side}", f"{side}/layer_norm")
        for index in range(count):
            ours, theirs = f"{side}.{index}", f"{side}/layer_{index}"
            _add_norm(found, f"{ours}.norm_self", f"{theirs}/self_attention/layer_norm")
            _add_norm(found, f"{ours}.norm_inner", f"{theirs}/ffn/layer_norm")
            linears = {
                "attend_self.query": "self_attention/linear_0",
                "attend_self.output": "self_attention/linear_1",
                "inner": "ffn/linear_0",
                "outer": "ffn/linear_1",
            }
            if side == "decoder":
                _add_norm(found, f"{ours}.norm_cross", f"{theirs}/attention/layer_norm")
                linears |= {
                    "attend_cross.query": "attention/linear_0",
                    "attend_cross.memory": "attention/linear_1",
                    "attend_cross.output": "attention/linear_2",
                }
            for name, variable in linears.items():
                for part in ("weight", "bias"):
                    found[f"{ours}.{name}.{part}"] = f"{theirs}/{variable}/{part}"
    return found


def _add_norm(found: dict[str, str], ours: str, theirs: str) -> None:
    found[f"{ours}.weight"], found[f"{ours}.bias"] = f"{theirs}/gamma", f"{theirs}/beta"


def read_variables(model: Path) -> Weights:
    """The variables of a CTranslate2 `model.bin` as they are stored, aliases included.

    The format is that of `ctranslate2.specs.ModelSpec` (binary version 6): little-endian; strings
    are a 16-bit length and bytes that end in NUL.
    """
    data = model.read_bytes()
    offset = 0

    def take(form: str) -> tuple[int, ...]:
        nonlocal offset
        values = struct.unpack_from(f"<{form}", data, offset)
        offset += struct.calcsize(f"<{form}")
        return values

    def text() -> str:
        nonlocal offset
        (length,) = take("H")
        offset += length
        return data[offset - length : offset - 1].decode("utf-8")

    (version,) = take("I")
    if version > LARGEST_VERSION:
        message = (
            f"{model}: binary version {version} of CTranslate2 is newer than {LARGEST_VERSION}"
        )
        raise ValueError(message)
    text()
    take("I")
    found: Weights = {}
    for _ in range(take("I")[0]):
        name = text()
        (rank,) = take("B")
        shape = take(f"{rank}I")
        number, size = take("BI")
        kind = np.dtype(TYPES[number])
        found[name] = np.frombuffer(data, kind, size // kind.itemsize, offset).reshape(shape)
        offset += size
    for _ in range(take("I")[0]):
        alias, name = text(), text()
        for suffix in (
            "",
            "_scale",
        ):  # the scale of a shared table is stored once, without an alias
            if name + suffix in found:
                found[alias + suffix] = found[name + suffix]
    return found


def read_package(package: Path) -> tuple[Shape, Weights]:
    """The network of a package or of a channel (`tr-en/channel`), its int8 weights turned back into float32 and its sharpness taken
    back: the start of another training run.

    A subword that it cannot output gets the lowest bias of a word or byte that it can, so that a run which adds it to the
    answers begins with it unlikely. (Not that of the special marks: label smoothing would wrench a subword so far down.)
    """
    stored = read_variables(_model_of(package) / "model.bin")

    def full(name: str) -> np.ndarray:
        scale = stored.get(f"{name}_scale")
        values = stored[name].astype(np.float32)
        return values if scale is None else values / scale.reshape(-1, *[1] * (values.ndim - 1))

    layers = {
        side: len({name.split("/")[1] for name in stored if name.startswith(f"{side}/layer_")}
                  - {"layer_norm"})
        for side in ("encoder", "decoder")
    }  # fmt: skip
    vocabulary, width = stored[SOURCE_TABLE].shape
    shape = Shape(
        vocabulary=vocabulary,
        width=width,
        inner=stored["encoder/layer_0/ffn/linear_0/weight"].shape[0],
        heads=int(stored["encoder/num_heads"]),
        encoder_layers=layers["encoder"],
        decoder_layers=layers["decoder"],
    )
    weights = {ours: full(theirs) for ours, theirs in variables(shape).items()}
    for name in LAST:
        weights[name] = weights[name] / np.float32(_sharpness(package))
    answers = read_answers(package)
    words = weights["bias"][np.array(answers) > EOS]
    bias = np.full(vocabulary, words.min(), np.float32)
    bias[answers] = weights["bias"]
    return shape, weights | {"bias": bias}


def _is_channel(folder: Path) -> bool:
    """Whether a folder is the channel in a package: the network alone, of which the package's metadata tell."""
    return not (folder / "metadata.json").exists()


def _model_of(folder: Path) -> Path:
    return folder if _is_channel(folder) else folder / "model"


def read_training(folder: Path) -> dict[str, Any]:
    """What the metadata say of the training of a package's network, or of that of the channel in it."""
    is_channel = _is_channel(folder)
    file = (folder.parent if is_channel else folder) / "metadata.json"
    metadata = json.loads(file.read_bytes())
    told: dict[str, Any] = (metadata[folder.name] if is_channel else metadata).get("training", {})
    return told


def _sharpness(package: Path) -> float:
    """What `export.py` multiplied the logits by; packages of before 0.5.0 do not say: 1."""
    return float(read_training(package).get("sharpness", 1.0))


def read_answers(package: Path) -> list[int]:
    """Numbers, in the source vocabulary, of the subwords that a package or a channel can output."""
    model = _model_of(package)
    if (model / "shared_vocabulary.json").exists():
        return list(range(len(json.loads((model / "shared_vocabulary.json").read_bytes()))))
    source, target = (
        json.loads((model / f"{side}_vocabulary.json").read_bytes())
        for side in ("source", "target")
    )
    numbers = {piece: number for number, piece in enumerate(source)}
    return [numbers[piece] for piece in target]


def grown(weights: Weights, shape: Shape, wanted: Shape) -> Weights:
    """Weights for a deeper network that computes the same: layers are repeated, and the repeats add
    nothing at first.

    Only the numbers of layers may differ; raises ValueError otherwise.
    """
    same = ("vocabulary", "width", "inner", "heads")
    if any(getattr(shape, name) != getattr(wanted, name) for name in same):
        message = f"only layers can be added: {shape} cannot become {wanted}"
        raise ValueError(message)
    out = {
        name: value
        for name, value in weights.items()
        if name.split(".")[0] not in ("encoder", "decoder")
    }
    for side in ("encoder", "decoder"):
        have, want = getattr(shape, f"{side}_layers"), getattr(wanted, f"{side}_layers")
        if want < have:
            message = f"the network to start from has {have} {side} layers, more than {want}"
            raise ValueError(message)
        used: set[int] = set()
        for index in range(want):
            old = index * have // want
            prefix = f"{side}.{old}."
            for name, value in weights.items():
                if name.startswith(prefix):
                    part = name.removeprefix(prefix)
                    silent = old in used and part.split(".")[-2] in ("output", "outer")
                    out[f"{side}.{index}.{part}"] = np.zeros_like(value) if silent else value
            used.add(old)
    return out
