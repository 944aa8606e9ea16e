"""params.yaml: one strict reader, errors that name key, value and range, and a schema that cannot drift."""

import json
from pathlib import Path

import pytest

from floodmark.errors import UserError
from floodmark.settings.ablate_prompts import AblatePrompts
from floodmark.settings.augment import Augment, Confidences
from floodmark.settings.base import Section, read_params, read_section
from floodmark.settings.every import check_params, schema, sections
from floodmark.settings.grid import GridSettings

PARAMS = Path("params.yaml")


def test_the_committed_params_are_valid():
    check_params(read_params(PARAMS), "params.yaml")


def test_the_schema_is_the_generated_one():
    assert Path("params.schema.json").read_text(encoding="utf-8") == schema(), "run `make docs`"


@pytest.mark.parametrize("name", sorted(sections()))
def test_every_field_is_described_and_has_no_default(name):
    def check(model):
        for field_name, field in model.model_fields.items():
            assert field.description or issubclass(field.annotation, Section), f"{name}.{field_name} has no description"
            assert field.is_required(), f"{name}.{field_name} has a default outside params.yaml"

    check(sections()[name])


def test_confidences_are_named_as_dvc_names_their_stages():
    """DVC fills `matrix` with the text of the value itself, so 0.0 and 0 are names of different folders."""
    values = read_params(PARAMS)["augment"]
    for written, name in (("none", "none"), (0, "0"), (0.0, "0.0"), (0.75, "0.75"), (0.5, "0.5")):
        params = {"augment": {**values, "min_confidences": [written]}}
        for model in (Augment, Confidences):
            assert read_section(params, "augment", model, "p").names() == (name,)
    for wrong in ([0, 0.0], [1.0], [1], [-0.1], ["some"], []):
        with pytest.raises(UserError, match="min_confidences"):
            read_section({"augment": {**values, "min_confidences": wrong}}, "augment", Augment, "p")


@pytest.mark.parametrize("name", sorted(sections()))
def test_every_section_refuses_an_unknown_key(name):
    params = read_params(PARAMS)
    params[name]["surprise"] = 1
    with pytest.raises(UserError, match=rf"{name}.surprise: unknown key"):
        check_params(params, "params.yaml")


