"""Workers as processes of this machine; a single one in the process of the run itself."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context

from normalize.batch.executor import Converted, Unit, worker_lost
from normalize.batch.parts import Failure, Record
from normalize.batch.worker import Job, Worker
from normalize.stages.translate.network import processors


class LocalProcesses:
    """Converts in processes of this machine. workers: how many at most; 0 is one for each processor."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def convert(self, job: Job, units: Sequence[Unit]) -> Generator[Converted, None, None]:
        """See `Executor`."""
        workers = max(1, min(self.workers or processors(), len(units)))
        threads = max(1, processors() // workers)
        job = replace(job, spec=replace(job.spec, threads=threads))
        yield from _in_this_process(job, units) if workers == 1 else _in_pool(job, units, workers)


def _in_this_process(job: Job, units: Sequence[Unit]) -> Iterator[Converted]:
    worker = Worker(job)
    try:
        for unit in units:
            yield unit, worker.convert(unit)
    finally:
        worker.engine.close()


def _in_pool(job: Job, units: Sequence[Unit], workers: int) -> Iterator[Converted]:
    with _pool(job, workers) as pool:
        waiting: dict[Future[list[Record | Failure]], Unit] = {}
        for unit in units:
            waiting[pool.submit(_convert_unit, unit)] = unit
            if len(waiting) >= 2 * workers:
                yield from _collected(waiting)
        while waiting:
            yield from _collected(waiting)


def _collected(waiting: dict[Future[list[Record | Failure]], Unit]) -> Iterator[Converted]:
    """What is done now, after waiting for one at least."""
    ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in ready:
        unit = waiting.pop(future)
        try:
            results = future.result()
        except BrokenProcessPool as exc:
            raise worker_lost(unit) from exc
        yield unit, results


_worker: Worker | None = None


def _start_worker(job: Job) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker = Worker(job)


def _convert_unit(unit: Unit) -> list[Record | Failure]:
    assert _worker is not None
    return _worker.convert(unit)


@contextmanager
def _pool(job: Job, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that are stopped at once, not waited for, when anything goes wrong."""
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(job,)
    )
    try:
        yield pool
    except BaseException:
        processes = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(5)
        raise
    pool.shutdown()
