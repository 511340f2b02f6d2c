"""The translation memory: translations made before, in an SQLite file that several processes may
share.

A key is the digest of everything that decides a translation (package, options, this code's
revision, source text), so an entry can be out of date for nobody. The file is a cache: where it is
damaged it is put aside and a new one is begun.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from normalize.document import Flag, Translation
from normalize.errors import OutputError

_LOG = logging.getLogger(__name__)
_SCHEMA_VERSION = 1
_APPLICATION_ID = 0x6E6D7A31
_MAX_VARIABLES = 500
_BUSY_SECONDS = 60.0


def memory_key(model: str, options: str, source: str) -> bytes:
    """The key of a translation: SHA-256 over the model's digest, the options' signature and the
    source text.

    Each part is preceded by its length, so that no two triples run together.

    >>> memory_key("a", "b", "c") == memory_key("ab", "", "c")
    False
    """
    digest = hashlib.sha256()
    for part in (model, options, source):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


class Memory:
    """An open translation memory; use it as a context manager, or call `close`.

    Every write is one transaction in write-ahead-log mode: a process killed at any moment leaves
    a sound file, and readers never wait. Threads may share a Memory; processes open their own.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path, self._connection, self._lock = path, connection, threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Memory:
        """Open or create the file; a damaged one becomes `<name>.damaged`, with a warning in the
        log.

        Raises OutputError where the place cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return cls(path, _connect(path))
            except sqlite3.DatabaseError as exc:
                if not _is_damage(exc):
                    raise
                return cls(path, _begun_anew(path, exc))
        except (OSError, sqlite3.Error) as exc:
            message = (
                f"{path}: the translation memory cannot be opened ({exc});"
                " switch it off or choose another place"
            )
            raise OutputError(message) from exc

    def get_many(self, keys: Iterable[bytes]) -> dict[bytes, Translation]:
        """The translations known under these keys; unknown keys are left out."""
        wanted = list(dict.fromkeys(keys))
        found: dict[bytes, Translation] = {}
        with self._lock:
            for start in range(0, len(wanted), _MAX_VARIABLES):
                part = wanted[start : start + _MAX_VARIABLES]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, value FROM translation WHERE key IN ({marks})"
                try:
                    rows = self._connection.execute(query, part).fetchall()
                except sqlite3.DatabaseError as exc:
                    self._recover(exc)
                    return found
                found.update((bytes(key), made) for key, value in rows if (made := _decoded(value)))
        return found

    def put_many(self, entries: Mapping[bytes, Translation]) -> None:
        """Keep translations, in one transaction.

        A disk that is full, or a file that another process holds for a minute, costs the entries,
        never the run: the log has a warning.
        """
        rows = [(key, _encoded(translation)) for key, translation in entries.items()]
        if not rows:
            return
        with self._lock:
            try:
                with self._connection:
                    self._connection.executemany(
                        "INSERT OR REPLACE INTO translation VALUES (?, ?)", rows
                    )
            except sqlite3.DatabaseError as exc:
                self._recover(exc)

    def _recover(self, exc: sqlite3.DatabaseError) -> None:
        if not _is_damage(exc):
            _LOG.warning("%s: the translation memory could not be used: %s", self._path, exc)
            return
        self._connection.close()
        self._connection = _begun_anew(self._path, exc)

    def __len__(self) -> int:
        """How many translations it holds."""
        (count,) = self._connection.execute("SELECT count(*) FROM translation").fetchone()
        return int(count)

    def close(self) -> None:
        """Close the file; the memory cannot be used afterwards."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            (identity,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if not tables:
                connection.execute(f"PRAGMA application_id={_APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")
                connection.execute(
                    "CREATE TABLE translation"
                    " (key BLOB PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
                )
            elif identity != _APPLICATION_ID:
                message = f"{path}: belongs to another program; choose another place for the memory"
                raise OutputError(message)
            elif version != _SCHEMA_VERSION:
                message = f"of version {version}, this program writes {_SCHEMA_VERSION}"
                raise sqlite3.DatabaseError(message)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_damage(exc: sqlite3.DatabaseError) -> bool:
    """Whether an error is about the file's content, not about a lock or a full disk."""
    name = getattr(exc, "sqlite_errorname", "SQLITE_NOTADB")  # ours, raised in _connect, has none
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR"))


def _begun_anew(path: Path, exc: Exception) -> sqlite3.Connection:
    """Rename a damaged file and begin a new one, unless another process has already done so."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            connection = _connect(path)
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict == "ok":
                return connection
            connection.close()
        except sqlite3.DatabaseError:
            pass  # still the damaged one
        aside = path.with_name(f"{path.name}.damaged")
        _LOG.warning(
            "%s: the translation memory is damaged (%s); put aside as %s and begun anew",
            path,
            exc,
            aside.name,
        )
        path.replace(aside)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _connect(path)


def _encoded(translation: Translation) -> str:
    return json.dumps(
        [translation.text, translation.score, [*translation.flags], translation.model]
    )


def _decoded(value: object) -> Translation | None:
    """The translation of an entry; None for one that is not ours, which is then made again."""
    try:
        text, score, flags, model = json.loads(str(value))
        return Translation(str(text), float(score), tuple(Flag(flag) for flag in flags), str(model))
    except (ValueError, TypeError):
        return None
