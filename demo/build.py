"""Generates the embedded dataset: `python -m demo.build FOLDER [--size full|tiny]`, from the repository root.

Both halves, land and people, go into FOLDER in the layout of `data/`; equal sizes give equal bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from demo.people import write_people
from demo.sizes import SIZES, Sizes
from floodmark.tweets.key import list_files

if TYPE_CHECKING:
    from demo.people import People

FOLDERS = ("radar", "heightmap", "water", "tweets", "media", "labels", "vectors", "clip")
PLANTED = Path(__file__).with_name("planted.json")
PUBLIC = Path(__file__).with_name("public.files")
"""The people's files that the public key is for: beside any others `anonymise` refuses it."""


def build(folder: Path, sizes: Sizes) -> People:
    """Write a whole dataset.

    Args:
        folder: New or empty.
        sizes: How much of everything.

    Returns:
        What the people's half consists of.
    """
    from demo.land import write_land

    folder.mkdir(parents=True, exist_ok=True)
    write_land(folder, sizes.storms)
    people = write_people(folder, sizes)
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
        if not any((folder / name).iterdir()):
            (folder / name / ".keep").touch()
    return people


def listing(folder: Path) -> str:
    """A table of the folders: files and bytes."""
    rows, total = [], 0
    for name in FOLDERS:
        sizes = [path.stat().st_size for path in (folder / name).iterdir()]
        total += sum(sizes)
        rows.append(f"{name:<10} {len(sizes):>6} files {sum(sizes) / 2**20:>8.2f} MiB")
    return "\n".join([*rows, f"{'in all':<10} {'':>12} {total / 2**20:>8.2f} MiB"])


def counts(people: People) -> str:
    """What the tweets are, in a few lines."""
    posts = people.posts
    originals = [post for post in posts if not (post.reference and post.reference[0] == "retweeted")]
    emoji = [post for post in originals if post.emoji_class]
    rows = {
        "tweets": len(posts),
        "with class emoji, retweets aside": len(emoji),
        "of these positive": sum(post.emoji_class > 0 for post in emoji),
        "of these with a usable photo": sum(post.media == "photo" for post in emoji),
        "retweets": len(posts) - len(originals),
        "replies": sum(post.reference is not None and post.reference[0] == "replied_to" for post in posts),
        "accounts": len({post.author.number for post in posts}),
        "planted values": sum(len(found) for found in people.planted.listing().values()),
    }
    return "\n".join(f"{name:<34} {count:>7}" for name, count in rows.items())


def main() -> int:
    """Build into the folder named on the command line; 2 where that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m demo.build", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write; new or empty unless --force is given")
    parser.add_argument("--size", choices=sorted(SIZES), default="full", help="how much of everything (default: full)")
    parser.add_argument(
        "--force",
        action="store_true",
        help="write into a folder that is not empty; files of the same name are replaced",
    )
    parser.add_argument(
        "--write-planted", action="store_true", help=f"renew {PLANTED.name} after a change to the generator"
    )
    parser.add_argument(
        "--write-public",
        action="store_true",
        help=f"renew {PUBLIC.name} after a change to the generator: the public key is for the files it lists only",
    )
    options = parser.parse_args()
    folder: Path = options.folder
    if folder.is_dir() and any(folder.iterdir()) and not options.force:
        print(f"{folder} is not empty: name another folder, or add --force to write into this one", file=sys.stderr)
        return 2
    started = time.monotonic()
    people = build(folder, SIZES[options.size])
    print(listing(folder), counts(people), sep="\n\n")
    print(f"\ndone in {time.monotonic() - started:.0f} s")
    files = list_files(folder)
    if options.write_planted and options.size == "full":
        people.planted.write(PLANTED)
    if options.write_public:
        PUBLIC.write_text(files, encoding="utf-8", newline="\n")
    if options.size == "full":
        return complain(people, files)
    return 0


def complain(people: People, files: str) -> int:
    """Say which committed listing of the full size is not that of what was made; 2 if one is not."""
    planted = json.loads(PLANTED.read_text(encoding="utf-8")) if PLANTED.exists() else None
    stale = []
    if planted != people.planted.listing():
        stale.append(f"{PLANTED} does not list what was planted: run again with --write-planted and commit it")
    if not PUBLIC.exists() or PUBLIC.read_text(encoding="utf-8") != files:
        stale.append(f"{PUBLIC} does not list the files that were made: run again with --write-public and commit it")
    for line in stale:
        print(line, file=sys.stderr)
    return 2 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
