"""Every outbound call, killed in every way, on carts in every state: nothing is sent twice or wrongly, nothing is lost.

The list of calls is read from the code. A use case that gains a call fails here until some way passes it.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from cartback.domain.claims import CLAIMED, RELEASED
from cartback.domain.deliverability import overdone
from cartback.usecases.batch import Message
from functions import apply_events as door
from tests.fakes.memory import MemoryLedger, MemoryOnce, MemoryRecords
from tests.kill_points import (
    ways,
    ways_of_accounts,
    ways_of_answering,
    ways_of_buying,
    ways_of_lapsing,
    ways_of_listing,
    ways_of_pages,
    ways_of_signing_up,
    ways_of_texts,
)
from tests.kill_points.injection import FAULTS, OVERTAKEN, Injector
from tests.kill_points.news import STATES, news
from tests.kill_points.platform import Platform
from tests.kill_points.sites import Site, sites

WAYS = (
    *ways.WAYS,
    *ways_of_signing_up.WAYS,
    *ways_of_listing.WAYS,
    *ways_of_pages.WAYS,
    *ways_of_accounts.WAYS,
    *ways_of_lapsing.WAYS,
    *ways_of_buying.WAYS,
    *ways_of_texts.WAYS,
    *ways_of_answering.WAYS,
)
# Where somebody stands by who sees the failure and repeats the command, or a schedule does.
REPEATED = {
    "act": "the machine, whose every call finds the effect's row; each loss is tried in tests/unit/connectors",
    "ask": "the machine; asking again with the same proposal is one entry",
    "answer_ask": "the person, whose page says to come again; a link answers together with its entry",
    "press_button": "the person in Slack, who presses again",
    "hear_tool": "the tool, answered 503; told again under its key is told once",
    "forward_facts": "EventBridge and the sweep; a fact has one id for its receiver",
    "work_desk": "a schedule; each entry says what is still to be done about it",
    "ending": "an operator at the command line, or the sweep of an erased shop; ending again ends what is left",
    "listing": "the machine, whose task lists the step again under the same name",
    "decide": "an operator at the command line, a person, or the sweep that tells runs what was decided",
    "opening": "whoever puts something on the desk; the same thing is one entry",
    "calling": "the task that calls; a bucket that was not written is too generous by one call",
    "reach_vendor": "the task that reaches; it only reads",
    "edit_connection": "an operator at the command line",
    "edit_shop": "an operator at the command line",
    "edit_texts": "an operator at the command line",
    "try_text": "an operator at the command line; a mail that is marked as a test may come twice",
    "hear_answers": "an operator at the command line",
    "push_key": "an operator at the command line; a key that is there stays",
    "whatsapp_templates": "an operator at the command line",
    "gone_browsers": "the machine, whose task finds the claim given back, sends, and hears again that it is gone",
    "import_consents": "an operator at the command line; the same command goes on from where it ended",
    "lapsed": "whoever opens a link that is over; it only reads, and says so without a name while a store is away",
    "replay": "an operator at the command line",
    "part_people": "an operator at the command line; parting twice is parting once",
    "export_person": "an operator, or the task of an export; it only reads",
    "collect_export": "the task of an export; it keeps one document under one name",
    "erase_person": "an operator at the command line; the shop's own word goes the way of every event",
    "end_proofs": "a schedule; what it misses is looked at thirty days later",
    "start_erasing": "EventBridge; a run has one name",
    "start_exporting": "EventBridge; a run has one name",
    "sweep_erased": "the state machine of an erasure; sweeping again sweeps what is left",
    "resume_shop": "an operator at the command line; lifting twice is lifting once",
    "connect_shop": "an operator at the command line, who is told how far it came",
    "enrol_shop": "a merchant in the platform's own form, answered 503",
    "audit": "a schedule; it only reads, and keeps its result under the day's name",
    "start_reconciling": "a schedule",
    "reconcile": "a schedule; what it finds goes through the intake under the names of the shop's own events",
    "settle_claims": "a schedule; what it misses is doubtful still a quarter of an hour later",
}


@cache
def way_to() -> dict[Site, list]:
    """The ways that pass each site, found by going them undisturbed."""
    passing: dict[Site, list] = {}
    for way in WAYS:
        platform = Platform()
        with of(platform):
            way(platform)
        for site in platform.injector.reached:
            passing.setdefault(site, []).append(way)
    return passing


class of:  # noqa: N801 - reads as a phrase: with of(platform)
    """Let the real door of the queue work for this platform."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def __enter__(self) -> None:
        self.before, door.wiring = door.wiring, self

    def __exit__(self, *_: object) -> None:
        door.wiring = self.before

    def take_batch(self):
        return self.platform.world.take_batch


