"""A SLURM of two nodes on this machine: real daemons on loopback, in a folder of their own, stopped afterwards."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
CONFIG = """\
ClusterName=floodmark
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=10
InactiveLimit=0
ReturnToService=2
GresTypes=gpu
NodeName=n1 NodeAddr=127.0.0.1 NodeHostname={host} Port={first} CPUs=8 RealMemory=65536
NodeName=n2 NodeAddr=127.0.0.1 NodeHostname={host} Port={second} CPUs=8 RealMemory=65536 Gres=gpu:1
PartitionName=main Nodes=n1,n2 Default=YES PriorityTier=1 MaxTime=INFINITE State=UP
PartitionName=urgent Nodes=n1,n2 PriorityTier=2 GraceTime=0 MaxTime=INFINITE State=UP
"""
"""8 CPUs and 64 GiB each, whatever the machine has: the batch files fit as they are, of a sweep two tasks. A requeued
job starts again after `cred_expire` seconds, 120 by SLURM's own choice. A job in `urgent` takes what it needs from
those in `main`, which are requeued."""


def absent() -> list[str]:
    """The programs that are missing here; `tests/cluster/packages.txt` names the Debian packages that have them."""
    return [name for name in PROGRAMS if _program(name) is None]


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


@contextmanager
def cluster() -> Iterator[dict[str, str]]:
    """Two idle nodes while the block runs; yields the variables by which SLURM's commands find them."""
    # A socket's path has at most 107 bytes, which a folder of pytest's may exceed.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    daemons: list[subprocess.Popen[bytes]] = []
    variables = {"SLURM_CONF": str(folder / "slurm.conf")}
    try:
        _write(folder)
        daemons += [_start(folder, "munged", *_munge(folder), "--foreground", "--force")]
        _wait(lambda: (folder / "munge.socket").exists(), folder)
        daemons += [_start(folder, "slurmctld", "-D", **variables)]
        daemons += [_start(folder, "slurmd", "-D", "-N", node, **variables) for node in ("n1", "n2")]
        _wait(lambda: _idle(variables) == 2, folder)
        yield variables
    finally:
        with suppress(subprocess.SubprocessError, OSError, AssertionError):  # the daemons are stopped in any case
            call("scancel", "--user", getpass.getuser(), **variables)
            _wait(lambda: not call("squeue", "--noheader", **variables).stdout, folder)
        for daemon in reversed(daemons):
            _stop(daemon)
        shutil.rmtree(folder, ignore_errors=True)


def call(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run one of SLURM's commands."""
    return subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60)


def _write(folder: Path) -> None:
    sockets = [socket.socket() for _ in range(3)]
    for free in sockets:
        free.bind(("127.0.0.1", 0))
    controller, first, second = (free.getsockname()[1] for free in sockets)
    for free in sockets:
        free.close()
    host = socket.gethostname().partition(".")[0]
    ports = {"controller": controller, "first": first, "second": second}
    text = CONFIG.format(folder=folder, host=host, user=getpass.getuser(), **ports)
    (folder / "slurm.conf").write_text(text, encoding="utf-8")
    # A GPU in name alone, on the second node.
    (folder / "gres.conf").write_text("NodeName=n2 Name=gpu File=/dev/null\n", encoding="utf-8")
    for name in ("state", "spool-n1", "spool-n2"):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(os.urandom(64))
    (folder / "munge.key").chmod(0o400)
    folder.chmod(0o755)


def _munge(folder: Path) -> list[str]:
    named = {"socket": "socket", "key-file": "key", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
    return [f"--{option}={folder}/munge.{ending}" for option, ending in named.items()]


def _start(folder: Path, name: str, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
    with (folder / "daemons.out").open("ab") as out:
        return subprocess.Popen(
            [str(_program(name)), *arguments], env={**os.environ, **variables}, stdout=out, stderr=out, cwd=folder
        )


def _idle(variables: dict[str, str]) -> int:
    # A node is listed once for each of its partitions.
    asked = ("--noheader", "--Node", "--partition=main", "--states=idle", "--format=%t")
    return call("sinfo", *asked, **variables).stdout.count("idle\n")


def _wait(true: Callable[[], object], folder: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            logs = "".join(f"{path.name}:\n{path.read_text()[-2000:]}\n" for path in folder.glob("*.[lo][ou][gt]"))
            raise AssertionError(f"SLURM did not get there in {seconds} s:\n{logs}")
        time.sleep(0.2)


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    """End a daemon, and what it started: no test may leave a job's step behind."""
    with suppress(psutil.NoSuchProcess):
        family = [psutil.Process(daemon.pid), *psutil.Process(daemon.pid).children(recursive=True)]
        daemon.terminate()
        for process in psutil.wait_procs(family, timeout=10)[1]:
            process.kill()
    daemon.wait()
