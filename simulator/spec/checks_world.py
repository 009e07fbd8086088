"""Checks of what surrounds the journey: goal, milestones, products, events, sessions."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from simulator.errors import nearest
from simulator.spec.checks_calendar import advise_calendar, check_calendar
from simulator.spec.model import Model
from simulator.spec.parts import Path, products_of
from simulator.spec.paths import split_path
from simulator.spec.touchpoint import Touchpoint
from simulator.spec.units import format_duration
from simulator.spec.view import Finding, View
from simulator.spec.world import Event, Stock

__all__ = ["advise_world", "check_world"]


def check_world(model: Model, views: tuple[View, ...]) -> Iterator[Finding]:
    """Find what is wrong with everything that is the same for all personas.

    Parameters
    ----------
    model : Model
        The model.
    views : tuple of View
        Every version of its map; what one of them has exists.
    """
    anywhere = {name: None for view in views for name in view.touchpoints}
    yield from _times(model)
    yield from _names(model, views)
    yield from _goals(model, anywhere)
    yield from _sessions(model, views)
    yield from _stocks(model, views)
    yield from check_calendar(model)
    for name, event in model.events.items():
        yield from _event(("events", name), event, model, views)


def advise_world(model: Model, views: tuple[View, ...]) -> Iterator[Finding]:
    """Find what can be simulated but was hardly meant."""
    yield from advise_calendar(model)
    sold = _sold_anywhere(views)
    for product in model.products:
        if product not in sold and product not in model.inventory:
            yield Finding(("products", product), f"no touchpoint sells {product!r}", "sell it somewhere")
    yield from _never_replaced(model, views)
    if model.contact_cap is not None and model.contact_cap.count == 0:
        yield Finding(("contact_cap", "count"), "a cap of 0 means no message is ever sent", "write 1 or more")
    for name, event in model.events.items():
        if event.arrivals is None and not (event.price or event.next or event.teams):
            yield Finding(
                ("events", name), "this event changes nothing", "write arrivals, price, next or teams"
            )


def _never_replaced(model: Model, views: tuple[View, ...]) -> Iterator[Finding]:
    """Find substitutes for what can never be short."""
    named = {
        (place, product)
        for view in views
        for place, touchpoint in view.touchpoints.items()
        for product in touchpoint.substitutes
    }
    for place, product in sorted(named):
        stock = model.inventory.get(product)
        if stock is None or stock.when_out == "backorder":
            yield Finding(
                ("touchpoints", place, "substitutes", product),
                f"{product!r} is never out, so nothing replaces it",
                "give it a stock in inventory whose sales can be lost",
            )


def _times(model: Model) -> Iterator[Finding]:
    """Hold that somebody can arrive after the warm-up and be observed for follow_up."""
    if model.warm_up_ms + model.follow_up_ms < model.horizon_ms:
        return
    written = next((word for word in ("follow_up", "warm_up") if word in model.model_fields_set), "horizon")
    yield Finding(
        (written,),
        f"warm_up ({format_duration(model.warm_up_ms)}) and follow_up "
        f"({format_duration(model.follow_up_ms)}) leave nothing of the horizon ({model.horizon}): "
        "no customer would count in a rate",
        "make them shorter, or the horizon longer",
    )


def _names(model: Model, views: tuple[View, ...]) -> Iterator[Finding]:
    """Hold that a name means one thing: a touchpoint or an outcome."""
    seen: set[str] = set()
    for outcome in model.outcomes:
        if outcome in seen:
            yield Finding(("outcomes",), f"the outcome {outcome!r} is listed twice", "remove one")
        elif any(outcome in view.touchpoints for view in views):
            yield Finding(
                ("outcomes",),
                f"{outcome!r} is both a touchpoint and an outcome",
                "choose another name for one",
            )
        seen.add(outcome)


def _goals(model: Model, anywhere: Mapping[str, object]) -> Iterator[Finding]:
    for goal in model.goal:
        if goal not in anywhere:
            kind = "is an outcome" if goal in model.outcomes else "is no touchpoint"
            fix = nearest(goal, anywhere)
            yield Finding(("goal",), f"the goal {goal!r} {kind}; a goal is a touchpoint", fix)
    if not model.goal:
        yield Finding(("goal",), "no goal is named", "name the touchpoints that are a conversion")
    for name, milestone in model.milestones.items():
        for at in milestone.at:
            if at not in anywhere:
                yield Finding(
                    ("milestones", name, "at"), f"no touchpoint is called {at!r}", nearest(at, anywhere)
                )
        if milestone.within is not None and milestone.within > model.follow_up_ms:
            yield Finding(
                ("milestones", name, "within"),
                f"{format_duration(milestone.within)} is longer than follow_up "
                f"({format_duration(model.follow_up_ms)}), so not everybody would be observed so long",
                "make it shorter, or follow_up longer",
            )


def _sessions(model: Model, views: tuple[View, ...]) -> Iterator[Finding]:
    used = {touchpoint.channel: None for view in views for touchpoint in view.touchpoints.values()}
    known = {channel: None for channel in used if channel is not None}
    for channel in model.sessions.channels:
        if channel not in known:
            yield Finding(
                ("sessions", "channels"),
                f"no touchpoint has the channel {channel!r}",
                nearest(channel, known),
            )


def _stocks(model: Model, views: tuple[View, ...]) -> Iterator[Finding]:
    sold = _sold_anywhere(views)
    for product in model.inventory:
        if product not in model.products:
            yield Finding(
                ("inventory", product),
                f"no product is called {product!r}",
                nearest(product, model.products),
            )
        elif product not in sold:
            yield Finding(
                ("inventory", product),
                f"{product!r} has a stock, and no touchpoint sells it",
                "sell it somewhere, or remove its stock",
            )
    for product, stock in model.inventory.items():
        yield from _supply(("inventory", product), stock, model)


def _supply(base: Path, stock: Stock, model: Model) -> Iterator[Finding]:
    """Hold that what is dated comes and is looked at within the simulated time."""
    last = model.end - datetime.timedelta(milliseconds=1)
    for date in stock.on_order:
        if not model.start <= date <= last.date():
            yield Finding(
                (*base, "on_order", str(date)),
                f"the units come on {date}, outside the simulated time ({model.start} to {last:%Y-%m-%d})",
                "what came before the start is on_hand; what comes later need not be written",
            )
    first = stock.policy.first_review if stock.policy is not None else 0.0
    if round(first) >= model.horizon_ms:
        yield Finding(
            (*base, "policy", "first_review"),
            f"the first review, after {format_duration(first)}, comes after the end of the simulated time",
            "make it earlier, or the horizon longer",
        )


def _sold_anywhere(views: tuple[View, ...]) -> set[str]:
    return {product for view in views for each in view.touchpoints.values() for product in products_of(each)}


def _event(base: Path, event: Event, model: Model, views: tuple[View, ...]) -> Iterator[Finding]:
    wanted = (
        ("product", event.price, model.products, (*base, "price")),
        ("team", event.teams, model.teams, (*base, "teams")),
    )
    for kind, names, known, path in wanted:
        for name in names:
            if name not in known:
                yield Finding((*path, name), f"no {kind} is called {name!r}", nearest(name, known))
    for persona in event.arrivals.personas if event.arrivals is not None else ():
        if persona not in model.personas:
            yield Finding(
                (*base, "arrivals", "personas"),
                f"no persona is called {persona!r}",
                nearest(persona, model.personas),
            )
    for written in event.next:
        yield from _odds(base, written, views)


def _odds(base: Path, written: str, views: tuple[View, ...]) -> Iterator[Finding]:
    """Read `touchpoint.target` or `touchpoint.rule.target`; some version of the map must have it."""
    path = (*base, "next", written)
    try:
        name, *steps = split_path(written)
    except ValueError as error:
        yield Finding(path, str(error))
        return
    versions = [view.touchpoints[name] for view in views if name in view.touchpoints]
    if not versions:
        known = {each: None for view in views for each in view.touchpoints}
        yield Finding(path, f"no touchpoint is called {name!r}", nearest(name, known))
        return
    if not any(_leads(touchpoint, steps) for touchpoint in versions):
        allowed = {".".join([name, *way]) for touchpoint in versions for way in _ways(touchpoint)}
        wrong = ".".join([name, *steps])
        yield Finding(
            path,
            f"{wrong!r} is no target of a row or choice of {name!r}",
            nearest(wrong, allowed) or "write touchpoint.target or touchpoint.rule.target",
        )


def _ways(touchpoint: Touchpoint) -> Iterator[tuple[str, ...]]:
    """Yield what may follow the touchpoint's name in `events.next`."""
    rules = touchpoint.next or {}
    for rule, entry in rules.items():
        for target in entry.then:
            if len(rules) == 1:
                yield (target,)
            yield (rule, target)
    for target in touchpoint.choose or {}:
        yield (target,)


def _leads(touchpoint: Touchpoint, steps: list[str]) -> bool:
    return tuple(steps) in set(_ways(touchpoint))
