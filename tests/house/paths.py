"""Which of a stage's data deps its code names: a dep that no string of the code spells is read by nobody."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path


@cache
def strings(path: Path) -> frozenset[str]:
    """Every string constant of a file, those inside f-strings included and docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in prose]
    return frozenset(node.value for node in constants if isinstance(node.value, str))


def spoken_paths(files: Iterable[str | Path], outs: Iterable[str]) -> set[str]:
    """The strings of some files that can be paths, less what names the stage's own outs."""
    own = tuple(outs)
    below = tuple(f"{out}/" for out in own)
    found = {text for file in files for text in strings(Path(file)) if " " not in text}
    return {text for text in found if text not in own and not text.startswith(below)}


def names(said: set[str], dep: str) -> bool:
    """Whether every part of a dep below `data/` or `outputs/` is part of a path that does not begin in the other."""
    root, *parts = (part for part in dep.split("/") if "$" not in part)
    other = {"data": "outputs", "outputs": "data"}[root]
    spoken = {part for text in said if not text.startswith(f"{other}/") for part in text.split("/")}
    return set(parts) <= spoken
