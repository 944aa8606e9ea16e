"""The runtime pins of each image, worked out from what its stages import; `make deps` writes docker/<image>.txt.

Every pin is one of constraints.txt. A package that only the launcher, the mirror into MLflow, the tests or the checks
use is in no image, so that a change of it makes no stage stale.
"""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

from floodmark.containers.inputs import IMAGES
from floodmark.dag import PIPELINE, RESULTS
from tests.house.imports import closure

HEADER = "# Exact pins of the image {image}: what its stages import and what that pulls. `make deps` writes it.\n"


def modules(path: Path) -> set[str]:
    """Top-level modules from elsewhere that one file imports, except for types alone."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found - set(sys.stdlib_module_names) - {"floodmark"}


def scripts(image: str) -> list[Path]:
    """The scripts of the stages that run in an image, of both pipelines."""
    bodies = [
        (name, body)
        for pipeline in (PIPELINE, RESULTS)
        for name, body in YAML(typ="safe").load(Path(pipeline).read_text(encoding="utf-8"))["stages"].items()
    ]
    return [Path("stages", f"{name}.py") for name, body in bodies if body["meta"]["image"] == image]


def roots(image: str) -> set[str]:
    """Distributions that the stages of an image import by name."""
    files = {file for script in scripts(image) for file in closure(script)}
    imported = set().union(*(modules(Path(file)) for file in files))
    owners = packages_distributions()
    return {canonicalize_name(name) for module in imported for name in owners.get(module, [])}


def pulled(names: set[str], pins: dict[str, str]) -> list[str]:
    """Pins of these distributions and of all that they require here, sorted; what is not pinned is optional to us."""
    seen: set[str] = set()
    waiting = sorted(names & pins.keys())
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        needs = (Requirement(text) for text in requires(name) or [])
        wanted = (need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""}))
        waiting += [canonicalize_name(need.name) for need in wanted if canonicalize_name(need.name) in pins]
    return sorted(pins[name] for name in seen)


def constraints() -> dict[str, str]:
    """The lines of constraints.txt by the names of what they pin."""
    lines = Path("constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(re.split("==", line)[0]): line for line in lines if "==" in line}


def text(image: str) -> str:
    """What docker/<image>.txt must hold."""
    needed = roots(image)
    if image == "geo" and "torch" in needed:
        # Imported inside functions, for seeds and GPUs, by stages that use neither in this image.
        needed.discard("torch")
    return HEADER.format(image=image) + "\n".join(pulled(needed, constraints())) + "\n"


def main(write: bool) -> int:
    """Compare the pins of both images; returns the number that differ."""
    differ = 0
    for image in IMAGES:
        path = Path("docker", f"{image}.txt")
        if not path.is_file() or path.read_text(encoding="utf-8") != text(image):
            differ += 1
            print(f"{path}: pins differ")
            if write:
                path.write_text(text(image), encoding="utf-8")
    return differ


if __name__ == "__main__":
    sys.exit(0 if main("--write" in sys.argv) == 0 or "--write" in sys.argv else 1)
