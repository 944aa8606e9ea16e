import polars as pl
import pytest

from floodmark.errors import UserError
from floodmark.tweets.audit import audit
from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.labels import HumanLabel
from floodmark.tweets.names import Names

RAW = {
    "id": "345678901234567001",
    "author": {"id": "7001234567", "username": "orla_quill7", "name": "Orla Quillbeck"},
    "media": [{"media_key": "3_99887766554", "url": "https://pbs.twimg.com/media/ZyXw98765.jpg"}],
    "geo": {"coordinates": {"coordinates": [-0.336714, 53.745712]}},
}


def search(tmp_path, **cells):
    raw = Identifiers()
    raw.collect(RAW)
    names = Names(raw.usernames, raw.names, [], 5)
    human = [HumanLabel("wet", "neutral", "t-abcdefgh", "A2WORKER77", None)]
    table = {"tweet": ["aaaa"], "text": ["the river is up"], "photos": [["bbbb"]], "event": ["hull"], **cells}
    pl.DataFrame(table).write_parquet(tmp_path / "tweets.parquet")
    return audit([tmp_path / "tweets.parquet"], raw, human, names)


def test_clean_tables_pass_and_say_what_was_searched_for(tmp_path):
    found = search(tmp_path)
    assert found["leaks"] == 0
    assert found["searched"]["ids"] == 5
    assert found["searched"]["coordinates"] == 2
    assert search(tmp_path, text=["<user> said <name> at <url>, quilling pictures of 3.45 m"])["leaks"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "orla_quill7 here", "ORLA_QUILL7!", "ask Orla Quillbeck", "orla: quillbeck", "id 345678901234567001",
        "x 7001234567",
        "pbs.twimg.com/media/zyxw98765.jpg", "the file ZyXw98765.jpg", "3_99887766554", "at 53.745712", "at 0.336714",
        "hello @someone", "see https://x", "t.co is", "a.b@c.org", "call 123456789", "A2worker77 said",
        "tel 07700 900123", "call:0113 496 0123", "+44 7700 900 123", "555-010-1234",
    ],
)  # fmt: skip
def test_a_leak_in_a_text_is_caught_and_not_repeated(tmp_path, text):
    with pytest.raises(UserError, match="would have survived") as caught:
        search(tmp_path, text=[text])
    assert "quill" not in str(caught.value).lower()


@pytest.mark.parametrize(
    "cells", [{"tweet": ["345678901234567001"]}, {"photos": [["bbbb", "3_99887766554"]]}, {"event": ["t-ABCDEFGH"]}]
)
def test_a_leak_in_any_other_column_is_caught(tmp_path, cells):
    with pytest.raises(UserError, match="ids"):
        search(tmp_path, **cells)
