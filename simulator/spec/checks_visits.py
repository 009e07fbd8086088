"""Checks that one visit fits together: gate, team, basket, stock, return, effects, stage."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from simulator.errors import nearest
from simulator.spec.expressions import Kind
from simulator.spec.model import CONSENT, Model
from simulator.spec.parts import Path, lines
from simulator.spec.rows import Line
from simulator.spec.stages import PRESETS
from simulator.spec.touchpoint import Effect, Touchpoint
from simulator.spec.view import Finding, View
from simulator.spec.world import Product, Team

__all__ = ["check_effects", "check_visits"]


def check_visits(view: View) -> Iterator[Finding]:
    """Find touchpoints whose parts need each other, or name what does not exist."""
    for base, touchpoint in view.each():
        yield from _gate(base, touchpoint)
        yield from _team(base, touchpoint, view.model)
        yield from _basket(base, touchpoint, view.model)
        yield from _returns(base, touchpoint, view)
        yield from check_effects((*base, "set"), touchpoint.set, view.model)
        yield from _stages(base, touchpoint, view.model)


def check_effects(base: Path, effects: Mapping[str, Effect], model: Model) -> Iterator[Finding]:
    """Find effects on attributes nobody has, and numbers where a time belongs."""
    known = [*model.attributes, CONSENT]
    for name, effect in effects.items():
        if name not in known:
            yield Finding((*base, name), f"no attribute is called {name!r}", nearest(name, known))
        else:
            yield from _kind(base, name, effect, name in model.dates)


def _kind(base: Path, name: str, effect: Effect, dated: bool) -> Iterator[Finding]:
    """Hold that a planned date becomes a time, and everything else a number."""
    wanted = Kind.TIME if dated else Kind.NUMBER
    if effect.to is None or (dated and effect.noise is not None):
        if dated:
            message = f"{name!r} holds a planned date; it has no chance and no noise"
            yield Finding((*base, name), message, "write a time such as now + 3 days")
    elif effect.to.kind is not wanted:
        text = f"'{effect.to.text}' is a {effect.to.kind}"
        if dated:
            yield Finding(
                (*base, name), f"{text}, and {name!r} holds a date", "write a time such as now + 3 days"
            )
        else:
            message = f"{text}, where a number such as 0.4 + satisfaction is needed"
            yield Finding((*base, name), message, "divide by a time, as in waited / 1 min")


def _gate(base: Path, touchpoint: Touchpoint) -> Iterator[Finding]:
    gate = "only_if" if touchpoint.only_if is not None else "contact" if touchpoint.contact else ""
    if gate and touchpoint.otherwise is None:
        yield Finding(
            (*base, gate),
            f"{gate} may refuse a visit, and nothing says where that leads",
            "write otherwise, such as otherwise: {left: 1}",
        )
    if not gate and touchpoint.otherwise is not None:
        yield Finding(
            (*base, "otherwise"), "no visit is refused here", "write only_if or contact, or remove it"
        )


def _team(base: Path, touchpoint: Touchpoint, model: Model) -> Iterator[Finding]:
    if touchpoint.team is None:
        for word in ("patience", "on_abandon", "on_closed"):
            if getattr(touchpoint, word) is not None:
                yield Finding((*base, word), f"{word} needs a team to wait for", "write team, or remove it")
        return
    team = model.teams.get(touchpoint.team)
    if team is None:
        yield Finding(
            (*base, "team"), f"no team is called {touchpoint.team!r}", nearest(touchpoint.team, model.teams)
        )
        return
    yield from _leavers(base, touchpoint, touchpoint.team, team)


def _leavers(base: Path, touchpoint: Touchpoint, name: str, team: Team) -> Iterator[Finding]:
    """Whoever may leave a queue needs somewhere to go."""
    if touchpoint.on_abandon is None and touchpoint.patience is not None:
        yield Finding(
            (*base, "patience"),
            "patience may end, and nothing says where that leads",
            "write on_abandon, such as on_abandon: {left: 1}",
        )
    elif touchpoint.on_abandon is None and team.queue is not None:
        yield Finding(
            (*base, "team"),
            f"the queue of {name!r} holds {team.queue}, and nothing says where one goes who finds it full",
            "write on_abandon, such as on_abandon: {left: 1}",
        )
    if touchpoint.on_closed is None and touchpoint.patience is not None and team.hours is not None:
        yield Finding(
            (*base, "team"),
            f"{name!r} has hours, and nothing says what a customer with patience does outside them",
            "write on_closed: a row, or wait",
        )


def _basket(base: Path, touchpoint: Touchpoint, model: Model) -> Iterator[Finding]:
    if touchpoint.sells is None:
        for word in ("empty", "substitutes", "on_stockout", "back_in_stock"):
            if getattr(touchpoint, word):
                yield Finding((*base, word), f"{word} needs something sold here", "write sells, or remove it")
        return
    for word, product, _ in lines(touchpoint):
        if product not in model.products:
            yield Finding(
                (*base, "sells", word, product),
                f"no product is called {product!r}",
                nearest(product, model.products),
            )
    yield from _substitutes(base, touchpoint, model)
    yield from _stockout(base, touchpoint, model)
    yield from _empty(base, touchpoint, model)


def _substitutes(base: Path, touchpoint: Touchpoint, model: Model) -> Iterator[Finding]:
    """Hold that what is replaced is sold here, and what replaces it is a product."""
    asked = {product for _, product, _ in lines(touchpoint)}
    for product, others in touchpoint.substitutes.items():
        path = (*base, "substitutes", product)
        if product not in asked:
            yield Finding(path, f"nobody asks for {product!r} here", nearest(product, asked))
        for other in others:
            if other not in model.products:
                yield Finding(
                    (*path, other), f"no product is called {other!r}", nearest(other, model.products)
                )


def _stockout(base: Path, touchpoint: Touchpoint, model: Model) -> Iterator[Finding]:
    if touchpoint.on_stockout is not None or touchpoint.back_in_stock is not None:
        return
    for word, product, _ in lines(touchpoint):
        stock = model.inventory.get(product)
        if stock is not None and stock.when_out == "lost":
            yield Finding(
                (*base, "sells", word, product),
                f"{product!r} may run out, and nothing says where that leads",
                "write on_stockout or back_in_stock, or when_out: backorder in inventory",
            )
            return


def _empty(base: Path, touchpoint: Touchpoint, model: Model) -> Iterator[Finding]:
    if touchpoint.empty is not None or touchpoint.sells is None:
        return
    if touchpoint.sells.each is not None:
        if not _always(touchpoint.sells.each, model, sure=True):
            yield Finding(
                (*base, "sells", "each"),
                "every line may fail, and nothing says where an empty basket leads",
                "write empty, such as empty: {left: 1}",
            )
    elif not _always(touchpoint.sells.one_of or {}, model, sure=False):
        yield Finding(
            (*base, "sells", "one_of"),
            "on some days none of these products is sold, and nothing says where an empty basket leads",
            "write empty, such as empty: {left: 1}",
        )


def _always(basket: Mapping[str, Line], model: Model, *, sure: bool) -> bool:
    """Tell whether on every day of the horizon some line is drawn.

    A line of `each` is sure with p = 1 and no odds; of `one_of`, any line with p above 0 will do.
    Sales dates change only on the days looked at.
    """
    offers = [
        model.products[product]
        for product, line in basket.items()
        if product in model.products and ((line.p == 1 and line.odds is None) if sure else line.p)
    ]
    if any(product not in model.products for product in basket):
        return True  # another finding says so; what the unknown product would do is a guess
    return all(any(_sold(product, day) for product in offers) for day in _turning_days(model, offers))


def _turning_days(model: Model, products: list[Product]) -> list[datetime.date]:
    days = {model.start}
    for product in products:
        if product.sold is not None and product.sold.since is not None:
            days.add(product.sold.since)
        if product.sold is not None and product.sold.to is not None and product.sold.to < datetime.date.max:
            days.add(product.sold.to + datetime.timedelta(days=1))
    return [
        day
        for day in days
        if model.start <= day and datetime.datetime.combine(day, datetime.time()) < model.end
    ]


def _sold(product: Product, day: datetime.date) -> bool:
    if product.sold is None:
        return True
    return (product.sold.since or day) <= day <= (product.sold.to or day)


def _returns(base: Path, touchpoint: Touchpoint, view: View) -> Iterator[Finding]:
    if touchpoint.returns is None:
        return
    of = touchpoint.returns.of
    selling = [name for name, other in view.touchpoints.items() if other.sells is not None]
    if of not in selling:
        reason = "sells nothing" if of in view.touchpoints else "is no touchpoint"
        yield Finding((*base, "returns", "of"), f"{of!r} {reason}", nearest(of, selling))


def _stages(base: Path, touchpoint: Touchpoint, model: Model) -> Iterator[Finding]:
    if touchpoint.stage is not None and touchpoint.stage not in model.stages:
        fix = nearest(touchpoint.stage, model.stages) or "list it in stages"
        yield Finding((*base, "stage"), f"no stage is called {touchpoint.stage!r}", fix)
    for scheme, stage in touchpoint.stages.items():
        if scheme not in PRESETS:
            yield Finding(
                (*base, "stages", scheme), f"no stage scheme is called {scheme!r}", nearest(scheme, PRESETS)
            )
        elif stage not in PRESETS[scheme]:
            yield Finding(
                (*base, "stages", scheme),
                f"the scheme {scheme!r} has no stage {stage!r}",
                nearest(stage, PRESETS[scheme]),
            )
