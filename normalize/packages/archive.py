"""`.argosmodel` archives to folders, safely: nothing is written outside the destination, and it
appears whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path

from normalize.errors import ModelError, OutputError

MAX_UNPACKED_BYTES = 8 << 30
"""The largest package that is unpacked; the largest of the Argos index are under 1 GB."""


NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


def no_room(folder: Path, exc: OSError) -> OutputError:
    """What to say where a package cannot be written to a folder."""
    reason = exc.strerror
    if reason is None:  # shutil.Error: a list of (source, destination, reason)
        reason = str(exc.args[0][0][2]).partition("] ")[2].split(": '")[0] or str(exc)
    message = (
        f"{folder}: the package cannot be written: {reason.lower()} (free some space there, or use another place: "
        f"ARGOS_PACKAGES_DIR names that of packages, XDG_CACHE_HOME that of unpacked archives)"
    )
    return OutputError(message)


def unpack(archive: Path, destination: Path) -> None:
    """Unpack the one package in an archive to a folder that must not exist yet; raises ModelError
    for anything amiss with it, and OSError where there is no room.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".unpacking-") as name:
        work = Path(name)
        try:
            with zipfile.ZipFile(archive) as opened:
                _check(archive, opened)
                opened.extractall(work)
        except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as exc:
            if isinstance(exc, OSError) and exc.errno in NO_ROOM:
                raise
            message = f"{archive}: not a sound .argosmodel file ({exc}); fetch it again"
            raise ModelError(message) from exc
        roots = [
            path.parent
            for path in sorted(work.rglob("metadata.json"))
            if (path.parent / "model").is_dir()
        ]
        if len(roots) != 1:
            message = f"{archive}: holds {len(roots)} translation packages, expected one"
            raise ModelError(message)
        place(roots[0], destination)


def _check(archive: Path, opened: zipfile.ZipFile) -> None:
    total = 0
    for member in opened.infolist():
        parts = Path(member.filename.replace("\\", "/")).parts
        link = stat.S_ISLNK(member.external_attr >> 16)
        if (
            link
            or ".." in parts
            or member.filename.startswith(("/", "\\"))
            or ":" in member.filename
        ):
            message = (
                f"{archive}: refused: its member {member.filename!r} points outside the package"
            )
            raise ModelError(message)
        total += member.file_size
    if total > MAX_UNPACKED_BYTES:
        message = f"{archive}: refused: {total:,} bytes is more than {MAX_UNPACKED_BYTES:,}"
        raise ModelError(message)


def place(folder: Path, destination: Path) -> None:
    """Move a folder to its final name in one step; an older one there is put aside first and
    removed last.
    """
    old = destination.with_name(f".old-{destination.name}-{os.getpid()}")
    if destination.exists():
        destination.replace(old)
    folder.replace(destination)
    shutil.rmtree(old, ignore_errors=True)


def unpacked(archive: Path) -> Path:
    """The folder of an archive used by path: unpacked once into the user's cache, by the digest of
    its bytes.
    """
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    cache = (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "normalize" / "packages"
    )
    folder = cache / digest[:24]
    if not (folder / "metadata.json").is_file():
        try:
            unpack(archive, folder)
        except OSError as exc:
            raise no_room(cache, exc) from exc
    return folder
