import io
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from floodmark import yaml12

FILES = ["params.yaml", "dvc.yaml", "dvc.lock", "results/dvc.yaml", "results/dvc.lock", "presets/gpu.yaml", "data.dvc"]
WORDS = """
1 -1 +7 007 010 -012 1_000 0x1F 0o17 0b101 1.5 -.5 1. 1e3 1e-3 1.5E+6 .inf -.inf .nan 12:30 1:30:00 no off yes on y n
true True TRUE false null ~ none NaN inf 1e 1.2.3 - 0.0 -0 20131205 EPSG:27700 2012-01-02 "no" '1' 1,000 .e3 e3 0x 08
"""
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=12,
)


def peer(text):
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("name", FILES)
def test_the_projects_files_are_read_as_by_the_library_in_python(name):
    text = Path(name).read_text(encoding="utf-8")
    assert yaml12.load(text) == peer(text)


@pytest.mark.parametrize("word", WORDS.split())
def test_words_are_those_of_yaml_1_2(word):
    text = f"key: {word}\nlist: [{word}]\n"
    try:
        expected = peer(text)
    except Exception:  # whatever it is called
        with pytest.raises(yaml12.YAMLError):
            yaml12.load(text)
        return
    found = yaml12.load(text)
    assert [type(value) for value in found.values()] == [type(value) for value in expected.values()]
    if not (isinstance(found["key"], float) and math.isnan(found["key"])):
        assert found == expected


@given(plain)
def test_what_the_library_writes_is_read_back(value):
    text, writer = io.StringIO(), YAML(typ="safe", pure=True)
    writer.default_flow_style, writer.width = False, 10**6  # as DVC writes: a line a value
    writer.dump({"value": value}, text)
    assert yaml12.load(text.getvalue()) == peer(text.getvalue())


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "a: [1\n", "a: !!python/object:os.system x\n", "\t: x"]
)
def test_what_is_no_plain_yaml_is_refused_with_its_place(text):
    with pytest.raises(yaml12.YAMLError, match=r"line [12]"):
        yaml12.load(text)


def test_merged_keys_may_be_overridden():
    text = "base: &base {a: 1, b: 2}\nmore:\n  <<: *base\n  b: 3\n"
    assert yaml12.load(text) == peer(text)
