from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from simulator.engine.tally import Tally
from simulator.errors import DrawError, RunError
from simulator.execution import StoppedRun, blocks, play, play_all, task
from simulator.execution.crew import Crew
from simulator.execution.engines import engine
from simulator.execution.pool import process_pool
from simulator.execution.replay import replay
from simulator.program.program import Program
from simulator.results.folder import RunFolder, read_folder, write_folder
from simulator.results.summary import RunResult
from tests.execution.conftest import ALONE, program_of

SEED = 5


def digests(tallies: Sequence[Tally]) -> list[str]:
    """List the content of tallies."""
    return [tally.digest for tally in tallies]


class Shuffled(Executor):
    """Keeps tasks until nobody submits any more for a moment, then plays them in a random order."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.waiting: list[Callable[[], None]] = []
        self.order: list[int] = []
        self.submitted = 0
        threading.Thread(target=self._play, daemon=True).start()

    def _play(self) -> None:
        quiet = 0
        while quiet < 200:
            time.sleep(0.01)
            quiet += 1
            while self.waiting:
                self.waiting.pop(self.random.randrange(len(self.waiting)))()
                quiet = 0

    def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
        """Keep work for later."""
        future: Future[Any] = Future()
        number, self.submitted = self.submitted, self.submitted + 1

        def work() -> None:
            if future.set_running_or_notify_cancel():
                self.order.append(number)
                try:
                    future.set_result(function(*arguments, **options))
                except Exception as error:
                    future.set_exception(error)

        self.waiting.append(work)
        return future


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut runs into many blocks, and submit each by itself."""
    monkeypatch.setattr(blocks, "_SLICE", 200.0)
    monkeypatch.setattr(blocks, "_WORTH_SUBMITTING", {"kernel": 1.0, "reference": 1.0})


@pytest.fixture(scope="session")
def truth(alone: Program, shared: Program) -> dict[str, list[str]]:
    """Play each replication in one go, in this thread: nothing is cut and nothing spread."""
    plays = engine("kernel")
    return {
        name: digests([plays(program, SEED, number) for number in range(5)])
        for name, program in {"alone": alone, "shared": shared}.items()
    }


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_workers_do_not_matter(
    alone: Program, shared: Program, truth: dict[str, list[str]], workers: int
) -> None:
    """One, two, three or seven threads give the digests of one that plays every replication whole."""
    found = play_all([alone, shared], SEED, 5, workers, by="kernel")
    assert [digests(one) for one in found] == [truth["alone"], truth["shared"]]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("seed", [1, 2])
def test_order_does_not_matter(
    alone: Program, shared: Program, truth: dict[str, list[str]], seed: int
) -> None:
    """Tasks played in a shuffled order, the last perhaps first, give the same."""
    executor = Shuffled(seed)
    found = play_all([alone, shared], SEED, 5, executor=executor, by="kernel")
    assert executor.order != sorted(executor.order)
    assert len(executor.order) > 40
    assert [digests(one) for one in found] == [truth["alone"], truth["shared"]]


@pytest.mark.usefixtures("small_blocks")
def test_processes_do_not_matter(alone: Program, shared: Program, truth: dict[str, list[str]]) -> None:
    """Fresh processes give the same, from the kernel and from the reference engine."""
    with process_pool(2) as pool:
        kernel = play_all([alone, shared], SEED, 5, executor=pool, by="kernel")
        reference = play_all([alone, shared], SEED, 2, executor=pool, by="reference")
    assert [digests(one) for one in kernel] == [truth["alone"], truth["shared"]]
    assert [digests(one) for one in reference] == [truth["alone"][:2], truth["shared"][:2]]


def test_one_replication_alone_is_the_same(alone: Program, truth: dict[str, list[str]]) -> None:
    """Replication 3 played alone has the tally it has among others, and no two are alike."""
    assert digests(play(alone, SEED, [3])) == truth["alone"][3:4]
    assert len(set(truth["alone"])) == 5


def test_several_journeys_keep_apart(alone: Program) -> None:
    """Tallies of journeys played together are those of each played alone."""
    other = program_of(ALONE.replace("0.3", "0.6"))
    together = play_all([alone, other], SEED, 3)
    assert [digests(one) for one in together] == [digests(play(one, SEED, 3)) for one in (alone, other)]
    assert digests(together[0]) != digests(together[1])


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("by", ["kernel", "reference"])
def test_progress_counts_every_customer(shared: Program, by: Any) -> None:
    """Progress never goes back and ends with all customers who were expected."""
    told: list[tuple[int, int]] = []
    play_all([shared, shared], SEED, 3, progress=lambda *what: told.append(what), by=by)
    assert told == sorted(told)
    assert len(told) >= 6
    assert {total for _, total in told} == {6_000}
    assert told[-1] == (6_000, 6_000)


def test_a_long_replication_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch, shared: Program) -> None:
    """One replication of customers who share something is told in stretches."""
    monkeypatch.setattr("simulator.engine.kernel.run._STRETCH", 100)
    told: list[int] = []
    play(shared, SEED, 1, progress=lambda done, _: told.append(done), by="kernel")
    assert len(set(told)) == 10
    assert told == sorted(told)


