"""Language identification measured: accuracy, false claims, furniture, context, speed, determinism.

    python benchmarks/identify.py --lid DIR [--detectors default,langdetect] [--fragments 900]

DIR holds one file of sentences a language (`it.txt`, `es.txt`, ...), one a line; `it`, `tr` and
`en` are to be found, every other language must not be claimed. Fragments are cut from the
sentences: so many words in a row from a random place, punctuation around them removed, digits left
out; words with a capital letter count like all others. Everything is drawn with a fixed seed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

from normalize.document import Block, BlockKind, Language, Piece
from normalize.stages.identify import Detector, Identifier, detector

WANTED = ("it", "tr", "en")
NEAR = ("az", "ca", "gl", "mt")
LENGTHS = (1, 2, 3, 5)
CASES = Path(__file__).parent.parent / "tests" / "cases"
_EDGES = ".,;:!?\"“”()[]«»'‘’-–—…"


class Py3langidDetector:
    """py3langid, where it is installed."""

    name = "py3langid"

    def __init__(self) -> None:
        package = import_module("py3langid.langid")
        self._model = package.LanguageIdentifier.from_model_file(package.MODEL_FILE)

    def detect(self, texts: Sequence[str]) -> list[Language]:
        """One language a text."""
        found = [self._model.classify(text) for text in texts]
        return [Language(str(code), float(value)) for code, value in found]


class LinguaDetector:
    """lingua, where it is installed: all its languages, or Italian, Turkish and English only."""

    def __init__(self, name: str) -> None:
        from lingua import Language as Known
        from lingua import LanguageDetectorBuilder

        self.name = name
        builder = LanguageDetectorBuilder.from_all_languages()
        if name == "lingua-3":
            builder = LanguageDetectorBuilder.from_languages(
                Known.ITALIAN, Known.TURKISH, Known.ENGLISH
            )
        self._model = builder.build()

    def detect(self, texts: Sequence[str]) -> list[Language]:
        """One language a text."""
        found = [self._model.detect_language_of(text) for text in texts]
        return [Language(f.iso_code_639_1.name.lower() if f else "und", 1.0) for f in found]


class HeliportDetector:
    """heliport, where it is installed (GPL-3: measured, never used)."""

    name = "heliport"

    def __init__(self) -> None:
        self._model = import_module("heliport").Identifier()
        self._codes = {"ita_latn": "it", "tur_latn": "tr", "eng_latn": "en"}

    def detect(self, texts: Sequence[str]) -> list[Language]:
        """One language a text."""
        found = [str(self._model.identify(text)).lower() for text in texts]
        return [Language(self._codes.get(code, code), 1.0) for code in found]


def make(name: str) -> Detector:
    """A detector of ours, or one of the field's."""
    if name == "py3langid":
        return Py3langidDetector()
    if name.startswith("lingua"):
        return LinguaDetector(name)
    if name == "heliport":
        return HeliportDetector()
    return detector(name)


def fragments(lines: Iterable[str], size: int, limit: int, seed: int = 0) -> list[str]:
    """At most one fragment of `size` words a sentence."""
    order = random.Random(seed)
    lines = list(lines)
    order.shuffle(lines)
    found: list[str] = []
    for line in lines:
        parts = line.split()
        for _ in range(3 if len(parts) >= size else 0):
            start = order.randrange(len(parts) - size + 1)
            text = " ".join(parts[start : start + size]).strip(_EDGES)
            if sum(map(str.isalpha, text)) >= 2 and not any(map(str.isdigit, text)):
                found.append(text)
                break
        if len(found) >= limit:
            break
    return found


