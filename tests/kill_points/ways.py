"""The ways on which every call is passed: whole stories of a cart, each with another turn."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from cartback import shops
from cartback.domain.deliverability import Tally
from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.responses import Arrival
from cartback.domain.observations import Fetch
from cartback.ports import NotSent, ShopKeys
from cartback.usecases.receive_webhook import ReceiveWebhook
from tests.fakes.senders import generic_headers
from tests.fakes.told import CUP, SHIRT, ada, cart, order
from tests.fakes.world import START
from tests.kill_points.platform import Platform, outpace

SECRET = "whsec_" + "A" * 43 + "="


def opened(platform: Platform, **more) -> None:
    """Ada puts things into a cart."""
    platform.tell(platform.told.delivery("e1", cart(START, SHIRT, CUP, **more), at=START))


def left_alone(platform: Platform) -> None:
    """Nobody comes back: three messages, and the cart is given up."""
    opened(platform)
    platform.run_all()


def begun_under_the_first_release(platform: Platform) -> None:
    """The same with the machine of 0.1, whose runs go on for 35 days: a look of its own before the first message."""
    platform.release = ".0.1"
    left_alone(platform)


def bought_under_the_first_release(platform: Platform) -> None:
    """Active, and then bought, before such a run looks."""
    platform.release = ".0.1"
    opened(platform)
    for minutes, seen in ((50, cart), (100, order)):
        at = START + timedelta(minutes=minutes)
        what = (SHIRT,) if seen is cart else ("cart:c1",)
        platform.tell(platform.told.delivery(f"at {minutes}", seen(at, *what), at=at))
    platform.run_all()


def gone_under_the_first_release(platform: Platform) -> None:
    """The shop was removed before such a run looks."""
    platform.release = ".0.1"
    removed(platform)


def in_bad_company(platform: Platform) -> None:
    """Beside the event lie one that nobody digests, one that nobody reads, and the event itself once more."""
    told = platform.told
    bad = told.delivery("bad", at=START)
    told.heard["bad"] = Refused("line_items must be a list")
    good = told.delivery("e1", cart(START, SHIRT), at=START)
    platform.tell(bad, good)
    platform.work_off([("m-x", "not JSON"), ("m-twice", json.dumps({"cartback": 1}))])
    platform.tell(good)
    platform.run_all()


def with_a_tired_bus(platform: Platform) -> None:
    """The bus takes nothing at first: what was begun is let go of and comes back."""
    bus, real = platform.world.plain["bus"], platform.world.plain["bus"].publish
    tired = iter([True])

    def publish(facts):
        if next(tired, False):
            raise TryLater("the bus is tired")
        real(facts)

    bus.publish = publish
    left_alone(platform)


def active_for_long(platform: Platform) -> None:
    """The shopper is active again before the first look."""
    opened(platform)
    at = START + timedelta(minutes=50)
    platform.tell(platform.told.delivery("e2", cart(at, SHIRT), at=at))
    platform.run_all()


def bought_at_once(platform: Platform) -> None:
    """Bought before the first look."""
    opened(platform)
    at = START + timedelta(minutes=10)
    platform.tell(platform.told.delivery("o1", order(at, "cart:c1"), at=at))
    platform.run_all()


def nobody_agreed(platform: Platform) -> None:
    """There is no consent: the run ends in silence."""
    opened(platform, contact=replace(ada(), consents=()))
    platform.run_all()


def with_a_busy_provider(platform: Platform) -> None:
    """The provider asks for a pause before it takes the message."""
    platform.world.outbox.answers.append(NotSent("Throttling", 10))
    left_alone(platform)


def with_a_stubborn_provider(platform: Platform) -> None:
    """The provider refuses for good: a person has to look at it."""
    platform.world.outbox.answers.extend([NotSent("MailFromDomainNotVerified")] * 20)
    left_alone(platform)


def with_a_quick_provider(platform: Platform) -> None:
    """The provider is quicker than we are."""
    outpace(platform)
    left_alone(platform)


def bought_after_the_first_message(platform: Platform) -> None:
    """The first message does what it is for."""
    world, outbox = platform.world, platform.world.outbox.inner
    real = outbox.send

    def persuasive(message):
        answer = real(message)
        if len(outbox.sent) == 1:
            now = world.clock.now()
            world.other_worker(platform.told.delivery("o1", order(now, "cart:c1"), at=now))
        return answer

    outbox.send = persuasive
    left_alone(platform)


def removed(platform: Platform) -> None:
    """The operator takes the shop out while the run waits."""
    opened(platform)
    platform.world.settings.policies.clear()
    platform.run_all()


def named_only(platform: Platform) -> None:
    """The event names a thing that has to be read from the shop."""
    told = platform.told
    told.fetched = lambda wanted, documents: [cart(START, SHIRT) for _ in documents]
    platform.tell(told.delivery("f1", Fetch("order", "/orders/1", START), at=START))
    platform.run_all()


def woken_twice(platform: Platform) -> None:
    """The claim is there already when the touch comes: a run that was woken twice goes on without sending."""
    opened(platform)
    name, given = next(iter(platform.world.runs.started.items()))
    platform.run_all()
    platform.ended.pop(name)
    platform.world.runs.started[f"{name}-again"] = given
    platform.run_all()


def bounced(platform: Platform) -> None:
    """The first message bounces for good."""
    left_alone(platform)
    for message in platform.world.outbox.sent[:1]:
        platform.news_of(message, "Bounce", bounceType="Permanent", feedbackId="f-1")


def bounced_too_often(platform: Platform) -> None:
    """The shop has had so many bounces that one more stops its marketing."""
    platform.world.standing.add("demo", START, Tally(settled=200, bounced=30))
    bounced(platform)


def opened_by_a_scanner(platform: Platform) -> None:
    """A program looks where the link of the mail leads."""
    left_alone(platform)
    world = platform.world
    if world.tokens.made and world.outbox.sent:
        platform.patiently(lambda: world.open_link(f"demo.{world.tokens.made[0]}", "HEAD"))


def came_back_for_now(platform: Platform) -> None:
    """The mailbox is full, and by the time that we hear of it two people have turned out to be one."""
    opened(platform, contact=ada(customer_ref=None))
    told = platform.told
    platform.run_all()
    account = cart(START, CUP, ref="cart:c2", contact=replace(ada(), email=None, consents=()))
    platform.tell(told.delivery("e2", account, at=START))
    platform.tell(told.delivery("e3", cart(START, CUP, ref="cart:c2", contact=ada()), at=START))
    platform.run_all()
    for message in platform.world.outbox.sent[:1]:
        platform.news_of(
            message, "Bounce", bounceType="Transient", bounceSubType="MailboxFull", feedbackId="f"
        )


def with_two_carts(platform: Platform) -> None:
    """A cart of another visit has to wait for its place in the budget, and says so."""
    platform.tell(platform.told.delivery("e1", cart(START, SHIRT), at=START))
    platform.run_all()
    at = START + timedelta(days=6)
    platform.world.clock.move(seconds=max(0, (at - platform.world.clock.now()).total_seconds()))
    platform.tell(platform.told.delivery("e2", cart(at, CUP, ref="cart:c2"), at=at))
    platform.run_all()


def switched_off(platform: Platform) -> None:
    """The shop has switched the flow off."""
    policies = platform.world.settings.policies
    policies["demo"] = replace(policies["demo"], flows=frozenset())
    left_alone(platform)


def clicked_and_left(platform: Platform) -> None:
    """Somebody opens the link of the mail, and then leaves."""
    left_alone(platform)
    world = platform.world
    if world.tokens.made and world.outbox.sent:
        restore, leave = world.tokens.made[:2]
        platform.patiently(lambda: world.open_link(f"demo.{restore}"))
        platform.patiently(lambda: world.leave.look(f"demo.{leave}"))
        platform.patiently(lambda: world.leave(f"demo.{leave}"))


def removed_between_two_messages(platform: Platform) -> None:
    """The operator takes the shop out after the first message."""
    platform.between = lambda: platform.world.outbox.sent and platform.world.settings.policies.clear()
    left_alone(platform)


def preferred(platform: Platform) -> None:
    """Somebody chooses at the foot of the first message what they get."""
    world = platform.world

    def choose() -> None:
        if world.outbox.sent:
            platform.between = lambda: None
            token = world.outbox.sent[0].text.partition("/p/")[2].split()[0]
            chosen = {
                "topic": ["cart_reminders"],
                "channel": ["email"],
                "frequency": ["weekly"],
                "pause": ["none"],
            }
            platform.patiently(lambda: world.preferences.look(token))
            platform.patiently(lambda: world.preferences(token, {**chosen, "language": ["any"]}))

    platform.between = choose
    left_alone(platform)


def came_back_by_the_link(platform: Platform) -> None:
    """Somebody leaves at the foot of the first message, and at once wants it all again: a mail has to ask."""
    world = platform.world

    def choose() -> None:
        if world.outbox.sent:
            platform.between = lambda: None
            token = world.outbox.sent[0].text.partition("/p/")[2].split()[0]
            platform.patiently(lambda: world.preferences(token, {"leave": ["all"]}))
            back = {"topic": ["cart_reminders"], "channel": ["email"], "frequency": ["all"]}
            shown = platform.patiently(lambda: world.preferences(token, back))
            asked = world.bus.named("subscription.requested")
            if shown is not None and not (shown[1].asked and asked):  # whoever was erased has no page
                platform.wrong.append("nobody asks whoever came back")

    platform.between = choose
    left_alone(platform)


class Refused401:
    """Counts refused signatures, as the door does for the operator."""

    def __init__(self) -> None:
        self.seen = 0

    def refused(self, shop: str) -> None:
        self.seen += 1

    def lately(self, shop: str) -> int:
        return self.seen


def sent_by_the_shop(platform: Platform) -> None:
    """The webhook itself: the shop sends until it is told 202."""
    world, counted = platform.world, Refused401()
    world.keys.by_shop["demo"] = ShopKeys("generic", (SECRET,))
    receive = ReceiveWebhook(world.keys, world.queue, world.clock, shops.load, refusals=lambda: counted)
    body = b'{"type": "cart.updated"}'
    answers = []

    def send(secret: str = SECRET) -> None:
        headers = {
            "content-type": "application/json",
            **generic_headers(body, secret, timestamp=world.clock.now()),
        }
        answers.append(receive("demo", body, headers).status)
        if answers[-1] == 503:
            raise TryLater("the shop sends again")

    platform.patiently(lambda: send("whsec_" + "B" * 43 + "="))
    platform.patiently(send)
    if answers[-1:] != [202] or not world.queue.deliveries:
        platform.wrong.append(f"a webhook was lost: answers {answers}")


class Greeting:
    """A platform whose events prove themselves in another way than by a signature."""

    def greet(self, visit, keys, now):
        return Arrival("told", "k1", "{}")


def sent_without_a_signature(platform: Platform) -> None:
    """The webhook of a platform with manners of its own."""
    world = platform.world
    receive = ReceiveWebhook(world.keys, world.queue, world.clock, lambda _: Greeting())
    answers = []

    def send() -> None:
        answers.append(receive("demo", b"{}", {}).status)
        if answers[-1] == 503:
            raise TryLater("the shop sends again")

    platform.patiently(send)
    if answers[-1:] != [202] or not world.queue.deliveries:
        platform.wrong.append(f"a webhook was lost: answers {answers}")


WAYS: tuple[Callable[[Platform], None], ...] = (
    left_alone,
    begun_under_the_first_release,
    bought_under_the_first_release,
    gone_under_the_first_release,
    in_bad_company,
    with_a_tired_bus,
    active_for_long,
    bought_at_once,
    nobody_agreed,
    with_a_busy_provider,
    with_a_stubborn_provider,
    with_a_quick_provider,
    bought_after_the_first_message,
    removed,
    named_only,
    woken_twice,
    bounced,
    bounced_too_often,
    opened_by_a_scanner,
    came_back_for_now,
    with_two_carts,
    switched_off,
    clicked_and_left,
    removed_between_two_messages,
    preferred,
    came_back_by_the_link,
    sent_by_the_shop,
    sent_without_a_signature,
)
