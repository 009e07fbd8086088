"""The models that ship: starter files to copy and change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from simulator.errors import InputError, Problem, nearest

__all__ = ["MINIMAL", "starter_files", "starter_models", "write_starter"]

_PACKAGE: Final = Path(__file__).resolve().parent.parent

MINIMAL: Final = """\
name: My journey
start: 2026-01-05              # simulated time begins here, at midnight
horizon: 12 weeks              # and ends so much later
goal: order                    # a completed visit there is a conversion

products:
  boots: {price: 129, unit_cost: 71}

personas:
  anna:                        # who walks the journey
    arrivals: {rate: 50 per day}
    enters: {website: 1}       # where she comes in

touchpoints:
  website: {dwell: 5 min, next: {basket: 0.2, competitor: 0.1, left: rest}}
  basket: {dwell: 3 min, next: {order: 0.4, left: rest}}
  order: {sells: {one_of: {boots: 1}}, next: {left: 1}}
  competitor: {media: competitor, next: {website: {p: 0.1, after: 7 days}, left: rest}}

outcomes: [left]               # how a journey ends
"""

_MINIMAL_IDEA: Final = """\
name: Simpler checkout
why: the basket asks for more than it needs
cost: {once: 2000}
changes:
  touchpoints: {basket: {next: {order: {scale: 1.2}}}}   # 0.4 becomes 0.48; `rest` pays for it
"""


def _folder(name: str) -> Path:
    """Find the files: beside the package in a wheel, at the top of a checkout."""
    shipped = _PACKAGE / "starter" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name


def starter_models() -> tuple[str, ...]:
    """Name the models there are to start from."""
    return ("minimal", *sorted(path.stem for path in _folder("models").glob("*.yaml")))


def starter_files(model: str) -> dict[str, str]:
    """Give the files of a starter: the model, its scenarios, and a README.txt with what to type next.

    Returns
    -------
    dict of path to text
        Paths are relative, with forward slashes.

    Raises
    ------
    InputError
        If there is no such model.
    """
    if model == "minimal":
        ideas: Mapping[str, str] = {"simpler_checkout.yaml": _MINIMAL_IDEA}
        text = MINIMAL
    elif model in starter_models():
        text = (_folder("models") / f"{model}.yaml").read_text(encoding="utf-8")
        found = sorted((_folder("scenarios") / model).glob("*.yaml"))
        ideas = {path.name: path.read_text(encoding="utf-8") for path in found}
    else:
        raise InputError(
            [Problem(f"there is no starter model {model!r}", fix=nearest(model, starter_models()))]
        )
    files = {f"{model}.yaml": text}
    files |= {f"scenarios/{name}": idea for name, idea in ideas.items()}
    return files | {"README.txt": _readme(model, list(ideas))}


def write_starter(folder: Path, model: str) -> list[Path]:
    """Write a starter into a new or empty folder.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        If there is no such model, or the folder holds anything; nothing is written then.
    """
    files = starter_files(model)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a new or empty folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty; name a new or empty folder (nothing was written)")
    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _readme(model: str, ideas: list[str]) -> str:
    file = f"{model}.yaml"
    lines = [
        f"A customer journey to start from: {file}",
        "",
        "What to type here next:",
        "",
        f"  journey check {file}                what is wrong, and advice",
        f"  journey run {file}                  what will happen",
        f"  journey map {file} -o map.svg       the picture",
        f"  journey tree {file}                 the decision tree",
        f"  journey trace {file}                one customer's diary",
    ]
    if ideas:
        lines += [
            f"  journey compare {file} scenarios/*.yaml   which idea is best",
            "",
            "The ideas, each a small file of changes laid over the model:",
            "",
            *(f"  scenarios/{name}" for name in ideas),
        ]
    return "\n".join([*lines, "", "Change a number, and run again. All of it is plain YAML.", ""])
