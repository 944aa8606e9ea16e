"""The commands of docs/how-to/anonymise-only.md, run as they stand on a few made-up tweets, in a home of their own."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.pipeline.projects import ROOT, environment

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
PAGE = ROOT / "docs/how-to/anonymise-only.md"


def commands():
    """The lines of all blocks, in the page's order."""
    return re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def clone(tmp_path):
    """A clone of the last commit, in which the environment counts as installed; no data are fetched."""
    folder = tmp_path / "floodmark"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, str(folder)], check=True)
    (folder / ".venv").symlink_to(sys.prefix)
    for name in ("constraints.txt", "constraints-cluster.txt", "constraints-alone.txt"):
        os.utime(folder / name, (0, 0))
    return folder


@pytest.fixture
def home(tmp_path):
    """A home with raw tweets, one with a photo, and a label."""
    author = {"id": "7001234567", "username": "tobias_p77", "name": "Tobias Pellwick"}
    other = {"id": "7001234568", "username": "orla_quill7", "name": "Orla Quillbeck"}
    photo = {"media_key": "3_1", "type": "photo", "url": "https://pbs.twimg.com/media/flood1.jpg"}
    tweets = [
        {"id": "1340000000000000001", "text": "Call 07700 900123 @orla_quill7", "author": author, "media": [photo]},
        {"id": "1340000000000000002", "text": "Thanks Tobias Pellwick for the sandbags", "author": other},
    ]
    for name in ("tweets", "media", "labels"):
        (tmp_path / "home/raw" / name).mkdir(parents=True)
    lines = [json.dumps({**tweet, "author_id": tweet["author"]["id"]}) for tweet in tweets]
    (tmp_path / "home/raw/tweets/a.jsonl").write_text("\n".join(lines) + "\n")
    shutil.copy(next((ROOT / "data/media").glob("*.jpg")), tmp_path / "home/raw/media/flood1.jpg")
    label = f"id,text,label,annotator\n{tweets[1]['id']},{tweets[1]['text']},positive,A2WORKER77\n"
    (tmp_path / "home/raw/labels/human.csv").write_text(label)
    return tmp_path / "home"


def test_raw_tweets_become_tables_that_name_nobody(clone, home):
    given = environment(MLFLOW_TRACKING_URI="none", HOME=str(home), OMP_NUM_THREADS="1")
    given = {name: value for name, value in given.items() if not name.startswith(("MAKE", "MFLAGS"))}
    line = ["bash", "-euxc", "".join(commands())]
    result = subprocess.run(line, cwd=clone, capture_output=True, text=True, env=given)
    assert result.returncode == 0, f"{result.stdout[-2000:]}\n{result.stderr[-4000:]}"
    assert "is the key that key.fingerprint names" in result.stdout
    assert "nothing of the archive was found" in result.stderr
    texts = set(pl.read_parquet(home / "parcel/tweets.parquet")["text"])
    assert texts == {"Call <phone> <user>", "Thanks <name> for the sandbags"}
    assert pl.read_parquet(home / "parcel/human.parquet")["text"].to_list() == ["Thanks <name> for the sandbags"]
    assert json.loads((home / "calder/outputs/media.json").read_text())["usable"] == 1
    rows = re.findall(r"^\| (`[tm].*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    files = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert len(files) == 9
    assert [name for name in files if not (home / "calder/outputs" / name).is_file()] == []


def test_the_same_key_in_two_studies_gives_the_same_pseudonyms(clone, home):
    command = "; ".join(
        [
            "set -eu; source .venv/bin/activate",
            "for name in one two; do floodmark study new ~/$name --data ~/raw; done",
            "cp ~/one/.floodmark/key ~/two/.floodmark/key; cp ~/one/key.fingerprint ~/two",
            "for name in one two; do (cd ~/$name; floodmark keys check; dvc repro anonymise); done",
        ]
    )
    given = environment(MLFLOW_TRACKING_URI="none", HOME=str(home), OMP_NUM_THREADS="1")
    subprocess.run(["bash", "-c", command], cwd=clone, check=True, capture_output=True, env=given)
    one, two = (pl.read_parquet(home / name / "outputs/tweets/tweets.parquet") for name in ("one", "two"))
    assert one.equals(two)
    assert one["author"].null_count() == 0


def test_the_page_is_found():
    assert "docs/how-to/anonymise-only.md" in Path(ROOT / "README.md").read_text(encoding="utf-8")
