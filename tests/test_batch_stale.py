"""Documents of inputs that are no longer given go, if they are ours; everything else stays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from batch_support import config, go, manifest, tree
from cli_support import normalize

from normalize.batch import run
from normalize.batch.parts import Layout
from normalize.batch.stale import find_stale, remove_stale
from normalize.config import RunOptions

TEXT = "The train is late today.\nRifiuta\n"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    for name in ("a.txt", "b.txt", "sub/deep/c.txt", "sub/d.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n{TEXT}", encoding="utf-8")
    return folder


def documents(out: Path) -> list[str]:
    top = out / "documents"
    return sorted(str(path.relative_to(top)) for path in top.rglob("*"))


def test_the_folder_is_as_if_the_earlier_run_had_not_been(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    assert go(pages, out, config(packages)).removed == ()
    (pages / "b.txt").unlink()
    shutil.rmtree(pages / "sub/deep")
    second = go(pages, out, config(packages))
    assert second.removed == ("b.txt", "sub/deep/c.txt")
    assert documents(out) == ["a.txt", "sub", "sub/d.txt"]
    assert second.resumed == 2
    go(pages, tmp_path / "fresh", config(packages))
    assert tree(out) == tree(tmp_path / "fresh")
    assert len(list((out / ".normalize/done").iterdir())) == 2
    assert len(list((out / ".normalize/parts").iterdir())) == 2
    assert go(pages, out, config(packages)).removed == ()


@pytest.mark.parametrize("resume", [True, False])
def test_only_what_is_proved_to_be_ours_is_removed(
    pages: Path, tmp_path: Path, packages: tuple[str, ...], resume: bool
) -> None:
    out = tmp_path / "out"
    go(pages, out, config(packages))
    shutil.rmtree(pages / "sub")
    (pages / "b.txt").unlink()
    (out / "documents/b.txt").write_text("edited by hand\n", encoding="utf-8")
    (out / "documents/sub/deep/notes.txt").write_text("not ours\n", encoding="utf-8")
    moved = tmp_path / "elsewhere.txt"
    (out / "documents/sub/d.txt").replace(moved)
    (out / "documents/sub/d.txt").symlink_to(moved)
    assert go(pages, out, config(packages), resume=resume).removed == ("sub/deep/c.txt",)
    left = ["a.txt", "b.txt", "sub", "sub/d.txt", "sub/deep", "sub/deep/notes.txt"]
    assert documents(out) == left
    assert moved.exists()


def test_the_manifest_alone_is_proof_enough_and_cannot_point_elsewhere(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    go(pages, out, config(packages))
    found = manifest(out)
    entry = next(one for one in found["inputs"] if one["name"] == "b.txt")
    precious = tmp_path / "precious.txt"
    precious.write_bytes((out / "documents/b.txt").read_bytes())
    (out / "documents/link").symlink_to(tmp_path)
    for name in ("../../precious.txt", str(precious), "link/precious.txt"):
        found["inputs"].append({**entry, "name": name})
    (out / "manifest.json").write_text(json.dumps(found), encoding="utf-8")
    shutil.rmtree(out / ".normalize")
    (pages / "b.txt").unlink()
    assert go(pages, out, config(packages)).removed == ("b.txt",)
    assert precious.exists()


def test_a_limit_removes_nothing_that_is_still_given(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    go(pages, out, config(packages))
    assert go(pages, out, config(packages), limit=1).removed == ()
    assert go(pages, out, config(packages)).resumed == 4


@pytest.mark.parametrize("resume", [True, False])
def test_an_interrupted_run_removes_nothing_and_the_next_one_does(
    pages: Path, tmp_path: Path, packages: tuple[str, ...], resume: bool
) -> None:
    class Interrupting:
        def start(self, documents: int, size: int) -> None:
            raise KeyboardInterrupt

        def advance(self, documents: int, size: int) -> None: ...

        def stop(self) -> None: ...

    out = tmp_path / "out"
    go(pages, out, config(packages))
    (out / "manifest.json").unlink()
    (pages / "b.txt").unlink()
    options = RunOptions(workers=1, memory="off", resume=resume)
    with pytest.raises(KeyboardInterrupt):
        run([str(pages)], out, config(packages), options, progress=Interrupting())
    assert "b.txt" in documents(out)
    assert go(pages, out, config(packages)).removed == ("b.txt",)


def test_a_removal_that_was_interrupted_is_finished(
    pages: Path, tmp_path: Path, packages: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    go(pages, out, config(packages))
    (out / "manifest.json").unlink()
    layout = Layout(out)
    stale = find_stale(layout, {"a.txt"})
    assert list(stale) == ["b.txt", "sub/d.txt", "sub/deep/c.txt"]
    unlink = Path.unlink

    def failing(path: Path, missing_ok: bool = False) -> None:
        if path == layout.record("sub/d.txt"):
            raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", failing)
    with pytest.raises(KeyboardInterrupt):
        remove_stale(layout, stale)
    monkeypatch.undo()
    assert layout.record("sub/d.txt").exists()
    assert remove_stale(layout, find_stale(layout, {"a.txt"})) == ("sub/deep/c.txt",)
    assert documents(out) == ["a.txt"]
    assert [path.name for path in (out / ".normalize/done").iterdir()] == [
        layout.record("a.txt").name
    ]


def test_the_command_says_what_it_will_remove_and_what_it_removed(
    pages: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    command = ("run", "pages", "-o", "out", "--models", ",".join(packages), "--beam", "1")
    assert normalize(*command, cwd=tmp_path).returncode == 0
    (pages / "b.txt").unlink()
    planned = normalize(*command, "--dry-run", cwd=tmp_path)
    assert json.loads(planned.stdout)["remove"] == ["b.txt"]
    assert (tmp_path / "out/documents/b.txt").exists()
    done = normalize(*command, cwd=tmp_path)
    assert done.returncode == 0
    assert b"1 removed from out/documents" in done.stderr
    assert b"no longer given: b.txt" in done.stderr
    assert not (tmp_path / "out/documents/b.txt").exists()
