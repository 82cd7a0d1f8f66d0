"""Write the catalogue of flows to docs/flows/README.md from their cards: `python docs/write_flows.py`."""

from __future__ import annotations

from pathlib import Path

from cartback.domain.flows import Flow
from cartback.flows import all_flows

FILE = Path(__file__).with_name("flows") / "README.md"

_HEAD = """# The flows, by their cards

Written by `make docs` from `FLOW` of each file in `layers/core/cartback/flows/`. `cartback flows` lists the same, and
with `--shop SHOP` what a shop has switched on.
"""


def written() -> str:
    """The page as it should be."""
    return _HEAD + "".join(_card(flow) for flow in all_flows())


def _card(flow: Flow) -> str:
    steps = ", ".join(f"`{step}`" for step in flow.steps) or "named by the shop's policy"
    rows = (
        ("Area", flow.area),
        ("For", flow.purpose),
        ("Starts on", ", ".join(f"`{fact}`" for fact in flow.starts_on)),
        ("About", f"a {flow.kind}"),
        ("Law", flow.law + (f"; a consent must cover `{flow.topic}`" if flow.topic else "")),
        ("Rank", flow.rank),
        ("Steps", steps),
        ("Judged by", flow.kpi),
        ("Owner, builder, reviewer, IT", f"{flow.owner}, {flow.builder}, {flow.reviewer}, {flow.it}"),
    )
    body = "".join(f"| {name} | {value} |\n" for name, value in rows)
    return f"\n## {flow.title}\n\n| [`{flow.name}`]({flow.name}.md) | |\n| --- | --- |\n{body}"


if __name__ == "__main__":
    FILE.write_text(written())
