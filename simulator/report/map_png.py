"""The map as PNG: the SVG drawn by resvg, for places that take no SVG."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Final

from simulator.errors import MissingExtraError, RunError
from simulator.report.map_svg import draw_svg
from simulator.report.picture import Picture

__all__ = ["draw_png", "load_drawer"]

# Twice the pixels of the SVG: sharp on paper and on the screens of today.
_ZOOM: Final = 2.0
# resvg takes no font that is not named, as browsers do: what Windows, Linux and macOS bring.
_LETTERS: Final = (
    "svg { font-family: 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'DejaVu Sans', 'Liberation Sans', "
    "'Helvetica Neue', Arial, sans-serif }"
)
_PROBE: Final = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">%s</svg>'


def draw_png(picture: Picture) -> bytes:
    """Draw the map of :func:`simulator.report.map_svg.draw_svg` in pixels.

    The letters are those of the fonts installed on this machine.

    Raises
    ------
    MissingExtraError
        If resvg is not installed; the extra `png` brings it.
    RunError
        If no usual font is installed, so that no word would be on the map.
    """
    drawer = load_drawer()
    image: bytes = drawer.svg_to_bytes(svg_string=draw_svg(picture), style_sheet=_LETTERS, zoom=_ZOOM)
    return image


@cache
def load_drawer() -> ModuleType:
    """Load the library that draws, so that what is missing is told before anything is played.

    Raises
    ------
    MissingExtraError
        If resvg is not installed; the extra `png` brings it.
    RunError
        If no usual font is installed.
    """
    try:
        import resvg_py
    except ModuleNotFoundError as missing:
        raise MissingExtraError("resvg-py", "png") from missing
    with_letter, without = (
        resvg_py.svg_to_bytes(svg_string=_PROBE % inside, style_sheet=_LETTERS)
        for inside in ('<text y="16">M</text>', "")
    )
    if with_letter == without:
        raise RunError("no font is installed here that a .png could be written with; write .svg instead")
    return resvg_py
