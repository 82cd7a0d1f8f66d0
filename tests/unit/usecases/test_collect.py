"""A page speaks for the cart that its token names, and says nothing that only the shop may say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.errors import Refused
from cartback.domain.intake.page_token import LIFETIME, SKEW, STRANGER, granted
from cartback.domain.money import Money
from cartback.ports import ShopKeys
from cartback.usecases.intake.collect import MOST_PER_CART
from tests.fakes.pages import CUP, EVENT_ID, claims_of, page_event, sealed
from tests.fakes.world import START, World

SECRET, OLD = "whsec_" + "c2VjcmV0" * 5, "whsec_" + "b2xkIG9uZQ==" * 3
ORIGIN = "https://www.demo.example"
CUSTOMER = {"id": "1", "email": "ada@example.com", "locale": "de"}


@pytest.fixture
def world() -> World:
    """The demo shop, whose pages may speak."""
    world = World()
    world.keys.by_shop["demo"] = ShopKeys("generic", (SECRET, OLD))
    return world


def token(**more) -> str:
    return sealed(claims_of("demo", START, **more), SECRET)


def post(world: World, event: object, origin: str | None = ORIGIN, kind: str = "text/plain") -> int:
    """Send an event as a browser would; gives the status of a refusal, or 202."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    try:
        world.collect("demo", origin, kind, body)
    except Refused as refusal:
        return refusal.status
    return 202


def applied(world: World):
    """Work off what the page told; gives the only cart."""
    world.deliver(*world.queue.deliveries)
    world.queue.deliveries.clear()
    ((row, _),) = world.tables.rows["carts"].values()
    return row


# ── the token ────────────────────────────────────────────────────────────────────────────────────────────────────


def _exp(after: timedelta) -> dict[str, int]:
    return {"exp": int((START + after).timestamp())}


def _tampered(cart: str) -> str:
    """The signature of one cart's token under the claims of another."""
    return ".".join([*token(cart=cart).split(".")[:2], token().split(".")[2]])


SECOND = timedelta(seconds=1)
TRUTH = {
    "good": (token(), 202),
    "signed with the old secret of a rotation": (sealed(claims_of("demo", START), OLD), 202),
    "wrong secret": (sealed(claims_of("demo", START), SECRET + "x"), 401),
    "claims of another cart": (_tampered("c-2"), 401),
    "over": (token(**_exp(-SKEW)), 401),
    "over, but within the skew of two clocks": (token(**_exp(SECOND - SKEW)), 202),
    "good for an hour": (token(**_exp(LIFETIME + SKEW)), 202),
    "good for more than an hour": (token(**_exp(LIFETIME + SKEW + SECOND)), 401),
    "of another shop with the same secret": (sealed(claims_of("other", START), SECRET), 401),
    "of no shop": (sealed({"cart": "c-1", **_exp(LIFETIME)}, SECRET), 401),
    "without an end": (sealed({"shop": "demo", "cart": "c-1"}, SECRET), 400),
    "without a cart": (sealed({"shop": "demo", **_exp(LIFETIME)}, SECRET), 400),
    "with a consent": (token(customer={"consents": [{"channel": "email", "granted": True}]}), 400),
    "with an unknown claim": (token(admin=True), 400),
    "with a way back over http": (token(restore_url="http://demo.example/"), 400),
    "with an end in words": (token(exp="tomorrow"), 400),
    "missing": (None, 401),
    "empty": ("", 401),
    "malformed": ("v1.e30", 401),
    "another version": ("v2" + token()[2:], 401),
    "signature in capitals": (token()[:-64] + token()[-64:].upper(), 401),
    "signature cut short": (token()[:-1], 401),
    "a number": (7, 401),
    "too long": ("v1." + "A" * 4000 + "." + "0" * 64, 401),
}  # fmt: skip


@pytest.mark.parametrize(("given", "status"), TRUTH.values(), ids=TRUTH)
def test_a_token_is_good_for_one_cart_of_one_shop_and_an_hour_at_most(world, given, status):
    assert post(world, page_event(given)) == status
    assert len(world.queue.deliveries) == (status == 202)


def test_the_token_of_one_cart_says_nothing_of_another(world):
    elsewhere = {"cart_id": "c-2", "currency": "EUR", "items": [CUP]}
    assert post(world, page_event(token(), data=elsewhere)) == 403
    assert post(world, page_event(token(cart="c-2"), data=elsewhere)) == 202
    assert applied(world).refs == ("cart:c-2",)


@pytest.mark.parametrize("secret", ["", "short"])
def test_a_secret_that_can_be_guessed_signs_nothing(world, secret):
    world.keys.by_shop["demo"] = ShopKeys("generic", (secret,))
    assert post(world, page_event(sealed(claims_of("demo", START), secret))) == 401


def test_a_shop_whose_platform_tells_of_its_carts_has_no_pages_that_do(world):
    world.keys.by_shop["demo"] = ShopKeys("shopify", (SECRET,))
    assert post(world, page_event(token())) == 401


