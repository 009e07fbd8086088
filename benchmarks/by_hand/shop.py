"""The shipped shop with teams and stock, written by hand with SimPy.

It has the events of `models/shop.yaml`: arrivals by date and hour, satisfaction and budget, opening
hours, queues, patience, stock, deliveries, waiting lists, backorders, retries, returns, referrals,
contact caps, detours, races with side trips, dated events and those who are customers already.

It leaves out what costs time and nobody writes by hand: whole milliseconds, counts by day, sessions,
milestones, money, checks, and random numbers that a what-if does not move. A stay met in the middle is
drawn roughly.
"""

from __future__ import annotations

import bisect
import math
import random
from collections import Counter, deque
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import simpy

from benchmarks.by_hand import Played
from benchmarks.by_hand.shop_world import DAY, HOUR, Shelf, Team, during, poisson, weibull

__all__ = ["play_shop"]

Row = Mapping[str, float]
Visit = Generator[Any, Any, str]

WEEKS: Final = 26
BACK: Final = "back"
# The dwell of the product page: quartiles in minutes.
QUARTILES: Final = (1 / 6, 1.0, 2.5, 5.0, 25.0)
SUPPORT_HOURS: Final = {**dict.fromkeys(range(5), (12, 19)), 5: (10, 14)}
FLOOR_HOURS: Final = {**dict.fromkeys(range(5), (10, 19)), 5: (10, 16)}
# Where an unexpected stop on Instagram may follow.
CONSIDERATION: Final = frozenset(
    ["product", "compare", "wishlist", "reminder", "chat", "question", "store", "competitor", "win_back"]
)
TRAITS: Final = {"tim": (0.3, 0.7), "trudy": (0.6, 0.8)}  # price sensitivity, expectation
SIMPLE: Final[Mapping[str, Row]] = {
    "paid_ad": {"home": 0.85, "left": 0.15},
    "home": {"product": 0.46, "signup": 0.02, "search": 0.05, "left": 0.47},
    "signup": {"product": 0.5, "left": 0.5},
    "reminder": {"product": 0.085, "cart": 0.02, BACK: 0.895},
    "chat": {"cart": 0.42, "product": 0.25, "left": 0.33},
    "question": {"cart": 0.2, "left": 0.8},
    "store": {"store_order": 0.25, "home": 0.1, "left": 0.65},
    "coupon_site": {"cart": 0.5, "competitor": 0.08, "left": 0.42},
    "cart_mail": {"cart": 0.09, BACK: 0.91},
    "delivery": {"returned": 0.17, "using_product": 0.83},
    "competitor": {"home": 0.06, "win_back": 0.3, "lost": 0.64},
    "win_back": {"home": 0.026, "lost": 0.974},
    "returned": {"product": 0.25, "left": 0.75},
    "newsletter": {"product": 0.02, "using_product": 0.5, "left": 0.48},
    "recommends": {"home": 0.3, "left": 0.7},
    "instagram": {"home": 0.12, "product": 0.01, "competitor": 0.06, "left": 0.81},
}


@dataclass(slots=True)
class Customer:
    """One customer."""

    persona: str
    arrived: float
    generation: int = 0
    satisfaction: float = 0.6
    budget: float = 160.0
    frustrated: bool = False
    consent: bool = False
    orders: int = 0
    waited: float = 0.0
    waited_at_chat: float = 0.0
    short: int = 0
    visits: Counter[str] = field(default_factory=Counter)
    left: dict[str, float] = field(default_factory=dict)
    wanted: dict[str, int] = field(default_factory=dict)
    contacts: deque[float] = field(default_factory=deque)
    bought: list[dict[str, int]] = field(default_factory=list)

    def feel(self, change: float) -> None:
        """Change the satisfaction within its bounds."""
        self.satisfaction = min(1.0, max(0.0, self.satisfaction + change))


