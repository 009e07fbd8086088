"""The SVG: what is on it, that it is safe, and that it can be read."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from simulator.report.flows import expected_flows
from simulator.report.map_svg import draw_svg
from simulator.report.picture import Arrow, ArrowKind, Box, Picture, picture
from simulator.spec.load import Journey, journey_from_data, load_journey

from .conftest import PAYLOADS, small

ROOT = Path(__file__).resolve().parent.parent.parent
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "title", "g", "rect", "text", "path", "circle", "polygon"}


def drawn(journey: Journey) -> Xml.Element:
    """Draw a journey and read the drawing."""
    return Xml.fromstring(draw_svg(picture(journey, expected_flows(journey, None))))


def tags(root: Xml.Element) -> set[str]:
    """Name the elements of a drawing."""
    return {one.tag.removeprefix(SVG) for one in root.iter()}


def titles(root: Xml.Element) -> list[str]:
    """List what is told to those who hover."""
    return [one.text or "" for one in root.iter(f"{SVG}title")]


def hostile(payload: str) -> Journey:
    """Put a payload into every text a map shows."""
    data = small(
        name=payload,
        stages=[payload, "purchase"],
        teams={payload: {"servers": 1}},
        personas={payload: {"arrivals": {"rate": "5 per day"}, "enters": {payload: 1}}},
        outcomes=["left", "lost", payload + "."],
    )
    data["touchpoints"]["website"]["stage"] = payload
    data["touchpoints"]["rival"] = {"stage": payload, "media": "competitor", "next": {payload + ".": 1}}
    data["touchpoints"][payload] = {
        "stage": payload,
        "name": payload,
        "team": payload,
        "next": {"website": 0.9, "basket": 0.1},
    }
    return journey_from_data(data)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_name_never_becomes_markup(payload: str) -> None:
    """Whatever a name is, the document has only shapes and texts, no handler and no link, and shows it."""
    root = drawn(hostile(payload))
    assert tags(root) == DRAWN - {"circle"}
    attributes = {name.lower() for one in root.iter() for name in one.attrib}
    assert not [name for name in attributes if name.startswith("on") or "href" in name or name == "style"]
    assert any(title.startswith(f"{payload}: ") for title in titles(root))
    assert f"Journey map: {payload}" in titles(root)


def test_nothing_is_fetched(shop: Journey) -> None:
    """The only address in the file is the name of the language."""
    text = draw_svg(picture(shop, expected_flows(shop, None)))
    assert re.findall(r"\w+://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert "url(" not in text
    assert "@" not in text


def test_control_characters_do_not_break_the_file() -> None:
    """A character XML cannot hold is shown as a replacement."""
    box = Box("a", "bell\x07\x0b end\ufffe", None, "owned", share=1.0, enters=1.0)
    text = draw_svg(Picture("t", "s", (), (box, Box("o", "o", None, None)), ()))
    assert any("bell\ufffd\ufffd end\ufffd" in title for title in titles(Xml.fromstring(text)))


def test_every_place_and_way_is_on_the_map() -> None:
    """Each box and each arrow says in full what it is to those who hover over it."""
    journey = load_journey(ROOT / "tests" / "spec" / "example.yaml")
    shown = picture(journey, expected_flows(journey, None))
    said = titles(Xml.fromstring(draw_svg(shown)))
    labels = {box.name: box.label for box in shown.boxes}
    for box in shown.boxes:
        assert any(title.startswith(f"{box.label}: ") for title in said), box.label
    for arrow in shown.arrows:
        way = f"{labels[arrow.source]} → {labels[arrow.target]}: "
        assert any(title.startswith(way) for title in said), way


def boxes_of(root: Xml.Element) -> dict[str, tuple[float, float, float, float]]:
    """Find the rectangle of every box by the beginning of its title."""
    found = {}
    for group in root.iter(f"{SVG}g"):
        title, rectangle = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        if title is not None and rectangle is not None:
            place = tuple(float(rectangle.attrib[key]) for key in ("x", "y", "width", "height"))
            found[(title.text or "").split(":")[0]] = place
    return found  # type: ignore[return-value]


def test_stages_are_columns_in_order(shop: Journey) -> None:
    """Touchpoints of one stage share a column, later stages stand further right, outcomes last."""
    places = boxes_of(drawn(shop))
    left = {name: place[0] for name, place in places.items()}
    assert left["website"] == left["rival"] < left["basket"] == left["The order"] < left["left"]
    assert left["left"] == left["lost"]


@pytest.mark.parametrize("model", ["tests/spec/example.yaml", "models/shop.yaml", "models/trade_show.yaml"])
def test_boxes_never_overlap_and_stay_on_the_page(model: str) -> None:
    """On real models every box has its own room, inside the picture."""
    journey = load_journey(ROOT / model)
    root = drawn(journey)
    width, height = (float(one) for one in root.attrib["viewBox"].split()[2:])
    places = list(boxes_of(root).values())
    assert len(places) > 15
    for number, (x, y, w, h) in enumerate(places):
        assert x >= 0
        assert x + w <= width
        assert y >= 0
        assert y + h <= height
        for a, b, c, d in places[:number]:
            assert x >= a + c or a >= x + w or y >= b + d or b >= y + h


def strokes(*arrows: Arrow) -> list[dict[str, str]]:
    """Draw arrows between three boxes of one column each; give the lines from the faintest on."""
    boxes = tuple(Box(name, name, name, "owned", share=1.0) for name in "abc")
    end = Box("end", "end", None, None)
    root = Xml.fromstring(draw_svg(Picture("t", "s", tuple("abc"), (*boxes, end), arrows)))
    groups = [one for one in root.iter(f"{SVG}g") if "→" in (one.findtext(f"{SVG}title") or "")]
    return [dict(group.find(f"{SVG}path").attrib, opacity=group.attrib["opacity"]) for group in groups]  # type: ignore[union-attr]


def test_width_follows_the_flow() -> None:
    """Twice the customers, twice the width; hardly anybody is thin and faded."""
    faint, one, two = strokes(
        Arrow("a", "b", ArrowKind.WAY, 0.4, 0.5),
        Arrow("b", "c", ArrowKind.WAY, 0.8, 0.5),
        Arrow("a", "c", ArrowKind.WAY, 0.001, 0.5),
    )
    assert float(two["stroke-width"]) == pytest.approx(2 * float(one["stroke-width"]), rel=0.02)
    assert float(faint["stroke-width"]) == 1.0
    assert float(faint["opacity"]) < 0.3 < float(one["opacity"])


def test_dashes_tell_detours_and_refusals_apart() -> None:
    """A decided way is solid, a detour dashed, a refusal dotted."""
    way, aside, turned = strokes(
        Arrow("a", "b", ArrowKind.WAY, 0.1, 0.5),
        Arrow("b", "c", ArrowKind.ASIDE, 0.2, 0.5),
        Arrow("c", "b", ArrowKind.TURNED, 0.3, 0.5),
    )
    assert "stroke-dasharray" not in way
    assert float(aside["stroke-dasharray"].split()[0]) > 3 * float(turned["stroke-dasharray"].split()[0])


def test_the_same_picture_is_the_same_text(shop: Journey) -> None:
    """Nothing of the moment or the machine is in the file."""
    shown = picture(shop, expected_flows(shop, None))
    assert draw_svg(shown) == draw_svg(picture(shop, expected_flows(shop, None)))
    assert draw_svg(shown).isprintable() is False  # only line ends are not
    assert draw_svg(shown).replace("\n", "").isprintable()