# --------------------------------------------------------------------------- failures


def fails_late(program: Program, seed: int, replication: int, *more: Any) -> Tally:
    """Fail from the second replication on, saying which."""
    if replication >= 1:
        raise DrawError(f"replication {replication} fails")
    return engine("reference")(program, seed, replication, *more)


@pytest.mark.usefixtures("small_blocks")
def test_the_first_failure_is_told(monkeypatch: pytest.MonkeyPatch, alone: Program) -> None:
    """Whichever fails first in time, the message is of the first replication that fails."""
    monkeypatch.setattr(task, "engine", lambda name: fails_late)
    with pytest.raises(DrawError, match="replication 1 fails"):
        play(alone, SEED, 6, executor=Shuffled(3))


def test_a_dead_worker_is_told(alone: Program) -> None:
    """A worker that dies is a message with a way out."""

    class Dead(Executor):
        def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(BrokenProcessPool("gone"))
            return future

    with pytest.raises(RunError, match="try fewer"):
        play_all([alone], SEED, 2, executor=Crew(Dead(), 4, losses={BrokenProcessPool: "try fewer"}))


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


# --------------------------------------------------------------------------- interrupts


class Interrupted(Executor):
    """Plays what is submitted at once, and is interrupted while it waits for the seventh task."""

    def __init__(self) -> None:
        self.tasks = 0

    def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
        """Play, or leave a future that raises what Ctrl-C raises."""
        self.tasks += 1
        future: Future[Any] = Future()
        if self.tasks == 7:
            future.result = self._interrupt  # type: ignore[method-assign]
        else:
            future.set_result(function(*arguments, **options))
        return future

    def _interrupt(self, timeout: float | None = None) -> Any:
        raise KeyboardInterrupt


@pytest.mark.usefixtures("small_blocks")
def test_an_interrupt_leaves_what_is_complete(
    alone: Program, shared: Program, truth: dict[str, list[str]]
) -> None:
    """What comes with an interrupt are the first replications, complete for all journeys, and no others."""
    assert len(list(blocks.blocks([alone], [0], "kernel"))) > 7
    with pytest.raises(StoppedRun) as stopped:
        play_all([shared, alone], SEED, 5, executor=Interrupted(), by="kernel")
    assert stopped.value.tallies == [[], []]
    with pytest.raises(StoppedRun) as stopped:
        play_all([shared, shared], SEED, 5, executor=Interrupted(), by="kernel")
    assert [digests(one) for one in stopped.value.tallies] == [truth["shared"][:3]] * 2


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Hear Ctrl-C, even where the tests are a shell's background job, which ignores it."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


@pytest.mark.usefixtures("small_blocks", "interruptible")
def test_an_interrupt_ends_threads_soon(monkeypatch: pytest.MonkeyPatch, shared: Program) -> None:
    """Threads in the middle of a long replication stop at the next stretch, and nobody waits for the rest."""
    monkeypatch.setattr("simulator.engine.kernel.run._STRETCH", 100)
    stretches: list[int] = []

    def progress(done: int, total: int) -> None:
        stretches.append(done)
        time.sleep(0.01)
        if len(stretches) == 5:
            raise_in_main()

    def raise_in_main() -> None:
        import _thread

        _thread.interrupt_main()

    with pytest.raises(StoppedRun):
        play(shared, SEED, 100, 2, progress, by="kernel")
    assert len(stretches) < 60


def test_manifest_alone_makes_the_run_again(tmp_path: Path) -> None:
    """What a run folder's manifest says is enough to get the same digest; the folder's place is not."""
    scenario = "name: better\nchanges: {touchpoints: {ad: {next: {order: {scale: 1.2}}}}}\n"
    laid = laid_over(scenario)
    result = RunResult(laid, 9, play(laid, 9, 3))
    with RunFolder(tmp_path / "run") as folder:
        write_folder(folder, result, {"小店.yaml": ALONE, "better.yaml": scenario})
    (tmp_path / "run").rename(tmp_path / "moved")
    again = replay(read_folder(tmp_path / "moved"))
    assert again.digests == result.digests
    assert again.program.hash == result.program.hash
    base = program_of(ALONE)
    assert again.digest != RunResult(base, 9, play(base, 9, 3)).digest


def laid_over(scenario: str) -> Program:
    """Compile the journey with a what-if."""
    from simulator.program.compile import compile_journey
    from simulator.spec.document import parse_document
    from simulator.spec.load import load_journey

    return compile_journey(load_journey(parse_document(ALONE), parse_document(scenario)))


def test_threads_given_from_outside_serve_too(alone: Program, truth: dict[str, list[str]]) -> None:
    """Any executor will do: what is submitted are plain functions of plain values."""
    with ThreadPoolExecutor(3) as threads:
        assert digests(play(alone, SEED, 5, executor=threads, by="kernel")) == truth["alone"]
