"""DVC's cache: is it there, and can files be linked from it into the workspace as cache.type says?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from floodmark.doctor.configuration import cache_folder, configuration, site_folder
from floodmark.doctor.filesystems import existing, is_network, kind
from floodmark.doctor.finding import Finding, ok, problem, warning

if TYPE_CHECKING:
    from pathlib import Path

LINKS = ("reflink", "hardlink", "symlink")
DEFAULT = ["reflink", "copy"]
"""What DVC tries where cache.type is not set."""


def cache(root: Path) -> list[Finding]:
    """The cache's folder, its links, and what lies on a network file system."""
    config = configuration(root)
    folder = cache_folder(root, config)
    place = existing(folder)
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        step = f"make {place} a folder you may write to, or name another: dvc cache dir --local FOLDER"
        return [problem("cache", f"{folder} cannot be written to", step)]
    whose = "the workspace's" if place.stat().st_dev == root.stat().st_dev else "another than the workspace's"
    state = "" if folder.exists() else ", not made yet"
    found = ok("cache", f"{folder}{state}; file system {kind(folder) or 'unknown'}, {whose}")
    return [found, _links(place, root, list(config["cache"].get("type") or DEFAULT)), *_network(root, config)]


def working_links(cache: Path, root: Path) -> list[str]:
    """The kinds of links that can be made from the cache into the workspace, tried by DVC's own code."""
    from dvc.fs import localfs
    from dvc_objects.fs.generic import test_links

    # DVC's folder of temporary files: seen by no Git, on the workspace's file system. The probe lies beside the name.
    return list(test_links(list(LINKS), localfs, str(cache), localfs, str(root / ".dvc/tmp/probe")))


def _links(cache: Path, root: Path, wanted: list[str]) -> Finding:
    works = [*working_links(cache, root), "copy"]
    said = f"cache.type is {','.join(wanted)}; links that work here: {', '.join(works[:-1]) or 'none'}"
    usable = [name for name in wanted if name in works]
    if not usable:
        step = f"dvc config --local cache.type {','.join(works)}"
        return problem("links", f"{said}: DVC cannot bring any file into the workspace", step)
    if usable[0] != "copy":
        return ok("links", f"{said}; files are linked by {usable[0]}")
    more = f"; for large data, {','.join(works[:-1])} would save that" if works[:-1] else ""
    return ok("links", f"{said}; files are copied, so each takes its space twice{more}")


def _network(root: Path, config: dict[str, object]) -> list[Finding]:
    """DVC's locks and databases are made for a disk of one's own."""
    found = []
    site, core = site_folder(config), config.get("core")
    if is_network(site):
        said = f"DVC keeps databases in {site}, on {kind(site)}, where they are slow and their locks may fail"
        found.append(warning("site cache", said, "dvc config --local core.site_cache_dir FOLDER, on a local disk"))
    if is_network(root) and not (isinstance(core, dict) and core.get("hardlink_lock")):
        said = f"the project lies on {kind(root)}, where DVC's usual lock may fail"
        found.append(warning("lock", said, "dvc config --local core.hardlink_lock true"))
    return found
