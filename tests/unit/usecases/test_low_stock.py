"""Low stock, from the shop's counts to purchasing's inbox and the supplier's, with people in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.connectors.connection import Connection
from cartback.domain.errors import Doubtful, TryLater
from tests.fakes.buying import COFFEE, Buying
from tests.fakes.world import a_face, a_policy


@pytest.fixture
def shop() -> Buying:
    shop = Buying()
    shop.sells()
    shop.counts(20)
    return shop


def test_fifteen_left_tells_purchasing_and_eight_proposes_an_order_that_two_people_have_to_approve(shop):
    shop.counts(14)
    assert [sent["to"] for sent in shop.alerts] == [("purchasing@demo.example",)]
    assert shop.alerts[0]["subject"] == "[demo] Kaffee 250 g (KAF-250): noch 14 da"
    assert shop.asked() == []
    shop.counts(7)
    (entry,) = shop.asked()
    assert (entry.approval.four_eyes, entry.approval.default, entry.approval.amount) == (
        True,
        "rejected",
        33750,
    )
    shop.says("approved", "anna")
    assert shop.orders == []
    shop.says("approved", "anna")
    assert shop.orders == [], "the same person twice is one pair of eyes"
    shop.says("approved", "ben")
    (order,) = shop.orders
    assert (order["to"], order["sender"]) == (("orders@roaster.example",), "shop@demo.example")
    assert (len(shop.alerts), shop.ends()) == (1, ["SUCCEEDED", "SUCCEEDED"])


def test_the_order_says_article_quantity_price_and_where_to_deliver(shop):
    shop.counts(7)
    shop.says("approved", "anna", "ben")
    name, file = shop.orders[0]["enclosed"]
    heads, line = file.splitlines()
    number = name.removesuffix(".csv")
    assert heads == "order,article,gtin,name,quantity,unit_price,total,currency,deliver_to"
    assert line == (
        f"{number},KAF-250,4006381333931,Kaffee 250 g,75,4.50,337.50,EUR,"
        '"Haus Demo GmbH, Musterweg 1, 10115 Berlin"'
    )
    assert number in shop.orders[0]["subject"]


def test_words_are_spoken_in_the_shops_own_language_or_in_english(shop):
    shop.world.settings.faces["demo"] = a_face(languages=("en",))
    shop.counts(14)
    shop.world.settings.faces["demo"] = a_face(languages=("fr",))
    shop.counts(7)
    assert "left" in shop.alerts[0]["subject"]
    assert shop.asked()[0].title.startswith("Order 75 pieces")


def test_a_count_that_comes_again_or_flutters_about_the_limit_is_one_alert(shop):
    shop.counts(14)
    shop.counts(14)
    shop.counts(13)
    shop.counts(16)
    shop.counts(15)
    shop.hear(next(fact for fact in shop.world.bus.facts if fact.name == "stock.low"))
    assert len(shop.alerts) == 1


def test_late_news_of_more_pieces_does_not_undo_what_was_counted_since(shop):
    earlier = shop.clock.now()
    shop.passes(hours=1)
    shop.counts(14)
    shop.counts(30, at=earlier)
    assert len(shop.alerts) == 1
    assert shop.world.records.read("demo", stock=["v1"]).stock["v1"].available == 14


def test_nobody_who_answers_means_no_order(shop):
    shop.counts(7)
    shop.passes(days=3)
    assert (shop.asked(), shop.orders, shop.ends()) == ([], [], ["SUCCEEDED", "SUCCEEDED"])
    shop.says("approved", "anna", "ben")
    assert shop.orders == []


def test_a_no_is_a_no(shop):
    shop.counts(7)
    shop.says("rejected", "anna")
    shop.says("approved", "ben", "carl")
    assert (shop.orders, shop.asked()) == ([], [])


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (lambda shop: shop.counts(60), "restocked"),
        (lambda shop: shop.counts(7, coming=40), "supply_on_its_way"),
        (lambda shop: shop.sells(gone=True), "not_sold"),
        (lambda shop: shop.sells(replace(COFFEE, endless=True)), "not_counted"),
        (lambda shop: shop.world.settings.policies.update(demo=a_policy()), "flow_off"),
        (lambda shop: shop.world.settings.policies.clear(), "shop_unknown"),
        (lambda shop: (shop.counts(60), shop.counts(6)), "low_again"),
    ],
)
def test_what_was_approved_but_is_needed_no_more_is_not_ordered(shop, meanwhile, why):
    shop.counts(7)
    shop.passes(hours=5)
    (entry,) = shop.asked()
    meanwhile(shop)
    for person in ("anna", "ben"):
        shop.effects.decide("demo", entry.entry_id, "approved", person)
    assert shop.orders == []
    assert ("stop", why) in shop.why("v1/8")


def test_what_is_on_its_way_already_needs_no_order_but_purchasing_hears_of_it(shop):
    shop.counts(20, coming=30)
    shop.counts(7)
    assert ("stop", "supply_on_its_way") in shop.why("v1/8")
    assert (len(shop.alerts), shop.asked()) == (1, [])
    assert "30 Stück sind unterwegs" in shop.alerts[0]["text"]


def test_an_order_that_has_not_come_in_keeps_a_second_one_from_being_proposed(shop):
    shop.counts(7)
    shop.says("approved", "anna", "ben")
    shop.passes(days=2)
    shop.counts(12)  # some came back from shoppers
    shop.counts(6)
    assert ("stop", "ordered_before") in shop.why("v1/8")
    assert (len(shop.orders), shop.asked()) == (1, [])
    shop.counts(90)
    shop.passes(days=9)
    shop.counts(5)
    shop.says("approved", "anna", "ben")
    assert len(shop.orders) == 2
    assert shop.orders[0]["enclosed"][0] != shop.orders[1]["enclosed"][0]


def test_an_order_whose_answer_was_lost_is_not_sent_again_but_shown_to_a_person(shop):
    shop.counts(7)
    shop.mail.fails = [Doubtful("SES: ReadTimeoutError")]
    shop.says("approved", "anna", "ben")
    shop.passes(days=2)
    assert (len(shop.doubts), shop.orders) == (1, [])
    assert "FAILED" in shop.ends()


def test_an_order_waits_for_a_busy_provider_and_is_dropped_if_supply_is_quicker(shop):
    shop.counts(7)
    shop.mail.fails = [TryLater("SES: Throttling", 600)]
    shop.says("approved", "anna", "ben")
    assert shop.orders == []
    shop.counts(60)
    shop.passes(hours=1)
    assert (shop.orders, shop.why("v1/8")[-1]) == ([], ("stop", "restocked"))


def test_an_order_waits_for_a_busy_provider_and_leaves_then(shop):
    shop.counts(7)
    shop.mail.fails = [TryLater("SES: Throttling", 600)]
    shop.says("approved", "anna", "ben")
    shop.passes(hours=1)
    assert len(shop.orders) == 1


def test_a_level_that_is_no_tier_of_the_article_asks_for_nothing(shop):
    shop.counts(4)
    assert shop.why("v1/5") == [("stop", "no_step_at_this_limit")]


def test_a_name_with_an_address_in_it_is_not_passed_on(shop):
    shop.sells(replace(COFFEE, title="Ask erika@mail.example", sku="=1+2"))
    shop.counts(7)
    shop.says("approved", "anna", "ben")
    assert "erika" not in repr(shop.mail.sent)
    assert ",'=1+2," in shop.orders[0]["enclosed"][1]


def test_a_price_that_nobody_told_is_left_open(shop):
    shop.sells(replace(COFFEE, variant_id="v2", cost=None, sku=None))
    shop.counts(20, "v2")
    shop.counts(7, "v2")
    assert shop.asked()[0].approval.amount is None
    shop.says("approved", "anna", "ben")
    assert ",75,,,," in shop.orders[0]["enclosed"][1]
    assert "v2," in shop.orders[0]["enclosed"][1]


def test_a_shop_that_did_not_switch_it_on_is_left_alone():
    shop = Buying(flows=frozenset({"cart_recovery"}))
    shop.sells()
    shop.counts(20)
    shop.counts(3)
    assert (shop.runs, shop.mail.sent) == ({}, [])


def test_an_article_may_have_limits_of_its_own_and_a_shop_its_own_ways():
    set_by_shop = {
        "own_limits": ["KAF-250=40/30"],
        "alert_by": "slack.post_message",
        "supplier": "roaster",
        "approvers": ["ben", "carl"],
        "deliver_to": "Lager 2",
        "pack": 12,
        "lead_days": 0,
        "review_days": 1,
        "safety": 10,
    }
    shop = Buying(options={"low_stock": set_by_shop})
    options = {"to": "orders@roaster.example", "sender": "shop@demo.example"}
    shop.effects.connections.save(None, Connection("demo", "supplier_email", "roaster", options=options))
    shop.sells()
    shop.counts(50)
    shop.counts(25)
    assert [word for word, _ in shop.why("v1/40")] == ["act"]
    assert "FAILED" in shop.ends(), "there is no connection to Slack"
    shop.says("approved", "anna", "ben", "carl")
    assert shop.asked() == []
    assert ",12," in shop.orders[0]["enclosed"][1], "what fills up to 30, less 25, in packs of 12"
    assert "Lager 2" in shop.orders[0]["enclosed"][1]
    shop.counts(10)
    assert shop.why("v1/15") == shop.why("v1/8") == []


def test_what_was_low_before_the_flow_was_switched_on_is_left_alone():
    since = Buying().clock.now() + timedelta(hours=1)
    shop = Buying(flows_since={"low_stock": since})
    shop.sells()
    shop.counts(20)
    shop.counts(14)
    assert shop.runs == {}
    shop.passes(hours=2)
    shop.counts(7)
    assert len(shop.asked()) == 1


def test_an_alert_costs_six_transitions_at_most_and_an_order_ten(shop):
    shop.counts(14)
    (alert,) = shop.runs.values()
    assert alert.transitions == 6
    shop.counts(7)
    shop.says("approved", "anna", "ben")
    assert [run.transitions for run in shop.runs.values()] == [6, 10]
