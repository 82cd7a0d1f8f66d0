"""Who is who: a mailbox is a person, an account is the mailbox of its record, and a number is nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.errors import Refused
from cartback.domain.observations import ConsentSeen, Contact, CustomerErased, CustomerSeen, DataRequested
from tests.fakes.told import CUP, SHIRT, Told, cart, order
from tests.fakes.world import START, World, plain_hash
from tests.unit.usecases.runs_of import play

NUMBER = "+498955501420"
AGREED = (ConsentSeen("email", True, START - timedelta(days=90), "double_opt_in", "form", sticky=True),)


def guest(email: str | None, phone: str | None = None, **more) -> Contact:
    return Contact(email=email, phone=phone, consents=AGREED, **more)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def tell(world: World, key: str, *seen, minutes: float = 0) -> None:
    world.clock.move(minutes=minutes)
    world.deliver(world.adapter.delivery(key, *seen, at=world.clock.now()))


def row(world: World, name: str):
    person = world.tables.live(
        "persons", "demo", world.tables.live("aliases", "demo", plain_hash("demo", name))
    )
    while person is not None and person.merged_into:
        person = world.tables.live("persons", "demo", person.merged_into)
    return person


def mails(world: World) -> Counter[tuple[str, str]]:
    """How many messages went to whom, and about what."""
    play(world, START + timedelta(days=9))
    named = [(mail.address, "Tasse" if "Tasse" in mail.text else "Leinenhemd") for mail in world.outbox.sent]
    return Counter(named)


def test_two_people_with_one_number_are_reminded_each_of_their_own(world):
    tell(world, "a", cart(START, SHIRT, ref="cart:a", contact=guest("anna@example.com", NUMBER)))
    tell(world, "b", cart(START, CUP, ref="cart:b", contact=guest("bernd@example.com", NUMBER)), minutes=20)
    assert mails(world) == {("anna@example.com", "Leinenhemd"): 3, ("bernd@example.com", "Tasse"): 3}


@pytest.mark.parametrize("buyer", ["bernd@example.com", "third@example.com"])
def test_a_purchase_under_a_shared_number_may_end_a_reminding_and_moves_no_address(world, buyer):
    tell(world, "a", cart(START, SHIRT, ref="cart:a", contact=guest("anna@example.com", NUMBER)))
    at = world.clock.move(minutes=5)
    tell(world, "o", order(at, "cart:x", contact=guest(buyer, NUMBER)))
    assert mails(world) == {}
    assert row(world, "email:anna@example.com").last_order_at is None, "that makes her no customer"


def test_a_number_that_was_made_up_and_one_of_a_whole_company_hint_at_nobody(world):
    for number, phone in enumerate(("+49123456789", "+49000000000")):
        tell(
            world,
            f"c{number}",
            cart(START, SHIRT, ref=f"cart:{number}", contact=guest(f"p{number}@example.com", phone)),
        )
        tell(world, f"o{number}", order(START + timedelta(minutes=1), contact=guest("q@example.com", phone)))
    for number in range(8):
        who = guest(f"staff{number}@example.com", NUMBER)
        tell(world, f"s{number}", cart(START, SHIRT, ref=f"cart:s{number}", contact=who))
    tell(world, "o", order(START + timedelta(minutes=2), contact=guest("boss@example.com", NUMBER)))
    sent = mails(world)
    assert {address for address, _ in sent} == {
        *(f"p{number}@example.com" for number in range(2)),
        *(f"staff{number}@example.com" for number in range(8)),
    }


def test_an_address_that_was_typed_beside_an_account_makes_them_not_one(world):
    vera = guest("vera@example.com")
    tell(world, "v", cart(START, SHIRT, ref="cart:v", contact=vera))
    mallory = CustomerSeen(Contact("9", "mallory@example.com", consents=AGREED), START)
    tell(world, "m", mallory)
    typed = Contact("9", "vera@example.com", NUMBER)
    tell(world, "t", cart(START, CUP, ref="cart:t", contact=typed), minutes=1)
    tell(
        world,
        "m2",
        CustomerSeen(Contact("9", "mallory@example.com"), START + timedelta(minutes=2)),
        minutes=1,
    )
    assert row(world, "customer:9") == row(world, "email:mallory@example.com")
    assert row(world, "customer:9") != row(world, "email:vera@example.com")
    sent = mails(world)
    assert sent["vera@example.com", "Leinenhemd"] > 0, "her own cart is no older visit of what somebody typed"
    assert not any(address == "mallory@example.com" for address, _ in sent)


def test_one_persons_farewell_request_and_erasure_reach_nobody_who_only_shares_a_number(world):
    tell(world, "a", cart(START, SHIRT, ref="cart:a", contact=guest("anna@example.com", NUMBER)))
    tell(world, "b", cart(START, CUP, ref="cart:b", contact=guest("bernd@example.com", NUMBER)), minutes=1)
    no = ConsentSeen("email", False, START + timedelta(minutes=2), "explicit", "shop", sticky=True)
    bernd = Contact(email="bernd@example.com", phone=NUMBER, consents=(no,))
    tell(world, "n", CustomerSeen(bernd, START + timedelta(minutes=2)), minutes=1)
    asked = DataRequested(Contact(email="bernd@example.com", phone=NUMBER), START, "r1")
    tell(world, "r", asked)
    (request,) = world.bus.named("privacy.requested")
    document = world.export("demo", request.data["person_id"])
    assert "Tasse" in str(document)
    assert "Leinenhemd" not in str(document)
    assert "anna@example.com" not in str(document)
    tell(
        world,
        "x",
        CustomerErased(Contact(email="bernd@example.com", phone=NUMBER), world.clock.now()),
        minutes=1,
    )
    assert mails(world) == {("anna@example.com", "Leinenhemd"): 3}


def test_a_number_alone_is_somebody_whose_purchase_ends_what_was_left_under_it(world):
    tell(world, "a", cart(START, SHIRT, ref="cart:a", contact=Contact(phone=NUMBER)))
    tell(world, "o", order(START + timedelta(minutes=5), contact=Contact(phone=NUMBER)), minutes=5)
    (found,) = [person for person, _ in world.tables.rows["persons"].values() if person.cart_ids]
    assert found.last_order_at == START + timedelta(minutes=5)


def test_a_company_account_reminds_each_mailbox_of_its_own_and_a_purchase_by_the_account_ends_all(world):
    for number, name in enumerate(("einkauf", "werkstatt")):
        who = Contact("500", f"{name}@firma.example", consents=AGREED)
        tell(world, f"c{number}", cart(START, (SHIRT, CUP)[number], ref=f"cart:{number}", contact=who))
    assert mails(world)["einkauf@firma.example", "Leinenhemd"] > 0
    assert mails(world)["einkauf@firma.example", "Tasse"] == 0
    assert mails(world)["werkstatt@firma.example", "Leinenhemd"] == 0
    before = len(world.outbox.sent)
    at = world.clock.now()
    for number, name in enumerate(("einkauf", "werkstatt")):
        who = Contact("500", f"{name}@firma.example", consents=AGREED)
        tell(world, f"d{number}", cart(at, (CUP, SHIRT)[number], ref=f"cart:n{number}", contact=who))
    tell(
        world, "o", order(at + timedelta(minutes=1), contact=Contact("500", "chef@firma.example")), minutes=1
    )
    play(world, at + timedelta(days=9))
    assert len(world.outbox.sent) == before


def test_an_account_whose_record_names_another_address_takes_its_carts_along(world):
    record = CustomerSeen(Contact("7", "alt@example.com", consents=AGREED), START - timedelta(days=1))
    tell(world, "r1", record)
    tell(world, "c", cart(START, SHIRT, ref="cart:c", contact=Contact("7", "alt@example.com")))
    moved = CustomerSeen(Contact("7", "neu@example.com", consents=AGREED), START + timedelta(minutes=5))
    tell(world, "r2", moved, minutes=5)
    assert mails(world) == {("neu@example.com", "Leinenhemd"): 3}


def test_what_a_guest_left_under_an_address_that_an_account_gave_up_reaches_nobody(world):
    tell(
        world, "r1", CustomerSeen(Contact("7", "alt@example.com", consents=AGREED), START - timedelta(days=1))
    )
    tell(world, "g", cart(START, SHIRT, ref="cart:g", contact=guest("alt@example.com")))
    tell(
        world,
        "r2",
        CustomerSeen(Contact("7", "neu@example.com", consents=AGREED), START + timedelta(minutes=5)),
    )
    assert mails(world) == {}


def test_an_older_record_of_an_account_moves_it_nowhere(world):
    tell(world, "r2", CustomerSeen(Contact("7", "neu@example.com", consents=AGREED), START))
    tell(
        world, "r1", CustomerSeen(Contact("7", "alt@example.com", consents=AGREED), START - timedelta(days=1))
    )
    assert row(world, "customer:7").email == "neu@example.com"


def test_a_cart_of_an_account_alone_waits_until_its_record_names_a_mailbox(world):
    tell(world, "c", cart(START, SHIRT, ref="cart:c", contact=Contact("7")))
    assert world.bus.named("cart.opened") == []
    tell(world, "r", CustomerSeen(Contact("7", "ada@example.com", consents=AGREED), START), minutes=1)
    assert mails(world) == {("ada@example.com", "Leinenhemd"): 3}


def test_a_message_that_mailbox_and_account_both_count_stays_one_when_they_turn_out_to_be_one(world):
    typed = Contact("7", "ada@example.com", consents=AGREED)
    tell(world, "c", cart(START, SHIRT, ref="cart:c", contact=typed))
    play(world, START + timedelta(hours=2))
    assert row(world, "customer:7").sends == row(world, "email:ada@example.com").sends
    tell(world, "r", CustomerSeen(typed, world.clock.now()), minutes=1)
    assert row(world, "customer:7").email == "ada@example.com"
    assert len(row(world, "customer:7").sends) == len(world.outbox.sent) == 1


def test_whoever_logs_in_on_a_shared_device_takes_the_cart_and_its_link_leads_the_other_to_the_front_page(
    world,
):
    tell(
        world,
        "c",
        cart(
            START,
            SHIRT,
            ref="cart:c",
            contact=guest("anna@example.com"),
            restore_url="https://demo.example/c",
        ),
    )
    play(world, START + timedelta(hours=2))
    link = world.outbox.sent[0].text.split("/r/")[1].split()[0]
    assert world.open_link(link).startswith("https://demo.example/c")
    at = world.clock.now()
    tell(
        world,
        "d",
        cart(
            at, SHIRT, ref="cart:c", contact=guest("bernd@example.com"), restore_url="https://demo.example/c"
        ),
    )
    assert not world.open_link(link).startswith("https://demo.example/c")
    assert world.metrics.counts["LinksOfDoubtfulOwners"] == 1


def test_names_that_are_typed_again_and_again_make_no_row_longer_and_cost_no_purchase(world):
    """98 numbers typed beside an address once made one event write 101 rows: more than a transaction holds."""
    for number in range(120):
        who = guest("vera@example.com", f"+4915112{number:06}")
        tell(world, f"m{number}", cart(START, SHIRT, ref=f"cart:{number % 3}", contact=who))
    vera = row(world, "email:vera@example.com")
    assert len(vera.aliases) == 1
    assert len(vera.beside) <= 10
    before = {part: dict(rows) for part, rows in world.tables.rows.items()}
    tell(
        world, "o", order(START + timedelta(minutes=1), contact=guest("vera@example.com", NUMBER)), minutes=1
    )
    written = sum(
        value != before[part].get(key)
        for part, rows in world.tables.rows.items()
        for key, value in rows.items()
    )
    assert written <= 8
    assert mails(world) == {}


def test_accounts_that_a_mailbox_answers_for_are_bounded(world):
    for number in range(60):
        record = CustomerSeen(
            Contact(f"guest-{number}", "ada@example.com", consents=AGREED), START + timedelta(seconds=number)
        )
        tell(world, f"r{number}", record)
    ada = row(world, "email:ada@example.com")
    assert len(ada.accounts) == 20
    assert "guest-59" not in ada.aliases
    assert plain_hash("demo", "customer:guest-59") in ada.accounts


def test_an_operator_who_names_a_shared_number_is_asked_for_the_address(world):
    tell(world, "a", cart(START, SHIRT, ref="cart:a", contact=guest("anna@example.com", NUMBER)))
    tell(world, "b", cart(START, CUP, ref="cart:b", contact=guest("bernd@example.com", NUMBER)))
    with pytest.raises(Refused, match="several people share this number"):
        world.erase_person.by_contact("demo", Contact(phone=NUMBER))
    assert row(world, "email:anna@example.com").erased_at is None


@pytest.mark.parametrize("name", ["email:anna@example.com", "customer:7"])
def test_a_pointer_that_has_ended_takes_nothing_back_of_what_its_row_knows(world, name):
    no = ConsentSeen("email", False, START, "explicit", "shop", sticky=True)
    who = {"email:anna@example.com": guest("anna@example.com"), "customer:7": Contact("7", phone=NUMBER)}[
        name
    ]
    tell(world, "c", cart(START, SHIRT, ref="cart:c", contact=who))
    tell(world, "n", CustomerSeen(replace(who, consents=(no,)), START + timedelta(minutes=1)), minutes=1)
    del world.tables.rows["aliases"]["demo", plain_hash("demo", name)]
    tell(world, "d", cart(START + timedelta(minutes=2), SHIRT, ref="cart:c", contact=who), minutes=1)
    assert row(world, name).consent("email").state == "withdrawn"


def test_a_click_of_a_row_that_was_merged_counts_for_whoever_it_became(world):
    tell(world, "a", cart(START, SHIRT, ref="cart:a", contact=guest("anna@example.com")))
    play(world, START + timedelta(hours=2))
    token = world.outbox.sent[0].text.split("/r/")[1].split()[0]
    (link,) = (link for link, _ in world.tables.rows["links"].values() if link.kind == "restore")
    anna = row(world, "email:anna@example.com")
    living = replace(anna, person_id="p-living")
    gone = replace(anna, email=None, merged_into="p-living")
    for person in (living, gone):
        world.tables.put("persons", "demo", person.person_id, person, None)
    assert link.person_id == gone.person_id
    assert world.open_link(token)
    assert world.tables.live("persons", "demo", "p-living").clicked_at == world.clock.now()
