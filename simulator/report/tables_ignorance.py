"""What is not known, as tables for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from simulator.analysis.ignorance.answers import Answer
from simulator.analysis.ignorance.decision import Decision
from simulator.analysis.ignorance.run import RunAnswer
from simulator.analysis.ignorance.words import advice, evidence_of, verdict
from simulator.analysis.metrics import METRICS, Metric
from simulator.analysis.wording import amount, chance_text, unit
from simulator.report.terminal import figures, heading, note, table

__all__ = ["answer_tables", "decision_tables"]

_LISTED: Final = 8

_PARTS: Final = (
    "90 %: where the truth lies, by what the evidence leaves open. one future: the standard deviation of one "
    "run about the mean. of it: the shares of that variance due to noise (too few replications), chance "
    "(customers vary) and ignorance (the numbers are not known)."
)
_HEADS: Final = ("mean", "90 %", "one future", "of it n · c · i")
_TOLD: Final = ("conversion", "revenue")


def answer_tables(answers: Sequence[RunAnswer], numbers: int) -> Iterator[RenderableType]:
    """Lay out the answers of a run under ignorance, and what each hangs on.

    Parameters
    ----------
    answers : sequence of RunAnswer
    numbers : int
        How many paths were drawn.
    """
    draws = answers[0].answer.draws if answers else 0
    yield heading("What is not known", f"{draws:,} draws of {numbers} numbers, each played twice")
    rows = [_row(one.answer, _absolute(METRICS.get(one.answer.name))) for one in answers]
    yield table(["a run", *_HEADS], rows)
    yield note(_PARTS)
    hanging = [
        [one.answer.name if not place else "", driver.prior.name, f"{driver.share * 100:.0f} %"]
        for one in answers
        if one.answer.name in _TOLD or one.answer.name.startswith("demand")
        for place, driver in enumerate(one.drivers[: 3 if one.answer.name in _TOLD else 1])
    ]
    if hanging:
        yield table(["a run", "its ignorance hangs on", "share"], hanging, texts=2)


def decision_tables(decision: Decision, metric: Metric, currency: str) -> Iterator[RenderableType]:
    """Lay out a decision under ignorance: who is best how often, and what to survey next."""
    draws = decision.answers[0].draws
    numbers = f"{draws:,} draws of {len(decision.worths)} numbers, each played twice"
    yield heading("What is not known", numbers)
    yield Text(verdict(decision), style="bold")
    yield Text(advice(decision, metric, currency))
    write = _writer(metric)
    rows = [
        [*_row(answer, write), chance_text(chance)]
        for answer, chance in zip(decision.answers[1:], decision.best[1:], strict=True)
    ]
    rows.append([decision.names[0], *[""] * 4, chance_text(decision.best[0])])
    yield from figures(["idea", f"mean{unit(metric)}", *_HEADS[1:], "best"], rows)
    yield note(_PARTS + " best: the share of draws in which it is the best choice.")
    listed = [
        [
            one.prior.name,
            evidence_of(one),
            amount(metric, one.value, signed=False),
            f"± {amount(metric, one.error, signed=False)}",
            f"{one.share * 100:.0f} %",
        ]
        for one in decision.worths[:_LISTED]
        if one.share >= 0.005
    ]
    if listed:
        head = f"worth{unit(metric)}" if metric.kind != "money" else f"worth {currency}"
        yield table(["what to survey next", "evidence", head, "", "explains"], listed, texts=2)
        yield note(
            "worth: what choosing would gain, on average, if that number were known exactly. explains: its "
            f"share of the ignorance about {decision.names[decision.leader]} against "
            f"{decision.names[decision.runner_up]}."
        )


def _row(answer: Answer, write: Callable[[float], str]) -> list[str]:
    total = float(answer.parts.total)
    shares = [float(part) / total if total > 0.0 else 0.0 for part in answer.parts]
    return [
        answer.name,
        write(answer.mean),
        f"[{write(answer.low)}, {write(answer.high)}]",
        f"± {write(total**0.5).lstrip('+')}",
        " · ".join(f"{share * 100:.0f}" for share in shares) + " %",
    ]


def _writer(metric: Metric | None, after: str = "") -> Callable[[float], str]:
    """Say how an answer is written: as its metric is, or as a plain number."""
    if metric is None:
        return lambda value: f"{value:,.1f}"
    return lambda value: amount(metric, value, signed=False) + after


def _absolute(metric: Metric | None) -> Callable[[float], str]:
    """Say how an answer that is no difference is written: a share with its sign."""
    return _writer(metric, "" if metric is None else unit(metric, difference=False))
