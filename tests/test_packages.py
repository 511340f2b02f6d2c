"""Packages: which one is found, what its digest covers, and what goes in and out of the user's
folder.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from translation_support import (
    CHANNEL_PREFIX,
    SENTENCES,
    build_package,
    tiny_package,
    with_channel,
)

from normalize import argos
from normalize.errors import ModelError, UsageError
from normalize.packages import (
    Channel,
    Origin,
    Package,
    TokenizerKind,
    find,
    find_packages,
    import_package,
    install,
    read_package,
    remove,
    select,
    user_folder,
)
from normalize.packages.lexicon import Lexicon
from normalize.stages.translate import Translator, verify
from normalize.stages.translate.channel import ChannelModel
from normalize.stages.translate.engine import Decoding, Engine
from normalize.stages.translate.options import TranslateOptions


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without packages, and a `normalize` that ships none."""
    monkeypatch.delenv("ARGOS_PACKAGES_DIR", raising=False)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setattr(find, "shipped_folder", lambda: tmp_path / "shipped")
    return tmp_path


def copied(folder: Path, version: str = "1.0", source: str = "it") -> Path:
    """A copy of the small package under another version or language."""
    shutil.copytree(tiny_package().path, folder)
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    metadata.update(package_version=version, from_code=source)
    (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    return folder


def archive(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as opened:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            opened.write(file, f"translate-it_en/{file.relative_to(folder)}")
    return path


def test_reading_a_package(home: Path) -> None:
    package = read_package(copied(home / "any name", "1.9"))
    assert (package.pair, package.version, package.tokenizer) == (
        "it-en",
        "1.9",
        TokenizerKind.SENTENCEPIECE,
    )
    assert (package.origin, package.name) == (Origin.EXPLICIT, "Italian - English")


def test_the_user_folder_is_where_argos_looks(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user_folder() == home / "xdg_data_home" / "argos-translate" / "packages"
    settings = home / "xdg_config_home" / "argos-translate" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"ARGOS_PACKAGES_DIR": "/somewhere"}))
    assert user_folder() == Path("/somewhere")
    settings.write_text("not JSON")
    assert user_folder().name == "packages"
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", "/elsewhere")
    assert user_folder() == Path("/elsewhere")


def test_an_explicit_path_goes_before_the_user_s_folder_and_that_before_the_shipped(
    home: Path,
) -> None:
    assert find_packages() == {}
    copied(home / "shipped" / "it-en", "1")
    copied(home / "shipped" / "es-en", "1", "es")
    assert {pair: package.origin for pair, package in find_packages().items()} == {
        "es-en": Origin.SHIPPED,
        "it-en": Origin.SHIPPED,
    }
    copied(user_folder() / "old", "1.9")
    copied(user_folder() / "new", "1.10")
    found = find_packages()
    assert (found["it-en"].version, found["it-en"].origin) == ("1.10", Origin.ARGOS)
    explicit = find_packages([copied(home / "mine", "0.1")])
    assert (explicit["it-en"].version, explicit["it-en"].origin) == ("0.1", Origin.EXPLICIT)
    assert explicit["es-en"].origin is Origin.SHIPPED


def test_damaged_folders_do_not_hide_the_others(home: Path) -> None:
    copied(user_folder() / "sound")
    broken = copied(user_folder() / "broken", "9.9")
    (broken / "model" / "model.bin").unlink()
    (user_folder() / "no metadata").mkdir()
    assert find_packages()["it-en"].path.name == "sound"
    with pytest.raises(ModelError, match=r"lacks model/model\.bin"):
        find_packages([broken])


@pytest.mark.parametrize("metadata", ["", "[]", "{}", '{"from_code": "it"}'])
def test_what_is_not_a_package(home: Path, metadata: str) -> None:
    (home / "odd").mkdir()
    (home / "odd" / "metadata.json").write_text(metadata)
    with pytest.raises(ModelError):
        read_package(home / "odd")


def test_selecting_names_what_is_missing_and_what_to_try(home: Path) -> None:
    path = copied(home / "mine")
    assert list(select(["it-en"], [path])) == ["it-en"]
    with pytest.raises(ModelError) as caught:
        select(["it-en", "tr-en"], [path])
    message = str(caught.value)
    assert "no translation package for tr-en" in message
    assert "found: it-en" in message
    assert "models install tr-en" in message


