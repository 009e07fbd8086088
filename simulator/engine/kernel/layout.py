"""Where everything of a running replication stands in the kernel's two arrays.

The kernel's whole memory is one int64 array `m` and one float64 array `f`. Each begins with the image of
the program; what a run adds follows, and the head of `m` says where. A customer is a run of `m` (his
fields, then five numbers for each touchpoint, and more below) and a run of `f` (what he sees).
Two arrays keep every call of compiled code cheap, and nothing is ever allocated while playing.
"""

from __future__ import annotations

from typing import Final

from simulator.engine import log
from simulator.engine.tally import LEVELS, SHAPES, STOCK, UNITS
from simulator.program.image import HEAD, Part
from simulator.program.kinds import WIDEST
from simulator.program.tables import (
    Case,
    Clock,
    DetourStop,
    Effect,
    Entry,
    Line,
    MilestoneAt,
    Past,
    PersonaStart,
    ProductStock,
    Row,
    Rule,
    Station,
)

# ---------------------------------------------------------------- the head of `m`, after the image's

_FIRST: Final = 64
assert len(Part) < _FIRST

NOW: Final = 64
SHARED: Final = 65
SEED: Final = 66
REPLICATION: Final = 67
HORIZON: Final = 68
WARM_UP: Final = 69
FOLLOW_UP: Final = 70
WEEKDAY: Final = 71
MAX_STEPS: Final = 72
MAX_GENERATIONS: Final = 73
CAP: Final = 74
CAP_PER: Final = 75
GAP: Final = 76
TOUCHPOINTS: Final = 77
PRODUCTS: Final = 78
ATTRIBUTES: Final = 79
CELLS: Final = 80
RETURNABLES: Final = 81
OUTCOMES: Final = 82
EDGES: Final = 83
DAYS: Final = 84
MILESTONES: Final = 85
CONSENT: Final = 86
# regions and their sizes
PEOPLE: Final = 87  # where customers begin
STRIDE: Final = 88  # how long one is
PLACES: Final = 89  # how many there is room for
FREE: Final = 90  # the stack of free places
FREE_TOP: Final = 91
SIGHT: Final = 92  # where their cells begin in `f`
HEAP: Final = 93
HEAP_SIZE: Final = 94
HEAP_ROOM: Final = 95
TEAMS: Final = 96
SHELVES: Final = 97
PURSES: Final = 98  # orders that may be given back
PURSE_FREE: Final = 99
PURSE_ROOM: Final = 100
PURSE_STRIDE: Final = 101
LOG: Final = 102
LOG_SIZE: Final = 103
LOG_ROOM: Final = 104
LOG_SIGHT: Final = 105  # attributes after each visit, in `f`
BASKET: Final = 106  # scratch, by product: units asked for, sold of these, sold in place of others
PART: Final = 107  # which part of everybody who comes in is played, of how many
PARTS: Final = 108
DEPTH_ROOM: Final = 109
CLOCKS_ROOM: Final = 110
WAITING: Final = 111  # customers to be played when the present one is done (journeys that share nothing)
WAITING_SIZE: Final = 112
CONTACTS_ROOM: Final = 113
# why it stopped
TROUBLE: Final = 114
TROUBLE_WHAT: Final = 115
TROUBLE_WHO: Final = 116
TROUBLE_PERSONA: Final = 117
TROUBLE_ROW: Final = 118
# where customers keep what has no fixed length
STRICT: Final = 119  # 1: every event waits for its time on the agenda, also one that concerns nobody else
LANES: Final = 120  # scratch: customers side by side, see `lanes`
LANE_FLOATS: Final = 122
ARRIVALS_ROOM: Final = 123
AT_TOUCHED: Final = 124
AT_MILESTONES: Final = 125
AT_WANTED: Final = 126
AT_ORDERS: Final = 127
AT_CONTACTS: Final = 128
AT_FRAMES: Final = 129
FRAME_STRIDE: Final = 130
WOKEN_HEAD: Final = 133  # those woken by a delivery, who go on when the present event is done
WOKEN_TAIL: Final = 134
ARRIVALS_OF_DAY: Final = 131  # scratch: those who arrive on one date
TILLS: Final = 132
WRONG: Final = 135  # where in `f` the number stands that stopped the run

# where each count begins
COUNTS: Final = {name: 136 + number for number, name in enumerate(SHAPES)}

# customers whose journey, or the run, is over; there is as much room as for visits
ENDS: Final = 180
ENDS_SIZE: Final = 181
ENDS_SIGHT: Final = 182

