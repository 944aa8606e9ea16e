"""What is read, settled, joined and written piece by piece is what it is in one piece."""

import random

import polars as pl
import pytest

from floodmark.tweets import archive, finishing, people
from floodmark.tweets.coarse import log_bin
from floodmark.tweets.finishing import users_ranges, users_table
from floodmark.tweets.people import ALIASES
from floodmark.tweets.survey import SHELF_BEGINS, USERS
from tests.tweets.archives import gate, tweet


@pytest.mark.parametrize("seed", range(8))
def test_users_are_each_once_with_all_their_readings_in_whatever_range_another_name_lies(seed, tmp_path, monkeypatch):
    draw = random.Random(seed)
    # At both edges of their ranges.
    users = [start + end * 24 for end in "2z" for start in draw.sample(SHELF_BEGINS, 20)]
    moved = dict(zip(draw.sample(users[:20], 10), draw.sample(users[20:], 10), strict=True))
    readings, files = [], [tmp_path / f"{number}.users" for number in range(3)]
    for file, number in zip(files, (0, 17, 25), strict=True):
        some = [(user, draw.randrange(10_000), 1, 2) for user in draw.sample(users, number)]
        readings += some
        pl.DataFrame(some, schema=USERS, orient="row").write_ipc(file)
    pl.DataFrame(list(moved.items()), schema=ALIASES, orient="row").write_ipc(tmp_path / "aliases")
    largest = {}
    for user, followers, _, _ in readings:
        largest[moved.get(user, user)] = max(largest.get(moved.get(user, user), 0), followers)
    monkeypatch.setattr(finishing, "PEOPLE", 3)
    ranges = users_ranges(files)
    table = pl.concat(users_table(between, files, tmp_path / "aliases") for between in ranges)
    assert len(ranges) == 14
    assert table["user"].to_list() == sorted(largest)
    assert table["followers"].to_list() == [log_bin(largest[user]) for user in sorted(largest)]


def test_an_archive_in_many_small_pieces_is_anonymised_like_one(tmp_path, monkeypatch):
    draw = random.Random(5)
    authors = [
        {"id": str(7_001_000_000 + n // 2), "username": f"quill{n}_x", "name": f"Orla Q. {n}"} for n in range(24)
    ]
    tweets = []
    for number in range(90):
        author, other = draw.choice(authors), draw.choice(authors)["username"]
        raw = tweet(number % 80, f"wet number {number} near @{other}, said {other}", author_id=author["id"])
        tweets.append({**raw, "author": author, "lang": draw.choice(["en", "de"])})
    whole = gate(tmp_path / "whole", *tweets)
    for module, name, value in (
        (archive, "BLOCK", 2000), (archive, "BUCKET", 7), (archive, "TOGETHER", 2), (archive, "cores", lambda: 1),
        (people, "ROWS", 5), (finishing, "PEOPLE", 4),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    pieces = gate(tmp_path / "pieces", *tweets)
    assert len(whole.tweets) == 80
    assert len(whole.users) == 12
    for table in ("tweets", "users", "places", "human"):
        assert getattr(pieces, table).equals(getattr(whole, table)), table
    assert pieces.audit == whole.audit
