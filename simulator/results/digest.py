"""The content of many replications as one short text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

__all__ = ["digest_of"]


def digest_of(digests: Iterable[str]) -> str:
    """Hash the digests of replications, in order, to 32 hexadecimal digits."""
    return hashlib.blake2b("\n".join(digests).encode(), digest_size=16).hexdigest()
