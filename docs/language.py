"""Write the reference of the language from the classes a file is read into."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel

from simulator.spec import people, quantities, rows, touchpoint, units, world
from simulator.spec.described import descriptions
from simulator.spec.model import Model
from simulator.spec.rows import Line, Option, Share
from simulator.spec.scenario import Scenario
from simulator.spec.shapes import fields_of
from simulator.spec.stages import PRESETS
from simulator.spec.touchpoint import Effect

# --------------------------------------------------------------------------- kinds of values

# What an annotation is called, and what a person may write for it.
KINDS: Final[tuple[tuple[Any, str, str], ...]] = (
    (quantities.Amount, "amount", "0.35"),
    (quantities.Chance, "probability", "0.3"),
    (quantities.Count, "whole number", "3"),
    (quantities.Number, "number", "0.6"),
    (quantities.Factor, "factor", "1.3"),
    (quantities.Name, "name", "support"),
    (quantities.Text, "text", "Home page"),
    (quantities.Date, "date", "2026-01-05"),
    (quantities.Duration, "duration", "10 min"),
    (quantities.PerDay, "rate", "140 per day"),
    (quantities.Parties, "shares by size", "{1: rest, 2: 0.1}"),
    (quantities.Growth, "growth", "1 % per month"),
    (world._MoneyRate, "amount per time", "35 per hour"),
    (quantities.Formula, "expression", "0.4 + satisfaction"),
    (quantities.Condition, "condition", "visits.cart > 1"),
    (quantities.TimeLaw, "duration or law", "{gamma: {mean: 8 min, cv: 0.7}}"),
    (quantities.PlainTimeLaw, "duration or law", "{gamma: {mean: 8 min, cv: 0.7}}"),
    (quantities.Assigned, "expression", "0.4 + satisfaction"),
    (quantities.CountLaw, "count or law", "{poisson: 1.4}"),
    (quantities.NumberLaw, "number or law", "{normal: {mean: 0.6, sd: 0.1}}"),
    (rows.Row, "row", "{cart: 0.3, left: rest}"),
    (rows.Next, "row or rules", "{cart: 0.3, left: rest}"),
    (rows.Choice, "options", "{cart: 0.8 * satisfaction, left: 0}"),
    (rows.Race, "clocks", "{product: {after: 9 days, p: 0.5}, left: {after: 30 days}}"),
    (rows.OneOf, "lines", "{boots: 0.7, jacket: rest}"),
    (rows.Each, "lines", "{boots: 0.7, socks: {p: 0.4, units: 2}}"),
    (touchpoint.Effects, "effects", "{satisfaction: satisfaction + 0.1, consent: {chance: 0.4}}"),
    (people.Weekdays, "factors by weekday", "{mon-fri: 1.1, sat: 1.3}"),
    (people.Months, "factors by month", "{nov-dec: 1.5}"),
    (people.Hours, "factors by hour", "{07-09: 0.5, 19-23: 2}"),
    (world.Opening, "opening hours", "{mon-fri: 09:00-18:00, sat: 10:00-14:00}"),
)

_UNITS: Final = ", ".join(f"`{unit}`" for unit in units.MILLISECONDS)
_RESERVED: Final = ", ".join(f"`{word}`" for word in sorted(quantities.RESERVED))
WHAT: Final = {
    "amount": "Money in the model's currency, 0 or more.",
    "probability": "A number from 0 to 1; 30 % is 0.3.",
    "whole number": "0, 1, 2, …",
    "number": "Any finite number.",
    "factor": "0 or more; 1 changes nothing.",
    "name": f"Any text without control characters, in any script. Reserved: {_RESERVED}.",
    "text": "Words for a reader.",
    "date": "Year-month-day, naive local time.",
    "duration": f"A number and a unit: {_UNITS}; 0 needs none.",
    "rate": "Per `hour`, `day`, `week` or `month`.",
    "shares by size": "Probabilities by whole number from 1; they sum to 1, or one is `rest`.",
    "growth": "Percent per `hour`, `day`, `week`, `month` or `year`, compounded.",
    "amount per time": "Money per `hour`, `day`, `week` or `month`.",
    "expression": "A number, or a formula that gives one: [expressions](expressions.md).",
    "condition": "A formula that is true or false.",
    "duration or law": "A duration, or one of the [laws of durations](laws.md#durations).",
    "count or law": "A whole number, or one of the [laws of counts](laws.md#counts).",
    "number or law": "A number, or one of the [laws of numbers](laws.md#numbers).",
    "row": "Targets with their [shares](#share): probabilities that sum to 1, or one target is `rest`.",
    "row or rules": "A row, or [rules](#rule) by name, the last of them `else`.",
    "options": "Targets with their utilities or [options](#option).",
    "clocks": "Targets with their [clocks](#clock).",
    "lines": "Products with their probabilities or [lines](#line).",
    "effects": "Attributes with expressions or [effects](#effect).",
    "factors by weekday": "`mon` … `sun`, `mon-fri`, `daily`; what is not named is 1.",
    "factors by month": "`jan` … `dec`, `nov-feb`; what is not named is 1.",
    "factors by hour": "`07-09` is from 07:00 to 09:00; what is not named is 1.",
    "opening hours": "[from, to) by weekday; what is not named is closed.",
}  # fmt: skip

# Where the kind's own example would not fit the key, or would say little.
EXAMPLES: Final = {
    ("Model", "about"): "Tim and Trudy look for boots.",
    ("Model", "horizon"): "26 weeks",
    ("Model", "warm_up"): "4 weeks",
    ("Model", "follow_up"): "6 weeks",
    ("Model", "currency"): "EUR",
    ("Model", "goal"): "[web_order, store_order]",
    ("Model", "stages"): "five",
    ("Model", "max_steps"): "300",
    ("Model", "max_generations"): "5",
    ("Model", "name"): "Trailhead outdoor shop",
    ("Product", "name"): "Hiking boots",
    ("Product", "price"): "129",
    ("Product", "unit_cost"): "71",
    ("Sold", "from"): "2026-03-16",
    ("Sold", "to"): "2026-04-30",
    ("Policy", "reorder_point"): "150",
    ("Policy", "order_up_to"): "500",
    ("Policy", "order_quantity"): "350",
    ("Policy", "base_stock"): "500",
    ("Policy", "review"): "7 days",
    ("Policy", "first_review"): "33 h",
    ("Stock", "on_order"): "{2026-01-20: 100}",
    ("Stock", "min_order"): "24",
    ("Stock", "case_size"): "12",
    ("Stock", "backorder_cost"): "1 per day",
    ("Stock", "salvage"): "20",
    ("Stock", "on_hand"): "300",
    ("Stock", "holding_cost"): "0.05 per day",
    ("Stock", "order_cost"): "80",
    ("Stock", "when_out"): "backorder",
    ("Team", "name"): "Support",
    ("Team", "queue"): "20",
    ("Attribute", "min"): "0",
    ("Attribute", "max"): "1",
    ("ContactCap", "count"): "4",
    ("ContactCap", "per"): "7 days",
    ("Sessions", "gap"): "30 min",
    ("Sessions", "channels"): "[website]",
    ("Model", "holidays"): "{country: DE}",
    ("Holidays", "country"): "DE",
    ("Holidays", "subdivision"): "BY",
    ("Arrivals", "holiday"): "{any: 0.4, Christmas Day: 0}",
    ("Event", "name"): "Spring sale",
    ("Event", "from"): "2026-03-19",
    ("Event", "to"): "2026-03-22",
    ("Event", "holiday"): "[Good Friday, Easter Monday]",
    ("Event", "before"): "14 days",
    ("Event", "after"): "1 day",
    ("Event", "price"): "{boots: 109}",
    ("Event", "next"): "{cart.else.web_order: {odds: 1.3}}",
    ("Event", "arrivals"): "{times: 1.8}",
    ("Event", "teams"): "{support: {servers: 1}}",
    ("_ArrivalFactor", "times"): "1.8",
    ("_ArrivalFactor", "personas"): "[tim]",
    ("Persona", "name"): "Tech-savvy Tim",
    ("Persona", "traits"): "{price_sensitivity: 0.3}",
    ("Persona", "attributes"): "{budget: 160}",
    ("Persona", "enters"): "{search: 0.6, home: rest}",
    ("Persona", "changes"): "{touchpoints: {chat: {patience: 2 min}}}",
    ("PersonaCard", "age"): "29",
    ("PersonaCard", "gender"): "male",
    ("PersonaCard", "occupation"): "developer",
    ("PersonaCard", "location"): "Berlin",
    ("PersonaCard", "goals"): "[boots that last]",
    ("PersonaCard", "challenges"): "[little time]",
    ("PersonaCard", "pain_points"): "[long forms]",
    ("PersonaCard", "interests"): "[climbing]",
    ("PersonaCard", "personality"): "curious, impatient",
    ("PersonaCard", "prefers"): "chat",
    ("Existing", "count"): "800",
    ("Existing", "at"): "using_product",
    ("Existing", "orders"): "1",
    ("Existing", "set"): "{consent: {chance: 0.5}}",
    ("Touchpoint", "stage"): "purchase",
    ("Touchpoint", "stages"): "{emotion: expectation}",
    ("Touchpoint", "channel"): "website",
    ("Touchpoint", "media"): "earned",
    ("Touchpoint", "place"): "online",
    ("Touchpoint", "started_by"): "us",
    ("Touchpoint", "present"): "false",
    ("Touchpoint", "contact"): "true",
    ("Touchpoint", "only_if"): "visits.reminder < 2",
    ("Touchpoint", "otherwise"): "{left: 1}",
    ("Touchpoint", "patience"): "{exponential: {mean: 5 min}}",
    ("Touchpoint", "on_abandon"): "{phone: {p: 0.3, after: 2 hours}, left: rest}",
    ("Touchpoint", "on_closed"): "wait",
    ("Touchpoint", "dwell"): "{lognormal: {median: 4 min, sigma: 1}}",
    ("Touchpoint", "empty"): "{cart: 1}",
    ("Touchpoint", "substitutes"): "{boots: {jacket: 0.3}}",
    ("Touchpoint", "on_stockout"): "{wait: 0.4, competitor: 0.3, left: rest}",
    ("Card", "doing"): "fills in the form",
    ("Card", "thinking"): "what will it be in the end?",
    ("Card", "feeling"): "impatient",
    ("Card", "expects"): "the total on one page",
    ("Card", "pain_points"): "[long checkout]",
    ("Card", "opportunities"): "[one page]",
    ("Effect", "to"): "satisfaction + 0.1",
    ("Effect", "noise"): "{normal: {sd: 0.1}}",
    ("Effect", "chance"): "0.4",
    ("BackInStock", "give_up"): "21 days",
    ("BackInStock", "then"): "{left: 1}",
    ("BackInStock", "woken"): "{cart: 0.5, left: rest}",
    ("Returns", "of"): "web_order",
    ("Returns", "restock"): "0.8",
    ("Returns", "fee"): "9",
    ("Referral", "enters"): "{friend: 1}",
    ("Referral", "after"): "{exponential: {mean: 5 days}}",
    ("Referral", "personas"): "{tim: 0.6, trudy: rest}",
    ("Rule", "if"): "satisfaction < 0.35",
    ("Rule", "before"): "else",
    ("Share", "p"): "0.6",
    ("Share", "after"): "2 h",
    ("Option", "utility"): "1.2 - 0.01 * price.boots",
    ("Option", "after"): "30 min",
    ("Clock", "after"): "{exponential: {mean: 9 days}}",
    ("Clock", "p"): "0.5",
    ("Clock", "if"): "orders > 0",
    ("Clock", "side_trip"): "true",
    ("Line", "p"): "0.7",
    ("Detour", "to"): "instagram",
    ("Detour", "during"): "[consideration]",
    ("Detour", "p"): "0.06",
    ("Detour", "resume"): "0.7",
    ("Shock", "on"): "[arrivals, touchpoints.cart.next.web_order]",
    ("Shock", "per"): "week",
    ("Shock", "sd"): "0.1",
    ("Shock", "correlation"): "0.5",
    ("Attribute", "planned"): "{gamma: {mean: 40 days, cv: 1}}",
    ("Persona", "planned"): "{planned_arrival: {gamma: {mean: 60 days, cv: 1}}}",
    ("Milestone", "at"): "[web_order, store_order]",
    ("Milestone", "within"): "14 days",
    ("Milestone", "target"): "0.03",
    ("Evidence", "source"): "own analytics",
    ("Evidence", "grade"): "measured",
    ("Evidence", "worth"): "200",
    ("Evidence", "range"): "[0.2, 0.4]",
    ("Evidence", "collected"): "{date: 2025-12-01, method: analytics}",
    ("Evidence", "note"): "ask again in spring",
    ("Scenario", "name"): "One-page checkout",
    ("Scenario", "why"): "22 % name the long checkout",
    ("Scenario", "changes"): "{touchpoints: {cart: {dwell: {scale: 0.7}}}}",
    ("Scenario", "sweep"): "{teams.support.servers: [2, 4, 6]}",
    ("ScenarioCost", "once"): "12000",
    ("ScenarioCost", "monthly"): "400",
    ("_Servers", "servers"): "1",
    ("_OddsFactor", "odds"): "1.3",
}  # fmt: skip

# A record that may be written as one value, and what that value is.
SHORT: Final = {
    Share: "a probability or `rest` (`home: 0.6` is `home: {p: 0.6}`)",
    Line: "a probability or `rest` (`boots: 0.7` is `boots: {p: 0.7}`)",
    Option: "an expression (`left: 0` is `left: {utility: 0}`)",
    Effect: "an expression (`wished: 1` is `wished: {to: 1}`)",
}
# Classes with an underscore are parts of an event; a reader meets them by these names.
TITLES: Final = {"_ArrivalFactor": "Event arrivals", "_OddsFactor": "Event odds", "_Servers": "Event servers",
                 "ContactCap": "Contact cap", "BackInStock": "Back in stock", "PersonaCard": "Persona card",
                 "ScenarioCost": "Scenario cost"}  # fmt: skip


def title(record: type[BaseModel]) -> str:
    """Name a class as a reader meets it."""
    return TITLES.get(record.__name__, record.__name__)


def anchor(record: type[BaseModel]) -> str:
    """Name the place of a class on the page."""
    return title(record).lower().replace(" ", "-")


def parts(hint: Any) -> list[Any]:
    """Take a union apart; None, which leaving a key out says as well, is dropped."""
    unions = (typing.Union, types.UnionType)
    if kind_of(hint) is None and get_origin(plain(hint)) in unions:
        return [part for part in get_args(plain(hint)) if part is not type(None)]
    return [hint]


def kind_of(hint: Any) -> tuple[str, str] | None:
    """Give the name and example of a kind of value."""
    return next(((name, example) for one, name, example in KINDS if one == hint), None)


def plain(hint: Any) -> Any:
    """Strip annotations."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return hint


