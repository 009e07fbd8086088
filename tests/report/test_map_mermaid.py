"""The Mermaid text of a map."""

from __future__ import annotations

import re

import pytest

from simulator.report.flows import expected_flows
from simulator.report.map_mermaid import draw_mermaid
from simulator.report.picture import picture
from simulator.spec.load import Journey

from .conftest import PAYLOADS
from .test_map_svg import hostile

GOLDEN = """\
flowchart LR
  %% Corner shop: expected from the probabilities at the start
  %% boxes: visits per 100 customers; arrows: share of those who leave a place
  subgraph s0["awareness"]
    n2("website<br/>75")
    n5("rival<br/>7.5")
  end
  subgraph s1["purchase"]
    n3("basket<br/>55")
    n4("★ The order<br/>11")
  end
  n0(["left<br/>92.5"])
  n1(["lost<br/>7.5"])
  n3 -->|"80 %"| n0
  n2 -->|"50 %"| n0
  n2 -->|"40 %"| n3
  n3 -->|"20 %"| n4
  n4 -->|"100 %"| n0
  n2 -->|"10 %"| n5
  n5 -->|"100 %"| n1
  classDef owned fill:#e0edff,stroke:#3b78d8,color:#12305f
  class n2,n3,n4 owned
  classDef competitor fill:#ffe3e3,stroke:#d9534f,color:#6b1512
  class n5 competitor
  classDef outcome fill:#f3f4f6,stroke:#9ca3af,color:#374151
  class n0,n1 outcome
  classDef goal stroke-width:4px
  class n4 goal
  linkStyle default stroke-width:1px
  linkStyle 0 stroke-width:5.3px
  linkStyle 1 stroke-width:4.5px
  linkStyle 2 stroke-width:3.6px
  linkStyle 3 stroke-width:1.3px
  linkStyle 4 stroke-width:1.3px
"""

LABEL = r'"[^"<>`\\]*(<br/>[0-9.e+-]+)?"'
LINE = re.compile(
    "|".join(
        [
            r"flowchart LR",
            r"  %% (?!.*(%%|[{<])).*|  %% ((?!%%)[^<])*",
            rf"  subgraph s\d+\[{LABEL}\]|  end",
            rf" +n\d+(\({LABEL}\)|\(\[{LABEL}\]\))",
            r'  n\d+ (-->|-\.->)(\|"[0-9.]+ %"\|)? n\d+',
            r"  classDef \w+ [\w:#,-]+|  class [n\d,]+ \w+",
            r"  linkStyle (default|\d+) stroke-width:[0-9.]+px",
        ]
    )
)


def text_of(journey: Journey) -> str:
    """Write the map of a journey."""
    return draw_mermaid(picture(journey, expected_flows(journey, None)))


def test_a_small_map(shop: Journey) -> None:
    """The whole text of a map known by hand."""
    assert text_of(shop) == GOLDEN


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_name_never_becomes_syntax(payload: str) -> None:
    """With a hostile name every line is still a node, an arrow or a style, and the name can be read back."""
    lines = text_of(hostile(payload)).splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    read = [re.sub(r"#(\d+);", lambda code: chr(int(code[1])), line) for line in lines]
    assert any(f'("{payload}<br/>' in line for line in read)
    assert not [line for line in lines if "%%" in line.removeprefix("  %% ")]
