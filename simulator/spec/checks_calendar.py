"""Checks of what is dated: events, holidays, the dates a product is sold."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from simulator.errors import nearest
from simulator.spec.holidays import ANY, event_spans, holidays_of
from simulator.spec.model import Model
from simulator.spec.parts import Path
from simulator.spec.view import Finding
from simulator.spec.world import Event

__all__ = ["advise_calendar", "check_calendar"]


def check_calendar(model: Model) -> Iterator[Finding]:
    """Find what is wrong with the dates of a model.

    Parameters
    ----------
    model : Model
        The model.
    """
    for name, persona in model.personas.items():
        if persona.arrivals is not None:
            path = ("personas", name, "arrivals", "holiday")
            yield from _holidays(path, persona.arrivals.holiday, model, each=True)
    for name, event in model.events.items():
        yield from _event(("events", name), event, model)
    yield from _sales(model)


def advise_calendar(model: Model) -> Iterator[Finding]:
    """Find dates that can be simulated but were hardly meant."""
    last_day = _last_day(model)
    for name, event in model.events.items():
        if event.holiday and not event_spans(model, event):
            yield Finding(
                ("events", name, "holiday"),
                f"no such holiday falls in the simulated time ({model.start} to {last_day})",
                "remove the event, or take a longer horizon",
            )
    for name, product in model.products.items():
        sold = product.sold
        if sold is None:
            continue
        if (sold.to or last_day) < model.start or (sold.since or model.start) > last_day:
            yield Finding(
                ("products", name, "sold"),
                f"it is never on sale in the simulated time ({model.start} to {last_day})",
                "change the dates, or remove the product",
            )


def _event(base: Path, event: Event, model: Model) -> Iterator[Finding]:
    yield from _holidays((*base, "holiday"), event.holiday, model, each=False)
    if not event.holiday and not event_spans(model, event):
        yield Finding(
            (*base, "from" if event.since else "to"),
            f"the event ({event.since or '…'} to {event.to or '…'}) lies outside the simulated time "
            f"({model.start} to {_last_day(model)})",
            "move the event, or the start or the horizon of the model",
        )


def _last_day(model: Model) -> datetime.date:
    return (model.end - datetime.timedelta(milliseconds=1)).date()


def _holidays(path: Path, names: Iterable[str], model: Model, *, each: bool) -> Iterator[Finding]:
    """Hold that holidays are known by these names; with `each` every name is a key of its own."""
    known = holidays_of(model)
    for name in names:
        if model.holidays is None:
            said = "the model has no 'holidays', so it is not said whose these are"
            yield Finding(path, said, "write holidays: {country: DE} with the code of your country")
            return
        if name != ANY and name not in known:
            where = " ".join(filter(None, (model.holidays.country, model.holidays.subdivision)))
            yield Finding(
                (*path, name) if each else path,
                f"{where} has no public holiday {name!r} from {model.start.year} to {model.end.year}",
                nearest(name, [*known, ANY]),
            )


def _sales(model: Model) -> Iterator[Finding]:
    for name, product in model.products.items():
        dates = product.sold
        if dates is not None and dates.since is not None and dates.to is not None and dates.to < dates.since:
            yield Finding(
                ("products", name, "sold"),
                f"its sale ends ({dates.to}) before it begins ({dates.since})",
                "exchange the dates",
            )
