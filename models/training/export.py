"""A checkpoint to Argos translation packages: CTranslate2 int8 weights, subwords, metadata,
canaries.

A package is a folder that argostranslate, LibreTranslate and `normalize` read:

    it-en/metadata.json         languages and version
    it-en/model/                CTranslate2 model
    it-en/sentencepiece.model   subwords
    it-en/lexicon.tsv           rare words with their English, if any, for `normalize` alone
    it-en/channel/              CTranslate2 model from English back, if any, for `normalize` alone (written by `channel.py`)
    it-en/canaries.json         sentences and what this very model makes of them
    it-en/README.md             the model card (written by `card.py`)

A network trained on several source languages is exported once for each of them.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import ctranslate2
import numpy as np
import sentencepiece
import torch
from ctranslate2.specs import TransformerSpec, common_spec
from decoding import hypotheses, length_penalties, numbers, repeats
from glossary import lexicon_beside
from layout import (
    BIAS,
    LAST,
    TARGET_TABLES,
    Weights,
    grown,
    read_answers,
    read_package,
    read_training,
    variables,
)
from model import Shape, position_encodings
from package import build_archive
from prepare import PAD, UNK

from normalize.packages.archive import place

ARGOS_VERSION = "1.9"
"""The oldest argostranslate that reads this layout (SentencePiece with byte fallback)."""
BEAM, LENGTH_PENALTY = 4, 0.2
"""What argostranslate decodes with."""
NEVER, NEVER_BIAS = (PAD, UNK), -100.0
"""Marks that no text has, though CTranslate2 wants them among the answers, and their bias. Only label smoothing moved their
weights, and a blend of two networks can prefer them to every word.
"""
LANGUAGE_NAMES = {"en": "English", "it": "Italian", "tr": "Turkish"}
CANARIES = Path(__file__).parent / "canaries.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What an export needs of a training checkpoint or a package; steps, seen (target tokens) and minutes, of all runs
    up to it, are for the model card.

    answers: numbers of the subwords that the network was trained to output, ascending. sharpness: what the logits are
    multiplied by in the package (see `sharpened`).
    """

    shape: Shape
    weights: Weights
    answers: np.ndarray
    steps: int
    seen: int
    minutes: float
    sharpness: float = 1.0

    def spent(self) -> dict[str, object]:
        """What a package's metadata says of the run."""
        return {
            "steps": self.steps,
            "target_tokens": self.seen,
            "minutes": round(self.minutes),
            "shape": self.shape.as_dict(),
            "answers": len(self.answers),
            "sharpness": self.sharpness,
        }


def read_checkpoint(path: Path, kind: str = "average") -> Checkpoint:
    """The weights of a checkpoint: `average` (running average of the last steps) or `master` (the
    last step); or of a package or the channel in it, de-quantised.
    """
    if path.is_dir():
        shape, weights = read_package(path)
        spent = read_training(path)
        counts = (spent.get(name, 0) for name in ("steps", "target_tokens", "minutes"))
        return Checkpoint(shape, weights, np.array(read_answers(path)), *counts)
    saved = torch.load(path, map_location="cpu", weights_only=True)
    optimiser = saved["optimiser"]
    weights = {name: tensor.float().numpy() for name, tensor in optimiser[kind].items()}
    shape = Shape(**saved["shape"])
    answers = saved["answers"].numpy() if "answers" in saved else np.arange(shape.vocabulary)
    before = saved.get("before", {"steps": 0, "seen": 0, "minutes": 0.0})
    return Checkpoint(
        shape,
        weights,
        answers,
        before["steps"] + optimiser.get("steps", 0),
        before["seen"] + saved.get("seen", 0),
        before["minutes"] + saved.get("elapsed", 0.0) / 60,
    )


def blended(
    checkpoint: Checkpoint,
    other: Checkpoint,
    share: float,
    encoder_share: float | None = None,
    decoder_share: float | None = None,
) -> Checkpoint:
    """The checkpoint with its weights moved by a share (0 to 1) of the way to those of another; encoder and decoder by shares of their
    own, if given.

    Meant for two ends of one run: where a later run begins with the weights of an earlier one, a point between the ends is
    often better than either (M. Wortsman et al., "Model soups", 2022). Where the run added layers, the other gets them
    too, as the run began with them (`layout.grown`).

    Raises ValueError where the other is of another width or deeper, or the share is none.
    """
    shares = {
        "encoder": share if encoder_share is None else encoder_share,
        "decoder": share if decoder_share is None else decoder_share,
    }
    for one in (share, *shares.values()):
        if not 0 <= one <= 1:
            message = f"a share is between 0 and 1, not {one}"
            raise ValueError(message)
    before = grown(other.weights, other.shape, checkpoint.shape)
    weights = {}
    for name, own in checkpoint.weights.items():
        part = name.removeprefix("norm_").partition(".")[
            0
        ]  # norm_encoder.weight, encoder.0.inner.bias
        one = shares.get(part, share)
        weights[name] = ((1 - one) * own + one * before[name]).astype(np.float32)
    return replace(checkpoint, weights=weights)


