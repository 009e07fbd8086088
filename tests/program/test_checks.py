from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import ModelError, Problem
from simulator.program.checks import Findings, check_journey
from simulator.program.checks_numbers import leverage
from simulator.program.flow import flow_of
from simulator.spec.load import load_journey

EXAMPLE = Path(__file__).parent.parent / "spec" / "example.yaml"


def found(problems: tuple[Problem, ...], path: str, words: str) -> bool:
    """Tell whether a problem stands at a path and says some words."""
    return any(".".join(one.path) == path and words in one.message for one in problems)


def told(findings: Findings) -> str:
    """List everything found, for the message of a failing test."""
    return "\n".join(map(str, (*findings.errors, *findings.warnings, *findings.advice)))


def rules(**conditions: str) -> dict[str, Any]:
    """Write rules of the shop with these conditions."""
    return {name: {"if": text, "then": {"order": 1}} for name, text in conditions.items()} | {
        "else": {"order": 0.4, "left": "rest"}
    }


def test_a_sound_journey_has_no_errors_and_no_warnings(build) -> None:
    """Neither the small journey nor the one with every word of the language is refused or doubted."""
    for journey in (build(), load_journey(EXAMPLE)):
        findings = check_journey(journey)
        assert findings.errors == findings.warnings == (), told(findings)
        findings.refuse()


