from __future__ import annotations

import functools
import struct
import sys
from collections.abc import Iterator
from types import ModuleType
from xml.etree import ElementTree as Xml

import pytest

from simulator.errors import MissingExtraError, RunError
from simulator.report.flows import expected_flows
from simulator.report.map_png import draw_png, load_drawer
from simulator.report.map_svg import draw_svg
from simulator.report.picture import Picture, picture
from simulator.spec.load import Journey


@pytest.fixture
def drawer() -> Iterator[ModuleType]:
    """Give the library as if it were loaded for the first time, on a machine that has letters."""
    load_drawer.cache_clear()
    try:
        yield load_drawer()
    except RunError as error:
        pytest.skip(str(error))
    finally:
        load_drawer.cache_clear()


@pytest.fixture
def drawn(shop: Journey) -> Picture:
    """Give the picture of the small shop."""
    return picture(shop, expected_flows(shop, None))


def test_the_picture_is_the_drawing_at_twice_the_pixels(drawer: ModuleType, drawn: Picture) -> None:
    """It is a PNG whose sides are twice those of the SVG, so that small letters can be read."""
    image = draw_png(drawn)
    svg = Xml.fromstring(draw_svg(drawn))
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", image[16:24])
    assert (width, height) == (2 * float(svg.attrib["width"]), 2 * float(svg.attrib["height"]))


def test_a_machine_without_fonts_is_told(
    drawer: ModuleType, drawn: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A map without a word on it is refused instead of written."""
    load_drawer.cache_clear()
    bare = functools.partial(drawer.svg_to_bytes, skip_system_fonts=True)
    monkeypatch.setattr(drawer, "svg_to_bytes", bare)
    with pytest.raises(RunError, match="no font is installed"):
        draw_png(drawn)


def test_the_extra_that_is_missing_is_named(drawn: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library the message says what to install."""
    load_drawer.cache_clear()
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'journey-simulator\[png\]'"):
        draw_png(drawn)
