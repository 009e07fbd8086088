"""A touchpoint as some personas meet it, laid down as rows of every table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of, site_of
from simulator.program import tables
from simulator.program.builder import Builder
from simulator.program.calendar import MICRO
from simulator.program.tables import NONE, WAIT, Decision, Manner
from simulator.spec.rows import Line
from simulator.spec.touchpoint import Detour, Effect, Substitutes, Touchpoint

__all__ = ["Stations"]


class Stations(Builder):
    """Lays down every touchpoint, once for all personas that meet it the same way."""

    def _decision(self, name: str, touchpoint: Touchpoint) -> tuple[int, int, int]:
        """Lay down how a touchpoint decides: kind and span of rules or clocks."""
        if touchpoint.race is not None:
            return (Decision.RACE, *self._race(name, touchpoint))
        laid: list[tables.Rule] = []
        if touchpoint.choose is not None:
            laid.append(tables.Rule(NONE, self.choice(touchpoint.choose, name)))
        for rule_name, rule in (touchpoint.next or {}).items():
            condition = self.expression(rule.condition, "next", rule_name, "if")
            row = self.row(rule.then, name, Purpose.NEXT, Manner.DECIDED, rule_name)
            laid.append(tables.Rule(condition, row))
        first = len(self.rules)
        self.rules.extend(laid)
        return Decision.NEXT, first, len(self.rules)

    def _race(self, name: str, touchpoint: Touchpoint) -> tuple[int, int]:
        first = len(self.clocks)
        source = self.index["touchpoint"][name]
        # Of clocks that ring together the first row decides: one that may not ring before one that does.
        ordered = sorted((touchpoint.race or {}).items(), key=lambda one: (one[1].p == 1.0, one[0]))
        for target_name, clock in ordered:
            target = self.target(target_name)
            trip_edge = self.edge(source, Manner.SIDE_TRIP, target) if clock.side_trip else NONE
            self.clocks.append(
                tables.Clock(
                    target=target,
                    condition=self.expression(clock.condition, "race", target_name, "if"),
                    law=self.wait(clock.after, "race", target_name, "after"),
                    time_key=key_of(Purpose.RACE_TIME, target_name),
                    chance_key=key_of(Purpose.RACE_P, target_name),
                    side_trip=int(clock.side_trip),
                    edge=self.edge(source, Manner.DECIDED, target),
                    trip_edge=trip_edge,
                )
            )
            self.clock_chances.append(clock.p)
        return first, len(self.clocks)

    def lay_effects(self, effects: Mapping[str, Effect]) -> tuple[int, int]:
        """Lay down what a visit does to attributes; give the span of rows."""
        first = len(self.effects)
        for name, effect in sorted(effects.items()):
            purpose = Purpose.CHANCE if effect.chance is not None else Purpose.SET
            self.effects.append(
                tables.Effect(
                    attribute=self.index["attribute"][name],
                    to=self.expression(effect.to, "set", name),
                    noise=self.law(effect.noise),
                    key=key_of(purpose, name),
                )
            )
            self.effect_chances.append(0.0 if effect.chance is None else effect.chance)
        return first, len(self.effects)

    def _basket(self, lines: Mapping[str, Line], instead: Substitutes) -> tuple[int, int]:
        first = len(self.lines)
        for name, line in sorted(lines.items()):
            self.lines.append(
                tables.Line(
                    product=self.index["product"][name],
                    key=key_of(Purpose.SELLS, name),
                    odds=self.expression(line.odds, "sells", name, "odds"),
                    units=self.law(line.units),
                    units_key=key_of(Purpose.UNITS, name),
                    substitutes=self.substitutes(name, instead.get(name, {})),
                )
            )
            self.line_chances.append(float(line.p or 0.0))
        return first, len(self.lines)

    def lay_stations(self) -> NDArray[np.int64]:
        """Compile each touchpoint once for all personas that meet it the same way."""
        shape = (len(self.names.personas), len(self.names.touchpoints))
        station_of = np.full(shape, NONE, dtype=np.int64)
        for column, name in enumerate(self.names.touchpoints):
            variants: list[tuple[Touchpoint, dict[str, Detour], int]] = []
            for line, persona in enumerate(self.names.personas):
                own = self.journey.maps[persona]
                touchpoint = own.touchpoints.get(name)
                if touchpoint is None:
                    continue
                detours = {
                    key: one
                    for key, one in own.detours.items()
                    if touchpoint.stage in one.during and one.to != name
                }
                for other, other_detours, number in variants:
                    if (other is touchpoint or other == touchpoint) and other_detours == detours:
                        station_of[line, column] = number
                        break
                else:
                    number = self._station(name, touchpoint, detours)
                    variants.append((touchpoint, detours, number))
                    station_of[line, column] = number
        return station_of

    def _detours(self, name: str, detours: Mapping[str, Detour]) -> tuple[int, int]:
        first = len(self.detours)
        for key, detour in sorted(detours.items()):
            to = self.index["touchpoint"][detour.to]
            self.detours.append(
                tables.DetourStop(
                    to=to,
                    key=key_of(Purpose.DETOUR, key),
                    resume_key=key_of(Purpose.RESUME, key),
                    edge=self.edge(self.index["touchpoint"][name], Manner.DECIDED, to),
                )
            )
            self.detour_values.append((detour.p, detour.resume))
        return first, len(self.detours)

    def _bound_for(self, source: int) -> set[int]:
        """List the touchpoints a station may send a customer to after a completed visit."""
        completed = (Manner.DECIDED, Manner.STOCKOUT, Manner.EMPTY)
        return {
            edge.target
            for edge in self.edges
            if edge.source == source
            and edge.manner in completed
            and 0 <= edge.target < len(self.names.touchpoints)
        }

    def _station(self, name: str, touchpoint: Touchpoint, detours: Mapping[str, Detour]) -> int:
        self.path = ("touchpoints", name)
        source = self.index["touchpoint"][name]
        decision, first_rule, last_rule = self._decision(name, touchpoint)
        basket = touchpoint.sells
        lines = (basket.one_of or basket.each or {}) if basket is not None else {}
        first_line, last_line = self._basket(lines, touchpoint.substitutes)
        first_effect, last_effect = self.lay_effects(touchpoint.set)
        list_, returns, refers = touchpoint.back_in_stock, touchpoint.returns, touchpoint.refers
        on_stockout = self.row(touchpoint.on_stockout, name, Purpose.ON_STOCKOUT, Manner.STOCKOUT)
        asks_again = list_ is not None and list_.woken is None
        empty = self.row(touchpoint.empty, name, Purpose.EMPTY, Manner.EMPTY)
        gave_up = self.row(list_.then, name, Purpose.BACK_IN_STOCK, Manner.STOCKOUT) if list_ else NONE
        woken = self.row(list_.woken, name, Purpose.WOKEN, Manner.STOCKOUT) if list_ else NONE
        bound_for = self._bound_for(source) if detours else set()
        first_detour, last_detour = self._detours(name, detours)
        for stop in self.detours[first_detour:last_detour]:
            self.resumes.update((stop.to, target) for target in bound_for if target != stop.to)
        closed = touchpoint.on_closed
        station = tables.Station(
            touchpoint=source,
            site=site_of(name),
            contact=int(touchpoint.contact),
            only_if=self.expression(touchpoint.only_if, "only_if"),
            otherwise=self.row(touchpoint.otherwise, name, Purpose.OTHERWISE, Manner.REFUSED),
            team=self.index["team"][touchpoint.team] if touchpoint.team is not None else NONE,
            patience=self.wait(touchpoint.patience, "patience"),
            on_abandon=self.row(touchpoint.on_abandon, name, Purpose.ON_ABANDON, Manner.ABANDONED),
            on_closed=WAIT
            if closed is None or isinstance(closed, str)
            else self.row(closed, name, Purpose.ON_CLOSED, Manner.CLOSED),
            dwell=self.wait(touchpoint.dwell, "dwell"),
            each=int(basket is not None and basket.each is not None),
            first_line=first_line,
            last_line=last_line,
            empty=empty,
            on_stockout=on_stockout,
            give_up=self.wait(list_.give_up, "back_in_stock", "give_up") if list_ else NONE,
            gave_up=gave_up,
            woken=woken,
            again_edge=self.edge(source, Manner.STOCKOUT, source) if asks_again else NONE,
            returns_of=self.index["touchpoint"][returns.of] if returns else NONE,
            first_effect=first_effect,
            last_effect=last_effect,
            referrals=self.law(refers.count) if refers else NONE,
            referral_enters=self.row(refers.enters, name, Purpose.ENTERS) if refers else NONE,
            referral_after=self.law(refers.after) if refers else NONE,
            referral_personas=self.mix(refers.personas) if refers else NONE,
            decision=decision,
            first_rule=first_rule,
            last_rule=last_rule,
            first_detour=first_detour,
            last_detour=last_detour,
            session=int(self._in_session(touchpoint)),
            goal=int(name in self.model.goal),
        )
        self.stations.append(station)
        self.station_values.append(
            (
                round(touchpoint.cost * MICRO),
                returns.restock if returns else 0.0,
                round(returns.fee * MICRO) if returns else 0,
            )
        )
        return len(self.stations) - 1

    def _in_session(self, touchpoint: Touchpoint) -> bool:
        channels = self.model.sessions.channels
        if channels:
            return touchpoint.channel in channels
        return touchpoint.media == "owned" and touchpoint.present
