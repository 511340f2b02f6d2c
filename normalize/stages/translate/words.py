"""Function words and number words, by which the guards tell English from what should have become
it.

They were chosen by hand: the most frequent words of each language that the other languages here do
not share.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = frozenset(
    _words(
        "the of and to in is that for it was on with as be are at by this from have has not"
        " or an but which you we they he she will were been had all there their more can would"
        " when who its one our your about after up out no if so what new also than his her him"
        " into some do did how a i my me us them over only read see click here"
    )
)
"""The most frequent words of English."""

FOREIGN = {
    "it": frozenset(
        _words(
            "il lo la gli le di del dello della dei degli delle da dal dalla nel nella nei"
            " nelle con sul sulla che non è sono ha hanno per una uno un questo questa anche"
            " più come si ma ed alla allo agli alle al tutti sito"
        )
    ),
    "tr": frozenset(
        _words(
            "ve bir bu da de için ile olarak olan daha çok en ne kadar gibi sonra göre değil"
            " ama her şey mi mı mu mü var yok ise tüm ancak veya diye"
        )
    ),
}
"""The most frequent words of source languages. Other languages are told from English by letters and
its absence.
"""

CONTINUATIONS = frozenset(
    _words(
        "a about after also an and as at because before between both but by during for from he her his how if in it its of on or"
        " our she since so some such than that the their then there these they this those through to under until was we were what"
        " when where which while who with without you your"
    )
)
"""English words that take a capital letter only where a sentence begins."""

NUMBERS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen twenty"
)
"""Number words by value."""

ORDINALS = _words(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
)
"""Ordinal number words by value."""
