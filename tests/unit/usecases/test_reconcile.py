"""What webhooks lose, the shop's own lists bring: as a delay, never as a mail after a purchase."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.errors import Refused, TryLater
from cartback.domain.observations import Contact, OrderSeen, RefundSeen
from cartback.domain.shop import health as healths
from cartback.domain.shop.service import Change, Subscription
from cartback.ports import ShopKeys
from cartback.usecases.shop.reconcile import PAGES_PER_STEP
from tests.fakes.told import SHIRT, Told, ada, cart, order
from tests.fakes.world import START, World
from tests.unit.usecases.test_way_of_a_cart import Story

HOOK = "https://api.example/webhooks/demo"


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def listed(told: Told, key: str, *seen, at=START) -> Change:
    """What the shop's list says, in the words of the fake platform's webhooks."""
    delivery = told.delivery(key, *seen, at=at)
    return Change(delivery.topic, delivery.key, delivery.body)


def unreadable(told: Told, key: str) -> Change:
    """What the shop's list says, and nobody understands."""
    change = listed(told, key)
    told.heard[key] = Refused("updated_at must be an instant")
    return change


def compared(world: World) -> dict:
    """Compare to the end, as the machine does."""
    for _ in range(50):
        answer = world.reconcile("demo")
        if answer["next"] == "done":
            return answer
    raise AssertionError("it never ends")


def worked_off(world: World) -> None:
    waiting, world.queue.deliveries = world.queue.deliveries, []
    if waiting:
        world.deliver(*waiting)


def test_a_lost_order_costs_a_delay_and_no_mail_after_the_purchase(world, told):
    world.deliver(told.delivery("e1", cart(START, SHIRT), at=START))
    story = Story(world)
    bought_at = world.clock.move(minutes=20)
    world.api.orders = [listed(told, "reconcile:order:1", order(bought_at, "cart:c1"), at=bought_at)]
    world.clock.move(minutes=15)
    assert compared(world)["gaps"] == 1
    worked_off(world)
    world.clock.at = START
    assert story.wake() == "stop"
    assert world.outbox.sent == []


def test_an_order_that_only_leads_to_its_buyer_ends_it_too(world, told):
    """Shopify's list tells no token: the buyer is all there is."""
    world.deliver(told.delivery("e1", cart(START, SHIRT), at=START))
    story = Story(world)
    bought_at = world.clock.move(minutes=20)
    seen = OrderSeen((), "9", placed_at=bought_at, at=bought_at, contact=ada())
    world.api.orders = [listed(told, "reconcile:order:9", seen, at=bought_at)]
    assert compared(world)["gaps"] == 1
    worked_off(world)
    world.clock.at = START
    assert story.wake() == "stop"
    assert world.outbox.sent == []


def test_without_the_comparison_the_lost_order_would_have_been_reminded_of(world, told):
    world.deliver(told.delivery("e1", cart(START, SHIRT), at=START))
    Story(world).wake()
    assert len(world.outbox.sent) == 1


def test_what_was_seen_is_neither_a_gap_nor_applied_twice(world, told):
    seen = [cart(START, SHIRT), order(START + timedelta(minutes=5), "cart:c1")]
    for number, one in enumerate(seen):
        world.deliver(told.delivery(f"e{number}", one, at=START))
    facts = len(world.bus.facts)
    world.api.checkouts = [listed(told, "reconcile:checkout", seen[0])]
    world.api.orders = [listed(told, "reconcile:order", seen[1])]
    answer = compared(world)
    assert (answer["listed"], answer["gaps"]) == (2, 0)
    worked_off(world)
    assert len(world.bus.facts) == facts


def test_what_only_the_first_comparison_finds_is_taken_in_and_nobody_is_reminded_of_it(world, told):
    world.api.checkouts = [listed(told, "reconcile:checkout", cart(START, SHIRT))]
    compared(world)
    worked_off(world)
    assert world.bus.named("cart.opened") == []
    again = cart(world.clock.move(minutes=5), SHIRT)
    world.deliver(told.delivery("e1", again, at=again.at))
    assert len(world.bus.named("cart.opened")) == 1, "the shopper is back"


