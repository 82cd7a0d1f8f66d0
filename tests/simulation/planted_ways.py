"""Planted bugs of the way: doors, queue, bus and state machine."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from cartback.usecases import starting
from cartback.usecases.apply_events import ApplyEvents
from cartback.usecases.intake.fold import Fold
from cartback.usecases.messaging.send_message import SendMessage
from cartback.usecases.park_run import ParkRun
from cartback.usecases.receive_webhook import ReceiveWebhook
from functions import apply_events
from tests.asl_machine import Machine
from tests.fakes.memory import MemoryOnce, MemoryRecords
from tests.simulation import cloud
from tests.simulation.cloud import EventBus, Intake
from tests.simulation.planted import Patches, bug


@bug
def the_door_reports_no_failures(patches: Patches) -> None:
    """The batch is called finished as a whole: what failed in it is gone (no ReportBatchItemFailures)."""

    def handler(before, event, context):
        before(event, context)
        return {"batchItemFailures": []}

    patches.around(apply_events, "handler", handler)


@bug
def what_cannot_be_read_is_dropped(patches: Patches) -> None:
    """A message without sense is finished with, and kept nowhere."""
    patches.put(Intake, "park", lambda self, body, reason: None)


@bug
def an_event_is_done_before_it_is_worked_on(patches: Patches) -> None:
    """The key is completed when it is begun: after a crash the event counts as a duplicate of itself."""

    def begin(before, self, keys):
        begun = before(self, keys)
        self.complete(list(begun.fresh))
        return begun

    patches.around(MemoryOnce, "begin", begin)


@bug
def facts_are_told_once_whatever_happens(patches: Patches) -> None:
    """What was folded once is not told again, though the first telling may have failed."""
    told: set[tuple[object, ...]] = set()

    def tell_of(before, self, cart, cause):
        key = (cart.shop, cart.cart_id, cart.generation, cause, self.now.date())
        if key not in told:
            told.add(key)
            before(self, cart, cause)

    patches.around(Fold, "_tell_of_cart", tell_of)


@bug
def saving_forgets_the_versions(patches: Patches) -> None:
    """The last writer wins: what somebody else saved meanwhile is overwritten."""
    patches.put(MemoryRecords, "guard", lambda self, *given: None)


@bug
def a_batch_holds_one_event_per_shop(patches: Patches) -> None:
    """A loop returns after its first message (a known fault of handlers that read batches)."""

    def shop(before, self, name, group, report):
        before(self, name, group[:1], report)

    patches.around(ApplyEvents, "_shop", shop)


@bug
def the_door_says_yes_before_the_queue_has_it(patches: Patches) -> None:
    """The intake answers 202 although the queue could not be reached."""

    def call(before, self, *given, **named):
        answer = before(self, *given, **named)
        return type(answer)(202, "accepted") if answer.status >= 500 else answer

    patches.around(ReceiveWebhook, "__call__", call)


@bug
def the_bus_loses_a_fact_that_failed_once(patches: Patches) -> None:
    """A fact whose start failed is not told again."""

    def attempt(before, self, fact, number, attempt):
        if attempt == 0:
            before(self, fact, number, attempt)

    patches.around(EventBus, "_try", attempt)


@bug
def a_second_fact_starts_a_second_run(patches: Patches) -> None:
    """Runs are named at random, so a doubled fact is a second run (mc-magento #783)."""
    runs = iter(range(10**9))
    patches.around(starting, "execution_name", lambda before, *about: f"{before(*about)}-{next(runs)}")


@bug
def the_generation_is_not_in_the_name_of_the_run(patches: Patches) -> None:
    """A cart that is opened again meets the name of its first run, and nobody is reminded (mautic #6515)."""
    patches.around(
        starting,
        "execution_name",
        lambda before, flow, shop, subject, generation, *step: before(flow, shop, subject, 1, *step),
    )


def _machine(patches: Patches, change) -> None:
    """Let the file of the flow say something else."""
    text = json.loads((cloud.ROOM / "cart_recovery.asl.json").read_text())
    changed = copy.deepcopy(text)
    change(changed["States"])
    machine = Machine.of("cart_recovery", changed)

    class Altered:
        @staticmethod
        def load(path: Path) -> Machine:
            return machine if path.name == "cart_recovery.asl.json" else Machine.load(path)

    patches.put(cloud, "Machine", Altered)


@bug
def a_failure_ends_as_a_success(patches: Patches) -> None:
    """Catch States.ALL leads to the end of the story, and nobody ever hears of it."""

    def change(states):
        states["Send the touch"]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Output": {}, "Next": "Done"}]

    _machine(patches, change)


@bug
def tasks_are_not_tried_again(patches: Patches) -> None:
    """Without Retry, the first throttle ends a run."""

    def change(states):
        states["Send the touch"]["Retry"] = []

    _machine(patches, change)


@bug
def a_run_goes_round_for_ever(patches: Patches) -> None:
    """The word "stop" leads back to the wait."""

    def change(states):
        for choice in states["What comes next?"]["Choices"]:
            choice["Next"] = "Wait for the next touch"

    _machine(patches, change)


@bug
def the_first_touch_is_sent_again_and_again(patches: Patches) -> None:
    """The position is not carried on, so that the run stays at its first touch."""

    def change(states):
        known = "$merge([$states.result.Payload.known, {'position': 0}])"
        states["Send the touch"]["Output"] = f"{{% $merge([$states.result.Payload, {{'known': {known}}}]) %}}"

    _machine(patches, change)


@bug
def failed_runs_leave_no_trace(patches: Patches) -> None:
    """A parked run is not noted anywhere."""
    patches.put(ParkRun, "__call__", lambda self, *words: None)


@bug
def a_look_that_fails_counts_as_stop(patches: Patches) -> None:
    """Any exception of the first look ends the run as if the cart had been bought."""

    def planned(before, self, run, known):
        try:
            return before(self, run, known)
        except Exception:
            if "plan" in known:
                raise
            return {"next": "stop", "wait_seconds": 1, "known": {}}

    patches.around(SendMessage, "planned", planned)


@bug
def the_run_decides_and_the_row_is_not_asked(patches: Patches) -> None:
    """A touch sends what the plan says, whatever became of the cart (mc-magento2 #754)."""

    def go(before, self, run, plan, position, looks):
        def context(shop, cart_id, person_id, variants, kind):
            fresh = self.records.context(shop, cart_id, person_id, variants, kind)
            if kind.part != "carts" or fresh.cart is None or not fresh.cart.items:
                return fresh
            person = replace(fresh.person, last_order_at=None) if fresh.person else None
            open_cart = replace(fresh.cart, status="open", generation=run.generation)
            return replace(fresh, about=open_cart, person=person)

        stale = SimpleNamespace(context=context, read=self.records.read, save=self.records.save)
        return before(replace(self, records=stale), run, plan, position, looks)

    patches.around(SendMessage, "_go", go)
