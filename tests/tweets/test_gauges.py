"""Levels, flows, pressures and measures of length that are grouped as personal data is, beside such data."""

import pytest

from floodmark.tweets.shapes import shapes
from tests.tweets.knowing import scrub


@pytest.mark.parametrize(
    "text",
    [
        # Behind a road or a district comes how much, or how long.
        "M62 2hr delays", "M6 4hr queue", "M1 3ft of water", "S6 2ft of water", "M62 2hrs", "M62 5min", "B1 2yd",
        "M62 2HR DELAYS", "m6 4hr queue", "s6 2ft of water", "M62 3mi, M6 5km, S6 2cm, LS4 3mm, HU5 2in",
        # Levels to the millimetre.
        "Levels at Kingsbury: 2.345, 2.367, 2.401", "2.345/2.367 m", "1.234, 2.567, 3.901", "1.234; 8.567 m",
        # Lists of levels, flows and pressures.
        "levels 1200 1250 1300 1350 mm", "levels 4200 4250 4300 4350 mm", "levels 120 125 130 135 cm",
        "levels 120 135 125 118 122 130 cm", "Flow 45000 47000 52000 cfs", "flow 450 470 460 480 cumecs",
        "barometer 1013 1009 1002 998",
        # Times of opening and of measurement.
        "open 0800-1700 0900-1200", "open 2300-0700 2200-0600", "2013 12 05 06 30 obs", "2013 12 05 06 30 00 obs",
        "2013-12-05-06-30",
        # Metres of the National Grid.
        "TA0956828731 is wet", "at ta0956828731", "NO4010030000",
    ],
)  # fmt: skip
def test_what_is_measured_stays(text):
    assert scrub(text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("M6 4HR", "<postcode>"),
        ("we are at m6 4hr please", "we are at <postcode> please"),
        ("M62HR, S6 2FT", "<postcode>, <postcode>"),
        ("at 53.745, -0.336", "at <coordinates>"),
        ("2.345, 2.367, 53.745, -0.336", "2.345, 2.367, <coordinates>"),
        ("1.234, 8.567", "<coordinates>"),
        ("9.123, 9.456 N", "<coordinates>"),
        ("-1.234, -0.567", "<coordinates>"),
        ("2.3451, 2.3671", "<coordinates>"),
        ("4242 4242 4242 4241", "<card>"),
        ("5555-5571-6723-8275", "<card>"),
        ("4111 1111 1111 1111 m", "<card> m"),
        ("378282246310005, 3782 822463 10005", "<card>, <card>"),
        ("call 120 125 130 135", "call <phone>"),
        ("ring me on 1013 1009 1002 998", "ring me on <phone>"),
        ("call 403 415 4290", "call <phone>"),
        ("1300 659 210 m", "<phone> m"),
        ("07700 900 123 m", "<phone> m"),
        ("NO7700900123", "NO<number>"),
        ("XX0956828731, TA09568287310", "XX<number>, TA<phone>"),
    ],
)
def test_what_looks_measured_and_is_not_goes(text, clean):
    assert scrub(text) == clean


def test_a_reference_of_the_grid_is_no_long_number():
    assert shapes("TA0956828731 and ta0956828731") == []
    assert shapes("0956828731") == shapes("xTA0956828731") == shapes("TA 0956828731") == ["long_number"]
