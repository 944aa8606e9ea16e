"""What a small archive knows, without reading one."""

from floodmark.tweets.gathering import gather
from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.known import Known

RAW = {
    "id": "345678901234567001",
    "author": {"id": "7001234567", "username": "orla_quill7", "name": "Orla Quillbeck"},
    "user": {"id": "91234567", "username": "kestrelmere", "name": "Cllr Ottoline Hawkweed 🌊"},
    "media": [{"media_key": "3_99887766554", "url": "https://pbs.twimg.com/media/ZyXw98765.jpg"}],
    "geo": {"coordinates": {"coordinates": [-0.336714, 53.745712]}},
    "includes": {"users": [{"id": "7001234568", "username": "photo", "name": "Zoë Ñandú"}]},
}
WRITTEN = {
    "id": "345678901234567001",
    "user id": "7001234567",
    "user name": "orla_quill7",
    "display name": "Orla Quillbeck",
    "name beyond ASCII": "Zoë Ñandú",
    "one-word name": "kestrelmere",
    "part of a name": "Ottoline Hawkweed",
    "media key": "3_99887766554",
    "file of a link": "ZyXw98765.jpg",
    "link": "pbs.twimg.com/media/ZyXw98765.jpg",
    "coordinates": "53.745712, -0.336714",
}
"""How each kind of identifier may be written in a text."""


def knows(folder, *values):
    """What raw JSON values name persons by."""
    found = Identifiers()
    for value in values or (RAW,):
        found.collect(value)
    folder.mkdir(parents=True, exist_ok=True)
    gather(found, folder / "gathered")
    return Known([folder / "gathered"], folder / "known")
