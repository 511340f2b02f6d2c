"""Packages into and out of the user's Argos folder. `install` alone opens a socket."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from normalize import argos
from normalize.errors import ModelError, UsageError
from normalize.packages.archive import no_room, place, unpack
from normalize.packages.find import Origin, Package, find_packages, read_package, user_folder
from normalize.packages.lexicon import Lexicon


def import_package(path: Path) -> Package:
    """Copy a package (a folder or an `.argosmodel` file) into the user's Argos folder, where Argos
    finds it too.

    It replaces a package of the same pair that was imported before. Raises ModelError where it is
    not a package, and OutputError where it cannot be written.
    """
    if not path.exists():
        message = f"{path}: no such file or folder"
        raise ModelError(message)
    folder = user_folder()
    try:
        return _imported(path, folder)
    except OSError as exc:
        raise no_room(folder, exc) from exc


def _imported(path: Path, folder: Path) -> Package:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".importing-") as name:
        work = Path(name) / "package"
        if path.is_dir():
            read_package(path)
            shutil.copytree(path, work)
        else:
            unpack(path, work)
        package = read_package(work)
        Lexicon.read(package.lexicon_path)
        destination = folder / f"{package.source}_{package.target}"
        place(work, destination)
    return read_package(destination, Origin.ARGOS)


def install(pair: str) -> Package:
    """Download a package from the Argos package index and import it; the one function that uses the
    network.

    pair: `it-en`. Raises UsageError where it is no language pair, ModelError where the index has no such pair or cannot be reached.
    """
    source, _, target = pair.partition("-")
    if not source or not target:
        message = f"{pair!r} is not a language pair; write it like it-en"
        raise UsageError(message)
    data = argos.download(source, target)
    with tempfile.TemporaryDirectory(prefix="normalize-install-") as name:
        archive = Path(name) / f"{source}_{target}.argosmodel"
        archive.write_bytes(data)
        return import_package(archive)


def remove(pair: str) -> Package:
    """Delete the package of a pair from the user's Argos folder and return what it was.

    Raises ModelError where there is none; shipped packages are never deleted.
    """
    package = find_packages().get(pair)
    if package is None:
        message = f"no package for {pair} is installed; see `normalize models list`"
        raise ModelError(message)
    if package.origin is not Origin.ARGOS:
        message = f"the package for {pair} belongs to normalize ({package.path}) and is not removed"
        raise ModelError(message)
    shutil.rmtree(package.path)
    return package
