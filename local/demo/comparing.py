"""Comparing with a shop's own lists, which finds what its webhooks lost."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

from local.demo.life import Life
from local.stage import Stage

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.2


class Comparing:
    """Starts the real comparison of one shop, as the schedule does every quarter of an hour.

    At an hour a second that would be four times a second for each shop, so the play starts it where it matters.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._machine = stage.cloud.client("cloudformation").describe_stack_resource(
            StackName=stage.stack.name, LogicalResourceId="Reconciliation"
        )["StackResourceDetail"]["PhysicalResourceId"]

    def __call__(self, life: Life) -> None:
        """Compare, and note that Cartback knows of the purchase from then on.

        Raises RuntimeError if the comparison does not succeed in time, or finds nothing.
        """
        states, shop = self._stage.cloud.client("stepfunctions"), life.shop.shop
        run = states.start_execution(
            stateMachineArn=self._machine,
            name=f"reconcile-{shop}-{life.buyer.number}",
            input=json.dumps({"flow": "reconcile", "shop": shop, "subject": shop}),
        )["executionArn"]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (told := states.describe_execution(executionArn=run))["status"] == "RUNNING":
            if time.monotonic() > deadline:
                raise RuntimeError(f"the comparison with {shop} takes more than {PATIENCE_SECONDS:g} s")
            time.sleep(LOOK_SECONDS)
        if told["status"] != "SUCCEEDED":
            raise RuntimeError(f"the comparison with {shop} ended as {told['status']}")
        if not json.loads(told["output"])["gaps"]:
            raise RuntimeError(f"the comparison with {shop} missed what {life.buyer.first_name} bought")
        life.found_by_comparing = True
        life.mails_when_bought = len(life.mails)
        life.bought_at = datetime.now(UTC)
        life.scene.tell(f"The comparison with {shop} finds what {life.buyer.first_name} bought")
