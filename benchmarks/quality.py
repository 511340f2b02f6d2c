"""Translation packages to scores: BLEU, chrF2, speed, size, page furniture, hallucinations.

    python benchmarks/quality.py models/it-en models/tr-en --evaluation FOLDER
    python benchmarks/quality.py models/* --evaluation FOLDER --check models/index.toml

FOLDER holds pairs of files `NAME.it` + `NAME.en`, `NAME.tr` + `NAME.en`, one sentence a line.
By default sentences are decoded by CTranslate2 alone (int8, beam 4), so that the figures are those
of the model; with `--engine normalize` they pass through `normalize.translate`, with its
placeholders and guards. With `--check` the exit status is 1 where a score is under its floor in the
index.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import ctranslate2
import sacrebleu
import sentencepiece

from normalize.packages import read_package
from normalize.stages.translate import TranslateOptions, Translator
from normalize.stages.translate.engine import Search

Decode = Callable[[list[str]], list[str]]
FURNITURE = Path(__file__).parent / "furniture.json"
PUBLISHED = {
    "it": "Argos 28.6, NLLB-600M 28.8, OPUS-MT 29.4, Mozilla tiny 30.4, Google 33.3",
    "tr": "Argos 23.9, NLLB-600M 25.9, OPUS-MT 31.6, Mozilla tiny 33.2, Google 42.6",
}
"""BLEU on FLORES *test* as published in mozilla/firefox-translations-models (2024-25)."""
NUMBER = re.compile(r"\d+")
NEGATION = {
    "it": re.compile(r"\b(?:non|né|nessun\w*|mai|senza)\b", re.IGNORECASE),
    "tr": re.compile(r"\b(?:değil\w*|yok\w*|hiç\w*|asla)\b|\w+(?:madı|medi|mıyor|miyor|muyor|müyor|"
                     r"maz|mez|mamış|memiş|mayacak|meyecek)\w*", re.IGNORECASE),
}  # fmt: skip
NEGATION_EN = re.compile(
    r"\b(?:not|no|never|none|nor|neither|nobody|nothing|without|cannot)\b|n['’]t\b|\bun\w+",
    re.IGNORECASE,
)
NOISE = (
    "", " ", ".", "...", "-", "|", "•", "0", "42", "?", "§§§", "🔥", "🔥🔥🔥🔥", "— — —", "http://",
    "@", "#", "asdf", "qwertyuiop zxcvbnm", "xxxxxxxxxxxxxxxxxxxx", "a b c d e f g h",
    "1 2 3 4 5 6 7 8 9 10", "{{{}}}", "lorem ipsum dolor sit amet", '<div class="x">', "\\n\\t\\r",
    "Ä°Ä°Ä°", "ÃÃÃÃÃÃ", "\ufffd\ufffd\ufffd", "no no no no no no no no", "ha ha ha ha ha ha",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%$#@!", "E=mc²", "Привет, как дела?",
    "今日はいい天気ですね。", "مرحبا بالعالم", "Guten Morgen, wie geht es Ihnen heute?",
    "¿Dónde está la estación de tren?", "Je voudrais un café, s'il vous plaît.",
    "The weather is nice today.",
)  # fmt: skip
"""Input that is not a sentence of the source language; none of it calls for many words."""


@dataclass(frozen=True, slots=True)
class Score:
    """One package on one set. bleu, chrf: per cent. digest: SHA-256 of the set's two files, source
    then reference.

    lost_numbers: of the digit strings that source and reference share, the per cent that the output
    lacks.
    lost_negations: of the sentences negated in source and reference, the per cent not negated in
    the output.
    length_ratio: output characters for one reference character. loops: outputs that repeat
    themselves, per cent.
    """

    name: str
    sentences: int
    digest: str
    bleu: float
    chrf: float
    bleu_signature: str
    chrf_signature: str
    words_per_second: float
    lost_numbers: float
    lost_negations: float
    length_ratio: float
    loops: float


@dataclass(frozen=True, slots=True)
class FurnitureResult:
    """A page-furniture string, its translation, and whether that is one of the accepted ones."""

    source: str
    translation: str
    right: bool


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that is measured of one package. bytes: its size; limit: sentences of each set that were
    translated (0: all); mbr: hypotheses to choose among, 1: the likeliest; no_repeat_ngram: what may not
    be said twice, 0: everything may; channel_weight: of the network back in choosing, 0: none; hallucinations: per cent of
    noisy and foreign inputs.
    """

    pair: str
    version: str
    bytes: int
    compute_type: str
    beam: int
    length_penalty: float
    mbr: int
    no_repeat_ngram: int
    channel_weight: float
    threads: int
    limit: int
    scores: tuple[Score, ...]
    furniture: tuple[FurnitureResult, ...]
    published: str
    noisy: int
    hallucinations: float
    hallucinated: tuple[tuple[str, str], ...]


