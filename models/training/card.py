"""Measurements to a model card: the README.md of a package. Nothing in it is written by hand but
the known failures.
"""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from overlap import Overlap
from prepare import BACK

FOLDER = Path(__file__).parent
NAMES = {"it": "Italian", "tr": "Turkish"}
DOMAINS = {
    "flores-dev": "Wikinews, Wikijunior, Wikivoyage",
    "newssyscomb2009": "news, 2009",
    "wmt16": "news, 2016",
}
LEXICON = """## Lexicon

`lexicon.tsv` has {words:,} {language} words that the training text hardly has, with one English word each{endings}. `normalize` gives
them to the model in English; argostranslate and LibreTranslate do not read it, and the scores above are without it. It is made of
dictionaries by rule (`models/training/glossary.py`), and some of its English is another sense of the word.

"""
ENDINGS = {"tr": ", their endings behind an apostrophe"}
CHANNEL = """## Channel

`channel/` holds a network from English back to {language}: {encoder_layers} encoder and {decoder_layers} decoder layers, {tokens} million
target tokens (those of the networks that it began with among them), {minutes} minutes, from the sources below and others that
`gather.toml` names. `normalize` takes, of several
hypotheses, one after which the source is likely; argostranslate and LibreTranslate do not read it, and the scores above are without it.

"""
LEXICON_LICENCE = """

`lexicon.tsv` is made of {origin} ({licence})."""
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Training:
    """What the card says of the run: digest and size of its data, the machine, and the licence
    given to the package.
    """

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
    language, _, source = name.partition("/")
    translated_back = source.startswith(BACK)
    names = [name]
    if translated_back:
        names = [f"{other}/{source.removeprefix(BACK)}" for other in NAMES if other != language]
    for entry in table["source"]:
        if any(fnmatch.fnmatchcase(one, pattern) for one in names for pattern in entry["names"]):
            made = f" (English; {NAMES[language]} by a network of this recipe)"
            return entry["origin"] + made * translated_back, entry["licence"]
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
    cells = (name.partition("/")[2], f"{pairs:,}", f"{tokens:,}", _cell(origin), _cell(licence))
    return f"| {' | '.join(cells)} |"


def lexicon_words(package: Path) -> int:
    """How many words a package's lexicon holds; 0 without one."""
    path = package / "lexicon.tsv"
    return path.read_text(encoding="utf-8").count("\n") if path.is_file() else 0


def _about_lexicon(words: int, language: str) -> dict[str, str]:
    """What the card says of a package's lexicon, if it has one."""
    if not words:
        return {"lexicon": "", "lexicon_licence": ""}
    origin, licence = origin_of(f"{language}/lexicon.tsv")
    return {
        "lexicon": LEXICON.format(
            words=words, language=NAMES[language], endings=ENDINGS.get(language, "")
        ),
        "lexicon_licence": LEXICON_LICENCE.format(origin=origin, licence=licence),
    }


def _about_channel(metadata: Json) -> str:
    """What the card says of a package's channel, if it has one."""
    run = (metadata.get("channel") or {}).get("training")
    if not run:
        return ""
    return CHANNEL.format(
        **run["shape"],
        language=NAMES[metadata["from_code"]],
        tokens=f"{run['target_tokens'] / 1e6:.1f}",
        minutes=run["minutes"],
    )


def _about_search(metadata: Json) -> str:
    """What the card says where `normalize` decodes otherwise than argostranslate."""
    wishes = []
    if "length_penalty" in metadata:
        wishes.append(f"a length penalty of {metadata['length_penalty']:g}")
    if metadata.get("mbr", 1) > 1:
        wishes.append(f"minimum Bayes risk decoding among {metadata['mbr']} hypotheses")
    if metadata.get("no_repeat_ngram"):
        wishes.append(f"a limit on repetitions ({metadata['no_repeat_ngram']} subwords)")
    if metadata.get("channel") and metadata.get("mbr", 1) > 1:
        wishes.append(f"a channel with a weight of {metadata['channel']['weight']:g}")
    return f" `normalize` takes {_enumerated(wishes)}." if wishes else ""


def _enumerated(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def failures_of(pair: str) -> str:
    """The known failures of a pair, written by hand after reading translations."""
    return (FOLDER / "failures" / f"{pair}.md").read_text(encoding="utf-8").strip()


def render(
    measured: Json, metadata: Json, training: Training, published: str, words: int = 0
) -> str:
    """The card of one package; measured: its entry in the JSON output of
    `benchmarks/quality.py`. words: in its lexicon.
    """
    run, shape = metadata["training"], metadata["training"]["shape"]
    language = metadata["from_code"]
    signatures = measured["scores"][0] if measured["scores"] else {}
    furniture = measured["furniture"]
    rows = [
        f"| {_cell(r['source'])} | {_cell(r['translation'])} | {('wrong', 'right')[r['right']]} |"
        for r in furniture
    ]
    template = Template((FOLDER / "card.md").read_text(encoding="utf-8"))
    return template.substitute(
        shape,
        language=NAMES[language],
        version=metadata["package_version"],
        megabytes=f"{measured['bytes'] / 1e6:.1f}",
        compute_type=measured["compute_type"],
        beam=measured["beam"],
        length_penalty=measured["length_penalty"],
        own_penalty=_about_search(metadata),
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
        channel=_about_channel(metadata),
        **_about_lexicon(words, language),
    )
