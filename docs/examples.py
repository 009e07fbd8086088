"""Run the examples of the pages: what a page shows is what a reader gets.

A fenced block is run by its first word:

=========  =======================================================================================
console    ``$`` lines are typed in a folder with a copy of models/ and scenarios/; what stands below
           one is compared with its output (``...`` stands for anything). ``exit=2`` names the last
           exit code, ``data`` needs the shared event logs, ``slow`` runs with the long tests
yaml       a model; with a first line ``# name.yaml`` it is kept for the page's later blocks.
           ``fragment[=FILE]`` is laid into a model entry by entry, and kept if it is a page's own;
           ``scenario[=MODEL]`` is a what-if; ``wrong`` must be refused
python     run, the blocks of a page one after the other
json       must be JSON
text       shown, not run
=========  =======================================================================================
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from simulator.cli import main
from simulator.errors import ModelError
from simulator.program.compile import compile_journey
from simulator.spec.document import parse_document, read_document, write_document
from simulator.spec.load import load_journeys

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "docs" / "reference" / "base.yaml"
DATA = Path(os.environ.get("JOURNEY_DATA", ROOT.parent / "shared" / "data"))
LANGUAGES = ("console", "yaml", "python", "json", "text")

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_DIGEST = re.compile(r"digest [0-9a-f]{32}")
_FILE = re.compile(r"# (?P<name>\S+\.yaml)$")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    info: tuple[str, ...]
    text: str
    span: tuple[int, int] = field(repr=False)

    @property
    def language(self) -> str:
        """The first word behind the fence."""
        return self.info[0] if self.info else ""

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def option(self, name: str) -> str | None:
        """Give the value of ``name=value``, the empty text for ``name``, None for neither."""
        for word in self.info[1:]:
            key, _, value = word.partition("=")
            if key == name:
                return value
        return None


def pages() -> list[Path]:
    """List every page a reader may open."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """Cut a page into its fenced blocks."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, match.start()) + 1,
            tuple(match["info"].split()),
            match["text"],
            match.span("text"),
        )
        for match in _FENCE.finditer(text)
    ]


# --------------------------------------------------------------------------- console


@dataclass(frozen=True)
class Typed:
    """A line somebody types, as it stands on the page, and what the page says comes out."""

    written: str
    shown: str

    @property
    def command(self) -> str:
        """The line without its prompt, in one piece."""
        return self.written.removeprefix("$ ").replace("\\\n", " ")


def typed(block: Block) -> Iterator[Typed]:
    """Cut a console block into commands and what is shown below each."""
    written, shown = "", []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            if written:
                yield Typed(written, "\n".join(shown))
            written, shown = line, []
        elif written.endswith("\\"):
            written += f"\n{line}"
        else:
            shown.append(line)
    yield Typed(written, "\n".join(shown))