def killed(site: Site, way, fault: str, state: str) -> Platform:
    """Go a way with one fault; the cart gets into the state right after it (or in the very moment)."""
    platform = Platform(Injector(site, fault))
    platform.injector.news = news(platform, state)
    with of(platform):
        way(platform)
        platform.run_all()
    return platform


def complaints(platform: Platform) -> list[str]:
    """What must never be, whatever happened."""
    world = platform.world
    wrong = list(platform.wrong)
    wrong += [
        f"sent {times} times"
        for times in Counter(m.claim_id for m in world.outbox.sent).values()
        if times > 1
    ]
    done = {key for key, (state, _) in world.once.keys.items() if state == "completed"}
    parked = {body for body, _ in world.queue.parked}
    for delivery in platform.delivered.values():
        name = next((name for name in parked if f'"key":"{delivery.key}"' in name), None)
        if once_key(delivery) not in done and name is None:
            wrong.append(f"event {delivery.key} was lost")
    wrong += ["an event has no reason" for _, reason in world.queue.parked if not reason]
    wrong += [f"a message went to the dead letters without a reason: {body[:60]}" for body in platform.lost]
    if overdone(world.standing.lately("demo", world.clock.now())) and not paused(platform):
        wrong.append("mail of the shop hurts, and goes on")
    return wrong + runs(platform) + budget(platform)


def paused(platform: Platform) -> bool:
    return platform.world.tables.live("blocks", "demo", "marketing") is not None


def runs(platform: Platform) -> list[str]:
    """Every opened cart has its run where the flow is on; every run ends, or somebody sees why not."""
    world = platform.world
    wrong = [f"run {name} never ended" for name in world.runs.started if name not in platform.ended]
    wrong += [f"cart {due.cart_id} waits for ever" for due, _ in world.tables.rows["due"].values()]
    subjects = {(given["subject"], given["generation"]) for given in world.runs.started.values()}
    if any(policy.flows for policy in world.settings.policies.values()):
        subjects |= _left_out(platform)
        wrong += [
            f"cart {step.cause} was opened and no run started"
            for cart, _ in world.tables.rows["carts"].values()
            for step in cart.history
            if step.what == "opened" and (cart.cart_id, step.generation) not in subjects
        ]
    parked = [
        line for _, line in (row for row, _ in world.tables.rows["lines"].values()) if line.kind == "parked"
    ]
    failed = [name for name, end in platform.ended.items() if end.status == "FAILED"]
    return wrong + (["a run failed and nobody sees it"] if failed and not parked else [])


def _left_out(platform: Platform) -> set[tuple[str, int]]:
    """The carts of which a line says why no run began after their time on the list."""
    rows = (row for row, _ in platform.world.tables.rows["lines"].values())
    return {
        (subject.removeprefix("cart#"), int(line.data["generation"]))
        for subject, line in rows
        if line.kind == "decision" and line.data["word"] == "stop"
    }


def budget(platform: Platform) -> list[str]:
    """Each claim that was not given back is counted against its person, once."""
    claims = [row for row, _ in platform.world.tables.rows["claims"].values()]
    wrong = []
    for (_, _), (person, _) in platform.world.tables.rows["persons"].items():
        if person.erased_at is None and person.merged_into is None:
            names = {person.person_id, *_joined_with(platform, person.person_id)}
            own = [claim for claim in claims if claim.state != RELEASED and claim.person_id in names]
            held, doubtful = _held_beside(platform, claims, names)
            most = len(own) + held
            if not most - doubtful <= len(person.sends) <= most:
                wrong.append(f"{len(person.sends)} messages counted, {most} claimed")
    return wrong


