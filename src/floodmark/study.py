"""A study: a clone of this project with data of your own, an ordinary DVC project from then on."""

from __future__ import annotations

import difflib
import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from floodmark.errors import UserError
from floodmark.overlay import lay
from floodmark.progress import say
from floodmark.settings.every import read_file

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("radar", "heightmap", "water", "tweets", "media", "labels", "vectors", "clip")
"""The layout of `data/`; always complete, since DVC has no optional dependencies."""

AUTHOR = ["-c", "user.name=floodmark", "-c", "user.email=floodmark@localhost"]


def new_study(project: Path, folder: Path, data: Path, *, link: bool = False) -> None:
    """Clone `project` at its current commit into `folder` and take `data` in.

    Args:
        project: Root of a Floodmark checkout.
        folder: Where the study is to be; must not exist.
        data: Laid out like `data/`; its optional `params.yaml` is laid over the project's.
        link: Hard-link the files into the study and its cache instead of copying them; the originals become
            read-only, as every file in a DVC cache. On another file system they are copied once.

    Raises:
        UserError: if the folder exists, the data has none of the known folders, its params are refused, or the project
            is no Git checkout.
    """
    from floodmark.tweets.key import create_key

    _check(folder, data)
    _check_checkout(project)
    _tell_strangers(data)
    building = folder.with_name(f".partial-{folder.name}")
    shutil.rmtree(building, ignore_errors=True)
    building.parent.mkdir(parents=True, exist_ok=True)
    try:
        if _git(project, "status", "--porcelain", "--untracked-files=no"):
            say(f"note: the study starts from the last commit of {project}; what is uncommitted stays behind")
        _run(project, "git", "clone", "--quiet", "--no-hardlinks", "--origin", "origin", str(project), str(building))
        # A plain `git push` would send a study's commits into the project that it was made from.
        _run(building, "git", "remote", "remove", "origin")
        _take_params(building, folder.name, data)
        _drop_embedded(building)
        _take_data(building / "data", data, link)
        create_key(building)
        (building / ".venv").symlink_to((project / ".venv").resolve())
        (building / ".floodmark/images").symlink_to(project.resolve() / ".floodmark/images")
        if link:
            _dvc(building, "config", "cache.type", "hardlink,symlink")
            _fill_cache(building)
        _dvc(building, "add", "--quiet", "data")
        _run(building, "git", "add", "--all")
        _run(building, "git", *AUTHOR, "commit", "--quiet", "-m", f"Start the study {folder.name}")
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    say(
        f"study ready in {folder}: run `dvc repro` there, or `dvc repro anonymise` for tweets without names alone; "
        f"keep its pseudonym key, {folder / '.floodmark/key'}, safe"
    )


def _check(folder: Path, data: Path) -> None:
    if folder.exists():
        raise UserError(f"{folder} exists: choose another place, or run `dvc repro` in it")
    if not data.is_dir():
        raise UserError(f"{data} is no folder: give one laid out like data/ (docs/how-to/own-data.md)")
    if not any((data / name).is_dir() for name in FOLDERS):
        raise UserError(f"{data} has none of the folders {', '.join(FOLDERS)} (docs/reference/data-layout.md)")


def _tell_strangers(data: Path) -> None:
    """Say which folders of the data no stage reads, and what each of them was perhaps meant to be."""
    meant = {"photos": "media", "images": "media", "pictures": "media", "dem": "heightmap", "rain": "radar"}
    for path in sorted(data.iterdir()):
        if path.name in FOLDERS or path.name.startswith(".") or not path.is_dir():
            continue
        lower = path.name.lower()
        near = [name for name in (meant.get(lower), *difflib.get_close_matches(lower, FOLDERS)) if name]
        hint = f"; was it meant to be {near[0]}/?" if near else ""
        say(f"note: {path} is left out, for no stage reads it (docs/reference/data-layout.md){hint}")


def _check_checkout(project: Path) -> None:
    """A study is a clone, so the project must be the root of a Git repository with a commit."""
    try:
        root = _git(project, "rev-parse", "--show-toplevel").strip()
        same = os.path.samefile(root, project)
        _git(project, "rev-parse", "--verify", "HEAD")
    except FileNotFoundError as error:
        raise UserError("git is not to be found, and a study is a clone: install Git") from error
    except subprocess.CalledProcessError as error:
        same, reason = False, str(error.stderr).strip()
    else:
        reason = f"its Git repository begins at {root}"
    if not same:
        raise UserError(
            f"{project} is no Git checkout of Floodmark with a commit ({reason}), and a study is a clone of one: "
            "get Floodmark by `git clone`, not as an archive, and run the command there"
        )


def _take_params(study: Path, name: str, data: Path) -> None:
    """Lay the data's params over the project's, key by key, and check the result as a whole."""
    overlay = data / "params.yaml"
    overlays: list[dict[str, Any]] = [{"report": {"title": name, "is_demonstration": False}}]
    if overlay.is_file():
        overlays.append(read_file(overlay))
    lay(study / "params.yaml", overlays, str(overlay))


def _drop_embedded(study: Path) -> None:
    """The study's data has nothing to do with the demonstration's: remove its pointer, remote, results and bytes."""
    _dvc(study, "remote", "remove", "embedded")
    results = ("results/dvc.lock", "results/sentiment", "results/water", "results/pennines")
    for name in ("data.dvc", "dvc.lock", "outputs", "embedded", "key.fingerprint", *results):
        _run(study, "git", "rm", "-r", "--quiet", "--ignore-unmatch", name)


def _take_data(target: Path, data: Path, link: bool) -> None:
    for name in FOLDERS:
        source = data / name
        if source.is_dir():
            shutil.copytree(source, target / name, copy_function=_link if link else shutil.copyfile)
        else:
            (target / name).mkdir(parents=True)
        # A read-only source must not make the study's folders read-only.
        for folder in (target / name, *(path for path in (target / name).rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        if not any((target / name).iterdir()):
            (target / name / ".keep").touch()


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)


def _fill_cache(study: Path) -> None:
    """Link the data into the cache before `dvc add`, which would copy what it does not find there."""
    for path in sorted((study / "data").rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "md5").hexdigest()
            cached = study / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
            cached.parent.mkdir(parents=True, exist_ok=True)
            if not cached.exists():
                _link(str(path), str(cached))
                cached.chmod(0o444)


def _dvc(folder: Path, *arguments: str) -> None:
    _run(folder, sys.executable, "-m", "dvc", *arguments)


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def _run(folder: Path, *command: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DVC_ROOT"}
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    if result.returncode:
        raise UserError(f"`{' '.join(command)}` failed in {folder}:\n{result.stderr.strip()}")
