"""The platform around the use cases: it kills them at one call, and then does what AWS does about it.

Time is the clock of the world; one fault per way, at the first pass over its site.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cartback.channels import receipts
from cartback.domain.consent.consent import GRANTED, WITHDRAWN
from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.observations import Fetch
from cartback.domain.people.customer import Person
from cartback.domain.policy import Plan
from cartback.domain.subject import CART
from cartback.ports import Delivery
from cartback.store.queue import pack, unpack
from cartback.usecases.batch import Message
from cartback.usecases.connectors.asked import Asked
from cartback.usecases.runs import Run
from cartback.usecases.take_batch import TakeBatch
from cartback.usecases.watch_standing import WatchStanding
from functions import apply_events as door
from tests.asl import Call, Ended, Wait, start
from tests.asl_machine import Machine
from tests.fakes.memory import MemoryCounters
from tests.fakes.outside import CONTEXT
from tests.fakes.sweeps import MemoryStanding
from tests.fakes.told import Told
from tests.fakes.world import World
from tests.kill_points.injection import Crash, Injector, Watched

MACHINES = Path(__file__).parents[2] / "statemachines"
RELEASED = Path(__file__).parents[2] / "events" / "machines"
MOST_RECEIVES, VISIBLE_AFTER = 5, 180


class Shelf:
    """A shop's API that has one document of everything."""

    def fetch(self, shop: str, platform: str, wanted: Fetch) -> list[str]:
        return ["{}"]


class KilledWorld(World):
    """The world of the fakes with a watcher before every port."""

    def __init__(self, injector: Injector) -> None:
        self.injector = injector
        super().__init__(adapter=Told())

    def _wire(self) -> None:
        super()._wire()
        self.undisturbed = self.apply_events
        self.plain = {name: getattr(self, name) for name in ("records", "ledger", "bus", "queue")}
        for name in (
            "records",
            "ledger",
            "once",
            "bus",
            "runs",
            "queue",
            "raw",
            "outbox",
            "settings",
            "keys",
            "due",
            "orders",
        ):
            setattr(self, name, Watched(getattr(self, name), self.injector))
        super()._wire()
        heard = Watched(self.health, self.injector)
        watched = {"beat": heard, "strangers": heard, "told_once": heard}
        watched["fetcher"] = Watched(Shelf(), self.injector)
        self.apply_events = replace(self.apply_events, **watched)
        self.subscribe = replace(self.subscribe, counters=Watched(self.subscribe.counters, self.injector))
        self.touch = replace(self.touch, counters=Watched(self.touch.counters, self.injector))
        self.collect = replace(self.collect, counters=Watched(self.collect.counters, self.injector))
        self.propose = replace(self.propose, effects=Watched(self.effects.book, self.injector))
        self.open_link = replace(self.open_link, counters=Watched(MemoryCounters(self.tables), self.injector))
        self.standing = MemoryStanding()
        watch = WatchStanding(Watched(self.standing, self.injector), self.records, self.clock, self.metrics)
        self.apply_receipts = replace(self.apply_receipts, watch_standing=watch)
        self.take_batch = TakeBatch(
            self.apply_events, self.apply_receipts, unpack, receipts, self.queue, self.metrics
        )

    def other_worker(self, delivery: Delivery) -> None:
        """Let somebody else apply an event whom no fault strikes."""
        self.undisturbed([Message("other", "{}", delivery)])


def _agrees(person: Person, channel: str) -> bool:
    """Whether somebody wants reminders there: their word for just that, unless they left the channel later."""
    own, general = person.consents.get(f"{channel}/cart_reminders"), person.consents.get(channel)
    word = own or general
    left = general is not None and general.state == WITHDRAWN and (own is None or general.at >= own.at)
    return word is not None and word.state == GRANTED and not left


