"""Claims as the house takes them, for trials of the ledger itself."""

from __future__ import annotations

from collections.abc import Sequence

from cartback.domain.claims import Claim
from cartback.domain.consent.signup import SignUp
from cartback.domain.context import Context
from cartback.domain.people.customer import Person
from cartback.domain.people.suppression import FOR_NOW
from cartback.ports import Ledger, Link, NotBlocked, RowSet, TimelineEntry, Unchanged


def take_touch(
    ledger: Ledger,
    claim: Claim,
    context: Context,
    person: Person,
    line: TimelineEntry,
    links: Sequence[Link] = (),
) -> str | None:
    """Take the claim of a touch: cart and people are written with it, address, shop and marketing not blocked."""
    rows = RowSet(carts={context.cart.cart_id: context.cart}, persons={person.person_id: person})
    if context.account is not None:
        rows.persons[context.account.person_id] = context.account
    guards = [NotBlocked(claim.address_hash, FOR_NOW), NotBlocked("shop"), NotBlocked("marketing")]
    return ledger.claim(claim, guards, rows, line, links)


def take_question(
    ledger: Ledger, claim: Claim, request: SignUp, line: TimelineEntry, links: Sequence[Link] = ()
) -> str | None:
    """Take the claim of a question: the request is as it was read, address and shop not blocked."""
    guards = [
        NotBlocked(claim.address_hash, FOR_NOW | {"opted_out"}),
        NotBlocked("shop"),
        Unchanged("requests", request.request_id, request.version),
    ]
    return ledger.claim(claim, guards, RowSet(), line, links)
