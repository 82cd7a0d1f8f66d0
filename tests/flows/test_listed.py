"""A shop whose carts wait on the list, on the deployed stack: the sweep is called as its schedule would call it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from local.demo.shop import SHOP
from tests.flows.house import House, until


@pytest.fixture
def listed(house: House) -> Iterator[House]:
    """The stack with its shop on the list for as long as a test takes."""
    house.cartback("shop", "edit", SHOP, "policy.orchestration=due_index")
    believed = house.stage.clock.now() + timedelta(minutes=2)
    until(lambda: house.stage.clock.now() > believed, "the minute for which settings are believed")
    yield house
    house.cartback("shop", "edit", SHOP, "policy.orchestration=per_cart")


def sweep(house: House) -> dict[str, int]:
    cloud, name = house.stage.cloud, house.stage.stack.name
    function = cloud.client("cloudformation").describe_stack_resource(
        StackName=name, LogicalResourceId="StartListed"
    )["StackResourceDetail"]["PhysicalResourceId"]
    answer = cloud.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    told = json.loads(answer["Payload"].read())
    assert "errorType" not in told, told
    return told


def test_a_listed_cart_has_no_run_until_it_is_due_and_then_gets_its_touches(listed: House):
    shopper = listed.shopper(lang="en")
    shopper.leaves_a_cart()
    until(lambda: [line for line in shopper.story() if line.kind == "listed"], "the cart on the list")
    assert shopper.run_status() is None
    due_at = shopper.began_at + timedelta(hours=2, minutes=2)
    until(lambda: listed.stage.clock.now() > due_at, "the silence to pass")
    sweep(listed)  # unless the stack's own schedule was quicker
    assert shopper.run_ends() == "SUCCEEDED"
    assert [mail.tags["touch"] for mail in shopper.mails] == ["reminder", "answers", "last_note"]


def test_a_listed_cart_that_is_bought_in_time_never_has_a_run(listed: House):
    shopper = listed.shopper()
    shopper.leaves_a_cart()
    until(lambda: [line for line in shopper.story() if line.kind == "listed"], "the cart on the list")
    shopper.buys()
    due_at = shopper.began_at + timedelta(hours=2, minutes=2)
    until(lambda: listed.stage.clock.now() > due_at and listed.queue_is_empty(), "the silence to pass")
    sweep(listed)
    assert shopper.decisions() == [("stop", "bought")]
    assert shopper.run_status() is None
    assert shopper.mails == []