def test_a_folder_of_packages_and_an_archive_are_explicit_paths(home: Path) -> None:
    copied(home / "all" / "one")
    copied(home / "all" / "two", source="es")
    assert list(find_packages([home / "all"])) == ["es-en", "it-en"]
    file = archive(home / "all" / "one", home / "it.argosmodel")
    first, second = (find_packages([file])["it-en"] for _ in range(2))
    assert first == second
    assert first.digest() == read_package(home / "all" / "one").digest()
    with pytest.raises(ModelError, match="no translation package here"):
        find_packages([home / "shipped"])


def test_the_digest_covers_what_decides_a_translation(home: Path) -> None:
    package = read_package(copied(home / "mine"))
    before = package.digest()
    names = [
        "metadata.json",
        *(f"model/{p.name}" for p in package.model_path.iterdir()),
        "sentencepiece.model",
    ]
    lines = [
        f"{hashlib.sha256((package.path / name).read_bytes()).hexdigest()}  {name}\n"
        for name in sorted(names)
    ]
    assert before == hashlib.sha256("".join(lines).encode()).hexdigest()
    (package.path / "README.md").write_text("New words.")
    assert package.digest() == before
    assert read_package(shutil.copytree(package.path, home / "copy")).digest() == before
    config = package.model_path / "config.json"
    config.write_text(config.read_text() + " ")
    assert package.digest() != before


def test_a_lexicon_decides_translations_too(home: Path) -> None:
    package = read_package(copied(home / "mine"))
    before = package.digest()
    assert Lexicon.read(package.lexicon_path) == Lexicon()
    package.lexicon_path.write_bytes(b"\xef\xbb\xbftegola\ttile\r\n\nupupa\t hoopoe \n")
    assert Lexicon.read(package.lexicon_path) == Lexicon({"tegola": "tile", "upupa": "hoopoe"})
    assert package.digest() != before
    plain_package = read_package(shutil.copytree(package.path, home / "without"))
    plain_package.lexicon_path.unlink()
    (plain,), (glossed,) = (
        Translator(one, TranslateOptions(threads=1)).translate(
            ["La tegola cade dal vecchio tetto."]
        )
        for one in (plain_package, package)
    )
    assert glossed.text != plain.text
    assert glossed.model != plain.model


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"tegola tile\n", "lexicon.tsv, line 1: not `word<TAB>English`"),
        (b"tegola\ttile\nupupa\t\n", "line 2: not"),
        (b"una tegola\ttile\n", "line 1: not"),
        (b"tegola\ttile\troof\n", "line 1: not"),
        (b"tegola\t\xff\n", "cannot be read .not UTF-8."),
        (b"Tegola\ttile\n", "line 1: 'Tegola' has a capital"),
        (b"tegola\ttile\ntegola\troof\n", "line 2: 'tegola' is there twice"),
        ("tegola\t｟0｠\n".encode(), "line 1: '｟0｠' holds a placeholder's bracket"),
        (b"tegola\tti\0le\n", "line 1: not"),
    ],
)
def test_a_damaged_lexicon_is_an_error_with_its_place(
    home: Path, content: bytes, message: str
) -> None:
    package = read_package(copied(home / "mine"))
    package.lexicon_path.write_bytes(content)
    uses = (
        lambda: Translator(package, TranslateOptions(threads=1)),
        lambda: select(["it-en"], [package.path]),
        lambda: import_package(package.path),
    )
    for use in uses:
        with pytest.raises(ModelError, match=message) as caught:
            use()
        assert "remove this file to translate without it" in str(caught.value)
    assert find_packages() == {}
    (problem,) = verify(package)
    assert re.search(message, problem)


@pytest.mark.parametrize(
    ("pair", "language", "source", "glossed"),
    [
        ("it-en", "Italian", "Il pettirosso dorme.", "Il robin dorme."),
        ("tr-en", "Turkish", "Köyde kuraklıkta su yok.", "Köyde drought'ta su yok."),
    ],
)
def test_the_shipped_lexicon_is_what_the_index_says(
    pair: str, language: str, source: str, glossed: str
) -> None:
    """Words in order with their English, no more and no fewer than its card says; Turkish with endings."""
    folder = Path(__file__).resolve().parents[1] / "models" / pair
    lexicon = Lexicon.read(folder / "lexicon.tsv")
    assert len(lexicon.english) > 10_000
    assert list(lexicon.english) == sorted(lexicon.english)
    ending = "(?:'[a-zçğıöşü]+)?" if pair == "tr-en" else ""
    assert all(re.fullmatch(f"[a-z ]+{ending}", one) for one in lexicon.english.values())
    assert lexicon.glossed(source) == glossed
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"`lexicon.tsv` has {len(lexicon.english):,} {language} words" in card


