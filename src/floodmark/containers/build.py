"""Builds an image from its locked inputs and puts it on record."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from floodmark.containers import lent
from floodmark.containers.engines import PROXIES
from floodmark.containers.inputs import FOLDER, INPUTS, default_base, locked
from floodmark.containers.record import Record, write_record
from floodmark.errors import UserError
from floodmark.progress import say

BUILDERS = ("podman", "docker")
LABEL = "floodmark.inputs"
"""The label of an image with the digest of the inputs it was built from."""
BASE_LABEL = "org.opencontainers.image.base.name"
TORCH = "import importlib.metadata as m; print(next((d.version for d in m.distributions() if d.name == 'torch'), ''))"


def pick_builder(wanted: str | None) -> str:
    """The engine to build with: the wanted one, else the one `FLOODMARK_ENGINE` names, else the first that is there.

    Raises:
        UserError: if there is none, or the wanted one cannot build.
    """
    named = wanted or os.environ.get("FLOODMARK_ENGINE", "")
    if named in BUILDERS and shutil.which(named):
        return named
    if wanted:
        raise UserError(
            f"--engine {wanted}: must be one of {', '.join(BUILDERS)} and installed: install it, or choose another"
        )
    found = next((name for name in BUILDERS if shutil.which(name)), None)
    if found is None:
        raise UserError("neither podman nor docker is installed, and one of them builds the images: install one")
    return found


def build(root: Path, image: str, engine: str, *, base: str | None = None, wheels: Path | None = None) -> Record:
    """Build one image and record it.

    Args:
        root: The project.
        image: ``geo`` or ``cuda``.
        engine: ``docker`` or ``podman``.
        base: Where to take the locked base from, such as a mirror: the last part of the name must be the locked one.
        wheels: A folder of wheels that are preferred to those of the index, such as a torch of another build.

    Raises:
        UserError: if the lock is not of these inputs, the base is another one, or the build fails.
    """
    inputs, base = locked(root, image)[INPUTS], _same_base(base, default_base(root))
    name = f"localhost/floodmark-{image}:{inputs[:12]}"
    say(f"building {name} with {engine} on {base} (minutes, the first time)")
    with tempfile.TemporaryDirectory(prefix="floodmark-build-") as folder:
        command = [engine, "build", *_arguments(image, base, inputs, name), *_lendings(Path(folder), wheels), FOLDER]
        if subprocess.run(command, cwd=root, env={**os.environ, "DOCKER_BUILDKIT": "1"}, check=False).returncode:
            raise UserError(
                f"`{' '.join(command)}` failed; if the base is not to be had, name where it is: "
                f"make image BASE=mirror.example/{default_base(root)}"
            )
    built, probe = image_id(engine, name), [engine, "run", "--rm", "--network=none", name, "python", "-c", TORCH]
    told = subprocess.run(probe, capture_output=True, text=True, check=False)
    if built is None or told.returncode:
        raise UserError(f"{engine} built {name}, and cannot run it: {told.stderr.strip()[-500:] or 'it is not there'}")
    torch = told.stdout.strip()
    record = Record(image, engine, name, built, inputs, base, torch)
    write_record(root, record)
    say(f"{name} is {record.id[:19]}" + (f", with torch {torch}" if torch else ""))
    return record


def image_id(engine: str, name: str) -> str | None:
    """The engine's digest of an image, ``sha256:…``, or None where it has no such image.

    Raises:
        UserError: if the engine does not say whether it has.
    """
    command = [engine, "image", "inspect", "--format", "{{.Id}}", name]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return f"sha256:{result.stdout.strip().removeprefix('sha256:')}"
    if not re.search(r"no such (image|object)|image not known|failed to find image", result.stderr, re.IGNORECASE):
        raise UserError(f"{engine} does not answer: {result.stderr.strip()[-500:]}; `floodmark doctor` says more")
    return None


def image_label(engine: str, name: str) -> str:
    """The digest of the inputs that an image says it was built from; empty if it says none."""
    return _output(engine, "image", "inspect", "--format", f'{{{{index .Config.Labels "{LABEL}"}}}}', name)


def _arguments(image: str, base: str, inputs: str, name: str) -> list[str]:
    # Proxies by name alone, for they may hold a password; the engine takes the value from the environment.
    given = [f"BASE={base}", f"IMAGE={image}", *(name for name in PROXIES if name in os.environ)]
    arguments = [part for argument in given for part in ("--build-arg", argument)]
    for label, value in ((LABEL, inputs), (BASE_LABEL, base)):
        arguments += ["--label", f"{label}={value}"]
    return [*arguments, "--file", f"{FOLDER}/Dockerfile", "--target", image, "--tag", name]


def _lendings(folder: Path, wheels: Path | None) -> list[str]:
    """Arguments that lend the host's pip configuration, certificates and wheels to the build alone."""
    settings = lent.pip_settings()
    own = lent.certificates(settings)
    (folder / "pip.conf").write_text(lent.configuration(settings, own_certificates=own is not None), encoding="utf-8")
    arguments = ["--secret", f"id=pip,src={folder / 'pip.conf'}"]
    if own is not None:
        arguments += ["--secret", f"id=certificates,src={own}"]
    found = lent.local_wheels(settings, wheels)
    if found:
        lent.gather(found, folder / "wheels")
        say(f"lending {', '.join(wheel.name for wheel in found)} to the build")
        arguments += ["--build-context", f"wheels={folder / 'wheels'}"]
    return arguments


def _same_base(given: str | None, base: str) -> str:
    if given is None or given.rpartition("/")[2] == base.rpartition("/")[2]:
        return given or base
    raise UserError(
        f"BASE={given}: the locked base is {base}, and only its place may differ, as in mirror.example/{base}; "
        f"for another base change ARG BASE in {FOLDER}/Dockerfile and run `make deps`: every stage will run again"
    )


def _output(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else ""