def _held_beside(platform: Platform, claims: list, names: set[str]) -> tuple[int, int]:
    """The claims at others' mailboxes that count for this account, too, and how many of those may not have gone out.

    What is given back to an account just before the process dies stays claimed at the mailbox, which is what holds.
    """
    beside = [
        claim
        for claim in claims
        if claim.state != RELEASED
        and claim.person_id not in names
        and platform.accounts.get(claim.claim_id) in names
    ]
    return len(beside), sum(1 for claim in beside if claim.state == CLAIMED)


def _joined_with(platform: Platform, person_id: str) -> set[str]:
    rows = (row for row, _ in platform.world.tables.rows["persons"].values())
    return {row.person_id for row in rows if row.merged_into == person_id}


def once_key(delivery) -> str:
    """The name under which the worker remembers an event."""
    return Message("m", "{}", delivery).once_key


def _named(site: Site) -> str:
    return str(site)


WANTED = [site for site in sites() if site.module not in REPEATED]


def test_the_list_of_calls_is_read_from_the_code_and_finds_those_that_matter():
    found = {f"{site.port}.{site.method}" for site in sites()}
    assert {
        "Ledger.claim",
        "Channel.send",
        "Records.save",
        "IdempotencyStore.complete",
        "Runs.start",
        "Queue.put",
    } <= found
    assert len(WANTED) > 35


@pytest.mark.parametrize("site", WANTED, ids=_named)
def test_every_call_is_passed_by_some_way(site):
    assert site in way_to(), (
        f"{site} has no cases: add a way that passes it, or say in REPEATED who tries again"
    )


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_way_that_nothing_disturbs_has_no_complaints(way):
    platform = Platform()
    with of(platform):
        way(platform)
    assert complaints(platform) == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("site", WANTED, ids=_named)
def test_a_call_that_is_killed_does_no_harm_whatever_became_of_the_cart(site, fault):
    if site not in way_to():
        pytest.skip("no way passes it, which fails above")
    for way in way_to()[site][: 2 if site.module == "send_message" else 1]:
        for state in STATES:
            platform = killed(site, way, fault, state)
            assert platform.injector.fired
            assert complaints(platform) == [], f"{way.__name__}, the cart {state}"


@pytest.mark.parametrize("state", [state for state in STATES if state != "open"])
def test_a_cart_that_changes_in_the_moment_of_its_claim_is_not_written_to(state):
    (claim,) = [site for site in WANTED if (site.port, site.method) == ("Ledger", "claim")]
    platform = killed(claim, WAYS[0], OVERTAKEN, state)
    assert platform.claimed == []
    assert platform.world.outbox.sent == []


def complaints_of(module: str, way) -> list[str]:
    """Everything that killing the calls of a use case on one way brings up."""
    here = [site for site in WANTED if site.module == module and way in way_to().get(site, ())]
    return [
        complaint
        for site in here
        for fault in FAULTS
        for state in STATES
        for complaint in complaints(killed(site, way, fault, state))
    ]


def forgetful_claims(monkeypatch):
    monkeypatch.setattr(MemoryLedger, "claim", lambda self, claim, *_: self._put_claim(claim))


def unguarded_rows(monkeypatch):
    monkeypatch.setattr(MemoryRecords, "guard", lambda *_: None)


def done_before_it_is_done(monkeypatch):
    real = MemoryOnce.begin

    def begin(self, keys):
        begun = real(self, keys)
        self.complete(sorted(begun.fresh))
        return begun

    monkeypatch.setattr(MemoryOnce, "begin", begin)
    monkeypatch.setattr(MemoryOnce, "abandon", lambda *_: None)


@pytest.mark.parametrize(
    ("plant", "module"),
    [
        (forgetful_claims, "send_message"),
        (unguarded_rows, "send_message"),
        (done_before_it_is_done, "apply_events"),
    ],
    ids=lambda plant: getattr(plant, "__name__", plant),
)
def test_a_planted_bug_is_found(monkeypatch, plant, module):
    plant(monkeypatch)
    assert complaints_of(module, WAYS[0])
