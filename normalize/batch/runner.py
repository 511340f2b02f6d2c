"""A run from inputs to a finished output folder: plan, convert in workers, merge.

The folder after a run depends on the inputs, the configuration and the models alone: not on the number of workers, where they are, how
often the run was interrupted, or on what earlier runs had as inputs: their documents are removed, unless a limit alone keeps this run
from them.
"""

from __future__ import annotations

import fcntl
import shutil
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from normalize.batch import parts
from normalize.batch.executor import Executor, Unit, executor_for
from normalize.batch.merge import Merged, merge
from normalize.batch.parts import Failure, Layout, Record
from normalize.batch.progress import NoProgress, Progress
from normalize.batch.stale import find_stale, remove_stale
from normalize.batch.worker import Job, Task
from normalize.config import Config, RunOptions
from normalize.document import Rejection
from normalize.engine import engine_spec, work_digest
from normalize.errors import NormalizeError, OutputError, UsageError
from normalize.stages.read import Input, digest, discover
from normalize.version import __version__
from normalize.writers.atomic import TEMPORARY_PATTERN

UNIT_BYTES = 200_000
"""Small inputs are converted together up to this size, so that translation batches are full."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do: inputs in order, those refused at once, and those that an earlier run finished.

    stale: documents that an earlier run wrote for inputs no longer given; they go unless they were changed. Name to SHA-256.
    """

    tasks: tuple[Task, ...]
    refused: tuple[Rejection, ...]
    finished: dict[str, Record]
    stale: dict[str, str] = field(default_factory=dict)

    @property
    def open_tasks(self) -> list[Task]:
        """What is left to convert."""
        return [task for task in self.tasks if task.source.name not in self.finished]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did. `failures` holds inputs that could not be converted; `merged` the totals and files; `removed` the documents of
    an earlier run that were taken away.
    """

    documents: int
    resumed: int
    failures: tuple[Failure, ...]
    merged: Merged
    removed: tuple[str, ...] = ()


def plan_run(
    inputs: Sequence[str],
    out: Path,
    config: Config,
    options: RunOptions,
    work: str,
    file_list: Path | None = None,
) -> Plan:
    """Find the inputs, leaving out the output folder itself, and what is finished already.

    Raises UsageError where nothing matches, or nothing but files of the output folder.
    """
    layout = Layout(out)
    found, refused = discover(inputs, file_list=file_list)
    inside = out.resolve()
    outside = [s for s in found if s.path is None or inside not in s.path.resolve().parents]
    if found and not outside:
        message = (
            f"all {len(found):,} inputs lie inside the output folder {out}, whose files are never read; "
            f"choose another folder with -o"
        )
        raise UsageError(message)
    found = outside
    stale = find_stale(layout, {source.name for source in found})
    if options.limit:
        found = found[: options.limit]
    tasks = [_task(source, layout) for source in found]
    finished: dict[str, Record] = {}
    if options.resume and layout.state.exists():
        for task in tasks:
            path = task.source.path
            if path is None or not layout.record(task.source.name).exists():
                continue
            try:
                sha256 = digest(path)
            except (OSError, NormalizeError):
                continue
            record = parts.finished(layout, task.source.name, sha256, work)
            if record is not None:
                finished[task.source.name] = record
    return Plan(tuple(tasks), tuple(refused), finished, stale)


def _task(source: Input, layout: Layout) -> Task:
    if source.path is None:
        return Task(source, 0)
    try:
        return Task(source, source.path.stat().st_size)
    except OSError:
        return Task(source, 0)


def run(
    inputs: Sequence[str],
    out: Path,
    config: Config,
    options: RunOptions,
    *,
    file_list: Path | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Convert inputs into the folder `out`.

    Raises UsageError, ModelError, OutputError or ClusterError; inputs that cannot be read are failures in the result, never exceptions.
    KeyboardInterrupt passes through after the unfinished files are removed; the same call then goes on where this one stopped.
    """
    progress = progress or NoProgress()
    executor = executor_for(options)
    spec = engine_spec(config)
    work = work_digest(config, spec, __version__)
    layout = Layout(out)
    layout.create()
    with _locked(layout):
        plan = plan_run(inputs, out, config, options, work, file_list)
        _sweep(layout, keep_finished=options.resume, stale=plan.stale)
        memory = {"auto": layout.state / "memory.sqlite", "off": None}.get(
            options.memory, Path(options.memory)
        )
        tasks = [_spooled(task, layout) for task in plan.open_tasks]
        units = list(_units(tasks))
        job = Job(config, replace(spec, memory=memory), work, out)
        progress.start(len(tasks), sum(task.size for task in tasks))
        try:
            outcomes = _converted(executor, job, units, progress)
        finally:
            progress.stop()
        results: list[Record | Failure] = []
        for task in plan.tasks:
            name = task.source.name
            results.append(plan.finished.get(name) or outcomes[name])
        failures = [Failure(r.document, r.reason, r.value) for r in plan.refused]
        removed = remove_stale(layout, plan.stale)
        merged = merge(layout, config, spec, results, failures)
        failures += [result for result in results if isinstance(result, Failure)]
        _sweep(layout, keep_finished=True)
    return RunResult(len(plan.tasks), len(plan.finished), tuple(failures), merged, removed)


def _units(tasks: Sequence[Task]) -> Iterator[Unit]:
    """Tasks in groups that are converted together."""
    unit: Unit = []
    size = 0
    for task in tasks:
        if unit and size + task.size > UNIT_BYTES:
            yield unit
            unit, size = [], 0
        unit.append(task)
        size += task.size
    if unit:
        yield unit


def _spooled(task: Task, layout: Layout) -> Task:
    """Standard input as a file, since workers cannot read it."""
    if task.source.path is not None:
        return task
    path = layout.temporary / "stdin"
    try:
        with path.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out, 1 << 20)
    except OSError as exc:
        path.unlink(missing_ok=True)
        message = (
            f"{path}: standard input cannot be kept: {exc.strerror}; free some space or choose another folder, then run the same "
            f"command again"
        )
        raise OutputError(message) from exc
    return Task(replace(task.source, path=path), path.stat().st_size)


def _converted(
    executor: Executor, job: Job, units: list[Unit], progress: Progress
) -> dict[str, Record | Failure]:
    """What became of every input, by its name."""
    outcomes: dict[str, Record | Failure] = {}
    with closing(executor.convert(job, units)) as finished:
        for unit, results in finished:
            for task, result in zip(unit, results, strict=True):
                outcomes[task.source.name] = result
            progress.advance(len(unit), sum(task.size for task in unit))
    return outcomes


@contextmanager
def _locked(layout: Layout) -> Iterator[None]:
    """Keep other runs out of the same output folder; a killed run leaves no lock."""
    with (layout.state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            message = f"{layout.out}: another run is writing here; wait for it, or choose another folder with -o"
            raise UsageError(message) from exc
        yield


def _sweep(layout: Layout, *, keep_finished: bool, stale: Collection[str] = ()) -> None:
    """Remove what an interrupted run left unfinished, and with --restart what it finished.

    The records of stale documents stay until these are removed: they prove that the documents are ours.
    """
    shutil.rmtree(layout.temporary, ignore_errors=True)
    layout.temporary.mkdir(parents=True, exist_ok=True)
    for folder in (layout.out, layout.out / "corpus", layout.state / "done"):
        for path in folder.glob(TEMPORARY_PATTERN):
            path.unlink(missing_ok=True)
    if not keep_finished:
        kept = {parts.key_of(name) for name in stale}
        for name in ("parts", "done"):
            for path in (layout.state / name).iterdir():
                if path.stem not in kept:
                    path.unlink()
