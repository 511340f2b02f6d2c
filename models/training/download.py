"""Files of a Debian mirror and snapshots of git repositories, downloaded once into a cache and
checked against their digests; and the members of such archives.

A mirror's `Release` names the SHA-256 of the index files of a suite, `Packages.xz` that of each
package. The signature of `Release` is not checked: who needs that takes an https mirror.
"""

from __future__ import annotations

import bz2
import fnmatch
import gzip
import hashlib
import http.client
import io
import lzma
import struct
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from shutil import copyfileobj
from typing import IO, BinaryIO

import zstandard

TIMEOUT_SECONDS = 60
CHUNK = 1 << 20
COMPRESSIONS = (".xz", ".bz2", ".gz")
DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    struct.error,
    lzma.LZMAError,
    zlib.error,
    zstandard.ZstdError,
    tarfile.TarError,
    zipfile.BadZipFile,
)
"""What reading a damaged archive or text raises."""


class GatherError(Exception):
    """One line that says what failed, where, and what to try."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was downloaded, now or in an earlier run."""

    url: str
    version: str
    sha256: str
    size: int


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass
class Cache:
    """Downloads each address once. A file gets its name when it is complete, so that an interrupted
    run goes on with the next file; one with the wrong digest is downloaded anew.
    """

    folder: Path
    fetched: dict[str, Fetched] = field(default_factory=dict)
    """By address, in the order of use."""

    def get(self, url: str, name: str, sha256: str = "", version: str = "") -> Path:
        """The file of an address.

        name: its path inside the cache. sha256: what it must be; empty if that is not known.
        """
        path = self.folder / name
        if url in self.fetched:
            return path
        found = sha256_of(path) if path.is_file() else ""
        if not found or (sha256 and found != sha256):
            found = self._download(url, path, sha256)
        self.fetched[url] = Fetched(url, version, found, path.stat().st_size)
        return path

    def _download(self, url: str, path: Path, sha256: str) -> str:
        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _copy(url, part)
            found = sha256_of(part)
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            message = f"download failed: {url}: {reason}; check address and network and run again"
            if path.suffix == ".deb":
                message += f" (after an update of the suite delete {self.folder / 'debian' / 'dists'} first)"
            raise GatherError(message) from error
        if sha256 and found != sha256:
            part.unlink()
            message = (
                f"digest mismatch: {url} has SHA-256 {found}, its index says {sha256}; not used. "
                f"Delete {self.folder / 'debian' / 'dists'} and run again, or try another mirror"
            )
            raise GatherError(message)
        part.replace(path)
        return found


def _copy(url: str, path: Path) -> None:
    """Download to a file; a connection that ends early is an OSError."""
    request = urllib.request.Request(url, headers={"User-Agent": "normalize-gather"})
    size = 0
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer, path.open("wb") as out:
        while chunk := answer.read(CHUNK):
            size += out.write(chunk)
        expected = answer.headers.get("Content-Length")
    if expected and int(expected) != size:
        message = f"{size} of {expected} bytes came"
        raise OSError(message)


@dataclass
class Debian:
    """The suites of a Debian mirror."""

    mirror: str
    cache: Cache
    _digests: dict[str, dict[str, str]] = field(default_factory=dict)
    _packages: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def _get(self, name: str, sha256: str = "", version: str = "") -> Path:
        url = f"{self.mirror.rstrip('/')}/{name}"
        return self.cache.get(url, f"debian/{name}", sha256, version)

    def index(self, suite: str, name: str) -> Path:
        """An index file of a suite (`main/i18n/Translation-it`), in a compression that it comes in."""
        if suite not in self._digests:
            release = self._get(f"dists/{suite}/Release").read_text(encoding="utf-8")
            listed = release.partition("\nSHA256:\n")[2].split("\n")
            rows = [line.split() for line in takewhile(lambda line: line.startswith(" "), listed)]
            self._digests[suite] = {row[2]: row[0] for row in rows if len(row) == 3}
        digests = self._digests[suite]
        for ending in COMPRESSIONS:
            if name + ending in digests:
                digest = digests[name + ending]
                return self._get(f"dists/{suite}/{name}{ending}", digest, suite)
        message = f"no {name}.xz, .bz2 or .gz in dists/{suite}/Release of {self.mirror}; try another mirror"
        raise GatherError(message)

    def package(self, suite: str, name: str) -> Path:
        """The `.deb` of a package."""
        if suite not in self._packages:
            self._packages[suite] = _packages(self.index(suite, "main/binary-amd64/Packages"))
        entry = self._packages[suite].get(name)
        if entry is None:
            message = f"no package {name} in {suite} of {self.mirror}; mend gather.toml or try another mirror"
            raise GatherError(message)
        return self._get(entry["Filename"], entry["SHA256"], f"{name} {entry['Version']}")


