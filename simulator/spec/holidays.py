"""Public holidays by name, from the library `holidays`, and the dates on which an event holds.

Names are known in the country's own language and, where the library has them, in English. The language is
always named, because the library would otherwise take that of the machine.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Final

from simulator.errors import nearest
from simulator.spec.units import DAY

if TYPE_CHECKING:
    from simulator.spec.model import Model
    from simulator.spec.people import Arrivals
    from simulator.spec.world import Event, Holidays

__all__ = [
    "ANY",
    "check_country",
    "check_subdivision",
    "event_spans",
    "holiday_factors",
    "holidays_of",
    "public_holidays",
]

Days = tuple[datetime.date, ...]
Span = tuple[datetime.date, datetime.date]

ANY: Final = "any"
_ENGLISH: Final = "en_US"
_ONE: Final = datetime.timedelta(days=1)


def check_country(code: str) -> None:
    """Refuse what is no ISO 3166 code of a country the library knows.

    Raises
    ------
    ValueError
        With the code that was probably meant.
    """
    from holidays.registry import COUNTRIES

    if code in {entry[1] for entry in COUNTRIES.values()}:
        return
    names = {_plain(entry[0]): entry[1] for entry in COUNTRIES.values()}
    names |= {entry[2]: entry[1] for entry in COUNTRIES.values()}
    names |= {entry[1]: entry[1] for entry in COUNTRIES.values()}
    codes = {name.lower(): meant for name, meant in names.items()}
    close = get_close_matches(_plain(code).lower(), [name for name in codes if len(name) > 3], n=1)
    found = codes.get(_plain(code).lower()) or (codes[close[0]] if close else None)
    fix = f"write {found!r}" if found else "write its ISO 3166 code, such as DE, FR, GB or US"
    raise ValueError(f"{code!r} is no country whose holidays are known; {fix}")


def _plain(name: str) -> str:
    return "".join(name.split())


def check_subdivision(country: str, code: str) -> None:
    """Refuse what is no subdivision of a country.

    Raises
    ------
    ValueError
        With the subdivision that was probably meant.
    """
    import holidays

    known = sorted(getattr(holidays, country).subdivisions)
    if code in known:
        return
    if not known:
        raise ValueError(f"the holidays of {country} are the same everywhere; leave subdivision out")
    aliases = holidays.country_holidays(country).get_subdivision_aliases()
    meant = {alias.lower(): one for one, others in aliases.items() for alias in others}.get(code.lower())
    fix = f"write {meant!r}" if meant else nearest(code, known)
    raise ValueError(f"{country} has no subdivision {code!r}; {fix}")


@cache
def public_holidays(country: str, subdivision: str | None, first: int, last: int) -> Mapping[str, Days]:
    """List the public holidays of some years by name.

    Parameters
    ----------
    country, subdivision
        ISO 3166 codes; a subdivision has holidays of its own beside the country's.
    first, last : int
        Years, both inclusive.

    Returns
    -------
    mapping of str to tuple of date
        Every name in every language known, in the order of the first date.
    """
    import holidays

    years = range(first, last + 1)
    own = holidays.country_holidays(country, subdiv=subdivision)
    languages = [own.default_language]
    if _ENGLISH in own.supported_languages and own.default_language != _ENGLISH:
        languages.append(_ENGLISH)
    found: dict[str, set[datetime.date]] = {}
    for language in languages:
        listed = holidays.country_holidays(country, subdiv=subdivision, years=years, language=language)
        for date in sorted(listed):
            for name in listed.get_list(date):
                found.setdefault(name, set()).add(date)
    return {name: tuple(sorted(dates)) for name, dates in found.items()}


def holidays_of(model: Model) -> Mapping[str, Days]:
    """List the holidays of a model's country by name, from a year before its start to one after its end."""
    where: Holidays | None = model.holidays
    if where is None:
        return {}
    last = min(model.end.year + 1, datetime.MAXYEAR)
    return public_holidays(where.country, where.subdivision, max(1, model.start.year - 1), last)


def holiday_factors(model: Model, arrivals: Arrivals) -> dict[datetime.date, float]:
    """Give the factor of each holiday: that of its name, else of `any`; of two names both count."""
    factors: dict[datetime.date, float] = {}
    known = holidays_of(model)
    for name, factor in sorted(arrivals.holiday.items()):
        for date in known.get(name, ()) if name != ANY else ():
            factors[date] = factors.get(date, 1.0) * factor
    rest = arrivals.holiday.get(ANY, 1.0)
    return {date: factors.get(date, rest) for dates in known.values() for date in dates}


def event_spans(model: Model, event: Event) -> list[Span]:
    """List the dates on which an event holds, first and last date inclusive, in order.

    Only what lies within the simulated time; what overlaps is one span.
    """
    last_day = (model.end - datetime.timedelta(milliseconds=1)).date()
    found: list[Span] = []
    for since, to in sorted(_written(model, event, last_day)):
        since, to = max(since, model.start), min(to, last_day)
        if since > to:
            continue
        if found and since <= found[-1][1]:
            since, to = found[-1][0], max(to, found.pop()[1])
        found.append((since, to))
    return found


def _written(model: Model, event: Event, last_day: datetime.date) -> list[Span]:
    if not event.holiday:
        return [(event.since or model.start, event.to or last_day)]
    known = holidays_of(model)
    names = known if ANY in event.holiday else [name for name in event.holiday if name in known]
    dates = {date for name in names for date in known[name]}
    before, after = (round(part / DAY) * _ONE for part in (event.before, event.after))
    return [(date - before, date + after) for date in dates]
