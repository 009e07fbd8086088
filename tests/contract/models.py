"""Draw a journey model of the whole language, as the plain data a YAML file would give.

Everything the language can say is here with a decent chance, and what is drawn is always a valid model:
what needs something else brings it. Numbers are few and round, so that things happen at the same
millisecond.
"""

from __future__ import annotations

import datetime
from typing import Any, Final

from hypothesis import strategies as st

from simulator.spec.expressions import Name
from simulator.spec.paths import join_path
from tests.contract.words import SHORT, TIMES, Pen

__all__ = ["broken_models", "models"]

_START: Final = datetime.date(2026, 1, 5)
_HORIZONS: Final = {"3 days": 3, "60 h": 2, "1 week": 7, "100 h": 4, "2 weeks": 14}
_OUTCOMES: Final = ("left", "lost", "done")
# Names of every kind: plain, with a dash or a dot, beyond ASCII, longer than a block of BLAKE2.
_TOUCHPOINTS: Final = ("home", "No-Show", "größe", "café.corner", "客服", "z" * 150)
_TRIPS: Final = ("reminder", "call back")
_PERSONAS: Final = ("tim", "Trudy Ünal", "p.3")
_PRODUCTS: Final = ("boots", "socks", "a-b")
_TEAMS: Final = ("staff", "desk 2")
_STAGES: Final = ("early", "late")


