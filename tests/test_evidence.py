"""The language models and vocabularies that repair leans on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from normalize.evidence.alphabet import own_characters, symbols
from normalize.evidence.charlm import LANGUAGES, CharacterModel, character_model, name_model
from normalize.evidence.vocabulary import Names, Vocabulary, names, vocabulary

SENTENCES = {
    "it": "La biblioteca comunale è chiusa per lavori fino a settembre.",
    "tr": "Kütüphane eylül ayına kadar tadilat nedeniyle kapalı olacak.",
    "en": "The public library is closed for repairs until September.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_reads_best_in_its_language(language: str) -> None:
    totals = character_model().totals([SENTENCES[language]])[0]
    assert LANGUAGES[int(np.argmax(totals))] == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_scores_do_not_depend_on_the_batch(language: str) -> None:
    model = character_model()
    texts = list(SENTENCES.values())
    together = model.totals(texts)[LANGUAGES.index(language)]
    assert together == pytest.approx(model.totals([SENTENCES[language]])[0], abs=1e-3)
    readings = model.readings(texts, [0, 1, 2])
    alone = [float(model.readings([text], [0, 1, 2])[0]) for text in texts]
    assert readings.tolist() == pytest.approx(alone, abs=1e-3)


def test_characters_add_up_to_the_text() -> None:
    model = character_model()
    text = SENTENCES["it"]
    nats = model.nats(text)
    assert nats.shape == (len(text) + 1, len(LANGUAGES))
    assert nats.sum(axis=0) == pytest.approx(model.totals([text])[0], abs=1e-2)
    assert (nats <= 0).all()


def test_no_text_is_no_row() -> None:
    assert character_model().totals([]).shape == (0, len(LANGUAGES))
    assert character_model().readings([], [0]).shape == (0,)


def test_a_word_of_another_language_costs_little() -> None:
    model = character_model()
    mixed = "The mayor of İstanbul, Ekrem İmamoğlu, said so on Monday."
    english = [LANGUAGES.index("en")]
    assert model.readings([mixed], [0, 1, 2])[0] > model.readings([mixed], english)[0]


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    model = character_model()
    model.save(tmp_path / "model.bin")
    again = CharacterModel.load((tmp_path / "model.bin").read_bytes())
    assert (again.totals(["perché no?"]) == model.totals(["perché no?"])).all()
    with pytest.raises(ValueError, match="not a character language model"):
        CharacterModel.load(b"something else")


def test_every_letter_is_a_symbol_of_its_own() -> None:
    owned = own_characters()
    assert len(set(symbols("".join(owned)).tolist())) == len(owned)
    assert len(set(symbols("0123456789").tolist())) == 1
    assert symbols("ж")[0] != symbols("世")[0]


def test_words_and_their_frequencies() -> None:
    words = vocabulary()
    assert words.knows("Perché", "it")
    assert not words.knows("perchË", "it")
    assert words.knows("ışık", "tr")
    assert words.knows("IŞIK", "tr")
    the, library = words.nats("the", "en"), words.nats("library", "en")
    assert the is not None
    assert library is not None
    assert library < the < 0
    assert words.nats("qqqxyz", "en") is None


def test_a_vocabulary_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = Vocabulary.from_counts(
        {"it": {"già": 3, "non": 9}, "tr": {"bir": 1}, "en": {"the": 5, "a": 5}}
    )
    made.save(tmp_path / "words.bin")
    again = Vocabulary.load((tmp_path / "words.bin").read_bytes())
    for language in ("it", "tr", "en"):
        assert again.words(language) == made.words(language)
    assert again.level("già", "it") == made.level("già", "it")


def test_names_are_read_as_they_were_written(tmp_path: Path) -> None:
    made = Names(["Zoë", "Zoé", "Ömer", "Şebnem", "Şebinkarahisar", "Łódź"])
    made.save(tmp_path / "names.bin")
    again = Names.load((tmp_path / "names.bin").read_bytes())
    for name in ("Zoë", "Zoé", "Ömer", "Şebnem", "ŞEBNEM", "Łódź"):
        assert name in again
    assert "Zoe" not in again
    assert "Şeb" not in again


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [("Beþiktaþ", "Beşiktaş"), ("HÈctor", "Héctor"), ("MŸnster", "Münster"), ("Þór", "Þór")],
)
def test_names_are_better_spelt_as_they_were_meant(damaged: str, meant: str) -> None:
    scores = name_model().totals([damaged, meant])[:, 0]
    assert scores[1] >= scores[0]
    if damaged != meant:
        assert scores[1] >= scores[0] + 8
        assert damaged not in names()


def test_words_are_scored_alone() -> None:
    model = character_model()
    together = model.words(["libertà", "ışık", "library"])
    assert together.shape == (3, len(LANGUAGES))
    assert together[1] == pytest.approx(model.words(["ışık"])[0], abs=1e-3)
    assert [int(np.argmax(row)) for row in together] == [0, 1, 2]
    assert model.words([]).shape == (0, len(LANGUAGES))
