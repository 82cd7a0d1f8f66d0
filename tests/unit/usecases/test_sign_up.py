"""Signing up: nobody is on a list whom the owner of the address did not put there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartback.domain.consent.consent import TOPICS
from cartback.domain.consent.evidence import fault
from cartback.domain.consent.signup import CONFIRMED, EXPIRED, request_id_for
from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.ports import ADDRESS_REFUSED, Doubtful, NotSent, RowSet
from cartback.usecases.consent.subscribe import MOST_PER_SHOP, MOST_PER_VISITOR, Visitor, network
from cartback.usecases.runs import Run
from tests.fakes.told import Told, cart
from tests.fakes.told import ada as told_ada
from tests.fakes.world import START, World, a_policy, plain_hash
from tests.unit.texts.samples import Read

ADA = "ada@example.com"
HASH = plain_hash("demo", f"email:{ADA}")
HERE = Visitor("https://demo.example", "203.0.113.7", "A browser")


class SignUps:
    """Somebody in front of the shop's form, and the run that follows."""

    def __init__(self) -> None:
        self.told = Told()
        self.world = World(adapter=self.told)
        self.answer: dict[str, object] = {"position": 0}

    def ask(self, email: str = ADA, visitor: Visitor = HERE, **fields: list[str]) -> None:
        self.world.subscribe("demo", {"email": [email], "topics": list(TOPICS), **fields}, visitor)

    def run(self) -> str:
        """Wait as long as was asked, and wake the run once."""
        self.world.clock.move(seconds=self.answer.get("wait_seconds", 0))
        fact = self.world.bus.named("subscription.requested")[-1].data
        run = Run("double_opt_in", "run", "demo", fact["request_id"], fact["generation"], kind="signup")
        position = self.answer["position"]
        step = ("confirm", "confirm_again", "end")[position]
        answer = (self.world.look if step == "end" else self.world.touch).step(run, step)
        goes_on = answer["next"] == "next"
        self.answer = {**answer, "position": position + goes_on}
        return "wait" if goes_on else answer["next"]

    def request(self):
        name = request_id_for("demo", HASH)
        return self.world.records.read("demo", requests=[name]).requests[name]

    def token(self, number: int = -1) -> str:
        mail = self.world.outbox.sent[number]
        return mail.text.partition("/c/")[2].split()[0]

    def press(self, token: str | None = None):
        return self.world.confirm(token or self.token(), "198.51.100.4", "Her phone")

    def person(self):
        alias = self.world.records.read("demo", aliases=[HASH]).aliases[HASH]
        return self.world.records.read("demo", persons=[alias]).persons[alias] if alias else None


@pytest.fixture
def form() -> SignUps:
    return SignUps()


# ── the form ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fields", [{}, {"topics": ["offers"]}])
def test_asking_makes_nobody_a_subscriber(form, fields):
    form.ask(**fields)
    assert form.person() is None
    assert form.request().topics == tuple(fields.get("topics", TOPICS))
    assert not form.world.bus.named("consent.granted")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"email": ["ada"]}, "email: "),
        ({"email": [ADA + "\r\nBcc: all@example.com"]}, "email: "),
        ({"email": []}, "email: "),
        ({"email": ["=?x@b.example"]}, "email: "),
        ({"phone": ["0151 123"]}, "phone: "),
        ({"topics": ["everything"]}, "topics: "),
        ({"topics": []}, "topics: choose"),
        ({"lang": ["xx"]}, "lang: "),
    ],
)
def test_a_malformed_field_is_refused_by_its_name(form, fields, named):
    with pytest.raises(Refused) as refused:
        form.world.subscribe("demo", {"email": [ADA], "topics": ["news"], **fields}, HERE)
    assert refused.value.status == 422
    assert refused.value.reason.startswith(named)
    assert form.world.bus.facts == []


@pytest.mark.parametrize(
    "origin",
    [
        "https://elsewhere.example",
        "null",
        "http://demo.example",
        "https://demo.example.evil.example",
        "https://xdemo.example",
    ],
)
def test_a_form_on_another_site_is_refused_and_its_page_learns_nothing(form, origin):
    with pytest.raises(Refused) as refused:
        form.ask(visitor=replace(HERE, origin=origin))
    assert refused.value.status == 403
    assert form.world.subscribe.origin("demo", origin) is None


@pytest.mark.parametrize("origin", ["https://demo.example", "https://www.demo.example", None])
def test_the_shops_own_pages_may_ask(form, origin):
    form.ask(visitor=replace(HERE, origin=origin))
    assert form.request() is not None


@pytest.mark.parametrize("shop", ["nobody", "", "demo#person"])
def test_a_shop_that_takes_no_sign_ups_is_not_there(form, shop):
    with pytest.raises(Refused, match="no sign-ups here"):
        form.world.subscribe(shop, {"email": [ADA]}, HERE)
    form.world.settings.policies["demo"] = a_policy(flows=frozenset({"cart_recovery"}))
    with pytest.raises(Refused, match="no sign-ups here"):
        form.ask()


