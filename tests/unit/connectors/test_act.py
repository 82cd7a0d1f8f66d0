"""An action on an outside system happens once, is looked for when nobody knows, and waits while the system is away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartback.domain.connectors import effects, limits
from cartback.domain.desk.entries import ACCESS, UNKNOWN
from cartback.domain.errors import Conflict, Doubtful, Refused, TryLater
from cartback.domain.subject import Subject
from tests.unit.connectors.acting import Tickets

LOST = ("after", Doubtful("tickets: ReadTimeoutError"))
NEVER_CAME = ("before", Doubtful("tickets: ReadTimeoutError"))


def test_a_create_happens_once_however_often_its_task_is_called():
    here = Tickets()
    first, again = here.act(here.asked()), here.act(here.asked())
    assert first == again == {"next": "done", "wait_seconds": 0, "vendor_id": "t-1"}
    assert len(here.vendor.made) == 1


def test_our_key_goes_along_and_the_vendors_id_comes_back_as_the_subjects_own():
    here = Tickets()
    here.act(here.asked())
    ((key, _),) = here.vendor.made
    assert key.startswith("cartback:demo:")
    assert here.effects.linked("demo", "tickets", "main", "cart#c1") == "t-1"


@pytest.mark.parametrize(
    "other",
    [
        {"step": "tell again"},
        {"flow": "other"},
        {"subject": Subject("cart", "c1", 2)},
        {"subject": Subject("order", "c1", 1)},
    ],
)
def test_another_step_flow_or_life_of_the_subject_is_another_effect(other: dict):
    here = Tickets()
    here.act(here.asked())
    here.act(here.asked(**other))
    assert len(here.vendor.made) == 2


def test_a_lost_answer_is_looked_up_before_anything_is_made_again():
    here = Tickets()
    here.vendor.moods = [LOST]
    answer = here.act(here.asked())
    assert (answer["next"], answer["wait_seconds"]) == ("wait", 120)
    here.clock.move(seconds=119)
    assert here.act(here.asked())["next"] == "wait"
    assert here.vendor.looks == 0
    assert here.go(here.asked())["vendor_id"] == "t-1"
    assert (len(here.vendor.made), here.vendor.looks) == (1, 1)


def test_what_the_other_system_knows_nothing_of_is_made_once_more_and_then_a_person_is_asked():
    here = Tickets()
    here.vendor.moods = [NEVER_CAME, NEVER_CAME]
    with pytest.raises(Doubtful):
        here.go(here.asked())
    assert (here.vendor.calls, here.vendor.looks) == (2, 2)
    (entry,) = here.waiting(UNKNOWN)
    assert entry.data["effect"]
    with pytest.raises(Doubtful):
        here.go(here.asked())
    assert here.vendor.calls == 2, "a run that is sent on does not repeat it either"


def test_where_nothing_can_be_looked_up_a_person_sees_it_and_nothing_is_repeated():
    here = Tickets(lookup=False)
    here.vendor.moods = [LOST]
    for _ in range(3):
        with pytest.raises(Doubtful):
            here.go(here.asked())
        here.clock.move(hours=2)
    assert here.vendor.calls == 1
    (entry,) = here.waiting(UNKNOWN)
    assert entry.times >= 2


def test_an_answer_of_no_kind_is_doubtful():
    here = Tickets(lookup=False)
    here.vendor.strange = True
    with pytest.raises(Doubtful):
        here.go(here.asked())
    assert here.vendor.calls == 1


def test_a_worker_that_died_between_claim_and_mark_leaves_a_doubt_and_no_second_ticket(monkeypatch):
    here = Tickets()
    saves = []

    def dying(after):
        saves.append(after)
        if len(saves) == 2:
            raise TryLater("DynamoDB is away")
        type(here.effects).save(here.effects, after)

    monkeypatch.setattr(here.effects, "save", dying)
    with pytest.raises(TryLater):
        here.act(here.asked())
    assert here.act(here.asked())["next"] == "wait", "somebody may still be at it"
    here.go(here.asked())
    assert len(here.vendor.made) == 1


def test_a_set_is_repeated_after_a_lost_answer_without_being_looked_up():
    here = Tickets()
    here.vendor.moods = [("after", Doubtful("x")), ("before", TryLater("x"))]
    assert here.go(here.asked("set_tag", fields={"tag": "vip"}))["next"] == "done"
    assert (here.vendor.calls, here.vendor.looks) == (3, 0)


def test_a_vendor_that_names_a_time_is_left_alone_until_then_by_everybody():
    here = Tickets()
    here.vendor.moods = [("before", TryLater("busy", 300))]
    assert here.act(here.asked())["wait_seconds"] == 300
    here.clock.move(seconds=100)
    assert here.act(here.asked(step="other"))["wait_seconds"] == 200
    assert here.vendor.calls == 1


def test_the_bucket_of_an_account_is_shared():
    here = Tickets()
    answers = [here.act(here.asked(step=f"s{n}"))["next"] for n in range(8)]
    assert answers == ["done"] * 5 + ["wait"] * 3
    here.clock.move(seconds=1)
    assert here.act(here.asked(step="s7"))["next"] == "done"


def test_the_breaker_opens_after_five_failures_shows_what_waits_and_closes_with_the_first_answer():
    here = Tickets()
    here.vendor.moods = [("before", TryLater("away"))] * limits.FAILURES
    for number in range(limits.FAILURES):
        assert here.act(here.asked(step=f"s{number}"))["next"] == "wait"
        here.clock.move(seconds=1)
    assert here.act(here.asked(step="late"))["wait_seconds"] > 1
    assert here.vendor.calls == limits.FAILURES, "nobody calls while it is open"
    assert len(here.work.waiting("demo")) == limits.FAILURES + 1
    for number in range(limits.FAILURES):
        assert here.go(here.asked(step=f"s{number}"))["next"] == "done"
    assert here.go(here.asked(step="late"))["next"] == "done"
    assert here.work.waiting("demo") == []
    assert not here.accounts.read("demo", "tickets", "main").is_open


@pytest.mark.parametrize("status", [401, 403])
def test_lost_access_is_said_once_and_the_work_is_kept_until_it_is_back(status: int):
    here = Tickets()
    here.vendor.moods = [("before", Refused("tickets answers 401", status))] * 3
    for step in ("a", "b", "c"):
        assert here.act(here.asked(step=step))["next"] == "wait"
        here.clock.move(minutes=16)
    (entry,) = here.waiting(ACCESS)
    assert (entry.times, here.metrics.counts["ConnectorAccessLost"]) == (1, 1)
    assert here.go(here.asked(step="a"))["next"] == "done"
    assert here.accounts.read("demo", "tickets", "main").lost_at is None


def test_a_refusal_is_final_until_somebody_mends_what_was_wrong():
    here = Tickets()
    here.vendor.moods = [("before", Refused("tickets answers 422", 422))]
    with pytest.raises(Refused):
        here.act(here.asked())
    assert here.act(here.asked())["next"] == "done", "a run that was sent on asks anew"


def test_a_receiver_that_is_gone_is_switched_off_and_said_so():
    here = Tickets()
    here.vendor.moods = [("before", Refused("tickets answers 410", 410))]
    with pytest.raises(Refused):
        here.act(here.asked())
    assert not here.connections.read("demo", "tickets", "main").is_on
    assert len(here.waiting(ACCESS)) == 1
    with pytest.raises(Refused, match="switched off"):
        here.act(here.asked(step="next"))


def test_what_waits_for_a_week_is_shown_to_a_person():
    here = Tickets()
    here.vendor.moods = [("before", TryLater("away"))] * 3_000
    with pytest.raises(Doubtful):
        here.go(here.asked(), rounds=3_000)
    assert (
        here.clock.now()
        >= here.effects.read("demo", here.waiting(UNKNOWN)[0].data["effect"]).first_at
        + effects.GIVES_UP_AFTER
    )


def test_two_workers_at_once_ask_once():
    here, other = Tickets(), Tickets()
    before = here.effects.read

    def late(shop: str, effect_id: str):
        found = before(shop, effect_id)
        if found is None:
            here.effects.read = before
            other.act.effects.kept = here.effects.kept
            other.act(other.asked())
        return found

    here.effects.read = late
    with pytest.raises(Conflict):
        here.act(here.asked())
    assert (here.vendor.calls, other.vendor.calls) == (0, 1)


# ── approvals ────────────────────────────────────────────────────────────────────────────────────────────────────

TEXT = {"text": "A lamp is broken"}


def test_without_the_approval_that_is_asked_for_nothing_happens():
    here = Tickets(approve=("open_ticket",))
    with pytest.raises(Refused, match="no approval"):
        here.act(here.asked())
    assert here.vendor.calls == 0


def test_what_was_approved_happens():
    here = Tickets(approve=("open_ticket",))
    name = here.decide(here.proposal(TEXT), "approved")
    assert here.act(here.asked(approval=name))["next"] == "done"


@pytest.mark.parametrize("word", ["rejected", ""])
def test_what_was_rejected_or_waits_still_does_not_happen(word: str):
    here = Tickets(approve=("open_ticket",))
    entry = here.proposal(TEXT)
    name = here.decide(entry, word) if word else entry.entry_id
    with pytest.raises(Refused, match="not approved"):
        here.act(here.asked(approval=name))
    assert here.vendor.calls == 0


@pytest.mark.parametrize(
    "other",
    [
        {"fields": {"text": "Something else"}},
        {"subject": Subject("cart", "c2", 1)},
    ],
)
def test_an_approval_releases_what_was_shown_and_nothing_else(other: dict):
    here = Tickets(approve=("open_ticket",))
    name = here.decide(here.proposal(TEXT), "approved")
    with pytest.raises(Refused, match="something else"):
        here.act(replace(here.asked(approval=name), **other))
    assert here.vendor.calls == 0


def test_an_approval_that_a_flow_asked_for_counts_also_where_the_shop_asks_for_none():
    here = Tickets()
    name = here.decide(here.proposal(TEXT), "rejected")
    with pytest.raises(Refused):
        here.act(here.asked(approval=name))


def test_a_consent_is_never_widened_without_evidence():
    here = Tickets()
    with pytest.raises(Refused, match="evidence"):
        here.act(here.asked("set_consent", fields={"state": "granted"}))
    assert here.act(here.asked("set_consent", fields={"state": "withdrawn"}))["next"] == "done"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "needs it"),
        ({"text": "a", "more": "b"}, "no such field"),
        ({"text": 5}, "must be"),
        ({"text": "\x00"}, "must be"),
    ],
)
def test_what_the_action_does_not_take_is_refused_with_the_name_of_the_field(fields: dict, reason: str):
    here = Tickets()
    with pytest.raises(Refused, match=reason):
        here.act(here.asked(fields=fields))
    assert here.vendor.calls == 0
