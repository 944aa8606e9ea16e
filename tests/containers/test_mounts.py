"""What a stage's container sees: the same paths, what is only read read-only, and what links lead to."""

from pathlib import Path

import pytest

from floodmark.containers.mounts import Mount, mounts, targets
from floodmark.dag import StageEntry


def stage(name="embed", deps=("data/media", "src/a.py")):
    return StageEntry(name, name, None, tuple(deps), (), (), ())


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with data, code, a cache and a key."""
    here = tmp_path / "a project"
    for folder in ("data/media", "src", ".dvc/cache/files/md5/ab", ".dvc/tmp", ".floodmark", "outputs"):
        (here / folder).mkdir(parents=True)
    (here / "params.yaml").touch()
    (here / ".floodmark/key").write_text("secret")
    monkeypatch.setenv("DVC_ROOT", str(here))
    return here


def test_the_project_is_writable_and_what_no_stage_writes_is_not(project):
    found = mounts(stage(), project, project)
    assert found[0] == Mount(project, writable=True)
    read = {str(mount.path.relative_to(project)) for mount in found if not mount.writable}
    assert read == {".dvc", "data", "src", "params.yaml", ".floodmark/key"}
    assert Mount(project / ".dvc/tmp/floodmark", writable=True) in found


def test_an_outer_folder_comes_before_what_lies_in_it(project):
    paths = [mount.path for mount in mounts(stage(), project, project)]
    for number, path in enumerate(paths):
        assert not any(path.is_relative_to(later) for later in paths[number + 1 :])


@pytest.mark.parametrize(("name", "hidden"), [("embed", True), ("anonymise", False), ("ingest_media", False)])
def test_the_key_is_given_to_two_stages_and_hidden_from_all_others(project, name, hidden):
    (key,) = (mount for mount in mounts(stage(name), project, project) if mount.path.name == "key")
    assert key.hidden == hidden
    assert not key.writable


def test_an_experiment_sees_the_work_folder_and_the_key_of_its_project_and_nothing_else_of_it(project):
    sandbox = project / ".dvc/tmp/exps/standalone/tmp1"
    (sandbox / "src").mkdir(parents=True)
    found = mounts(stage("anonymise", ["src"]), sandbox, project)
    outside = [mount for mount in found if not mount.path.is_relative_to(sandbox)]
    assert set(outside) == {Mount(project / ".dvc/tmp/floodmark", writable=True), Mount(project / ".floodmark/key")}
    assert not [mount for mount in mounts(stage("embed", ["src"]), sandbox, project) if mount.path.name == "key"]


def test_a_clone_whose_work_and_key_are_links_into_the_project_sees_what_they_lead_to(project, tmp_path, monkeypatch):
    clone = tmp_path / "clone"
    for folder in (".dvc/tmp", ".floodmark", "src"):
        (clone / folder).mkdir(parents=True)
    (project / ".dvc/tmp/floodmark").mkdir()
    (clone / ".dvc/tmp/floodmark").symlink_to(project / ".dvc/tmp/floodmark")
    (clone / ".floodmark/key").symlink_to(project / ".floodmark/key")
    monkeypatch.setenv("DVC_ROOT", str(clone))
    of_project = [mount for mount in mounts(stage("anonymise", ["src"]), clone, clone) if project in mount.path.parents]
    assert of_project == [Mount(project / ".dvc/tmp/floodmark", writable=True), Mount(project / ".floodmark/key")]
    hidden = mounts(stage("embed", ["src"]), clone, clone)
    assert not [mount for mount in hidden if mount.path.name == "key"]


def test_links_into_a_cache_bring_the_tree_of_digests_read_only(project, tmp_path):
    cache = tmp_path / "shared cache/files/md5"
    for digest in ("ab", "cd"):
        (cache / digest).mkdir(parents=True)
        (cache / digest / "0123").write_text("photo")
        (project / "data/media" / digest).symlink_to(cache / digest / "0123")
    assert Mount(cache) in mounts(stage(), project, project)
    assert targets([project / "data"]) == [cache]


def test_links_to_data_elsewhere_bring_the_folder_they_lead_to_and_no_more(project, tmp_path):
    archive = tmp_path / "archive/2007"
    archive.mkdir(parents=True)
    (archive / "radar.nc").touch()
    (tmp_path / "archive/private").mkdir()
    (project / "data/media/radar.nc").symlink_to(archive / "radar.nc")
    (project / "data/whole").symlink_to(archive)
    assert targets([project / "data/media"]) == targets([project / "data"]) == [archive]
    assert targets([project / "data/whole"]) == [archive]


def test_what_is_no_link_or_not_there_brings_nothing(project):
    (project / "data/media/photo.jpg").touch()
    assert targets([project / "data", project / "none"]) == []


def test_of_folders_inside_one_another_only_the_outer_one_is_mounted(project, tmp_path):
    deep = tmp_path / "archive/deep"
    deep.mkdir(parents=True)
    (project / "data/one").symlink_to(tmp_path / "archive")
    (project / "data/two").symlink_to(deep)
    assert targets([project / "data"]) == [Path(tmp_path / "archive")]
