"""The random models are worth their time: they reach every part of the language."""

from __future__ import annotations

from collections import Counter

from hypothesis import Phase, given, settings

from tests.contract.agreement import play_reference, program_of
from tests.contract.features import ALL, Watch, features
from tests.contract.models import broken_models, models
from tests.contract.test_agreement import SLOW


def test_every_part_of_the_language_is_reached(monkeypatch) -> None:
    """Of a hundred drawn models three or more meet each part: someone woken, resumed, led away, stopped …"""
    watch, met, programs = Watch(monkeypatch), Counter[str](), set[str]()

    @settings(max_examples=100, phases=[Phase.generate], suppress_health_check=SLOW)
    @given(models(150))
    def play(model) -> None:
        program = program_of(model)
        met.update(features(program, play_reference(program), watch))
        programs.add(program.hash)

    play()
    assert len(programs) > 90  # drawn, not copied from one another
    assert {name: met[name] for name in ALL if met[name] < 3} == {}


def test_broken_models_stop(monkeypatch) -> None:
    """Of eighty drawn at least twenty stop, half of them by more than one kind of wrong number."""
    reasons: Counter[str] = Counter()

    @settings(max_examples=80, phases=[Phase.generate], suppress_health_check=SLOW)
    @given(broken_models(60))
    def play(model) -> None:
        reasons.update([_reason(play_reference(program_of(model)).stopped)])

    play()
    assert reasons.total() - reasons[""] >= 20
    assert set(reasons) >= {"", "weight", "no value", "all weights"}


def _reason(stopped: str) -> str:
    words = ("all weights", "no weight or utility", "no factor", "no value")
    return next(
        (
            word.removeprefix("no ").split(" or")[0] if "weight or" in word else word
            for word in words
            if word in stopped
        ),
        "",
    )