def read_lines(path: Path) -> list[str]:
    """The lines of a set; only U+000A ends a line."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def plain_decoder(
    package: Path, compute_type: str, beam: int, length_penalty: float, threads: int
) -> Decode:
    """Decoding by CTranslate2 alone, in batches of 2048 source tokens of like length."""
    processor = sentencepiece.SentencePieceProcessor(
        model_file=str(package / "sentencepiece.model")
    )
    translator = ctranslate2.Translator(
        str(package / "model"), compute_type=compute_type, intra_threads=threads
    )

    def decode(lines: list[str]) -> list[str]:
        results = translator.translate_batch(
            processor.encode(lines, out_type=str),
            beam_size=beam,
            length_penalty=length_penalty,
            max_batch_size=2048,
            batch_type="tokens",
        )
        return [str(processor.decode(result.hypotheses[0])) for result in results]

    return decode


def product_decoder(package: Path, options: argparse.Namespace) -> tuple[Decode, Search]:
    """Decoding as users of a package get it: names, numbers, retries, its lexicon and its channel."""
    how = TranslateOptions(
        options.beam,
        options.threads,
        options.compute_type,
        options.length_penalty,
        mbr=options.mbr,
        no_repeat_ngram=options.no_repeat_ngram,
        channel_weight=options.channel_weight,
    )
    read = read_package(package)
    translator = Translator(read, how)

    def decode(lines: list[str]) -> list[str]:
        return [translation.text for translation in translator.translate(lines)]

    return decode, Search.usual(read, how)


def loops(text: str) -> bool:
    """Whether one to four words stand four times in a row, or one character twelve times.

    >>> loops("the way of the way of the way of the way of it"), loops("a clean sentence")
    (True, False)
    """
    return bool(re.search(r"(\b\w+(?:\W+\w+){0,3}\W+)\1{3}|(\S)\2{11}", text))


def hallucinated(source: str, output: str) -> bool:
    """Whether an output says far more than its input: words out of nothing, three times the length,
    or a new loop.
    """
    if not any(character.isalnum() for character in source):
        return any(character.isalpha() for character in output)
    return len(output) > 3 * len(source) + 20 or (loops(output) and not loops(source))


def per_cent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def score(name: str, language: str, folder: Path, decode: Decode, limit: int) -> Score:
    """Translate a set and compare with its reference; limit: only the first so many sentences (0:
    all).
    """
    source_file, reference_file = folder / f"{name}.{language}", folder / f"{name}.en"
    sources, references = read_lines(source_file), read_lines(reference_file)
    if len(sources) != len(references):
        message = f"{source_file} has {len(sources)} lines, {reference_file} {len(references)}"
        raise SystemExit(message)
    digest = hashlib.sha256(source_file.read_bytes() + reference_file.read_bytes()).hexdigest()
    if limit:
        sources, references = sources[:limit], references[:limit]
    decode(sources[:8])  # warm up
    begun = time.perf_counter()
    outputs = decode(sources)
    seconds = time.perf_counter() - begun
    bleu, chrf = sacrebleu.BLEU(), sacrebleu.CHRF()
    bleu_score = bleu.corpus_score(outputs, [references]).score
    chrf_score = chrf.corpus_score(outputs, [references]).score
    numbers = lost = negated = positive = 0
    for source, output, reference in zip(sources, outputs, references, strict=True):
        shared = set(NUMBER.findall(source)) & set(NUMBER.findall(reference))
        numbers += len(shared)
        lost += len(shared - set(NUMBER.findall(output)))
        if NEGATION[language].search(source) and NEGATION_EN.search(reference):
            negated += 1
            positive += not NEGATION_EN.search(output)
    return Score(
        name=name,
        sentences=len(sources),
        digest=digest,
        bleu=round(bleu_score, 2),
        chrf=round(chrf_score, 2),
        bleu_signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
        words_per_second=round(sum(len(s.split()) for s in sources) / seconds, 1),
        lost_numbers=per_cent(lost, numbers),
        lost_negations=per_cent(positive, negated),
        length_ratio=round(sum(map(len, outputs)) / sum(map(len, references)), 3),
        loops=per_cent(sum(map(loops, outputs)), len(outputs)),
    )


def letters(text: str) -> str:
    """The letters and digits of a text in lower case.

    >>> letters("AI-generated image!")
    'aigeneratedimage'
    """
    return "".join(character for character in text.casefold() if character.isalnum())


def check_furniture(language: str, decode: Decode) -> tuple[FurnitureResult, ...]:
    """The page furniture of the sample pages: none of these strings is in the training data."""
    cases = json.loads(FURNITURE.read_text(encoding="utf-8"))[language]
    outputs = decode([case["source"] for case in cases])
    return tuple(
        FurnitureResult(case["source"], output, letters(output) in map(letters, case["accept"]))
        for case, output in zip(cases, outputs, strict=True)
    )


def set_names(folder: Path, language: str) -> list[str]:
    """The sets of a folder that have a file of this language and an English one."""
    found = sorted(file.stem for file in folder.glob(f"*.{language}"))
    return [name for name in found if (folder / f"{name}.en").exists()]


def measure(package: Path, options: argparse.Namespace) -> Measurement:
    """Everything about one package."""
    metadata = json.loads((package / "metadata.json").read_text(encoding="utf-8"))
    language = metadata["from_code"]
    if options.engine == "normalize":
        decode, search = product_decoder(package, options)
    else:
        own = options.length_penalty
        search = Search() if own is None else Search(own)
        decode = plain_decoder(
            package, options.compute_type, options.beam, search.length_penalty, options.threads
        )
    scores = tuple(
        score(name, language, folder, decode, options.limit)
        for folder in options.evaluation
        for name in set_names(folder, language)
        if not options.sets or name in options.sets.split(",")
    )
    noisy = list(zip(NOISE, decode(list(NOISE)), strict=True))
    wrong = tuple((source, output) for source, output in noisy if hallucinated(source, output))
    return Measurement(
        pair=f"{language}-{metadata['to_code']}",
        version=metadata["package_version"],
        bytes=sum(file.stat().st_size for file in package.rglob("*") if file.is_file()),
        compute_type=options.compute_type,
        beam=options.beam,
        **asdict(search),
        threads=options.threads,
        limit=options.limit,
        scores=scores,
        furniture=check_furniture(language, decode),
        published=PUBLISHED[language],
        noisy=len(noisy),
        hallucinations=per_cent(len(wrong), len(noisy)),
        hallucinated=wrong,
    )


def show(found: Measurement) -> None:
    """Print a measurement for people."""
    kind = f"{found.compute_type}, beam {found.beam}, {found.threads} thread(s)"
    kind += f", MBR among {found.mbr}" if found.mbr > 1 else ""
    kind += f", no {found.no_repeat_ngram}-gram twice" if found.no_repeat_ngram else ""
    kind += f", channel {found.channel_weight:g}" if found.channel_weight else ""
    print(f"\n{found.pair} {found.version}: {found.bytes / 1e6:.1f} MB, {kind}")
    print(f"{'set':22}{'lines':>6}{'BLEU':>7}{'chrF2':>7}{'words/s':>9}{'lost numbers':>14}"
          f"{'lost negations':>16}{'length':>8}{'loops':>7}")  # fmt: skip
    for row in found.scores:
        print(f"{row.name:22}{row.sentences:6}{row.bleu:7.1f}{row.chrf:7.1f}"
              f"{row.words_per_second:9.0f}{row.lost_numbers:12.1f} %{row.lost_negations:14.1f} %"
              f"{row.length_ratio:8.2f}{row.loops:6.1f}%")  # fmt: skip
    if found.scores:
        print("BLEU ", found.scores[0].bleu_signature)
        print("chrF2", found.scores[0].chrf_signature)
    print("published BLEU, FLORES test (close to dev):", found.published)
    for result in found.furniture:
        print(
            " right" if result.right else " WRONG",
            repr(result.source),
            "->",
            repr(result.translation),
        )
    print(f"hallucinations: {found.hallucinations:.1f} % of {found.noisy} noisy or foreign inputs")
    for source, output in found.hallucinated:
        print(f"  {source[:40]!r} -> {output[:100]!r}")


def below_floors(found: Measurement, index: Path) -> list[str]:
    """What is worse than the index allows, as messages; a set that changed is an error, a set that
    is absent is too.
    """
    package = tomllib.loads(index.read_text(encoding="utf-8"))["packages"][found.pair]
    measured = {row.name: row for row in found.scores}
    problems = []
    for wanted in package["scores"]:
        row = measured.get(wanted["set"])
        name = f"{found.pair} {wanted['set']}"
        if row is None:
            problems.append(f"{name}: not among the evaluation sets")
        elif row.digest != wanted["digest"]:
            problems.append(f"{name}: other text than the floor was measured on")
        else:
            for metric, value in (("bleu", row.bleu), ("chrf", row.chrf)):
                if value < wanted[f"{metric}_floor"]:
                    floor = wanted[f"{metric}_floor"]
                    problems.append(f"{name}: {metric} {value} is below the floor {floor}")
    right = sum(result.right for result in found.furniture)
    if right < package["furniture_floor"]:
        problems.append(
            f"{found.pair}: {right} furniture strings right, not {package['furniture_floor']}"
        )
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", type=Path, nargs="+")
    parser.add_argument(
        "--evaluation",
        type=Path,
        action="append",
        default=[],
        help="folder of sets; may be repeated",
    )
    parser.add_argument("--engine", choices=("plain", "normalize"), default="plain")
    parser.add_argument("--compute-type", default="int8")
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument(
        "--length-penalty",
        type=float,
        help="default: what the package asks for with --engine normalize, else 0.2 as Argos Translate",
    )
    parser.add_argument(
        "--mbr",
        type=int,
        default=0,
        help="with --engine normalize: hypotheses to choose among by minimum Bayes risk; default: what the package asks for",
    )
    parser.add_argument(
        "--no-repeat-ngram",
        type=int,
        help="with --engine normalize: subwords of the shortest sequence that may not occur twice; default: what the package asks for",
    )
    parser.add_argument(
        "--channel-weight",
        type=float,
        help="with --engine normalize: of the package's network back in choosing, 0 without; default: what the package asks for",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sets", help="only these, such as flores-dev,wmt16")
    parser.add_argument("--limit", type=int, default=0, help="first sentences of each set only")
    parser.add_argument("--json", type=Path, help="write the measurements to this file")
    parser.add_argument(
        "--check", type=Path, metavar="INDEX", help="compare with the floors of models/index.toml"
    )
    options = parser.parse_args()
    asked = options.mbr or (options.no_repeat_ngram, options.channel_weight) != (None, None)
    if options.engine == "plain" and asked:
        parser.error(
            "--mbr, --no-repeat-ngram and --channel-weight are of `normalize`: add --engine normalize"
        )
    packages = [folder for folder in options.packages if (folder / "metadata.json").exists()]
    if not packages:
        parser.error("none of these folders is a package (no metadata.json)")
    found = [measure(package, options) for package in packages]
    for measurement in found:
        show(measurement)
    if options.json:
        text = json.dumps(
            [asdict(measurement) for measurement in found], ensure_ascii=False, indent=1
        )
        options.json.write_text(text + "\n", encoding="utf-8")
    problems = [p for m in found for p in below_floors(m, options.check)] if options.check else []
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