def sharpened(checkpoint: Checkpoint, sharpness: float) -> Checkpoint:
    """The checkpoint, to be exported with its logits multiplied by a factor: a softmax temperature of 1 / sharpness.

    Label smoothing leaves a network unsure of every subword, so that each one costs a hypothesis much and a search that
    sums log-probabilities prefers short translations. Above 1 a subword costs less; the order of the subwords at one
    position stays the same. (Temperature scaling: C. Guo et al., "On Calibration of Modern Neural Networks", 2017.)

    Raises ValueError where the factor is not a positive number.
    """
    if not 0 < sharpness < math.inf:
        message = f"the sharpness is a positive number, not {sharpness}"
        raise ValueError(message)
    return replace(checkpoint, sharpness=sharpness)


def specification(checkpoint: Checkpoint, pieces: list[str]) -> TransformerSpec:
    """The network as CTranslate2 knows it, in float32; the target side holds the answers alone. The
    weights are copied: quantisation works in place.
    """
    shape, weights, answers = checkpoint.shape, checkpoint.weights, checkpoint.answers
    layers = (shape.encoder_layers, shape.decoder_layers)
    spec = TransformerSpec.from_config(
        layers, shape.heads, pre_norm=True, activation=common_spec.Activation.RELU
    )
    for ours, theirs in variables(shape).items():
        scale = checkpoint.sharpness if ours in LAST else 1.0
        _set(spec, theirs, (weights[ours] * scale).astype(np.float32))
    bias = (weights["bias"][answers] * checkpoint.sharpness).astype(np.float32)
    never = np.isin(answers, NEVER)
    bias[never] = NEVER_BIAS
    _set(spec, BIAS, bias)
    rows = np.where(never[:, None], np.float32(0), weights["embedding.weight"][answers])
    for name in TARGET_TABLES:
        _set(spec, name, rows)
    for side in (spec.encoder, spec.decoder):
        side.scale_embeddings = True
        side.position_encodings.encodings = position_encodings(shape.width).numpy()
    padded = [*pieces, *(f"<unused{i}>" for i in range(shape.vocabulary - len(pieces)))]
    spec.register_source_vocabulary(padded)
    spec.register_target_vocabulary([padded[number] for number in answers])
    spec.config.bos_token, spec.config.eos_token, spec.config.unk_token = "<s>", "</s>", "<unk>"
    spec.config.decoder_start_token = "<s>"
    spec.config.add_source_bos, spec.config.add_source_eos = False, True
    spec.validate()
    return spec


def _set(spec: object, path: str, value: np.ndarray) -> None:
    """Set `encoder/layer_0/ffn/linear_0/weight`: attributes, and `name_0` for the first element of
    a list `name`.
    """
    *steps, last = path.split("/")
    for step in steps:
        if hasattr(spec, step):
            spec = getattr(spec, step)
        else:
            name, _, index = step.rpartition("_")
            spec = getattr(spec, name)[int(index)]
    setattr(spec, last, value)


