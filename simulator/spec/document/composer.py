"""From the events of a YAML parser to plain data, with the place of every value.

libyaml cuts the text into events (its Python twin where libyaml is missing); what an unquoted scalar
means, and what is refused, is decided here. Nothing is ever constructed but dict, list, str, int,
float, bool and None.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from simulator import limits
from simulator.errors import ModelError, Place, Problem
from simulator.spec.document.advice import INDENT, QUOTES, explain, unbalanced
from simulator.spec.document.names import describe, name_problem, skeleton
from simulator.spec.document.scalars import CONTROL, resolve

__all__ = ["Document", "Places", "compose"]

Path = tuple[str, ...]
Places = dict[Path, Place]

# More than a person reads at once; a file with one mistake on every line stays an answer.
_MOST_PROBLEMS: Final = 50
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    """What a YAML file says, and where.

    Attributes
    ----------
    data : dict
        Plain data: dict with text keys, list, str, int, float, bool, None; names and texts in NFC.
    places : dict
        Path of keys (items of a list by their number as text) to the line and column of the value;
        of a mapping or list, those of its key.
    file : str
        The file as the user named it; empty for a text from memory.
    """

    data: dict[str, Any]
    places: Places = field(repr=False)
    file: str = ""

    def place(self, path: Sequence[str | int]) -> Place:
        """Find where a value stands; of what is not in the file, its nearest ancestor that is."""
        keys = tuple(str(key) for key in path)
        while keys and keys not in self.places:
            keys = keys[:-1]
        return self.places.get(keys, Place(self.file))


class _Stop(Exception):  # noqa: N818 - not an error by itself: the problem is already noted
    """Nothing behind this point is worth reading."""


class _Composer:
    """One walk through the events of one text."""

    def __init__(self, text: str, file: str) -> None:
        self.lines = text.split("\n")
        self.file = file
        self.events = yaml.parse(text, Loader=_LOADER)
        self.places: Places = {}
        self.problems: list[Problem] = []
        self.path: Path = ()
        self.nodes = 0

    def note(self, message: str, place: Place, fix: str = "") -> None:
        self.problems.append(Problem(message, self.path, place, fix))
        if len(self.problems) == _MOST_PROBLEMS:
            self.problems.append(Problem("too many problems; what follows is not listed", (), place))
            raise _Stop

    def at(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def next(self) -> Any:
        """Fetch the next event, or note what is wrong with the text."""
        try:
            return next(self.events)
        except yaml.MarkedYAMLError as error:
            problem = explain(error, self.lines, self.file, self.path)
        except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
            problem = Problem(f"this is not YAML: {error}", self.path, Place(self.file), QUOTES)
        if problem.place.line not in {known.place.line for known in self.problems}:
            self.problems.append(problem)
        raise _Stop

    def document(self) -> Any:
        """Read the whole text, which must be one mapping."""
        self.next()
        start = self.next()
        if isinstance(start, yaml.StreamEndEvent):
            self.note("the file is empty", Place(self.file, 1, 1), "write 'key: value' lines")
            return None
        if start.version or start.tags:
            self.note("a directive (%YAML, %TAG) is not allowed", self.at(start), "remove the line")
        top = self.next()
        self.places[()] = self.at(top)
        if not isinstance(top, yaml.MappingStartEvent):
            fix = "write 'key: value' lines, with a blank after the colon"
            self.note("the top of the file must be a mapping of keys to values", self.at(top), fix)
            raise _Stop
        data = self.node(top, 1)
        self.next()
        behind = self.next()
        if not isinstance(behind, yaml.StreamEndEvent):
            self.note(
                "a second document begins here", self.at(behind), "keep one document in a file, without ---"
            )
        return data

    def node(self, event: Any, depth: int, *, flow: bool = False) -> Any:
        """Build the value that begins with this event."""
        self.count(event, depth)
        if isinstance(event, yaml.AliasEvent):
            self.note(f"an alias (*{event.anchor}) is not allowed", self.at(event), f"write it out; {QUOTES}")
            return None
        self.refuse_decoration(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(depth, flow=bool(event.flow_style))
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(depth, flow=bool(event.flow_style))
        return self.scalar(event, flow=flow)

    def count(self, event: Any, depth: int) -> None:
        self.nodes += 1
        if self.nodes > limits.YAML_NODES:
            self.note(f"more than {limits.YAML_NODES:,} keys and values", self.at(event), "split the model")
            raise _Stop
        if depth > limits.YAML_DEPTH:
            self.note(f"nested deeper than {limits.YAML_DEPTH} levels", self.at(event), INDENT)
            raise _Stop

    def refuse_decoration(self, event: Any) -> None:
        if event.anchor is not None:
            self.note(f"an anchor (&{event.anchor}) is not allowed", self.at(event), f"remove it; {QUOTES}")
        if event.tag is not None:
            self.note(f"a tag ({event.tag}) is not allowed", self.at(event), f"remove it; {QUOTES}")

    def mapping(self, depth: int, *, flow: bool) -> dict[str, Any]:
        data: dict[str, Any] = {}
        keys: dict[str, Place] = {}
        above = self.path
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            place = self.at(event)
            name = self.key(event, keys, depth)
            keys.setdefault(name, place)
            value = self.entry(self.next(), place, depth, flow=flow)
            data.setdefault(name, value)
            self.path = above
        self.refuse_lookalikes(keys)
        return data

    def key(self, event: Any, keys: dict[str, Place], depth: int) -> str:
        """Read a key as the text it is written in; YAML's other keys have no use here."""
        place = self.at(event)
        if not isinstance(event, yaml.ScalarEvent):
            self.note("a key must be a text, not a mapping, list or alias", place, QUOTES)
            raise _Stop
        self.count(event, depth)
        self.refuse_decoration(event)
        name = unicodedata.normalize("NFC", event.value)
        self.path = (*self.path, name)
        wrong = name_problem(name)
        if wrong:
            self.note(wrong, place, "a name is any visible text, up to 256 characters")
        elif not event.style and name == "<<":
            self.note("a merge key (<<) is not allowed", place, "write the entries out")
        elif not event.style and unbalanced(name):
            self.note(f"the key {name!r} has a bracket without its partner", place, QUOTES)
        elif name in keys:
            self.note(f"{name!r} stands twice, first on line {keys[name].line}", place, "keep one of them")
        return name

    def entry(self, event: Any, key: Place, depth: int, *, flow: bool) -> Any:
        """Read the value of a key, and remember where it stands."""
        collection = isinstance(event, yaml.CollectionStartEvent)
        self.places.setdefault(self.path, key if collection else self.at(event))
        empty = isinstance(event, yaml.ScalarEvent) and not event.style and not event.value
        if flow and empty and not any(problem.place == key for problem in self.problems):
            name = self.path[-1]
            blank = f"put a blank after the colon in {name!r}; " if ":" in name else ""
            self.note(f"{name!r} has no value", key, f"{blank}{QUOTES}; to say nothing, write null")
        return self.node(event, depth + collection)

    def sequence(self, depth: int, *, flow: bool) -> list[Any]:
        items: list[Any] = []
        above = self.path
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            self.path = (*above, str(len(items)))
            self.places[self.path] = self.at(event)
            items.append(self.node(event, depth + isinstance(event, yaml.CollectionStartEvent), flow=flow))
            self.path = above
        return items

    def scalar(self, event: Any, *, flow: bool) -> Any:
        text = unicodedata.normalize("NFC", event.value)
        hidden = CONTROL.search(text)
        if hidden:
            self.note(
                f"the character {describe(hidden[0])} is not allowed", self.at(event), "remove the escape"
            )
        if event.style:
            return text
        if flow and unbalanced(text):
            self.note(f"{text!r} has a bracket without its partner", self.at(event), QUOTES)
        try:
            return resolve(text)
        except ValueError as error:
            self.note(str(error), self.at(event), "write a finite number, or put quotes around a text")
            return None

    def refuse_lookalikes(self, keys: dict[str, Place]) -> None:
        """Refuse two names of one mapping that differ only by letters that look the same."""
        if all(name.isascii() for name in keys):
            return
        seen: dict[str, str] = {}
        for name, place in keys.items():
            other = seen.setdefault(skeleton(name), name)
            if other != name:
                letters = ", ".join(describe(letter) for letter in name if letter not in other)
                message = f"{name!r} looks the same as {other!r} of line {keys[other].line}"
                self.note(message, place, f"write both in one script; here stands {letters}")


def compose(text: str, file: str) -> Document:
    """Build a document from a text whose size and characters are already checked.

    Raises
    ------
    ModelError
        With every problem found.
    """
    composer = _Composer(text, file)
    try:
        data = composer.document()
    except _Stop:
        data = None
    if composer.problems:
        raise ModelError(composer.problems)
    return Document(data, composer.places, file)
