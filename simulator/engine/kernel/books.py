"""The books of a replication in the kernel: see `simulator.engine.reference.books`, line by line."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import inner
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.log import log_end, log_visit
from simulator.engine.kernel.people import is_date, met
from simulator.engine.log import STOPPED
from simulator.engine.rules import fold_visit
from simulator.program.tables import Manner
from simulator.spec.model import DAY

__all__ = [
    "arrive",
    "convert",
    "count_leave",
    "enter",
    "finish",
    "instead",
    "leave",
    "order",
    "pay",
    "reach",
    "revenue",
    "stand",
    "step_out",
    "stop",
    "travel",
    "units",
    "wait",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_PEOPLE: Final = at.COUNTS["people"]
_OPEN: Final = at.COUNTS["open"]
_COHORT: Final = at.COUNTS["cohort"]
_OUTCOMES: Final = at.COUNTS["outcomes"]
_ENDED: Final = at.COUNTS["ended"]
_FINAL: Final = at.COUNTS["final"]
_STOPPED: Final = at.COUNTS["stopped"]
_OPEN_AT: Final = at.COUNTS["open_at"]
_ENTERED: Final = at.COUNTS["entered"]
_SESSIONS: Final = at.COUNTS["sessions"]
_SESSION_AT: Final = at.COUNTS["session_at"]
_JOINED: Final = at.COUNTS["joined"]
_DELAYED: Final = at.COUNTS["delayed"]
_WAIT_MS: Final = at.COUNTS["wait_ms"]
_COSTS: Final = at.COUNTS["costs"]
_UNITS: Final = at.COUNTS["units"]
_ENTERED_UNITS: Final = at.COUNTS["entered_units"]
_TILL_UNITS: Final = at.COUNTS["till_units"]
_TILL_GOALS: Final = at.COUNTS["till_goals"]
_INSTEAD: Final = at.COUNTS["instead"]
_REVENUE: Final = at.COUNTS["revenue"]
_REFUNDS: Final = at.COUNTS["refunds"]
_ORDERS: Final = at.COUNTS["orders"]
_CONVERSIONS: Final = at.COUNTS["conversions"]
_EFFORT_STEPS: Final = at.COUNTS["effort_steps"]
_EFFORT_MS: Final = at.COUNTS["effort_ms"]
_MILESTONES: Final = at.COUNTS["milestones"]
_EDGES: Final = at.COUNTS["edges"]
_REFUSED: Final = at.COUNTS["refused"]
_ABANDONED: Final = at.COUNTS["abandoned"]
_CLOSED: Final = at.COUNTS["closed"]
_VISITS: Final = at.COUNTS["visits"]
_STAY_MS: Final = at.COUNTS["stay_ms"]
_FEELINGS: Final = at.COUNTS["feelings"]
_CHECKSUM: Final = at.COUNTS["checksum"]
_REFUSED_MANNER: Final = Manner.REFUSED
_ABANDONED_MANNER: Final = Manner.ABANDONED
_CLOSED_MANNER: Final = Manner.CLOSED
_DAY: Final = DAY
_STOPPED_BY_GUARD: Final = STOPPED


@inner
def arrive(m: Ints, c: int) -> None:
    """Count a customer who comes in, and whether a rate will count him."""
    persona, arrived = m[c + at.PERSONA], m[c + at.ARRIVED]
    m[m[_PEOPLE] + 3 * persona + m[c + at.KIND]] += 1
    m[m[_OPEN] + persona] += 1
    last = m[at.HORIZON] - m[at.FOLLOW_UP]
    if m[c + at.KIND] != 0 and m[at.WARM_UP] <= arrived <= last:
        m[c + at.COHORT] = 1
        m[m[_COHORT] + 2 * persona] += 1


@inner
def finish(m: Ints, f: Floats, c: int, outcome: int) -> None:
    """Count the one outcome of a journey."""
    persona = m[c + at.PERSONA]
    if m[at.LOG_ROOM] > 0:
        log_end(m, f, c, outcome)
    m[m[_OUTCOMES] + persona * m[at.OUTCOMES] + outcome] += 1
    m[m[_OPEN] + persona] -= 1
    if m[at.NOW] >= m[at.WARM_UP]:
        m[m[_ENDED] + persona] += 1
        final = m[_FINAL] + persona * m[at.ATTRIBUTES]
        for attribute in range(m[at.ATTRIBUTES]):
            if is_date(m, attribute):
                continue
            m[final + attribute] += int(round(f[m[c + at.EYES] + attribute] * 1e6))  # noqa: RUF046


@inner
def stop(m: Ints, f: Floats, c: int) -> None:
    """Count a journey stopped by a guard."""
    if m[at.LOG_ROOM] > 0:
        log_end(m, f, c, _STOPPED_BY_GUARD)
    m[m[_STOPPED] + m[c + at.PERSONA]] += 1
    m[m[_OPEN] + m[c + at.PERSONA]] -= 1


@inner
def stand(m: Ints, c: int, touchpoint: int) -> None:
    """Count where a customer of a log stands when the simulation starts; he entered before."""
    m[c + at.ENTRANCE] = 1 + m[m[at.ENTRANCE_OF] + m[c + at.KIND] * m[at.TOUCHPOINTS] + touchpoint]
    m[m[_OPEN_AT] + m[c + at.PERSONA] * m[at.TOUCHPOINTS] + touchpoint] += 1


@inner
def step_out(m: Ints, c: int, touchpoint: int) -> None:
    """Count one who stands there no longer, though his visit ended before the simulation."""
    m[m[_OPEN_AT] + m[c + at.PERSONA] * m[at.TOUCHPOINTS] + touchpoint] -= 1


@inner
def enter(m: Ints, c: int, station: int) -> None:
    """Count an attempt to enter, and the session it belongs to."""
    touchpoint = m[station + at.ST_TOUCHPOINT]
    if m[c + at.ENTRANCE] == 0:
        m[c + at.ENTRANCE] = 1 + m[m[at.ENTRANCE_OF] + m[c + at.KIND] * m[at.TOUCHPOINTS] + touchpoint]
    place = m[c + at.PERSONA] * m[at.TOUCHPOINTS] + touchpoint
    m[m[_OPEN_AT] + place] += 1
    if m[at.NOW] >= m[at.WARM_UP]:
        m[m[_ENTERED] + place] += 1
    if m[station + at.ST_SESSION] == 1:
        _session(m, c, touchpoint)


@inner
def _session(m: Ints, c: int, touchpoint: int) -> None:
    now, persona = m[at.NOW], m[c + at.PERSONA]
    if m[c + at.LAST_ENTRY] < 0 or now - m[c + at.LAST_ENTRY] >= m[at.GAP]:
        m[c + at.SESSION] += 1
        m[c + at.SESSION_ORDERED] = 0
        counts = 1 if now >= m[at.WARM_UP] else 0
        m[c + at.SESSION_COUNTS] = counts
        m[m[_SESSIONS] + 2 * persona] += counts
    m[c + at.LAST_ENTRY] = now
    stamp = met(c, touchpoint) + at.MET_SESSION
    if m[c + at.SESSION_COUNTS] == 1 and m[stamp] != m[c + at.SESSION]:
        m[stamp] = m[c + at.SESSION]
        sums = m[_SESSION_AT] + 2 * (persona * m[at.TOUCHPOINTS] + touchpoint)
        m[sums] += 1
        m[sums + 1] += m[c + at.SESSION_ORDERED]


@inner
def order(m: Ints, c: int, station: int) -> None:
    """Count an order with a unit sold or owed, and its session."""
    persona = m[c + at.PERSONA]
    if m[at.NOW] >= m[at.WARM_UP]:
        m[m[_ORDERS] + persona] += 1
    if m[station + at.ST_SESSION] == 0 or m[c + at.SESSION_ORDERED] == 1 or m[c + at.SESSION_COUNTS] == 0:
        return
    m[c + at.SESSION_ORDERED] = 1
    m[m[_SESSIONS] + 2 * persona + 1] += 1
    for i in range(m[c + at.TOUCHED]):
        touchpoint = m[c + m[at.AT_TOUCHED] + i]
        if m[met(c, touchpoint) + at.MET_SESSION] == m[c + at.SESSION]:
            m[m[_SESSION_AT] + 2 * (persona * m[at.TOUCHPOINTS] + touchpoint) + 1] += 1


@inner
def wait(m: Ints, c: int, touchpoint: int, waited: int) -> None:
    """Count a wait before a team that ended in service or in lost patience."""
    if m[at.NOW] >= m[at.WARM_UP]:
        place = m[c + at.PERSONA] * m[at.TOUCHPOINTS] + touchpoint
        m[m[_JOINED] + place] += 1
        m[m[_DELAYED] + place] += 1 if waited > 0 else 0
        m[m[_WAIT_MS] + place] += waited


@inner
def pay(m: Ints, c: int, touchpoint: int, amount: int) -> None:
    """Count a cost of ours."""
    if amount != 0 and m[at.NOW] >= m[at.WARM_UP]:
        m[m[_COSTS] + m[c + at.PERSONA] * m[at.TOUCHPOINTS] + touchpoint] += amount


@inner
def units(m: Ints, c: int, product: int, kind: int, number: int) -> None:
    """Count units of a product on the day they were asked for or sold."""
    if m[at.NOW] < m[at.WARM_UP]:
        return
    day, products = m[at.NOW] // _DAY, m[at.PRODUCTS]
    row = (m[c + at.PERSONA] * products + product) * at.KINDS_OF_UNITS + kind
    m[m[_UNITS] + row * m[at.DAYS] + day] += number
    if kind < 3:
        row = ((m[c + at.ENTRANCE] - 1) * products + product) * 3 + kind
        m[m[_ENTERED_UNITS] + row * m[at.DAYS] + day] += number
        row = (m[m[at.TILL_OF] + m[c + at.V_TOUCHPOINT]] * products + product) * 3 + kind
        m[m[_TILL_UNITS] + row * m[at.DAYS] + day] += number


@inner
def instead(m: Ints, product: int, other: int, number: int) -> None:
    """Count units of another product that were taken in place of one that was out."""
    if m[at.NOW] >= m[at.WARM_UP]:
        row = product * m[at.PRODUCTS] + other
        m[m[_INSTEAD] + row * m[at.DAYS] + m[at.NOW] // _DAY] += number


@inner
def revenue(m: Ints, c: int, product: int, amount: int) -> None:
    """Count money taken; negative when given back."""
    if m[at.NOW] >= m[at.WARM_UP]:
        place = m[c + at.PERSONA] * m[at.PRODUCTS] + product
        if amount >= 0:
            m[m[_REVENUE] + place] += amount
        else:
            m[m[_REFUNDS] + place] -= amount


@inner
def convert(m: Ints, c: int) -> None:
    """Count a conversion; a customer is dated by the first."""
    persona, now = m[c + at.PERSONA], m[at.NOW]
    if now >= m[at.WARM_UP]:
        m[m[_CONVERSIONS] + persona] += 1
        row = persona * m[at.TILLS] + m[m[at.TILL_OF] + m[c + at.V_TOUCHPOINT]]
        m[m[_TILL_GOALS] + row * m[at.DAYS] + now // _DAY] += 1
    if m[c + at.CONVERTED] == 1:
        return
    m[c + at.CONVERTED] = 1
    taken = now - m[c + at.ARRIVED]
    if m[c + at.COHORT] == 1 and taken <= m[at.FOLLOW_UP]:
        m[m[_COHORT] + 2 * persona + 1] += 1
        m[m[_EFFORT_STEPS] + persona] += m[c + at.STEPS]
        m[m[_EFFORT_MS] + persona] += taken


@inner
def reach(m: Ints, c: int, touchpoint: int) -> None:
    """Count the milestones a completed visit reaches, each once."""
    span = m[at.MILESTONES_AT] + 2 * touchpoint
    for row in range(m[span], m[span + 1]):
        line = m[at.MILESTONE_ROWS] + at.MILESTONE_WIDTH * row
        milestone, within = m[line], m[line + 2]
        mark = c + m[at.AT_MILESTONES] + milestone
        if m[mark] == 1:
            continue
        m[mark] = 1
        if m[c + at.COHORT] == 1 and m[at.NOW] - m[c + at.ARRIVED] <= within:
            m[m[_MILESTONES] + m[c + at.PERSONA] * m[at.MILESTONES] + milestone] += 1


@inner
def travel(m: Ints, c: int, edge: int) -> None:
    """Count one way gone."""
    if edge >= 0 and m[at.NOW] >= m[at.WARM_UP]:
        m[m[_EDGES] + m[c + at.PERSONA] * m[at.EDGES] + edge] += 1


@inner
def leave(m: Ints, f: Floats, c: int, visit: int, manner: int, target: int) -> None:
    """Count the end of a visit, completed or not, and fold it into the checksum.

    `visit` is where the visit's fields stand: the customer's present one, or a frame of a race.
    """
    touchpoint, entry, entered, waited = m[visit], m[visit + 2], m[visit + 3], m[visit + 4]
    eyes, attributes = m[c + at.EYES], m[at.ATTRIBUTES]
    m[m[_CHECKSUM]] += fold_visit(
        m[c + at.SUBJECT], touchpoint, entry, entered, waited, m[at.NOW], manner, target, f, eyes, attributes
    )
    count_leave(m, f, c, visit, manner, target)


@inner
def count_leave(m: Ints, f: Floats, c: int, visit: int, manner: int, target: int) -> None:
    """Count the end of a visit that is in the checksum already."""
    persona, now = m[c + at.PERSONA], m[at.NOW]
    touchpoint, attributes, eyes = m[visit], m[at.ATTRIBUTES], m[c + at.EYES]
    place = persona * m[at.TOUCHPOINTS] + touchpoint
    m[m[_OPEN_AT] + place] -= 1
    if m[at.LOG_ROOM] > 0:
        log_visit(m, f, c, visit, manner, target)
    if manner != _REFUSED_MANNER and manner != _ABANDONED_MANNER and manner != _CLOSED_MANNER:
        m[met(c, touchpoint) + at.MET_LEFT] = now
    if now < m[at.WARM_UP]:
        return
    if manner == _REFUSED_MANNER:
        m[m[_REFUSED] + place] += 1
    elif manner == _ABANDONED_MANNER:
        m[m[_ABANDONED] + place] += 1
    elif manner == _CLOSED_MANNER:
        m[m[_CLOSED] + place] += 1
    else:
        m[m[_VISITS] + place] += 1
        m[m[_STAY_MS] + place] += now - m[visit + 3] - m[visit + 4]
        for attribute in range(attributes):
            if is_date(m, attribute):
                continue
            m[m[_FEELINGS] + place * attributes + attribute] += int(round(f[eyes + attribute] * 1e6))  # noqa: RUF046
