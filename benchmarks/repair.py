"""Measures decoding and repair: damage undone, clean text left alone, letters restored, speed.

    python benchmarks/repair.py --eval EVALUATION [--part damage,clean,bytes,letters,options,speed,record] [--limit N]
        [--half even]

EVALUATION holds `mt/*.{it,tr,en}` and `lid/<language>.txt`, one sentence a line. All damage is made
here. Sentences are stripped and in normalisation form NFC, so that only damage is measured.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from normalize.document import Repaired, replay
from normalize.stages.decode import decide, decode_line
from normalize.stages.repair import Repairer
from normalize.stages.repair.encodings import decoding_table

LANGUAGES = ("it", "tr", "en")
UTF8_READERS = ("iso8859-1", "cp1252", "cp1254", "mac-roman", "cp850", "cp857")
SINGLE_BYTE_PAIRS = (
    ("cp1254", "iso8859-1"),
    ("cp1254", "cp1252"),
    ("cp1252", "mac-roman"),
    ("cp1252", "cp850"),
    ("mac-roman", "cp1252"),
    ("cp850", "cp1252"),
    ("cp857", "cp1254"),
    ("cp857", "cp1252"),
)
FILE_ENCODINGS = (
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "iso8859-1",
    "iso8859-15",
    "cp1254",
    "iso8859-9",
    "cp850",
    "cp857",
    "cp437",
    "mac-roman",
    "mac-turkish",
)
DOCUMENT_LINES = 10
MANY_CASES = 40


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of damaging text: for each step, the true encoding and the one it is read as."""

    steps: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return ", then ".join(f"{right} as {wrong}" for right, wrong in self.steps)

    def damage(self, text: str) -> str | None:
        """The damaged text; None where the encoding lacks a character."""
        for right, wrong in self.steps:
            try:
                raw = text.encode(right)
            except UnicodeEncodeError:
                return None
            table = decoding_table(wrong)
            text = "".join([table[byte] for byte in raw])
        return text


def kinds() -> list[Kind]:
    """Every kind of damage measured."""
    found = [Kind((("utf-8", wrong),)) for wrong in UTF8_READERS]
    found += [Kind((("utf-8", wrong),) * 2) for wrong in ("iso8859-1", "cp1252", "cp1254")]
    found += [Kind((pair,)) for pair in SINGLE_BYTE_PAIRS]
    found.append(Kind((("cp1254", "iso8859-1"), ("utf-8", "cp1252"))))
    return found


def sentences(path: Path) -> list[str]:
    """The stripped, composed, non-empty lines of a file."""
    lines = unicodedata.normalize("NFC", path.read_text(encoding="utf-8")).split("\n")
    return [line.strip() for line in lines if line.strip()]


def evaluation(folder: Path, language: str, limit: int, half: str = "") -> list[str]:
    """The sentences of a language, shuffled by a fixed seed; every other one where a half is named.

    Margins were set on the odd half, so that the even one tells how they do on what is new.
    """
    found = [line for path in sorted(folder.glob(f"mt/*.{language}")) for line in sentences(path)]
    random.Random(1).shuffle(found)
    if half:
        found = found[1::2] if half == "odd" else found[::2]
    return found[:limit] if limit else found


