"""Sources of words to one word list and one sentence list a language, for `train.py`.

    python models/lid/prepare.py --corpora DIR --furniture DIR --wordfreq DIR \\
        --frequency-words DIR --lingua DIR --maltese FILE -o OUT

README.md says what each source is, where it is published and under which licence.
"""

from __future__ import annotations

import argparse
import gzip
import lzma
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgpack

from normalize.stages.identify.features import fold, words

WORDFREQ_CODES = {"fil": ("tl",), "sh": ("hr", "bs")}
FREQUENCY_WORDS_CODES = {"no": "nb", "pt_br": "pt", "zh_cn": "zh", "zh_tw": "zh"}
UNSPACED = {"zh", "ja", "ko", "th"}
GENERAL = {
    "tatoeba", "europarl-recased", "globalvoices", "oldi-seed", "mt-geneval-dev", "setimes-sample",
    "xquad", "general-covid-apps", "tr-en-edu", "general-stsb-mt", "general-storybooks",
    "inaturalist", "wordpress", "openstreetmap-website", "openstreetmap-web", "freedict-ita-eng",
    "mozilla-www-lang", "mozilla-www-l10n", "mozilla-www-ftl", "opensource-guide", "general-udhr",
    "l10n-mediawiki", "pagopa-io-app", "general-bible-web", "web-boilerplate-locales",
    "boilerplate-handwritten", "cookie-consent", "libretranslate-ui", "l10n-andors-trail",
}  # fmt: skip
GENERAL_LINES, OTHER_LINES = 40_000, 2_500
MAX_TYPES, NAME_LINES = 60_000, 200_000


def wordfreq(folder: Path) -> Iterator[tuple[str, Counter[str]]]:
    """Frequencies of the wordfreq lists: bins of words at 10 ** (-number / 100)."""
    for path in sorted(folder.glob("[ls][am][ar]*_*.msgpack.gz")):
        size, code = path.name.split(".")[0].split("_")
        if size == "small" and (folder / f"large_{code}.msgpack.gz").exists():
            continue
        bins = msgpack.unpackb(gzip.decompress(path.read_bytes()), raw=False)[1:]
        counts: Counter[str] = Counter()
        for number, entries in enumerate(bins):
            for entry in entries:
                add(counts, entry, 10 ** (-number / 100))
        for target in WORDFREQ_CODES.get(code, (code,)):
            yield target, counts


def frequency_words(folder: Path) -> Iterator[tuple[str, Counter[str]]]:
    """Counts of the subtitle word lists."""
    for path in sorted(folder.glob("*.txt")):
        code = path.name.rsplit("_", 1)[0]
        counts: Counter[str] = Counter()
        for line in path.read_text("utf-8").split("\n"):
            entry, _, count = line.partition(" ")
            if count.isdigit():
                add(counts, entry, float(count))
        yield FREQUENCY_WORDS_CODES.get(code, code), counts


def add(counts: Counter[str], text: str, weight: float) -> None:
    """Count the words of a text, in lower case."""
    for word in words(text):
        counts[fold(word)] += weight


