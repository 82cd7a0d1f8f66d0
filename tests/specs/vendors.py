"""Each vendor's requests, held to what that vendor publishes. WooCommerce publishes nothing that a machine can read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jsonschema import ValidationError

from tests.specs import criteria, documents, odata
from tests.specs.openapi import Spec
from tests.unit.web.server import Asked

_HERE = Path(__file__).parent
STRIPE = Spec(_HERE / "stripe" / "openapi.json")
SHOPWARE = Spec(_HERE / "shopware" / "openapi.json", base="/api")
SHOPIFY = documents.published()


def shopify(asked: Asked) -> None:
    """Logging in is no part of the schema."""
    if asked.path != "/admin/oauth/access_token":
        documents.check(*SHOPIFY, asked.path, asked.body)


def stripe(asked: Asked) -> None:
    """What we write says which version it is written in."""
    STRIPE.check(asked)
    if asked.method == "POST" and asked.headers.get("stripe-version") != STRIPE.version:
        raise ValidationError(f"written in another version than {STRIPE.version}")


def shopware(asked: Asked) -> None:
    """Criteria and the rows of a sync are held to the entities, too."""
    SHOPWARE.check(asked)
    path = asked.path.removeprefix("/api/")
    if path.startswith("search/"):
        criteria.check_search(SHOPWARE, path.removeprefix("search/"), asked.body)
    elif path == "_action/sync":
        criteria.check_sync(SHOPWARE, asked.body)


def business_central(asked: Asked) -> None:
    """Logging in is Microsoft Entra's."""
    if not asked.path.endswith("/oauth2/v2.0/token"):
        odata.check(asked)


CHECKS: dict[str, Callable[[Asked], None]] = {
    "business_central": business_central,
    "shopify": shopify,
    "shopware": shopware,
    "stripe": stripe,
}
