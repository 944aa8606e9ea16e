"""What was built here: a note per image and engine that is never committed, beside the key of the project."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from floodmark.storage import write_json

FOLDER = Path(".floodmark") / "images"


@dataclass(frozen=True)
class Record:
    """One built image.

    Attributes:
        image: ``geo`` or ``cuda``.
        engine: What holds it: ``docker``, ``podman`` or ``apptainer``.
        name: Its name there, or the path of the SIF file.
        id: The engine's digest of the image, or the SHA-256 of the SIF file.
        inputs: The digest of the inputs it was built from, as in the image's lock.
        base: What it was built on, as it was named when it was built.
        torch: The version of torch in it, empty where there is none.
    """

    image: str
    engine: str
    name: str
    id: str
    inputs: str
    base: str
    torch: str


def read_record(root: Path, image: str, engine: str) -> Record | None:
    """What is on record, or None; a note that cannot be read counts as none."""
    try:
        return Record(**json.loads(_path(root, image, engine).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_record(root: Path, record: Record) -> None:
    """Put an image on record."""
    path = _path(root, record.image, record.engine)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, asdict(record))


def _path(root: Path, image: str, engine: str) -> Path:
    return root / FOLDER / f"{image}.{engine}.json"