def _packages(index: Path) -> dict[str, dict[str, str]]:
    """Version, file name and digest of each package of a `Packages` file."""
    found: dict[str, dict[str, str]] = {}
    entry: dict[str, str] = {}
    for line in read_lines(index):
        key, colon, value = line.partition(": ")
        if key == "Package":
            entry = found[value] = {}
        elif colon and key in ("Version", "Filename", "SHA256"):
            entry[key] = value
    return found


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".xz":
        return lzma.open(path)
    return bz2.open(path) if path.suffix == ".bz2" else gzip.open(path)  # type: ignore[return-value]


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a compressed text file."""
    try:
        with _open(path) as lines:
            for line in lines:
                yield line.decode("utf-8", "replace").rstrip("\n")
    except DAMAGE as error:
        message = f"cannot read {path}: {error}; delete it and run again"
        raise GatherError(message) from error


def snapshot(cache: Cache, archives: str, repository: str, commit: str) -> Path:
    """The `.tar.gz` of a commit of a git repository (`owner/name`)."""
    url = f"{archives.rstrip('/')}/{repository}/tar.gz/{commit}"
    name = f"git/{repository.replace('/', '+')}+{commit}.tar.gz"
    return cache.get(url, name, version=f"{repository} {commit}")


class _Part(io.RawIOBase):
    """The bytes of a file from its present position on, at most `size` of them."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


@contextmanager
def _data_of(deb: Path) -> Iterator[tarfile.TarFile]:
    """The `data.tar` of a Debian package: an `ar` archive with headers of 60 bytes."""
    with deb.open("rb") as file:
        if file.read(8) != b"!<arch>\n":
            message = "not an ar archive"
            raise ValueError(message)
        while header := file.read(60):
            name, size = header[:16].decode("ascii").strip().rstrip("/"), int(header[48:58])
            if name.startswith("data.tar"):
                inner: IO[bytes] = io.BufferedReader(_Part(file, size))
                if name.endswith(".zst"):
                    inner = zstandard.ZstdDecompressor().stream_reader(inner)
                with tarfile.open(
                    fileobj=inner, mode="r|" if name.endswith(".zst") else "r|*"
                ) as tar:
                    yield tar
                return
            file.seek(size + size % 2, io.SEEK_CUR)
    message = "no data.tar in it"
    raise ValueError(message)


@contextmanager
def _snapshot_of(archive: Path) -> Iterator[tarfile.TarFile]:
    with tarfile.open(archive, mode="r|gz") as tar:
        yield tar


def members(archive: Path, patterns: list[str], commit: str = "") -> dict[str, bytes]:
    """The plain files of a `.deb` or of a snapshot's `.tar.gz` that match one of the patterns.

    Names are without a leading `./` or, in a snapshot, without its top folder. commit: what the
    snapshot must say it is, where it says so.
    """
    found: dict[str, bytes] = {}
    deb = archive.suffix == ".deb"
    try:
        with _data_of(archive) if deb else _snapshot_of(archive) as tar:
            for member in tar:
                stated = tar.pax_headers.get("comment", commit)
                if commit and stated != commit:
                    message = f"it holds commit {stated}, not {commit}"
                    raise ValueError(message)
                name = member.name.removeprefix("./") if deb else member.name.partition("/")[2]
                if member.isfile() and any(fnmatch.fnmatchcase(name, p) for p in patterns):
                    file = tar.extractfile(member)
                    found[name] = file.read() if file else b""
    except DAMAGE as error:
        message = f"cannot read {archive}: {error}; delete it and run again"
        raise GatherError(message) from error
    return found


def zip_members(deb: Path, zip_name: str, patterns: list[str]) -> dict[str, bytes]:
    """The files that match one of the patterns in a ZIP archive that is a member of a `.deb`; it may
    be large and is unpacked beside the package for as long as it is read.
    """
    try:
        with _data_of(deb) as tar, tempfile.TemporaryFile(dir=deb.parent) as copy:
            inner = (m for m in tar if m.name.removeprefix("./") == zip_name)
            member = next(inner, None)
            file = tar.extractfile(member) if member else None
            if file is None:
                message = f"no {zip_name} in it"
                raise ValueError(message)
            copyfileobj(file, copy, CHUNK)
            with zipfile.ZipFile(copy) as archive:
                return {
                    name: archive.read(name)
                    for name in archive.namelist()
                    if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
                }
    except DAMAGE as error:
        message = f"cannot read {deb}: {error}; delete it and run again"
        raise GatherError(message) from error
