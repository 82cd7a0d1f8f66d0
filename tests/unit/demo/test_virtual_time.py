"""The clock, the book of work and whoever leads the time, with real threads as the work."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cartback.store.clock import LedClock, clock_of
from local.clock import Clock
from local.demo.agenda import Agenda
from local.timekeeper import Stuck, Timekeeper
from local.work import Work

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FAST = 1_000_000.0


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock.set_to(START, FAST, tmp_path / "clock")


@pytest.fixture
def work(clock: Clock) -> Work:
    return Work(clock)


@pytest.fixture
def keeper(clock: Clock, work: Work) -> Timekeeper:
    return Timekeeper(clock, work)


def started(work: Work, target, *args) -> None:
    work.threads().Thread(target=target, args=args, daemon=True).start()


def led(keeper: Timekeeper, until: datetime) -> None:
    """Let time go on to an instant, as an agenda would that has something to do then."""
    keeper.begin()
    while keeper.clock.now() < until:
        keeper.rest()
        keeper.step(until)
    keeper.rest()


class TestClock:
    def test_it_stands_until_it_is_moved_and_never_goes_back(self, clock: Clock):
        assert clock.now() == clock.now() == START
        clock.move(START + HOUR)
        clock.move(START)
        assert clock.now() == START + HOUR

    def test_every_reading_of_a_function_is_later_than_the_one_before_it(self, clock: Clock):
        with ThreadPoolExecutor(4) as readers:
            read = list(readers.map(lambda _: clock_of(str(clock)).now(), range(400)))
        assert len(set(read)) == 400
        assert max(read) == clock.now() < START + timedelta(seconds=1)

    def test_a_clock_that_nobody_leads_any_more_tells_no_time(self, clock: Clock):
        clock.file.unlink()
        with pytest.raises(OSError, match="No such file"):
            LedClock(str(clock.file)).now()

    def test_it_is_read_from_the_text_that_functions_are_told(self, clock: Clock):
        assert Clock.parse(str(clock)) == clock


class TestWaiting:
    def test_who_waits_wakes_at_the_whole_second_and_is_under_way_at_once(
        self, work: Work, keeper: Timekeeper
    ):
        woken = []

        def waits(seconds: float) -> None:
            work.sleep(seconds)
            woken.append(keeper.clock.now())

        for seconds in (3600, 60, 60.2):
            started(work, waits, seconds)
        led(keeper, START + 2 * HOUR)
        assert [each.replace(microsecond=0) for each in woken] == [
            START + timedelta(seconds=60),
            START + timedelta(seconds=61),
            START + HOUR,
        ]

    def test_time_does_not_pass_a_wait_however_fast_it_goes(self, work: Work, keeper: Timekeeper):
        started(work, work.sleep, 60)
        keeper.begin()
        time.sleep(0.01)  # hours, at this speed
        keeper.rest()
        keeper.step()
        assert keeper.clock.now() == START + timedelta(seconds=60)

    def test_what_the_caller_does_at_an_instant_comes_before_what_the_cloud_does_then(
        self, work: Work, keeper: Timekeeper
    ):
        said = []

        def waits() -> None:
            work.sleep(3600)
            said.append("cloud")

        started(work, waits)
        agenda = Agenda(keeper.clock)
        agenda.at(START + HOUR, lambda: said.append("shopper"))
        agenda.play(keeper, lambda: None, lambda: len(said) == 2)
        assert said == ["shopper", "cloud"]

    def test_an_endless_thread_is_no_work_and_a_failed_one_is_over(
        self, work: Work, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(threading, "excepthook", lambda told: None)
        over = threading.Event()

        def _loop() -> None:
            over.wait(10)

        def fails() -> None:
            raise ValueError("on purpose")

        work.threads(endless=["_loop"]).Thread(target=_loop, daemon=True).start()
        work.threads().Thread(target=fails, daemon=True).start()
        assert work.rest(5).under_way == ()
        over.set()


class TestStanding:
    def test_time_is_not_moved_by_a_decision_that_work_has_overtaken(self, clock: Clock, work: Work):
        before = work.standing()
        with work.under_way("request"):
            assert not work.advance(START + HOUR, before.begun)
        assert not work.advance(START + HOUR, before.begun)
        assert clock.now() == START
        assert work.advance(START + HOUR, work.standing().begun)
        assert clock.now() == START + HOUR

    def test_at_the_speed_of_life_time_waits_for_nothing(self, tmp_path: Path):
        clock = Clock.set_to(START, 1.0, tmp_path / "clock")
        work = Work(clock)
        keeper = Timekeeper(clock, work)
        began = time.monotonic()
        time.sleep(0.3)  # before anybody leads it, which makes it no less real
        with work.under_way("a long request"), keeper.running():
            time.sleep(0.3)
            passed = (clock.now() - START).total_seconds()
        assert 0.5 < passed < time.monotonic() - began

    def test_what_waits_in_a_queue_or_outside_of_the_cloud_is_under_way(self, clock: Clock, work: Work):
        left = ["1 messages in the intake"]
        work.waiting = lambda now: tuple(left)
        assert work.rest(0).under_way == ("1 messages in the intake",)
        left.clear()
        outside = ["1 events of the mail provider"]
        keeper = Timekeeper(clock, work, lambda: tuple(outside))
        threading.Timer(0.05, outside.clear).start()
        keeper.rest()
        assert not outside

    def test_time_that_does_not_get_on_says_what_is_under_way(self, work: Work, keeper: Timekeeper):
        keeper.patience = 0.1
        over = threading.Event()

        def look() -> None:
            while not over.wait(0.01):
                with work.looking("a look into the queues"):
                    pass

        looks = threading.Thread(target=look)
        looks.start()
        with (
            work.under_way("function cartback-local-ApplyEvents"),
            pytest.raises(
                Stuck, match=r"has stood for 0\.1 s; still under way: .*function cartback-local-Apply"
            ),
        ):
            keeper.rest()
        over.set()
        looks.join()

    def test_time_that_stands_because_much_is_done_is_not_stuck(self, work: Work, keeper: Timekeeper):
        keeper.patience = 0.2

        def busy() -> None:
            for _ in range(30):
                with work.under_way("one of many"):
                    time.sleep(0.02)

        started(work, busy)
        keeper.rest()


@pytest.mark.parametrize("slowness", [0.0, 0.2])
def test_a_slow_worker_does_not_change_the_outcome(work: Work, keeper: Timekeeper, slowness: float):
    """A purchase a minute before the reminder is due; its worker takes days, measured by the pace of the time."""
    bought, mails = threading.Event(), []

    def apply() -> None:
        time.sleep(slowness)
        bought.set()

    def remind() -> None:
        work.sleep(3600)
        if not bought.is_set():
            mails.append(keeper.clock.now())

    agenda = Agenda(keeper.clock)
    agenda.at(START, lambda: started(work, remind))
    agenda.at(START + HOUR - timedelta(minutes=1), lambda: started(work, apply))
    agenda.play(keeper, lambda: None, lambda: keeper.clock.now() > START + 2 * HOUR)
    assert mails == []


class TestAgenda:
    def test_acts_are_done_in_order_each_after_the_last_had_all_its_consequences(
        self, work: Work, keeper: Timekeeper
    ):
        said: list[str] = []

        def consequence(name: str) -> None:
            time.sleep(0.02)
            said.append(name)

        agenda = Agenda(keeper.clock)
        agenda.at(START + 2 * HOUR, lambda: said.append("last"))
        agenda.at(START + HOUR, lambda: started(work, consequence, "first"))
        agenda.at(START + HOUR, lambda: said.append("second"))
        agenda.play(keeper, lambda: None, lambda: agenda.idle)
        assert said == ["first", "second", "last"]

    def test_what_an_act_raises_ends_the_play(self, keeper: Timekeeper):
        def fails() -> None:
            raise RuntimeError("the way out is closed")

        agenda = Agenda(keeper.clock)
        agenda.at(START, fails)
        with pytest.raises(RuntimeError, match="the way out is closed"):
            agenda.play(keeper, lambda: None, lambda: False)

    def test_a_while_begins_with_the_present_second(self, clock: Clock):
        clock.move(START + timedelta(microseconds=700))
        agenda = Agenda(clock)
        agenda.after(HOUR, lambda: None)
        assert agenda.due == START + HOUR
