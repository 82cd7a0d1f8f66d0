"""The bill: what it is computed from is what the machine and the handlers really do."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from bench import cost
from bench.prices import PEERS, PRICES, QUOTAS
from cli.cartback import app
from tests.laws.test_transitions import recover

_COURSES = {
    0: ["stop"],
    1: ["wait", "stop"],
    2: ["wait", "wait", "stop"],
    3: ["wait", "wait", "stop"],
}
# Of the real handlers, as test_calls.py counts them: a profile that says less is older than the code.
_CALLS = {
    "receive_webhook": {"sqs.SendMessage": 1},
    "start_flows": {"dynamodb.PutItem": 1, "stepfunctions.StartExecution": 1},
    "first_touch": {
        "dynamodb.BatchGetItem": 2,
        "dynamodb.PutItem": 1,
        "dynamodb.TransactWriteItems": 1,
        "events.PutEvents": 1,
        "sesv2.SendEmail": 1,
    },
    "touch": {
        "dynamodb.BatchGetItem": 1,
        "dynamodb.PutItem": 1,
        "dynamodb.TransactWriteItems": 1,
        "sesv2.SendEmail": 1,
    },
}


@pytest.mark.parametrize("touches", sorted(cost.TRANSITIONS))
def test_the_bill_counts_the_transitions_that_the_machine_makes(touches: int):
    run, _ = recover(_COURSES[touches])
    assert run.transitions == cost.TRANSITIONS[touches]


def test_the_recorded_profile_keeps_the_budgets_of_calls():
    works = cost.profile()["works"]
    assert {door: works[door]["calls"] for door in _CALLS} == _CALLS
    assert sum(works["apply_ten"]["calls"].values()) <= 30
    assert sum(works["last_touch"]["calls"].values()) <= 5  # one more tells that the cart was given up


def test_a_larger_shop_pays_less_per_cart():
    bills = [cost.bill(carts).per_thousand for carts in cost.SCALES]
    assert bills == sorted(bills, reverse=True)


def test_carts_that_are_won_back_rarely_cost_more_each():
    often, rarely = cost.Shape(recovered=0.2), cost.Shape(recovered=0.05)
    dear, cheap = cost.bill(1_000_000, rarely), cost.bill(1_000_000, often)
    assert dear.per_thousand_recovered == pytest.approx(4 * cheap.per_thousand_recovered)


def test_a_list_saves_the_transitions_of_those_who_buy_in_time():
    with_runs, with_index = cost.Shape(), cost.Shape(listed=True)
    assert with_index.transitions == pytest.approx(
        with_runs.transitions - with_runs.in_time * cost.TRANSITIONS[0]
    )
    assert cost.bill(1_000_000, with_index).total < cost.bill(1_000_000, with_runs).total


@pytest.mark.parametrize("in_time", [0.0, 0.15, 0.6, 0.9])
def test_all_carts_end_somehow_however_many_are_bought_in_time(in_time):
    shape = cost.shape_with(in_time)
    assert sum(shape.ends.values()) == pytest.approx(1)
    assert shape.ends[0] == pytest.approx(in_time + 0.05)


def test_a_sweep_that_finds_nothing_costs_cents_a_month():
    sweep = cost.used_by(cost.profile()["works"]["sweep_idle"], cost.Shape())
    month = cost.SECONDS_A_MONTH / 60 * sum(amount * PRICES[name].dollars for name, amount in sweep.items())
    assert month < 0.30


def test_the_first_quota_to_break_breaks_where_it_is_said_to():
    first = cost.strains(1_000_000)[0]
    at_the_edge = next(s for s in cost.strains(round(first.breaks_at)) if s.quota == first.quota)
    assert at_the_edge.share == pytest.approx(1, abs=0.01)


def test_every_price_quota_and_peer_says_where_it_comes_from():
    assert all(price.source for price in PRICES.values())
    assert all(quota.source and quota.request for quota in QUOTAS)
    assert all(peer.source and peer.read for peer in PEERS)


def test_the_command_tells_the_bill_as_json():
    told = json.loads(CliRunner().invoke(app, ["cost", "--carts", "1000000", "--json"]).stdout)
    (bill,) = told["bills"]
    assert bill["dollars_per_1000_recovered"] == pytest.approx(cost.bill(1_000_000).per_thousand_recovered)


def test_the_command_shows_the_first_quota_to_break_and_what_to_ask_for():
    shown = CliRunner().invoke(app, ["cost", "--carts", "100000000"]).stdout
    assert "SES sending rate" in shown
    assert "per 1,000 recovered" in shown


@pytest.mark.parametrize(
    "line", [["--carts", "0"], ["--in-time", "0.95"], ["--recovered", "2"], ["--webhooks", "0"]]
)
def test_an_impossible_shop_is_refused(line: list[str]):
    assert CliRunner().invoke(app, ["cost", *line]).exit_code == 2
