"""Whose browser it is, which one is written to, and that it is forgotten with its owner."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.gates import address_on
from cartback.domain.observations import ConsentSeen, Contact, CustomerErased, DeviceSeen
from cartback.domain.people import device
from cartback.domain.people.customer import merge, without_device
from cartback.domain.policy import Touch
from cartback.ports import Card, NotSent, Sent
from cartback.usecases.people.erase_person import ErasePerson
from cartback.usecases.runs import Run
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, a_face, a_policy, plain_hash

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
PHONE, DESK = "https://fcm.googleapis.com/fcm/send/phone", "https://web.push.apple.com/desk"
BOB = Contact("2", "bob@example.com", account_email="bob@example.com")


class Browsers:
    """A way by push that knows which browsers are gone."""

    def __init__(self) -> None:
        self.sent, self.gone = [], set()

    def send(self, message):
        endpoint = device.read(message.address)[0]
        if endpoint in self.gone:
            return NotSent("browser_gone", of_address=True)
        self.sent.append((endpoint, message))
        return Sent(f"p{len(self.sent)}")


class Home:
    """A shop whose first message about a cart is a card, and Ada with a cart."""

    def __init__(self) -> None:
        self.told, self.ways, self.events = Told(), Browsers(), 0
        self.world = World(adapter=self.told)
        ways = {"email": self.world.outbox, "push": self.ways}
        self.world.touch = replace(self.world.touch, channels=ways)
        self.world.watch_cart = replace(self.world.watch_cart, channels=frozenset(ways))
        touches = (Touch("reminder", HOUR, "push"), Touch("answers", DAY, "push"))
        self.world.settings.policies["demo"] = a_policy(touches=touches)
        self.world.settings.faces["demo"] = a_face(senders={"push": "Demo"})

    def tell(self, *seen):
        self.events += 1
        self.world.deliver(self.told.delivery(f"e{self.events}", *seen, at=self.world.clock.now()))

    def allows(self, endpoint, at=START - DAY, contact=None, *topics):
        words = tuple(
            ConsentSeen("push", True, at, "explicit", "browser", True, topic)
            for topic in topics or ("marketing",)
        )
        who = replace(contact or ada(), consents=words)
        self.tell(DeviceSeen(endpoint, at, who, KEY, AUTH))

    def leaves(self, endpoint, at, contact=None):
        word = ConsentSeen("push", False, at, "explicit", "browser", True)
        self.tell(DeviceSeen(endpoint, at, replace(contact or ada(), consents=(word,))))

    def run(self):
        self.tell(cart(START, SHIRT))
        (name,) = self.world.start_due()
        given = self.world.runs.started[name]
        run = Run("cart_recovery", name, "demo", given["subject"], given["generation"], given["person_id"])
        self.world.clock.at = START + HOUR
        return run, self.world.touch(run, None, 0)

    def person(self, email="ada@example.com"):
        (row,) = [row for row, _ in self.world.tables.rows["persons"].values() if row.email == email]
        return row

    def pointers(self):
        return {name: to for (_, name), to in self.world.tables.rows["aliases"].items() if to}

    def on(self):
        return [each.endpoint for each in self.person().devices]


@pytest.fixture
def home():
    return Home()


def test_a_card_goes_to_the_browser_that_was_allowed_last_and_to_no_other(home):
    home.allows(DESK, START - 3 * DAY)
    home.allows(PHONE, START - DAY)
    home.run()
    ((endpoint, message),) = home.ways.sent
    assert endpoint == PHONE
    assert isinstance(message.content, Card)
    assert "Leinenhemd" in message.content.text
    assert message.content.leave == "Abmelden"
    assert message.thread
    assert message.deadline is not None
    (claim,) = [row for row, _ in home.world.tables.rows["claims"].values()]
    assert (claim.channel, claim.address_hash) == ("push", home.person().devices[0].hash)
    assert home.world.outbox.sent == []


def test_older_news_of_a_browser_makes_it_no_newer(home):
    home.allows(PHONE, START - DAY)
    home.allows(DESK, START - 3 * DAY)
    assert home.on() == [PHONE, DESK]


def test_a_browser_that_is_gone_is_forgotten_and_the_one_before_it_is_asked_by_the_same_claim(home):
    home.allows(DESK, START - 3 * DAY)
    home.allows(PHONE, START - DAY)
    home.ways.gone = {PHONE}
    home.run()
    assert [endpoint for endpoint, _ in home.ways.sent] == [DESK]
    assert home.on() == [DESK]
    (claim,) = [row for row, _ in home.world.tables.rows["claims"].values()]
    assert claim.address_hash == home.person().devices[0].hash
    assert claim.consent.endswith((START - 3 * DAY).isoformat())
    assert len(home.person().sends) == 1


def test_whose_last_browser_is_gone_is_counted_nothing_but_the_mail_that_takes_its_place(home):
    home.allows(PHONE)
    home.ways.gone = {PHONE}
    home.run()
    assert (home.ways.sent, home.on()) == ([], [])
    assert len(home.person().sends) == len(home.world.outbox.sent) == 1


def test_the_yes_of_another_browser_covers_only_what_was_said_there(home):
    home.allows(DESK, START - 3 * DAY, None, "news")
    home.allows(PHONE, START - DAY, None, "news", "cart_reminders")
    home.ways.gone = {PHONE}
    home.run()
    assert (home.ways.sent, home.on()) == ([], [DESK])


def test_a_no_on_one_browser_is_one_on_all_of_them(home):
    home.allows(DESK, START - 3 * DAY)
    home.allows(PHONE, START - 2 * DAY)
    home.leaves(DESK, START - DAY)
    assert home.on() == []
    home.run()
    assert home.ways.sent == []


@pytest.mark.parametrize("yes_first", [True, False])
def test_of_a_yes_and_a_no_the_later_counts_whichever_comes_first(home, yes_first):
    steps = [lambda: home.leaves(PHONE, START - 2 * DAY), lambda: home.allows(PHONE, START - DAY)]
    for step in reversed(steps) if yes_first else steps:
        step()
    assert home.on() == [PHONE]


@pytest.mark.parametrize("yes_first", [True, False])
def test_a_later_no_outweighs_an_earlier_yes_whichever_comes_first(home, yes_first):
    steps = [lambda: home.allows(PHONE, START - 2 * DAY), lambda: home.leaves(PHONE, START - DAY)]
    for step in steps if yes_first else reversed(steps):
        step()
    assert home.on() == []


def test_who_signs_up_on_anothers_browser_takes_it_over(home):
    """A family's tablet: what is meant for the one must not be read by the other."""
    home.allows(PHONE, START - 3 * DAY)
    home.allows(PHONE, START - DAY, BOB)
    assert home.on() == []
    assert [each.endpoint for each in home.person("bob@example.com").devices] == [PHONE]
    home.run()
    assert home.ways.sent == []