def test_a_program_that_fills_in_everything_gets_the_same_answer_and_nothing_happens(form):
    form.ask(website=["https://spam.example"])
    assert form.request() is None
    assert form.world.metrics.counts["SignUpsByPrograms"] == 1


@pytest.mark.parametrize(
    ("limit", "vary"),
    [
        (MOST_PER_VISITOR, lambda n: (f"a{n}@example.com", HERE)),
        (MOST_PER_SHOP, lambda n: (f"a{n}@example.com", replace(HERE, ip=f"10.0.{n // 250}.{n % 250}"))),
    ],
    ids=["visitor", "shop"],
)
def test_a_flood_is_stopped_and_passes(form, limit, vary):
    most, within = limit
    for number in range(most):
        form.ask(*vary(number))
    with pytest.raises(Refused) as refused:
        form.ask(*vary(most))
    assert refused.value.status == 429
    form.world.clock.move(seconds=within.total_seconds())
    form.ask(*vary(most))


def test_one_connection_is_one_visitor_whatever_addresses_it_makes_up():
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") == network("2001:db8:1:ff::1")
    assert network("2001:db8:1:2::1") != network("2001:db8:1:102::1")
    assert network("::ffff:203.0.113.7") == network("203.0.113.7") != network("::ffff:203.0.113.8")
    assert network("not an address") == network(None)


# ── the question ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_owner_is_asked_once_reminded_once_and_forgotten_after_48_hours(form):
    form.ask()
    words = [form.run(), form.run(), form.run()]
    assert words == ["wait", "wait", "stop"]
    assert (form.world.clock.now() - START).total_seconds() == 48 * 3600
    assert [mail.touch for mail in form.world.outbox.sent] == ["confirm", "confirm_again"]
    assert form.request().state == EXPIRED
    assert ADA not in repr(form.world.tables.rows["requests"])


def test_the_question_carries_no_advertising_and_nothing_to_unsubscribe_from(form):
    form.ask()
    form.run()
    (mail,) = form.world.outbox.sent
    assert mail.leave_url is None
    (link,) = Read(mail.html).values("href")
    assert "/c/demo." in link


@pytest.mark.parametrize("answer", [Doubtful("time-out"), NotSent("Throttling", 10)])
def test_a_mail_that_may_have_gone_out_is_not_repeated_before_the_reminder(form, answer):
    form.ask()
    form.world.outbox.answers = [answer]
    assert form.run() == "wait"
    assert form.answer["wait_seconds"] == (10 if isinstance(answer, NotSent) else 24 * 3600)
    form.run()
    (*_, last) = form.world.outbox.sent
    assert last.touch == ("confirm" if isinstance(answer, NotSent) else "confirm_again")


def test_a_run_that_is_woken_twice_asks_once(form):
    form.ask()
    form.run()
    form.answer = {"position": 0}
    form.run()
    assert len(form.world.outbox.sent) == 1


def test_asking_again_while_a_question_is_open_sends_nothing_more(form):
    form.ask()
    form.run()
    form.ask(topics=list(reversed(TOPICS)))
    first, second = form.world.bus.named("subscription.requested")
    assert first.fact_id == second.fact_id
    assert form.request().topics == TOPICS


@pytest.mark.parametrize("because", ["complained", "bounced"])
def test_an_address_that_bounced_or_complained_is_not_even_asked(form, because):
    form.world.tables.put("blocks", "demo", HASH, because, None)
    form.ask()
    assert form.run() == "stop"
    assert form.world.outbox.sent == []
    assert form.request().email is None


def test_what_the_provider_refuses_is_for_a_person_to_see(form):
    form.ask()
    form.world.outbox.answers = [NotSent("MessageRejected")]
    with pytest.raises(Refused, match="MessageRejected"):
        form.run()


def test_an_address_that_nothing_can_be_sent_to_is_forgotten_and_no_failure(form):
    form.ask()
    form.world.outbox.answers = [ADDRESS_REFUSED]
    assert form.run() == "stop"
    request = form.request()
    assert (request.state, request.email, request.ip) == (EXPIRED, None, None)
    (line,) = [
        line
        for line in form.world.ledger.story("demo", f"request#{request.request_id}")
        if line.data["word"] == "stop"
    ]
    assert line.data["reason"] == "address_refused"
    assert {claim.state for claim, _ in form.world.tables.rows["claims"].values()} == {"released"}


# ── the yes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_looking_confirms_nothing_however_often_a_scanner_looks(form):
    form.ask()
    form.run()
    for _ in range(3):
        assert not form.world.confirm.look(form.token()).done
    assert form.person() is None


