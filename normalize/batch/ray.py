"""Workers as actors of a Ray cluster: one process a worker, on whatever machine has a processor for it.

The machines share a file system, on which the inputs and the output folder lie under the same paths everywhere. An actor reads its
inputs and writes its documents there itself; only tasks and completion records travel. Before it gets a task it says whether it sees
the files and would make the same results; an actor that is lost is replaced, and its unit converted again from the beginning.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import platform
import secrets
import shutil
import socket
import tempfile
from collections import Counter, deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from normalize.batch.executor import Converted, Unit, worker_lost
from normalize.batch.parts import Failure, Layout, Record
from normalize.batch.worker import Job, Task, Worker
from normalize.engine import EngineSpec, engine_spec, library_versions, work_digest
from normalize.errors import ClusterError, ModelError, NormalizeError
from normalize.stages.translate.network import processors
from normalize.version import __version__

_LOG = logging.getLogger(__name__)
ATTEMPTS = 3
"""So many workers may die of one unit, or before their first, until the run gives up."""
SAMPLES = 100
"""Inputs, each of another folder, that a worker looks for before it begins."""
PATIENCE_SECONDS = 60.0
"""After so long without an answer it is said that the run waits for the cluster."""
KNOCK_SECONDS = 10.0
OBJECT_STORE_BYTES = 100_000_000
"""Memory for objects that actors pass on: far more than completion records need, and near Ray's minimum."""


class RayActors:
    """Converts in actors of a Ray cluster.

    workers: how many; 0 is one for each processor of the cluster. address: `auto` or `HOST:PORT` of a running cluster; empty: a
    cluster of this machine alone, started for the run. Raises ClusterError where Ray is not installed.
    """

    def __init__(self, workers: int, address: str) -> None:
        self.workers, self.address = workers, address
        if importlib.util.find_spec("ray") is None:
            message = "Ray is not installed; install it with `pip install 'normalize-bitext[ray]'`, or leave out --engine ray"
            raise ClusterError(message)

    def convert(self, job: Job, units: Sequence[Unit]) -> Generator[Converted, None, None]:
        """See `Executor`."""
        if not units:
            return
        units = [[_absolute_task(task) for task in unit] for unit in units]
        with _cluster(self.address) as ray:
            nodes = [node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]]
            workers = max(1, min(self.workers or int(sum(nodes)), len(units)))
            share = processors_each([int(count) for count in nodes], workers)
            job = _absolute_job(replace(job, spec=replace(job.spec, threads=max(1, share))))
            yield from _Crew(ray, job, units, share).converted(workers)