class _Journey(Pen):
    """One journey while it is written."""

    def __init__(self, tape: bytes, customers: int, sharing: bool = True) -> None:
        super().__init__(tape)
        self.customers = customers
        self.horizon = self.one(tuple(_HORIZONS))
        self.mains = list(_TOUCHPOINTS[: self.number(2, len(_TOUCHPOINTS))])
        self.trips = list(_TRIPS[: self.one((0, 2, 2, 1, 2))])
        self.touchpoints = [*self.mains, *self.trips]
        self.outcomes = list(_OUTCOMES[: self.number(1, 3)])
        self.products = list(_PRODUCTS[: self.number(0, 3)])
        self.teams = list(_TEAMS[: self.number(0, 2)]) if sharing else []
        self.attributes = ["consent", *self.some(("mood", "x-y"), 0, 2)]
        self.due = self.some(("due", "the day"), 0, 2)
        self.personas = list(_PERSONAS[: self.number(1, 3)])
        self.traits = self.some(("zeal", "the age"), 0, 2)
        self.hours = {team: self.maybe(50) for team in self.teams}
        self.queues = {team: self.number(0, 3) if self.maybe(50) else None for team in self.teams}
        self.backorders = {product: self.maybe(50) for product in self.products}
        self.limited = [product for product in self.products if sharing and self.maybe(75)]
        self.dated = [product for product in self.products if self.maybe(40)]
        self.gated = {name for name in self.touchpoints if self.maybe(20)}
        self.contacts = {name for name in self.touchpoints if self.maybe(40 if name in self.trips else 20)}
        self.selling = [name for name in self.touchpoints if self.products and self.maybe(45)]
        self.racing = self._racing()

    def _racing(self) -> dict[str, list[str]]:
        """Choose who holds a race, and give every side trip one that sends him there."""
        holders: dict[str, list[str]] = {name: [] for name in self.mains if self.maybe(15)}
        for number, trip in enumerate(self.trips):
            before = self.trips[:number]
            holder = self.one(["home", "home", *self.mains, *14 * before])
            holders.setdefault(holder, []).append(trip)
        return holders

    # ------------------------------------------------------------------ a touchpoint

    def places(self, name: str) -> tuple[list[str], list[str]]:
        """Give where a row may lead, and the ends that take the rest."""
        back = ["back"] if name in self.trips else []
        return [*self.mains, *back], [*back, *back, *self.outcomes]

    def lead(self, name: str, least: int = 0) -> dict[str, Any]:
        """Write a row of a touchpoint, to an end and at least so many places."""
        return self.row(*self.places(name), least)

    def touchpoint(self, name: str) -> dict[str, Any]:
        """Write a touchpoint."""
        written: dict[str, Any] = {}
        if self.maybe(60):
            written["stage"] = self.one(_STAGES)
        if self.maybe(50):
            written["channel"] = self.one(("web", "mail"))
        if self.maybe(20):
            written["media"] = self.one(("paid", "competitor"))
        if self.maybe(30):
            written["cost"] = 0.35
        if self.maybe(75):
            written["dwell"] = self.time(TIMES[3:] if self.maybe(50 if name in self.trips else 15) else SHORT)
        written |= (
            self.gate(name) | self.team(name) | self.basket(name) | self.effects() | self.decision(name)
        )
        if self.selling and self.maybe(30):
            written["returns"] = {"of": self.one(self.selling), "restock": self.chance(), "fee": 3}
        if self.maybe(15):
            written["refers"] = self.referral()
        if name in self.trips and not self.comes_back(written):
            written.setdefault("only_if", "visits.home < 3")
            written["otherwise"] = {"back": 1}
        return written

    def comes_back(self, written: dict[str, Any]) -> bool:
        """Tell whether a row of a side trip says `back`."""
        return "'back'" in repr(written)

    def gate(self, name: str) -> dict[str, Any]:
        written: dict[str, Any] = {}
        if name in self.gated:
            written["only_if"] = self.condition()
        if name in self.contacts:
            written["contact"] = True
        return {**written, "otherwise": self.lead(name)} if written else {}

    def team(self, name: str) -> dict[str, Any]:
        """Write who serves, and where those go who are not."""
        if not self.teams or self.maybe(55):
            return {}
        team = self.one(self.teams)
        written: dict[str, Any] = {"team": team}
        if self.maybe(60):
            written["patience"] = self.time(SHORT)
        if "patience" in written or self.queues[team] is not None or self.maybe(20):
            written["on_abandon"] = self.lead(name)
        if self.hours[team] and ("patience" in written or self.maybe(50)):
            written["on_closed"] = "wait" if self.maybe(40) else self.lead(name)
        return written

    def basket(self, name: str) -> dict[str, Any]:
        """Write what is sold, and what follows when there is none of it."""
        if name not in self.selling:
            return {}
        products = self.some(self.products, 1, 3)
        each = self.maybe(50)
        lines = {product: self.line(0.5 if each else 0.2) for product in products[1:]}
        lines[products[0]] = self.line(0.7 if each else "rest")
        written: dict[str, Any] = {
            "sells": {"each" if each else "one_of": lines},
            "empty": self.lead(name),
            "on_stockout": self.lead(name),
        }
        if self.maybe(50):
            written |= self.substitutes(products)
        if self.maybe(60):
            row: dict[str, Any] = {"wait": 0.5} if self.maybe(50) else {}
            listed: dict[str, Any] = {"give_up": self.time(), "then": self.lead(name)}
            if name in self.trips or self.maybe(50):  # asking again there would be a visit without a race
                listed["woken"] = self.lead(name)
            written["back_in_stock"] = listed
            if row:
                written["on_stockout"] = row | {self.one(self.outcomes): "rest"}
            else:
                del written["on_stockout"]
        return written

    def substitutes(self, asked: list[str]) -> dict[str, Any]:
        """Write what is taken instead of a product that may run out."""
        found = {}
        for product in sorted(set(asked) & set(self.limited)):
            others = [other for other in self.products if other != product]
            if others and self.maybe(70):
                found[product] = dict.fromkeys(self.some(others, 1, 2), self.one((0.4, 0.5, 0.0)))
        return {"substitutes": found} if found else {}

    def line(self, p: float | str) -> Any:
        """Write a line of a basket."""
        written: dict[str, Any] = {"p": p}
        if self.maybe(30):
            written["odds"] = self.factor()
        if self.maybe(40):
            written["units"] = self.count()
        return written if len(written) > 1 else p

    def effects(self) -> dict[str, Any]:
        """Write what a visit does to attributes."""
        found: dict[str, Any] = {}
        for name in self.some(self.attributes, 0, 3):
            other, kind = self._attribute(), self.number(0, 4)
            if kind == 0:
                found[name] = {"chance": self.chance()}
            elif kind == 1:
                found[name] = {"to": f"clip({other} + 0.2, -2, 2)", "noise": {"normal": {"sd": 0.3}}}
            elif kind == 2:
                found[name] = {"to": self.factor(), "noise": self.value()}
            else:
                found[name] = other if kind == 3 else self.factor()
        for name in self.some(self.due, 0, 1) if self.maybe(30) else []:
            found[name] = self.one(("now + 8 h", f"{Name('attribute', name)} + 1 day", "now - 1 h"))
        return {"set": found} if found else {}

    def referral(self) -> dict[str, Any]:
        written: dict[str, Any] = {
            "count": self.one((1, {"poisson": 0.5}, 3, {"geometric": {"mean": 0.4}})),
            "enters": self.entrance(),
        }
        if self.maybe(50):
            written["after"] = self.time(plain=True)
        if len(self.personas) > 1 and self.maybe(50):
            written["personas"] = {self.personas[0]: 0.3, self.personas[1]: "rest"}
        return written

    def entrance(self) -> dict[str, Any]:
        """Write where journeys begin; some begin at home, so that a goal can be reached."""
        others = [name for name in self.some(self.mains, 0, 2) if name != "home"]
        return {**dict.fromkeys(others, 0.4), "home": "rest"}

    def decision(self, name: str) -> dict[str, Any]:
        """Write how a touchpoint decides."""
        if name in self.racing:
            return {"race": self.race(name)}
        kind = self.number(0, 3)
        if kind == 0:
            return {"next": self.lead(name, 1)}
        if kind == 1:
            places, ends = self.places(name)
            chosen = dict.fromkeys([*self.some(places, 1, 3), self.one(ends)])
            return {"choose": {target: self.utility() for target in chosen}}
        rules: dict[str, Any] = {
            rule: {"if": self.condition(), "then": self.lead(name, 1)}
            for rule in ("first", "2.nd")[: kind - 1]
        }
        return {"next": {**rules, "else": self.lead(name, 1)}}

    def race(self, name: str) -> dict[str, Any]:
        """Write a race: one sure clock, and others with all they may have."""
        sure = [place for place in self.mains if place not in self.gated | self.contacts and place != name]
        clocks: dict[str, Any] = {self.one([*self.outcomes, *sure]): {"after": self.time(TIMES[4:])}}
        for target in self.some([place for place in self.mains if place != name], 0, 2):
            clocks.setdefault(target, self.clock())
        for target in self.racing[name]:
            clocks[target] = {**self.clock(), "after": self.time(SHORT), "side_trip": True}
        return clocks

    def clock(self) -> dict[str, Any]:
        written: dict[str, Any] = {"after": self.time(TIMES[:6])}
        if self.maybe(30):
            written["p"] = self.chance()
        if self.maybe(30):
            written["if"] = self.condition()
        return written

    # ------------------------------------------------------------------ the people

    def persona(self, touchpoints: dict[str, Any], detours: dict[str, Any]) -> dict[str, Any]:
        """Write a persona; `touchpoints` and `detours` are the map it may change."""
        rate = max(1, self.customers // (_HORIZONS[self.horizon] * len(self.personas)))
        arrivals: dict[str, Any] = {"rate": f"{rate} per day"}
        if self.maybe(30):
            arrivals["weekday"] = {"mon-tue": 1.3, "sat": 0.4}
        if self.maybe(30):
            arrivals["hours"] = {"00-06": 0, "10-12": 3}
        if self.maybe(20):
            arrivals["growth"] = self.one(("10 % per month", "-20 % per month"))
        if self.maybe(20):
            arrivals["month"] = {"jan": 1.2}
        if self.maybe(20):
            arrivals["holiday"] = self.one(({"any": 2}, {"Heilige Drei Könige": 0.5}))
        if self.maybe(25):
            arrivals["parties"] = self.one(
                ({"1": 0.6, "2": "rest"}, {"1": 0.7, "3": 0.2, "40": 0.1}, {"4": 1})
            )
        written: dict[str, Any] = {"arrivals": arrivals, "enters": self.entrance()}
        if self.traits:
            written["traits"] = {trait: self.one((0.3, 0.9)) for trait in self.traits}
        if self.maybe(30):
            written["attributes"] = {self.one(self.attributes): self.value()}
        if self.due and self.maybe(40):
            written["planned"] = {self.one(self.due): self.time(plain=True)}
        if self.maybe(40):
            written |= self.existing(touchpoints)
        if self.maybe(35):
            written["changes"] = self.changes(touchpoints, detours)
        return written

    def existing(self, touchpoints: dict[str, Any]) -> dict[str, Any]:
        stays = [
            name
            for name in self.mains
            if "dwell" in touchpoints[name] and not {"team", "race"} & touchpoints[name].keys()
        ]
        if not stays:
            return {}
        written: dict[str, Any] = {"count": self.number(1, self.customers // 5 + 1), "at": self.one(stays)}
        if self.maybe(50):
            written["orders"] = 2
        if self.maybe(50):
            written["set"] = {self.one(self.attributes): self.one(({"chance": 0.5}, "0.5 + orders"))}
        return {"existing": written}

    def changes(self, touchpoints: dict[str, Any], detours: dict[str, Any]) -> dict[str, Any]:
        """Write a persona's own version of the map; its numbers stand nowhere else."""
        places: dict[str, Any] = {}
        for name in self.some(self.mains, 1, 2):
            own: dict[str, Any] = {"dwell": "7 min"}
            if "next" in touchpoints[name] and self.maybe(60):
                own["next"] = {self.one(self.mains): 0.07, self.one(self.outcomes): "rest"}
            if "patience" in touchpoints[name] and self.maybe(60):
                own["patience"] = "11 min"
            if "race" in touchpoints[name]:
                own["race"] = {next(iter(touchpoints[name]["race"])): {"after": "13 min"}}
            places[name] = own
        stops = {name: {"p": 0.41} for name in detours if self.maybe(50)}
        return {"touchpoints": places, "detours": stops} if stops else {"touchpoints": places}

    # ------------------------------------------------------------------ the world

    def world(self, touchpoints: dict[str, Any]) -> dict[str, Any]:
        """Write products, stock, teams and attributes."""
        written: dict[str, Any] = {
            "attributes": {name: self.attribute(name) for name in self.attributes if name != "consent"}
        }
        for name in self.due:
            written["attributes"][name] = {"planned": self.time(plain=True)}
        if self.products:
            written["products"] = {name: self.product(name) for name in self.products}
        baskets = [basket for one in touchpoints.values() for basket in one.get("sells", {}).values()]
        sold = [name for name in self.limited if any(name in basket for basket in baskets)]
        if sold:
            written["inventory"] = {name: self.stock(name) for name in sold}
        if self.teams:
            written["teams"] = {name: self.staff(name) for name in self.teams}
        if self.contacts or self.maybe(20):
            first = self.one(
                (1, {"uniform": {"min": 0, "max": 2}}, {"empirical": {"q0": 0, "q60": 0, "q100": 1}})
            )
            written["attributes"]["consent"] = {"initial": first}
        if self.maybe(60):
            written["contact_cap"] = {
                "count": self.one((2, 1, 3, 0)),
                "per": self.one(("8 h", "1 day", "3 days")),
            }
        return written

    def attribute(self, name: str) -> dict[str, Any]:
        written: dict[str, Any] = {"initial": self.value()}
        if self.maybe(50):
            written |= {"min": -0.5, "max": 1}
        return written

    def day(self) -> str:
        """Choose a date of the run."""
        return str(_START + datetime.timedelta(days=self.number(0, _HORIZONS[self.horizon] - 1)))

    def product(self, name: str) -> dict[str, Any]:
        written: dict[str, Any] = {"price": self.one((10, 49.99, 129)), "unit_cost": 4}
        if name in self.dated:
            written["sold"] = {self.one(("from", "to")): self.day()}
        return written

    def stock(self, name: str) -> dict[str, Any]:
        written: dict[str, Any] = {"on_hand": self.number(0, 3)}
        if self.maybe(85):
            written["policy"] = self.policy()
            written["lead_time"] = self.time(TIMES[:7], plain=True)
            if self.maybe(30):
                written["min_order"] = self.number(1, 3)
            if self.maybe(30):
                written["case_size"] = self.number(1, 3)
        if self.maybe(30):
            written["on_order"] = {self.day(): self.number(0, 3), self.day(): 1}
        if self.backorders[name]:
            written["when_out"] = "backorder"
        return written

    def policy(self) -> dict[str, Any]:
        """Write when to order how much, of every kind."""
        point, kind = self.number(0, 2), self.number(0, 3)
        written: dict[str, Any] = {"reorder_point": point, "order_up_to": point + self.number(1, 4)}
        if kind == 1:
            written = {"reorder_point": point, "order_quantity": self.number(1, 3)}
        elif kind == 2:
            written = {"base_stock": self.number(0, 3)}
        if self.maybe(30):
            written["review"] = self.one(("8 h", "1 day", "30 min"))
            if self.maybe(50):
                written["first_review"] = self.one(("2 h", "1 day"))
        return written

    def staff(self, name: str) -> dict[str, Any]:
        written: dict[str, Any] = {"servers": self.one((1, 2, 3, 0))}
        if self.hours[name]:
            written["hours"] = self.one(
                ({"daily": "09:00-17:00"}, {"mon-wed": "08:30-12:00", "thu": "00:00-24:00"})
            )
        if self.queues[name] is not None:
            written["queue"] = self.queues[name]
        return written

    def dates(self, first: str) -> dict[str, Any]:
        """Say when an event is: between dates, from or to one, or around a holiday (6 January)."""
        last = str(datetime.date.fromisoformat(first) + datetime.timedelta(days=1))
        kinds: tuple[dict[str, Any], ...] = (
            {"from": first, "to": last},
            {"from": first},
            {"to": last},
            {"holiday": self.one(("Epiphany", "any")), "after": self.one(("0 days", "2 days"))},
        )
        return dict(kinds[self.one((0, 0, 1, 2, 3))])

    def events(self, touchpoints: dict[str, Any]) -> dict[str, Any]:
        """Write dated events of every kind."""
        found: dict[str, Any] = {}
        for name in ("sale", "fair")[: self.number(0, 2)]:
            first = self.day()
            event = self.dates(first)
            if self.maybe(60):
                event["arrivals"] = {"times": self.one((2, 0.5, 0))}
            if self.products and self.maybe(60):
                event["price"] = {self.one(self.products): self.one((7, 40))}
            if self.teams and self.maybe(60):
                event["teams"] = {self.one(self.teams): {"servers": self.number(0, 2)}}
            ways = self.every_way(touchpoints)
            if ways and self.maybe(70):
                event["next"] = {join_path(self.one(ways)): {"odds": self.one((3, 0.2))}}
            found[name] = event
        return found

    def shocks(self, touchpoints: dict[str, Any]) -> dict[str, Any]:
        """Write shocks on arrivals, on odds, and on every kind of hazard."""
        ways = [("touchpoints", path[0], "next", *path[1:]) for path in self.every_way(touchpoints)]
        hazards = [path for name in self.touchpoints for path in _hazards(name, touchpoints[name])]
        found: dict[str, Any] = {}
        for name in ("luck", "Mood.2")[: self.number(0, 2)]:
            on = ["arrivals"] if self.maybe(40) else [join_path(("personas", self.personas[0], "arrivals"))]
            on += [join_path(self.one(ways))] if ways and self.maybe(60) else []
            if hazards and self.maybe(80):
                on.append(join_path(hazards.pop()))
            found[name] = {"on": on, "per": self.one(("day", "week", "month")), "sd": self.one((0.5, 0.1))}
            if self.maybe(50):
                found[name]["correlation"] = 0.6
        return found

    def every_way(self, touchpoints: dict[str, Any]) -> list[tuple[str, ...]]:
        """List what `events.next` may name anywhere."""
        return [path for place in self.touchpoints for path in _ways(place, touchpoints[place])]

    def detours(self, touchpoints: dict[str, Any]) -> dict[str, Any]:
        """Write unexpected stops."""
        used = sorted({one["stage"] for one in touchpoints.values() if "stage" in one})
        if not used:
            return {}
        return {
            name: {
                "to": self.one(self.mains),
                "during": self.some(used, 1, 2),
                "p": self.one((0.3, 0.6, 0.1)),
                "resume": self.chance(),
            }
            for name in ("feed", "Ad.2")[: self.number(0, 2)]
        }

    def steps(self, touchpoints: dict[str, Any]) -> int:
        """Choose when a journey is stopped: early where each visit may bring another customer."""
        few = any("refers" in one for one in touchpoints.values()) or self.maybe(20)
        return self.number(2, 9) if few else self.one((60, 120))

    def model(self) -> dict[str, Any]:
        """Write the whole model."""
        touchpoints = {name: self.touchpoint(name) for name in self.touchpoints}
        detours = self.detours(touchpoints)
        written: dict[str, Any] = {
            "start": str(_START),
            "horizon": self.horizon,
            "goal": [self.mains[0], *self.some(self.touchpoints[1:], 0, 1)],
            "stages": list(_STAGES),
            "holidays": {"country": "AT"},
            "outcomes": self.outcomes,
            "touchpoints": touchpoints,
            "max_generations": self.number(0, 2),
            "max_steps": self.steps(touchpoints),
            **self.world(touchpoints),
        }
        written["personas"] = {name: self.persona(touchpoints, detours) for name in self.personas}
        rare = {"detours": detours, "events": self.events(touchpoints), "shocks": self.shocks(touchpoints)}
        written |= {word: found for word, found in rare.items() if found}
        if self.maybe(40):
            written["warm_up"] = self.one(("6 h", "1 day"))
        if self.maybe(40):
            written["follow_up"] = self.one(("4 h", "8 h"))
        if self.maybe(40):
            written["sessions"] = {"gap": self.one(("30 min", "1 day"))}
        if self.maybe(60):
            written["milestones"] = {"first": {"at": self.some(self.touchpoints, 1, 2), "within": "2 h"}}
        return written

    # ------------------------------------------------------------------ what stops a run

    def broken(self) -> dict[str, Any]:
        """Write a model where a number goes wrong for whoever comes back often enough."""
        written, kind = self.model(), self.number(0, 5)
        name = self.one(self.mains)
        visits, touchpoint = Name("visits", name), written["touchpoints"][name]
        if kind < 3 and name not in self.racing:
            for word in ("next", "choose"):
                touchpoint.pop(word, None)
            touchpoint |= self.wrong_decision(name, kind)
            self.forget_ways(written)
        elif kind == 3 and name in self.selling:
            for basket in touchpoint["sells"].values():
                line = basket[min(basket)]
                basket[min(basket)] = {
                    "p": line["p"] if isinstance(line, dict) else line,
                    "odds": f"2 - {visits}",
                }
        elif kind == 4:
            written["personas"][self.personas[0]]["enters"] = {"home": {"p": 1, "odds": "hour - 5"}}
        else:
            touchpoint.setdefault("set", {})["consent"] = f"log(1.5 - {visits})"
        return written

    def wrong_decision(self, name: str, kind: int) -> dict[str, Any]:
        """Write a decision whose weight is negative, nowhere above 0, or whose utility is too large."""
        visits, end, time = Name("visits", name), self.outcomes[0], self.time(SHORT)
        if kind == 0:
            odds = {"p": 0.5, "odds": f"1.5 - {visits}"}
            return {"next": {end: odds, name: {"p": "rest", "after": time}}}
        if kind == 1:
            return {"next": {name: {"p": 1, "odds": f"2 - {visits}", "after": time}}}
        return {"choose": {end: 0, name: f"400 * {visits} - 350"}}

    def forget_ways(self, written: dict[str, Any]) -> None:
        """Drop what may speak of a way that is no more."""
        for event in written.get("events", {}).values():
            event.pop("next", None)
        for persona in written["personas"].values():
            persona.pop("changes", None)
        written.pop("shocks", None)


def _ways(name: str, touchpoint: dict[str, Any]) -> list[tuple[str, ...]]:
    """List what `events.next` may name at a touchpoint."""
    if "choose" in touchpoint:
        return [(name, target) for target in touchpoint["choose"]]
    decides = touchpoint.get("next", {})
    if "else" not in decides:
        return [(name, target) for target in decides]
    rows = {rule: one if rule == "else" else one["then"] for rule, one in decides.items()}
    return [(name, rule, target) for rule, row in rows.items() for target in row]


def _hazards(name: str, touchpoint: dict[str, Any]) -> list[tuple[str, ...]]:
    """List the hazards of a touchpoint that a shock may name."""
    found = [(word,) for word in ("dwell", "patience") if "hazard" in str(touchpoint.get(word))]
    clocks = touchpoint.get("race", {}).items()
    found += [("race", target) for target, clock in clocks if "hazard" in clock["after"]]
    rows = touchpoint.get("next", {})
    if "else" not in rows:
        for target, share in rows.items():
            if isinstance(share, dict) and "hazard" in share.get("after", ""):
                found.append(("next", target, "after"))
    return [("touchpoints", name, *path) for path in found]


# Most models read 500 to 900 choices.
_TAPE: Final = 1400


def models(customers: int = 200, *, sharing: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Draw valid models with about so many customers; without sharing nobody meets anybody."""
    tapes = st.binary(min_size=_TAPE, max_size=_TAPE)
    return tapes.map(lambda tape: _Journey(tape, customers, sharing).model())


def broken_models(customers: int = 100) -> st.SearchStrategy[dict[str, Any]]:
    """Draw models that are valid as written and most likely stop when they are played."""
    return st.binary(min_size=_TAPE, max_size=_TAPE).map(lambda tape: _Journey(tape, customers).broken())
