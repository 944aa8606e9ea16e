"""What documents itself is up to date, and nothing was left to be filled in."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from floodmark.dag import read_stages
from tests.house.picture import draw
from tests.house.reference import END, START, params_page, readme

PROSE = [Path("README.md"), *sorted(Path("docs").rglob("*.md"))]


def test_the_params_page_and_the_picture_are_those_of_the_code():
    assert Path("docs/reference/params.md").read_text(encoding="utf-8") == params_page(), "run `make docs`"
    assert Path("docs/pipeline.svg").read_text(encoding="utf-8") == draw(Path(".")), "run `make docs`"


def test_the_readme_lists_every_system_with_its_target():
    # Scores differ by machine once the pipeline has run here; names and targets do not.
    def names(text):
        table = text.split(START)[1].split(END)[0].strip().splitlines()[2:]
        return [line.split("|")[1:3] for line in table]

    assert names(Path("README.md").read_text(encoding="utf-8")) == names(readme())


@pytest.mark.parametrize("path", PROSE, ids=str)
def test_no_placeholder_is_left(path):
    assert not re.search(r"@[A-Z]{3,}@|\bT(?:ODO|BD)\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PROSE, ids=str)
def test_links_within_the_repository_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_committed_lock_covers_every_stage():
    assert set(YAML(typ="safe").load(Path("dvc.lock").read_text(encoding="utf-8"))["stages"]) == set(
        read_stages(Path("."))
    )
