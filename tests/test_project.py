"""What the project itself promises: what it is made from, what it never does, how it is set up."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "simulator").rglob("*.py"))
LOCKS = ["requirements.lock", "requirements-extras.lock"]
# Where a run is decided: the same input must give the same bytes at any time, on any day.
DECIDING = ("laws", "program", "engine")

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def project() -> dict[str, object]:
    """Read the project table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def requirements(lock: str) -> dict[str, list[str]]:
    """Read a lock file: each requirement line with its hashes."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    entries = text.replace("\\\n", " ").splitlines()
    return {line.split("--hash")[0].strip(): re.findall(r"--hash=(\S+)", line) for line in entries if line}


def normal(requirement: str) -> str:
    """Reduce a requirement to its distribution's normalised name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()  # type: ignore[index]


# What is installed


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_registry(lock: str) -> None:
    """A lock installs from whichever registry the user has: it holds no address and no option."""
    lines = (ROOT / lock).read_text().splitlines()
    assert [line for line in lines if "://" in line or re.match(r"\s*-[^-]|\s*--(?!hash=)", line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_and_hashes_every_line(lock: str) -> None:
    """Every requirement has one exact version and SHA-256 hashes, so pip verifies each file."""
    locked = requirements(lock)
    assert len(locked) > 40
    for requirement, hashes in locked.items():
        assert re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", requirement), requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes), requirement


def test_one_version_for_every_python() -> None:
    """Python 3.11 to 3.13 get the same versions, so they give the same results."""
    names = [normal(requirement) for requirement in requirements("requirements.lock")]
    assert len(names) == len(set(names))


def test_every_dependency_is_locked() -> None:
    """What pyproject asks for is in the lock: run, dev and docs in one, every extra in the other."""
    extras: dict[str, list[str]] = project()["optional-dependencies"]  # type: ignore[assignment]
    needed: list[str] = project()["dependencies"]  # type: ignore[assignment]
    locked = {lock: {normal(line) for line in requirements(lock)} for lock in LOCKS}
    always = {normal(line) for line in [*needed, *extras["dev"], *extras["docs"], *extras["frames"]]}
    assert always - locked["requirements.lock"] == set()
    assert {normal(line) for extra in extras.values() for line in extra} - locked[LOCKS[1]] == set()


def test_locks_agree() -> None:
    """Adding the extras to an environment changes nothing that is already there."""
    base, extras = (requirements(lock) for lock in LOCKS)
    assert {line: base[line] for line in base} == {line: extras.get(line) for line in base}


def test_build_tools_are_locked() -> None:
    """The project is built without isolation, so the lock brings what builds it."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    locked = {normal(line) for line in requirements("requirements.lock")}
    assert {normal(line) for line in build} | {"editables"} <= locked


# What the code never does


def dotted(node: ast.AST) -> str:
    """Write a name with its dots, ``np.random.seed``; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imported(node: ast.AST) -> list[str]:
    """List what an import statement names, in full."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


CODE_FROM_DATA = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml"}
CODE_FROM_TEXT = {"eval", "exec", "__import__", "os.system", "os.popen", "builtins.eval", "builtins.exec"}
UNADDRESSED = {"random", "secrets", "uuid", "time", "numpy.random", "os.urandom", "scipy.stats"}
CLOCKS = {"now", "utcnow", "today"}


def dangers(tree: ast.AST) -> Iterator[str]:
    """Find what runs code that came as data, or lets the compiler change arithmetic."""
    for node in ast.walk(tree):
        for name in imported(node):
            if name.partition(".")[0] in CODE_FROM_DATA:
                yield f"{node.lineno}: import {name}"  # type: ignore[attr-defined]
        if isinstance(node, ast.Call) and dotted(node.func) in CODE_FROM_TEXT:
            yield f"{node.lineno}: {dotted(node.func)}()"
        if isinstance(node, ast.keyword) and node.arg in {"shell", "fastmath", "parallel"}:
            yield f"{node.lineno}: {node.arg}="
        if isinstance(node, ast.keyword) and node.arg == "typ" and ast.unparse(node.value) == "'unsafe'":
            yield f"{node.lineno}: typ='unsafe'"


def is_set(node: ast.AST) -> bool:
    """Say whether an expression is openly a set, whose order differs between processes."""
    call = isinstance(node, ast.Call) and dotted(node.func) in {"set", "frozenset"}
    return call or isinstance(node, ast.Set | ast.SetComp)


def luck(tree: ast.AST) -> Iterator[str]:
    """Find what would differ between two runs of the same input: draws without address, clocks, sets."""
    for node in ast.walk(tree):
        for name in imported(node):
            if any(f"{name}.".startswith(f"{banned}.") for banned in UNADDRESSED):
                yield f"{node.lineno}: import {name}"  # type: ignore[attr-defined]
        if isinstance(node, ast.Attribute) and dotted(node) in {"np.random", "numpy.random", "os.urandom"}:
            yield f"{node.lineno}: {dotted(node)}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield f"{node.lineno}: {dotted(node.func)}()"
        if isinstance(node, ast.For | ast.comprehension) and is_set(node.iter):
            yield f"{node.iter.lineno}: a loop over a set"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_from_data(path: Path) -> None:
    """Nothing in the package evaluates text, unpickles, calls a shell or relaxes floating point.

    The one YAML door reads PyYAML's events; it builds no object from them. A program on its way to a worker
    is packed by pickle, as whatever goes to a worker is; it is unpacked nowhere else.
    """
    found = list(dangers(ast.parse(path.read_text())))
    if path == ROOT / "simulator" / "execution" / "parcel.py":
        found = [danger for danger in found if not danger.endswith(": import pickle")]
        assert path.read_text().count("pickle.loads(") == 1
    if path == ROOT / "simulator" / "spec" / "document" / "composer.py":
        found = [danger for danger in found if not danger.endswith(": import yaml")]
        assert "yaml.parse(" in path.read_text()
    assert found == []


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path.relative_to(ROOT / "simulator").parts[0] in DECIDING],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_luck_without_an_address(path: Path) -> None:
    """Laws, program and engine use no generator, no clock and no set order: only addressed draws."""
    assert list(luck(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path.name != "compiled.py"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_compiled_code_has_one_door(path: Path) -> None:
    """Only `simulator.compiled` builds compiled functions, so all have the same settings."""
    names = [name for node in ast.walk(ast.parse(path.read_text())) for name in imported(node)]
    assert [name for name in names if re.match(r"numba\.(njit|jit|vectorize|guvectorize|cfunc)$", name)] == []
    assert "numba" not in names


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from marshal import loads",
        "import yaml",
        "eval('1')",
        "exec(text)",
        "__import__('os')",
        "os.system('ls')",
        "run('ls', shell=True)",
        "njit(fastmath=True)",
        "YAML(typ='unsafe')",
    ],
)
def test_ban_on_code_from_data_bites(text: str) -> None:
    """Each banned way to run code is found, so the ban is no empty gesture."""
    assert list(dangers(ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        "import random",
        "from random import choice",
        "from numpy import random",
        "from numpy.random import default_rng",
        "np.random.seed(1)",
        "import time",
        "from time import time",
        "import uuid",
        "os.urandom(8)",
        "datetime.now()",
        "dt.date.today()",
        "for name in set(names): pass",
        "[name for name in {1, 2}]",
    ],
)
def test_ban_on_luck_bites(text: str) -> None:
    """Each banned source of luck is found."""
    assert list(luck(ast.parse(text)))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is(path: Path) -> None:
    """Every module begins with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text()))


