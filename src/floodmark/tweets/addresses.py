"""How addresses are written in Britain and overseas: a number and a street, in the order of the country."""

from __future__ import annotations

from floodmark.tweets.rule import rule

_STREET = (
    "Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Close|Drive|Dr|Way|Court|Ct|Crescent|Cres|Terrace|Ter|Place|Pl|Gardens|Gdns|"
    "Grove|Hill|Square|Sq|Row|Mews|Walk|Park|View|Rise|Parade|Boulevard|Blvd|Green|Quay|Wharf|Bank|Croft|Fold|Yard|"
    "Approach|Alley|Esplanade|Embankment|Parkway|Pkwy|Highway|Hwy|Trail|Chase|Vale"
)
_SAID = "street|road|lane|avenue|close|drive|crescent|terrace|gardens|grove|mews"
_UNITS = "flat|apartment|apt|unit|house|suite|room|blk|block|lot|bldg|villa"
_PART = rf"(?i:{_UNITS})\.?\s?#?\d{{1,4}}[A-Za-z]?"
_NUMBER = r"\d{1,5}[A-Za-z]?(?:[-–/]\d{1,5}[A-Za-z]?)?"
_COMPASS = "(?:N|S|E|W|NE|NW|SE|SW)"
_NAME = rf"(?:{_COMPASS}\.?\s+)?(?:(?:(?!(?i:am|pm)\b)\p{{Lu}}[\w'’-]+\.?\s+){{1,3}}|\d{{1,3}}(?:st|nd|rd|th)\s+)"
_BEHIND = rf"(?:\s{_COMPASS}\b)?(?:,?\s(?i:apt|unit|suite|ste|flat)\.?\s?#?\d{{1,4}}[A-Za-z]?\b)?"
_ORDINARY = (
    "more|other|main|of|for|on|and|the|local|major|minor|closed|lane|way|mile|metre|meter|hour|day|week|foot|inch|new"
)
_OF = r"(?:(?:de(?:\s(?:la|las|los))?|du|des|del|della|dei|degli|delle|da|das|do|dos)\s|(?:de\sl|d|dell)['’]\s?)"
# Behind the number of a house come words; a height, a time or a year is told by what is counted.
_HOUSE = r"\d{1,4}\s?[a-zA-Z]?(?![\w%]|[.,:]\d|\s?(?:mm|cm|m|km|h|hrs?|uhr|min|mins|anni|años)\b)"
_GERMANIC = (
    r"(?i:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|ufer|straat|laan|gracht|kade|plein|dijk|"
    r"gatan|vägen|vej|veien|gaten)"
)
_ROMANCE = r"(?:Via|Viale|Piazza|Corso|Vicolo|Calle|Avenida|Avda\.?|Av\.|Plaza|Paseo|Rua|Travessa|Praça)"
_FRENCH = r"(?i:rue|avenue|av\.|boulevard|bd|chemin|impasse|allée|quai)"
_TO_STREET = rf"\d[a-z]?,?\s+(?:\S+\s+){{1,4}}?(?:{_STREET.lower()})\b"
"""The hint of a street some words behind a number."""

ADDRESSES = [
    rule(
        "address",
        rf"(?<![\w.,:]){_NUMBER}(?:\s?(?:bis|ter))?,?\s(?:{_FRENCH}\s(?:{_OF}|l[ae]s?\s|l['’])?|(?i:place|route)\s{_OF})"
        r"\p{L}[\p{L}'’-]+(?:\s\p{Lu}[\p{L}'’-]+){0,2}",
        digits=1,
        hint=r"\d[a-z]?(?:\s?(?:bis|ter))?,?\s(?:rue|av|boulevard|bd|chemin|impasse|allée|quai|place|route)",
    ),
    # With a part of the house before it the street needs no number.
    rule(
        "address",
        rf"(?:(?:{_PART},?\s+){{1,3}}(?:(?<![\w.,:]){_NUMBER},?\s+)?|"
        rf"(?:\b(?i:no|number|num)\.?\s?)?(?<![\w.,:/-]){_NUMBER},?\s+)"
        rf"{_NAME}(?i:{_STREET})\b{_BEHIND}",
        digits=1,
        hint=_TO_STREET,
    ),
    rule(
        "address",
        rf"(?:(?i:{_PART}),?\s+)?(?:\b(?i:no|number|num)\.?\s?)?(?<![\w.,:/-]){_NUMBER},?\s+"
        rf"(?!(?:{_ORDINARY})\s)[a-z'’-]{{3,}}\s+(?:{_SAID})\b",
        digits=1,
        hint=_TO_STREET,
    ),
    rule(
        "address",
        rf"{_PART},?\s+\d{{1,4}}[A-Za-z]?\s+\p{{Lu}}\p{{L}}{{3,}}\b",
        digits=2,
        hint=r"\d[a-z]?,?\s+\d{1,4}[a-z]?\s+\w",
    ),
    rule(
        "address",
        rf"\b(?:The\s)?(?:\p{{Lu}}[\w'’-]+\s){{1,2}}(?:Cottage|Farm|Farmhouse|House|Lodge|Barn|Bungalow|Villa|Forge),\s"
        rf"(?:\d{{1,4}}\s)?(?:\p{{Lu}}[\w'’-]+\s){{1,2}}(?:{_STREET})\b",
        signs="cottage, farm, farmhouse, house, lodge, barn, bungalow, villa, forge,",
    ),
    rule(
        "address",
        r"(?i)\b(?:P\.?\s?O\.?\s?Box|Postfach|Postbus|Apartado(?:\sde\sCorreos)?|Casella\sPostale)\s?(?:no\.?\s?)?"
        r"\d{1,6}\b",
        digits=1,
        signs="box postfach postbus apartado casella",
    ),
    rule(
        "address",
        rf"\b\p{{Lu}}[\p{{L}}-]{{2,}}{_GERMANIC}\s?{_HOUSE}",
        digits=1,
        signs="straß strasse straat str. gasse weg platz allee ufer laan gracht kade plein dijk gat väg vej veien",
    ),
    rule(
        "address",
        rf"\b{_ROMANCE}\s{_OF}?(?:\p{{Lu}}[\p{{L}}'’.-]+\s?){{1,3}}(?<=\s|\p{{L}})"
        # Behind a comma the number may well begin what comes next: `on the way to Via Mulino, 4 guests are safe`.
        rf"(?:\s?n[.°o]\s?{_HOUSE}|{_HOUSE}|,\s?{_HOUSE}(?!\s\p{{Ll}}))",
        digits=1,
        signs="via_ viale_ piazza_ corso_ vicolo_ calle_ avenida_ avda av. plaza_ paseo_ rua_ travessa_ praça_",
    ),
]