def test_a_secret_of_a_moment_ago_is_looked_up_once_more(world, monkeypatch):
    fresh = ShopKeys("generic", ("a secret of a moment ago",))
    monkeypatch.setattr(world.keys, "again", lambda shop: fresh)
    given = page_event(sealed(claims_of("demo", START), fresh.secrets[0]))
    assert post(world, given) == 202
    assert post(world, page_event(sealed(claims_of("demo", START), "nobody's secret at all"))) == 401


def test_a_stranger_learns_nothing_from_the_reason():
    for given in ("v1.e30." + "0" * 64, None, sealed(claims_of("other", START), SECRET)):
        with pytest.raises(Refused) as refused:
            granted(given, "demo", (SECRET,), START)
        assert refused.value.reason == STRANGER


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://demo.example", 202),
        ("https://www.demo.example", 202),
        ("https://demo.example:8443", 202),
        ("http://demo.example", 403),
        ("https://demo.example.evil.example", 403),
        ("https://evildemo.example", 403),
        ("https://demo.example@evil.example", 403),
        ("null", 403),
        ("", 403),
        (None, 403),
    ],
)
def test_only_pages_of_the_shop_are_listened_to(world, origin, status):
    assert post(world, page_event(token()), origin) == status
    assert world.collect.origin("demo", origin) == (origin if status == 202 else None)


def test_a_shop_that_does_not_exist_is_answered_like_a_page_of_somebody_else(world):
    event = json.dumps(page_event(sealed(claims_of("nobody", START), SECRET))).encode()
    reasons = []
    for shop, origin in (("nobody", ORIGIN), ("demo", "https://evil.example")):
        with pytest.raises(Refused) as refused:
            world.collect(shop, origin, "text/plain", event)
        reasons.append((refused.value.status, refused.value.reason))
    assert reasons[0] == reasons[1]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "text/plain", 400),
        (b"[]", "text/plain", 400),
        (b"\xff", "text/plain", 400),
        (b"[" * 30_000, "text/plain", 400),
        (b"{" + b" " * 33_000 + b"}", "text/plain", 413),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"{}", "", 415),
        (json.dumps(page_event(token())).encode(), "Application/JSON; charset=utf-8", 202),
        (json.dumps(page_event(token(), at="2020-01-01T00:00:00Z")).encode(), "text/plain", 400),
        (json.dumps(page_event(token(), kind="order.placed")).encode(), "text/plain", 400),
        (json.dumps(page_event(token(), event_id="1")).encode(), "text/plain", 400),
        (json.dumps(page_event(token(), data=[])).encode(), "text/plain", 400),
        (json.dumps(page_event(token(), data={"product_id": 1.5}, kind="product.viewed")).encode(), "text/plain", 400),
        (json.dumps(page_event(token(), data={"currency": "EUR", "items": [{**CUP, "title": "\ud800a"}]})).encode(),
         "text/plain", 202),
    ],
)  # fmt: skip
def test_whatever_is_sent_gets_an_answer(world, body, kind, status):
    assert post(world, body, kind=kind) == status


def test_too_many_events_of_one_cart_are_turned_away_and_other_carts_go_on(world):
    most, within = MOST_PER_CART
    events = [page_event(token(), event_id=f"{number:032x}") for number in range(most + 1)]
    assert [post(world, event) for event in events] == [202] * most + [429]
    assert post(world, page_event(token(cart="c-2"))) == 202
    assert world.metrics.counts["PageEventsRefused"] == 1
    world.clock.at += within
    assert post(world, events[-1]) == 202


# ── what becomes of it ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_cart_of_a_page_is_dated_by_our_clock_and_quotes_no_price_of_a_browser(world):
    data = {"currency": "EUR", "total": "0.01", "items": [{**CUP, "unit_price": "0.01"}]}
    assert post(world, page_event(token(), data=data)) == 202
    row = applied(world)
    assert [(item.variant_id, item.quantity, item.unit_price) for item in row.items] == [("CUP", 2, None)]
    assert (row.total, row.activity_at, row.seen) == (None, START, {"page": START})


@pytest.mark.parametrize(
    ("told", "quoted"),
    [
        ("You won: evil.com/win", "You won: evil. com/win"),
        ("x" * 291 + " evil.com", "x" * 291 + " evil. co"),
        ("\u0435vil.\u0440\u0444", "\u0435vil. \u0440\u0444"),
        ("Dr.Martens 1.5 kg, size 7.5", "Dr. Martens 1.5 kg, size 7.5"),
    ],
)
def test_nothing_that_a_page_calls_a_thing_becomes_a_link_in_a_mail(world, told, quoted):
    """Whoever sits before a browser may have typed somebody else's address into the shop's checkout."""
    data = {"currency": "EUR", "items": [{**CUP, "title": told, "variant_title": "evil.com"}]}
    assert post(world, page_event(token(), data=data)) == 202
    (item,) = applied(world).items
    assert (item.title, item.variant_title) == (quoted, "evil. com")


