"""``journey compare``: play what-ifs on the same customers and say which is best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click
from click.core import ParameterSource

from simulator import limits
from simulator.analysis.abandonment import last_step, touchpoint_named
from simulator.analysis.affordable import affordable
from simulator.analysis.compare import Comparison
from simulator.analysis.decide import Question, decide_between
from simulator.analysis.document import compare_document
from simulator.analysis.formula import Vocabulary, read_metric
from simulator.analysis.guardrails import read_guard
from simulator.analysis.ideas import Ideas, Limits, read_ideas, read_limits
from simulator.analysis.ignorance import Decision, weigh_futures
from simulator.analysis.ignorance.document import decision_document
from simulator.analysis.margins import read_confidence, read_margin
from simulator.analysis.metrics import METRICS
from simulator.analysis.search import Rule
from simulator.analysis.simultaneous import FIRST_LOOK
from simulator.cli.options import (
    as_json,
    cluster_option,
    engine_option,
    json_option,
    model_argument,
    replications_option,
    scenarios_argument,
    seed_option,
    workers_option,
)
from simulator.cli.playing import load_all, say_stopped
from simulator.cli.staging import actors_of, open_stage
from simulator.cli.today import Opened, from_today, open_options
from simulator.cli.unsure import draws_asked, ignorance_of, uncertainty_option
from simulator.execution.ignorance import Ignorance
from simulator.report.charts.differences import difference_chart
from simulator.report.charts.style import chart_kind, write_chart
from simulator.report.tables_compare import compare_tables
from simulator.report.tables_ignorance import decision_tables
from simulator.report.terminal import show
from simulator.spec.document import read_document
from simulator.spec.load import Journey

__all__ = ["command"]

_PRECISION = "1%"
_BUDGET = 1_000


@dataclass(frozen=True)
class _Asked:
    """The options of one comparison, read and checked before anything is played."""

    question: Question
    allowed: Limits | None
    seed: int
    workers: int
    engine: str
    cluster: str | None
    ignorance: Ignorance | None
    opened: Opened | None


@click.command("compare")
@model_argument
@scenarios_argument
@click.option(
    "--metric",
    default="conversion",
    show_default=True,
    help=f"What to compare by: {', '.join(METRICS)}, lost_to_competitor, an attribute of the model, or an "
    "expression over these, such as 'margin / orders'.",
)
@click.option(
    "--guard",
    "guards",
    multiple=True,
    metavar="METRIC:MARGIN",
    help="Launch only what does not make this worse by more than a margin, such as satisfaction:0.01.",
)
@click.option(
    "--precision",
    metavar="DIFFERENCE",
    help="Add replications until the best is found among ideas that differ by so much: 1% of today's value, "
    "0.1points of a share, or an amount.  [default with --confidence or --max-replications: 1%]",
)
@click.option(
    "--confidence", default="95%", show_default=True, help="How sure the answer and the intervals are to be."
)
@click.option(
    "--max-replications",
    type=click.IntRange(FIRST_LOOK, limits.REPLICATIONS),
    help=f"With --precision: play no idea more often.  [default: {_BUDGET}]",
)
@click.option(
    "--budget",
    multiple=True,
    metavar="KIND:AMOUNT",
    help="Find the best set of ideas that costs at most so much: once:2500, monthly:150, total:4000.",
)
@click.option(
    "--abandoned-at",
    metavar="TOUCHPOINT",
    help="Tell sessions that met this touchpoint and ended without an order "
    "[default: where most orders come from]",
)
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw the comparison: FILE.svg or .png."
)
@open_options
@seed_option
@replications_option
@workers_option
@cluster_option
@engine_option
@uncertainty_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    model: Path,
    scenarios: tuple[Path, ...],
    metric: str,
    guards: tuple[str, ...],
    precision: str | None,
    confidence: str,
    max_replications: int | None,
    budget: tuple[str, ...],
    abandoned_at: str | None,
    plot: Path | None,
    seed: int,
    replications: int,
    workers: int,
    cluster: str | None,
    engine: str,
    uncertainty: bool,
    machine: bool,
    opened: Opened | None,
) -> None:
    """Play what-ifs on the same customers and say which idea is best.

    Each scenario is laid over the model and played with the same luck, so that the difference shows
    with few replications. Files joined by a plus are applied together: a.yaml+b.yaml.
    """
    if plot is not None:
        chart_kind(plot)
    rule = _rule(context, precision, confidence, max_replications)
    allowed = read_limits(budget)
    ideas = read_ideas(model, scenarios)
    journeys = from_today(load_all(model, ideas.every), opened)
    words = Vocabulary.of(journeys)
    question = Question(
        read_metric(metric, words),
        tuple(read_guard(text, words) for text in guards),
        read_confidence(confidence),
        draws_asked(replications) if uncertainty and rule is None else replications,
        rule,
    )
    step = abandoned_at and touchpoint_named(journeys[0].model.touchpoints, abandoned_at)
    ignorance = ignorance_of(journeys[0]) if uncertainty else None
    asked = _Asked(question, allowed, seed, workers, engine, cluster, ignorance, opened)
    comparison, decision = _compared(model, ideas, journeys, asked)
    step = step or last_step(comparison.baseline)
    if plot is not None:
        write_chart(difference_chart(comparison), plot)
        click.echo(f"drew {plot}", err=True)
    currency = comparison.baseline.program.currency
    if machine:
        told = None if decision is None else decision_document(decision, question.metric, currency)
        extra = {} if told is None else {"uncertainty": told}
        click.echo(as_json({**compare_document(comparison, step), **extra}))
    else:
        show(compare_tables(comparison, step))
        if decision is not None:
            show(decision_tables(decision, question.metric, currency))


def _rule(
    context: click.Context, precision: str | None, confidence: str, max_replications: int | None
) -> Rule | None:
    """Say when to stop adding replications; None where their number is given."""
    given = {
        name
        for name in ("replications", "precision", "confidence", "max_replications")
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    searching = given - {"replications"}
    if "replications" in given:
        if searching - {"confidence"}:
            raise click.UsageError(
                "--replications fixes their number, --precision and --max-replications add them as needed; "
                "give one or the other"
            )
        return None
    if not searching:
        return None
    margin = read_margin(precision or _PRECISION, "--precision")
    return Rule(margin, read_confidence(confidence), max_replications or _BUDGET)


def _compared(
    model: Path, ideas: Ideas, journeys: list[Journey], asked: _Asked
) -> tuple[Comparison, Decision | None]:
    """Play and compare; with a budget, also the sets of ideas that it allows; weigh what is not known."""
    question = asked.question
    paid = None if asked.allowed is None else affordable(read_document(model), ideas, asked.allowed, journeys)
    ideas = ideas if paid is None else paid.ideas
    names = {idea.name for idea in ideas.every}
    journeys = [journeys[0], *(one for one in journeys[1:] if one.scenario in names)]
    expected = question.replications if question.rule is None else FIRST_LOOK
    settings = (asked.seed, expected, asked.workers, asked.engine, asked.cluster, asked.ignorance)
    decision = None
    with open_stage(journeys, *settings) as stage:
        if paid is not None:
            found = paid.sets_to_play(stage, question.metric)
            joint = from_today(load_all(model, found.joint)[1:], asked.opened) if found.joint else []
            stage.add(actors_of(joint, asked.ignorance))
            ideas.members.update(found.members)
        comparison = decide_between(stage, question, ideas.members)
        if asked.ignorance is not None and stage.stopped is None:
            decision = weigh_futures(asked.ignorance, stage.futures(), question.metric)
    if stage.stopped is not None:
        asked_for = question.replications if question.rule is None else question.rule.most
        say_stopped(stage.stopped, comparison.baseline.replications, asked_for)
    return comparison if paid is None else replace(comparison, notes=paid.notes), decision
