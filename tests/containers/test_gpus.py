"""GPUs are leased by lock files: no two stages at once, none where there is none."""

import os
import subprocess
import sys
import time

import pytest

from floodmark.containers import gpus
from floodmark.containers.gpus import leased, wanted
from floodmark.errors import UserError
from floodmark.learning.gpu_files import present


@pytest.fixture
def devices(tmp_path):
    """Device files as a machine with three GPUs has them."""
    for name in ("nvidia0", "nvidia1", "nvidia10", "nvidiactl", "nvidia-uvm"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.fixture
def locks(tmp_path, monkeypatch):
    """A folder of the test's own in place of the machine's."""
    monkeypatch.setattr(gpus, "LOCKS", tmp_path)
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    return tmp_path


def test_what_may_be_used_is_what_is_there_or_what_is_named(devices, tmp_path):
    assert present({}, devices) == ["0", "1", "10"]
    assert present({"CUDA_VISIBLE_DEVICES": "1,GPU-ab"}, devices) == ["1", "GPU-ab"]
    assert present({"CUDA_VISIBLE_DEVICES": " 0, 10"}, devices) == ["0", "10"]
    for hidden in ("", "-1", "NoDevFiles", "-1,0"):
        assert present({"CUDA_VISIBLE_DEVICES": hidden}, devices) == []
    (tmp_path / "none").mkdir()
    assert present({"CUDA_VISIBLE_DEVICES": "0"}, tmp_path / "none") == []


def test_a_second_stage_gets_another_gpu_and_both_are_free_again(locks):
    with leased(["0", "1"], 1) as first, leased(["0", "1"], 1) as second:
        assert (first, second) == (["0"], ["1"])
    with leased(["0", "1"], 2) as both:
        assert both == ["0", "1"]


HOLD = """
import pathlib, sys, time
from floodmark.containers import gpus
gpus.LOCKS = pathlib.Path(sys.argv[1])
with gpus.leased(["0"], 1) as got:
    print("got", time.time(), flush=True)
    time.sleep(1.5)
    print("left", time.time(), flush=True)
"""


def test_a_stage_waits_until_the_only_gpu_is_free(locks, capsys):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(locks)], stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": "src", **_env()}
    ) as other:
        assert other.stdout.readline().startswith("got")
        with leased(["0"], 1):
            got = time.time()
        left = float(other.stdout.readline().split()[1])
    assert got >= left
    assert "in use by other stages: waiting for 1" in capsys.readouterr().err


def test_without_a_gpu_nothing_is_leased_and_nobody_waits(locks):
    with leased([], 1) as got:
        assert got == []


def test_more_than_there_are_is_refused(locks):
    with (
        pytest.raises(UserError, match=r"FLOODMARK_GPUS=3: only 2 GPUs may be used here \(0, 1\)"),
        leased(["0", "1"], 3),
    ):
        pass


@pytest.mark.parametrize("trap", ["link to a folder", "open to others", "file"])
def test_a_folder_that_somebody_else_laid_out_is_refused(locks, trap):
    place = locks / f"floodmark-gpus-{os.getuid()}"
    if trap == "link to a folder":
        (locks / "elsewhere").mkdir(mode=0o700)
        place.symlink_to(locks / "elsewhere")
    elif trap == "open to others":
        place.mkdir()
        place.chmod(0o777)
    else:
        place.touch(0o600)
    with pytest.raises(UserError, match=r"floodmark-gpus-.*you alone may use"), leased(["0"], 1):
        pass


def test_a_link_in_place_of_a_lock_is_not_followed(locks):
    place, precious = locks / f"floodmark-gpus-{os.getuid()}", locks / "precious"
    place.mkdir(mode=0o700)
    precious.write_text("precious")
    (place / "0").symlink_to(precious)
    with pytest.raises(OSError, match="symbolic links"), leased(["0"], 1):
        pass
    assert precious.read_text() == "precious"


def test_how_many_are_wanted():
    assert wanted({"FLOODMARK_GPUS": "0"}, 4) == 0
    with leased(["0", "1"], 0) as none:
        assert none == []
    assert wanted({}, 4) == 4
    assert wanted({"FLOODMARK_GPUS": "2"}, 1) == 2
    for text in ("", "-1", "two", "٢"):
        with pytest.raises(UserError, match=r"FLOODMARK_GPUS=.*whole number from 0"):
            wanted({"FLOODMARK_GPUS": text}, 1)


def _env():
    return {"PATH": os.environ["PATH"]}
