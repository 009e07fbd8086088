from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from docs.examples import DATA, LANGUAGES, ROOT, Block, Reader, agrees, blocks, pages, runs_here
from simulator.spec.load import load_journey

PAGES = pages()
LINK = re.compile(r"(?<!`)!?\[[^\]\n]*\]\(([^)\s]+)\)")
# Where a page may send a reader outside.
OUTSIDE = ("https://semver.org", "https://doi.org/", "https://distributed.dask.org")


def name(page: Path) -> str:
    """Name a page by its path."""
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """Give a page without its blocks and its words in code."""
    text = page.read_text(encoding="utf-8")
    for block in reversed(blocks(page)):
        text = text[: block.span[0]] + text[block.span[1] :]
    return text


def anchors(page: Path) -> set[str]:
    """List the places of a page a link may name: its headings, as the web shows them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    plain = [re.sub(r"[`*\\]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    slugs = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain]
    named = re.findall(r'<a id="([^"]+)">', page.read_text(encoding="utf-8"))
    return {*slugs, *named}


def read(page: Path, folder: Path, *, slow: bool) -> list[Block]:
    """Run a page's blocks; give those that could not be run here."""
    reader, left = Reader(folder), []
    for block in blocks(page):
        if runs_here(block, slow=slow):
            reader.read(block)
        else:
            left.append(block)
    return left


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_does_what_the_page_says(page: Path, tmp_path: Path) -> None:
    """Commands exit and print as shown, models and what-ifs load, Python runs."""
    read(page, tmp_path, slow=False)


@pytest.mark.long
@pytest.mark.parametrize(
    "page", [one for one in PAGES if any(b.option("slow") is not None for b in blocks(one))], ids=name
)
def test_every_long_block_does_what_the_page_says(page: Path, tmp_path: Path) -> None:
    """The same for what takes a minute or needs the event logs."""
    left = read(page, tmp_path, slow=True)
    if left:
        pytest.skip(f"{DATA} is absent: {left[0].place} was not run")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_says_how_it_is_run(page: Path) -> None:
    """No block escapes by a language nobody runs."""
    assert [block.place for block in blocks(page) if block.language not in LANGUAGES] == []
    fences = re.findall(r"^\s*(?:```|~~~)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) == 2 * len(blocks(page))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Files and headings exist; outside go only links to a few well-known places."""
    lost = []
    for target in LINK.findall(prose(page)):
        if target.startswith(("http:", "https:")):
            lost += [] if target.startswith(OUTSIDE) else [target]
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        known = there.exists() and there.is_relative_to(ROOT)
        if not known or (anchor and anchor not in anchors(there)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_names_a_machine(page: Path) -> None:
    """Pages are for every reader: no absolute path of somebody's disk, no package registry."""
    text = page.read_text(encoding="utf-8")
    assert (
        re.findall(r"(?<![\w.])/(?:home|tmp|work|root|Users|mnt)/\S*|pypi\.org|localhost|127\.0\.0\.1", text)
        == []
    )


def test_every_page_is_on_a_shelf() -> None:
    """From the front page of the docs one link leads to every page, or to the shelf that lists it."""
    front = ROOT / "docs" / "index.md"
    reached, waiting = set(), [front]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for target in LINK.findall(prose(page)):
            there = (page.parent / target.partition("#")[0]).resolve()
            if there.suffix == ".md" and there.exists() and there not in reached:
                waiting.append(there)
    assert [name(page) for page in PAGES[1:] if page not in reached] == []


def test_the_picture_is_of_the_bundled_shop() -> None:
    """Every touchpoint and outcome of the shop is on the front page's map: `python docs/generate.py`."""
    model = load_journey(ROOT / "models" / "shop.yaml").model
    drawn = html.unescape((ROOT / "docs" / "images" / "shop.svg").read_text(encoding="utf-8"))
    names = [one.name or key for key, one in model.touchpoints.items()] + model.outcomes
    assert [name for name in names if f"→ {name}: " not in drawn and f"<title>{name}" not in drawn] == []
    assert f"Journey map: {model.name}" in drawn


@pytest.mark.parametrize("page", [one for one in PAGES if one.parent.name == "decisions"], ids=name)
def test_a_decision_is_short_and_whole(page: Path) -> None:
    """Context, decision, why, consequences, on one screen."""
    text = page.read_text(encoding="utf-8")
    if page.name == "index.md":
        return
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Why", "Consequences"]
    assert len(text.splitlines()) <= 40


@pytest.mark.parametrize(
    ("shown", "output", "same"),
    [
        ("a\nb", "a  \nb\n\n", True),
        ("a\n...\nd", "a\nb\nc\nd\n", True),
        ("a ... z", "a b c z", True),
        ("a\nb", "a\nc", False),
        ("a\n...", "b\nc", False),
        ("a", "a\nb", False),
    ],
)
def test_outputs_are_compared_line_by_line(shown: str, output: str, same: bool) -> None:
    """Only what stands for dots may differ: a check that lets all pass would hold nothing."""
    assert agrees(shown, output) is same


@pytest.mark.parametrize(
    ("info", "text"),
    [
        ("console", "$ journey --version\njourney 9.9.9\n"),
        ("console exit=1", "$ journey --version\n"),
        ("yaml", "name: no model\n"),
        ("yaml wrong", (ROOT / "docs" / "reference" / "base.yaml").read_text(encoding="utf-8")),
        ("yaml fragment", "touchpoints: {home: {next: {nowhere: 1}}}\n"),
        ("yaml scenario", "name: idle\nchanges: {touchpoints: {home: {dwell: 30 s}}}\n"),
        ("python", "assert 1 == 2\n"),
    ],
)
def test_a_block_that_is_wrong_is_found(info: str, text: str, tmp_path: Path) -> None:
    """Each kind of block can fail."""
    block = Block(ROOT / "README.md", 1, tuple(info.split()), text, (0, 0))
    with pytest.raises(AssertionError):
        Reader(tmp_path).read(block)
