import re

import pytest
from PIL import Image
from PIL.ExifTags import IFD

from demo import private
from demo.chance import stream
from tests.demo import reading


@pytest.mark.parametrize("size", ["tiny", pytest.param("full", marks=pytest.mark.slow)])
def test_every_planted_value_is_in_the_raw_data(size, request):
    made = request.getfixturevalue(size)
    text = reading.text(made.folder)
    in_photos = camera_data(made.folder / "media")
    for kind, values in made.people.planted.listing().items():
        assert values, kind
        where = in_photos if kind.startswith(("exif", "png")) else text
        assert [value for value in values if value not in where] == [], kind


def test_names_of_authors_stand_in_the_texts_of_others(full):
    names = full.people.planted.listing()["display_name"]
    for name in names:
        assert any(name in post.text and post.author.name != name for post in full.people.posts), name


def camera_data(folder) -> str:
    """What the photos carry besides pixels, as text."""
    found = []
    for path in sorted(folder.iterdir()):
        try:
            image = Image.open(path)
        except OSError:
            continue
        found += [str(value) for value in image.info.values()]
        exif = image.getexif()
        found += [str(exif.get(0x013B)), str(exif.get_ifd(IFD.Exif).get(0xA431))]
        if gps := exif.get_ifd(IFD.GPSInfo):
            places = [[float(part) for part in gps[tag]] for tag in (2, 4)]
            found.append(
                ", ".join(f"{degrees:.0f} {minutes:.0f} {seconds:.4f}" for degrees, minutes, seconds in places)
            )
    return "\n".join(found)


def test_values_are_too_peculiar_to_occur_by_chance(full):
    listing = full.people.planted.listing()
    everything = [value for values in listing.values() for value in values]
    assert min(len(value) for value in everything) >= 6
    for values in listing.values():
        assert len(set(values)) == len(values)


def test_numbers_carry_valid_check_digits_and_come_from_reserved_ranges():
    rng = stream("test")
    for _ in range(300):
        digits = [int(digit) for digit in re.sub(r"\D", "", private.card_number(rng))]
        assert len(digits) == 16
        doubled = [sum(divmod(digit * 2, 10)) if at % 2 == 0 else digit for at, digit in enumerate(digits)]
        assert sum(doubled) % 10 == 0
        iban = private.iban(rng).replace(" ", "")
        assert int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1
        assert re.fullmatch(r"QQ ?\d\d ?\d\d ?\d\d[A-D]", private.national_insurance(rng))
        assert private.ip_address(rng).startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"))
        assert re.search(r"@(\w+\.)?example\.(org|com|net)$", private.email(rng))
