"""Around the claim: the language, the place in the budget that is kept, and the end of a cart that will not rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.claims import Claim
from cartback.domain.consent.preferences import Preferences
from cartback.domain.context import Context
from cartback.domain.errors import TryLater
from cartback.domain.messaging.reminders import Reminder
from cartback.domain.people.customer import Person
from cartback.domain.policy import plan_for
from cartback.domain.trade.cart import GIVEN_UP, Cart
from cartback.domain.trade.items import Item
from cartback.flows.cart_recovery import FLOW, following, language
from cartback.ports import RowSet
from cartback.subjects.cart import KIND
from cartback.usecases.messaging.budgeting import counting, give_back, reserve
from cartback.usecases.messaging.closing import MOST_TRIES, close
from cartback.usecases.runs import Run
from tests.fakes.memory import MemoryRecords, MemoryTables
from tests.fakes.world import START, HandClock, a_face, a_policy

HOUR = timedelta(hours=1)
CART = Cart("demo", "c1", items=(Item("v1", "Hemd"),), person_id="p1", started_at=START, activity_at=START)
ADA = Person("demo", "p1", cart_ids=("c1", "c2"))
RUN = Run("cart_recovery", "run-1", "demo", "c1", 1)


class Restless(MemoryRecords):
    """Rows that somebody else writes right before us, some times."""

    def __init__(self, times: int = 0) -> None:
        super().__init__(MemoryTables(HandClock()))
        super().save("demo", RowSet(), RowSet(carts={"c1": CART}, persons={"p1": ADA}))
        self.times, self.tries = times, 0

    def save(self, shop, before, after) -> None:
        self.tries += 1
        if self.times:
            self.times -= 1
            for part, name in (("carts", "c1"), ("persons", "p1")):
                row, expires_at = self.tables.rows[part][("demo", name)]
                self.tables.put(part, "demo", name, replace(row, version=row.version + 1), expires_at)
        super().save(shop, before, after)

    def now(self, part: str, name: str):
        return getattr(self.read("demo", **{part: [name]}), part)[name]


def closed(records: MemoryRecords, generation: int = 1, cart_id: str = "c1") -> Cart | None:
    return close(records, KIND, "demo", cart_id, generation, "all_sent", "run-1", START + HOUR)


@pytest.mark.parametrize("times", [0, 1, MOST_TRIES - 1])
def test_a_cart_is_closed_however_often_somebody_else_was_quicker(times):
    records = Restless(times)
    assert closed(records).status == GIVEN_UP
    kept = records.now("carts", "c1")
    assert (kept.status, kept.closed_at, kept.closed_because) == (GIVEN_UP, START + HOUR, "all_sent")
    assert kept.history[-1].cause == "run-1"
    assert records.tries == times + 1


def test_a_cart_that_never_rests_is_closed_later():
    records = Restless(times=100)
    with pytest.raises(TryLater):
        closed(records)
    assert (records.tries, records.now("carts", "c1").status) == (8, "open")


def test_closing_touches_no_other_generation_no_closed_cart_and_none_that_is_not_there():
    records = Restless()
    assert closed(records, generation=2).status == "open"
    assert closed(records, cart_id="c9") is None
    assert records.tries == 0
    first = closed(records)
    assert (closed(records).closed_at, records.tries) == (first.closed_at, 1)


@pytest.mark.parametrize(
    ("chosen", "of_cart", "of_person", "spoken"),
    [
        ("en", "de", "de", "en"),
        (None, "en", "de", "en"),
        (None, None, "en-GB", "en"),
        (None, "fr", "fr", "de"),
        (None, None, None, "de"),
    ],
    ids=["chosen", "the cart's", "the person's", "not on offer", "unknown"],
)
def test_a_message_speaks_the_language_that_was_chosen_else_the_carts_else_the_persons_else_the_shops(
    chosen, of_cart, of_person, spoken
):
    person = replace(ADA, locale=of_person, prefs=Preferences(language=chosen))
    assert language(Context(replace(CART, locale=of_cart), person), a_face()) == spoken


def test_a_language_is_found_without_a_person_and_without_a_cart():
    assert language(Context(replace(CART, locale="en"), None), a_face()) == "en"
    assert language(Context(None, replace(ADA, locale="en")), a_face()) == "en"


def waits(records: MemoryRecords, person: Person | None = None, until=START + 3 * HOUR) -> bool:
    known = records.now("persons", "p1") if person is None else person
    return reserve(records, RUN, Context(records.now("carts", "c1"), known), FLOW, KIND, until, START + HOUR)


def test_a_message_that_waits_says_once_when_it_will_come():
    records = Restless()
    assert waits(records)
    assert waits(records)
    (meant,) = records.now("persons", "p1").intents
    assert (meant.subject, meant.flow, meant.due_at) == ("c1", "cart_recovery", START + 3 * HOUR)
    assert records.tries == 1


def test_a_place_is_not_taken_in_a_row_that_changed_and_the_caller_is_told():
    records = Restless(times=1)
    assert not waits(records)
    assert records.now("persons", "p1").intents == ()


@pytest.mark.parametrize(
    ("person", "until"),
    [(replace(ADA, cart_ids=("c1",)), START + 3 * HOUR), (ADA, None)],
    ids=["no other cart", "no instant"],
)
def test_nothing_is_written_where_no_place_can_be_taken(person, until):
    records = Restless()
    assert waits(records, person, until)
    assert records.tries == 0


def test_who_has_no_row_takes_no_place():
    records = Restless()
    assert reserve(records, RUN, Context(CART, None), FLOW, KIND, START + HOUR, START)
    assert records.tries == 0


def test_what_is_given_back_to_an_account_goes_to_the_mailbox_that_it_became_meanwhile():
    records = Restless()
    rows = {
        "a7": Person("demo", "a7", merged_into="p2"),
        "p2": Person("demo", "p2", sends=(START, START + HOUR)),
    }
    records.save("demo", RowSet(persons=dict.fromkeys(rows)), RowSet(persons=rows))
    claim = Claim("demo", "k1", "c1", 1, "reminder", "email", "p1", "h1", "email/explicit", 1, START + HOUR)
    give_back(records, claim, "a7")
    assert records.now("persons", "p2").sends == (START,)
    assert records.now("persons", "a7").merged_into == "p2"


PLAN = plan_for(a_policy())


def test_with_its_claim_a_message_says_when_the_next_of_its_cart_is_due_and_the_last_one_nothing():
    claim = Claim("demo", "k1", "c1", 1, "reminder", "email", "p1", "h1", "email/explicit", 1, START + HOUR)
    due = [following(Context(CART, ADA), PLAN, position, a_policy(), START) for position in range(3)]
    assert due == [START + 24 * HOUR, START + 72 * HOUR, None]
    rows = counting(Context(CART, ADA), claim, FLOW, KIND, due[0])
    person = rows.persons["p1"]
    assert rows.carts["c1"].reminders == (Reminder("k1", START + HOUR),)
    assert (person.sends, [one.due_at for one in person.intents]) == ((START + HOUR,), [START + 24 * HOUR])
    assert counting(Context(CART, ADA), claim, FLOW, KIND, None).persons["p1"].intents == ()