def processors_each(nodes: Sequence[int], workers: int) -> int:
    """The most processors that each worker can have, given those of each node; 0 where there are more workers than processors.

    >>> processors_each([8, 4], 3), processors_each([8, 4], 4), processors_each([2], 3)
    (4, 2, 0)
    """
    for share in range(max(nodes, default=0), 0, -1):
        if sum(count // share for count in nodes) >= workers:
            return share
    return 0


def _absolute_task(task: Task) -> Task:
    """The task as another process finds it, whatever its current folder."""
    assert task.source.path is not None  # standard input is a file by now
    return replace(task, source=replace(task.source, path=task.source.path.absolute()))


def _absolute_job(job: Job) -> Job:
    """The job with the paths that another process finds. No result names them."""
    config = replace(
        job.config, packages=tuple(str(Path(path).absolute()) for path in job.config.packages)
    )
    packages = {
        pair: replace(package, path=package.path.absolute())
        for pair, package in job.spec.packages.items()
    }
    memory = job.spec.memory.absolute() if job.spec.memory else None
    spec = replace(job.spec, packages=packages, memory=memory)
    return replace(job, config=config, spec=spec, out=job.out.absolute())


@dataclass(frozen=True, slots=True)
class Call:
    """What a new worker is asked: to see the token in the output folder, and the inputs. node: that of the run itself."""

    token: str
    samples: tuple[Path, ...]
    node: str

    @staticmethod
    def place(layout: Layout) -> Path:
        """Where the token is written."""
        return layout.temporary / "token"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a new worker says. host: its machine. sees_output, unseen: which files it finds; makes_the_same: whether version,
    libraries and packages there are those of the run; versions: what they are.
    """

    host: str
    sees_output: bool
    unseen: tuple[Path, ...]
    makes_the_same: bool
    versions: Mapping[str, str]


def objection(answer: Answer, job: Job) -> str:
    """Why a worker cannot take part in a run, and what to do about it; empty where it can."""
    if not answer.sees_output:
        return (
            f"{answer.host}: does not see the output folder {job.out}; inputs and output have to be on a file system that all "
            f"machines of the cluster share, under the same path"
        )
    unseen = [path for path in answer.unseen if path.exists()]  # unless it is gone everywhere
    if unseen:
        return (
            f"{answer.host}: does not see the input {unseen[0]}; inputs and output have to be on a file system that all "
            f"machines of the cluster share, under the same path"
        )
    if not answer.makes_the_same:
        ours = versions()
        other = [
            f"{name} {answer.versions.get(name, 'absent')} instead of {ours[name]}"
            for name in sorted(ours)
            if answer.versions.get(name) != ours[name]
        ]
        found = ", ".join(other) or "other translation packages"
        return f"{answer.host}: would not give the same results: it has {found}; install the same on all machines of the cluster"
    return ""


def versions() -> dict[str, str]:
    """What has to be the same on all machines, besides the translation packages."""
    return {"normalize": __version__, **library_versions()}


class Actor:
    """A worker in a process of its own, somewhere."""

    def __init__(self) -> None:
        self.worker: Worker | None = None

    def start(self, job: Job, call: Call) -> Answer:
        """Look around, and make ready if all is well."""
        spec = _spec_here(job)
        answer = Answer(
            platform.node(),
            _text_of(Call.place(Layout(job.out))) == call.token,
            tuple(path for path in call.samples if not path.exists()),
            spec is not None,
            versions(),
        )
        if spec is not None and answer.sees_output:
            if _node() != call.node:
                spec = replace(spec, memory=None)  # SQLite cannot be shared over a network
            self.worker = Worker(replace(job, spec=spec))
        return answer

    def convert(self, unit: Unit) -> list[Record | Failure]:
        """See `Worker.convert`."""
        assert self.worker is not None
        return self.worker.convert(unit)


def _spec_here(job: Job) -> EngineSpec | None:
    """How this machine does the job with the same results: with the packages at the paths of the run, or its own; None if it cannot."""
    with suppress(ModelError):
        if work_digest(job.config, job.spec, __version__) == job.work:
            return job.spec
    with suppress(ModelError):
        own = engine_spec(job.config, threads=job.spec.threads, memory=job.spec.memory)
        if work_digest(job.config, own, __version__) == job.work:
            return own
    return None


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def _node() -> str:
    import ray

    return str(ray.get_runtime_context().get_node_id())


class _Crew:
    """The actors of a run. Each has one unit at a time; who is ready gets the next."""

    def __init__(self, ray: ModuleType, job: Job, units: Sequence[Unit], share: int) -> None:
        self.ray, self.job, self.left = ray, job, len(units)
        self.queue, self.idle = deque(units), list[Any]()
        self.actor_class = ray.remote(Actor).options(
            num_cpus=share, max_restarts=0, scheduling_strategy="SPREAD"
        )
        self.at_work: dict[object, tuple[Any, Unit]] = {}
        """By the reference of the answer to come: who gives it, and the unit; an empty one from an actor that was asked to start."""
        self.deaths: Counter[str] = Counter()
        """By the first input of the unit that was at work; those of actors that never began under the empty name."""
        token = secrets.token_hex(16)
        Call.place(Layout(job.out)).write_text(token, encoding="ascii")
        paths = [task.source.path for unit in units for task in unit if task.source.path]
        folders = {path.parent: path for path in paths}
        self.call = Call(token, tuple(folders.values())[:SAMPLES], _node())

    def converted(self, workers: int) -> Iterator[Converted]:
        """Start the actors and give them all units, until each has come back."""
        for _ in range(workers):
            self._start()
        while self.left:
            ready = self._next()
            actor, unit = self.at_work.pop(ready)
            results = self._result(ready, unit)
            if results is not None:
                self.idle.append(actor)
            elif not self.idle:
                self._start()
            while self.queue and self.idle:
                actor, following = self.idle.pop(), self.queue.popleft()
                self.at_work[actor.convert.remote(following)] = (actor, following)
            if unit and results is not None:
                self.left -= 1
                yield unit, results

    def _start(self) -> None:
        actor = self.actor_class.remote()
        self.at_work[actor.start.remote(self.job, self.call)] = (actor, [])

    def _next(self) -> object:
        """The first answer to come."""
        while True:
            ready, _ = self.ray.wait(list(self.at_work), num_returns=1, timeout=PATIENCE_SECONDS)
            if ready:
                return ready[0]
            if not any(unit for _, unit in self.at_work.values()):
                _LOG.warning("waiting for free processors on the Ray cluster")

    def _result(self, ready: object, unit: Unit) -> list[Record | Failure] | None:
        """What an actor made of a unit, nothing of none; None where the actor has died, and the unit waits again."""
        errors = self.ray.exceptions
        try:
            answer = self.ray.get(ready)
        except errors.RayActorError as exc:
            self._bury(unit, exc)
            return None
        except errors.RayTaskError as exc:
            if isinstance(exc.cause, NormalizeError):
                raise exc.cause from exc
            if unit:
                raise
            raise _cannot_start(exc) from exc
        if unit:
            results: list[Record | Failure] = answer
            return results
        message = objection(answer, self.job)
        if message:
            raise ClusterError(message)
        self.deaths[""] = 0
        return []

    def _bury(self, unit: Unit, exc: Exception) -> None:
        """Count the death of an actor, and put what it had before all others. Raises when too many died of the same."""
        name = unit[0].source.name if unit else ""
        self.deaths[name] += 1
        if self.deaths[name] >= ATTEMPTS:
            raise (worker_lost(unit) if unit else _cannot_start(exc)) from exc
        if unit:
            self.queue.appendleft(unit)


def _cannot_start(exc: Exception) -> ClusterError:
    reason = str(exc).strip().rpartition("\n")[2]
    message = (
        f"no worker can be started on the cluster: {reason} (has every machine the same Python, Ray and normalize, and memory for "
        f"another process?)"
    )
    return ClusterError(message)


@contextmanager
def _cluster(address: str) -> Iterator[ModuleType]:
    """Ray, connected to a running cluster, or to one of this machine alone that ends with the block."""
    # Not in $TMPDIR: the path of a socket can have 107 characters, and Ray adds sixty.
    place = os.environ.get("RAY_TMPDIR", "/tmp")
    folder = "" if address else tempfile.mkdtemp(prefix="normalize-ray-", dir=place)
    with _environment(_HERE_ONLY if folder else {"RAY_USAGE_STATS_ENABLED": "0"}):
        try:
            quiet = {"log_to_driver": False, "logging_level": "ERROR"}
            try:
                _knock(address)
                import ray

                if address:
                    ray.init(address=address, **quiet)
                else:
                    ray.init(
                        address="local", num_cpus=processors(), include_dashboard=False, _temp_dir=folder,
                        object_store_memory=OBJECT_STORE_BYTES, **quiet,
                    )  # fmt: skip
            except Exception as exc:
                raise _no_cluster(address, exc) from exc
            try:
                yield ray
            finally:
                ray.shutdown()
        finally:
            if folder:
                shutil.rmtree(folder, ignore_errors=True)


def _knock(address: str) -> None:
    """OSError at once where nobody listens at the address given; Ray by itself tries for minutes."""
    if address == "auto":
        address = os.environ.get("RAY_ADDRESS", "")
    host, colon, port = address.rpartition(":")
    if colon and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), KNOCK_SECONDS).close()


_NOWHERE = "http://127.0.0.1:9"
_HERE_ONLY = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": _NOWHERE,  # where Ray reports that it must not report
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # listen on 127.0.0.1 alone
    "RAY_AUTH_MODE": "token",  # other users of this machine cannot join
    "http_proxy": _NOWHERE,  # Ray asks the cloud's metadata services where it is, whatever it is told
    "https_proxy": _NOWHERE,
    "no_proxy": "127.0.0.1,localhost,::1",
}
"""A Ray of this machine alone opens no connection to another. (Seen with strace, Ray 2.60.)"""


@contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
    """Variables for the processes that Ray starts; as before afterwards."""
    if changes is _HERE_ONLY:
        changes = {**changes, "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _no_cluster(address: str, exc: Exception) -> ClusterError:
    reason = str(exc).strip().partition("\n")[0].rstrip(".")
    if address:
        message = (
            f"--address {address}: no Ray cluster can be joined: {reason} (start one with `ray start --head`, or leave out --address "
            f"to use this machine alone)"
        )
    else:
        message = f"Ray cannot be started: {reason} (leave out --engine ray to work without it)"
    return ClusterError(message)
