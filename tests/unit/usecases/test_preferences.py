"""The preference centre: what is chosen counts before the next claim, and a link gives no more than it must."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.channels import CHANNELS
from cartback.domain.consent.consent import TOPICS, Consent
from cartback.domain.consent.evidence import fault
from cartback.domain.consent.permission import permission
from cartback.domain.observations import ConsentSeen, Contact, CustomerErased, CustomerSeen
from cartback.usecases.runs import Run
from tests.fakes.told import Told
from tests.fakes.world import START, World, a_policy, plain_hash
from tests.unit.usecases.test_way_of_a_cart import Story, opened

ALL = {
    "topic": list(TOPICS),
    "channel": ["email"],
    "frequency": ["all"],
    "pause": ["none"],
    "language": ["any"],
}


class Reader:
    """Somebody who got a reminder and follows the link at its foot."""

    def __init__(self) -> None:
        self.told = Told()
        self.world = World(adapter=self.told)
        self.story: Story = opened(self.world, self.told)
        self.story.wake()
        self.token = self.world.outbox.sent[0].text.partition("/p/")[2].split()[0]

    def choose(self, **fields: list[str]):
        given = {**ALL, **fields}
        return self.world.preferences(self.token, {name: each for name, each in given.items() if each})

    def person(self):
        (row,) = [row for row, _ in self.world.tables.rows["persons"].values()]
        return row

    def next_touch(self) -> str:
        self.story.wake()
        return self.story.last_reason()


@pytest.fixture
def reader() -> Reader:
    return Reader()


def test_every_message_leads_to_the_preferences_with_a_link_of_its_own(reader):
    mail = reader.world.outbox.sent[0]
    assert "/p/demo." in mail.html
    assert reader.token not in mail.leave_url


def test_the_page_shows_what_holds_and_neither_name_nor_address(reader):
    _, view = reader.world.preferences.look(reader.token)
    assert view.topics == dict.fromkeys(TOPICS, True)
    assert view.channels == {"email": True}
    assert "ada" not in repr(view).lower()


def test_looking_changes_nothing(reader):
    before = reader.person()
    reader.world.preferences.look(reader.token)
    assert reader.person() == before


def test_saving_what_is_shown_changes_no_consent(reader):
    before = reader.person().consents
    reader.choose()
    assert reader.person().consents == before


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"topic": ["offers", "news"]}, "topic_off"),
        ({"channel": []}, "opted_out"),
        ({"leave": ["all"]}, "opted_out"),
        ({"pause": ["30"]}, "paused"),
        ({"frequency": ["monthly"]}, "too_often_for_person"),
    ],
)
def test_what_is_chosen_counts_before_the_next_claim(reader, fields, reason):
    reader.choose(**fields)
    assert reader.next_touch() == reason
    assert len(reader.world.outbox.sent) == 1


def test_the_chosen_language_is_the_one_that_is_written(reader):
    reader.choose(language=["en"])
    reader.story.wake()
    assert [mail.lang for mail in reader.world.outbox.sent] == ["de", "en"]
    assert reader.person().prefs.language == "en"
    reader.choose(language=["any"])
    assert reader.person().prefs.language is None


def test_a_pause_can_be_ended_and_is_kept_where_nothing_is_said_of_it(reader):
    reader.choose(pause=["7"])
    until = START + timedelta(hours=1, days=7)
    assert reader.person().prefs.paused_until == until
    reader.choose(pause=["keep"])
    assert reader.person().prefs.paused_until == until
    _, view = reader.choose(pause=["none"])
    assert view.paused_until is None


def test_leaving_everything_takes_one_field_and_is_final_on_every_channel(reader):
    _, view = reader.world.preferences(reader.token, {"leave": ["all"]})
    assert not any(view.topics.values())
    assert {word.state for word in reader.person().consents.values()} == {"withdrawn"}
    assert {word.channel for word in reader.person().consents.values()} == set(CHANNELS)


def test_a_topic_that_was_off_can_be_turned_on_again_with_proof(reader):
    reader.choose(topic=["offers"])
    _, view = reader.choose()
    assert view.topics == dict.fromkeys(TOPICS, True)
    person = reader.person()
    entries = [row for row, _ in reader.world.tables.rows["evidence"].values()]
    assert fault(entries, person.evidence_length, person.evidence_head) is None
    assert entries[-1].how.wording
    assert {entry.basis for entry in entries if entry.source.startswith("preferences/")} == {
        "opt_out",
        "preference_link",
    }
    assert reader.next_touch() == "due"  # on the consent from before, which was taken back and is given back


def test_a_link_that_went_to_another_address_can_take_back_there_and_never_grant(reader):
    reader.choose(topic=["offers"])
    new = plain_hash("demo", "email:new@example.com")
    agreed = (ConsentSeen("email", True, START, "double_opt_in", "form", sticky=True),)
    record = Contact("1", "new@example.com", consents=agreed)
    seen = CustomerSeen(record, START + timedelta(hours=2))
    reader.world.deliver(reader.told.delivery("e2", seen, at=START))

    def there():
        [row] = [row for row, _ in reader.world.tables.rows["persons"].values() if row.email_hash == new]
        return {name: word.state for name, word in row.consents.items()}

    came_along = {"email": "granted", "email/cart_reminders": "withdrawn", "email/news": "withdrawn"}
    assert there() == came_along
    reader.choose()
    assert there() == came_along, "what is granted by an old link is granted for the old address"
    reader.choose(topic=[])
    assert there()["email/offers"] == "withdrawn"


@pytest.mark.parametrize(
    "fields",
    [{"frequency": ["hourly"]}, {"pause": ["9999"]}, {"language": ["xx"]}, {"topic": [*TOPICS, "all"]}],
)
def test_a_value_that_the_page_never_offered_changes_nothing(reader, fields):
    before = reader.person()
    reader.choose(**fields)
    assert (reader.person().prefs, reader.person().consents) == (before.prefs, before.consents)


@pytest.mark.parametrize("token", ["", "demo." + "A" * 43, "other." + "A" * 43, "demo"])
def test_a_forged_or_foreign_token_shows_and_changes_nothing(reader, token):
    before = reader.person()
    assert reader.world.preferences.look(token) is None
    assert reader.world.preferences(token, {"leave": ["all"]}) is None
    assert reader.person() == before


def test_a_leave_link_opens_no_preferences(reader):
    leave = reader.world.outbox.sent[0].leave_url.rpartition("/")[2]
    assert reader.world.preferences.look(leave) is None
    assert reader.world.preferences(leave, ALL) is None


def test_a_preference_link_is_over_after_two_years_and_for_somebody_who_was_forgotten(reader):
    gone = CustomerErased(Contact("1", "ada@example.com"), START + timedelta(hours=2))
    reader.world.deliver(reader.told.delivery("e3", gone, at=START))
    assert reader.world.preferences.look(reader.token) is None
    other = Reader()
    other.world.clock.move(days=731)
    assert other.world.preferences.look(other.token) is None


def test_changing_is_told_once_per_word(reader):
    reader.choose(topic=["offers"])
    withdrawn = reader.world.bus.named("consent.withdrawn")
    assert {fact.data["purpose"] for fact in withdrawn} == {"cart_reminders", "news"}
    reader.choose(topic=["offers"])
    assert len(reader.world.bus.named("consent.withdrawn")) == len(withdrawn)


# ── what a link can grant ────────────────────────────────────────────────────────────────────────────────────────


def asked(reader) -> list[str]:
    return [fact.data["request_id"] for fact in reader.world.bus.named("subscription.requested")]


def states(reader) -> set[str]:
    return {word.state for word in reader.person().consents.values()}


def answer(reader):
    """The owner of the address gets the mail that asks, and presses its button."""
    fact = reader.world.bus.named("subscription.requested")[-1].data
    run = Run("double_opt_in", "run", "demo", fact["request_id"], fact["generation"], kind="signup")
    reader.world.ask_confirmation(run, None, 0)
    token = reader.world.outbox.sent[-1].text.partition("/c/")[2].split()[0]
    return reader.world.confirm(token, "198.51.100.4", "Her phone")


@pytest.mark.parametrize("days", [8, 300, 729])
def test_an_old_mail_takes_back_and_never_grants(reader, days):
    reader.choose(topic=["offers"])
    reader.world.clock.move(days=days)
    _, view = reader.choose()
    assert (view.topics["offers"], view.topics["news"], view.asked) == (True, False, False)
    assert asked(reader) == []
    _, view = reader.choose(topic=[])
    assert not any(view.topics.values())


def test_a_link_grants_until_the_seventh_day_is_over(reader):
    reader.choose(topic=["offers"])
    sent_at = reader.world.clock.now()
    reader.world.clock.at = sent_at + timedelta(days=7) - timedelta(seconds=1)
    assert reader.choose(topic=["offers", "news"])[1].topics["news"]
    reader.choose(topic=["offers"])
    reader.world.clock.at = sent_at + timedelta(days=7)
    assert not reader.choose(topic=["offers", "news"])[1].topics["news"]


@pytest.mark.parametrize("how", ["button", "channel", "everything"])
def test_who_left_the_channel_comes_back_only_by_answering_a_mail(reader, how):
    if how == "button":
        reader.world.leave(reader.world.outbox.sent[0].leave_url.rpartition("/")[2])
    else:
        reader.choose(**({"channel": []} if how == "channel" else {"leave": ["all"]}))
    reader.world.clock.move(seconds=1)
    _, view = reader.choose()
    assert (view.asked, any(view.topics.values()), "granted" in states(reader)) == (True, False, False)
    assert len(asked(reader)) == 1
    assert answer(reader).done
    person = reader.person()
    assert {word.basis for word in person.consents.values() if word.state == "granted"} == {"double_opt_in"}
    assert reader.world.preferences.look(reader.token)[1].topics == dict.fromkeys(TOPICS, True)


def test_where_the_law_asks_for_more_than_a_link_a_mail_asks(reader):
    """Ada's word for the topic is her own double opt-in: once it is taken back, nothing else is left to stand on."""
    reader.world.settings.policies["demo"] = a_policy(
        pack="dach", accepted_bases=frozenset({"double_opt_in"})
    )
    person = reader.person()
    word = replace(person.consents["email"], purpose="cart_reminders")
    own = replace(person, consents={"email/cart_reminders": word})
    reader.world.tables.put("persons", "demo", person.person_id, own, None)
    reader.choose(topic=[])
    _, view = reader.choose(topic=["cart_reminders"])
    assert (view.topics["cart_reminders"], view.asked) == (False, True)
    answer(reader)
    assert reader.person().consents["email/cart_reminders"].basis == "double_opt_in"


