"""`dvc repro` as a DVC user knows it: nothing runs twice, the same bytes come back, experiments and plots work."""

import json
import re
import shutil
import socket
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from floodmark.dag import read_stages
from floodmark.tweets.decode import decode
from tests.pipeline.forget import forget
from tests.pipeline.projects import ROOT, call, commit

pytestmark = pytest.mark.slow


def test_every_stage_ran_and_wrote_what_it_says(tiny_project):
    lock = YAML(typ="safe").load((tiny_project / "dvc.lock").read_text())
    stages = read_stages(tiny_project)
    assert set(lock["stages"]) == set(stages)
    for stage in stages.values():
        assert all((tiny_project / out).exists() for out in stage.outs), stage.address


def test_no_stage_imports_more_of_the_package_than_it_depends_on(tiny_project):
    stages = read_stages(tiny_project)
    notes = {path.name: json.loads(path.read_text()) for path in (tiny_project / "timings/imports").iterdir()}
    assert set(notes) == set(stages)
    for address, imported in notes.items():
        assert set(imported) <= set(stages[address].deps), address


@pytest.mark.parametrize("address", read_stages(ROOT))
def test_a_stage_needs_no_more_than_it_declares_and_gives_the_same_bytes(tiny_project, tmp_path, address):
    stage = read_stages(tiny_project)[address]
    for name in (*stage.deps, "params.yaml", "dvc.yaml"):
        source = tiny_project / name
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    if "demo/public.key" not in stage.deps:
        (tmp_path / "demo").mkdir(exist_ok=True)
        shutil.copy(tiny_project / "demo/public.key", tmp_path / "demo")
    for package in {path.parent for path in (tmp_path / "src").rglob("*.py")}:
        (package / "__init__.py").touch()
    arguments = [stage.value] if stage.value else []
    environment = {"PYTHONPATH": str(tmp_path / "src"), "PYTHONSAFEPATH": "1", "OMP_NUM_THREADS": "1"}
    call(tmp_path, sys.executable, f"stages/{stage.name}.py", *arguments, **environment)
    for out in stage.outs:
        assert differences(tmp_path / out, tiny_project / out) == {}, out


def differences(one, other):
    """Files by name that differ, each with what either holds where they part: a diff of pages takes half an hour."""
    found = {}
    for name in sorted(set(files(one)) | set(files(other))):
        texts = [(path / name).read_bytes() if name in files(path) else b"" for path in (one, other)]
        if texts[0] != texts[1]:
            pairs = enumerate(zip(*texts, strict=False))
            start = next((place for place, pair in pairs if pair[0] != pair[1]), min(map(len, texts)))
            found[name] = [text[max(start - 40, 0) : start + 80] for text in texts]
    return found


def files(path):
    """Names of the files of an output, which is one file or a folder."""
    return ["."] if path.is_file() else [str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()]


