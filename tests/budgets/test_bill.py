"""The bill of an invented shop, item by item: each figure here was multiplied by hand."""

from __future__ import annotations

from typing import Any

import pytest

from bench import cost
from bench.prices import PRICES, QUOTAS
from tests.laws.reading import resources

SHAPE = cost.Shape(
    webhooks=10,
    ends={0: 0.25, 1: 0.25, 2: 0.25, 3: 0.25},
    recovered=0.5,
    events_per_mail=2,
    clicks_per_mail=0.1,
    call_ms=1000,
    log_bytes=1e9,
    in_time=0.2,
)
ONE_SECOND = 1000 * 512 / 1769  # of a whole CPU, as long as a Lambda of 512 MB takes a second for it


def work(write_units: float, read_units: float, facts: float, *calls: str) -> dict[str, Any]:
    """One second of CPU, and one second for each call."""
    return {
        "calls": dict.fromkeys(calls, 1),
        "write_units": write_units,
        "read_units": read_units,
        "facts": facts,
        "cpu_ms": ONE_SECOND,
        "byte_months": 0.0,
    }


RECORDED = {
    "works": {
        "receive_webhook": work(0, 0, 0, "sqs.SendMessage"),
        "apply_one": work(2, 1, 1, "s3.PutObject", "events.PutEvents"),
        "apply_ten": work(50, 20, 20, "s3.PutObject", "events.PutEvents"),
        "start_flows": work(1, 0, 0, "dynamodb.PutItem", "stepfunctions.StartExecution"),
        "list_cart": work(100, 0, 0, "dynamodb.PutItem"),
        "sweep_cart": work(1000, 0, 0, "dynamodb.PutItem"),
        "first_touch": work(5, 3, 1, "sesv2.SendEmail", "dynamodb.BatchGetItem"),
        "touch": work(4, 4, 0, "sesv2.SendEmail", "dynamodb.PutItem"),
        "last_touch": work(8, 8, 4, "sesv2.SendEmail", "dynamodb.PutItem", "events.PutEvents"),
        "stopped_touch": work(3, 2, 1, "dynamodb.BatchGetItem"),
        "sweep_idle": work(0, 0, 0),
    }
}
# Per cart: 10 webhooks, 10 batches of one, a start, 3 news of mails; and 1.5 mails, of which a half is the first of its
# cart and a sixth the last, and three in four runs are woken once more to find nothing to do.
WOKEN = 0.75 + 0.5 + 0.25 + 0.75
TOOK = 0.75 * 3 + 0.5 * 3 + 0.25 * 4 + 0.75 * 2
WROTE, READ = 0.75 * 5 + 0.5 * 4 + 0.25 * 8 + 0.75 * 3, 0.75 * 3 + 0.5 * 4 + 0.25 * 8 + 0.75 * 2
TOLD = 0.75 * 1 + 0.25 * 4 + 0.75 * 1
SMALL = {
    "api_request": 10 + 0.15,
    "lambda_request": 10 + 10 + 1 + WOKEN + 3,
    "lambda_gb_second": (10 * 2 + 10 * 3 + 3 + TOOK) / 2,
    "transition": (5 + 8 + 11 + 11) / 4,
    "event": 10 + TOLD,
    "write_unit": 20 + 1 + WROTE + 3 * 4,
    "read_unit": 10 + READ + 3,
    "sqs_request": 13 * 3,
    "sns_publish": 3,
    "mail": 1.5,
    "log_gb": 10 + 10 + 1 + WOKEN,
    "s3_put": 10,
}
# In full batches of ten the worker runs once a cart, and three news share a third of a batch.
LARGE = SMALL | {
    "lambda_request": 10 + 1 + 1 + WOKEN + 0.3,
    "lambda_gb_second": (10 * 2 + 3 + 3 + TOOK) / 2,
    "event": 20 + TOLD,
    "write_unit": 50 + 1 + WROTE + 12,
    "read_unit": 20 + READ + 3,
    "sqs_request": 13 * 1.2,
    "log_gb": 10 + 1 + 1 + WOKEN,
    "s3_put": 1,
}


@pytest.mark.parametrize(("carts", "wanted"), [(1_000, SMALL), (10**9, LARGE)], ids=["small", "large"])
def test_every_item_of_a_bill_is_what_was_recorded_times_its_price(carts: int, wanted: dict[str, float]):
    bill = cost.bill(carts, SHAPE, RECORDED)
    assert set(bill.items) - {"storage_gb_month"} == set(wanted)
    for name, amount in wanted.items():
        assert bill.items[name] == pytest.approx(amount * carts * PRICES[name].dollars), name
    assert bill.total == pytest.approx(sum(bill.items.values()) + bill.fixed)
    assert bill.per_thousand == pytest.approx(bill.total / (carts / 1000))
    assert bill.per_thousand_recovered == pytest.approx(2 * bill.per_thousand)


def test_a_list_adds_its_own_work_and_saves_the_looks_and_runs_of_those_who_buy_in_time():
    listed = cost.Shape(**{name: getattr(SHAPE, name) for name in SHAPE.__slots__} | {"listed": True})
    bill = cost.bill(1_000, listed, RECORDED)
    units = SMALL["write_unit"] - 1 + 100 + 1000 - 0.2 * 3
    assert bill.items["write_unit"] == pytest.approx(units * 1_000 * PRICES["write_unit"].dollars)


def test_every_alarm_of_the_template_is_in_the_fixed_part():
    assert len(resources("AWS::CloudWatch::Alarm")) == cost.ALARMS
    polls = 5 * 365.25 / 12 * 86_400 / 20 * PRICES["sqs_request"].dollars
    sweeps = (
        365.25 / 12 * 24 * 60 * (PRICES["lambda_request"].dollars + PRICES["lambda_gb_second"].dollars / 2)
    )
    logs = 365.25 / 12 * 24 * 60 * PRICES["log_gb"].dollars  # a gigabyte of each invocation, in this shop
    assert cost.bill(1_000, SHAPE, RECORDED).fixed == pytest.approx(
        1.00 + 2 * 0.40 + cost.ALARMS * 0.10 + polls + sweeps + logs
    )


def test_what_a_sweep_uses_that_finds_nothing_is_in_the_fixed_part():
    busy = {"works": RECORDED["works"] | {"sweep_idle": work(7, 0, 0)}}
    more = cost.bill(1_000, SHAPE, busy).fixed - cost.bill(1_000, SHAPE, RECORDED).fixed
    sweeps = 365.25 / 12 * 24 * 60
    assert more == pytest.approx(sweeps * 7 * PRICES["write_unit"].dollars)


def test_every_strain_is_what_a_second_asks_for_at_the_peak():
    """One cart a second, ten times as many at the peak; what is open for days is no rate and has no peak."""
    found = {strain.quota.name: strain for strain in cost.strains(int(cost.SECONDS_A_MONTH), SHAPE, RECORDED)}
    used = {
        "ses_rate": 10 * 1.5,
        "open_runs": 86_400 * (0.04 + 0.5 + 1.5 + 3) / 4,
        "transitions": 10 * 35 / 4,
        "starts": 10,
        "put_events": 10 * (0.1 * 10 + 1),
        "lambda": 10 * (10 * 2 + 3 + 3 + TOOK),
        "api": 10 * 10,
        "table_writes": 10 * 10 * 5 * 0.5,
    }
    assert {name: strain.used for name, strain in found.items()} == pytest.approx(used)
    for quota in QUOTAS:
        assert found[quota.name].share == pytest.approx(used[quota.name] / quota.most), quota.name
