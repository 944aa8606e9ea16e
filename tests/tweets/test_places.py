import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.tweets.places import Place, coarsen

POI = Place("1", "GB", "poi", "The Mill", (-0.33, 53.74))
SOHO = Place("2", "GB", "neighborhood", "Soho, London", (-0.13, 51.51))
HULL = Place("3", "GB", "city", "Hull, England", (-0.33, 53.74))
ENGLAND = Place("4", "GB", "admin", "England, United Kingdom", (-1.5, 52.5))
BRITAIN = Place("5", "GB", "country", "United Kingdom", (-2.0, 54.0))


@pytest.mark.parametrize(
    ("place", "level", "key", "kind"),
    [
        (HULL, "city", "3", "city"),
        (SOHO, "city", "city:GB:london", "city"),
        (POI, "city", "country:GB", "country"),
        (ENGLAND, "city", "4", "admin"),
        (HULL, "admin", "admin:GB:england", "admin"),
        (SOHO, "admin", "country:GB", "country"),
        (ENGLAND, "country", "country:GB", "country"),
        (BRITAIN, "country", "5", "country"),
        (ENGLAND, "cell", "4", "admin"),
        (Place("6", "GB", "city", "Hull, England"), "cell", "country:GB", "country"),
        (Place("7", "GB", "planet", "Earth, All"), "city", "country:GB", "country"),
    ],
)
def test_a_place_becomes_what_it_lies_in(place, level, key, kind):
    coarse = coarsen(place, level)
    assert (coarse.key, coarse.country, coarse.place_type) == (key, "GB", kind)


def test_a_place_of_which_nothing_coarse_is_known_is_none():
    assert coarsen(Place("1", "", "poi", "The Mill"), "city") is None


def test_names_in_other_letters_are_one_place():
    other = Place("9", "GB", "neighborhood", "Mayfair, LONDON")
    assert coarsen(other, "city") == coarsen(SOHO, "city")


@given(longitude=st.floats(-180, 180), latitude=st.floats(-89.9, 89.9))
def test_a_cell_is_ten_kilometres_wide(longitude, latitude):
    """Points of one cell are at most its diagonal apart, and a point 15 km to the north is in another."""
    import math

    key = coarsen(Place("1", "GB", "poi", "", (longitude, latitude)), "cell").key
    _, row, column = key.split(":")
    south = int(row) * 10 / 111.195
    assert south - 1e-9 <= latitude <= south + 10 / 111.195 + 1e-9
    middle = math.cos(math.radians(min(south + 5 / 111.195, 90)))
    assert int(column) * 10 <= longitude * 111.195 * middle + 1e-6
    assert longitude * 111.195 * middle <= (int(column) + 1) * 10 + 1e-6
    if latitude < 89:
        assert coarsen(Place("1", "GB", "poi", "", (longitude, latitude + 15 / 111.195)), "cell").key != key
