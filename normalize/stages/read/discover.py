"""Turns what the user named (files, folders, patterns, `-`) into inputs with unique names."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from normalize.document import Rejection
from normalize.errors import UsageError
from normalize.stages.read.inputs import STDIN_NAME, Input

_KINDS = {
    stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}


@dataclass(frozen=True, slots=True)
class _Found:
    """A file, the folder that its name is relative to, and its path from there."""

    path: str
    root: str
    relative: str


@dataclass(slots=True)
class _Search:
    """One run's search: what was found, what was refused, and the folders that links led to."""

    found: list[_Found] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def refuse(self, path: str, reason: str, value: str = "") -> None:
        """Record that something cannot be read."""
        self.rejected.append(Rejection(_printable(path), reason, value))

    def add(self, path: str, root: str, relative: str) -> None:
        """Take one path that may be anything: a file, a folder, a link, a device, or gone."""
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - names of undecodable bytes stay as they are
        except OSError as error:
            self.refuse(path, "unreadable", _why(path, error))
            return
        except ValueError:  # a zero byte, which no name can hold
            self.refuse(path.replace("\0", "%00"), "unreadable", "no path: it holds a zero byte")
            return
        if stat.S_ISDIR(mode):
            before = len(self.found)
            self._walk(path, root, relative)
            inside = self.found[before:]
            self.found[before:] = sorted(inside, key=lambda one: one.relative.split("/"))
        elif stat.S_ISREG(mode):
            absolute = os.path.abspath(path)  # noqa: PTH100 - a link is a file of its own
            if absolute not in self.seen:
                self.seen.add(absolute)
                self.found.append(_Found(path, root, relative))
        else:
            kind = _KINDS.get(stat.S_IFMT(mode), "special file")
            self.refuse(path, "not-a-file", f"a {kind} is no text; use - for standard input")

    def _walk(self, top: str, root: str, relative: str) -> None:
        """Take everything below a folder, without recursion: folders may be deep."""
        pending = [(top, relative)]
        while pending:
            folder, inside = pending.pop()
            try:
                names = sorted(os.listdir(folder))  # noqa: PTH208 - see above
            except OSError as error:
                self.refuse(folder, "unreadable", _why(folder, error))
                continue
            below: list[tuple[str, str]] = []
            for name in names:
                if name.startswith("."):
                    continue
                path = os.path.join(folder, name)  # noqa: PTH118
                place = f"{inside}/{name}" if inside else name
                if not os.path.isdir(path):  # noqa: PTH112
                    self.add(path, root, place)
                elif not os.path.islink(path) or self._may_follow(path):  # noqa: PTH114
                    below.append((path, place))
            pending.extend(reversed(below))

    def _may_follow(self, link: str) -> bool:
        """Follow a link to a folder once, and never into a folder that is read anyway."""
        target = os.path.realpath(link)
        for root in self.roots:
            if _is_below(target, root) or _is_below(root, target):
                self.refuse(link, "link", f"leads to {_printable(target)}, which is read already")
                return False
        self.roots.append(target)
        return True


def discover(
    inputs: Sequence[str], *, file_list: Path | None = None
) -> tuple[list[Input], list[Rejection]]:
    """Find the files that a run is to read.

    inputs: files, folders (with everything below them, in the order of names), patterns
    (`news/**/*.txt`), or `-` for standard input. Inside folders, names that begin with a dot are
    skipped, as the shell does; name them to have them read.
    file_list: a file with one path a line, relative to the current folder.

    Names: a file below a folder is named by its path from there; a file given alone by its last
    part; a file that a pattern found by its path from the pattern's fixed part; a listed file by
    its path as written. Where two inputs would share a name, every one is put below the name of its
    own folder, and what still collides gets `~2`, `~3` before its ending. A file named twice is
    read once.

    A folder or file that cannot be read, a socket, pipe or device, and a link that leads back into
    a folder that is read anyway come as rejections. Raises UsageError where an input names nothing.
    """
    search = _Search()
    missing: list[str] = []
    stdin = False
    folders = [item for item in inputs if os.path.isdir(item)]  # noqa: PTH112
    search.roots = [os.path.realpath(folder) for folder in folders]
    for item in inputs:
        if item == "-":
            stdin = True
        elif not _take(search, item):
            missing.append(item)
    if file_list is not None:
        _take_list(search, file_list)
    if missing:
        names = ", ".join(repr(_printable(item)) for item in missing)
        message = f"nothing found at {names}; looked below {_printable(os.getcwd())}"  # noqa: PTH109
        raise UsageError(message)
    chosen = _name(search.found)
    if stdin:
        chosen.append(Input(None, _free(STDIN_NAME, {one.name for one in chosen}, set())))
    if not chosen and not search.rejected:
        wanted = ", ".join(repr(_printable(item)) for item in inputs) or "no input"
        message = f"no files to read in {wanted} (names that begin with a dot are skipped)"
        raise UsageError(message)
    return chosen, search.rejected


