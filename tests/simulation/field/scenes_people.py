"""Households, colleagues and strangers who share a number, a customer id or a device, and mean no harm."""

from __future__ import annotations

from datetime import timedelta

from tests.simulation.field.scene import EVERYWHERE, Scene, scene
from tests.simulation.field.shops import GENERIC, SHOPIFY, WOO
from tests.simulation.shopper import Doing, NextMail

A_DAY = timedelta(days=1)
NOBODYS_NUMBER = "+49 123 456789"
"""What guests type who want to give none."""


@scene(0.25)
def household_with_one_landline(s: Scene) -> Doing:
    """Two or three people, each with a mailbox and mostly with an account, and the number of their home."""
    landline, family = s.phone(), []
    for name in ("anna", "bernd", "carla")[: s.rng.randint(2, 3)]:
        human, address = s.human(name)
        account = s.account(human, address, landline) if s.rng.random() < 0.7 else None
        family.append((human, address, account))
        yield s.minutes(0, 5)
    for place, (human, address, account) in enumerate(family):
        thing = s.cart(human, address, account, landline, goods=(f"of-{place}",))
        thing.promised = True
        yield s.minutes(20, 600)
    if s.rng.random() < 0.3:
        s.buy(human, address, account, landline, of=thing)


@scene(0.15)
def guests_with_a_made_up_number(s: Scene) -> Doing:
    """Guests who do not know each other type the same number that is none."""
    for place in range(s.rng.randint(3, 4)):
        human, address = s.human(f"guest{place}")
        s.cart(human, address, None, NOBODYS_NUMBER, goods=(f"of-{place}",)).promised = True
        yield s.minutes(10, 900)


@scene(0.12)
def recycled_number(s: Scene) -> Doing:
    """A number is given to somebody else, who shops where its last owner left a cart."""
    number = s.phone()
    for name in ("before", "after"):
        human, address = s.human(name)
        account = s.account(human, address, number) if s.rng.random() < 0.5 else None
        s.cart(human, address, account, number, goods=(name,)).promised = True
        yield s.minutes(60, 2 * 1440)
    if s.rng.random() < 0.5:
        s.buy(human, address, account, number)


@scene(0.15)
def company_with_one_customer_id(s: Scene) -> Doing:
    """Colleagues order under the company's one account, each with a mailbox of their own."""
    boss, office = s.human("office")
    company = s.account(boss, office)
    yield s.minutes(5, 60)
    for place in range(s.rng.randint(2, 3)):
        human, address = s.human(f"colleague{place}")
        cart = s.cart(human, address, company, goods=(f"of-{place}",))
        cart.promised = place == 0  # the account has one budget: later colleagues may find no room in it
        yield s.minutes(20, 900)


@scene(0.12)
def one_person_with_two_mailboxes(s: Scene) -> Doing:
    """One account, and an address from work and one from home; bought under the other one."""
    human, home = s.human("home")
    work = s.mailbox(human, "work")
    account = s.account(human, home)
    yield s.minutes(5, 60)
    s.cart(human, s.rng.choice((home, work)), account, goods=("lamp",))
    yield s.minutes(30, 4000)
    s.buy(human, s.rng.choice((home, work)), account)


@scene(0.12, SHOPIFY, GENERIC)
def two_people_at_one_device(s: Scene) -> Doing:
    """Somebody goes on with the checkout that somebody else began, and types an address of their own."""
    first, one = s.human("first")
    second, other = s.human("second")
    begun = s.cart(first, one, goods=("lamp",))
    mail = yield NextMail(3 * A_DAY)
    if mail is None:
        return
    yield s.minutes(5, 90)
    s.cart(second, other, goods=("lamp", "own"), same_as=begun)
    yield s.minutes(30, 2000)
    s.follow(mail)


@scene(0.1, *EVERYWHERE)
def two_accounts_of_one_person(s: Scene) -> Doing:
    """A second account with a second mailbox: who left the first cart is reminded there, and nowhere else."""
    human, one = s.human("one")
    other = s.mailbox(human, "other")
    number = s.phone()
    accounts = [s.account(human, address, number) for address in (one, other)]
    yield s.minutes(5, 60)
    for place, (address, account) in enumerate(zip((one, other), accounts, strict=True)):
        s.cart(human, address, account, number, goods=(f"of-{place}",)).promised = True
        yield s.minutes(200, 3000)


@scene(0.12)
def yes_stays_with_its_mailbox(s: Scene) -> Doing:
    """Somebody agreed at one mailbox; then their account has another, for which nobody has agreed to anything."""
    human, old = s.human("old")
    new = s.mailbox(human, "new", agrees=False)
    account = s.account(human, old)
    yield s.minutes(5, 60)
    s.cart(human, old, account, goods=("lamp",))
    yield s.minutes(5, 3000)
    s.record(account, human, new)
    yield s.minutes(5, 600)
    s.cart(human, s.rng.choice((new, None)), account, goods=("cup",))


@scene(0.08, WOO, GENERIC)
def telephone_orders_under_the_shops_own_address(s: Scene) -> Doing:
    """Staff type the shop's own address and number for everybody who calls; one of those also shops online."""
    staff, nobodys = s.human("none", agrees=False)
    hotline = s.phone()
    human, address = s.human("caller")
    s.cart(human, address, None, s.phone(), goods=("lamp",)).promised = True
    for _ in range(s.rng.randint(2, 4)):
        yield s.minutes(10, 600)
        s.buy(staff, nobodys, None, hotline)
