"""How customers of the hand-written shop come in, go from place to place, and queue."""

from __future__ import annotations

import bisect
import copy
import math
import random
from collections.abc import Callable, Generator, Mapping
from typing import Any

import simpy

from benchmarks.by_hand import Played
from benchmarks.by_hand.shop_tables import (
    BACK,
    CONSIDERATION,
    FLOOR_HOURS,
    QUARTILES,
    SIMPLE,
    SUPPORT_HOURS,
    TIM_HOURS,
    TRAITS,
    TRUDY_HOURS,
    WEEKS,
    Customer,
    Row,
    month_of,
    tim_mean,
    trudy_mean,
)
from benchmarks.by_hand.shop_world import DAY, HOUR, Shelf, Shock, Team, day_of, poisson, weibull

__all__ = ["Visit", "Walk"]

Visit = Generator[Any, Any, str]


class Walk:
    """How customers come in and go about; what they decide is in `Shop`."""

    def __init__(self, seed: int, more: float = 1.0) -> None:
        self.env, self.chance, self.more = simpy.Environment(), random.Random(seed), more
        env, chance = self.env, self.chance
        self.visits = self.orders = 0
        self.season, self.weather, self.mood = (
            Shock(chance, 0.08, 0.6),
            Shock(chance, 0.1),
            Shock(chance, 0.1),
        )
        self.support = Team(env, 1, SUPPORT_HOURS, easter=0, room=4)
        self.floor = Team(env, 2, FLOOR_HOURS, easter=1, room=math.inf)
        self.shelves = {
            "boots": Shelf(
                env,
                10,
                lambda position: 10 - position if position <= 3 else 0,
                lambda: self.gamma(10 * DAY, 0.4),
                due={day_of(1, 14) * DAY: 4},
            ),
            "shell": Shelf(
                env,
                6,
                lambda position: 6 if position <= 2 else 0,  # 5, in cases of 2
                lambda: chance.triangular(5 * DAY, 20 * DAY, 8 * DAY),
            ),
            "jacket": Shelf(
                env,
                6,
                lambda position: 8 - position,
                lambda: 12 * DAY,
                backorder=True,
                review=(33 * HOUR, 14 * DAY),
            ),
            "fleece": Shelf(env, 10, lambda position: 0, lambda: 0.0),
        }
        self.stays: Mapping[str, Callable[[], float]] = {
            "search": lambda: chance.lognormvariate(0.0, 0.8),
            "paid_ad": lambda: 1 / 6,
            "instagram": lambda: chance.lognormvariate(math.log(9) - 0.405, 0.9),
            "home": lambda: chance.triangular(1 / 12, 4, 0.5),
            "signup": lambda: 2 / 3,
            "product": self.reading,
            "compare": lambda: self.gamma(9, 0.8),
            "wishlist": lambda: 0.5,
            "reminder": lambda: chance.expovariate(1 / (5 * HOUR)),
            "chat": lambda: self.gamma(11, 0.7),
            "question": lambda: chance.uniform(4, 20),
            "store": lambda: chance.lognormvariate(math.log(14), 0.5),
            "cart": lambda: chance.lognormvariate(math.log(3), 0.8),
            "coupon_site": lambda: chance.expovariate(1 / 4),
            "cart_mail": lambda: chance.expovariate(1 / (3 * HOUR)),
            "web_order": lambda: 1.0,
            "delivery": lambda: self.gamma(2.5 * DAY, 0.4),
            "competitor": lambda: chance.expovariate(1 / 20),
            "win_back": lambda: chance.expovariate(1 / (8 * HOUR)),
            "using_product": lambda: weibull(chance, 55 * DAY, 1.4),
            "newsletter": lambda: chance.expovariate(1 / DAY),
        }
        self.delays: Mapping[tuple[str, str], Callable[[], float]] = {
            ("friend", "home"): lambda: chance.expovariate(1 / DAY),
            ("friend", "store"): lambda: chance.uniform(20, 180),
            ("product", "store"): lambda: chance.uniform(15 * HOUR, 20 * HOUR),
            ("compare", "competitor"): lambda: 30.0,
            ("question", "cart"): lambda: 2 * HOUR,
            ("store", "home"): lambda: DAY,
            ("competitor", "home"): lambda: chance.expovariate(1 / (25 * DAY)),
            ("competitor", "win_back"): lambda: 21 * DAY,
            ("returned", "product"): lambda: chance.expovariate(1 / (3 * DAY)),
            ("recommends", "home"): lambda: chance.expovariate(1 / (10 * DAY)),
            ("chat abandoned", "product"): lambda: 2 * HOUR,
            ("store abandoned", "home"): lambda: 5 * HOUR,
            ("store closed", "store"): lambda: 16 * HOUR,
            ("store closed", "home"): lambda: HOUR,
            ("web_order out", "competitor"): lambda: 10.0,
            ("store_order out", "home"): lambda: 5 * HOUR,
            ("store_order short", "product"): lambda: DAY,
        }

    # ------------------------------------------------------------------ chance

    def gamma(self, mean: float, cv: float) -> float:
        """Draw from a gamma law."""
        return self.chance.gammavariate(cv**-2, mean * cv**2)

    def reading(self) -> float:
        """Draw the stay on a product page from its quartiles."""
        place, part = divmod(4 * self.chance.random(), 1)
        low, high = QUARTILES[int(place)], QUARTILES[int(place) + 1]
        return low + part * (high - low)

    def pick(self, row: Row) -> str:
        """Choose a target of a row."""
        return self.chance.choices(list(row), list(row.values()))[0]

    def go(self, row_name: str, row: Row) -> Visit:
        """Choose a target and take the time to get there."""
        target = self.pick(row)
        if (row_name, target) in self.delays:
            yield self.env.timeout(self.delays[row_name, target]())
        return target

    # ------------------------------------------------------------------ coming in

    def run(self) -> Played:
        """Play the whole time."""
        for persona, count in (("tim", 80), ("trudy", 40)):
            for _ in range(count):
                self.env.process(self.existing(persona))
            self.env.process(self.arrivals(persona))
        self.env.run(WEEKS * 7 * DAY)
        return Played(self.visits, self.orders)

    def arrivals(self, persona: str) -> Generator[Any, Any, None]:
        """Bring everybody of a day, day by day."""
        day_mean, hours = (tim_mean, TIM_HOURS) if persona == "tim" else (trudy_mean, TRUDY_HOURS)
        for day in range(WEEKS * 7):
            factor = self.season.factor(month_of(day))
            factor *= self.weather.factor(day // 7) if persona == "trudy" else 1.0
            pairs = 0.1 if persona == "trudy" else 0.0
            for _ in range(poisson(self.chance, factor * day_mean(day) / (1 + pairs))):
                hour = bisect.bisect(hours, self.chance.random() * hours[-1])
                delay = (hour + self.chance.random()) * HOUR
                self.env.process(self.arrive(persona, delay, self.chance.random() < pairs))
            yield self.env.timeout(DAY)

    def customer(self, persona: str, generation: int = 0) -> Customer:
        """Make a customer."""
        chance = self.chance
        one = Customer(persona, self.env.now, generation)
        one.feel(chance.gauss(0.0, 0.1))
        one.budget = max(0.0, chance.gauss(160, 45)) if persona == "tim" else chance.triangular(60, 320, 140)
        one.trip = self.env.now + (
            self.gamma(40 * DAY, 0.8) if persona == "tim" else self.gamma(55 * DAY, 0.6)
        )
        return one

    def arrive(self, persona: str, delay: float, in_company: bool) -> Generator[Any, Any, None]:
        """Play a customer who comes by himself, or two who come together."""
        yield self.env.timeout(delay)
        one = self.customer(persona)
        if persona == "tim":
            social = 0.2 * (0.7 + self.env.now % DAY // HOUR / 40)
            row = {"search": 0.26, "home": 0.25, "paid_ad": 0.18, "instagram": social, "friend": 0.11}
        else:
            row = {"search": 0.4, "home": 0.2, "friend": 0.2, "store": 0.1, "paid_ad": 0.1}
        entrance = self.pick(row)
        if in_company:
            self.env.process(self.walk(copy.deepcopy(one), entrance))
        yield from self.walk(one, entrance)

    def refer(self, persona: str, generation: int, delay: float) -> Generator[Any, Any, None]:
        """Play a customer whom another one brought."""
        yield self.env.timeout(delay)
        one = self.customer(persona, generation)
        yield from self.walk(one, self.pick({"friend": 0.8, "home": 0.2}))

    def existing(self, persona: str) -> Generator[Any, Any, None]:
        """Play a customer who uses our product when the simulation starts."""
        one = self.customer(persona)
        one.orders = 1 if persona == "tim" else 2
        if persona == "tim":
            one.satisfaction = min(1.0, max(0.0, self.chance.gauss(0.65, 0.12)))
        one.consent = self.chance.random() < (0.48 if persona == "tim" else 0.3)
        stays = [self.stays["using_product"]() for _ in range(16)]
        yield self.env.timeout(self.chance.choices(stays, stays)[0] * self.chance.random())
        self.visits += 1
        one.visits["using_product"] += 1
        target = yield from self.using_product(one)
        yield from self.walk(one, target)

    def using_product(self, one: Customer) -> Visit:
        """Decide after a season with the product."""
        one.feel(0.3 * (0.8 - TRAITS[one.persona][1]) + self.chance.gauss(0.0, 0.1))
        one.trip = self.env.now + 60 * DAY
        if one.satisfaction > 0.75:
            row = {"recommends": 0.3, "newsletter": 0.5, "left": 0.2}
        elif one.satisfaction < 0.4:
            row = {"question": 0.3, "competitor": 0.26, "left": 0.44}
        else:
            again = 0.27 * (0.7 + 0.3 * min(one.orders, 3))
            row = {"home": again, "recommends": 0.05, "newsletter": 0.4, "left": 0.28}
        return (yield from self.go("using_product", row))

    # ------------------------------------------------------------------ the walk

    def walk(self, one: Customer, target: str) -> Generator[Any, Any, None]:
        """Go from touchpoint to touchpoint, with unexpected stops between."""
        while target not in ("left", "lost"):
            at = target
            target = yield from self.visit(one, at)
            distracted = self.chance.random() < (0.06 if one.persona == "tim" else 0.02)
            if distracted and at in CONSIDERATION and target not in ("left", "lost", "instagram"):
                elsewhere = yield from self.visit(one, "instagram")
                target = target if self.chance.random() < 0.6 else elsewhere

    def visit(self, one: Customer, at: str) -> Visit:
        """Play one visit; give the next target."""
        self.visits += 1
        if at in ("reminder", "cart_mail", "newsletter", "win_back"):
            if not self.may_write(one, at):
                return {"newsletter": "left", "win_back": "lost"}.get(at, BACK)
            one.contacts.append(self.env.now)
        if at in ("chat", "question", "store"):
            target: str = yield from self.served(one, at)
        else:
            if at in self.stays:
                yield self.env.timeout(self.stays[at]())
            one.visits[at] += 1
            decide = getattr(self, at, None)
            target = yield from (decide(one) if decide else self.go(at, SIMPLE[at]))
        one.left[at] = self.env.now
        return target

    def may_write(self, one: Customer, at: str) -> bool:
        """Whether a message of ours may be sent."""
        if at == "reminder" and one.visits["reminder"] >= 2:
            return False
        if at == "cart_mail" and self.env.now - one.left.get("cart_mail", -math.inf) <= 20 * DAY:
            return False
        while one.contacts and one.contacts[0] <= self.env.now - 7 * DAY:
            one.contacts.popleft()
        return one.consent and len(one.contacts) < 3

    def served(self, one: Customer, at: str) -> Visit:
        """Queue before a team, with patience."""
        env, chance = self.env, self.chance
        team = self.floor if at == "store" else self.support
        one.waited = 0.0
        if at == "chat":
            abandoned, patience = {"question": 0.2, "product": 0.1, "left": 0.7}, chance.expovariate(1 / 6)
            closed: Row | None = {"question": 0.15, "product": 0.1, "left": 0.75}
        elif at == "question":
            abandoned, patience, closed = {"left": 1.0}, 3 * DAY, None
        else:
            scale = 12 / math.log(2) ** (1 / 1.5)
            abandoned, patience = {"home": 0.2, "left": 0.8}, chance.weibullvariate(scale, 1.5)
            closed = {"store": 0.5, "home": 0.1, "left": 0.4}
        if closed is not None and not team.is_open():
            return (yield from self.go(f"{at} closed", closed))
        if team.is_full():
            return (yield from self.go(f"{at} abandoned", abandoned))
        arrived = env.now
        with team.desk.request() as request:
            team.waiting += 1
            result = yield request | env.timeout(patience)
            team.waiting -= 1
            one.waited = env.now - arrived
            if at == "chat":
                one.waited_at_chat = one.waited
            if request not in result:
                return (yield from self.go(f"{at} abandoned", abandoned))
            yield env.timeout(self.stays[at]())
        one.visits[at] += 1
        if at == "chat":
            one.feel(0.15 - 0.02 * one.waited)
        elif at == "question":
            one.feel(0.1 * (1 - 2 / (1 + math.exp(1 - one.waited / DAY))))
        else:
            one.feel(0.08)
        return (yield from self.go(at, SIMPLE[at]))
