"""From what was written to what engines play: graph, checks, flat arrays."""
