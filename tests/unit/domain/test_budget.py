"""Who gets the next place in a person's budget, and how much one cart and one address can bear."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.context import Context
from cartback.domain.decision import SEND, SKIP, WAIT
from cartback.domain.flows import MONEY, NEWS, RANKS, SERVICE, Flow
from cartback.domain.messaging import bounces, reminders
from cartback.domain.messaging.bounces import SoftBounce
from cartback.domain.messaging.budget import AHEAD, GRACE, Intent, intend, makes_room_until, outranks
from cartback.domain.messaging.reminders import Reminder
from cartback.domain.messaging.timing import Caps, after_caps
from cartback.domain.money import Money
from cartback.domain.people.customer import merge
from cartback.domain.policy import plan_for
from cartback.domain.trade.cart import Cart, absorb
from cartback.domain.trade.items import Item
from cartback.flows import all_flows, rank_of
from cartback.flows.cart_recovery import decide
from tests.fakes.world import START, a_policy
from tests.unit.domain.test_permission import ada, word

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = a_policy(caps=Caps(1, 4, 8, timedelta(0)))
PLAN = plan_for(POLICY)


def cart(**changes) -> Cart:
    filled = Cart("demo", "small", items=(Item("v1", "Tasse"),), total=Money(1000, "EUR"), person_id="p1")
    return replace(filled, started_at=START, activity_at=START, **changes)


def decided(person, at=START + HOUR, cart=cart(), policy=POLICY, position=0):  # noqa: B008 - frozen
    return decide(Context(cart, person), PLAN, position, 1, policy, at)


def rival(due_at=START + 2 * HOUR, amount=9000, currency="EUR", **more) -> Intent:
    return Intent("great", "cart_recovery", due_at, Money(amount, currency), **more)


def test_a_message_of_less_worth_makes_room_for_one_of_more_that_is_due_soon():
    told = decided(ada(word(), intents=(rival(),)))
    assert (told.word, told.reason, told.until) == (WAIT, "makes_room", rival().due_at + GRACE)


def test_a_message_waits_for_the_first_message_of_a_cart_that_was_only_just_opened():
    just_opened = rival(due_at=START + HOUR, opened=True)
    assert decided(ada(word(), intents=(just_opened,))).until == START + 2 * HOUR + GRACE


@pytest.mark.parametrize(
    "other",
    [
        rival(amount=1000),
        rival(amount=500),
        rival(currency="USD"),
        replace(rival(), worth=None),
        rival(due_at=START + HOUR + AHEAD + timedelta(seconds=1)),
        rival(due_at=START + HOUR - GRACE),
        replace(rival(), subject="small"),
    ],
    ids=["as much", "less", "another currency", "unknown worth", "not soon", "over", "itself"],
)
def test_nothing_else_is_waited_for(other):
    assert decided(ada(word(), intents=(other,))).word == SEND


def test_where_the_budget_has_room_for_both_nobody_waits():
    wide = replace(POLICY, caps=Caps(2, 4, 8, timedelta(0)))
    assert decided(ada(word(), intents=(rival(),)), policy=wide).word == SEND


def test_whoever_makes_room_until_it_is_too_late_expires_with_a_reason():
    at = START + HOUR + PLAN.give_up_after
    told = decided(ada(word(), intents=(rival(due_at=at + HOUR),)), at=at)
    assert (told.word, told.reason) == (SKIP, "no_room_in_budget")


def test_of_two_messages_at_most_one_outranks_the_other():
    one, other = rival(), replace(rival(amount=10), subject="small")
    assert (outranks(one, other), outranks(other, one), outranks(one, one)) == (True, False, False)


@pytest.mark.parametrize(
    ("rank", "decision"), [(SERVICE, WAIT), (MONEY, SEND), (NEWS, SEND)], ids=["service", "money", "news"]
)
def test_a_reminder_makes_room_for_service_without_worth_and_for_news_never(rank, decision):
    other = replace(rival(), worth=None, rank=rank)
    assert decided(ada(word(), intents=(other,))).word == decision


@pytest.mark.parametrize("worth", [None, Money(1, "EUR"), Money(1_000_000, "USD")])
def test_service_goes_before_money_before_news_whatever_they_are_worth(worth):
    service, money, news = (replace(rival(), subject=rank, rank=rank, worth=worth) for rank in RANKS)
    rich = replace(money, worth=Money(10**9, "EUR"))
    assert outranks(service, rich)
    assert outranks(money, replace(news, worth=rich.worth))
    assert outranks(service, news)
    for lower, higher in ((rich, service), (news, money), (news, service), (service, service)):
        assert not outranks(lower, higher)


def test_news_waits_for_a_cart_of_one_cent_that_would_lose_its_place():
    news = Intent("n1", "news", START + HOUR, rank=NEWS)
    cent = rival(amount=1)

    def free_at(instant, sends):
        return after_caps(instant, sends, POLICY.caps)

    assert makes_room_until([cent], news, (), free_at, START + HOUR) == cent.due_at + GRACE
    assert makes_room_until([news], replace(cent, subject="c"), (), free_at, START + HOUR) is None


def test_every_flow_says_its_rank_and_carts_stand_between_service_and_news():
    assert {flow.name: flow.rank for flow in all_flows()}.items() >= {
        ("cart_recovery", MONEY),
        ("double_opt_in", SERVICE),
    }
    assert all(flow.rank in RANKS for flow in all_flows())
    assert rank_of("cart_recovery") == MONEY


def test_a_flow_that_claims_no_rank_lets_all_others_go_first():
    assert Flow("f", "cart.opened", "cart_id", "p", "o").rank == RANKS[-1]


def test_what_is_meant_next_about_a_cart_takes_the_place_of_what_was_meant_before():
    later = rival(due_at=START + 5 * HOUR)
    assert intend(intend((), rival(), START), later, START) == (later,)
    assert (
        intend((rival(due_at=START - 2 * DAY),), replace(rival(), subject="small"), START)[0].subject
        == "small"
    )


@pytest.mark.parametrize("before", [2, 3, 4])
def test_a_cart_gets_at_most_three_messages_in_thirty_days_over_all_generations(before):
    had = tuple(Reminder(f"k{number}", START - number * DAY) for number in range(before))
    told = decided(ada(word()), cart=cart(reminders=had))
    assert (told.word, told.reason) == ((SEND, "due") if before < 3 else (SKIP, "enough_for_cart"))


def test_messages_of_more_than_thirty_days_ago_do_not_count_against_a_cart():
    had = tuple(Reminder(f"k{number}", START + HOUR - 30 * DAY) for number in range(3))
    assert decided(ada(word()), cart=cart(reminders=had)).word == SEND


def test_a_message_that_is_claimed_again_counts_once():
    once = reminders.counted((), "k1", START)
    assert reminders.counted(once, "k1", START + HOUR) == (Reminder("k1", START + HOUR),)


def test_two_rows_that_are_one_cart_have_had_the_messages_of_both():
    one, other = (
        cart(reminders=(Reminder("k1", START),)),
        cart(cart_id="c2", reminders=(Reminder("k2", START),)),
    )
    assert {reminder.claim_id for reminder in absorb(one, other, "e1").reminders} == {"k1", "k2"}


def came_back(number: int, days: float, address: str = "h1") -> SoftBounce:
    return SoftBounce(f"k{number}", address, START + days * DAY)


@pytest.mark.parametrize(
    ("told", "enough"),
    [
        ([came_back(1, 0), came_back(2, 1)], False),
        ([came_back(1, 0), came_back(2, 1), came_back(3, 29)], True),
        ([came_back(1, 0), came_back(2, 1), came_back(3, 30)], False),
        ([came_back(3, 29), came_back(1, 0), came_back(2, 1)], True),
        ([came_back(1, 0), came_back(1, 1), came_back(1, 2)], False),
        ([came_back(1, 0, "old"), came_back(2, 1), came_back(3, 2)], False),
    ],
    ids=["two", "three", "too far apart", "out of order", "one thrice", "another address"],
)
def test_the_third_message_that_comes_back_within_thirty_days_is_one_too_many(told, enough):
    known: tuple[SoftBounce, ...] = ()
    for one in told:
        known = bounces.counted(known, one)
    assert (bounces.too_often_until(known, "h1") is not None) is enough


def test_two_rows_of_one_person_have_the_bounces_and_intents_of_both():
    one = ada(word(), soft_bounces=(came_back(1, 0),), intents=(rival(),))
    other = replace(one, person_id="p2", soft_bounces=(came_back(2, 0),), intents=())
    united, _ = merge(one, other)
    assert (len(united.soft_bounces), united.intents) == (2, (rival(),))


@pytest.mark.parametrize(("ahead", "told"), [(DAY, WAIT), (DAY + timedelta(seconds=1), SEND)])
def test_a_better_message_is_waited_for_if_it_is_due_within_a_day_to_the_second(ahead, told):
    soon = rival(due_at=START + HOUR + ahead)
    tight = replace(POLICY, caps=Caps(9, 9, 9, 3 * DAY))
    assert decided(ada(word(), intents=(soon,)), policy=tight).word == told


def test_of_two_better_messages_the_later_one_is_waited_for():
    both = (rival(due_at=START + 2 * HOUR), replace(rival(due_at=START + 3 * HOUR), subject="greater"))
    for intents in (both, both[::-1]):
        assert decided(ada(word(), intents=intents)).until == START + 3 * HOUR + GRACE


def test_what_is_meant_to_be_sent_is_remembered_for_a_day_and_the_newest_twenty_of_it():
    late = [replace(rival(due_at=START - DAY + ago), subject=str(ago)) for ago in (timedelta(0), HOUR)]
    assert [one.due_at for one in intend(late, rival(), START)] == [START - DAY + HOUR, rival().due_at]
    many = [replace(rival(), subject=f"c{number}") for number in range(30)]
    assert [one.subject for one in intend(many, rival(), START)] == [
        *(f"c{number}" for number in range(11, 30)),
        "great",
    ]


def test_an_intent_whose_time_was_worked_out_is_not_moved_again():
    first = rival(opened=True).resolved(HOUR)
    assert (first.due_at, first.opened) == (rival().due_at + HOUR, False)
    assert first.resolved(HOUR) == first


def test_nothing_outranks_or_is_outranked_by_what_has_no_known_worth():
    unknown = replace(rival(), worth=None)
    assert not outranks(rival(), unknown)
    assert not outranks(unknown, rival())


def test_two_flows_about_one_subject_each_keep_a_place_of_their_own():
    """A second flow about the same cart must neither erase the first one's reservation nor pass it by."""
    care = Intent("great", "post_purchase", START + 3 * HOUR, rank="news")
    both = intend((rival(),), care, START)
    assert both == (rival(), care)
    assert intend(both, replace(care, due_at=START + 4 * HOUR), START) == (
        rival(),
        replace(care, due_at=START + 4 * HOUR),
    )
    news = replace(care, subject="small", due_at=START + HOUR)
    first = replace(rival(), subject="small")
    until = makes_room_until((first,), news, (), lambda at, sends: at + HOUR * len(sends), START + HOUR)
    assert until == rival().due_at + GRACE
