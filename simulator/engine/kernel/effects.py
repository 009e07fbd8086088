"""What a completed visit does in the kernel: attributes it sets, customers it brings."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of
from simulator.compiled import inner
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.agenda import schedule
from simulator.engine.kernel.going import chosen_of
from simulator.engine.kernel.people import NOWHERE, bounded, choose_trouble, new_customer, value
from simulator.engine.rules import LARGEST, draw, draw_time, friends_of
from simulator.engine.stack import SCRATCH
from simulator.engine.streams import block, mixed, numbered

__all__ = ["apply", "refer"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_COUNT: Final = key_of(Purpose.COUNT)
_REFER_AFTER: Final = key_of(Purpose.REFER_AFTER)
# Behind the stack of expressions, room for the new values of one `set`.
_PENDING: Final = SCRATCH
_CAPPED: Final = at.COUNTS["referrals_capped"]


@inner
def apply(m: Ints, f: Floats, stack: Floats, c: int, first: int, last: int, w0: int, w1: int) -> None:
    """Set attributes, all from the values before; then their bounds apply.

    New values wait behind the stack until all are known; NaN marks a chance that did not come.
    """
    for row in range(first, last):
        effect = m[at.EFFECTS] + at.EFFECT_WIDTH * row
        waiting = _PENDING + row - first
        if m[effect + at.X_TO] < 0:
            comes = mixed(w0, w1, m[effect + at.X_KEY], 0) < f[m[at.EFFECT_CHANCES] + row]
            stack[waiting] = 1.0 if comes else math.nan
            continue
        new = value(m, f, stack, c, m[effect + at.X_TO])
        if m[effect + at.X_NOISE] >= 0:
            new += draw(m, f, m[effect + at.X_NOISE], w0, w1, m[effect + at.X_KEY])
        if math.isnan(new) or abs(bounded(m, f, m[effect + at.X_ATTRIBUTE], new)) > LARGEST:
            choose_trouble(m, f, c, at.NOT_A_NUMBER, m[effect + at.X_TO], 0, new)
        stack[waiting] = new
    for row in range(first, last):
        new = stack[_PENDING + row - first]
        attribute = m[m[at.EFFECTS] + at.EFFECT_WIDTH * row + at.X_ATTRIBUTE]
        if not math.isnan(new):
            f[m[c + at.EYES] + attribute] = bounded(m, f, attribute, new)


@inner
def refer(m: Ints, f: Floats, stack: Floats, c: int, station: int) -> None:
    """Bring new customers."""
    w0, w1 = m[c + at.V_W0], m[c + at.V_W1]
    count = int(draw(m, f, m[station + at.ST_REFERRALS], w0, w1, _COUNT))
    generation = m[c + at.GENERATION] + 1
    if count > 0 and generation > m[at.MAX_GENERATIONS]:
        m[m[_CAPPED] + m[c + at.PERSONA]] += count
        return
    friends = friends_of(m[c + at.SUBJECT], m[station + at.ST_SITE], m[c + at.V_ENTRY])
    for k in range(count):
        subject = numbered(friends, k)
        w0, w1 = block(m[at.SEED], m[at.REPLICATION], subject, m[station + at.ST_SITE], 0)
        persona = m[c + at.PERSONA]
        if m[station + at.ST_REFERRAL_PERSONAS] >= 0:
            entry = chosen_of(m, f, stack, c, m[station + at.ST_REFERRAL_PERSONAS], w0, w1)
            if entry < 0:
                return
            persona = m[entry + at.E_TARGET]
        delay = draw_time(m, f, m[station + at.ST_REFERRAL_AFTER], w0, w1, _REFER_AFTER)
        if m[at.NOW] + delay >= m[at.HORIZON]:
            continue
        c0, c1 = block(m[at.SEED], m[at.REPLICATION], subject, NOWHERE, 0)
        new = new_customer(m, f, subject, persona, 2, m[at.NOW] + delay, generation, c0, c1)
        if new < 0:
            return
        m[new + at.ENTERS], m[new + at.ENTERS_W0], m[new + at.ENTERS_W1] = (
            m[station + at.ST_REFERRAL_ENTERS],
            w0,
            w1,
        )
        schedule(m, new, delay, at.ENTRY_PHASE, 1)
        if m[at.SHARED] == 0:
            m[m[at.WAITING] + m[at.WAITING_SIZE]] = new
            m[at.WAITING_SIZE] += 1