def value_of(hint: Any) -> str:
    """Say in words what stands at a key."""
    return " or ".join(dict.fromkeys(_value(part) for part in parts(hint)))


def _value(hint: Any) -> str:
    known = kind_of(hint)
    if known is not None:
        return f"[{known[0]}](#values)"
    bare = plain(hint)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return f"[{title(bare).lower()}](#{anchor(bare)})"
    if get_origin(bare) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(bare))
    if get_origin(bare) is list:
        return f"list of {value_of(get_args(bare)[0])}"
    if get_origin(bare) is dict:
        return f"names, each with {value_of(get_args(bare)[1])}"
    return {bool: "`true` or `false`", int: "whole number", float: "number", str: "text"}.get(bare, "a value")


# Keys whose annotation says less than a reader needs.
VALUES: Final = {
    ("Model", "horizon"): "[duration](#values), or `years`; months are calendar months",
    ("Model", "goal"): "a touchpoint, or a list of them",
    ("Model", "stages"): "a [preset](#stage-schemes), a list, or a mapping of stage to parent",
    ("Model", "evidence"): "paths, each with [evidence](#evidence)",
    ("Persona", "changes"): "an [overlay](overlay.md) of `touchpoints` and `detours`",
    ("Scenario", "changes"): "an [overlay](overlay.md) of a model",
    ("Scenario", "sweep"): "paths, each with a list of values, or with named values",
    ("Stock", "on_order"): "dates, each with a [whole number](#values) of units",
    ("Touchpoint", "substitutes"): "products, each with what replaces it and its [probability](#values)",
    ("Share", "p"): "[probability](#values) or `rest`",
    ("Line", "p"): "[probability](#values) or `rest`",
    ("Rule", "before"): "the name of a rule, or `else`",
    ("Event", "holiday"): "the name of a public holiday, or a list of them; `any`",
    ("Shock", "on"): "a path, or a list of them",
    ("Evidence", "range"): "[low, high], in the unit of the number",
    ("Evidence", "worth"): "[number](#values) above 0",
}  # fmt: skip
WORDS: Final = {
    ("Rule", "before"): "The rule this one is tried before, whatever the order of the file.",
    ("_ArrivalFactor", "times"): "Arrivals of these days are multiplied by this.",
    ("_OddsFactor", "odds"): "The weight of this target is multiplied by this.",
}
ABOUT: Final = {
    "_ArrivalFactor": "How an event changes the number of arrivals.",
    "_OddsFactor": "How an event changes where customers go.",
    "_Servers": "How an event changes a team.",
}


