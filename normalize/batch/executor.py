"""Where the work of a run is done: the seam between `runner`, which plans and merges, and the processes that convert.

The documents are the same wherever they are made: an executor says only where a `Worker` runs, and gives its results back.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol, TypeAlias

from normalize.batch.parts import Failure, Record
from normalize.batch.worker import Job, Task
from normalize.config import RunOptions
from normalize.errors import OutputError

Unit: TypeAlias = list[Task]
"""Tasks that one worker converts together."""
Converted: TypeAlias = tuple[Unit, list[Record | Failure]]
"""A unit, and what became of each of its tasks, in their order."""


class Executor(Protocol):
    """Converts units, several at a time, in workers that each have translators of their own."""

    def convert(self, job: Job, units: Sequence[Unit]) -> Generator[Converted, None, None]:
        """Every unit with its results, each once, in whatever order they are done.

        Closing the generator, or an exception in it, stops all workers at once. Raises what a worker raises, OutputError where a
        worker is lost for good, and ClusterError where there is none to be had.
        """
        ...


def executor_for(options: RunOptions) -> Executor:
    """The executor that the options name. Raises ClusterError where what it needs is not installed."""
    if options.engine == "ray":
        from normalize.batch.ray import RayActors

        return RayActors(options.workers, options.address)
    from normalize.batch.local import LocalProcesses

    return LocalProcesses(options.workers)


def worker_lost(unit: Unit) -> OutputError:
    """What to say where a worker died."""
    names = ", ".join(task.source.name for task in unit[:3]) + (" ..." if len(unit) > 3 else "")
    message = (
        f"a worker process died while converting {names} (out of memory, or killed); what is finished is kept: "
        f"run the same command again, with --workers 1 if it happens again"
    )
    return OutputError(message)
