"""Measurements to a model card: the README.md of a package. Nothing in it is written by hand but the known failures."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from overlap import Overlap

FOLDER = Path(__file__).parent
NAMES = {"it": "Italian", "tr": "Turkish"}
DOMAINS = {
    "flores-dev": "Wikinews, Wikijunior, Wikivoyage",
    "newssyscomb2009": "news, 2009",
    "wmt16": "news, 2016",
}
Json = dict[str, Any]

TEMPLATE = Template("""\
# $language to English, version $version

A small Transformer for fast translation on a CPU, trained from open parallel text by `models/training/`; read by `normalize`,
argostranslate and LibreTranslate. $megabytes MB, CTranslate2 $compute_type.

## Intended use

First drafts of English text from $language pages (news, page furniture, interface strings), so that they can be read, searched
and put into corpora that are marked as machine translation. Not for publication without a reader, and never for medical, legal
or safety-critical text.

## Scores

Beam $beam, $compute_type, $threads thread(s); sacreBLEU `$bleu_signature`; chrF2 `$chrf_signature`.

| set | domain | sentences | BLEU | chrF2 | numbers lost | negations lost | source words/s |
|---|---|---:|---:|---:|---:|---:|---:|
$scores

Published BLEU on FLORES *test* (close to dev): $published.

Page furniture of the sample pages, none of it in the training data: $right of $total right.

| source | translation | |
|---|---|---|
$furniture

Hallucinations: $hallucinations % of $noisy empty, noisy or foreign inputs (text out of nothing, three times the length, or a loop).

## Limits and known failures

$failures

## Training

$encoder_layers encoder and $decoder_layers decoder layers, width $width, inner width $inner, $heads heads, $vocabulary
SentencePiece subwords (unigram, byte fallback) shared by all source languages and English. $steps steps,
$tokens million target tokens, $minutes minutes on $machine. Recipe, weights of the sources and cleaning: `models/training/`.

## Data

SHA-256 of the encoded training data: `$data_digest`.
Pairs include the variants made for training (placeholders, quotation marks, case).
Pairs with a side that equals a test text by its letters: $overlap_evaluation. Pairs with a source that equals a line
of the sample pages: $overlap_pages.

| source | pairs | English subwords | origin | licence as stated there |
|---|---:|---:|---|---|
$data

## Licence

The package is under $licence. The texts that it was trained on are not part of it; their authors are named above.
""")


@dataclass(frozen=True, slots=True)
class Training:
    """What the card says of the run: digest and size of its data, the machine, and the licence given to the package."""

    data_digest: str
    sources: tuple[tuple[str, int, int], ...]
    """Name (`it/oldi-seed`), pairs, English subwords."""
    overlap: Overlap
    machine: str
    licence: str


def count_sources(data: Path) -> tuple[tuple[str, int, int], ...]:
    """Pairs and English subwords of each source in a `data.npz`, the largest first."""
    arrays = np.load(data)
    origin, lengths = arrays["origin"], np.diff(arrays["target_ends"])
    names = [str(name) for name in arrays["origins"]]
    pairs = np.bincount(origin, minlength=len(names))
    tokens = np.bincount(origin, weights=lengths, minlength=len(names))
    rows = [(name, int(p), int(t)) for name, p, t in zip(names, pairs, tokens, strict=True)]
    return tuple(sorted(rows, key=lambda row: (-row[2], row[0])))


def origin_of(name: str) -> tuple[str, str]:
    """Origin and licence of a source by `sources.toml`; raises KeyError where it is not listed."""
    table = tomllib.loads((FOLDER / "sources.toml").read_text(encoding="utf-8"))
    for entry in table["source"]:
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in entry["names"]):
            return entry["origin"], entry["licence"]
    message = f"{name}: sources.toml does not say where it comes from; add it there"
    raise KeyError(message)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _score_row(score: Json) -> str:
    cells = (
        score["name"],
        DOMAINS.get(score["name"], ""),
        score["sentences"],
        f"{score['bleu']:.1f}",
        f"{score['chrf']:.1f}",
        f"{score['lost_numbers']:.0f} %",
        f"{score['lost_negations']:.0f} %",
        f"{score['words_per_second']:.0f}",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _data_row(row: tuple[str, int, int]) -> str:
    name, pairs, tokens = row
    origin, licence = origin_of(name)
    return f"| {name.partition('/')[2]} | {pairs:,} | {tokens:,} | {_cell(origin)} | {_cell(licence)} |"


def failures_of(pair: str) -> str:
    """The known failures of a pair, written by hand after reading translations."""
    return (FOLDER / "failures" / f"{pair}.md").read_text(encoding="utf-8").strip()


def render(measured: Json, metadata: Json, training: Training, published: str) -> str:
    """The card of one package; measured: its entry in the JSON output of `benchmarks/quality.py`."""
    run, shape = metadata["training"], metadata["training"]["shape"]
    language = metadata["from_code"]
    signatures = measured["scores"][0] if measured["scores"] else {}
    furniture = measured["furniture"]
    rows = [
        f"| {_cell(r['source'])} | {_cell(r['translation'])} | {'right' if r['right'] else 'wrong'} |"
        for r in furniture
    ]
    return TEMPLATE.substitute(
        shape,
        language=NAMES[language],
        version=metadata["package_version"],
        megabytes=f"{measured['bytes'] / 1e6:.1f}",
        compute_type=measured["compute_type"],
        beam=measured["beam"],
        threads=measured["threads"],
        bleu_signature=signatures.get("bleu_signature", "-"),
        chrf_signature=signatures.get("chrf_signature", "-"),
        scores="\n".join(map(_score_row, measured["scores"])),
        published=published,
        right=sum(r["right"] for r in furniture),
        total=len(furniture),
        furniture="\n".join(rows),
        hallucinations=measured["hallucinations"],
        noisy=measured["noisy"],
        failures=failures_of(measured["pair"]),
        steps=f"{run['steps']:,}",
        tokens=f"{run['target_tokens'] / 1e6:.1f}",
        minutes=run["minutes"],
        machine=training.machine,
        data_digest=training.data_digest,
        overlap_evaluation=training.overlap.evaluation,
        overlap_pages=training.overlap.pages,
        data="\n".join(_data_row(r) for r in training.sources if r[0].startswith(f"{language}/")),
        licence=training.licence,
    )
