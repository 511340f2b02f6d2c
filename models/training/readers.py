"""How the files of each kind of source are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import extract
import pages
from extract import Files
from sentence_pairs import Pair, by_block, by_paragraph

READERS: dict[str, Callable[[Files], Iterator[Pair]]] = {
    "catalogues": extract.catalogues(by_paragraph),
    "catalogues-html": extract.catalogues(by_block),
    "names": extract.names,
    "lua-dialogs": extract.lua_dialogs,
    "lua-table": extract.lua_table,
    "markdown": extract.markdown,
    "keyed": extract.keyed,
    "treebank": extract.treebank,
    "lines": extract.lines,
    "conversations": extract.conversations,
    "catalogue-pages": pages.catalogue_pages,
    "catalogues-bbcode": pages.catalogues_bbcode,
    "page-files": pages.page_files,
    "string-tables": pages.string_tables,
}
"""By the kind of a source in `gather.toml`."""
