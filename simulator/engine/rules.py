"""The compiled rules both engines play by: draws at addresses, choices, effects of dates.

Each function takes the image of a program (see `simulator.program.image`) and the block of random bits
of the entry that asks, and returns a number. A negative number is a refusal (a negative or NaN weight
or duration); the caller knows the customer and the line, and stops the run with them.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator import limits
from simulator.addresses import subject_of
from simulator.compiled import compiled, inlined, inner
from simulator.engine.stack import SCRATCH, SCRATCH_CELLS, evaluate
from simulator.engine.streams import exponential_race, gumbel_key, mixed, numbered
from simulator.laws.biased import biased_quantile
from simulator.laws.families import quantile
from simulator.laws.logarithm import log_near
from simulator.program.image import Part
from simulator.program.kinds import WIDEST
from simulator.program.tables import Entry, Row

__all__ = [
    "FOREVER",
    "LARGEST",
    "NOBODY",
    "arrival_time",
    "binomial_quantile",
    "choose",
    "choose_of",
    "clear_winner",
    "draw",
    "draw_residual",
    "draw_time",
    "fold_attribute",
    "fold_end",
    "fold_times",
    "fold_visit",
    "friends_of",
    "level_at",
    "near_race",
    "odds_of",
    "to_milliseconds",
    "value_of",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Longer than any horizon, short enough to be added to any time without overflow.
FOREVER: Final = 1 << 61
# An attribute beyond this has no place in the books, which count 1e-6 of it in 64 bits.
LARGEST: Final = 9e12
# What `choose` returns when all weights are 0; an entry i with a wrong weight is -2 - i.
NOBODY: Final = -1
_UTILITY: Final = limits.UTILITY
_HOUR: Final = 3_600_000.0
_DAY_LAST: Final = 86_399_999

# Compiled code freezes plain integers; it cannot read an enumeration.
_LAWS: Final = int(Part.LAWS)
_PARAMETERS: Final = int(Part.LAW_PARAMETERS)
_TIMELINES: Final = int(Part.TIMELINES)
_EXPRESSIONS: Final = int(Part.EXPRESSIONS)
_ROWS: Final = int(Part.ROWS)
_ROW: Final = len(Row._fields)
_LOGIT: Final = Row._fields.index("logit")
_ENTRIES: Final = int(Part.ENTRIES)
_ENTRY: Final = len(Entry._fields)
_KEY: Final = Entry._fields.index("key")
_ODDS: Final = Entry._fields.index("odds")
_TIMELINE: Final = Entry._fields.index("timeline")
_WEIGHTS: Final = int(Part.WEIGHTS)
_REFERRED: Final = subject_of("referred")
_ROW_LOOKS: Final = int(Part.ROW_LOOKS)
assert WIDEST <= SCRATCH_CELLS


@compiled
def to_milliseconds(duration: float) -> int:
    """Round a duration half to even; -1 for a negative or NaN one, FOREVER for an endless one."""
    if not duration >= 0.0:
        return -1
    if duration >= 2.0**61:
        return FOREVER
    return int(round(duration))  # noqa: RUF046  (compiled code rounds to a float)


@compiled
def draw(ints: Integers, floats: Floats, law: int, w0: int, w1: int, key: int) -> float:
    """Draw one value of a law."""
    at = ints[_LAWS] + 3 * law
    to = ints[_PARAMETERS] + 3 * law
    u = mixed(w0, w1, key, 0)
    return quantile(
        ints[at], floats[to], floats[to + 1], floats[to + 2], floats, ints[at + 1], ints[at + 2], u
    )


@compiled
def draw_time(ints: Integers, floats: Floats, law: int, w0: int, w1: int, key: int) -> int:
    """Draw a duration in whole milliseconds; no law is no time."""
    if law < 0:
        return 0
    return to_milliseconds(draw(ints, floats, law, w0, w1, key))


@compiled
def draw_residual(
    ints: Integers, floats: Floats, law: int, w0: int, w1: int, residual_key: int, bias_key: int
) -> int:
    """Draw what remains of a stay met in the middle: v of a length-biased stay.

    References
    ----------
    Cox: Renewal Theory (1962), chapter 5: the density is (1 - F) / mean.
    """
    if law < 0:
        return 0
    at = ints[_LAWS] + 3 * law
    to = ints[_PARAMETERS] + 3 * law
    u = mixed(w0, w1, bias_key, 0)
    v = mixed(w0, w1, residual_key, 0)
    whole = biased_quantile(
        ints[at], floats[to], floats[to + 1], floats[to + 2], floats, ints[at + 1], ints[at + 2], u
    )
    return to_milliseconds(v * whole)


@compiled
def level_at(ints: Integers, floats: Floats, timeline: int, now: int) -> float:
    """Read a step function at a time: the level of the last step not after it."""
    at = ints[_TIMELINES] + 3 * timeline
    first = ints[at]
    low, high = first, ints[at + 1] - 1
    while low < high:
        middle = (low + high + 1) // 2
        if ints[middle] <= now:
            low = middle
        else:
            high = middle - 1
    return float(floats[ints[at + 2] + low - first])


@compiled
def odds_of(chance: float, factor: float) -> float:
    """Multiply a chance's odds: p becomes p·x / (1 - p + p·x)."""
    scaled = chance * factor
    return scaled / (1.0 - chance + scaled)


