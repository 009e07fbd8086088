from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from simulator.engine.reference import simulate
from simulator.errors import DrawError, RunError
from simulator.execution import play, play_all
from simulator.execution.pool import process_pool
from simulator.execution.replay import replay
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.results.folder import RunFolder, read_folder, write_folder
from simulator.results.summary import RunResult
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey

TEXT = """
name: 小店
start: 2026-01-05
horizon: 10 days
goal: order
personas:
  tim: {arrivals: {rate: 12 per day}, enters: {ad: 1}}
touchpoints:
  ad: {dwell: {exponential: {mean: 1 day}}, next: {order: 0.3, left: rest}}
  order: {next: {left: 1}}
outcomes: [left]
"""


def program(text: str = TEXT) -> Program:
    """Compile a small journey."""
    return compile_journey(load_journey(parse_document(text)))


def digests(tallies: list[Any]) -> list[str]:
    """List the content of tallies."""
    return [tally.digest for tally in tallies]


class Backwards(Executor):
    """Runs everything that was submitted last first, when the first result is asked for."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
        """Keep work for later."""
        future: Future[Any] = Future()

        def work() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(function(*arguments, **options))
                except Exception as error:
                    future.set_exception(error)

        self.waiting.append(work)
        if len(self.waiting) == 6:
            for one in reversed(self.waiting):
                one()
        return future


def test_one_replication_alone_is_the_same() -> None:
    """Replication 3 played alone has the tally it has among others."""
    assert digests(play(program(), 5, [3])) == digests(play(program(), 5, 4))[3:]
    assert len(set(digests(play(program(), 5, 4)))) == 4


def test_executor_and_order_do_not_matter() -> None:
    """Threads, and an executor that plays the last first, give the tallies in replication order."""
    alone = digests(play(program(), 5, 6))
    with ThreadPoolExecutor(3) as threads:
        assert digests(play(program(), 5, 6, executor=threads)) == alone
    assert digests(play(program(), 5, 6, executor=Backwards())) == alone


def test_processes_give_the_same() -> None:
    """Fresh processes give the same tallies as this one."""
    with process_pool(2) as pool:
        assert digests(play(program(), 5, 3, executor=pool)) == digests(play(program(), 5, 3))


def test_several_journeys_keep_apart() -> None:
    """Tallies of journeys played together are those of each played alone."""
    other = program(TEXT.replace("0.3", "0.6"))
    together = play_all([program(), other], 5, 3)
    assert [digests(one) for one in together] == [digests(play(one, 5, 3)) for one in (program(), other)]
    assert digests(together[0]) != digests(together[1])


def test_progress_counts_every_replication() -> None:
    """Progress is told after each replication of each journey."""
    told: list[tuple[int, int]] = []
    play_all([program(), program()], 5, 3, progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 6) for done in range(1, 7)]


def fails_late(program: Program, seed: int, replication: int) -> Any:
    """Fail from the second replication on, saying which."""
    if replication >= 1:
        raise DrawError(f"replication {replication} fails")
    return simulate(program, seed, replication)


def test_the_first_failure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever fails first in time, the message is of the first replication that fails."""
    monkeypatch.setattr("simulator.execution.replications.engine", lambda name: fails_late)
    with pytest.raises(DrawError, match="replication 1 fails"):
        play(program(), 5, [0, 1, 2, 3, 4, 5], executor=Backwards())


def test_a_dead_worker_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker process that dies is a message with a way out."""

    class Dead(Backwards):
        def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(BrokenProcessPool("gone"))
            return future

    with pytest.raises(RunError, match="--workers 1"):
        play(program(), 5, 2, executor=Dead())


def test_pool_ends_its_processes_at_once() -> None:
    """An error ends the processes of a pool, although they are in the middle of long work."""
    code = """
        import multiprocessing, time
        from simulator.execution.pool import process_pool

        if __name__ == "__main__":
            began = time.monotonic()
            try:
                with process_pool(1) as pool:
                    pool.submit(int).result()
                    pool.submit(time.sleep, 60)
                    raise KeyboardInterrupt
            except KeyboardInterrupt:
                for process in multiprocessing.active_children():
                    process.join(10)
                print(multiprocessing.active_children(), time.monotonic() - began < 30)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["[]", "True"]
    assert done.stderr == ""


def test_manifest_alone_makes_the_run_again(tmp_path: Path) -> None:
    """What a run folder's manifest says is enough to get the same digest; the folder's place is not."""
    scenario = "name: better\nchanges: {touchpoints: {ad: {next: {order: {scale: 1.2}}}}}\n"
    laid = compile_journey(load_journey(parse_document(TEXT), parse_document(scenario)))
    result = RunResult(laid, 9, play(laid, 9, 3))
    with RunFolder(tmp_path / "run") as folder:
        write_folder(folder, result, {"小店.yaml": TEXT, "better.yaml": scenario})
    (tmp_path / "run").rename(tmp_path / "moved")
    again = replay(read_folder(tmp_path / "moved"))
    assert again.digests == result.digests
    assert again.program.hash == result.program.hash
    assert again.digest != RunResult(program(), 9, play(program(), 9, 3)).digest