def test_late_news_of_the_first_owner_takes_nothing_back(home):
    home.allows(PHONE, START - DAY, BOB)
    home.allows(PHONE, START - 3 * DAY)
    assert [each.endpoint for each in home.person("bob@example.com").devices] == [PHONE]
    assert "ada@example.com" not in [row.email for row, _ in home.world.tables.rows["persons"].values()]


def test_of_somebody_who_is_forgotten_no_browser_and_no_way_to_it_is_left(home):
    home.allows(PHONE)
    hashed = home.person().devices[0].hash
    assert hashed in home.pointers()
    home.tell(CustomerErased(ada(), START))
    (row,) = [row for row, _ in home.world.tables.rows["persons"].values()]
    assert row.devices == ()
    assert hashed not in home.pointers()


def test_the_same_by_an_operators_hand(home):
    home.allows(PHONE)
    person = home.person()
    world = home.world
    ErasePerson(world.records, plain_hash, world.bus, world.clock).by_id("demo", person.person_id)
    assert person.devices[0].hash not in home.pointers()
    assert PHONE not in json.dumps([str(row) for row, _ in world.tables.rows["persons"].values()])


def test_two_rows_that_become_one_keep_the_browsers_of_both(home):
    home.allows(PHONE)
    home.allows(DESK, START - 2 * DAY, BOB)
    one, _ = merge(home.person(), home.person("bob@example.com"), START)
    assert [each.endpoint for each in one.devices] == [PHONE, DESK]


def test_a_browser_of_nobody_we_know_by_that_name_changes_nothing(home):
    home.allows(PHONE)
    assert without_device(home.person(), "another", START) == home.person()


def test_who_let_nobody_push_has_no_address_there(home):
    home.tell(cart(START, SHIRT))
    assert address_on(home.person(), "push") is None
