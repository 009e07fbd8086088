from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as Xml

import numpy as np
import pytest

from simulator.analysis.forecast.draws import Draws
from simulator.report.charts.fan import fan_figure, fan_text
from simulator.report.charts.style import chart_bytes
from simulator.spec.load import journey_from_data
from tests.analysis.forecast.conftest import SHOP, forecast


@pytest.fixture(scope="module")
def draws() -> Draws:
    """Forecast a small shop."""
    return forecast(journey_from_data(SHOP), 6, per=["product", "total"])


def words(draws: Draws) -> list[str]:
    """List the texts of the picture."""
    root = Xml.fromstring(chart_bytes(fan_figure(draws), "svg"))
    return ["".join(one.itertext()).strip() for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_picture_names_its_parts(draws: Draws) -> None:
    """Every series, the bands, the median and the time are named; units sold where some are lost."""
    found = words(draws)
    for word in ("product/boots", "total", "95 % of paths", "50 % of paths", "median", "mean sold", "event"):
        assert word in found
    assert "Corner shop: demand by week (6 replications)" in found


def test_same_bytes(draws: Draws) -> None:
    """The same forecast gives the same picture."""
    assert chart_bytes(fan_figure(draws), "svg") == chart_bytes(fan_figure(draws), "svg")


def test_only_the_largest_are_drawn(draws: Draws) -> None:
    """Of more series than fit, the largest are drawn and the title says so."""
    many = tuple(replace(draws.sheet.series[0], unique_id=f"series {k}") for k in range(12))
    wide = replace(draws, sheet=replace(draws.sheet, series=many), values=draws.values[:, [0] * 12])
    found = words(wide)
    assert sum(word.startswith("series ") for word in found) == 8
    assert any("the 8 largest of 12" in word for word in found)


def test_a_lone_fan_names_its_events(draws: Draws) -> None:
    """With one series there is room for the names of the events."""
    alone = replace(
        draws, sheet=replace(draws.sheet, series=draws.sheet.series[-1:]), values=draws.values[:, -1:]
    )
    assert "New price" in words(alone)


def test_text_fits(draws: Draws) -> None:
    """The fan as text is as wide as asked, names its series and counts from 0."""
    lines = fan_text(draws, len(draws.sheet.series) - 1, 72, 12).plain.splitlines()
    assert max(map(len, lines)) <= 72
    assert "total" in lines[0]
    assert lines[-3].lstrip().startswith("0┤")


def test_what_is_not_known_is_shown(draws: Draws) -> None:
    """With drawn numbers the fan also has the ends it would have were all numbers known."""
    label = "80 %, were all numbers known"
    assert label not in words(draws)
    assert label in words(replace(draws, sets=np.arange(6) % 3))
