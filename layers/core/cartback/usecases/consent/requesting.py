"""Keep a request to be written to, and tell of it: what a form and the page of preferences have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cartback.domain.consent.signup import SignUp
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.facts import tell
from cartback.ports import RowSet

if TYPE_CHECKING:
    from cartback.domain.facts import Fact
    from cartback.ports import Records

MOST_TRIES = 8


def kept(records: Records, shop: str, name: str, asked: Callable[[SignUp], SignUp]) -> SignUp:
    """The request of this name after somebody asked: one read and one write. Raises TryLater if it keeps changing."""
    for _ in range(MOST_TRIES):
        before = records.read(shop, requests=[name])
        request = asked(before.requests[name] or SignUp(shop, name))
        try:
            records.save(shop, before, RowSet(requests={name: request}))
        except Conflict:
            continue
        return request
    raise TryLater("the request keeps changing")


def told(request: SignUp) -> list[Fact]:
    """The fact that starts the run of a request; the same one however often it is asked for while it is pending.

    None for a request that nobody made.
    """
    at = request.requested_at
    if at is None:
        return []
    about = {"request_id": request.request_id, "generation": request.generation}
    fact = tell(
        "subscription.requested",
        request.shop,
        at,
        request.generation,
        **about,
        channel=request.channel,
        requested_at=at,
    )
    return [fact]
