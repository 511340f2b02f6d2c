"""Measure sentence splitting and paragraph joining on texts with one sentence a line.

    python benchmarks/segment.py --shared ../shared [--others]

Sentences: every five lines are joined with spaces, and the boundaries between them must be found
again (precision, recall, F1, and speed as the best of three). A line that holds two sentences
counts against precision for every splitter alike. `--others` measures the splitters that are
installed: sentencex, pysbd, syntok, segtok, sentence-splitter.
Wrapping: the same paragraphs wrapped to several widths must become one block (`joined`: the share
of line breaks recognised as wrapping); lines and titles that stand for themselves must not
(`false`: the share of line breaks that were).
"""

from __future__ import annotations

import argparse
import re
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from normalize.stages.segment import Segmenter, sentences
from normalize.stages.segment.wrapping import block_sizes

Splitter = Callable[[str], list[str]]
FILES = {
    "it": ("flores-dev.it", "newssyscomb2009.it"),
    "tr": ("flores-dev.tr", "wmt16.tr"),
    "en": ("flores-dev.en", "newssyscomb2009.en", "wmt16.en"),
}
TERMINATED = re.compile(r"[.!?…][\"'”’»)]*$")


def own(_: str) -> Splitter:
    """The splitter of this project, which is never told the language."""
    return lambda text: [piece.text for piece in sentences(text) if piece.is_segment]


def naive(_: str) -> Splitter:
    """White space after `. ! ? …`."""
    return lambda text: re.split(r"(?<=[.!?…])\s+", text)


def with_sentencex(language: str) -> Splitter:
    import sentencex

    return lambda text: list(sentencex.segment(language, text))


def with_pysbd(language: str) -> Splitter:
    import pysbd

    segmenter = pysbd.Segmenter(language="en" if language == "tr" else language, clean=False)
    return lambda text: list(segmenter.segment(text))


def with_syntok(_: str) -> Splitter:
    from syntok import segmenter

    def split(text: str) -> list[str]:
        found = [tokens for paragraph in segmenter.analyze(text) for tokens in paragraph]
        return [text[s[0].offset : s[-1].offset + len(s[-1].value)] for s in found if s]

    return split


def with_segtok(_: str) -> Splitter:
    from segtok import segmenter

    return lambda text: list(segmenter.split_single(text))


def with_sentence_splitter(language: str) -> Splitter:
    from sentence_splitter import SentenceSplitter

    splitter = SentenceSplitter(language=language)
    return lambda text: list(splitter.split(text))


OTHERS = {
    "sentencex": with_sentencex,
    "pysbd": with_pysbd,
    "syntok": with_syntok,
    "segtok": with_segtok,
    "sentence-splitter": with_sentence_splitter,
}


def paragraphs(folder: Path, language: str) -> Iterator[list[str]]:
    """Five sentences at a time; lines that end without a stop are left out."""
    for name in FILES[language]:
        lines = (folder / name).read_text(encoding="utf-8").split("\n")
        ended = [line.strip() for line in lines if TERMINATED.search(line.strip())]
        for start in range(0, len(ended), 5):
            yield ended[start : start + 5]


def ends(parts: list[str]) -> set[int]:
    """Where parts end, counted in characters that are not white space, but for the last."""
    total, found = 0, []
    for part in parts:
        total += len("".join(part.split()))
        found.append(total)
    return set(found[:-1])


def measure(split: Splitter, texts: list[list[str]], repeats: int) -> str:
    """One row of the table."""
    joined = [" ".join(parts) for parts in texts]
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        results = [split(text) for text in joined]
        seconds.append(time.process_time() - start)
    right = extra = missed = 0
    for parts, found in zip(texts, results, strict=True):
        expected, got = ends(parts), ends(found)
        right += len(expected & got)
        extra += len(got - expected)
        missed += len(expected - got)
    precision, recall = right / (right + extra), right / (right + missed)
    size = sum(len(text.encode()) for text in joined) / 1e6
    return (
        f"{precision:.4f}  {recall:.4f}  {2 * right / (2 * right + extra + missed):.4f}  "
        f"{size / min(seconds):8.2f} MB/s"
    )


def broken(groups: list[list[str]]) -> float:
    """The share of line breaks in these groups of lines that are taken for wrapping."""
    groups = [lines for lines in groups if len(lines) > 1]
    kept = sum(len(block_sizes(lines)) - 1 for lines in groups)
    return 1 - kept / sum(len(lines) - 1 for lines in groups)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--shared", type=Path, required=True, help="folder that holds eval/mt")
    parser.add_argument("--others", action="store_true", help="measure other splitters, too")
    options = parser.parse_args()
    folder = options.shared / "eval" / "mt"
    splitters: dict[str, Callable[[str], Splitter]] = {"normalize": own, "naive": naive}
    if options.others:
        splitters.update(OTHERS)
    print(f"{'':4}{'splitter':20}{'prec.':8}{'recall':8}{'F1':8}{'speed':>10}")
    for language in FILES:
        texts = list(paragraphs(folder, language))
        for name, make in splitters.items():
            try:
                splitter = make(language)
            except ImportError:
                print(f"{language:4}{name:20}not installed")
                continue
            repeats = 1 if name == "pysbd" else 3
            print(f"{language:4}{name:20}{measure(splitter, texts, repeats)}", flush=True)
    for language in FILES:
        texts = list(paragraphs(folder, language))
        shown = []
        for width in (60, 72, 80, 100, 120):
            groups = [textwrap.wrap(" ".join(parts), width) for parts in texts]
            shown.append(f"{width}: {broken(groups):.2%}")
        titles = [[" ".join(line.split()[:7]).rstrip(".,;") for line in parts] for parts in texts]
        print(f"{language}  joined at width {', '.join(shown)}; false: lines {broken(texts):.2%}, "
              f"titles {broken(titles):.2%}")  # fmt: skip
    lines = [line + "\n" for parts in texts for line in (" ".join(parts), "")]
    size = sum(len(line.encode()) for line in lines) / 1e6
    seconds = []
    for _ in range(5):
        start = time.process_time()
        for _block in Segmenter().blocks(lines):
            pass
        seconds.append(time.process_time() - start)
    print(f"blocks and sentences together, English paragraphs: {size / min(seconds):.1f} MB/s")


if __name__ == "__main__":
    main()
