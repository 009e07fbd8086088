"""Write what the docs generate: the language and command references, and the outputs pages show.

``python docs/generate.py`` writes the references and the pictures; ``python docs/generate.py PAGE…``
writes the outputs on these pages anew, ``--slow`` those that take long too.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

if __name__ == "__main__":  # a script finds its own folder only
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from docs.examples import ROOT, play, refresh
from docs.language import language_page
from simulator.cli import COMMANDS, main

LANGUAGE: Final = ROOT / "docs" / "reference" / "language.md"
COMMAND_LINE: Final = ROOT / "docs" / "reference" / "cli.md"
IMAGES: Final = ROOT / "docs" / "images"
PICTURES: Final = {
    "shop.svg": "journey map models/shop.yaml -o {}",
    "stock.svg": "journey stock models/shop.yaml --plot {}",
}

# --------------------------------------------------------------------------- the command line


def commands() -> dict[str, click.Command]:
    """Give every command by name."""
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in COMMANDS}  # type: ignore[attr-defined]
    return {name: command for name, command in found.items() if command is not None}


def command_page() -> str:
    """Write the reference of the command line from the help of every command."""
    lines = [
        "# The command line",
        "",
        "What `--help` says, written by `docs/generate.py`. In a checkout `python cli.py …` does what",
        "`journey …` does.",
        "",
        "Tables go to stdout, progress and messages to stderr. `--json` prints JSON for machines, described",
        "on [its own page](json.md). Exit codes: 0 done, 1 the run failed, 2 the input is wrong; a run that",
        "is stopped ends with 130 (Ctrl-C) or 143 (SIGTERM), with what was complete.",
        "",
        "- [journey](#journey)",
        *(f"- [journey {name}](#journey-{name})" for name in commands()),
        "",
    ]
    for name in ("", *commands()):
        words = " ".join(["journey", name]).strip()
        _, text = play(f"{words} --help", ROOT)
        lines += [
            f"## {words}",
            "",
            "```text",
            *(line.rstrip() for line in text.strip().splitlines()),
            "```",
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


# --------------------------------------------------------------------------- writing


def write(path: Path, text: str) -> None:
    """Write a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def draw(folder: Path = IMAGES) -> None:
    """Draw the pictures of the bundled shop."""
    for name, command in PICTURES.items():
        code, output = play(command.format(folder / name), ROOT)
        if code:
            raise SystemExit(output)


def run(words: Sequence[str]) -> None:
    """Write the references, or the outputs of the pages named."""
    named = [Path(word).resolve() for word in words if not word.startswith("-")]
    for page in named:
        with tempfile.TemporaryDirectory() as folder:
            refresh(page, Path(folder), slow="--slow" in words)
    if not named:
        write(LANGUAGE, language_page())
        write(COMMAND_LINE, command_page())
        draw()


if __name__ == "__main__":
    run(sys.argv[1:])