# the next to be named; and of those of one date, how many, how many came
CURSOR: Final = 183  # date, persona, party, how many parties; member, how many members
ARRIVALS: Final = 189
ARRIVALS_COME: Final = 190
assert 136 + len(SHAPES) <= ENDS
assert ARRIVALS_COME < HEAD

# ---------------------------------------------------------------- troubles

NO_TROUBLE: Final = 0
NOBODY_WINS: Final = 1
WRONG_WEIGHT: Final = 2
NOT_A_NUMBER: Final = 3
WRONG_FACTOR: Final = 4
NOTHING_WINS: Final = 5
# not trouble with the model: a region was too small, and the replication is played again with more
NO_PLACE: Final = 10
NO_HEAP: Final = 11
NO_PURSE: Final = 12
NO_LOG: Final = 13
NO_DEPTH: Final = 14
NO_ARRIVAL: Final = 15

# ---------------------------------------------------------------- a customer

SUBJECT: Final = 0
PERSONA: Final = 1
KIND: Final = 2
ARRIVED: Final = 3
GENERATION: Final = 4
STEPS: Final = 5
ORDERS: Final = 6
SHORT: Final = 7
WAITED: Final = 8
COHORT: Final = 9
CONVERTED: Final = 10
LAST_ENTRY: Final = 11
SESSION: Final = 12
SESSION_COUNTS: Final = 13
SESSION_ORDERED: Final = 14
STATE: Final = 15
CONTACTS: Final = 16
TOUCHED: Final = 17
DEPTH: Final = 18
# where he is bound
BOUND: Final = 19
BOUND_DETOUR: Final = 20
STORED: Final = 21
STORED_LAW: Final = 22
STORED_KEY: Final = 23
STORED_W0: Final = 24
STORED_W1: Final = 25
# the visit he is on; the first fields of a frame are these
VISIT: Final = 26
V_TOUCHPOINT: Final = 26
V_STATION: Final = 27
V_ENTRY: Final = 28
V_ENTERED: Final = 29
V_WAITED: Final = 30
V_W0: Final = 31
V_W1: Final = 32
V_DETOUR: Final = 33
V_ASKED: Final = 34
V_SOLD: Final = 35
VISIT_FIELDS: Final = 10
# queues
BEFORE: Final = 36
AFTER: Final = 37
LIST: Final = 38
# what happens to him next
NEXT_TIME: Final = 39
NEXT_PHASE: Final = 40
ENTERS: Final = 41  # the row a new customer enters by, and its luck
ENTERS_W0: Final = 42
ENTERS_W1: Final = 43
EYES: Final = 44  # where his cells stand in `f`
ENTRANCE: Final = 45  # 1 + the number of the way he came in
FIELDS: Final = 46

# what he knows of each touchpoint, from MET on
MET: Final = FIELDS
MET_ENTRIES: Final = 0
MET_VISITS: Final = 1
MET_WAITED: Final = 2
MET_LEFT: Final = 3
MET_SESSION: Final = 4
MET_WIDTH: Final = 5

# a frame of a race: the visit, then
F_CLOCKS: Final = VISIT_FIELDS
F_CLOCK: Final = F_CLOCKS + 1
F_FIRST: Final = F_CLOCKS + 2  # (time, row) of each clock that started

# of a touchpoint that was never left
NEVER: Final = -(1 << 62)

# states
COMING: Final = 0
TRAVELLING: Final = 1
DWELLING: Final = 2
RACING: Final = 3
QUEUING: Final = 4
LISTED: Final = 5
WOKEN: Final = 6
STATES: Final = 7

# ---------------------------------------------------------------- teams, shelves, the agenda, the log

TEAM: Final = 6
T_SERVERS: Final = 0
T_OPEN: Final = 1
T_BUSY: Final = 2
T_LENGTH: Final = 3
T_HEAD: Final = 4
T_TAIL: Final = 5

S_ON_HAND: Final = 0
S_ON_ORDER: Final = 1
S_OWED: Final = 2
S_ORDERED: Final = 3
S_RECEIVED: Final = 4
S_RESTOCKED: Final = 5
S_SHIPPED: Final = 6
S_ORDERS: Final = 7
S_UNIT_MS: Final = 8
S_SINCE: Final = 9
S_HEAD: Final = 10
S_TAIL: Final = 11
S_NUMBERED: Final = 12  # orders so far; S_ORDERS counts those after the warm-up
S_OWED_MS: Final = 13
S_OUT_MS: Final = 14
S_CYCLES: Final = 15
S_SHORT_CYCLES: Final = 16
S_WAS_SHORT: Final = 17  # somebody asked in vain since the last delivery
SHELF: Final = 18