def _take(search: _Search, item: str) -> bool:
    """Take one argument: a path if it exists, else a pattern. False where it names nothing."""
    if os.path.lexists(item):
        is_folder = os.path.isdir(item)  # noqa: PTH112
        parent = item if is_folder else os.path.dirname(item)  # noqa: PTH120
        search.add(item, parent, "" if is_folder else os.path.basename(item))  # noqa: PTH119
        return True
    if not glob.has_magic(item):
        return False
    fixed = _fixed_part(item)
    matches = sorted(glob.glob(item, recursive=True))  # noqa: PTH207
    for match in matches:
        relative = os.path.relpath(match, fixed or ".")
        search.add(match, fixed, "" if relative == "." else relative.replace(os.sep, "/"))
    return bool(matches)


def _take_list(search: _Search, file_list: Path) -> None:
    """Take the paths of a list; blank lines are skipped, and a byte order mark is no part of a path."""
    try:
        lines = os.fsdecode(file_list.read_bytes()).removeprefix("\ufeff").split("\n")
    except OSError as error:
        message = f"cannot read the file list {file_list}: {error.strerror}"
        raise UsageError(message) from error
    for line in lines:
        item = line.rstrip("\r")
        if item.strip():
            parts = [part for part in item.split("/") if part not in ("", ".", "..")]
            search.add(item, os.path.dirname(item), "/".join(parts))  # noqa: PTH120


def _fixed_part(pattern: str) -> str:
    """The folders of a pattern before its first wildcard.

    >>> _fixed_part("news/2026/**/*.txt")
    'news/2026'
    """
    parts = pattern.split("/")
    wild = next(n for n, part in enumerate(parts) if glob.has_magic(part))
    return "/".join(parts[:wild]) or ("/" if pattern.startswith("/") else "")


def _name(found: Iterable[_Found]) -> list[Input]:
    """Give every file its name; see `discover` for the rule."""
    files = list(found)
    counts = Counter(_printable(one.relative) for one in files)
    collide = any(count > 1 for count in counts.values())
    taken: set[str] = set()
    parents: set[str] = set()
    named: list[Input] = []
    for one in files:
        relative = _printable(one.relative)
        if collide:
            root = os.path.basename(os.path.abspath(one.root or "."))  # noqa: PTH100, PTH119
            relative = f"{_printable(root)}/{relative}" if root else relative
        name = _free(relative, taken, parents)
        taken.add(name)
        parents.update(_ancestors(name))
        named.append(Input(Path(one.path), name))
    return named


def _free(name: str, taken: set[str], parents: set[str]) -> str:
    """The name, or the first of `name~2.txt`... that is not taken, no folder, not below a file."""
    folder, _, last = name.rpartition("/")
    stem, dot, endings = last.partition(".")
    candidate, number = name, 1
    while candidate in taken or candidate in parents or not taken.isdisjoint(_ancestors(candidate)):
        number += 1
        if not taken.isdisjoint(_ancestors(name)):
            candidate = f"{folder.replace('/', '~')}~{number}/{last}"
        else:
            candidate = f"{folder}/" * bool(folder) + f"{stem}~{number}{dot}{endings}"
    return candidate


def _ancestors(name: str) -> Iterator[str]:
    """The folders above a name.

    >>> list(_ancestors("a/b/c.txt"))
    ['a', 'a/b']
    """
    for match in re.finditer("/", name):
        yield name[: match.start()]


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _why(path: str, error: OSError) -> str:
    """The system's reason, in words."""
    if os.path.islink(path):  # noqa: PTH114
        return f"a link that leads nowhere: {error.strerror}"
    return error.strerror or type(error).__name__


def _printable(path: str) -> str:
    r"""A path as text: bytes that are no UTF-8 are written `%E9`, so that no lone surrogate goes
    on.

    >>> _printable("caf\udce9.txt")
    'caf%E9.txt'
    """
    return re.sub("[\udc80-\udcff]", lambda lone: f"%{ord(lone[0]) - 0xDC00:02X}", path)
