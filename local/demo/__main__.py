"""`make demo`: a shop of each platform with its shoppers on this machine, from webhook to recovered cart."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from rich.console import Console

from cartback.domain.errors import Refused, TryLater
from local import stage as stages
from local.clock import speed as speed_of
from local.cloud import ROOT, STATE
from local.demo import back as backs
from local.demo import front as fronts
from local.demo import platforms, scripts, shop, tally
from local.demo.agenda import Agenda
from local.demo.assortment import SOLD_OUT, WITHDRAWN
from local.demo.books import Books
from local.demo.comparing import Comparing
from local.demo.front import Front
from local.demo.late import too_late
from local.demo.life import Scene
from local.demo.platforms import DemoShop, Ground
from local.demo.screen import Screen, outcome
from local.demo.sender import Wire
from local.demo.tally import Tally
from local.stage import Stage

OUTCOME_FILE = STATE / "demo.json"
SINCE = datetime(2026, 3, 2, 5, tzinfo=UTC)
"""When the play begins, always: a Monday morning, and no clock is put forward or back in its days."""
ASK_SECONDS = 0.5
LEAD = timedelta(hours=2)
LONGEST_SIGN_UP = timedelta(days=1)
LONGEST = timedelta(days=14)


class Play:
    """The days of the demo on one stage."""

    def __init__(self, stage: Stage, scene: Scene, seed: int) -> None:
        self._stage = stage
        self._scene = scene
        self._seed = seed
        self._reactions = scripts.reactions()
        self._read = 0
        self._asked_at = 0.0
        self._begin(stage.clock.now())
        scene.compare = Comparing(stage)

    def _begin(self, start: datetime) -> None:
        """Let the same people come, from ``start`` on."""
        self.start = start
        self.lives = scripts.cast(self._scene, start, self._seed)
        self._by_address = {life.buyer.email: life for life in self.lives}

    def sign_up(self) -> None:
        """Let those who signed up long ago have done so: in their shop, or with our form, whose mail they answer.

        Raises RuntimeError if not all of them are asked in time.
        """
        ours = [life for life in self.lives if life.buyer.has_confirmed and life.shop.signs_up_here]
        until = self._stage.clock.now() + LONGEST_SIGN_UP

        def all_confirmed() -> bool:
            if self._stage.clock.now() > until:
                raise RuntimeError("not everybody was asked to confirm within a day")
            return self._scene.agenda.idle and all(life.confirmed for life in ours)

        for life in self.lives:
            if life.buyer.has_confirmed:
                self._scene.agenda.at(self._stage.clock.now(), life.signs_up)
        self._scene.agenda.play(self._stage.time, self.look, all_confirmed)

    def prepare(self) -> None:
        """Let every shopper come at their hour, from some hours from now on."""
        self._begin(self._stage.clock.now().replace(second=0, microsecond=0) + LEAD)
        for life in self.lives:
            life.confirmed = life.buyer.has_confirmed
        self._scene.agenda.at(scripts.selling_out_at(self.lives), self._sell_out)
        for life in self.lives:
            self._scene.agenda.at(life.opens_at, partial(scripts.begin, life))

    def look(self) -> None:
        """Hand new mails to their readers. Raises RuntimeError for a mail to somebody who is not in the play."""
        messages = self._stage.mail.messages
        for message in messages[self._read :]:
            life = self._by_address.get(message.to[0])
            if life is None:
                raise RuntimeError(f"a mail to a stranger: {message.subject!r}")
            if tally.is_question(message):
                self._scene.agenda.at(self._stage.clock.now(), partial(life.confirms, message))
                continue
            life.mails.append(message)
            self._scene.tell(f"{life.buyer.first_name} gets “{message.subject}”")
            react = self._reactions.get(life.script)
            if react is not None and not message.bounces:
                react(life, len(life.mails))
        self._read = len(messages)

    def is_over(self) -> bool:
        """Whether everybody did what they wanted and no run is left.

        Raises RuntimeError if runs are still open after two virtual weeks.
        """
        if not self._scene.agenda.idle or time.monotonic() - self._asked_at < ASK_SECONDS:
            return False
        self._asked_at = time.monotonic()
        open_runs = self._open_runs()
        if open_runs and self._stage.clock.now() > self.start + LONGEST:
            raise RuntimeError(f"{open_runs} runs did not end in {LONGEST.days} days")
        return not open_runs

    def _open_runs(self) -> int:
        states, arn = self._stage.cloud.client("stepfunctions"), self._stage.stack.outputs["CartRecoveryArn"]
        return len(states.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"])

    def _sell_out(self) -> None:
        now = self._stage.clock.now()
        for each in self._scene.shops.values():
            for number, told in enumerate((*each.left(SOLD_OUT, 0, now), *each.withdrawn(WITHDRAWN, now))):
                each.send(told, f"sold-out-{number}", now)
        self._scene.tell("Somebody takes the last tent lamp, and the pan is no longer sold")


def play(stage: Stage, scene: Scene, console: Console, seed: int) -> Tally:
    """Play the days of the demo; give the outcome.

    Raises RuntimeError if a webhook is refused, a link leads nowhere or runs do not end, Refused for wrong settings.
    """

    for each in scene.shops.values():
        shop.connect(stage, each)
        shop.stocked(each, stage.clock.now())
    days = Play(stage, scene, seed)
    days.sign_up()
    days.prepare()
    screen = Screen(console, stage, scene, days.lives, days.start)

    def look() -> None:
        days.look()
        screen.look()

    with screen.shown():
        scene.agenda.play(stage.time, look, days.is_over)
    books, messages = Books(stage), stage.mail.messages
    told = tally.count(days.lives, messages, books.withheld(scene.shops.values()))
    late = too_late(days.lives, messages)
    return replace(told, explained=tuple(line for each in late for line in books.explain(each)))


def demo(speed: float, once: bool, seed: int, console: Console) -> int:
    """Run the demo; with ``once`` end by itself, else keep the inbox open until Ctrl-C. Gives the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console.print("Building the stack and deploying it to a cloud on this machine, some 30 seconds ...")
    front, shops = Front(), dict[str, DemoShop]()
    try:
        with (
            fronts.running(front, stages.free(fronts.PORT)) as front_url,
            backs.running(shops, stages.free(backs.PORT)) as back_url,
            stages.running(speed, since=SINCE) as stage,
            stages.announced(stage),
        ):
            console.print(
                f"Up. {speed:g} virtual seconds pass in one at most. Inbox: {stage.inbox_url}",
                highlight=False,
            )
            wire = Wire(stage.clock)
            by_platform = platforms.open_all(Ground(stage.clock, wire, stage.api_url, front_url, back_url))
            shops.update({each.shop: each for each in by_platform.values()})
            scene = Scene(stage.clock, Agenda(stage.clock), wire, by_platform, front, front_url)
            told = play(stage, scene, console, seed)
            OUTCOME_FILE.write_text(
                json.dumps(told.as_json() | {"speed": speed, "seed": seed}, indent=2) + "\n"
            )
            outcome(console, told, str(OUTCOME_FILE.relative_to(ROOT)))
            if not once:
                _stay(stage, console)
            return 0 if told.is_good else 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    except (RuntimeError, Refused, TryLater) as error:
        console.print(f"The demo failed: {error}", style="red", highlight=False, markup=False)
        return 1


def _stay(stage: Stage, console: Console) -> None:
    """Keep everything up until somebody has seen enough."""
    console.print(f"The inbox stays open at {stage.inbox_url} until Ctrl-C.", highlight=False, soft_wrap=True)
    console.print(
        "A cart's story: .venv/bin/cartback --local cart list demo", highlight=False, soft_wrap=True
    )
    try:
        stage.time.run(threading.Event())
    except KeyboardInterrupt:
        console.print("Stopped.")


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument(
        "--speed", type=speed_of, default=3600.0, help="virtual seconds per real second, above 0"
    )
    parser.add_argument(
        "--once", action="store_true", help="end after the last mail instead of waiting for Ctrl-C"
    )
    parser.add_argument("--seed", type=int, default=7, help="another number makes other shoppers")
    options = parser.parse_args()
    return demo(options.speed, options.once, options.seed, Console())


if __name__ == "__main__":
    sys.exit(main())
