"""Checks of the state a customer carries: attribute names, bounds, and whether anybody can consent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from simulator.errors import nearest
from simulator.laws.law import Law
from simulator.spec.checks_visits import check_effects
from simulator.spec.expressions.vocabulary import DAYS, FUNCTIONS, PLAIN, ROOTS
from simulator.spec.model import CONSENT, Model
from simulator.spec.parts import Path
from simulator.spec.people import Attribute
from simulator.spec.touchpoint import Effect
from simulator.spec.units import MILLISECONDS
from simulator.spec.view import Finding, View

__all__ = ["check_attributes", "check_contacts"]

_BUILT_IN: Final = frozenset(
    [*FUNCTIONS, *PLAIN, *ROOTS, *DAYS, *MILLISECONDS, "and", "or", "not", "nan", "inf"]
)


def check_attributes(model: Model) -> Iterator[Finding]:
    """Find attributes with names that mean something else, or values that cannot be."""
    for name, attribute in model.attributes.items():
        path = ("attributes", name)
        if name in _BUILT_IN:
            yield Finding(path, f"{name!r} already means something in expressions", "choose another name")
        if attribute.initial is not None:
            yield from _initial((*path, "initial"), attribute.initial, attribute)
    known = {**model.attributes, CONSENT: None}
    for persona_name, persona in model.personas.items():
        base = ("personas", persona_name)
        for name, law in persona.attributes.items():
            if name not in known:
                yield Finding(
                    (*base, "attributes", name), f"no attribute is called {name!r}", nearest(name, known)
                )
            elif name in model.dates:
                yield Finding(
                    (*base, "attributes", name), f"{name!r} holds a planned date", "write it under planned"
                )
            elif name in model.attributes:
                yield from _initial((*base, "attributes", name), law, model.attributes[name])
        for name in persona.planned:
            if name not in model.dates:
                message = f"no attribute with a planned date is called {name!r}"
                yield Finding((*base, "planned", name), message, nearest(name, model.dates))
        if persona.existing is not None:
            yield from check_effects((*base, "existing", "set"), persona.existing.set, model)
    if CONSENT in model.dates:
        yield Finding(("attributes", CONSENT), "consent is 0 or 1, never a planned date", "write initial")


def _initial(path: Path, law: Law, attribute: Attribute) -> Iterator[Finding]:
    """Bounds cut what is drawn; a law wholly outside them is a mistake."""
    if attribute.min is not None and law.maximum() < attribute.min:
        yield Finding(
            path, f"the initial value ({law}) lies below min {attribute.min:g}", "change one of them"
        )
    if attribute.max is not None and law.minimum() > attribute.max:
        yield Finding(
            path, f"the initial value ({law}) lies above max {attribute.max:g}", "change one of them"
        )


def check_contacts(model: Model, views: tuple[View, ...]) -> Iterator[tuple[View, Finding]]:
    """Find messages that are never sent, because nobody ever consents."""
    if _consents(model, views):
        return
    for view in views:
        for base, touchpoint in view.each():
            if touchpoint.contact:
                yield (
                    view,
                    Finding(
                        (*base, "contact"),
                        "nobody ever consents, so this message is never sent",
                        "let a touchpoint set consent, such as set: {consent: {chance: 0.4}}",
                    ),
                )


def _consents(model: Model, views: tuple[View, ...]) -> bool:
    """Tell whether the consent of any customer can reach 1."""
    declared = model.attributes.get(CONSENT)
    if declared is not None and declared.max is not None and declared.max < 1:
        return False
    laws = [
        persona.attributes[CONSENT] for persona in model.personas.values() if CONSENT in persona.attributes
    ]
    if declared is not None:
        laws.append(declared.first)
    effects = [each.set for view in views for each in view.touchpoints.values()]
    effects += [persona.existing.set for persona in model.personas.values() if persona.existing is not None]
    return any(law.maximum() >= 1 for law in laws) or any(_grants(each) for each in effects)


def _grants(effects: Mapping[str, Effect]) -> bool:
    effect = effects.get(CONSENT)
    if effect is None:
        return False
    if effect.to is None:
        return bool(effect.chance)
    constant = effect.to.constant()
    return effect.noise is not None or constant is None or constant >= 1
