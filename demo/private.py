"""Invented personal data of every kind: numbers with valid check digits, from ranges that are kept for fiction."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

FIRST = [
    "Orla",
    "Bertram",
    "Inez",
    "Cuthbert",
    "Mirela",
    "Osric",
    "Thessaly",
    "Joaquin",
    "Wilhelmina",
    "Fenton",
    "Saoirse",
    "Ludo",
    "Petra",
    "Anselm",
    "Dulcie",
    "Emrys",
    "Rosalind",
    "Tobias",
    "Ottoline",
    "Lazlo",
    "Maribel",
    "Quentin",
    "Hesper",
    "Ambrose",
    "Zelda",
    "Corwin",
    "Philippa",
    "Gideon",
    "Isolde",
    "Rufus",
    "Sabine",
    "Ivo",
]
LAST_HEAD = [
    "Quill",
    "Thistle",
    "Marrow",
    "Fen",
    "Oaken",
    "Brindle",
    "Hollow",
    "Pepper",
    "Wick",
    "Larch",
    "Sorrel",
    "Tansy",
    "Garrow",
    "Ember",
    "Nettle",
    "Copper",
    "Mallow",
    "Harrow",
    "Skerry",
    "Bramble",
    "Dapple",
    "Farrow",
    "Gander",
    "Hobble",
    "Juniper",
    "Kestrel",
    "Lantern",
    "Mullion",
]
LAST_TAIL = [
    "wright",
    "beck",
    "thwaite",
    "combe",
    "worthy",
    "holme",
    "stead",
    "ridge",
    "croft",
    "fell",
    "mere",
    "ness",
    "shaw",
    "bourne",
    "garth",
    "dyke",
]
ROADS = [
    "Larkspur Close",
    "Tannery Row",
    "Quernstone Lane",
    "Saltpan Terrace",
    "Ropewalk Yard",
    "Bellfounder Street",
    "Osier Walk",
]
DOMAINS = ("example.org", "example.com", "example.net", "mail.example.org", "post.example.net")


def person(rng: random.Random) -> str:
    """A name that nobody is known to bear."""
    return f"{rng.choice(FIRST)} {rng.choice(LAST_HEAD)}{rng.choice(LAST_TAIL)}"


def handle(rng: random.Random, name: str) -> str:
    """A user name made from a name, 15 characters at most, as the service allows."""
    first, last = name.lower().split()[:2]
    return f"{last[:8]}_{first[:3]}{rng.randrange(100, 1000)}"


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def email(rng: random.Random) -> str:
    """An address in a domain reserved by RFC 2606."""
    first, last = person(rng).lower().split()
    return f"{first}{rng.choice(('.', '_', '+'))}{last}{rng.randrange(10, 99)}@{rng.choice(DOMAINS)}"


def phone_uk(rng: random.Random) -> str:
    """A number that Ofcom keeps for drama, written in one of the usual ways."""
    tail = _digits(rng, 3)
    return rng.choice((
        f"07700 900{tail}", f"07700900{tail}", f"+44 7700 900{tail}", f"01632 960{tail}", f"(01632) 960 {tail}",
        f"0044 7700 900 {tail}", f"+447700 900{tail}", f"020 7946 0{tail}", f"0113 496 0{tail}",
    ))  # fmt: skip


def phone_international(rng: random.Random) -> str:
    """A number kept for fiction in the United States, France or Australia."""
    return rng.choice((
        f"+1 {rng.randrange(201, 989)} 555 01{_digits(rng, 2)}", f"({rng.randrange(201, 989)}) 555-01{_digits(rng, 2)}",
        f"+33 1 99 00 {_digits(rng, 2)} {_digits(rng, 2)}", f"+61 491 57{rng.randrange(0, 7)} {_digits(rng, 3)}",
    ))  # fmt: skip


def postcode(rng: random.Random) -> str:
    """A postcode in districts of ZE that were never handed out; sometimes in lower case or without the blank."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    code = f"ZE{rng.randrange(4, 10)} {rng.randrange(10)}{rng.choice(letters)}{rng.choice(letters)}"
    return rng.choice((code, code, code.lower(), code.replace(" ", "")))


def street_address(rng: random.Random) -> str:
    """A house number in a street of our own."""
    return f"{rng.randrange(100, 1000)} {rng.choice(ROADS)}"


def ip_address(rng: random.Random) -> str:
    """An address of the ranges for documentation (RFC 5737, RFC 3849)."""
    if rng.random() < 0.3:
        return str(ipaddress.IPv6Address((0x20010DB8 << 96) | rng.getrandbits(64)))
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randrange(1, 255)}"


def iban(rng: random.Random) -> str:
    """An account number with valid check digits (ISO 13616) at a bank that does not exist."""
    country, account = rng.choice((("GB", "TEST" + _digits(rng, 14)), ("DE", "0000" + _digits(rng, 14))))
    number = int("".join(str(int(letter, 36)) for letter in f"{account}{country}00"))
    code = f"{country}{98 - number % 97:02d}{account}"
    return code if rng.random() < 0.5 else " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def card_number(rng: random.Random) -> str:
    """A payment card number of a test range, with a valid Luhn digit."""
    body = rng.choice(("400000", "424242", "555555")) + _digits(rng, 9)
    total = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(body))
    number = body + str(-total % 10)
    return rng.choice(
        (
            number,
            " ".join(number[at : at + 4] for at in range(0, 16, 4)),
            "-".join(number[at : at + 4] for at in range(0, 16, 4)),
        )
    )


def national_insurance(rng: random.Random) -> str:
    """A National Insurance number with the prefix QQ, which is never issued."""
    pairs = [_digits(rng, 2) for _ in range(3)]
    return f"QQ{rng.choice(('', ' '))}{rng.choice(('', ' ')).join(pairs)}{rng.choice('ABCD')}"


def coordinates_in_text(rng: random.Random) -> str:
    """Latitude and longitude to a metre or less."""
    return f"{rng.uniform(49, 58):.6f}, {rng.uniform(-6, 1):.6f}"


TEXT_KINDS: dict[str, tuple[Callable[[random.Random], str], tuple[str, ...]]] = {
    "email": (email, ("write to {}", "mail me: {}", "offers to <{}>", "contact {} please")),
    "phone_uk": (phone_uk, ("call {}", "ring me on {}", "my number is {}", "text {} if you can help")),
    "phone_international": (phone_international, ("call {}", "hotline {}", "phone: {}")),
    "postcode": (postcode, ("we are at {}", "postcode {}", "pick up from {}")),
    "street_address": (street_address, ("come to {}", "stuck at {}", "we live at {}")),
    "ip_address": (ip_address, ("webcam at {}", "the gauge answers on {}")),
    "iban": (iban, ("donate to {}", "account {}", "IBAN {}")),
    "card_number": (card_number, ("refund to card {}", "paid with {}")),
    "national_insurance": (national_insurance, ("my NI number is {}", "NI {}")),
    "coordinates_in_text": (coordinates_in_text, ("pin at {}", "location {}", "GPS {}")),
}
"""Kinds that stand in the text of a tweet, with the words around them."""
