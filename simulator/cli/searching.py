"""A sign of life for a search, whose end nobody knows."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

__all__ = ["Searching"]


class Searching:
    """Counts replications on standard error, on a terminal, once a search has taken a second."""

    def __init__(self) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("searching: {task.completed:,.0f} replications played"),
            TimeElapsedColumn(),
            console=Console(file=sys.stderr),
            transient=True,
        )
        self._task = self._bar.add_task("searching", total=None)
        self._timer = threading.Timer(1.0, self._bar.start)
        self._timer.daemon = True

    def __enter__(self) -> Searching:
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def advance(self, played: int) -> None:
        """Count replications."""
        self._bar.advance(self._task, played)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._timer.ident is not None:
            self._timer.join()
            self._bar.stop()
