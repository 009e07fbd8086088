from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import simulator
from simulator import cli
from simulator.errors import DrawError, InputError, MissingExtraError, Place, Problem

ROOT = Path(__file__).resolve().parents[2]
Journey = Callable[..., Result]


def python(code: str) -> str:
    """Run code in a fresh interpreter and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_help_names_every_command(journey: Journey) -> None:
    """`journey --help` lists every command with one line, and succeeds."""
    done = journey("--help")
    assert done.exit_code == 0
    for name, about in cli.COMMANDS.items():
        assert f"  {name}" in done.stdout
        assert about in done.stdout


def test_help_imports_nothing_heavy() -> None:
    """`journey --help` imports neither numpy, numba, pydantic, rich nor any command."""
    code = (
        "import sys\nfrom simulator.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print('loaded', sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'numpy', 'numba', 'pydantic', 'rich', 'scipy', 'simpy', 'pyarrow', 'yaml'}), "
        "[name for name in sys.modules if name.startswith('simulator.cli.')])"
    )
    assert python(code).splitlines()[-1] == "loaded [] []"


@pytest.mark.parametrize("name", ["run", "compare"])
def test_command_help(journey: Journey, name: str) -> None:
    """Every option of a command has a word of help."""
    done = journey(name, "--help")
    assert done.exit_code == 0
    command = cli.main.get_command(click.Context(cli.main), name)  # type: ignore[attr-defined]
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert options
    assert all(option.help for option in options)


def test_version(journey: Journey) -> None:
    """`journey --version` prints the version of the package."""
    assert journey("--version").stdout == f"journey {simulator.__version__}\n"


def test_unknown_command_has_a_suggestion(journey: Journey) -> None:
    """A mistyped command is a mistake of the input, with the nearest name."""
    done = journey("comparr")
    assert done.exit_code == 2
    assert "did you mean 'compare'?" in done.stderr


def test_a_command_that_is_missing_breaks_no_other(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    """If one command cannot be found, the others work."""
    monkeypatch.setattr(cli, "COMMANDS", {**cli.COMMANDS, "gone": "Nothing."})
    assert journey("gone").exit_code == 2
    assert journey("run", "--help").exit_code == 0
    assert journey("--help").exit_code == 0


def failing(error: BaseException) -> Result:
    """Run a command that raises an error, through the one place that maps errors."""

    @click.command()
    def broken() -> None:
        raise error

    group = cli.Journey("journey", commands={"broken": broken})
    group.get_command = lambda ctx, name: broken  # type: ignore[method-assign]
    group.resolve_command = lambda ctx, words: ("broken", broken, [])  # type: ignore[method-assign]
    return CliRunner().invoke(group, ["broken"])


def test_every_problem_on_a_line() -> None:
    """A wrong input prints every problem on its own line of stderr, and exits with 2."""
    places = [Place("shop.yaml", 3, 1), Place("shop.yaml", 9, 1)]
    done = failing(InputError([Problem("is wrong", ("a", "b"), place, "do this") for place in places]))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [f"shop.yaml:{line} a.b: is wrong; do this" for line in (3, 9)]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (DrawError("cart.next gives nan"), 1, "cart.next gives nan"),
        (MissingExtraError("polars", "frames"), 1, "journey-simulator[frames]"),
        (InputError("there is no metric"), 2, "there is no metric"),
        (KeyboardInterrupt(), 130, "stopped"),
        (OSError(28, "No space left on device", "out"), 1, "out: No space left on device"),
        (MemoryError(), 1, "not enough memory"),
        (ZeroDivisionError("by\nzero"), 1, "JOURNEY_DEBUG=1"),
        (click.UsageError("no"), 2, "no"),
    ],
)
def test_errors_become_messages(error: BaseException, code: int, said: str) -> None:
    """Whatever goes wrong is a message on stderr and an exit code, never a traceback."""
    done = failing(error)
    assert done.exit_code == code
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """With JOURNEY_DEBUG=1 a defect of the program is raised as it is."""
    monkeypatch.setenv("JOURNEY_DEBUG", "1")
    assert isinstance(failing(ZeroDivisionError("by zero")).exception, ZeroDivisionError)


def test_a_missing_library_reaches_the_door() -> None:
    """A library that is not installed is passed on to cli.py, which says what to type."""
    missing = ModuleNotFoundError("No module named 'numpy'", name="numpy")
    assert failing(missing).exception is missing


def command(*words: str, **options: object) -> subprocess.Popen[str]:
    """Start `journey` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


def test_a_reader_that_leaves_is_no_error(files: Path) -> None:
    """`journey run … | head -1` prints no complaint."""
    process = command("run", str(files / "shop.yaml"), "--replications", "2", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait(timeout=30)


def test_names_survive_a_plain_terminal(files: Path) -> None:
    """On a terminal that knows ASCII only, names in other scripts are escaped and the run succeeds."""
    process = command(
        "run",
        str(files / "shop.yaml"),
        "--replications",
        "1",
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "\\u7279" in out


def test_entry_point_is_the_group() -> None:
    """The installed command and cli.py run the same group."""
    scripts = importlib.metadata.EntryPoint("journey", "simulator.cli:main", "console_scripts")
    assert scripts.load() is cli.main
