"""Compile a journey: from the classes a person wrote to the flat tables an engine plays."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of
from simulator.program import tables
from simulator.program.calendar import (
    MICRO,
    dates,
    day_means,
    hour_profile,
    opening_timelines,
    party_mean,
    party_shares,
    pipeline_timeline,
    price_timeline,
)
from simulator.program.cases import lay_cases
from simulator.program.program import Cell, Program, Structure, Values
from simulator.program.stations import Stations
from simulator.program.tables import NONE, Manner, Shelf, table
from simulator.spec.load import Journey
from simulator.spec.model import DAY
from simulator.spec.world import Stock

__all__ = ["compile_journey"]

_FOREVER: Final = (1 << 62) - 1
_STOCK_COSTS: Final = ("holding_cost", "order_cost", "backorder_cost", "salvage")


def compile_journey(journey: Journey) -> Program:
    """Compile a checked journey.

    Parameters
    ----------
    journey : Journey
        As loaded: every name exists and every row sums to 1.

    Returns
    -------
    Program
        The same for any order of names in the file.
    """
    return _Compiler(journey).compile()


class _Compiler(Stations):
    """Lays down the world around the touchpoints and puts the program together."""

    def _products(self) -> tuple[list[tables.ProductStock], list[tuple[int, ...]]]:
        rows: list[tables.ProductStock] = []
        costs: list[tuple[int, ...]] = []
        for name in self.names.products:
            product, stock = self.model.products[name], self.model.inventory.get(name)
            sold = product.sold
            since = (sold.since - self.model.start).days * DAY if sold and sold.since else -_FOREVER
            until = ((sold.to - self.model.start).days + 1) * DAY if sold and sold.to else _FOREVER
            rows.append(
                tables.ProductStock(
                    price=self.timeline(price_timeline(self.model, name)),
                    sold_from=since,
                    sold_until=until,
                    lead_time_key=key_of(Purpose.LEAD_TIME, name),
                    **self._shelf(stock),
                )
            )
            priced = (stock or Stock(on_hand=0)).model_dump(include=set(_STOCK_COSTS))
            costs.append(
                (*(round(priced[cost] * MICRO) for cost in _STOCK_COSTS), round(product.unit_cost * MICRO))
            )
        return rows, costs

    def _shelf(self, stock: Stock | None) -> dict[str, int]:
        """Lay down the stock of a product: what is there, when it is ordered, what is on its way."""
        there = stock or Stock(on_hand=0)
        policy = there.policy
        levels = (NONE, NONE, NONE)
        if policy is not None and policy.base_stock is not None:
            levels = (policy.base_stock - 1, policy.base_stock, NONE)
        elif policy is not None:
            written = (policy.reorder_point, policy.order_up_to, policy.order_quantity)
            levels = tuple(NONE if level is None else level for level in written)  # type: ignore[assignment]
        pipeline = pipeline_timeline(self.model, there)
        return {
            "limited": Shelf.FELT if stock else Shelf.ENDLESS,
            "on_hand": there.on_hand,
            **dict(zip(("reorder_point", "order_up_to", "order_quantity"), levels, strict=True)),
            "lead_time": self.law(there.lead_time),
            "backorder": int(there.when_out == "backorder"),
            "review": round(policy.review or 0.0) if policy else 0,
            "first_review": round(policy.first_review) if policy else 0,
            "min_order": there.min_order,
            "case_size": there.case_size,
            "pipeline": self.timeline(pipeline) if pipeline else NONE,
        }

    def _teams(self) -> list[tables.TeamRule]:
        rows = []
        for name in self.names.teams:
            team = self.model.teams[name]
            servers, opened = opening_timelines(self.model, name, team)
            queue = NONE if team.queue is None else team.queue
            rows.append(tables.TeamRule(self.timeline(servers), self.timeline(opened), queue))
        return rows

    def _personas(self) -> list[tables.PersonaStart]:
        rows = []
        for name in self.names.personas:
            persona = self.model.personas[name]
            self.path = ("personas", name)
            together = self.parties.spans[self.parties.add(party_shares(persona.arrivals))]
            there = persona.existing
            first, last = self.lay_effects(there.set) if there else (0, 0)
            rows.append(
                tables.PersonaStart(
                    enters=self.row(persona.enters, "", Purpose.ENTERS),
                    existing=there.count if there else 0,
                    existing_at=self.index["touchpoint"][there.at] if there else NONE,
                    existing_orders=there.orders if there else 0,
                    first_effect=first,
                    last_effect=last,
                    first_case=NONE,
                    first_party=together.first,
                    last_party=together.last,
                )
            )
        return rows

    def _milestones(self) -> list[tables.MilestoneAt]:
        """Lay down the milestones, sorted by touchpoint."""
        rows: list[tables.MilestoneAt] = []
        for number, name in enumerate(self.names.milestones):
            milestone = self.model.milestones[name]
            within = self.model.follow_up_ms if milestone.within is None else round(milestone.within)
            places = {self.index["touchpoint"][at] for at in milestone.at}
            rows.extend(tables.MilestoneAt(number, at, within) for at in places)
        return sorted(rows, key=lambda row: (row.touchpoint, row.milestone))

    def _initials(self) -> NDArray[np.int64]:
        """Choose the law of each attribute's first value, by persona; of a date, the time to it."""
        laid = [
            [self.law(self.model.first_law(persona, name)) for name in self.names.attributes]
            for persona in self.names.personas
        ]
        return np.array(laid, dtype=np.int64)

    def _bounds(self, side: str, default: float) -> NDArray[np.float64]:
        found = []
        for name in self.names.attributes:
            declared = self.model.attributes.get(name)
            bound = getattr(declared, side) if declared is not None else None
            found.append(default if bound is None else bound)
        return np.array(found, dtype=np.float64)

    def _resume_edges(self) -> NDArray[np.int64]:
        if not self.resumes:
            return np.zeros((0, 0), dtype=np.int64)
        targets = len(self.names.touchpoints)
        edges = np.full((targets, targets), NONE, dtype=np.int64)
        for stop, target in sorted(self.resumes):
            edges[stop, target] = self.edge(stop, Manner.RESUMED, target)
        return edges

    def _clock(self) -> NDArray[np.int64]:
        model, cap = self.model, self.model.contact_cap
        return np.array(
            [
                model.horizon_ms,
                model.warm_up_ms,
                model.follow_up_ms,
                model.start.weekday(),
                model.max_steps,
                model.max_generations,
                cap.count if cap else NONE,
                round(cap.per) if cap else 0,
                round(model.sessions.gap),
            ],
            dtype=np.int64,
        )

    def compile(self) -> Program:
        """Walk the journey in name order and lay every table down."""
        station_of = self.lay_stations()
        laid = lay_cases(self.journey.cases, self.names)
        personas = laid.start(self._personas())
        products, product_costs = self._products()
        teams = self._teams()
        initials = self._initials()
        resume_edges = self._resume_edges()
        cells = table(self.cells, Cell)
        structure = Structure(
            stations=table(self.stations, tables.Station),
            station_of=station_of,
            rows=table(self.rows, tables.Row),
            entries=table(self.entries, tables.Entry),
            rules=table(self.rules, tables.Rule),
            clocks=table(self.clocks, tables.Clock),
            lines=table(self.lines, tables.Line),
            effects=table(self.effects, tables.Effect),
            detours=table(self.detours, tables.DetourStop),
            personas=table(personas, tables.PersonaStart),
            party_sizes=np.array([size for size, _ in self.parties.items], dtype=np.int64),
            products=table(products, tables.ProductStock),
            teams=table(teams, tables.TeamRule),
            milestones=table(self._milestones(), tables.MilestoneAt),
            edges=table(self.edges, tables.Edge),
            resume_edges=resume_edges,
            cells=cells,
            attributes=np.array(
                [
                    [key_of(Purpose.INITIAL, name), int(name in self.model.dates)]
                    for name in self.names.attributes
                ],
                dtype=np.int64,
            ),
            expressions=table(self.code.spans, tables.Span),
            code=np.array(self.code.items, dtype=np.int32).reshape(-1, 2),
            laws=np.array(
                [
                    (int(law.family), *span)
                    for (law, _), span in zip(self.laws, self.knots.spans, strict=True)
                ],
                dtype=np.int64,
            ).reshape(-1, 3),
            timelines=table(self.times.spans, tables.Span),
            times=np.array([time for time, _ in self.times.items], dtype=np.int64),
            **laid.tables,
            **self.shocks.tables(self.names.personas, len(dates(self.model))),
            clock=self._clock(),
        )
        return Program(
            title=self.model.name,
            scenario=self.journey.scenario or "",
            start=self.model.start,
            currency=self.model.currency,
            names=self.names,
            structure=structure,
            values=self._values(initials, product_costs, laid.values),
            expression_paths=tuple(self.expression_paths),
            cost_once=self.journey.cost_once,
            cost_monthly=self.journey.cost_monthly,
        )

    def _values(
        self,
        initials: NDArray[np.int64],
        product_costs: list[tuple[int, ...]],
        case_values: NDArray[np.float64],
    ) -> Values:
        station_values = self.station_values
        personas = [self.model.personas[name] for name in self.names.personas]
        return Values(
            weights=np.array(self.weights),
            clock_chances=np.array(self.clock_chances),
            line_chances=np.array(self.line_chances),
            effect_chances=np.array(self.effect_chances),
            detour_chances=np.array([value[0] for value in self.detour_values]),
            detour_resumes=np.array([value[1] for value in self.detour_values]),
            costs=np.array([value[0] for value in station_values], dtype=np.int64),
            restocks=np.array([value[1] for value in station_values], dtype=np.float64),
            fees=np.array([value[2] for value in station_values], dtype=np.int64),
            law_parameters=np.array(self.parameters()).reshape(-1, 3),
            knots=np.array(self.knots.items, dtype=np.float64),
            constants=np.array(self.constants, dtype=np.float64),
            levels=np.array([level for _, level in self.times.items], dtype=np.float64),
            traits=np.array(
                [[persona.traits.get(name, np.nan) for name in self.names.traits] for persona in personas]
            ).reshape(len(personas), len(self.names.traits)),
            attribute_minima=self._bounds("min", -np.inf),
            attribute_maxima=self._bounds("max", np.inf),
            initials=initials,
            day_means=np.array(
                [
                    day_means(self.model, name, persona.arrivals)
                    for name, persona in zip(self.names.personas, personas, strict=True)
                ]
            ),
            hour_profiles=np.array([hour_profile(persona.arrivals) for persona in personas]),
            party_means=np.array([party_mean(persona.arrivals) for persona in personas]),
            party_shares=np.array([share for _, share in self.parties.items], dtype=np.float64),
            **{
                f"{kind}s": np.array([cost[place] for cost in product_costs], dtype=np.int64)
                for place, kind in enumerate((*_STOCK_COSTS, "unit_cost"))
            },
            team_costs=np.array(
                [round(self.model.teams[name].cost * MICRO) for name in self.names.teams], dtype=np.int64
            ),
            case_values=case_values,
            shock_sigmas=self.shocks.sigmas,
            shock_correlations=self.shocks.correlations,
        )
