"""Every machine of the folder is walked by some season: a flow that none plays is named here, and so is its subject.

The season of shoppers (``play``) is one; a further one is a file of this room with ``violations(seeds)``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cartback import flows, subjects
from tests import asl
from tests.simulation.play import play

ROOM = Path(__file__).parent


def seasons() -> list[str]:
    """The files of this room that play seasons of their own."""
    return [
        path.stem
        for path in sorted(ROOM.glob("*.py"))
        if any(
            isinstance(node, ast.FunctionDef) and node.name == "violations" and len(node.args.args) == 1
            for node in ast.parse(path.read_text()).body
        )
    ]


@cache
def walked() -> dict[str, frozenset[str]]:
    """By season the machines that it walked, each to an end at least once."""
    found: dict[str, set[str]] = {}

    def watch(season: str) -> Any:
        patch, whole = pytest.MonkeyPatch(), asl.Run.resume
        ended = found.setdefault(season, set())

        def resume(run: asl.Run, answer: Any = None) -> Any:
            step = whole(run, answer)
            if isinstance(step, asl.Ended):
                ended.add(run.machine.name)
            return step

        patch.setattr(asl.Run, "resume", resume)
        return patch

    patch = watch("shoppers")
    try:
        play(0)
    finally:
        patch.undo()
    for season in seasons():
        patch = watch(season)
        try:
            import_module(f"tests.simulation.{season}").violations(range(2))
        finally:
            patch.undo()
    return {season: frozenset(names) for season, names in found.items()}


def unplayed(names: Iterable[str], found: Mapping[str, frozenset[str]]) -> list[str]:
    """The flows of which no season walked the machine."""
    return sorted(set(names) - frozenset().union(*found.values()))


def test_every_flow_of_the_folder_is_played_by_a_season_to_its_end():
    left = unplayed(flows.names(), walked())
    assert not left, f"no season plays {', '.join(left)}; there are {', '.join(sorted(walked()))}"


def test_every_kind_that_a_flow_is_about_is_walked_with_it():
    played = frozenset().union(*walked().values())
    about = {flow.kind for flow in flows.all_flows() if flow.name in played}
    assert about == {flow.kind for flow in flows.all_flows()} <= set(subjects.names())


def test_the_season_of_shoppers_plays_the_flows_of_carts_and_sign_ups():
    assert walked()["shoppers"] >= {"cart_recovery", "double_opt_in"}


def test_a_flow_that_no_season_plays_would_be_named():
    assert unplayed(["cart_recovery", "hello"], {"shoppers": frozenset({"cart_recovery"})}) == ["hello"]
