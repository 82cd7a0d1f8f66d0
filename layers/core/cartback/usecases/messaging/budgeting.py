"""What a message takes from the budgets of cart and person, and what is said beforehand to keep its place in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.errors import Conflict, TryLater
from cartback.domain.messaging import reminders
from cartback.domain.messaging.budget import intend
from cartback.domain.people import customer
from cartback.domain.touches import due_at, intent_of
from cartback.domain.trade import visits
from cartback.flows import rank_of
from cartback.ports import RowSet

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.context import Context
    from cartback.domain.people.customer import Person
    from cartback.domain.policy import Plan, Policy
    from cartback.ports import Records
    from cartback.usecases.runs import Run

MOST_TRIES = 8


def following_due(context: Context, plan: Plan, position: int, policy: Policy) -> datetime | None:
    """When the next message of this cart is due; None after the last."""
    return due_at(context.cart, plan, position + 1, policy) if position + 1 < len(plan.touches) else None


def counting(context: Context, claim: Claim, flow: str, then: datetime | None) -> tuple[Context, Person]:
    """The rows with this message counted: the cart's, inside the context, and the person's.

    Both are written with the claim anyway, so the person's also says when this cart's next message is meant to go. The
    account's row counts it, too, where there is one beside; if that has a mailbox of its own, the visit is its alone.
    """
    cart, now = context.cart, claim.claimed_at
    told = replace(cart, reminders=reminders.counted(cart.reminders, claim.claim_id, now))
    person, account = customer.sent(context.row, now), context.account
    if account is None or account.email_hash is None:
        person = visits.saying(person, cart, claim.touch, now)
    if account is not None:
        account = visits.saying(customer.sent(account, now), cart, claim.touch, now)
    if then is not None:
        person = replace(
            person, intents=intend(person.intents, intent_of(cart, flow, then, rank_of(flow)), now)
        )
    return replace(context, cart=told, account=account), person


def reserve(records: Records, run: Run, context: Context, until: datetime | None, now: datetime) -> bool:
    """Say when a waiting message will come, where another cart's could take its place.

    False if the person's row has changed since it was read: then decide again.
    """
    cart, person = context.cart, context.row
    if person is None or until is None or set(person.cart_ids) <= {cart.cart_id}:
        return True
    meant = intent_of(cart, run.flow, until, rank_of(run.flow))
    told = replace(person, intents=intend(person.intents, meant, now))
    if told == person:
        return True
    before, after = (RowSet(persons={person.person_id: row}) for row in (person, told))
    try:
        records.save(run.shop, before, after)
    except Conflict:
        return False
    return True


def give_back(records: Records, claim: Claim, account_row: str) -> None:
    """Take a message that did not go out from what the account's row counts, or the mailbox that it became meanwhile.

    Raises TryLater if that keeps changing.
    """
    for _ in range(MOST_TRIES):
        row = records.read(claim.shop, persons=[account_row]).persons[account_row]
        if row is not None and row.merged_into is not None:
            account_row = row.merged_into
            continue
        before, after = RowSet(persons={account_row: row}), RowSet()
        if row is not None:
            unsent = visits.unsaid(customer.unsent(row, claim.claimed_at), claim.claimed_at)
            after = RowSet(persons={account_row: unsent})
        try:
            records.save(claim.shop, before, after)
        except Conflict:
            continue
        return
    raise TryLater("the account's row keeps changing", after_seconds=60)
