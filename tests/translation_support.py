"""A small real package, made on the spot: a random CTranslate2 Transformer and subwords learnt from
the lines below.

Its translations mean nothing, but they are real searches by the real engine: they depend on every
word of the source, end by themselves, and show whether batches, threads or order change them.
"""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path

import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec, common_spec
from ctranslate2.specs.attention_spec import MultiHeadAttentionSpec
from ctranslate2.specs.common_spec import LayerNormSpec, LinearSpec

from normalize.packages import Package, read_package
from normalize.stages.translate.tokenizers import PLACEHOLDERS

LINES = (
    "Il comune ha aperto una nuova scuola vicino alla stazione.",
    "The town has opened a new school near the station.",
    "Domani la biblioteca resta chiusa per lavori.",
    "Tomorrow the library stays closed for repairs.",
    "Mia sorella compra il pane ogni mattina dal fornaio sotto casa.",
    "My sister buys bread every morning from the baker downstairs.",
    "I treni per la montagna partono ogni due ore, anche d'inverno.",
    "Trains to the mountains leave every two hours, even in winter.",
    "Leggi anche gli altri articoli della nostra redazione.",
    "Read the other articles by our newsroom as well.",
    "Belediye istasyonun yanında yeni bir okul açtı.",
    "Kütüphane yarın onarım nedeniyle kapalı kalacak.",
    "Kız kardeşim her sabah aşağıdaki fırından ekmek alır.",
    "Dağa giden trenler kışın bile iki saatte bir kalkar.",
    "Questo sito usa soltanto i dati necessari; il resto si può rifiutare.",
    "This site uses only the data it needs; you can refuse the rest.",
    "Quanto costa un biglietto per due adulti e tre bambini?",
    "How much is a ticket for two adults and three children?",
    "Il vento ha spezzato i rami del vecchio albero in piazza!",
    "The wind broke the branches of the old tree in the square!",
)
SENTENCES = tuple(line for line in LINES if " the " not in line.lower())
CHANNEL_PREFIX = "<0x69>"
WIDTH, INNER, HEADS, LAYERS = 32, 64, 2, 2


def build_package(
    folder: Path,
    source: str = "it",
    version: str = "1.0",
    *,
    placeholders: bool = True,
    seed: int = 1,
) -> Package:
    """Write a package to a folder that does not exist yet and read it."""
    (folder / "model").mkdir(parents=True)
    pieces = _learn_pieces(folder, placeholders)
    _write_model(folder / "model", pieces, seed)
    _write_metadata(folder, source, version)
    return read_package(folder)


def build_bpe_package(folder: Path) -> Package:
    """A package of the older kind: Moses tokens and byte-pair encoding."""
    (folder / "model").mkdir(parents=True)
    merges = [("t", "h"), ("th", "e</w>"), ("s", "c"), ("sc", "u"), ("o", "l"), ("i", "l</w>")]
    codes = "".join(f"{left} {right}\n" for left, right in merges)
    (folder / "bpe.model").write_text(f"#version: 0.2\n{codes}", encoding="utf-8")
    letters = sorted(
        {char for line in LINES for char in line if not char.isspace()} | set("&;#0123456789")
    )
    inner = [f"{letter}@@" for letter in letters] + ["th@@", "scu@@", "sc@@", "ol@@"]
    pieces = ["<blank>", "<unk>", "<s>", "</s>", *letters, *inner, "the", "il"]
    _write_model(folder / "model", pieces, seed=3)
    _write_metadata(folder, "it", "1.0")
    return read_package(folder)


