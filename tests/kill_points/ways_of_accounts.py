"""The ways of who is who: an account beside a typed address, rows that were made one, voices of strangers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cartback.domain.intake import voices
from cartback.domain.observations import Contact, CustomerErased
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.domain.trade.origins import Origin
from cartback.ports import NotSent, RowSet
from tests.fakes.told import SHIRT, ada, cart
from tests.fakes.world import START
from tests.kill_points.platform import Platform
from tests.kill_points.ways import left_alone, opened

TYPED = "office@example.com"


def _opened_beside(platform: Platform) -> None:
    """Ada is logged in and types an address of which the platform's own record does not know."""
    opened(platform, contact=ada(email=TYPED, account_email=None))


def account_with_a_busy_provider(platform: Platform) -> None:
    """The provider asks for a pause: mailbox and account get their place in the budget back."""
    platform.world.outbox.answers.append(NotSent("Throttling", 10))
    _opened_beside(platform)
    platform.run_all()


def account_preferred(platform: Platform) -> None:
    """Somebody refuses reminders at the foot of the first message: that holds for the cart's account, too."""
    world = platform.world

    def choose() -> None:
        if world.outbox.sent:
            platform.between = lambda: None
            token = world.outbox.sent[0].text.partition("/p/")[2].split()[0]
            chosen = {"topic": [], "channel": ["email"], "frequency": ["weekly"], "pause": ["none"]}
            platform.patiently(lambda: world.preferences(token, {**chosen, "language": ["any"]}))

    platform.between = choose
    _opened_beside(platform)
    platform.run_all()
    if platform.injector.fault == "" and len(world.outbox.sent) != 1:
        platform.wrong.append(f"{len(world.outbox.sent)} messages although the first was refused")


def account_complained(platform: Platform) -> None:
    """The first message is called spam: the account is held for it, too."""
    _opened_beside(platform)
    platform.run_all()
    for message in platform.world.outbox.sent[:1]:
        platform.news_of(message, "Complaint", feedbackId="f-1")
    rows = [row for row, _ in platform.world.tables.rows["persons"].values()]
    if platform.injector.fault == "" and [row.blocked for row in rows] != ["complained"] * 2:
        platform.wrong.append("a complaint does not hold for mailbox and account")


def bounced_after_rows_were_made_one(platform: Platform) -> None:
    """An earlier version made one row of two, after the message and before the news of it."""
    left_alone(platform)
    records = platform.world.plain["records"]
    for message in platform.world.outbox.sent[:1]:
        claim = platform.world.plain["ledger"].read_claim("demo", message.claim_id)
        before = records.read("demo", persons=[claim.person_id])
        row = before.persons[claim.person_id]
        if row is not None and row.erased_at is None:
            one, gone = customer.merge(Person("demo", "the-one"), row, platform.world.clock.now())
            names = records.read("demo", aliases=row.aliases).aliases
            before = RowSet(persons={**before.persons, "the-one": None}, aliases=names)
            both = {gone.person_id: gone, "the-one": one}
            records.save("demo", before, RowSet(persons=both, aliases=dict.fromkeys(names, "the-one")))
        platform.news_of(message, "Bounce", bounceType="Permanent", feedbackId="f-1")


def told_by_strangers(platform: Platform) -> None:
    """A copy of the shop speaks with its secret, a way back leads elsewhere, an erasure is captured and sent again."""
    told, world = platform.told, platform.world
    told.claims = lambda delivery: voices.hosts(delivery.headers.get("from", ""), strict=True)
    told.TOLD_ONCE = ("erased",)
    seen = cart(START, SHIRT, restore_url="https://elsewhere.example/cart/1", origin=Origin(("web",)))
    ours = replace(told.delivery("e1", seen, at=START), headers={"from": "https://demo.example"})
    copy = told.delivery("x1", cart(START, SHIRT, ref="cart:x"), at=START)
    platform.tell(ours, replace(copy, headers={"from": "https://staging.elsewhere.example"}))
    gone = CustomerErased(Contact("2", "bob@example.com"), START)
    for key in ("g1", "g2"):
        platform.tell(replace(told.delivery(key, gone, at=START), topic="erased"))
    platform.run_all()
    if "cart:x" in [ref for row, _ in world.tables.rows["carts"].values() for ref in row.refs]:
        platform.wrong.append("a copy of the shop was believed")
    if platform.injector.fault == "" and not (len(world.queue.parked) == len(world.health.heard) == 2):
        platform.wrong.append(f"strangers: {world.health.heard}, parked: {world.queue.parked}")


WAYS: tuple[Callable[[Platform], None], ...] = (
    account_with_a_busy_provider,
    account_preferred,
    account_complained,
    bounced_after_rows_were_made_one,
    told_by_strangers,
)
