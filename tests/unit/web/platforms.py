"""Shops' own APIs on loopback, one per platform: they hold what a test puts there and refuse what a vendor would.

Every request is held to what its vendor publishes (``tests/specs``) and to the schemas of ``operations``, which know
our own habits too; what breaks one is answered with 400 and remembered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonschema import ValidationError

from tests.specs import vendors
from tests.unit.web.operations import check
from tests.unit.web.server import Asked, Says

EVENTS = Path(__file__).parents[3] / "events"
COMPANY = "5f1c0a52-1111-4000-8000-000000000001"


def sample(name: str) -> Any:
    """A sample of ``events/``."""
    return json.loads((EVENTS / name).read_text())


class Platform:
    """``broken`` holds what a vendor would have refused; ``next`` is an answer instead of the next real one.

    ``published`` holds a request to the vendor's own specification, where there is one.
    """

    published: Callable[[Asked], None] | None = None

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.next: list[Says] = []
        self.calls: list[tuple[str, Any]] = []

    def __call__(self, asked: Asked) -> Any:
        try:
            if self.published is not None:
                self.published(asked)
            return self.next.pop(0) if self.next else self.answer(asked)
        except ValidationError as error:
            self.broken.append(f"{asked.method} {asked.path}: {error.message}")
            return Says(400, {"code": "invalid"})

    def answer(self, asked: Asked) -> Any:
        raise NotImplementedError

    def held(self, operation: str, sent: Any) -> None:
        """Hold a request to its schema, and remember it."""
        check(operation, sent)
        self.calls.append((operation, sent))


class Shopify(Platform):
    """GraphQL: answers by the name of the operation."""

    published = staticmethod(vendors.shopify)

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, Any] = {}

    def answer(self, asked: Asked) -> Any:
        if asked.path.endswith("/oauth/access_token"):
            return {"access_token": "shpat_fresh", "expires_in": 86399}
        if asked.headers.get("x-shopify-access-token") not in ("shpat_12345678", "shpat_fresh"):
            return Says(401)
        document = asked.body["query"]
        assert document.count("{") == document.count("}"), document
        name = re.match(r"(?:query|mutation) (\w+)", document)[1]
        self.held(f"shopify {name}", asked.body["variables"])
        found = self.data[name]
        answer = found(asked.body["variables"]) if callable(found) else found
        return answer if isinstance(answer, Says) or "errors" in answer else {"data": answer}


class WooCommerce(Platform):
    """REST v3: orders by pages, products by id, coupons and webhooks that are made."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[Any] = []
        self.products: dict[str, Any] = {}
        self.coupons: dict[str, str] = {}
        self.webhooks: dict[str, Any] = {}

    def answer(self, asked: Asked) -> Any:
        if not asked.headers.get("authorization", "").startswith("Basic "):
            return Says(401)
        thing, _, rest = asked.path.removeprefix("/wp-json/wc/v3/").partition("/")
        return getattr(self, f"_{thing}")(asked, rest)

    def _orders(self, asked: Asked, rest: str) -> Any:
        if rest:
            found = [order for order in self.orders if str(order["id"]) == rest]
            return found[0] if found else Says(404)
        self.held("woocommerce GET orders", asked.query)
        page, size = int(asked.query.get("page", ["1"])[0]), int(asked.query["per_page"][0])
        return self.orders[(page - 1) * size : page * size]

    def _products(self, asked: Asked, rest: str) -> Any:
        own, _, more = rest.partition("/")
        if more:
            return [each for each in self.products.values() if str(each.get("parent_id")) == own]
        return self.products.get(own) or Says(404)

    def _data(self, asked: Asked, rest: str) -> Any:
        return {"code": "EUR"}

    def _coupons(self, asked: Asked, rest: str) -> Any:
        if asked.method == "GET":
            code = asked.query["code"][0]
            return [{"id": int(self.coupons[code])}] if code in self.coupons else []
        if asked.method == "DELETE":
            gone = [code for code, own in self.coupons.items() if own == rest]
            return {"id": int(rest), "code": self.coupons.pop(gone[0])} if gone else Says(404)
        self.held("woocommerce POST coupons", asked.body)
        if asked.body["code"] in self.coupons:
            return Says(400, {"code": "woocommerce_rest_coupon_code_already_exists"})
        self.coupons[asked.body["code"]] = str(len(self.coupons) + 700)
        return Says(201, {"id": int(self.coupons[asked.body["code"]])})

    def _webhooks(self, asked: Asked, rest: str) -> Any:
        if asked.method == "GET":
            return list(self.webhooks.values())
        if asked.method == "DELETE":
            return self.webhooks.pop(rest, None) or Says(404)
        self.held(f"woocommerce {asked.method} webhooks", asked.body)
        if asked.method == "PUT":
            self.webhooks[rest]["status"] = asked.body["status"]
            return self.webhooks[rest]
        own = str(len(self.webhooks) + 1)
        self.webhooks[own] = {**asked.body, "id": int(own), "status": "active"}
        return Says(201, self.webhooks[own])


class Shopware(Platform):
    """Search by criteria behind an OAuth token of ten minutes."""

    published = staticmethod(vendors.shopware)

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, list[Any]] = {}
        self.removed: list[str] = []

    def answer(self, asked: Asked) -> Any:
        path = asked.path.removeprefix("/api/")
        if path == "oauth/token":
            self.held("shopware token", asked.body)
            return {"token_type": "Bearer", "expires_in": 600, "access_token": "sw-token"}
        if asked.headers.get("authorization") != "Bearer sw-token":
            return Says(401)
        if path == "_action/sync":
            self.held("shopware sync", asked.body)
            return {"data": {}}
        if asked.method == "DELETE":
            self.removed.append(path)
            return Says(404 if self.removed.count(path) > 1 else 204)
        self.held("shopware search", asked.body)
        rows = self.rows.get(path.removeprefix("search/"), [])
        ids = asked.body.get("ids")
        found = [row for row in rows if ids is None or row["id"] in ids]
        size, page = asked.body.get("limit", 500), asked.body.get("page", 1)
        return {"total": len(found), "data": found[(page - 1) * size : page * size]}


