"""The door for a checkout: ``python cli.py …`` does what ``journey …`` does."""

from __future__ import annotations

import sys


def explain(library: str) -> str:
    """Say in two lines what is missing and what to type."""
    return (
        f"journey needs {library}, which is not installed for {sys.executable}.\n"
        "Run `make setup` once, then `.venv/bin/python cli.py …` or `.venv/bin/journey …`."
    )


def main() -> None:
    """Run the command line, or say what it lacks."""
    if sys.version_info < (3, 11):  # noqa: UP036 (pip did not choose the Python of a checkout)
        sys.exit(f"journey needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    try:
        from simulator.cli import main as journey

        journey()
    except ModuleNotFoundError as missing:
        library = (missing.name or "a library").partition(".")[0]
        if library == "simulator":  # a defect of ours, not of the set-up
            raise
        sys.exit(explain(library))


if __name__ == "__main__":
    main()
