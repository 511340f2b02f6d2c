"""Minimum Bayes risk decoding: which hypothesis is chosen, and that its gain is chrF as sacreBLEU counts it."""

from __future__ import annotations

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from normalize.stages.translate import consensus
from normalize.stages.translate.consensus import ranked

TEXTS = st.lists(st.text("ab c.é", max_size=30), min_size=1, max_size=6)
CHOICES = [
    pytest.param(["only"], [-5.0], 0, id="a single one"),
    pytest.param(["same", "same"], [-2.0, -1.0], 0, id="twins: the first"),
    pytest.param(["", ""], [-1.0, -1.0], 0, id="nothing but nothing"),
    pytest.param(
        ["The men left.", "The women came to the house.", "The women came to that house."],
        [-1.0, -1.1, -3.1],
        1,
        id="two that agree against the likeliest",
    ),
    pytest.param(
        ["The men left.", "The women came to the house.", "The women came to that house."],
        [-1.0, -60.0, -60.0],
        0,
        id="but not where they are all but impossible",
    ),
    pytest.param(
        ["The president spoke.", "The president spoke in Rome.", "The president spoke in Rome today."],
        [-3.0, -3.1, -9.0],
        1,
        id="what is left out counts, and what only an unlikely one has does not",
    ),
    pytest.param(["", "a word"], [-1.0, -1.0], 1, id="something against nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("hypotheses", "log_probabilities", "expected"), CHOICES)
def test_choices(hypotheses: list[str], log_probabilities: list[float], expected: int) -> None:
    assert ranked(hypotheses, log_probabilities)[0] == expected


@given(TEXTS, st.floats(-50, 0), st.randoms(use_true_random=False))
def test_the_order_does_not_matter(texts: list[str], shift: float, random: object) -> None:
    distinct = list(dict.fromkeys(texts))
    scores = [-0.37 * len(text) - 1.0 for text in distinct]
    chosen = distinct[ranked(distinct, scores)[0]]
    assert chosen in distinct
    order = sorted(range(len(distinct)), key=lambda _: random.random())  # type: ignore[attr-defined]
    shuffled = [distinct[number] for number in order]
    moved = [scores[number] + shift for number in order]  # they need not sum to one
    other = shuffled[ranked(shuffled, moved)[0]]
    if other != chosen:  # equals, up to rounding
        counts = {text: consensus._ngrams(text) for text in distinct}
        weights = [2.718281828459045 ** (consensus.FLATNESS * score) for score in scores]
        expected = [
            consensus._expected([counts[text][order] for text in distinct], weights, sum(weights))
            for order in range(8)
        ]
        gains = [consensus._gain(counts[text], expected) for text in (chosen, other)]
        assert gains[0] == pytest.approx(gains[1])


PAIRS = [
    ("The cat sat on the mat.", "The cat sits on the mat."),
    ("A", "An apple"),
    ("Perché no?", "perche no"),
    ("Something quite different", "zzz"),
    ("one two three", "one two three"),
]


@pytest.mark.parametrize(("hypothesis", "reference"), PAIRS)
def test_the_gain_is_chrf(hypothesis: str, reference: str) -> None:
    """Against a certain reference, by characters alone: sacreBLEU splits words at punctuation, which hypotheses of one model need not."""
    chrf = sacrebleu.CHRF(char_order=6, word_order=0, beta=2)
    wanted = chrf.sentence_score(hypothesis, [reference]).score / 100
    orders = range(consensus.CHARACTER_ORDER)
    own, other = consensus._ngrams(hypothesis)[:6], consensus._ngrams(reference)
    expected = [consensus._expected([other[order]], [1.0], 1.0) for order in orders]
    assert consensus._gain(own, expected) == pytest.approx(wanted, abs=1e-9)


def test_what_cannot_be_chosen_from() -> None:
    with pytest.raises(ValueError, match="no hypothesis"):
        ranked([], [])
    with pytest.raises(ValueError, match="2 hypotheses, but 1 probabilities"):
        ranked(["a", "b"], [-1.0])
