"""What a host lends to a build and no image keeps: its pip configuration, its certificates, its local wheels."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from floodmark.errors import UserError

CERTIFICATES = "/run/certificates.crt"
WHEELS = "/wheels"
"""Where the Dockerfile mounts the certificates and the wheels."""
SETTINGS = (
    "index-url",
    "extra-index-url",
    "trusted-host",
    "proxy",
    "timeout",
    "default-timeout",
    "retries",
    "no-index",
)
"""Settings of pip that say where packages come from; the others are about the host's own environments."""
BUNDLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def pip_settings() -> dict[str, str]:
    """The host's effective settings: those of files, then those of the environment, as `pip config list` gives them."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    found: dict[str, str] = {}
    for line in sorted(listed.stdout.splitlines(), key=lambda line: line.startswith(":env:")):
        place, _, value = line.partition("=")
        found[place.rpartition(".")[2]] = str(ast.literal_eval(value))
    return found


def certificates(settings: dict[str, str]) -> Path | None:
    """The host's own bundle of certificates, if it names one that is there."""
    named = [os.environ.get(name) for name in BUNDLES] + [settings.get("cert")]
    return next((Path(name) for name in named if name and Path(name).is_file()), None)


def configuration(settings: dict[str, str], *, own_certificates: bool) -> str:
    """A pip.conf for the build: remote places as they are, local folders replaced by the one that is mounted."""
    lines = ["[global]", f"find-links = {' '.join([WHEELS, *_remote(settings.get('find-links', ''))])}"]
    for name in SETTINGS:
        value = " ".join(_remote(settings.get(name, ""))) if name.endswith("index-url") else settings.get(name, "")
        if value:
            lines.append(f"{name} = {value}")
    if own_certificates:
        lines.append(f"cert = {CERTIFICATES}")
    return "\n".join(lines) + "\n"


def local_wheels(settings: dict[str, str], given: Path | None) -> list[Path]:
    """Wheels to lend: of a given folder, else of the local folders that pip looks for links in.

    Raises:
        UserError: if the given folder holds no wheel.
    """
    folders = (
        [given] if given else [Path(place) for place in settings.get("find-links", "").split() if "://" not in place]
    )
    wheels = [wheel for folder in folders for wheel in sorted(folder.glob("*.whl"))]
    if given and not wheels:
        raise UserError(f"{given} holds no wheel (*.whl): name the folder they lie in")
    return wheels


def gather(wheels: list[Path], folder: Path) -> None:
    """Put wheels into one folder, linked where the file system allows it."""
    folder.mkdir()
    for wheel in wheels:
        try:
            os.link(wheel, folder / wheel.name)
        except OSError:  # another file system
            shutil.copyfile(wheel, folder / wheel.name)


def _remote(places: str) -> list[str]:
    return [place for place in places.split() if urlsplit(place).scheme in ("http", "https")]
