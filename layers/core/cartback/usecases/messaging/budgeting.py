"""What a message takes from the budgets of subject and person, and what keeps its place in them beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.claims import RELEASED
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.messaging.budget import Intent, intend
from cartback.domain.people import customer
from cartback.domain.subject import CART
from cartback.domain.trade import visits
from cartback.ports import RowSet

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.context import Context
    from cartback.domain.flows import Flow
    from cartback.domain.people.customer import Person
    from cartback.domain.subject import Kind
    from cartback.ports import Ledger, Records
    from cartback.usecases.runs import Run

MOST_TRIES = 8


def counting(context: Context, claim: Claim, flow: Flow, kind: Kind, then: datetime | None) -> RowSet:
    """The rows with this message counted: the subject's, where it counts any, and the person's.

    Both are written with the claim anyway, so the person's also says when the next message about this subject is meant
    to go. The account's row counts it, too, where there is one beside; if that has a mailbox of its own, the visit of a
    cart is its alone.
    """
    now, rows, name = claim.claimed_at, RowSet(), claim.subject.id
    told = kind.counted(context.about, claim.claim_id, now, claim.channel)
    if told != context.about:
        getattr(rows, kind.part)[name] = told
    if context.row is None:
        return rows
    person, account = customer.sent(context.row, now), context.account
    if account is not None:
        account = _saying(customer.sent(account, now), context, claim)
    if account is None or account.email_hash is None:
        person = _saying(person, context, claim)
    if then is not None:
        meant = Intent(name, flow.name, then, kind.view(context.about).worth, rank=flow.rank)
        person = replace(person, intents=intend(person.intents, meant, now))
    rows.persons[person.person_id] = person
    if account is not None:
        rows.persons[account.person_id] = account
    return rows


def _saying(person: Person, context: Context, claim: Claim) -> Person:
    """The row that remembers what was said about a cart; of other subjects none is one story with another."""
    if claim.subject.kind != CART or context.cart is None:
        return person
    said = visits.saying(person.visits, context.cart, claim.touch, claim.claimed_at)
    return replace(person, visits=said)


def reserve(
    records: Records,
    run: Run,
    context: Context,
    flow: Flow,
    kind: Kind,
    until: datetime | None,
    now: datetime,
) -> bool:
    """Say when a waiting message will come, where another one could take its place.

    False if the person's row has changed since it was read: then decide again.
    """
    person = context.row
    alone = person is not None and run.kind == CART and set(person.cart_ids) <= {run.subject_id}
    if person is None or until is None or alone:
        return True
    meant = Intent(run.subject_id, flow.name, until, kind.view(context.about).worth, rank=flow.rank)
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
            unsent = customer.unsent(row, claim.claimed_at)
            after = RowSet(persons={account_row: unsent})
        try:
            records.save(claim.shop, before, after)
        except Conflict:
            continue
        return
    raise TryLater("the account's row keeps changing", after_seconds=60)


def release(records: Records, ledger: Ledger, claim: Claim, reason: str, account: Person | None) -> None:
    """Release a claim whose message did not go out, and the budget that it took."""
    released = replace(claim, state=RELEASED, because=reason)
    if not claim.person_id:
        ledger.mark(claim, released)
        return
    if account is not None:
        give_back(records, claim, account.person_id)
    for _ in range(MOST_TRIES):
        person = records.read(claim.shop, persons=[claim.person_id]).persons.get(claim.person_id)
        if person is None:
            return
        unsent = customer.unsent(person, claim.claimed_at)
        try:
            ledger.release(claim, released, unsent)
        except Conflict:
            continue
        return
