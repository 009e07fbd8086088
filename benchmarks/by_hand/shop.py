"""The shipped shop with teams and stock, written by hand with SimPy.

It has the events of `models/shop.yaml`: arrivals by date and hour, satisfaction, budget and the hike
ahead, good and bad times that all share, opening hours, queues, patience, stock, deliveries, waiting
lists, backorders, retries, returns, referrals, contact caps, detours, races with side trips, dated events
and those who are customers already.

It leaves out what costs time and nobody writes by hand: whole milliseconds, counts by day, sessions,
milestones, money, checks, and random numbers that a what-if does not move. A stay met in the middle is
drawn roughly.
"""

from __future__ import annotations

import math

from benchmarks.by_hand import Played
from benchmarks.by_hand.shop_tables import BACK, SIMPLE, TRAITS, Customer
from benchmarks.by_hand.shop_walk import Visit, Walk
from benchmarks.by_hand.shop_world import DAY, HOUR, during, hazard, poisson, weibull

__all__ = ["play_shop"]


# How often a jacket is taken when one of these is out.
INSTEAD = {"shell": 0.45, "fleece": 0.3}


class Shop(Walk):
    """One replication: `more` multiplies the chance that a cart is ordered."""

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
            odds *= self.mood.factor(int(self.env.now // DAY))
            row = {"web_order": p * odds, "undecided": 0.4 * rest, "left": 0.258 * rest}
        return (yield from self.go("cart", row))

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
        clocks = {"left": max(now, one.trip)}
        if chance.random() < 0.3:
            clocks["product"] = now + weibull(chance, 9 * DAY, 0.8)
        price = 109 if during(now, (3, 19), (3, 22)) else 129
        if price < one.budget and one.orders > 0 and one.trip - now > DAY:
            clocks["cart"] = now + self.nearing((one.trip - now) / DAY)
        if self.may_write(one, "reminder"):
            clocks["reminder"] = now + 3 * DAY
        return (yield from self.race(one, clocks, ("reminder",)))

    def nearing(self, days: float) -> float:
        """Draw when he hurries to the cart, so many days before his hike: the nearer, the likelier."""
        far, near, last = max(0.0, days - 28), min(21.0, max(0.0, days - 7)), min(7.0, days)
        return hazard(self.chance, ((far, 0.02), (near, 0.05), (last, 0.1)))

    def undecided(self, one: Customer) -> Visit:
        now, chance = self.env.now, self.chance
        clocks = {"left": now + 14 * DAY}
        if chance.random() < 0.16:
            clocks["cart"] = now + chance.lognormvariate(math.log(34 * HOUR) - 0.72, 1.2)
        clocks["competitor"] = now + hazard(chance, ((2, 0.041), (5, 0.02), (7, 0.005)))
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
        one.wanted = {}
        for product in [product for product in basket if product not in got]:
            if product in INSTEAD and self.chance.random() < INSTEAD[product]:
                self.shelves["jacket"].take(basket[product])  # it is made to order, so never out
                got["jacket"] = got.get("jacket", 0) + basket[product]
            else:
                one.wanted[product] = basket[product]
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


def play_shop(seed: int, more: float = 1.0) -> Played:
    """Play one replication of the shop; `more` multiplies the chance of an order from the cart."""
    return Shop(seed, more).run()