def with_channel(folder: Path, weight: object = 2.0, seed: int = 7) -> Package:
    """Give the package in a folder a channel, another random network, and read it again."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))
    pieces = [processor.id_to_piece(number) for number in range(processor.get_piece_size())]
    (folder / "channel").mkdir()
    _write_model(folder / "channel", pieces, seed)
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    metadata["channel"] = {"weight": weight, "source_prefix": CHANNEL_PREFIX}
    (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    return read_package(folder)


@functools.cache
def channel_package() -> Package:
    """A package with a channel that is built once a test run."""
    folder = Path(tempfile.mkdtemp(prefix="normalize-tiny-")) / "it_en"
    build_package(folder)
    return with_channel(folder)


@functools.cache
def tiny_package(source: str = "it", placeholders: bool = True) -> Package:
    """A package that is built once a test run."""
    folder = Path(tempfile.mkdtemp(prefix="normalize-tiny-")) / f"{source}_en"
    return build_package(folder, source, placeholders=placeholders)


def _write_metadata(folder: Path, source: str, version: str) -> None:
    names = {"it": "Italian", "tr": "Turkish", "es": "Spanish"}
    metadata = {
        "package_version": version,
        "argos_version": "1.9",
        "from_code": source,
        "from_name": names[source],
        "to_code": "en",
        "to_name": "English",
    }
    (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")


def _learn_pieces(folder: Path, placeholders: bool) -> list[str]:
    text = folder / "lines.txt"
    text.write_text("\n".join(LINES), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / "sentencepiece"),
        vocab_size=460 if placeholders else 450,
        model_type="unigram",
        byte_fallback=True,
        normalization_rule_name="identity",
        user_defined_symbols=list(PLACEHOLDERS) if placeholders else [],
        pad_id=0,
        unk_id=1,
        bos_id=2,
        eos_id=3,
        num_threads=1,
        minloglevel=2,
    )
    text.unlink()
    (folder / "sentencepiece.vocab").unlink()
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))
    return [processor.id_to_piece(number) for number in range(processor.get_piece_size())]


def _write_model(folder: Path, pieces: list[str], seed: int) -> None:
    """Random weights, but for one dimension that counts positions and makes the end mark likelier
    as they grow.
    """
    random = np.random.default_rng(seed)
    pieces = pieces + [f"<unused{number}>" for number in range(-len(pieces) % 8)]
    spec = TransformerSpec.from_config(
        (LAYERS, LAYERS), HEADS, pre_norm=True, activation=common_spec.Activation.RELU
    )
    table = random.normal(0, WIDTH**-0.5, (len(pieces), WIDTH)).astype(np.float32)
    table[:, 0] = 0
    positions = random.normal(0, 0.5, (512, WIDTH)).astype(np.float32)
    positions[:, 0] = np.arange(512) / 4
    for side in (spec.encoder, spec.decoder):
        first = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
        first.weight = table
        side.scale_embeddings = True
        side.position_encodings.encodings = positions
        _set_norm(side.layer_norm)
        for layer in side.layer:
            _set_attention(layer.self_attention, random, (3 * WIDTH, WIDTH))
            if side is spec.decoder:
                _set_attention(layer.attention, random, (WIDTH, 2 * WIDTH, WIDTH))
            _set_norm(layer.ffn.layer_norm)
            _set_linear(layer.ffn.linear_0, random, INNER, WIDTH)
            _set_linear(layer.ffn.linear_1, random, WIDTH, INNER)
    bias = random.normal(0, 0.5, len(pieces)).astype(np.float32)
    bias[[0, 1, 2]] = -20.0
    bias[[number for number, piece in enumerate(pieces) if piece.startswith("<unused")]] = -20.0
    projection = random.normal(0, 1.5 * WIDTH**-0.5, (len(pieces), WIDTH)).astype(np.float32)
    projection[:, 0] = 0
    projection[3, 0] = 3
    if "<0x00>" in pieces:  # single bytes are rarely whole letters
        first_byte = pieces.index("<0x00>")
        bias[first_byte : first_byte + 256] = -20.0
    spec.decoder.projection.weight = projection
    spec.decoder.projection.bias = bias
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.config.bos_token, spec.config.eos_token, spec.config.unk_token = "<s>", "</s>", "<unk>"
    spec.config.decoder_start_token = "<s>"
    spec.config.add_source_bos, spec.config.add_source_eos = False, True
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))


def _set_norm(spec: LayerNormSpec) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)


def _set_attention(
    spec: MultiHeadAttentionSpec, random: np.random.Generator, outputs: tuple[int, ...]
) -> None:
    _set_norm(spec.layer_norm)
    for linear, size in zip(spec.linear, outputs, strict=True):
        _set_linear(linear, random, size, WIDTH)


def _set_linear(spec: LinearSpec, random: np.random.Generator, rows: int, columns: int) -> None:
    spec.weight = random.normal(0, 1.5 * columns**-0.5, (rows, columns)).astype(np.float32)
    spec.bias = random.normal(0, 0.1, rows).astype(np.float32)
