"""The collection of parallel text from packages and repositories: everything from a mirror on disk."""

from __future__ import annotations

import bz2
import fnmatch
import gzip
import hashlib
import io
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

polib = pytest.importorskip("polib")
ROOT = Path(__file__).resolve().parents[1]
TRAINING = ROOT / "models" / "training"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
TABLE = f"""
suite = "stable"
[[source]]
name = "tales"
languages = ["it", "tr"]
kind = "catalogues"
packages = ["tales-data"]
files = ["*/{{language}}/LC_MESSAGES/*.mo"]
leave_out = ["*/menu.mo"]
licence = "GPL-2.0-or-later"
stated = "debian/copyright"
[[source]]
name = "fish"
languages = ["it"]
kind = "lua-dialogs"
packages = ["fish-data"]
files = ["*/dialogs_{{language}}.lua"]
licence = "MIT"
stated = "debian/copyright"
[[source]]
name = "descriptions"
languages = ["it"]
kind = "descriptions"
suites = ["stable"]
licence = "none stated"
stated = "nowhere"
[[source]]
name = "grammar"
languages = ["tr"]
kind = "treebank"
repository = "owner/grammar"
commit = "{COMMIT}"
files = ["*.conllu"]
licence = "CC-BY-SA-4.0"
stated = "LICENSE.txt"
"""
BOOK = f"""
suite = "stable"
[[source]]
name = "pg-walk"
languages = ["it"]
kind = "books"
licence = "public domain"
stated = "its header"
[source.foreign]
texts = ["owner/passeggiata@{COMMIT}:1-8.txt"]
chapter = "CAPITOLO "
[source.english]
texts = ["owner/walk@{COMMIT}:2.txt"]
chapter = "CHAPTER "
end = "THE END"
"""
DICTIONARIES = f"""
[[dictionary]]
name = "birds"
package = "birds-base"
files = {{ "data.noun" = "usr/share/birds/data.noun" }}
licence = "MIT"
stated = "debian/copyright"
[[dictionary]]
name = "fishes"
repository = "owner/fishes"
commit = "{COMMIT}"
files = {{ "ita.tab" = "wns/fish data.tab" }}
licence = "CC-BY-3.0"
stated = "LICENSE"
[[dictionary]]
name = "words"
npm = "some-words"
version = "1.2.3"
sha256 = "{{digest}}"
files = {{ "words.json" = "dist/words.json" }}
licence = "CC-BY-SA-2.0"
stated = "README"
[[dictionary]]
name = "verbs"
sdist = "ab/cd/verbs-2.0.tar.gz"
version = "2.0"
sha256 = "{{sdist}}"
files = {{ "verbs.xml" = "verbs/data.xml" }}
licence = "GPL-3.0"
stated = "LICENSE"
"""
ITALIAN = {
    "The old fox sleeps under the bridge.": "La vecchia volpe dorme sotto il ponte.",
    "Wake up! The river is rising. We must leave.": "Svegliati! Il fiume sale. Dobbiamo partire.",
    "Press <b>this button</b> to go on": "Premi <b>questo pulsante</b> per continuare",
    "The road to {town} is closed today.": "La strada per {town} oggi è chiusa.",
    "You have %d new letters to read.": "Hai %d nuove lettere da leggere.",
    "Open the &File menu of the window": "Apri il menù &File della finestra",
    "Read more at https://example.org today": "Leggi altro su https://example.org oggi",
    "Two words": "Due parole",
}
TURKISH = {"The old fox sleeps under the bridge.": "Yaşlı tilki köprünün altında uyuyor."}
LUA = (
    'dialogId("m-1", "font_big", "The crab is hiding in its shell.")\n'
    'dialogStr("Il granchio si nasconde nel \\"guscio\\".")\n'
)
CONLLU = (
    "# sent_id = 1\n# text = Kapıyı yavaşça açtı.\n# en = S/he opened the door slowly.\n1\tx\n\n"
    "# sent_id = 2\n# text = Belki gelir.\n# en = (Perhaps) she will come.\n1\tx\n\n"
    "# sent_id = 3\n# text = Kedi ve/veya köpek uyandı.\n# text_en = The cat and/or the dog woke up.\n1\tx\n\n"
)
ENGLISH_INDEX = """Package: owl
Description-md5: aaa
Description-en: telescope control for owls
 This program moves a telescope. It follows the moon.
 .
 It can:
  - find planets in the sky;
  - draw a map of the stars.

Package: owl-doc
Description-md5: bbb
Description-en: manual of the owl
 A list follows here below:
  - one single point of the list.

""" + "".join(
    f"Package: p{n}\nDescription-md5: c{n}\nDescription-en: shared library for P{n}\n\n"
    for n in range(5)
)
ITALIAN_INDEX = """Package: owl
Description-md5: aaa
Description-it: controllo di telescopi per gufi
 Questo programma muove un telescopio. Segue la luna.
 .
 Esso può:
  - trovare pianeti nel cielo;
  - disegnare una mappa
    delle stelle.

Package: owl-doc
Description-md5: bbb
Description-it: manuale del gufo
 Segue qui sotto un elenco con due punti:
  - il primo punto dell'elenco;
  - il secondo punto dell'elenco.

Package: lost
Description-md5: zzz
Description-it: descrizione senza originale

""" + "".join(
    f"Package: p{n}\nDescription-md5: c{n}\nDescription-it: libreria condivisa per {name}\n\n"
    for n, name in enumerate(("Uno", "Due", "Tre", "Quattro", "Cinque"))
)


def tool(name: str) -> Any:
    """A module of the recipe; they are scripts and import one another by their plain names."""
    if str(TRAINING) not in sys.path:
        sys.path.insert(0, str(TRAINING))
    module: ModuleType = __import__(name)
    return module


def catalogue(texts: dict[str, str]) -> bytes:
    made = polib.MOFile()
    made.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    for text, translation in texts.items():
        made.append(polib.MOEntry(msgid=text, msgstr=translation))
    data: bytes = made.to_binary()
    return data


