"""Memory and cores that a stage may use here, the limits of containers and jobs (cgroups) included."""

from __future__ import annotations

import os
from pathlib import Path

from floodmark.doctor.finding import Finding, ok, problem, warning

LARGEST = 2.8
"""GiB that the largest process of the demonstration takes (README)."""
COMFORT = 4.0
"""GiB in which it runs beside a system, DVC and the mirror."""
BUDGETED = 2
"""Cores that the budgets of docs/reference/stages.md are for."""
CGROUPS = Path("/sys/fs/cgroup")
BELONGING = Path("/proc/self/cgroup")


def machine(root: Path) -> list[Finding]:
    """What there is, against what the demonstration's stages take."""
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit, share = limits()
    return [memory(psutil.virtual_memory().total / 2**30, limit), cores(allowed, share)]


def memory(total: float, limit: float | None) -> Finding:
    """GiB of the machine, and of its cgroup if that has less."""
    have = min(total, limit or total)
    said = f"{have:.1f} GiB" + (f", by a limit of its cgroup (the machine has {total:.1f})" if have < total else "")
    said += f"; the largest process of the demonstration takes {LARGEST}"
    if have < LARGEST:
        return problem(
            "memory", said, "give it more, or smaller params: cells, events, windows (docs/reference/params.md)"
        )
    if have < COMFORT:
        return warning("memory", said, "run nothing beside it")
    return ok("memory", said)


def cores(allowed: int, share: float | None) -> Finding:
    """Cores that this process may run on, and how many cores' time its cgroup grants."""
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if share is not None and share < (int(threads) if threads.isdigit() else allowed):
        said = f"{allowed} cores to run on, but its cgroup grants the time of {share:g}: threads wait for one another"
        step = f"export OMP_NUM_THREADS={max(1, int(share))}; scores may move (docs/reference/stages.md)"
        return warning("cores", said, step)
    if allowed < BUDGETED:
        step = "expect the stages to take longer than docs/reference/stages.md says"
        return warning("cores", f"{allowed}; the budgets of stages are for {BUDGETED}", step)
    return ok("cores", f"{allowed}" + (f"; OMP_NUM_THREADS={threads}" if threads else ""))


def limits(belonging: Path = BELONGING, mounted: Path = CGROUPS) -> tuple[float | None, float | None]:
    """GiB and cores that the cgroups of this process grant, None where nothing limits them; version 1 or 2."""
    lines = belonging.read_text(encoding="utf-8").splitlines() if belonging.is_file() else []
    sizes, shares = [], []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for name in ("", *controllers.split(",")):
            for folder in _upwards(mounted / name, path):
                sizes += _numbers(folder / "memory.max") or _numbers(folder / "memory.limit_in_bytes")
                quota = _numbers(folder / "cpu.max") or [
                    *_numbers(folder / "cpu.cfs_quota_us"),
                    *_numbers(folder / "cpu.cfs_period_us"),
                ]
                shares += [quota[0] / quota[1]] if len(quota) == 2 and quota[0] > 0 else []
    return min((size / 2**30 for size in sizes), default=None), min(shares, default=None)


def _upwards(top: Path, path: str) -> list[Path]:
    """A cgroup and all above it: each may set a limit. In a container the path may be of the host, and not be there."""
    inner = top / path.lstrip("/")
    return [inner, *(folder for folder in inner.parents if folder.is_relative_to(top))]


def _numbers(path: Path) -> list[float]:
    """The numbers of a file, none where it is absent or says `max`."""
    words = path.read_text(encoding="utf-8").split() if path.is_file() else []
    return [] if "max" in words else [float(word) for word in words]
