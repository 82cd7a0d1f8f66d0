"""Comparing with a shop's own lists, which finds what its webhooks lost."""

from __future__ import annotations

import json
from datetime import timedelta

from cartback.store.shop.health import DynamoHealth
from local.demo.life import Life
from local.demo.shop import StageClients
from local.stage import Stage

PATIENCE = timedelta(hours=1)


class Comparing:
    """Starts the real comparison of one shop, as the schedule does every quarter of an hour.

    At an hour a second that would be four times a second for each shop, so the schedule is played less often, and the
    play starts the comparison where it matters.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._machine = stage.cloud.client("cloudformation").describe_stack_resource(
            StackName=stage.stack.name, LogicalResourceId="Reconciliation"
        )["StackResourceDetail"]["PhysicalResourceId"]
        self._health = DynamoHealth(StageClients(stage), stage.stack.outputs["InsightsTable"], stage.clock)
        self._found: dict[str, int] = {}

    def __call__(self, life: Life) -> None:
        """Compare, and note that Cartback knows of the purchase from then on.

        Raises RuntimeError if the comparison does not succeed in time, or neither it nor one before has found anything.
        """
        shop = life.shop.shop
        self._run(shop, f"reconcile-{shop}-{life.buyer.number}", life)
        health = self._health.read(shop)
        gaps = health.gaps_ever if health else 0
        if gaps <= self._found.get(shop, 0):
            raise RuntimeError(f"the comparison with {shop} missed what {life.buyer.first_name} bought")
        self._found[shop] = gaps
        life.found_by_comparing = True
        life.mails_when_bought = len(life.mails)
        life.bought_at = self._stage.clock.now()
        life.scene.tell(f"The comparison with {shop} finds what {life.buyer.first_name} bought")

    def _run(self, shop: str, name: str, life: Life) -> None:
        states, time = self._stage.cloud.client("stepfunctions"), self._stage.time
        run = states.start_execution(
            stateMachineArn=self._machine,
            name=name,
            input=json.dumps({"flow": "reconcile", "shop": shop, "subject": shop}),
        )["executionArn"]
        until = self._stage.clock.now() + PATIENCE
        time.rest()
        while (told := states.describe_execution(executionArn=run))["status"] == "RUNNING":
            if self._stage.clock.now() > until:
                raise RuntimeError(f"the comparison with {shop} takes more than {PATIENCE}")
            time.step(life.scene.agenda.due)
            time.rest()
        if told["status"] != "SUCCEEDED":
            raise RuntimeError(f"the comparison with {shop} ended as {told['status']}")
