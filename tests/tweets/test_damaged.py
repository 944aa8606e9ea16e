"""Damaged files of tweets: read as far as they can be, counted and told where they cannot."""

import gzip
import json
import re
import zlib
from collections import Counter

import pytest

from floodmark.tweets.archive import PROBLEMS_SHOWN
from floodmark.tweets.pseudonyms import Pseudonyms
from tests.tweets.archives import KEY, gate, tweet, write
from tests.tweets.damage import WAYS, damaged, whole
from tests.tweets.knowing import read_archive

BATCH = 50
PSEUDONYMS = Pseudonyms(KEY)


def untouched(seed):
    """Ids of tweets of lines that stand in a damaged file as they were, and texts where all lines of an id do."""
    name, data = damaged(seed)
    try:
        plain = gzip.decompress(data) if name.endswith("gz") else data
    except (OSError, EOFError, zlib.error):
        return set(), set()
    # Line ends of ancient Macs make one broken line of a file, which is told.
    there = {line.strip() for line in plain.split(b"\n")}
    lines = whole(seed)
    spared = {pair for line, pairs in lines.items() if line.encode() in there for pair in pairs}
    # The latest of an id wins, and a damaged line that still is JSON may be the latest, with another text.
    hurt = {number for line, pairs in lines.items() if line.encode() not in there for number, _ in pairs}
    return {number for number, _ in spared}, {pair for pair in spared if pair[0] not in hurt}


def check(folder, seeds, capsys):
    """One study of some damaged files and a sound one; the counts of `audit.json`."""
    raw = write(folder / "raw/tweets", tweet(7, "sound"), name="sound.jsonl")
    for seed in seeds:
        name, data = damaged(seed)
        (raw / name).write_bytes(data)
    found = gate(folder)
    said = capsys.readouterr().err
    read, dropped = found.audit["read"], found.audit["dropped"]
    left = set(found.tweets.select("tweet", "text").iter_rows())
    assert (PSEUDONYMS.of("tweet", tweet(7)["id"]), "sound") in left
    # What a line held that damage has passed by is there, word for word.
    ids, pairs = (set().union(*found) for found in zip(*map(untouched, seeds), strict=True))
    assert {PSEUDONYMS.of("tweet", number) for number in ids} <= {tweet for tweet, _ in left}
    assert {(PSEUDONYMS.of("tweet", number), text) for number, text in pairs} <= left
    assert len(ids) >= len(pairs) > len(seeds)
    assert read["files"] == len(seeds) + 1
    assert read["tweets"] == found.audit["kept"]["tweets"] + dropped["duplicate"]
    # Every broken line is told by file and line, or counted beyond those that are told of one file.
    told = re.findall(r"/(\d+\.jsonl?(?:\.gz)?):(\d+): (?:no JSON|the file [^\n]*), skipped\n", said)
    more = sum(map(int, re.findall(r": (\d+) more lines skipped", said)))
    assert len(told) + more == read["broken_lines"]
    assert len(set(told)) == len(told)
    assert max(Counter(name for name, _ in told).values(), default=0) <= PROBLEMS_SHOWN
    return read


def test_damaged_files_are_read_or_counted(tmp_path, capsys):
    found = Counter()
    for first in range(0, 147, 49):
        found += Counter(check(tmp_path / str(first), range(first, first + 49), capsys))
    assert found["broken_lines"] > 49
    assert found["tweets"] > 2 * 147


@pytest.mark.slow
def test_two_thousand_damaged_files_are_read_or_counted(tmp_path, capsys):
    found = Counter()
    for first in range(1_000, 3_000, BATCH):
        found += Counter(check(tmp_path / str(first), range(first, first + BATCH), capsys))
    assert found["broken_lines"] > 500
    assert found["tweets"] > 4_000


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_damage_breaks_something(way):
    """Damage that changes no byte would test nothing."""
    pieces = [damaged(seed) for seed in range(WAYS.index(way), 140, len(WAYS))]
    assert len({data for _, data in pieces}) == len(pieces)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"id": "1", "text": "a"', "1: no JSON"),
        (b'{"id": "1", "text": "a"}\n\n[1,', "3: no JSON"),
        (b"\xff\xfe{", "1: no JSON"),
    ],
)
@pytest.mark.parametrize("ending", ["jsonl", "json"])
def test_what_is_broken_is_told_with_its_line(tmp_path, capsys, body, problem, ending):
    (tmp_path / f"a.{ending}").write_bytes(body)
    assert read_archive(tmp_path).counts["broken lines"] == 1
    assert f"a.{ending}:{problem}, skipped" in capsys.readouterr().err


