"""Package folders to `.argosmodel` files, which `argospm install` and argostranslate read. Needs
nothing but Python.

python models/training/package.py OUT models/it-en models/tr-en
"""

from __future__ import annotations

import argparse
import json
import zipfile
from pathlib import Path


def build_archive(package: Path, folder: Path) -> Path:
    """Write the archive of a package to a folder; returns its path, as
    `translate-it_en-1_0_0.argosmodel`.

    Same package, same bytes: entries are sorted and carry a fixed date.
    """
    metadata = json.loads((package / "metadata.json").read_text(encoding="utf-8"))
    version = metadata["package_version"].replace(".", "_")
    name = f"translate-{metadata['from_code']}_{metadata['to_code']}-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.argosmodel"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(file for file in package.rglob("*") if file.is_file()):
            entry = zipfile.ZipInfo(f"{name}/{file.relative_to(package).as_posix()}")
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, file.read_bytes())
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="gets the archives")
    parser.add_argument("packages", type=Path, nargs="+")
    options = parser.parse_args()
    for package in options.packages:
        path = build_archive(package, options.folder)
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
