"""Planted bugs of who is who: a number, a typed address or a copy of the shop is taken for a name."""

from __future__ import annotations

from dataclasses import replace

from cartback.domain.consent import permission
from cartback.domain.consent.consent import GRANTED
from cartback.domain.people import identity
from cartback.flows import cart_recovery as touches
from cartback.usecases.intake import fold_people
from cartback.usecases.intake.recognise import Recognise
from cartback.usecases.messaging import send_message
from tests.simulation.planted import Patches, bug


@bug
def a_number_makes_one_person(patches: Patches) -> None:
    """Whoever types a number is taken for whoever has it: a family of one landline is one person. Our own."""

    def owner(before, fold, names):
        last = fold.person(fold.page.aliases.get(names.phone)) if names.phone else None
        return (
            last if last is not None and last.email_hash and last.erased_at is None else before(fold, names)
        )

    patches.around(fold_people, "_owner", owner)
    patches.put(touches, "belongs", lambda cart, person: True)


@bug
def a_typed_address_is_the_accounts_own(patches: Patches) -> None:
    """What was typed at a checkout beside an account is taken for the platform's record of that account. Our own."""

    def follow_record(before, fold, names, at):
        before(fold, replace(names, account_email=names.account_email or names.email), at)

    patches.around(fold_people, "_follow_record", follow_record)


@bug
def a_copy_of_the_shop_is_taken_in(patches: Patches) -> None:
    """What the test copy of a shop tells with the shop's secret and its customers' addresses counts."""
    patches.put(Recognise, "foreign", lambda self, delivery: None)


@bug
def a_consent_moves_to_a_new_address(patches: Patches) -> None:
    """What was agreed to at an account's old mailbox is taken for a yes of the new one. Our own."""

    def against(before, *given):
        reason = before(*given)
        return None if reason == "other_address" else reason

    def move(before, account, old, new, at, now):
        moved, left = before(account, old, new, at, now)
        agreed = {name: word for name, word in old.consents.items() if word.state == GRANTED}
        return replace(moved, consents={**agreed, **moved.consents}), left

    patches.around(permission, "_against", against)
    patches.around(identity, "move", move)


@bug
def an_account_has_a_budget_for_each_address(patches: Patches) -> None:
    """A message counts in the row of the address that was typed, and not in that of the account. Our own."""

    def counting(before, context, *given):
        rows = before(context, *given)
        if context.account is not None:
            rows.persons.pop(context.account.person_id, None)
        return rows

    patches.around(send_message, "counting", counting)
