"""What mailboxes say of themselves: rescued from the junk folder, out of the office, full for a while."""

from __future__ import annotations

from datetime import timedelta

from tests.simulation.field.news import AWAY, rescued
from tests.simulation.field.scene import Scene, scene
from tests.simulation.provider import FULL, GOOD
from tests.simulation.schedule import seconds
from tests.simulation.shopper import Doing, NextMail

DAYS = timedelta(days=1)


@scene(0.2)
def mail_is_rescued_from_the_junk_folder(s: Scene) -> Doing:
    """Somebody says that our mail is no spam, and leaves another cart some days later."""
    human, address = s.human("carla")
    s.cart(human, address, goods=("cup",)).promised = True
    mail = yield NextMail(4 * DAYS)
    if mail is None:
        return
    rescued(s.season, mail.message, seconds(s.rng, 60, 40_000))
    yield 8 * DAYS + s.minutes(0, 900)
    s.cart(human, address, goods=("bowl",)).promised = True


@scene(0.2)
def reader_is_out_of_the_office(s: Scene) -> Doing:
    """Every mail is delivered and answered by a program. Back again, the owner leaves another cart."""
    human, address = s.human("carla")
    s.truth.boxes[(s.shop.name, address)] = AWAY
    s.cart(human, address, goods=("cup",)).promised = True
    yield 9 * DAYS + s.minutes(0, 900)
    s.truth.boxes[(s.shop.name, address)] = GOOD
    s.cart(human, address, goods=("bowl",)).promised = True


@scene(0.1)
def mailbox_is_full_for_a_while(s: Scene) -> Doing:
    """Mails come back for now; later the mailbox has room again."""
    human, address = s.human("carla")
    s.truth.boxes[(s.shop.name, address)] = FULL
    s.cart(human, address, goods=("cup",))
    yield 9 * DAYS + s.minutes(0, 900)
    s.truth.boxes[(s.shop.name, address)] = GOOD
    later = s.cart(human, address, goods=("bowl",))
    later.promised, later.silence = True, "the mailbox had been full"
