"""What a reader of a learnt model must know: what the log covers, and what it cannot show."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from simulator.learn.endings import Ending
from simulator.learn.log import EventLog
from simulator.learn.rows import Fork

__all__ = ["window_notes"]


def window_notes(log: EventLog, learnt: Mapping[int, Fork]) -> Iterator[str]:
    """Say what the log covers, and what it cannot show."""
    to = log.start + datetime.timedelta(milliseconds=log.last)
    yield f"{len(log.case):,} events of {log.cases:,} cases, {log.start} to {to}."
    if log.nameless:
        yield f"Left out, because they name no case: {log.nameless:,} events."
    still = sum(fork.open for fork in learnt.values())
    if still:
        yield f"Still open as the log ended: {still:,} cases; until then they count among those at risk."
    if not log.has_clock:
        yield "The log has dates without clock times: arrivals are spread over the day."
    silent = [log.activities[fork.activity] for fork in learnt.values() if fork.kind is Ending.SILENT]
    if silent:
        yield f"After {_listed(silent)} a case has ended when nothing followed for longer than it ever took."
    endless = [log.activities[fork.activity] for fork in learnt.values() if fork.kind is Ending.ENDLESS]
    if endless:
        yield f"Nobody was seen to end after {_listed(endless)}: a tiny end is added, as a journey needs one."
    for fork in learnt.values():
        beyond = sum(branch.beyond for branch in fork.shared)
        if beyond >= 0.01:
            name = log.activities[fork.activity]
            share = f"{100 * beyond:.0f} %"
            yield f"{share} of what follows {name} lies beyond the longest time seen: extrapolated."


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