def test_a_lost_checkout_is_a_gap_and_opens_its_cart_once(world, told):
    compared(world)
    world.api.checkouts = [listed(told, "reconcile:checkout", cart(START, SHIRT))]
    for _ in range(3):
        compared(world)
    worked_off(world)
    assert len(world.bus.named("cart.opened")) == 1
    assert compared(world)["gaps"] == 0


def test_every_page_is_read_however_many_steps_it_takes(world, told):
    count = PAGES_PER_STEP * world.api.per_page * 2 + 1
    world.api.orders = [
        listed(told, f"reconcile:{number}", order(START, f"cart:c{number}", ref=str(number)))
        for number in range(count)
    ]
    answers = [world.reconcile("demo")["next"] for _ in range(3)]
    assert answers == ["more", "more", "done"]
    assert world.health.by_shop["demo"].listed == count
    assert len({delivery.key for delivery in world.queue.deliveries}) == count


def test_comparisons_overlap_and_reach_back_no_further_than_a_week(world):
    compared(world)
    world.clock.move(minutes=15)
    compared(world)
    world.clock.move(days=30)
    compared(world)
    first, second, third = world.api.asked_since
    assert first == START - healths.FIRST_LOOK - healths.OVERLAP
    assert second == START - healths.OVERLAP
    assert third == world.clock.now() - healths.LONGEST


def test_what_happens_during_a_comparison_is_in_the_next_one(world, told):
    world.api.orders = [
        listed(told, f"reconcile:{number}", order(START, f"cart:c{number}")) for number in range(20)
    ]
    world.reconcile("demo")
    world.clock.move(minutes=5)
    compared(world)
    assert world.health.by_shop["demo"].until == START


def test_a_shop_that_cannot_be_reached_is_compared_from_where_it_stood(world):
    compared(world)
    world.clock.move(hours=3)
    world.api.fails = [TryLater("down", 30)]
    with pytest.raises(TryLater):
        world.reconcile("demo")
    compared(world)
    assert world.api.asked_since[-1] == START - healths.OVERLAP


def test_a_shop_that_turns_us_away_says_so_in_its_health_until_it_does_not(world):
    world.api.fails = [Refused("the key was withdrawn", 401)]
    with pytest.raises(Refused):
        world.reconcile("demo")
    assert world.health.by_shop["demo"].problem == "the key was withdrawn"
    compared(world)
    assert world.health.by_shop["demo"].problem is None


def test_a_shop_that_gave_us_no_access_has_nothing_to_compare_and_rings_nobody(world):
    def closed(shop: str):
        raise Refused("access: needs url")

    reconcile = replace(world.reconcile, reach=closed)
    assert reconcile("demo")["next"] == "done"
    assert world.health.by_shop["demo"].problem == "no_access"


def test_what_leaves_no_row_goes_to_the_worker_only_under_its_webhooks_own_key(world, told):
    refund = RefundSeen("p", "r", START, contact=Contact())
    world.api.orders = [listed(told, "evt_1", refund), listed(told, "reconcile:order:1", refund)]
    assert compared(world)["gaps"] == 0
    assert [delivery.key for delivery in world.queue.deliveries] == ["evt_1"]


def test_what_nobody_understands_goes_where_a_person_sees_it(world, told):
    world.api.orders = [unreadable(told, "reconcile:broken")]
    compared(world)
    worked_off(world)
    assert len(world.queue.parked) == 1


def test_what_nobody_understands_is_one_letter_however_often_it_is_listed(world, told):
    world.api.orders = [unreadable(told, "reconcile:broken")]
    for _ in range(3):
        world.clock.move(minutes=15)
        compared(world)
        worked_off(world)
    assert len(world.queue.parked) == 1
    world.api.orders.append(unreadable(told, "reconcile:broken:later"))  # the same order, as it is by now
    compared(world)
    worked_off(world)
    assert len(world.queue.parked) == 2