def mixed_document(
    texts: dict[str, list[str]], order: random.Random
) -> tuple[list[Block], list[tuple[str, bool]]]:
    """A page in one language with furniture in another: its blocks; language and shortness of each.

    Six to twelve paragraphs of the main language, and between them fragments of one to three words
    as headings and list items: two thirds in the main language, one third in the other, which also
    has two full sentences (a cookie notice, say). Fragments of capitalised words only are left
    out: they are names or abbreviations, and belong to no language.
    """
    main, other = order.sample(WANTED, 2)
    plan = [(main, 0)] * order.randint(6, 12) + [(other, 0)] * 2
    plan += [(main, order.randint(1, 3)) for _ in range(6)]
    plan += [(other, order.randint(1, 3)) for _ in range(3)]
    order.shuffle(plan)
    blocks: list[Block] = []
    labels: list[tuple[str, bool]] = []
    for code, size in plan:
        line = order.choice(texts[code])
        if size:
            found = fragments([line], size, 1, order.randrange(1 << 30))
            if not found or not any(word[0].islower() for word in found[0].split()):
                continue
            kind = order.choice((BlockKind.HEADING, BlockKind.LIST_ITEM))
            line = found[0]
        else:
            kind = BlockKind.PARAGRAPH
        blocks.append(Block(kind, (Piece(line, True), Piece("\n", False))))
        labels.append((code, bool(size)))
    return blocks, labels


def furniture_page(case: dict[str, str], pages: dict[str, list[str]]) -> list[Block]:
    """The case as a list item in the middle of a page of its context language."""
    lines = pages[case["context"]]
    texts = [*lines[:2], case["original"], *lines[2:]]
    kinds = [BlockKind.LIST_ITEM if t == case["original"] else BlockKind.PARAGRAPH for t in texts]
    return [
        Block(k, (Piece(t, True), Piece("\n", False))) for k, t in zip(kinds, texts, strict=True)
    ]


def final_codes(chosen: Detector, blocks: Sequence[Block]) -> list[str]:
    """The language of each block's first segment, in the light of the document."""
    rows = Identifier(chosen).document().identify(blocks)
    return [row[0].decision.language.code if row[0].decision else "und" for row in rows]


def accuracy(chosen: Detector, texts: dict[str, list[str]]) -> dict[str, float]:
    """The share of texts given their own language, by language."""
    return {
        code: sum(f.code == code for f in chosen.detect(lines)) / len(lines)
        for code, lines in texts.items()
    }


def percent(values: Iterable[float]) -> str:
    """Shares as thousandths, side by side."""
    return " ".join(f"{value:.3f}".lstrip("0").rjust(5) for value in values)


def table_accuracy(detectors: Sequence[Detector], data: dict[str, list[str]], limit: int) -> None:
    """Accuracy by length (worst of the three, then each), and processor time a text."""
    print(f"\nAccuracy: worst of it/tr/en (it tr en), {limit} fragments a language\n")
    head = [f"{n} word{'s' if n > 1 else ''}" for n in LENGTHS] + ["sentence"]
    print("| detector | " + " | ".join(head) + " | µs, 1 word | µs, sentence |")
    print("|---|" + "---|" * (len(head) + 2))
    for chosen in detectors:
        cells, times = [], []
        for size in (*LENGTHS, 0):
            texts = {
                code: fragments(data[code], size, limit) if size else data[code][:limit]
                for code in WANTED
            }
            start = time.process_time()
            found = accuracy(chosen, texts)
            times.append((time.process_time() - start) / sum(map(len, texts.values())) * 1e6)
            cells.append(f"{min(found.values()):.3f} ({percent(found.values())})")
        print(
            f"| {chosen.name} | " + " | ".join(cells) + f" | {times[0]:.0f} | {times[-1]:.0f} |",
            flush=True,
        )


def table_claims(detectors: Sequence[Detector], data: dict[str, list[str]], limit: int) -> None:
    """Sentences of other languages that are claimed as Italian or Turkish."""
    print(f"\nFalse claims: sentences of other languages called it or tr, {limit} a language\n")
    print("| detector | all others | worst five | " + " | ".join(NEAR) + " |")
    print("|---|" + "---|" * (2 + len(NEAR)))
    for chosen in detectors:
        shares = {}
        for code, lines in data.items():
            if code not in WANTED:
                found = chosen.detect(lines[:limit])
                shares[code] = sum(f.code in {"it", "tr"} for f in found) / len(found)
        worst = sorted(shares, key=lambda code: -shares[code])[:5]
        cells = [f"{sum(shares.values()) / len(shares):.4f}"]
        cells.append(", ".join(f"{code} {shares[code]:.3f}" for code in worst))
        cells += [f"{shares[code]:.3f}" for code in NEAR]
        print(f"| {chosen.name} | " + " | ".join(cells) + " |", flush=True)


