"""Whether somebody still has anything to do with the shop: whoever was silent for long is not written to (LEG-9).

Mailbox providers judge a sender by how many readers care, and old addresses turn into spam traps. An open proves
nothing (image proxies open everything), so only what leaves a trace in the shop counts.
"""

from __future__ import annotations

from datetime import datetime

from cartback.domain.people.customer import Person


def engaged_at(person: Person, active_at: datetime | None = None) -> datetime | None:
    """When the person last ordered, filled a cart, came back over one of our links or chose their preferences."""
    signs = [person.last_order_at, person.clicked_at, *person.carts_at]
    signs.append(active_at)
    signs.extend(word.at for word in person.consents.values() if word.state == "granted")
    return max(filter(None, signs), default=None)
