"""Bugs of the list on which carts wait for their first look."""

from __future__ import annotations

from datetime import timedelta

from cartback.usecases import start_listed
from tests.fakes.memory import MemoryDue
from tests.simulation.planted import Patches, bug


@bug
def an_entry_leaves_the_list_before_its_run_begins(patches: Patches) -> None:
    """The sweep takes its group off the list first: what it cannot finish is gone."""

    def group(before, self, group, counts):
        self.index.drop(group)
        before(self, group, counts)

    patches.around(start_listed.StartListed, "_group", group)


@bug
def whoever_was_active_is_not_listed_again(patches: Patches) -> None:
    """A cart that moved on is dropped like one that was bought."""
    patches.around(MemoryDue, "put", lambda before, self, due: None if due.looks else before(self, due))


@bug
def the_list_forgets_what_it_could_not_do_in_its_minute(patches: Patches) -> None:
    """Only what fell due within this minute is read: buckets by the minute, without a way back."""

    def until(before, self, shop, now):
        return [due for due in before(self, shop, now) if due.due_at > now - timedelta(minutes=1)]

    patches.around(MemoryDue, "until", until)
