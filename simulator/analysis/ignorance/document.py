"""Ignorance in the JSON documents ``journey.run/1`` and ``journey.compare/1``, under ``uncertainty``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.analysis.ignorance.answers import Answer
from simulator.analysis.ignorance.decision import Decision
from simulator.analysis.ignorance.run import RunAnswer
from simulator.analysis.ignorance.words import advice
from simulator.analysis.metrics import Metric
from simulator.spec.unknown import Measure, Prior

__all__ = ["answers_document", "decision_document"]

Document = dict[str, Any]


def answers_document(answers: Sequence[RunAnswer], priors: Sequence[Prior], draws: int) -> Document:
    """Describe the answers of a run under ignorance."""
    return {
        "draws": draws,
        "futures": 2,
        "numbers": [_prior(prior) for prior in priors],
        "answers": {
            one.answer.name: {
                **_answer(one.answer),
                "drivers": [{"path": driver.prior.name, "share": driver.share} for driver in one.drivers],
            }
            for one in answers
        },
    }


def decision_document(decision: Decision, metric: Metric, currency: str) -> Document:
    """Describe a decision under ignorance."""
    names = decision.names
    return {
        "draws": decision.answers[0].draws,
        "futures": 2,
        "metric": metric.name,
        "baseline": _answer(decision.answers[0]),
        "ideas": {
            name: {**_answer(answer), "chance_best": chance}
            for name, answer, chance in zip(names[1:], decision.answers[1:], decision.best[1:], strict=True)
        },
        "chance_best": dict(zip(names, decision.best, strict=True)),
        "leader": names[decision.leader],
        "runner_up": names[decision.runner_up],
        "perfect_information": {"value": decision.perfect, "error": decision.perfect_error},
        "numbers": [
            {**_prior(one.prior), "worth_knowing": one.value, "error": one.error, "share": one.share}
            for one in decision.worths
        ],
        "survey_next": advice(decision, metric, currency),
    }


def _answer(answer: Answer) -> Document:
    return {
        "mean": answer.mean,
        "error": answer.error,
        "low": answer.low,
        "high": answer.high,
        "variance": {
            "noise": float(answer.parts.noise),
            "chance": float(answer.parts.chance),
            "ignorance": float(answer.parts.ignorance),
            "total": float(answer.parts.total),
        },
        "variance_error": {
            "noise": float(answer.errors.noise),
            "chance": float(answer.errors.chance),
            "ignorance": float(answer.errors.ignorance),
        },
    }


def _prior(prior: Prior) -> Document:
    written = prior.written if prior.measure is Measure.ROW else prior.written[0]
    targets = (
        dict(zip(prior.targets, prior.written, strict=True)) if prior.measure is Measure.ROW else written
    )
    return {
        "path": prior.name,
        "written": targets,
        "worth": prior.worth,
        "range": None if prior.range is None else list(prior.range),
        "grade": prior.evidence.grade,
    }
