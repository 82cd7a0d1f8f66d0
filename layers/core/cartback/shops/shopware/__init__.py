"""Shopware 6: webhooks of an app (integrations.md § 1.3). The ceremony that connects it is in ``ceremony``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.shops.shopware.signing import signed

if TYPE_CHECKING:
    from cartback.domain.intake.responses import Answer, Visit
    from cartback.domain.intake.voices import Claim
    from cartback.domain.observations import Fetch, Observation
    from cartback.ports import Delivery, ShopKeys

# Event -> the function of ``translation`` that understands it.
TOPICS: dict[str, str] = {
    "app.installed": "nothing",
    "app.activated": "nothing",
    "app.updated": "nothing",
    "app.deactivated": "nothing",
    "app.deleted": "app_deleted",
    "checkout.order.placed": "order",
    "state_enter.order.state.completed": "order",
    "state_enter.order.state.cancelled": "order_cancelled",
    "state_enter.order_delivery.state.shipped": "order",
    "state_enter.order_delivery.state.shipped_partially": "order",
    "state_enter.order_delivery.state.returned": "order_returned",
    "state_enter.order_delivery.state.returned_partially": "order_returned",
    "state_enter.order_delivery.state.cancelled": "order",
    "state_enter.order_transaction.state.paid": "order_paid",
    "state_enter.order_transaction.state.failed": "payment_failed",
    "state_enter.order_transaction.state.cancelled": "payment_cancelled",
    "state_enter.order_transaction.state.refunded": "refunded",
    "state_enter.order_transaction.state.refunded_partially": "refunded_partially",
    "checkout.customer.register": "customer",
    "checkout.customer.login": "customer",
    "checkout.customer.deleted": "customer_deleted",
    "newsletter.confirm": "newsletter_confirmed",
    "newsletter.unsubscribe": "newsletter_left",
    "order.written": "written",
    "customer.written": "written",
    "product.written": "written",
}

# The newer outbox repeats for four and a half hours with the instant of the event inside the signed body
# (ADR 2026-04-14). The future is only as wide as clocks differ.
OLDEST = timedelta(hours=5)
AHEAD = timedelta(minutes=10)

_EVENT = re.compile(r"[a-z][a-z0-9_.]{0,120}")
_ID = re.compile(r"[!-~]{1,200}")


def verify(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> tuple[str, str, dict[str, str]]:
    """Check that the shop's own secret signed these bytes; give (event, key, no headers).

    Raises ``Refused`` with 401 for a signature that is missing or wrong and for an event that is too old or from
    the future, 400 for a signed body without event, shop or id: so come webhooks that belong to no app.
    """
    if not signed(body, headers.get("shopware-shop-signature", ""), secrets):
        raise Refused("the signature is missing or wrong", 401)
    try:
        event = payload_reader.parse(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused("the body is not UTF-8") from None
    source = event["source"]
    source["shopId"].identifier()
    name = event["data"]["event"].matching(_EVENT, "the name of an event")
    age = now.timestamp() - event["timestamp"].integer(0, 10**11)
    if age > OLDEST.total_seconds() or -age > AHEAD.total_seconds():
        raise Refused("the timestamp is too far away", 401)
    given = headers.get("x-shopware-event-id", "").strip()
    key = given if _ID.fullmatch(given) else source["eventId"].matching(_ID, "an id")
    return name, f"{name}:{key}", {}


def signers(keys: ShopKeys, now: datetime) -> Sequence[str]:
    """The secret that shop and app agreed on, and for a minute the one before. The app's own never signs a webhook."""
    agreed = keys.agreed
    until = agreed.get("previous_until")
    before = agreed["previous"] if until and now <= datetime.fromisoformat(until) else ""
    return [secret for secret in (agreed.get("secret"), before) if secret]


def register(
    visit: Visit, keys: ShopKeys, fresh: str, confirm_url: str, now: datetime
) -> tuple[Answer, ShopKeys]:
    """Answer a shop that introduces itself. Raises ``Refused``, with 401 for whoever does not know the app's secret."""
    from cartback.shops.shopware import ceremony

    return ceremony.register(visit, keys, fresh, confirm_url, now)


def confirm(visit: Visit, keys: ShopKeys, now: datetime) -> tuple[Answer, ShopKeys]:
    """Answer a shop that took its secret. Raises ``Refused``, with 401 for whoever does not know the new one."""
    from cartback.shops.shopware import ceremony

    return ceremony.confirm(visit, keys, now)


def known_as(keys: ShopKeys) -> list[str]:
    """The id and the addresses that the shop registered and was connected by."""
    return [keys.agreed.get("shop_id", ""), keys.agreed.get("shop_url", ""), keys.api.get("url", "")]


def claims(delivery: Delivery) -> list[Claim]:
    """What a delivery says of its sender, see ``ports.Speaker``."""
    from cartback.shops.shopware import voice

    return voice.claims(delivery)


def observe(delivery: Delivery) -> list[Observation] | None:
    """Translate a delivery; None for an event that we do not use. Raises ``Refused`` for what is not its shape."""
    name = TOPICS.get(delivery.topic)
    if name is None:
        return None
    from cartback.domain.intake.salvage import despite
    from cartback.shops.shopware import traces, translation

    understand: translation.Translation = getattr(translation, name)
    return despite(lambda: understand(delivery), lambda: traces.of(delivery, name))


def fetched(wanted: Fetch, documents: Sequence[str]) -> list[Observation]:
    """Translate what the Admin API has of an entity; nothing is said of one that is gone."""
    from cartback.domain.intake.salvage import despite
    from cartback.shops.shopware import traces, translation

    def read(text: str) -> list[Observation]:
        return despite(lambda: translation.entity(wanted, text), lambda: traces.of_entity(wanted, text))

    return [seen for document in documents for seen in read(document)]
