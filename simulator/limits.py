"""Every cap of the program in one table, each with its reason."""

from __future__ import annotations

from typing import Final

# The YAML door: what a person writes is far below these; a hostile file is not.
YAML_BYTES: Final = 1 << 20
YAML_DEPTH: Final = 32
YAML_NODES: Final = 50_000

# A name stands in tables and pictures; YAML itself ends a plain key at 1,024 characters.
NAME_CHARACTERS: Final = 256

# Expressions: small enough to check by eye, and for the stack of the compiled evaluator.
EXPRESSION_CHARACTERS: Final = 500
EXPRESSION_NODES: Final = 64
EXPRESSION_DEPTH: Final = 8

# exp(700) is the last that is finite in double precision (exp(709.78) overflows).
UTILITY: Final = 700.0

# A journey longer than this is a loop nobody can leave; 16 bits of a draw's address count entries.
MAX_STEPS: Final = 1_000
MAX_STEPS_CEILING: Final = 65_535
MAX_GENERATIONS: Final = 10

# A customer's simulated time is whole milliseconds in int64; a longer horizon is a typing error.
HORIZON_DAYS: Final = 36_525

# A sweep is a grid of scenarios; a larger one is refused before anything runs.
SWEEP_POINTS: Final = 1_000

# Sets of ideas that a budget allows: beyond these, even guessing which are worth playing takes minutes.
IDEA_SETS: Final = 20_000

# Every replication's tally is held; a million of a middling journey would not fit in memory.
REPLICATIONS: Final = 100_000

# Tallies held at a time while a forecast keeps a little of each: an eighth of a gigabyte.
TALLY_BYTES: Final = 1 << 27

# People who come together: more than a full hall are a day of their own.
PARTY: Final = 10_000

# More groups than a person tells apart: the column of a log is an identifier, not a kind of customer.
LEARNT_PERSONAS: Final = 100

# A closed form of a queue with more states needs too much memory, and is so near to instability that
# no figure is sure.
QUEUE_STATES: Final = 1_000_000

# The exact Shapley value looks at every coalition: a million of them at this number of players.
PLAYERS: Final = 20
