"""The house keeps its own rules: exact deps, constant commands, empty package files, layers."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from floodmark.containers.inputs import IMAGES
from floodmark.dag import PIPELINE, RESULTS, read_stages
from tests.house.imports import CODE, closure, expected
from tests.house.paths import names, spoken_paths

PARAMS = YAML(typ="safe").load(Path("params.yaml").read_text(encoding="utf-8"))
STAGES = {
    name: body
    for pipeline in (PIPELINE, RESULTS)
    for name, body in YAML(typ="safe").load(Path(pipeline).read_text(encoding="utf-8"))["stages"].items()
}


def path_of(item):
    return next(iter(item)) if isinstance(item, dict) else item


@pytest.mark.parametrize("name", STAGES)
def test_deps_and_params_are_what_the_script_imports_and_reads(name):
    code, keys = expected(name, STAGES[name], PARAMS)
    listed = [dep for dep in STAGES[name]["deps"] if dep.startswith(CODE)]
    assert listed == code, "run `make deps`"
    assert STAGES[name]["params"] == keys, "run `make deps`"


NAMED_ELSEWHERE = {
    ("make_windows", "outputs/storms"): "each file of water depth names the rain it came from",
    ("pretrain_clip", "data/clip"): "pretrain_clip.pretrained may name it",
}


@pytest.mark.parametrize("name", STAGES)
def test_every_data_dep_is_named_by_the_code_that_is_to_read_it(name):
    body = STAGES[name]
    outs = [path_of(item) for kind in ("outs", "metrics") for item in body.get(kind, [])]
    said = spoken_paths(closure(Path("stages", f"{name}.py")), outs)
    deps = [dep for dep in body["deps"] if dep.startswith(("data/", "outputs/"))]
    unnamed = {dep for dep in deps if not names(said, dep)}
    assert unnamed == {dep for stage, dep in NAMED_ELSEWHERE if stage == name}, "superfluous deps, or add the reason"


@pytest.mark.parametrize(
    ("text", "dep", "named"),
    [
        ("Path('outputs/terrain')", "outputs/terrain", True),
        ("Path('outputs/terrain/elevation.tif')", "outputs/terrain", True),
        ("folder / 'water' / 'depth'", "outputs/water/depth", True),
        ("folder / f'water/{name}' / 'depth'", "outputs/water/depth", True),
        ("folder / 'sentiment/metrics.json'", "outputs/water/metrics.json", False),
        ("'terrain of the study'", "outputs/terrain", False),
        ("Path('outputs/clip')", "data/clip", False),
        ("Path('outputs/made/it')", "outputs/made", False),
        ("def f():\n    'terrain'", "outputs/terrain", False),
    ],
)
def test_a_path_in_the_code_names_a_dep(tmp_path, text, dep, named):
    (tmp_path / "a.py").write_text(text)
    assert names(spoken_paths([tmp_path / "a.py"], ["outputs/made"]), dep) == named


@pytest.mark.parametrize("name", STAGES)
def test_the_command_is_constant_and_goes_through_the_launcher(name):
    body = STAGES[name]
    item = "".join(rf" \$\{{item\.{key}\}}" for key in body.get("matrix", {}))
    assert re.fullmatch(rf"stages/run {body['meta']['image']} stages/{name}\.py{item}", body["cmd"])
    assert body["meta"]["image"] in IMAGES
    assert body["desc"]


def test_every_stage_script_is_in_the_pipeline():
    assert {path.stem for path in Path("stages").glob("*.py")} == set(STAGES)


def test_results_read_what_the_pipeline_writes_and_are_read_by_none_of_it():
    first, second = (read_stages(Path(), pipeline).values() for pipeline in (PIPELINE, RESULTS))
    written = [out for stage in first for out in stage.outs]
    for stage in second:
        for dep in (dep for dep in stage.deps if dep.startswith("outputs/")):
            assert any(dep == out or out.startswith(f"{dep}/") for out in written), f"{stage.address}: {dep}"
        assert all(out.startswith("results/") for out in stage.outs), stage.address
    assert not [dep for stage in first for dep in stage.deps if dep.startswith("results/")]


def test_no_output_lies_inside_another():
    outs = sorted(
        path_of(item) for body in STAGES.values() for kind in ("outs", "metrics") for item in body.get(kind, [])
    )
    assert len(outs) == len(set(outs))
    assert not any(later.startswith(earlier + "/") for earlier in outs for later in outs)


def test_every_metric_is_kept_in_git_and_every_other_output_is_not():
    for body in STAGES.values():
        for kind in ("outs", "metrics"):
            for item in body.get(kind, []):
                path = path_of(item).replace("${item.", "x{")
                cached = not (isinstance(item, dict) and item[path_of(item)].get("cache") is False)
                ignored = subprocess.run(["git", "check-ignore", "-q", "--no-index", path]).returncode == 0
                assert ignored == cached, path


def test_package_files_are_empty():
    assert [str(path) for path in Path("src/floodmark").rglob("__init__.py") if path.stat().st_size] == []


def test_tracking_is_imported_by_no_stage():
    for name in STAGES:
        reached = closure(Path("stages", f"{name}.py"))
        assert not {f"src/floodmark/{module}.py" for module in ("tracking", "mirror", "launcher", "starting")} & set(
            reached
        )


def test_the_wings_do_not_import_each_other():
    land, people = {"radar", "terrain", "hydraulics", "water"}, {"tweets", "sentiment"}
    for path in Path("src/floodmark").rglob("*.py"):
        wing = path.parts[2] if len(path.parts) > 3 else ""
        other = people if wing in land else land if wing in people else set()
        for imported in closure(path):
            parts = Path(imported).parts
            assert not (len(parts) > 3 and parts[2] in other), f"{path} reaches {imported}"


def test_layers_hold():
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], capture_output=True, text=True, env={"PYTHONPATH": "src", "PATH": ""})
    assert result.returncode == 0, result.stdout


def test_no_file_is_over_400_lines():
    files = [path for folder in ("src", "stages", "demo") for path in Path(folder).rglob("*.py")]
    assert [str(path) for path in files if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []


def test_nothing_unpickles():
    for path in Path("src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bpickle\b|torch\.load\(|allow_pickle=True|joblib", text), path
