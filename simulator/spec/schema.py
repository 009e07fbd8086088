"""The JSON Schema of model and scenario files, so that editors complete and check as one types.

It is generated from the classes a file is read into. Those hold the full form of everything; here the
short forms a person writes (`home: 0.62`, an effect as text, a row where rules could stand) are put back.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import ModelSchema

from simulator.spec.described import descriptions
from simulator.spec.model import Model
from simulator.spec.scenario import Scenario

__all__ = ["SCHEMA_FOLDER", "model_schema", "scenario_schema", "write_schemas"]

Schema: TypeAlias = dict[str, Any]

SCHEMA_FOLDER: Final = Path(__file__).parent
_DIALECT: Final = GenerateJsonSchema.schema_dialect
_CHANCE: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 1}
_REST: Final[Schema] = {"const": "rest", "description": "What the other targets leave."}
_EXPRESSION: Final[Schema] = {"type": ["string", "number"]}
_TARGETS: Final[Schema] = {
    "type": "object",
    "additionalProperties": {"$ref": "#/$defs/Share"},
    "minProperties": 1,
}
_SHORT: Final[dict[str, list[Schema]]] = {
    "Share": [_CHANCE, _REST],
    "Line": [_CHANCE, _REST],
    "Option": [_EXPRESSION],
    "Effect": [_EXPRESSION],
}


class _Described(GenerateJsonSchema):
    """Adds what each key means."""

    def model_schema(self, schema: ModelSchema) -> Schema:
        made, record = super().model_schema(schema), schema["cls"]
        for name, words in descriptions(record).items():
            made["properties"][record.model_fields[name].alias or name].setdefault("description", words)
        return made


def model_schema() -> Schema:
    """Build the JSON Schema (draft 2020-12) of a model file.

    It accepts every file the loader accepts as far as a schema can tell; names, sums and dates
    that must fit each other are left to the loader.
    """
    schema = Model.model_json_schema(by_alias=True, schema_generator=_Described)
    definitions = schema["$defs"]
    for name in list(definitions):
        definitions[name] = _written(name, definitions[name])
    top = {key: part for key, part in schema.items() if key not in ("$defs", "title")}
    return {"$schema": _DIALECT, "title": "Journey model", **_tidy(top), "$defs": _tidy(definitions)}


def _written(name: str, definition: Schema) -> Schema:
    """Turn the schema of a class into that of what a person writes for it."""
    change = _CHANGES.get(name)
    if change is not None:
        change(definition["properties"], definition)
    if name not in _SHORT:
        return definition
    description = definition.pop("description")
    return {"description": description, "anyOf": [*_SHORT[name], definition]}


def _share(properties: Schema, definition: Schema) -> None:
    """Let the probability of a share be the word rest."""
    del properties["rest"]
    properties["p"] = {**properties["p"], "anyOf": [_CHANCE, _REST]}


def _rule(properties: Schema, definition: Schema) -> None:
    """Write a rule as {if, then}, with `before` when it is laid over others."""
    properties["before"] = {
        "type": "string",
        "description": "The rule it is tried before: a rule's name, or else.",
    }
    definition["required"] = ["if", "then"]


def _touchpoint(properties: Schema, definition: Schema) -> None:
    """Where the customer goes next is a row, or rules with an else."""
    rules = {
        "type": "object",
        "properties": {"else": {**_TARGETS, "description": "What happens when no rule holds."}},
        "required": ["else"],
        "additionalProperties": {"$ref": "#/$defs/Rule"},
    }
    properties["next"] = {**properties["next"], "anyOf": [rules, _TARGETS]}


def _milestone(properties: Schema, definition: Schema) -> None:
    """One touchpoint need not be a list."""
    properties["at"] = {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        "description": properties["at"]["description"],
    }


_CHANGES: Final[dict[str, Callable[[Schema, Schema], None]]] = {
    "Share": _share,
    "Line": _share,
    "Rule": _rule,
    "Touchpoint": _touchpoint,
    "Milestone": _milestone,
}


def _tidy(node: Any) -> Any:
    """Drop titles that repeat a key, and null where leaving the key out says the same."""
    if isinstance(node, list):
        return [_tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: (
            {name: _tidy(each) for name, each in part.items()}
            if key in ("properties", "$defs")
            else _tidy(part)
        )
        for key, part in node.items()
        if not (key == "title" and isinstance(part, str)) and not (key == "default" and part is None)
    }
    choices = [each for each in kept.get("anyOf", []) if each != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        return {**choices[0], **kept}
    return {**kept, "anyOf": choices} if choices else kept


# --------------------------------------------------------------------------- scenarios

_EDIT: Final[Schema] = {
    "type": "object",
    "description": "An edit of what stands there, instead of a new value.",
    "properties": {
        "set": {"description": "The new value; the difference moves to the target that is rest."},
        "scale": {"type": "number", "description": "The factor; on a law, of its durations."},
        "add": {"type": ["number", "string"], "description": "What is added; on an option, to its utility."},
    },
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}
_LAID_OVER: Final = "Change"


def scenario_schema() -> Schema:
    """Build the JSON Schema (draft 2020-12) of a scenario file.

    Its `changes` are the model's own words with nothing required, where an edit or null may stand
    in place of any value.
    """
    schema = Scenario.model_json_schema(by_alias=True, schema_generator=_Described)
    model = model_schema()
    definitions = {f"{name}{_LAID_OVER}": _laid_over(part) for name, part in model["$defs"].items()}
    top = {key: model[key] for key in ("type", "properties", "additionalProperties")}
    definitions |= {"Edit": _EDIT, f"Model{_LAID_OVER}": _laid_over(top)}
    properties = _tidy(schema["properties"])
    properties["changes"] = {
        "description": properties["changes"]["description"],
        "$ref": f"#/$defs/Model{_LAID_OVER}",
    }
    own = {name: _tidy(part) for name, part in schema.get("$defs", {}).items()}
    rest = {key: part for key, part in schema.items() if key not in ("$defs", "title", "properties")}
    return {
        "$schema": _DIALECT,
        "title": "Scenario of a journey model",
        **rest,
        "properties": properties,
        "$defs": {**own, **definitions},
    }


def _laid_over(node: Schema) -> Schema:
    """Turn a schema into that of changes to what it describes: nothing required, edits allowed."""
    changed = copy.deepcopy({key: part for key, part in node.items() if key not in ("required", "default")})
    if "properties" in changed:
        changed["properties"] = {key: _change(part) for key, part in changed["properties"].items()}
    if isinstance(changed.get("additionalProperties"), dict):
        changed["additionalProperties"] = _change(changed["additionalProperties"])
    if "$ref" in changed:
        changed["$ref"] += _LAID_OVER
    if "anyOf" in changed:
        changed["anyOf"] = [_laid_over(part) for part in changed["anyOf"]]
    return changed


def _change(node: Schema) -> Schema:
    """Let an edit or null stand where a value may."""
    described = {"description": node["description"]} if "description" in node else {}
    kept = {key: part for key, part in node.items() if key != "description"}
    return {**described, "anyOf": [_laid_over(kept), {"$ref": "#/$defs/Edit"}, {"type": "null"}]}


# --------------------------------------------------------------------------- files

_FILES: Final[dict[str, Callable[[], Schema]]] = {
    "journey.schema.json": model_schema,
    "scenario.schema.json": scenario_schema,
}


def write_schemas(folder: Path = SCHEMA_FOLDER) -> list[Path]:
    """Write both schemas as files, the same bytes from the same classes.

    Parameters
    ----------
    folder : Path
        Where they go; default where they ship.

    Returns
    -------
    list of Path
        The files written.
    """
    written = []
    for name, build in _FILES.items():
        path = folder / name
        text = json.dumps(build(), indent=1, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written
