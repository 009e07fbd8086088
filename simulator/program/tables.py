"""The flat form of a journey: what each row of each table holds.

Every table is an int64 array with a column for each field below (structure: who leads where), beside
arrays of values with the same row numbers (weights, parameters, rates), which may differ by replication.
An index of -1 means "none". Names are sorted, so the order in the file has no influence, and a tie
"by name" is a tie by index.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BACK",
    "NONE",
    "WAIT",
    "Case",
    "Clock",
    "Decision",
    "DetourStop",
    "Edge",
    "Effect",
    "Entry",
    "Line",
    "Manner",
    "MilestoneAt",
    "Past",
    "PersonaStart",
    "ProductStock",
    "Row",
    "Rule",
    "Shelf",
    "ShockAt",
    "ShockPeriod",
    "Span",
    "Station",
    "TeamRule",
    "table",
]

NONE: Final = -1
BACK: Final = -2  # the target `back`: return to the race this side trip left
WAIT: Final = -3  # the target `wait`: join the product's list


class Manner:
    """How a customer left a touchpoint: what decided."""

    DECIDED: Final = 0  # next, choose or race, after a completed visit
    REFUSED: Final = 1  # the gate was closed
    ABANDONED: Final = 2  # patience over, or the queue full
    CLOSED: Final = 3  # outside the team's hours
    STOCKOUT: Final = 4  # a completed visit: nothing sold for want of stock
    EMPTY: Final = 5  # a completed visit: nothing wanted
    RESUMED: Final = 6  # a completed visit of a detour: on to the stored destination
    SIDE_TRIP: Final = 7  # the visit goes on; the customer will be back, or not
    OPEN: Final = 8  # nothing yet: the run ended first

    NAMES: Final = (
        "decided",
        "refused",
        "abandoned",
        "closed",
        "stockout",
        "empty",
        "resumed",
        "side_trip",
        "open",
    )


class Decision:
    """How a station decides."""

    NEXT: Final = 0
    RACE: Final = 1


class Shelf:
    """Whether a product can run out."""

    ENDLESS: Final = 0
    FELT: Final = 1  # its shelf is kept, and who finds it empty goes without
    BLIND: Final = 2  # its shelf is kept and counted, and no customer notices: demand without feedback


class Span(NamedTuple):
    """A run of rows [first, last) of another table: an expression's code, a timeline's steps."""

    first: int
    last: int


class Row(NamedTuple):
    """A row: entries [first, last); `logit` tells a choice on utilities from one on weights."""

    first: int
    last: int
    logit: int


class Entry(NamedTuple):
    """One target of a row. Values: `weights`."""

    target: int  # touchpoint, or touchpoints + outcome, or BACK or WAIT; a persona in a mix
    key: int  # of its choice
    odds: int  # expression: factor of the weight, or the utility of a logit
    timeline: int  # dated factor of the weight
    after: int  # law of the travel
    after_key: int
    edge: int


class Rule(NamedTuple):
    """An if/then rule: the row that decides when the condition holds; -1 always holds."""

    condition: int
    row: int


class Clock(NamedTuple):
    """One clock of a race. Values: `clock_chances`."""

    target: int
    condition: int
    law: int
    time_key: int
    chance_key: int
    side_trip: int
    edge: int  # when it decides
    trip_edge: int  # when a side trip sets out


class Line(NamedTuple):
    """One line of a basket. Values: `line_chances`."""

    product: int
    key: int
    odds: int
    units: int  # law, -1: one unit
    units_key: int
    substitutes: int  # row of products, and NONE: what is taken when it is out


class Effect(NamedTuple):
    """What a visit does to one attribute. Values: `effect_chances`."""

    attribute: int
    to: int  # expression, -1: a chance to become 1
    noise: int  # law
    key: int  # of the noise or the chance


class DetourStop(NamedTuple):
    """A detour that may follow a station. Values: `detour_chances`, `detour_resumes`."""

    to: int
    key: int
    resume_key: int
    edge: int


class Station(NamedTuple):
    """A touchpoint as some personas meet it. Values: `costs`, `restocks`, `fees`."""

    touchpoint: int
    site: int  # address of every draw made here
    contact: int
    only_if: int
    otherwise: int
    team: int
    patience: int
    on_abandon: int
    on_closed: int  # row, or WAIT
    dwell: int
    each: int  # 1: every line by itself; 0: one of them
    first_line: int
    last_line: int
    empty: int
    on_stockout: int
    give_up: int  # law; -1: no list
    gave_up: int  # row
    woken: int  # row; -1: this touchpoint again
    again_edge: int
    returns_of: int
    first_effect: int
    last_effect: int
    referrals: int  # law of their number
    referral_enters: int
    referral_after: int
    referral_personas: int
    decision: int
    first_rule: int  # rules, or clocks of a race
    last_rule: int
    first_detour: int
    last_detour: int
    session: int  # 1: a visit belongs to a session
    goal: int


class PersonaStart(NamedTuple):
    """How a persona comes in: the row it enters by, who is there already."""

    enters: int
    existing: int
    existing_at: int
    existing_orders: int
    first_effect: int
    last_effect: int
    first_case: int  # of those who are there already, known from a log; -1: they are drawn
    first_party: int  # of the sizes of parties
    last_party: int


class Case(NamedTuple):
    """A customer of a log, on his way when the simulation starts. Values: `case_values`."""

    subject: int
    persona: int
    touchpoint: int  # where he was seen last
    entered: int  # ms, 0 or before
    arrived: int  # ms, 0 or before
    orders: int
    first_past: int
    last_past: int


class Past(NamedTuple):
    """What a customer of a log has done at one touchpoint before the stay he is in."""

    touchpoint: int
    entries: int
    visits: int
    left: int  # ms, when he left it last


class ShockPeriod(NamedTuple):
    """One period of a shock, in order of time. Values: `shock_sigmas`, `shock_correlations`."""

    shock: int
    subject: int


class ShockAt(NamedTuple):
    """A number that a period multiplies: a position in `levels`, or of a day in `day_means`."""

    position: int
    period: int


class ProductStock(NamedTuple):
    """A product: its price over time, the dates it is sold, its stock if it can run out."""

    price: int  # timeline, in 1e-6 of the currency
    sold_from: int  # ms
    sold_until: int  # ms, exclusive
    limited: int  # a `Shelf`
    on_hand: int
    reorder_point: int
    order_up_to: int  # -1: no such policy
    order_quantity: int  # -1: no such policy
    lead_time: int
    lead_time_key: int
    backorder: int
    review: int  # ms between two; 0: after every change
    first_review: int  # ms
    min_order: int
    case_size: int
    pipeline: int  # timeline of the units delivered so far of those ordered before the start


class TeamRule(NamedTuple):
    """A team: servers over time, when it is open, how many may wait (-1: any number)."""

    servers: int  # timeline; 0 while closed
    open: int  # timeline of 0 and 1
    queue: int


class MilestoneAt(NamedTuple):
    """One touchpoint of a milestone and how long it counts."""

    milestone: int
    touchpoint: int
    within: int  # ms


class Edge(NamedTuple):
    """One way a customer can go, as counted."""

    source: int
    manner: int
    target: int


def table(rows: Iterable[NamedTuple], kind: type[NamedTuple]) -> NDArray[np.int64]:
    """Lay rows out as an int64 array with a column for each field."""
    listed = [tuple(row) for row in rows]
    width = len(kind._fields)
    return np.array(listed, dtype=np.int64).reshape(len(listed), width)