def with_metadata(folder: Path, **more: object) -> Path:
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    text = json.dumps({**metadata, **more})
    (folder / "metadata.json").write_text(text, encoding="utf-8")
    return folder


def test_a_package_is_decoded_with_the_length_penalty_it_asks_for(home: Path) -> None:
    plain = read_package(copied(home / "plain"))
    longer = read_package(with_metadata(copied(home / "longer"), length_penalty=3))
    assert (plain.length_penalty, longer.length_penalty) == (None, 3.0)
    assert plain.digest() != longer.digest()

    def decoded(package: Package, penalty: float | None, search: float | None = None) -> list[str]:
        engine = Engine(package, TranslateOptions(threads=1, length_penalty=penalty))
        searches = engine.decode(SENTENCES, Decoding(4, length_penalty=search))
        return [hypothesis.text for hypothesis in searches]

    usual, long = decoded(plain, 0.2), decoded(plain, 3)
    assert usual != long
    assert decoded(plain, None) == usual
    assert decoded(longer, None) == long
    assert decoded(longer, 0.2) == usual  # an option goes before the package
    assert decoded(longer, None, 0.2) == usual  # and a search's own before both


@pytest.mark.parametrize("value", ["1.5", True, -1, 11, [1], float("nan"), float("inf")])
def test_a_length_penalty_that_is_none(home: Path, value: object) -> None:
    folder = with_metadata(copied(home / "mine"), length_penalty=value)
    with pytest.raises(ModelError, match="length_penalty must be a number from 0 to 10"):
        read_package(folder)


def test_a_package_is_decoded_among_as_many_hypotheses_as_it_asks_for(home: Path) -> None:
    plain = read_package(copied(home / "plain"))
    asking = read_package(with_metadata(copied(home / "asking"), mbr=6))
    assert (plain.mbr, asking.mbr) == (1, 6)

    def decoded(package: Package, beam: int, mbr: int, search: int | None = None) -> list[str]:
        engine = Engine(package, TranslateOptions(beam=beam, threads=1, mbr=mbr))
        searches = engine.decode(SENTENCES, Decoding(beam, mbr=search))
        return [hypothesis.text for hypothesis in searches]

    usual, chosen = decoded(plain, 4, 1), decoded(plain, 4, 6)
    assert usual != chosen
    assert decoded(plain, 4, 0) == usual
    assert decoded(asking, 4, 0) == chosen
    assert decoded(asking, 4, 1) == usual  # an option goes before the package
    assert decoded(asking, 4, 0, 1) == usual  # and a search's own before both
    assert decoded(asking, 1, 0) == decoded(plain, 1, 1)  # greedy is greedy
    assert decoded(asking, 1, 6) == decoded(plain, 1, 6)  # unless both are asked for


@pytest.mark.parametrize("value", ["8", True, 0, -1, 33, 2.5, None])
def test_a_number_of_hypotheses_that_is_none(home: Path, value: object) -> None:
    folder = with_metadata(copied(home / "mine"), mbr=value)
    with pytest.raises(ModelError, match="mbr must be a whole number from 1 to 32"):
        read_package(folder)


def test_a_package_is_decoded_without_the_repetitions_that_it_asks_to_leave_out(
    home: Path,
) -> None:
    plain = read_package(copied(home / "plain"))
    asking = read_package(with_metadata(copied(home / "asking"), no_repeat_ngram=2))
    assert (plain.no_repeat_ngram, asking.no_repeat_ngram) == (0, 2)

    def decoded(package: Package, option: int | None, search: int | None = None) -> list[str]:
        engine = Engine(package, TranslateOptions(threads=1, no_repeat_ngram=option))
        searches = engine.decode(SENTENCES, Decoding(4, no_repeat_ngram=search))
        return [hypothesis.text for hypothesis in searches]

    usual, bound = decoded(plain, None), decoded(plain, 2)
    assert usual != bound
    assert decoded(asking, None) == bound
    assert decoded(asking, 0) == usual  # an option goes before the package
    assert decoded(asking, None, 0) == usual  # and a search's own before both
    argos = Engine(asking, TranslateOptions(threads=1)).decode(SENTENCES, Decoding.of_argos())
    assert [hypothesis.text for hypothesis in argos] == usual


@pytest.mark.parametrize("value", ["4", True, -1, 33, 2.5, None])
def test_a_longest_repeat_that_is_none(home: Path, value: object) -> None:
    folder = with_metadata(copied(home / "mine"), no_repeat_ngram=value)
    with pytest.raises(ModelError, match="no_repeat_ngram must be a whole number from 0 to 32"):
        read_package(folder)


