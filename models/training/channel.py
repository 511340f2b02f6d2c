"""A network from English back to another language into the package of that language, as its channel.

    python train.py WORK --reverse --languages tr --encoder-layers 3 --checkpoint reverse.pt ...
    python channel.py WORK/reverse.pt models/tr-en --weight 0.2

The package gets `channel/`, a CTranslate2 model of the package's own subwords, and a `channel` in `metadata.json` that says how much
it counts and which mark stands before every English text (see `batches.mark_of`). `normalize` chooses among hypotheses with it;
argostranslate and LibreTranslate do not read it. The network must have been trained with the subwords of the package.
`models/index.toml` knows the package as it is only after `index.py`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from batches import mark_of
from decoding import channel_weight
from export import read_checkpoint, read_pieces, specification, write_json

from normalize.packages import read_package
from normalize.packages.archive import place
from normalize.packages.find import CHANNEL_FOLDER
from normalize.stages.translate import verify


def add_channel(
    checkpoint: Path, package: Path, weight: float, version: str = "", weights: str = "average"
) -> None:
    """Write a checkpoint of `train.py --reverse` into a package folder; a channel that is there already is replaced. The folder is
    replaced as a whole.

    weight: what a nat of its mean log-probability is worth in expected chrF++. version: of the package from now on; empty
    leaves it as it is. weights: see `export.read_checkpoint`.

    Raises ValueError where the network has another number of subwords than the package, or a `sentencepiece.model` beside it is not
    the package's.
    """
    package = package.resolve()
    network = read_checkpoint(checkpoint, weights)
    vocabulary, beside = package / "sentencepiece.model", checkpoint.parent / "sentencepiece.model"
    pieces = read_pieces(vocabulary)
    is_same = not beside.is_file() or beside.read_bytes() == vocabulary.read_bytes()
    if not is_same or not len(pieces) <= network.shape.vocabulary < len(pieces) + 8:
        message = f"{checkpoint}: trained with other subwords than those of {package}; train it with its sentencepiece.model"
        raise ValueError(message)
    spec = specification(network, pieces)
    spec.optimize(quantization="int8")
    fresh = package.with_name(package.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(package, fresh, ignore=shutil.ignore_patterns(CHANNEL_FOLDER))
    (fresh / CHANNEL_FOLDER).mkdir()
    spec.save(str(fresh / CHANNEL_FOLDER))
    metadata = json.loads((fresh / "metadata.json").read_text(encoding="utf-8"))
    metadata["package_version"] = version or metadata["package_version"]
    metadata[CHANNEL_FOLDER] = {
        "weight": weight,
        "source_prefix": pieces[mark_of(metadata["from_code"])],
        "training": network.spent(),
    }
    write_json(fresh / "metadata.json", metadata)
    place(fresh, package)


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
    package = read_package(options.package)
    problems = verify(package)
    if package.mbr == 1:
        problems.append("its metadata asks for one hypothesis: it has a choice with --mbr alone")
    for problem in problems:
        print(f"warning: {problem}", file=sys.stderr)


if __name__ == "__main__":
    main()
