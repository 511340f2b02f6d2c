"""The training recipe: cleaning anywhere; everything that needs PyTorch where it is installed."""

from __future__ import annotations

import ast
import fnmatch
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from normalize.packages import Channel, read_package
from normalize.stages.translate import TranslateOptions, verify
from normalize.stages.translate.engine import Engine

ROOT = Path(__file__).resolve().parents[1]
TRAINING = ROOT / "models" / "training"
WORDS = {
    "it": {
        "cane": "dog",
        "gatto": "cat",
        "libro": "book",
        "treno": "train",
        "fiume": "river",
        "pane": "bread",
    },
    "tr": {
        "köpek": "dog",
        "kedi": "cat",
        "kitap": "book",
        "tren": "train",
        "nehir": "river",
        "ekmek": "bread",
    },
}
FRAMES = {
    "it": ("Vedo un {}.", "I see a {}."),
    "tr": ("Bir {} görüyorum.", "I see a {}."),
}


def tool(name: str) -> Any:
    """A module of the recipe; they are scripts and import one another by their plain names."""
    if str(TRAINING) not in sys.path:
        sys.path.insert(0, str(TRAINING))
    module: ModuleType = __import__(name)
    return module


def corpus(folder: Path) -> Path:
    """A tiny parallel corpus in both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    for language, words in WORDS.items():
        foreign, english = FRAMES[language]
        lines = [f"general-udhr\t{word}\t{gloss}" for word, gloss in words.items()]
        for first, first_gloss in words.items():
            lines.append(f"general-udhr\t{foreign.format(first)}\t{english.format(first_gloss)}")
            for second, gloss in words.items():
                lines.append(f"general-udhr\t{first} {second} 12\t{first_gloss} {gloss} 12")
        text = "\n".join(lines) + "\n"
        (folder / f"{language}-en.tsv").write_text(text, encoding="utf-8")
    return folder


def collected(folder: Path, evaluation: list[str], pages: list[str], seed: int = 1) -> Any:
    cleaning, prepare = tool("cleaning"), tool("prepare")
    files = {lang: prepare.corpus_files(folder, folder / "none", lang) for lang in WORDS}
    mix = {phase: {lang: {"default": 1.0} for lang in WORDS} for phase in ("main", "final")}
    exclusions = cleaning.Exclusions
    return prepare.collect(files, mix, seed, exclusions(evaluation), exclusions(pages))


@pytest.mark.parametrize(
    ("source", "target", "fault"),
    [
        ("Vedo un cane.", "I see a dog.", None),
        ("", "I see a dog.", "empty"),
        ("parola " * 100, "word " * 100, "long"),
        (
            "Una frase piuttosto lunga che continua ancora per un bel po'",
            "One short phrase.",
            "ratio",
        ),
        ("12 34 56 a", "12 34 56 a", "letters"),
        ("This one was not translated", "This one was not translated.", "copy"),
        ("New York Times", "New York Times", None),
    ],
)
def test_faults_of_a_pair(source: str, target: str, fault: str | None) -> None:
    assert tool("cleaning").fault_of(source, target) == fault


def test_no_training_text_equals_an_evaluation_text(tmp_path: Path) -> None:
    """Letters-only comparison, on either side; the sample pages on the source side only."""
    folder = corpus(tmp_path)
    free = collected(folder, [], [])
    shut = collected(folder, ["VEDO «un» cane", "train dog 12"], ["gatto", "book"])
    keys = tool("cleaning").letters_only

    def sides(found: Any, side: int) -> set[str]:
        return {keys(pair[side]) for pair in found.pairs}

    assert {"vedouncane", "gatto"} <= sides(free, 0)
    assert not {"vedouncane", "gatto"} & sides(shut, 0)
    assert "traindog12" in sides(free, 1)
    assert "traindog12" not in sides(shut, 1)
    assert "book" in sides(shut, 1)  # an English line of a page may be a target
    assert shut.faults["it/evaluation"] == 3
    assert shut.faults["tr/evaluation"] == 1


def test_files_beside_the_corpus_of_a_language_are_read_too(tmp_path: Path) -> None:
    prepare = tool("prepare")
    folder, furniture = corpus(tmp_path / "corpora"), tmp_path / "furniture"
    furniture.mkdir()
    for name in ("it-en.tsv.xz", "it-en.b.tsv", "it-en.a.tsv.xz", "it-en.json", "tr-en.a.tsv"):
        (folder / name).touch()
    (furniture / "it-en.tsv").touch()
    files = prepare.corpus_files(folder, furniture, "it")
    assert [file.name for file in files[:-1]] == ["it-en.tsv", "it-en.a.tsv.xz", "it-en.b.tsv"]
    assert files[-1] == furniture / "it-en.tsv"
    (folder / "it-en.tsv").unlink()
    assert prepare.corpus_files(folder, furniture, "it")[0].name == "it-en.tsv.xz"


def test_exclusions_read_every_line_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.it").write_text("Prima riga\n\nSeconda, riga!\n", encoding="utf-8")
    exclusions = tool("cleaning").Exclusions.read([tmp_path])
    assert len(exclusions) == 2
    assert "seconda RIGA" in exclusions
    assert "terza riga" not in exclusions
    assert "" not in exclusions


def test_the_same_seed_gives_the_same_order_in_every_process(tmp_path: Path) -> None:
    folder = corpus(tmp_path)
    code = (
        "import sys, json; sys.path[:0] = sys.argv[1:3]\n"
        "import test_training as t, pathlib\n"
        "print(json.dumps(t.collected(pathlib.Path(sys.argv[3]), [], []).pairs))"
    )
    outputs = set()
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-c", code, str(ROOT / "tests"), str(TRAINING), str(folder)]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert collected(folder, [], [], seed=2).pairs != json.loads(outputs.pop())


def test_shared_addresses_go_behind_the_same_placeholder() -> None:
    augmentation = tool("augmentation")
    source, target = (
        "Scrivi a ada@example.org o apri https://example.org/a",
        "Open https://example.org/a or write to ada@example.org",
    )
    hidden = augmentation.with_placeholders(source, target, augmentation.COPIED, random.Random(1))
    assert hidden is not None
    marks = [re.findall("｟.｠", side) for side in hidden]
    assert len(set(marks[0])) == 2
    assert sorted(marks[0]) == sorted(marks[1])
    assert "example" not in "".join(hidden)
    assert (
        augmentation.with_placeholders("niente", "nothing", augmentation.COPIED, random.Random(1))
        is None
    )


@pytest.mark.parametrize(
    ("language", "source", "target", "hidden"),
    [
        ("tr", "Dün Ada Wexler'in 3 kedisi kaçtı.", "The 3 cats of Ada Wexler ran away.", 2),
        ("it", "Ieri Gorlami è tornato a Zembla.", "Gorlami came back to Zembla.", 2),
        ("it", "Grunwitz parla.", "Grunwitz speaks.", 0),
        ("it", "Domani si va a Londra.", "Tomorrow we go to London.", 0),
    ],
)
def test_shared_names_inside_a_sentence_are_hidden_on_both_sides(
    language: str, source: str, target: str, hidden: int
) -> None:
    augmentation = tool("augmentation")
    made = augmentation.with_placeholders(source, target, augmentation.NAME, random.Random(1))
    assert (made is None) is (hidden == 0)
    if made is not None:
        marks = [re.findall("｟.｠", side) for side in made]
        assert sorted(marks[0]) == sorted(marks[1])
        assert len(marks[0]) == hidden
    variants = [
        pair
        for seed in range(60)
        for pair in augmentation.augmented(source, target, language, random.Random(seed))
    ]
    assert (made is not None) is any("｟" in source for source, _ in variants)


def test_labels_are_joined_in_order_on_both_sides() -> None:
    augmentation = tool("augmentation")
    labels = [("Condividi", "Share"), ("Stampa", "Print"), ("Tutto bene.", "All well.")]
    made = augmentation.joined(labels, 50, random.Random(1))
    assert len(made) == 50
    known = dict(labels[:2])
    for source, target in made:
        assert [known[word] for word in source.split()] == target.split()
    assert augmentation.joined(labels[2:], 50, random.Random(1)) == []


def test_sentences_are_chained_in_order_on_both_sides() -> None:
    """Whole sentences of one source, none twice; a source that is too small to vary is left out."""
    augmentation = tool("augmentation")
    prose = {
        name: [
            (f"{name}{i} uno due tre.", f"{name.upper()}{i} one two three.") for i in range(size)
        ]
        for name, size in (("large", 400), ("other", 100), ("tiny", 99))
    }
    prose["large"] += [("senza fine", "no end"), ("solo qui.", "only here")]
    made = augmentation.chained(prose, 300, random.Random(1))
    assert len(made) == 300
    sizes, sources = set(), set()
    for source, target in made:
        parts, wanted = source.split(". "), target.split(". ")
        heads = [part.split()[0] for part in parts]
        assert [head.upper() for head in heads] == [part.split()[0] for part in wanted]
        assert len(set(heads)) == len(heads)
        names = {head.rstrip("0123456789") for head in heads}
        assert len(names) == 1
        sources |= names
        sizes.add(len(parts))
    assert sources == {"large", "other"}
    assert sizes == {3, 4, 5, 6}
    assert augmentation.chained({"tiny": prose["tiny"]}, 5, random.Random(1)) == []


def test_noise_is_copied_and_is_none_that_is_measured_by() -> None:
    """Every kind of line, the same for the same seed; a network may be told to let junk stand, not the answers of a benchmark."""
    augmentation = tool("augmentation")
    made = augmentation.noise(4000, random.Random(1))
    assert made == augmentation.noise(4000, random.Random(1))
    assert all(source == target and source.strip() == source != "" for source, target in made)
    lines = {source for source, _ in made}
    assert len(lines) > 2500
    for kind in (
        r"(\W)\1{3,}",
        r"([a-z])\1{5,}",
        r"([A-Z])\1{5,}",
        r"[0-9a-f-]{12,}",
        r"(\w+)(?: \1){2,}",
        "[а-я ]{8,}",
    ):
        assert any(re.fullmatch(kind, line) for line in lines), kind
    measured = (ROOT / "benchmarks" / "quality.py").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^NOISE = \((.+?)^\)", measured, re.DOTALL | re.MULTILINE)
    sentences = set(ast.literal_eval(f"({listed})"))
    assert len(sentences) > 30
    for seed in range(5):
        assert not {line for line, _ in augmentation.noise(4000, random.Random(seed))} & sentences


def test_nothing_else_is_made_of_what_was_translated_back(tmp_path: Path) -> None:
    """Sentences of other sources are chained, these are not."""
    folder = corpus(tmp_path / "corpora")
    words = [f"{one}{two}" for one in "abcdefghijk" for two in "abcdefghijk"]
    lines = [f"back-oldi-seed\t¤ Kedi {word}.\tThat was cat {word}.\n" for word in words]
    lines += [f"tatoeba\tKöpek {word}.\tThat was dog {word}.\n" for word in words]
    (folder / "tr-en.more.tsv").write_text("".join(lines), encoding="utf-8")
    found = collected(folder, [], [])
    named = list(zip(found.names, found.pairs, strict=True))
    assert {name for name, (source, _) in named if "¤" in source} == {"tr/back-oldi-seed"}
    chained = [source for name, (source, _) in named if name == "tr/sentences-chained"]
    assert any("Köpek" in source for source in chained)
    assert not any("Kedi" in source for source in chained)


def test_augmentation_never_changes_what_a_variant_says() -> None:
    """Variants differ from their pair in marks, case and placeholders, or are English on both
    sides.
    """
    cleaning, augmentation = tool("cleaning"), tool("augmentation")
    source, target = 'L\'IŞIK è "acceso" da 3 ore.', 'The LIGHT has been "on" for 3 hours.'
    kinds = set()
    for seed in range(400):
        for new_source, new_target in augmentation.augmented(
            source, target, "tr", random.Random(seed)
        ):
            kinds.add((new_source, new_target))
            if new_source == target:
                assert new_target == target
            elif "｟" in new_source:
                assert "｟" in new_target
            else:
                assert cleaning.letters_only(new_target) == cleaning.letters_only(target)
    assert (augmentation.curled(source), target) in kinds
    assert (source[:-1], target[:-1]) in kinds
    assert len(kinds) >= 6


def test_every_source_of_the_mix_is_a_pattern_with_a_weight() -> None:
    for phase, languages in tool("prepare").read_mix().items():
        assert set(languages) == {"it", "tr"}, phase
        for weights in languages.values():
            assert "default" in weights
            assert all(weight >= 0 for weight in weights.values())


def test_what_is_translated_back_is_named_as_the_sources_are() -> None:
    """A misspelt name would leave its source out, or to a pattern further down."""
    sources = tomllib.loads((TRAINING / "sources.toml").read_text(encoding="utf-8"))["source"]
    gathered = tomllib.loads((TRAINING / "gather.toml").read_text(encoding="utf-8"))
    listed = {name.partition("/")[2] for source in sources for name in source["names"]}
    names = {one["name"] for kind in ("source", "prose") for one in gathered[kind]} | listed
    limits = tomllib.loads((TRAINING / "back.toml").read_text(encoding="utf-8"))
    assert limits["default"] == 0
    for pattern, most in limits.items():
        assert isinstance(most, int)
        assert most >= 0
        known = pattern in names or ("*" in pattern and fnmatch.filter(names, pattern))
        assert pattern == "default" or known, pattern


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("tr=0", "tr=0: the weight of a channel is a number above 0 and up to 10"),
        ("de=1", "--channel: de is not among --languages"),
        ("tr=1", "--channel: tr has no hypotheses to choose among; add --mbr tr=8"),
    ],
)
def test_channels_that_cannot_be_are_refused_at_once(
    tmp_path: Path, value: str, message: str
) -> None:
    command = [sys.executable, TRAINING / "recipe.py", tmp_path, tmp_path, "--channel", value]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert message in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("script", ["export.py", "recipe.py"])
@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--mbr", "tr=33"), "tr=33: hypotheses are a whole number from 1 to 32"),
        (("--mbr", "tr=1.5"), "tr=1.5: hypotheses are a whole number"),
        (
            ("--no-repeat-ngram", "tr=33"),
            "tr=33: what may not be repeated is a whole number from 0",
        ),
        (("--length-penalty", "tr=20"), "tr=20: a length penalty is a number from 0 to 10"),
        (("--sharpness", "tr"), "'tr': write a language and a number"),
        (("--sharpness", "=1"), "'=1': write a language and a number"),
    ],
)
def test_numbers_that_a_package_may_not_have_are_refused_at_once(
    tmp_path: Path, script: str, option: tuple[str, str], message: str
) -> None:
    if script == "export.py":
        pytest.importorskip("torch")
    command = [
        sys.executable,
        TRAINING / script,
        tmp_path,
        tmp_path,
        *([tmp_path] * (script == "export.py")),
    ]
    done = subprocess.run([*command, *option], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert message in done.stderr
    assert not list(tmp_path.iterdir())


def run(script: str, *arguments: object) -> str:
    """Run a script of the recipe; its output."""
    command = [sys.executable, str(TRAINING / script), *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


SMALL = (
    "--width", "32", "--inner", "64", "--heads", "2", "--encoder-layers", "2",
    "--decoder-layers", "1", "--tokens", "200", "--warmup", "5", "--rate", "1e-2", "--cpu",
)  # fmt: skip


def train(work: Path, *arguments: str) -> Any:
    """A call of the training script with a small network, in this process."""
    tool("torch").set_num_threads(1)
    module = tool("train")
    called = module.Run(module.parser().parse_args([str(work), *SMALL, *arguments]))
    called.go()
    return called


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder with encoded data."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("training")
    run(
        "prepare.py",
        corpus(folder / "corpora"),
        folder / "work",
        "--vocabulary",
        400,
        "--furniture",
        folder / "none",
    )
    return folder / "work"


def test_a_source_of_the_test_texts_kind_is_worth_most(prepared: Path, tmp_path: Path) -> None:
    """Beside text that the test set is made of, which is worth about 1, pairs of noise are worth nothing."""
    torch = pytest.importorskip("torch")
    value, prepare, model = tool("value"), tool("prepare"), tool("model")
    vocabulary = prepared / "sentencepiece.model"
    foreign, english = FRAMES["it"]
    alike = [(foreign.format(a), english.format(b)) for a, b in WORDS["it"].items()] * 8
    noise = [(source, target) for (source, _), (_, target) in zip(alike, alike[5:], strict=False)]
    noise = [(source.upper(), target[::-1]) for source, target in noise]
    names = ["it/alike"] * len(alike) + ["it/noise"] * len(noise)
    prepare.encode(prepare.Collection(alike + noise, names), vocabulary, tmp_path / "data.npz")
    for side, texts in enumerate(("it", "en")):
        lines = [pair[side] for pair in alike[:24]]
        (tmp_path / f"news.{texts}").write_text("\n".join(lines) + "\n", encoding="utf-8")
    corpus = tool("batches").Corpus(tmp_path / "data.npz", prepare.read_mix(), ("it",))
    test = value.read_test(tmp_path, "news", "it", vocabulary)
    assert len(test.target_lengths) == 24
    torch.manual_seed(1)
    network = model.Network(model.Shape(400, 32, 64, 2, 2, 1, 0.0))
    gradients = value.Gradients(network, torch.arange(400).numpy())
    sources = {"noise": np.arange(48, 91), "alike": np.arange(48)}
    found = value.values(gradients, corpus, sources, [test], 100_000)
    assert [row.source for row in found] == ["alike", "noise"]
    (best, error), (worst, _) = found[0].values[0], found[1].values[0]
    assert abs(best - 1) < 0.2 + 3 * error
    assert worst < best - 0.3
    assert found == value.values(gradients, corpus, sources, [test], 100_000)
    assert "alike" in value.table(found, ["news"]).splitlines()[1]


@pytest.fixture(scope="module")
def trained(prepared: Path) -> Path:
    """The checkpoint of a short run."""
    train(prepared, "--steps", "60", "--checkpoint", "trained.pt")
    return prepared / "trained.pt"


def test_a_resumed_run_is_the_uninterrupted_run(prepared: Path) -> None:
    torch = pytest.importorskip("torch")
    whole = ("--steps", "12", "--dropout", "0.1", "--final", "0.5", "--sampling", "0.4")
    train(prepared, *whole, "--checkpoint", "whole.pt")
    for _ in range(3):
        train(prepared, *whole, "--call-steps", "4", "--checkpoint", "parts.pt")
    one, other = (
        torch.load(prepared / name, weights_only=True) for name in ("whole.pt", "parts.pt")
    )
    assert one["position"] == other["position"]
    assert one["position"]["phase"] == "final"
    assert one["seen"] == other["seen"] > 0
    for kind in ("master", "average", "first", "second"):
        for name, tensor in one["optimiser"][kind].items():
            assert torch.equal(tensor, other["optimiser"][kind][name]), (kind, name)


def test_two_processes_train_one_network(prepared: Path) -> None:
    """They end with the weights of one process but for rounding, and a second run with the same
    ones. A process of its own, because forking wants one thread.
    """
    torch = pytest.importorskip("torch")

    def made(name: str, workers: int) -> Any:
        run("train.py", prepared, *SMALL, "--steps", "6", "--optimiser", "adam", "--workers",
            workers, "--checkpoint", name)  # fmt: skip
        return torch.load(prepared / name, weights_only=True)

    one, two, again = made("one.pt", 1), made("two.pt", 2), made("again.pt", 2)
    assert one["seen"] == two["seen"]
    assert one["position"] == two["position"]
    for name, tensor in two["optimiser"]["master"].items():
        assert torch.equal(tensor, again["optimiser"]["master"][name]), name
    moved = [
        (two["optimiser"]["master"][name] - tensor).abs().mean() / tensor.abs().mean()
        for name, tensor in one["optimiser"]["master"].items()
        if name.endswith("weight") and tensor.ndim == 2
    ]
    assert max(moved) < 0.02


def test_every_pass_draws_each_pair_as_often_as_its_weight(prepared: Path) -> None:
    pytest.importorskip("torch")
    np, position = tool("numpy"), tool("train").Position
    stream = tool("train").Corpus(prepared / "data.npz", tool("prepare").read_mix())
    stream.weights["main"][:] = 1.0
    stream.weights["main"][:3] = (0.0, 2.0, 0.5)
    drawn = np.bincount(stream.draw("main", 1, 0), minlength=4)
    assert drawn[0] == 0
    assert drawn[1] == 2
    assert drawn[2] in (0, 1)
    assert set(drawn[3:]) == {1}
    batches = stream.batches(position(), 1, 200)
    for _ in range(5):
        _, batch = next(batches)
        longest = 1 + max(stream.source_lengths[batch].max(), stream.target_lengths[batch].max())
        assert len(batch) == 1 or len(batch) * longest <= 200


def test_a_sampled_batch_says_the_same_in_other_subwords(prepared: Path) -> None:
    torch, batches = pytest.importorskip("torch"), tool("batches")
    vocabulary = prepared / "sentencepiece.model"
    corpus = batches.Corpus(prepared / "data.npz", tool("prepare").read_mix())
    sampler = batches.Sampler(vocabulary, 0.4)
    processor = sampler.processor
    batch, device = np.arange(40), torch.device("cpu")

    def sources(tensors: Any) -> list[list[int]]:
        eos = tool("prepare").EOS
        return [row[: row.index(eos)] for row in tensors[0].tolist()]

    plain = corpus.tensors(batch, device)
    sampled = corpus.tensors(batch, device, sampler, 7)
    for one, other in zip(plain[1:], sampled[1:], strict=True):
        assert torch.equal(one, other)
    rows, others = sources(plain), sources(sampled)
    assert [processor.decode(row) for row in others] == [processor.decode(row) for row in rows]
    assert sum(map(len, others)) > sum(map(len, rows))
    assert sources(corpus.tensors(batch, device, sampler, 7)) == others
    assert sources(corpus.tensors(batch, device, sampler, 8)) != others


def test_a_sentence_that_sampling_makes_too_long_stays_as_it_is(prepared: Path) -> None:
    pytest.importorskip("torch")
    sampler = tool("batches").Sampler(prepared / "sentencepiece.model", 0.01)
    sentence = sampler.processor.encode(" ".join(["incomprensibilmente"] * 60))
    assert sampler.drawn(sentence) == sentence


def test_a_run_on_one_language_draws_its_pairs_alone(prepared: Path) -> None:
    pytest.importorskip("torch")
    mix, both = tool("prepare").read_mix(), tool("train").Corpus
    data = np.load(prepared / "data.npz")
    is_italian = np.char.startswith(data["origins"][data["origin"]], "it/")
    alone = both(prepared / "data.npz", mix, ["it"])
    joint = both(prepared / "data.npz", mix)
    for phase in ("main", "final"):
        assert not alone.weights[phase][~is_italian].any()
        assert (alone.weights[phase][is_italian] == joint.weights[phase][is_italian]).all()
        assert joint.weights[phase][~is_italian].any()
    assert alone.answers(600).tolist() == joint.answers(600).tolist()
    with pytest.raises(ValueError, match=r"holds no pairs of de, only of it, tr"):
        both(prepared / "data.npz", mix, ["de", "it"])


def test_english_prose_of_another_language_is_translated_back(
    prepared: Path, trained: Path, tmp_path: Path
) -> None:
    """The pairs join the others under names of their own; what the package finds unlikely stays out."""
    pytest.importorskip("torch")
    export, prepare, backtranslation = tool("export"), tool("prepare"), tool("backtranslation")
    prose = [
        f"I see a {one} and a {two}." for one in WORDS["it"].values() for two in ("dog", "cat")
    ]
    corpora, vocabulary = tmp_path / "corpora", prepared / "sentencepiece.model"
    corpora.mkdir()
    lines = [f"oldi-seed\tVedo.\t{sentence}\n" for sentence in (*prose, prose[0], "Too short.")]
    lines.append("msdocs-learn\tVedo.\tThis is not among the prose.\n")
    (corpora / "it-en.tsv").write_text("".join(lines), encoding="utf-8")
    known = f"tatoeba\tBir köpek ve bir köpek görüyorum.\t{prose[0].upper()}\n"
    (corpora / "tr-en.tsv").write_text(known, encoding="utf-8")

    reverse = train(
        prepared, "--reverse", "--languages", "tr", "--steps", "60", "--checkpoint", "reverse.pt"
    )
    answers = {vocabulary_piece(vocabulary, number) for number in reverse.network.answers.tolist()}
    assert not answers & {"▁Vedo", "vedo"}
    package = tmp_path / "tr-en"
    export.export(export.read_checkpoint(trained), vocabulary, package, "tr", "0.1")

    arguments = (corpora, prepared, prepared / "reverse.pt", "--language", "tr", "--judge", package)
    run("backtranslation.py", *arguments, "--keep", "0.5")
    (made,) = corpora.glob("tr-en.*.tsv.xz")
    pairs = list(prepare.read_pairs(made))
    assert 0 < len(pairs) <= round(0.5 * (len(prose) - 1))
    assert {origin for origin, _, _ in pairs} == {"back-oldi-seed"}
    assert {english for _, _, english in pairs} < set(prose[1:])
    assert made in prepare.corpus_files(corpora, tmp_path, "tr")
    assert all(turkish.startswith("¤ ") for _, turkish, _ in pairs)
    turkish = " ".join(made for _, made, _ in pairs)
    assert not any(word in turkish for word in WORDS["it"].values())

    limits = backtranslation.read_limits()
    sentences = backtranslation.english_prose(corpora, "tr", ("it", "tr"), limits)
    assert [sentence.text for sentence in sentences] == prose[1:]  # its own pairs do not count
    for limit, most, expected in ((3, 0, 3), (3, 2, 2), (2, 3, 2), (0, 2, 0)):
        few = {"default": 0, "oldi-*": limit}
        chosen = backtranslation.english_prose(corpora, "tr", ("it", "tr"), few, most)
        assert len(chosen) == expected
        assert chosen == [one for one in sentences if one in chosen]
    before = made.read_bytes()
    run("backtranslation.py", *arguments, "--keep", "0.5")
    assert made.read_bytes() == before


def test_a_network_that_translates_back_is_told_into_which_language(prepared: Path) -> None:
    """The mark stands before the English, is no subword of a text, and decides the language."""
    pytest.importorskip("torch")
    batches, prepare, backtranslation = tool("batches"), tool("prepare"), tool("backtranslation")
    mix, vocabulary = prepare.read_mix(), prepared / "sentencepiece.model"
    forward = batches.Corpus(prepared / "data.npz", mix)
    back = batches.Corpus(prepared / "data.npz", mix, reverse=True)
    data = np.load(prepared / "data.npz")
    languages = [str(name)[:2] for name in data["origins"][data["origin"]]]
    marks = [batches.mark_of(language) for language in languages]
    assert back.source[back.source_ends[:-1]].tolist() == marks
    assert (back.source_lengths == forward.target_lengths + 1).all()
    assert not {*map(batches.mark_of, WORDS)} & {*forward.source.tolist(), *forward.target.tolist()}
    assert vocabulary_piece(vocabulary, batches.mark_of("it")) == "<0x69>"

    train(prepared, "--reverse", "--steps", "150", "--checkpoint", "both.pt")
    english = [f"I see a {word}." for word in WORDS["it"].values()]
    for language, other in (("it", "tr"), ("tr", "it")):
        network = backtranslation.NetworkBack(prepared / "both.pt", vocabulary, language, 1)
        made = network.translated(english)
        words = {*re.findall(r"\w+", " ".join(made))}
        assert words & {*WORDS[language]}, made
        assert not words & {*WORDS[other]}, made


def test_translating_back_goes_on_where_it_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that was killed in the middle of a line loses that line; another network starts anew."""
    pytest.importorskip("torch")
    backtranslation = tool("backtranslation")
    monkeypatch.setattr(backtranslation, "SLICE", 2)

    class Network:
        identity = "one"

        def __init__(self) -> None:
            self.asked: list[str] = []

        def translated(self, texts: list[str]) -> list[str]:
            if "stop" in texts:
                raise KeyboardInterrupt
            self.asked += texts
            return [f"{self.identity} {text}" for text in texts]

    kept = tmp_path / "kept.jsonl"
    first, second, other = Network(), Network(), Network()
    other.identity = "two"
    with pytest.raises(KeyboardInterrupt):
        backtranslation.resumable(first, ["a\u2028b", "c", "d", "c", "e", "stop"], kept)
    kept.write_bytes(kept.read_bytes()[:-3])
    texts = ["a\u2028b", "c", "d", "c", "e", "f"]
    assert backtranslation.resumable(second, texts, kept) == [f"one {text}" for text in texts]
    assert (first.asked, second.asked) == (["a\u2028b", "c", "d", "e"], ["e", "f"])
    assert backtranslation.resumable(second, texts, kept) == [f"one {text}" for text in texts]
    assert second.asked == ["e", "f"]
    assert backtranslation.resumable(other, texts[:2], kept) == ["two a\u2028b", "two c"]
    assert other.asked == texts[:2]