def test_a_package_says_what_its_channel_is(home: Path) -> None:
    plain = read_package(copied(home / "plain"))
    package = with_channel(copied(home / "mine"), 0.25)
    assert plain.channel is None
    assert package.channel == Channel(0.25, CHANNEL_PREFIX)
    digest = package.digest()
    (package.channel_path / "config.json").write_text('{"other": 1}')
    assert package.digest() != digest
    imported = import_package(package.path)
    assert imported.channel == package.channel
    assert imported.digest() == package.digest()
    unnamed = read_package(with_metadata(package.path, channel=None))
    assert unnamed.channel is None
    before = unnamed.digest()
    shutil.rmtree(package.channel_path)
    assert read_package(package.path).digest() == before  # what is not named does not count


@pytest.mark.parametrize(
    "value",
    [
        0.2,
        [],
        {},
        {"weight": 0},
        {"weight": "1"},
        {"weight": True},
        {"weight": 11},
        {"weight": float("nan")},
        {"weight": 1, "source_prefix": 3},
    ],
)
def test_a_channel_that_is_none(home: Path, value: object) -> None:
    package = with_channel(copied(home / "mine"))
    folder = with_metadata(package.path, channel=value)
    with pytest.raises(ModelError, match="channel must be a weight above 0 and up to 10"):
        read_package(folder)


def test_a_channel_that_is_not_there(home: Path) -> None:
    package = with_channel(copied(home / "mine"))
    (package.channel_path / "model.bin").unlink()
    with pytest.raises(ModelError, match=r"lacks channel/model\.bin"):
        read_package(package.path)


def test_a_channel_that_does_not_load_is_a_problem(home: Path) -> None:
    package = with_channel(copied(home / "mine"))
    assert verify(package) == []
    (package.channel_path / "model.bin").write_bytes(b"no model")
    assert "the channel does not load" in verify(package)[0]
    with pytest.raises(ModelError, match="the channel does not load"):
        Translator(package, TranslateOptions(threads=1, mbr=4))
    Translator(package, TranslateOptions(threads=1, mbr=1))  # which has no use for it


def test_a_channel_that_does_not_know_its_prefix_is_a_problem(home: Path) -> None:
    package = with_channel(copied(home / "mine"))
    read = read_package(
        with_metadata(package.path, channel={"weight": 1, "source_prefix": "no piece"})
    )
    assert "the channel does not know its source_prefix 'no piece'" in verify(read)[0]
    bare = read_package(with_metadata(package.path, channel={"weight": 1}))
    assert bare.channel == Channel(1.0)
    assert verify(bare) == []


def test_a_channel_without_numbers_is_a_problem(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = with_channel(copied(home / "mine"))
    engine = Engine(package, TranslateOptions(threads=1, mbr=2))
    found = engine.decode(SENTENCES[:3], Decoding.of_argos())
    items = [{"source": s, "target": h.text} for s, h in zip(SENTENCES, found, strict=False)]
    (package.path / "canaries.json").write_text(json.dumps(items), encoding="utf-8")
    for value in (math.nan, -1.0):  # the same for every pair says nothing either
        monkeypatch.setattr(
            ChannelModel, "_start", lambda _self, batch, value=value: [Constant(value)] * len(batch)
        )
        problems = verify(package)
        assert len(problems) == 3
        assert all("the channel does not find" in problem for problem in problems)


class Constant:
    """A network's answer whose log-probabilities are all the same."""

    def __init__(self, value: float) -> None:
        self.log_probs = [value, value]

    def result(self) -> Constant:
        return self


def test_a_lexicon_that_cannot_be_opened(home: Path) -> None:
    package = read_package(copied(home / "mine"))
    package.lexicon_path.mkdir()
    with pytest.raises(ModelError, match=r"cannot be read \(Is a directory\)"):
        Translator(package, TranslateOptions(threads=1))


def test_the_digest_of_a_package_that_went_away(home: Path) -> None:
    package = read_package(copied(home / "mine"))
    shutil.rmtree(package.path)
    with pytest.raises(ModelError, match="cannot be read"):
        package.digest()


def test_importing_replaces_and_removing_removes(home: Path) -> None:
    imported = import_package(copied(home / "a", "1.0"))
    assert imported == find_packages()["it-en"]
    assert imported.path == user_folder() / "it_en"
    newer = import_package(archive(copied(home / "b", "1.1"), home / "b.argosmodel"))
    assert newer.version == find_packages()["it-en"].version == "1.1"
    assert [path.name for path in user_folder().iterdir()] == ["it_en"]
    assert remove("it-en").version == "1.1"
    assert find_packages() == {}
    with pytest.raises(ModelError, match="no package for it-en"):
        remove("it-en")


def test_shipped_packages_are_not_removed(home: Path) -> None:
    copied(home / "shipped" / "it-en")
    with pytest.raises(ModelError, match="not removed"):
        remove("it-en")
    assert find_packages()["it-en"].path.is_dir()


def test_importing_what_is_no_package_leaves_nothing_behind(home: Path) -> None:
    (home / "text.argosmodel").write_text("no archive")
    cut = archive(copied(home / "a"), home / "cut.argosmodel")
    cut.write_bytes(cut.read_bytes()[:5000])
    empty = archive(home / "shipped", home / "empty.argosmodel")
    for path in (home / "text.argosmodel", cut, empty, home / "nothing"):
        with pytest.raises(ModelError):
            import_package(path)
    assert list(user_folder().iterdir()) == []


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "..\\evil"])
def test_archives_cannot_write_outside(home: Path, name: str) -> None:
    file = archive(copied(home / "a"), home / "evil.argosmodel")
    with zipfile.ZipFile(file, "a") as opened:
        opened.writestr(name, "x")
    with pytest.raises(ModelError, match="points outside"):
        import_package(file)
    assert not [path for path in home.rglob("*evil*") if path != file]


