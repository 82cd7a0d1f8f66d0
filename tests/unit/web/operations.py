"""The operations that we call, as JSON Schemas of what is sent: written from the vendors' documentation.

Each has one request that must pass and one that must not, because a schema that accepts everything proves nothing
(integrations.md § 2). A body of a form is checked as the lists of its values.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

_TEXT = {"type": "string", "minLength": 1}
_STAMP = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?$"}
_LINK = {"type": "string", "pattern": "^https://"}
_CODE = {"type": "string", "pattern": "^[A-Z0-9-]{4,40}$"}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "required": sorted(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }


def _form(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    def listed(fields: dict[str, Any]) -> dict[str, Any]:
        return {name: {"type": "array", "minItems": 1, "items": each} for name, each in fields.items()}

    return _object(listed(required), listed(optional or {}))


_NUMERAL = {"type": "string", "pattern": r"^\d+$"}
_AMOUNT = {"type": "string", "pattern": r"^\d+(\.\d{1,2})?$"}
_GRAPHQL_QUERY = _object(
    {"query": _TEXT, "after": {"type": ["string", "null"]}}, {"latestFirst": {"type": "boolean"}}
)
_VALUE = {
    "oneOf": [
        _object({"percentage": {"type": "number", "exclusiveMinimum": 0, "maximum": 1}}),
        _object({"discountAmount": _object({"amount": _AMOUNT, "appliesOnEachItem": {"type": "boolean"}})}),
    ]
}
_GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_GIDS = {
    "type": "array",
    "maxItems": 250,
    "items": {"type": "string", "pattern": r"^gid://shopify/ProductVariant/\d+$"},
}
_CRITERIA = _object(
    {},
    {
        "ids": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[0-9a-f]{32}$"}},
        "limit": {"type": "integer", "minimum": 1, "maximum": 500},
        "page": {"type": "integer", "minimum": 1},
        "filter": {"type": "array", "items": {"type": "object", "required": ["type"]}},
        "sort": {"type": "array", "items": {"type": "object", "required": ["field", "order"]}},
        "associations": {"type": "object"},
    },
)
_HEX = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_PROMOTION = _object(
    {
        "id": _HEX,
        "name": _TEXT,
        "active": {"const": True},
        "validFrom": _TEXT,
        "validUntil": _TEXT,
        "useCodes": {"const": True},
        "useIndividualCodes": {"const": False},
        "useSetGroups": {"const": False},
        "code": _CODE,
        "maxRedemptionsGlobal": {"type": "integer"},
        "maxRedemptionsPerCustomer": {"type": "integer"},
        "salesChannels": {
            "type": "array",
            "minItems": 1,
            "items": _object({"id": _HEX, "salesChannelId": _HEX, "priority": {"type": "integer"}}),
        },
        "discounts": {
            "type": "array",
            "minItems": 1,
            "items": _object(
                {
                    "id": _HEX,
                    "scope": {"const": "cart"},
                    "type": {"enum": ["absolute", "percentage"]},
                    "value": {"type": "number"},
                    "considerAdvancedRules": {"type": "boolean"},
                }
            ),
        },
    }
)
_BC_SUBSCRIPTION = _object(
    {
        "notificationUrl": _LINK,
        "resource": {
            "type": "string",
            "pattern": rf"^/api/v2\.0/companies\({_GUID}\)/(salesQuotes|salesOrders|customers|items)$",
        },
        "clientState": {"type": "string", "minLength": 16, "maxLength": 2048},
    }
)

SCHEMAS: dict[str, dict[str, Any]] = {
    "shopify Variants": _object({"ids": _GIDS}),
    "shopify Product": _object({"id": {"type": "string", "pattern": r"^gid://shopify/Product/\d+$"}}),
    "shopify Orders": _GRAPHQL_QUERY,
    "shopify Checkouts": _GRAPHQL_QUERY,
    "shopify CreateDiscount": _object(
        {
            "discount": _object(
                {
                    "title": _TEXT,
                    "code": _CODE,
                    "startsAt": _STAMP,
                    "endsAt": _STAMP,
                    "usageLimit": {"type": "integer"},
                    "appliesOncePerCustomer": {"type": "boolean"},
                    "context": _object({"all": {"const": "ALL"}}),
                    "customerGets": _object({"value": _VALUE, "items": _object({"all": {"const": True}})}),
                },
                {
                    "minimumRequirement": _object(
                        {"subtotal": _object({"greaterThanOrEqualToSubtotal": _AMOUNT})}
                    )
                },
            )
        }
    ),
    "shopify FindDiscount": _object({"code": _CODE}),
    "shopify DeleteDiscount": _object({"id": {"type": "string", "pattern": "^gid://"}}),
    "shopify Scopes": _object({}),
    "shopify People": _object({}),
    "shopify Subscriptions": _object({}),
    "shopify Subscribe": _object(
        {
            "topic": {"type": "string", "pattern": "^[A-Z_]+$"},
            "subscription": _object({"uri": _LINK, "format": {"const": "JSON"}}),
        }
    ),
    "shopify Unsubscribe": _object({"id": {"type": "string", "pattern": "^gid://"}}),
    "woocommerce POST coupons": _object(
        {
            "code": _CODE,
            "description": {"type": "string"},
            "discount_type": {"enum": ["percent", "fixed_cart"]},
            "amount": _AMOUNT,
            "date_expires_gmt": _STAMP,
            "usage_limit": {"type": "integer"},
            "individual_use": {"type": "boolean"},
        },
        {"minimum_amount": _AMOUNT},
    ),
    "woocommerce POST webhooks": _object(
        {
            "name": _TEXT,
            "topic": {
                "type": "string",
                "pattern": r"^(order|customer|product|coupon)\.(created|updated|deleted|restored)$",
            },
            "delivery_url": _LINK,
            "secret": {"type": "string", "minLength": 16},
        }
    ),
    "woocommerce PUT webhooks": _object({"status": {"enum": ["active", "paused", "disabled"]}}),
    "woocommerce GET orders": _form(
        {"per_page": _NUMERAL, "dates_are_gmt": {"const": "true"}},
        {
            "modified_after": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"},
            "after": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"},
            "customer": _NUMERAL,
            "orderby": {"enum": ["date", "modified", "id"]},
            "order": {"enum": ["asc", "desc"]},
            "page": _NUMERAL,
        },
    ),
    "shopware token": _object(
        {"grant_type": {"const": "client_credentials"}, "client_id": _TEXT, "client_secret": _TEXT}
    ),
    "shopware search": _CRITERIA,
    "shopware sync": {
        "type": "array",
        "items": _object(
            {
                "entity": {"const": "promotion"},
                "action": {"const": "upsert"},
                "payload": {"type": "array", "items": _PROMOTION},
            }
        ),
    },
    "business_central token": _form(
        {
            "grant_type": {"const": "client_credentials"},
            "client_id": _TEXT,
            "client_secret": _TEXT,
            "scope": {"const": "https://api.businesscentral.dynamics.com/.default"},
        }
    ),
    "business_central POST subscriptions": _BC_SUBSCRIPTION,
    "business_central PATCH subscriptions": _BC_SUBSCRIPTION,
    "business_central list": _form(
        {
            "$filter": {
                "type": "string",
                "pattern": r"^[a-zA-Z]+ (eq|gt|ge) [0-9A-Za-z:.-]+(( and | or )[a-zA-Z]+ (eq|gt|ge) [0-9A-Za-z:.-]+)*$",
            }
        },
        {
            "$orderby": {"const": "lastModifiedDateTime"},
            "$expand": {"type": "string", "pattern": "^sales(Order|Quote)Lines,customer$"},
            "page": _NUMERAL,
        },
    ),
    "stripe POST coupons": _form(
        {
            "id": _TEXT,
            "name": {"type": "string", "maxLength": 40},
            "duration": {"enum": ["once", "forever", "repeating"]},
            "max_redemptions": _NUMERAL,
            "redeem_by": _NUMERAL,
        },
        {
            "percent_off": {"type": "string", "pattern": r"^\d{1,3}$"},
            "amount_off": _NUMERAL,
            "currency": {"type": "string", "pattern": "^[a-z]{3}$"},
        },
    ),
    "stripe POST promotion_codes": _form(
        {},
        {
            "coupon": _TEXT,
            "code": _CODE,
            "max_redemptions": _NUMERAL,
            "restrictions[minimum_amount]": _NUMERAL,
            "restrictions[minimum_amount_currency]": {"type": "string", "pattern": "^[a-z]{3}$"},
            "active": {"enum": ["true", "false"]},
        },
    ),
    "stripe POST webhook_endpoints": _form(
        {"enabled_events[]": {"type": "string", "pattern": r"^[a-z_]+(\.[a-z_]+)+$"}},
        {"url": _LINK, "description": _TEXT, "disabled": {"enum": ["true", "false"]}},
    ),
    "stripe GET events": _form(
        {
            "types[]": {"type": "string", "pattern": r"^[a-z_]+(\.[a-z_]+)+$"},
            "created[gte]": _NUMERAL,
            "limit": {"type": "string", "pattern": r"^(\d\d?|100)$"},
        },
        {"starting_after": {"type": "string", "pattern": "^evt_"}},
    ),
}


def check(operation: str, sent: Any) -> None:
    """Raise jsonschema's ValidationError for a request that the vendor would not take."""
    Draft202012Validator(SCHEMAS[operation]).validate(sent)