def say(line: str = "") -> None:
    """Print one line of the report."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def damaged(texts: Sequence[str], kind: Kind) -> list[tuple[str, str]]:
    """Every sentence that the damage changes, with its damaged form."""
    pairs = [(text, kind.damage(text)) for text in texts]
    return [(text, made) for text, made in pairs if made is not None and made != text]


def in_documents(repairer: Repairer, pairs: list[tuple[str, str]]) -> list[bool]:
    """Whether each sentence is restored in a document of ten, all damaged alike."""
    exact = []
    for start in range(0, len(pairs), DOCUMENT_LINES):
        group = pairs[start : start + DOCUMENT_LINES]
        results = repairer.document().repair([made + "\n" for _, made in group])
        exact += [
            result.text == text + "\n" for (text, _), result in zip(group, results, strict=True)
        ]
    return exact


def measure_damage(folder: Path, limit: int, show: int, only: str, half: str) -> None:
    """Share of damaged sentences restored exactly, alone and in documents."""
    import ftfy

    config = ftfy.TextFixerConfig(uncurl_quotes=False, fix_latin_ligatures=False)
    repairer = Repairer()
    total: Counter[str] = Counter()
    say(f"{'damage':44} {'lang':4} {'cases':>6} {'ftfy':>6} {'alone':>6} {'in doc.':>7}")
    for language in LANGUAGES:
        texts = evaluation(folder, language, 0, half)
        for kind in kinds():
            if only not in str(kind):
                continue
            pairs = damaged(texts, kind)
            pairs = pairs[:limit] if limit else pairs
            if not pairs:
                continue
            alone = []
            for text, made in pairs:
                result = repairer.repair(made)
                alone.append(result.text == text)
                if not alone[-1] and show > 0:
                    show -= 1
                    say(f"    {made!r}\n    {result.text!r}\n    {text!r}")
            documents = in_documents(repairer, pairs)
            theirs = sum(ftfy.fix_text(made, config) == text for text, made in pairs[:100])
            total.update(cases=len(pairs), alone=sum(alone), documents=sum(documents))
            mark = "" if len(pairs) < MANY_CASES or sum(alone) / len(pairs) >= 0.975 else "  < .975"
            say(
                f"{kind!s:44} {language:4} {len(pairs):6} {theirs / min(len(pairs), 100):6.3f}"
                f" {sum(alone) / len(pairs):6.4f} {sum(documents) / len(pairs):7.4f}{mark}"
            )
    cases = total["cases"]
    say(
        f"{'overall':44} {'':4} {cases:6} {'':6} {total['alone'] / cases:6.4f}"
        f" {total['documents'] / cases:7.4f}"
    )


def measure_clean(folder: Path, limit: int, show: int) -> None:
    """Clean sentences that are changed, in the languages and in the others."""
    repairer = Repairer()
    files = {language: evaluation(folder, language, limit) for language in LANGUAGES}
    others = {
        path.stem: sentences(path)
        for path in sorted(folder.glob("lid/*.txt"))
        if path.stem not in LANGUAGES
    }
    for name, group in (("it, tr, en", files), (f"{len(others)} other languages", others)):
        changed = []
        number = 0
        for language, texts in group.items():
            chosen = texts[:limit] if limit else texts
            number += len(chosen)
            for text in chosen:
                result = repairer.repair(text)
                if result.text != text:
                    changed.append((language, result))
        say(f"clean sentences changed, {name}: {len(changed)} of {number:,}")
        for language, result in changed[:show]:
            for fix in result.fixes:
                say(f"    {language} {fix.kind}: {fix.before!r} -> {fix.after!r} ({fix.evidence})")


def chunks(texts: Sequence[str], least: int) -> Iterator[str]:
    """Stretches of whole sentences of at least so many characters."""
    held: list[str] = []
    for text in texts:
        held.append(text)
        if sum(map(len, held)) >= least:
            yield "\n".join(held)
            held = []


def decoded(raw: bytes) -> str:
    """Our decoding of a whole file."""
    decoding = decide(raw)
    if decoding.encoding.startswith(("utf-16", "utf-32")):
        return raw.decode(decoding.encoding)
    lines = raw.split(b"\n")
    return "\n".join(decode_line(line, decoding).text for line in lines)


def _by_charset_normalizer(raw: bytes) -> str:
    import charset_normalizer

    best = charset_normalizer.from_bytes(raw).best()
    return str(best) if best else ""


def _by_chardet(raw: bytes) -> str:
    import chardet

    found = chardet.detect(raw)["encoding"]
    return raw.decode(found, errors="replace") if found else ""


def measure_bytes(folder: Path, limit: int, show: int, half: str) -> None:
    """Share of byte strings of 50 or more characters that are decoded to exactly their text."""
    tools: dict[str, Callable[[bytes], str]] = {
        "ours": decoded,
        "charset-normalizer": _by_charset_normalizer,
        "chardet": _by_chardet,
    }
    total: Counter[str] = Counter()
    say(f"{'encoding':12} {'lang':4} {'cases':>6} " + " ".join(f"{name:>18}" for name in tools))
    for language in LANGUAGES:
        texts = list(chunks(evaluation(folder, language, 0, half), 50))
        for encoding in FILE_ENCODINGS:
            cases = []
            for text in texts:
                try:
                    raw = text.encode(encoding)
                except UnicodeEncodeError:
                    continue
                if not text.isascii():
                    cases.append((text, raw))
            cases = cases[: limit or 300]
            if not cases:
                continue
            shares = []
            for name, tool in tools.items():
                right = 0
                for text, raw in cases:
                    made = tool(raw).removeprefix("\ufeff")
                    right += made == text
                    if made != text and name == "ours" and show > 0:
                        show -= 1
                        say(f"    {decide(raw)}\n    {made[:150]!r}\n    {text[:150]!r}")
                total[name] += right
                shares.append(f"{right / len(cases):18.4f}")
            total["cases"] += len(cases)
            say(f"{encoding:12} {language:4} {len(cases):6} " + " ".join(shares))
    overall = " ".join(f"{total[name] / total['cases']:18.4f}" for name in tools)
    say(f"{'overall':12} {'':4} {total['cases']:6} {overall}")


def measure_letters(folder: Path, limit: int, show: int, half: str) -> None:
    """Lost letters: words restored exactly, beside the commonest letter of the language."""
    repairer = Repairer()
    for language, letters, usual in (
        ("it", "àèéìòùÀÈÉÌÒÙ", "è"),
        ("tr", "çğıöşüÇĞİÖŞÜâîû", "ı"),
    ):
        texts = evaluation(folder, language, limit or 1000, half)
        words = right = baseline = 0
        table = dict.fromkeys(map(ord, letters), "\ufffd")
        for text in texts:
            broken = text.translate(table)
            if broken == text:
                continue
            made = repairer.repair(broken).text
            plain = broken.replace("\ufffd", usual)
            if len(made) != len(text):
                made = broken
            at = 0
            for word in text.split(" "):
                span = slice(at, at + len(word))
                at += len(word) + 1
                if "\ufffd" not in broken[span]:
                    continue
                words += 1
                right += made[span] == word
                baseline += plain[span] == word
                if made[span] != word and show > 0:
                    show -= 1
                    say(f"    {broken[span]!r} {made[span]!r} {word!r}")
        say(
            f"lost letters, {language}: {words} words, restored {right / words:.4f},"
            f" majority letter {baseline / words:.4f}"
        )


def _words_right(made: str, text: str, broken: str) -> tuple[int, int]:
    """Of the words that were damaged: how many there are, and how many are right again."""
    triples = zip(made.split(" "), text.split(" "), broken.split(" "), strict=False)
    damaged_words = [(now, meant) for now, meant, was in triples if was != meant]
    return len(damaged_words), sum(now == meant for now, meant in damaged_words)


def measure_options(folder: Path, limit: int, show: int, half: str) -> None:
    """The options: what they restore, and which clean sentences they change."""
    accents = dict(zip("àèéìòù", ("a'", "e'", "e'", "i'", "o'", "u'"), strict=True))
    ending = re.compile("[àèéìòù](?![\\w'’])")
    plain = str.maketrans("çğıöşüâîûÇĞİÖŞÜÂÎÛ", "cgiosuaiuCGIOSUAIU")
    options: tuple[tuple[str, str, Repairer, Callable[[str], str]], ...] = (
        (
            "apostrophes",
            "it",
            Repairer(apostrophes=True),
            lambda text: ending.sub(lambda match: accents[match.group()], text),
        ),
        ("diacritics", "tr", Repairer(diacritics=True), lambda text: text.translate(plain)),
    )
    for name, language, repairer, spoil in options:
        words = right = 0
        for text in evaluation(folder, language, limit or 1000, half):
            broken = spoil(text)
            if broken != text:
                found, restored = _words_right(repairer.repair(broken).text, text, broken)
                words, right = words + found, right + restored
        say(f"{name}: {words} words of {language}, restored {right / max(words, 1):.4f}")
        for other in LANGUAGES:
            texts = evaluation(folder, other, limit or 1000, half)
            made = [(text, repairer.repair(text).text) for text in texts]
            changed = [pair for pair in made if pair[0] != pair[1]]
            say(f"    clean {other} sentences changed: {len(changed)} of {len(texts):,}")
            for text, now in changed[:show]:
                pairs = zip(text.split(" "), now.split(" "), strict=False)
                say(f"        {[pair for pair in pairs if pair[0] != pair[1]][:6]}")


def measure_speed(folder: Path, limit: int) -> None:
    """Clean sentences a second on one core, beside ftfy and plsfix, in one process."""
    import ftfy

    texts = [text for name in LANGUAGES for text in evaluation(folder, name, limit or 1000)]
    random.Random(2).shuffle(texts)
    repairer = Repairer()
    tools: dict[str, Callable[[str], object]] = {
        "ours": repairer.repair,
        "ftfy, explaining": ftfy.fix_and_explain,
    }
    try:
        import plsfix
    except ImportError:
        say("plsfix is not installed")
    else:
        tools["plsfix"] = plsfix.fix_text
    for name, tool in tools.items():
        tool("La cittÃ\u00a0 libert… perchË")  # what is read once a process is not counted
        wall, busy = time.perf_counter(), time.process_time()
        for text in texts:
            tool(text)
        wall, busy = time.perf_counter() - wall, time.process_time() - busy
        say(
            f"speed, {name}: {len(texts) / busy:,.0f} clean sentences a second of processor time"
            f" ({len(texts) / wall:,.0f} by the clock)"
        )


def check_record(folder: Path) -> None:
    """Fixes must replay and a second repair must change nothing."""
    repairer = Repairer()
    number = 0
    for language in LANGUAGES:
        texts = evaluation(folder, language, 100)
        for kind in kinds():
            for _, made in damaged(texts, kind)[:20]:
                result: Repaired = repairer.repair(made)
                if replay(made, result.fixes) != result.text:
                    say(f"    does not replay: {made!r}")
                if repairer.repair(result.text).text != result.text:
                    say(f"    not settled: {made!r}")
                number += 1
    say(f"replayed and repaired twice: {number} texts")


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--eval", type=Path, required=True, help="folder with mt/ and lid/")
    parser.add_argument("--part", default="damage,clean,bytes,letters,options,speed,record")
    parser.add_argument("--limit", type=int, default=0, help="cases of each kind; 0: all")
    parser.add_argument("--show", type=int, default=0, help="failures to print")
    parser.add_argument("--kind", default="", help="only kinds of damage whose names hold this")
    parser.add_argument("--half", choices=["", "odd", "even"], default="", help="every other line")
    arguments = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "damage": lambda: measure_damage(
            arguments.eval, arguments.limit, arguments.show, arguments.kind, arguments.half
        ),
        "clean": lambda: measure_clean(arguments.eval, arguments.limit, arguments.show),
        "bytes": lambda: measure_bytes(
            arguments.eval, arguments.limit, arguments.show, arguments.half
        ),
        "letters": lambda: measure_letters(
            arguments.eval, arguments.limit, arguments.show, arguments.half
        ),
        "options": lambda: measure_options(
            arguments.eval, arguments.limit, arguments.show, arguments.half
        ),
        "speed": lambda: measure_speed(arguments.eval, arguments.limit),
        "record": lambda: check_record(arguments.eval),
    }
    for part in arguments.part.split(","):
        parts[part]()


if __name__ == "__main__":
    main()
