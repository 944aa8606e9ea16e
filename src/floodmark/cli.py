"""The `floodmark` command: what is not a stage of the pipeline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from floodmark.containers.command import image
from floodmark.errors import UserError
from floodmark.hydraulics.alone.command import simulate
from floodmark.water.forecast.command import export_onnx, predict


class Polite(click.Group):
    """A group whose commands show a user's mistake as one message and exit with status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(f"floodmark: {error}", err=True)
            sys.exit(2)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        # Imported here, not for `click.version_option`: what it brings along takes longer than most of these commands.
        from floodmark.hydraulics.alone.defaults import VERSION

        click.echo(f"floodmark {VERSION}")
        ctx.exit()


@click.group(cls=Polite, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Say the version and exit."
)
def main() -> None:
    """From rainfall radar and tweets to flood maps and sentiment. The pipeline itself is run by `dvc repro`."""


main.add_command(image)
main.add_command(simulate)
main.add_command(predict)
main.add_command(export_onnx)


@main.group()
def study() -> None:
    """Studies: the pipeline on data of your own."""


@study.command("new", epilog="Example:\n\n  floodmark study new ~/calder-2015 --data ~/calder-data")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder laid out like data/, with an optional params.yaml laid over the project's.",
)
@click.option("--link", is_flag=True, help="Hard-link instead of copying; the originals become read-only.")
def study_new(folder: Path, data: Path, link: bool) -> None:
    """Make FOLDER a study of --data: a clone of this project with a pseudonym key of its own."""
    from floodmark.study import new_study

    new_study(_root(), folder.absolute(), data.absolute(), link=link)


@main.group()
def keys() -> None:
    """The key that turns names and ids into pseudonyms."""


@keys.command("new", epilog="Example:\n\n  floodmark keys new")
def keys_new() -> None:
    """Make .floodmark/key (secret, never committed) and key.fingerprint (to be committed)."""
    from floodmark.tweets.key import create_key, is_public

    demonstration = is_public(_root())
    create_key(_root())
    click.echo("wrote .floodmark/key and key.fingerprint; commit the fingerprint, keep the key safe")
    if demonstration:
        click.echo(
            "note: the fingerprint was the demonstration's, whose pseudonyms and scores will no longer be those of the "
            "README (git checkout key.fingerprint and moving .floodmark/key away undo it); people's tweets belong into "
            "a study, which has a key of its own: floodmark study new STUDY --data FOLDER"
        )


@keys.command("check", epilog="Example:\n\n  floodmark keys check")
def keys_check() -> None:
    """Say whether the key fits the committed fingerprint."""
    from floodmark.tweets.key import check_key

    click.echo(check_key(_root()))


