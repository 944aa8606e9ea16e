from hypothesis import given
from hypothesis import strategies as st

from floodmark.sentiment.union import Union


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12), st.integers(1, 8))
def test_unions_agree_with_brute_force_and_keep_their_limit(pairs, limit):
    union, sets = Union(8), [{i} for i in range(8)]
    for one, other in pairs:
        first, second = (next(s for s in sets if i in s) for i in (one, other))
        if first is not second and len(first) + len(second) <= limit:
            sets.remove(second)
            first |= second
        assert union.join(one, other, limit) == any({one, other} <= s for s in sets)
    for members in sets:
        assert {union.root(i) for i in members} == {min(members)}
        assert union.size[min(members)] == len(members) <= max(limit, 1)