def test_the_search_for_differences_finds_each(tmp_path):
    for name, text in (("one/a", "same"), ("one/b/c", "left"), ("two/a", "same"), ("two/b/c", "lent"), ("two/d", "x")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    one, two = tmp_path / "one", tmp_path / "two"
    assert differences(one, two) == {"b/c": [b"left", b"lent"], "d": [b"", b"x"]}
    assert differences(one / "a", two / "a") == differences(one, one) == {}
    assert differences(one / "a", two / "d") == {".": [b"same", b"x"]}


def test_a_second_repro_runs_nothing_in_under_ten_seconds(tiny_project):
    started = time.monotonic()
    result = call(tiny_project, "dvc", "repro")
    assert "Data and pipelines are up to date" in result.stdout + result.stderr
    assert time.monotonic() - started < 10


def telling(project, days):
    """Patterns of what would tell where and when a run was: paths, the host, the home folder, the days it took."""
    paths = {str(project), str(project.resolve()), str(Path.home())}
    # A home of "/" or one name only is part of many a path that names nobody: it only counts with what stands below it.
    yield from (re.escape(path) + ("(?![\\w-])" if path.count("/") > 1 else "/") for path in paths if path != "/")
    host = socket.gethostname()
    # A short or common name is also a word; `localhost` is the same everywhere.
    if len(host) >= 6 and not host.startswith("localhost"):
        yield rf"(?<![\w-]){re.escape(host)}(?![\w-])"
    yield from (re.escape(day.isoformat()) for day in days)


def test_no_machine_path_host_or_time_reaches_an_output(tiny_project):
    timings = [json.loads(path.read_text()) for path in (tiny_project / "timings").glob("*.json")]
    ran = [timing["started"] for timing in timings if "started" in timing]
    zones = (None, UTC)
    days = {datetime.fromtimestamp(moment, zone).date() for moment in ran for zone in zones}
    pattern = re.compile("|".join(telling(tiny_project, days)))
    stages = read_stages(tiny_project).values()
    outs = {tiny_project / out for stage in stages for out in stage.outs}
    found = [
        (" ".join(said.where).removeprefix(f"{tiny_project}/"), hit.group())
        for out in sorted(outs)
        for path in ([out] if out.is_file() else sorted(out.rglob("*")))
        if path.is_file()
        for said in decode(path)
        for text in said.texts.drop_nulls()
        for hit in pattern.finditer(text)
    ]
    assert found == []
    for metric in (metric for stage in stages for metric in stage.metrics):
        assert "seconds" not in (tiny_project / metric).read_text()


def test_the_search_for_machine_path_host_and_time_finds_each(tmp_path, monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "worker-17")
    monkeypatch.setenv("HOME", "/srv")
    pattern = re.compile("|".join(telling(tmp_path, [date(2024, 5, 6)])))
    for text in (f"in {tmp_path}/x", "on worker-17.", "/srv/.cache", "2024-05-06T10:00"):
        assert pattern.search(text), text
    for text in ("/srved", "coworker-17", "worker-170", f"{tmp_path}0", "20240506"):
        assert not pattern.search(text), text
    monkeypatch.setattr(socket, "gethostname", lambda: "localhost")
    monkeypatch.setenv("HOME", "/")
    assert not re.search("|".join(telling(tmp_path, [])), "localhost / data/x")


@pytest.mark.nightly
def test_rebuilding_from_nothing_gives_the_same_lock(project):
    before = (project / "dvc.lock").read_bytes()
    forget(project)
    call(project, "dvc", "repro", OMP_NUM_THREADS="1")
    assert (project / "dvc.lock").read_bytes() == before


def test_an_experiment_changes_what_depends_on_its_param_and_shows_in_metrics_diff(project):
    result = call(project, "dvc", "exp", "run", "--name", "stricter", "-S", "augment.candidate_threshold=0.9")
    ran = {line.split("'")[1] for line in result.stdout.splitlines() if line.startswith("Running stage")}
    assert "augment" in ran
    assert not ran & {"ingest_radar", "make_water", "train_water@unet", "anonymise", "embed", "find_topics"}
    difference = json.loads(call(project, "dvc", "metrics", "diff", "--json", "--all").stdout)
    assert any("accounting.json" in path for path in difference)
    shown = call(project, "dvc", "exp", "show", "--csv").stdout
    assert "stricter" in shown
    assert "augment.candidate_threshold" in shown


def test_dag_and_plots_show_every_wing(project):
    dag = call(project, "dvc", "dag", "--mermaid").stdout
    for name in ("ingest_radar", "train_water@unet", "train_clip@0.75", "report"):
        assert f'"{name}"' in dag
    call(project, "dvc", "plots", "show", "--out", "plots")
    page = (project / "plots/index.html").read_text()
    for title in ("Water models", "Text models", "CLIP", "Confusion"):
        assert title in page


def test_the_code_that_runs_is_the_code_at_the_time_of_queueing(project):
    module = project / "src/floodmark/settings/find_topics.py"
    original = module.read_text()
    marker = project / "src/floodmark/sentiment/topics.py"
    text = marker.read_text()
    commit(project, "before queueing")
    call(project, "dvc", "exp", "run", "--queue", "--name", "queued", "-S", "find_topics.iterations=4")
    # From here on the working tree is broken: an experiment that read it would fail.
    marker.write_text("raise RuntimeError('edited after queueing')\n" + text)
    module.write_text("raise RuntimeError('edited after queueing')\n" + original)
    try:
        result = call(project, "dvc", "exp", "run", "--run-all", OMP_NUM_THREADS="1", check=False)
    finally:
        marker.write_text(text)
        module.write_text(original)
    assert "edited after queueing" not in result.stdout + result.stderr
    assert "queued" in call(project, "dvc", "exp", "list", "--name-only").stdout


def test_experiments_lie_in_mlflow_with_a_child_for_every_stage(tiny_project):
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{tiny_project / 'mlflow.db'}")
    (experiment,) = [item for item in client.search_experiments() if item.name == "floodmark"]
    runs = client.search_runs([experiment.experiment_id], max_results=1000)
    parents = [run for run in runs if run.data.tags["floodmark.role"] == "pipeline"]
    assert [run.info.status for run in parents] == ["FINISHED"]
    children = {run.data.tags["dvc.stage"]: run for run in runs if run.data.tags["floodmark.role"] == "stage"}
    assert set(children) == set(read_stages(tiny_project))
    assert {run.data.tags["mlflow.parentRunId"] for run in children.values()} == {parents[0].info.run_id}
    water = children["train_water@unet"]
    assert any(key.startswith("curve.") for key in water.data.metrics)
    assert water.data.params["train_water.unet.epochs"]
    assert water.data.tags["git.revision"]
    assert any(item.dataset.digest != "unknown" for item in water.inputs.dataset_inputs)
    assert [item.path for item in client.list_artifacts(children["report"].info.run_id, "figures")]
    scores = json.loads(Path(tiny_project / "outputs/sentiment/metrics.json").read_text())
    assert scores
    assert children["evaluate_human"].data.metrics
