"""What Business Central notifies and what its entities mean, trap by trap (integrations.md § 1.4)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cartback.domain.errors import Refused
from cartback.domain.intake.responses import path_word
from cartback.domain.money import Money
from cartback.domain.observations import (
    CartSeen,
    CustomerErased,
    CustomerSeen,
    Fetch,
    OrderSeen,
    ProductSeen,
)
from cartback.shops import business_central
from tests.fakes.platform_senders import JSON, business_central_body
from tests.fakes.told import Told
from tests.fakes.world import World
from tests.unit.shops.doorway import NEW, OLD, OTHER, Doorway, Sending
from tests.unit.shops.samples import EVENTS, as_delivery, observe

COMPANY = "companies(9f161476-6f1b-4c2e-8a8e-0a1b2c3d4e5f)"
QUOTE, ORDER, CUSTOMER, ITEM = (
    "5d115c9c-44e3-ea11-bb43-000d3a2feca1",
    "a2f0f6e1-55e4-ea11-bb43-000d3a2feca2",
    "0f1e2d3c-66e5-ea11-bb43-000d3a2feca3",
    "1a2b3c4d-77e6-ea11-bb43-000d3a2feca4",
)
AT = datetime(2026, 11, 20, 18, 4, 12, 447000, UTC)
FILES = sorted((EVENTS / "business_central" / "fetched").glob("*.json"))


def fetched(stem: str) -> list[object]:
    kind = stem.partition(".")[0]
    text = (EVENTS / "business_central" / "fetched" / f"{stem}.json").read_text()
    return business_central.fetched(Fetch(kind, f"{COMPANY}/{kind}({QUOTE})", AT), [text])


def one(stem: str) -> object:
    (seen,) = fetched(stem)
    return seen


def at_the_door(body: bytes = b"", *, word: str = path_word(NEW), **more: object) -> tuple[Doorway, object]:
    door = Doorway("business_central")
    return door, door.take(Sending(body, dict(JSON), word=word, **more))


# the handshake


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_the_handshake_is_answered_with_exactly_the_token(method):
    door, answer = at_the_door(query="validationToken=Tk%2Bn%3D%3Cb%3E%26x", method=method)
    assert (answer.status, answer.kind, answer.body) == (200, "text/plain", "Tk+n=<b>&x")
    assert door.queue.deliveries == []


@pytest.mark.parametrize("token", ["a" * 2049, "a%0d%0ab", "gr%C3%B6%C3%9Fe", "a%20b", "%ff"])
def test_a_token_that_is_none_is_not_echoed(token):
    _, answer = at_the_door(query=f"validationToken={token}")
    assert answer.status == 400
    assert token not in answer.body


def test_no_token_is_echoed_at_a_wrong_address():
    for word in ("", "0" * 64, path_word(OTHER), NEW):
        _, answer = at_the_door(query="validationToken=token", word=word)
        assert (answer.status, answer.line) == (401, "signature missing or wrong")


def test_a_patch_without_a_token_is_a_bad_request():
    assert at_the_door(method="PATCH")[1].status == 400


# notifications


def test_a_wrong_state_is_dropped_and_counted_and_told_nothing_that_ends_the_subscription():
    for state in (OTHER, "", None, 1, [NEW], {"a": NEW}):
        door, answer = at_the_door(business_central_body(state))
        assert answer.status == 200
        assert door.queue.deliveries == []
        assert door.metrics.counts["NotificationsDropped"] == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"value": 1}', b'{"value": [1]}', b"\xff", b"[" * 9999]
)
def test_nonsense_at_the_right_address_is_dropped_too(body):
    assert at_the_door(body)[1].status == 200


def test_every_notification_of_a_call_is_judged_by_its_own_state():
    own, foreign = (json.loads(business_central_body(state))["value"] for state in (OLD, OTHER))
    foreign[0]["resource"] = "foreign"
    door, answer = at_the_door(json.dumps({"value": foreign + own}).encode())
    assert answer.status == 202
    (delivery,) = door.queue.deliveries
    assert "foreign" not in delivery.body
    assert len(json.loads(delivery.body)["value"]) == 1


def test_the_secret_goes_no_further_than_the_door():
    door, _ = at_the_door(business_central_body(NEW))
    (delivery,) = door.queue.deliveries
    assert NEW not in repr(delivery)
    assert "clientState" not in delivery.body


def test_a_byte_order_mark_is_read_over():
    assert at_the_door(b"\xef\xbb\xbf" + business_central_body(NEW))[1].status == 202


def test_the_same_changes_have_the_same_key_in_whatever_order_and_later_ones_another():
    def key(*changes: tuple[str, str], **more: object) -> str:
        door, _ = at_the_door(business_central_body(NEW, *changes, **more))
        return door.queue.deliveries[0].key

    first, second = (f"salesQuotes({QUOTE})", "updated"), (f"items({ITEM})", "updated")
    assert key(first, second) == key(second, first) != key(first)
    assert key(first) != key(first, lastModifiedDateTime="2026-11-21T12:00:00Z")
    assert key(first) == key(first, expirationDateTime="2026-11-27T12:00:00Z")


def test_a_notification_is_fetched_with_its_lines_and_never_believed():
    (wanted,) = observe("business_central", "notification")
    assert wanted == Fetch(
        "salesQuotes", f"{COMPANY}/salesQuotes({QUOTE})?$expand=salesQuoteLines,customer", AT
    )


def test_each_entity_of_a_call_is_fetched_once_and_unused_ones_not_at_all():
    wanted = observe("business_central", "notification.mixed")
    assert [(one.kind, one.at.minute) for one in wanted] == [
        ("salesOrders", 5),
        ("customers", 4),
        ("items", 4),
    ]


def test_a_collection_is_read_from_the_instant_on_that_it_names():
    (wanted,) = observe("business_central", "notification.collection")
    assert wanted.resource == (
        f"{COMPANY}/salesOrders?$filter=lastModifiedDateTime gt 2026-11-20T17:59:30Z"
        "&$expand=salesOrderLines,customer"
    )
    assert business_central.fetched(wanted, []) == []


@pytest.mark.parametrize(
    "resource",
    [
        "https://evil.example/api/v2.0/" + f"{COMPANY}/items({ITEM})",
        f"//evil.example/{COMPANY}/items({ITEM})",
        f"api/v2.0/{COMPANY}/items({ITEM})/../../users",
        f"api/v2.0/{COMPANY}/items({ITEM})?$expand=secrets",
        f"api/v2.0/{COMPANY}/users({ITEM})",
        f"api/v2.0/companies(x)/items({ITEM})",
        f"api/v2.0/{COMPANY}/items",
        f"api/v2.0/{COMPANY}/items?$filter=lastModifiedDateTime gt 2026-11-20T17:59:30Z&$top=1",
        f"api/v9.9/{COMPANY}/items({ITEM})",
        "größe",
    ],
)
def test_the_sender_cannot_lead_us_to_another_resource(resource):
    body = json.loads((EVENTS / "business_central" / "notification.json").read_text())
    body["value"][0]["resource"] = resource
    assert business_central.observe(as_delivery("business_central", "notification", body)) == []


def test_what_is_deleted_needs_no_fetching():
    quote, order, customer, item = observe("business_central", "notification.deleted")
    assert (quote.refs, quote.items) == ((f"quote:{QUOTE}",), ())
    assert order.refs == (f"order:{ORDER}",)
    assert isinstance(customer, CustomerErased)
    assert isinstance(item, ProductSeen)
    assert item.deleted


def test_what_is_gone_when_it_is_fetched_was_deleted():
    wanted = Fetch("salesQuotes", f"{COMPANY}/salesQuotes({QUOTE})?$expand=salesQuoteLines,customer", AT)
    (seen,) = business_central.fetched(wanted, [])
    assert (seen.refs, seen.items) == ((f"quote:{QUOTE}",), ())


# entities


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_entity_is_understood_and_a_refusal_of_a_damaged_one_names_the_field(file):
    assert fetched(file.stem)
    entity = json.loads(file.read_text())
    wanted = Fetch(file.stem.partition(".")[0], COMPANY, AT)
    for name in entity:
        for damage in (None, [], {}, 1.5, "x\x00", True):
            reason = _refusal(wanted, entity | {name: damage})
            assert reason is None or reason.startswith(name)


def _refusal(wanted: Fetch, entity: dict) -> str | None:
    try:
        business_central.fetched(wanted, [json.dumps(entity)])
    except Refused as refused:
        return refused.reason
    return None


def test_a_draft_quote_is_a_cart_with_the_items_among_its_lines():
    cart = one("salesQuotes.draft")
    assert isinstance(cart, CartSeen)
    assert (cart.refs, cart.at, cart.total) == ((f"quote:{QUOTE}",), AT, Money(238000, "EUR"))
    (desk,) = cart.items
    assert (desk.title, desk.quantity, desk.unit_price, desk.sku) == (
        "ATHEN Schreibtisch", 2, Money(119000, "EUR"), "1896-S",
    )  # fmt: skip


def test_the_buyer_is_the_customer_and_the_first_usable_address():
    contact = one("salesQuotes.draft").contact
    assert (contact.customer_ref, contact.email) == (CUSTOMER, "einkauf@example.com")
    assert (contact.phone, contact.country, contact.first_name) == ("+492015550177", "DE", None)


def test_a_quote_in_yen_has_no_decimals():
    assert one("salesQuotes.sent_in_yen").items[0].unit_price == Money(119000, "JPY")


def test_an_accepted_quote_is_bought_and_an_expired_one_is_over():
    closing, bought = fetched("salesQuotes.accepted")
    assert closing.completed_at == AT
    assert (bought.order_ref, bought.contact.customer_ref) == (None, CUSTOMER)
    assert one("salesQuotes.expired").items == ()


def test_a_draft_order_is_a_cart_and_a_released_one_closes_it():
    draft = one("salesOrders.draft")
    closing, order = fetched("salesOrders.open")
    assert draft.refs == closing.refs == (f"order:{ORDER}",)
    assert (draft.completed_at, closing.completed_at) == (None, AT)
    assert isinstance(order, OrderSeen)
    assert (order.order_ref, order.placed_at) == ("AUF-2031", datetime(2026, 11, 19, 12, tzinfo=UTC))


def test_an_order_of_a_day_is_no_older_than_a_quote_of_its_morning():
    entity = json.loads((EVENTS / "business_central" / "fetched" / "salesOrders.open.json").read_text())
    told = entity | {"orderDate": "2026-11-20"}
    _, order = business_central.fetched(Fetch("salesOrders", COMPANY, AT), [json.dumps(told)])
    assert order.placed_at == AT


def test_empty_dates_references_and_currencies_are_nothing():
    closing, order = fetched("salesOrders.in_review")
    assert order.placed_at == AT
    assert (order.total, order.contact.aliases()) == (None, ())
    assert closing.completed_at == AT


def test_a_draft_that_is_released_ends_its_reminding_in_whatever_order_the_words_arrive():
    told = Told()
    draft, released = fetched("salesOrders.draft"), fetched("salesOrders.open")
    for words in ((draft, released), (released, draft), (draft, released, draft)):
        world = World(adapter=told)
        for number, seen in enumerate(words):
            world.deliver(told.delivery(f"e{number}", *seen, at=AT))
        (cart,) = [row[0] for row in world.tables.rows["carts"].values()]
        assert (cart.status, cart.generation) == ("bought", 1)


def test_an_order_that_is_edited_later_is_no_purchase_of_that_day():
    _, order = fetched("salesOrders.open")
    assert order.placed_at < order.at


def test_a_released_order_that_is_set_back_to_draft_for_editing_is_nobodys_cart_again():
    released = json.loads((EVENTS / "business_central" / "fetched" / "salesOrders.open.json").read_text())
    edited = released | {"status": "Draft", "lastModifiedDateTime": "2026-11-21T09:00:00Z"}
    told, wanted = Told(), Fetch("salesOrders", COMPANY, AT)
    world = World(adapter=told)
    for key, entity in (("released", released), ("edited", edited)):
        seen = business_central.fetched(wanted, [json.dumps(entity)])
        world.deliver(told.delivery(key, *seen, at=AT))
    (cart,) = [row[0] for row in world.tables.rows["carts"].values()]
    assert (cart.status, cart.generation) == ("bought", 1)
    assert world.bus.named("cart.opened") == []


def test_whoever_buys_under_another_address_of_the_same_field_has_bought():
    entity = json.loads((EVENTS / "business_central" / "fetched" / "salesOrders.open.json").read_text())
    _, order = business_central.fetched(Fetch("salesOrders", COMPANY, AT), [json.dumps(entity)])
    assert "email:buchhaltung@example.com" in order.beside


def test_pieces_are_whole_and_services_endless():
    (desk,) = one("items").variants
    assert (desk.variant_id, desk.available, desk.endless, desk.price) == (ITEM, 4, False, None)
    (service,) = one("items.service").variants
    assert (service.available, service.endless) == (None, True)
    assert one("items.blocked").deleted


def test_a_customer_agrees_to_nothing_here():
    customer = one("customers")
    assert isinstance(customer, CustomerSeen)
    assert customer.contact.consents == ()
