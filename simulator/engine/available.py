"""How much memory this process may still take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["available_memory", "in_words"]


def available_memory() -> int | None:
    """Give the bytes this process may still take; None where the system does not tell.

    The least of what the machine has free or can free, what the container is allowed, and what the shell
    allows (``ulimit -v``).
    """
    return min((*_machine(), *_container(), *_shell()), default=None)


def in_words(size: float) -> str:
    """Write a number of bytes for people."""
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size / 1024:,.0f} KiB"


def _machine() -> Iterator[int]:
    """Read what Linux says is available, else half of the memory there is."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                yield int(line.split()[1]) * 1024
                return
    except OSError:
        pass
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def _container() -> Iterator[int]:
    """Read what control groups allow, of version 2 and 1, less what is in use."""
    root = Path("/sys/fs/cgroup")
    for most, used in (
        (root / "memory.max", root / "memory.current"),
        (root / "memory" / "memory.limit_in_bytes", root / "memory" / "memory.usage_in_bytes"),
    ):
        try:
            yield max(0, int(most.read_text()) - int(used.read_text()))
        except (OSError, ValueError):  # no such group, or no limit: "max"
            continue


def _shell() -> Iterator[int]:
    try:
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        if most != resource.RLIM_INFINITY:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            yield max(0, most - pages * os.sysconf("SC_PAGE_SIZE"))
    except (ImportError, OSError):  # not on every system
        return
