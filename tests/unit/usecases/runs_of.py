"""Play all runs of a world to their ends, at their own times."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cartback.domain.policy import Plan
from cartback.usecases.runs import Run
from tests.fakes.world import World


@dataclass
class _Run:
    run: Run
    at: datetime
    plan: Plan | None = None
    rearms: int = 0
    position: int = 0


@dataclass
class Player:
    """Starts what the facts ask for, once, and wakes each run when it is due."""

    world: World
    told: int = 0
    runs: list[_Run] = field(default_factory=list)

    def until(self, end: datetime) -> None:
        """Play to ``end``; the clock then shows it."""
        self._start()
        while due := [run for run in self.runs if run.at <= end]:
            run = min(due, key=lambda one: one.at)
            self.world.clock.at = max(self.world.clock.at, run.at)
            self._wake(run)
            self._start()
        self.world.clock.at = max(self.world.clock.at, end)

    def _start(self) -> None:
        facts = self.world.bus.facts
        while self.told < len(facts):
            fact = facts[self.told]
            self.told += 1
            for name in self.world.start_flows(fact.name, fact.shop, fact.data, fact.at):
                given = self.world.runs.started[name]
                if "generation" in given:
                    run = Run("cart_recovery", name, fact.shop, given["subject"], given["generation"])
                    wait = timedelta(seconds=given["wait_seconds"])
                    self.runs.append(_Run(run, self.world.clock.now() + wait))

    def _wake(self, run: _Run) -> None:
        world = self.world
        if run.plan is None:
            answer = world.watch_cart(run.run, run.rearms)
            run.rearms = answer["rearms"]
            if answer["next"] == "touch":
                run.plan = Plan.from_variables(answer["plan"])
                answer = world.touch(run.run, run.plan, 0)
        else:
            answer = world.touch(run.run, run.plan, run.position)
        run.position = answer.get("position", 0)
        if answer["next"] == "wait":
            run.at = world.clock.now() + timedelta(seconds=answer["wait_seconds"])
        else:
            self.runs.remove(run)


def play(world: World, end: datetime) -> None:
    """Play the world's runs to ``end``; called again, it goes on where it was."""
    if not hasattr(world, "player"):
        world.player = Player(world)
    world.player.until(end)
