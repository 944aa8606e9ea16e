"""An image on its way to a machine without a builder: saved to an archive there, made a SIF file here."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import NamedTuple

from floodmark.containers.build import BASE_LABEL, LABEL
from floodmark.containers.inputs import INPUTS, locked
from floodmark.containers.record import Record, write_record
from floodmark.containers.verify import file_digest, trusted
from floodmark.errors import UserError
from floodmark.progress import say

SIFS = Path(".floodmark") / "images"


def save(root: Path, image: str, engine: str, archive: Path) -> None:
    """Write a built image to an archive that docker, podman and apptainer read.

    Raises:
        UserError: if the image may not run here, or the engine cannot save it.
    """
    record = trusted(root, root, image, engine)
    partial = archive.with_name(f".partial-{archive.name}")
    partial.unlink(missing_ok=True)
    kind = ["--format", "docker-archive"] if engine == "podman" else []
    if subprocess.run([engine, "save", *kind, "--output", str(partial), record.name], check=False).returncode:
        partial.unlink(missing_ok=True)
        raise UserError(f"{engine} could not save {record.name} to {archive}: is there space on that disk?")
    partial.replace(archive)
    say(f"{archive} holds {record.name}, whose configuration is {archived(archive).digest}")
    say(f"where it is to run: floodmark image convert {image} --archive {archive.name}; it must tell the same digest")


def convert(root: Path, image: str, archive: Path) -> Record:
    """Make a SIF file of an archive with apptainer, and put it on record.

    Raises:
        UserError: if the archive was built from other inputs, or apptainer is missing or fails.
    """
    inputs = locked(root, image)[INPUTS]
    found = archived(archive)
    labels = found.labels
    say(f"{archive} holds an image whose configuration is {found.digest}: is that what `floodmark image save` told?")
    if labels.get(LABEL) != inputs:
        raise UserError(
            f"{archive} was built from inputs {labels.get(LABEL, 'unknown')[:12]}, and the lock names {inputs[:12]}: "
            f"save it anew from a checkout of this commit, with `floodmark image save {image}`"
        )
    if shutil.which("apptainer") is None:
        raise UserError("apptainer is not installed here: load its module, or ask who runs the cluster")
    sif = (root / SIFS / f"{image}-{inputs[:12]}.sif").absolute()
    sif.parent.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(["apptainer", "build", "--force", str(sif), f"docker-archive://{archive}"], check=False)
    if made.returncode:
        raise UserError(
            f"apptainer could not make {sif}: set APPTAINER_TMPDIR and APPTAINER_CACHEDIR to a disk with space"
        )
    record = Record(image, "apptainer", str(sif), file_digest(sif), inputs, labels.get(BASE_LABEL, ""), "")
    write_record(root, record)
    return record


class Archived(NamedTuple):
    """The one image in an archive.

    Attributes:
        labels: What it says of itself.
        digest: Of its configuration, which names the digests of its layers: ``sha256:…``.
    """

    labels: dict[str, str]
    digest: str


def archived(archive: Path) -> Archived:
    """Read what an archive holds.

    Raises:
        UserError: if it is no such archive.
    """
    try:
        with tarfile.open(archive) as tar:
            (entry,) = json.loads(_member(tar, "manifest.json"))
            configuration = _member(tar, entry["Config"])
            labels = json.loads(configuration)["config"].get("Labels")
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise UserError(
            f"{archive} is no archive of one image ({error}): write it with `floodmark image save`"
        ) from error
    return Archived(dict(labels or {}), f"sha256:{hashlib.sha256(configuration).hexdigest()}")


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file.read()
