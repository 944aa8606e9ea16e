from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.tweets.coarse import client, floor_time, language, log_bin, slug


@given(st.integers(0, 10**12))
def test_a_bin_holds_what_it_says(number):
    k = log_bin(number)
    assert (k == 0 and number == 0) or 2 ** (k - 1) <= number <= 2**k - 1


def test_an_absent_count_stays_absent():
    assert log_bin(None) is None


@given(st.integers(0, 4 * 10**12), st.sampled_from([1, 15, 60, 1440]))
def test_times_are_floored_to_whole_intervals(time, minutes):
    floored = floor_time(time, minutes)
    assert 0 <= time - floored < minutes * 60_000
    assert floored % (minutes * 60_000) == 0


def test_an_hour_is_an_hour_of_the_clock():
    time = datetime(2013, 12, 5, 17, 59, 59, 999000, UTC)
    assert floor_time(int(time.timestamp() * 1000), 60) == int(datetime(2013, 12, 5, 17, tzinfo=UTC).timestamp() * 1000)
    assert floor_time(None, 60) is None


@pytest.mark.parametrize(
    ("event", "kept"),
    [("2013_Alberta-floods.2", "2013_Alberta-floods.2"), ("Jane's flood", "other"), ("x" * 41, "other")],
)
def test_an_event_is_a_slug(event, kept):
    assert slug(event) == kept


def test_a_client_loses_its_link():
    assert client('<a href="http://x.org/jane" rel="nofollow">Jane&Co</a>') == "Jane&Co"


@pytest.mark.parametrize(
    ("tag", "kept"),
    [
        ("en", "en"), ("qme", "qme"), ("zh-cn", "zh-cn"), ("zh-Hans", "zh-Hans"), ("es-419", "es-419"), (None, None),
        ("sr-Latn-RS", "sr-Latn-RS"), ("Jane", "other"), ("en-Jane-Smith", "other"), ("en x", "other"),
        ("en-x-07700", "other"), ("07700900123", "other"), ("en\n", "other"),
    ],
)  # fmt: skip
def test_a_language_is_a_tag(tag, kept):
    assert language(tag) == kept
