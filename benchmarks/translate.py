"""Speed of translation: argostranslate a segment at a time, a bare CTranslate2 call, and
`normalize`.

    python benchmarks/translate.py --package models/it-en --text sentences.it
    python benchmarks/translate.py --package models/it-en --text sentences.it --invariance

All three translate the same distinct lines with the same package and number of threads, in int8, in
turn, several times; the table gives medians. `--clock cpu` counts processor seconds instead, for
machines that do other work as well. `--beam 4,2,1` shows what smaller beams bring.

- argostranslate: `PackageTranslation.translate` for every line, as its `translate()` does, beam 4.
  Its sentence splitter, which would fetch a model from the network, is replaced by one that costs
  nothing, so the real thing is slower.
- bare: one `translate_batch` call over the lines, cut into subwords beforehand and sorted by
  length: no tokenisation, no detokenisation, no guards. The physical limit.
- normalize: `Translator.translate`, all included, no translation memory; where the package asks for minimum Bayes risk
  decoding, once without it and once with it, the package's channel included if it has one.

`--invariance` compares texts and scores of the lines translated one at a time, all at once, in
another order, in smaller batches and with more threads; any difference is counted. Exit status 1
where there is one.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from normalize.document import Flag, Translation
from normalize.packages import Package, read_package
from normalize.stages.translate import TranslateOptions, Translator
from normalize.stages.translate.engine import ARGOS_LENGTH_PENALTY
from normalize.stages.translate.tokenizers import load_tokenizer

BATCH_TOKENS = 2048


@dataclass(frozen=True)
class Runner:
    """One way to translate all lines."""

    name: str
    run: Callable[[], object]


class WholeText:
    """Stands in for argostranslate's sentence splitter: every line is one sentence."""

    def split_sentences(self, text: str) -> list[str]:
        """The text as the only sentence."""
        return [text]


def argos_runner(package: Package, lines: Sequence[str], threads: int) -> Runner:
    """argostranslate, a line at a time."""
    os.environ.update(
        ARGOS_COMPUTE_TYPE="int8", ARGOS_INTER_THREADS="1", ARGOS_INTRA_THREADS=str(threads)
    )
    from argostranslate import package as argos_package
    from argostranslate import translate as argos_translate

    source = argos_translate.Language(package.source, package.source)
    target = argos_translate.Language(package.target, package.target)
    translation = argos_translate.PackageTranslation(
        source, target, argos_package.Package(package.path)
    )
    translation.sentencizer = WholeText()
    translation.translate("")  # loads the model
    return Runner("argostranslate, beam 4", lambda: [translation.translate(line) for line in lines])


def bare_runner(package: Package, lines: Sequence[str], threads: int, beam: int) -> Runner:
    """CTranslate2 alone, in one call."""
    import ctranslate2

    translator = ctranslate2.Translator(
        str(package.model_path), compute_type="int8", inter_threads=threads, intra_threads=1
    )
    penalty = package.length_penalty
    tokens = sorted(load_tokenizer(package).encode(lines), key=len, reverse=True)

    def run() -> object:
        return translator.translate_batch(
            tokens,
            max_batch_size=BATCH_TOKENS,
            batch_type="tokens",
            beam_size=beam,
            length_penalty=ARGOS_LENGTH_PENALTY if penalty is None else penalty,
            return_scores=True,
        )

    return Runner(f"bare CTranslate2, beam {beam}", run)


def normalize_runner(
    package: Package, lines: Sequence[str], threads: int, beam: int, mbr: int = 1
) -> Runner:
    """All of `Translator.translate`."""
    translator = Translator(package, TranslateOptions(beam=beam, threads=threads, mbr=mbr))
    name = f"normalize, beam {beam}" + (f", MBR among {mbr}" if mbr > 1 else "")
    return Runner(name, lambda: translator.translate(lines))


