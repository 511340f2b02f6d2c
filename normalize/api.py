"""The Python API: one call for one text, and a pipeline for any number of documents. Heavy parts load when first used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from normalize.config import Config
from normalize.document import (
    Document,
    Fix,
    Language,
    Rejection,
    Repaired,
    Segment,
    SegmentPair,
    Translation,
)

if TYPE_CHECKING:
    from normalize.engine import Engine
    from normalize.pipeline import Pipeline as Stages
    from normalize.stages.repair import Repairer
    from normalize.windows import ConvertedWindow, Window

__all__ = ["Config", "Pipeline", "Result", "detect", "repair", "translate"]


@dataclass(frozen=True, slots=True)
class Result:
    """One document converted: the English text, its segments, the accepted pairs, the refused ones, and every repair.

    The fixes of a line are in order and their offsets are relative to the line as `normalize.replay` expects.
    """

    document: Document
    text: str
    segments: tuple[Segment, ...] = ()
    pairs: tuple[SegmentPair, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    fixes: tuple[Fix, ...] = ()


def _expect_text(name: str, value: object, advice: str) -> None:
    """TypeError that names the argument, unless it is a text."""
    if isinstance(value, str):
        return
    if isinstance(value, bytes | bytearray):
        advice = 'decode it first, as in data.decode("utf-8")'
    message = f"{name}: a text (str) is expected, not {_kind(value)}; {advice}"
    raise TypeError(message)


def _expect_texts(name: str, values: object, call: str) -> list[str]:
    """The texts of any iterable; TypeError that names the argument for anything else, one text alone included."""
    if isinstance(values, str | bytes | bytearray):
        message = f"{name}: a list of texts is expected, not one text; write {call}"
        raise TypeError(message)
    if not isinstance(values, Iterable):
        message = f"{name}: a list of texts is expected, not {_kind(values)}; write {call}"
        raise TypeError(message)
    texts = list(values)
    for number, text in enumerate(texts):
        _expect_text(f"{name}[{number}]", text, "leave it out, or give an empty text")
    return texts


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


@lru_cache(maxsize=8)
def _repairer(level: str, languages: tuple[str, ...]) -> Repairer:
    from normalize.stages.repair import Repairer, RepairLevel

    return Repairer(RepairLevel(level), languages)


def repair(
    text: str, *, level: str = "safe", languages: Sequence[str] = ("it", "tr", "en")
) -> Repaired:
    """Repair the encoding, Unicode form and white space of a text; every change is recorded.

    level: `off`, `safe` or `aggressive`. languages: what the text may be in, by ISO 639-1 code. Clean text comes back as it is.
    Raises PlanError for another level, and TypeError for what is no text.

    >>> repair("Ä°stanbul'da yaÅŸayan").text
    "İstanbul'da yaşayan"
    """
    _expect_text("text", text, "give the text to repair")
    wanted = tuple(_expect_texts("languages", languages, 'languages=("it", "tr", "en")'))
    Config(repair=level)  # says what is wrong with a wrong level
    return _repairer(level, wanted).repair(text)


def detect(text: str, *, detector: str = "default") -> Language:
    """The language of a text on its own; `und` where there is nothing to decide, `other` for an unknown language.

    detector: `default`, `langdetect` or `fasttext`. Raises PlanError for another detector, and TypeError for what is no text.

    >>> detect("Reklam yükleniyor...").code
    'tr'
    """
    from normalize.stages.identify import detector as named

    _expect_text("text", text, "give the text to identify; for many, call it for each")
    Config(detector=detector)  # says what is wrong with a wrong name
    return named(detector).detect([text])[0]


@lru_cache(maxsize=4)
def _engine(source: str, beam: int, mbr: int) -> Engine:
    from normalize.engine import Engine, engine_spec

    return Engine(engine_spec(Config(sources=(source,), beam=beam, mbr=mbr)))


def translate(
    texts: Sequence[str], source: str, *, beam: int = 4, mbr: int = 0
) -> list[Translation]:
    """Translate texts into English, one result a text; a text of several sentences is translated sentence by sentence.

    source: ISO 639-1 code of a language with an installed package. beam: hypotheses kept while decoding.
    mbr: hypotheses that minimum Bayes risk decoding chooses among, 1 for none; 0 takes what the package asks for.
    The score of a text is the mean of its sentences' scores, weighted by their length in characters.
    Raises ModelError where there is no package for the language, PlanError for a wrong source, beam or mbr, and TypeError for anything
    but texts.
    """
    given = _expect_texts("texts", texts, 'translate([text], source="it")')
    _expect_text("source", source, 'give the language of the texts, as in source="it"')
    return translate_texts(given, _engine(source, beam, mbr), source)


def translate_texts(texts: Sequence[str], engine: Engine, source: str) -> list[Translation]:
    """Translate texts sentence by sentence, all sentences of all texts together."""
    from normalize.stages.segment import sentences

    pieces = [sentences(text) for text in texts]
    wanted = [piece.text for text in pieces for piece in text if piece.is_segment]
    made = iter(engine.for_language(source).translate(wanted))
    results = []
    for text in pieces:
        out: list[str] = []
        parts: list[tuple[int, Translation]] = []
        for piece in text:
            if piece.is_segment:
                parts.append((len(piece.text), next(made)))
            out.append(parts[-1][1].text if piece.is_segment else piece.text)
        results.append(_joined("".join(out), parts))
    return results


def _joined(text: str, parts: list[tuple[int, Translation]]) -> Translation:
    chars = sum(size for size, _ in parts)
    score = sum(size * part.score for size, part in parts) / chars if chars else 0.0
    flags = dict.fromkeys(flag for _, part in parts for flag in part.flags)
    models = [part.model for _, part in parts if part.model]
    return Translation(text, score, tuple(flags), models[0] if models else "")


@dataclass(slots=True)
class _Growing:
    document: Document
    text: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    pairs: list[SegmentPair] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)

    def add(self, window: ConvertedWindow) -> None:
        self.text.append(window.text)
        self.segments += window.segments
        self.pairs += window.pairs
        self.rejections += window.rejections
        self.fixes += window.fixes

    def result(self) -> Result:
        return Result(
            self.document, "".join(self.text), tuple(self.segments), tuple(self.pairs),
            tuple(self.rejections), tuple(self.fixes),
        )  # fmt: skip


class Pipeline:
    """Repair, segment, identify and translate documents: iterator in, iterator out, in constant memory.

    A result depends on its document alone. Documents are read ahead, up to a few hundred thousand characters, so that the translator
    works in full batches.

    memory: a file in which translations are kept for the next time. Raises PlanError for a wrong configuration and ModelError for a
    missing package, both at construction, and TypeError for anything but a Config.
    """

    def __init__(self, config: Config | None = None, *, memory: Path | None = None) -> None:
        from normalize.engine import Engine, engine_spec
        from normalize.pipeline import Pipeline as Stages

        if config is not None and not isinstance(config, Config):
            message = (
                f"config: a Config is expected, not {_kind(config)}; write Pipeline(Config(...))"
            )
            raise TypeError(message)
        self.config = config or Config()
        self._memory = None if memory is None else Path(memory)
        self._stages: Stages = Stages(
            self.config, Engine(engine_spec(self.config, memory=self._memory))
        )

    def __reduce__(self) -> tuple[Callable[..., Pipeline], tuple[Config, Path | None]]:
        """Travel to another process as the configuration; the models are loaded there."""
        return _pipeline, (self.config, self._memory)

    def process(self, documents: Iterable[str | Document]) -> Iterator[Result]:
        """Convert documents in order; a plain text gets its number, from 0, as its name.

        Raises TypeError for one text instead of many, and for an item that is neither text nor Document.
        """
        if isinstance(documents, str | bytes | bytearray | Document):
            message = "documents: texts are expected, not one text; write process([text])"
            raise TypeError(message)
        if not isinstance(documents, Iterable):
            message = f"documents: texts are expected, not {_kind(documents)}; give a list or an iterator of texts"
            raise TypeError(message)
        return self._results(documents)

    def _results(self, documents: Iterable[str | Document]) -> Iterator[Result]:
        from normalize.stages.read import split_lines

        waiting: list[_Growing] = []

        def windows() -> Iterator[Window]:
            for number, given in enumerate(documents):
                if not isinstance(given, str | Document):
                    message = (
                        f"documents: item {number} is a {_kind(given)}, not a text or Document"
                    )
                    raise TypeError(message)
                document = given if isinstance(given, Document) else Document(str(number), given)
                _expect_text(f"documents: text of item {number}", document.text, "decode it first")
                waiting.append(_Growing(document))
                yield from self._stages.analyse(document.id, [list(split_lines(document.text))])

        for window in self._stages.convert(windows()):
            waiting[0].add(window)
            if window.is_last:
                yield waiting.pop(0).result()


def _pipeline(config: Config, memory: Path | None) -> Pipeline:
    return Pipeline(config, memory=memory)
