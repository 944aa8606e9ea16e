import json

import numpy as np
import polars as pl
import pytest
from PIL import Image

from floodmark.settings.ingest_media import IngestMedia
from floodmark.tweets.media import ingest
from tests.tweets.archives import KEY, gate, tweet

SETTINGS = IngestMedia(size=16, max_megapixels=1)
STATUSES = ("usable", "missing", "corrupt", "not_a_photo")


def photo(name):
    return {"media_key": f"3_{name}", "type": "photo", "url": f"https://pbs.twimg.com/media/{name}"}


@pytest.fixture
def study(tmp_path):
    """Seven references: two usable photos of equal content, one more usable, and one of every other fate."""
    lines = [
        tweet(1, media=[photo("Aa1.jpg"), photo("gone.jpg")]),
        tweet(2, media=[photo("twin.jpg")]),
        tweet(3, media=[photo("other.png"), {"media_key": "7_1", "type": "video"}]),
        tweet(4, media=[photo("torn.jpg"), photo("page.jpg")]),
        tweet(5, media=[photo("Aa1.jpg")]),
        tweet(6, media=[]),
        tweet(7),
    ]
    gate(tmp_path, *lines)
    folder = tmp_path / "media"
    folder.mkdir()
    red, blue = Image.new("RGB", (40, 20), (200, 0, 0)), Image.new("RGB", (20, 40), (0, 0, 200))
    red.save(folder / "aA1.png")  # converted, and in another case
    red.save(folder / "twin.png")
    blue.save(folder / "other.png")
    red.save(folder / "nobody.png")
    whole = (folder / "other.png").read_bytes()
    (folder / "torn.jpg").write_bytes(whole[: len(whole) - 30])
    (folder / "page.jpg").write_text("<html>not found</html>")
    (folder / "licences.json").write_text("{}")
    return tmp_path


def run(study, name="photos"):
    out = study / name
    out.mkdir()
    ingest(study / "media", study / "out/tweets.parquet", KEY, out, study / f"{name}.json", SETTINGS)
    return out, json.loads((study / f"{name}.json").read_text())


def test_every_reference_has_one_fate(study):
    out, metrics = run(study)
    manifest = pl.read_parquet(out / "manifest.parquet")
    assert [metrics[status] for status in STATUSES] == [4, 1, 1, 1]
    assert len(manifest) == metrics["references"] == sum(metrics[status] for status in STATUSES) == 7
    assert (manifest["photo"].is_not_null() == (manifest["status"] == "usable")).all()
    assert (metrics["files"], metrics["files_without_tweet"], metrics["tweets_with_usable_photo"]) == (6, 1, 4)


def test_equal_photos_are_kept_once_and_rows_match_their_names(study):
    out, metrics = run(study)
    ids, images = pl.read_parquet(out / "ids.parquet")["photo"].to_list(), np.load(out / "images.npy")
    assert metrics["distinct_photos"] == len(ids) == len(images) == 2
    assert ids == sorted(ids)
    by_photo = dict(zip(ids, images, strict=True))
    manifest = pl.read_parquet(out / "manifest.parquet").filter(pl.col("status") == "usable")
    for photo_id, width, height in manifest.select("photo", "width", "height").iter_rows():
        channel = 0 if width > height else 2
        assert by_photo[photo_id][channel].mean() > 150


def test_the_folder_holds_nothing_else_and_repeats_byte_for_byte(study):
    one, other = run(study)[0], run(study, "again")[0]
    assert sorted(path.name for path in one.iterdir()) == ["ids.parquet", "images.npy", "manifest.parquet"]
    for path in one.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes()


def test_names_of_files_do_not_leave(study):
    written = b"".join(path.read_bytes() for path in run(study)[0].iterdir()).lower()
    for name in (b"aa1", b"twin", b"other", b"torn", b"nobody", b"pbs.twimg"):
        assert name not in written


def test_a_study_without_photos_goes_on(tmp_path, capsys):
    gate(tmp_path, tweet(1))
    out, metrics = run(tmp_path)
    assert np.load(out / "images.npy").shape == (0, 3, 16, 16)
    assert metrics["references"] == 0
    assert "going on without" in capsys.readouterr().err
