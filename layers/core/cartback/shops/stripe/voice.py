"""Whose a Stripe event says that it is: the connected account, the mode, and the pages that a checkout leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.voices import ACCOUNT, MODE, Claim, hosts, named

if TYPE_CHECKING:
    from cartback.ports import Delivery

_ADDRESSES = ("success_url", "cancel_url", "return_url")


def claims(delivery: Delivery) -> list[Claim]:
    """The account stands only in events of *connected* accounts (Connect), which are other merchants until named."""
    body = salvage.document(delivery.body)
    live = salvage.dig(body, "livemode").value
    mode = {True: "live", False: "test"}.get(live) if isinstance(live, bool) else None
    return [
        *named(ACCOUNT, salvage.dig(body, "account").value, decides=False, strict=True),
        *named(MODE, mode, decides=False),
        *hosts(*(salvage.dig(body, f"data.object.{name}").value for name in _ADDRESSES)),
    ]
