"""What a stage's container sees: the same paths, what is only read read-only, and what links lead to."""

from pathlib import Path

import pytest

from floodmark.containers.mounts import MOST_FILES, Mount, mounts, targets
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
    (here / "Makefile").touch()
    (here / ".floodmark/images").mkdir()
    (here / ".venv").symlink_to(tmp_path / "nowhere")
    (here / ".floodmark/key").write_text("secret")
    monkeypatch.setenv("DVC_ROOT", str(here))
    return here


def test_the_project_is_writable_and_what_no_stage_writes_is_not(project):
    found = mounts(stage(), project, project)
    assert found[0] == Mount(project, project, writable=True)
    read = {str(mount.path.relative_to(project)) for mount in found if not mount.writable}
    assert read == {".dvc", "data", "src", "params.yaml", "Makefile", ".floodmark/key", ".floodmark/images"}
    work = project / ".dvc/tmp/floodmark"
    assert Mount(work, work, writable=True) in found


def test_what_earlier_stages_wrote_is_read_only_where_this_one_depends_on_it(project):
    for name in ("outputs/embeddings", "outputs/tweets"):
        (project / name).mkdir()
    (project / "outputs/media.json").touch()
    found = mounts(stage(deps=["outputs/embeddings", "outputs/media.json"]), project, project)
    under = {mount.path for mount in found if mount.path.is_relative_to(project / "outputs")}
    assert under == {project / "outputs/embeddings", project / "outputs/media.json"}


def test_studies_and_the_passwords_of_remotes_are_hidden(project):
    (project / "studies/x/.floodmark").mkdir(parents=True)
    (project / "studies/x/.floodmark/key").write_text("secret")
    (project / ".dvc/config.local").write_text("secret")
    found = {mount.path: mount.source for mount in mounts(stage(), project, project)}
    assert list(found[project / "studies"].iterdir()) == []
    assert found[project / ".dvc/config.local"] == Path("/dev/null")


def test_an_outer_folder_comes_before_what_lies_in_it(project):
    paths = [mount.path for mount in mounts(stage(), project, project)]
    for number, path in enumerate(paths):
        assert not any(path.is_relative_to(later) for later in paths[number + 1 :])


@pytest.mark.parametrize(("name", "hidden"), [("embed", True), ("anonymise", False), ("ingest_media", False)])
def test_the_key_is_given_to_two_stages_and_hidden_from_all_others(project, name, hidden):
    (key,) = (mount for mount in mounts(stage(name), project, project) if mount.path.name == "key")
    assert (key.source == Path("/dev/null")) == hidden
    assert not key.writable


def test_an_experiment_sees_the_work_folder_and_the_key_of_its_project_and_nothing_else_of_it(project):
    sandbox = project / ".dvc/tmp/exps/standalone/tmp1"
    (sandbox / "src").mkdir(parents=True)
    found = mounts(stage("anonymise", ["src"]), sandbox, project)
    outside = [mount for mount in found if not mount.path.is_relative_to(sandbox)]
    work, key = project / ".dvc/tmp/floodmark", project / ".floodmark/key"
    assert set(outside) == {Mount(work, work, writable=True), Mount(key, key)}
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
    work, key = project / ".dvc/tmp/floodmark", project / ".floodmark/key"
    assert of_project == [Mount(work, work, writable=True), Mount(key, key)]
    hidden = mounts(stage("embed", ["src"]), clone, clone)
    assert not [mount for mount in hidden if mount.path.name == "key"]


def test_links_into_a_cache_bring_the_tree_of_digests_read_only(project, tmp_path):
    cache = tmp_path / "shared cache/files/md5"
    for digest in ("ab", "cd"):
        (cache / digest).mkdir(parents=True)
        (cache / digest / "0123").write_text("photo")
        (project / "data/media" / digest).symlink_to(cache / digest / "0123")
    assert Mount(cache, cache) in mounts(stage(), project, project)
    assert targets([project / "data"]) == {cache: cache}


def test_a_cache_that_is_reached_through_a_link_lies_where_the_links_say(project, tmp_path):
    """As a home or a scratch disk is on most clusters."""
    cache = tmp_path / "real/files/md5"
    (cache / "ab").mkdir(parents=True)
    (cache / "ab/0123").touch()
    (tmp_path / "alias").symlink_to(tmp_path / "real")
    (project / "data/media/a.jpg").symlink_to(tmp_path / "alias/files/md5/ab/0123")
    assert targets([project / "data"]) == {tmp_path / "alias/files/md5": cache}


def test_a_link_to_a_file_brings_the_file_and_none_of_its_neighbours(project, tmp_path):
    (tmp_path / "archive/private").mkdir(parents=True)
    (tmp_path / "archive/radar.nc").touch()
    (project / "data/media/radar.nc").symlink_to(tmp_path / "archive/radar.nc")
    assert targets([project / "data"]) == {tmp_path / "archive/radar.nc": tmp_path / "archive/radar.nc"}


def test_links_to_a_crowd_of_files_bring_their_folder(project, tmp_path):
    (tmp_path / "archive").mkdir()
    for number in range(MOST_FILES + 1):
        (tmp_path / f"archive/{number}.nc").touch()
        (project / f"data/media/{number}.nc").symlink_to(tmp_path / f"archive/{number}.nc")
    assert targets([project / "data"]) == {tmp_path / "archive": tmp_path / "archive"}


def test_links_are_followed_one_by_one_and_into_folders(project, tmp_path):
    archive, far = tmp_path / "archive", tmp_path / "far"
    archive.mkdir()
    far.mkdir()
    (far / "radar.nc").touch()
    (archive / "radar.nc").symlink_to(far / "radar.nc")
    (tmp_path / "hop").symlink_to(archive)
    (project / "data/whole").symlink_to(tmp_path / "hop")
    assert targets([project / "data"]) == {
        tmp_path / "hop": archive,
        archive: archive,
        far / "radar.nc": far / "radar.nc",
    }


def test_links_that_go_round_end(project):
    (project / "data/one").symlink_to(project / "data/two")
    (project / "data/two").symlink_to(project / "data/one")
    targets([project / "data"])


def test_a_key_inside_what_a_link_leads_to_is_hidden(project, tmp_path):
    sandbox = tmp_path / "sandbox"
    (sandbox / "data").mkdir(parents=True)
    (sandbox / "data/all").symlink_to(project)
    found = {mount.path: mount.source for mount in mounts(stage(deps=["data"]), sandbox, project)}
    assert found[project] == project
    assert found[project / ".floodmark/key"] == Path("/dev/null")


def test_what_is_no_link_or_not_there_brings_nothing(project):
    (project / "data/media/photo.jpg").touch()
    assert targets([project / "data", project / "none"]) == {}
