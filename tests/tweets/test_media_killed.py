"""Killed amid its photos, the stage leaves no face that was not blurred, anywhere in the project."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import polars as pl

from floodmark.tweets.key import FINGERPRINT, PRIVATE, fingerprint
from floodmark.tweets.pixels import decode
from floodmark.tweets.pseudonyms import Pseudonyms
from tests.planted import ROOT
from tests.tweets.archives import KEY
from tests.tweets.photos import FACE, SETTINGS, portrait

SIZE, COUNT = 64, 40
RUN = 8
"""Pixels of a row that are searched for."""


def project(folder):
    """A study of many cuts of one portrait, its centre on the face, each another file."""
    for name in ("data/media", "outputs/tweets", PRIVATE.parent):
        (folder / name).mkdir(parents=True)
    (folder / PRIVATE).write_text(KEY.hex())
    (folder / FINGERPRINT).write_text(fingerprint(KEY))
    settings = {**SETTINGS.model_dump(), "size": SIZE}
    (folder / "params.yaml").write_text(json.dumps({"ingest_media": settings}))
    names = []
    for number in range(COUNT):
        middle = (FACE[0] + FACE[2]) // 2, (FACE[1] + FACE[3]) // 2
        half = 90 + number // 2
        box = (middle[0] - half, middle[1] - half + number % 3, middle[0] + half, middle[1] + half + number % 3)
        names.append(f"p{number}.png")
        portrait().crop(box).save(folder / "data/media" / names[-1])
    pseudonyms = Pseudonyms(KEY)
    tweets = [{"tweet": name, "photos": [pseudonyms.of_file(name)]} for name in names]
    pl.DataFrame(tweets).write_parquet(folder / "outputs/tweets/tweets.parquet")
    return [decode(folder / "data/media" / name, SIZE, 1, lambda photo: (photo, 0)).pixels for name in names]


def killed(folder, after):
    """Start the stage and kill it when so many photos are on the disk; whether it was still at work."""
    code = subprocess.Popen([sys.executable, ROOT / "stages/ingest_media.py"], cwd=folder, stderr=subprocess.PIPE)
    scratch = folder / ".floodmark/partial/outputs+media/scratch.bin"
    until = time.monotonic() + 60
    while time.monotonic() < until and code.poll() is None:
        if scratch.is_file() and scratch.stat().st_size >= after * 3 * SIZE**2:
            break
        time.sleep(0.005)
    code.send_signal(signal.SIGKILL)
    assert code.wait(30) == -signal.SIGKILL, code.stderr.read().decode()
    code.stderr.close()


def everything(folder):
    """All bytes of the project but the photos that it was given."""
    given = folder / "data"
    files = [path for path in folder.rglob("*") if path.is_file() and given not in path.parents]
    return b"\0".join(path.read_bytes() for path in files)


def strips(pixels, rows, columns):
    """Runs of a photo's pixels as they would lie in a file; those of one colour could be anything's."""
    runs = [pixels[c, y, x : x + RUN] for c in range(3) for y in rows for x in range(*columns, RUN)]
    return [run.tobytes() for run in runs if np.ptp(run) > 8]


def test_nothing_unblurred_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}:{':'.join(sys.path)}")
    photos = project(tmp_path)
    killed(tmp_path, after=COUNT // 4)
    left = everything(tmp_path)
    face, beside = range(SIZE // 2 - 6, SIZE // 2 + 6), range(SIZE - 8, SIZE)
    # The search finds what it looks for: shoulders and background are there, of the photos that had their turn.
    found = sum(strip in left for photo in photos for strip in strips(photo, beside, (0, SIZE)))
    assert found > 200
    assert [
        strip for photo in photos for strip in strips(photo, face, (SIZE // 2 - 8, SIZE // 2 + 8)) if strip in left
    ] == []
