from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from simulator.engine.diary import arrivals
from simulator.learn import Columns, EventLog, read_log
from simulator.learn.model import learn_log
from simulator.program.compile import compile_journey
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey

Write = Callable[..., Path]
DAYS = 200
COLUMNS = Columns("who", "what", "when", "kind", planned={"due": "come"})


@pytest.fixture
def booked(log_file: Write) -> EventLog:
    """Book 3 parties a day of each kind, up to 19 days ahead; of the second every fourth is of eight."""
    rng = np.random.default_rng(1)
    begun = np.repeat(np.arange(DAYS), 6)
    due = begun + rng.integers(0, 20, len(begun))
    kind = np.tile(["alone", "groups"], len(begun) // 2)
    size = np.where((kind == "groups") & (rng.random(len(begun)) < 0.25), 8, 1)
    begun, due, kind = (np.repeat(one, size) for one in (begun, due, kind))
    who, came = np.arange(len(begun)), due < DAYS
    day = np.datetime64("2024-01-01")
    return read_log(
        log_file(
            pa.table(
                {
                    "who": np.concatenate([who, who[came]]),
                    "what": np.concatenate([np.full(len(who), "book"), np.full(came.sum(), "come")]),
                    "when": day + np.concatenate([begun, due[came]]).astype("timedelta64[D]"),
                    "kind": np.concatenate([kind, kind[came]]),
                    "due": day + np.concatenate([due, due[came]]).astype("timedelta64[D]"),
                }
            )
        ),
        COLUMNS,
    )


def test_who_books_together_is_learnt_as_a_party(booked: EventLog) -> None:
    """A quarter of the groups' bookings are eight at once; chance meetings of those alone make no party.

    600 parties of each kind: the share is within 0.05 of the truth at 2.8 standard deviations of 0.018.
    """
    personas = learn_log(booked, planned=COLUMNS.planned).data["personas"]
    shares = personas["groups"]["arrivals"]["parties"]
    assert shares["1"] == "rest"
    big = sum(share for size, share in shares.items() if size not in ("1", "2", "3"))
    mean = sum(int(size) * share for size, share in shares.items() if size not in ("1", "2", "3")) / big
    assert big == pytest.approx(0.25, abs=0.05)
    assert mean == pytest.approx(8.0, abs=0.5)
    assert float(personas["alone"]["arrivals"].get("parties", {}).get("2", 0.0)) < 0.02


def test_a_learnt_model_comes_in_the_parties_of_its_log(booked: EventLog) -> None:
    """Played again, E S² / E S of the groups' parties is the truth, 6.1, within a fifth."""
    model = learn_log(booked, planned=COLUMNS.planned)
    program = compile_journey(load_journey(parse_document(model.text, "learnt")))
    groups = program.names.personas.index("groups")
    leaders = Counter(one.leader for one in arrivals(program, 1, 0, groups))
    sizes = np.array(list(leaders.values()))
    assert len(sizes) > 400
    assert (sizes**2).sum() / sizes.sum() == pytest.approx(16.75 / 2.75, rel=0.2)
