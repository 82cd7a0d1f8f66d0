"""What Shopware's events mean, trap by trap (integrations.md § 1.3)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.observations import (
    Contact,
    CustomerErased,
    CustomerSeen,
    Fetch,
    OrderSeen,
    PaymentFailed,
    ProductSeen,
    RefundSeen,
    ShopErased,
    ShopLeft,
)
from cartback.ports import ShopKeys
from cartback.shops import shopware
from tests.fakes.platform_senders import shopware_body, shopware_headers
from tests.unit.shops.doorway import NEW, NOW
from tests.unit.shops.samples import EVENTS, as_delivery, observe, sample

AT = datetime.fromtimestamp(1795199052, UTC)
ORDER, CUSTOMER, PRODUCT = (
    "0192f3c0aaaa70008000000000000001",
    "0192aa00000000000000000000000003",
    "0192bb00000000000000000000000001",
)


def one(stem: str) -> object:
    (seen,) = observe("shopware", stem)
    return seen


def fetched(kind: str, *files: str) -> list[object]:
    folder: Path = EVENTS / "shopware" / "fetched"
    texts = [(folder / f"{name}.json").read_text() for name in files]
    return shopware.fetched(Fetch(kind, f"{kind}/x", AT), texts)


def test_an_order_is_bought_by_a_person_and_of_no_cart():
    order = one("checkout.order.placed")
    assert isinstance(order, OrderSeen)
    assert (order.refs, order.order_ref, order.paid) == ((), "10042", False)
    assert order.placed_at == datetime(2026, 11, 20, 18, 24, 10, 512000, UTC)
    mail = "jonas.muster@example.com"
    whose = Contact(CUSTOMER, mail, "+49895550142", "Jonas", "de-DE", "DE", account_email=mail)
    assert order.contact == whose


@pytest.mark.parametrize(
    ("stem", "total"),
    [
        ("checkout.order.placed", Money(3570, "EUR")),
        ("checkout.order.placed.guest_in_yen", Money(20000, "JPY")),
        ("checkout.order.placed.in_dinars", Money(12345, "KWD")),
        ("checkout.order.placed.without_customer", None),
    ],
)
def test_binary_sums_become_the_sums_that_were_meant(stem, total):
    assert one(stem).total == total


def test_an_order_without_buyer_is_still_an_order():
    assert one("checkout.order.placed.without_customer").contact.aliases() == ()
    assert one("checkout.order.placed.guest_in_yen").contact.customer_ref is None


def test_states_tell_what_became_of_an_order():
    assert one("state_enter.order_transaction.state.paid").paid
    assert one("state_enter.order.state.cancelled").cancelled_at == AT
    assert one("state_enter.order.state.completed").cancelled_at is None


@pytest.mark.parametrize("code", ["failed", "cancelled"])
def test_a_payment_that_came_to_nothing_is_told_of_the_order(code):
    failed = one(f"state_enter.order_transaction.state.{code}")
    assert isinstance(failed, PaymentFailed)
    assert (failed.code, failed.order_ref, failed.amount) == (code, "10042", Money(3570, "EUR"))


def test_a_refund_in_part_has_no_sum_because_the_core_tells_none():
    whole, part = (
        one(f"state_enter.order_transaction.state.{name}") for name in ("refunded", "refunded_partially")
    )
    assert isinstance(whole, RefundSeen)
    assert (whole.amount, whole.full) == (Money(3570, "EUR"), True)
    assert (part.amount, part.full) == (None, False)


def test_the_click_in_the_confirmation_mail_is_the_consent_and_the_farewell_its_end():
    (yes,) = one("newsletter.confirm").contact.consents
    (no,) = one("newsletter.unsubscribe").contact.consents
    assert (yes.granted, yes.basis, yes.at) == (
        True,
        "double_opt_in",
        datetime(2026, 11, 19, 7, 30, tzinfo=UTC),
    )
    assert (no.granted, no.sticky, no.at) == (False, True, AT)
    assert "newsletter.register" not in shopware.TOPICS


def test_an_event_of_the_newsletter_without_a_usable_address_is_about_nobody():
    event = json.loads(sample("shopware", "newsletter.confirm").body)
    event["data"]["payload"]["newsletterRecipient"]["email"] = "nobody"
    assert shopware.observe(as_delivery("shopware", "newsletter.confirm", event)) == []


def test_keys_that_were_written_are_fetched_once_each_and_deleted_ones_are_told():
    assert observe("shopware", "order.written") == [Fetch("order", f"order/{ORDER}", AT)]
    wanted, erased = observe("shopware", "customer.written")
    assert wanted == Fetch("customer", f"customer/{CUSTOMER}", AT)
    assert erased == CustomerErased(Contact(customer_ref="0192aa000000000000000000000000ff"), AT)
    wanted, gone = observe("shopware", "product.written")
    assert wanted.resource == f"product/{PRODUCT}"
    assert isinstance(gone, ProductSeen)
    assert gone.deleted


@pytest.mark.parametrize("key", ["../user", "A" * 32, "0192", f"{ORDER}/..", f"{ORDER}\n"])
def test_the_sender_cannot_lead_us_to_another_resource(key):
    change = {"entity": "order", "operation": "update", "primaryKey": key, "updatedFields": []}
    event = json.loads(shopware_body("order.written", [change], NOW))
    assert shopware.observe(as_delivery("shopware", "order.written", event)) == []


def test_what_was_fetched_says_what_the_event_would_have_said():
    (order,) = fetched("order", "order")
    assert (order.order_ref, order.total, order.at) == ("10042", Money(3570, "EUR"), AT)
    (customer,) = fetched("customer", "customer")
    assert isinstance(customer, CustomerSeen)
    assert customer.contact.customer_ref == CUSTOMER
    assert fetched("order") == []


def test_only_a_closeout_product_ends_with_its_stock():
    (product,) = fetched("product", "product")
    (variant,) = product.variants
    assert (product.product_id, variant.variant_id) == ("0192bb000000000000000000000000aa", PRODUCT)
    assert (variant.title, variant.available, variant.endless) == ("Leinenserviette", 9, False)
    (inactive,) = fetched("product", "product.inactive")
    assert inactive.deleted
    assert inactive.variants[0].endless


def test_who_deletes_the_app_is_left_in_peace():
    assert one("app.deleted") == ShopLeft(AT)


def app_deleted(payload: object) -> list[object]:
    body = {"data": {"payload": payload, "event": "app.deleted"}, "timestamp": int(AT.timestamp())}
    return shopware.observe(as_delivery("shopware", "app.deleted", body))


@pytest.mark.parametrize("payload", [{"keepUserData": False}, {}, [], None, {"keepUserData": None}])
def test_a_shop_that_does_not_want_its_data_kept_is_forgotten_with_everybody_in_it(payload):
    assert app_deleted(payload) == [ShopLeft(AT), ShopErased(AT)]
    assert observe("shopware", "app.deleted.data_too") == [ShopLeft(AT), ShopErased(AT)]


@pytest.mark.parametrize(
    "payload", [{"keepUserData": word} for word in ("false", "true", 0, 1, [])] + ["no", [1]]
)
def test_an_answer_that_is_neither_yes_nor_no_erases_nobody_and_stops_the_shop(payload):
    with pytest.raises(Refused) as refused:
        app_deleted(payload)
    assert refused.value.despite == (ShopLeft(AT),)


# signatures


def test_the_event_id_of_the_newer_outbox_is_the_key_for_all_its_attempts():
    body = shopware_body("app.deleted", {}, NOW)
    headers = shopware_headers(body, NEW)
    assert shopware.verify(body, headers, (NEW,), NOW)[1] == "app.deleted:0192f3c1d2e34f5a"
    for attempt in ("0", "1"):
        newer = {**headers, "x-shopware-event-id": "outbox-7", "x-shopware-attempt": attempt}
        assert shopware.verify(body, newer, (NEW,), NOW)[1] == "app.deleted:outbox-7"


@pytest.mark.parametrize("part", ["source", "data", "timestamp"])
def test_a_webhook_that_belongs_to_no_app_is_a_bad_request_even_if_somebody_signs_it(part):
    event = json.loads(shopware_body("app.deleted", {}, NOW))
    del event[part]
    body = json.dumps(event).encode()
    with pytest.raises(Refused) as refused:
        shopware.verify(body, shopware_headers(body, NEW), (NEW,), NOW)
    assert refused.value.status == 400


def test_the_secret_before_signs_for_a_minute_and_the_apps_own_never():
    keys = ShopKeys(
        "shopware",
        ("app",),
        {"secret": "new", "previous": "old", "previous_until": "2026-11-21T12:01:00+00:00"},
    )
    assert shopware.signers(keys, NOW + timedelta(seconds=60)) == ["new", "old"]
    assert shopware.signers(keys, NOW + timedelta(seconds=61)) == ["new"]
    assert shopware.signers(ShopKeys("shopware", ("app",)), NOW) == []
