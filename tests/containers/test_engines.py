"""The command lines of docker, podman and apptainer, whole. Those of docker and apptainer are run by no test here."""

from pathlib import Path

import pytest

from floodmark.containers.engines import PROXIES, Run, apptainer, docker, pick_engine, podman
from floodmark.containers.mounts import Mount
from floodmark.containers.run import client_variables
from floodmark.errors import UserError

HERE = Path("/home/ada/a study")
ODD = Path('/data/"x",y')


def run(**changes):
    given = {
        "name": "floodmark-1234",
        "image": "sha256:abc",
        "command": ["/opt/floodmark/bin/python", "stages/embed.py"],
        "folder": HERE,
        "mounts": [
            Mount(HERE, HERE, writable=True),
            Mount(HERE / ".floodmark/key", Path("/dev/null")),
            Mount(ODD, ODD),
        ],
        "variables": {"HOME": "/tmp", "OMP_NUM_THREADS": "2"},
        "gpus": [],
        "uid": 1000,
        "gid": 100,
        "rootless": True,
        "home": Path("/scratch/home"),
    }
    return Run(**{**given, **changes})


ALIKE = [
    "--rm",
    "--pull=never",
    "--network=none",
    "--read-only",
    "--tmpfs",
    "/tmp:rw,mode=1777",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
    "--security-opt=label=disable",
    "--shm-size=1g",
    "--name=floodmark-1234",
    "--mount",
    "type=bind,src=/home/ada/a study,dst=/home/ada/a study",
    "--mount",
    "type=bind,src=/dev/null,dst=/home/ada/a study/.floodmark/key,ro",
    "--mount",
    'type=bind,"src=/data/""x"",y","dst=/data/""x"",y",ro',
    "--env",
    "HOME=/tmp",
    "--env",
    "OMP_NUM_THREADS=2",
]
HIDDEN = ["--env", "CUDA_VISIBLE_DEVICES="]
WORK = ["--workdir", "/home/ada/a study"]
COMMAND = ["sha256:abc", "/opt/floodmark/bin/python", "stages/embed.py"]


def test_docker():
    user, proxies = "--user=1000:100", [part for name in PROXIES for part in ("--env", f"{name}=")]
    line = ["docker", "run", user, *ALIKE, *HIDDEN, *WORK, *proxies, *COMMAND]
    assert docker(run(rootless=False)) == line
    lent = ["--gpus", '"device=1,3"']
    assert docker(run(gpus=["1", "3"], rootless=False)) == [
        "docker",
        "run",
        user,
        *ALIKE,
        *WORK,
        *proxies,
        *lent,
        *COMMAND,
    ]
    # Without root, root inside is the caller outside.
    assert docker(run())[2] == "--user=0:0"


def test_podman():
    begin = ["podman", "run", "--user=1000:100", "--http-proxy=false"]
    assert podman(run()) == [*begin, *ALIKE, *HIDDEN, *WORK, "--userns=keep-id", *COMMAND]
    lent = ["--device", "nvidia.com/gpu=1", "--device", "nvidia.com/gpu=3"]
    assert podman(run(gpus=["1", "3"], rootless=False)) == [*begin, *ALIKE, *WORK, *lent, *COMMAND]


def test_apptainer():
    home = ["--home", "/scratch/home:/home/floodmark"]
    line = ["apptainer", "exec", "--containall", "--cleanenv", "--no-eval", *home, "--net", "--network=none"]
    binds = ["--bind", f"{HERE}:{HERE}:rw", "--bind", f"/dev/null:{HERE}/.floodmark/key:ro"]
    # Apptainer lets nobody choose a home by a variable.
    environment = ["--env", "OMP_NUM_THREADS=2"]
    tail = ["--pwd", "/home/ada/a study", "/images/geo.sif", *COMMAND[1:]]
    given = {"mounts": run().mounts[:2], "image": "/images/geo.sif"}
    assert apptainer(run(**given)) == [*line, *binds, *environment, "--env", "CUDA_VISIBLE_DEVICES=", *tail]
    lent = ["--env", "CUDA_VISIBLE_DEVICES=1,3"]
    assert apptainer(run(**given, gpus=["1", "3"])) == [*line, "--nv", *binds, *environment, *lent, *tail]


def test_an_engines_client_is_not_told_what_overrules_its_command_line():
    kept = {
        "PATH": "/bin",
        "APPTAINER_TMPDIR": "/scratch",
        "APPTAINER_CACHEDIR": "/scratch/c",
        "DOCKER_HOST": "unix:///x",
    }
    names = (
        "APPTAINER_BIND",
        "APPTAINER_MOUNT",
        "APPTAINER_WRITABLE_TMPFS",
        "APPTAINERENV_LD_PRELOAD",
        "SINGULARITY_NV",
    )
    assert client_variables({**kept, **dict.fromkeys(names, "1")}) == kept


def test_apptainer_says_which_paths_it_cannot_bind():
    with pytest.raises(UserError, match=r'/data/"x",y.*colon or a comma'):
        apptainer(run())


def test_the_engine_is_local_unless_named_and_no_other_word():
    assert pick_engine(None) == pick_engine("") == pick_engine("local") == "local"
    assert pick_engine("podman") == "podman"
    with pytest.raises(UserError, match="FLOODMARK_ENGINE=Docker: must be local or one of docker, podman, apptainer"):
        pick_engine("Docker")
