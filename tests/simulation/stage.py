"""What a season shows to the house (its clock), and what it needs of those who play in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.ports import Outgoing
from tests.simulation.provider import GOOD, Mail

if TYPE_CHECKING:
    from tests.simulation.season import Season


class SeasonClock:
    """The port ``Clock``: the schedule's time, as wrong as the clock of the present invocation is."""

    def __init__(self, season: Season) -> None:
        self._season = season

    def now(self) -> datetime:
        season = self._season
        return season.schedule.now + season.invocation.skew


@dataclass(slots=True)
class Stage:
    """What the season needs of those who play in it: who gets which mail, and who acts in the middle of a touch."""

    mailbox: Callable[[Outgoing], str] = lambda message: GOOD
    got: Callable[[Mail], None] = lambda mail: None
    paused: Callable[[str, str], None] = lambda shop, cart_id: None
    awaited: Callable[[str, str], bool] = lambda shop, cart_id: False
    walls: Callable[[str, str], tuple[str, ...]] = lambda shop, address: ()
