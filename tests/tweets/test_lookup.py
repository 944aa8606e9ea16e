import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from floodmark.tweets.lookup import among

hashes = st.lists(st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2, 2**64 - 1]), max_size=30)


@given(hashes, hashes)
def test_it_is_what_a_set_says(asked, known):
    found = among(np.array(asked, np.uint64), np.sort(np.array(known, np.uint64)))
    assert found.dtype == np.bool_
    assert found.tolist() == [item in set(known) for item in asked]
