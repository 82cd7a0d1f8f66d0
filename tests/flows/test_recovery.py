"""From webhook to goal, on the deployed stack: every way that a cart's recovery can end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from local.demo import shopify
from local.demo.assortment import PLENTY, SOLD_OUT
from local.demo.sender import ask
from local.demo.shop import SHOP
from local.mail import Message
from tests.flows.house import House

_ONE_CLICK = {"content-type": "application/x-www-form-urlencoded"}


def restore_link(mail: Message) -> str:
    found = re.search(r'href="(http[^"]+/r/[^"]+)"', mail.html)
    assert found
    return found.group(1)


def leave_link(mail: Message) -> str:
    return (mail.header("List-Unsubscribe") or "").strip("<>")


def test_a_cart_left_at_the_checkout_gets_three_touches_in_at_most_thirteen_transitions(house: House):
    shopper = house.shopper(lang="en")
    shopper.leaves_a_cart()
    assert shopper.run_ends() == "SUCCEEDED"
    assert [mail.tags["touch"] for mail in shopper.mails] == ["reminder", "answers", "last_note"]
    assert all("Enamel mug" in mail.html and "Fir green" in mail.text for mail in shopper.mails)
    assert shopper.transitions() <= 13


def test_a_cart_bought_before_the_first_touch_gets_none_in_at_most_five_transitions(house: House):
    shopper = house.shopper()
    shopper.leaves_a_cart()
    shopper.run_starts()
    shopper.buys()
    assert shopper.run_ends() == "SUCCEEDED"
    assert shopper.mails == []
    assert shopper.decisions() == [("stop", "bought")]
    assert shopper.transitions() <= 5


@contextmanager
def frozen_functions(house: House) -> Iterator[None]:
    """Let every function of the stack hang, in the middle of whatever it does, until the block ends."""
    told = subprocess.run(
        ["pgrep", "-P", str(house.stage.cloud.pid)], capture_output=True, text=True, check=True
    )
    functions = [int(each) for each in told.stdout.split()]
    for each in functions:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in functions:
            os.kill(each, signal.SIGCONT)


def test_a_purchase_whose_worker_hangs_for_hours_of_virtual_time_still_comes_before_the_touch(house: House):
    shopper = house.shopper()
    shopper.leaves_a_cart()
    shopper.run_starts()
    before = house.stage.clock.now()
    with frozen_functions(house), house.stage.time.running():
        buying = threading.Thread(target=shopper.buys)
        buying.start()
        time.sleep(3)  # six hours at the pace of this stack, and the touch is due after two
        stood = house.stage.clock.now() - before
    buying.join()
    assert stood < timedelta(hours=1)
    assert shopper.run_ends() == "SUCCEEDED"
    assert shopper.mails == []
    assert shopper.decisions() == [("stop", "bought")]


def test_a_purchase_after_a_touch_ends_the_run_without_another(house: House):
    shopper = house.shopper()
    shopper.leaves_a_cart()
    shopper.gets(1)
    shopper.buys()
    assert shopper.run_ends() == "SUCCEEDED"
    assert len(shopper.mails) == 1
    assert shopper.decisions()[-1] == ("stop", "bought")


def test_an_opt_out_between_two_touches_ends_the_run_without_another(house: House):
    shopper = house.shopper()
    shopper.leaves_a_cart()
    left = ask("POST", leave_link(shopper.gets(1)), b"List-Unsubscribe=One-Click", _ONE_CLICK)
    assert left.status == 200
    assert shopper.run_ends() == "SUCCEEDED"
    assert len(shopper.mails) == 1
    assert shopper.decisions()[-1] == ("stop", "opted_out")


def test_nothing_is_sent_to_somebody_who_never_agreed(house: House):
    shopper = house.shopper(agrees=False)
    shopper.leaves_a_cart()
    assert shopper.run_ends() == "SUCCEEDED"
    assert shopper.mails == []
    assert shopper.decisions() == [("stop", "no_basis")]


def test_a_tick_that_was_never_confirmed_is_not_enough_where_the_law_asks_for_more(house: House):
    shopper = house.shopper(guest=True)
    shopper.leaves_a_cart()
    assert shopper.run_ends() == "SUCCEEDED"
    assert shopper.mails == []
    assert shopper.decisions() == [("stop", "basis_not_sufficient")]


def test_what_is_sold_out_is_left_out_and_nothing_left_means_no_message(house: House):
    only = house.shopper(lines=((SOLD_OUT, 1),))
    both = house.shopper(lines=((SOLD_OUT, 1), (PLENTY[0], 1)))
    now = house.stage.clock.now()
    lamp = shopify.product(SOLD_OUT.product_number, house.front_url, now)
    assert house.send("products/create", lamp).status == 202
    only.leaves_a_cart()
    both.leaves_a_cart()
    assert house.send("inventory_levels/update", shopify.stock(SOLD_OUT, 0, now)).status == 202
    mail = both.gets(1)
    assert PLENTY[0].german in mail.html
    assert SOLD_OUT.german not in mail.html + mail.text
    assert only.run_ends() == "SUCCEEDED"
    assert only.mails == []
    assert ("skip", "out_of_stock") in only.decisions()


def test_a_doubled_delivery_starts_no_second_run_and_sends_no_second_mail(house: House):
    shopper = house.shopper()
    shopper.leaves_a_cart()
    told = shopify.checkout(shopper.buyer, shopper.lines, house.front_url, shopper.began_at, shopper.began_at)
    for word in ("twice", "twice", "again"):
        event_id = f"{word}-{shopper.buyer.number}"
        assert house.send("checkouts/create", told, event_id=event_id).status == 202
    assert shopper.run_ends() == "SUCCEEDED"
    touches = [mail.tags["touch"] for mail in shopper.mails]
    assert sorted(touches) == sorted(set(touches))
    assert [line.kind for line in shopper.story()].count("started") == 1


def test_the_button_of_a_mail_leads_to_the_shops_own_checkout_with_utm(house: House):
    shopper = house.shopper()
    shopper.leaves_a_cart()
    answer = ask("GET", restore_link(shopper.gets(1)))
    assert answer.status == 302
    place = urlsplit(answer.location or "")
    assert place.path == f"/checkouts/{shopper.buyer.checkout_token}/recover"
    assert parse_qs(place.query)["utm_content"] == ["reminder"]
    assert parse_qs(place.query)["utm_source"] == ["cartback"]


def test_looking_at_the_leave_page_changes_nothing_and_one_click_leaves(house: House):
    shopper = house.shopper(lang="de")
    shopper.leaves_a_cart()
    link = leave_link(shopper.gets(1))
    looked = ask("GET", link)
    assert (looked.status, b"<form" in looked.body) == (200, True)
    shopper.gets(2)
    assert ask("POST", link, b"List-Unsubscribe=One-Click", _ONE_CLICK).status == 200
    assert shopper.run_ends() == "SUCCEEDED"
    assert len(shopper.mails) == 2


@pytest.mark.parametrize("way", ["r", "u"])
def test_a_forged_link_shows_a_page_and_no_cart(house: House, way: str):
    answer = ask("GET", f"{house.stage.api_url}/{way}/{SHOP}.{'A' * 43}", headers={"accept-language": "de"})
    assert answer.status == 404
    assert b'lang="de"' in answer.body


def test_a_bounce_that_the_provider_tells_ends_the_run(house: House):
    shopper = house.shopper(email=f"bounce+{house.stage.clock.now():%H%M%S%f}@example.com")
    shopper.leaves_a_cart()
    assert shopper.run_ends() == "SUCCEEDED"
    assert len(shopper.mails) == 1
    assert shopper.decisions()[-1][0] == "stop"


def test_a_task_that_keeps_failing_parks_its_run_with_the_reason(house: House):
    broken = house.shopper()
    clouds = house.stage.cloud
    name = house.stage.stack.outputs["SettingsTable"]
    key = {"pk": {"S": SHOP}, "sk": {"S": "current"}}
    kept = clouds.client("dynamodb").get_item(TableName=name, Key=key)["Item"]
    broken.leaves_a_cart()
    broken.run_starts()
    hollow = {part: kept[part] for part in ("pk", "sk", "version", "removed")}
    clouds.client("dynamodb").put_item(TableName=name, Item=hollow)
    try:
        assert broken.run_ends() == "FAILED"
    finally:
        clouds.client("dynamodb").put_item(TableName=name, Item=kept)
    (parked,) = [line.data for line in broken.story() if line.kind == "parked"]
    assert parked["error"] == "MessageWithheld"
    assert re.search('"errorMessage": ?"KeyError"', parked["cause"])
    assert broken.mails == []
