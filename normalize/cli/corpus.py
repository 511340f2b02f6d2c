"""`normalize corpus`: look at corpora, check, filter, deduplicate, split and convert them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from normalize.cli.options import joined

if TYPE_CHECKING:
    from normalize.corpus import Sifted

app = typer.Typer(
    no_args_is_help=True,
    short_help="Count, check, filter, dedup, split, convert corpora.",
    help="""Work with parallel corpora, ours or others': TMX, Moses, TSV, JSON Lines, Parquet.

The format is told by the name: it-en.tmx, it-en.tsv, it-en.jsonl, it-en.parquet, or either side of a Moses pair, it-en.it; .gz, .bz2,
.xz and .zst may follow where a corpus is read. Languages are taken from the corpus, or from its name.""",
)
FORMATS = "tmx,moses,tsv,jsonl,parquet"
FILES = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Corpus files; for Moses, either side.")
]


@app.command("stats", short_help="Count pairs, words, duplicates, lengths and scores.")
def stats(files: FILES) -> None:
    """Count pairs, characters, words, duplicates, lengths and scores: one JSON object a corpus."""
    from normalize.corpus import stats as measure

    for file in files:
        plain = {"file": str(file), **asdict(measure(file))}
        typer.echo(json.dumps(plain, ensure_ascii=False, default=str))


@app.command("validate", short_help="Check that corpora are what their format demands.")
def validate(files: FILES) -> None:
    """Check that corpora are what their format demands; exit status 3 where one is not."""
    from normalize.corpus import Severity
    from normalize.corpus import validate as check

    sound = True
    for file in files:
        problems = check(file)
        sound = sound and all(problem.severity is not Severity.ERROR for problem in problems)
        if not problems:
            typer.echo(f"{file}: valid")
        for problem in problems:
            typer.echo(f"{file}: {problem}")
    if not sound:
        raise typer.Exit(3)


@app.command("convert", short_help="Write a corpus in other formats.")
def convert(
    file: Annotated[Path, typer.Argument(help="A corpus; for Moses, either side.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the new files.")],
    formats: Annotated[
        list[str] | None,
        typer.Option(metavar="<str>", help=f"Formats to write.  [default: {FORMATS}]"),
    ] = None,
) -> None:
    """Write a corpus in other formats, in our layout.

    What a format cannot hold is left out, never changed; columns that are not ours are named on standard error.
    """
    from normalize.config import Config
    from normalize.corpus import convert as write
    from normalize.errors import UsageError
    from normalize.version import __version__

    if out.suffix[1:] in FORMATS.split(",") and not out.is_dir():
        message = f"--out: {out} looks like a file; -o names a folder, and --formats what is written there"
        raise UsageError(message)
    asked = joined(formats)
    names = (FORMATS if asked is None else asked).split(",")
    wanted = Config(formats=tuple(part.strip() for part in names if part.strip())).formats
    out.mkdir(parents=True, exist_ok=True)
    made = write(file, out, wanted, __version__)
    for name, each in made.files.items():
        typer.echo(f"{out / name}: {each.count} pairs")
    _tell_left_out({str(out): made.left_out} if made.left_out else {})


OUT = Annotated[
    Path, typer.Option("--out", "-o", help="Corpus to write; its name tells the format.")
]
REJECTED = Annotated[
    Path | None, typer.Option(help="JSON Lines file for pairs left out, with reasons.")
]


@app.command("filter", short_help="Leave out the pairs that a run would leave out.")
def filter_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A corpus.")],
    out: OUT,
    rejected: REJECTED = None,
    config: Annotated[Path | None, typer.Option(help="TOML file: its table [filter].")] = None,
    max_length_ratio: Annotated[
        float | None, typer.Option(help="Longer side over shorter, in characters.  [default: 3.0]")
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(help="Least score, nats a token, at most 0.  [default: -2.0]")
    ] = None,
    max_chars: Annotated[
        int | None, typer.Option(help="Longest side, in characters.  [default: 2000]")
    ] = None,
    min_language_probability: Annotated[
        float | None, typer.Option(help="Least probability of the language.  [default: 0.5]")
    ] = None,
    drop_flags: Annotated[
        str | None,
        typer.Option(help="Flags of translations that keep a pair out.  [default: see README]"),
    ] = None,
    drop_duplicates: Annotated[
        bool | None,
        typer.Option(
            "--drop-duplicates/--keep-duplicates",
            help="The first of equal pairs stays.  [default: drop]",
        ),
    ] = None,
) -> None:
    """Write the pairs of a corpus that `normalize run` would have accepted; counts on standard error.

    A score or a language probability that the corpus does not tell refuses no pair. Columns that are not ours are kept where FILE and
    --out are both TSV, JSON Lines or Parquet, and named where they are not. Memory is constant, but for the digests by which duplicates
    are found.

    \b
    normalize corpus filter it-en.tsv -o clean.it-en.tmx --rejected rejected.jsonl
    """
    from normalize.config import configure
    from normalize.corpus import filter_corpus
    from normalize.version import __version__

    given = {
        "max_length_ratio": max_length_ratio, "min_score": min_score, "max_chars": max_chars,
        "min_language_probability": min_language_probability, "drop_flags": drop_flags,
        "drop_duplicates": drop_duplicates,
    }  # fmt: skip
    chosen = {name: value for name, value in given.items() if value is not None}
    limits = configure(config, {"filter": chosen})[0].filter
    _tell(filter_corpus(file, out, limits, __version__, rejected), out, rejected)


@app.command("dedup", short_help="Keep one of pairs that are the same, or nearly.")
def dedup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A corpus.")],
    out: OUT,
    rejected: REJECTED = None,
    by: Annotated[str, typer.Option(help="What is compared: pair, source or target.")] = "pair",
    near: Annotated[
        bool, typer.Option("--near", help="Compare letters and digits only, case-folded.")
    ] = False,
    keep: Annotated[
        str, typer.Option(help="best: highest score, then the first; or first.")
    ] = "best",
) -> None:
    """Write a corpus with one of each pairs that are the same, in their order; counts on standard error.

    Two pairs are the same where the languages and both texts are (--by source, --by target: one text). The corpus is read twice;
    memory is at most 100 bytes a pair.

    \b
    normalize corpus dedup it-en.tsv -o unique.it-en.tsv --near --rejected duplicates.jsonl
    """
    from normalize.config import one_of
    from normalize.corpus import By, DedupOptions, Keep, remove_duplicates
    from normalize.version import __version__

    one_of("--by", by, [str(each) for each in By])
    one_of("--keep", keep, [str(each) for each in Keep])
    options = DedupOptions(By(by), near, Keep(keep))
    _tell(remove_duplicates(file, out, options, __version__, rejected), out, rejected)


@app.command("split", short_help="Part a corpus in train, dev and test without leaks.")
def split(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A corpus.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the new files.")],
    dev: Annotated[str, typer.Option(help="Share (0.01, 1%) or number of pairs (2000).")] = "1%",
    test: Annotated[str, typer.Option(help="Share (0.01, 1%) or number of pairs (2000).")] = "1%",
    seed: Annotated[int, typer.Option(help="Another number gives another split.")] = 0,
    together: Annotated[
        str, typer.Option(help="What is not parted: document, text, or both.")
    ] = "both",
    formats: Annotated[
        list[str] | None,
        typer.Option(metavar="<str>", help=f"Formats, of {FORMATS}.  [default: that of FILE]"),
    ] = None,
) -> None:
    """Write train.it-en.*, dev.it-en.* and test.it-en.*; counts on standard error.

    Pairs of one document, and pairs with an equal source or target, lie in the same part, so that nothing of the training set is in
    the others. With shares, a pair that is added later moves no other, unless it ties groups of different parts together; with
    numbers, the border moves. The corpus is read twice; memory is about 150 bytes a pair.

    \b
    normalize corpus split it-en.tsv -o parts --dev 2000 --test 2000 --seed 7
    """
    from normalize.config import Config, one_of
    from normalize.corpus import Size, SplitOptions, Together
    from normalize.corpus import split as part
    from normalize.corpus.files import find_corpus
    from normalize.version import __version__

    one_of("--together", together, [str(each) for each in Together])
    options = SplitOptions(
        Size.parse(dev, "dev"), Size.parse(test, "test"), seed, Together(together)
    )
    asked = joined(formats)
    wanted = find_corpus(file).corpus_format if asked is None else asked
    names = Config(
        formats=tuple(each.strip() for each in wanted.split(",") if each.strip())
    ).formats
    made = part(file, out, names, options, __version__)
    lines = [
        f"{made.read:,} pairs read, in {made.groups:,} groups; the largest has {made.largest:,}"
    ]
    for each, count in made.pairs.items():
        files = ", ".join(str(path) for path in made.files[each])
        lines.append(f"{each}: {count:,} pairs: {files}")
        size = {"dev": options.dev, "test": options.test}.get(each)
        if made.read and not count and size and (size.share or size.pairs):
            lines.append(
                f"{each} is empty: no group is small enough, or its share is too small; try another --seed, a larger share, or "
                f"--together document and remove equal texts first (normalize corpus dedup)"
            )
    sys.stderr.write("".join(f"normalize: {line}\n" for line in lines))
    _tell_left_out(made.left_out)


def _tell_left_out(left_out: Mapping[str, tuple[str, ...]]) -> None:
    """Which columns are lost where, in one line for all outputs that lack the same."""
    outputs: dict[tuple[str, ...], list[str]] = {}
    for output, names in left_out.items():
        outputs.setdefault(names, []).append(output)
    for names, places in outputs.items():
        places_of_all, names_of_all = ", ".join(places), ", ".join(names)
        sys.stderr.write(f"normalize: {places_of_all}: no place for {names_of_all}: left out\n")


def _tell(made: Sifted, out: Path, rejected: Path | None) -> None:
    """What became of the pairs, for people."""
    left_out = sum(made.rejected.values())
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in made.rejected.items())
    line = f"{made.read:,} pairs read, {made.kept:,} kept in {out}, {left_out:,} left out"
    line += f" ({reasons})" if reasons else ""
    line += f": {rejected}" if rejected is not None else ""
    sys.stderr.write(f"normalize: {line}\n")
    _tell_left_out(made.left_out)
