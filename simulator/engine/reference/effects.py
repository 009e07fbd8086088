"""What a visit leaves behind: attributes that change, and new customers who were told of us."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from simulator.addresses import Purpose, key_of
from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.reference.world import Block, World
from simulator.engine.rules import LARGEST, friends_of
from simulator.engine.streams import mixed, numbered
from simulator.errors import DrawError
from simulator.program import tables

__all__ = ["Friend", "apply", "bounded", "friends"]

_COUNT: Final = key_of(Purpose.COUNT)
_REFER_AFTER: Final = key_of(Purpose.REFER_AFTER)


@dataclass(frozen=True, slots=True)
class Friend:
    """A customer whom another one brings: who, how soon, by which row, and the random bits of his coming."""

    subject: int
    persona: int
    generation: int
    delay: int
    enters: int
    block: Block


def bounded(world: World, attribute: int, value: float) -> float:
    """Keep an attribute within its bounds."""
    low, high = world.values.attribute_minima[attribute], world.values.attribute_maxima[attribute]
    return float(min(max(value, low), high))


def apply(world: World, customer: Customer, first: int, last: int, words: Block) -> None:
    """Set attributes, all from the values before; then their bounds apply."""
    changed = []
    for row in range(first, last):
        effect = world.effects[row]
        if effect.to < 0:
            chance = float(world.values.effect_chances[row])
            if mixed(*words, effect.key, 0) < chance:
                changed.append((effect.attribute, bounded(world, effect.attribute, 1.0)))
            continue
        value = world.value(effect.to, customer)
        if effect.noise >= 0:
            value += world.number(effect.noise, words, effect.key)
        kept = bounded(world, effect.attribute, value)
        if value != value or abs(kept) > LARGEST:
            path = world.program.expression_paths[effect.to]
            raise DrawError(
                f"{path} gives {value}, which is no value of an attribute, for {world.address(customer)}"
            )
        changed.append((effect.attribute, kept))
    for attribute, value in changed:
        customer.cells[attribute] = value


def friends(world: World, customer: Customer, station: tables.Station, visit: Visit) -> Iterator[Friend]:
    """Give the new customers a visit brings, as far as they come before the horizon."""
    count = int(world.number(station.referrals, visit.block, _COUNT))
    generation = customer.generation + 1
    if count and generation > world.max_generations:
        world.books.counts["referrals_capped"][customer.persona] += count
        return
    family = friends_of(customer.subject, station.site, visit.entry)
    for k in range(count):
        subject = numbered(family, k)
        words = world.block(subject, station.site, 0)
        persona = customer.persona
        if station.referral_personas >= 0:
            persona = world.choose(station.referral_personas, customer, words).target
        delay = world.time(station.referral_after, words, _REFER_AFTER)
        if world.agenda.now + delay < world.horizon:
            yield Friend(subject, persona, generation, delay, station.referral_enters, words)