def records() -> list[type[BaseModel]]:
    """List the classes of the language in the order a reader meets them."""
    found: list[type[BaseModel]] = []
    waiting: list[type[BaseModel]] = [Scenario, Model]
    while waiting:
        record = waiting.pop()
        if record in found:
            continue
        found.append(record)
        hints = typing.get_type_hints(record, include_extras=True)
        waiting += reversed([one for name in record.model_fields for one in _records_in(hints[name])])
    return found


def _records_in(hint: Any) -> Iterator[type[BaseModel]]:
    bare = plain(hint)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        yield bare
    for part in get_args(bare):
        yield from _records_in(part)


def example_of(record: type[BaseModel], key: str, hint: Any) -> str:
    """Give what a person may write at a key; empty where a mapping with its own section stands."""
    own = EXAMPLES.get((record.__name__, key))
    if own is not None:
        return own
    known = next((kind for kind in map(kind_of, parts(hint)) if kind), None)
    return known[1] if known else ""


def keys(record: type[BaseModel]) -> Iterator[tuple[str, Any, str, str, bool]]:
    """Yield the keys of a class: as written, annotation, description, default, required."""
    hints = typing.get_type_hints(record, include_extras=True)
    names = {info.alias or name: name for name, info in record.model_fields.items()}
    described = descriptions(record)
    for key, one in fields_of(record).items():
        name = names.get(key)
        words = WORDS.get((record.__name__, key)) or described.get(name or "", "")
        yield key, hints[name] if name else str, words, _default(one.default), one.required


