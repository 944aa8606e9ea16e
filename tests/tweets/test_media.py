import json

import numpy as np
import polars as pl
import pytest
from PIL import Image, ImageEnhance

from floodmark.tweets import media
from floodmark.tweets.media import ingest
from floodmark.tweets.pixels import STATUSES
from floodmark.tweets.pseudonyms import Pseudonyms
from tests.tweets.archives import KEY, gate, tweet
from tests.tweets.photos import FACE, SETTINGS, landscape, portrait


def photo(name):
    return {"media_key": f"3_{name}", "type": "photo", "url": f"https://pbs.twimg.com/media/{name}"}


def authored():
    exif = Image.Exif()
    exif[0x013B] = "Emrys Dapplefell"
    return exif


@pytest.fixture
def study(tmp_path):
    """References of every fate but `unreadable`: two equal photos, a paler copy, one more, and a portrait."""
    lines = [
        tweet(1, media=[photo("Aa1.jpg"), photo("gone.jpg")]),
        tweet(2, media=[photo("twin.jpg"), photo("sent.jpg")]),
        tweet(3, media=[photo("other.png"), {"media_key": "7_1", "type": "video"}]),
        tweet(4, media=[photo(name) for name in ("torn.jpg", "page.jpg", "vast.jpg", "person.jpg")]),
        tweet(5, media=[photo("Aa1.jpg")]),
        tweet(6, media=[]),
        tweet(7),
        tweet(8, media=[photo("pale.jpg"), photo("person.jpg")]),
    ]
    gate(tmp_path, *lines)
    folder = tmp_path / "media"
    folder.mkdir()
    wide, high = landscape(60, 40, seed=1), landscape(40, 60, seed=2)
    wide.save(folder / "aA1.png")  # converted, and in another case
    wide.save(folder / "twin.png")
    ImageEnhance.Brightness(wide).enhance(1.05).save(folder / "pale.jpg")
    high.save(folder / "other.png")
    wide.save(folder / "nobody.png")
    portrait().save(folder / "person.jpg", exif=authored())
    Image.new("L", (2000, 1000)).save(folder / "vast.png")
    whole = (folder / "other.png").read_bytes()
    (folder / "torn.jpg").write_bytes(whole[: len(whole) - 30])
    (folder / "page.jpg").write_text("<html>not found</html>")
    (folder / "licences.json").write_text("{}")
    (folder / ".listing").write_text("")
    (folder / "sent.heic").write_bytes(b"\0\0\0\x18ftypheic")
    (folder / "twin.JSON").write_text("{}")  # what a downloader knows of twin.png
    return tmp_path


def run(study, name="photos"):
    out = study / name
    out.mkdir()
    ingest(study / "media", study / "out/tweets.parquet", KEY, out, study / f"{name}.json", SETTINGS)
    return out, json.loads((study / f"{name}.json").read_text())


def test_every_reference_has_one_fate(study):
    out, metrics = run(study)
    manifest = pl.read_parquet(out / "manifest.parquet")
    assert [metrics[status.replace(" ", "_")] for status in STATUSES] == [7, 1, 0, 1, 2, 1]
    assert len(manifest) == metrics["references"] == sum(metrics[status.replace(" ", "_")] for status in STATUSES)
    assert set(manifest["status"]) <= set(STATUSES)
    usable = manifest["status"] == "usable"
    for column in ("photo", "width", "height", "faces", "group"):
        assert (manifest[column].is_not_null() == usable).all(), column
    assert (metrics["files"], metrics["files_without_tweet"], metrics["tweets_with_usable_photo"]) == (11, 2, 6)


def test_one_tweet_with_four_photos_has_four_rows_and_one_photo_of_two_tweets_two(study):
    manifest = pl.read_parquet(run(study)[0] / "manifest.parquet")
    rows = manifest.group_by("tweet").len().sort("len")["len"].to_list()
    assert rows == [1, 1, 2, 2, 2, 4]
    person = manifest.filter(pl.col("faces") > 0)
    assert person["tweet"].n_unique() == len(person) == 2
    assert person["photo"].n_unique() == 1