def tidy(text: str) -> list[str]:
    """Drop blanks at the ends of lines and empty lines at the ends."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n").splitlines()


def agrees(shown: str, output: str) -> bool:
    """Tell whether an output is the one shown, where ``...`` stands for anything."""
    pattern = []
    for line in tidy(shown):
        if line.strip() == "...":
            pattern.append(r"(?:[^\n]*\n)*?")
        else:
            pattern.append(".*?".join(map(re.escape, line.split("..."))) + r"\n")
    return re.fullmatch("".join(pattern), "".join(f"{line}\n" for line in tidy(output))) is not None


def _spread(words: list[str], folder: Path) -> Iterator[str]:
    """Replace a pattern by the files it names, as a shell does."""
    for word in words:
        found = sorted(str(path.relative_to(folder)) for path in folder.glob(word)) if "*" in word else []
        yield from found or [word]


def play(command: str, folder: Path) -> tuple[int, str]:
    """Type one line; give the exit code and what is printed."""
    words = list(_spread(shlex.split(command, comments=True), folder))
    if words[:2] == ["python", "cli.py"]:
        words = ["journey", *words[2:]]
    if words[0] == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return (0 if words[1] in targets else 2), ""
    if words[0] != "journey":
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr
    if words[1:2] in (["run"], ["compare"]) and "--help" not in words:
        words += ["--workers", "1"]  # no influence on the result, and no processes to start
    with contextlib.chdir(folder):
        result = CliRunner(env={"COLUMNS": "80"}).invoke(main, words[1:], prog_name="journey")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


# --------------------------------------------------------------------------- a page


class Reader:
    """Works through a page as a reader would, in a folder of his own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "page"}
        for name in ("models", "scenarios"):
            shutil.copytree(ROOT / name, folder / name)
        if DATA.is_dir():
            (folder / "data").symlink_to(DATA)

    def read(self, block: Block) -> None:
        """Run one block.

        Raises
        ------
        AssertionError
            If it does not do what the page says.
        """
        act = {"console": self._console, "yaml": self._yaml, "python": self._python, "json": self._json}
        if block.language in act:
            act[block.language](block)

    def _console(self, block: Block) -> None:
        lines = list(typed(block))
        for number, line in enumerate(lines):
            last = number == len(lines) - 1
            expected = int(block.option("exit") or 0) if last else 0
            code, output = play(line.command, self.folder)
            assert code == expected, f"{block.place}: {line.command} exits {code}, not {expected}\n{output}"
            if line.shown.strip():
                assert agrees(line.shown, output), f"{block.place}: {line.command} prints\n{output}"

    def _yaml(self, block: Block) -> None:
        named = _FILE.match(block.text.splitlines()[0])
        kept = self.folder / named["name"] if named else self.folder / "unnamed.yaml"
        if block.option("fragment") is not None:
            self._fragment(block)
            return
        kept.write_text(block.text, encoding="utf-8")
        base, over = kept, None
        if block.option("scenario") is not None:
            base, over = self._model(block.option("scenario")), kept
        self._judge(block, self._problem(base, over))

    def _judge(self, block: Block, problem: str) -> None:
        if block.option("wrong") is None:
            assert not problem, f"{block.place}:\n{problem}"
        else:
            assert problem, f"{block.place} is said to be wrong, and is not"

    def _problem(self, base: Path, over: Path | None) -> str:
        """Say what is wrong with a model, or with a what-if laid over one; nothing if all is well."""
        try:
            for journey in load_journeys(base, [] if over is None else [over]):
                compile_journey(journey)
        except ModelError as error:
            return str(error)
        return ""

    def _model(self, name: str | None) -> Path:
        return self.folder / name if name else BASE

    def _fragment(self, block: Block) -> None:
        """Lay a fragment into a model: its entries replace those of the same name."""
        name = block.option("fragment")
        data = dict(read_document(self._model(name)).data)
        for key, value in parse_document(block.text, block.place).data.items():
            old = data.get(key)
            data[key] = {**old, **value} if isinstance(old, Mapping) and isinstance(value, Mapping) else value
        laid = self.folder / (name or "unnamed.yaml")
        laid.write_text(write_document(data), encoding="utf-8")
        self._judge(block, self._problem(laid, None))

    def _python(self, block: Block) -> None:
        with contextlib.chdir(self.folder):
            exec(compile(block.text, block.place, "exec"), self.names)

    def _json(self, block: Block) -> None:
        json.loads(block.text)


def runs_here(block: Block, *, slow: bool) -> bool:
    """Tell whether a block can be run: it may need data that is not here, or long."""
    if block.option("data") is not None and not DATA.is_dir():
        return False
    return slow or block.option("slow") is None


# --------------------------------------------------------------------------- writing outputs anew


def refresh(page: Path, folder: Path, *, slow: bool) -> None:
    """Write the outputs a page shows anew; one with ``...`` that no longer fits is named instead."""
    reader, text = Reader(folder), page.read_text(encoding="utf-8")
    changes: list[tuple[tuple[int, int], str]] = []
    for block in blocks(page):
        if not runs_here(block, slow=slow):
            continue
        if block.language != "console":
            reader.read(block)
            continue
        written = []
        for line in typed(block):
            code, output = play(line.command, folder)
            shown = line.shown
            if shown.strip() and not agrees(shown, output):
                if "..." in shown.replace("digest ...", ""):
                    print(f"{block.place}: exit {code}: {line.command} now prints\n{output}", file=sys.stderr)
                else:  # the digest of a run may differ between machines
                    shown = _DIGEST.sub("digest ...", "\n".join(tidy(output)))
            written.append(f"{line.written}\n" + (f"{shown}\n" if shown else ""))
        changes.append((block.span, "".join(written)))
    for (first, last), new in reversed(changes):
        text = text[:first] + new + text[last:]
    page.write_text(text, encoding="utf-8")
