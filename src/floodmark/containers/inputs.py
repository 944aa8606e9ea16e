"""What an image is built from: its target in the Dockerfile, its runtime pins and its base. No engine is asked.

Whoever builds from the same inputs has the same lock, so that nobody's build makes another's stages stale.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from floodmark.errors import UserError
from floodmark.storage import write_json

if TYPE_CHECKING:
    from pathlib import Path

IMAGES = ("geo", "cuda")
FOLDER = "docker"
INPUTS = "inputs"
"""The key of the lock, and the label of an image, that stand for all inputs together."""


def lock_path(root: Path, image: str) -> Path:
    """The committed lock of an image, on which every stage depends that uses it."""
    return root / FOLDER / f"{image}.lock.json"


def compute(root: Path, image: str) -> dict[str, str]:
    """The inputs of an image: name of the base, digests of the Dockerfile's target and of the pins, and of all three.

    Comments and blank lines count for nothing.

    Raises:
        UserError: if the Dockerfile or the pins are missing, or the Dockerfile has no such target or no base.
    """
    text, pins = (_read(root / FOLDER / name) for name in ("Dockerfile", f"{image}.txt"))
    parts = {
        "base": default_base(root),
        "dockerfile": _digest("\n".join(target_lines(text, image))),
        "pins": _digest("\n".join(_meant(pins))),
    }
    return {**parts, INPUTS: _digest(json.dumps(parts, sort_keys=True))}


def locked(root: Path, image: str) -> dict[str, str]:
    """The committed lock, which must be that of the inputs as they lie here.

    Raises:
        UserError: if it is missing or of other inputs.
    """
    path = lock_path(root, image)
    computed = compute(root, image)
    try:
        found = dict(json.loads(_read(path)))
    except (TypeError, ValueError):
        found = {}
    if found != computed:
        changed = [key for key in computed if found.get(key) != computed[key] and key != INPUTS]
        raise UserError(
            f"{path} was written for other inputs ({', '.join(changed) or 'their digest'} differ): run `make deps`, "
            f"which writes it anew; every stage of the image {image} will run again"
        )
    return computed


def write_locks(root: Path) -> None:
    """Write the lock of every image."""
    for image in IMAGES:
        write_json(lock_path(root, image), compute(root, image))


def default_base(root: Path) -> str:
    """The base that the Dockerfile names.

    Raises:
        UserError: if it names none.
    """
    path = root / FOLDER / "Dockerfile"
    found = re.search(r"^ARG BASE=(\S+)$", _read(path), re.MULTILINE)
    if found is None:
        raise UserError(f"{path} names no base: it must have a line such as ARG BASE=python:3.11-slim-bookworm")
    return found[1]


def target_lines(dockerfile: str, target: str) -> list[str]:
    """The instructions of a target and of all the targets it builds on or copies from, in the file's order.

    Raises:
        UserError: if there is no such target.
    """
    targets: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _meant(re.sub(r"\\\n\s*", " ", dockerfile)):
        start = re.fullmatch(r"FROM \S+ AS (\S+)", line)
        if start:
            current = targets.setdefault(start[1], [])
        current.append(line)
    if target not in targets:
        raise UserError(f"{FOLDER}/Dockerfile has no target {target}, only {', '.join(targets)}")
    needed = [target]
    for name in needed:  # grows while it is walked
        named = re.findall(r"^FROM (\S+)|from=(\S+?)[, ]", "\n".join(targets[name]) + " ", re.MULTILINE)
        needed += [other for pair in named for other in pair if other in targets and other not in needed]
    return [line for name, lines in targets.items() if name in needed for line in lines]


def _meant(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UserError(
            f"{path} is missing: restore it with git, or run `make deps`, which writes pins and locks"
        ) from error
