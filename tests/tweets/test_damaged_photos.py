"""Damaged and hostile files through the whole stage: each comes out right or with its reason."""

import json
import resource

import numpy as np
import polars as pl
import pytest

from floodmark.tweets.media import ingest
from floodmark.tweets.pixels import STATUSES
from floodmark.tweets.pseudonyms import Pseudonyms
from tests.tweets.archives import KEY
from tests.tweets.damaged_photos import COLOUR, KINDS, damaged
from tests.tweets.photos import SETTINGS


def check(folder, files):
    (folder / "media").mkdir()
    for number, file in enumerate(files):
        (folder / "media" / f"f{number}.jpg").write_bytes(file.body)
    pseudonyms = Pseudonyms(KEY)
    tweets = [f"t{number}" for number in range(len(files))]
    names = [[pseudonyms.of_file(f"f{number}.jpg")] for number in range(len(files))]
    pl.DataFrame({"tweet": tweets, "photos": names}).write_parquet(folder / "tweets.parquet")
    ingest(folder / "media", folder / "tweets.parquet", KEY, folder, folder / "media.json", SETTINGS)
    manifest = pl.read_parquet(folder / "manifest.parquet")
    rows = dict(zip(manifest["tweet"], manifest.select("status", "photo").iter_rows(), strict=True))
    ids = pl.read_parquet(folder / "ids.parquet")["photo"].to_list()
    images = dict(zip(ids, np.load(folder / "images.npy"), strict=True))
    for number, file in enumerate(files):
        status, photo = rows[f"t{number}"]
        kind = KINDS[number % len(KINDS)].__name__
        assert status in file.may_be, (number, kind, status)
        if file.plain:
            of_colour = images[photo].astype(int) - np.reshape(COLOUR, (3, 1, 1))
            assert np.abs(of_colour).max() <= 8, (number, kind)
    counts = json.loads((folder / "media.json").read_text())
    assert sum(counts[status.replace(" ", "_")] for status in STATUSES) == counts["references"] == len(files)
    return manifest


def test_some_of_every_kind(tmp_path):
    assert len(check(tmp_path, damaged(20 * len(KINDS), seed=1))) == 200


@pytest.mark.slow
def test_two_thousand(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(check(tmp_path, damaged(2000))) == 2000
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 600, "MiB: a bomb went off"
