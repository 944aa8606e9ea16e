"""The whole pipeline in both images, without a network: dvc.lock has the bytes of the run without containers.

Where pip finds a torch for the CPU, the image cuda is built with that one.
"""

import json
import shutil

import pytest

from floodmark.dag import RESULTS, every_stage, read_stages
from tests.containers.conftest import CONFIGURATION
from tests.containers.test_caches import recorded
from tests.pipeline.projects import call, commit, copy_project

pytestmark = [pytest.mark.slow, pytest.mark.container, pytest.mark.whole]

PODMAN = {**CONFIGURATION, "FLOODMARK_ENGINE": "podman", "MLFLOW_TRACKING_URI": "none", "OMP_NUM_THREADS": "1"}
TRAINING = "train_text@lstm"


@pytest.fixture(scope="module")
def images(records):
    """The folder with the records of both images."""
    records("geo")
    return records("cuda")


@pytest.fixture
def contained(tiny_project, images, tmp_path):
    """A copy of the finished tiny project that may use the images."""
    folder = copy_project(tiny_project, tmp_path / "in containers")
    shutil.copytree(images, folder / ".floodmark/images")
    return folder


def test_the_whole_pipeline_rebuilt_in_containers_has_the_same_lock(contained):
    expected = (contained / "dvc.lock").read_bytes()
    # The last holds the vectors that `embed` knows already.
    for name in ("outputs", "timings", ".dvc/cache/runs", ".dvc/tmp/floodmark"):
        shutil.rmtree(contained / name)
    (contained / "dvc.lock").unlink()
    call(contained, "dvc", "repro", **PODMAN)
    assert (contained / "dvc.lock").read_bytes() == expected
    ran = timings(contained)
    assert set(ran) == set(every_stage(contained)) - set(read_stages(contained, RESULTS))
    assert {timing["engine"] for timing in ran.values()} == {"podman"}
    ids = {timing["image"]: timing["image_id"] for timing in ran.values()}
    records = {image: json.loads((contained / f".floodmark/images/{image}.podman.json").read_text()) for image in ids}
    assert ids == {image: record["id"] for image, record in records.items()}
    assert set(ids) == {"geo", "cuda"}


def timings(project):
    """What the launcher kept of every stage that ran, by its address."""
    paths = (project / "timings").glob("*.json")
    return {path.stem: json.loads(path.read_text()) for path in paths if not path.stem.endswith(".training")}


def test_the_second_pipeline_in_containers_has_the_same_lock_too(contained):
    other = copy_project(contained, contained.with_name("without containers"))
    for folder, how in ((other, {**PODMAN, "FLOODMARK_ENGINE": "local"}), (contained, PODMAN)):
        call(folder, "dvc", "repro", RESULTS, **how)
    assert {timings(contained)[address]["engine"] for address in read_stages(contained, RESULTS)} == {"podman"}
    assert (contained / "results/dvc.lock").read_bytes() == (other / "results/dvc.lock").read_bytes()


@pytest.mark.parametrize("link", ["symlink", "hardlink", "reflink", "copy"])
def test_a_training_under_every_kind_of_link(tiny_project, images, disk, link):
    folder = copy_project(tiny_project, disk / f"linked by {link}")
    shutil.copytree(images, folder / ".floodmark/images")
    call(folder, "dvc", "config", "cache.type", link)
    call(folder, "dvc", "checkout", "--relink")
    table = folder / "outputs/tweets/labelled.parquet"
    assert table.is_symlink() == (link == "symlink")
    expected = (folder / "dvc.lock").read_bytes()
    call(folder, "dvc", "repro", "--force", "--single-item", TRAINING, **PODMAN)
    assert (folder / "dvc.lock").read_bytes() == expected
    assert json.loads((folder / f"timings/{TRAINING}.json").read_text())["engine"] == "podman"
    shutil.rmtree(folder)


def test_a_training_in_an_experiments_sandbox(contained):
    other = copy_project(contained, contained.with_name("without containers"))
    wanted = ("--temp", "--name", "wider", "-S", "train_text.lstm.epochs=1", TRAINING)
    for folder, how in ((contained, PODMAN), (other, {**PODMAN, "FLOODMARK_ENGINE": "local"})):
        call(folder, "dvc", "config", "cache.type", "symlink")
        call(folder, "dvc", "checkout", "--relink")
        commit(folder, "links")
        call(folder, "dvc", "exp", "run", *wanted, **how)
    assert recorded(contained, "wider") == recorded(other, "wider")
    assert recorded(contained, "wider") != (contained / "dvc.lock").read_text()


def test_two_processes_train_together_in_a_container(contained):
    """They find one another without a network."""
    history = contained / "outputs/sentiment/text/lstm/history.csv"
    alone = [float(number) for line in history.read_text().splitlines()[1:] for number in line.split(",") if number]
    two = {**PODMAN, "FLOODMARK_PROCESSES": "2"}
    call(contained, "dvc", "repro", "--force", "--single-item", TRAINING, **two)
    assert json.loads((contained / f"timings/{TRAINING}.json").read_text())["processes"] == 2
    together = [float(number) for line in history.read_text().splitlines()[1:] for number in line.split(",") if number]
    assert together == pytest.approx(alone, abs=1e-5)
