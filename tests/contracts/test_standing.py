"""How mail fares, and the ceiling of a new sender, on the real tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.cart import Cart
from cartback.domain.claims import RELEASED, Claim
from cartback.domain.customer import Person, sent, unsent
from cartback.domain.deliverability import WINDOW, Tally
from cartback.domain.dossier import Dossier
from cartback.domain.signup import SignUp
from cartback.ports import Line, Page
from cartback.store.standing import DynamoStanding
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


def claim_of(room, number: int, ceiling: int | None) -> tuple[Claim, Dossier, Person]:
    cart = Cart("demo", f"c{number}")
    person = Person("demo", f"p{number}", email=f"p{number}@example.com", email_hash=f"h{number}")
    room.records.save("demo", Page(), Page(carts={cart.cart_id: cart}, persons={person.person_id: person}))
    dossier = room.records.dossier("demo", cart.cart_id, person.person_id, None)
    dossier = replace(
        dossier, person=room.records.read("demo", persons=[person.person_id]).persons[person.person_id]
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
    return claim, dossier, dossier.person


def take(room, number: int, ceiling: int | None = 2) -> tuple[str | None, Claim]:
    claim, dossier, person = claim_of(room, number, ceiling)
    line = Line(START, "decision", {"word": "send"})
    return room.ledger.claim(claim, dossier, sent(person, START), line, []), claim


def test_a_day_holds_as_many_claims_as_its_ceiling_and_one_given_back_makes_room(room):
    (first, claim), (second, _), (third, _) = (take(room, number) for number in (1, 2, 3))
    assert (first, second, third) == (None, None, "warming_up")
    person = room.records.read("demo", persons=["p1"]).persons["p1"]
    room.ledger.release(claim, replace(claim, state=RELEASED), unsent(person, START))
    assert [take(room, 4)[0], take(room, 5)[0]] == [None, "warming_up"]
    assert take(room, 6, ceiling=None)[0] is None


@pytest.mark.parametrize("where", ["shop", "marketing"])
def test_a_stopped_shop_claims_nothing_and_every_dossier_says_why(room, where):
    room.records.save("demo", Page(), Page(blocks={where: "because"}))
    claim, dossier, person = claim_of(room, 1, None)
    assert dossier.shop_block == "because"
    assert (
        room.ledger.claim(claim, dossier, sent(person, START), Line(START, "decision", {}), []) == "blocked"
    )


def test_a_pause_of_marketing_stops_no_answer_to_somebodys_own_request(room):
    room.records.save("demo", Page(), Page(blocks={"marketing": "paused_deliverability"}))
    claim, _, _ = claim_of(room, 1, None)
    request = SignUp("demo", "r")
    room.records.save("demo", Page(), Page(requests={"r": request}))
    answer, line = replace(claim, purpose="service"), Line(START, "decision", {})
    assert room.ledger.claim_alone(answer, replace(request, version=1), line, []) is None
