"""What is imported, and what nothing that is imported can do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.consent.evidence import Circumstances, fault
from cartback.domain.consent.export_table import BOUNCED, COMPLAINED, NO, YES
from cartback.domain.consent.imports import Told
from cartback.domain.consent.jurisdiction import DOUBLE
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.observations import Contact, CustomerErased, CustomerSeen
from cartback.domain.people import customer
from cartback.ports import RowSet
from cartback.usecases.consent.import_consents import TOGETHER, File, ImportConsents, Tally
from tests.fakes import told
from tests.fakes.told import SHIRT, cart
from tests.fakes.world import START, World, a_policy, plain_hash
from tests.unit.usecases.test_who_is_who import AGREED, mails, row, tell

ADA, NUMBER = "ada@example.com", "+4915112345678"
OLD = START - timedelta(days=400)
FILE = File("plain", "0123456789abcdef")


def word(says: str = YES, email: str | None = ADA, line: int = 2, **changes) -> Told:
    given = {"channel": "email", "phone": None, "at": OLD, "basis": DOUBLE, **changes}
    return Told(line=line, says=says, email=email, **given)


@pytest.fixture
def world() -> World:
    made = World(adapter=told.Told())
    made.settings.policies["demo"] = a_policy(pack="dach")
    return made


def take(world: World, *words: Told, apply: bool = True) -> Tally:
    work = ImportConsents(world.records, plain_hash, world.clock)
    return work("demo", lambda: ((FILE, each) for each in words), apply=apply)


def test_an_imported_consent_reminds_whoever_leaves_a_cart_later_and_starts_nothing_itself(world):
    how = Circumstances(wording="I agree.", requested_at=OLD, confirmed_at=OLD, ip="192.0.2.1", page="form")
    tally = take(world, word(how=how))
    assert (tally.ends, tally.taken) == ({"taken": 1}, {("email", "marketing", DOUBLE): 1})
    assert (world.bus.facts, world.runs.started) == ([], {})
    kept = row(world, f"email:{ADA}")
    assert (kept.email, kept.phone) == (None, None)
    tell(world, "c", cart(START, SHIRT, ref="cart:c", contact=Contact(email=ADA)))
    assert mails(world) == {(ADA, "Leinenhemd"): 3}


def test_the_evidence_is_sealed_with_source_line_and_version_of_the_words(world):
    take(world, word(how=Circumstances(wording="I agree.", ip="192.0.2.1")), word(purposes=("news",), line=3))
    person = row(world, f"email:{ADA}")
    chain = evidence(world, person.person_id)
    assert fault(chain, person.evidence_length, person.evidence_head) is None
    first = min(chain, key=lambda entry: entry.seq)
    assert (first.source, first.cause) == (
        "import plain 0123456789abcdef line 2",
        "import/0123456789abcdef/2",
    )
    assert (first.how.ip, first.said_at, bool(first.how.wording_version)) == ("192.0.2.1", OLD, True)


def evidence(world: World, person_id: str):
    entries = (entry for entry, _ in world.tables.rows["evidence"].values())
    return [entry for entry in entries if entry.person_id == person_id]


def test_a_dry_run_says_the_same_numbers_and_writes_nothing(world):
    words = [
        word(),
        word(NO, "ben@example.com"),
        word(BOUNCED, "cleo@example.com"),
        word(email="cleo@example.com"),
    ]
    dry = take(world, *words, apply=False)
    assert not any(world.tables.rows[part] for part in ("persons", "aliases", "blocks", "evidence"))
    assert dry == take(world, *words)
    assert dry.ends == {"taken": 1, "refusal": 1, "block": 1, "said_no": 1}


def test_the_same_file_once_more_changes_nothing(world):
    words = [word(), word(NO, "ben@example.com", dated=False), word(BOUNCED, "cleo@example.com")]
    take(world, *words)
    before = {part: dict(rows) for part, rows in world.tables.rows.items()}
    world.clock.move(minutes=60)
    assert take(world, *words).ends == {"repeated": 3}
    assert {part: dict(rows) for part, rows in world.tables.rows.items()} == before


@pytest.mark.parametrize("no_days", [-900, -10])
def test_a_no_that_is_known_here_outlives_every_imported_yes(world, no_days):
    known = customer.opt_out(here(), ["email"], "leave", START + timedelta(days=no_days))
    keep(world, known)
    assert take(world, word(), word(purposes=("news",), line=3)).ends == {"said_no": 2}
    assert row(world, f"email:{ADA}").consents == known.consents


def test_a_refused_topic_is_not_brought_back_and_others_are_not_touched(world):
    keep(world, customer.opt_out(here(), ["email"], "prefs", START, purpose="cart_reminders"))
    ends = take(world, word(purposes=("cart_reminders", "news"))).ends
    assert ends == {"said_no": 1, "taken": 1}


def test_a_newer_yes_here_is_never_overwritten_by_an_older_one(world):
    take(world, word(at=START - timedelta(days=5), basis="explicit"))
    assert take(world, word(line=9)).ends == {"newer_word_here": 1}
    assert row(world, f"email:{ADA}").consents["email"].basis == "explicit"


def test_a_no_of_a_file_counts_only_if_nothing_newer_is_known_here(world):
    take(world, word(at=START - timedelta(days=5)))
    assert take(world, word(NO, at=OLD)).ends == {"newer_word_here": 1}
    assert take(world, word(NO, dated=False, at=START)).ends == {"refusal": 1}


def test_whoever_says_no_anywhere_in_the_files_is_given_no_yes_by_them(world):
    assert take(world, word(at=START - timedelta(days=1)), word(NO, line=7)).ends == {
        "refusal": 1,
        "said_no": 1,
    }


@pytest.mark.parametrize("says", [BOUNCED, COMPLAINED])
def test_of_a_stranger_who_bounced_or_complained_only_the_hash_is_kept(world, says):
    assert take(world, word(says)).ends == {"block": 1}
    assert row(world, f"email:{ADA}") is None
    tell(world, "c", cart(START, SHIRT, ref="cart:c", contact=Contact(email=ADA, consents=AGREED)))
    assert not mails(world)
    assert take(world, word(line=5)).ends == {"blocked": 1}


def test_a_bounce_of_before_a_confirmation_here_blocks_nobody(world):
    take(world, word(at=START - timedelta(days=1)))
    assert take(world, word(BOUNCED)).ends == {"newer_word_here": 1}


def test_who_asked_to_be_forgotten_is_not_brought_back_and_may_still_say_no(world):
    tell(world, "r", CustomerSeen(Contact(email=ADA, consents=AGREED), START))
    tell(world, "e", CustomerErased(Contact(email=ADA), START), minutes=5)
    assert take(world, word(), word(at=START + timedelta(minutes=30), line=3)).ends == {"forgotten": 2}
    assert take(world, word(NO)).ends == {"block": 1}
    assert row(world, f"email:{ADA}").erased_at is not None


def test_a_yes_for_a_number_is_for_that_number_and_none_for_mail(world):
    take(world, word(channel="sms", phone=NUMBER))
    person = row(world, f"email:{ADA}")
    assert list(person.consents) == ["sms"]
    assert person.consents["sms"].address_hash == plain_hash("demo", f"phone:{NUMBER}")


def test_a_number_that_says_no_says_it_for_everybody_whom_it_reaches(world):
    tell(world, "a", cart(START, SHIRT, ref="cart:a", contact=Contact(email=ADA, phone=NUMBER)))
    assert take(world, word(NO, None, channel="sms", phone=NUMBER)).ends == {"refusal": 1}
    assert row(world, f"email:{ADA}").consents["sms"].state == "withdrawn"
    ends = take(world, word(email="ben@example.com", channel="sms", phone=NUMBER)).ends
    assert ends == {"said_no": 1}
    assert take(world, word(NO, None, channel="sms", phone=NUMBER, dated=False, at=START)).ends == {
        "repeated": 1
    }


def test_a_yes_by_a_number_alone_is_nobodys(world):
    assert take(world, word(email=None, channel="sms", phone=NUMBER)).ends == {"number_alone": 1}
    assert not world.tables.rows["persons"]


def test_several_lines_of_one_mailbox_are_one_person_and_desks_are_counted(world):
    tally = take(world, word(email="info@example.com"), word(email="info@example.com", line=3, at=START))
    assert (tally.ends, tally.roles) == ({"taken": 2}, 2)
    assert len(world.tables.rows["persons"]) == 1


def test_an_import_that_ends_in_the_midst_goes_on_where_it_was(world, monkeypatch):
    words = [word(email=f"p{i}@example.com", line=i) for i in range(2, TOGETHER * 2 + 2)]
    saved, saves = world.records.save, []

    def save(shop: str, before: RowSet, after: RowSet) -> None:
        saves.append(shop)
        if len(saves) > 1:
            raise Conflict("row")
        saved(shop, before, after)

    monkeypatch.setattr(world.records, "save", save)
    with pytest.raises(TryLater):
        take(world, *words)
    monkeypatch.setattr(world.records, "save", saved)
    assert take(world, *words).ends == {"repeated": TOGETHER, "taken": TOGETHER}


def here():
    hashed = plain_hash("demo", f"email:{ADA}")
    return customer.Person("demo", "p1", aliases=(hashed,), email=ADA, email_hash=hashed)


def keep(world: World, person) -> None:
    aliases = {person.email_hash: person.person_id}
    before = RowSet(persons={person.person_id: None}, aliases=dict.fromkeys(aliases))
    world.records.save("demo", before, RowSet(persons={person.person_id: replace(person)}, aliases=aliases))
