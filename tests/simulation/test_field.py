"""The field's own truth and its questions: they tell people apart, and speak where something is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from cartback.domain.claims import Claim
from tests.simulation.field.book import Book, objections
from tests.simulation.field.cast import drawn
from tests.simulation.field.scene import SCENES
from tests.simulation.field.shops import SHOPIFY, WOO, field_shops
from tests.simulation.field.table import table
from tests.simulation.field.truth import COPY, NO_CART, Account, Human, Purchase, Thing, Truth
from tests.simulation.invariants import Candidate
from tests.simulation.play import Outcome, play
from tests.simulation.shrink import parted
from tests.simulation.witness import Said, Witness

BEGAN = datetime(2026, 3, 10, 9, tzinfo=UTC)
LANDLINE = "+49 30 1234567"
POLICY = field_shops(0)[WOO].policy
HOUR = timedelta(hours=1)


def said(at: datetime, stored_at: datetime | None) -> Said:
    return Said(0, "k", WOO, at, None, stored_at=stored_at)


def somebody(truth: Truth, address: str) -> Human:
    human = Human(WOO, "test", {address: BEGAN - 90 * 24 * HOUR})
    truth.mailboxes[(WOO, address)] = human
    return human


def a_cart(truth: Truth, owner: Human, address: str, label: str = "cart 1", visit: str = "v") -> Thing:
    thing = Thing(label, WOO, "test", owner, BEGAN, frozenset({f"ref:{label}"}), f"/{label}", visit)
    thing.told_with.add(address)
    thing.numbers.add(LANDLINE)
    thing.news.append(said(BEGAN, BEGAN + timedelta(seconds=3)))
    return truth.add(thing)


def bought(truth: Truth, owner: Human, address: str, *dates: datetime, stored: bool = True) -> Purchase:
    purchase = Purchase(owner, WOO)
    purchase.told_with.add(address)
    purchase.numbers.add(LANDLINE)
    purchase.dates.extend((at, said(at, at if stored else None)) for at in dates)
    truth.purchases.append(purchase)
    return purchase


def candidate(address: str, touch: str = "reminder", label: str = "cart 1", now: datetime | None = None):
    at = now or BEGAN + 2 * HOUR
    claim = Claim(WOO, f"{label}/{touch}", "c", 1, touch, "email", "p", "h", "word", 1, at)
    return Candidate(claim, address, label, POLICY, at)


def against(truth: Truth, it: Candidate) -> set[str]:
    return {invariant for invariant, _ in objections(truth, Witness(), it)}


@pytest.fixture
def world() -> tuple[Truth, Human, Human]:
    truth = Truth()
    return truth, somebody(truth, "anna@example.com"), somebody(truth, "bernd@example.com")


def test_nothing_speaks_against_a_message_to_whoever_filled_the_cart(world) -> None:
    truth, anna, _ = world
    a_cart(truth, anna, "anna@example.com")
    assert against(truth, candidate("anna@example.com")) == set()


def test_two_people_with_one_number_are_two(world) -> None:
    truth, anna, bernd = world
    thing = a_cart(truth, anna, "anna@example.com")
    bought(truth, bernd, "bernd@example.com", BEGAN + HOUR)
    assert list(truth.bought(thing)) == []
    assert truth.hinted(thing)
    assert against(truth, candidate("anna@example.com")) == set()
    assert against(truth, candidate("bernd@example.com")) == {"I11"}


def test_an_account_may_be_reached_at_the_address_of_its_own_record(world) -> None:
    truth, anna, _ = world
    thing = a_cart(truth, anna, "anna@example.com")
    somebody(truth, "office@example.com")
    thing.account = Account("7", [("office@example.com", said(BEGAN, BEGAN))])
    assert against(truth, candidate("office@example.com")) == set()


@pytest.mark.parametrize(("kind", "promise"), [(NO_CART, "carts"), (COPY, "voices")])
def test_what_is_no_cart_and_what_is_a_copy_is_not_reminded_of(world, kind: str, promise: str) -> None:
    truth, anna, _ = world
    a_cart(truth, anna, "anna@example.com").kind = kind
    assert against(truth, candidate("anna@example.com")) == {promise}


@pytest.mark.parametrize(
    ("dates", "stored", "promises"),
    [
        ((BEGAN - HOUR,), True, set()),
        ((BEGAN,), True, {"I1"}),
        ((BEGAN - HOUR, BEGAN + HOUR), True, {"I1"}),
        ((BEGAN + HOUR,), False, set()),
    ],
    ids=["before", "as it began", "made before and paid since", "not stored yet"],
)
def test_who_bought_or_paid_since_a_cart_began_is_not_reminded_once_that_is_stored(
    world, dates, stored, promises
) -> None:
    truth, anna, _ = world
    a_cart(truth, anna, "anna@example.com")
    bought(truth, anna, "anna@example.com", *dates, stored=stored)
    assert against(truth, candidate("anna@example.com")) == promises


def test_a_purchase_under_a_name_that_nothing_connects_is_not_held_against_the_house(world) -> None:
    truth, anna, _ = world
    a_cart(truth, anna, "anna@example.com")
    bought(truth, anna, "anna-at-work@example.com", BEGAN + HOUR)
    assert against(truth, candidate("anna@example.com")) == set()


def test_who_left_or_never_agreed_is_not_written_to_even_if_somebody_ticks_a_box(world) -> None:
    truth, anna, bernd = world
    a_cart(truth, anna, "anna@example.com")
    anna.left["anna@example.com"] = BEGAN
    assert against(truth, candidate("anna@example.com")) == {"I2"}
    anna.left.clear()
    anna.agreed.clear()
    assert against(truth, candidate("anna@example.com")) == {"I9"}
    a_cart(truth, bernd, "anna@example.com")  # typed by somebody else: nobody can know that she never agreed
    assert against(truth, candidate("anna@example.com")) == set()
    anna.left["anna@example.com"] = BEGAN
    assert against(truth, candidate("anna@example.com")) == {"I2"}


def test_a_cart_heard_of_beyond_its_policy_is_not_reminded_of(world) -> None:
    truth, anna, _ = world
    late = BEGAN + POLICY.give_up_after + 3 * HOUR
    a_cart(truth, anna, "anna@example.com").news[:] = [said(BEGAN, late)]
    assert against(truth, candidate("anna@example.com", now=late + timedelta(minutes=30))) == {"old news"}


def taken(book: Book, it: Candidate) -> set[str]:
    book.take(it)
    message = SimpleNamespace(
        shop=WOO, claim_id=it.claim.claim_id, touch=it.claim.touch, address=it.address, html=it.label
    )
    return {invariant for invariant, _ in book.accept(message, it.now)}


def test_one_visit_is_one_story_however_many_checkouts_it_had(world) -> None:
    truth, anna, _ = world
    for label in ("cart 1", "cart 2"):
        a_cart(truth, anna, "anna@example.com", label)
    book, days = Book(truth, Witness()), timedelta(days=3)
    names = [touch.name for touch in POLICY.touches]
    for place, name in enumerate(names):
        at = BEGAN + 2 * HOUR + place * days
        assert taken(book, candidate("anna@example.com", name, "cart 1", at)) == set()
    at = BEGAN + 2 * HOUR + len(names) * days
    assert taken(book, candidate("anna@example.com", names[-1], "cart 2", at)) == {"stories"}
    assert taken(book, candidate("anna@example.com", "one more", "cart 2", at + days)) == {"stories"}


@pytest.mark.parametrize(("is_shared", "promises"), [(True, {"I6"}), (False, set())])
def test_whoever_is_behind_an_account_has_one_budget_at_all_addresses(
    world, is_shared: bool, promises
) -> None:
    truth, anna, bernd = world
    one, other = Account("7"), Account("8")
    a_cart(truth, anna, "anna@example.com", "cart 1", "v1").account = one
    a_cart(truth, bernd, "bernd@example.com", "cart 2", "v2").account = one if is_shared else other
    book, first = Book(truth, Witness()), BEGAN + 2 * HOUR
    assert taken(book, candidate("anna@example.com", label="cart 1", now=first)) == set()
    assert taken(book, candidate("bernd@example.com", label="cart 2", now=first + HOUR)) == promises


@pytest.mark.parametrize(
    ("behind", "found"), [(4, True), (60, False)], ids=["in the same flood", "much later"]
)
def test_old_news_waits_for_the_order_behind_it_in_the_same_flood(world, behind: int, found: bool) -> None:
    truth, anna, _ = world
    thing, heard = a_cart(truth, anna, "anna@example.com"), BEGAN + 3 * HOUR
    thing.news[:] = [said(BEGAN, heard)]
    order = bought(truth, anna, "anna@example.com", BEGAN + HOUR, stored=False)
    book = Book(truth, Witness())
    assert taken(book, candidate("anna@example.com", now=heard + timedelta(minutes=1))) == set()
    order.dates[0][1].stored_at = heard + timedelta(minutes=behind)
    assert [one for one, _ in book.too_soon()] == ([thing] if found else [])


def test_a_promise_is_kept_by_a_message_about_any_checkout_of_its_visit_and_silence_needs_a_reason(
    world,
) -> None:
    truth, anna, bernd = world
    a_cart(truth, anna, "anna@example.com", "cart 1")
    later = a_cart(truth, anna, "anna@example.com", "cart 2")
    later.promised = True
    book = Book(truth, Witness())
    assert list(book.silent()) == [(later, None)]
    bought(truth, bernd, "bernd@example.com", BEGAN + HOUR)
    assert list(book.silent()) == [(later, "somebody bought who shares a name")]
    taken(book, candidate("anna@example.com", label="cart 1"))
    assert list(book.silent()) == []


def test_a_message_about_nothing_that_a_shop_told_or_of_another_shop_is_found(world) -> None:
    truth, anna, _ = world
    assert against(truth, candidate("anna@example.com", label="nothing")) == {"I10"}
    thing = a_cart(truth, anna, "anna@example.com")
    thing.shop = SHOPIFY
    assert "I10" in against(truth, candidate("anna@example.com"))


@pytest.mark.parametrize("name", sorted(SCENES))
def test_what_shops_of_a_scene_say_is_well_formed_and_everything_ends(name: str) -> None:
    outcome = play(0, only=(), scenes=(name,))
    assert outcome.counts["events"] > 0
    broken = [str(found) for found in outcome.violations if found.invariant in ("I4", "I5", "I7", "bug")]
    assert broken == []


def test_a_scene_replays_identically() -> None:
    first, second = (play(2, only=(), scenes=drawn(2)) for _ in range(2))
    assert first.digest == second.digest


def test_each_scene_has_a_share_of_the_seeds_of_its_own() -> None:
    seeds = [drawn(seed) for seed in range(300)]
    for name, (share, _, _) in SCENES.items():
        played = sum(name in names for names in seeds)
        assert 0 < played < 300
        assert abs(played / 300 - share) < 0.08
    assert sum(map(len, seeds)) / 300 < 7


def test_the_shoppers_of_the_other_shops_live_as_if_there_were_no_field() -> None:
    """Shopper 28 waits for no mail: what he does is his own, whoever plays beside him."""

    def told_by(outcome: Outcome) -> list[tuple[object, str]]:
        return [
            (at, what) for at, who, whose, what in outcome.story if (whose, who) == ("shopper", "shopper 28")
        ]

    beside = play(0, scenes=drawn(0), keep_story=True)
    assert told_by(beside) == told_by(play(0, scenes=(), keep_story=True)) != []


def test_the_table_says_what_broke_in_how_many_seeds() -> None:
    outcome = play(0, only=(), scenes=())
    name = sorted(SCENES)[0]
    outcome.counts[f"scene {name}"] = 1
    rows = table([outcome, replace(outcome, seed=1)]).splitlines()
    assert f"| {name.replace('_', ' ')} | 2 |  |" in rows
    assert len(rows) == 2 + len(SCENES)


def test_a_seed_shrinks_by_its_scenes_as_by_its_shoppers() -> None:
    assert parted((3, "flood", 7)) == ((3, 7), ("flood",))
