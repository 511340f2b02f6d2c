"""Progress for people, on stderr: a bar on a terminal, a plain line every few seconds elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from typing import Protocol

EVERY_SECONDS = 5.0


class Progress(Protocol):
    """Told what was done; tells people."""

    def start(self, documents: int, size: int) -> None:
        """So many documents of so many bytes in all are to be converted."""
        ...

    def advance(self, documents: int, size: int) -> None:
        """So many more are done."""
        ...

    def stop(self) -> None:
        """No more will come."""
        ...


class NoProgress:
    """Says nothing."""

    def start(self, documents: int, size: int) -> None:
        """Nothing."""

    def advance(self, documents: int, size: int) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""


class LineProgress:
    """One line every few seconds, for logs."""

    def __init__(self) -> None:
        self.documents = self.size = self.done = self.done_size = 0
        self.begun = self.told = time.monotonic()

    def start(self, documents: int, size: int) -> None:
        """Remember the totals."""
        self.documents, self.size = documents, size
        self.begun = self.told = time.monotonic()

    def advance(self, documents: int, size: int) -> None:
        """Count, and write a line if the last one is old."""
        self.done += documents
        self.done_size += size
        now = time.monotonic()
        if now - self.told >= EVERY_SECONDS:
            self.told = now
            sys.stderr.write(self.line(now - self.begun) + "\n")
            sys.stderr.flush()

    def line(self, seconds: float) -> str:
        """Documents, rate and remaining time, as text."""
        rate = self.done_size / max(seconds, 1e-9)
        left = (self.size - self.done_size) / rate if rate else 0.0
        return (
            f"normalize: {self.done:,} of {self.documents:,} documents, "
            f"{rate / 1000:,.0f} kB/s, about {left:,.0f} s left"
        )

    def stop(self) -> None:
        """Nothing."""


class BarProgress:
    """A bar on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
        from rich.progress import Progress as Bar

        self.bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[done]:,} of {task.fields[documents]:,} documents"),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self.task = self.bar.add_task("converting", total=1, done=0, documents=0)
        self.done = 0

    def start(self, documents: int, size: int) -> None:
        """Show the bar."""
        self.bar.update(self.task, total=max(1, size), documents=documents)
        self.bar.start()

    def advance(self, documents: int, size: int) -> None:
        """Move the bar."""
        self.done += documents
        self.bar.update(self.task, advance=size, done=self.done)

    def stop(self) -> None:
        """Leave the bar as it stands."""
        self.bar.stop()


def for_stderr(quiet: bool) -> Progress:
    """The progress that suits stderr."""
    if quiet:
        return NoProgress()
    return BarProgress() if sys.stderr.isatty() else LineProgress()
