import itertools
import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.tweets.identifiers import person
from floodmark.tweets.people import aliases, aliases_among, identities, write_aliases
from floodmark.tweets.pseudonyms import Pseudonyms

ONE = Pseudonyms(bytes(32))
SEEN = [("7", "Ann"), ("7", "Ann_B"), (None, "carl"), ("9", None), ("8", "ANN_B"), ("5", "dora"), ("5", None)]


def who(folder, *parts):
    """Whom a user id and name, as seen in one place, stand for in an archive of several."""
    files = []
    for number, part in enumerate(parts):
        files.append(folder / f"{number}.identities")
        identities(part).write_ipc(files[-1])
    same = dict(aliases(files, ONE).iter_rows())

    def of(user_id, name):
        mine = ONE.of("user", person(user_id, name))
        return same.get(mine, mine)

    return of


def test_ids_and_names_of_one_person_have_one_pseudonym(tmp_path):
    of = who(tmp_path, SEEN)
    ann = {of("7", None), of("8", None), of(None, "ann"), of("7", "ANN_b"), of("8", "ann_b")}
    assert len(ann) == 1
    others = [of(None, "carl"), of("9", None), of("5", None), of("unknown", None), of(None, "x")]
    assert len({*ann, *others}) == 6
    assert of("5", None) == of("5", "Dora") == ONE.of("user", "dora")


def test_aliases_on_disk_are_those_of_who_is_asked_for(tmp_path):
    files, kept = [tmp_path / "0.identities"], tmp_path / "aliases"
    identities(SEEN).write_ipc(files[0])
    same = dict(aliases(files, ONE).iter_rows())
    write_aliases(files, kept, ONE)
    asked = [*list(same)[1:], "nobody", None]
    assert len(same) > 2
    assert aliases_among(kept, pl.Series(asked, dtype=pl.String)) == {user: same[user] for user in list(same)[1:]}
    assert aliases_among(kept, pl.Series([], dtype=pl.String)) == {}
    write_aliases([], kept, ONE)
    assert aliases_among(kept, pl.Series(asked, dtype=pl.String)) == {}


def test_people_do_not_depend_on_the_order_of_the_archive(tmp_path):
    seen = set()
    for number, order in enumerate(itertools.permutations(SEEN[:5])):
        folder = tmp_path / str(number)
        folder.mkdir()
        of = who(folder, order[:2], order[2:], SEEN[5:])
        seen.add(tuple(of(user, None) for user in ("5", "7", "8", "9")))
    assert len(seen) == 1


def test_a_name_that_looks_like_an_id_is_that_id_and_the_last_to_be_known_by(tmp_path):
    # No site allows it; who wrote the archive may have.
    of = who(tmp_path, [("7", "#9"), ("9", "bob"), ("9", "rob"), ("7", "ann")])
    assert {of("7", None), of("9", None), of(None, "bob"), of(None, "rob")} == {ONE.of("user", "ann")}
    of = who(tmp_path, [("7", "#7"), ("7", "#zz"), ("7", "ann")])
    assert {of("7", None), of(None, "#zz")} == {ONE.of("user", "ann")}


@given(
    pairs=st.lists(st.tuples(st.sampled_from("123456"), st.sampled_from(["a", "b", "c", "d", None])), max_size=12),
    cut=st.integers(0, 12),
)
def test_persons_are_the_connected_parts_of_ids_and_names(pairs, cut, tmp_path_factory):
    of = who(tmp_path_factory.mktemp("people"), pairs[:cut], pairs[cut:])
    group = {end: {end} for user, name in pairs for end in (f"#{user}", name) if end}
    for user, name in pairs * len(pairs):
        if name:
            whole = group[f"#{user}"] | group[name]
            for end in whole:
                group[end] = whole
    for user, name in pairs:
        mine = group[f"#{user}"]
        first = min(mine, key=lambda node: (node.startswith("#"), node))
        assert of(user, name) == ONE.of("user", first)


@pytest.mark.parametrize("name", ["", None])
def test_nobody_is_nobody(name):
    assert person(None, name) is None


def test_a_chain_of_names_however_long_is_one_person(tmp_path):
    number = 20_000
    links = [pair for at in range(number) for pair in ((str(at), f"name{at:05d}"), (str(at), f"name{at + 1:05d}"))]
    random.Random(3).shuffle(links)
    of = who(tmp_path, links[:15_000], links[15_000:], [("other", "elsewhere"), ("other", "nowhere")])
    assert {of(str(at), None) for at in range(0, number, 97)} == {ONE.of("user", "name00000")}
    assert of("other", None) == ONE.of("user", "elsewhere")
