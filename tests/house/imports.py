"""What dvc.yaml and results/dvc.yaml must say of each stage's code and params, worked out from the sources.

`python -m tests.house.imports` lists what differs; with `--write`, as in `make deps`, it mends them. A stage
depends on what its image is built from, on its script, on every module of the package that the script imports directly
or through others (imports inside functions included, imports for types alone left out), and on every leaf of the params
that its settings models read.
"""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from floodmark.dag import PIPELINE, RESULTS
from floodmark.settings.base import Section

SOURCE = Path("src/floodmark")
KEYWORDS_OF_THE_FRAME = {"argument", "shared"}
CODE = ("docker/", "src/", "stages/")
"""How a dep begins that is no data."""


def module_file(name: str) -> Path | None:
    """The file of a module of the package, if there is one; empty package files count as none."""
    path = Path("src", *name.split("."))
    return path.with_suffix(".py") if path.with_suffix(".py").is_file() else None


@cache
def direct_imports(path: Path) -> frozenset[Path]:
    """Files of the package that one file imports, wherever in it, except under TYPE_CHECKING."""
    found: set[Path] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for child in node.orelse:
                visit(child)
            return
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        found.update(file for name in names if name.startswith("floodmark") and (file := module_file(name)))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(found)


def closure(path: Path) -> list[str]:
    """A script and every file of the package it can import, sorted."""
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(direct_imports(current))
    return sorted(str(file) for file in seen)


def sections(script: Path) -> dict[str, type[Section]]:
    """The params sections named in a stage's decorator, and the models that read them."""
    match = re.search(r"@stage\((.*?)\)\s*\ndef", script.read_text(encoding="utf-8"), re.DOTALL)
    assert match, f"{script} has no @stage"
    call = ast.parse(f"f({match[1]})").body[0]
    keywords = call.value.keywords  # type: ignore[attr-defined]
    return {
        word.arg: getattr(import_module(f"floodmark.settings.{word.arg}"), ast.unparse(word.value))
        for word in keywords
        if word.arg and word.arg not in KEYWORDS_OF_THE_FRAME
    }


def leaves(prefix: str, value: Any) -> list[str]:
    """Leaf keys below a key of the params; a mapping without keys is a leaf, so that the first key put in counts."""
    if not isinstance(value, dict) or not value:
        return [prefix]
    return [leaf for key in value for leaf in leaves(f"{prefix}.{key}", value[key])]


def section_leaves(section: str, model: type[Section], values: dict[str, Any], matrix: dict[str, Any]) -> list[str]:
    """Leaf keys of a section that its model reads: of parts for each entry of the stage's matrix, the entry's own."""
    if model.model_config["extra"] == "ignore":
        values = {key: value for key, value in values.items() if key in model.model_fields}
    entries = [str(item) for items in matrix.values() if isinstance(items, list) for item in items]
    own = [entry for entry in entries if isinstance(values, dict) and isinstance(values.get(entry), dict)]
    item = f"${{item.{next(iter(matrix), '')}}}"
    shared = [leaf for key, value in values.items() if key not in own for leaf in leaves(f"{section}.{key}", value)]
    return [*shared, f"{section}.{item}"] if own else shared


def expected(name: str, body: dict[str, Any], params: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The code deps and the params that a stage must list."""
    script = Path("stages", f"{name}.py")
    matrix = body.get("matrix", {})
    keys = [
        leaf
        for section, model in sections(script).items()
        for leaf in section_leaves(section, model, params.get(section, {}), matrix)
    ]
    return [lock(body["meta"]["image"]), *closure(script)], keys


def lock(image: str) -> str:
    """What a stage depends on for the image it runs in: what that is built from, not the image itself."""
    return f"docker/{image}.lock.json"


def rewritten(text: str, name: str, deps: list[str], params: list[str]) -> str:
    """The text of dvc.yaml with one stage's deps and params replaced; everything else keeps its place."""

    def listing(key: str, items: list[str]) -> str:
        return f"    {key}:\n" + "".join(f"      - {item}\n" for item in items)

    match = re.search(rf"^  {name}:\n(?:    .*\n)+", text, re.MULTILINE)
    assert match, name
    block = re.sub(r"    params:\n(?:      - .*\n)+", "", match[0])
    block = re.sub(r"    deps:\n(?:      - .*\n)+", listing("deps", deps) + listing("params", params), block)
    return text[: match.start()] + block + text[match.end() :]


def main(write: bool) -> int:
    """Compare both pipelines with the sources; returns the number of stages that differ."""
    yaml, differ = YAML(typ="safe"), 0
    params = yaml.load(Path("params.yaml").read_text(encoding="utf-8"))
    for pipeline in (Path(PIPELINE), Path(RESULTS)):
        text = pipeline.read_text(encoding="utf-8")
        for name, body in yaml.load(text)["stages"].items():
            code, keys = expected(name, body, params)
            data = [dep for dep in body["deps"] if not dep.startswith(CODE)]
            if [*data, *code] != body["deps"] or keys != body.get("params"):
                differ += 1
                print(f"{name}: deps or params differ")
                text = rewritten(text, name, [*data, *code], keys)
        if write:
            pipeline.write_text(text, encoding="utf-8")
    return differ


if __name__ == "__main__":
    sys.exit(0 if main("--write" in sys.argv) == 0 or "--write" in sys.argv else 1)
