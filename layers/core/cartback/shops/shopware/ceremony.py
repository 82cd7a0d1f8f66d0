"""How a Shopware shop and this app agree on a secret: register, confirm, and the same again with both signatures.

After app-php-sdk (lib/Registration) and the app guide, "App registration & backend setup".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.responses import Answer, Visit
from cartback.ports import ShopKeys
from cartback.shops.shopware.signing import signed

APP_NAME = "Cartback"  # as in docs/shops/shopware-manifest.xml: it is part of the proof
TOLERANCE = timedelta(minutes=10)
PENDING_FOR = timedelta(minutes=10)
PREVIOUS_FOR = timedelta(seconds=60)

_SHOP_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_URL = re.compile(r"https?://[!-~]{1,250}")
_CREDENTIAL = re.compile(r"[!-~]{1,250}")


def register(
    visit: Visit, keys: ShopKeys, fresh: str, confirm_url: str, now: datetime
) -> tuple[Answer, ShopKeys]:
    """Give the shop a proof that we know the app's secret and a new secret for itself, which waits to be confirmed.

    A shop that has a secret must sign with that too, else whoever learns the app's secret could take its place.
    """
    said = dict(parse_qsl(visit.query, keep_blank_values=True))
    shop_id, shop_url, stamp = (said.get(name, "") for name in ("shop-id", "shop-url", "timestamp"))
    messages = _messages(visit.query, shop_id, shop_url, stamp)
    app_secret = _signer(messages, visit.headers.get("shopware-app-signature", ""), keys.secrets)
    if app_secret is None:
        raise Refused("the app's signature is missing or wrong", 401)
    if "secret" in keys.agreed:
        ours = visit.headers.get("shopware-shop-signature", "")
        if _signer(messages, ours, (keys.agreed["secret"],)) is None:
            raise Refused("the shop's signature is missing or wrong", 401)
    if not re.fullmatch(r"[0-9]{1,11}", stamp, re.ASCII) or abs(now.timestamp() - int(stamp)) > (
        TOLERANCE.total_seconds()
    ):
        raise Refused("the timestamp is missing or more than ten minutes away", 401)
    if not _SHOP_ID.fullmatch(shop_id) or not _URL.fullmatch(shop_url):
        raise Refused("shop-id and shop-url are missing or malformed")
    pending = {
        "pending": fresh,
        "pending_until": (now + PENDING_FOR).isoformat(),
        "pending_shop_id": shop_id,
        "pending_shop_url": shop_url,
    }
    proof = hmac.new(app_secret.encode(), f"{shop_id}{shop_url}{APP_NAME}".encode(), hashlib.sha256)
    told = {"proof": proof.hexdigest(), "secret": fresh, "confirmation_url": confirm_url}
    return _json(told), replace(keys, agreed={**keys.agreed, **pending})


def confirm(visit: Visit, keys: ShopKeys, now: datetime) -> tuple[Answer, ShopKeys]:
    """Put the new secret into force, and the shop's address and API access with it.

    Who confirms again, because our answer was lost, is told the same. A re-registration is confirmed with the old
    secret as well; the old one signs webhooks for another minute.
    """
    agreed = keys.agreed
    signature = visit.headers.get("shopware-shop-signature", "")
    if "pending" not in agreed:
        if signed(visit.body, signature, (agreed.get("secret", ""),)):
            return _DONE, keys
        raise Refused("there is nothing to confirm", 401)
    if now > datetime.fromisoformat(agreed["pending_until"]):
        raise Refused("the registration is more than ten minutes old", 401)
    if not signed(visit.body, signature, (agreed["pending"],)):
        raise Refused("the shop's signature is missing or wrong", 401)
    if "secret" in agreed:
        before = visit.headers.get("shopware-shop-signature-previous", "")
        if not signed(visit.body, before, (agreed["secret"],)):
            raise Refused("the previous signature is missing or wrong", 401)
    try:
        body = payload_reader.parse(visit.body.decode())
    except UnicodeDecodeError:
        raise Refused("the body is not UTF-8") from None
    body["shopId"].word((agreed["pending_shop_id"],))
    after = {
        "secret": agreed["pending"],
        "shop_id": agreed["pending_shop_id"],
        "shop_url": agreed["pending_shop_url"],
        "api_key": body["apiKey"].matching(_CREDENTIAL, "an API key", 250),
        "api_secret": body["secretKey"].matching(_CREDENTIAL, "an API secret", 250),
    }
    if "secret" in agreed:
        after["previous"] = agreed["secret"]
        after["previous_until"] = (now + PREVIOUS_FOR).isoformat()
    return _DONE, replace(keys, agreed=after)


_DONE = Answer(204, "", exact=True)


def _json(told: dict[str, str]) -> Answer:
    return Answer(200, json.dumps(told), kind="application/json", exact=True)


def _messages(query: str, shop_id: str, shop_url: str, stamp: str) -> tuple[bytes, bytes]:
    # The guide signs the query as it was sent, the SDK the three parameters decoded: both are in the field.
    decoded = f"shop-id={shop_id}&shop-url={shop_url}&timestamp={stamp}"
    return query.encode("utf-8", "replace"), decoded.encode("utf-8", "replace")


def _signer(messages: tuple[bytes, ...], signature: str, secrets: tuple[str, ...]) -> str | None:
    found = None
    for secret in secrets:
        for message in messages:
            if signed(message, signature, (secret,)):
                found = secret
    return found