@dataclass
class Platform:
    """SQS, EventBridge, Step Functions, the mail provider and patient people, around one world.

    ``release`` is empty, or that of an earlier release (``.0.1``) whose machines are played. ``people`` are those who
    answer what a run asks at the desk.
    """

    injector: Injector = field(default_factory=Injector)
    between: Callable[[], None] = lambda: None
    people: Callable[[], None] = lambda: None
    release: str = ""

    def __post_init__(self) -> None:
        self.world = KilledWorld(self.injector)
        self.told: Told = self.world.adapter
        self.delivered: dict[str, Delivery] = {}
        self.lost: list[str] = []
        self.claimed: list[str] = []
        self.accounts: dict[str, str] = {}
        self.wrong: list[str] = []
        self.ended: dict[str, Ended] = {}
        self.reported = self.heard = 0
        self._settled_news = False
        self._judge_claims()

    # what is watched -------------------------------------------------------------------------------------------

    def _judge_claims(self) -> None:
        ledger = self.world.plain["ledger"]
        real = ledger.claim

        def judged(claim, guards, rows, *rest):
            if claim.subject.kind != CART:
                return real(claim, guards, rows, *rest)
            against = self._against(claim)
            answer = real(claim, guards, rows, *rest)
            if answer is None:
                self.claimed.append(claim.claim_id)
                for account in rows.persons.keys() - {claim.person_id}:
                    self.accounts[claim.claim_id] = account
                self.wrong.extend(against)
            return answer

        ledger.claim = judged

    def _against(self, claim) -> list[str]:
        """What stands in the tables against a message at the instant of its claim."""
        tables = self.world.tables
        cart = tables.live("carts", claim.shop, claim.cart_id)
        person = tables.live("persons", claim.shop, claim.person_id)
        against = []
        if cart is None or not cart.is_open:
            against.append(f"claimed although the cart is {cart.status if cart else 'gone'}")
        if person is None or person.erased_at or person.blocked:
            against.append("claimed although nothing may be sent to this person")
        elif not _agrees(person, claim.channel):
            against.append("claimed without a consent")
        return against

    # SQS ---------------------------------------------------------------------------------------------------------

    def tell(self, *deliveries: Delivery) -> None:
        """Put events on the queue and work it off, then let everything happen that follows at once."""
        self.delivered.update({each.key: each for each in deliveries})
        self.work_off([(f"m-{each.key}", pack(each)) for each in deliveries])

    def work_off(self, messages: list[tuple[str, str]]) -> None:
        """Receive messages until nothing comes back, at most five times, as the redrive policy says."""
        waiting = messages
        for receive in range(1, MOST_RECEIVES + 1):
            waiting = self._received(waiting, receive)
            if not waiting:
                break
            self.world.clock.move(seconds=VISIBLE_AFTER)
        self.lost.extend(body for _, body in waiting)
        self.follow()

    def _received(self, messages: list[tuple[str, str]], receive: int) -> list[tuple[str, str]]:
        event = {
            "Records": [
                {"messageId": name, "body": body, "attributes": {"ApproximateReceiveCount": str(receive)}}
                for name, body in messages
            ]
        }
        try:
            answer = door.handler(event, CONTEXT)
        except Crash:
            self._after_fault()
            return messages
        self._after_fault()
        back = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        if self._again():
            return messages
        return [message for message in messages if message[0] in back]

    def _again(self) -> bool:
        doubled, self.injector.doubled = self.injector.doubled, False
        return doubled

    def _after_fault(self) -> None:
        """The news that a way is about arrives right after its fault, before anything is tried again."""
        if self.injector.fired and not self._settled_news:
            self._settled_news = True
            self.injector.news()

    # EventBridge -------------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Deliver the facts that were told since the last time."""
        facts = self.world.bus.facts
        while self.heard < len(facts):
            fact = facts[self.heard]
            self.heard += 1
            self.patiently(lambda fact=fact: self.world.start_flows(fact.name, fact.shop, fact.data, fact.at))

    def patiently(self, do: Callable[[], Any], tries: int = 3) -> Any:
        """Call something again after a failure, as EventBridge and people do; gives its answer or None."""
        answer = None
        for _ in range(tries):
            try:
                answer = do()
            except (Crash, TryLater, Conflict):
                self._after_fault()
                self.world.clock.move(seconds=60)
                continue
            self._after_fault()
            if not self._again():
                return answer
        return answer

    def sweep_all(self) -> None:
        """Sweep the list every minute until nothing waits on it; then drive what was started."""
        listed = self.world.tables.rows["due"]
        while listed:
            next_at = min(due.due_at for due, _ in listed.values())
            if next_at > self.world.clock.now():
                self.world.clock.move(seconds=(next_at - self.world.clock.now()).total_seconds())
            self.patiently(self.world.start_listed)
        self.run_all()

    # Step Functions ----------------------------------------------------------------------------------------------

    def run_all(self) -> None:
        """Drive every run that was started to its end."""
        for name, given in list(self.world.runs.started.items()):
            if name not in self.ended:
                self._drive(name, given)

    def _drive(self, name: str, given: dict[str, object]) -> None:
        folder = RELEASED if self.release else MACHINES
        machine = Machine.load(folder / f"{given['flow']}{self.release}.asl.json")
        run = start(machine, json.loads(json.dumps(given)), name)
        step = run.resume()
        while not isinstance(step, Ended):
            step = self._stepped(run, step)
            self._report()
            self.between()
        self.ended[name] = step

    def _stepped(self, run: Any, step: Wait | Call) -> Any:
        if isinstance(step, Wait):
            self.world.clock.move(seconds=step.seconds)
            return run.resume()
        try:
            answer = json.loads(json.dumps(self._task(step)))
            if step.token is not None:
                answer = self._heard(step)
        except Crash:
            self._after_fault()
            return run.fail("Lambda.Unknown", "the process is gone")
        except (TryLater, Conflict, Refused) as error:
            self._after_fault()
            return run.fail(type(error).__name__, str(error))
        self._after_fault()
        if self._again():
            return run.fail("Lambda.ServiceException", "the answer was lost")
        return run.resume(answer)

    def _heard(self, step: Call) -> Any:
        """What a run hears that waits for people."""
        self.people()
        return dict(self.world.effects.runs.told)[_token(step)]

    def _task(self, step: Call) -> Any:
        given = step.payload
        match step.function:
            case "act":
                return self.world.act(Asked.from_task(given))
            case "ask":
                return self.world.ask({**given, "token": _token(step)})
            case "look" if "proposed" in given:
                return self.world.propose(Run.from_task(given), given["step"], given["proposed"])
            case "look":
                return self.world.look.step(Run.from_task(given), given["step"])
            case "watch_cart":
                return self.world.watch_cart(Run.from_task(given), int(given["rearms"]))
            case "touch" if "position" in given:
                plan = Plan.from_variables(given["plan"])
                return self.world.touch(Run.from_task(given), plan, int(given["position"]))
            case "touch" if "step" in given:
                return self.world.touch.step(Run.from_task(given), given["step"])
            case "touch":
                return self.world.touch.planned(Run.from_task(given), given["known"])
        words = ("flow", "run", "shop", "subject", "error", "cause")
        if not isinstance(given["run"], dict):
            return self.world.park_run(*(str(given.get(word) or "") for word in words))
        told = {
            **given["run"]["about"],
            "run": given["run"]["name"],
            **{k: given[k] for k in ("error", "cause")},
        }
        return self.world.park_run(*(str(told.get(word) or "") for word in words))

    # the mail provider -------------------------------------------------------------------------------------------

    def _report(self) -> None:
        """The provider tells of every message that it took since the last time."""
        sent = self.world.outbox.sent
        while self.reported < len(sent):
            message = sent[self.reported]
            self.reported += 1
            for kind in ("Send", "Delivery"):
                self.news_of(message, kind)

    def news_of(self, message: Any, kind: str, **part: Any) -> None:
        """One event of the provider, through the queue."""
        at = self.world.clock.now().isoformat()
        mail = {
            "messageId": f"ses-{message.claim_id}",
            "timestamp": at,
            "tags": {"shop": [message.shop], "claim": [message.claim_id]},
        }
        body = {"eventType": kind, "mail": mail, kind.lower(): {"timestamp": at, **part}}
        self.work_off([(f"n-{message.claim_id}-{kind}", json.dumps(body))])


def _token(step: Call) -> str:
    """What a waiting run is called by; no two runs share theirs."""
    return f"{step.payload['run']}/{step.token}"


def outpace(platform: Platform) -> None:
    """From now on the provider's news is applied before our own mark: marking meets another state."""
    outbox, real = platform.world.outbox.inner, platform.world.outbox.inner.send

    def quick(message):
        answer = real(message)
        if outbox.sent and outbox.sent[-1] is message:
            platform.news_of(message, "Delivery")
        return answer

    outbox.send = quick
