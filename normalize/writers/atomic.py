"""Turn a stream of text or bytes into a file that appears whole or not at all.

The content goes to a temporary name in the same folder, is flushed to the disk, and only then takes
its final name. A reader, a crash or a full disk never sees half a file, and what stood there before
stays until the new content is safe.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

from normalize.errors import OutputError

TEMPORARY_PATTERN = ".normalize-*.tmp"
"""The names of unfinished files; what a killed run left under them may be deleted."""

_WRITE_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}


@contextmanager
def atomic_text(path: Path, *, sync: bool = True) -> Iterator[TextIO]:
    r"""Open `path` for writing text; the file appears, whole, when the block ends.

    UTF-8, `\n` line ends. A lone surrogate, which UTF-8 cannot hold, is written as `?`. `sync` and
    the errors are those of `atomic_binary`.
    """
    with atomic_binary(path, sync=sync) as stream:
        text = TextIOWrapper(stream, encoding="utf-8", newline="\n", errors="replace")
        yield text
        text.flush()
        text.detach()


@contextmanager
def atomic_binary(path: Path, *, sync: bool = True) -> Iterator[BinaryIO]:
    """Open `path` for writing bytes; the file appears, whole, when the block ends.

    Missing folders are made. On any exception the temporary file is removed and a file that already
    stood at `path` stays as it was. `sync=False` leaves it to the system when the content reaches
    the disk: faster for thousands of small files, still never half a file unless the power fails.

    Raises OutputError where the folder or file cannot be written, or the disk is full.
    """
    temporary = path.parent / f".normalize-{secrets.token_hex(8)}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL with mode 0o666: nobody else's file, and the user's umask decides who may read it.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError as exc:
        raise _output_error(path, exc) from exc
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            _finish(path, stream, sync=sync)
        _rename(temporary, path, sync=sync)
    except OSError as exc:
        # An error that names a file, or is not about writing, is the caller's own: let it through.
        if exc.filename is None and exc.errno in _WRITE_ERRORS:
            raise _output_error(path, exc) from exc
        raise
    finally:
        with suppress(OSError):
            temporary.unlink()


def _finish(path: Path, stream: BinaryIO, *, sync: bool) -> None:
    try:
        stream.flush()
        if sync:
            os.fsync(stream.fileno())
    except OSError as exc:
        raise _output_error(path, exc) from exc


def _rename(temporary: Path, path: Path, *, sync: bool) -> None:
    try:
        temporary.replace(path)
        if sync:
            _sync_folder(path.parent)
    except OSError as exc:
        raise _output_error(path, exc) from exc


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power failure, where the file system can sync a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _output_error(path: Path, exc: OSError) -> OutputError:
    advice = {
        errno.ENOSPC: "free some space or choose another output folder, then run again",
        errno.EDQUOT: "your disk quota is used up: free some space or choose another output folder",
        errno.EACCES: "check the folder's permissions or choose another output folder",
        errno.EPERM: "check the folder's permissions or choose another output folder",
        errno.EROFS: "the file system is read-only: choose another output folder",
        errno.ENOTDIR: "a file stands where a folder is needed: choose another output folder",
        errno.EEXIST: "a file stands where a folder is needed: choose another output folder",
        errno.EISDIR: "a folder stands where the file should go: move it or choose another name",
        errno.ENAMETOOLONG: "shorten the name of the input or of the output folder",
    }.get(exc.errno or 0, "check the output folder and run again")
    reason = (exc.strerror or str(exc)).lower()
    message = f"cannot write {path}: {reason} ({advice})"
    return OutputError(message)
