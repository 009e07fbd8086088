"""From a file to text to a document: encodings, sizes, and characters nobody can see."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path
from typing import Final, NoReturn

from simulator import limits
from simulator.errors import ModelError, Place, Problem, nearest
from simulator.spec.document.composer import Document, compose
from simulator.spec.document.names import describe
from simulator.spec.document.scalars import CONTROL

__all__ = ["parse_document", "read_document"]

_UTF8: Final = "save the file as UTF-8"
_WIDE: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TOO_LARGE: Final = f"a model or scenario has at most {limits.YAML_BYTES:,} bytes"


def read_document(path: Path) -> Document:
    """Read a YAML file.

    Parameters
    ----------
    path : Path
        A regular file in UTF-8, with or without a byte order mark.

    Returns
    -------
    Document
        Plain data and the place of every value.

    Raises
    ------
    ModelError
        If the file cannot be read or is not a document of the language; lists every problem found.
    """
    file = os.fspath(path).encode("utf-8", "backslashreplace").decode("utf-8")
    return parse_document(_decode(_bytes(Path(path), file), file), file)


def parse_document(text: str, file: str = "") -> Document:
    """Read YAML from a text.

    Parameters
    ----------
    text : str
        At most `limits.YAML_BYTES` bytes in UTF-8.
    file : str
        How errors name the text.

    Returns
    -------
    Document
        Plain data and the place of every value.

    Raises
    ------
    ModelError
        If it is not a document of the language; lists every problem found.

    Examples
    --------
    >>> document = parse_document("cart: {dwell: 4 min, cost: 0.5}")
    >>> document.data
    {'cart': {'dwell': '4 min', 'cost': 0.5}}
    >>> document.place(("cart", "cost")).column
    28
    """
    if len(text) > limits.YAML_BYTES or len(text.encode("utf-8", "surrogatepass")) > limits.YAML_BYTES:
        _refuse("the text is too large", Place(file), _TOO_LARGE)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    _check_characters(text, file)
    return compose(text, file)


def _bytes(path: Path, file: str) -> bytes:
    """Read at most one byte more than allowed; a pipe or device could block or never end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            _refuse("it is not a regular file", Place(file), "name a YAML file")
        with path.open("rb") as stream:
            content = stream.read(limits.YAML_BYTES + 1 + len(codecs.BOM_UTF8))
    except FileNotFoundError:
        _refuse("there is no such file", Place(file), _neighbours(path))
    except (OSError, ValueError) as error:
        _refuse(f"it cannot be read: {getattr(error, 'strerror', None) or error}", Place(file))
    content = content.removeprefix(codecs.BOM_UTF8)
    if len(content) > limits.YAML_BYTES:
        _refuse("the file is too large", Place(file), _TOO_LARGE)
    return content


def _neighbours(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix in (".yaml", ".yml")]
    except (OSError, ValueError):
        return f"there is no folder {path.parent} either"
    return nearest(path.name, names) or f"the folder {path.parent} holds no YAML file"


def _decode(content: bytes, file: str) -> str:
    if content.startswith(_WIDE):
        _refuse("the file is UTF-16 or UTF-32", Place(file, 1, 1), _UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        message = f"byte 0x{content[error.start]:02x} is not UTF-8"
        _refuse(message, Place(file, before.count(b"\n") + 1, column), _UTF8)


def _check_characters(text: str, file: str) -> None:
    found = CONTROL.search(text.replace("\u2028", "\x0b").replace("\u2029", "\x0b"))
    if found is None:
        return
    start = found.start()
    place = Place(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    fix = _UTF8 if text[start] == "\x00" else "remove it; in double quotes it can be written as an escape"
    _refuse(f"the character {describe(text[start])} is not allowed", place, fix)


def _refuse(message: str, place: Place, fix: str = "") -> NoReturn:
    raise ModelError([Problem(message, (), place, fix)])
