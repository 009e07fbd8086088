"""``journey trace``: one customer's diary."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click

from simulator.cli.options import model_argument, scenario_option, seed_option
from simulator.cli.playing import load_one
from simulator.engine.diary import Diary, Met, arrivals, diaries, diary
from simulator.errors import InputError, Problem, nearest
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.report.diary import diary_csv, diary_table
from simulator.report.terminal import note, show

__all__ = ["command"]

_ADDRESS: Final = re.compile(r"[0-9a-fA-F]{16}")
_LARGEST_WORD: Final = (1 << 32) - 1


@click.command("trace")
@model_argument
@scenario_option
@seed_option
@click.option(
    "--replication",
    type=click.IntRange(0, _LARGEST_WORD),
    default=0,
    show_default=True,
    help="Which replication the customer lives in.",
)
@click.option(
    "--customer",
    default="1",
    show_default=True,
    metavar="K|ADDRESS|all",
    help="The K-th to arrive, a customer by the address a diary prints, or (with --csv) all of them.",
)
@click.option("--persona", metavar="PERSONA", help="Count only customers of this persona.")
@click.option("--csv", "machine", is_flag=True, help="Print every column as CSV, a row a visit.")
def command(
    model: Path,
    scenario: Path | None,
    seed: int,
    replication: int,
    customer: str,
    persona: str | None,
    machine: bool,
) -> None:
    """Print the diary of one customer: every visit, what he waited, bought and became.

    The same customer under a scenario: add -s SCENARIO. What the scenario does not touch stays the same.
    """
    journey = load_one(model, scenario)
    program = compile_journey(journey)
    chosen = _persona(program, persona)
    if customer == "all":
        if not machine:
            raise click.UsageError("--customer all needs --csv")
        every = diaries(program, seed, replication)
        found = [one for one in every if chosen is None or one.persona == chosen]
        click.echo(diary_csv(program, found), nl=False)
        return
    one = _find(program, seed, replication, customer, chosen)
    if machine:
        click.echo(diary_csv(program, [one]), nl=False)
    else:
        show([diary_table(journey, program, one), note(_others(model, customer, one))])


def _persona(program: Program, name: str | None) -> int | None:
    if name is None:
        return None
    if name not in program.names.personas:
        fix = nearest(name, program.names.personas)
        raise InputError([Problem(f"there is no persona {name!r}", fix=fix)])
    return program.names.personas.index(name)


def _find(program: Program, seed: int, replication: int, customer: str, persona: int | None) -> Diary:
    """Play the customer asked for."""
    address = _address(customer)
    who = _arrival(program, seed, replication, customer, persona) if address is None else address
    found = diary(program, seed, replication, who)
    if found is None or (persona is not None and found.persona != persona):
        whose = "" if persona is None else f" of persona {program.names.personas[persona]!r}"
        raise InputError(
            f"replication {replication} of seed {seed} has no customer {customer}{whose} who ended a visit"
        )
    return found


def _address(customer: str) -> int | None:
    """Read an address (int64), if that is what was given."""
    if not _ADDRESS.fullmatch(customer):
        return None
    value = int(customer, 16)
    return value - (1 << 64) if value >> 63 else value


def _arrival(program: Program, seed: int, replication: int, customer: str, persona: int | None) -> Met:
    """Find the K-th customer to arrive."""
    if not customer.isascii() or not customer.isdigit() or len(customer) > 9 or int(customer) < 1:
        raise InputError(
            f"--customer {customer!r} is neither a number from 1 nor an address of 16 hexadecimal digits"
        )
    count = 0
    for count, one in enumerate(arrivals(program, seed, replication, persona), start=1):
        if count == int(customer):
            return one
    raise InputError(f"--customer {customer}: only {count:,} customers arrive in replication {replication}")


def _others(model: Path, customer: str, one: Diary) -> str:
    """Say how to see another customer, or this one again."""
    after = str(int(customer) + 1) if _address(customer) is None else "2"
    return (
        f"Another one: journey trace {model} --customer {after}\n"
        f"This one again, also under a scenario: --customer {one.address}"
    )
