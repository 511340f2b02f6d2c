"""A network from English back to another language into the package of that language, as its channel.

    python train.py WORK --reverse --languages tr --encoder-layers 3 --checkpoint reverse.pt ...
    python channel.py WORK/reverse.pt models/tr-en --weight 0.2

The package gets `channel/`, a CTranslate2 model of the package's own subwords, and a `channel` in `metadata.json` that says how much
it counts and which mark stands before every English text (see `batches.mark_of`). `normalize` chooses among hypotheses with it;
argostranslate and LibreTranslate do not read it. The network must have been trained with the subwords of the package.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from batches import mark_of
from decoding import channel_weight
from export import CHANNEL, read_checkpoint, read_pieces, specification, write_json


def add_channel(
    checkpoint: Path, package: Path, weight: float, version: str = "", weights: str = "average"
) -> None:
    """Write a checkpoint of `train.py --reverse` into a package folder; a channel that is there already is replaced.

    weight: what a nat of its mean log-probability is worth in expected chrF++. version: of the package from now on; empty
    leaves it as it is. weights: see `export.read_checkpoint`.

    Raises ValueError where the network reads other subwords than the package.
    """
    network = read_checkpoint(checkpoint, weights)
    pieces = read_pieces(package / "sentencepiece.model")
    if not len(pieces) <= network.shape.vocabulary < len(pieces) + 8:
        message = (
            f"{checkpoint} knows {network.shape.vocabulary} subwords, but {package} has {len(pieces)}; train it with"
            " the sentencepiece.model of the package"
        )
        raise ValueError(message)
    spec = specification(network, pieces)
    spec.optimize(quantization="int8")
    folder = package / CHANNEL
    fresh = package / f"{CHANNEL}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    spec.save(str(fresh))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    metadata = json.loads((package / "metadata.json").read_text(encoding="utf-8"))
    metadata["package_version"] = version or metadata["package_version"]
    metadata[CHANNEL] = {
        "weight": weight,
        "source_prefix": pieces[mark_of(metadata["from_code"])],
        "training": network.spent(),
    }
    write_json(package / "metadata.json", metadata)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", type=Path, help="of a run with --reverse")
    parser.add_argument("package", type=Path, help="folder of the package that gets the channel")
    parser.add_argument(
        "--weight",
        type=channel_weight,
        default=0.2,
        help="what a nat of its mean log-probability is worth in expected chrF++; default 0.2",
    )
    parser.add_argument(
        "--version", default="", help="of the package from now on; default: as before"
    )
    parser.add_argument("--weights", choices=("average", "master"), default="average")
    options = parser.parse_args()
    try:
        add_channel(
            options.checkpoint, options.package, options.weight, options.version, options.weights
        )
    except ValueError as exc:
        parser.error(str(exc))
    size = sum(file.stat().st_size for file in options.package.rglob("*") if file.is_file())
    print(f"{options.package}: {size / 1e6:.1f} MB with its channel")


if __name__ == "__main__":
    main()
