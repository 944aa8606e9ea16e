"""`floodmark image`: the environments that stages run in, built, checked and carried to other machines."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from floodmark.containers.inputs import IMAGES


@click.group()
def image() -> None:
    """The images that stages run in when FLOODMARK_ENGINE is docker, podman or apptainer."""


@image.command(epilog="Example:\n\n  floodmark image lock")
def lock() -> None:
    """Write docker/<image>.lock.json: what each image is built from. No engine is needed."""
    from floodmark.containers.inputs import write_locks

    write_locks(Path())


@image.command(
    epilog="\b\nExamples:\n  floodmark image build\n  floodmark image build geo --engine docker\n"
    "  floodmark image build --base mirror.example/python:3.11-slim-bookworm\n"
    "  floodmark image build cuda --wheels ~/wheels"
)
@click.argument("images", nargs=-1, type=click.Choice(IMAGES))
@click.option("--engine", help="podman or docker; else what FLOODMARK_ENGINE names, else the one that is installed.")
@click.option("--base", help="Where to take the locked base from, such as a mirror.")
@click.option(
    "--wheels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of wheels to prefer, such as a torch without CUDA.",
)
def build(images: tuple[str, ...], engine: str | None, base: str | None, wheels: Path | None) -> None:
    """Build IMAGES (both, if none is named) from the locked inputs, and put them on record."""
    from floodmark.containers import build as building

    builder = building.pick_builder(engine)
    for name in images or IMAGES:
        building.build(Path.cwd(), name, builder, base=base, wheels=wheels)


@image.command(epilog="\b\nExamples:\n  floodmark image check\n  FLOODMARK_ENGINE=podman floodmark image check")
def check() -> None:
    """Say whether each image on record may run, and why not; exits with 1 if one may not."""
    from floodmark.containers.engines import ENGINES
    from floodmark.containers.record import read_record
    from floodmark.containers.verify import problem

    found = [(name, engine) for name in IMAGES for engine in ENGINES if read_record(Path.cwd(), name, engine)]
    problems = [(name, engine, problem(Path.cwd(), name, engine)) for name, engine in found]
    for name, engine, what in problems:
        record = read_record(Path.cwd(), name, engine)
        torch = f", with torch {record.torch}" if record and record.torch else ""
        click.echo(f"{name} ({engine}): {what or f'built from the locked inputs, and the same since{torch}'}")
    if not found:
        click.echo("no image was built here: run `make image`; without one, stages run with FLOODMARK_ENGINE=local")
    sys.exit(1 if any(what for *_, what in problems) else 0)


@image.command(epilog="Example:\n\n  floodmark image save geo --archive geo.tar")
@click.argument("name", metavar="IMAGE", type=click.Choice(IMAGES))
@click.option("--archive", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.option("--engine", help="podman or docker; else what FLOODMARK_ENGINE names, else the one that is installed.")
def save(name: str, archive: Path, engine: str | None) -> None:
    """Write IMAGE to an archive, for a machine on which nothing can be built."""
    from floodmark.containers.archive import save as write
    from floodmark.containers.build import pick_builder

    write(Path.cwd(), name, pick_builder(engine), archive.absolute())


@image.command(epilog="Example:\n\n  floodmark image convert geo --archive geo.tar")
@click.argument("name", metavar="IMAGE", type=click.Choice(IMAGES))
@click.option(
    "--archive",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that `floodmark image save` wrote.",
)
def convert(name: str, archive: Path) -> None:
    """Make the SIF file of IMAGE that FLOODMARK_ENGINE=apptainer runs."""
    from floodmark.containers.archive import convert as make

    record = make(Path.cwd(), name, archive.absolute())
    click.echo(f"{record.name} is on record")
