"""Runs that are stopped, or have nowhere to write: real processes, real signals, real limits."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.compute as pc
import pytest
from click.testing import Result

from simulator.execution.replay import replay
from simulator.results.folder import read_folder

ROOT = Path(__file__).resolve().parents[2]
Journey = Callable[..., Result]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


def start(folder: Path, *words: str, most: int | None = None) -> subprocess.Popen[str]:
    """Start a command line in a folder; files may not become larger than `most` bytes."""

    def limit() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    command = [sys.executable, str(ROOT / "cli.py"), *words]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limit
    )


def wait_until(done: Callable[[], bool]) -> None:
    """Wait for something a process does."""
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def written(folder: Path, name: str) -> int:
    """How many bytes of a file of an unfinished run folder there are."""
    return sum(path.stat().st_size for path in folder.glob(f".out.*.partial/{name}"))


def leftovers(folder: Path) -> list[str]:
    """List what a run left in its folder, the models apart."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".yaml")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_keeps_what_is_complete(files: Path, number: signal.Signals, code: int) -> None:
    """Ctrl-C or SIGTERM: complete replications are reported and saved, and are those of a shorter run."""
    words = ["run", "shop.yaml", "--replications", "100000", "--engine", "kernel", "--workers", "2"]
    run = start(files, *words, "--out", "out", "--rows", "--json")
    wait_until(lambda: written(files, "visits.parquet") > 100_000)
    run.send_signal(number)
    out, err = run.communicate(timeout=60)
    assert run.returncode == code, err
    recorded, document = read_folder(files / "out"), json.loads(out)
    complete = recorded.manifest["replications"]
    assert f"{complete:,} of 100,000 replications are complete" in err
    assert 0 < complete < 100_000
    assert recorded.manifest["asked"] == document["asked"] == 100_000
    assert document["replications"] == complete
    assert replay(recorded).digest == recorded.manifest["digest"] == document["digest"]
    assert pc.max(recorded.table("visits")["replication"]).as_py() == complete - 1
    assert len(pc.unique(recorded.table("customers")["replication"])) == complete
    assert leftovers(files) == ["out"]


def test_a_run_stopped_too_early_leaves_nothing(files: Path) -> None:
    """Before the first replication is complete there is nothing to report, and nothing is left."""
    text = (
        (files / "shop.yaml").read_text(encoding="utf-8").replace("rate: 20 per day", "rate: 4000000 per day")
    )
    (files / "shop.yaml").write_text(text, encoding="utf-8")
    run = start(files, "run", "shop.yaml", "--replications", "2", "--out", "out", "--events", "log.csv")
    wait_until(lambda: any(files.glob(".out.*.partial")))
    time.sleep(1.0)
    run.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = run.communicate(timeout=60)
    assert time.monotonic() - began < 20
    assert (run.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "journey: stopped before the first replication was complete"
    assert leftovers(files) == []


@pytest.mark.parametrize("words", [["--out", "out", "--rows"], ["--events", "log.csv"]])
def test_a_full_disk_is_told_and_leaves_nothing(files: Path, words: list[str]) -> None:
    """When a file cannot grow, one line says so, the exit code is 1, and no half of anything is left."""
    run = start(files, "run", "shop.yaml", "--replications", "30", *words, most=20_000)
    out, err = run.communicate(timeout=120)
    assert (run.returncode, out) == (1, "")
    assert err.splitlines()[-1] == (
        f"journey: {words[1]} was not written: a file may not be so large here; nothing is left of it"
    )
    assert "Traceback" not in err
    assert leftovers(files) == []


@pytest.mark.parametrize("words", [["--out", "shop.yaml/out"], ["--events", "nowhere/log.csv"]])
def test_an_unwritable_place_is_refused_before_playing(
    journey: Journey, files: Path, words: list[str]
) -> None:
    """Where nothing can be written, that is said at once, not after hours."""
    done = journey("run", "shop.yaml", "--replications", "100000", *words)
    assert done.exit_code == 2
    assert "written" in done.stderr
    assert done.stdout == ""
    assert leftovers(files) == []


def test_an_unreachable_cluster_is_told(journey: Journey, files: Path) -> None:
    """A cluster that does not answer is a mistake of the input, told with the address."""
    inventory = "inventory: {boots: {on_hand: 9, when_out: backorder}}\n"
    text = (files / "shop.yaml").read_text(encoding="utf-8")
    (files / "stocked.yaml").write_text(text + inventory, encoding="utf-8")
    for words in (["run", "shop.yaml"], ["compare", "shop.yaml", "simpler.yaml"], ["stock", "stocked.yaml"]):
        done = journey(*words, "--cluster", "tcp://nobody.invalid:8786")
        assert done.exit_code == 2
        assert "no Dask scheduler answers at tcp://nobody.invalid:8786" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_too_many_for_the_memory_is_refused(
    journey: Journey, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run whose results or customers would not fit is refused with the numbers and a way out."""
    monkeypatch.setattr("simulator.execution.memory.available_memory", lambda: 40 << 20)
    done = journey("run", "shop.yaml", "--replications", "100000")
    assert done.exit_code == 2
    assert "the results of 100,000 replications need about" in done.stderr
    assert "40.0 MiB are available; ask for at most" in done.stderr
