"""Words that this program writes itself, such as `label` or `photo`: nobody's secret, even where a user is called so.

They are what a file may be made of: names of columns, fields, keys and files, closed values, and what the formats say.
Prose of the code is none of it, so whoever an example or a message names is found like anybody else.
"""

from __future__ import annotations

import ast
import importlib.resources
from functools import cache
from typing import TYPE_CHECKING

import regex

from floodmark.tweets import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = (
    # HTML, SVG and CSS, as the report and matplotlib write them.
    "border caption clippath creativecommons dasharray dashoffset dcmitype defs family figcaption figure font href "
    "html linecap linejoin matplotlib miter opacity purl rect rotate sans serif stillimage stroke tbody tfoot thead "
    "tspan viewbox xlink xmlns "
    # Coordinate systems, and the conventions of NetCDF.
    "authority datum degree easting epsg geogcs greenwich northing parameter primem projcs since spheroid zone "
    # Tables, pictures and arrays.
    "arrow bool boolean datetime interleave parquet safetensors"
)
"""Words of formats that stand in no code of ours; given names that are also names of fonts are left out."""
_BARE = regex.compile(r"[\w./-]+")
_WORD = regex.compile(r"[^\W_]+")


@cache
def own_words() -> frozenset[str]:
    """All of them, in lower case, each a single word."""
    tables = (schema.TWEETS, schema.USERS, schema.PLACES, schema.HUMAN)
    said = [
        FORMATS,
        *(name for table in tables for name in table),
        *(word for of in schema.CLOSED.values() for word in of),
    ]
    folders = [importlib.resources.files("floodmark")]
    for folder in folders:
        folders += [inner for inner in folder.iterdir() if inner.is_dir()]
        code = [inner.read_text(encoding="utf-8") for inner in folder.iterdir() if inner.name.endswith(".py")]
        said += [word for text in code for word in _written(ast.parse(text))]
    return frozenset(word.lower() for text in said for word in _WORD.findall(text))


def _written(tree: ast.Module) -> Iterator[str]:
    """What code may write into a file: its fields, arguments by name, attributes, and strings that hold no blank."""
    docstrings: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as value):
                docstrings.add(id(value))  # A walk meets it before the string itself.
            case ast.keyword(arg=str(name)) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Constant(value=str(text)) if id(node) not in docstrings and _BARE.fullmatch(text):
                yield text
