"""podman itself, a Debian base made from packages, and images built on it from the locked inputs.

No registry of images is asked: the base is bootstrapped and given the locked base's name. The cuda image is built with
whatever torch pip finds; where that is a build for the CPU, the image runs the same stages without a GPU.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from floodmark.containers.inputs import default_base
from tests.pipeline.conftest import tiny_project  # noqa: F401  (a fixture of these tests too)
from tests.pipeline.projects import call, commit

ROOT = Path(__file__).parents[2]
BASE = f"localhost/{default_base(ROOT)}"
CONFIGURATION = {"CONTAINERS_CONF": str(Path(__file__).with_name("containers.conf")), "BUILDAH_ISOLATION": "chroot"}
SENTINEL = "lent-by-the-host-4711"
PACKAGES = Path(__file__).with_name("packages.txt")


def podman(*arguments, check=True):
    """Run podman and return what it prints."""
    environment = {**os.environ, **CONFIGURATION}
    result = subprocess.run(["podman", *arguments], capture_output=True, text=True, env=environment)
    if check and result.returncode:
        raise AssertionError(f"podman {arguments} failed:\n{result.stdout[-2000:]}\n{result.stderr[-4000:]}")
    return result.stdout.strip()


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    """The name of the base; bootstrapped once a machine."""
    missing = [tool for tool in ("podman", "runc", "mmdebstrap") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed: apt-get install {' '.join(PACKAGES.read_text().split())}")
    with _one_at_a_time(tmp_path_factory):
        if not _exists(BASE):
            tar = tmp_path_factory.mktemp("base") / "base.tar"
            wanted = "--include=python3,python3-venv,ca-certificates"
            subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", wanted, "bookworm", str(tar)], check=True)
            podman("import", "--quiet", str(tar), BASE)
            tar.unlink()
    return BASE


@pytest.fixture(scope="session")
def records(base, tmp_path_factory):
    """Builds an image by its name from the inputs of this tree; returns the folder with its record."""
    shared = _shared(tmp_path_factory) / "image records"

    def build(image):
        with _one_at_a_time(tmp_path_factory):
            (shared / "docker").mkdir(parents=True, exist_ok=True)
            shutil.copytree(ROOT / "docker", shared / "docker", dirs_exist_ok=True)
            if not (shared / f".floodmark/images/{image}.podman.json").is_file():
                command = ("-m", "floodmark.cli", "image", "build", image, "--engine", "podman", "--base", base)
                given = {"PYTHONPATH": str(ROOT / "src"), **CONFIGURATION, **marked(shared)}
                call(shared, sys.executable, *command, **given)
        return shared / ".floodmark/images"

    return build


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A disk of XFS, which knows reflinks, under a name with a space."""
    image, folder = tmp_path_factory.mktemp("image") / "disk", tmp_path_factory.mktemp("a disk")
    with image.open("wb") as file:
        file.truncate(3 * 2**30)
    subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def marked(folder):
    """Settings of pip and certificates that would be known again in an image."""
    own = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    certificates = folder / "certificates.crt"
    if Path(own).is_file():
        certificates.write_text(f"{Path(own).read_text()}\n# {SENTINEL}\n")
    return {"PIP_TRUSTED_HOST": f"{SENTINEL}.example", "PIP_CERT": str(certificates)} if certificates.exists() else {}


PROBES = """
stages:
  probe:
    cmd: stages/run geo stages/probe.py
    deps:
      - data
      - docker/geo.lock.json
      - stages/probe.py
    outs:
      - outputs/probe.json
"""


@pytest.fixture
def probed(records, tmp_path):
    """A project with one stage, `stages/probe.py`, which the test writes, and the image geo."""
    folder = tmp_path / "a project"
    for name in ("src", "docker"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "stages").mkdir()
    shutil.copy(ROOT / "stages/run", folder / "stages/run")
    shutil.copy(ROOT / "params.yaml", folder)
    shutil.copytree(records("geo"), folder / ".floodmark/images")
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / ".gitignore").write_text("/.floodmark/\n/.venv\n/timings/\n")
    (folder / "dvc.yaml").write_text(PROBES)
    (folder / "data").mkdir()
    (folder / "data/rain.txt").write_text("rain")
    (folder / "stages/probe.py").write_text("")
    call(folder, "git", "init", "--quiet")
    call(folder, "dvc", "init", "--quiet")
    commit(folder, "a project with a probe")
    return folder


def _exists(name):
    environment = {**os.environ, **CONFIGURATION}
    return subprocess.run(["podman", "image", "exists", name], env=environment).returncode == 0


def _shared(tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


class _one_at_a_time:  # noqa: N801  (reads as a statement)
    """Test processes take turns."""

    def __init__(self, tmp_path_factory):
        self._path = _shared(tmp_path_factory) / "podman.lock"

    def __enter__(self):
        self._file = self._path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *error):
        self._file.close()
