"""Whose a Stripe event says that it is: the connected account, the mode, and the pages that a checkout leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain import traces
from cartback.domain.voices import ACCOUNT, MODE, Claim, hosts, named

if TYPE_CHECKING:
    from cartback.ports import Delivery

_ADDRESSES = ("success_url", "cancel_url", "return_url")


def claims(delivery: Delivery) -> list[Claim]:
    """The account stands only in events of *connected* accounts (Connect), which are other merchants until named."""
    body = traces.document(delivery.body)
    live = traces.dig(body, "livemode").value
    mode = {True: "live", False: "test"}.get(live) if isinstance(live, bool) else None
    return [
        *named(ACCOUNT, traces.dig(body, "account").value, decides=False, strict=True),
        *named(MODE, mode, decides=False),
        *hosts(*(traces.dig(body, f"data.object.{name}").value for name in _ADDRESSES)),
    ]
