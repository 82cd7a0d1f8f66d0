"""Strangers who mean harm: they type what is not theirs, send again what they caught, and keep old mails."""

from __future__ import annotations

from datetime import timedelta

from tests.simulation.field.scene import Scene, scene
from tests.simulation.field.shops import SHOPIFY, SISTER, WOO
from tests.simulation.shopper import Doing, NextMail

NUMBERS = 98


@scene(0.2)
def stranger_types_anothers_number(s: Scene) -> Doing:
    """Somebody with an honest consent of their own types a number beside their own address, before and after."""
    number = s.phone()
    vera, hers = s.human("vera", agrees=s.rng.random() < 0.6)
    mallory, own = s.human("mallory")
    bait = s.cart(mallory, own, None, number, goods=("bait",))
    yield s.minutes(5, 60)
    private = s.cart(vera, hers, None, number, goods=("private",))
    private.promised = vera.agrees(hers)
    yield s.minutes(5, 40)
    if s.shop.name == WOO:
        s.cart(mallory, own, None, number, goods=("bait",), visit=bait.visit)
    else:
        s.again(bait)


@scene(0.2)
def stranger_types_anothers_address(s: Scene) -> Doing:
    """Somebody who is logged in types somebody else's address, and then lets their own record be told again."""
    vera, hers = s.human("vera")
    mallory, own = s.human("mallory")
    account = s.account(mallory, own)
    yield s.minutes(5, 60)
    s.cart(mallory, hers, account, goods=("bait",))
    yield s.minutes(5, 60)
    private = s.cart(vera, hers, goods=("private",))
    private.promised = True
    yield s.minutes(5, 40)
    s.record(account, mallory, own)
    if s.rng.random() < 0.5:
        yield s.minutes(5, 300)
        s.buy(vera, hers, of=private)


@scene(0.03)
def stranger_types_a_hundred_numbers(s: Scene) -> Doing:
    """Somebody types number after number beside somebody's address. That person's purchase is heard all the same."""
    vera, hers = s.human("vera")
    mallory, _ = s.human("mallory")
    bait = s.cart(mallory, hers, None, s.phone(), goods=("bait",))
    for _ in range(NUMBERS):
        yield s.minutes(1, 2)
        s.again(bait, phone=s.phone())
    account = s.account(vera, hers)
    yield s.minutes(5, 30)
    private = s.cart(vera, hers, account, goods=("private",))
    yield s.minutes(10, 30)
    s.buy(vera, hers, account)
    private.silence = "bought"


@scene(0.2, SHOPIFY, WOO)
def webhook_is_sent_again_under_other_headers(s: Scene) -> Doing:
    """Whoever reads a shop's logs sends a signed body again: as an erasure, as a farewell, to the shop beside it."""
    vera, hers = s.human("vera")
    account = s.account(vera, hers)
    yield s.minutes(30, 600)
    bought = s.buy(vera, hers, account)
    yield s.minutes(600, 3000)
    if s.shop.name == WOO:
        s.replay(s.captured(account.records[0][1]), "customer.deleted")
    else:
        topic = "app/uninstalled" if s.rng.random() < 0.2 else "customers/redact"
        s.replay(s.captured(bought.dates[0][1]), topic)
    yield s.minutes(60, 3000)
    private = s.cart(vera, hers, account, goods=("private",))
    private.promised = True
    if s.shop.name == SHOPIFY:
        yield s.minutes(1, 20)
        s.replay(s.captured(private.news[0]), "checkouts/update", s.shops[SISTER])


@scene(0.15)
def stranger_holds_an_old_mail(s: Scene) -> Doing:
    """Somebody left. Whoever holds an older mail of theirs ticks everything on the page behind it."""
    vera, hers = s.human("vera")
    s.cart(vera, hers, goods=("lamp",)).promised = True
    mail = yield NextMail(timedelta(days=4))
    if mail is None:
        return
    yield s.minutes(10, 2000)
    if not s.leave(vera, mail):
        return
    yield s.minutes(60, 6000)
    everything = {
        "channel": ["email"],
        "topic": ["news", "offers", "cart_reminders"],
        "frequency": ["all"],
        "language": ["any"],
    }
    # A link grants nothing to whoever left. The owner of the address may be asked for a yes, by a mail to that address.
    s.season.questions.form(s.shop.name, hers, s.now)
    s.season.pages.press("p", mail.token("p"), everything)
    s.follow(mail)
    yield s.minutes(30, 3000)
    s.cart(vera, hers, goods=("private",))
