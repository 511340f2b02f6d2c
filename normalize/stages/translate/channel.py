"""How likely the source is after each of several translations: the channel of a noisy-channel model.

A translation that leaves something out, or that says something else in good English, is likely by itself; but what was left out is
unlikely to come back on the way back. The score of a hypothesis is what agrees with it (`consensus`) plus the weighted log-probability
of its source (K. Yee, Y. Dauphin and M. Auli 2019, `Simple and Effective Noisy Channel Modeling for Neural Machine Translation`,
https://aclanthology.org/D19-1571).

The network back is a model of its own in the package. As in `engine`, a batch holds only pairs of equal lengths on both sides, so that
no probability depends on what else is looked at.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from normalize.errors import ModelError, TranslationError
from normalize.packages.find import Channel, Package
from normalize.stages.translate.network import batches, load_network
from normalize.stages.translate.options import TranslateOptions
from normalize.stages.translate.plan import without_surrogates
from normalize.stages.translate.tokenizers import Tokenizer

_MOST_PIECES = 480
"""Subwords of the longest text that is looked at; networks of this project know 512 positions."""


class ChannelModel:
    """The channel of a package, loaded."""

    def __init__(
        self, package: Package, channel: Channel, options: TranslateOptions, tokenizer: Tokenizer
    ) -> None:
        """Load the model; raises ModelError where it is damaged, of a kind that CTranslate2 does not know, or lacks the prefix that
        the package names.
        """
        self._prefix = [channel.source_prefix] if channel.source_prefix else []
        self._max_batch_pieces, self._tokenizer = options.max_batch_pieces, tokenizer
        self._network = load_network(package.channel_path, "channel", options)
        if self._prefix and not _knows(package.channel_path, channel.source_prefix):
            message = (
                f"{package.channel_path}: the channel does not know its source_prefix {channel.source_prefix!r};"
                " import the package again, or remove `channel` from its metadata.json to translate without it"
            )
            raise ModelError(message)

    def log_probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Of each pair of a source and its translation: the mean log-probability, in nats, of the source's subwords and its end mark
        after the translation; minus infinity where either has no subword or over 480, or the network has no number for it.

        Any strings are accepted. Raises TranslationError where CTranslate2 fails.
        """
        texts = list(dict.fromkeys(text for pair in pairs for text in pair))
        encoded = self._tokenizer.encode([without_surrogates(text) for text in texts])
        pieces = dict(zip(texts, encoded, strict=True))
        kinds = [self._kind(len(pieces[source]), len(pieces[target])) for source, target in pairs]
        found = [-math.inf] * len(pairs)
        try:
            started = [
                (numbers, self._start([[pieces[side] for side in pairs[n]] for n in numbers]))
                for _, numbers in batches(kinds, self._max_batch_pieces)
            ]
            for numbers, results in started:
                for number, result in zip(numbers, results, strict=True):
                    values = result.result().log_probs
                    mean = round(sum(values) / len(values), 6)
                    found[number] = mean if math.isfinite(mean) else -math.inf
        except (RuntimeError, ValueError) as exc:
            message = f"CTranslate2 failed on a channel's batch of {len(pairs)} texts: {exc}"
            raise TranslationError(message) from exc
        return found

    def _kind(self, source: int, target: int) -> tuple[int, int]:
        """What must be the same in a batch; no length where a pair is not looked at. A batch is as large as its sources allow,
        since the network holds the probabilities of all their subwords at once.
        """
        can_be_read = 0 < source <= _MOST_PIECES and 0 < target <= _MOST_PIECES
        return (source, target) if can_be_read else (0, 0)

    def _start(self, batch: Sequence[Sequence[list[str]]]) -> list[Any]:
        """Queue one batch; what comes back has a method `result`."""
        started: list[Any] = self._network.score_batch(
            [[*self._prefix, *target] for _, target in batch],
            [source for source, _ in batch],
            asynchronous=True,
        )
        return started


def _knows(model: Path, token: str) -> bool:
    """Whether a token is in the source vocabulary of a CTranslate2 model, where that can be read."""
    for name in ("source_vocabulary.json", "shared_vocabulary.json"):
        try:
            return token in json.loads((model / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
    return True
