"""The shipped packages, archived, installed and run by argostranslate: offline and without
PyTorch.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = [ROOT / "models" / pair for pair in ("it-en", "tr-en")]
SCRIPT = """
import json, socket, sys

def refuse(*arguments, **names):
    raise AssertionError("a socket was opened")

socket.socket.connect = refuse
from argostranslate import package, sbd, translate

# argostranslate fetches its sentence splitter (MiniSBD) on first use; here a text is one sentence.
sbd.MiniSBDSentencizer.split_sentences = lambda self, text: [text]
archive, code, *texts = sys.argv[1:]
package.install_from_path(archive)
found = package.get_installed_packages()
print(json.dumps({
    "packages": [(p.from_code, p.to_code, p.package_version) for p in found],
    "texts": [translate.translate(text, code, "en") for text in texts],
    "torch": "torch" in sys.modules,
}))
"""


@pytest.mark.model
@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_argostranslate_installs_and_runs_the_archive(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("argostranslate")
    if not (folder / "model" / "model.bin").exists():
        pytest.skip("the package is not in this checkout")
    build = runpy.run_path(str(ROOT / "models" / "training" / "package.py"))["build_archive"]
    archive = build(folder, tmp_path / "archives")
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    canaries = json.loads((folder / "canaries.json").read_text(encoding="utf-8"))
    # argostranslate turns every underscore into a space and knows no placeholders: plain sentences
    # only
    plain = [c for c in canaries if "@" not in c["source"] and "_" not in c["target"]]
    environment = {
        **os.environ,
        "ARGOS_PACKAGES_DIR": str(tmp_path / "packages"),
        "ARGOS_DEVICE_TYPE": "cpu",
        "ARGOS_COMPUTE_TYPE": "int8",
        "OMP_NUM_THREADS": "1",
        **{f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("DATA", "CONFIG", "CACHE")},
    }
    (tmp_path / "packages").mkdir()
    command = [sys.executable, "-c", SCRIPT, str(archive), metadata["from_code"]]
    done = subprocess.run(
        [*command, *(c["source"] for c in plain)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    expected = [metadata["from_code"], "en", metadata["package_version"]]
    assert result["packages"] == [expected]
    assert result["texts"] == [c["target"] for c in plain]
    assert result["torch"] is False