class BusinessCentral(Platform):
    """OData with next links; subscriptions that want ``If-Match``."""

    published = staticmethod(vendors.business_central)

    def __init__(self) -> None:
        super().__init__()
        self.base = ""
        self.rows: dict[str, list[Any]] = {}
        self.made: dict[str, Any] = {}
        self.per_page = 2
        self.next_link = ""

    def answer(self, asked: Asked) -> Any:
        if asked.path.endswith("/oauth2/v2.0/token"):
            self.held("business_central token", asked.body)
            return {"access_token": "bc-token", "expires_in": 3599}
        if asked.headers.get("authorization") != "Bearer bc-token":
            return Says(401)
        path = asked.path.partition("/api/v2.0/")[2]
        if path.startswith("subscriptions"):
            return self._subscriptions(asked, path)
        kind = re.match(rf"companies\({COMPANY}\)/(\w+)(?:\(([0-9a-f-]+)\))?$", path)
        if kind is None:
            return Says(404)
        rows = self.rows.get(kind[1], [])
        if kind[2]:
            return next((row for row in rows if row["id"] == kind[2]), Says(404))
        if asked.query:
            self.held("business_central list", asked.query)
        page = int(asked.query.get("page", ["0"])[0])
        shown = rows[page * self.per_page : (page + 1) * self.per_page]
        answer: dict[str, Any] = {"value": shown}
        if (page + 1) * self.per_page < len(rows):
            query = f"$filter={asked.query['$filter'][0]}&page={page + 1}"
            answer["@odata.nextLink"] = self.next_link or f"{self.base}{asked.path}?{query}"
        return answer

    def _subscriptions(self, asked: Asked, path: str) -> Any:
        if asked.method == "GET":
            return {"value": list(self.made.values())}
        if asked.method != "POST" and "if-match" not in asked.headers:
            return Says(412)
        own = path.removeprefix("subscriptions").strip("()'")
        if asked.method == "DELETE":
            return Says(204 if self.made.pop(own, None) else 404)
        self.held(f"business_central {asked.method} subscriptions", asked.body)
        own = own or f"{len(self.made) + 1:032x}"
        ends = "2026-11-24T10:00:00Z" if asked.method == "POST" else "2026-11-27T10:00:00Z"
        self.made[own] = {**asked.body, "subscriptionId": own, "expirationDateTime": ends}
        return Says(201 if asked.method == "POST" else 200, self.made[own])


class Stripe(Platform):
    """Forms in, JSON out."""

    published = staticmethod(vendors.stripe)

    def __init__(self) -> None:
        super().__init__()
        self.things: dict[str, Any] = {}
        self.events: list[Any] = []
        self.endpoints: dict[str, Any] = {}
        self.codes: list[Any] = []

    def answer(self, asked: Asked) -> Any:
        if asked.headers.get("authorization") != "Bearer rk_test_1234567890":
            return Says(401)
        path = asked.path.removeprefix("/v1/")
        kind, _, own = path.partition("/")
        if asked.method == "POST":
            self.held(f"stripe POST {kind}", asked.body)
        if kind == "events":
            return self._events(asked)
        if kind == "webhook_endpoints":
            return self._endpoints(asked, own)
        if kind == "promotion_codes":
            return self._codes(asked, own)
        if kind == "coupons" and asked.method == "POST":
            made = asked.body["id"][0]
            if f"coupons/{made}" in self.things:
                return Says(400, {"error": {"code": "resource_already_exists"}})
            self.things[f"coupons/{made}"] = {"id": made}
        return self.things.get(path, {"id": own} if asked.method == "POST" else Says(404))

    def _events(self, asked: Asked) -> Any:
        self.held("stripe GET events", asked.query)
        after = asked.query.get("starting_after", [None])[0]
        ids = [event["id"] for event in self.events]
        begin = ids.index(after) + 1 if after else 0
        return {"data": self.events[begin : begin + 2], "has_more": begin + 2 < len(self.events)}

    def _endpoints(self, asked: Asked, own: str) -> Any:
        if asked.method == "GET":
            return {"data": list(self.endpoints.values())}
        if asked.method == "DELETE":
            return self.endpoints.pop(own, None) or Says(404)
        if own:
            self.endpoints[own] |= {"status": "enabled", "enabled_events": asked.body["enabled_events[]"]}
            return self.endpoints[own]
        own = f"we_{len(self.endpoints) + 1:06d}"
        made = {"url": asked.body["url"][0], "enabled_events": asked.body["enabled_events[]"]}
        self.endpoints[own] = {"id": own, **made, "status": "enabled"}
        return {**self.endpoints[own], "secret": "whsec_chosen_by_stripe"}

    def _codes(self, asked: Asked, own: str) -> Any:
        if asked.method == "GET":
            return {"data": [code for code in self.codes if code["code"] == asked.query["code"][0]]}
        if own:
            return {"id": own} if any(code["id"] == own for code in self.codes) else Says(404)
        self.codes.append({"id": f"promo_{len(self.codes) + 1:06d}", "code": asked.body["code"][0]})
        return self.codes[-1]
