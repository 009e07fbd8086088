"""What every test may lean on: how property tests search, and where the real logs are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# The same examples on every machine and day: a failure is somebody's change, never luck. No
# deadline, because the first call of a compiled function compiles it.
settings.register_profile("default", derandomize=True, print_blob=True, deadline=None)
# New examples on every run; the printed blob reproduces a failure.
settings.register_profile("long", max_examples=2_000, print_blob=True, deadline=None)
settings.load_profile("default")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Find the real event logs: JOURNEY_DATA, or shared/data beside the checkout."""
    named = os.environ.get("JOURNEY_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no event logs in {folder}; set JOURNEY_DATA to the folder that holds them")
    return folder
