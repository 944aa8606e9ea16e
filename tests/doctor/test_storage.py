"""Cache, links, remotes, data and key, by DVC's own code on real folders and servers."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from floodmark.doctor import remotes as module
from floodmark.doctor.cache import cache, working_links
from floodmark.doctor.data import data, measure
from floodmark.doctor.filesystems import existing, kind
from floodmark.doctor.key import key
from floodmark.doctor.remotes import _default, remotes
from tests.doctor.conftest import configure, only, serving


@pytest.fixture
def memory_disk():
    """A folder on another file system than the project's."""
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("there is no second file system to try")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


def test_links_are_tried_and_nothing_is_left(project):
    found = cache(project)
    assert [item.name for item in found][:2] == ["cache", "links"]
    assert "not made yet" in found[0].found
    assert found[1].state == "ok"
    assert {"hardlink", "symlink"} <= set(working_links(project, project))
    assert [path.name for path in project.rglob("*") if path.name.endswith(".tmp")] == []


@pytest.mark.parametrize(
    ("wanted", "state"), [("hardlink", "problem"), ("hardlink,symlink", "ok"), ("symlink", "ok"), ("copy", "ok")]
)
def test_links_to_a_cache_elsewhere(project, memory_disk, wanted, state):
    configure(project, cache={"dir": memory_disk, "type": wanted})
    found = cache(project)
    assert "another than the workspace's" in only(found, "cache").found
    links = only(found, "links")
    assert links.state == state, links
    assert state == "ok" or "cache.type symlink,copy" in links.step.replace("reflink,", "")
    assert list(memory_disk.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_a_problem(project):
    (project / "file").write_text("")
    configure(project, cache={"dir": project / "file/cache"})
    (found,) = cache(project)
    assert (found.state, "dvc cache dir" in found.step) == ("problem", True)


def test_network_file_systems_are_told(project, monkeypatch):
    """No such file system can be mounted by a test; that one is seen is the system's word."""
    monkeypatch.setattr("floodmark.doctor.cache.is_network", lambda path: True)
    found = cache(project)
    assert "core.site_cache_dir" in only(found, "site cache").step
    assert "core.hardlink_lock" in only(found, "lock").step
    configure(project, core={"hardlink_lock": "true"})
    assert not [item for item in cache(project) if item.name == "lock"]


def test_the_file_system_of_a_path_that_is_not_made_yet(project, memory_disk):
    assert existing(project / "a/b") == project.resolve()
    assert kind(memory_disk / "a/b") == "tmpfs"


def test_each_remote_is_reached_or_said_why_not(project, closed_port, monkeypatch):
    (project / "full").mkdir()
    (project / "full/x").write_text("")
    (project / "empty").mkdir()
    with serving(200) as good, serving(404) as bare, serving(401) as closed:
        urls = {"full": "../full", "empty": "../empty", "gone": "/nowhere/store", "good": good, "bare": f"{bare}/a"}
        urls |= {"asks": closed, "dead": f"http://me:secret@127.0.0.1:{closed_port}", "plugin": "gs://bucket/x"}
        configure(project, **{f'remote "{name}"': {"url": url} for name, url in urls.items()})
        found = {item.name.removeprefix("remote "): item for item in remotes(project)}
    states = {name: found[name].state for name in urls}
    assert states == {
        "full": "ok", "empty": "warning", "gone": "problem", "good": "ok", "bare": "warning", "asks": "problem",
        "dead": "problem", "plugin": "problem",
    }  # fmt: skip
    assert "ConnectionRefusedError" in found["dead"].found
    assert "secret" not in str(found["dead"])
    assert "HTTP status 401" in found["asks"].found
    assert "dvc-gs" in found["plugin"].found


def test_a_remote_that_hangs_keeps_no_other_waiting(project, hanging_port, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 3.0)
    (project / "full").mkdir()
    (project / "full/x").write_text("")
    hangs = {"url": f"http://127.0.0.1:{hanging_port}"}
    configure(project, **{'remote "hangs"': hangs, 'remote "full"': {"url": "../full"}})
    found = remotes(project)
    assert only(found, "remote full").state == "ok"
    assert only(found, "remote hangs").found.endswith("cannot be reached: no answer within 3 s")


@pytest.mark.parametrize(
    ("default", "state"), [(None, "ok"), ("embedded", "problem"), ("own", "ok"), ("nobody", "problem")]
)
def test_data_must_not_go_into_the_repository_by_default(default, state):
    assert _default(default, {"embedded": {}, "own": {}}).state == state


def test_data_is_held_against_its_pointer(project):
    assert "data.dvc is missing" in data(project)[0].found
    (project / "data.dvc").write_text("outs:\n- {md5: a.dir, size: 5, nfiles: 2, path: data, remote: embedded}\n")
    assert data(project)[0].state == "problem"
    (project / "data/radar").mkdir(parents=True)
    (project / "data/radar/a").write_text("abc")
    (project / "data/b").symlink_to("radar/a")
    (found,) = data(project)
    assert (found.state, "2 files of 6 bytes" in found.found) == ("warning", True)
    (project / "data/b").unlink()
    (project / "data/b").write_text("de")
    assert measure(project / "data") == (2, 5)
    assert measure(project / "data", longest=0) is None
    assert data(project)[0].state == "ok"


def test_missing_data_is_fetched_as_the_pointer_says(project):
    (project / "data.dvc").write_text("outs:\n- md5: a.dir\n  path: data\n  remote: embedded\n")
    assert data(project)[0].step == "make data"
    (project / "data.dvc").write_text("outs:\n- md5: a.dir\n  path: data\n")
    assert "dvc pull data.dvc" in data(project)[0].step


def test_the_key_of_the_demonstration_is_wrong_for_a_study(project):
    assert key(project)[0].state == "problem"  # neither key is there
    (project / "demo").mkdir()
    shutil.copy("demo/public.key", project / "demo")
    assert key(project)[0].state == "warning"
    (project / "data.dvc").write_text("outs:\n- md5: a.dir\n  path: data\n  remote: embedded\n")
    assert key(project)[0].state == "ok"
    shutil.copy("demo/public.files", project / "demo")
    (project / "data/tweets").mkdir(parents=True)
    (project / "data/tweets/mine.jsonl").write_text("of somebody real")
    (found,) = key(project)
    assert (found.state, "mine.jsonl is no file in the embedded dataset" in found.found) == ("problem", True)
    assert "floodmark study new" in found.found
    (project / ".floodmark").mkdir()
    (project / ".floodmark/key").write_text("0" * 64)
    assert "is not the key that" in key(project)[0].found