def read_lines(path: Path, count: int) -> list[str]:
    """The first distinct lines of a file that are not blank."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").split("\n"))
    return list(dict.fromkeys(line for line in lines if line))[:count]


def compare(options: argparse.Namespace, package: Package, lines: Sequence[str]) -> int:
    """Print the table of times."""
    clock = time.process_time if options.clock == "cpu" else time.perf_counter
    runners = [] if options.without_argos else [argos_runner(package, lines, options.threads)]
    for beam in options.beam:
        runners.append(bare_runner(package, lines, options.threads, beam))
        runners.append(normalize_runner(package, lines, options.threads, beam))
    if package.mbr > 1:
        runners.append(
            normalize_runner(package, lines, options.threads, options.beam[0], package.mbr)
        )
    taken: dict[str, list[float]] = {runner.name: [] for runner in runners}
    for _ in range(options.repeats):
        for runner in runners:
            start = clock()
            runner.run()
            taken[runner.name].append(clock() - start)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    chars = sum(map(len, lines))
    print(f"{package.pair} {package.version}, {len(lines)} lines, {chars} characters,")
    print(f"{options.threads} threads, median of {options.repeats} {options.clock} times")
    first, seconds = next(iter(medians.items()))
    print(f"{'':34}{'seconds':>9}{'lines/s':>9}{'chars/s':>10}  times as fast as {first}")
    for name, taken_seconds in medians.items():
        print(
            f"{name:34}{taken_seconds:9.2f}{len(lines) / taken_seconds:9.1f}"
            f"{chars / taken_seconds:10.0f}{seconds / taken_seconds:10.2f}"
        )
    return 0


def check_invariance(options: argparse.Namespace, package: Package, lines: Sequence[str]) -> int:
    """Print how many translations differ from those made one at a time."""
    single = Translator(package, TranslateOptions(beam=options.beam[0], threads=1))
    alone = {line: single.translate([line])[0] for line in lines}
    wrong = 0
    for threads, batch in ((1, 2048), (1, 300), (options.threads, 4096)):
        choice = TranslateOptions(beam=options.beam[0], threads=threads, max_batch_pieces=batch)
        shuffled = random.Random(batch).sample(lines, len(lines))
        made = Translator(package, choice).translate(shuffled)
        pairs = [(alone[line], one) for line, one in zip(shuffled, made, strict=True)]
        texts = sum(one.text != other.text for one, other in pairs)
        scores = sum(one.score != other.score for one, other in pairs)
        wrong += texts + scores
        print(f"{threads} threads, batches of {batch} subwords, {len(pairs)} lines shuffled:")
        print(f"  {texts} texts and {scores} scores differ")
    print_flags(list(alone.values()))
    return int(wrong > 0)


def print_flags(translations: Sequence[Translation]) -> None:
    """How many translations the guards touched."""
    counts = {flag: sum(flag in one.flags for one in translations) for flag in Flag}
    print(
        "flags:", ", ".join(f"{flag} {count}" for flag, count in counts.items() if count) or "none"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--package", type=Path, required=True, help="folder of a translation package"
    )
    parser.add_argument("--text", type=Path, required=True, help="UTF-8 text, one sentence a line")
    parser.add_argument("--lines", type=int, default=1000, help="how many distinct lines (1000)")
    parser.add_argument("--threads", type=int, default=1, help="engine threads for all three (1)")
    parser.add_argument(
        "--beam",
        type=lambda text: [int(beam) for beam in text.split(",")],
        default=[4],
        help="hypotheses while searching, one or several (4); argostranslate always keeps 4",
    )
    parser.add_argument("--repeats", type=int, default=3, help="interleaved repeats (3)")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--without-argos", action="store_true", help="leave the slowest out")
    parser.add_argument(
        "--invariance", action="store_true", help="compare results instead of times"
    )
    options = parser.parse_args()
    package = read_package(options.package)
    lines = read_lines(options.text, options.lines)
    return (check_invariance if options.invariance else compare)(options, package, lines)


if __name__ == "__main__":
    sys.exit(main())