@pytest.mark.parametrize(
    ("pack", "bases", "enough"),
    [
        ("dach", {"double_opt_in", "explicit"}, False),
        ("eu", {"double_opt_in", "explicit"}, True),
        ("eu", {"double_opt_in"}, False),
        ("uk", {"double_opt_in", "explicit"}, True),
        ("us", {"double_opt_in", "explicit"}, True),
    ],
)
@pytest.mark.parametrize("basis", ["preference_link", "double_opt_in"])
def test_a_yes_by_a_link_is_worth_a_tick_and_so_is_one_that_was_taken_for_more_before(
    reader, pack, bases, enough, basis
):
    person = reader.person()
    word = Consent(
        "email",
        "granted",
        basis,
        "preferences/k1",
        START,
        START,
        "x",
        purpose="offers",
        address_hash=person.email_hash,
    )
    alone = replace(person, consents={"email/offers": word})
    policy = a_policy(pack=pack, accepted_bases=frozenset(bases))
    assert (permission(alone, "email", "offers", policy).reason is None) is enough


def test_a_shop_that_asks_nobody_leaves_switched_off_what_a_link_cannot_grant(reader):
    reader.world.settings.policies["demo"] = a_policy(flows=frozenset({"cart_recovery"}))
    reader.choose(leave=["all"])
    _, view = reader.choose()
    assert (view.asked, any(view.topics.values()), asked(reader)) == (False, False, [])
