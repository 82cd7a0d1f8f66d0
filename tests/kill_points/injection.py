"""What goes wrong, and where: every call goes past a watcher that lets one of them fail."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from cartback.domain.errors import Conflict, TryLater
from cartback.ports import Doubtful, NotSent
from tests.kill_points.sites import USECASES, Site, sites

CRASH_BEFORE, CRASH_AFTER, TIMED_OUT = "crash before", "crash after", "time-out with effect"
THROTTLED, BROKEN, DOUBLED = "throttle", "server error", "duplicate delivery"
ECHO, OVERTAKEN = "own echo", "overtaken"
FAULTS = (CRASH_BEFORE, CRASH_AFTER, TIMED_OUT, THROTTLED, BROKEN, DOUBLED, ECHO, OVERTAKEN)
# A conditional write whose answer was lost is repeated by botocore and meets its own effect.
ECHOING = {("Records", "save"), ("Ledger", "mark"), ("Ledger", "release"), ("KeyStore", "write")}


class Crash(BaseException):
    """The process is gone. Nothing in the house may catch it."""


@dataclass
class Injector:
    """Watches every call; makes one of them fail."""

    site: Site | None = None
    fault: str = ""
    news: Callable[[], None] = lambda: None
    fired: bool = False
    doubled: bool = False
    reached: set[Site] = field(default_factory=set)

    def call(self, port: str, method: str, do: Callable[[], Any], caller: FrameType) -> Any:
        """Do it, unless it is to go wrong here."""
        site = _site_of(caller, method)
        if site is None:
            return do()
        self.reached.add(site)
        if self.fired or site != self.site:
            return do()
        self.fired = True
        return self._strike(site, do)

    def _strike(self, site: Site, do: Callable[[], Any]) -> Any:
        match self.fault:
            case "crash before":
                raise Crash
            case "crash after":
                do()
                raise Crash
            case "duplicate delivery":
                self.doubled = True
            case "overtaken":
                self.news()
            case "own echo" if (site.port, site.method) in ECHOING:
                do()
                raise Conflict("met its own effect")
            case "time-out with effect" | "throttle" | "server error":
                return self._failed(site, do)
        return do()

    def _failed(self, site: Site, do: Callable[[], Any]) -> Any:
        """What an adapter makes of it: most ask for another time, a mail provider is told apart."""
        if self.fault == TIMED_OUT:
            do()
        if site.port != "Channel":
            raise TryLater(self.fault, after_seconds=5)
        return NotSent("Throttling", 10) if self.fault == THROTTLED else Doubtful(self.fault)


def _site_of(caller: FrameType, method: str) -> Site | None:
    path = Path(caller.f_code.co_filename)
    if not path.is_relative_to(USECASES):
        return None
    here = [
        site
        for site in sites()
        if site.module == path.stem
        and site.method == method
        and site.first_line <= caller.f_lineno <= site.last_line
    ]
    return here[0] if here else None


class Watched:
    """A port whose every call goes past the injector; what is no method is handed through."""

    def __init__(self, inner: Any, injector: Injector) -> None:
        self.__dict__.update(inner=inner, injector=injector)

    def __getattr__(self, name: str) -> Any:
        what = getattr(self.inner, name)
        if not callable(what):
            return what

        def called(*given: Any, **named: Any) -> Any:
            caller = sys._getframe(1)
            return self.injector.call(type(self.inner).__name__, name, lambda: what(*given, **named), caller)

        return called