def test_installing_goes_through_the_argos_index(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = archive(copied(home / "a"), home / "a.argosmodel").read_bytes()
    asked: list[tuple[str, str]] = []

    def download(source: str, target: str) -> bytes:
        asked.append((source, target))
        return data

    monkeypatch.setattr(argos, "download", download)
    assert install("it-en").origin is Origin.ARGOS
    assert asked == [("it", "en")]
    with pytest.raises(UsageError, match="like it-en"):
        install("italian")


def shipped(home: Path) -> Package:
    """A shipped package with its entry in the index and two canaries."""
    folder = copied(home / "shipped" / "it-en")
    found = Engine(read_package(folder), TranslateOptions(threads=1)).decode(
        SENTENCES[:2], Decoding(4)
    )
    canaries = [{"source": s, "target": h.text} for s, h in zip(SENTENCES[:2], found, strict=True)]
    (folder / "canaries.json").write_text(json.dumps(canaries), encoding="utf-8")
    files = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    lines = [
        f'"{name}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"'
        for name, path in files.items()
    ]
    index = '[packages.it-en]\nversion = "1.0"\n[packages.it-en.files]\n' + "\n".join(lines)
    (home / "shipped" / "index.toml").write_text(index)
    return find_packages()["it-en"]


def test_a_sound_shipped_package_has_no_problems(home: Path) -> None:
    assert verify(shipped(home)) == []


def test_a_changed_file_is_a_problem(home: Path) -> None:
    package = shipped(home)
    (package.path / "metadata.json").write_text("{}")
    (package.path / "sentencepiece.model").unlink()
    first, second = verify(package)
    assert "metadata.json: its SHA-256" in first
    assert "sentencepiece.model: missing" in second


def test_a_shipped_package_without_an_entry_is_a_problem(home: Path) -> None:
    package = shipped(home)
    (home / "shipped" / "index.toml").write_text("[packages]")
    assert "no readable entry for it-en" in verify(package)[0]


def test_a_dead_canary_is_a_problem(home: Path) -> None:
    package = read_package(copied(home / "mine"))
    (package.path / "canaries.json").write_text(json.dumps([{"source": "Ciao", "target": "Hello"}]))
    (problem,) = verify(package)
    assert "the canary 'Ciao' gives" in problem
    (package.path / "canaries.json").write_text("{")
    assert "canaries.json: cannot be read" in verify(package)[0]


def test_a_model_that_does_not_load_is_a_problem(home: Path) -> None:
    package = read_package(copied(home / "mine"))
    (package.model_path / "model.bin").write_bytes(b"no model")
    assert "does not load" in verify(package)[0]
    (package.path / "sentencepiece.model").write_bytes(b"no tokeniser")
    assert "tokeniser does not load" in verify(package)[0]


def test_finding_packages_imports_neither_engine_nor_argos(home: Path) -> None:
    code = (
        "import sys; from normalize.packages import find_packages; find_packages();"
        "heavy = ('argostranslate', 'ctranslate2', 'sentencepiece');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert done.stdout.strip() == "[]"
    assert not (home / "xdg_data_home").exists()


def test_a_package_made_here_can_be_built_twice(home: Path) -> None:
    one, other = (build_package(home / name) for name in ("one", "other"))
    assert (one.model_path / "model.bin").read_bytes() == (
        other.model_path / "model.bin"
    ).read_bytes()
