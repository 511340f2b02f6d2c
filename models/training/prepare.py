"""Corpora to token ids: clean, augment, learn the subword vocabulary, encode, with the source of each pair kept.

The weights of `mix.toml` are applied when training draws pairs, not here, so a new mix needs no new encoding.
"""

from __future__ import annotations

import argparse
import fnmatch
import lzma
import os
import random
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import sentencepiece

PAD, UNK, BOS, EOS = 0, 1, 2, 3
PLACEHOLDERS = tuple(f"｟{index}｠" for index in range(10))
MAX_CHARS = 600
MAX_TOKENS = 150
COPIED = re.compile(r"https?://[^\s<>\"]+|[\w.+-]+@[\w-]+\.[\w.]+|www\.[^\s<>\"]+|(?<!\w)[@#][A-Za-z_]\w{2,}")
NUMBER = re.compile(r"(?<![\w.,])\d[\d.,:]*\d(?![\w])|(?<![\w.,])\d(?!\w)")
LETTER = re.compile(r"[^\W\d_]")


def weight_of(mix: dict[str, float], source: str) -> float:
    """The weight that `mix.toml` gives a source: the first pattern that matches, else its default."""
    for pattern, weight in mix.items():
        if pattern != "default" and fnmatch.fnmatchcase(source, pattern):
            return weight
    return mix.get("default", 1.0)


def acceptable(source: str, target: str) -> bool:
    """Whether a pair is worth training on: length, length ratio, and enough letters on both sides."""
    if not source or not target or max(len(source), len(target)) > MAX_CHARS:
        return False
    short, long = sorted((len(source), len(target)))
    if short > 15 and long > 2.5 * short:
        return False
    return all(
        len(LETTER.findall(side)) >= 0.5 * max(1, len(side.replace(" ", ""))) for side in (source, target)
    )


def read_pairs(path: Path) -> Iterator[tuple[str, str, str]]:
    """Pairs (name of the source, foreign sentence, English sentence) of a corpus file."""
    opened = lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8")
    with opened as lines:
        for line in lines:
            name, source, target = line.rstrip("\n").split("\t")
            yield name, unicodedata.normalize("NFC", source), unicodedata.normalize("NFC", target)


def with_placeholders(source: str, target: str, pattern: re.Pattern[str], rng: random.Random) -> tuple[str, str] | None:
    """The pair with what both sides share (an address, a number) put behind placeholders; None if they share nothing."""
    shared = [found for found in dict.fromkeys(pattern.findall(source)) if source.count(found) == 1 == target.count(found)]
    if not shared:
        return None
    first = rng.randrange(3)
    for index, found in enumerate(shared[: 10 - first]):
        source, target = (side.replace(found, PLACEHOLDERS[first + index]) for side in (source, target))
    return source, target


def curled(text: str) -> str:
    """The text with typographic quotation marks and apostrophes."""
    text = re.sub(r"(?<=\w)'", "’", text)
    return re.sub(r'"([^"]*)"', r"“\1”", text)


