"""Which file system a path lies on."""

from __future__ import annotations

from pathlib import Path

NETWORK = (
    "nfs", "nfs4", "lustre", "gpfs", "beegfs", "panfs", "wekafs", "pvfs2", "orangefs", "ceph", "fuse.ceph", "afs",
    "cifs", "smb3", "smbfs", "afpfs", "webdav", "9p", "glusterfs", "fuse.glusterfs", "fuse.sshfs",
)  # fmt: skip
"""File systems of other machines, on which locks and SQLite are known to fail or to be slow."""


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there: what is not made yet will be made there."""
    path = path.resolve()
    return next(folder for folder in (path, *path.parents) if folder.exists())


def kind(path: Path) -> str:
    """The type of the file system that a path lies on, such as ``ext4``; empty if the system does not say."""
    import psutil

    mounted = {Path(item.mountpoint): item.fstype for item in psutil.disk_partitions(all=True) if item.fstype}
    path = existing(path)
    return next((mounted[folder] for folder in (path, *path.parents) if folder in mounted), "")


def is_network(path: Path) -> bool:
    """Whether another machine keeps the path."""
    return kind(path) in NETWORK