def test_a_network_back_learns_what_people_wrote(prepared: Path, tmp_path: Path) -> None:
    """Neither text that was translated back, nor sentences with English words in them."""
    pytest.importorskip("torch")
    batches, prepare = tool("batches"), tool("prepare")
    sources = ("it/back-oldi-seed", f"it/{prepare.SWITCHED}", "it/oldi-seed")
    pairs = [("Vedo un cane.", "I see a dog.")] * 30
    names = [name for name in sources for _ in range(10)]
    prepare.encode(
        prepare.Collection(pairs, names), prepared / "sentencepiece.model", tmp_path / "data.npz"
    )
    mix = {phase: {"it": {"default": 1.0}} for phase in ("main", "final")}
    data = np.load(tmp_path / "data.npz")
    of_pairs = data["origins"][data["origin"]]
    for reverse, drawn in ((False, sources), (True, sources[2:])):
        found = batches.Corpus(tmp_path / "data.npz", mix, reverse=reverse)
        for phase in mix:
            assert set(of_pairs[found.draw(phase, 1, 0)].tolist()) == set(drawn)


def test_a_network_back_becomes_the_channel_of_a_package(
    prepared: Path, trained: Path, tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    export, channel = tool("export"), tool("channel")
    vocabulary = prepared / "sentencepiece.model"
    train(prepared, "--reverse", "--steps", "150", "--checkpoint", "channel.pt")
    for language, words in WORDS.items():
        package = tmp_path / f"{language}-en"
        export.export(export.read_checkpoint(trained), vocabulary, package, language, "0.1")
        model = (package / "model" / "model.bin").read_bytes()
        for weight in (0.5, 0.25):  # the second replaces the first
            channel.add_channel(prepared / "channel.pt", package, weight, "0.2")
        read = read_package(package)
        assert (read.version, read.channel) == ("0.2", Channel(0.25, f"<0x{ord(language[0]):02x}>"))
        assert (package / "model" / "model.bin").read_bytes() == model
        assert not list(package.glob("*.new"))
        before = export.read_checkpoint(prepared / "channel.pt")
        again = export.read_checkpoint(package / "channel")
        assert (again.shape, again.spent()) == (before.shape, before.spent())
        assert again.answers.tolist() == before.answers.tolist()
        assert np.allclose(
            again.weights["encoder.0.inner.weight"],
            before.weights["encoder.0.inner.weight"],
            atol=0.02,
        )
        engine = Engine(read, TranslateOptions(threads=1, mbr=2))
        foreign, english = FRAMES[language]
        for word in words:
            pairs = [(foreign.format(word), english.format(gloss)) for gloss in words.values()]
            support = dict(zip(words, engine.support(pairs), strict=True))
            assert max(support, key=support.__getitem__) == word
        canaries = [
            {"source": foreign.format(word), "target": english.format(gloss)}
            for word, gloss in words.items()
        ]
        swapped = [
            {**one, "target": canaries[place - 1]["target"]} for place, one in enumerate(canaries)
        ]
        for pairs_of_canaries, mistaken in ((canaries, 0), (swapped, len(words))):
            (package / "canaries.json").write_text(json.dumps(pairs_of_canaries), encoding="utf-8")
            problems = verify(read)  # the small network itself is not up to them
            assert sum("the channel does not find" in one for one in problems) == mistaken
    shutil.copyfile(
        ROOT / "models" / "tr-en" / "sentencepiece.model", package / "sentencepiece.model"
    )
    command = [sys.executable, TRAINING / "channel.py", prepared / "channel.pt", package]
    for option, message in (
        ((), "trained with other subwords than those of"),
        (("--weight", "0"), "0: the weight of a channel is a number above 0 and up to 10"),
        (("--weight", "abc"), "'abc': write a number, for example 0.2"),
    ):
        done = subprocess.run([*command, *option], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr


def vocabulary_piece(vocabulary: Path, number: int) -> str:
    processor = tool("sentencepiece").SentencePieceProcessor(model_file=str(vocabulary))
    return str(processor.id_to_piece(number)) if number < processor.get_piece_size() else ""


def greedy(network: Any, source: list[int], steps: int) -> list[int]:
    """The most probable token each time, by the PyTorch network alone."""
    torch, prepare = tool("torch"), tool("prepare")
    target = [prepare.BOS]
    with torch.no_grad():
        for _ in range(steps):
            states = network(torch.tensor([[*source, prepare.EOS]]), torch.tensor([target]))[0, -1]
            scores = (network.embedding.weight @ states + network.bias)[network.answers]
            token = int(network.answers[scores.argmax()])
            if token == prepare.EOS:
                break
            target.append(token)
    return target[1:]


@pytest.mark.parametrize("language", ["it", "tr"])
def test_a_float32_package_decodes_as_pytorch_does(
    trained: Path, language: str, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    export, model = tool("export"), tool("model")
    ctranslate2, sentencepiece = tool("ctranslate2"), tool("sentencepiece")
    checkpoint = export.read_checkpoint(trained)
    package = tmp_path / f"{language}-en"
    export.export(
        checkpoint, trained.parent / "sentencepiece.model", package, language, "0.1", "float32"
    )
    assert list(checkpoint.answers[:4]) == [0, 1, 2, 3]  # CTranslate2 looks the marks up there
    assert len(checkpoint.answers) < checkpoint.shape.vocabulary
    network = model.Network(checkpoint.shape, torch.from_numpy(checkpoint.answers))
    network.load_state_dict({name: torch.from_numpy(w) for name, w in checkpoint.weights.items()})
    network.eval()
    processor = sentencepiece.SentencePieceProcessor(
        model_file=str(package / "sentencepiece.model")
    )
    translator = ctranslate2.Translator(str(package / "model"), compute_type="float32")
    sentences = [FRAMES[language][0].format(word) for word in WORDS[language]]
    for sentence in sentences:
        result = translator.translate_batch(
            [processor.encode(sentence, out_type=str)], beam_size=1, max_decoding_length=12
        )
        wanted = greedy(network, processor.encode(sentence), 12)
        assert [processor.piece_to_id(piece) for piece in result[0].hypotheses[0]] == wanted
    assert len(wanted) > 1


def test_a_package_can_be_trained_further(trained: Path, tmp_path: Path) -> None:
    """De-quantised weights are the originals within half a step of int8, and a deeper network
    computes the same.
    """
    torch = pytest.importorskip("torch")
    np = tool("numpy")
    export, layout, model = tool("export"), tool("layout"), tool("model")
    checkpoint = export.read_checkpoint(trained)
    package = tmp_path / "it-en"
    export.export(checkpoint, trained.parent / "sentencepiece.model", package, "it", "0.1")
    shape, weights = layout.read_package(package)
    assert shape == checkpoint.shape
    for name, value in checkpoint.weights.items():
        step = np.abs(value).max(axis=-1, keepdims=True) / 127 if value.ndim == 2 else 0.0
        answered = checkpoint.answers[2:] if name == "bias" else slice(None)  # no marks
        assert np.all((np.abs(weights[name] - value) <= 0.51 * step + 1e-6)[answered]), name
    deeper = model.Shape(**{**shape.as_dict(), "encoder_layers": 4, "decoder_layers": 2})
    states = []
    for size, values in ((shape, weights), (deeper, layout.grown(weights, shape, deeper))):
        network = model.Network(size)
        network.load_state_dict(
            {name: torch.from_numpy(np.array(value)) for name, value in values.items()}
        )
        states.append(network(torch.tensor([[20, 21, 3]]), torch.tensor([[2, 30, 31]])))
    assert torch.allclose(*states, atol=1e-5)
    with pytest.raises(ValueError, match="more than"):
        layout.grown(weights, shape, model.Shape(**{**shape.as_dict(), "encoder_layers": 1}))
    further = train(
        trained.parent,
        "--steps",
        "0",
        "--minutes",
        "0",
        "--start",
        str(package),
        "--checkpoint",
        "further.pt",
    )
    assert np.array_equal(
        further.optimiser.master["encoder.0.inner.weight"].numpy(),
        weights["encoder.0.inner.weight"],
    )


def test_a_run_keeps_the_answers_of_what_it_starts_from(trained: Path, tmp_path: Path) -> None:
    """The data may lack subwords that a package can output; new answers begin as its least likely."""
    np = tool("numpy")
    export, layout = tool("export"), tool("layout")
    checkpoint = export.read_checkpoint(trained)
    known = checkpoint.answers.tolist()
    lacking = sorted(set(range(checkpoint.shape.vocabulary)) - set(known))
    wider = replace(checkpoint, answers=np.array(sorted({*known, *lacking[:5]})))
    wider.weights["bias"][known] = np.linspace(-2, 1, len(known))
    wider.weights["bias"][:3] = -90  # as marks have that are never right
    package = tmp_path / "it-en"
    export.export(wider, trained.parent / "sentencepiece.model", package, "it", "0.1")
    assert layout.read_answers(package) == wider.answers.tolist()
    _, weights = layout.read_package(package)
    words = [number for number in known if number > 3]
    assert weights["bias"][words] == pytest.approx(wider.weights["bias"][words])
    assert set(weights["bias"][list(export.NEVER)]) == {export.NEVER_BIAS}
    assert set(weights["bias"][lacking[5:]]) == {weights["bias"][wider.answers[4:]].min()}
    for start in (package, trained):
        options = ("--steps", "1", "--start", str(start), "--checkpoint", f"kept.{start.name}.pt")
        answers = train(trained.parent, *options).network.get_buffer("answers").tolist()
        assert set(layout.read_answers(package) if start == package else known) <= set(answers)
        assert len(answers) % 8 == 0
    once, twice = (
        export.read_checkpoint(trained.parent / f"kept.{n}.pt") for n in ("it-en", "trained.pt")
    )
    assert once.steps == twice.steps == checkpoint.steps + 1  # what was spent before counts
    assert once.seen == twice.seen > checkpoint.seen > 0
    for start in (once, export.read_checkpoint(package)):
        assert start.weights["bias"][lacking[6:]].min() > -5
    resumed = train(trained.parent, "--steps", "2", "--checkpoint", "kept.it-en.pt")
    kept = resumed.network.get_buffer("answers").tolist()
    # Without the package, from the checkpoint alone.
    assert set(wider.answers.tolist()) <= set(kept)
    gone_on = export.read_checkpoint(trained.parent / "kept.it-en.pt")
    assert (gone_on.steps, gone_on.answers.tolist()) == (once.steps + 1, kept)
    again = export.blended(once, export.read_checkpoint(package), 1.0)
    assert np.array_equal(again.weights["bias"], weights["bias"])
    reverse = ("--reverse", "--steps", "1", "--start", str(package), "--checkpoint", "kept.back.pt")
    answers = train(trained.parent, *reverse).network.get_buffer("answers").tolist()
    assert not set(wider.answers.tolist()) <= set(answers)


def test_dropout_zeroes_its_share_in_training_alone() -> None:
    torch = pytest.importorskip("torch")
    dropout, ones = tool("model").Dropout(0.25), torch.ones(999, 101, dtype=torch.bfloat16)
    torch.manual_seed(1)
    once = dropout.train()(ones).float()
    torch.manual_seed(1)
    assert torch.equal(dropout(ones).float(), once)
    assert not torch.equal(dropout(ones).float(), once)
    zero = once == 0
    assert zero.float().mean().item() == pytest.approx(0.25, abs=0.005)
    for side in (0, 1):  # no row or column is spared
        assert zero.float().mean(side).max() < 0.5
        assert zero.any(side).all()
    assert set(once[~zero].tolist()) == {torch.tensor(256 / 192, dtype=torch.bfloat16).item()}
    assert torch.equal(dropout.eval()(ones), ones)
    assert torch.equal(tool("model").Dropout(0).train()(ones), ones)


def test_two_packages_of_one_checkpoint_hold_the_same_network(
    trained: Path, tmp_path: Path
) -> None:
    """Quantisation works in place in CTranslate2; a second export once got the first one's scaled
    weights.
    """
    export = tool("export")
    checkpoint = export.read_checkpoint(trained)
    for language in WORDS:
        export.export(
            checkpoint, trained.parent / "sentencepiece.model", tmp_path / language, language, "0.1"
        )
    models = [(tmp_path / language / "model" / "model.bin").read_bytes() for language in WORDS]
    assert models[0] == models[1]
    package = tool("package")
    archive = package.build_archive(tmp_path / "it", tmp_path)
    first = archive.read_bytes()
    assert package.build_archive(tmp_path / "it", tmp_path).read_bytes() == first


def test_blended_weights_lie_between_two_checkpoints(trained: Path) -> None:
    export = tool("export")
    one = export.read_checkpoint(trained)
    other = replace(one, weights={name: array + 1 for name, array in one.weights.items()})
    blended = export.blended(one, other, 0.25)
    for name, array in one.weights.items():
        np.testing.assert_allclose(blended.weights[name], array + 0.25, atol=1e-5)
    assert (blended.steps, blended.seen) == (one.steps, one.seen)
    in_parts = export.blended(one, other, 0.25, decoder_share=0.75)
    parts = {
        "decoder.0.inner.weight": 0.75,
        "norm_decoder.weight": 0.75,
        "encoder.0.inner.bias": 0.25,
    }
    for name, share in {**parts, "norm_encoder.bias": 0.25, "embedding.weight": 0.25}.items():
        np.testing.assert_allclose(
            in_parts.weights[name], one.weights[name] + share, atol=1e-5, err_msg=name
        )
    for shares in ((1.5,), (0.5, -0.1), (0.5, None, 2.0)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            export.blended(one, other, *shares)
    wider = replace(other, shape=replace(other.shape, width=2 * other.shape.width))
    with pytest.raises(ValueError, match="only layers can be added"):
        export.blended(one, wider, 0.5)


def test_a_deeper_network_is_blended_with_the_one_it_grew_from(trained: Path) -> None:
    """The layers that were added are blended with layers that add nothing."""
    export, layout = tool("export"), tool("layout")
    before = export.read_checkpoint(trained)
    shape = replace(before.shape, encoder_layers=before.shape.encoder_layers + 1)
    deeper = replace(before, shape=shape, weights=layout.grown(before.weights, before.shape, shape))
    moved = replace(deeper, weights={name: array + 1 for name, array in deeper.weights.items()})
    blended = export.blended(moved, before, 0.25)
    assert blended.shape == shape
    for name, array in deeper.weights.items():
        np.testing.assert_allclose(blended.weights[name], array + 0.75, atol=1e-5, err_msg=name)
    with pytest.raises(ValueError, match="more than"):
        export.blended(before, deeper, 0.5)


def test_the_lexicon_beside_the_vocabulary_goes_with_its_language(
    trained: Path, tmp_path: Path
) -> None:
    export, package = tool("export"), tool("package")
    shutil.copyfile(trained.parent / "sentencepiece.model", tmp_path / "sentencepiece.model")
    (tmp_path / "lexicon.it.tsv").write_text("tegola\ttile\n", encoding="utf-8")
    (tmp_path / "lexicon.tr.tsv").write_text("", encoding="utf-8")
    for language in ("it", "tr"):
        export.export(
            export.read_checkpoint(trained),
            tmp_path / "sentencepiece.model",
            tmp_path / f"{language}-en",
            language,
            "0.1",
        )
    assert (tmp_path / "it-en" / "lexicon.tsv").read_text("utf-8") == "tegola\ttile\n"
    assert not (tmp_path / "tr-en" / "lexicon.tsv").exists()
    archive = zipfile.ZipFile(package.build_archive(tmp_path / "it-en", tmp_path))
    assert any(name.endswith("/lexicon.tsv") for name in archive.namelist())


def test_a_sharper_package_ranks_alike_and_goes_back_to_the_same_weights(
    trained: Path, tmp_path: Path
) -> None:
    """The first subword's log-probabilities are those of the logits times the factor, and a run
    that starts from the package starts from the weights that were trained.
    """
    torch = pytest.importorskip("torch")
    export, layout, model = tool("export"), tool("layout"), tool("model")
    ctranslate2, sentencepiece = tool("ctranslate2"), tool("sentencepiece")
    checkpoint = export.read_checkpoint(trained)
    subwords = trained.parent / "sentencepiece.model"
    sharp = export.sharpened(checkpoint, 1.5)
    export.export(sharp, subwords, tmp_path / "it-en", "it", "0.1", "float32")
    metadata = json.loads((tmp_path / "it-en" / "metadata.json").read_text(encoding="utf-8"))
    assert metadata["training"]["sharpness"] == 1.5
    _, weights = layout.read_package(tmp_path / "it-en")
    for name, value in checkpoint.weights.items():
        if name != "bias":
            np.testing.assert_allclose(weights[name], value, atol=1e-5, err_msg=name)
    answers = checkpoint.answers
    scored = np.setdiff1d(answers, export.NEVER)
    np.testing.assert_allclose(
        weights["bias"][scored], checkpoint.weights["bias"][scored], atol=1e-5
    )

    network = model.Network(checkpoint.shape, torch.from_numpy(answers))
    network.load_state_dict({name: torch.from_numpy(w) for name, w in checkpoint.weights.items()})
    network.eval()
    processor = sentencepiece.SentencePieceProcessor(model_file=str(subwords))
    source = processor.encode(FRAMES["it"][0].format(next(iter(WORDS["it"]))))
    target = [answer for answer in answers.tolist() if answer > 300][:5]
    marks = tool("prepare")
    with torch.no_grad():
        states = network(torch.tensor([[*source, marks.EOS]]), torch.tensor([[marks.BOS, *target]]))
        logits = (states[0] @ network.embedding.weight.T + network.bias)[:, network.answers]
    logits[:, np.isin(answers, export.NEVER)] = -100.0 / 1.5  # the package's marks
    logp = torch.log_softmax(1.5 * logits, -1)
    wanted = [
        float(logp[row, answers.tolist().index(token)])
        for row, token in enumerate([*target, marks.EOS])
    ]
    translator = ctranslate2.Translator(str(tmp_path / "it-en" / "model"), compute_type="float32")
    pieces = [[processor.id_to_piece(token) for token in side] for side in (source, target)]
    got = translator.score_batch([pieces[0]], [pieces[1]])[0].log_probs
    np.testing.assert_allclose(got, wanted, atol=1e-3)
    for factor in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="positive"):
            export.sharpened(checkpoint, factor)


def test_the_recipe_makes_packages_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("sacrebleu")
    corpora, test_sets, work = corpus(tmp_path / "corpora"), tmp_path / "test", tmp_path / "work"
    test_sets.mkdir()
    for language, words in WORDS.items():
        foreign, english = FRAMES[language]
        first, gloss = next(iter(words.items()))
        (test_sets / f"toy.{language}").write_text(foreign.format(first) + "\n", encoding="utf-8")
        (test_sets / "toy.en").write_text(english.format(gloss) + "\n", encoding="utf-8")
    (tmp_path / "none").mkdir()
    command = (
        corpora, work, "--evaluation", test_sets, "--vocabulary", 400, "--steps", 4,
        "--furniture", tmp_path / "none", "--length-penalty", "tr=1.5", "--mbr", "tr=6",
        "--no-repeat-ngram", "tr=4", "--channel", "tr=0.25", "--channel-steps", 3,
        "--channel-train=" + " ".join(SMALL), "--", *SMALL,
    )  # fmt: skip
    first = run("recipe.py", *command)
    assert "done already" not in first
    index = tomllib.loads((work / "models" / "index.toml").read_text(encoding="utf-8"))
    assert set(index["packages"]) == {"it-en", "tr-en"}
    entry = index["packages"]["it-en"]
    assert entry["scores"][0]["set"] == "toy"
    assert entry["scores"][0]["bleu_floor"] <= entry["scores"][0]["bleu"]
    package = tool("index")
    for name, wanted in entry["files"].items():
        assert package.sha256(work / "models" / "it-en" / name) == wanted
    card = (work / "models" / "it-en" / "README.md").read_text(encoding="utf-8")
    assert "$" not in card
    assert "## Lexicon" not in card
    assert "length penalty 0.2" in card
    assert "`normalize` takes" not in card
    other = (work / "models" / "tr-en" / "README.md").read_text(encoding="utf-8")
    among = "minimum Bayes risk decoding among 6 hypotheses and a limit on repetitions (4 subwords)"
    among = among.replace(" and a limit", ", a limit")
    assert (
        f"`normalize` takes a length penalty of 1.5, {among} and a channel with a weight of 0.25."
        in other
    )
    assert ("## Channel" in other, "## Channel" in card) == (True, False)
    assert "2 encoder and 1 decoder layers" in other
    read = read_package(work / "models" / "tr-en")
    assert read.channel is not None
    assert read.channel.weight == 0.25
    assert Engine(read, TranslateOptions(threads=1)).has_channel
    assert "channel/model.bin" in index["packages"]["tr-en"]["files"]
    assert read_package(work / "models" / "it-en").channel is None
    metadata = json.loads((work / "models/tr-en/metadata.json").read_text(encoding="utf-8"))
    assert [metadata[key] for key in ("length_penalty", "mbr", "no_repeat_ngram")] == [1.5, 6, 4]
    assert "equals a test text by its letters: 0." in card
    assert len(list((work / "argosmodel").glob("*.argosmodel"))) == 2
    assert run("recipe.py", *command).count("done already") == 8
    without = [str(part) for part in command]
    without[without.index("tr=0.25") - 1 : without.index("tr=0.25") + 1] = []
    assert "train: done already\nexport: running" in run("recipe.py", *without)
    assert read_package(work / "models" / "tr-en").channel is None
    index = tomllib.loads((work / "models" / "index.toml").read_text(encoding="utf-8"))
    assert not [name for name in index["packages"]["tr-en"]["files"] if "channel" in name]
    assert "back-tr: done already" in run("recipe.py", *command)
    assert read_package(work / "models" / "tr-en").channel is not None
    (work / "models" / "tr-en" / "README.md").write_text("changed", encoding="utf-8")
    again = run("recipe.py", *command)
    assert "card: done already" in again
    assert "package: running" in again