def tarball(files: dict[str, bytes], comment: str = "") -> bytes:
    out = io.BytesIO()
    headers = {"comment": comment} if comment else {}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def deb(files: dict[str, bytes], ending: str = ".xz") -> bytes:
    zstandard = pytest.importorskip("zstandard")
    compressions: dict[str, Callable[[bytes], bytes]] = {
        ".xz": lzma.compress,
        ".gz": gzip.compress,
        ".zst": lambda data: zstandard.ZstdCompressor().compress(data),
        "": bytes,
    }
    parts = {
        "debian-binary": b"2.0\n",
        "control.tar.xz": b"odd",  # an odd length: padded with one byte
        f"data.tar{ending}": compressions[ending](
            tarball({f"./{name}": data for name, data in files.items()})
        ),
    }
    packed = b"!<arch>\n"
    for name, data in parts.items():
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n"
        packed += header.encode() + data + b"\n" * (len(data) % 2)
    return packed


def tales(italian: dict[str, str]) -> bytes:
    folder = "usr/share/locale"
    return deb(
        {
            f"{folder}/it/LC_MESSAGES/tales.mo": catalogue(italian),
            f"{folder}/it/LC_MESSAGES/menu.mo": catalogue({"Menu of the day": "Menù del giorno"}),
            f"{folder}/tr/LC_MESSAGES/tales.mo": catalogue(TURKISH),
        }
    )


