"""Documents of earlier runs whose inputs are no longer given: found by what proves that we wrote them, then removed.

The proof is a completion record, or the manifest of the last run, together with the digest of the document: a file that stood there
before, or was changed since, is the user's and stays.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from normalize.batch import parts
from normalize.batch.parts import Layout, Record


def find_stale(layout: Layout, names: Collection[str]) -> dict[str, str]:
    """What earlier runs wrote for inputs of other names: name to the SHA-256 of the document then, in alphabetical order.

    names: of everything that is given now, whether or not a limit lets this run come to it. Whether a document is still what was
    written, `is_ours` tells.
    """
    given = {parts.key_of(name) for name in names}
    found = {
        name: sha256 for name, sha256 in _in_manifest(layout) if parts.key_of(name) not in given
    }
    for path in sorted((layout.state / "done").glob("*.json")):
        if path.stem in given:
            continue
        with suppress(OSError, KeyError, TypeError, ValueError):
            record = Record.from_json(path.read_text(encoding="utf-8"))
            if parts.key_of(record.name) == path.stem:
                found[record.name] = record.document_sha256
    return dict(sorted(found.items()))


def remove_stale(layout: Layout, stale: Mapping[str, str]) -> tuple[str, ...]:
    """Remove those documents that are ours, all that is kept about any, and folders that become empty; returns the removed names.

    A document goes first and its record last, so that a run that is interrupted here is followed by one that goes on.
    """
    removed = []
    for name, sha256 in stale.items():
        if is_ours(layout, name, sha256):
            layout.document(name).unlink()
            removed.append(name)
        layout.part(name).unlink(missing_ok=True)
        layout.record(name).unlink(missing_ok=True)
    top = layout.out / "documents"
    folders = {folder for name in removed for folder in layout.document(name).parents}
    for folder in sorted(folders, key=lambda path: -len(path.parts)):
        if top in folder.parents:
            with suppress(OSError):  # not empty, or gone already
                folder.rmdir()
    return tuple(removed)


def is_ours(layout: Layout, name: str, sha256: str) -> bool:
    """Whether the document lies inside `documents/`, is no link, and is what we wrote."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or not sha256:
        return False
    path = layout.document(name)
    if path.is_symlink() or not _is_below(path, layout.out / "documents"):
        return False
    return parts.file_digest(path) == sha256


def _in_manifest(layout: Layout) -> list[tuple[str, str]]:
    """Names and digests of the documents that the last run to finish wrote."""
    try:
        manifest = json.loads((layout.out / "manifest.json").read_text(encoding="utf-8"))
        return [
            (str(entry["name"]), str(entry["document_sha256"]))
            for entry in manifest["inputs"]
            if "document_sha256" in entry
        ]
    except (OSError, KeyError, TypeError, ValueError):
        return []


def _is_below(path: Path, folder: Path) -> bool:
    return folder.resolve() in path.resolve().parents
