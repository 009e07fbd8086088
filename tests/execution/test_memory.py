from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.engine import available
from simulator.engine.available import available_memory, in_words
from simulator.engine.kernel import run
from simulator.errors import InputError, RunError
from simulator.execution import memory, play
from simulator.execution.memory import memory_needed, refuse_too_many
from simulator.program.program import Program
from tests.execution.conftest import ROOT, SHARED, program_of

MIB = 1 << 20


def crowd_text(customers: int, dwell: str) -> str:
    """Write a journey of ten days whose customers are served, and stay for a mean time."""
    text = SHARED.replace("rate: 100 per day", f"rate: {customers // 10} per day").replace("20 min", dwell)
    return text.replace("servers: 2", "servers: 1000000")


def crowd(customers: int, dwell: str) -> Program:
    """Compile that journey."""
    return program_of(crowd_text(customers, dwell))


MEASURE = """
import sys
from pathlib import Path
from simulator.execution import play
from simulator.execution.memory import memory_needed
from simulator.program.compile import compile_journey
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

few, many = (compile_journey(load_journey(parse_document(text))) for text in sys.argv[1:])
play(few, 1, 1, by="kernel")
before = peak()
play(many, 1, 1, by="kernel")
print(peak() - before, memory_needed([many], 1, 1, "kernel").bytes)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell what it took")
@pytest.mark.parametrize("dwell", ["1 hour", "90 days"])
def test_the_estimate_is_that_of_a_measured_run(dwell: str) -> None:
    """The estimate is within a factor of 2 of what a process took."""
    texts = [crowd_text(customers, dwell) for customers in (100, 100_000)]
    command = [sys.executable, "-c", MEASURE, *texts]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    measured, estimated = map(float, done.stdout.split())
    assert measured > 4 * MIB
    assert 0.5 < estimated / measured < 2.0, (measured, estimated)


def test_customers_who_share_nothing_need_no_more_when_they_are_many(alone: Program) -> None:
    """They are played one after another: a hundred times as many take the same memory."""
    many = program_of(SHARED.replace("teams: {clerks: {servers: 2}}", "").replace("team: clerks, ", ""))
    more = program_of(
        SHARED.replace("teams: {clerks: {servers: 2}}", "")
        .replace("team: clerks, ", "")
        .replace("rate: 100 per day", "rate: 1000000 per day")
    )
    assert memory_needed([more], 1, 4, "kernel") == memory_needed([many], 1, 4, "kernel")
    assert memory_needed([more], 1, 4, "kernel").bytes < MIB
    assert memory_needed([alone], 1, 4, "kernel").at_once == 0


def test_everybody_on_his_way_is_counted() -> None:
    """Customers who stay beyond the end are all there at once; those who leave within the hour are not."""
    everybody = memory_needed([crowd(50_000, "9000 days")], 1, 1, "kernel")
    assert everybody.at_once == pytest.approx(50_000, rel=0.05)
    quick = memory_needed([crowd(50_000, "1 min")], 1, 1, "kernel")
    assert 3 < quick.at_once < 60


@pytest.mark.parametrize(
    ("replications", "workers", "there", "said", "fix"),
    [
        (10**5, 1, 40 * MIB, "the results of 100,000 replications need about", "ask for at most"),
        (
            2,
            2,
            300 * MIB,
            "customers a replication share teams or stock, and up to",
            "use at most --workers 1",
        ),
        (2, 2, 40 * MIB, "40.0 MiB are available", "lower the arrivals to"),
    ],
)
def test_what_does_not_fit_is_refused(
    monkeypatch: pytest.MonkeyPatch, replications: int, workers: int, there: int, said: str, fix: str
) -> None:
    """The message has what is needed and what there is, and a way out that fits."""
    monkeypatch.setattr(memory, "available_memory", lambda: there)
    program = crowd(100_000, "90 days")
    with pytest.raises(InputError) as caught:
        refuse_too_many([program], replications, workers, "kernel")
    (problem,) = caught.value.problems
    assert said in problem.message
    assert "available" in problem.message
    assert fix in problem.fix
    refuse_too_many([program], 1, 0, "kernel")  # somebody else's workers play
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    refuse_too_many([program], replications, workers, "kernel")


def test_a_small_run_plays_no_crowd(monkeypatch: pytest.MonkeyPatch, shared: Program) -> None:
    """Where there is memory for everybody, nothing is played to find out."""

    def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(memory, "memory_needed", never)
    refuse_too_many([shared], 20, 2, "kernel")


def test_growing_beyond_what_there_is_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue nobody foresaw ends with a message while there is still memory to write it."""
    monkeypatch.setattr(run, "_WORTH_A_LOOK", 1 << 16)
    monkeypatch.setattr(run, "available_memory", lambda: 4 * MIB)
    said = r"customers and more are on their way at once, and need .* of memory; 4\.0 MiB are available"
    with pytest.raises(RunError, match=said):
        play(crowd(50_000, "90 days"), 1, 1, by="kernel")


def test_what_is_available_is_the_least_that_binds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of machine, container and shell the tightest counts; a shell's limit is known."""
    found = available_memory()
    assert found is None or 0 < found < 1 << 50
    monkeypatch.setattr(available, "_machine", lambda: iter([300]))
    monkeypatch.setattr(available, "_container", lambda: iter([200, 400]))
    monkeypatch.setattr(available, "_shell", lambda: iter([]))
    assert available_memory() == 200
    code = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 34, 1 << 34))\n"
    code += "from simulator.engine.available import available_memory; print(available_memory())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 1 << 32 < int(done.stdout) < 1 << 34


def test_bytes_in_words() -> None:
    """Numbers of bytes are written as people read them."""
    assert [in_words(size) for size in (2048, 3 * MIB, 1.5 * 2**30)] == ["2 KiB", "3.0 MiB", "1.5 GiB"]
