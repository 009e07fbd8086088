"""Play a model with both engines at once: what they agree on is then looked at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey
from tests.contract.agreement import Played, agree, play_kernel, play_reference


@pytest.fixture
def both() -> Callable[[str], tuple[Program, Played]]:
    """Play the text of a model with both engines, hold that they agree, and give what they made of it."""

    def play(text: str) -> tuple[Program, Played]:
        program = compile_journey(load_journey(parse_document(text)))
        played = play_kernel(program)
        agree(program, play_reference(program), played)
        return program, played

    return play
