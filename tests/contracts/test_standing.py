"""How mail fares, and the ceiling of a new sender, on the real tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.claims import RELEASED, Claim
from cartback.domain.consent.signup import SignUp
from cartback.domain.context import Context
from cartback.domain.deliverability import WINDOW, Tally
from cartback.domain.people.customer import Person, sent, unsent
from cartback.domain.trade.cart import Cart
from cartback.ports import RowSet, TimelineEntry
from cartback.store.messaging.standing import DynamoStanding
from cartback.subjects.cart import KIND as CART_KIND
from tests.fakes.taking import take_question, take_touch
from tests.fakes.world import START


def test_a_window_forgets_what_is_older(stack):
    standing = DynamoStanding(stack.clients, "Insights")
    standing.add("demo", START - WINDOW - timedelta(days=1), Tally(100, 50, 50))
    standing.add("demo", START, Tally(2, 1, 0))
    standing.add("demo", START, Tally(1, 0, 1))
    standing.add("other", START, Tally(7, 7, 7))
    assert standing.lately("demo", START) == Tally(3, 1, 1)
    standing.reset("demo", START)
    assert standing.lately("demo", START) == Tally()
    assert standing.lately("other", START) == Tally(7, 7, 7)


def claim_of(room, number: int, ceiling: int | None) -> tuple[Claim, Context, Person]:
    cart = Cart("demo", f"c{number}")
    person = Person("demo", f"p{number}", email=f"p{number}@example.com", email_hash=f"h{number}")
    room.records.save(
        "demo", RowSet(), RowSet(carts={cart.cart_id: cart}, persons={person.person_id: person})
    )
    context = room.records.context("demo", cart.cart_id, person.person_id, None, CART_KIND)
    context = replace(
        context, person=room.records.read("demo", persons=[person.person_id]).persons[person.person_id]
    )
    claim = Claim(
        "demo",
        f"claim{number}",
        cart.cart_id,
        1,
        "reminder",
        "email",
        person.person_id,
        f"h{number}",
        "e",
        1,
        START,
        ceiling=ceiling,
    )
    return claim, context, context.person


def take(room, number: int, ceiling: int | None = 2) -> tuple[str | None, Claim]:
    claim, context, person = claim_of(room, number, ceiling)
    line = TimelineEntry(START, "decision", {"word": "send"})
    return take_touch(room.ledger, claim, context, sent(person, START), line, []), claim


def test_a_day_holds_as_many_claims_as_its_ceiling_and_one_given_back_makes_room(room):
    (first, claim), (second, _), (third, _) = (take(room, number) for number in (1, 2, 3))
    assert (first, second, third) == (None, None, "warming_up")
    person = room.records.read("demo", persons=["p1"]).persons["p1"]
    room.ledger.release(claim, replace(claim, state=RELEASED), unsent(person, START))
    assert [take(room, 4)[0], take(room, 5)[0]] == [None, "warming_up"]
    assert take(room, 6, ceiling=None)[0] is None


@pytest.mark.parametrize("where", ["shop", "marketing"])
def test_a_stopped_shop_claims_nothing_and_every_dossier_says_why(room, where):
    room.records.save("demo", RowSet(), RowSet(blocks={where: "because"}))
    claim, context, person = claim_of(room, 1, None)
    assert context.shop_block == "because"
    assert (
        take_touch(room.ledger, claim, context, sent(person, START), TimelineEntry(START, "decision", {}), [])
        == "blocked"
    )


def test_a_pause_of_marketing_stops_no_answer_to_somebodys_own_request(room):
    room.records.save("demo", RowSet(), RowSet(blocks={"marketing": "paused_deliverability"}))
    claim, _, _ = claim_of(room, 1, None)
    request = SignUp("demo", "r")
    room.records.save("demo", RowSet(), RowSet(requests={"r": request}))
    answer, line = replace(claim, purpose="service"), TimelineEntry(START, "decision", {})
    assert take_question(room.ledger, answer, replace(request, version=1), line, []) is None
