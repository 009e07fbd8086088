"""One version of the map as the checks see it: the base's, or a persona's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from simulator.spec.model import Model
from simulator.spec.parts import Path, targets
from simulator.spec.paths import join_path
from simulator.spec.touchpoint import Detour, Touchpoint

__all__ = ["Finding", "View"]


@dataclass(frozen=True)
class Finding:
    """One thing found wrong, before its file and line are known.

    Attributes
    ----------
    path : tuple of str
        Keys in the base's words, such as ``("touchpoints", "cart", "next", "else")``.
    message : str
        What is wrong, with the value seen.
    fix : str
        What is allowed.
    """

    path: Path
    message: str
    fix: str = ""


@dataclass(frozen=True)
class View:
    """A version of the map.

    Attributes
    ----------
    model : Model
        Everything that is the same for all personas.
    touchpoints, detours : mapping
        This version of the map.
    personas : tuple of str
        Those who walk it: all on the base's, one on his own.
    """

    model: Model
    touchpoints: Mapping[str, Touchpoint]
    detours: Mapping[str, Detour]
    personas: tuple[str, ...]

    @cached_property
    def ends(self) -> tuple[str, ...]:
        """Everything a row may name: touchpoints and outcomes."""
        return (*self.touchpoints, *self.model.outcomes)

    def each(self) -> Iterator[tuple[Path, Touchpoint]]:
        """Yield every touchpoint with its path."""
        for name, touchpoint in self.touchpoints.items():
            yield ("touchpoints", name), touchpoint

    def shown(self, path: Path) -> str:
        """Name a path in a message; a row that stands for rules has no `else`."""
        if path[2:4] == ("next", "else") and len(self.touchpoints[path[1]].next or {}) == 1:
            path = path[:3] + path[4:]
        return join_path(path)

    def gated(self, target: str) -> bool:
        """Tell whether a visit there may be refused: a condition, or a message needing consent."""
        touchpoint = self.touchpoints.get(target)
        return touchpoint is not None and (touchpoint.contact or touchpoint.only_if is not None)

    @cached_property
    def returning(self) -> frozenset[str]:
        """The touchpoints one of whose rows says `back`."""
        return frozenset(
            name
            for name, touchpoint in self.touchpoints.items()
            if any(target == "back" for _, target in targets(touchpoint))
        )

    @cached_property
    def side_trips(self) -> frozenset[str]:
        """The touchpoints that some race visits as a side trip."""
        return frozenset(
            target
            for touchpoint in self.touchpoints.values()
            for target, clock in (touchpoint.race or {}).items()
            if clock.side_trip
        )

    @cached_property
    def direct(self) -> Mapping[str, Path]:
        """The touchpoints reached otherwise than by a side trip, each with the first place saying so."""
        found: dict[str, Path] = {}
        for target, path in self._direct():
            found.setdefault(target, path)
        return found

    def _direct(self) -> Iterator[tuple[str, Path]]:
        for base, touchpoint in self.each():
            for path, target in targets(touchpoint):
                if not (path[0] == "race" and (touchpoint.race or {})[target].side_trip):
                    yield target, base + path
            listed = touchpoint.back_in_stock
            if listed is not None and listed.woken is None:  # who is woken comes here again
                yield base[-1], (*base, "back_in_stock")
            if touchpoint.refers is not None:
                yield from (
                    (target, (*base, "refers", "enters", target)) for target in touchpoint.refers.enters
                )
        for name, detour in self.detours.items():
            yield detour.to, ("detours", name, "to")
        for name in self.personas:
            persona = self.model.personas[name]
            yield from ((target, ("personas", name, "enters", target)) for target in persona.enters or {})
            if persona.existing is not None:
                yield persona.existing.at, ("personas", name, "existing", "at")