@compiled
def value_of(
    ints: Integers, floats: Floats, expression: int, cells: Floats, base: int, stack: Floats
) -> float:
    """Evaluate an expression on what a customer sees."""
    at = ints[_EXPRESSIONS] + 2 * expression
    return evaluate(ints, floats, ints[at], ints[at + 1], cells, base, stack)


@compiled
def choose(
    ints: Integers,
    floats: Floats,
    row: int,
    w0: int,
    w1: int,
    cells: Floats,
    base: int,
    stack: Floats,
    now: int,
) -> int:
    """Choose an entry of a row by exponential race: the smallest -ln(u) / weight wins.

    Every target has its own uniform, by the key of its name, so neither the order of the file nor a
    target added or removed disturbs the others. A logit compares ln(-ln u) - utility.

    Returns
    -------
    int
        The row number of the entry; `NOBODY` when all weights are 0; -2 - i when the weight or
        utility of entry i is negative, NaN or out of range.
    """
    at = ints[_ROWS] + _ROW * row
    first, last, logit = ints[at], ints[at + 1], ints[at + _LOGIT]
    if ints[ints[_ROW_LOOKS] + 3 * row + 2] == 1:
        return choose_of(ints, floats, first, last, w0, w1, stack)
    best, winner = math.inf, NOBODY
    for i in range(first, last):
        strength = _strength(ints, floats, i, logit, cells, base, stack, now)
        if math.isnan(strength):
            return -2 - i
        if strength == (-math.inf if logit == 1 else 0.0):
            continue
        if last - first == 1:
            return i
        u = mixed(w0, w1, ints[ints[_ENTRIES] + _ENTRY * i + _KEY], 0)
        time = gumbel_key(u, strength) if logit == 1 else exponential_race(u, strength)
        if time < best:
            best, winner = time, i
    return winner


# Two times of `near_race` further apart than this are in the order of the exact ones: each is within 1e-7.
_CLEAR: Final = 1.0 + 1e-6


@inlined
def near_race(u: float, weight: float) -> float:
    """Say nearly when a runner arrives: within 1e-7 of `exponential_race`, in a third of its time."""
    if weight == 0.0:
        return math.inf
    return -log_near(u) * (1.0 / weight)


@inner
def clear_winner(times: Floats, first: int, number: int) -> int:
    """Find who arrives first by a clear margin; -1 if it is too close, or a time is none."""
    best, second, winner = math.inf, math.inf, -1
    for i in range(number):
        time = times[first + i]
        if not time > 0.0:
            return -1
        ahead = time < best
        second = best if ahead else min(time, second)
        winner = i if ahead else winner
        best = time if ahead else best
    return winner if second > best * _CLEAR else -1


@compiled
def choose_of(ints: Integers, floats: Floats, first: int, last: int, w0: int, w1: int, stack: Floats) -> int:
    """Choose among entries of fixed weights; see `choose`.

    Nearly every race is decided by far more than the error of a cheap logarithm, so the exact times are
    worked out only where it could matter. The winner is always the one of the exact race.
    """
    if last - first == 1 and 0.0 < floats[ints[_WEIGHTS] + first] < math.inf:
        return first
    if last - first > 1:
        for i in range(first, last):
            u = mixed(w0, w1, ints[ints[_ENTRIES] + _ENTRY * i + _KEY], 0)
            stack[SCRATCH + i - first] = near_race(u, floats[ints[_WEIGHTS] + i])
        winner = clear_winner(stack, SCRATCH, last - first)
        if winner >= 0:
            return first + winner
    best, winner = math.inf, NOBODY
    for i in range(first, last):
        weight = floats[ints[_WEIGHTS] + i]
        if not 0.0 <= weight < math.inf:
            return -2 - i
        u = mixed(w0, w1, ints[ints[_ENTRIES] + _ENTRY * i + _KEY], 0)
        time = exponential_race(u, weight)
        if time < best:
            best, winner = time, i
    return winner


@inner
def _strength(
    ints: Integers, floats: Floats, i: int, logit: int, cells: Floats, base: int, stack: Floats, now: int
) -> float:
    """Give the weight of an entry, or its utility in a logit; NaN for what is none."""
    entry = ints[_ENTRIES] + _ENTRY * i
    weight = floats[ints[_WEIGHTS] + i]
    timeline, odds = ints[entry + _TIMELINE], ints[entry + _ODDS]
    if timeline >= 0:
        weight *= level_at(ints, floats, timeline, now)
    value = 1.0
    if odds >= 0:
        value = value_of(ints, floats, odds, cells, base, stack)
    if logit == 1:
        if not abs(value) <= _UTILITY:
            return math.nan
        return value + math.log(weight) if weight != 0.0 else -math.inf
    weight *= value
    return weight if 0.0 <= weight < math.inf else math.nan