def test_a_gzip_that_is_none_or_torn_says_so(tmp_path, capsys):
    (tmp_path / "a.jsonl.gz").write_bytes(b"no gzip at all")
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(json.dumps(tweet(1)).encode() + b"\n")[:-6])
    archive = read_archive(tmp_path)
    assert archive.counts["broken lines"] == 2
    assert capsys.readouterr().err.count("the file ends too early, skipped") == 2


def test_a_file_that_cannot_be_opened_is_counted(tmp_path, capsys):
    (tmp_path / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.jsonl").mkdir()
    write(tmp_path, tweet(1))
    archive = read_archive(tmp_path)
    assert len(archive.tweets) == 1
    assert archive.counts["files"] == 2
    assert archive.counts["broken lines"] == 1
    assert "gone.jsonl:1: the file cannot be read (No such file or directory), skipped" in capsys.readouterr().err
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/tweets").symlink_to(tmp_path)
    found = gate(tmp_path)
    assert found.audit["read"]["broken_lines"] == 1
    assert len(found.tweets) == 1


def test_files_of_other_names_are_told(tmp_path, capsys):
    for name in ("a.JSONL", "b.ndjson", ".keep"):
        write(tmp_path / "raw/tweets", tweet(1), name=name)
    assert gate(tmp_path, tweet(2)).audit["read"]["files"] == 1
    said = capsys.readouterr().err
    assert "a.JSONL and 1 more files are not read: their names end in none of .jsonl, .jsonl.gz" in said


@pytest.mark.parametrize("number", [2**63 - 1, 2**64 - 1])
def test_numbers_that_no_table_holds_are_as_large_as_the_largest(tmp_path, number):
    author = {"id": "7001", "username": "bert_m", "public_metrics": {"followers_count": number, "tweet_count": 3}}
    metrics = {"like_count": number, "retweet_count": number}
    lines = [
        tweet(1, author=author, public_metrics=metrics),
        tweet(2, public_metrics={"like_count": 10**12, "reply_count": 10**60}),
    ]
    write(tmp_path / "raw/tweets", lines[0])
    with (tmp_path / "raw/tweets/b.jsonl").open("w") as file:
        file.write(json.dumps(lines[1] | {"score": float("nan"), "extra": 10**60}) + "\n")
    found = gate(tmp_path)
    assert found.tweets["likes"].is_null().sum() == 0
    assert found.tweets["likes"].max() > found.tweets["likes"].min() > 0
    assert found.users["followers"].max() == found.tweets["likes"].max()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_windows_redirects_is_read(tmp_path, encoding):
    body = json.dumps(tweet(1, "ÿ 😭"), ensure_ascii=False) + "\r\n" + json.dumps(tweet(2)) + "\r\n"
    (tmp_path / "a.jsonl").write_bytes(body.encode(encoding))
    archive = read_archive(tmp_path)
    assert [found.text for found in archive.tweets.values()] == ["ÿ 😭", "the river is rising"]
    assert archive.counts["broken lines"] == 0


@pytest.mark.parametrize(
    "page",
    [
        {"errors": [{"code": 88, "message": "Rate limit exceeded"}]},
        {"error": "Not authorized."},
        {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429},
        {"errors": [{"title": "Not Found Error", "parameter": "ids"}], "meta": {"result_count": 0}},
    ],
)
def test_an_answer_that_is_an_error_is_counted(tmp_path, page):
    write(tmp_path, page, {"data": [tweet(1)], "errors": page.get("errors", [])}, page)
    archive = read_archive(tmp_path)
    assert len(archive.tweets) == 1
    assert archive.counts["error pages"] == 2
    assert archive.counts["dropped: no tweet"] == 0