def test_the_button_makes_a_subscriber_with_all_the_proof_there_is(form):
    form.ask(topics=["offers", "news"], page=["https://demo.example/start"])
    form.run()
    form.world.clock.move(minutes=5)
    question = form.press()
    assert question.done
    person = form.person()
    assert sorted(person.consents) == ["email/news", "email/offers"]
    assert {word.basis for word in person.consents.values()} == {"double_opt_in"}
    entries = [row for row, _ in form.world.tables.rows["evidence"].values()]
    assert fault(entries, person.evidence_length, person.evidence_head) is None
    how = entries[0].how
    assert (how.wording, how.page) == (question.wording, "https://demo.example/start")
    assert "2 am Tag" in how.wording, "how often it may be at most belongs to what was agreed to"
    assert how.wording in " ".join(form.world.outbox.sent[0].text.split())
    assert (how.requested_at, how.confirmed_at) == (START, form.world.clock.now())
    assert (how.ip, how.user_agent) == ("198.51.100.4", "Her phone")
    assert how.message == form.world.outbox.sent[0].claim_id
    assert {"offers", "news"} == {fact.data["purpose"] for fact in form.world.bus.named("consent.granted")}
    assert len(form.world.bus.named("subscription.confirmed")) == 1


def test_what_is_confirmed_is_forgotten_as_a_request_and_ends_the_run(form):
    form.ask()
    form.run()
    form.press()
    assert (form.request().state, form.request().email, form.request().ip) == (CONFIRMED, None, None)
    assert form.run() == "stop"
    assert len(form.world.outbox.sent) == 1


def test_pressing_twice_is_saying_it_once_and_later_the_link_is_over(form):
    form.ask()
    form.run()
    form.press()
    before = form.person()
    assert form.press().done
    assert form.person() == before
    form.world.clock.move(minutes=15)
    assert form.press() is None


def test_after_48_hours_no_button_helps(form):
    form.ask()
    form.run()
    form.world.clock.move(hours=48)
    assert form.world.confirm.look(form.token()) is None
    assert form.press() is None
    assert form.person() is None


def test_the_reminders_link_and_the_first_one_both_work_and_only_once(form):
    form.ask()
    form.run()
    form.run()
    assert form.token(0) != form.token(1)
    assert form.press(form.token(0)).done
    form.world.clock.move(hours=1)
    assert form.press(form.token(1)) is None


@pytest.mark.parametrize(
    "token", ["", "demo", "demo." + "A" * 43, "other." + "A" * 43, "demo." + "A" * 44, "../demo"]
)
def test_a_forged_or_foreign_token_confirms_nothing(form, token):
    form.ask()
    form.run()
    assert form.world.confirm.look(token) is None
    assert form.press(token or "x") is None
    assert form.person() is None


def test_a_link_of_another_kind_confirms_nothing(form):
    form.ask()
    form.run()
    assert form.world.leave(form.token()) is None
    assert form.world.preferences.look(form.token()) is None
    assert form.world.open_link(form.token()) is None


def test_whoever_was_known_before_stays_the_same_person(form):
    form.world.deliver(form.told.delivery("e1", cart(START, contact=told_ada(consents=())), at=START))
    known = form.person()
    form.ask()
    form.run()
    form.press()
    assert form.person().person_id == known.person_id
    assert form.person().first_name == "Ada"


def test_who_left_and_was_forgotten_comes_back_by_their_own_hand(form):
    form.world.tables.put("blocks", "demo", HASH, "opted_out", None)
    form.ask()
    assert form.run() == "wait"
    form.press()
    assert form.world.records.read("demo", blocks=[HASH]).blocks[HASH] is None


def test_a_row_that_changes_at_the_same_moment_is_read_again(form):
    form.ask()
    form.run()
    records, races = form.world.records, [1]
    save = records.save

    def raced(shop, before, after):
        if races.pop() if races else False:
            known, name = form.request(), form.request().request_id
            save(shop, RowSet(requests={name: known}), RowSet(requests={name: replace(known, lang="en")}))
        save(shop, before, after)

    records.save = raced
    assert form.press().done
    assert form.person().evidence_length == len(TOPICS)


def test_a_row_that_never_rests_is_tried_later(form):
    form.ask()
    form.run()

    def never(shop, before, after):
        raise Conflict("always")

    form.world.records.save = never
    with pytest.raises(TryLater):
        form.press()


def test_a_yes_whose_facts_were_not_taken_tells_them_when_the_button_is_pressed_again(form):
    form.ask()
    form.run()
    publish, form.world.bus.publish = (
        form.world.bus.publish,
        lambda facts: (_ for _ in ()).throw(TryLater("bus")),
    )
    with pytest.raises(TryLater):
        form.press()
    form.world.bus.publish = publish
    form.press()
    form.press()
    told = [fact.fact_id for fact in form.world.bus.facts if fact.name != "subscription.requested"]
    assert len(told) == 2 * len(set(told)) == 2 * (1 + len(TOPICS))
