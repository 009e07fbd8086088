"""``journey experiment``: plan the live A/B test that would confirm an idea."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.analysis.experiment import Terms, crowd_of, plan_test
from simulator.analysis.experiment.document import experiment_document
from simulator.analysis.experiment.plan import curve
from simulator.analysis.metrics import METRICS
from simulator.cli.options import (
    as_json,
    engine_option,
    json_option,
    model_argument,
    replications_option,
    seed_option,
    workers_option,
)
from simulator.cli.playing import load_all, play_journeys
from simulator.errors import RunError
from simulator.execution.engines import EngineName
from simulator.report.charts.power import power_chart
from simulator.report.charts.style import chart_kind, write_chart
from simulator.report.tables_experiment import experiment_tables
from simulator.report.terminal import show
from simulator.results.estimate import Estimate, mean_estimate
from simulator.results.summary import RunResult
from simulator.spec.load import Journey
from simulator.spec.model import DAY

__all__ = ["command"]


class _Percent(click.ParamType):  # type: ignore[type-arg]  # generic in some versions of click only
    """A share written `80%` or `0.8`."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a share between 0 and 1, both ends left out but for 100%."""
        text = str(value).strip()
        try:
            number = float(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
        except ValueError:
            self.fail(f"{value!r} is no share; write it like 80%", param, ctx)
        if not 0.0 < number <= 1.0:
            self.fail(f"{value!r} lies outside 0 to 100%", param, ctx)
        return number


_PERCENT = _Percent()


@click.command("experiment")
@model_argument
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--power", type=_PERCENT, default="80%", show_default=True, help="The chance to confirm it.")
@click.option(
    "--significance", type=_PERCENT, default="5%", show_default=True, help="The chance of a false alarm."
)
@click.option(
    "--share", type=_PERCENT, default="50%", show_default=True, help="How many in the test see the idea."
)
@click.option(
    "--traffic", type=_PERCENT, default="100%", show_default=True, help="How many customers are in the test."
)
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw power by weeks: FILE.svg or .png."
)
@seed_option
@replications_option
@workers_option
@engine_option
@json_option
def command(
    model: Path,
    scenario: Path,
    power: float,
    significance: float,
    share: float,
    traffic: float,
    plot: Path | None,
    seed: int,
    replications: int,
    workers: int,
    engine: str,
    machine: bool,
) -> None:
    """Plan the live A/B test that would confirm an idea.

    How many customers and weeks it takes on this journey, where conversions come late and customers come
    back, beside the textbook's formula for two shares, and what that formula gets wrong.
    """
    if plot is not None:
        chart_kind(plot)
    if 1.0 in (power, significance, share):
        raise click.UsageError("--power, --significance and --share lie below 100%")
    journeys = load_all(model, [scenario])
    if len(journeys) > 2:
        raise click.UsageError(f"{scenario} is a sweep of {len(journeys) - 1} ideas; plan the test of one")
    results = play_journeys(journeys, seed, replications, workers, engine)
    difference = _difference(results[0], results[1])
    changed = _changed(journeys[0], journeys[1])
    by: EngineName = "kernel" if results[0].engine == "kernel" else "reference"
    base, idea = (crowd_of(result.program, seed, replications, by, workers, changed) for result in results)
    program, name = results[0].program, results[1].program.scenario
    if not len(base.delays):
        days = f"{program.follow_up / DAY:g} days"
        raise RunError(f"nobody came early enough to be watched for {days}; lengthen the horizon")
    terms = Terms(power, significance, share, traffic)
    plan = plan_test(base, idea, terms)
    if plot is not None:
        write_chart(power_chart(plan, name, curve(base, idea, terms)), plot)
        click.echo(f"drew {plot}", err=True)
    if machine:
        about = {
            "model": program.title,
            "idea": name,
            "seed": seed,
            "replications": replications,
            "engine": by,
        }
        click.echo(as_json(experiment_document(plan, difference, **about)))
    else:
        show(experiment_tables(plan, name, difference, shares=program.shares))


def _difference(base: RunResult, idea: RunResult) -> Estimate:
    """Estimate the difference of conversion, paired by replication."""
    conversion = METRICS["conversion"]
    return mean_estimate(conversion.values(idea, None) - conversion.values(base, None))


def _changed(base: Journey, idea: Journey) -> set[str]:
    """Name the touchpoints of today's journey that are others for some persona with the idea."""
    return {
        name
        for persona, own in base.maps.items()
        for name, touchpoint in own.touchpoints.items()
        if persona in idea.maps and idea.maps[persona].touchpoints.get(name) != touchpoint
    }