# How it is set up, packed and started


def test_command_is_named_journey() -> None:
    """The distribution is `journey-simulator` and brings one command, `journey`."""
    assert project()["name"] == "journey-simulator"
    assert project()["scripts"] == {"journey": "simulator.cli:main"}


def test_wheel_carries_starter_files(tmp_path: Path) -> None:
    """The wheel holds every shipped model and scenario, the types marker, and no tests."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    shipped = [path for top in ("models", "scenarios") for path in (ROOT / top).rglob("*.yaml")]
    assert shipped
    assert {f"simulator/starter/{path.relative_to(ROOT).as_posix()}" for path in shipped} <= names
    assert "simulator/py.typed" in names
    assert not any(name.startswith(("tests/", "cli.py", "benchmarks/")) for name in names)


def test_checkout_without_libraries_says_what_to_type() -> None:
    """`python cli.py` before any set-up ends with one clear message, not a traceback."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-S", str(ROOT / "cli.py"), "--help"],
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is not installed" in done.stderr
    assert "make setup" in done.stderr
    assert "Traceback" not in done.stderr


def setup(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run `make setup` in a folder with the given Python, away from any make that runs us."""
    clean = {
        key: value for key, value in os.environ.items() if key not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    return subprocess.run(
        ["make", "setup", f"PYTHON={python}"],
        cwd=checkout,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a checkout that holds only what a set-up reads."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def script(path: Path, body: str) -> str:
    """Write a stand-in for python3 that runs a line of shell."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@needs_make
def test_setup_names_the_package_that_brings_venv(checkout: Path, tmp_path: Path) -> None:
    """Where Python lacks its venv module, set-up stops and names the Debian package."""
    done = setup(checkout, script(tmp_path / "python3", 'case "$2" in *ensurepip*) exit 1;; esac'))
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


@needs_make
def test_setup_refuses_an_unsupported_python(checkout: Path, tmp_path: Path) -> None:
    """Where Python is absent or of another version, set-up stops and says which it needs."""
    done = setup(checkout, script(tmp_path / "python3", "exit 1"))
    assert done.returncode != 0
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr


# A Python whose `-m venv` makes an environment that answers to everything and keeps a diary.
STAND_IN = """
case "$*" in *"-m venv"*)
    echo venv >> diary; rm -rf .venv; mkdir -p .venv/bin
    printf '#!/bin/sh\\necho "$*" >> diary\\ntest ! -e broken\\n' > .venv/bin/python
    chmod +x .venv/bin/python;;
esac
"""


@needs_make
def test_setup_is_done_once_and_heals(checkout: Path, tmp_path: Path) -> None:
    """A finished set-up is not repeated; one that broke off, or a copied tree, is done again."""
    python = script(tmp_path / "python3", STAND_IN)

    def diary(folder: Path) -> list[str]:
        assert setup(folder, python).returncode == 0
        return (folder / "diary").read_text().splitlines()

    (checkout / "broken").touch()
    assert setup(checkout, python).returncode != 0
    (checkout / "broken").unlink()
    lines = diary(checkout)
    assert [line.split()[-1] for line in lines] == [
        *(["venv", "requirements.lock"] * 2),
        ".",
        "simulator.execution.prepare",
    ]
    assert {"--require-hashes", "--no-deps"} <= set(lines[1].split())
    assert {"--no-deps", "--no-build-isolation"} <= set(lines[-2].split())

    assert diary(checkout) == lines
    (checkout / "pyproject.toml").touch()
    assert diary(checkout) == [*lines, *lines[-2:]]
    shutil.copytree(checkout, tmp_path / "copied")
    assert diary(tmp_path / "copied").count("venv") == 3
