"""What all tests share: no network, no cache of the user's, and the places of real things."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples in every run, whatever the machine's speed. To search for new ones: --hypothesis-seed=NUMBER.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Any attempt to reach the network fails the test; sockets between our own processes stay possible."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != getattr(socket, "AF_UNIX", None):
            message = f"a test tried to open a connection to {address!r}"
            raise AssertionError(message)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


@pytest.fixture(autouse=True)
def private_folders(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packages and caches of whoever runs the tests are neither used nor touched."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "ARGOS_PACKAGES_DIR"):
        monkeypatch.setenv(name, str(home / name.lower()))
    assert os.environ["XDG_CACHE_HOME"].startswith(str(home))


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The paths of two translation packages that are made in a moment, it-en and tr-en; nobody changes them."""
    from translation_support import build_package

    folder = tmp_path_factory.mktemp("packages")
    build_package(folder / "it_en", "it")
    build_package(folder / "tr_en", "tr", seed=2)
    return (str(folder / "it_en"), str(folder / "tr_en"))


@pytest.fixture(scope="session")
def models(packages: tuple[str, ...]) -> str:
    """The same as a value of `--models`."""
    return ",".join(packages)


@pytest.fixture(scope="module")
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus of a module, its PAIRS, in every format."""
    from corpus_support import HEADER

    from normalize.writers import FORMATS, write_corpus

    folder = tmp_path_factory.mktemp("corpus")
    write_corpus(folder, HEADER, request.module.PAIRS, FORMATS)
    return folder


@pytest.fixture
def seeds() -> Path:
    """The sample pages."""
    return ROOT / "seeds"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` rewrites tests/golden/; the difference is for people to review."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/")
