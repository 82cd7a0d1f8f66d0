"""Where a WooCommerce delivery says that it comes from: the site's own addresses in what it signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.voices import Claim, hosts

if TYPE_CHECKING:
    from cartback.ports import Delivery

# The address that a shopper is sent to says most; the REST links stand in every resource that the core makes.
_SIGNED = ("payment_url", "permalink", "checkout_url", "_links.self", "_links.collection")


def claims(delivery: Delivery) -> list[Claim]:
    """Every host that the signed body names itself by, then that of the header, which nobody signed.

    A site knows its own name in its table of options, which a copy rewrites: each of these is made from it.
    """
    body = salvage.document(delivery.body)
    said = [salvage.dig(body, path).value for path in _SIGNED]
    addresses = [one.get("href") for each in said for one in _each(each)]
    return hosts(*addresses, delivery.headers.get("x-wc-webhook-source"), strict=True)


def _each(said: object) -> list[dict[str, object]]:
    if isinstance(said, str):
        return [{"href": said}]
    return [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
