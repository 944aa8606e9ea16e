"""The spans of an event: every moment once, nothing of the rain's own time missed."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from floodmark.hydraulics.clock import Clock

CLOCKS = st.builds(
    Clock, step=st.sampled_from([60, 300, 900, 420]), frames=st.integers(1, 30),
    interval=st.sampled_from([60, 600, 900, 1800, 5400]), recession=st.sampled_from([0, 600, 3600, 4000]),
)  # fmt: skip


@given(CLOCKS)
def test_spans_follow_one_another_from_the_beginning_to_the_end(clock):
    spans = list(clock.spans())
    assert spans[0].start == 0
    assert spans[-1].end == clock.end
    for one, other in itertools.pairwise(spans):
        assert one.end == other.start
    assert all(0 < span.end - span.start <= clock.step for span in spans)


@given(CLOCKS)
def test_a_span_lies_within_one_frame_of_rain_or_after_it(clock):
    for span in clock.spans():
        if span.start >= clock.raining:
            assert span.frame is None
        else:
            assert span.frame * clock.step <= span.start < span.end <= (span.frame + 1) * clock.step


@given(CLOCKS)
def test_depths_are_kept_on_the_interval_and_at_the_end(clock):
    kept = [span.end for span in clock.spans() if span.kept]
    assert kept == sorted({*range(clock.interval, clock.end + 1, clock.interval), clock.end})


@given(CLOCKS, st.data())
def test_going_on_after_a_mark_gives_the_spans_that_were_left(clock, data):
    spans = list(clock.spans())
    cut = data.draw(st.integers(0, len(spans) - 1))
    assert list(clock.spans(spans[cut].start)) == spans[cut:]


@given(CLOCKS, st.data())
def test_going_on_from_anywhere_and_stopping_anywhere_leaves_no_second_out(clock, data):
    after = data.draw(st.integers(0, clock.end - 1))
    until = data.draw(st.integers(after + 1, clock.end))
    spans = list(clock.spans(after, until))
    assert (spans[0].start, spans[-1].end, spans[-1].kept) == (after, until, True)
    for one, other in itertools.pairwise(spans):
        assert one.end == other.start
    for span in spans:
        assert span.frame == (span.start // clock.step if span.start < clock.raining else None)
        assert span.frame is None or span.end <= (span.frame + 1) * clock.step