def numbers(value, where=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from numbers(item, (*where, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from numbers(item, (*where, place))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield where


@pytest.mark.parametrize("truth", [True, False])
def test_no_number_may_be_a_truth(truth):
    places = list(numbers(read_params(PARAMS)))
    assert len(places) > 100
    for keys in places:
        params = read_params(PARAMS)
        section = params
        for key in keys[:-1]:
            section = section[key]
        section[keys[-1]] = truth
        with pytest.raises(UserError, match=keys[0]):
            check_params(params, "params.yaml")


@pytest.mark.parametrize("where", list(numbers(read_params(PARAMS))), ids=lambda keys: ".".join(map(str, keys)))
def test_every_number_has_a_bound_and_the_error_names_key_and_value(where):
    params = read_params(PARAMS)
    section = params
    for key in where[:-1]:
        section = section[key]
    refused = 0
    for wrong in (-1e15, 1e15):
        section[where[-1]] = int(wrong)
        try:
            check_params(params, "params.yaml")
        except UserError as error:
            assert where[0] in str(error)
            assert where[-1] in str(error) if isinstance(where[-1], str) else f"{where[-2]}.{where[-1]} =" in str(error)
            assert str(int(wrong)) in str(error)
            refused += 1
    assert refused == 2, f"{'.'.join(map(str, where))} accepts anything on one side"


def unbounded(schema, where="params"):
    """Numbers of the schema that lack a bound on a side, those of params that are null today included."""
    if isinstance(schema, list):
        for place, item in enumerate(schema):
            yield from unbounded(item, f"{where}.{place}")
    elif isinstance(schema, dict):
        least, most = ({"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"})
        if schema.get("type") in ("integer", "number") and not (least & set(schema) and most & set(schema)):
            yield where
        for key, item in schema.items():
            yield from unbounded(item, f"{where}.{key}")


def test_every_number_of_the_schema_has_both_bounds():
    assert list(unbounded(json.loads(schema()))) == []
    assert list(unbounded({"items": {"type": "integer", "minimum": 1}})) == ["params.items"]


def problems(key, value):
    """The lines that say what is wrong with the committed params but for one value."""
    params = read_params(PARAMS)
    *way, last = key.split(".")
    section = params
    for name in way:
        section = section[name]
    section[last] = value
    with pytest.raises(UserError) as caught:
        check_params(params, "params.yaml")
    head, *lines = str(caught.value).splitlines()
    assert head == "params.yaml:"
    return [line.strip() for line in lines]


STORM = "generate_storms.climates.frontal"
STEPS = ("negative", "slightly_negative", "neutral", "slightly_positive", "positive")


@pytest.mark.parametrize(
    ("key", "value", "parts"),
    [
        ("find_topics.candidate_counts", [5, 0], ["candidate_counts.1 = 0:", "1 to 500"]),
        ("find_topics.candidate_counts", [-3], ["candidate_counts.0 = -3:", "1 to 500"]),
        ("train_text.lstm.units", [0], ["train_text.lstm.units.0 = 0:", "1 to 4096"]),
        ("train_text.lstm.units", [], ["train_text.lstm.units = []:", "1 to 8 layers"]),
        ("pretrain_clip.model.image_layers", 0, ["model.image_layers = 0:", "greater than or equal to 1", "1 to 48"]),
        ("pretrain_clip.model.image_layers", [1, 1, 1, 99], ["image_layers.3 = 99:", "1 to 48"]),
        ("pretrain_clip.model.image_layers", [1, 1], ["image_layers = [1, 1]: item 3 is missing", "four stages"]),
        ("pretrain_clip.model.image_layers", "x", ["image_layers = 'x':", "1 to 48"]),
        ("pretrain_clip.model.image_layers", None, ["image_layers = None:", "1 to 48"]),
        ("make_windows.pattern", [10**9], ["make_windows.pattern.0 = 1000000000:", "1 to 10080"]),
        ("make_windows.routed_pattern", [0], ["routed_pattern.0 = 0:", "1 to 10080"]),
        (f"{STORM}.duration", [1, 1e12], [f"{STORM}.duration.1 = 1000000000000.0:", "minutes", "1 to 10080"]),
        (f"{STORM}.duration", [90, 60], [f"{STORM}: duration = [90, 60]", "least first"]),
        (f"{STORM}.direction", [0, 1e9], [f"{STORM}.direction.1 = 1000000000.0:", "-360 to 720"]),
        (f"{STORM}.speed", [0, 5], [f"{STORM}.speed.0 = 0:", "above 0 to 100"]),
        (f"{STORM}.radius", [2], [f"{STORM}.radius = [2]: item 2 is missing", "0.1 to 500"]),
        (f"{STORM}.surprise", 1, [f"{STORM}.surprise: unknown key", "noise_length"]),
        ("grid.extent", [0, 0, 1e12, 1], ["grid.extent.2 = 1000000000000.0:", "-1e8 to 1e8"]),
        ("grid.extent", [0, 0, 1e8, 1e8], ["1e+12 cells of cell_size 100", "1e+09 at most"]),
        ("grid.extent", [0, 1], ["grid.extent = [0, 1]:", "west, south, east, north"]),
        ("grid.extent", [5, 0, 1, 1], ["extent [5.0, 0.0, 1.0, 1.0]", "west < east"]),
        ("grid.extent", [0, 0, 5000, float("nan")], ["grid.extent.3 = nan:", "finite"]),
        (
            "evaluate_water.models",
            ["unet", "../x"],
            ["evaluate_water.models.1 = '../x':", "must be one of temporal_cnn, "],
        ),
        ("evaluate_human.text_models", ["x"], ["text_models.0 = 'x':", "'lstm' or 'transformer'"]),
        ("evaluate_human.neutral_as", "left_out", ["neutral_as = 'left_out':", "'negative' or 'positive'"]),
        ("make_water.source", "read", ["make_water.source = 'read':", "'simulate' or 'import'"]),
        ("make_water.imports.start", "14 May 2012", ["imports.start = '14 May 2012':", "as 2012-05-14T03:00"]),
        ("make_water.imports.start", "2012-13-14T03:00", ["imports.start = '2012-13-14T03:00':", "month must be in"]),
        ("make_water.imports.interval", 0, ["make_water.imports.interval = 0:", "minutes, 1 to 525600"]),
        ("evaluate_human.classes.neutral", "bad", ["classes.neutral = 'bad':", "'left_out'"]),
        ("evaluate_human.classes", dict.fromkeys(STEPS, "neutral"), ["evaluate_human.classes", "a positive one"]),
        ("train_water.wet_depths", [0, 0.1], ["wet_depths.0 = 0:", "0.001 to 10"]),
        ("train_water.wet_depths", [0.3, 0.1], ["wet_depths [0.3, 0.1] must increase"]),
        ("train_water.unet.widths", [2, 8], ["train_water.unet.widths.0 = 2:", "4 to 1024"]),
        ("augment.min_confidences", ["none", None], ["min_confidences.1 = None:", "'none' or a number"]),
    ],
)
def test_a_wrong_item_is_one_line_with_key_value_and_range(key, value, parts):
    (line,) = problems(key, value)
    assert line.startswith(key.split(".")[0])
    for part in parts:
        assert part in line


def test_the_name_of_a_climate_is_a_name_of_files():
    params = read_params(PARAMS)
    climates = params["generate_storms"]["climates"]
    climates["../x"] = climates["frontal"]
    with pytest.raises(UserError, match=r"'\.\./x': .*letters, digits"):
        check_params(params, "params.yaml")


def test_the_models_of_water_that_may_be_scored_are_those_that_there_are():
    from floodmark.settings import evaluate_water
    from floodmark.water.models import registry

    assert evaluate_water.MODELS == registry.MODELS


@pytest.mark.parametrize("layers", [12, [3, 4, 6, 3]])
def test_either_kind_of_image_layers_is_taken(layers):
    params = read_params(PARAMS)
    params["pretrain_clip"]["model"]["image_layers"] = layers
    check_params(params, "params.yaml")


def test_the_tiny_params_of_the_pipelines_tests_are_valid():
    from floodmark.overlay import merge

    params = read_params(PARAMS)
    merge(params, read_params(Path("tests/pipeline/tiny.yaml")))
    check_params(params, "tiny.yaml")


def test_a_wrong_value_names_key_value_range_and_meaning():
    with pytest.raises(UserError) as caught:
        read_section(
            {"grid": {"crs": "EPSG:1", "cell_size": -5, "rain_cell_size": 10, "extent": None}},
            "grid",
            GridSettings,
            "params.yaml",
        )
    for part in ("params.yaml", "grid.cell_size", "-5", "greater than 0", "side of a terrain and water cell"):
        assert part in str(caught.value)


def test_rain_cells_must_be_made_of_whole_cells():
    with pytest.raises(UserError, match="whole multiple"):
        read_section(
            {"grid": {"crs": "EPSG:1", "cell_size": 300, "rain_cell_size": 1000, "extent": None}},
            "grid",
            GridSettings,
            "p",
        )


def test_a_file_that_is_missing_or_no_yaml_is_the_users_to_mend(tmp_path):
    with pytest.raises(UserError, match="run from the root"):
        read_params(tmp_path / "params.yaml")
    (tmp_path / "params.yaml").write_text("a: [1,\n")
    with pytest.raises(UserError, match="not valid YAML"):
        read_params(tmp_path / "params.yaml")


def test_the_schema_is_json_schema_and_closed():
    document = json.loads(schema())
    assert document["additionalProperties"] is False
    assert set(document["properties"]) == set(read_params(PARAMS))


@pytest.mark.parametrize("prompts", [["a", "a"], ["a", " "], ["both"], ["senseless prompt"]])
def test_prompts_are_told_apart(prompts):
    values = read_params(PARAMS)["ablate_prompts"] | {"prompts": prompts}
    with pytest.raises(UserError, match="each once, none empty"):
        read_section({"ablate_prompts": values}, "ablate_prompts", AblatePrompts, "p")