@main.command(
    epilog="Examples:\n\n  floodmark audit outputs --against data/tweets --labels data/labels\n\n"
    "  floodmark audit paper.zip --against data/tweets --media data/media --json leaks.json"
)
@click.argument("dir_", metavar="DIR", type=click.Path(exists=True, path_type=Path))
@click.option("--against", required=True, type=click.Path(path_type=Path), help="Folder of the raw archive.")
@click.option(
    "--labels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the raw human labels, whose annotators are looked for too.",
)
@click.option(
    "--media",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the raw photos, whose copies byte for byte are looked for too.",
)
@click.option("--json", "json_", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to a file.")
def audit(dir_: Path, against: Path, labels: Path | None, media: Path | None, json_: Path | None) -> None:
    """Search DIR, a folder or a file, for any identifier of a raw archive; status 1 if one is found.

    Ids, names, links and coordinates are looked for as written, in other case and look-alike letters, URL-encoded,
    escaped, in base64 and in hexadecimal digits: in texts, tables, databases, arrays, metadata, what is packed, names
    of files, and bytes. Places are told, never what stands there. What could not be read is told, and no success; a PDF
    never is, for what it draws may be no letters. What of the archive was not read is told too: *.jsonl and *.json are,
    gzipped or not.

    It cannot tell: ids and numbers of under 7 digits, names of under 4 letters, one-word names that are words of the
    archive's tweets or of this program's tables, one-word names among bare bytes, and anything in pixels, in encrypted
    files or in other words (docs/how-to/audit.md).
    """
    from floodmark.tweets.command import run_audit

    sys.exit(run_audit(_root(), dir_, against, labels, media, json_))


@main.command(
    epilog="Examples:\n\n  floodmark params\n\n  floodmark params --lay presets/gpu.yaml\n\n  floodmark params --write"
)
@click.option("--write", is_flag=True, help="Write params.schema.json.")
@click.option(
    "--lay",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Lay the keys of a file, such as a preset, over params.yaml.",
)
def params(write: bool, lay: Path | None) -> None:
    """Check params.yaml as a whole, and say what is wrong with it."""
    from floodmark import overlay
    from floodmark.settings.every import check_params, read_file, schema
    from floodmark.storage import write_text

    if lay is not None:
        overlay.lay(_root() / "params.yaml", [read_file(lay)], str(lay))
    check_params(read_file(_root() / "params.yaml"), "params.yaml")
    if write:
        write_text(_root() / "params.schema.json", schema())
    click.echo("params.yaml is valid")


@main.command(epilog="Example:\n\n  floodmark mlflow && mlflow ui --backend-store-uri sqlite:///mlflow.db")
@click.option("--fresh", is_flag=True, help="What is timed here ran for these outputs, as in a clone made for one run.")
def mlflow(fresh: bool) -> None:
    """Record the outputs that lie here into MLflow, those that DVC took from its cache included."""
    import os

    from floodmark.tracking import UnreachableError, project_root, record, tracking_uri

    os.chdir(_root())
    try:
        record([], everything=True, fresh=fresh)
    except UnreachableError as error:
        raise UserError(str(error)) from error
    click.echo(f"recorded; open it with: mlflow ui --backend-store-uri {tracking_uri(project_root())}")


@main.command(
    epilog="Examples:\n\n  floodmark doctor\n\n  floodmark doctor --json | jq .count\n\n"
    "  floodmark doctor --clip data/clip --record   (where the weights are known to be right)\n\n"
    "  floodmark doctor --clip data/clip            (wherever they have travelled to)"
)
@click.option("--json", "json_", is_flag=True, help="Print one JSON object instead (docs/how-to/doctor.md).")
@click.option(
    "--clip",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Examine CLIP weights instead: a folder with open_clip_config.json and open_clip_model.safetensors.",
)
@click.option("--record", is_flag=True, help="With --clip: keep the cosines, to be compared with from now on.")
def doctor(json_: bool, clip: Path | None, record: bool) -> None:
    """Look at what a run needs here, each line ok, warning or problem with the next step; status 1 with a problem.

    With --clip, check instead that CLIP weights and their preprocessing are what they were, by fixed cosines of fixed
    pairs.
    """
    if clip is not None:
        if json_:
            raise click.UsageError("--json is of the report, not of --clip")
        _examine_clip(clip, record)
        return
    if record:
        raise click.UsageError("--record needs --clip")
    from floodmark.doctor.finding import State
    from floodmark.doctor.runner import examine
    from floodmark.doctor.show import as_json, show

    root = _root()
    findings = examine(root)
    if json_:
        click.echo(as_json(root, findings))
    else:
        show(findings)
    if any(finding.state is State.PROBLEM for finding in findings):
        sys.exit(1)


def _examine_clip(clip: Path, record: bool) -> None:
    """Compare CLIP's cosines with the recorded ones, or record them."""
    from floodmark.sentiment import clip_doctor

    health = clip_doctor.examine(clip)
    right = round(health.own_first * len(clip_doctor.pictures()))
    click.echo(f"{right} of {len(clip_doctor.pictures())} drawn shapes are nearest to their own caption (by chance: 1)")
    if record:
        clip_doctor.record(clip, health)
        click.echo(f"recorded {len(health.cosines)} cosines in {clip / clip_doctor.RECORD}")
    elif health.furthest is None:
        click.echo(f"{clip} holds no {clip_doctor.RECORD}: run with --record where you trust the model")
    elif health.furthest > clip_doctor.TOLERANCE:
        raise UserError(
            f"{clip}: cosines differ from the recorded ones by up to {health.furthest:.4f}, allowed "
            f"{clip_doctor.TOLERANCE}: weights or preprocessing are not what they were; fetch the folder again"
        )
    else:
        click.echo(f"cosines are the recorded ones within {health.furthest:.6f} (allowed {clip_doctor.TOLERANCE})")


def _root() -> Path:
    """The project the command is run in."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "dvc.yaml").is_file() and (folder / "params.yaml").is_file():
            return folder
    raise UserError(f"{here} lies in no Floodmark project: change into one (it has dvc.yaml and params.yaml)")


if __name__ == "__main__":
    main(prog_name="floodmark")
