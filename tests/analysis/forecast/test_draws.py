from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulator.analysis.forecast.document import forecast_document
from simulator.analysis.forecast.draws import Draws
from simulator.analysis.forecast.drivers import drivers
from simulator.execution import play
from simulator.program.compile import compile_journey
from simulator.results.summary import RunResult
from simulator.spec.load import Journey
from tests.analysis.forecast.conftest import forecast


def test_quantiles_are_read_off_the_paths(weekly: Draws) -> None:
    """A quantile of a week is that of the replications' counts, whatever their law."""
    skewed = np.zeros((2, 1, 1, 11), dtype=np.int64)
    skewed[0, 0, 0] = [0, 0, 0, 0, 0, 1, 2, 3, 5, 40, 1000]
    series, period = weekly.sheet.series[:1], weekly.sheet.periods[:1]
    draws = replace(weekly, sheet=replace(weekly.sheet, series=series, periods=period), values=skewed)
    assert draws.quantiles((0.1, 0.5, 0.9))[:, 0, 0].tolist() == [0.0, 1.0, 40.0]
    assert draws.mean()[0, 0] == pytest.approx(1051 / 11)


def test_same_digest_as_a_run(shop: Journey) -> None:
    """A forecast plays the replications a run plays: same seed, same digest."""
    program = compile_journey(shop)
    assert forecast(shop, 3).digest == RunResult(program, 3, play(program, 3, 3)).digest


def test_small_counts_take_little_room(weekly: Draws) -> None:
    """Counts are kept in 32 bits where they fit, and in 64 where they do not."""
    assert weekly.values.dtype == np.int32
    paths = [weekly.sheet.read(_Huge(weekly))]  # type: ignore[arg-type]
    assert Draws.collect(weekly.sheet, 1, "reference", paths).of()[0].max() == 5 << 32


class _Huge:
    """A tally with a day of more units than 32 bits hold."""

    digest = ""

    def __init__(self, draws: Draws) -> None:
        from simulator.engine.tally import empty_counts

        self.counts = empty_counts(draws.program)
        self.counts["units"][0, 0, 0, 20] = 5 << 32

    def __getitem__(self, name: str) -> np.ndarray:
        return self.counts[name]


def test_the_document_says_what_the_paths_say(weekly: Draws) -> None:
    """Rows are every period of every series, in order; totals hold the whole time."""
    document = forecast_document(weekly)
    assert document["schema"] == "journey.forecast/1"
    assert len(document["rows"]) == len(weekly.sheet.series) * len(weekly.sheet.periods)
    row = document["rows"][len(weekly.sheet.periods) + 4]
    assert (row["unique_id"], row["ds"], row["days"], row["whole"]) == (
        "product/hat",
        "2026-02-09",
        7,
        True,
    )
    assert row["mean"] == weekly.mean()[1, 4]
    assert row["q90"] == np.quantile(weekly.of()[1, 4], 0.9)
    assert row["sold"]["mean"] + row["lost"]["mean"] == pytest.approx(row["mean"])
    by_week = [one["mean"] for one in document["rows"] if one["unique_id"] == "total"]
    total = next(one for one in document["totals"] if one["unique_id"] == "total")
    assert total["mean"] == pytest.approx(sum(by_week))
    assert document["events"][0] == {"name": "sale", "from": "2026-02-10", "to": "2026-02-12"}


def test_the_width_is_the_sum_of_its_parts(weekly: Draws) -> None:
    """Noise, chance and ignorance sum to the variance of a path about the forecast, within 1 %."""
    document = forecast_document(replace(weekly, sets=np.arange(12) % 6))
    for one in document["totals"]:
        parts = one["variance"]
        assert parts["noise"] + parts["chance"] + parts["ignorance"] == pytest.approx(parts["total"])
        assert parts["noise"] == pytest.approx(parts["chance"] / 12)
    assert document["uncertainty"] is True


def test_one_replication_has_no_width(shop: Journey) -> None:
    """With one replication the parts of the variance are null, not 0."""
    document = forecast_document(forecast(shop, 1))
    assert document["rows"][0]["variance"]["total"] is None
    assert document["rows"][0]["q10"] == document["rows"][0]["mean"]


def test_drivers_are_all_of_it(weekly: Draws) -> None:
    """The parts of a cut have all units and all of the variance; the largest comes first."""
    found = drivers(weekly)
    assert list(found) == ["persona", "entrance", "touchpoint"]
    whole = weekly.totals()[-1]
    for cut in found.values():
        assert sum(one.mean for one in cut) == pytest.approx(whole.mean())
        assert sum(one.share or 0 for one in cut) == pytest.approx(1.0)
        assert sum(one.variance_share or 0 for one in cut) == pytest.approx(1.0)
        assert [one.mean for one in cut] == sorted((one.mean for one in cut), reverse=True)


def test_nothing_drives_nothing(shop: Journey) -> None:
    """Where nobody asks there are no drivers, and no division by 0."""
    draws = replace(forecast(shop, 2), cuts={"persona": np.zeros((2, 2), dtype=np.int64)})
    assert drivers(draws) == {"persona": []}


def test_chance_alone_is_narrower_by_what_is_not_known(weekly: Draws) -> None:
    """Were the numbers known, the fan of gamma-mixed Poisson counts would be that of their mean."""
    # Counts of mean 400 whose rate varies by 20 %: sd 20 by chance, 82 in all. 4,000 pairs; the 10 and
    # 90 % points of a normal are known to 2 %, the shares they hold to 4.89 sd. Catches: the spread of
    # half a difference taken for that of a path, sets taken one after another for sets side by side.
    rng, pairs = np.random.default_rng(7), 4_000
    sets = np.tile(np.arange(pairs), 2)
    counts = rng.poisson(rng.gamma(25.0, 16.0, pairs)[sets])
    values = np.zeros((3, 1, 1, 2 * pairs), dtype=np.int64)
    values[0, 0, 0] = counts
    sheet = replace(weekly.sheet, series=weekly.sheet.series[:1], periods=weekly.sheet.periods[:1])
    draws = replace(weekly, sheet=sheet, values=values, sets=sets)
    low, high = draws.chance_alone((0.1, 0.9))[:, 0, 0]  # type: ignore[index]
    assert high - low == pytest.approx(2 * 1.2816 * 20.0, rel=0.06)
    wide = draws.quantiles((0.1, 0.9))[:, 0, 0]
    assert wide[1] - wide[0] == pytest.approx(2 * 1.28 * 82.5, rel=0.06)
    assert replace(draws, sets=np.arange(2 * pairs)).chance_alone((0.1, 0.9)) is None
    assert weekly.chance_alone((0.1, 0.9)) is None
