"""The one YAML door: how text becomes plain data with positions, and data becomes text.

YAML 1.2 core scalars; no anchors, aliases, merge keys, tags or second documents; bounded size, depth
and number of nodes. Nothing but ModelError ever comes out of it.
"""

from __future__ import annotations

from simulator.spec.document.composer import Document, Places
from simulator.spec.document.names import name_problem
from simulator.spec.document.reader import parse_document, read_document
from simulator.spec.document.writer import write_document

__all__ = ["Document", "Places", "name_problem", "parse_document", "read_document", "write_document"]
