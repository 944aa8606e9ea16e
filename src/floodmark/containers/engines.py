"""The command line with which each engine runs one stage: no network, the caller's uid, nothing written but mounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from floodmark.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from floodmark.containers.mounts import Mount

LOCAL = "local"
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
"""What docker gives every container where its own configuration has proxies, passwords included."""
SHARED_MEMORY = "1g"
"""Between the processes of a stage; engines give 64 MiB, on which NCCL dies with a bus error."""


@dataclass(frozen=True)
class Run:
    """What is run, whatever the engine.

    Attributes:
        name: Of the container, the same for every run of one stage in one folder.
        image: The digest of an image, or the path of a SIF file.
        command: What runs in it.
        folder: Where it runs.
        mounts: What it sees of the disk.
        variables: Its whole environment but for what the image sets.
        gpus: Numbers of the GPUs it is lent, as the driver counts them.
        uid: The caller's user.
        gid: The caller's group.
        rootless: Whether the engine runs in a user namespace of the caller's.
        home: A scratch folder, for an engine that lets nobody choose a home by a variable.
    """

    name: str
    image: str
    command: list[str]
    folder: Path
    mounts: list[Mount]
    variables: Mapping[str, str]
    gpus: list[str]
    uid: int
    gid: int
    rootless: bool
    home: Path


def docker(run: Run) -> list[str]:
    """`docker run`; without root, root inside is the caller outside."""
    user = "0:0" if run.rootless else f"{run.uid}:{run.gid}"
    hidden = [part for name in PROXIES for part in ("--env", f"{name}=")]
    gpus = ["--gpus", f'"device={",".join(run.gpus)}"'] if run.gpus else []
    return ["docker", "run", f"--user={user}", *_alike(run), *hidden, *gpus, run.image, *run.command]


def podman(run: Run) -> list[str]:
    """`podman run`; without root the caller keeps its own uid inside."""
    gpus = [part for gpu in run.gpus for part in ("--device", f"nvidia.com/gpu={gpu}")]
    rootless = ["--userns=keep-id"] if run.rootless else []
    user = [f"--user={run.uid}:{run.gid}", "--http-proxy=false"]
    return ["podman", "run", *user, *_alike(run), *rootless, *gpus, run.image, *run.command]


def apptainer(run: Run) -> list[str]:
    """`apptainer exec`, which runs as the caller anyway and mounts the caller's home unless told not to.

    Raises:
        UserError: if a path has a character that its `--bind` gives another meaning to.
    """
    binds = [part for mount in run.mounts for part in ("--bind", _bind(mount))]
    given = {**run.variables, "CUDA_VISIBLE_DEVICES": ",".join(run.gpus)}
    environment = [part for name, value in given.items() if name != "HOME" for part in ("--env", f"{name}={value}")]
    # Without --no-eval a shell would read what stands in a variable, such as a path with a dollar.
    isolation = [
        "--containall",
        "--cleanenv",
        "--no-eval",
        "--home",
        f"{run.home}:/home/floodmark",
        "--net",
        "--network=none",
    ]
    gpus = ["--nv"] if run.gpus else []
    return [
        "apptainer",
        "exec",
        *isolation,
        *gpus,
        *binds,
        *environment,
        "--pwd",
        str(run.folder),
        run.image,
        *run.command,
    ]


ENGINES: dict[str, Callable[[Run], list[str]]] = {"docker": docker, "podman": podman, "apptainer": apptainer}


def pick_engine(wanted: str | None) -> str:
    """The engine that `FLOODMARK_ENGINE` names, `local` where it names none.

    Raises:
        UserError: if it names another.
    """
    engine = wanted or LOCAL
    if engine != LOCAL and engine not in ENGINES:
        raise UserError(f"FLOODMARK_ENGINE={engine}: must be {LOCAL} or one of {', '.join(ENGINES)}")
    return engine


def _alike(run: Run) -> list[str]:
    """What docker and podman have in common."""
    fixed = ["--rm", "--pull=never", "--network=none", "--read-only", "--tmpfs", "/tmp:rw,mode=1777"]  # noqa: S108
    fixed += ["--cap-drop=all", "--security-opt=no-new-privileges", "--security-opt=label=disable"]
    fixed += [f"--shm-size={SHARED_MEMORY}", f"--name={run.name}"]
    volumes = [part for mount in run.mounts for part in ("--mount", _mount(mount))]
    given = dict(run.variables) if run.gpus else {**run.variables, "CUDA_VISIBLE_DEVICES": ""}
    environment = [part for name, value in given.items() for part in ("--env", f"{name}={value}")]
    return [*fixed, *volumes, *environment, "--workdir", str(run.folder)]


def _bind(mount: Mount) -> str:
    if set(f"{mount.path}{mount.source}") & set(":,"):
        raise UserError(f"{mount.path}: apptainer cannot mount a path with a colon or a comma: rename the folder")
    return f"{mount.source}:{mount.path}:{'rw' if mount.writable else 'ro'}"


def _mount(mount: Mount) -> str:
    """A mount as a line of comma-separated values, where a path with a comma or a quote must be quoted."""
    parts = ["type=bind", f"src={mount.source}", f"dst={mount.path}"]
    parts += [] if mount.writable else ["ro"]
    quoted = ['"' + part.replace('"', '""') + '"' if set(part) & set(',"') else part for part in parts]
    return ",".join(quoted)