def augmented(source: str, target: str, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """Variants that teach copying and tolerance: (kind, source, target)."""
    draw = rng.random()
    if draw < 0.5 and (hidden := with_placeholders(source, target, COPIED, rng)):
        yield "placeholder", *hidden
    elif draw < 0.05 and (hidden := with_placeholders(source, target, NUMBER, rng)):
        yield "placeholder", *hidden
    elif 0.05 <= draw < 0.08 and source[-1] == target[-1] == "." and len(source) > 20:
        yield "unstopped", source[:-1], target[:-1]
    elif 0.08 <= draw < 0.14 and ("'" in source or '"' in source):
        yield "curled", curled(source), target
    elif 0.14 <= draw < 0.15 and len(source) < 60:
        yield "lowered", source.lower(), target
    elif 0.15 <= draw < 0.18:
        yield "copied", target, target


def collect(corpora: Path, furniture: Path, languages: list[str], mix: dict[str, dict[str, dict[str, float]]], seed: int) -> tuple[list[tuple[str, str]], list[str]]:
    """All pairs worth encoding with the name (`it/oldi-seed`) of where each comes from, shuffled."""
    rng = random.Random(seed)
    pairs: list[tuple[str, str]] = []
    names: list[str] = []
    for language in languages:
        seen: set[int] = set()
        files = [*sorted(corpora.glob(f"{language}-en.tsv*")), *sorted(furniture.glob(f"{language}-en.tsv"))]
        for path in files:
            for name, source, target in read_pairs(path):
                most = max(weight_of(mix[phase][language], name) for phase in mix)
                if most < 0.5 and rng.random() > 3 * most:
                    continue  # never drawn within the few passes a run makes
                key = hash((source, target))
                if not acceptable(source, target) or key in seen:
                    continue
                seen.add(key)
                pairs.append((source, target))
                names.append(f"{language}/{name}")
                for _kind, new_source, new_target in augmented(source, target, rng):
                    pairs.append((new_source, new_target))
                    names.append(f"{language}/{name}")
    order = list(range(len(pairs)))
    rng.shuffle(order)
    return [pairs[i] for i in order], [names[i] for i in order]


def learn_vocabulary(pairs: list[tuple[str, str]], names: list[str], mix: dict[str, dict[str, float]], size: int, prefix: Path, seed: int) -> None:
    """A SentencePiece unigram model of all languages together, on lines drawn by the weights of the main phase."""
    rng = random.Random(seed)
    text = prefix.with_suffix(".txt")
    with text.open("w", encoding="utf-8") as out:
        for (source, target), name in zip(pairs, names, strict=True):
            language, _, origin = name.partition("/")
            if rng.random() < min(1.0, 0.35 * weight_of(mix[language], origin)):
                out.write(f"{source}\n{target}\n")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(prefix), vocab_size=size, model_type="unigram",
        character_coverage=0.9999, byte_fallback=True, split_digits=True, normalization_rule_name="identity",
        user_defined_symbols=list(PLACEHOLDERS), pad_id=PAD, unk_id=UNK, bos_id=BOS, eos_id=EOS,
        input_sentence_size=300_000, shuffle_input_sentence=True, num_threads=os.cpu_count() or 1, minloglevel=1,
    )
    text.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--languages", default="it,tr")
    parser.add_argument("--furniture", type=Path, default=Path(__file__).parent / "furniture")
    parser.add_argument("--vocabulary", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    mix = tomllib.loads((Path(__file__).parent / "mix.toml").read_text(encoding="utf-8"))
    pairs, names = collect(options.corpora, options.furniture, options.languages.split(","), mix, options.seed)
    prefix = options.work / "sentencepiece"
    print(len(pairs), "pairs", Counter(names).most_common(12), flush=True)
    if not prefix.with_suffix(".model").exists():
        learn_vocabulary(pairs, names, mix["main"], options.vocabulary, prefix, options.seed)
    processor = sentencepiece.SentencePieceProcessor(model_file=f"{prefix}.model")
    threads = os.cpu_count() or 1
    sources = [np.array(ids, np.uint16) for ids in processor.encode([s for s, _ in pairs], num_threads=threads)]
    targets = [np.array(ids, np.uint16) for ids in processor.encode([t for _, t in pairs], num_threads=threads)]
    kept = [i for i in range(len(pairs)) if 0 < len(sources[i]) <= MAX_TOKENS and 0 < len(targets[i]) <= MAX_TOKENS]
    origins = sorted(set(names))
    number = {name: index for index, name in enumerate(origins)}
    np.savez(
        options.work / "data.npz",
        source=np.concatenate([sources[i] for i in kept]),
        target=np.concatenate([targets[i] for i in kept]),
        source_ends=np.cumsum([0] + [len(sources[i]) for i in kept]),
        target_ends=np.cumsum([0] + [len(targets[i]) for i in kept]),
        origin=np.array([number[names[i]] for i in kept], np.int16),
        origins=np.array(origins),
    )
    print(len(kept), "pairs encoded,", sum(len(targets[i]) for i in kept), "target tokens")


if __name__ == "__main__":
    main()
