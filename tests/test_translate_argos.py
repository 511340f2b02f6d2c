"""Beside argostranslate: the same package and beam give the same text for plain sentences."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from translation_support import SENTENCES, build_bpe_package, tiny_package

from normalize.packages import Package, find
from normalize.stages.translate import TranslateOptions, Translator
from normalize.stages.translate.engine import ARGOS_LENGTH_PENALTY, Decoding, Engine

ARGOS = """
import json, sys
from argostranslate import package, translate

class WholeText:
    def split_sentences(self, text):
        return [text]

source, target = (translate.Language(code, code) for code in sys.argv[2:4])
translation = translate.PackageTranslation(source, target, package.Package(sys.argv[1]))
translation.sentencizer = WholeText()  # the packaged one would be fetched from the network
print(json.dumps([translation.translate(text) for text in json.load(sys.stdin)]))
"""
PLAIN = {
    "it": (
        "Il libro è sul tavolo della cucina.",
        "Non abbiamo ancora ricevuto la risposta.",
        "Domani partiamo presto per il mare.",
        "La nuova legge entra in vigore a gennaio.",
        "Chi ha chiuso la finestra?",
        "Mio fratello lavora in una piccola azienda.",
    ),
    "tr": (
        "Kitap mutfak masasının üstünde.",
        "Henüz bir cevap almadık.",
        "Yarın sabah erkenden yola çıkıyoruz.",
        "Yeni yasa ocak ayında yürürlüğe girecek.",
        "Pencereyi kim kapattı?",
        "Kardeşim küçük bir şirkette çalışıyor.",
    ),
}


def by_argos(package: Package, texts: Sequence[str], home: Path) -> list[str]:
    """argostranslate's own translations, in a process of its own: it reads settings and makes
    folders when imported.
    """
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("ARGOS")},
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "ARGOS_INTRA_THREADS": "1",
        "ARGOS_COMPUTE_TYPE": "int8",
    }
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            ARGOS,
            str(package.path),
            package.source,
            package.target,
        ],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    made: list[str] = json.loads(done.stdout)
    return made


@pytest.mark.parametrize("kind", ["sentencepiece", "bpe"])
def test_the_engine_gives_what_argostranslate_gives(tmp_path: Path, kind: str) -> None:
    package = tiny_package() if kind == "sentencepiece" else build_bpe_package(tmp_path / "it_en")
    found = Engine(package, TranslateOptions(threads=1)).decode(SENTENCES, Decoding(4))
    ended = [
        i for i, hypothesis in enumerate(found) if hypothesis.pieces < 60
    ]  # no search ran into a limit
    assert len(ended) > len(found) / 2
    expected = by_argos(package, [SENTENCES[i] for i in ended], tmp_path)
    # A random model may end inside a word; argostranslate leaves the mark of a cut word there.
    assert [found[i].text for i in ended] == [
        " ".join(text.removesuffix("@@").split()) for text in expected
    ]
    assert len(set(expected)) > 3


@pytest.mark.model
@pytest.mark.parametrize("language", sorted(PLAIN))
def test_plain_sentences_come_out_as_from_argostranslate(tmp_path: Path, language: str) -> None:
    shipped = find._packages_in(find.shipped_folder(), find.Origin.SHIPPED)
    package = next((one for one in shipped if one.source == language), None)
    if package is None:
        pytest.skip("this checkout has no package for the language")
    search = TranslateOptions(
        threads=1, length_penalty=ARGOS_LENGTH_PENALTY, no_repeat_ngram=0, mbr=1
    )
    made = Translator(package, search).translate(PLAIN[language])
    expected = by_argos(package, PLAIN[language], tmp_path)
    # Where a guard stepped in, the difference is meant.
    sound = [(one.text, text) for one, text in zip(made, expected, strict=True) if not one.flags]
    assert sound
    assert [ours for ours, _ in sound] == [theirs for _, theirs in sound]
