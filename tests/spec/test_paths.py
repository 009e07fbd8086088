from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.spec.document import name_problem
from simulator.spec.paths import join_path, split_path

# What a path has to quote, and what a reader would take for something else.
PIECES = st.sampled_from(
    ['"', ".", " ", "\u00a0", "a", "No-Show", "顾客", "e\u0301", "\u0301", "'", "`", "/"]
)
NAMES = (
    (st.lists(PIECES, min_size=1, max_size=6).map("".join) | st.text(min_size=1, max_size=12))
    .map(lambda text: unicodedata.normalize("NFC", text))
    .filter(lambda name: not name_problem(name))
)


@given(st.lists(NAMES, min_size=1, max_size=5))
@example(['"'])
@example([" a", "b "])
@example(['a"."b', "c"])
@example(["\u0338a", "b"])
def test_every_legal_name_comes_back_from_a_path(names: list[str]) -> None:
    """Whatever names a model has, their path reads as these names: dots, quotes, blanks at an end.

    Catches a quote that is not doubled, and a blank that is taken for layout.
    """
    assert split_path(join_path(names)) == tuple(names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("teams.support.servers", ("teams", "support", "servers")),
        (' touchpoints . "No-Show" . next ', None),
        ("touchpoints. home .next", ("touchpoints", "home", "next")),
        ('touchpoints."Offline TA.TO".cost', ("touchpoints", "Offline TA.TO", "cost")),
        ('a." b ".c', ("a", " b ", "c")),
        ('a."say ""hi""".c', ("a", 'say "hi"', "c")),
        ('a."b', None),
        ('a.""', None),
        ('a"b', None),
        ("a..b", None),
        ("a. .b", None),
        (".a", None),
        ("a.", None),
        ("", None),
    ],
)
def test_a_path_is_names_between_single_dots(text: str, names: tuple[str, ...] | None) -> None:
    """What is no path is refused in words instead of being read as another."""
    if names is None:
        with pytest.raises(ValueError, match="is not a path"):
            split_path(text)
    else:
        assert split_path(text) == names