def read_pieces(sentencepiece_model: Path) -> list[str]:
    """The subwords in the order of their numbers."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(sentencepiece_model))
    return [processor.id_to_piece(index) for index in range(processor.get_piece_size())]


def export(
    checkpoint: Checkpoint,
    sentencepiece_model: Path,
    package: Path,
    language: str,
    version: str,
    quantization: str = "int8",
    length_penalty: float | None = None,
    mbr: int = 1,
    no_repeat_ngram: int = 0,
) -> None:
    """Write the package folder; a folder that is there already is replaced as a whole.

    quantization: a CTranslate2 storage type, `int8` or `float32`. length_penalty, mbr, no_repeat_ngram: what `normalize`
    decodes with, written into the metadata (canaries are argostranslate's); None, 1 and 0 leave it at argostranslate's. The lexicon
    that `prepare.py` left beside the vocabulary goes with it, if it holds any word.
    """
    spec = specification(checkpoint, read_pieces(sentencepiece_model))
    spec.optimize(quantization=None if quantization == "float32" else quantization)
    fresh = package.with_name(package.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "model").mkdir(parents=True)
    spec.save(str(fresh / "model"))
    shutil.copyfile(sentencepiece_model, fresh / "sentencepiece.model")
    lexicon = lexicon_beside(sentencepiece_model, language)
    if lexicon.is_file() and lexicon.stat().st_size:
        shutil.copyfile(lexicon, fresh / "lexicon.tsv")
    metadata = {
        "package_version": version,
        "argos_version": ARGOS_VERSION,
        "from_code": language,
        "from_name": LANGUAGE_NAMES[language],
        "to_code": "en",
        "to_name": LANGUAGE_NAMES["en"],
        "training": checkpoint.spent(),
    }
    if length_penalty is not None:
        metadata["length_penalty"] = length_penalty
    if mbr > 1:
        metadata["mbr"] = mbr
    if no_repeat_ngram:
        metadata["no_repeat_ngram"] = no_repeat_ngram
    write_json(fresh / "metadata.json", metadata)
    sources = json.loads(CANARIES.read_text(encoding="utf-8"))[language]
    expected = translate(fresh, sources)
    pairs = [{"source": s, "target": e} for s, e in zip(sources, expected, strict=True)]
    write_json(fresh / "canaries.json", pairs)
    (fresh / "README.md").write_text(
        f"# {LANGUAGE_NAMES[language]} to English, version {version}\n", encoding="utf-8"
    )
    place(fresh, package)


def write_json(path: Path, value: object) -> None:
    """Write a JSON file of a package."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def translate(package: Path, sentences: list[str], compute_type: str = "default") -> list[str]:
    """The package's translations, beam 4, one thread; without placeholders, retries or any other
    help.
    """
    processor = sentencepiece.SentencePieceProcessor(
        model_file=str(package / "sentencepiece.model")
    )
    translator = ctranslate2.Translator(
        str(package / "model"), compute_type=compute_type, intra_threads=1, inter_threads=1
    )
    tokens = processor.encode(sentences, out_type=str)
    results = translator.translate_batch(
        tokens, beam_size=BEAM, length_penalty=LENGTH_PENALTY, max_batch_size=1
    )
    return [processor.decode(result.hypotheses[0]) for result in results]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("sentencepiece", type=Path, help="sentencepiece.model of the training run")
    parser.add_argument("packages", type=Path, help="folder that gets one package per language")
    parser.add_argument("--languages", default="it,tr")
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--weights", choices=("average", "master"), default="average")
    parser.add_argument(
        "--blend",
        type=Path,
        help="checkpoint or package that this one began with, to go some of the way back to",
    )
    parser.add_argument("--share", type=float, default=0.15, help="how much of the way, 0 to 1")
    for part in ("encoder", "decoder"):
        parser.add_argument(
            f"--{part}-share", type=float, help=f"the same of the {part}; default: --share"
        )
    parser.add_argument(
        "--sharpness",
        type=numbers,
        default={},
        metavar="tr=1.3",
        help="multiply a language's logits: above 1 against translations that are too short; default 1",
    )
    parser.add_argument(
        "--length-penalty",
        type=length_penalties,
        default={},
        metavar="tr=1.5",
        help="what `normalize` decodes a language with, the higher the longer; default 0.2, as argostranslate",
    )
    parser.add_argument(
        "--mbr",
        type=hypotheses,
        default={},
        metavar="tr=8",
        help="hypotheses that `normalize` chooses among by minimum Bayes risk; default 1, the likeliest alone",
    )
    parser.add_argument(
        "--no-repeat-ngram",
        type=repeats,
        default={},
        metavar="tr=4",
        help="subwords of the shortest sequence that `normalize` lets occur only once; default 0, none",
    )
    parser.add_argument("--quantization", choices=("int8", "float32"), default="int8")
    parser.add_argument("--zip", type=Path, help="also write .argosmodel files to this folder")
    options = parser.parse_args()
    checkpoint = read_checkpoint(options.checkpoint, options.weights)
    if options.blend:
        checkpoint = blended(
            checkpoint,
            read_checkpoint(options.blend),
            options.share,
            options.encoder_share,
            options.decoder_share,
        )
    for language in options.languages.split(","):
        package = options.packages / f"{language}-en"
        export(
            sharpened(checkpoint, options.sharpness.get(language, 1.0)),
            options.sentencepiece,
            package,
            language,
            options.version,
            options.quantization,
            options.length_penalty.get(language),
            options.mbr.get(language, 1),
            options.no_repeat_ngram.get(language, 0),
        )
        size = sum(file.stat().st_size for file in package.rglob("*") if file.is_file())
        print(
            f"{package}: {size / 1e6:.1f} MB, {checkpoint.steps} steps, "
            f"{checkpoint.seen} tokens seen"
        )
        if options.zip:
            print(build_archive(package, options.zip))


if __name__ == "__main__":
    main()
