"""A stock plan as tables for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from simulator.analysis.stock import Kind, PlannedWeek, Policy, ProductPlan, StockPlan
from simulator.report.charts.stock import shelf_text
from simulator.report.terminal import WIDTH, figures, heading, note, number, side_by_side
from simulator.results.estimate import Estimate

__all__ = ["stock_tables"]

_KINDS: Final = {
    "holding": "holding",
    "ordering": "orders",
    "backorder": "owed",
    "lost_margin": "lost margin",
    "left_over": "left over",
}
_CHARTS: Final = 3


def stock_tables(plan: StockPlan) -> Iterator[RenderableType]:
    """Lay out a stock plan: the answer, what it costs and serves, the order sheet, the shelves to come."""
    products = list(plan.products.values())
    yield _headline(plan)
    yield _answer(plan)
    yield from _policies(products)
    yield note(
        "today: as the model has it. by the book: from mean and deviation of demand alone. fill rate: "
        "units there when asked for. cycles: deliveries before which nobody asked in vain."
    )
    yield from _costs(plan, products)
    yield note(
        f"Over {_days(plan):g} days, on futures the search has not seen (±: 95 %). "
        "lost margin: what the same customers leave when nothing is ever out, less what they leave now "
        "and what they take instead. not knowing: cost above that of knowing every day's demand in advance."
    )
    yield from _orders(products)
    yield from _shelves(products)
    if plan.question.feedback:
        yield from _feedback(products)
    yield note(f"seed {plan.seed}  ·  {plan.tried} sets of policies tried")


def _days(plan: StockPlan) -> float:
    return (plan.program.horizon - plan.program.warm_up) / 86_400_000


def _headline(plan: StockPlan) -> RenderableType:
    program, question = plan.program, plan.question
    what = f"{program.title}: {program.scenario}" if program.scenario else program.title
    aim = question.aim
    asked = "least cost" if aim.measure == "cost" else f"{_said(aim.measure)} of {aim.target:.1%}"
    limits = [
        f"{most:,.0f} {unit} at most"
        for most, unit in ((question.budget, program.currency), (question.shelf, "units"))
        if most is not None
    ]
    return heading(what, ", ".join([f"stock for {asked}", *limits, _times(question.replications)]))


def _times(replications: int) -> str:
    return "1 replication" if replications == 1 else f"{replications} replications"


def _said(measure: str) -> str:
    return {"fill_rate": "a fill rate", "cycle": "cycles without a stock-out"}.get(measure, measure)


def _answer(plan: StockPlan) -> RenderableType:
    saved, currency = plan.saved, plan.program.currency
    words = f"The stock costs {_money(plan.cost)} {currency} in {_days(plan):g} days, "
    value, low, high = saved.value or 0.0, saved.low, saved.high
    if low is not None and high is not None and low <= 0.0 <= high:
        words += f"as much as today's within what can be told [{-high:+,.0f}, {-low:+,.0f}]. "
    else:
        words += f"{_signed(saved.scaled(-1.0))} against today's. "
    words += f"At most {plan.units:,.0f} units for {plan.money:,.0f} {currency} are on hand and on order."
    return Text(words, style="bold" if value > 0 else "")


def _policies(products: Sequence[ProductPlan]) -> Iterator[RenderableType]:
    rows = [
        [
            one.name,
            _policy(one.written),
            _policy(one.policy),
            "–" if one.textbook.policy is None else _policy(one.textbook.policy),
            _share(one.fill_rate),
            _share(one.cycle),
        ]
        for one in products
    ]
    yield from figures(["product", "today", "recommended", "by the book", "fill rate", "cycles"], rows)


def _policy(policy: Policy) -> str:
    if policy.kind is Kind.ORDER_UP_TO:
        return f"≤{policy.level} → {policy.level + policy.lot}"
    if policy.kind is Kind.ORDER_QUANTITY:
        return f"≤{policy.level} + {policy.lot}"
    return f"→ {policy.level}" if policy.kind is Kind.BASE_STOCK else f"{policy.level} once"


def _share(estimate: Estimate) -> str:
    if estimate.value is None:
        return "–"
    half = "" if estimate.low is None else f" ±{100 * (estimate.value - estimate.low):.1f}"
    return f"{100 * estimate.value:.1f}{half} %"


def _costs(plan: StockPlan, products: Sequence[ProductPlan]) -> Iterator[RenderableType]:
    kinds = [kind for kind in _KINDS if any(one.costs[kind].value for one in products)]
    columns = {
        one.name: [
            *(number(one.costs[kind].value) for kind in kinds),
            _give_or_take(one.costs["total"]),
            number(one.written_cost.value),
            number(one.not_knowing.value),
        ]
        for one in products
    }
    labels = [*(_KINDS[kind] for kind in kinds), "total", "today's total", "not knowing"]
    head = f"cost in {plan.program.currency}" if plan.program.currency else "cost"
    yield from side_by_side(head, labels, columns)


def _give_or_take(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None:
        return number(estimate.value)
    return f"{estimate.value:,.0f} ±{estimate.value - estimate.low:,.0f}"


def _money(estimate: Estimate) -> str:
    if estimate.value is None:
        return "–"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:,.0f}"
    return f"{estimate.value:,.0f} [{estimate.low:,.0f}, {estimate.high:,.0f}]"


def _signed(estimate: Estimate, digits: int = 0) -> str:
    if estimate.value is None:
        return "–"
    if estimate.value == estimate.low == estimate.high == 0.0:
        return "none at all"
    text = f"{estimate.value:+,.{digits}f}"
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} [{estimate.low:+,.{digits}f}, {estimate.high:+,.{digits}f}]"


def _orders(products: Sequence[ProductPlan]) -> Iterator[RenderableType]:
    """Lay out the order sheet: what to expect to order in each week."""
    ordered = [one for one in products if one.policy.kind is not Kind.ONCE]
    if ordered:
        dates = [week.date.isoformat() for week in ordered[0].weeks]
        columns = {one.name: [_order(week) for week in one.weeks] for one in ordered}
        yield from side_by_side("order in week of", dates, columns)
        yield note(
            "Units to expect to order, in whole orders (chance that the policy orders in that week). The "
            "policy decides; the sheet is what its orders add up to over all futures."
        )
    bought = [one for one in products if one.policy.kind is Kind.ONCE]
    if bought:
        yield from _bought_once(bought)


def _bought_once(bought: Sequence[ProductPlan]) -> Iterator[RenderableType]:
    rows = [
        [
            one.name,
            f"{one.policy.level:,}",
            "–" if one.newsvendor is None else f"{one.newsvendor:,}",
            "–" if one.textbook.policy is None else f"{one.textbook.policy.level:,}",
            f"{one.textbook.demand.total_mean:,.1f} ± {one.textbook.demand.total_sd:,.1f}",
        ]
        for one in bought
    ]
    yield from figures(["bought once", "recommended", "on the draws", "by the book", "demand ± sd"], rows)
    yield note(
        "on the draws: the newsvendor's quantity on the simulated demand, a stock-out changing nobody. by "
        "the book: on a normal demand of that mean and deviation."
    )


def _order(week: PlannedWeek) -> str:
    return f"{week.order or '·'} ({week.chance:.0%})"


def _shelves(products: Sequence[ProductPlan]) -> Iterator[RenderableType]:
    for one in products[:_CHARTS]:
        yield shelf_text(one, WIDTH)
    ends = range(6, len(products[0].projection.dates), 7)
    dates = [products[0].projection.dates[day].isoformat() for day in ends]
    columns = {one.name: [f"{one.projection.out_by[day]:.1%}" for day in ends] for one in products}
    yield from side_by_side("chance of a stock-out by", dates, columns)


def _feedback(products: Sequence[ProductPlan]) -> Iterator[RenderableType]:
    found = [(one, one.feedback) for one in products if one.feedback is not None]
    rows = [
        [
            one.name,
            _policy(compared.policy),
            _policy(one.policy),
            _signed(compared.level_difference, 2),
            _signed(compared.cost_difference),
            _signed(compared.demand_difference, 2),
        ]
        for one, compared in found
    ]
    head = ["feedback", "without", "with", "reorder point", "cost", "demand"]
    yield from figures(head, rows)
    yield note(
        "The same demand paths, met by shelves that no customer notices (without) and by those he finds "
        "empty (with); differences are with less without [95 %], the reorder point to a part of a unit."
    )
