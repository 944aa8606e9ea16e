"""Container engines: which are there, whether they answer, and which one FLOODMARK_ENGINE names."""

from __future__ import annotations

import getpass
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from floodmark.doctor.ask import ask
from floodmark.doctor.finding import Finding, ok, problem, warning

if TYPE_CHECKING:
    from collections.abc import Callable

VARIABLE = "FLOODMARK_ENGINE"
LOCAL, DOCKER, PODMAN, APPTAINER = ENGINES = ("local", "docker", "podman", "apptainer")


def engines(root: Path) -> list[Finding]:
    """The engine that stages would use, and each that there could be."""
    wanted = wanted_engine()
    if wanted not in ENGINES:
        step = f"set {VARIABLE} to one of {', '.join(ENGINES)}, or unset it"
        first = problem("engine", f"{VARIABLE}={wanted} is no engine", step)
    elif wanted == LOCAL:
        first = ok("engine", "local: stages run in the environment .venv, in no container")
    else:
        first = ok("engine", f"stages run by {wanted}")
    with ThreadPoolExecutor(3) as pool:
        return [first, *pool.map(lambda name: _engine(name, name == wanted), ENGINES[1:])]


def wanted_engine() -> str:
    """What FLOODMARK_ENGINE says, or `local`."""
    return os.environ.get(VARIABLE) or LOCAL


def _engine(name: str, wanted: bool) -> Finding:
    """A fault is a problem in the engine that is wanted, and a warning in any other."""
    bad = problem if wanted else warning
    if shutil.which(name) is None:
        if not wanted:
            return ok(name, "not installed, and not asked for")
        return bad(name, f"not installed, but {VARIABLE} names it", f"install {name}, or unset {VARIABLE}")
    return {DOCKER: _docker, PODMAN: _podman, APPTAINER: _apptainer}[name](bad)


def _docker(bad: Callable[[str, str, str], Finding]) -> Finding:
    answer = ask(DOCKER, "info", "--format", "{{.ClientInfo.Version}} {{.ServerVersion}}")
    client, _, server = answer.out.strip().partition(" ")
    # Some clients end with 0 although no server answered.
    if answer.status == 0 and server:
        return ok(DOCKER, f"client {client}, server {server}")
    step = "start it (systemctl start docker); if it runs, ask for the right to use it (group docker), or use podman"
    return bad(DOCKER, f"the client is there, its server does not answer: {answer.reason}", step)


def _podman(bad: Callable[[str, str, str], Finding]) -> Finding:
    answer = ask(PODMAN, "info", "--format", "json")
    if answer.status != 0:
        step = "run podman info and mend what it says; one that builds may keep another waiting"
        return bad(PODMAN, f"does not work: {answer.reason}", step)
    told = json.loads(answer.out)
    version, rootless = told["version"]["Version"], told["host"]["security"]["rootless"]
    if not rootless:
        return ok(PODMAN, f"{version}, run by root")
    lacking = lacking_for_rootless(getpass.getuser(), os.getuid())
    if lacking:
        step = (
            "as root: apt-get install uidmap; usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "
            + getpass.getuser()
        )
        return bad(PODMAN, f"{version}, rootless, but {'; '.join(lacking)}", f"{step}; then podman system migrate")
    return ok(PODMAN, f"{version}, rootless")


def lacking_for_rootless(user: str, uid: int, folder: Path = Path("/etc")) -> list[str]:
    """What a user lacks to map the users of an image: ranges of ids of their own, and the program that maps them."""
    lacking = []
    for name in ("subuid", "subgid"):
        path = folder / name
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        if not any(line.partition(":")[0] in (user, str(uid)) for line in lines):
            lacking.append(f"{path} has no range for {user}")
    return lacking + [f"{name} is not installed" for name in ("newuidmap", "newgidmap") if shutil.which(name) is None]


def _apptainer(bad: Callable[[str, str, str], Finding]) -> Finding:
    answer = ask(APPTAINER, "--version")
    if answer.status == 0:
        return ok(APPTAINER, answer.out.strip())
    return bad(APPTAINER, f"does not work: {answer.reason}", "run apptainer --version and mend what it says")
