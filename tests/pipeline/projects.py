"""Tiny projects: this working tree as a Git and DVC project of its own, on a small embedded dataset."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

from floodmark.dag import RESULTS

ROOT = Path(__file__).parents[2]
OVERLAY = Path(__file__).with_name("tiny.yaml")

RECORD_IMPORTS = '''
"""Notes which modules of the package each stage really imported, for the test that compares them with dvc.yaml."""
import atexit, json, os, sys
def note():
    if sys.argv and sys.argv[0].startswith("stages/"):
        names = sorted(name for name in sys.modules if name.startswith("floodmark"))
        files = [sys.modules[name].__file__ or "" for name in names]
        os.makedirs("timings/imports", exist_ok=True)
        with open("timings/imports/" + "@".join([os.path.basename(sys.argv[0])[:-3], *sys.argv[1:]]), "w") as file:
            json.dump([os.path.relpath(name, os.getcwd()) for name in files if os.path.getsize(name)], file)
atexit.register(note)
'''


def environment(**extra: str) -> dict[str, str]:
    """The caller's environment without what would tie a project to this one."""
    dropped = ("DVC_ROOT", "PYTHONPATH", "VIRTUAL_ENV")
    kept = {key: value for key, value in os.environ.items() if key not in dropped and not key.startswith("DVC_")}
    identity = {f"GIT_{role}_{part}": "test" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    return {**kept, **identity, "GIT_CONFIG_NOSYSTEM": "1", "DVC_NO_ANALYTICS": "1", **extra}


def call(folder: Path, *command: str | Path, check: bool = True, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a project; `dvc` is the one of the running interpreter."""
    if command[0] == "dvc":
        command = (sys.executable, "-m", "dvc", *command[1:])
    result = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, env=environment(**extra)
    )
    if check and result.returncode:
        raise AssertionError(f"{command} failed in {folder}:\n{result.stdout[-4000:]}\n{result.stderr[-8000:]}")
    return result


def make_project(folder: Path) -> Path:
    """A committed project with tiny data and params, not yet run."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    skipped = ("embedded/", "outputs/", "tests/", "docs/")
    for name in listed.stdout.splitlines():
        if name.startswith("results/") and name != RESULTS:
            continue
        if (ROOT / name).is_file() and not name.startswith(skipped) and name not in ("data.dvc", "dvc.lock"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    call(folder, "git", "init", "--quiet")
    call(folder, "dvc", "config", "--unset", "remote.embedded.url", check=False)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    _lay_over(folder / "params.yaml", OVERLAY)
    (folder / "src/sitecustomize.py").write_text(RECORD_IMPORTS)
    path = f"{folder / 'src'}:{folder}"
    call(folder, sys.executable, "-m", "demo.build", "data", "--size", "tiny", "--write-public", PYTHONPATH=path)
    call(folder, "dvc", "add", "--quiet", "data")
    commit(folder, "a tiny project")
    return folder


def commit(folder: Path, message: str) -> None:
    """Commit everything in a project."""
    call(folder, "git", "add", "--all")
    call(folder, "git", "commit", "--quiet", "--allow-empty", "-m", message)


def copy_project(source: Path, folder: Path) -> Path:
    """A second project in the same state, cache included, sharing no file with the first."""
    shutil.copytree(source, folder, symlinks=True, dirs_exist_ok=True)
    return folder


def _lay_over(path: Path, overlay: Path) -> None:
    yaml = YAML()
    yaml.width = 1000
    params = yaml.load(path.read_text(encoding="utf-8"))

    def merge(base: dict[str, object], extra: dict[str, object]) -> None:
        for key, value in extra.items():
            assert key in base, f"{overlay}: {key} is no key of {path}"
            if isinstance(value, dict):
                merge(base[key], value)  # type: ignore[arg-type]
            else:
                base[key] = value

    merge(params, YAML(typ="safe").load(overlay.read_text(encoding="utf-8")))
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(params, file)
