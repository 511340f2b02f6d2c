"""Standard input or a file as lines, for the commands that work line by line."""

from __future__ import annotations

import queue
import shlex
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from normalize.errors import InputError
from normalize.stages.read import Input, Line, Reader

BATCH_LINES = 512
BATCH_CHARS = 100_000


def source_of(file: str) -> Input:
    """The input that a FILE argument names; `-` is standard input.

    Raises InputError where there is no such file, or a folder.
    """
    if file == "-":
        return Input(None, "stdin")
    path = Path(file)
    if path.is_dir():
        advice = f"give a file, or - for standard input; `normalize run {shlex.quote(file)} -o OUT` converts whole folders"
        raise InputError(file, "is a folder", advice)
    if not path.is_file():
        raise InputError(file, "no such file", "give a file, or - for standard input")
    return Input(path, path.name)


def line_batches(file: str, encoding: str | None = None) -> Iterator[list[Line]]:
    """Decoded lines with their endings, in lists that fill the translator's batches."""
    batch: list[Line] = []
    chars = 0
    for window in Reader(source_of(file), encoding=encoding).windows(BATCH_CHARS):
        for line in window:
            batch.append(line)
            chars += len(line.text)
            if len(batch) >= BATCH_LINES or chars >= BATCH_CHARS:
                yield batch
                batch, chars = [], 0
    if batch:
        yield batch


def split_ending(text: str) -> tuple[str, str]:
    r"""A line's content and its ending.

    >>> split_ending("ciao\r\n")
    ('ciao', '\r\n')
    """
    body = text.removesuffix("\n").removesuffix("\r")
    return body, text[len(body) :]


def arriving_lines(limit: int) -> Iterator[list[bytes]]:
    """Lines of standard input as they arrive: whatever is there at once, at most `limit` lines together.

    A line waits for no other, so a program at the other end of a pipe gets its answer before it sends more.
    """
    arrived: queue.Queue[bytes | None] = queue.Queue(maxsize=4 * limit)

    def read() -> None:
        for line in sys.stdin.buffer:
            arrived.put(line)
        arrived.put(None)

    threading.Thread(target=read, daemon=True).start()
    while (first := arrived.get()) is not None:
        batch = [first]
        chars = len(first)
        ended = False
        while len(batch) < limit and chars < BATCH_CHARS:
            try:
                line = arrived.get_nowait()
            except queue.Empty:
                break
            if line is None:
                ended = True
                break
            batch.append(line)
            chars += len(line)
        yield batch
        if ended:
            return
