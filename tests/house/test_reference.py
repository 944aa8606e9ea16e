"""What documents itself is up to date, and nothing was left to be filled in."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from floodmark.dag import PIPELINE, RESULTS, read_stages
from tests.house import findings
from tests.house.picture import draw
from tests.house.reference import END, START, columns_page, params_page, readme

PROSE = [Path("README.md"), *sorted(Path("docs").rglob("*.md"))]


def test_the_pages_of_params_and_columns_and_the_picture_are_those_of_the_code():
    assert Path("docs/reference/params.md").read_text(encoding="utf-8") == params_page(), "run `make docs`"
    assert Path("docs/reference/columns.md").read_text(encoding="utf-8") == columns_page(), "run `make docs`"
    assert Path("docs/pipeline.svg").read_text(encoding="utf-8") == draw(Path(".")), "run `make docs`"


def test_the_readme_lists_every_system_with_its_target():
    # Scores differ by machine once the pipeline has run here; names and targets do not.
    def names(text):
        table = text.split(START)[1].split(END)[0].strip().splitlines()[2:]
        return [line.split("|")[1:3] for line in table]

    assert names(Path("README.md").read_text(encoding="utf-8")) == names(readme())


@pytest.mark.parametrize("name", findings.PAGES)
def test_the_tables_of_findings_are_those_of_the_results(name):
    """Those of the files as committed, or as they are: here somebody may have computed the results anew."""
    text = Path(name).read_text(encoding="utf-8")
    assert len(findings.MARKER.findall(text)) == text.count("<!-- table: ") > 0
    assert text in (findings.filled(text), findings.filled(text, findings.committed)), "run `make docs`"


def test_a_table_of_an_absent_or_empty_file_is_an_error(tmp_path):
    page = "<!-- table: effects {} | emoji -->\n<!-- end of table -->\n"
    with pytest.raises(FileNotFoundError):
        findings.filled(page.format(tmp_path / "absent.csv"))
    (tmp_path / "empty.csv").write_text("effect,scored_on\n")
    with pytest.raises(ValueError, match="holds no row"):
        findings.filled(page.format(tmp_path / "empty.csv"))


def test_a_table_of_findings_holds_the_figures_of_its_file(tmp_path):
    path = tmp_path / "effects.csv"
    path.write_text(
        "effect,first,second,confidence,scored_on,n,difference,low,high\n"
        "images,both,text_only,0.75,emoji,100,0.123,0.05,0.2\n"
        'images,both,text_only,0.75,"emoji, own photo",20,-0.01,-0.1,0.08\n'
    )
    page = f"before\n<!-- table: effects {path} | emoji; emoji, own photo -->\nold\n<!-- end of table -->\nafter\n"
    lines = findings.filled(page).splitlines()
    assert lines[2] == "| effect | confidence | emoji, 100 rows | emoji, own photo, 20 rows |"
    assert lines[4] == "| images | 0.75 | **+0.12 (+0.05 to +0.20)** | −0.01 (−0.10 to +0.08) |"
    assert (lines[0], lines[-1]) == ("before", "after")
    assert findings.filled(findings.filled(page)) == findings.filled(page)


@pytest.mark.parametrize("path", PROSE, ids=str)
def test_no_placeholder_is_left(path):
    assert not re.search(r"@[A-Z]{3,}@|\b(?:TODO|TBD|LONG)\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PROSE, ids=str)
def test_links_within_the_repository_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("pipeline", [PIPELINE, RESULTS])
def test_the_committed_lock_covers_every_stage(pipeline):
    lock = YAML(typ="safe").load(Path(pipeline).with_suffix(".lock").read_text(encoding="utf-8"))
    assert set(lock["stages"]) == set(read_stages(Path(), pipeline))
