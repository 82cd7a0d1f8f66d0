"""Planted bugs of claiming and sending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

from cartback.domain.claims import CLAIMED, RELEASED, UNKNOWN, settle
from cartback.domain.errors import TryLater
from cartback.domain.people import customer
from cartback.domain.trade import visits
from cartback.ports import Doubtful, NotSent
from cartback.usecases.apply_receipts import ApplyReceipts
from cartback.usecases.messaging import claiming, send_message, settle_claims
from tests.fakes import memory
from tests.fakes.memory import MemoryLedger, MemoryRecords
from tests.simulation.planted import Patches, bug
from tests.simulation.provider import Provider


def _as_stored(ledger, part, shop, row):
    """The row with the version that the stored one has by now."""
    name = row.cart_id if part == "carts" else row.person_id
    stored = ledger.tables.rows[part].get((shop, name))
    return replace(row, version=stored[0].version) if stored else row


@bug
def claim_ignores_the_version_of_the_cart(patches: Patches) -> None:
    """The claim's transaction does not ask whether the cart is still as it was decided on, and counts the message in
    its owner's row as that is now (woocommerce-abandoned-cart #181: an order just before the mail)."""

    def claim(before, self, claim, guards, rows, *rest):
        def latest(read):
            stored = self.tables.rows["persons"].get((claim.shop, read.person_id))
            if stored is None or stored[0].version == read.version or cart is None:
                return read
            counted = customer.sent(stored[0], claim.claimed_at)
            said = visits.saying(counted.visits, cart, claim.touch, claim.claimed_at)
            return replace(counted, visits=said)

        carts = {name: _as_stored(self, "carts", claim.shop, row) for name, row in rows.carts.items()}
        cart = next(iter(carts.values()), None)
        persons = {name: latest(row) for name, row in rows.persons.items()}
        return before(self, claim, guards, replace(rows, carts=carts, persons=persons), *rest)

    patches.around(MemoryLedger, "claim", claim)


@bug
def claim_ignores_the_version_of_the_person(patches: Patches) -> None:
    """The claim overwrites the rows of the person and the account, whatever was said meanwhile: a withdrawal during the
    decision is lost."""

    def claim(before, self, claim, guards, rows, *rest):
        persons = {name: _as_stored(self, "persons", claim.shop, row) for name, row in rows.persons.items()}
        return before(self, claim, guards, replace(rows, persons=persons), *rest)

    patches.around(MemoryLedger, "claim", claim)


@bug
def claim_is_taken_though_it_is_taken(patches: Patches) -> None:
    """The claim is put without asking whether it is there: two workers send the same mail (odoo #275696)."""

    def claim(before, self, claim, *rest):
        self.tables.rows["claims"].pop((claim.shop, claim.claim_id), None)
        return before(self, claim, *rest)

    patches.around(MemoryLedger, "claim", claim)


@bug
def claim_ignores_the_list_of_blocks(patches: Patches) -> None:
    """The claim's transaction does not look at blocked addresses and shops."""

    def claim(before, self, *rest):
        blocks, self.tables.rows["blocks"] = self.tables.rows["blocks"], {}
        try:
            return before(self, *rest)
        finally:
            self.tables.rows["blocks"] = blocks

    patches.around(MemoryLedger, "claim", claim)


@bug
def the_claim_comes_after_the_send(patches: Patches) -> None:
    """First the mail, then the flag: a crash in between sends it again (odoo #275696: flag set after sending)."""

    def send(before, self, *rest):
        real_ledger, real_channels, sent = self.ledger, self.channels, {}

        def claim(claim, guards, rows, line, links):
            stored = real_ledger.read_claim(claim.shop, claim.claim_id)
            if stored is not None and stored.state != RELEASED:
                return "claimed_before"
            sent["late"] = lambda: real_ledger.claim(claim, guards, rows, line, links)
            return None

        def deliver(message):
            outcome = real_channels["email"].send(message)
            sent["late"]()
            return outcome

        ledger = SimpleNamespace(
            claim=claim,
            mark=real_ledger.mark,
            release=real_ledger.release,
            note=real_ledger.note,
            read_claim=real_ledger.read_claim,
        )
        other = replace(self, ledger=ledger, channels={"email": SimpleNamespace(send=deliver)})
        return before(other, *rest)

    patches.around(send_message.SendMessage, "_send", send)


@bug
def a_send_is_repeated_after_a_lost_answer(patches: Patches) -> None:
    """boto3 with its default retries: a lost answer makes a second request (reliability.md, measured: three)."""

    def send(before, self, message):
        outcome = before(self, message)
        return before(self, message) if isinstance(outcome, Doubtful) else outcome

    patches.around(Provider, "send", send)


@bug
def a_doubtful_send_gives_the_claim_back(patches: Patches) -> None:
    """A time-out counts as "not sent", so that the run tries again."""

    def send(before, self, message):
        outcome = before(self, message)
        return NotSent("timeout", 30) if isinstance(outcome, Doubtful) else outcome

    patches.around(Provider, "send", send)


