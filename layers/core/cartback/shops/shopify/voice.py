"""Which shop a Shopify delivery says that it comes from: one app's secret signs for every shop that installed it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.voices import MYSHOPIFY, NUMBER, Claim, hosts, named
from cartback.domain.shop.hosts import host_of

if TYPE_CHECKING:
    from cartback.ports import Delivery

_ADDRESSES = ("order_status_url", "abandoned_checkout_url")
# The first part of these addresses' paths is the shop's number, whatever domain of its markets they are on.
_NUMBER = re.compile(r"https://[^/?#]+/([0-9]{1,20})/")


def claims(delivery: Delivery) -> list[Claim]:
    """The signed name at myshopify.com, the shop's number, the hosts of its pages; then the header, which is unsigned.

    A host of a market that we do not know says nothing: a shop has one name at myshopify.com and many domains.
    """
    body = salvage.document(delivery.body)
    links = [salvage.dig(body, path).value for path in _ADDRESSES]
    texts = [link for link in links if isinstance(link, str)]
    shops = [salvage.dig(body, name).value for name in ("myshopify_domain", "shop_domain")]
    numbers = [
        salvage.dig(body, "shop_id").value,
        *(match[1] for match in map(_NUMBER.match, texts) if match),
    ]
    if not salvage.dig(body, "myshopify_domain").is_null:
        numbers.append(salvage.dig(body, "id").value)
    return [
        *(claim for name in (*shops, *map(host_of, texts)) for claim in named(MYSHOPIFY, name)),
        *(claim for number in numbers for claim in named(NUMBER, number)),
        *hosts(*texts),
        *named(MYSHOPIFY, delivery.headers.get("x-shopify-shop-domain")),
    ]