def table_reject(chosen: Detector, data: dict[str, list[str]], limit: int) -> None:
    """What a minimum probability for `it` and `tr` costs and buys, by length."""
    print(
        "\nReject option of the default: recall of it/tr, and false accepts among all other texts\n"
    )
    print("| minimum probability | " + " | ".join(f"{n} word(s)" for n in (1, 2, 3, 5)) + " |")
    print("|---|---|---|---|---|")
    answers = {}
    for size in (1, 2, 3, 5):
        own = [f for c in ("it", "tr") for f in chosen.detect(fragments(data[c], size, limit))]
        rest = [
            f
            for code in data
            if code not in {"it", "tr"}
            for f in chosen.detect(fragments(data[code], size, limit // 8))
        ]
        answers[size] = (own, rest)
    for minimum in (0.0, 0.5, 0.7, 0.9, 0.98):
        cells = []
        for own, rest in answers.values():
            kept, wrong = (
                sum(f.code in {"it", "tr"} and f.probability >= minimum for f in part) / len(part)
                for part in (own, rest)
            )
            cells.append(f"{kept:.3f} / {wrong:.4f}")
        print(f"| {minimum} | " + " | ".join(cells) + " |")


def table_context(
    detectors: Sequence[Detector], data: dict[str, list[str]], documents: int
) -> None:
    """Furniture alone and in context; fragments and sentences of mixed documents."""
    cases = json.loads((CASES / "furniture.json").read_text("utf-8"))
    pages = json.loads((CASES / "lid-pages.json").read_text("utf-8"))
    print(f"\nFurniture ({len(cases)} cases) and {documents} mixed documents, with context\n")
    print("| detector | furniture alone | in context | fragments alone | in context | sentences |")
    print("|---|---|---|---|---|---|")
    for chosen in detectors:
        alone = chosen.detect([case["original"] for case in cases])
        right = [f.code == c["expected"] for f, c in zip(alone, cases, strict=True)]
        inside = [final_codes(chosen, furniture_page(c, pages))[2] == c["expected"] for c in cases]
        order = random.Random(11)
        short, single, long = [], [], []
        for _ in range(documents):
            blocks, labels = mixed_document(data, order)
            raw = [f.code for f in chosen.detect([b.pieces[0].text for b in blocks])]
            found = final_codes(chosen, blocks)
            for (code, is_short), one, final in zip(labels, raw, found, strict=True):
                if is_short:
                    single.append(one == code)
                    short.append(final == code)
                else:
                    long.append(final == code)
        groups = (right, inside, single, short, long)
        cells = [f"{sum(group) / len(group):.3f}" for group in groups]
        print(f"| {chosen.name} | " + " | ".join(cells) + " |", flush=True)


def table_boundaries(data: dict[str, list[str]], limit: int) -> None:
    """Lines of furniture glued before an English sentence; and sentences that must stay whole."""
    cases = json.loads((CASES / "furniture.json").read_text("utf-8"))
    heads = [
        c["original"]
        for c in cases
        if c["expected"] in {"it", "tr"} and len(c["original"].split()) > 2
    ]
    chosen = detector()
    found = whole = 0
    for number, line in enumerate(data["en"][:limit]):
        text = f"{heads[number % len(heads)]} {line}"
        row = (
            Identifier(chosen)
            .document()
            .identify([Block(BlockKind.PARAGRAPH, (Piece(text, True),))])[0]
        )
        found += row[0].piece.text == heads[number % len(heads)]
    for code in WANTED:
        for line in data[code][:limit]:
            block = Block(BlockKind.PARAGRAPH, (Piece(line, True),))
            whole += len(Identifier(chosen).document().identify([block])[0]) == 1
    print(f"\nBoundaries: {found}/{limit} glued lines divided at the right place;")
    print(f"{3 * limit - whole}/{3 * limit} plain sentences divided by mistake")


def table_speed(detectors: Sequence[Detector], data: dict[str, list[str]]) -> None:
    """Fragments of 1 to 5 words a second: in batches of 1,000, and one by one."""
    texts = [f for n in LENGTHS for c in WANTED for f in fragments(data[c], n, 900, seed=n)]
    random.Random(3).shuffle(texts)
    print(
        f"\nSpeed: {len(texts)} different fragments of 1 to 5 words, one thread, texts a second\n"
    )
    print("| detector | batches, first pass | batches | one by one |\n|---|---|---|---|")
    for chosen in detectors:
        part = texts if chosen.name in {"default", "fasttext"} else texts[:600]
        batches = [part[i : i + 1000] for i in range(0, len(part), 1000)]
        rates = []
        for split in (batches, batches, [[text] for text in part]):
            rates.append(len(part) / seconds(chosen, split))
        print(
            f"| {chosen.name} | " + " | ".join(f"{rate:,.0f}" for rate in rates) + " |", flush=True
        )


def seconds(chosen: Detector, batches: Sequence[Sequence[str]]) -> float:
    """Processor seconds of this process: what other programs do meanwhile does not count."""
    start = time.process_time()
    for batch in batches:
        chosen.detect(batch)
    return time.process_time() - start


def _answers(texts: list[str]) -> list[Language]:
    return detector().detect(texts)


def check_determinism(data: dict[str, list[str]], runs: int) -> None:
    """The default detector in shuffled orders, threads and processes: the same answers."""
    texts = [f for n in (1, 3) for code in sorted(data) for f in fragments(data[code], n, 10)]
    expected = dict(zip(texts, _answers(texts), strict=True))
    order, differing = random.Random(5), 0
    for _ in range(runs):
        order.shuffle(texts)
        differing += any(expected[t] != f for t, f in zip(texts, _answers(texts), strict=True))
    for workers in (1, 2, 4, 8):
        slices = [texts[i::workers] for i in range(workers)]
        with ThreadPoolExecutor(workers) as threads:
            found = list(threads.map(_answers, slices))
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as processes:
            found += list(processes.map(_answers, slices))
        for part, answers in zip(slices + slices, found, strict=True):
            differing += any(expected[t] != f for t, f in zip(part, answers, strict=True))
    print(f"\nDeterminism: {runs} shuffled runs, 1 to 8 threads and processes: {differing} differ")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--lid", type=Path, required=True, help="folder of LANGUAGE.txt files")
    parser.add_argument("--detectors", default="default,langdetect,fasttext")
    parser.add_argument(
        "--fragments", type=int, default=900, help="fragments a language and length"
    )
    parser.add_argument(
        "--claims", type=int, default=997, help="sentences a language, false claims"
    )
    parser.add_argument("--documents", type=int, default=100, help="mixed documents")
    parser.add_argument("--runs", type=int, default=100, help="shuffled runs")
    parser.add_argument(
        "--slow-share", type=float, default=1.0, help="of the texts, for slow detectors"
    )
    parser.add_argument(
        "--only", default="accuracy,claims,reject,context,boundaries,speed,determinism"
    )
    args = parser.parse_args()
    data = {p.stem: p.read_text("utf-8").split("\n")[:-1] for p in sorted(args.lid.glob("*.txt"))}
    detectors = [make(name) for name in args.detectors.split(",")]
    only = args.only.split(",")
    print(f"{len(data)} languages, {os.cpu_count()} processors")
    quick = [d for d in detectors if d.name in {"default", "fasttext"}]
    if "accuracy" in only:
        table_accuracy(detectors, data, args.fragments)
    if "claims" in only:
        table_claims(detectors, data, args.claims)
    if "reject" in only:
        table_reject(detectors[0], data, args.fragments)
    if "context" in only:
        table_context(quick or detectors, data, args.documents)
    if "boundaries" in only:
        table_boundaries(data, args.fragments)
    if "speed" in only:
        table_speed(detectors, data)
    if "determinism" in only:
        check_determinism(data, args.runs)


if __name__ == "__main__":
    main()
