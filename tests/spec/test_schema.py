from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator.spec.document import read_document
from simulator.spec.model import Model
from simulator.spec.schema import SCHEMA_FOLDER, model_schema, scenario_schema, write_schemas

EXAMPLE = Path(__file__).parent / "example.yaml"
MODEL = jsonschema.Draft202012Validator(model_schema())
SCENARIO = jsonschema.Draft202012Validator(scenario_schema())


def example() -> dict[str, Any]:
    """Give the example as written."""
    return copy.deepcopy(read_document(EXAMPLE).data)


def told(validator: Any, data: Any) -> list[str]:
    """List what a schema has against data."""
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]


def written_keys(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk every property of every definition."""
    tops = {"": schema, **schema["$defs"]}
    for name, top in tops.items():
        for part in (top, *top.get("anyOf", [])):
            for key, value in part.get("properties", {}).items():
                yield f"{name}.{key}", value


@pytest.mark.parametrize("build", [model_schema, scenario_schema])
def test_schemas_are_valid_schemas(build: Any) -> None:
    """Both schemas are themselves valid JSON Schema of draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(build())


def test_shipped_files_are_up_to_date(tmp_path: Path) -> None:
    """The schemas that ship are the ones the classes give, to the byte."""
    for fresh in write_schemas(tmp_path):
        assert (SCHEMA_FOLDER / fresh.name).read_bytes() == fresh.read_bytes(), fresh.name


def test_every_key_is_described() -> None:
    """An editor can say what any key of a model or a scenario is for."""
    for schema in (model_schema(), scenario_schema()):
        silent = [key for key, value in written_keys(schema) if not value.get("description", "").strip()]
        assert silent == []


def test_example_is_accepted() -> None:
    """The schema accepts a model that uses every word of the language, as the classes do."""
    assert told(MODEL, example()) == []
    Model.model_validate(example())


def test_example_uses_every_word() -> None:
    """No key of the schema is missing in the example, so nothing is accepted untried."""
    text = EXAMPLE.read_text(encoding="utf-8")
    unused = {key.rsplit(".", 1)[1] for key, _ in written_keys(model_schema())}
    assert {word for word in unused if f"{word}:" not in text} == set()


def spoil(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Put a value at a path."""
    *way, last = path.split("/")
    node = data
    for key in way:
        node = node[key]
    node[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("hoirzon", "26 weeks"),
        ("touchpoints/cart/dwel", "4 min"),
        ("touchpoints/search/media", "owed"),
        ("touchpoints/search/next", {"home": 1.5, "left": "rest"}),
        ("touchpoints/search/next", {"home": "half", "left": "rest"}),
        ("touchpoints/search/next", {}),
        ("touchpoints/cart/next/unhappy", {"when": "satisfaction < 0.3", "then": {"left": 1}}),
        ("touchpoints/cart/next/unhappy", {"if": "satisfaction < 0.3"}),
        ("touchpoints/search/dwell", 4),
        ("touchpoints/search/dwell", {"expnential": {"mean": "2 min"}}),
        ("touchpoints/search/cost", -1),
        ("touchpoints/chat/on_closed", "stay"),
        ("touchpoints/wishlist/race/product/condition", "orders > 0"),
        ("touchpoints/web_order/sells/one_of/boots/rest", True),
        ("teams/support/servers", 2.5),
        ("personas/tim/arrivals/rate", 140),
        ("stages", "twelve"),
        ("outcomes", []),
        ("inventory/boots/when_out", "queue"),
    ],
)
def test_mistakes_are_refused(path: str, value: Any) -> None:
    """An editor underlines a misspelt key, a wrong word and a number out of range."""
    data = example()
    if path.endswith("boots/rest"):
        data["touchpoints"]["web_order"]["sells"]["one_of"]["boots"] = {"p": 0.7}
    assert told(MODEL, spoil(data, path, value)) != []


@pytest.mark.parametrize("word", ["start", "horizon", "goal", "personas", "touchpoints", "outcomes"])
def test_required_keys(word: str) -> None:
    """Six keys are required, and no other."""
    data = example()
    del data[word]
    assert told(MODEL, data) != []
    assert set(model_schema()["required"]) == {
        "start", "horizon", "goal", "personas", "touchpoints", "outcomes",
    }  # fmt: skip


CHANGES: dict[str, Any] = {
    "name": "One-page checkout",
    "why": "22 % name the long checkout as the reason they left",
    "cost": {"once": 12000, "monthly": 400},
    "changes": {
        "touchpoints": {
            "cart": {"next": {"else": {"web_order": {"scale": 1.15}}}, "dwell": {"scale": 0.8}},
            "compare": {"choose": {"cart": {"add": 0.2}}},
            "paid_ad": None,
            "rescue": {"next": {"cart": 0.2, "left": "rest"}},
        },
        "teams": {"support": {"servers": {"add": 2}}},
        "personas": {"tim": {"changes": {"touchpoints": {"chat": {"patience": "3 min"}}}}},
    },
    "sweep": {"teams.support.servers": [2, 4, 6]},
}


def test_scenario_is_accepted() -> None:
    """A scenario may lay edits, nulls and new values over any part of a model."""
    assert told(SCENARIO, CHANGES) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"touchpoint": {"cart": {"cost": 1}}},
        {"touchpoints": {"cart": {"cots": 1}}},
        {"touchpoints": {"cart": {"cost": {"scale": 1.1, "add": 2}}}},
        {"teams": {"support": {"servers": {"times": 2}}}},
    ],
)
def test_wrong_scenarios_are_refused(changes: dict[str, Any]) -> None:
    """A misspelt key or edit in a scenario is underlined."""
    assert told(SCENARIO, {**CHANGES, "changes": changes}) != []


def test_shipped_schema_is_json() -> None:
    """The shipped files are JSON that names its dialect."""
    for path in SCHEMA_FOLDER.glob("*.schema.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["$schema"].endswith("2020-12/schema")
