"""What a replication leaves: integer counts, so that sums are exact in any order.

Money is in 1e-6 of the currency, attributes in 1e-6, time in ms. *Flows* count events from the end of
the warm-up on; what covers the whole run says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.errors import ConservationError
from simulator.program.program import Program

__all__ = ["LEVELS", "PEOPLE", "SHAPES", "STOCK", "UNITS", "Tally", "empty_counts", "shape_of"]

PEOPLE: Final = ("existing", "arrived", "referred")
# `sold` counts those sold in place of another product too: they are `substituted`, and in no demand.
# `missed` were not on the shelf when they were first asked for, whether owed, lost or got later.
UNITS: Final = ("demand", "sold", "lost", "retried", "returned", "restocked", "missed", "substituted")
STOCK: Final = (
    "initial",
    "ordered",
    "received",
    "restocked",
    "shipped",
    "on_hand",
    "on_order",
    "owed",
    "orders",
    "unit_ms",
    "owed_ms",
    "out_ms",
    "cycles",
    "short_cycles",
)
LEVELS: Final = ("on_hand", "owed", "ordered", "out")

# The axes of every count. One letter each: P persona, T touchpoint, O outcome, E edge, A attribute,
# G product (good), D day, M milestone, I entrance, J till, and the named kinds above.
SHAPES: Final[Mapping[str, str]] = {
    "people": "P3",  # whole run, by PEOPLE
    "outcomes": "PO",  # whole run
    "open": "P",  # whole run: still on their way at the end
    "stopped": "P",  # whole run: by a guard
    "referrals_capped": "P",  # whole run: referred beyond max_generations, never played
    "cohort": "P2",  # customers observed long enough; of them converted in time
    "conversions": "P",
    "orders": "P",
    "effort_steps": "P",  # touchpoints entered until the first conversion, over converted of the cohort
    "effort_ms": "P",  # time until the first conversion, over the same
    "entered": "PT",  # every attempt
    "visits": "PT",  # completed
    "refused": "PT",
    "abandoned": "PT",
    "closed": "PT",
    "open_at": "PT",  # at the end of the run
    "joined": "PT",  # served or out of patience: those who stood before a team
    "delayed": "PT",  # of them, those who waited at all
    "wait_ms": "PT",
    "stay_ms": "PT",  # from the end of the wait to leaving
    "edges": "PE",
    "feelings": "PTA",  # sum of each attribute after a visit, 1e-6
    "ended": "P",  # journeys ended by an outcome after the warm-up
    "final": "PA",  # sum of each attribute at that end, 1e-6
    "units": "PG8D",  # by UNITS
    "entered_units": "IG3D",  # by where the customer came in: demand, sold, lost
    "till_units": "JG3D",  # by where it was asked for: demand, sold, lost
    "till_goals": "PJD",  # conversions
    "revenue": "PG",
    "refunds": "PG",
    "costs": "PT",  # visits and fees
    "sessions": "P2",  # sessions; of them with an order
    "session_at": "PT2",  # sessions that met a touchpoint; of them with an order
    "milestones": "PM",  # reached in time, over the cohort
    "stock": "G0",  # by STOCK: whole run; from `orders` on after the warm-up
    # Whole run, by LEVELS: on hand and owed at the end of the day, units ordered on it, and whether the
    # shelf was empty at some time of it.
    "levels": "G4D",
    "instead": "GGD",  # units of the second product that were taken in place of the first
    "checksum": "1",  # sum of the hashes of all visits, 64 bits
}


def shape_of(program: Program, letters: str) -> tuple[int, ...]:
    """Give the lengths of a count's axes in a program."""
    names = program.names
    lengths = {
        "P": len(names.personas),
        "T": len(names.touchpoints),
        "O": len(names.outcomes),
        "E": len(program.structure.edges),
        "A": len(names.attributes),
        "G": len(names.products),
        "D": program.days,
        "M": len(names.milestones),
        "I": len(program.entrances),
        "J": len(program.tills),
        "0": len(STOCK),
    }
    return tuple(lengths[letter] if letter in lengths else int(letter) for letter in letters)


def empty_counts(program: Program) -> dict[str, NDArray[np.int64]]:
    """Make all counts of a program, at zero."""
    return {name: np.zeros(shape_of(program, axes), dtype=np.int64) for name, axes in SHAPES.items()}


class Tally:
    """The counts of one replication.

    Parameters
    ----------
    counts : mapping of name to int64 array
        Every name of `SHAPES`.
    """

    def __init__(self, counts: Mapping[str, NDArray[np.int64]]) -> None:
        self.counts = dict(counts)

    def __getitem__(self, name: str) -> NDArray[np.int64]:
        return self.counts[name]

    @property
    def digest(self) -> str:
        """The content of every count as 32 hexadecimal digits."""
        digest = hashlib.blake2b(digest_size=16)
        for name in SHAPES:
            array = np.ascontiguousarray(self.counts[name])
            digest.update(f"{name} {array.shape}\n".encode())
            digest.update(array.astype("<i8").tobytes())
        return digest.hexdigest()

    def check(self) -> None:
        """Assert that nobody and nothing was lost.

        Raises
        ------
        ConservationError
            If people or units do not balance.
        """
        people = self["people"].sum(axis=1)
        gone = self["outcomes"].sum(axis=1) + self["open"] + self["stopped"]
        if not np.array_equal(people, gone):
            raise ConservationError(f"customers do not balance: {people} came, {gone} are accounted for")
        kinds = dict(zip(STOCK, self["stock"].T, strict=True))
        on_shelf = kinds["initial"] + kinds["received"] + kinds["restocked"]
        if not np.array_equal(on_shelf, kinds["shipped"] - kinds["owed"] + kinds["on_hand"]):
            raise ConservationError(
                "units do not balance: initial + received + restocked is not sold - owed + on hand"
            )
        if not np.array_equal(kinds["ordered"], kinds["received"] + kinds["on_order"]):
            raise ConservationError("orders do not balance: ordered is not received + in transit")
        if (kinds["on_hand"] < 0).any() or (kinds["owed"] < 0).any():
            raise ConservationError("stock is negative")
        self._check_units()

    def _check_units(self) -> None:
        """Assert that the same units were counted in each way of counting them."""
        units = self["units"]
        taken_instead = units[:, :, UNITS.index("substituted")]
        if not np.array_equal(units[:, :, 0] + taken_instead, units[:, :, 1] + units[:, :, 2]):
            raise ConservationError("demand, and what was taken instead of others, is not sold + lost")
        if not np.array_equal(self["instead"].sum(axis=0), taken_instead.sum(axis=0)):
            raise ConservationError("what was taken instead of others is not what replaced them")
        everybody = units[:, :, :3].sum(axis=0)
        for name in ("entered_units", "till_units"):
            if not np.array_equal(self[name].sum(axis=0), everybody):
                raise ConservationError(f"{name} do not add up to the units of all personas")
        if not np.array_equal(self["till_goals"].sum(axis=(1, 2)), self["conversions"]):
            raise ConservationError("conversions by touchpoint do not add up to all of them")
