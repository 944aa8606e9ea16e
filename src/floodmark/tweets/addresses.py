"""How addresses are written in Britain and overseas: a number and a street, in the order of the country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.tweets.rule import rule

if TYPE_CHECKING:
    import regex

_STREET = (
    "Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Close|Drive|Dr|Way|Court|Ct|Crescent|Cres|Terrace|Ter|Place|Pl|Gardens|Gdns|"
    "Grove|Hill|Square|Sq|Row|Mews|Walk|Park|View|Rise|Parade|Boulevard|Blvd|Green|Quay|Wharf|Bank|Croft|Fold|Yard|"
    "Approach|Alley|Esplanade|Embankment|Parkway|Pkwy|Highway|Hwy|Trail|Chase|Vale"
)
# Streets of one word that stand in many towns, or in towns that were under water. Towns and people are none, whatever
# they end with (`3 Margate homes`, `20 Harrogate crews`), nor is what is counted: `200 Poultry dead`.
_ALONE = (
    "Aldgate|Bishopsgate|Briggate|Broadway|Canongate|Castlegate|Cheapside|Churchgate|Coppergate|Cornhill|Cowgate|Deansgate|"
    "Eastgate|Fishergate|Fossgate|Friargate|Gallowgate|Gillygate|Goodramgate|Grassmarket|Haymarket|Headrow|Kingsgate|"
    "Kingsway|Kirkgate|Lawnmarket|Lowgate|Marygate|Micklegate|Millgate|Moorgate|Northgate|Petergate|Piccadilly|Queensway|"
    "Saltmarket|Shambles|Skeldergate|Southgate|Stonegate|Strand|Trongate|Walmgate|Westgate|Whitefriargate|Whitehall"
)
# What else has a number before such a name: lines of buses, lists, dates.
_NUMBERED = (
    r"(?<!\b(?i:bus|buses|route|service|line|platform|stop|stand|gate|page|exit|junction|jct|tram|train|"
    r"jan|january|feb|february|march|april|may|june|july|aug|august|sept?|september|oct|october|nov|november|dec|december"
    r")\.?\s)"
)
_VISITED = (
    "shows?|plays?|musicals?|theatres?|tickets?|stars?|songs?|hits?|bus|buses|trains?|trams?|line|lines|tunnels?|station|"
    "stations|lanes|people|residents|homes|houses|flats|families|shops|stores|stalls|businesses|pubs|traders|pupils|students|"
    "staff|fans|games|roads|streets|pumps|crews|sandbags"
)
_SAID = "street|road|lane|avenue|close|drive|crescent|terrace|gardens|grove|mews"
_UNITS = "flat|apartment|apt|unit|house|suite|room|blk|block|lot|bldg|villa"
_PART = rf"(?i:{_UNITS})\.?\s?#?\d{{1,4}}[A-Za-z]?"
_NUMBER = r"\d{1,5}[A-Za-z]?(?:[-–/]\d{1,5}[A-Za-z]?)?"
_COMPASS = r"(?:[NS]\.?[EW]|[NSEW])"
_CAPITALS = r"(?:\p{Lu}\s+)?(?:(?!(?i:am|pm)\b)\p{Lu}[\w'’-]+\.?\s+){1,3}"
_NAME = rf"(?:{_COMPASS}\.?\s+)?(?:{_CAPITALS}|\d{{1,3}}(?:st|nd|rd|th)\s+)"
_BEHIND = rf"(?:\s{_COMPASS}(?!\w))?(?:,?\s(?i:apt|unit|suite|ste|flat)\.?\s?#?\d{{1,4}}[A-Za-z]?\b)?"
_ORDINARY = (
    "more|other|main|of|for|on|and|the|local|major|minor|closed|lane|way|mile|metre|meter|hour|day|week|foot|inch|new"
)
_COUNTED = (
    "people|persons|adults|kids|children|babies|families|homes|houses|flats|cars|roads|streets|villages|towns|minutes|mins|"
    "hours|days|weeks|months|years|miles|metres|meters|feet|inches|yards|from|near|outside|along|down|across|around|with|"
    "after|before|this|that|these|those|were|have|been|degrees|percent|pounds|pumps|bags|sandbags|boats|officers|crews"
)
_OF = r"(?:(?:de(?:\s(?:la|las|los))?|du|des|del|della|dei|degli|delle|da|das|do|dos)\s|(?:de\sl|d|dell)['’]\s?)"
# Behind the number of a house come words; a height, a time or a year is told by what is counted.
_HOUSE = r"\d{1,4}\s?[a-zA-Z]?(?![\w%]|[.,:]\d|\s?(?:mm|cm|m|km|h|hrs?|uhr|min|mins|anni|años)\b)"
_GERMANIC = r"(?i:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|ufer|straat|laan|gracht|kade|plein|dijk)"
_ROMANCE = r"(?:Via|Viale|Piazza|Corso|Calle|Avenida|Avda\.?|Av\.|Plaza|Paseo|Rua|Praça)"
_FRENCH = r"(?i:rue|avenue|av\.|boulevard|bd|chemin|impasse|allée|quai)"


def _is_house(match: regex.Match[str]) -> bool:
    """One house, or some of one side of a street as in Britain: after `won 1-0` and `lost 1-2` comes a manager."""
    return match.group(2) is None or (int(match.group(2)) - int(match.group(1))) in range(2, 40, 2)


ADDRESSES = [
    rule(
        "address",
        rf"(?<![\w.,:]){_NUMBER}(?:\s?(?:bis|ter))?,?\s(?:{_FRENCH}\s(?:{_OF}|l[ae]s?\s|l['’])?|(?i:place|route)\s{_OF})"
        r"(?!the\b)\p{L}[\p{L}'’-]+(?:\s\p{Lu}[\p{L}'’-]+){0,2}",
        digits=1,
    ),
    # With a part of the house before it the street needs no number.
    rule(
        "address",
        rf"(?:(?:{_PART},?\s+){{1,3}}(?:(?<![\w.,:]){_NUMBER},?\s+)?|"
        rf"(?:\b(?i:no|number|num)\.?\s?)?(?<![\w.,:/-]){_NUMBER},?\s+)"
        rf"{_NAME}(?i:{_STREET})\b{_BEHIND}",
        digits=1,
    ),
    rule(
        "address",
        rf"(?:(?i:{_PART}),?\s+)?(?:\b(?i:no|number|num)\.?\s?)?(?<![\w.,:/-]){_NUMBER},?\s+"
        rf"(?!(?:{_ORDINARY})\s)[a-z'’-]{{3,}}\s+(?:{_SAID})\b",
        digits=1,
    ),
    # A street of one word, behind a number that is neither a year nor a time in four digits.
    rule(
        "address",
        rf"(?:(?i:{_PART}),?\s+)?(?:\b(?i:no|number|num)\.?\s?)?{_NUMBERED}(?<![\w.,:/£$€-])([1-9]\d{{0,2}})(?:[a-eA-E]|[-–]([1-9]\d{{0,2}}))?,?\s"
        rf"(?:(?i:the)\s)?(?=\p{{Lu}})(?i:{_ALONE})(?![\w-]|\s(?i:{_VISITED})\b)",
        _is_house,
        digits=1,
    ),
    # In small letters a street may be short, behind a number of two digits or more and words that count nothing.
    rule(
        "address",
        rf"(?<![\w.,:/£$€-])\d{{2,4}}\s(?:[a-z]\s)?(?:(?!(?:{_ORDINARY}|{_COUNTED})\b)[a-z'’-]{{4,}}\s){{1,2}}"
        r"(?:st|ave|rd|blvd)\b(?!\s(?:albans|ives|james|johns?|pauls?|peters?|marys?)\b)",
        digits=2,
    ),
    rule(
        "address",
        rf"{_PART},?\s+\d{{1,4}}[A-Za-z]?\s+\p{{Lu}}\p{{L}}{{3,}}\b",
        digits=2,
    ),
    rule(
        "address",
        rf"\b(?:The\s)?(?:\p{{Lu}}[\w'’-]+\s){{1,2}}(?:Cottage|Farm|House|Lodge|Barn|Forge),\s"
        rf"(?:\d{{1,4}}\s)?(?:\p{{Lu}}[\w'’-]+\s){{1,2}}(?:{_STREET})\b",
    ),
    rule(
        "address",
        r"(?i)\b(?:P\.?\s?O\.?\s?Box|Postfach|Postbus|Apartado(?:\sde\sCorreos)?|Casella\sPostale)\s?(?:no\.?\s?)?"
        r"\d{1,6}\b",
        digits=1,
    ),
    rule(
        "address",
        rf"\b\p{{Lu}}[\p{{L}}-]{{2,40}}{_GERMANIC}\s?{_HOUSE}",
        digits=1,
    ),
    rule(
        "address",
        rf"(?:\b{_ROMANCE}|(?<=\b(?:in|di|da|alla)\s)via)\s{_OF}?(?:\p{{Lu}}[\p{{L}}'’.-]+\s?){{1,3}}(?<=\s|\p{{L}})"
        # Behind a comma the number may well begin what comes next: `on the way to Via Mulino, 4 guests are safe`.
        rf"(?:\s?n[.°o]\s?{_HOUSE}|{_HOUSE}|,\s?{_HOUSE}(?!\s\p{{Ll}}))",
        digits=1,
    ),
]
