"""Compiled code is never stale, never out of bounds, and means what its Python source means."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from simulator import compiled
from tests.contract.agreement import play_reference, program_of
from tests.contract.models import models
from tests.contract.test_agreement import SLOW

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "simulator"
SOURCES = sorted(
    str(path.relative_to(PACKAGE))
    for path in PACKAGE.rglob("*.py")
    if re.search(r"^@(compiled|inner)$", path.read_text(), re.MULTILINE)
)


def run(code: str, folder: Path, given: str = "", **environment: str) -> str:
    """Run Python in another process, in a folder, with settings of its own; give what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(folder)} | environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """Copy the package, to be edited."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(PACKAGE, folder / "simulator", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_an_edit_of_any_compiled_source_names_another_cache(checkout, monkeypatch) -> None:
    """Numba sees a change of the file a function is in, not of one it calls: the folder's name does."""
    assert {"engine/kernel/lanes.py", "engine/streams.py", "laws/families.py"} < set(SOURCES)
    monkeypatch.setattr(compiled, "__file__", str(checkout / "simulator" / "compiled.py"))
    names = [compiled._fingerprint("1")]
    for source in SOURCES:
        path = checkout / "simulator" / source
        before = path.read_text()
        path.write_text(before + "# edited\n")
        names.append(compiled._fingerprint("1"))
        path.write_text(before)
    assert len(set(names)) == 1 + len(SOURCES)
    assert compiled._fingerprint("1") == names[0]
    assert compiled._fingerprint("2") not in names


def test_an_edited_callee_is_seen(checkout, tmp_path) -> None:
    """A cached function whose callee in another file was edited gives the new result."""
    code = "from simulator.engine.rules import friends_of; print(friends_of(1, 2, 3))"
    first, again = (run(code, checkout, XDG_CACHE_HOME=str(tmp_path)) for _ in range(2))
    streams = checkout / "simulator" / "engine" / "streams.py"
    before = streams.read_text()
    edited = before.replace("(np.uint64(k) + _N1) * _GOLDEN", "(np.uint64(k) + _N8) * _GOLDEN")
    assert edited != before
    streams.write_text(edited)
    after = run(code, checkout, XDG_CACHE_HOME=str(tmp_path))
    streams.write_text(before)
    assert first == again != after
    assert run(code, checkout, XDG_CACHE_HOME=str(tmp_path)) == first


DIGESTS = """
import json, sys
from simulator.engine import kernel, reference
from simulator.program.compile import compile_journey
from simulator.spec.load import journey_from_data
for model in json.load(sys.stdin):
    program = compile_journey(journey_from_data(model))
    print(kernel.simulate(program, 1, 0)[0].digest, reference.simulate(program, 1, 0).digest)
"""


def some_models(number: int, customers: int, **kind: bool) -> list[dict[str, Any]]:
    """Draw some models, always the same."""
    drawn: list[dict[str, Any]] = []

    @settings(max_examples=1, phases=[Phase.generate], derandomize=True, suppress_health_check=SLOW)
    @given(st.lists(models(customers, **kind), min_size=number, max_size=number))
    def draw(found) -> None:
        drawn.extend(found)

    draw()
    return drawn


def hold(drawn: list[dict[str, Any]], **environment: str) -> None:
    """Play models in a process with other settings of Numba; both engines must give what they give here."""
    expected = []
    for model in drawn:
        tally = play_reference(program_of(model)).tally
        assert tally is not None
        expected.append(f"{tally.digest} {tally.digest}")
    assert run(DIGESTS, ROOT, json.dumps(drawn), **environment).splitlines() == expected


def test_without_compilation_the_engines_give_the_same() -> None:
    """The Python source of compiled code, run as Python, gives the same digest."""
    hold(some_models(4, 20), NUMBA_DISABLE_JIT="1")


@pytest.mark.long
def test_with_bounds_checked_the_engines_give_the_same(tmp_path) -> None:
    """No index of compiled code leaves its array."""
    hold(some_models(3, 200), NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path))