DELIVERY: Final = 0
CALENDAR: Final = 1
END_OF_STAY: Final = 2
PATIENCE: Final = 3
ENTRY_PHASE: Final = 4
EVENT: Final = 5  # time, phase, rank, step, place (or team, or product)

LOG_ROW: Final = len(log.VISIT_FIELDS)
ENDS_ROW: Final = len(log.END_FIELDS)

# one who arrives on a date: time, subject, persona, his block; then room to sort them by time
ARRIVAL: Final = 7
ARRIVAL_FIELDS: Final = 5

# customers side by side: runs of so many numbers each
LANE_WIDTH: Final = 32
LANE_PAIRS: Final = LANE_WIDTH * WIDEST
LANE_SUBJECT: Final = 0
LANE_SITE: Final = 1
LANE_ENTRY: Final = 2
LANE_W0: Final = 3
LANE_W1: Final = 4
LANE_CUSTOMER: Final = 5
LANE_STATION: Final = 6
LANE_STAY: Final = 7
LANE_MEMBER: Final = LANE_STAY  # of those who arrive: which of his party one is
LANE_PERSONA: Final = 8
LANE_DAY: Final = 9
LANE_ENTERED: Final = 10
LANE_LEFT: Final = 11
LANE_FIRST: Final = 12
LANE_LAST: Final = 13
LANE_CHOSEN: Final = 14
LANE_EYES: Final = 15
LANE_HASH: Final = 16
LANE_TARGET: Final = 17
LANE_TOUCHPOINT: Final = 18
LANE_RUNS: Final = 19

# ---------------------------------------------------------------- columns of the program's tables


def _columns(kind: type) -> tuple[int, ...]:
    return tuple(range(len(kind._fields)))  # type: ignore[attr-defined]


STATION_WIDTH: Final = len(Station._fields)
(
    ST_TOUCHPOINT,
    ST_SITE,
    ST_CONTACT,
    ST_ONLY_IF,
    ST_OTHERWISE,
    ST_TEAM,
    ST_PATIENCE,
    ST_ON_ABANDON,
    ST_ON_CLOSED,
    ST_DWELL,
    ST_EACH,
    ST_FIRST_LINE,
    ST_LAST_LINE,
    ST_EMPTY,
    ST_ON_STOCKOUT,
    ST_GIVE_UP,
    ST_GAVE_UP,
    ST_WOKEN,
    ST_AGAIN_EDGE,
    ST_RETURNS_OF,
    ST_FIRST_EFFECT,
    ST_LAST_EFFECT,
    ST_REFERRALS,
    ST_REFERRAL_ENTERS,
    ST_REFERRAL_AFTER,
    ST_REFERRAL_PERSONAS,
    ST_DECISION,
    ST_FIRST_RULE,
    ST_LAST_RULE,
    ST_FIRST_DETOUR,
    ST_LAST_DETOUR,
    ST_SESSION,
    ST_GOAL,
) = _columns(Station)

ROW_WIDTH: Final = len(Row._fields)
ENTRY_WIDTH: Final = len(Entry._fields)
E_TARGET, E_KEY, E_ODDS, E_TIMELINE, E_AFTER, E_AFTER_KEY, E_EDGE = _columns(Entry)