def index(mirror: Path) -> None:
    """Write Packages and Release over what lies in the pool."""
    suite = mirror / "dists" / "stable"
    stanzas = [
        f"Package: {path.stem}\nVersion: 1.0-1\nFilename: pool/{path.name}\n"
        f"SHA256: {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in sorted((mirror / "pool").iterdir())
    ]
    packages = suite / "main" / "binary-amd64" / "Packages.xz"
    packages.parent.mkdir(parents=True, exist_ok=True)
    packages.write_bytes(lzma.compress("\n".join(stanzas).encode()))
    lines = [
        f" {hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_size} "
        f"{path.relative_to(suite).as_posix()}"
        for path in sorted((suite / "main").rglob("*.*"))
    ]
    text = "Suite: stable\nMD5Sum:\n 00 1 main/x\nSHA256:\n" + "\n".join(lines) + "\n"
    (suite / "Release").write_text(text, encoding="utf-8")


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A folder with a mirror, a host of git snapshots and a table."""
    mirror, archives = tmp_path / "mirror", tmp_path / "archives"
    translations = mirror / "dists" / "stable" / "main" / "i18n"
    translations.mkdir(parents=True)
    (translations / "Translation-en.xz").write_bytes(lzma.compress(ENGLISH_INDEX.encode()))
    (translations / "Translation-it.bz2").write_bytes(bz2.compress(ITALIAN_INDEX.encode()))
    (mirror / "pool").mkdir()
    (mirror / "pool" / "tales-data.deb").write_bytes(tales(ITALIAN))
    script = {"usr/share/fish/dialogs_it.lua": LUA.encode(), "usr/bin/other": b"x"}
    (mirror / "pool" / "fish-data.deb").write_bytes(deb(script, ".zst"))
    index(mirror)
    (archives / "owner" / "grammar" / "tar.gz").mkdir(parents=True)
    packed = tarball({f"grammar-{COMMIT}/tr.conllu": CONLLU.encode()}, COMMIT)
    (archives / "owner" / "grammar" / "tar.gz" / COMMIT).write_bytes(gzip.compress(packed))
    (tmp_path / "table.toml").write_text(TABLE, encoding="utf-8")
    return tmp_path


def snapshot(world: Path, repository: str, files: dict[str, bytes]) -> None:
    """Put a snapshot of a repository on the host."""
    folder = world / "archives" / repository / "tar.gz"
    folder.mkdir(parents=True, exist_ok=True)
    top = repository.rpartition("/")[2]
    packed = tarball({f"{top}-{COMMIT}/{name}": data for name, data in files.items()}, COMMIT)
    (folder / COMMIT).write_bytes(gzip.compress(packed))


PLACES = ("ponte", "bridge"), ("mulino", "mill"), ("bosco", "forest"), ("mercato", "market")
PEOPLE = ("vedova", "widow"), ("sindaco", "mayor"), ("fornaio", "baker"), ("pescatore", "fisherman")
WHEN = ("domani", "tomorrow"), ("sempre", "always"), ("presto", "early"), ("stasera", "tonight")


def walk() -> tuple[list[str], list[str]]:
    """Sixty-four Italian sentences and their English."""
    chosen = [(p, q, w) for p in PEOPLE for q in PLACES for w in WHEN]
    italian = [f"Signora, {p[0]} aspetta vicino a {q[0]} anche {w[0]}." for p, q, w in chosen]
    english = [f"Madam, {p[1]} is waiting near {q[1]} even {w[1]}." for p, q, w in chosen]
    return italian, english


@pytest.fixture
def library(world: Path) -> Path:
    """The world with a table of a book in two chapters, a corpus and three dictionaries."""
    italian, english = walk()
    text = [f"CAPITOLO I\n\n{' '.join(italian[:32])}", f"CAPITOLO II\n\n{' '.join(italian[32:])}"]
    other = [f"CHAPTER I\n\n{' '.join(english[:32])}", f"CHAPTER II\n\n{' '.join(english[32:])}"]
    snapshot(world, "owner/passeggiata", {"1-8.txt": "\n\n".join(text).encode("cp1252")})
    snapshot(world, "owner/walk", {"2.txt": "\n\n".join([*other, "THE END", "x" * 900]).encode()})
    snapshot(world, "owner/fishes", {"wns/fish data.tab": b"tab", "LICENSE": b"free"})
    (world / "packages" / "some-words" / "-").mkdir(parents=True)
    packed = gzip.compress(tarball({"package/dist/words.json": b"{}"}), mtime=0)
    (world / "packages" / "some-words" / "-" / "some-words-1.2.3.tgz").write_bytes(packed)
    (world / "mirror" / "pool" / "birds-base.deb").write_bytes(
        deb({"usr/share/birds/data.noun": b"owl", "usr/share/birds/other": b"x"})
    )
    index(world / "mirror")
    digest = hashlib.sha256(packed).hexdigest()
    (world / "sdists" / "ab" / "cd").mkdir(parents=True)
    packed = gzip.compress(tarball({"verbs-2.0/verbs/data.xml": b"<verbs/>"}), mtime=0)
    (world / "sdists" / "ab" / "cd" / "verbs-2.0.tar.gz").write_bytes(packed)
    sdist = hashlib.sha256(packed).hexdigest()
    table = BOOK + DICTIONARIES.replace("{digest}", digest).replace("{sdist}", sdist)
    (world / "table.toml").write_text(table, encoding="utf-8")
    (world / "corpora").mkdir()
    lines = [
        f"{p[0]} {q[0]} {w[0]} {n}\t{p[1]} {q[1]} {w[1]} {n}"
        for n in range(2)
        for p in PEOPLE
        for q in PLACES
        for w in WHEN
    ]
    often = [f"{a}{b}{c}" for a in "bcdfg" for b in "aeiou" for c in "lmnr"]
    for start in range(0, len(often), 25):
        words = " ".join(often[start : start + 25])
        lines += [
            f"{words}\t{words}"
        ] * 90  # so that the words of the story are not the frequent ones
    rows = [f"tales\t{line}\n" for line in lines]
    (world / "corpora" / "it-en.tsv").write_text("".join(rows), encoding="utf-8")
    return world


def gather(world: Path, *options: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """Run the script against the world; never against a network."""
    places = {
        f"--{name}": (world / name).as_uri()
        for name in ("mirror", "archives", "packages", "sdists")
    }
    command = [sys.executable, str(TRAINING / "gather.py"), str(world / "corpora")]
    for name, value in {**places, "--table": str(world / "table.toml")}.items():
        command += [name, value]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [*command, *options], env=environment, capture_output=True, text=True, check=False
    )


def rows(world: Path, language: str) -> list[tuple[str, ...]]:
    text = lzma.decompress((world / "corpora" / f"{language}-en.gathered.tsv.xz").read_bytes())
    return [tuple(line.split("\t")) for line in text.decode().split("\n")[:-1]]


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stderr
    return done.stderr.rstrip("\n").split("\n")[-1]


def test_pairs_come_in_order_and_nothing_else_does(world: Path) -> None:
    """Sources by name; no placeholder, tag, address, accelerator, short text or skipped catalogue;
    descriptions of unequal structure left out, three of one shape kept.
    """
    done = gather(world)
    assert done.returncode == 0, done.stderr
    assert rows(world, "it") == [
        ("descriptions", "controllo di telescopi per gufi", "telescope control for owls"),
        (
            "descriptions",
            "Questo programma muove un telescopio.",
            "This program moves a telescope.",
        ),
        ("descriptions", "Segue la luna.", "It follows the moon."),
        ("descriptions", "Esso può:", "It can:"),
        ("descriptions", "trovare pianeti nel cielo;", "find planets in the sky;"),
        ("descriptions", "disegnare una mappa delle stelle.", "draw a map of the stars."),
        ("descriptions", "libreria condivisa per Uno", "shared library for P0"),
        ("descriptions", "libreria condivisa per Due", "shared library for P1"),
        ("descriptions", "libreria condivisa per Tre", "shared library for P2"),
        ("fish", 'Il granchio si nasconde nel "guscio".', "The crab is hiding in its shell."),
        ("tales", "Premi questo pulsante per continuare", "Press this button to go on"),
        ("tales", "La vecchia volpe dorme sotto il ponte.", "The old fox sleeps under the bridge."),
        ("tales", "Il fiume sale.", "The river is rising."),
        ("tales", "Dobbiamo partire.", "We must leave."),
    ]
    assert rows(world, "tr") == [
        ("grammar", "Kapıyı yavaşça açtı.", "She opened the door slowly."),
        ("grammar", "Kedi ve/veya köpek uyandı.", "The cat and/or the dog woke up."),
        ("tales", "Yaşlı tilki köprünün altında uyuyor.", "The old fox sleeps under the bridge."),
    ]
    table = [line.split() for line in done.stdout.splitlines()]
    assert ["it/tales", "4", "20", "GPL-2.0-or-later"] in table
    assert ["tr/grammar", "2", "12", "CC-BY-SA-4.0"] in table


def test_the_record_names_version_and_digest_of_each_download(world: Path) -> None:
    assert gather(world, "--sources", "tales,grammar").returncode == 0
    record = json.loads((world / "corpora" / "gathered.json").read_text("utf-8"))
    fetched = {file["url"].rsplit("/", 1)[1]: file for file in record["fetched"]}
    assert set(fetched) == {"Release", "Packages.xz", "tales-data.deb", COMMIT}
    package = (world / "mirror" / "pool" / "tales-data.deb").read_bytes()
    assert fetched["tales-data.deb"]["sha256"] == hashlib.sha256(package).hexdigest()
    assert fetched["tales-data.deb"]["version"] == "tales-data 1.0-1"
    assert fetched["tales-data.deb"]["size"] == len(package)
    assert fetched[COMMIT]["version"] == f"owner/grammar {COMMIT}"
    assert record["sources"]["it"]["tales"]["pairs"] == 4
    assert record["failures"] == {}


def test_two_runs_give_the_same_bytes_and_the_second_needs_no_network(world: Path) -> None:
    names = ("it-en.gathered.tsv.xz", "tr-en.gathered.tsv.xz", "gathered.json")
    assert gather(world, "--cache", str(world / "cache"), seed="1").returncode == 0
    first = {name: (world / "corpora" / name).read_bytes() for name in names}
    for name in ("mirror", "archives", "corpora"):
        shutil.rmtree(world / name)
    done = gather(world, "--cache", str(world / "cache"), seed="2")
    assert done.returncode == 0, done.stderr
    assert {name: (world / "corpora" / name).read_bytes() for name in names} == first
    assert not list((world / "cache").rglob("*.part"))


def test_sources_and_languages_can_be_chosen(world: Path) -> None:
    assert gather(world, "--sources", "tales,fish", "--languages", "it").returncode == 0
    assert {row[0] for row in rows(world, "it")} == {"tales", "fish"}
    assert not (world / "corpora" / "tr-en.gathered.tsv.xz").exists()


def test_english_prose_is_collected_and_recorded(world: Path) -> None:
    """Each sentence once, with the first source; a source without its files fails alone."""
    texts = {
        "sea": "The sea is calm in the bay today. The wind is cold in the hills.",
        "hills": "The wind is cold in the hills. A path leads to the top of the mountain.",
    }
    with (world / "table.toml").open("a", encoding="utf-8") as table:
        for name in (*texts, "moon"):
            table.write(
                f'[[prose]]\nname = "{name}"\nkind = "factbook"\nrepository = "owner/{name}"\n'
                f'commit = "{COMMIT}"\nfiles = ["*.json"]\nlicence = "CC0"\nstated = "LICENSE"\n'
            )
    for name, text in texts.items():
        snapshot(world, f"owner/{name}", {"a.json": json.dumps([text]).encode()})
    snapshot(world, "owner/moon", {"a.txt": b""})
    done = gather(world, "--sources", "fish,sea,hills,moon")
    assert done.returncode == 1
    assert last_line(done) == "gather: prose moon: no *.json in owner/moon; mend gather.toml"
    with lzma.open(world / "corpora" / "english.tsv.xz", "rt", encoding="utf-8") as lines:
        assert [tuple(line.rstrip("\n").split("\t")) for line in lines] == [
            ("hills", "The wind is cold in the hills."),
            ("hills", "A path leads to the top of the mountain."),
            ("sea", "The sea is calm in the bay today."),
        ]
    record = json.loads((world / "corpora" / "gathered.json").read_text("utf-8"))
    assert record["prose"]["hills"] == {"sentences": 2, "words": 16}
    assert {row[0] for row in rows(world, "it")} == {"fish"}
    before = (world / "corpora" / "english.tsv.xz").read_bytes()
    assert gather(world, "--sources", "fish", "--no-prose").returncode == 0
    assert (world / "corpora" / "english.tsv.xz").read_bytes() == before


def test_the_same_pair_comes_once(world: Path) -> None:
    """From two sources it is kept with the first; within one, case and stops do not count."""
    twice = {
        "The crab is hiding in its shell.": 'Il granchio si nasconde nel "guscio".',
        "The fox is asleep.": "La volpe dorme ora.",
        "the fox is asleep": "la volpe dorme ora",
    }
    (world / "mirror" / "pool" / "tales-data.deb").write_bytes(tales(twice))
    index(world / "mirror")
    assert gather(world, "--sources", "tales,fish").returncode == 0
    assert [row[0] for row in rows(world, "it")] == ["fish", "tales"]


def test_a_tampered_download_is_refused_and_the_others_are_kept(world: Path) -> None:
    package = world / "mirror" / "pool" / "tales-data.deb"
    package.write_bytes(tales({"The fox is dead and gone.": "La volpe non c'è più."}))
    done = gather(world)
    assert done.returncode == 1
    assert last_line(done).startswith("gather: tales: digest mismatch: file:///")
    assert {row[0] for row in rows(world, "it")} == {"descriptions", "fish"}
    assert {row[0] for row in rows(world, "tr")} == {"grammar"}
    record = json.loads((world / "corpora" / "gathered.json").read_text("utf-8"))
    assert list(record["failures"]) == ["tales"]
    assert not (world / "corpora" / "cache" / "debian" / "pool" / "tales-data.deb").exists()


def test_a_tampered_index_is_refused(world: Path) -> None:
    path = world / "mirror" / "dists" / "stable" / "main" / "i18n" / "Translation-it.bz2"
    path.write_bytes(bz2.compress(ITALIAN_INDEX.replace("gufi", "gatti").encode()))
    done = gather(world, "--sources", "descriptions")
    assert done.returncode == 1
    assert "digest mismatch" in last_line(done)
    assert rows(world, "it") == []


def test_a_damaged_file_in_the_cache_is_downloaded_again(world: Path) -> None:
    assert gather(world).returncode == 0
    before = rows(world, "it")
    cached = world / "corpora" / "cache" / "debian" / "pool" / "tales-data.deb"
    cached.write_bytes(cached.read_bytes()[:100])
    assert gather(world).returncode == 0
    assert rows(world, "it") == before
    assert cached.read_bytes() == (world / "mirror" / "pool" / "tales-data.deb").read_bytes()


def test_an_interrupted_download_is_not_taken_for_a_whole_one(world: Path) -> None:
    cached = world / "corpora" / "cache" / "git" / f"owner+grammar+{COMMIT}.tar.gz.part"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"half")
    assert gather(world, "--sources", "grammar").returncode == 0
    assert len(rows(world, "tr")) == 2
    assert not cached.exists()


def _no_package(world: Path) -> None:
    (world / "mirror" / "pool" / "fish-data.deb").unlink()
    index(world / "mirror")


def _no_download(world: Path) -> None:
    (world / "mirror" / "pool" / "fish-data.deb").unlink()


def _no_files(world: Path) -> None:
    (world / "mirror" / "pool" / "fish-data.deb").write_bytes(deb({"usr/other": b"x"}))
    index(world / "mirror")


def _no_archive(world: Path) -> None:
    (world / "mirror" / "pool" / "fish-data.deb").write_bytes(b"<html>Sign in</html>")
    index(world / "mirror")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_no_package, "fish: no package fish-data in stable of file://"),
        (_no_download, "fish: download failed: file://"),
        (_no_files, "fish: no text in it; the patterns"),
        (_no_archive, "fish: cannot read "),
    ],
)
def test_a_source_that_fails_is_one_line_and_the_others_are_kept(
    world: Path, change: Any, message: str
) -> None:
    change(world)
    done = gather(world)
    assert done.returncode == 1
    assert last_line(done).startswith(f"gather: {message}")
    assert {row[0] for row in rows(world, "it")} == {"descriptions", "tales"}


def test_a_snapshot_of_another_commit_is_refused(world: Path) -> None:
    packed = tarball({f"grammar-{COMMIT}/tr.conllu": CONLLU.encode()}, "f" * 40)
    (world / "archives" / "owner" / "grammar" / "tar.gz" / COMMIT).write_bytes(
        gzip.compress(packed)
    )
    done = gather(world, "--sources", "grammar")
    assert done.returncode == 1
    assert f"it holds commit {'f' * 40}, not {COMMIT}" in last_line(done)


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--sources", "tales,whales"), 1, "gather: unknown source: whales; known are "),
        (("--languages", "it,xx"), 1, "gather: unknown language: xx; known are it, tr"),
        (("--cache", "{world}/table.toml"), 1, "gather: cannot write to the folder "),
        (("--table", "{world}/none.toml"), 1, "gather: cannot read the table "),
        (("--unknown",), 2, "gather.py: error: "),
    ],
)
def test_wrong_options(world: Path, options: tuple[str, ...], status: int, message: str) -> None:
    done = gather(world, *(option.format(world=world) for option in options))
    assert done.returncode == status
    assert last_line(done).startswith(message)
    assert not list((world / "corpora").glob("*.xz"))


def test_a_key_of_the_table_that_is_not_known_is_named(world: Path) -> None:
    with (world / "table.toml").open("a", encoding="utf-8") as table:
        table.write('colour = "red"\n')
    done = gather(world)
    assert done.returncode == 1
    assert "unknown or missing in source 'grammar': colour" in last_line(done)


def test_a_missing_module_is_named_with_what_to_install(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world / "stub").mkdir()
    (world / "stub" / "polib.py").write_text("raise ImportError\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(world / "stub"))
    done = gather(world)
    assert done.returncode == 1
    assert last_line(done).startswith("gather: tales: the module polib is missing; install it: pip")
    assert {row[0] for row in rows(world, "it")} == {"descriptions", "fish"}


def test_a_connection_that_ends_early_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    download = tool("download")

    class Answer(io.BytesIO):
        headers: ClassVar = {"Content-Length": "10"}

    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: Answer(b"short"))
    cache = download.Cache(tmp_path)
    with pytest.raises(download.GatherError, match="5 of 10 bytes came; check"):
        cache.get("https://example.org/a", "a")
    assert not (tmp_path / "a").exists()
    assert not cache.fetched


def test_a_book_is_aligned_with_its_translation(library: Path) -> None:
    done = gather(library, "--languages", "it")
    assert done.returncode == 0, done.stderr
    italian, english = walk()
    found = rows(library, "it")
    assert found == [("pg-walk", *pair) for pair in zip(italian, english, strict=True)]
    before = (library / "corpora" / "it-en.gathered.tsv.xz").read_bytes()
    assert gather(library, "--languages", "it", seed="3").returncode == 0
    assert (library / "corpora" / "it-en.gathered.tsv.xz").read_bytes() == before
    (library / "corpora" / "it-en.tsv").unlink()
    done = gather(library, "--languages", "it")
    assert (
        "no it-en.tsv with the sources of the lexicon: books are aligned by spelling" in done.stderr
    )
    assert len(rows(library, "it")) < len(found)


def test_a_book_of_other_chapters_or_without_its_text_fails_alone(library: Path) -> None:
    snapshot(library, "owner/walk", {"2.txt": b"CHAPTER I\n\n" + b"One more. " * 99})
    done = gather(library, "--languages", "it")
    assert done.returncode == 1
    assert last_line(done).startswith("gather: pg-walk: 2 foreign chapters, 1 English ones; mend")
    assert (library / "corpora" / "lexicon" / "data.noun").is_file()
    shutil.rmtree(library / "corpora" / "cache" / "git")
    snapshot(library, "owner/walk", {"3.txt": b""})
    done = gather(library, "--languages", "it", "--no-dictionaries")
    assert last_line(done) == f"gather: pg-walk: no 2.txt in owner/walk@{COMMIT}; mend gather.toml"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('end = "THE END"', 'ending = "THE END"', "in source 'pg-walk', english: ending"),
        ("[source.foreign]", "[source.italian]", "in source 'pg-walk': italian"),
        ('npm = "some-words"', 'pypi = "some-words"', "in dictionary 'words': pypi"),
        ('licence = "MIT"', "", "in dictionary 'birds': licence"),
    ],
)
def test_keys_of_books_and_dictionaries_are_checked(
    library: Path, old: str, new: str, message: str
) -> None:
    text = (library / "table.toml").read_text("utf-8")
    assert old in text
    (library / "table.toml").write_text(text.replace(old, new), encoding="utf-8")
    done = gather(library, "--languages", "it")
    assert done.returncode == 1
    assert last_line(done).endswith(f"unknown or missing {message}")


def test_dictionaries_are_copied_and_recorded(library: Path) -> None:
    assert gather(library, "--languages", "it", "--no-dictionaries").returncode == 0
    assert not (library / "corpora" / "lexicon").exists()
    done = gather(library, "--languages", "it")
    assert done.returncode == 0, done.stderr
    folder = library / "corpora" / "lexicon"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "data.noun": b"owl",
        "ita.tab": b"tab",
        "verbs.xml": b"<verbs/>",
        "words.json": b"{}",
    }
    record = json.loads((library / "corpora" / "gathered.json").read_text("utf-8"))
    assert record["dictionaries"]["fishes"] == {"files": ["ita.tab"], "licence": "CC-BY-3.0"}
    fetched = {file["version"]: file["url"] for file in record["fetched"]}
    assert fetched["some-words 1.2.3"].endswith("/some-words/-/some-words-1.2.3.tgz")
    assert fetched["verbs 2.0"].endswith("/sdists/ab/cd/verbs-2.0.tar.gz")
    assert f"owner/fishes {COMMIT}" in fetched


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"1.2.3"\nsha256 = "',
            '"1.2.3"\nsha256 = "0',
            "dictionary words: digest mismatch: file://",
        ),
        (
            "dist/words.json",
            "dist/other.json",
            "dictionary words: not in it: dist/other.json; mend",
        ),
        ('version = "1.2.3"', 'version = "9"', "dictionary words: download failed: file://"),
    ],
)
def test_a_dictionary_that_fails_costs_nothing_else(
    library: Path, old: str, new: str, message: str
) -> None:
    text = (library / "table.toml").read_text("utf-8")
    (library / "table.toml").write_text(text.replace(old, new), encoding="utf-8")
    done = gather(library, "--languages", "it")
    assert done.returncode == 1
    assert last_line(done).startswith(f"gather: {message}")
    assert sorted(path.name for path in (library / "corpora" / "lexicon").iterdir()) == [
        "data.noun",
        "ita.tab",
        "verbs.xml",
    ]
    assert len(rows(library, "it")) == 64
    record = json.loads((library / "corpora" / "gathered.json").read_text("utf-8"))
    assert list(record["dictionaries"]) == ["birds", "fishes", "verbs"]
    assert list(record["failures"]) == ["dictionary words"]


@pytest.mark.parametrize("ending", ["", ".gz", ".xz", ".zst"])
def test_packages_of_every_compression(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "a.deb"
    path.write_bytes(deb({"usr/a.txt": b"yes", "usr/b.bin": b"no"}, ending))
    assert tool("download").members(path, ["*.txt"]) == {"usr/a.txt": b"yes"}


def test_a_zip_archive_inside_a_package(world: Path) -> None:
    packed = io.BytesIO()
    texts = {
        "The [b]old[/b] fox sleeps here.": "La volpe dorme qui.",
        "Foxes cost 20% less here.": "Qui le volpi costano il 20% in meno.",
        "Foxes sleep here (4) today.": "Qui dormono volpi (4) oggi.",
        "keys.fox.sleep puts it to sleep": "keys.fox.sleep la mette a dormire",
    }
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("l10n/it.public-maps.po", po(texts))
        archive.writestr(
            "l10n/it.public-gui.po", po({"The fox sleeps elsewhere.": "La volpe dorme altrove."})
        )
        archive.writestr("art/fox.png", b"x" * 4000)
    path = world / "mirror" / "pool" / "fox-data.deb"
    path.write_bytes(deb({"usr/other": b"x", "usr/mods/public.zip": packed.getvalue()}))
    index(world / "mirror")
    table = """suite = "stable"
        [[source]]
        name = "fox"
        languages = ["it"]
        kind = "catalogues-bbcode"
        packages = ["fox-data"]
        zip = "usr/mods/public.zip"
        files = ["l10n/{language}.*.po"]
        leave_out = ["*-gui.po"]
        licence = "CC-BY-SA-3.0"
        stated = "debian/copyright"
    """
    (world / "table.toml").write_text(table, encoding="utf-8")
    assert gather(world, "--languages", "it").returncode == 0
    assert rows(world, "it") == [("fox", "La volpe dorme qui.", "The old fox sleeps here.")]
    assert sorted(p.name for p in (world / "corpora" / "cache" / "debian" / "pool").iterdir()) == [
        "fox-data.deb"
    ]
    (world / "table.toml").write_text(table.replace("public.zip", "private.zip"), encoding="utf-8")
    done = gather(world, "--languages", "it")
    assert done.returncode == 1
    assert "fox-data.deb: no usr/mods/private.zip in it; delete it" in last_line(done)


@pytest.mark.parametrize(
    ("english", "foreign"),
    [
        ("Click <a> to go on reading", "Clicca <a> per continuare a leggere"),
        ("It costs %1$s coins in all", "Costa %1$s monete in tutto"),
        ("The ${name} sleeps in the tree", "Il ${name} dorme nell'albero"),
        ("See [i]the old map[/i] of it", "Vedi [i]la vecchia mappa[/i]"),
        ("Choose E_xit to leave the game", "Scegli E_sci per lasciare il gioco"),
        ("Choose &Exit to leave the game", "Scegli &Esci per lasciare il gioco"),
        ("A rather long sentence about a fox that sleeps all day", "Una volpe"),
        ("This text was left as it was", "This text was left as it was"),
        ("This text was left as it was by them", "This text was left as it was for them"),
        ("10 20 30 40 gold", "10 20 30 40 oro"),
        ("In 1990, 1995 and 1998 he won it", "Nel 1890, 1895 e 1898 lo vinse"),
        ("Too short", "Troppo corto"),
        ("", "Una riga senza originale"),
    ],
)
def test_a_pair_not_worth_collecting(english: str, foreign: str) -> None:
    assert not list(tool("sentence_pairs").kept([(english, foreign)], "it", 3))
    good = ("The fox sleeps &amp; dreams.", "La volpe dorme e  sogna.")
    (pair,) = tool("sentence_pairs").kept([(english, foreign), good], "it", 3)
    assert pair == ("The fox sleeps & dreams.", "La volpe dorme e sogna.")


def test_texts_are_split_where_both_sides_have_as_many_parts() -> None:
    split = tool("sentence_pairs").by_paragraph
    assert list(split("One.\nTwo. Three.\n\nFour.", "Uno.\nDue. Tre.\n\nQuattro.")) == [
        ("One.", "Uno."),
        ("Two.", "Due."),
        ("Three.", "Tre."),
        ("Four.", "Quattro."),
    ]
    assert list(split("One. Two.", "Uno e due.")) == [("One. Two.", "Uno e due.")]
    assert list(
        tool("sentence_pairs").by_block("<p>One</p><p>Two</p>", "<p>Uno</p><p>Due</p>")
    ) == [
        ("One", "Uno"),
        ("Two", "Due"),
    ]


def test_catalogues_without_fuzzy_and_obsolete_entries() -> None:
    text = (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "one"\nmsgstr "uno"\n\n#, fuzzy\nmsgid "two"\nmsgstr "tre"\n\n'
        'msgid "three"\nmsgstr ""\n\nmsgctxt "pets"\nmsgid "a cat"\nmsgid_plural "%d cats"\n'
        'msgstr[0] "un gatto"\nmsgstr[1] "%d gatti"\n\n#~ msgid "old"\n#~ msgstr "vecchio"\n'
    )
    assert list(tool("extract").entries("a.po", text.encode())) == [
        ("one", "uno"),
        ("a cat", "un gatto"),
        ("%d cats", "%d gatti"),
    ]
    one_form = {0: "%d kedi"}
    made = polib.MOFile()
    made.append(polib.MOEntry(msgid="a cat", msgid_plural="%d cats", msgstr_plural=one_form))
    assert list(tool("extract").entries("a.mo", made.to_binary())) == [("%d cats", "%d kedi")]


def po(texts: dict[str, str]) -> bytes:
    made = polib.POFile()
    for text, translation in texts.items():
        made.append(polib.POEntry(msgid=text, msgstr=translation))
    return str(made).encode()


def test_the_other_kinds_of_sources() -> None:
    extract = tool("extract")
    table = (
        b'locale = {\n ["He said \\"no\\".|Then he left."] = "Disse \\"no\\".|Poi usc\xc3\xac.",\n}'
    )
    assert list(extract.lua_table({"it.lua": table})) == [
        ('He said "no".', 'Disse "no".'),
        ("Then he left.", "Poi uscì."),
    ]
    names = {"Italy": "Italia", "Ore; Clay": "Minerale; Argilla", "Chad (old)": "Ciad", "ab": "abc"}
    assert list(extract.names({"a.po": po(names)})) == [("Italy", "Italia")]
    keys = {
        "l/en.po": po({"A": "A [b]cell[/b].", "B": "An [thrive:icon]"}),
        "l/tr.po": po({"A": "Bir [b]hücre[/b].", "B": "Bir", "C": "x"}),
    }
    assert list(extract.keyed(keys)) == [("A cell.", "Bir hücre.")]
    pages = {
        "## The *Bear*\n\nSee [it](a.md).": "## L'*Orsa*\n\nGuarda[la](a.md).",
        "- one\n- two": "- uno",
        "| a | b |": "| c | d |",
        "Rossi, Stars, Rome, 1990.": "Rossi, Stelle, Roma, 1990.",
    }
    assert list(extract.markdown({"it.po": po(pages)})) == [
        ("The Bear", "L'Orsa"),
        ("See it.", "Guardala."),
    ]


def test_pages_give_their_full_sentences() -> None:
    pages = tool("pages")
    assert pages.plain("1. See **the** [old mill](a.md), [it][b] or :ref:`the bridge <c>`.") == (
        "See the old mill, it or the bridge."
    )
    texts = {
        "Open the *door*. Then wait.": "Apri la *porta*. Poi aspetta.",
        "## Heading without a stop": "## Titolo senza punto",
        "Since version 1.2 it rains.": "Dalla versione 1.2 piove.",
        "It rains {{ often }}.": "Piove {{ often }}.",
    }
    assert list(pages.catalogue_pages({"po/a.it.po": po(texts)})) == [
        ("Open the door.", "Apri la porta."),
        ("Then wait.", "Poi aspetta."),
    ]


def test_pages_of_unequal_structure_are_left_out() -> None:
    pages = tool("pages")
    english = (
        b"## Step\n\n--- task ---\n\n+ Draw a cat.\n+ Draw a dog.\n\n```\na.\n\nb.\n```\n![x](y)\n"
    )
    italian = b"## Passo\n\n--- task ---\n\n+ Disegna un gatto.\n+ Disegna un cane.\n\n```\nc.\n```\n![z](y)\n"
    files = {
        "en/1.md": english,
        "it-IT/1.md": italian,
        "en/2.md": english,
        "it-IT/2.md": italian.replace(b"--- task ---\n\n", b""),
        "it-IT/3.md": italian,
    }
    assert list(pages.page_files(files)) == [
        ("Draw a cat.", "Disegna un gatto."),
        ("Draw a dog.", "Disegna un cane."),
    ]


def test_tables_of_strings_are_matched_by_name() -> None:
    table = "<resources><string name='a'>{}</string><plurals name='p'><item>x</item></plurals>{}</resources>"
    files = {
        "t/source/faq.xml": table.format("It isn\\'t a game.\\nGo on.", "").encode(),
        "t/dest/faq/it-IT.xml": table.format(
            "Non \\'e un gioco.\\nVai avanti.", "<string name='b'>Altro.</string>"
        ).encode(),
        "t/dest/other/it-IT.xml": table.format("Niente.", "").encode(),
    }
    assert list(tool("pages").string_tables(files)) == [
        ("It isn't a game.", "Non 'e un gioco."),
        ("Go on.", "Vai avanti."),
    ]


def test_a_source_of_several_repositories(world: Path) -> None:
    for name, text in (("one", "The cat is asleep now."), ("two", "The dog is awake now.")):
        foreign = {
            "The cat is asleep now.": "Il gatto ora dorme.",
            "The dog is awake now.": "Il cane ora veglia.",
        }
        files = {"en/1.md": text.encode(), "it-IT/1.md": foreign[text].encode(), "LICENSE.md": b"x"}
        snapshot(world, f"owner/{name}", files)
    (world / "table.toml").write_text(
        'suite = "stable"\n[[source]]\nname = "pages"\nlanguages = ["it"]\nkind = "page-files"\n'
        f'repositories = ["owner/one@{COMMIT}", "owner/two@{COMMIT}"]\n'
        'files = ["en/*.md", "{language}-*/*.md"]\nlicence = "MIT"\nstated = "LICENSE.md"\n',
        encoding="utf-8",
    )
    assert gather(world, "--languages", "it").returncode == 0
    assert rows(world, "it") == [
        ("pages", "Il gatto ora dorme.", "The cat is asleep now."),
        ("pages", "Il cane ora veglia.", "The dog is awake now."),
    ]


def test_a_site_in_packages_of_its_languages(world: Path) -> None:
    """A page and its translation lie in two packages; the sentences that the table does not want are left out."""
    english = b"<h1>Windows</h1><p>Title is: The blue window</p><p>The window shows three large pages.</p>"
    italian = "<h1>Finestre</h1><p>Title is: La finestra blu</p><p>La finestra mostra tre grandi pagine.</p>"
    for package, folder, page in (
        ("help-en", "en-US", english),
        ("help-it", "it", italian.encode()),
    ):
        files = {f"usr/share/help/{folder}/a.html": page}
        (world / "mirror" / "pool" / f"{package}.deb").write_bytes(deb(files))
    index(world / "mirror")
    table = (
        'suite = "stable"\n[[source]]\nname = "help"\nlanguages = ["it"]\nkind = "sites"\nconfidence = 0\n'
        'packages = ["help-en", "help-it"]\nfiles = ["*/help/en-US/*.html", "*/help/{language}/*.html"]\n'
        "page = '(.*)/{language}/(.*)'\noriginal = '\\1/en-US/\\2'\n"
        'licence = "MPL-2.0"\nstated = "debian/copyright"\n'
    )
    wanted = (
        "help",
        "La finestra mostra tre grandi pagine.",
        "The window shows three large pages.",
    )
    title = ("help", "Title is: La finestra blu", "Title is: The blue window")
    for without, expected in (("", [title, wanted]), ("without = '^Title is:'\n", [wanted])):
        (world / "table.toml").write_text(table + without, encoding="utf-8")
        done = gather(world, "--languages", "it")
        assert done.returncode == 0, done.stderr
        assert sorted(rows(world, "it")) == sorted(expected)


def qt_field(kind: int, text: bytes) -> bytes:
    return bytes([kind]) + len(text).to_bytes(4, "big") + text


def qt_messages(*pairs: tuple[str, list[str]]) -> bytes:
    """A `.qm` file as `lrelease` writes it: the section of hashes, then that of messages."""
    section = b""
    for source, forms in pairs:
        section += b"".join(qt_field(3, form.encode("utf-16-be")) for form in forms)
        section += qt_field(8, b"note") + qt_field(6, source.encode()) + qt_field(7, b"Window\0")
        section += b"\x05\0\0\0\x07\x01"
    magic = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
    return magic + qt_field(0x42, b"\0" * 8) + qt_field(0x69, section)


def test_messages_of_qt() -> None:
    """Of plural forms the first; what has no translation or no source is left out."""
    data = qt_messages(
        ("The <b>owl</b> sleeps.", ["Il <b>gufo</b> dorme."]),
        ("%n owl(s)", ["%n gufo", "%n gufi"]),
        ("not yet", [""]),
        ("", ["senza origine"]),
        ("Year \u2028 \U0001f989", ["Anno \u2028 \U0001f989"]),
    )
    qt, extract = tool("qt"), tool("extract")
    assert list(extract.entries("a/it.qm", data)) == [
        ("The <b>owl</b> sleeps.", "Il <b>gufo</b> dorme."),
        ("%n owl(s)", "%n gufo"),
        ("Year \u2028 \U0001f989", "Anno \u2028 \U0001f989"),
    ]
    absent = qt_field(0x69, b"\x03\xff\xff\xff\xff" + qt_field(6, b"none") + b"\x01")
    assert list(qt.messages(data[:16] + absent)) == []
    assert list(qt.messages(data[:16])) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "not a message file"),
        (b"MO" * 20, "not a message file"),
        (qt_messages(("owl", ["gufo"]))[:16] + b"\x69\0", "ends too early"),
        (qt_messages(("owl", ["gufo"]))[:16] + qt_field(0x69, b"\x03\0\0"), "ends too early"),
        (qt_messages(("owl", ["gufo"]))[:-3], "ends too early"),
        (
            qt_messages(("owl", ["gufo"]))[:16] + qt_field(0x69, qt_field(3, b"long")[:-1]),
            "ends too early",
        ),
        (qt_messages(("owl", ["gufo"]))[:16] + qt_field(0x69, qt_field(9, b"x")), "field 9"),
    ],
    ids=[
        "empty",
        "another format",
        "half a section",
        "half a length",
        "half of the messages",
        "half a text",
        "an unknown field",
    ],
)
def test_messages_of_qt_that_are_damaged(data: bytes, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        list(tool("qt").messages(data))


def test_conversations_of_unequal_shape_are_left_out() -> None:
    extract = tool("extract")
    files = {
        "d/english/food.yml": b"conversations:\n- - do i eat?\n  - Yes,\n    often.\n",
        "d/italian/food.yml": "conversations:\n- - mangio?\n  - Sì,\n    spesso.\n".encode(),
        "d/english/art.yml": b"- - Hello there\n  - Hello\n",
        "d/italian/art.yml": b"- - Ciao\n  - Ciao\n  - Salve\n",
    }
    assert list(extract.conversations(files)) == [
        ("Do I eat?", "Mangio?"),
        ("Yes, often.", "Sì, spesso."),
    ]


def test_lines_of_two_files_are_paired_by_their_number() -> None:
    extract = tool("extract")
    files = {
        "b/train.tr": "İlk satır\n\nüçüncü\u2028satır\n".encode(),
        "b/train.en": "First line\nnothing beside it\nthird\u2028line".encode(),
        "a/dev.en": b"Another",
        "a/dev.tr": "Başka".encode(),
    }
    assert list(extract.lines(files)) == [
        ("Another", "Başka"),
        ("First line", "İlk satır"),
        ("nothing beside it", ""),
        ("third\u2028line", "üçüncü\u2028satır"),
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"train.en": b"a"}, "train.en: two files are wanted"),
        ({"train.tr": b"a"}, "train.tr: two files are wanted"),
        (
            {"train.en": b"a", "train.tr": b"b", "train.it": b"c"},
            "train.en, train.it, train.tr: two files are wanted",
        ),
        ({"train.en": b"a\nb\n", "train.tr": b"c\n"}, "train.en has 2 lines, train.tr 1"),
        (
            {"train.en": b"a", "train.tr": b"b\xffc"},
            "train.tr is not UTF-8 (invalid start byte at byte 1)",
        ),
        ({"train.it": b"a", "train.tr": b"b"}, "train.it, train.tr: two files are wanted"),
        ({"train.en": b"a\n\n", "train.tr": b"c\n"}, "train.en has 2 lines, train.tr 1"),
    ],
)
def test_lines_that_cannot_be_paired(files: dict[str, bytes], expected: str) -> None:
    with pytest.raises(tool("download").GatherError, match=re.escape(expected)):
        list(tool("extract").lines(files))


def test_the_table_is_whole_and_every_source_has_a_card_entry() -> None:
    """Each source of `gather.toml` is named with origin and licence in `sources.toml`, and the
    licences of the dictionaries are named with what is made of them.
    """
    table = tool("source_table").read_table(TRAINING / "gather.toml")
    assert table.suite == "bookworm"
    listed = tomllib.loads((TRAINING / "sources.toml").read_text("utf-8"))["source"]
    patterns = [(pattern, entry) for entry in listed for pattern in entry["names"]]

    def licence(name: str) -> str:
        entry = next(e for pattern, e in patterns if fnmatch.fnmatchcase(name, pattern))
        assert entry["origin"]
        return str(entry["licence"])

    for source in table.sources:
        books = [book for book in (source.foreign, source.english) if book]
        texts = [tool("source_table").at_commit(text) for book in books for text in book.texts]
        snapshots = source.snapshots + [(name, at.partition(":")[0]) for name, at in texts]
        assert source.packages or source.suites or snapshots, source.name
        assert all(len(commit) == 40 for _, commit in snapshots), source.name
        for book in books:
            assert all(map(re.compile, (book.chapter, book.end, book.notes, book.leave_out)))
        for language in source.languages:
            assert source.licence.split(" ")[0] in licence(f"{language}/{source.name}")
    for dictionary in table.dictionaries:
        assert dictionary.package or len(dictionary.commit) == 40 or len(dictionary.sha256) == 64
        for made in ("phrases", "sentences"):
            assert dictionary.licence.split(" or ")[0] in licence(f"it/dictionary-{made}")
