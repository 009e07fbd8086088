from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from simulator.engine.tally import UNITS
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.program.tables import Manner
from simulator.spec.load import journey_from_data
from simulator.theory.chain import AbsorbingChain
from tests.verification.conftest import SEED, assert_share, assert_z, play, program_of

TOWN = (Path(__file__).parent / "models" / "town.yaml").read_text(encoding="utf-8")

# Where order has a meaning: rules are tried one after another.
IN_ORDER = {"next"}


def _shuffled(value: Any, chance: random.Random, key: str = "") -> Any:
    """Write every mapping in another order, except the rules of a touchpoint."""
    if not isinstance(value, dict):
        return value
    names = list(value)
    rules = key in IN_ORDER and any(isinstance(one, dict) and "if" in one for one in value.values())
    if not rules:
        chance.shuffle(names)
    return {name: _shuffled(value[name], chance, name) for name in names}


def _digests(program: Program, replications: int = 2) -> list[str]:
    return [tally.digest for tally in play(program, SEED, replications)]


def _read(text: str) -> Any:
    return yaml.load(text, Loader=yaml.BaseLoader)  # every scalar stays text


def _plain(value: Any) -> Any:
    """Turn what reads as a number into one, as the program's own door does."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    try:
        return float(value) if "." in value or "e" in value else int(value)
    except ValueError:
        return {"true": True, "false": False}.get(value, value)


def test_same_scenario_twice_differs_by_nothing() -> None:
    """The same journey compiled twice, and two names for one idea, agree in every count: uplift exactly 0."""
    # No false alarm. Catches: an unseeded draw, state kept between runs, the scenario's name in an address.
    idea = "name: {}\nwhy: to see\nchanges: {{teams: {{support: {{servers: 2}}}}}}\n"
    base = play(program_of(TOWN), SEED, 2)
    assert [tally.digest for tally in base] == _digests(program_of(TOWN))
    one = play(program_of(TOWN, idea.format("one")), SEED, 2)
    other = play(program_of(TOWN, idea.format("other")), SEED, 2)
    for first, second, before in zip(one, other, base, strict=True):
        assert first.digest == second.digest
        for name, counts in first.counts.items():
            np.testing.assert_array_equal(counts - second[name], 0)
        assert first.digest != before.digest, "a second server is felt"


def test_every_feature_is_met() -> None:
    """The town's run meets every kind of event, so that the invariances below compare something."""
    # No false alarm. Catches: a part of the town that is never played.
    program = program_of(TOWN)
    (tally,) = play(program, SEED, 1)
    for name in ("refused", "abandoned", "closed", "delayed", "milestones", "refunds", "costs"):
        assert tally[name].sum() > 0, name
    assert (tally["people"].sum(axis=0) > 20).all()
    assert (tally["visits"].sum(axis=0) > 0).all()
    assert (tally["units"].sum(axis=(0, 1, 3)) > 0).all(), UNITS
    met = set(program.structure.edges[tally["edges"].sum(axis=0) > 0, 1].tolist())
    assert met == set(range(len(Manner.NAMES))) - {Manner.OPEN}, "every manner of leaving"


@pytest.mark.parametrize("order", [1, 2])
def test_reordered_file_is_the_same_journey(order: int) -> None:
    """A file whose mappings and lists are in another order gives the same bytes."""
    # No false alarm. Catches: anything addressed by its position in the file.
    data = _plain(_read(TOWN))
    plain = compile_journey(journey_from_data(data))
    assert plain.hash == program_of(TOWN).hash, "the data is the file's"
    mixed = _shuffled(data, random.Random(order))
    mixed["goal"], mixed["outcomes"] = mixed["goal"][::-1], mixed["outcomes"][::-1]
    assert list(mixed) != list(data)
    program = compile_journey(journey_from_data(mixed))
    assert program.hash == plain.hash
    assert _digests(program) == _digests(plain)


def test_units_of_time_are_only_words() -> None:
    """The same durations and rates in other units give the same bytes."""
    # No false alarm. Catches: a duration rounded to its unit.
    rewritten = TOWN
    for old, new in (
        ("28 days", "672 hours"),
        ("5 min", "300 s"),
        ("1 hour", "60 min"),
        ("mean: 3 days", "mean: 72 hours"),
        ("60 per day", "2.5 per hour"),
        ("per: 7 days", "per: 1 week"),
    ):
        assert old in rewritten
        rewritten = rewritten.replace(old, new)
    assert _digests(program_of(rewritten)) == _digests(program_of(TOWN))


CHAIN = """
start: 2026-01-05
horizon: 31 days
follow_up: 1 day
goal: [{cart}]
events: {{closing: {{from: 2026-02-04, to: 2026-02-04, arrivals: {{times: 0}}}}}}
personas: {{{who}: {{arrivals: {{rate: 500 per day}}, enters: {{{ad}: 1}}}}}}
touchpoints:
  {ad}: {{dwell: {{exponential: {{mean: 2 min}}}}, next: {{{site}: 0.55, {cart}: 0.15, {out}: rest}}}}
  {site}: {{dwell: {{exponential: {{mean: 5 min}}}}, next: {{{ad}: 0.1, {cart}: 0.35, {out}: rest}}}}
  {cart}: {{dwell: {{exponential: {{mean: 3 min}}}}, next: {{{site}: 0.2, {buy}: 0.5, {out}: rest}}}}
outcomes: [{buy}, {out}]
"""
WORDS = ("ad", "site", "cart", "buy", "out", "who")
PLAIN = dict(zip(WORDS, WORDS, strict=True))
RENAMED = dict(zip(WORDS, ("реклама", "网站", "zz top", "a", "b", "顾客"), strict=True))


def test_other_names_keep_the_law() -> None:
    """Names are addresses: renamed, the customers have other luck of the same law."""
    # False alarm 6e-6. Catches: a draw that depends on a name's place in the alphabet, two names that meet in
    # one address, a name cut to ASCII.
    chain = AbsorbingChain(
        [[0, 0.55, 0.15], [0.1, 0, 0.35], [0, 0.2, 0]], [[0.0, 0.3], [0.0, 0.55], [0.5, 0.3]]
    )
    bought = float(chain.outcome_probabilities(0)[0])
    entries = float(chain.visits(0).sum())
    spread = float(chain.steps(0).variance)
    shares, steps, counts = [], [], []
    for names in (PLAIN, RENAMED):
        program = program_of(CHAIN.format(**names))
        (tally,) = play(program, SEED, 1)
        n = int(tally["people"].sum())
        hits = int(tally["outcomes"][0, program.names.outcomes.index(names["buy"])])
        assert_share(hits, n, bought)
        assert_z(tally["visits"].sum() / n, entries, (spread / n) ** 0.5)
        shares.append(hits / n)
        steps.append(tally["visits"].sum() / n)
        counts.append(n)
    assert counts[0] != counts[1], "other names are other customers"
    both = (1 / counts[0] + 1 / counts[1]) ** 0.5
    assert_z(shares[0] - shares[1], 0.0, both * (bought * (1 - bought)) ** 0.5)
    assert_z(steps[0] - steps[1], 0.0, both * spread**0.5)