def test_equal_photos_are_kept_once_and_rows_match_their_names(study):
    out, metrics = run(study)
    ids, images = pl.read_parquet(out / "ids.parquet")["photo"].to_list(), np.load(out / "images.npy")
    assert metrics["distinct_photos"] == len(ids) == len(images) == 4
    assert ids == sorted(ids)
    pseudonyms = Pseudonyms(KEY)
    assert ids == [pseudonyms.of("photo", image.tobytes()) for image in images]
    manifest = pl.read_parquet(out / "manifest.parquet").filter(pl.col("status") == "usable")
    assert set(manifest["photo"]) == set(ids)


def test_photos_that_look_alike_are_one_group(study):
    out, metrics = run(study)
    manifest = pl.read_parquet(out / "manifest.parquet").drop_nulls("photo")
    sizes = manifest.group_by("group").agg(pl.col("photo").unique()).sort(pl.col("photo").list.len())["photo"]
    assert sizes.list.len().to_list() == [1, 1, 2]
    assert metrics["groups_of_photos"] == 3
    for group, photos in manifest.group_by("group").agg(pl.col("photo")).iter_rows():
        assert group == min(photos)


def test_a_face_is_blurred_before_anything_is_written(study):
    """What is kept of the portrait is the portrait with its face averaged, and as it is everywhere else."""
    out, metrics = run(study)
    assert (metrics["faces"], metrics["photos_with_faces"]) == (1, 1)
    manifest = pl.read_parquet(out / "manifest.parquet")
    (name,) = set(manifest.filter(pl.col("faces") > 0)["photo"])
    kept = dict(zip(pl.read_parquet(out / "ids.parquet")["photo"], np.load(out / "images.npy"), strict=True))[name]
    size = SETTINGS.size
    bare = np.asarray(portrait().resize((size, size), Image.Resampling.BICUBIC), int).transpose(2, 0, 1)
    changed = np.abs(kept.astype(int) - bare).max(axis=0)
    left, top, right, bottom = (round(edge * size / 512) for edge in FACE)
    assert changed[top:bottom, left:right].mean() > 15
    assert changed[:, 12:].max() <= 8
    assert changed[10:].max() <= 8


def test_no_metadata_is_left_anywhere(study):
    written = b"".join(path.read_bytes() for path in run(study)[0].iterdir()).lower()
    assert b"dapplefell" in (study / "media/person.jpg").read_bytes().lower()
    for trace in (b"dapplefell", b"exif", b"photoshop", b"icc_profile", b"jfif"):
        assert trace not in written


def test_the_order_of_files_and_threads_changes_nothing(study, monkeypatch):
    files = media._files
    monkeypatch.setattr(media, "cores", lambda: 4)
    one = run(study)[0]
    monkeypatch.setattr(media, "cores", lambda: 1)
    monkeypatch.setattr(media, "_files", lambda *given: dict(reversed(files(*given).items())))
    other = run(study, "again")[0]
    assert sorted(path.name for path in one.iterdir()) == ["ids.parquet", "images.npy", "manifest.parquet"]
    for path in one.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes()


def test_names_of_files_do_not_leave(study):
    written = b"".join(path.read_bytes() for path in run(study)[0].iterdir()).lower()
    for name in (b"aa1", b"twin", b"other", b"torn", b"vast", b"pale", b"nobody", b"pbs.twimg"):
        assert name not in written


def test_photos_that_are_all_missing_are_told(tmp_path, capsys, monkeypatch):
    gate(tmp_path, tweet(1, media=[photo("gone.jpg"), photo("lost.jpg")]))
    (tmp_path / "media").mkdir()
    monkeypatch.setattr(media, "FaceFinder", None)
    _, metrics = run(tmp_path)
    assert (metrics["references"], metrics["missing"]) == (2, 2)
    assert "none of the 2 photos that tweets refer to is among the 0 files" in capsys.readouterr().err


def test_a_study_without_photos_goes_on(tmp_path, capsys, monkeypatch):
    gate(tmp_path, tweet(1))
    monkeypatch.setattr(media, "FaceFinder", None)  # nor is the detector asked for
    out, metrics = run(tmp_path)
    assert np.load(out / "images.npy").shape == (0, 3, 16, 16)
    assert metrics["references"] == 0
    assert "going on without" in capsys.readouterr().err
