"""Forget a browser whose push service has forgotten it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.errors import Conflict, TryLater
from cartback.domain.people import customer
from cartback.ports import RowSet

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.claims import Claim
    from cartback.ports import Records

MOST_TRIES = 8


def forget_browser(records: Records, claim: Claim, now: datetime) -> None:
    """Forget the browser that a claim was for: its push service knows it no more.

    Raises TryLater if the row keeps changing. The pointer from its hash to the person is left to
    its time: the door that sends may take nothing away.
    """
    for _ in range(MOST_TRIES):
        before = records.read(claim.shop, persons=[claim.person_id])
        person, after = before.persons.get(claim.person_id), RowSet()
        if person is None:
            return
        after.persons[claim.person_id] = customer.without_device(person, claim.address_hash, now)
        try:
            records.save(claim.shop, before, after)
        except Conflict:
            continue
        return
    raise TryLater("the person's row keeps changing", after_seconds=60)
