"""What a run found, as tables for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from simulator.report.terminal import duration, heading, note, number, percent, side_by_side, table
from simulator.results.demand import weekly_demand
from simulator.results.document import run_document
from simulator.results.estimate import Estimate
from simulator.results.summary import RunResult
from simulator.spec.model import DAY

__all__ = ["run_tables"]

Document = dict[str, Any]


def run_tables(result: RunResult) -> Iterator[RenderableType]:
    """Lay out the tables of a run: headline, personas, ends, touchpoints, goods, milestones, sessions."""
    document = run_document(result)
    yield from _headline(result, document)
    yield _personas(result)
    yield _ends(document)
    yield from _touchpoints(document)
    if document["products"]:
        yield _products(document)
        yield from _weekly(result)
    if document["milestones"]:
        yield _milestones(result)
    if document["sessions"]["sessions"] and result.program.sells:
        yield from _sessions(result)
    yield note(f"digest {result.digest}  ·  seed {result.seed}")


def _money(value: float | None, currency: str) -> str:
    return "–" if value is None else f"{value:,.0f} {currency}"


def _headline(result: RunResult, document: Document) -> Iterator[RenderableType]:
    program, conversion = result.program, result.conversion()
    what = f"{program.title}: {program.scenario}" if program.scenario else program.title
    days, warm = f"{program.horizon / DAY:g} days", f"warm-up {program.warm_up / DAY:g}"
    yield heading(what, f"{days} from {program.start}, {warm}, {_times(result.replications)}")
    yield Text(
        f"Conversion {percent(conversion.estimate)}: {conversion.hits:,} of {conversion.of:,} customers "
        f"within {program.follow_up / DAY:g} days of arriving"
    )
    if program.sells:
        revenue = result.revenue_estimate()
        interval = _money_interval(revenue)
        yield Text(
            f"Revenue {_money(revenue.value, program.currency)}{interval} a replication, net of refunds; "
            f"{document['orders'] / result.replications:,.1f} orders"
        )
    if conversion.estimate.reason:
        yield note(f"no interval: {conversion.estimate.reason}")


def _times(replications: int) -> str:
    return "1 replication" if replications == 1 else f"{replications} replications"


def _money_interval(revenue: Estimate) -> str:
    if revenue.low is None or revenue.high is None:
        return ""
    return f" [{revenue.low:,.0f}, {revenue.high:,.0f}]"


def _personas(result: RunResult) -> RenderableType:
    head = ["persona", "came", "conversion", "converted"]
    rows = []
    for number_, name in enumerate(result.program.names.personas):
        conversion = result.conversion(number_)
        came = result.counts("people")[:, number_].sum()
        counts = f"{conversion.hits:,} of {conversion.of:,}"
        rows.append([name, number(came / result.replications, 1), percent(conversion.estimate), counts])
        if result.program.sells:
            rows[-1].append(number(result.revenue_estimate(number_).value))
    return table([*head, "revenue"] if result.program.sells else head, rows)


def _ends(document: Document) -> RenderableType:
    people = document["existing"] + document["arrived"] + document["referred"]
    ends = {**document["outcomes"], "(still on their way)": document["open"]}
    if document["stopped"]:
        ends["(stopped by max_steps)"] = document["stopped"]
    rows = [
        [name, number(total / document["replications"], 1), f"{total / people:.1%}" if people else "–"]
        for name, total in ends.items()
    ]
    came = " + ".join(
        f"{document[kind] / document['replications']:,.1f} {kind}"
        for kind in ("existing", "arrived", "referred")
        if document[kind]
    )
    return table(["journeys end in", "a replication", "share"], rows, title=f"whole run: {came or 'nobody'}")


def _touchpoints(document: Document) -> Iterator[RenderableType]:
    replications = document["replications"]
    ordered = sorted(document["touchpoints"].items(), key=lambda item: -item[1]["entered"])
    rows = [
        [
            name,
            number(one["entered"] / replications, 1),
            number(one["visits"] / replications, 1),
            _most(one["to"], one["visits"]),
            duration(one["dwell"]["mean"]),
        ]
        for name, one in ordered
    ]
    yield table(["touchpoint", "entered", "visits", "most go to", "stay"], rows)
    held = [
        [
            name,
            number(one["refused"] / replications, 1),
            number(one["closed"] / replications, 1),
            number(one["abandoned"] / replications, 1),
            _share(one["wait"]["delayed"]),
            duration(one["wait"]["mean"]),
        ]
        for name, one in ordered
        if one["refused"] or one["closed"] or one["abandoned"] or one["wait"]["customers"]
    ]
    if held:
        yield table(["gates and teams", "refused", "closed", "abandoned", "waited", "mean wait"], held)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _most(to: dict[str, int], visits: int) -> str:
    if not to or not visits:
        return "–"
    name = max(to, key=lambda target: (to[target], target))
    shown = name if len(name) <= 16 else name[:15] + "…"
    return f"{shown} {to[name] / visits:.0%}"


def _products(document: Document) -> RenderableType:
    replications = document["replications"]
    kinds = ("demand", "sold", "lost", "retried", "returned", "owed")
    rows = [
        [name, *(number(one[kind] / replications, 1) for kind in kinds)]
        for name, one in document["products"].items()
    ]
    return table(["units a replication", *kinds], rows)


def _weekly(result: RunResult) -> Iterator[RenderableType]:
    demand = weekly_demand(result)
    columns = {name: [_quantiles(week) for week in found] for name, found in demand.items()}
    dates = [_week(week) for week in next(iter(demand.values()))]
    yield from side_by_side("demand, week of", dates, columns)
    yield note("Units asked for: median (10 % to 90 % of replications).")


def _week(week: Document) -> str:
    return week["week"] if week["days"] == 7 else f"{week['week']} ({week['days']} days)"


def _quantiles(week: Document) -> str:
    return f"{week['q50']:,.0f} ({week['q10']:,.0f}–{week['q90']:,.0f})"


def _milestones(result: RunResult) -> RenderableType:
    rows = []
    for place, name in enumerate(result.program.names.milestones):
        found = result.milestone(place)
        met = {True: "yes", False: "no", None: "cannot tell"}[found.met] if found.target is not None else ""
        target = "" if found.target is None else f"{found.target:.1%}"
        counts = f"{found.rate.hits:,} of {found.rate.of:,}"
        rows.append([name, percent(found.rate.estimate), counts, target, met])
    return table(["milestone", "reached", "customers", "target", "met"], rows)


def _sessions(result: RunResult) -> Iterator[RenderableType]:
    rate = result.session_orders()
    yield Text(
        f"Sessions with an order {percent(rate.estimate)}: {rate.hits:,} of {rate.of:,} sessions "
        f"(visits less than {result.program.structure.clock[8] / 60_000:g} min apart)"
    )
    rows = []
    for place, name in enumerate(result.program.names.touchpoints):
        met = result.session_orders(place)
        if met.of:
            ends = "–" if met.estimate.value is None else f"{1 - met.estimate.value:.1%}"
            rows.append([name, f"{met.of:,}", f"{met.hits:,}", ends])
    yield table(["sessions that met", "sessions", "with an order", "without"], rows)
