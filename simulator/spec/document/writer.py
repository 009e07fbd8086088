"""From plain data to YAML that a person would write: block style, short mappings on one line."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from simulator import limits
from simulator.errors import ModelError, Problem
from simulator.spec.document.advice import unbalanced
from simulator.spec.document.names import name_problem, skeleton
from simulator.spec.document.scalars import CONTROL, resolve

__all__ = ["write_document"]

_WIDTH: Final = 100
# YAML wants a key longer than 1,024 characters, escapes included, behind a question mark.
_LONGEST_PLAIN_KEY: Final = 1_000

# A sign within these would split or end a plain scalar in one style or the other.
_SPLITS: Final = re.compile(r"[,\[\]{}]|: | #|:$|\s$|^\s|\n")
# What YAML 1.1 tools, editors among them, read as something else than text.
_OLD_WORDS: Final = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null)|[-+]?[0-9][0-9_:]*(?:\.[0-9_]*)?")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def write_document(data: Mapping[str, Any]) -> str:
    """Write plain data as YAML that reads back as the same data, in the same order.

    Parameters
    ----------
    data : mapping
        Text keys to mappings, lists, texts, finite numbers, truth values, dates or None.

    Returns
    -------
    str
        YAML; entries of small mappings stand on one line of at most 100 columns.

    Raises
    ------
    ModelError
        If something in the data has no written form.

    Examples
    --------
    >>> print(write_document({"cart": {"cost": 0.5, "next": {"left": 1}}, "on": ["a, b", "2026-01-05"]}))
    cart:
      cost: 0.5
      next: {left: 1}
    <BLANKLINE>
    "on": ["a, b", 2026-01-05]
    <BLANKLINE>
    """
    _check(data, ())
    if not data:
        return "{}\n"
    sections = ["\n".join(_entry(key, value, 0)) for key, value in data.items()]
    parts = [sections[0]]
    for above, section in pairwise(sections):
        parts.append(("\n" if "\n" in above or "\n" in section else "") + section)
    text = "\n".join(parts) + "\n"
    if len(text.encode()) > limits.YAML_BYTES or _nodes(data) > limits.YAML_NODES:
        allowed = f"{limits.YAML_BYTES:,} bytes and {limits.YAML_NODES:,} keys and values"
        raise ModelError([Problem("the text would be too large to be read back", fix=f"at most {allowed}")])
    return text


def _nodes(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + sum(1 + _nodes(inner) for inner in value.values())
    return 1 + sum(map(_nodes, value)) if isinstance(value, list | tuple) else 1


def _check(value: Any, path: tuple[str, ...]) -> None:
    """Refuse what would not read back."""
    wrong = _wrong(value, path)
    if wrong:
        raise ModelError([Problem(wrong, path)])
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _check(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            _check(inner, (*path, str(position)))


def _wrong(value: Any, path: tuple[str, ...]) -> str:
    if isinstance(value, Mapping | list | tuple):
        if len(path) >= limits.YAML_DEPTH:
            return f"nested deeper than {limits.YAML_DEPTH} levels"
        return _wrong_keys(list(value)) if isinstance(value, Mapping) else ""
    if isinstance(value, str):
        hidden = CONTROL.search(value)
        return f"the text {value[:40]!r} holds {hidden[0]!r}, which cannot be written" if hidden else ""
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"{value} is not a finite number"
    if isinstance(value, int):
        return "" if abs(value) < 1 << 63 else f"{value} is too large for a whole number (64 bits)"
    return "" if value is None or isinstance(value, datetime.date) else f"{value!r} has no written form"


def _wrong_keys(keys: list[Any]) -> str:
    seen: dict[str, str] = {}
    for key in keys:
        if not isinstance(key, str):
            return f"the key {key!r} is no text"
        if wrong := name_problem(key):
            return wrong
        other = seen.setdefault(skeleton(unicodedata.normalize("NFC", key)), key)
        if other is not key:
            return f"the key {key!r} looks the same as {other!r}"
    return ""


def _entry(key: str, value: Any, depth: int) -> Iterator[str]:
    """Write one key with its value as lines."""
    indent = "  " * depth
    name = _text(key)
    if len(name) > _LONGEST_PLAIN_KEY:
        yield f"{indent}? {name}"
        name = ""
    head = f"{indent}{name}:"
    if not isinstance(value, Mapping | list | tuple) or not value:
        yield f"{head} {_flow(value)}"
    elif line := _on_one_line(value, depth, len(head)):
        yield f"{head} {line}"
    else:
        yield head
        yield from _block(value, depth + 1)


def _block(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry(key, inner, depth)
        return
    indent = "  " * depth
    for item in value:
        line = _on_one_line(item, depth, len(indent) + 1) if isinstance(item, Mapping | list | tuple) else ""
        if line or not item or not isinstance(item, Mapping | list | tuple):
            yield f"{indent}- {line or _flow(item)}"
        else:
            first, *others = _block(item, depth + 1)
            yield f"{indent}- {first.lstrip(' ')}"
            yield from others


def _on_one_line(value: Any, depth: int, used: int) -> str:
    """Write a collection on the rest of a line, or nothing where a person would not.

    The entries of a section (a touchpoint, a persona) read better as blocks, their parts as lines.
    """
    allowed = 1 if depth < 2 else limits.YAML_DEPTH
    if _height(value) > allowed:
        return ""
    line = _flow(value)
    return line if used + 1 + len(line) <= _WIDTH else ""


def _height(value: Any) -> int:
    if not isinstance(value, Mapping | list | tuple):
        return 0
    inner = value.values() if isinstance(value, Mapping) else value
    return 1 + max(map(_height, inner), default=0)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        # YAML 1.1 reads 1e-05 as text and 1.0e-05 as the number.
        digits = float.__repr__(value)
        return digits if "." in digits else digits.replace("e", ".0e")
    if isinstance(value, int):
        return int.__repr__(value)
    return _text(value if isinstance(value, str) else value.isoformat())


def _text(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    return text if _plain(text) else '"' + "".join(map(_escaped, text)) + '"'


def _plain(text: str) -> bool:
    if not text or not (text[0].isalnum() or text[0] in "_(") or not text.isprintable():
        return False
    if _SPLITS.search(text) or _OLD_WORDS.fullmatch(text) or unbalanced(text):
        return False
    try:
        return isinstance(resolve(text), str)
    except ValueError:
        return False


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 1 << 16 else f"\\U{number:08x}"