class Shop:
    """One replication: `more` multiplies the chance that a cart is ordered."""

    def __init__(self, seed: int, more: float = 1.0) -> None:
        self.env, self.chance, self.more = simpy.Environment(), random.Random(seed), more
        env, chance = self.env, self.chance
        self.visits = self.orders = 0
        self.support = Team(env, 1, SUPPORT_HOURS, easter=0, room=4)
        self.floor = Team(env, 2, FLOOR_HOURS, easter=1, room=math.inf)
        self.shelves = {
            "boots": Shelf(env, 10, (3, 10), lambda: self.gamma(10 * DAY, 0.4)),
            "shell": Shelf(env, 6, (2, 7), lambda: chance.triangular(5 * DAY, 20 * DAY, 8 * DAY)),
            "jacket": Shelf(env, 6, (3, 9), lambda: 12 * DAY, backorder=True),
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
            for _ in range(poisson(self.chance, day_mean(day))):
                hour = bisect.bisect(hours, self.chance.random() * hours[-1])
                delay = (hour + self.chance.random()) * HOUR
                self.env.process(self.arrive(persona, delay))
            yield self.env.timeout(DAY)

    def customer(self, persona: str, generation: int = 0) -> Customer:
        """Make a customer."""
        chance = self.chance
        one = Customer(persona, self.env.now, generation)
        one.feel(chance.gauss(0.0, 0.1))
        one.budget = max(0.0, chance.gauss(160, 45)) if persona == "tim" else chance.triangular(60, 320, 140)
        return one

    def arrive(self, persona: str, delay: float) -> Generator[Any, Any, None]:
        """Play a customer who comes by himself."""
        yield self.env.timeout(delay)
        one = self.customer(persona)
        if persona == "tim":
            social = 0.2 * (0.7 + self.env.now % DAY // HOUR / 40)
            row = {"search": 0.26, "home": 0.25, "paid_ad": 0.18, "instagram": social, "friend": 0.11}
        else:
            row = {"search": 0.4, "home": 0.2, "friend": 0.2, "store": 0.1, "paid_ad": 0.1}
        yield from self.walk(one, self.pick(row))

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

    # ------------------------------------------------------------------ the walk

    def walk(self, one: Customer, target: str) -> Generator[Any, Any, None]:
        """Go from touchpoint to touchpoint, with unexpected stops between."""
        while target not in ("left", "lost"):
            at = target
            target = yield from self.visit(one, at)
            if at in CONSIDERATION and target not in ("left", "lost", "instagram"):
                if self.chance.random() < (0.06 if one.persona == "tim" else 0.02):
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

    # ------------------------------------------------------------------ decisions

    def search(self, one: Customer) -> Visit:
        rival = 1.5 if during(self.env.now, (5, 11), (5, 17)) else 1.0
        return (yield from self.go("search", {"home": 0.6, "competitor": 0.05 * rival, "left": 0.35}))

    def friend(self, one: Customer) -> Visit:
        one.feel(0.05)
        early = min(1.0, max(0.0, 16 - self.env.now % DAY // HOUR))
        return (yield from self.go("friend", {"home": 0.6, "store": 0.12 * early, "left": 0.28}))

    def home(self, one: Customer) -> Visit:
        one.frustrated = one.frustrated or self.chance.random() < 0.36
        return (yield from self.go("home", SIMPLE["home"]))

    def signup(self, one: Customer) -> Visit:
        one.consent = True
        return (yield from self.go("signup", SIMPLE["signup"]))

    def product(self, one: Customer) -> Visit:
        one.feel(-0.06 * one.frustrated)
        tim, row = one.persona == "tim", dict[str, float]()
        if self.shelves["boots"].on_hand == 0 and not one.visits["cart"]:
            row = {"wishlist": 0.12, "compare": 0.2, "cart": 0.08, "left": 0.6}
        elif one.visits["product"] > 1 and self.env.now - one.left.get("product", -math.inf) < 30 * DAY:
            row = {"cart": 0.26, "chat": 0.06, "compare": 0.1, "left": 0.58}
        else:
            hour, weekday = self.env.now % DAY // HOUR, self.env.now // DAY % 7
            row = {
                "cart": 0.087 * (0.4 + one.satisfaction),
                "product": 0.1,
                "compare": 0.16,
                "wishlist": 0.06,
            }
            row["chat"] = 0.09 if tim else 0.045
            row["store"] = (
                (0.05 if tim else 0.1) * 2 * min(1, max(0, hour - 17)) * min(1, max(0, 5 - weekday))
            )
            row["left"] = 0.453 if tim else 0.448
        return (yield from self.go("product", row))

    def compare(self, one: Customer) -> Visit:
        now = self.env.now
        price = 109 if during(now, (3, 19), (3, 22)) else 129
        sale, rival = (1.4 if price < 129 else 1.0), (1.6 if during(now, (5, 11), (5, 17)) else 1.0)
        lure = max(0.2, 0.9 - 0.5 * min(one.orders, 2)) - 0.2 * math.exp(-(now - one.arrived) / DAY)
        row = {
            "product": math.exp(0.9 * one.satisfaction - 0.4 * math.log(1 + one.visits["compare"])),
            "cart": sale * math.exp(1.4 * one.satisfaction - 2 * TRAITS[one.persona][0] * price / 129),
            "competitor": rival * math.exp(lure),
            "left": math.exp(1.2),
        }
        return (yield from self.go("compare", row))

    def cart(self, one: Customer) -> Visit:
        one.consent = one.consent or self.chance.random() < 0.15
        sale = during(self.env.now, (3, 19), (3, 22))
        if one.satisfaction < 0.35 or one.waited_at_chat > 15:
            row = {"competitor": 0.3, "web_order": 0.1, "left": 0.6}
        elif (
            one.budget < 2 * TRAITS[one.persona][0] * (109 if sale else 129) and not one.visits["coupon_site"]
        ):
            row = {"coupon_site": 0.5, "web_order": 0.2, "left": 0.3}
        elif one.persona == "trudy" and one.orders == 0:
            row = {"question": 0.08, "web_order": 0.24, "undecided": 0.3, "left": 0.38}
        else:
            p = 0.342 * self.more
            rest = (1 - p) / (1 - 0.342)
            odds = (0.4 + one.satisfaction) * (1.3 if sale else 1.0)
            row = {"web_order": p * odds, "undecided": 0.4 * rest, "left": 0.258 * rest}
        return (yield from self.go("cart", row))

    def using_product(self, one: Customer) -> Visit:
        one.feel(0.3 * (0.8 - TRAITS[one.persona][1]) + self.chance.gauss(0.0, 0.1))
        if one.satisfaction > 0.75:
            row = {"recommends": 0.3, "newsletter": 0.5, "left": 0.2}
        elif one.satisfaction < 0.4:
            row = {"question": 0.3, "competitor": 0.26, "left": 0.44}
        else:
            again = 0.27 * (0.7 + 0.3 * min(one.orders, 3))
            row = {"home": again, "recommends": 0.05, "newsletter": 0.4, "left": 0.28}
        return (yield from self.go("using_product", row))

    def recommends(self, one: Customer) -> Visit:
        if one.generation < 5:
            for _ in range(poisson(self.chance, 1.5)):
                persona, delay = self.pick({"tim": 0.6, "trudy": 0.4}), self.chance.expovariate(1 / (5 * DAY))
                self.env.process(self.refer(persona, one.generation + 1, delay))
        return (yield from self.go("recommends", SIMPLE["recommends"]))

    # ------------------------------------------------------------------ races

    def race(self, one: Customer, clocks: dict[str, float], trips: tuple[str, ...]) -> Visit:
        """Wait for the first clock; a side trip comes back unless it led elsewhere."""
        while True:
            target = min(clocks, key=lambda name: clocks[name])
            yield self.env.timeout(max(0.0, clocks.pop(target) - self.env.now))
            if target not in trips:
                return target
            elsewhere: str = yield from self.visit(one, target)
            if elsewhere != BACK:
                return elsewhere

    def wishlist(self, one: Customer) -> Visit:
        one.consent = one.consent or self.chance.random() < 0.48
        now, chance = self.env.now, self.chance
        clocks = {"left": now + 30 * DAY}
        if chance.random() < 0.3:
            clocks["product"] = now + weibull(chance, 9 * DAY, 0.8)
        price = 109 if during(now, (3, 19), (3, 22)) else 129
        if price < one.budget and one.orders > 0 and chance.random() < 0.5:
            clocks["cart"] = now + chance.expovariate(1 / (4 * DAY))
        if self.may_write(one, "reminder"):
            clocks["reminder"] = now + 3 * DAY
        return (yield from self.race(one, clocks, ("reminder",)))

    def undecided(self, one: Customer) -> Visit:
        now, chance = self.env.now, self.chance
        clocks = {"left": now + 14 * DAY}
        if chance.random() < 0.16:
            clocks["cart"] = now + chance.lognormvariate(math.log(34 * HOUR) - 0.72, 1.2)
        if chance.random() < 0.2:
            clocks["competitor"] = now + chance.expovariate(1 / (4 * DAY))
        if self.may_write(one, "cart_mail"):
            clocks["cart_mail"] = now + HOUR
        return (yield from self.race(one, clocks, ("cart_mail",)))

    # ------------------------------------------------------------------ orders

    def on_sale(self, product: str) -> bool:
        """Whether a product is in season."""
        if product == "fleece":
            return during(self.env.now, (1, 5), (4, 30))
        return product != "shell" or not during(self.env.now, (1, 5), (3, 15))

    def buy(self, one: Customer, basket: dict[str, int]) -> dict[str, int]:
        """Take what is there; remember what was wanted in vain."""
        got = {}
        for product, units in basket.items():
            shelf = self.shelves.get(product)
            if shelf is None or shelf.take(units):
                got[product] = units
        one.wanted = {product: units for product, units in basket.items() if product not in got}
        one.short = sum(one.wanted.values())
        if got:
            one.orders += 1
            self.orders += 1
        return got

    def web_order(self, one: Customer) -> Visit:
        basket = one.wanted or self.wish(one)
        got = self.buy(one, basket)
        one.feel(0.05)
        one.consent = one.consent or self.chance.random() < 0.2
        if got:
            one.bought.append(got)
            return "delivery"
        target: str = yield from self.go("web_order out", {"wait": 0.4, "competitor": 0.31, "left": 0.29})
        if target != "wait":
            return target
        shelf = self.shelves[next(iter(one.wanted))]
        woken = shelf.wait()
        result = yield woken | self.env.timeout(21 * DAY)
        if woken not in result:
            shelf.list.remove(woken)
            return "left"
        return self.pick({"cart": 0.5, "left": 0.5})

    def wish(self, one: Customer) -> dict[str, int]:
        """Draw the one product of an order on the web."""
        row = {
            "boots": 0.42 * (0.4 + one.satisfaction),
            "jacket": 0.14,
            "fleece": 0.14,
            "shell": 0.16,
            "socks": 0.14,
        }
        product = self.pick({name: weight for name, weight in row.items() if self.on_sale(name)})
        units = 1
        if product == "socks":
            units = max(1, int(math.log(self.chance.random()) / math.log(2 / 3)))
        return {product: units}

    def store_order(self, one: Customer) -> Visit:
        basket, chance = dict(one.wanted), self.chance
        if not basket:
            odds = 0.6 * (0.4 + one.satisfaction)
            shares = {"boots": odds / (0.4 + odds), "jacket": 0.15, "fleece": 0.15, "shell": 0.15}
            basket = {p: 1 for p, share in shares.items() if self.on_sale(p) and chance.random() < share}
            if chance.random() < 0.5:
                basket["socks"] = max(1, poisson(chance, 1.5))
            if not basket:
                return "left"
        if not self.buy(one, basket):
            row = {"home": 0.35, "competitor": 0.31, "left": 0.34}
            return (yield from self.go("store_order out", row))
        if one.short:
            return (yield from self.go("store_order short", {"product": 0.2, "using_product": 0.8}))
        return "using_product"

    def delivery(self, one: Customer) -> Visit:
        one.feel(0.05 + self.chance.gauss(0.0, 0.1))
        return (yield from self.go("delivery", SIMPLE["delivery"]))

    def returned(self, one: Customer) -> Visit:
        one.feel(-0.1)
        for product, units in (one.bought.pop() if one.bought else {}).items():
            back = sum(self.chance.random() < 0.8 for _ in range(units))
            if back and product in self.shelves:
                self.shelves[product].put(back)
        return (yield from self.go("returned", SIMPLE["returned"]))


def _cumulated(factors: Mapping[range, float]) -> list[float]:
    """Add up the factors of the hours; those not named count 1."""
    total, sums = 0.0, []
    for hour in range(24):
        total += next((factor for hours, factor in factors.items() if hour in hours), 1.0)
        sums.append(total)
    return sums


TIM_HOURS: Final = _cumulated({range(7): 0.2, range(12, 14): 1.3, range(19, 23): 2.0})
TRUDY_HOURS: Final = _cumulated({range(9): 0.1, range(10, 12): 1.6, range(20, 24): 0.3})


def tim_mean(day: int) -> float:
    """Expect so many of Tim's kind on a day."""
    mean = 13 * 1.005 ** (day / 30.4375) * (0.9, 0.9, 0.9, 0.9, 1.0, 1.2, 1.2)[day % 7]
    mean *= 0.9 if day < 55 else 1.15 if day >= 116 else 1.0
    mean *= 1.2 if during(day * DAY, (3, 16), (3, 29)) else 1.0
    return mean * (1.8 if during(day * DAY, (3, 19), (3, 22)) else 1.0)


def trudy_mean(day: int) -> float:
    """Expect so many of Trudy's kind on a day."""
    mean = 6 * (1.0, 1.0, 1.0, 1.0, 1.0, 1.4, 0.5)[day % 7]
    return mean * (1.8 if during(day * DAY, (3, 19), (3, 22)) else 1.0)


def play_shop(seed: int, more: float = 1.0) -> Played:
    """Play one replication of the shop; `more` multiplies the chance of an order from the cart."""
    return Shop(seed, more).run()
