"""What the Admin API lists, in the shape in which webhooks tell it: so one translation understands both."""

from __future__ import annotations

import re
from typing import Any

from cartback.domain.intake.payload_reader import Reader
from cartback.domain.shop.calls import text_of
from cartback.domain.shop.service import Change

# https://shop.example/12345/checkouts/<token>/recover?key=…, lately with "ac" or "cn" before the token.
_TOKEN = re.compile(r"/checkouts/(?:[a-z]{2}/)?([A-Za-z0-9_-]{16,128})(?=[/?#]|$)")


def order(node: Reader) -> Change:
    """A listed order as ``orders/updated``. The API tells neither of its tokens: it is known by its buyer."""
    said = node.value
    at = node["updatedAt"].text(40)
    body = {
        "id": _id(node),
        "created_at": node["createdAt"].text(40),
        "updated_at": at,
        "cancelled_at": _of(said, "cancelledAt"),
        "test": bool(_of(said, "test")),
        "email": _of(said, "email"),
        "phone": _of(said, "phone"),
        "customer_locale": _of(said, "customerLocale"),
        "currency": _of(said, "currencyCode"),
        "source_name": _of(said, "sourceName"),
        "tags": ", ".join(map(str, _of(said, "tags") or ())),
        "financial_status": str(_of(said, "displayFinancialStatus") or "").lower(),
        "total_price_set": _money(node["totalPriceSet"]),
        "discount_codes": [{"code": code} for code in _of(said, "discountCodes") or []],
        "shipping_address": _address(node["shippingAddress"]),
        "customer": _customer(node["customer"]),
    }
    return Change("orders/updated", f"reconcile:order:{body['id']}:{at}", text_of(body))


def checkout(node: Reader) -> Change | None:
    """A listed checkout as ``checkouts/update``; None for one whose link does not tell its token.

    Under another name it would be a second cart of the same shopper.
    """
    link = node["abandonedCheckoutUrl"].cut(2048) or ""
    found = _TOKEN.search(link)
    if found is None:
        return None
    at = node["updatedAt"].text(40)
    customer = _customer(node["customer"])
    body = {
        "id": node["id"].text(200).rpartition("/")[2].partition("?")[0],
        "token": found[1],
        "abandoned_checkout_url": link,
        "created_at": node["createdAt"].text(40),
        "updated_at": at,
        "completed_at": node["completedAt"].value,
        "presentment_currency": node["totalPriceSet"]["presentmentMoney"]["currencyCode"].value,
        "total_price_set": _money(node["totalPriceSet"]),
        "email": customer["email"] if customer else None,
        "phone": customer["phone"] if customer else None,
        "shipping_address": _address(node["shippingAddress"]),
        "customer": customer,
        "line_items": [_line(line) for line in node["lineItems"]["nodes"].each(100)],
    }
    return Change("checkouts/update", f"reconcile:checkout:{found[1]}:{at}", text_of(body))


def variant(node: Reader) -> Reader:
    """A variant as ``products/update`` carries it."""
    item = node["inventoryItem"]
    said = {
        "id": _id(node),
        "title": node["title"].value,
        "sku": node["sku"].value,
        "inventory_management": "shopify" if item["tracked"].value is True else None,
        "inventory_quantity": node["inventoryQuantity"].value,
        "inventory_policy": str(node["inventoryPolicy"].value or "").lower(),
        "inventory_item_id": item["legacyResourceId"].value,
    }
    return Reader(said, node.path)


def _line(line: Reader) -> dict[str, Any]:
    return {
        "key": line["id"].text(200).rpartition("/")[2].partition("?")[0],
        "title": line["title"].value,
        "variant_title": line["variantTitle"].value,
        "sku": line["sku"].value,
        "quantity": line["quantity"].value,
        "variant_id": line["variant"]["legacyResourceId"].value,
        "product_id": line["product"]["legacyResourceId"].value,
        "image_url": line["image"]["url"].value,
        "discounted_price_set": _money(line["discountedUnitPriceSet"]),
    }


def _customer(node: Reader) -> dict[str, Any] | None:
    if node.is_null:
        return None
    email, phone = node["defaultEmailAddress"], node["defaultPhoneNumber"]
    return {
        "id": _id(node),
        "created_at": node["createdAt"].value,
        "first_name": node["firstName"].value,
        "email": email["emailAddress"].value,
        "phone": phone["phoneNumber"].value,
        "email_marketing_consent": _consent(email),
        "sms_marketing_consent": _consent(phone),
    }


def _consent(said: Reader) -> dict[str, Any] | None:
    if said["marketingState"].is_null:
        return None
    return {
        "state": str(said["marketingState"].value).lower(),
        "opt_in_level": str(said["marketingOptInLevel"].value or "").lower() or None,
        "consent_updated_at": said["marketingUpdatedAt"].value,
    }


def _money(bag: Reader) -> dict[str, Any] | None:
    money = bag["presentmentMoney"]
    if money.is_null:
        return None
    told = {"amount": money["amount"].value, "currency_code": money["currencyCode"].value}
    return {"presentment_money": told}


def _address(address: Reader) -> dict[str, Any] | None:
    return (
        None
        if address.is_null
        else {
            "country_code": address["countryCodeV2"].value,
            "province_code": address["provinceCode"].value,
        }
    )


def _id(node: Reader) -> int:
    # A number in webhooks, a string here.
    return int(node["legacyResourceId"].matching(re.compile(r"[0-9]{1,20}"), "a number"))


def _of(said: Any, name: str) -> Any:
    return said.get(name)
