"""Planted bugs that make questions speak which no other bug makes speak: basis, instant, address, shop and request."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cartback.domain.consent import consent as consents
from cartback.domain.consent import permission
from cartback.usecases.messaging import send_message
from cartback.usecases.messaging.send_message import SendMessage
from tests.fakes.memory import MemoryLedger
from tests.simulation.planted import Patches, bug


@bug
def any_basis_is_enough(patches: Patches) -> None:
    """A ticked box counts where only a double opt-in does, by the shop's market or its own choice."""
    patches.put(permission, "accepted", lambda *_: frozenset({"double_opt_in", "explicit"}))


@bug
def a_topic_outlives_its_owners_farewell(patches: Patches) -> None:
    """A yes to a topic, said on a page of ours, counts even after a later no to everything."""
    patches.around(
        consents,
        "words_for",
        lambda before, said, channel, purpose: (
            tuple(
                word
                for word in (said.get(consents.key(channel, purpose)),)
                if word and word.state == "granted"
            )
            or before(said, channel, purpose)
        ),
    )


@bug
def a_claim_is_dated_from_before_the_night(patches: Patches) -> None:
    """A claim carries another instant than the one at which it is taken, so that no hour is quiet."""

    def claim_for(before, run, step, channel, ready, policy, now, *rest):
        return before(run, step, channel, ready, policy, now - timedelta(minutes=30), *rest)

    patches.around(send_message, "claim_for", claim_for)


@bug
def a_message_keeps_the_address_of_the_one_before(patches: Patches) -> None:
    """A warm process keeps the address of the last message for the next one."""
    last: list[str] = []

    def composed(before, self, *given):
        made = before(self, *given)
        if made.message.flow == "double_opt_in":
            return made
        last.append(made.message.address)
        return replace(made, message=replace(made.message, address=last[-2] if len(last) > 1 else last[-1]))

    patches.around(SendMessage, "_composed", composed)


@bug
def a_run_of_one_shop_notes_what_it_decides_with_another(patches: Patches) -> None:
    """The shop of the first run in a process is kept for all that follow."""
    first: list[str] = []

    def once(before, self, run, plan, position, looks):
        first.append(run.shop)
        return before(self, replace(run, shop=first[0]), plan, position, looks)

    patches.around(SendMessage, "_go", once)


@bug
def whoever_was_hurt_is_asked_for_a_yes(patches: Patches) -> None:
    """The question of a sign-up is claimed whatever blocks its address or its shop."""

    def claim(before, self, claim, guards, *rest):
        asked = claim.flow == "double_opt_in"
        return before(self, claim, [] if asked else guards, *rest)

    patches.around(MemoryLedger, "claim", claim)


@bug
def a_question_is_sent_before_it_is_claimed(patches: Patches) -> None:
    """The question leaves while its claim may still be refused."""

    def composed(before, self, step, claim, *rest):
        made = before(self, step, claim, *rest)
        if claim.flow == "double_opt_in":
            self.channels[claim.channel].send(made.message)
        return made

    patches.around(SendMessage, "_composed", composed)


@bug
def a_question_goes_to_whoever_was_asked_before(patches: Patches) -> None:
    """A warm process keeps the address of the last question for the next one."""
    last: list[str] = []

    def composed(before, self, step, claim, *rest):
        made = before(self, step, claim, *rest)
        if claim.flow != "double_opt_in":
            return made
        last.append(made.message.address)
        return replace(made, message=replace(made.message, address=last[-2] if len(last) > 1 else last[-1]))

    patches.around(SendMessage, "_composed", composed)
