"""Stop writing to an address that a provider refused outright."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.errors import Conflict, TryLater
from cartback.domain.people import suppression
from cartback.ports import RowSet

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.ports import Records

MOST_TRIES = 8


def block(records: Records, claim: Claim, because: str, now: datetime) -> None:
    """Write no more to the address of a claim on its channel; what ends by itself does so after its usual time.

    The address's own block is for what lasts, and survives the person's erasure. Raises TryLater if the rows keep
    changing.
    """
    lasting = suppression.lasts(because)
    until = None if lasting else now + suppression.RECHECKED_AFTER
    for _ in range(MOST_TRIES):
        name, address = claim.person_id, claim.address_hash
        before = records.read(claim.shop, persons=[name] if name else [], blocks=[address] if lasting else [])
        after = RowSet()
        if lasting:
            known = before.blocks.get(address)
            after.blocks[address] = known if suppression.lasts(known) else because
        person = before.persons.get(name)
        if person is not None and person.address_hash(claim.channel) == address:
            after.persons[name] = suppression.on_channel(person, claim.channel, because, now, until)
        try:
            records.save(claim.shop, before, after)
        except Conflict:
            continue
        return
    raise TryLater("the person's row keeps changing", after_seconds=60)