def test_what_was_parked_is_taken_in_by_the_next_comparison_once_it_can_be_read(world, told):
    change = listed(told, "reconcile:order:1", order(START, "cart:c1"))
    good = told.heard["reconcile:order:1"]
    told.heard["reconcile:order:1"] = Refused("total must be money")
    world.api.orders = [change]
    compared(world)
    told.heard["reconcile:order:1"] = good
    assert compared(world)["gaps"] == 1


def test_what_is_no_longer_listed_is_no_longer_remembered(world, told):
    world.api.orders = [unreadable(told, "reconcile:broken")]
    compared(world)
    assert len(world.health.by_shop["demo"].unread) == 1
    world.api.orders = []
    world.clock.move(minutes=15)
    compared(world)
    assert world.health.by_shop["demo"].unread == {}


def test_a_shop_of_which_nothing_can_be_read_fills_no_row(world, told):
    numbers = range(healths.MOST_UNREAD + 5)
    world.api.orders = [unreadable(told, f"reconcile:{number}") for number in numbers]
    compared(world)
    assert len(world.health.by_shop["demo"].unread) == healths.MOST_UNREAD


@pytest.fixture
def hooked(world: World) -> World:
    world.keys.by_shop["demo"] = ShopKeys("told", ("s" * 32,), api={"hook": HOOK})
    world.api.wanted = ("orders/paid", "carts/update")
    return world


def test_a_lost_subscription_is_made_anew_and_others_are_left_alone(hooked):
    foreign = Subscription("f", "carts/update", "https://somebody.example/")
    hooked.api.made = [Subscription("a", "orders/paid", HOOK), foreign]
    assert compared(hooked)["subscriptions"] == "repaired"
    assert {(one.topic, one.url) for one in hooked.api.made} == {
        ("orders/paid", HOOK),
        ("carts/update", HOOK),
        ("carts/update", foreign.url),
    }
    assert compared(hooked)["subscriptions"] == "complete"
    assert hooked.metrics.counts["SubscriptionsRepaired"] == 1


def test_a_subscription_is_prolonged_before_its_end_and_not_on_every_round(hooked):
    ends_at = hooked.clock.now() + timedelta(days=3)
    hooked.api.made = [Subscription(topic, topic, HOOK, ends_at=ends_at) for topic in hooked.api.wanted]
    compared(hooked)
    assert not [what for what in hooked.api.asked if what.startswith("renew")]
    hooked.clock.move(hours=43)
    assert compared(hooked)["subscriptions"] == "complete"
    assert sorted(what for what in hooked.api.asked if what.startswith("renew")) == [
        "renew carts/update",
        "renew orders/paid",
    ]


def test_a_subscription_that_the_shop_switched_off_is_switched_on(hooked):
    hooked.api.made = [Subscription(topic, topic, HOOK, live=False) for topic in hooked.api.wanted]
    assert compared(hooked)["subscriptions"] == "repaired"
    assert all(one.live for one in hooked.api.made)


def test_a_secret_that_the_platform_chose_is_kept_beside_the_one_before(hooked):
    hooked.api.chooses_secret = "whsec_new"
    hooked.api.wanted = ("events",)
    compared(hooked)
    assert hooked.keys.by_shop["demo"].secrets == ("whsec_new", "s" * 32)
    assert hooked.keys.by_shop["demo"].api == {"hook": HOOK}


def test_subscriptions_that_somebody_made_by_hand_are_not_doubled(world):
    world.api.wanted = ("orders/paid",)
    assert compared(world)["subscriptions"] == "by_hand"
    assert world.api.made == []


def test_one_occasion_starts_one_run_per_shop_and_the_next_occasion_another(world):
    assert world.start_reconciling("10:00") == ["demo"]
    assert world.start_reconciling("10:00") == []
    assert world.start_reconciling("10:15") == ["demo"]


def test_the_pulse_is_taken_from_what_the_shop_sent_and_not_from_what_we_found(world, told):
    world.deliver(told.delivery("e1", cart(START, SHIRT), at=START))
    world.deliver(told.delivery("reconcile:x", cart(START, SHIRT), at=START + timedelta(hours=1)))
    assert world.health.beats == [("demo", START)]