ERRORS = {
    "a loop nobody can leave": (
        {
            "touchpoints__order__next": {"shop": 1},
            "touchpoints__shop__next": {"order": 1},
            "touchpoints__home__next": {"shop": 1},
        },
        "touchpoints.shop.next",
        "a loop nobody can leave: shop → order → …; nothing else can follow 'home'",
    ),
    "one touchpoint that leads to itself": (
        {"touchpoints__order__next": {"order": 1}},
        "touchpoints.order.next",
        "'order' is never left",
    ),
    "a loop whose way out has probability 0": (
        {"touchpoints__order__next": {"order": 1, "left": 0}},
        "touchpoints.order.next",
        "'order' is never left",
    ),
    "a loop whose way out is a dead rule": (
        {"touchpoints__order__next": {"out": {"if": "mood > 2", "then": {"left": 1}}, "else": {"order": 1}}},
        "touchpoints.order.next.else",
        "'order' is never left",
    ),
    "a loop of one persona's own map": (
        {"personas__bob__changes": {"touchpoints": {"order": {"next": {"order": 1}}}}},
        "touchpoints.order.next",
        "for 'bob', 'order' is never left",
    ),
    "a goal behind a gate that never opens": (
        {"touchpoints__order__only_if": "mood > 1", "touchpoints__order__otherwise": {"left": 1}},
        "goal",
        "nobody can reach a goal",
    ),
    "a goal no way leads to": (
        {"touchpoints__shop__next": {"home": 0.5, "left": "rest"}},
        "goal",
        "nobody can reach a goal",
    ),
    "a message before anybody can consent": (
        {
            "touchpoints__home__contact": True,
            "touchpoints__home__otherwise": {"left": 1},
            "touchpoints__order__set": {"consent": {"chance": 0.5}},
        },
        "touchpoints.home.contact",
        "nobody can have consented on any way here",
    ),
    "odds that are negative for everybody": (
        {"touchpoints__shop__next": {"order": {"p": 0.4, "odds": "mood - 2"}, "left": "rest"}},
        "touchpoints.shop.next.order.odds",
        "mood - 2 is -2 to -1 for everybody: the run would stop",
    ),
    "a row without a weight": (
        {"touchpoints__shop__next": {"order": {"p": 1, "odds": 0}}},
        "touchpoints.shop.next",
        "every weight on this row is 0",
    ),
    "a utility beyond what can be computed": (
        {"touchpoints__shop__next": None, "touchpoints__shop__choose": {"order": "1000 * 2", "left": 0}},
        "touchpoints.shop.choose.order",
        "is 2000 for everybody",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_what_must_stop_a_run_is_an_error(build, case: str) -> None:
    """Each defect is an error at the path where it stands, and a run is refused."""
    changes, path, words = ERRORS[case]
    findings = check_journey(build(**changes))
    assert found(findings.errors, path, words), told(findings)
    with pytest.raises(ModelError, match=re.escape(words)):
        findings.refuse()


WARNINGS = {
    "nobody comes": (
        {"touchpoints__cellar": {"next": {"left": 1}}},
        "touchpoints.cellar",
        "nobody ever comes to 'cellar'",
    ),
    "nobody of a persona comes": (
        {"personas__bob__arrivals": None},
        "personas.bob",
        "nobody of this persona ever comes",
    ),
    "one persona cannot reach the goal": (
        {"personas__bob__changes": {"touchpoints": {"shop": {"next": {"left": 1}}}}},
        "personas.bob",
        "'bob' cannot reach a goal",
    ),
    "a milestone nobody reaches": (
        {
            "touchpoints__cellar": {"next": {"left": 1}},
            "milestones": {"deep": {"at": "cellar"}},
        },
        "milestones.deep.at",
        "nobody can reach the milestone 'deep'",
    ),
    "a condition outside its bounds": (
        {"touchpoints__shop__next": rules(odd="mood > 1")},
        "touchpoints.shop.next.odd.if",
        "the rule 'odd' never decides: mood > 1 never holds (mood lies in 0 to 1)",
    ),
    "a wait where nobody serves": (
        {"touchpoints__shop__next": rules(tired="waited > 5 min")},
        "touchpoints.shop.next.tired.if",
        "waited is 0 s here",
    ),
    "a first visit after it": (
        {"touchpoints__shop__next": rules(first="visits.shop == 0")},
        "touchpoints.shop.next.first.if",
        "never holds (visits.shop is 1 or more here)",
    ),
    "a rule that always decides": (
        {"touchpoints__shop__next": rules(all="mood >= 0", more="mood > 0.5")},
        "touchpoints.shop.next.all.if",
        "the rule 'all' always decides: mood >= 0 always holds (mood lies in 0 to 1); 'more' and",
    ),
    "a rule behind a wider one": (
        {"touchpoints__shop__next": rules(low="mood < 0.5", lowest="mood < 0.3")},
        "touchpoints.shop.next.lowest.if",
        "the rule 'lowest' never decides: 'low' before it holds whenever mood < 0.3",
    ),
    "no persona has such a trait": (
        {"touchpoints__shop__next": rules(caring="persona.care > 0.9")},
        "touchpoints.shop.next.caring.if",
        "persona.care lies in 0.2 to 0.8",
    ),
    "a gate that is always open": (
        {"touchpoints__shop__only_if": "mood <= 1", "touchpoints__shop__otherwise": {"left": 1}},
        "touchpoints.shop.only_if",
        "mood <= 1 always holds, so it refuses nobody",
    ),
    "a clock after the race": (
        {
            "touchpoints__shop__next": None,
            "touchpoints__shop__race": {
                "order": {"after": {"uniform": {"min": "40 days", "max": "50 days"}}},
                "home": {"after": {"exponential": {"mean": "1 day"}}},
                "left": {"after": "30 days"},
            },
            "touchpoints__home__next": {"shop": 0.5, "order": 0.1, "left": "rest"},
        },
        "touchpoints.shop.race.order.after",
        "this clock never rings: it takes 40 days at least, and the race is over after 30 days",
    ),
    "odds that turn negative": (
        {"touchpoints__shop__next": {"order": {"p": 0.4, "odds": "mood - 0.2"}, "left": "rest"}},
        "touchpoints.shop.next.order.odds",
        "mood - 0.2 is -0.2 at mood = 0: the run would stop",
    ),
    "journeys without end": (
        {"touchpoints__home__next": {"home": 0.9999, "shop": "rest"}},
        "personas.ann",
        "would be stopped by max_steps (1,000)",
    ),
    "referrals that explode": (
        {"touchpoints__home__refers": {"count": {"poisson": 1.2}, "enters": {"home": 1}}},
        "personas.ann",
        "refers 1.28 others on average",
    ),
    "a team asked for too much": (
        {
            "teams": {"clerks": {"servers": 1}},
            "touchpoints__shop__team": "clerks",
            "touchpoints__shop__dwell": "1 hour",
        },
        "teams.clerks.servers",
        "its queue grows without end",
    ),
    "a team without servers": (
        {"teams": {"clerks": {"servers": 0}}, "touchpoints__shop__team": "clerks"},
        "teams.clerks",
        "nobody ever serves in 'clerks'",
    ),
}


@pytest.mark.parametrize("case", WARNINGS)
def test_what_was_hardly_meant_is_a_warning(build, case: str) -> None:
    """Each doubtful part is a warning at the path where it stands, and a run is not refused."""
    changes, path, words = WARNINGS[case]
    findings = check_journey(build(**changes))
    assert found(findings.warnings, path, words), told(findings)
    assert findings.errors == (), told(findings)


FINE = {
    "a rule for one of two personas": {"touchpoints__shop__next": rules(caring="persona.care > 0.5")},
    "a rule for one persona beside an own version of the other": {
        "touchpoints__shop__next": rules(caring="persona.care > 0.5"),
        "personas__ann__changes": {"touchpoints": {"shop": {"dwell": "9 min"}}},
    },
    "a rule for one of two personas, which leads him elsewhere": {
        "touchpoints__shop__next": rules(caring="persona.care > 0.5"),
        "personas__bob__changes": {
            "touchpoints": {"shop": {"next": {"caring": {"then": {"order": 0.9, "left": "rest"}}}}}
        },
    },
    "a rule that a drawn attribute may meet": {
        "attributes__wealth": {"initial": {"normal": {"mean": 0, "sd": 1}}},
        "touchpoints__shop__next": rules(rich="wealth > 5"),
    },
    "an attribute that somebody sets": {
        "attributes__known": {"initial": 0},
        "touchpoints__home__set": {"known": 1},
        "touchpoints__shop__next": rules(known="known > 0"),
    },
    "two narrow rules": {"touchpoints__shop__next": rules(lowest="mood < 0.3", low="mood < 0.5")},
    "a loop with a way out by a rule": {
        "touchpoints__order__next": {
            "out": {"if": "visits.order > 3", "then": {"left": 1}},
            "else": {"order": 1},
        }
    },
    "a message after consent on a second visit": {
        "touchpoints__mail": {"contact": True, "otherwise": {"home": 1}, "next": {"order": 1}},
        "touchpoints__home__next": {"mail": 0.2, "shop": 0.5, "left": "rest"},
        "touchpoints__shop__set": {"consent": {"chance": 0.5}},
    },
    "a busy team with patience to spare": {
        "teams": {"clerks": {"servers": 3}},
        "touchpoints__shop__team": "clerks",
        "touchpoints__shop__dwell": "1 hour",
    },
}


@pytest.mark.parametrize("case", FINE)
def test_what_may_happen_is_not_doubted(build, case: str) -> None:
    """Nothing is reported that is not certain."""
    findings = check_journey(build(**FINE[case]))
    assert findings.errors == findings.warnings == (), told(findings)


def test_busy_share_of_a_team_is_the_offered_load(build) -> None:
    """The share of a team's time is rate x visits x service over servers and open hours."""
    journey = build(
        teams={"clerks": {"servers": 1, "hours": {"mon-sun": "12:00-18:00"}}},
        touchpoints__shop__team="clerks",
        touchpoints__shop__dwell="1 hour",
        touchpoints__shop__next={"order": 0.5, "left": "rest"},
        touchpoints__home__next={"shop": 0.6, "left": "rest"},
        personas__ann__arrivals={"rate": "5 per day"},
        personas__bob__arrivals={"rate": "5 per day"},
    )
    # 5 of Ann by 0.6, 5 of Bob by 0.5 * 0.6 + 0.5: 7 hours of work for 6 hours of one server.
    findings = check_journey(journey)
    assert found(findings.warnings, "teams.clerks.servers", "about 117% of what it can do"), told(findings)


def test_numbers_without_evidence_are_named_by_what_they_move(build) -> None:
    """The forks and rates that move conversions most come first; those with evidence do not come."""
    bare = check_journey(build()).advice
    assert ".".join(bare[0].path) == "personas.bob.arrivals.rate"
    assert found(bare, "touchpoints.shop.next", "no evidence")
    known = build(
        evidence={
            "touchpoints.shop.next": {"source": "a log", "worth": 100},
            "personas.bob.arrivals.rate": {"source": "a log", "range": [20, 40]},
        }
    )
    paths = {".".join(one.path) for one in check_journey(known).advice}
    assert paths == {"personas.ann.arrivals.rate", "touchpoints.home.next"}


def test_leverage_is_the_derivative_of_the_conversions(build) -> None:
    """What is said of a fork is the change of conversions when its odds change a little."""

    def conversions(odds: float) -> float:
        journey = build(
            touchpoints__shop__next={"order": {"p": 0.4, "odds": odds}, "home": 0.1, "left": "rest"}
        )
        flows = {name: flow_of(journey, name) for name in journey.model.personas}
        starts = {"ann": {"home": 1.0}, "bob": {"home": 0.5, "shop": 0.5}}
        return sum(
            flows[name].arrivals * sum(p * flows[name].reach[target] for target, p in start.items())
            for name, start in starts.items()
        )

    journey = build()
    flows = {name: flow_of(journey, name) for name in journey.model.personas}
    step = 1e-5
    slope = (conversions(1 + step) - conversions(1 - step)) / (2 * step) / conversions(1.0)
    assert leverage(journey, flows)["touchpoints", "shop", "next"] == pytest.approx(slope, rel=1e-6)


def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    """A finding names the file and the line where it stands."""
    path = tmp_path / "model.yaml"
    text = """\
start: 2026-01-05
horizon: 8 weeks
goal: order
personas:
  ann: {arrivals: {rate: 10 per day}, enters: {order: 1}}
touchpoints:
  order:
    next: {order: 1}
outcomes: [left]
"""
    path.write_text(text, encoding="utf-8")
    (problem,) = check_journey(load_journey(path)).errors
    assert (problem.place.file, problem.place.line) == (str(path), 8)
