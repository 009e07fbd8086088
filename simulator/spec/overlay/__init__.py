"""The overlay: how the changes of a persona or a scenario are laid over a model.

Mappings with names merge entry by entry and `null` removes. A row and a law are one value: naming them
replaces them whole, unless every entry is an edit (`{set: }`, `{scale: }`, `{add: }` or `null`). Where a
record has alternatives (next, choose, race; one_of, each), writing one drops the other. A single value
written for an option, an effect or a line of `each` replaces that entry; a mapping merges into it.
What changes nothing is never passed over in silence.
"""

from __future__ import annotations

from simulator.spec.overlay.laid import Laid
from simulator.spec.overlay.layers import Layer, Layered, Layers, Path
from simulator.spec.overlay.persona import persona_layer
from simulator.spec.overlay.walk import lay

__all__ = ["Laid", "Layer", "Layered", "Layers", "Path", "lay", "persona_layer"]
