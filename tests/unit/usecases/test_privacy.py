"""Being forgotten and being told: the rights of a person and of a shop, on fakes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.connectors.connection import Connection
from cartback.domain.connectors.tool_tokens import made
from cartback.domain.consent.evidence import UNKNOWN, following
from cartback.domain.errors import Refused
from cartback.domain.observations import Contact, CustomerErased, DataRequested, ShopErased
from cartback.ports import Delivery
from cartback.usecases.consent.subscribe import Visitor
from cartback.usecases.people.sweep_erased import AGAIN_AFTER, PROOF_KEPT, Place
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, plain_hash

BOB = Contact(customer_ref="2", email="bob@example.com", first_name="Bob")


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def the_person(world: World, mail: str = "ada@example.com"):
    return world.tables.live(
        "persons", "demo", world.tables.live("aliases", "demo", plain_hash("demo", f"email:{mail}"))
    )


def sweep(world: World, person_id: str | None) -> list[str]:
    """Play the machine; gives the words in order."""
    answer, words = {"cursor": ""}, []
    while not words or words[-1] != "done":
        answer = world.sweep_erased("demo", person_id, answer["cursor"])
        words.append(answer["next"])
        if answer["next"] == "wait":
            world.clock.move(seconds=answer["wait_seconds"])
    return words


@pytest.fixture
def erased(world, told) -> str:
    """Ada had a cart and was forgotten; gives her id."""
    world.deliver(told.delivery("first", cart(START - timedelta(hours=3), SHIRT), at=START))
    person_id = the_person(world).person_id
    world.deliver(told.delivery("forget", CustomerErased(ada(), START), at=START))
    return person_id


def test_a_wish_to_be_forgotten_starts_one_sweep_however_often_it_is_told(world, erased):
    (fact,) = world.bus.named("customer.erased")
    assert world.start_erasing("demo", fact.fact_id, fact.data)
    assert not world.start_erasing("demo", fact.fact_id, fact.data)
    ((name, variables),) = world.runs.started.items()
    assert name.startswith("erasure-")
    assert variables["person_id"] == erased


def test_a_sweep_looks_twice_and_the_second_time_when_nothing_can_be_on_its_way(world, erased):
    assert sweep(world, erased) == ["wait", "done"]
    assert world.clock.now() == START + AGAIN_AFTER
    assert world.metrics.counts["ErasuresSwept"] == 1


def test_raw_events_lose_whoever_is_forgotten_and_nobody_else(world, told, erased):
    bob = told.delivery("bob", cart(START, SHIRT, ref="cart:b", contact=BOB), at=START)
    world.deliver(bob)
    sweep(world, erased)
    assert [each.key for batch in world.raw.batches.values() for each in batch] == ["bob"]


def nameless(told: Told, key: str, ref: str, **more):
    """A word of a cart that names nobody."""
    return told.delivery(key, cart(START, SHIRT, ref=ref, contact=Contact(), **more), at=START)


def test_a_word_of_a_forgotten_cart_that_names_nobody_is_forgotten_with_it(world, told):
    for ref in ("cart:mine", "cart:others"):
        world.deliver(nameless(told, f"token of {ref}", ref))
    world.deliver(told.delivery("known", cart(START, SHIRT, ref="checkout:1", contact=ada()), at=START))
    both = nameless(told, "both names", "cart:mine")
    told.heard["both names"] = [replace(told.heard["both names"][0], refs=("cart:mine", "checkout:1"))]
    world.deliver(both)
    person = the_person(world)
    document = world.export("demo", person.person_id)
    assert len(document["events_of_the_shop"]) == 3
    world.erase_person.by_id("demo", person.person_id)
    sweep(world, person.person_id)
    assert [each.key for batch in world.raw.batches.values() for each in batch] == ["token of cart:others"]


def test_an_address_in_an_event_that_no_adapter_reads_is_found(world, told, erased):
    told.heard["note"] = None
    text = json.dumps({"note": "please call", "who": {"mail": "Ada@Example.com"}})
    odd = Delivery("demo", "told", "notes/create", "note", START, text)
    world.deliver(odd)
    assert odd in world.raw.batches[next(key for key, batch in world.raw.batches.items() if odd in batch)]
    sweep(world, erased)
    assert "note" not in [each.key for batch in world.raw.batches.values() for each in batch]


def test_dead_letters_and_news_of_the_provider_are_looked_through_too(world, told, erased):
    told.heard["dead"] = Refused("odd")
    bounce = (
        '{"eventType": "Bounce", "mail": {"destination": ["ada@example.com"], "tags": {"shop": ["demo"]}}}'
    )
    other = (
        '{"eventType": "Bounce", "mail": {"destination": ["bob@example.com"], "tags": {"shop": ["demo"]}}}'
    )
    dead = Delivery("demo", "told", "x", "dead", START, '{"email": "ada@example.com"}')
    foreign = replace(dead, shop="other")
    world.letters.letters = [(None, bounce), (None, other), (dead, ""), (foreign, "")]
    sweep(world, erased)
    assert world.letters.letters == [(None, other), (foreign, "")]


def test_dead_letters_are_looked_through_to_the_last_whatever_one_round_takes(world, erased):
    about = '{"eventType": "Bounce", "mail": {"destination": ["%s@example.com"], "tags": {"shop": ["demo"]}}}'
    world.letters.per_round = 3
    world.letters.letters = [
        (None, about % name) for name in ("bob", "cyd", "dan", "eva", "bob", "cyd", "ada")
    ]
    sweep(world, erased)
    assert (None, about % "ada") not in world.letters.letters
    assert len(world.letters.letters) == 6


def test_a_cart_that_the_row_no_longer_remembers_is_forgotten_too(world, told):
    world.deliver(told.delivery("first", cart(START - timedelta(hours=3), SHIRT), at=START))
    person = the_person(world)
    world.tables.put("persons", "demo", person.person_id, replace(person, cart_ids=()), None)
    world.erase_person.by_id("demo", person.person_id)
    (row,) = world.tables.rows["carts"].values()
    assert row[0].status == "open"
    sweep(world, person.person_id)
    (row,) = world.tables.rows["carts"].values()
    assert (row[0].status, row[0].items, row[0].person_id) == ("erased", (), None)


def test_a_waiting_sign_up_of_the_address_is_forgotten_and_a_later_one_is_not(world, told):
    world.subscribe(
        "demo", {"email": ["ada@example.com"], "topics": ["news"]}, Visitor(None, "192.0.2.1", "Mozilla")
    )
    (person_id,) = world.erase_person.by_contact("demo", Contact(email="ada@example.com"))
    world.sweep_erased("demo", person_id, "")
    assert "ada@example.com" not in repr(world.tables.rows)
    world.clock.move(days=3)
    world.subscribe(
        "demo", {"email": ["ada@example.com"], "topics": ["news"]}, Visitor(None, "192.0.2.1", "Mozilla")
    )
    world.clock.move(days=1)
    world.sweep_erased("demo", person_id, str(Place(2)))
    assert "ada@example.com" in repr(world.tables.rows["requests"])


def test_the_proof_of_a_consent_ends_when_claims_from_it_lapse(world, erased):
    sweep(world, erased)
    assert world.sweep_erased.tables.faded == {("demo", erased): START + PROOF_KEPT}
    assert world.tables.rows["evidence"]
    assert "ada@example.com" not in repr(world.tables.rows["evidence"])


def test_whoever_came_back_keeps_what_is_of_the_time_since(world, told, erased):
    world.clock.move(hours=1)
    later = cart(world.clock.now(), SHIRT, ref="cart:c2")
    world.deliver(told.delivery("again", later, at=world.clock.now()))
    sweep(world, erased)
    assert the_person(world).email == "ada@example.com"
    assert [each.key for batch in world.raw.batches.values() for each in batch] == ["again"]


def test_somebody_who_was_never_forgotten_is_not_swept(world, told):
    world.deliver(told.delivery("first", cart(START, SHIRT), at=START))
    assert sweep(world, the_person(world).person_id) == ["done"]
    assert world.raw.batches


def test_a_shop_that_is_gone_for_good_loses_everything_but_blocks_and_proofs(world, told):
    world.deliver(told.delivery("first", cart(START, SHIRT), at=START))
    world.deliver(told.delivery("gone", ShopErased(START), at=START))
    (fact,) = world.bus.named("shop.erased")
    assert world.start_erasing("demo", fact.fact_id, fact.data)
    sweep(world, None)
    assert {part for part, rows in world.tables.rows.items() if rows} == {"blocks", "evidence"}
    assert world.raw.batches == {}
    assert set(world.sweep_erased.tables.faded.values()) == {START + PROOF_KEPT}


def test_a_shop_that_is_erased_is_cut_off_from_its_tools_and_its_neighbour_is_not(world, told):
    outside = world.effects
    for shop in ("demo", "other"):
        outside.connections.save(None, Connection(shop, "slack", "main"))
        outside.connections.keep_token(made(shop, "n8n", ("tell:*",), "t" * 43, START, "anna")[0])
        outside.keys.write(f"{shop}/slack/main", {"token": "xoxb"})
    world.deliver(told.delivery("gone", ShopErased(START), at=START))
    sweep(world, None)
    assert [
        each.shop for each in (*outside.connections.connected("demo"), *outside.connections.tokens("demo"))
    ] == []
    assert set(outside.keys.by_name) == {"other/slack/main"}
    assert len(outside.connections.connected("other")) == len(outside.connections.tokens("other")) == 1


def test_a_person_who_is_erased_ends_no_connection(world, told):
    world.effects.connections.save(None, Connection("demo", "slack", "main"))
    world.deliver(told.delivery("first", cart(START, SHIRT), at=START))
    world.deliver(told.delivery("gone", CustomerErased(ada(), START), at=START))
    (fact,) = world.bus.named("customer.erased")
    sweep(world, fact.data["person_id"])
    assert world.effects.connections.connected("demo")


def test_a_shop_that_came_back_keeps_what_it_has_since(world, told):
    world.deliver(told.delivery("gone", ShopErased(START), at=START))
    assert world.sweep_erased("demo", None, "")["next"] == "wait"
    del world.tables.rows["blocks"]["demo", "shop"]
    world.deliver(told.delivery("new", cart(START, SHIRT), at=START))
    assert world.sweep_erased("demo", None, str(Place(2)))["next"] == "done"
    assert world.tables.rows["carts"]


def test_a_request_for_data_is_collected_and_rings(world, told):
    world.deliver(told.delivery("first", cart(START, SHIRT), at=START))
    world.deliver(told.delivery("ask", DataRequested(ada(), START, "77"), at=START))
    (fact,) = world.bus.named("privacy.requested")
    assert world.start_exporting("demo", fact.fact_id, fact.data)
    assert not world.start_exporting("demo", fact.fact_id, fact.data), "a doubled fact"
    ((run, given),) = world.runs.started.items()
    assert (run[:7], given["cursor"], given["person_id"]) == ("export-", "", fact.data["person_id"])
    assert world.collect_export("demo", fact.data["person_id"], run, "")["next"] == "done"
    ((key, kept),) = world.raw_sweep.exports.items()
    document = json.loads(kept)
    assert key == f"demo/{fact.data['person_id']}"
    assert document["person"]["first_name"] == "Ada"
    assert document["carts"][0]["cart"]["items"][0]["title"] == "Leinenhemd"
    assert world.metrics.counts["PrivacyRequests"] == 2


def test_a_request_about_somebody_we_do_not_know_rings_all_the_same(world, told):
    world.deliver(told.delivery("ask", DataRequested(BOB, START, "78"), at=START))
    (fact,) = world.bus.named("privacy.requested")
    assert "person_id" not in fact.data
    assert not world.start_exporting("demo", fact.fact_id, fact.data)
    assert world.runs.started == {}
    assert world.metrics.counts["PrivacyRequests"] == 1


def test_an_export_is_forgotten_with_its_person(world, told):
    world.deliver(told.delivery("first", cart(START, SHIRT), at=START))
    person_id = the_person(world).person_id
    world.collect_export("demo", person_id, "run", "")
    world.raw_sweep.keep_part("demo", person_id, "another-run", 1, "[]")
    world.erase_person.by_id("demo", person_id)
    world.sweep_erased("demo", person_id, "")
    assert world.raw_sweep.exports == {}


@pytest.mark.parametrize("topic", ["customers/redact", "shop/redact", "customers/data_request"])
@pytest.mark.parametrize("signature", ["", "wrong", None])
def test_the_three_wishes_of_the_law_are_heeded_only_when_signed(topic, signature):
    world = World()
    headers = {"content-type": "application/json", "x-shopify-topic": topic, "x-shopify-event-id": "e1"}
    if signature is not None:
        headers["x-shopify-hmac-sha256"] = signature
    assert world.receive_webhook("demo", b'{"shop_domain": "x.myshopify.com"}', headers).status == 401
    assert world.queue.deliveries == []


def test_a_place_travels_as_text():
    place = Place(2, 1, 'demo/2026/03/02/10/a-b|{"pk": {"S": "x"}}')
    assert Place.read(str(place)) == place
    assert Place.read("") == Place()


def test_an_export_holds_what_somebody_said_and_nothing_that_was_put_beside_it(world, told):
    world.deliver(told.delivery("e1", cart(START, SHIRT), at=START))
    (person,) = [row for row, _ in world.tables.rows["persons"].values()]
    (said,) = [row for row, _ in world.tables.rows["evidence"].values()]
    added = following("demo", person.person_id, 1, person.evidence_head, person.consents["email"], UNKNOWN)
    world.tables.put("evidence", "demo", f"{person.person_id}/added", added, None)
    found = world.export.proofs.of("demo", person.person_id)
    assert len(found) == 2
    assert [entry["seal"] for entry in world.export("demo", person.person_id)["consents"]] == [said.seal]
