"""Checks that every name in an expression means something, for every persona who may read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.errors import nearest
from simulator.spec.expressions import Expression, Name
from simulator.spec.expressions.vocabulary import PLAIN, ROOTS
from simulator.spec.model import CONSENT
from simulator.spec.parts import Path, effect_formulas, formulas, row_formulas
from simulator.spec.people import Persona
from simulator.spec.view import Finding, View

__all__ = ["check_expressions"]


def check_expressions(view: View) -> Iterator[Finding]:
    """Find names in expressions that mean nothing, and personas without a trait they need."""
    missing: dict[Path, Finding] = {}
    for path, expression, personas in _all(view):
        yield from _unknown(view, path, expression)
        for finding in _traits(view, path, expression, personas):
            missing.setdefault(finding.path, finding)
    yield from missing.values()


def _all(view: View) -> Iterator[tuple[Path, Expression, tuple[str, ...]]]:
    """Yield every expression with its path and the personas for whom it is evaluated."""
    for base, touchpoint in view.each():
        for path, expression in formulas(touchpoint):
            yield base + path, expression, view.personas
    for name in view.personas:
        for path, expression in _of_persona(view.model.personas[name]):
            yield ("personas", name, *path), expression, (name,)


def _of_persona(persona: Persona) -> Iterator[tuple[Path, Expression]]:
    for path, expression in row_formulas(persona.enters or {}):
        yield ("enters", *path), expression
    if persona.existing is not None:
        for path, expression in effect_formulas(persona.existing.set):
            yield ("existing", "set", *path), expression


def _unknown(view: View, path: Path, expression: Expression) -> Iterator[Finding]:
    for name in expression.names:
        if name.root in PLAIN:
            continue
        kind, known = _known(view, name)
        if name.member not in known:
            yield Finding(path, f"no {kind} is called {name.member!r}", _fix(kind, name, known))


def _known(view: View, name: Name) -> tuple[str, Mapping[str, object]]:
    """Say what a name should be the name of, and those there are."""
    model = view.model
    if name.root == "attribute":
        return "attribute", {**model.attributes, CONSENT: None}
    if name.root == "persona":
        return "trait", {trait: None for persona in model.personas.values() for trait in persona.traits}
    if name.root in ("price", "stock"):
        return "product", model.products
    return "touchpoint", view.touchpoints


def _fix(kind: str, name: Name, known: Mapping[str, object]) -> str:
    if kind != "attribute":
        return nearest(name.member, known)
    words = {**known, **PLAIN}
    meant = nearest(name.member, words)
    dotted = nearest(name.member, ROOTS)
    return meant if meant.startswith("did") or not dotted.startswith("did") else dotted


def _traits(view: View, path: Path, expression: Expression, personas: tuple[str, ...]) -> Iterator[Finding]:
    """Hold that a trait some persona has is had by every persona for whom it is read."""
    anybody = {trait for persona in view.model.personas.values() for trait in persona.traits}
    for name in expression.names:
        if name.root != "persona" or name.member not in anybody:
            continue
        for persona in personas:
            if name.member not in view.model.personas[persona].traits:
                yield Finding(
                    ("personas", persona, "traits", name.member),
                    f"the trait {name.member!r} is missing, and {view.shown(path)} reads it",
                    f"write {name.member} in the traits of {persona!r}",
                )
