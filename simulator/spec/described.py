"""What each key of a model means: the text that stands under it in its class.

Read when a schema or a page is written, not when the classes are made: pydantic's own reading of these texts
parses a whole file anew for each class, which would cost every command a third of a second.
"""

from __future__ import annotations

import ast
import inspect
import itertools
from functools import cache
from types import ModuleType

from pydantic import BaseModel

__all__ = ["descriptions"]


def descriptions(record: type[BaseModel]) -> dict[str, str]:
    """Give the description of each field of a class that has one, by the field's name in Python."""
    found: dict[str, str] = {}
    for part in reversed(record.__mro__):
        if issubclass(part, BaseModel) and part is not BaseModel:
            module = inspect.getmodule(part)
            assert module is not None
            found |= _written_in(module).get(part.__qualname__, {})
    own = {name: info.description for name, info in record.model_fields.items() if info.description}
    return {name: words for name, words in (found | own).items() if name in record.model_fields}


@cache
def _written_in(module: ModuleType) -> dict[str, dict[str, str]]:
    """Read the texts under the fields of every class of a module."""
    classes = [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef)]
    return {node.name: dict(_described(node.body)) for node in classes}


def _described(body: list[ast.stmt]) -> list[tuple[str, str]]:
    return [
        (field.target.id, inspect.cleandoc(text.value.value))
        for field, text in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    ]