RULE_WIDTH: Final = len(Rule._fields)
CLOCK_WIDTH: Final = len(Clock._fields)
C_TARGET, C_CONDITION, C_LAW, C_TIME_KEY, C_CHANCE_KEY, C_SIDE_TRIP, C_EDGE, C_TRIP_EDGE = _columns(Clock)
LINE_WIDTH: Final = len(Line._fields)
L_PRODUCT, L_KEY, L_ODDS, L_UNITS, L_UNITS_KEY, L_SUBSTITUTES = _columns(Line)
EFFECT_WIDTH: Final = len(Effect._fields)
X_ATTRIBUTE, X_TO, X_NOISE, X_KEY = _columns(Effect)
DETOUR_WIDTH: Final = len(DetourStop._fields)
D_TO, D_KEY, D_RESUME_KEY, D_EDGE = _columns(DetourStop)
PERSONA_WIDTH: Final = len(PersonaStart._fields)
(
    P_ENTERS,
    P_EXISTING,
    P_EXISTING_AT,
    P_EXISTING_ORDERS,
    P_FIRST_EFFECT,
    P_LAST_EFFECT,
    P_FIRST_CASE,
    P_FIRST_PARTY,
    P_LAST_PARTY,
) = _columns(PersonaStart)
CASE_WIDTH: Final = len(Case._fields)
(
    CASE_SUBJECT,
    CASE_PERSONA,
    CASE_TOUCHPOINT,
    CASE_ENTERED,
    CASE_ARRIVED,
    CASE_ORDERS,
    CASE_FIRST_PAST,
    CASE_LAST_PAST,
) = _columns(Case)
PAST_WIDTH: Final = len(Past._fields)
PRODUCT_WIDTH: Final = len(ProductStock._fields)
(
    G_PRICE,
    G_SOLD_FROM,
    G_SOLD_UNTIL,
    G_LIMITED,
    G_ON_HAND,
    G_REORDER_POINT,
    G_ORDER_UP_TO,
    G_ORDER_QUANTITY,
    G_LEAD_TIME,
    G_LEAD_TIME_KEY,
    G_BACKORDER,
    G_REVIEW,
    G_FIRST_REVIEW,
    G_MIN_ORDER,
    G_CASE_SIZE,
    G_PIPELINE,
) = _columns(ProductStock)
MILESTONE_WIDTH: Final = len(MilestoneAt._fields)

KINDS_OF_UNITS: Final = len(UNITS)
KINDS_OF_STOCK: Final = len(STOCK)
KINDS_OF_LEVELS: Final = len(LEVELS)

# Positions of tables, as plain integers that compiled code can freeze.
STATIONS: Final = int(Part.STATIONS)
STATION_OF: Final = int(Part.STATION_OF)
ENTRIES: Final = int(Part.ENTRIES)
ROWS: Final = int(Part.ROWS)
RULES: Final = int(Part.RULES)
CLOCKS: Final = int(Part.CLOCKS)
LINES: Final = int(Part.LINES)
EFFECTS: Final = int(Part.EFFECTS)
DETOURS: Final = int(Part.DETOURS)
PERSONAS: Final = int(Part.PERSONAS)
GOODS: Final = int(Part.PRODUCTS)
TEAM_RULES: Final = int(Part.TEAMS)
MILESTONE_ROWS: Final = int(Part.MILESTONES)
MILESTONES_AT: Final = int(Part.MILESTONES_AT)
RESUME_EDGES: Final = int(Part.RESUME_EDGES)
SIGHTS: Final = int(Part.CELLS)
ATTRIBUTE_KEYS: Final = int(Part.ATTRIBUTES)
COSTS: Final = int(Part.COSTS)
FEES: Final = int(Part.FEES)
INITIALS: Final = int(Part.INITIALS)
RETURNABLE: Final = int(Part.RETURNABLE)
ARRIVED_FAMILIES: Final = int(Part.ARRIVED)
ARRIVAL_COUNTS: Final = int(Part.ARRIVALS)
EXISTING_FAMILIES: Final = int(Part.EXISTING)
ORDER_FAMILIES: Final = int(Part.ORDERS)
ENTRANCE_OF: Final = int(Part.ENTRANCE_OF)
TILL_OF: Final = int(Part.TILL_OF)
CASES: Final = int(Part.CASES)
PASTS: Final = int(Part.PASTS)
CASE_VALUES: Final = int(Part.CASE_VALUES)
EDGE_ROWS: Final = int(Part.EDGES)
KINDS: Final = int(Part.KINDS)
LOOKS: Final = int(Part.LOOKS)
ROW_LOOKS: Final = int(Part.ROW_LOOKS)
LAWS: Final = int(Part.LAWS)
LAW_PARAMETERS: Final = int(Part.LAW_PARAMETERS)
CLOCK_CHANCES: Final = int(Part.CLOCK_CHANCES)
LINE_CHANCES: Final = int(Part.LINE_CHANCES)
EFFECT_CHANCES: Final = int(Part.EFFECT_CHANCES)
DETOUR_CHANCES: Final = int(Part.DETOUR_CHANCES)
DETOUR_RESUMES: Final = int(Part.DETOUR_RESUMES)
RESTOCKS: Final = int(Part.RESTOCKS)
TRAITS: Final = int(Part.TRAITS)
MINIMA: Final = int(Part.ATTRIBUTE_MINIMA)
MAXIMA: Final = int(Part.ATTRIBUTE_MAXIMA)
