"""Corpora filtered, deduplicated and split: the same in every format, every pair accounted for, nothing shared between parts."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from cli_support import normalize, objects
from corpus_support import HEADER, NAMES, make_pair
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize import corpus
from normalize.config import FilterConfig
from normalize.corpus import By, DedupOptions, Keep, Part, Sifted, Size, SplitOptions, Together
from normalize.corpus import dedup as deduplication
from normalize.corpus.dedup import near_key
from normalize.document import SegmentPair
from normalize.errors import ConservationError, InputError, OutputError, UsageError
from normalize.stages.filters import sift
from normalize.writers import FORMATS, pair_from_json, write_corpus

SCORED = tuple(name for name in NAMES if name != "it-en.it")


PAIRS = [
    make_pair(0, "Il treno parte alle otto.", "The train leaves at eight.", -0.4),
    make_pair(1, "Rifiuta", "Reject", -0.3),
    make_pair(2, "Il treno parte alle otto.", "The train leaves at eight.", -0.1),
    make_pair(3, "RIFIUTA!", "Reject.", -0.2),
    make_pair(4, "Una frase lunga abbastanza per contare.", "Short.", -0.5),
    make_pair(5, "Non si capisce", "Something else", -2.5),
    make_pair(6, "Testo ripetuto", "Text text text", -0.5, flags=("loop",)),
    make_pair(7, "Forse italiano", "Perhaps Italian", -0.5, language_probability=0.3),
    make_pair(8, "Rifiuta", "Refuse", -0.6),
    make_pair(9, "2026", "2026", -0.1),
]


def pairs_of(path: Path) -> list[SegmentPair]:
    return [unit.pair for unit in corpus.read(path)]


def written(path: Path, *pairs: SegmentPair) -> Path:
    (file,) = write_corpus(path, HEADER, pairs, ["jsonl"])
    return path / file


# filter


@pytest.mark.parametrize("name", SCORED)
@pytest.mark.parametrize("out", SCORED)
def test_a_filter_leaves_what_a_run_leaves(
    folder: Path, tmp_path: Path, name: str, out: str
) -> None:
    limits = FilterConfig(drop_duplicates=False)
    rejected = tmp_path / "rejected.jsonl"
    made = corpus.filter_corpus(folder / name, tmp_path / out, limits, "0.1.0", rejected)
    kept, refused = sift(PAIRS, limits)
    assert pairs_of(tmp_path / out) == kept
    entries = objects(rejected.read_bytes())
    assert [pair_from_json(entry["pair"]) for entry in entries] == [r.pair for r in refused]
    assert [(e["reason"], e["value"]) for e in entries] == [(r.reason, r.value) for r in refused]
    assert made == Sifted(
        10, 5,
        {"language-probability": 1, "length-ratio": 1, "loop": 1, "no-letters": 1, "score": 1},
    )  # fmt: skip
    assert corpus.validate(tmp_path / out) == []


def test_of_equal_pairs_the_filter_keeps_the_first(folder: Path, tmp_path: Path) -> None:
    out, rejected = tmp_path / "it-en.tsv", tmp_path / "rejected.jsonl"
    made = corpus.filter_corpus(folder / "it-en.tsv", out, FilterConfig(), "0.1.0", rejected)
    assert [pair.id for pair in pairs_of(out)] == ["id0", "id1", "id3", "id8"]
    assert made.rejected["duplicate"] == 1
    first = objects(rejected.read_bytes())[0]
    assert (first["reason"], first["pair"]["id"]) == ("duplicate", "id2")


def test_what_a_corpus_does_not_tell_refuses_nothing(folder: Path, tmp_path: Path) -> None:
    made = corpus.filter_corpus(folder / "it-en.it", tmp_path / "a.it-en", FilterConfig(), "0.1.0")
    assert made.rejected == {"duplicate": 1, "length-ratio": 1, "no-letters": 1}
    assert (tmp_path / "a.it-en.it").read_text("utf-8").count("\n") == made.kept == 7
    assert (tmp_path / "a.it-en.en").read_text("utf-8").count("\n") == 7


def test_counts_that_do_not_add_up_are_a_defect() -> None:
    with pytest.raises(ConservationError, match="3 pairs read, but 1 kept"):
        Sifted(3, 1, {"score": 1})


# dedup


@pytest.mark.parametrize("name", SCORED)
@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (DedupOptions(), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (DedupOptions(keep=Keep.FIRST), [0, 1, 3, 4, 5, 6, 7, 8, 9]),
        (DedupOptions(By.SOURCE), [1, 2, 3, 4, 5, 6, 7, 9]),
        (DedupOptions(By.TARGET), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (DedupOptions(near=True), [2, 3, 4, 5, 6, 7, 8, 9]),
        (DedupOptions(By.SOURCE, near=True), [2, 3, 4, 5, 6, 7, 9]),
        (DedupOptions(By.SOURCE, near=True, keep=Keep.FIRST), [0, 1, 4, 5, 6, 7, 9]),
    ],
)
def test_one_of_the_same_pairs_is_kept(
    folder: Path, tmp_path: Path, name: str, options: DedupOptions, kept: list[int]
) -> None:
    out, rejected = tmp_path / name, tmp_path / "rejected.jsonl"
    made = corpus.remove_duplicates(folder / name, out, options, "0.1.0", rejected)
    assert pairs_of(out) == [PAIRS[number] for number in kept]
    entries = objects(rejected.read_bytes())
    assert {entry["reason"] for entry in entries} == {options.reason}
    assert made == Sifted(10, len(kept), {options.reason: 10 - len(kept)})
    for entry in entries:
        number = int(entry["value"].split()[1]) - 1
        assert number in kept
        assert deduplication.key_of(unit_of(PAIRS[number]), options) == deduplication.key_of(
            unit_of(pair_from_json(entry["pair"])), options
        )


def unit_of(pair: SegmentPair) -> corpus.Unit:
    return corpus.Unit(1, pair, pair.score)


def test_without_scores_the_first_is_kept(folder: Path, tmp_path: Path) -> None:
    made = corpus.remove_duplicates(
        folder / "it-en", tmp_path / "it-en.tsv", DedupOptions(By.SOURCE), "0.1.0"
    )
    assert made.kept == 8
    assert pairs_of(tmp_path / "it-en.tsv")[1].target == "Reject"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Rifiuta TUTTO!", "rifiuta, tutto", True),
        ("İSTANBUL", "istanbul", True),
        ("Citta\N{COMBINING GRAVE ACCENT}", "città", True),
        ("città", "citta", False),
        ("ﬁne 5", "FINE５", True),
        ("a_b", "ab", True),
        ("कि", "की", False),
        ("***", "---", False),
        ("", "...", False),
        ("12", "1 3", False),
    ],
)
def test_what_is_nearly_the_same(one: str, other: str, same: bool) -> None:
    assert (near_key(one) == near_key(other)) is same


def test_texts_do_not_run_into_each_other(tmp_path: Path) -> None:
    path = written(
        tmp_path, make_pair(0, "a\0", "b"), make_pair(1, "a", "\0b"), make_pair(2, "a\0b", "")
    )
    made = corpus.remove_duplicates(path, tmp_path / "out.it-en.jsonl", DedupOptions(), "0.1.0")
    assert made.kept == 3
    assert pairs_of(tmp_path / "out.it-en.jsonl")[0].source == "a\0"


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(-3, 0))))
def test_dedup_keeps_the_best_of_every_kind(rows: list[tuple[str, str, int]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        pairs = [make_pair(n, s, t, float(score)) for n, (s, t, score) in enumerate(rows)]
        path, out = written(Path(name), *pairs), Path(name) / "out.it-en.jsonl"
        corpus.remove_duplicates(path, out, DedupOptions(), "0.1.0")
        kept = pairs_of(out)
    best = {
        (p.source, p.target): min(
            (q for q in pairs if (q.source, q.target) == (p.source, p.target)),
            key=lambda q: (-q.score, int(q.id[2:])),
        )
        for p in pairs
    }
    assert sorted(p.id for p in kept) == sorted(p.id for p in best.values())
    assert [int(p.id[2:]) for p in kept] == sorted(int(p.id[2:]) for p in kept)


# split


def many(count: int, seed: int = 1, documents: int = 40, texts: int = 5000) -> list[SegmentPair]:
    choose = random.Random(seed)
    return [
        make_pair(
            number,
            f"Frase {choose.randrange(texts)}",
            f"Sentence {choose.randrange(texts)}",
            document=f"{choose.randrange(documents)}.txt" if documents else "",
        )
        for number in range(count)
    ]


def parts_of(out: Path, name: str = "it-en.jsonl") -> dict[Part, list[SegmentPair]]:
    return {part: pairs_of(out / f"{part}.{name}") for part in Part}


def where(out: Path) -> dict[str, Part]:
    return {pair.id: part for part, pairs in parts_of(out).items() for pair in pairs}


SIZES = SplitOptions(Size(share=0.1), Size(share=0.2))


@pytest.mark.parametrize("together", Together)
def test_nothing_is_shared_and_nothing_is_lost(tmp_path: Path, together: Together) -> None:
    pairs = many(3000, documents=300, texts=20_000)
    options = SplitOptions(Size(share=0.1), Size(share=0.2), 0, together)
    path = written(tmp_path, *pairs)
    made = corpus.split(path, tmp_path / "out", ["jsonl"], options, "0.1.0")
    parts = parts_of(tmp_path / "out")
    assert made.pairs == {part: len(found) for part, found in parts.items()}
    order = {pair.id: number for number, pair in enumerate(pairs)}
    for found in parts.values():
        numbers = [order[pair.id] for pair in found]
        assert numbers == sorted(numbers)
    assert sorted(order[p.id] for found in parts.values() for p in found) == list(range(3000))
    ties = {
        Together.DOCUMENT: ("document",),
        Together.TEXT: ("source", "target"),
        Together.BOTH: ("document", "source", "target"),
    }[together]
    for field in ties:
        sets = [{getattr(pair, field) for pair in found} for found in parts.values()]
        assert not sets[0] & sets[1]
        assert not sets[0] & sets[2]
        assert not sets[1] & sets[2]


def components(pairs: list[SegmentPair]) -> list[set[str]]:
    """Groups found the plain way, to compare with."""
    groups: list[tuple[set[str], set[str]]] = []
    for pair in pairs:
        keys = {f"s{pair.source}", f"t{pair.target}"} | ({f"d{pair.document}"} - {"d"})
        ids = {pair.id}
        rest = []
        for group_keys, group_ids in groups:
            if group_keys & keys:
                keys, ids = keys | group_keys, ids | group_ids
            else:
                rest.append((group_keys, group_ids))
        groups = [*rest, (keys, ids)]
    return [ids for _, ids in groups]


@pytest.mark.parametrize(("documents", "texts"), [(60, 900), (0, 150), (0, 100_000), (2, 100_000)])
def test_groups_are_the_connected_ones(tmp_path: Path, documents: int, texts: int) -> None:
    pairs = many(400, documents=documents, texts=texts)
    path = written(tmp_path, *pairs)
    made = corpus.split(path, tmp_path / "out", ["jsonl"], SIZES, "0.1.0")
    expected = components(pairs)
    assert (made.groups, made.largest) == (len(expected), max(map(len, expected)))
    found = where(tmp_path / "out")
    for ids in expected:
        assert len({found[each] for each in ids}) == 1


def test_a_long_chain_is_one_group(tmp_path: Path) -> None:
    links = list(range(2000))
    random.Random(3).shuffle(links)
    pairs = [make_pair(n, f"s{n // 2}", f"t{(n + 1) // 2}", document="") for n in links]
    made = corpus.split(written(tmp_path, *pairs), tmp_path / "out", ["jsonl"], SIZES, "0.1.0")
    assert (made.groups, made.largest) == (1, 2000)


def test_the_shares_are_about_what_was_asked(tmp_path: Path) -> None:
    path = written(tmp_path, *many(4000, documents=0, texts=10**9))
    made = corpus.split(path, tmp_path / "out", ["jsonl"], SIZES, "0.1.0")
    assert 320 <= made.pairs[Part.DEV] <= 480
    assert 680 <= made.pairs[Part.TEST] <= 920


def test_an_added_pair_moves_no_other(tmp_path: Path) -> None:
    old = many(1500, documents=200, texts=10**9)
    corpus.split(written(tmp_path / "a", *old), tmp_path / "a/out", ["jsonl"], SIZES, "0.1.0")
    new = [
        make_pair(9000 + n, f"nuova {n}", f"new {n}", document=f"{n % 250}.txt") for n in range(800)
    ]
    choose = random.Random(5)
    mixed = [*old, *(pair for pair in new if int(pair.document[:-4]) < 200)]
    for pair in new:
        if int(pair.document[:-4]) >= 200:
            mixed.insert(choose.randrange(len(mixed)), pair)
    corpus.split(written(tmp_path / "b", *mixed), tmp_path / "b/out", ["jsonl"], SIZES, "0.1.0")
    before, after = where(tmp_path / "a/out"), where(tmp_path / "b/out")
    assert {key: after[key] for key in before} == before
    assert len(after) == 2300


def test_the_seed_and_nothing_else_makes_another_split(tmp_path: Path) -> None:
    path = written(tmp_path, *many(500, documents=0, texts=10**9))
    trees = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        options = SplitOptions(Size(share=0.3), Size(share=0.3), seed)
        corpus.split(path, tmp_path / name, FORMATS, options, "0.1.0")
        trees.append({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()})
    assert trees[0] == trees[1]
    assert trees[0] != trees[2]
    assert len(trees[0]) == 18


def test_sizes_in_pairs_are_never_exceeded(tmp_path: Path) -> None:
    path = written(tmp_path, *many(1000, documents=150, texts=10**9))
    options = SplitOptions(Size(pairs=50), Size(pairs=100))
    made = corpus.split(path, tmp_path / "out", ["jsonl"], options, "0.1.0")
    assert 40 <= made.pairs[Part.DEV] <= 50
    assert 90 <= made.pairs[Part.TEST] <= 100
    assert made.read == 1000


@pytest.mark.parametrize("name", NAMES)
def test_every_format_is_split_alike(folder: Path, tmp_path: Path, name: str) -> None:
    options = SplitOptions(Size(share=0.3), Size(share=0.3), 3, Together.TEXT)
    made = corpus.split(folder / name, tmp_path / "one", ["tsv"], options, "0.1.0")
    corpus.split(folder / "it-en.tsv", tmp_path / "two", FORMATS, options, "0.1.0")
    for part in Part:
        texts = [(p.source, p.target) for p in pairs_of(tmp_path / "one" / f"{part}.it-en.tsv")]
        for other in NAMES:
            again = [(p.source, p.target) for p in pairs_of(tmp_path / "two" / f"{part}.{other}")]
            assert texts == again
        assert made.files[part] == (tmp_path / "one" / f"{part}.it-en.tsv",)


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "1.0", "100%", "-5%", "nan", "1.5", "inf", "2,000"]
)
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError, match="is no size"):
        Size.parse(text, "dev")


def test_parts_larger_than_the_whole_are_refused() -> None:
    with pytest.raises(UsageError, match="110% of the corpus"):
        SplitOptions(Size(share=0.6), Size(share=0.5))


# hostile input


def test_an_empty_corpus_stays_one(tmp_path: Path) -> None:
    write_corpus(tmp_path, HEADER, [], FORMATS)
    for name in NAMES:
        out = tmp_path / "out" / name
        assert corpus.filter_corpus(tmp_path / name, out, FilterConfig(), "0.1.0").read == 0
        made = corpus.remove_duplicates(tmp_path / name, out, DedupOptions(), "0.1.0")
        assert (made.read, pairs_of(out)) == (0, [])
        parts = corpus.split(tmp_path / name, tmp_path / "parts", ["tmx"], SIZES, "0.1.0")
        assert (parts.read, parts.groups, parts.largest) == (0, 0, 0)


HOSTILE = [
    "NUL \0 here",
    "line\u2028break",
    "tab\there",
    "bell\x07",
    "\ufeffbom",
    "e\u0301",
    "\u202eabc",
]


def test_hostile_characters_pass_where_the_format_can_hold_them(tmp_path: Path) -> None:
    pairs = [make_pair(n, f"{text} uno", f"{text} one") for n, text in enumerate(HOSTILE)]
    write_corpus(tmp_path, HEADER, pairs, FORMATS)
    for name in ("it-en.jsonl", "it-en.parquet"):
        for out in ("a.it-en.jsonl", "a.it-en.parquet"):
            corpus.filter_corpus(tmp_path / name, tmp_path / out, FilterConfig(), "0.1.0")
            assert pairs_of(tmp_path / out) == pairs
    for name in NAMES:
        corpus.remove_duplicates(tmp_path / name, tmp_path / "a.it-en.tsv", DedupOptions(), "1")
        assert len(pairs_of(tmp_path / "a.it-en.tsv")) == len(HOSTILE)
        assert corpus.validate(tmp_path / "a.it-en.tsv") == []


def test_what_cannot_be_read_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "it-en.tsv").write_text("source\ttarget\nuno\tone\ndue\n", encoding="utf-8")
    out, rejected = tmp_path / "out.it-en.tsv", tmp_path / "rejected.jsonl"
    with pytest.raises(InputError, match="line 3"):
        corpus.filter_corpus(tmp_path / "it-en.tsv", out, FilterConfig(), "0.1.0", rejected)
    with pytest.raises(InputError, match="line 3"):
        corpus.remove_duplicates(tmp_path / "it-en.tsv", out, DedupOptions(), "0.1.0", rejected)
    with pytest.raises(InputError, match="line 3"):
        corpus.split(tmp_path / "it-en.tsv", tmp_path / "out", ["tsv"], SIZES, "0.1.0")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["it-en.tsv"]


def test_a_corpus_that_changes_between_the_passes_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, *PAIRS)
    whole = path.read_bytes()
    digests = deduplication._digests

    def meddling(given: Path, options: DedupOptions) -> object:
        found = digests(given, options)
        path.write_bytes(whole + whole)
        return found

    monkeypatch.setattr(deduplication, "_digests", meddling)
    out = tmp_path / "out.it-en.jsonl"
    with pytest.raises(InputError, match="changed while it was read: 10 pairs, then 20"):
        corpus.remove_duplicates(path, out, DedupOptions(), "0.1.0")
    assert not out.exists()


def test_names_of_outputs_are_checked(folder: Path, tmp_path: Path) -> None:
    for name, expected in (
        ("clean.docx", "tells no corpus format"),
        ("it-en.tsv.gz", "written uncompressed"),
    ):
        with pytest.raises(UsageError, match=expected):
            corpus.filter_corpus(folder / "it-en.tsv", tmp_path / name, FilterConfig(), "0.1.0")
    (tmp_path / "it-en.tmx").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        corpus.filter_corpus(folder / "it-en.tsv", tmp_path / "it-en.tmx", FilterConfig(), "1")
    (tmp_path / "x.tsv").write_text("source\ttarget\nuno\tone\n", encoding="utf-8")
    with pytest.raises(InputError, match="languages of the corpus are not known"):
        corpus.filter_corpus(tmp_path / "x.tsv", tmp_path / "x.tmx", FilterConfig(), "0.1.0")
    corpus.filter_corpus(tmp_path / "x.tsv", tmp_path / "y.tsv", FilterConfig(), "0.1.0")
    assert pairs_of(tmp_path / "y.tsv")[0].source == "uno"
    with pytest.raises(OutputError, match="cannot write"):
        (tmp_path / "file").write_text("", encoding="utf-8")
        corpus.filter_corpus(
            folder / "it-en.tsv", tmp_path / "file" / "it-en.tsv", FilterConfig(), "0.1.0"
        )


def test_several_language_pairs_stay_apart_where_one_file_holds_them(tmp_path: Path) -> None:
    pairs = [make_pair(0, "no", "no"), make_pair(1, "no", "no", source_lang="es")]
    path = written(tmp_path, *pairs)
    made = corpus.remove_duplicates(path, tmp_path / "all.jsonl", DedupOptions(), "0.1.0")
    assert (made.kept, pairs_of(tmp_path / "all.jsonl")) == (2, pairs)
    with pytest.raises(InputError, match="line 2: es-en among it-en"):
        corpus.remove_duplicates(path, tmp_path / "it-en.tmx", DedupOptions(), "0.1.0")


# the commands


def test_filter_as_a_command(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("[filter]\nmin_score = -9\nmax_chars = 20\n", "utf-8")
    source = str(folder / "it-en.tsv")
    command = ("corpus", "filter", source, "-o", "clean.it-en.tmx", "--config", "plan.toml")
    more = ("--max-chars", "1000", "--drop-flags", "", "--keep-duplicates", "--rejected", "r.jsonl")
    done = normalize(*command, *more, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode() == (
        "normalize: 10 pairs read, 7 kept in clean.it-en.tmx, 3 left out "
        "(language-probability 1, length-ratio 1, no-letters 1): r.jsonl\n"
    )
    assert len(pairs_of(tmp_path / "clean.it-en.tmx")) == 7
    before = (tmp_path / "clean.it-en.tmx").read_bytes()
    assert normalize(*command, *more, cwd=tmp_path).returncode == 0
    assert (tmp_path / "clean.it-en.tmx").read_bytes() == before


def test_every_filter_of_the_configuration_has_its_option() -> None:
    from dataclasses import fields

    text = normalize("corpus", "filter", "--help").stdout.decode()
    for field in fields(FilterConfig):
        assert f"--{field.name.replace('_', '-')}" in text


def test_dedup_as_a_command(folder: Path, tmp_path: Path) -> None:
    source = str(folder / "it-en.parquet")
    done = normalize(
        "corpus", "dedup", source, "-o", "a.it-en.jsonl", "--by", "source", "--near", cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode() == (
        "normalize: 10 pairs read, 7 kept in a.it-en.jsonl, 3 left out (near-duplicate-source 3)\n"
    )


def test_split_as_a_command(folder: Path, tmp_path: Path) -> None:
    source = str(folder / "it-en.it")
    done = normalize(
        "corpus", "split", source, "-o", "parts", "--test", "2", "--dev", "0", cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (0, b"")
    lines = done.stderr.decode().splitlines()
    assert lines[0].startswith("normalize: 10 pairs read, in 8 groups; the largest has 2")
    assert lines[1].startswith("normalize: train: 8 pairs: parts/train.it-en.it, parts/train.it-en")
    assert lines[2].startswith("normalize: dev: 0 pairs")
    assert lines[3].startswith("normalize: test: 2 pairs")
    assert len(lines) == 4
    empty = normalize(
        "corpus", "split", source, "-o", "p", "--test", "1", "--dev", "0.001%", cwd=tmp_path
    )
    assert b"dev is empty" in empty.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        (("filter", "absent.tsv", "-o", "out.tsv"), 1, "absent.tsv: no such file"),
        (("filter", "empty.tsv", "-o", "out.tsv"), 1, "empty.tsv, line 1: the header is missing"),
        (("filter", "bad.tsv", "-o", "out.tsv"), 1, "bad.tsv, line 1: no column holds the target"),
        (("filter", "good.tsv"), 2, "--out"),
        (("filter", "good.tsv", "-o", "out.doc"), 2, "tells no corpus format"),
        (("filter", "good.tsv", "-o", "out.tsv", "--min-score", "1"), 2, "--min-score: 1.0 is out"),
        (("filter", "good.tsv", "-o", "out.tsv", "--drop-flags", "lop"), 2, "did you mean 'loop'"),
        (("dedup", "good.tsv", "-o", "out.tsv", "--by", "sorce"), 2, "did you mean 'source'"),
        (("dedup", "good.tsv", "-o", "out.tsv", "--keep", "beast"), 2, "did you mean 'best'"),
        (("split", "good.tsv", "-o", "out"), 1, "languages of the corpus are not known"),
        (("split", "it-en.tsv", "-o", "out", "--dev", "two"), 2, "--dev: 'two' is no size"),
        (("split", "it-en.tsv", "-o", "out", "--together", "all"), 2, "--together: 'all' is not"),
        (("split", "it-en.tsv", "-o", "out", "--formats", "tmz"), 2, "did you mean 'tmx'"),
        (("split", "it-en.tsv", "-o", "it-en.tsv"), 1, "cannot write"),
        (("convert", "it-en.tsv", "-o", "out.tmx"), 2, "-o names a folder"),
    ],
)
def test_what_is_wrong_with_a_corpus_is_said(
    tmp_path: Path, arguments: tuple[str, ...], status: int, expected: str
) -> None:
    (tmp_path / "empty.tsv").write_bytes(b"")
    (tmp_path / "bad.tsv").write_text("source\tx\nuno\tone\n", encoding="utf-8")
    for name in ("good.tsv", "it-en.tsv"):
        (tmp_path / name).write_text("source\ttarget\nuno\tone\n", encoding="utf-8")
    there = {path.name for path in tmp_path.iterdir()}
    done = normalize("corpus", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (status, b""), done.stderr
    assert expected in done.stderr.decode()
    assert {path.name for path in tmp_path.iterdir()} <= {*there, "out"}
    assert not list(tmp_path.rglob("out/*"))