@compiled
def friends_of(referrer: int, site: int, entry: int) -> int:
    """Name the family of those whom a customer refers on one visit."""
    return numbered(numbered(referrer ^ _REFERRED, site), entry)


@compiled
def arrival_time(floats: Floats, first: int, u: float) -> int:
    """Turn a uniform into a time within the day, in ms, by the day's profile.

    Parameters
    ----------
    floats : ndarray of float64
        From `first` on holds 25 numbers: the share of the day's arrivals before each full hour.
    """
    hour = min(int(u * 24.0), 23)  # the hour on an even day; the right one is near
    while hour > 0 and floats[first + hour] > u:
        hour -= 1
    while hour < 23 and floats[first + hour + 1] <= u:
        hour += 1
    start = floats[first + hour]
    width = floats[first + hour + 1] - start
    within = (u - start) / width if width > 0.0 else 0.0
    return min(int((hour + within) * _HOUR), _DAY_LAST)


@compiled
def party_size(ints: Integers, floats: Floats, sizes: int, shares: int, many: int, u: float) -> int:
    """Turn a uniform into the size of a party: the first whose share of those up to it reaches u.

    Parameters
    ----------
    ints, floats : ndarray of int64, of float64
        From `sizes` on the one holds `many` sizes, from `shares` on the other the shares up to each.
    """
    for i in range(many - 1):
        if floats[shares + i] >= u:
            return int(ints[sizes + i])
    return int(ints[sizes + many - 1])


@compiled
def member_of(leader: int, number: int) -> int:
    """Name a member of a party: the first is the party's own subject, the others are numbered from 1."""
    return leader if number == 0 else int(numbered(leader, number))


@compiled
def binomial_quantile(n: int, p: float, u: float) -> int:
    """Count successes of n: the smallest k with F(k) >= u."""
    if p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    total = 0.0
    for k in range(n):
        choices = math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
        total += math.exp(choices + k * math.log(p) + (n - k) * math.log1p(-p))
        if total >= u:
            return k
    return n


# Odd numbers without a pattern (from a SplitMix64 stream), one for each word of a visit.
_SUBJECT, _WHERE, _ENTERED, _WAITED, _LEFT, _FELT = (
    np.int64(-0x1DD4C0B7D6E09A11),
    np.int64(0x6E789E6AA1B965F5),
    np.int64(0x06C45D188009454F),
    np.int64(-0x077443F2C4A8D9DB),
    np.int64(0x1B39896A51A8749B),
    np.int64(0x53CB9F0C747EA2EB),
)
_MIX1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX2: Final = np.uint64(0x94D049BB133111EB)
_SHIFT30: Final = np.uint64(30)
_SHIFT27: Final = np.uint64(27)
_SHIFT31: Final = np.uint64(31)


@compiled
def fold_visit(
    subject: int,
    touchpoint: int,
    entry: int,
    entered: int,
    waited: int,
    left: int,
    manner: int,
    target: int,
    cells: Floats,
    base: int,
    attributes: int,
) -> int:
    """Hash everything about one visit; the sum of these over a run is in its digest.

    Sums do not depend on the order of visits, so two runs with the same digest agree visit by visit
    (up to a collision of 64 bits), whatever order they were played in.

    Returns
    -------
    int
        64 bits as int64.
    """
    state = fold_times(subject, touchpoint, entry, entered, waited, left, manner, target)
    for i in range(attributes):
        state = fold_attribute(state, cells[base + i])
    return fold_end(state)


@inlined
def fold_times(
    subject: int, touchpoint: int, entry: int, entered: int, waited: int, left: int, manner: int, target: int
) -> int:
    """Add up a visit without what the customer feels after it, each word by its own multiplier."""
    where = np.int64(touchpoint | entry << 20 | manner << 36 | (target + 8) << 40)
    people = np.int64(subject) * _SUBJECT + where * _WHERE
    times = np.int64(entered) * _ENTERED + np.int64(waited) * _WAITED + np.int64(left) * _LEFT
    return people + times  # type: ignore[return-value]  # as above


@inlined
def fold_attribute(state: int, value: float) -> int:
    """Go on with one attribute."""
    felt = np.int64(round(value * 1e6))  # compiled code rounds to a float
    return np.int64(state) * _FELT + felt  # type: ignore[return-value]  # as above


@inlined
def fold_end(state: int) -> int:
    """Mix the sum (the finaliser of SplitMix64), or differences would add up over visits."""
    mixed = np.uint64(np.int64(state))
    mixed = (mixed ^ (mixed >> _SHIFT30)) * _MIX1
    mixed = (mixed ^ (mixed >> _SHIFT27)) * _MIX2
    return np.int64(mixed ^ (mixed >> _SHIFT31))  # type: ignore[return-value]  # as above
