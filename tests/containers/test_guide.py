"""The commands of docs/how-to/cluster.md, taken from the page and run in a fresh clone where what they need is here."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.containers.conftest import CONFIGURATION
from tests.pipeline.projects import environment

MARK = "<!-- not run in tests: needs what is not there -->"
PAGE = Path("docs/how-to/cluster.md")


def blocks(where):
    """The commands of all blocks marked as tested somewhere, in the page's order."""
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"<!-- tested: {where} -->\n```bash\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def clone(tmp_path):
    """A clone of the last commit, in which the environment counts as installed."""
    folder = tmp_path / "floodmark"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ".", str(folder)], check=True)
    (folder / ".venv").symlink_to(sys.prefix)
    for name in ("constraints.txt", "constraints-cluster.txt", "constraints-alone.txt"):
        os.utime(folder / name, (0, 0))
    return folder


def run(folder, commands, **extra):
    given = environment(MLFLOW_TRACKING_URI="none", **extra)
    given = {name: value for name, value in given.items() if not name.startswith(("MAKE", "MFLAGS"))}
    line = ["bash", "-euxc", "\n".join(commands)]
    result = subprocess.run(line, cwd=folder, capture_output=True, text=True, env=given)
    assert result.returncode == 0, f"{result.stdout[-2000:]}\n{result.stderr[-4000:]}"
    return result.stdout


def test_every_block_says_whether_it_is_run():
    text = PAGE.read_text(encoding="utf-8")
    marks = re.findall(r"(.*)\n```bash\n", text)
    assert set(marks) == {"<!-- tested: laptop -->", "<!-- tested: containers -->", MARK}
    assert "make image" in "".join(blocks("containers"))
    assert len(blocks("laptop") + blocks("containers")) == 3


@pytest.mark.slow
def test_a_laptop_from_nothing(clone):
    run(clone, blocks("laptop"))
    assert (clone / "outputs/radar.json").is_file()


@pytest.mark.slow
@pytest.mark.container
@pytest.mark.whole
def test_containers_from_nothing(clone, base):
    assert shutil.which("podman")
    said = run(clone, blocks("laptop")[0].splitlines()[:2] + blocks("containers"), BASE=base, **CONFIGURATION)
    assert "geo (podman): built from the locked inputs, and the same since" in said
    assert "cuda (podman): built from the locked inputs, and the same since" in said
    assert (clone / "geo.tar").stat().st_size > 10**8
