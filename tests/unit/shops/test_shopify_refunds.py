"""Money that went back, as Shopify tells it: the sum of what was given back, however often it is repeated."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.observations import OrderSeen, RefundSeen
from cartback.shops import shopify
from tests.fakes.told import Told
from tests.fakes.world import World
from tests.unit.shops.samples import as_delivery, observe, sample
from tests.unit.shops.shopify_samples import one, with_changes

GIVEN_BACK = {"kind": "refund", "status": "success", "amount": "20", "currency": "EUR"}


def refund(number: int = 1, *transactions: dict, **more) -> dict:
    return {"id": number, "order_id": 7, "transactions": list(transactions), **more}


def told(body: dict) -> list:
    return shopify.observe(as_delivery("shopify", "refunds/create", body))


def test_a_refund_is_what_went_back_and_not_what_failed_nor_the_sum_of_the_lines():
    seen = one("refunds_create")
    assert isinstance(seen, RefundSeen)
    assert (seen.payment_ref, seen.refund_ref) == ("6120984563214", "929361462")
    assert (seen.amount, seen.full, seen.test) == (Money(2990, "EUR"), False, False)
    assert seen.at == datetime(2026, 11, 23, 8, 12, 44, tzinfo=UTC)


def test_an_order_repeats_its_refunds_under_the_same_name_sum_and_instant():
    order, again = observe("shopify", "orders_updated.refunded_in_part")
    assert isinstance(order, OrderSeen)
    first = one("refunds_create")
    same = ("payment_ref", "refund_ref", "at", "amount", "test")
    assert [getattr(again, name) for name in same] == [getattr(first, name) for name in same]
    assert again.contact == order.contact


@pytest.mark.parametrize(
    ("transactions", "amount"),
    [
        ([{**GIVEN_BACK, "currency": "VND"}], Money(20, "VND")),
        ([{**GIVEN_BACK, "amount": "1.500", "currency": "KWD"}], Money(1500, "KWD")),
        ([GIVEN_BACK, {**GIVEN_BACK, "amount": "0.05"}], Money(2005, "EUR")),
        ([GIVEN_BACK, {**GIVEN_BACK, "status": "pending"}], Money(2000, "EUR")),
        ([{**GIVEN_BACK, "kind": "REFUND", "status": "SUCCESS"}], Money(2000, "EUR")),
        ([GIVEN_BACK, {**GIVEN_BACK, "currency": "USD"}], None),
        ([{**GIVEN_BACK, "currency": None}], None),
        ([{**GIVEN_BACK, "amount": None}], None),
    ],
)
def test_the_sum_is_in_the_currency_that_was_given_back_or_is_left_out(transactions, amount):
    (seen,) = told(refund(1, *transactions))
    assert seen.amount == amount


@pytest.mark.parametrize(
    "transactions",
    [
        [],
        [{**GIVEN_BACK, "status": "pending"}],
        [{**GIVEN_BACK, "kind": "void"}],
        [{**GIVEN_BACK, "kind": "sale"}],
    ],
)
def test_nothing_is_told_of_a_refund_by_which_nothing_went_back(transactions):
    assert told(refund(1, *transactions)) == []
    assert len(with_changes("orders_updated", refunds=[refund(1, *transactions)])) == 1


def test_only_the_last_refund_of_an_order_may_leave_nothing_of_it():
    both = [refund(1, GIVEN_BACK), refund(2, GIVEN_BACK), refund(3)]
    for state, full in (("refunded", [False, True]), ("partially_refunded", [False, False])):
        _, *seen = with_changes("orders_updated", refunds=both, financial_status=state)
        assert [(one.refund_ref, one.full) for one in seen] == list(zip(["1", "2"], full, strict=True))


def test_a_refund_of_test_money_is_a_test():
    (seen,) = told(refund(1, {**GIVEN_BACK, "test": True}))
    assert seen.test


def test_a_refund_of_another_shape_is_refused_and_one_in_an_order_ends_the_reminding_all_the_same():
    with pytest.raises(Refused, match="order_id"):
        told({"id": 1, "transactions": []})
    body = json.loads(sample("shopify", "orders_updated").body) | {
        "refunds": [{"transactions": [GIVEN_BACK]}]
    }
    with pytest.raises(Refused) as refused:
        shopify.observe(as_delivery("shopify", "orders/updated", body))
    (order,) = refused.value.despite
    assert order.refs


def test_however_often_it_is_told_a_refund_is_one_fact():
    heard = Told()
    world = World(adapter=heard)
    tellings = ["refunds_create", "orders_updated.refunded_in_part", "orders_updated.refunded_in_part"]
    for number, stem in enumerate(tellings):
        seen = observe("shopify", stem)
        world.deliver(heard.delivery(f"e{number}", *seen, at=seen[0].at))
    assert len({fact.fact_id for fact in world.bus.named("refund.issued")}) == 1
    assert {fact.data["amount"] for fact in world.bus.named("refund.issued")} == {2990}
