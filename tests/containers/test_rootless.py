"""podman without root: a user who is nobody special runs a stage, and what it wrote is that user's."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.containers.conftest import CONFIGURATION, podman

pytestmark = [
    pytest.mark.slow,
    pytest.mark.container,
    pytest.mark.skipif(os.getuid() != 0, reason="makes a user, which only root may"),
]

USER = "floodmark-tester"
NEEDED = ("annotated-types", "click", "pydantic", "pydantic-core", "pyyaml", "typing-extensions", "typing-inspection")
PROBE = """
import json, os
from pathlib import Path
Path("outputs").mkdir()
Path("outputs/probe.json").write_text(json.dumps({"uid": os.getuid(), "rain": Path("data/rain.txt").read_text()}))
"""


@pytest.fixture
def home():
    """The home of a new user with subordinate ids, who is removed afterwards with all that is theirs."""
    subprocess.run(["useradd", "--create-home", "--add-subids-for-system", USER], check=True)
    folder = Path("/home") / USER
    (folder / "run").mkdir(mode=0o700)
    shutil.chown(folder / "run", USER, USER)
    yield folder
    as_user(folder, "podman", "unshare", "rm", "-rf", str(folder / ".local/share/containers"))
    subprocess.run(["pkill", "-KILL", "-u", USER], check=False)
    subprocess.run(["userdel", "--remove", USER], check=True, capture_output=True)


def as_user(home, *command, **extra):
    """Run a command as the user, with nothing of the caller's environment."""
    places = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "PATH": "/usr/bin:/bin", "USER": USER}
    lent = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("_CERT_FILE")}
    environment = [f"{name}={value}" for name, value in {**lent, **places, **CONFIGURATION, **extra}.items()]
    line = ["runuser", "-u", USER, "--", "env", "-i", *environment, *command]
    return subprocess.run(line, cwd=home, capture_output=True, text=True, check=False)


def test_outputs_are_the_caller_s_and_the_uid_is_the_same_inside(probed, home, tmp_path):
    shutil.copy(CONFIGURATION["CONTAINERS_CONF"], home / "containers.conf")
    own = {"CONTAINERS_CONF": str(home / "containers.conf")}
    record = json.loads((probed / ".floodmark/images/geo.podman.json").read_text())
    podman("save", "--quiet", "--output", str(home / "geo.tar"), record["name"])
    shutil.copytree(probed, home / "a project", symlinks=True)
    (home / "a project/stages/probe.py").write_text(PROBE)
    subprocess.run(["chown", "--recursive", f"{USER}:{USER}", str(home)], check=True)
    loaded = as_user(home, "podman", "load", "--quiet", "--input", str(home / "geo.tar"), **own)
    assert loaded.returncode == 0, loaded.stderr
    pins = [line for line in Path("constraints.txt").read_text().splitlines() if re.split("==", line)[0] in NEEDED]
    assert len(pins) == len(NEEDED)
    for command in (["/usr/bin/python3", "-m", "venv", "venv"], ["venv/bin/pip", "install", "--quiet", *pins]):
        made = as_user(home, *command)
        assert made.returncode == 0, made.stderr
    given = {"FLOODMARK_PYTHON": str(home / "venv/bin/python"), "MLFLOW_TRACKING_URI": "none", **own}
    script = "cd 'a project' && exec stages/run geo stages/probe.py"
    ran = as_user(home, "sh", "-c", script, FLOODMARK_ENGINE="podman", **given)
    assert ran.returncode == 0, ran.stderr
    written = home / "a project/outputs/probe.json"
    assert json.loads(written.read_text()) == {"uid": written.stat().st_uid, "rain": "rain"}
    assert written.owner() == USER
    assert {path.owner() for path in (home / "a project").rglob("*") if not path.is_symlink()} == {USER}
