"""Whether an image may run a stage: built here from the locked inputs, and the same since."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from floodmark.containers.build import image_id, image_label
from floodmark.containers.inputs import INPUTS, locked
from floodmark.containers.record import Record, read_record
from floodmark.errors import UserError


def trusted(root: Path, code: Path, image: str, engine: str) -> Record:
    """The record of an image that may be run by its digest.

    Args:
        root: The project that keeps the records.
        code: The folder with the locks that count, the project itself or an experiment's sandbox.
        image: ``geo`` or ``cuda``.
        engine: ``docker``, ``podman`` or ``apptainer``.

    Raises:
        UserError: if the engine is missing or does not answer, or the image was never built here, was built from other
            inputs, is gone, or was altered since.
    """
    if shutil.which(engine) is None:
        raise UserError(f"{engine} is not installed here, or not on the path: install it, or load its module")
    lock, record = locked(code, image), read_record(root, image, engine)
    again = "run `make image`" if engine != "apptainer" else "make it anew with `floodmark image convert`"
    if record is None:
        raise UserError(f"no image {image} for {engine} was built here: {again} (docs/how-to/cluster.md)")
    if record.inputs != lock[INPUTS]:
        raise UserError(
            f"{record.name} was built from other inputs ({record.inputs[:12]}) than the locked ones "
            f"({lock[INPUTS][:12]}): {again}"
        )
    found = _present(record)
    if found is None:
        raise UserError(f"{record.name} is gone from {engine}: {again}")
    if found != record.id:
        raise UserError(
            f"{record.name} was altered since it was built: it is {found[:19]}, and {record.id[:19]} is on record: "
            f"{again}"
        )
    if engine != "apptainer" and image_label(engine, record.id) != lock[INPUTS]:
        raise UserError(f"{record.name} does not say that it was built from {lock[INPUTS][:12]}: {again}")
    return record


def problem(root: Path, image: str, engine: str) -> str | None:
    """Why an image may not run, or None."""
    try:
        trusted(root, root, image, engine)
    except UserError as error:
        return str(error)
    return None


def file_digest(path: Path) -> str:
    """The SHA-256 of a SIF file, ``sha256:…``."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _present(record: Record) -> str | None:
    if record.engine != "apptainer":
        return image_id(record.engine, record.name)
    return file_digest(Path(record.name)) if Path(record.name).is_file() else None