def _default(value: Any) -> str:
    if value is None or value in ({}, []) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def about(record: type[BaseModel]) -> str:
    """Say in a sentence what a class is."""
    return ABOUT.get(record.__name__) or (record.__doc__ or "").strip()


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _section(record: type[BaseModel]) -> Iterator[str]:
    yield f"## {title(record)}"
    yield ""
    yield about(record)
    if record in SHORT:
        yield f"May be written as {SHORT[record]}."
    yield ""
    yield "| key | what it is | value | default | such as |"
    yield "|---|---|---|---|---|"
    for key, hint, words, default, required in keys(record):
        value = VALUES.get((record.__name__, key)) or value_of(hint)
        example = example_of(record, key, hint)
        cells = [
            f"`{key}`",
            words,
            value,
            "**required**" if required else default,
            f"`{example}`" if example else "",
        ]
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"
    yield ""


def language_page() -> str:
    """Write the reference of the language from the classes a file is read into."""
    lines = [
        "# The language",
        "",
        "Every key of a model and of a scenario, written by `docs/generate.py` from the classes a file",
        "is read into; the same classes give the [JSON Schemas](../../simulator/spec) that editors use.",
        "What the words mean is on [its own page](meaning.md).",
        "",
        "A key that is not here is an error. A key with neither a default nor **required** may be left",
        "out, and then there is none. What could be a list is a mapping with names: nothing is addressed",
        "by position.",
        "",
        *(f"- [{title(record)}](#{anchor(record)})" for record in records()),
        "- [Stage schemes](#stage-schemes)",
        "- [Values](#values)",
        "",
    ]
    for record in records():
        lines += _section(record)
    lines += ["## Stage schemes", "", "A scheme maps a stage to its parent in the scheme it rolls up to.", ""]
    for name, scheme in PRESETS.items():
        stages = ", ".join(f"{stage} ({parent})" if parent else stage for stage, parent in scheme.items())
        lines += [f"- `{name}`: {stages}"]
    lines += ["", "## Values", "", "| kind | what may be written | such as |", "|---|---|---|"]
    seen = set()
    for _, name, example in KINDS:
        if name not in seen:
            lines.append(f"| {name} | {_cell(WHAT[name])} | `{_cell(example)}` |")
        seen.add(name)
    return "\n".join(lines) + "\n"
