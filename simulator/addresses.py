"""Addresses of random numbers: who draws (subject), where (site) and what for (key), as numbers.

Text becomes a number by BLAKE2b of its parts in UTF-8 NFC, joined by 0x1f; the digest is read
little-endian. Subjects travel as int64 (the same 64 bits, in two's complement), because an int64 is
what both CPython and the compiled loops pass at no cost.
"""

from __future__ import annotations

import hashlib
import unicodedata
from enum import StrEnum
from typing import Final

__all__ = ["KINDS", "Purpose", "key_of", "site_of", "subject_of"]

# What a family of subjects may be. Closed, so that no two parts of the program ever share one by accident.
# A member of a family is numbered by `simulator.engine.streams.numbered`.
KINDS: Final = (
    "arrived",  # persona, date: that day's parties, numbered from 0; each is the family of its other members
    "existing",  # persona: those who are there at the start, numbered from 0
    "referred",  # no more: numbered by referrer, site, entry and k
    "arrivals",  # persona, date: how many parties arrive on that day; one subject, not a family
    "order",  # product: its replenishment orders, numbered from 1
    "evidence",  # path: a number of the model that is only known within a range; one subject
    "shock",  # name, date: the factor of one period, named by its first day; one subject
    "open",  # case: a customer of a log who is on his way when the simulation starts; one subject
)


class Purpose(StrEnum):
    """What a uniform is for. Closed: two purposes never share a key."""

    NEXT = "next"  # who is chosen: rows, rules and `choose`; sub-name the target
    OTHERWISE = "otherwise"  # where a closed gate leads; sub-name the target
    ON_ABANDON = "on_abandon"  # where lost patience or a full queue leads; sub-name the target
    ON_CLOSED = "on_closed"  # where a closed door leads; sub-name the target
    ON_STOCKOUT = "on_stockout"  # where nothing sold for want of stock leads; sub-name the target
    BACK_IN_STOCK = "back_in_stock"  # the row after giving up the wait for stock; sub-name the target
    WOKEN = "woken"  # the row of one who is woken by a delivery; sub-name the target
    EMPTY = "empty"  # the row of an empty basket; sub-name the target
    ENTERS = "enters"  # where an arriving customer enters; sub-name the touchpoint
    AFTER = "after"  # the delay on the way; sub-name the target
    DWELL = "dwell"  # how long a visit lasts
    PATIENCE = "patience"  # how long a customer queues before he leaves
    GIVE_UP = "give_up"  # how long he waits on the product's list
    RACE_TIME = "race_time"  # when a clock of a race rings; sub-name the clock
    RACE_P = "race_p"  # whether it rings at all; sub-name the clock
    SELLS = "sells"  # which product (`one_of`), or whether a line is in the basket; sub-name the product
    UNITS = "units"  # how many units of a line; sub-name the product
    SUBSTITUTES = "substitutes"  # what replaces a product that is out; sub-names both products
    RESTOCK = "restock"  # how many of a returned line's units are sold again
    SET = "set"  # the noise of an effect; sub-name the attribute
    CHANCE = "chance"  # whether `{chance: p}` sets 1; sub-name the attribute
    COUNT = "count"  # how many customers one visit refers
    PERSONA = "persona"  # the persona of a referred customer; sub-name the persona
    REFER_AFTER = "refer_after"  # how long after the visit a referred customer enters
    DETOUR = "detour"  # whether the unexpected stop happens; sub-name the detour
    RESUME = "resume"  # whether he then goes on to where he was bound; sub-name the detour
    ARRIVALS = "arrivals"  # how many parties of a persona arrive on a date (subject: arrivals)
    ARRIVE = "arrive"  # when within the day a customer arrives
    PARTY = "party"  # how many come together with him
    INITIAL = "initial"  # the first value of an attribute; sub-name the attribute
    RESIDUAL = "residual"  # v: how far an existing customer is through his stay
    LENGTH_BIAS = "length_bias"  # T*: how long that stay is in all
    LEAD_TIME = "lead_time"  # how long an order takes (subject: order)
    SHOCK = "shock"  # the factor of one period of a shock (subject: shock)
    STANDS = "stands"  # whether a customer of a log is still in his stay, or on his way onwards
    EVIDENCE = "evidence"  # the value of an uncertain number (subject: evidence); sub-name the target


_SEPARATOR: Final = "\x1f"


def subject_of(*parts: str | int) -> int:
    """Give the number of a subject or of a family of them: a day's customers, an uncertain number.

    Parameters
    ----------
    *parts : str or int
        The kind, one of :data:`KINDS`, then what the kind needs.

    Returns
    -------
    int
        64 bits as int64 (may be negative); ``subject % 2**64`` is the unsigned form.

    Raises
    ------
    ValueError
        For an unknown kind, an empty name, a control character or an int beyond 64 bits.

    """
    if not parts or parts[0] not in KINDS:
        raise ValueError(f"a subject starts with one of {', '.join(KINDS)}, not {parts[:1]}")
    if "" in parts:
        raise ValueError(f"a part of the subject {parts} is empty")
    return int.from_bytes(_digest(parts, 8), "little", signed=True)


def site_of(touchpoint: str) -> int:
    """Give the number of a site where draws are made: one Philox block serves one entry there.

    Parameters
    ----------
    touchpoint : str
        Its name; empty for draws that belong to no touchpoint (an arrival, an order).

    Returns
    -------
    int
        40 bits, 0 … 2**40 - 1.

    Raises
    ------
    ValueError
        For a control character.
    """
    return int.from_bytes(_digest(("site", touchpoint), 5), "little")


def key_of(purpose: Purpose | str, name: str = "", *more: str) -> int:
    """Give the key that turns the block of an entry into the uniform of one purpose.

    Parameters
    ----------
    purpose : Purpose
        What the draw is for.
    name : str
        The sub-name: a target, product, attribute or clock; empty where the purpose has none.
    *more : str
        Further sub-names, where one does not say it.

    Returns
    -------
    int
        64 bits as int64.

    Raises
    ------
    ValueError
        For an unknown purpose or a control character.
    """
    return int.from_bytes(_digest(("key", Purpose(purpose).value, name, *more), 8), "little", signed=True)


def _digest(parts: tuple[str | int, ...], size: int) -> bytes:
    """Hash the parts, joined by a separator that no name can contain."""
    text = _SEPARATOR.join([_written(part) for part in parts])
    return hashlib.blake2b(text.encode(), digest_size=size).digest()


def _written(part: str | int) -> str:
    """Write one part the way it is hashed: text in NFC, an int as an unsigned decimal."""
    if isinstance(part, str):
        if part.isascii() and part.isprintable():
            return part
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in part):
            raise ValueError(f"{part!r} contains a control character")
        return unicodedata.normalize("NFC", part)
    if isinstance(part, bool) or not -(1 << 63) <= part < 1 << 64:
        raise ValueError(f"{part!r} is not an integer of 64 bits")
    return str(part % (1 << 64))
