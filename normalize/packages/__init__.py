"""Translation packages: find, read, digest, import, install and remove them.

A package is a folder in the layout of Argos Translate: `metadata.json`, a CTranslate2 model in
`model/`, and one tokeniser, `sentencepiece.model` or `bpe.model`. An `.argosmodel` file is a ZIP
archive of one such folder. Packages are looked for in this order, and the first of a language pair
wins: paths given by the caller, the user's Argos folder, the packages shipped with `normalize`.
"""

from __future__ import annotations

from normalize.packages.find import (
    Channel,
    Origin,
    Package,
    TokenizerKind,
    find_packages,
    read_package,
    select,
    user_folder,
)
from normalize.packages.manage import import_package, install, remove

__all__ = [
    "Channel",
    "Origin",
    "Package",
    "TokenizerKind",
    "find_packages",
    "import_package",
    "install",
    "read_package",
    "remove",
    "select",
    "user_folder",
]
