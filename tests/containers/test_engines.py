"""The command lines of docker, podman and apptainer, whole. Those of docker and apptainer are run by no test here."""

from pathlib import Path

import pytest

from floodmark.containers.engines import Run, apptainer, docker, pick_engine, podman
from floodmark.containers.mounts import Mount
from floodmark.errors import UserError

HERE = Path("/home/ada/a study")


def run(**changes):
    given = {
        "name": "floodmark-1234",
        "image": "sha256:abc",
        "command": ["/opt/floodmark/bin/python", "stages/embed.py"],
        "folder": HERE,
        "mounts": [Mount(HERE, writable=True), Mount(HERE / ".floodmark/key", hidden=True), Mount(Path('/data/"x",y'))],
        "variables": {"HOME": "/tmp", "OMP_NUM_THREADS": "2"},
        "gpus": [],
        "uid": 1000,
        "gid": 100,
        "rootless": True,
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
    "--user=1000:100",
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
    assert docker(run()) == ["docker", "run", *ALIKE, *HIDDEN, *WORK, *COMMAND]
    assert docker(run(gpus=["1", "3"])) == ["docker", "run", *ALIKE, *WORK, "--gpus", '"device=1,3"', *COMMAND]


def test_podman():
    assert podman(run()) == ["podman", "run", *ALIKE, *HIDDEN, *WORK, "--userns=keep-id", *COMMAND]
    lent = ["--device", "nvidia.com/gpu=1", "--device", "nvidia.com/gpu=3"]
    assert podman(run(gpus=["1", "3"], rootless=False)) == ["podman", "run", *ALIKE, *WORK, *lent, *COMMAND]


def test_apptainer():
    line = ["apptainer", "exec", "--cleanenv", "--contain", "--no-home", "--net", "--network=none"]
    binds = [
        "--bind",
        "/home/ada/a study:/home/ada/a study:rw",
        "--bind",
        "/dev/null:/home/ada/a study/.floodmark/key:ro",
    ]
    environment = ["--env", "HOME=/tmp", "--env", "OMP_NUM_THREADS=2"]
    tail = ["--pwd", "/home/ada/a study", "/images/geo.sif", *COMMAND[1:]]
    given = {"mounts": run().mounts[:2], "image": "/images/geo.sif"}
    assert apptainer(run(**given)) == [*line, *binds, *environment, "--env", "CUDA_VISIBLE_DEVICES=", *tail]
    lent = ["--env", "CUDA_VISIBLE_DEVICES=1,3"]
    assert apptainer(run(**given, gpus=["1", "3"])) == [*line, "--nv", *binds, *environment, *lent, *tail]


def test_apptainer_says_which_paths_it_cannot_bind():
    with pytest.raises(UserError, match=r'/data/"x",y.*colon or a comma'):
        apptainer(run())


def test_the_engine_is_local_unless_named_and_no_other_word():
    assert pick_engine(None) == pick_engine("") == pick_engine("local") == "local"
    assert pick_engine("podman") == "podman"
    with pytest.raises(UserError, match="FLOODMARK_ENGINE=Docker: must be local or one of docker, podman, apptainer"):
        pick_engine("Docker")
