"""Layers of written data and where each value of their sum was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from simulator.errors import Place
from simulator.spec.document import Document

__all__ = ["Layer", "Layered", "Layers", "Path"]

Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Layer:
    """Changes to be laid over a model.

    Attributes
    ----------
    name : str
        Whose changes these are, for messages: "scenario 'More staff'".
    data : mapping
        Keys from the top of a model, as written.
    document : Document
        The file they stand in.
    prefix : tuple of str
        Where in that file `data` begins.
    routes : mapping of path to path
        Of a sweep's point: each path it changes, and where in the file that value stands.
    """

    name: str
    data: Mapping[str, Any]
    document: Document
    prefix: Path = ()
    routes: Mapping[Path, Path] = field(default_factory=dict)

    def written(self, path: Path) -> Path:
        """Give the keys in the file that lead to a path of the model."""
        if not self.routes:
            return self.prefix + path
        for route, there in self.routes.items():
            if path[: len(route)] == route or route[: len(path)] == path:
                return there + path[len(route) :]
        return self.prefix

    def place(self, path: Path) -> Place:
        """Find where a path of the model is written in this layer."""
        return self.document.place(self.written(path))

    def under(self, path: Path, data: Any) -> Layer:
        """Give the part of this layer below a path as a layer of its own."""
        routes = {
            route[len(path) :]: there for route, there in self.routes.items() if route[: len(path)] == path
        }
        return Layer(self.name, data, self.document, self.prefix if routes else self.written(path), routes)

    def having(self, data: Mapping[str, Any]) -> Layer:
        """Give this layer with fewer data."""
        return Layer(self.name, data, self.document, self.prefix, self.routes)


# The layers, first laid first; the marks map each path a layer wrote to the path it stands at there.
Layers: TypeAlias = Sequence[tuple[Layer, Mapping[Path, Path]]]


@dataclass(frozen=True)
class Layered:
    """A model's written data with the layers laid over it so far.

    Attributes
    ----------
    data : mapping
        The sum; what no layer touched is the very object of the base.
    document : Document
        The file of the base.
    over : sequence of (layer, marks)
        The layers, first laid first.
    """

    data: Mapping[str, Any]
    document: Document
    over: Layers = ()

    def place(self, path: Path) -> Place:
        """Find where a value was written last; of what is not written, its nearest ancestor."""
        path = tuple(str(key) for key in path)
        for layer, marks in reversed(self.over):
            for length in range(len(path), 0, -1):
                there = marks.get(path[:length])
                if there is not None:
                    return layer.place(there + path[length:])
        return self.document.place(path)