def test_the_shops_own_price_of_a_line_outlives_what_a_page_tells(world):
    told = json.dumps({"type": "cart.updated", "at": "2026-03-02T09:00:00Z", "data": {
        "cart_id": "c-1", "currency": "EUR", "items": [CUP]}})  # fmt: skip
    assert post(world, page_event(token())) == 202
    delivery = world.queue.deliveries[0]
    world.deliver(replace(delivery, key="by-the-shop", body=told, headers={}))
    assert applied(world).items[0].unit_price == Money(1250, "EUR")


def test_whose_cart_it_is_the_token_says(world):
    world.deliver(_by_the_shop(world))
    url = "https://demo.example/back?c=c-1"
    assert post(world, page_event(token(customer=CUSTOMER, restore_url=url))) == 202
    world.deliver(*world.queue.deliveries)
    rows = {row.refs[0]: row for row, _ in world.tables.rows["carts"].values()}
    assert rows["cart:c-1"].person_id == rows["cart:c9"].person_id is not None
    assert rows["cart:c-1"].restore_url == url
    assert rows["cart:c-1"].opened_by is not None


def _by_the_shop(world: World):
    """A cart of the same person that the shop itself tells of, with a consent."""
    body = {"type": "cart.updated", "at": "2026-03-02T09:00:00Z", "data": {
        "cart_id": "c9", "currency": "EUR", "items": [CUP], "customer": {
            "id": "1", "email": "ada@example.com", "consents": [
                {"channel": "email", "granted": True, "at": "2026-01-01T00:00:00Z", "source": "form"}]}}}  # fmt: skip
    assert post(world, page_event(token())) == 202
    return replace(world.queue.deliveries.pop(), key="by-the-shop", body=json.dumps(body), headers={})


def test_a_person_without_a_consent_stays_without_one_whatever_a_page_tells(world):
    assert post(world, page_event(token(customer=CUSTOMER))) == 202
    applied(world)
    people = [person for person, _ in world.tables.rows["persons"].values()]
    assert [person.consents for person in people] == [{}, {}], (
        "the address, and the account that was told with it"
    )


def test_a_checkout_of_a_page_is_the_checkout_of_its_cart(world):
    assert post(world, page_event(token(), kind="checkout.started")) == 202
    row = applied(world)
    assert (row.stage, row.refs) == ("checkout", ("checkout:c-1", "cart:c-1"))
    assert world.bus.named("checkout.started")


def test_a_view_is_a_fact_and_no_row(world):
    view = page_event(token(customer=CUSTOMER), kind="product.viewed", data={"product_id": "CUP"})
    assert post(world, view) == 202
    world.deliver(*world.queue.deliveries)
    (fact,) = world.bus.facts
    assert (fact.name, fact.data) == (
        "product.viewed",
        {"product_id": "CUP", "viewed_at": "2026-03-02T10:00:00+00:00"},
    )
    assert not world.tables.rows["persons"]
    assert not world.tables.rows["carts"]


def test_a_view_names_the_cart_and_the_person_that_are_known_already(world):
    assert post(world, page_event(token(customer=CUSTOMER))) == 202
    row = applied(world)
    view = page_event(token(customer=CUSTOMER), kind="product.viewed", data={"product_id": "CUP"})
    assert post(world, {**view, "id": "another-" + EVENT_ID}) == 202
    world.deliver(*world.queue.deliveries)
    (fact,) = world.bus.named("product.viewed")
    assert (fact.data["cart_id"], fact.data["person_id"]) == (row.cart_id, row.person_id)


def test_the_same_event_sent_again_counts_once_and_the_same_id_in_another_cart_is_another(world):
    for given in (token(), token(), token(cart="c-2")):
        assert post(world, page_event(given)) == 202
    report = world.deliver(*world.queue.deliveries)
    assert (len(report.applied), len(report.duplicates)) == (2, 1)


def test_a_page_is_no_sign_of_life_of_the_shop(world):
    assert post(world, page_event(token())) == 202
    delivery = world.queue.deliveries[0]
    applied(world)
    assert world.health.beats == []
    world.deliver(replace(delivery, key="by-the-shop", headers={}))
    assert world.health.beats == [("demo", START)]


def test_a_page_has_a_clock_of_its_own_beside_the_shops(world):
    assert post(world, page_event(token())) == 202
    delivery = world.queue.deliveries[0]
    applied(world)
    behind = START - timedelta(minutes=2)
    body = json.loads(delivery.body) | {"at": behind.isoformat()}
    world.deliver(replace(delivery, key="by-the-shop", headers={}, body=json.dumps(body)))
    ((row, _),) = world.tables.rows["carts"].values()
    assert row.seen == {"page": START, "cart": behind}