@bug
def a_crash_between_claim_and_mark_gives_the_claim_back(patches: Patches) -> None:
    """A claim that was never marked as sent counts as free for whoever comes next."""

    def claim(before, self, claim, *rest):
        key = (claim.shop, claim.claim_id)
        stored = self.tables.rows["claims"].get(key)
        if stored is not None and stored[0].state in (CLAIMED, UNKNOWN):
            del self.tables.rows["claims"][key]
        return before(self, claim, *rest)

    patches.around(MemoryLedger, "claim", claim)


@bug
def the_claim_has_the_run_in_its_name(patches: Patches) -> None:
    """The claim's name changes with every attempt, so that equal effects do not meet."""
    attempts = iter(range(10**9))
    whole = claiming.EffectKey.of_message
    other = SimpleNamespace(of_message=lambda *names: whole(*names[:-1], f"{names[-1]}{next(attempts)}"))
    patches.put(claiming, "EffectKey", other)


@bug
def every_repetition_of_a_task_sends(patches: Patches) -> None:
    """An answer "claimed before" is taken as leave to send (mautic #3669, #13070)."""

    def claim(before, self, *rest):
        refused = before(self, *rest)
        return None if refused == "claimed_before" else refused

    patches.around(MemoryLedger, "claim", claim)


@bug
def the_budget_is_not_counted(patches: Patches) -> None:
    """Messages do not count against the person's budget."""
    patches.put(customer, "sent", lambda person, at: person)


@bug
def a_failed_send_keeps_no_budget_of_the_others(patches: Patches) -> None:
    """Giving back one message's budget gives back all of it."""
    patches.put(customer, "unsent", lambda person, at: replace(person, sends=()))


@bug
def a_bounce_blocks_nothing(patches: Patches) -> None:
    """A hard bounce or complaint is noted, and the next touch goes out all the same."""
    patches.put(ApplyReceipts, "_block", lambda self, *rest: None)


@bug
def news_of_a_send_opens_the_claim_again(patches: Patches) -> None:
    """Whatever is heard of a message, its claim is free again."""

    def mark(before, self, known, after, closing=None):
        return before(self, known, replace(after, state=RELEASED), closing)

    patches.around(MemoryLedger, "mark", mark)


@bug
def a_doubt_stays_a_doubt(patches: Patches) -> None:
    """Nobody ever looks at claims that were not marked."""
    patches.put(settle_claims.SettleClaims, "__call__", lambda self: 0)


@bug
def blocks_have_a_time_to_live(patches: Patches) -> None:
    """A block expires after two days: time to live used as if it were a timer."""

    def save(before, self, shop, old, new):
        before(self, shop, old, new)
        rows, until = self.tables.rows["blocks"], self.tables.clock.now() + timedelta(days=2)
        for key, (value, expires_at) in list(rows.items()):
            if expires_at is None:
                rows[key] = (value, until)
            elif expires_at <= self.tables.clock.now():
                del rows[key]

    patches.around(MemoryRecords, "save", save)


@bug
def a_passing_failure_of_a_claim_is_a_skip(patches: Patches) -> None:
    """A throttled claim counts as "somebody else has it": the message is dropped in silence."""

    def send(before, self, *rest):
        def claim(*given):
            try:
                return ledger.claim(*given)
            except TryLater:
                return "claimed_before"

        ledger = self.ledger
        calls: dict[str, Callable] = {
            name: getattr(ledger, name) for name in ("mark", "release", "note", "read_claim")
        }
        return before(replace(self, ledger=SimpleNamespace(claim=claim, **calls)), *rest)

    patches.around(send_message.SendMessage, "_send", send)


@bug
def rows_are_read_stale_and_claimed_unseen(patches: Patches) -> None:
    """The rows of the first look are used for all touches, and the claim does not compare versions: the flag is
    checked when the mail is planned, not when it is sent (mc-magento2 #754)."""
    first: dict[tuple[str, str, int], object] = {}

    def context(before, self, shop, cart_id, person_id, variants, kind):
        fresh = before(self, shop, cart_id, person_id, variants, kind)
        if kind.part != "carts" or fresh.cart is None or not fresh.cart.is_open:
            return first.get((id(self.tables), shop, cart_id), fresh)
        return first.setdefault((id(self.tables), shop, cart_id), fresh)

    patches.around(MemoryRecords, "context", context)
    claim_ignores_the_version_of_the_cart(patches)
    claim_ignores_the_version_of_the_person(patches)


@bug
def keys_do_not_hold_the_shop(patches: Patches) -> None:
    """A row is found by its id alone: two shops with the same ids share it."""

    class Shopless(dict):
        def get(self, key, default=None):
            return super().get(("", key[1]), default)

        def __getitem__(self, key):
            return super().__getitem__(("", key[1]))

        def __setitem__(self, key, value):
            super().__setitem__(("", key[1]), value)

        def __contains__(self, key):
            return super().__contains__(("", key[1]))

        def pop(self, key, *default):
            return super().pop(("", key[1]), *default)

    def init(before, self, clock):
        before(self, clock)
        for part in ("refs", "carts", "persons", "aliases"):
            self.rows[part] = Shopless()

    patches.around(memory.MemoryTables, "__init__", init)


@bug
def the_mark_forgets_what_the_provider_said(patches: Patches) -> None:
    """Settling a claim gives it back instead of keeping the graver state."""
    patches.put(send_message.claims, "settle", lambda claim, state, at, *said: settle(claim, RELEASED, at))
