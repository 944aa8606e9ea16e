"""A table of edits and the stages they may touch: nothing else becomes stale."""

import json
from pathlib import Path

import pytest

from floodmark.dag import PIPELINE, read_stages
from tests.pipeline.projects import call

pytestmark = pytest.mark.slow


def stale(project):
    """Addresses of the stages of the first pipeline whose own deps, params or command changed."""
    report = json.loads(call(project, "dvc", "status", "--json", PIPELINE).stdout)
    return set(report) - {"data.dvc"}


def append(name, text):
    def edit(project):
        path = project / name
        path.write_text(path.read_text() + text)

    return edit


def replace(name, old, new):
    def edit(project):
        path = project / name
        text = path.read_text()
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1))

    return edit


NOTHING = [
    ("a description", replace("dvc.yaml", "desc: LDA topics of all tweets", "desc: Topics")),
    ("a plot's title", replace("dvc.yaml", "title: Text models", "title: Models of text")),
    ("a development pin", replace("constraints.txt", "pytest==", "pytest==99.")),
    ("a comment in the params", append("params.yaml", "\n# a remark\n")),
    ("the launcher", append("src/floodmark/launcher.py", "\n# a remark\n")),
    ("how a stage is started", append("src/floodmark/starting.py", "\n# a remark\n")),
    ("how a container is run", append("src/floodmark/containers/run.py", "\n# a remark\n")),
    ("the Dockerfile, its lock being what it was", append("docker/Dockerfile", "\n# a remark\n")),
    ("what a stage asks SLURM for", replace("dvc.yaml", "      image: geo\n", "      image: geo\n      remark: 1\n")),
    ("the mirror into MLflow", append("src/floodmark/tracking.py", "\n# a remark\n")),
    ("what is mirrored", append("src/floodmark/mirror.py", "\n# a remark\n")),
    ("a test", lambda project: (project / "tests").mkdir() or (project / "tests/test_new.py").write_text("")),
    ("the README", append("README.md", "\nA remark.\n")),
    ("the command line", append("src/floodmark/cli.py", "\n# a remark\n")),
]


def test_edits_that_touch_no_stage(project):
    """All of them at once: each would be found by what it made stale."""
    for _, edit in NOTHING:
        edit(project)
    assert stale(project) == set()


GEO = {stage.address for stage in read_stages(Path()).values() if "docker/geo.lock.json" in stage.deps}
SOME = [
    ("how the report looks", "src/floodmark/report/page.py", {"report"}),
    ("how maps are drawn", "src/floodmark/water/maps.py", {"evaluate_water"}),
    ("the topic model", "src/floodmark/sentiment/topics.py", {"find_topics"}),
    ("the solver", "src/floodmark/hydraulics/kernel.py", {"make_water", "make_windows"}),
    ("what the image geo is built from", "docker/geo.lock.json", GEO),
    ("the scrubber", "src/floodmark/tweets/scrub.py", {"anonymise"}),
]


@pytest.mark.parametrize(("name", "touched"), [row[1:] for row in SOME], ids=[row[0] for row in SOME])
def test_an_edit_touches_the_stages_that_import_it_and_no_other(project, name, touched):
    append(name, "\n# a remark\n")(project)
    assert stale(project) == touched


def test_a_leaf_of_the_params_touches_the_stages_that_read_it(project):
    replace("params.yaml", "candidate_threshold: 0.75", "candidate_threshold: 0.8")(project)
    touched = stale(project)
    assert "augment" in touched
    assert not touched & {"embed", "train_text@lstm", "make_water", "find_topics"}


def test_a_matrix_entry_touches_only_its_own_model(project):
    path = project / "params.yaml"
    text = path.read_text()
    head, tail = text.split("  transformer:\n", 1)
    path.write_text(head + "  transformer:\n" + tail.replace("dropout: ", "dropout: 0.0", 1))
    assert stale(project) == {"train_text@transformer"}