def lingua(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Sentences, word pairs and words of 75 languages; lines in a wrong encoding left out."""
    for path in sorted((folder / "sentences").glob("*.txt")):
        lines: list[str] = []
        for part in ("sentences", "word-pairs", "single-words"):
            lines += (folder / part / path.name).read_text("utf-8").split("\n")
        if path.stem == "tr":
            lines = [line for line in lines if not set(line) & set("ýþðÝÞÐ")]
        yield path.stem, [line.strip() for line in lines if line.strip()]


def corpora(folder: Path) -> dict[str, list[str]]:
    """A balanced part of the parallel corpora: Italian, Turkish, and the English of both."""
    found: dict[str, list[str]] = {"it": [], "tr": [], "en": []}
    for code in ("it", "tr"):
        taken: Counter[str] = Counter()
        with lzma.open(folder / f"{code}-en.tsv.xz", "rt", encoding="utf-8", newline="\n") as file:
            for line in file:
                source, foreign, english = line.rstrip("\n").split("\t")
                if "heldback" in source or (source.endswith("-mt") and source not in GENERAL):
                    continue
                limit = GENERAL_LINES if source in GENERAL else OTHER_LINES
                if taken[source] < limit and foreign != english:
                    taken[source] += 1
                    found[code].append(foreign)
                    found["en"].append(english)
    return found


def furniture(folder: Path) -> dict[str, list[str]]:
    """The lines of page furniture written for the translation models."""
    found: dict[str, list[str]] = {"it": [], "tr": [], "en": []}
    for code in ("it", "tr"):
        for line in (folder / f"{code}-en.tsv").read_text("utf-8").split("\n"):
            fields = line.split("\t")
            if len(fields) >= 3 and fields[1].lower() != fields[2].lower():
                found[code].append(fields[1])
                found["en"].append(fields[2])
    return found


def names(texts: dict[str, list[str]]) -> Counter[str]:
    """Words with a capital inside sentences of two languages or more, in lower case in none."""
    upper: dict[str, Counter[str]] = {code: Counter() for code in texts}
    lower: Counter[str] = Counter()
    for code, lines in texts.items():
        for line in lines:
            for word in words(line)[1:]:
                if word[:1].isupper() and len(word) > 1:
                    upper[code][word] += 1
                elif word[:1].islower():
                    lower[fold(word)] += 1
    total: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for counts in upper.values():
        total.update(counts)
        languages.update(word for word, count in counts.items() if count >= 2)
    return Counter(
        {
            word: count
            for word, count in total.items()
            if languages[word] > 1 and lower[fold(word)] * 20 < count
        }
    )


def share(counts: Counter[str]) -> dict[str, float]:
    """Relative frequencies of the commonest words."""
    best = counts.most_common(MAX_TYPES)
    whole = sum(weight for _, weight in best) or 1.0
    return {word: weight / whole for word, weight in best}


def mean(lists: Iterable[dict[str, float]]) -> Counter[str]:
    """The average of several word lists of one language."""
    lists = list(lists)
    out: Counter[str] = Counter()
    for one in lists:
        for word, weight in one.items():
            out[word] += weight / len(lists)
    return out


def maltese(path: Path) -> list[str]:
    """The sentences of a treebank in CoNLL-U."""
    lines = path.read_text("utf-8").split("\n")
    return [line.split("=", 1)[1].strip() for line in lines if line.startswith("# text =")]


def main() -> None:
    """Read every source and write the lists."""
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("corpora", "furniture", "wordfreq", "frequency-words", "lingua", "maltese"):
        parser.add_argument(f"--{option}", type=Path, required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    lists: dict[str, list[dict[str, float]]] = defaultdict(list)
    sentences = dict(lingua(args.lingua))
    sentences["mt"] = maltese(args.maltese)
    parallel, boilerplate = corpora(args.corpora), furniture(args.furniture)
    for read in (wordfreq(args.wordfreq), frequency_words(args.frequency_words)):
        for code, counts in read:
            lists[code].append(share(counts))
    for code, lines in parallel.items():
        counts = Counter()
        for line in lines:
            add(counts, line, 1.0)
        lists[code].append(share(counts))
    for code, lines in sentences.items():
        if code not in UNSPACED:
            counts = Counter()
            for line in lines:
                add(counts, line, 1.0)
            lists[code].append(share(counts))
    order = random.Random(0)
    for code, lines in sorted(sentences.items()):
        lines += parallel.get(code, [])
        order.shuffle(lines)
    known = names({code: sentences[code][:NAME_LINES] for code in parallel})
    args.out.mkdir(parents=True, exist_ok=True)
    for code, parts in sorted(lists.items()):
        if code in UNSPACED:
            continue
        rows = (f"{word}\t{weight:.3e}" for word, weight in mean(parts).most_common())
        (args.out / f"{code}.words.tsv").write_text("\n".join(rows) + "\n", "utf-8", newline="\n")
    for code, lines in sorted(sentences.items()):
        (args.out / f"{code}.sentences.txt").write_text("\n".join(lines) + "\n", "utf-8")
        if code in boilerplate:
            text = "\n".join(boilerplate[code]) + "\n"
            (args.out / f"{code}.furniture.txt").write_text(text, "utf-8")
    rows = (f"{word}\t{count}" for word, count in known.most_common())
    (args.out / "names.tsv").write_text("\n".join(rows) + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
