"""Finished parts to the files that people use: corpora, rejections, manifest, report. Counts everything and asserts that it adds up."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from normalize.batch import parts
from normalize.batch.parts import Counts, Failure, Layout, Record
from normalize.config import Config
from normalize.document import BlockKind, Fix, FixKind, Rejection, SegmentPair
from normalize.engine import EngineSpec, library_versions
from normalize.errors import ConservationError
from normalize.report import DocumentView, RunSummary, SegmentRow, write_report
from normalize.version import __version__
from normalize.writers import CorpusFile, CorpusHeader, write_corpus, write_rejections
from normalize.writers.atomic import atomic_text

BINS = tuple(round(-2.0 + 0.1 * step, 1) for step in range(20))


@dataclass(slots=True)
class Merged:
    """Totals of a run and the files written."""

    counts: Counts
    documents_read: int = 0
    documents_failed: int = 0
    pairs: dict[str, int] = field(default_factory=dict)
    rejected_by_reason: dict[str, int] = field(default_factory=dict)
    files: dict[str, CorpusFile] = field(default_factory=dict)
    scores: tuple[tuple[float, float, int], ...] = ()


class _Sifted:
    """One pass over all parts in order: finds duplicates, counts, and yields what `rejected.jsonl` holds."""

    def __init__(self, layout: Layout, config: Config, results: Sequence[Record | Failure]) -> None:
        self.layout, self.config, self.results = layout, config, results
        self.duplicates: set[str] = set()
        self.accepted: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.bins: Counter[int] = Counter()
        self.refused_pairs = 0

    def rejections(self) -> Iterator[Rejection]:
        """Everything left out, in the order of the inputs."""
        seen: set[bytes] = set()
        for result in self.results:
            if isinstance(result, Failure):
                yield self._counted(Rejection(result.name, result.reason, result.detail))
                continue
            for entry in parts.read_part(self.layout, result.name):
                if isinstance(entry, Rejection):
                    self.refused_pairs += entry.pair is not None
                    yield self._counted(entry)
                    continue
                key = _pair_key(entry)
                if self.config.filter.drop_duplicates and key in seen:
                    self.duplicates.add(entry.id)
                    self.refused_pairs += 1
                    yield self._counted(Rejection(entry.document, "duplicate", "", entry))
                    continue
                seen.add(key)
                self.accepted[f"{entry.source_lang}-{entry.target_lang}"] += 1
                self.bins[min(len(BINS) - 1, max(0, int((entry.score + 2.0) * 10)))] += 1

    def _counted(self, rejection: Rejection) -> Rejection:
        self.reasons[rejection.reason] += 1
        return rejection

    def pairs(self, name: str) -> Iterator[SegmentPair]:
        """The accepted pairs of one language pair; only after `rejections` has run."""
        for result in self.results:
            if isinstance(result, Failure):
                continue
            for entry in parts.read_part(self.layout, result.name):
                if (
                    isinstance(entry, SegmentPair)
                    and f"{entry.source_lang}-{entry.target_lang}" == name
                    and entry.id not in self.duplicates
                ):
                    yield entry


def _pair_key(pair: SegmentPair) -> bytes:
    key = "\0".join((pair.source_lang, pair.target_lang, pair.source, pair.target))
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def merge(
    layout: Layout,
    config: Config,
    spec: EngineSpec,
    results: Sequence[Record | Failure],
    refused: Sequence[Failure],
) -> Merged:
    """Write everything that is made of all documents together.

    Raises ConservationError where the counts do not add up, before the manifest is written.
    """
    sifted = _Sifted(layout, config, [*refused, *results])
    write_rejections(layout.out / "rejected.jsonl", sifted.rejections())
    counts = Counts()
    for result in results:
        if isinstance(result, Record):
            counts.add(result.counts)
    failed = len(refused) + sum(isinstance(result, Failure) for result in results)
    merged = Merged(counts, len(refused) + len(results), failed)
    merged.rejected_by_reason = dict(sorted(sifted.reasons.items()))
    merged.scores = tuple(
        (low, round(low + 0.1, 1), sifted.bins[index]) for index, low in enumerate(BINS)
    )
    for pair in config.pairs:
        source, _, target = pair.partition("-")
        package = spec.packages[pair]
        model = (f"{pair}@{package.digest()[:12]}", package.digest())
        header = CorpusHeader(
            source, target, __version__, signature(config, spec, pair), models=(model,)
        )
        merged.files |= write_corpus(
            layout.out / "corpus", header, sifted.pairs(pair), config.formats
        )
        merged.pairs[pair] = sifted.accepted[pair]
    _remove_stale(layout, merged)
    _check(merged, results, sifted)
    os.sync()  # documents first: what the manifest lists is on the disk
    _write_manifest(layout, config, spec, results, refused, merged)
    _write_page(layout, config, spec, results, refused, merged)
    return merged


def signature(config: Config, spec: EngineSpec, pair: str) -> str:
    """How the pairs of a corpus were made, in one line."""
    versions = library_versions()
    package = spec.packages[pair]
    return "|".join(
        (
            pair,
            f"repair:{config.repair}",
            f"ftfy:{versions['ftfy']}",
            "form:NFC",
            f"lid:{config.detector}",
            f"mt:{pair}-{package.version}@{package.digest()[:12]}",
            f"beam:{config.beam}",
            f"mbr:{spec.options.mbr_with(package.mbr)}",
            f"v:{__version__}",
        )
    )


def _remove_stale(layout: Layout, merged: Merged) -> None:
    """Remove corpora of an earlier run with other formats or languages: they would not match the manifest.

    The manifest of that run proves, with the digest, what is ours; whatever else lies in the folder is the user's.
    """
    try:
        manifest = json.loads((layout.out / "manifest.json").read_text(encoding="utf-8"))
        written = {str(name): str(file["sha256"]) for name, file in manifest["files"].items()}
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return
    for path in sorted((layout.out / "corpus").iterdir()):
        sha256 = written.get(f"corpus/{path.name}")
        if not sha256 or path.name in merged.files or path.is_symlink():
            continue
        if parts.file_digest(path) == sha256:
            path.unlink()


def _check(merged: Merged, results: Sequence[Record | Failure], sifted: _Sifted) -> None:
    """read = written + failed, and translated = accepted + rejected."""
    written = sum(isinstance(result, Record) for result in results)
    if merged.documents_read != written + merged.documents_failed:
        message = (
            f"{merged.documents_read} documents read, but {written} written and {merged.documents_failed} failed; "
            f"please report this as a defect"
        )
        raise ConservationError(message)
    accepted = sum(sifted.accepted.values())
    if merged.counts.translated != accepted + sifted.refused_pairs:
        message = (
            f"{merged.counts.translated} segments translated, but {accepted} pairs accepted and {sifted.refused_pairs} "
            f"rejected; please report this as a defect"
        )
        raise ConservationError(message)
    for name, file in merged.files.items():
        pair = name.split(".")[0]
        if file.count != merged.pairs[pair]:
            message = f"{name} holds {file.count} pairs instead of {merged.pairs[pair]}; please report this as a defect"
            raise ConservationError(message)


def _models(spec: EngineSpec) -> dict[str, dict[str, str]]:
    return {
        pair: {"version": package.version, "sha256": package.digest(), "origin": package.origin}
        for pair, package in sorted(spec.packages.items())
    }


def _write_manifest(
    layout: Layout,
    config: Config,
    spec: EngineSpec,
    results: Sequence[Record | Failure],
    refused: Sequence[Failure],
    merged: Merged,
) -> None:
    inputs: list[dict[str, Any]] = []
    for result in [*refused, *results]:
        if isinstance(result, Record):
            inputs.append(
                {
                    "name": result.name,
                    "sha256": result.input_sha256,
                    "encoding": result.encoding,
                    "document_sha256": result.document_sha256,
                    "segments": result.counts.segments,
                    "translated": result.counts.translated,
                }
            )
        else:
            inputs.append({"name": result.name, "failed": result.reason, "detail": result.detail})
    counts = merged.counts
    manifest = {
        "tool": "normalize",
        "version": __version__,
        "signatures": {pair: signature(config, spec, pair) for pair in config.pairs},
        "machine_translation": True,
        "config": config.as_dict(),
        "models": _models(spec),
        "libraries": library_versions(),
        "counts": {
            "documents_read": merged.documents_read,
            "documents_written": merged.documents_read - merged.documents_failed,
            "documents_failed": merged.documents_failed,
            "records": counts.records,
            "records_failed": counts.records_failed,
            "segments": counts.segments,
            "segments_translated": counts.translated,
            "segments_undecided": counts.undecided,
            "segments_switched": counts.switched,
            "pairs": merged.pairs,
            "pairs_rejected": counts.translated - sum(merged.pairs.values()),
            "rejected_by_reason": merged.rejected_by_reason,
            "languages": dict(sorted(counts.languages.items())),
            "fixes": dict(sorted(counts.fixes.items())),
        },
        "files": {
            f"corpus/{name}": {"sha256": file.sha256, "bytes": file.size, "pairs": file.count}
            for name, file in sorted(merged.files.items())
        },
        "inputs": inputs,
    }
    with atomic_text(layout.out / "manifest.json") as out:
        json.dump(manifest, out, ensure_ascii=False, indent=1)
        out.write("\n")


def _views(layout: Layout, results: Sequence[Record | Failure]) -> Iterator[DocumentView]:
    for result in results:
        if isinstance(result, Record):
            rows = (_segment_row(row) for row in parts.read_rows(layout, result.name))
            yield DocumentView(result.name, rows)


def _segment_row(row: dict[str, Any]) -> SegmentRow:
    fixes = tuple(Fix(**{**fix, "kind": FixKind(fix["kind"])}) for fix in row["fixes"])
    return SegmentRow(
        kind=BlockKind(row["kind"]),
        source=row["source"],
        target=row["target"],
        language=row["language"],
        raw_language=row["raw"],
        reason=row["reason"],
        score=row["score"],
        flags=tuple(row["flags"]),
        fixes=fixes,
        changed=row["source"] != row["target"] or bool(fixes),
        start=row["start"],
    )


def _write_page(
    layout: Layout,
    config: Config,
    spec: EngineSpec,
    results: Sequence[Record | Failure],
    refused: Sequence[Failure],
    merged: Merged,
) -> None:
    counts = merged.counts
    failures = [*refused, *(result for result in results if isinstance(result, Failure))]
    summary = RunSummary(
        title="What normalize made of these documents",
        signature=" · ".join(signature(config, spec, pair) for pair in config.pairs),
        tool_version=__version__,
        models={pair: package.digest() for pair, package in sorted(spec.packages.items())},
        documents_read=merged.documents_read,
        documents_written=merged.documents_read - merged.documents_failed,
        documents_failed=merged.documents_failed,
        segments_read=counts.segments,
        segments_translated=counts.translated,
        pairs_rejected=counts.translated - sum(merged.pairs.values()),
        pairs=merged.pairs,
        languages=dict(sorted(counts.languages.items())),
        rejected_by_reason=merged.rejected_by_reason,
        fixes_by_kind=dict(sorted(counts.fixes.items())),
        score_histogram=merged.scores,
        undecided=counts.undecided,
        switched=counts.switched,
        failed_inputs=tuple(
            (failure.name, f"{failure.reason}: {failure.detail}") for failure in failures
        ),
    )
    write_report(layout.out / "report.html", summary, _views(layout, results))
