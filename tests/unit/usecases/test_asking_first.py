"""Whoever asks first for somebody else's address wins nothing, and locks nobody out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.consent.consent import TOPICS
from cartback.flows.double_opt_in import MOST_PER_DOMAIN, MOST_PER_MAILBOX
from cartback.usecases.runs import Run
from tests.fakes.told import ada as told_ada
from tests.fakes.told import cart
from tests.fakes.world import START
from tests.unit.usecases.test_sign_up import ADA, HERE, SignUps

MALLORY = replace(HERE, ip="198.51.100.66")


@pytest.fixture
def form() -> SignUps:
    return SignUps()


class Runs:
    """Every run of every request, each woken when it asked for it."""

    def __init__(self, form: SignUps) -> None:
        self.form, self.world, self.seen = form, form.world, 0
        self.waiting: list[tuple[float, int, Run, int]] = []

    def until(self, hours: float) -> None:
        """Wake what is due until so many hours after the start."""
        clock, end = self.world.clock, START.timestamp() + hours * 3600
        while True:
            facts = self.world.bus.named("subscription.requested")
            for number, fact in enumerate(facts[self.seen :], self.seen):
                about = ("demo", fact.data["request_id"], fact.data["generation"])
                run = Run("double_opt_in", f"r{fact.fact_id}", *about, kind="signup")
                if fact.fact_id not in [other.fact_id for other in facts[:number]]:
                    self.waiting.append((clock.now().timestamp(), number, run, 0))
            self.seen = len(facts)
            due = min((one for one in self.waiting if one[0] <= end), default=None, key=lambda one: one[:2])
            if due is None:
                break
            self.waiting.remove(due)
            clock.move(seconds=max(0, due[0] - clock.now().timestamp()))
            answer = self.world.ask_confirmation(due[2], None, due[3])
            if answer["next"] == "wait":
                again = clock.now().timestamp() + answer["wait_seconds"]
                self.waiting.append((again, due[1], due[2], answer["position"]))
        clock.move(seconds=max(0, end - clock.now().timestamp()))

    def mails(self) -> list[tuple[str, str]]:
        return [(mail.address, mail.touch) for mail in self.world.outbox.sent]


def test_other_wishes_are_a_request_of_their_own_and_the_owner_confirms_their_own(form):
    runs = Runs(form)
    form.ask(topics=["news"], lang=["de"], visitor=MALLORY)
    runs.until(20)
    form.ask(topics=["cart_reminders"], lang=["en"])
    runs.until(21)
    assert [mail.lang for mail in form.world.outbox.sent] == ["de", "en"]
    assert form.press(form.token(0)) is None  # the question of before is over
    assert form.press(form.token(1)).done
    (word,) = form.person().consents.values()
    assert word.purpose == "cart_reminders"
    (entry,) = [row for row, _ in form.world.tables.rows["evidence"].values()]
    assert entry.how.requested_at == START + timedelta(hours=20)
    runs.until(60)
    assert len(runs.mails()) == 2


def test_the_same_wishes_in_another_order_are_the_same_request(form):
    runs = Runs(form)
    form.ask(topics=["news", "offers"])
    form.ask(topics=["offers", "news"], visitor=MALLORY)
    runs.until(1)
    assert len(runs.mails()) == 1
    assert form.request().ip == HERE.ip


@pytest.mark.parametrize("switched", [0, 12])
def test_a_shop_that_does_without_the_reminder_asks_once_and_takes_a_yes_as_long_as_ever(form, switched):
    runs = Runs(form)
    form.ask()
    runs.until(switched)
    policies = form.world.settings.policies
    policies["demo"] = replace(policies["demo"], options={"double_opt_in": {"remind": False}})
    runs.until(47)
    assert [touch for _, touch in runs.mails()] == ["confirm"]
    assert form.press(form.token(0)).done


def test_forms_of_others_lock_nobody_out_and_only_mails_count(form):
    runs = Runs(form)
    for number in range(15):
        form.ask(f"a.da+{number % 3}@gmail.com", replace(HERE, ip=f"203.0.113.{number}"))
    form.ask("ada@gmail.com")
    runs.until(1)
    assert sorted(address for address, _ in runs.mails()) == [
        "a.da+0@gmail.com", "a.da+1@gmail.com", "a.da+2@gmail.com", "ada@gmail.com",
    ]  # fmt: skip


def test_whoever_asks_after_a_mailbox_had_enough_is_asked_the_next_day(form):
    runs = Runs(form)
    for number in range(MOST_PER_MAILBOX + 3):
        form.ask(f"ada+{number}@example.com", replace(HERE, ip=f"203.0.113.{number}"))
    runs.until(0.1)
    form.ask(ADA)
    runs.until(1)
    assert len(runs.mails()) == MOST_PER_MAILBOX
    assert ADA not in dict(runs.mails())
    runs.until(47)
    assert dict(runs.mails())[ADA] == "confirm"
    assert form.press(form.token([mail.address for mail in form.world.outbox.sent].index(ADA))).done


@pytest.mark.parametrize(
    "spellings",
    [
        [f"a{'.' * (n % 2)}d{'_' * (n // 2 % 2)}a{'-' * (n // 4 % 2)}x@proton.me" for n in range(8)],
        [f"ada-{n}@yahoo.com" for n in range(12)],
        [f"x{n}@ada.fastmail.com" for n in range(12)],
        [f"ada+{n}@outlook.com" for n in range(12)],
    ],
)
def test_one_mailbox_gets_no_more_than_five_a_day_under_all_its_spellings(form, spellings):
    runs = Runs(form)
    for number, spelling in enumerate(spellings):
        form.ask(spelling, replace(HERE, ip=f"203.0.113.{number}"))
    runs.until(12)
    assert len(runs.mails()) == MOST_PER_MAILBOX
    runs.until(100)
    days = set(runs.mails())
    assert len(runs.mails()) <= 3 * MOST_PER_MAILBOX
    assert len(days) == len(runs.mails())


def test_a_domain_of_one_person_gets_few_questions_and_no_reminder_once_it_had_enough(form):
    runs = Runs(form)
    for number in range(60):
        form.ask(f"x{number}@victim.example", replace(HERE, ip=f"203.0.113.{number}"))
    runs.until(10)
    assert len(runs.mails()) == MOST_PER_DOMAIN
    runs.until(100)
    assert len(runs.mails()) <= 3 * MOST_PER_DOMAIN


def test_a_domain_of_strangers_has_no_such_limit(form):
    runs = Runs(form)
    for number in range(60):
        form.ask(f"x{number}@gmx.de", replace(HERE, ip=f"203.0.113.{number}"))
    runs.until(1)
    assert len(runs.mails()) == 60


def test_nothing_of_an_address_stands_in_what_is_counted(form):
    form.ask("zilpzalp+1@canary.example", topics=list(TOPICS))
    Runs(form).until(1)
    assert "zilpzalp" not in repr(form.world.tables.rows["counts"])
    assert "canary" not in repr(form.world.tables.rows["counts"])


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("https://demo.example/newsletter?email=zilpzalp@canary.example", "https://demo.example/newsletter"),
        ("https://shop.demo.example/#zilpzalp@canary.example", "https://shop.demo.example/"),
        ("https://demo.example/for/zilpzalp%40canary.example", "https://demo.example"),
        ("https://evil.example/x", None),
        ("https://demo.example.evil.example/", None),
        ("http://demo.example/", None),
        ("no page", None),
    ],
)
def test_a_page_is_kept_as_a_place_of_the_shops_own_or_not_at_all(form, page, kept):
    form.ask(page=[page])
    assert form.request().page == kept
    form.run()
    form.press()
    assert {row.how.page for row, _ in form.world.tables.rows["evidence"].values()} == {kept}


def noted(records, touched: list) -> None:
    """Note every read and save from now on, with what was asked for."""
    read, save = records.read, records.save
    records.read = lambda shop, **rows: (touched.append(("read", sorted(rows))), read(shop, **rows))[1]
    records.save = lambda shop, before, after: (touched.append(("save", [])), save(shop, before, after))[1]


def test_an_address_makes_the_same_reads_writes_and_facts_whatever_is_known_of_it(form):
    form.world.deliver(form.told.delivery("e1", cart(START, contact=told_ada()), at=START))
    form.ask("confirmed@example.com")
    form.run()
    form.press()
    form.ask("pending@example.com", topics=["news"])
    form.world.bus.facts.clear()
    touched = []
    noted(form.world.records, touched)
    counters = form.world.subscribe.counters
    count = counters.count
    counters.count = lambda *given: (touched.append(("count", [given[1].partition("/")[0]])), count(*given))[
        1
    ]
    seen = []
    for email in (ADA, "stranger@example.com", "confirmed@example.com", "pending@example.com"):
        for _ in range(2):
            versions = sum(row.version for row, _ in form.world.tables.rows["requests"].values())
            touched.clear()
            form.world.clock.move(seconds=1)
            form.ask(email, topics=["news"])
            seen.append(list(touched))
            assert sum(row.version for row, _ in form.world.tables.rows["requests"].values()) == versions + 1
    assert all(each == seen[0] for each in seen)
    assert [fact.name for fact in form.world.bus.facts] == ["subscription.requested"] * len(seen)
