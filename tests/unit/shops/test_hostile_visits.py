"""Whatever comes by a path of its own: an answer, an event that can be kept, or a refusal; never anything else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartback import shops
from cartback.domain.errors import Refused
from cartback.domain.intake.responses import Answer, Visit, path_word
from cartback.ports import ShopKeys
from tests.fakes.platform_senders import business_central_body, shopware_signature
from tests.unit.shops.doorway import NEW, NOW, Sending, doorway
from tests.unit.shops.test_hostile import values

few = settings(max_examples=150, deadline=None)
kinds = st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/plain", "größe", ""])
bodies = st.binary(max_size=80) | values.map(lambda value: json.dumps({"value": value}).encode())
queries = st.text(max_size=60) | st.text(max_size=60).map(lambda token: f"validationToken={token}")


@few
@given(bodies, queries, kinds, st.sampled_from(["POST", "PATCH", "GET", "TRACE"]))
@pytest.mark.parametrize("sender", ["cartflows", "business_central"])
def test_who_knows_the_word_is_answered_with_a_status_of_ours_and_text(sender, body, query, kind, method):
    door = doorway(sender)
    answer = door.take(Sending(body, {"content-type": kind}, word=path_word(NEW), query=query, method=method))
    assert answer.status in (200, 202, 400, 401, 413, 415)
    assert answer.kind.startswith("text/plain")
    for delivery in door.queue.deliveries:
        json.loads(delivery.body)
        assert NEW not in delivery.body


@few
@given(values, values, values)
def test_notifications_with_our_state_and_anything_else_are_applied_or_refused(resource, change, at):
    more = {"resource": resource, "changeType": change, "lastModifiedDateTime": at}
    door = doorway("business_central")
    sending = Sending(business_central_body(NEW, **more), {}, word=path_word(NEW))
    assert door.take(sending).status in (200, 202)
    for delivery in door.queue.deliveries:
        try:
            shops.load("business_central").observe(delivery)
        except Refused as refused:
            assert refused.status == 400  # noqa: PT017


@few
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20), bodies)
def test_a_ceremony_of_nonsense_that_is_signed_is_refused_or_answered(shop_id, shop_url, stamp, body):
    shopware = shops.load("shopware")
    keys = ShopKeys("shopware", ("app",), {"pending": "new", "pending_until": NOW.isoformat()})
    query = f"shop-id={shop_id}&shop-url={shop_url}&timestamp={stamp}"
    signature = shopware_signature(query.encode("utf-8", "replace"), "app")
    introduction = Visit("GET", "register", query, {"shopware-app-signature": signature}, b"")
    confirmation = Visit(
        "POST", "confirm", "", {"shopware-shop-signature": shopware_signature(body, "new")}, body
    )
    keys.agreed["pending_shop_id"] = "x"
    for said in (
        lambda: shopware.register(introduction, keys, "fresh", "https://api.example/c", NOW),
        lambda: shopware.confirm(confirmation, keys, NOW),
    ):
        try:
            answer, _ = said()
        except Refused as refused:
            assert refused.status in (400, 401)  # noqa: PT017
        else:
            assert isinstance(answer, Answer)
