"""Planted bugs of the page of preferences."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cartback.domain import gates
from cartback.domain.consent import consent as consents
from cartback.domain.consent import preferences
from cartback.domain.consent.consent import GRANTED, MARKETING
from cartback.domain.people import customer
from cartback.flows import cart_recovery
from cartback.usecases.consent import prefer
from cartback.usecases.consent.prefer import Prefer
from cartback.usecases.messaging import links
from functions import preferences as page
from tests.simulation.planted import Patches, bug


@bug
def a_pause_is_not_looked_at(patches: Patches) -> None:
    """A pause is kept and shown, and messages go out in the midst of it."""

    def as_wished(moment):
        person = moment.person
        awake = replace(person, prefs=replace(person.prefs, paused_until=None))
        return gates.as_wished(replace(moment, context=replace(moment.context, person=awake)))

    changed = tuple(as_wished if gate is gates.as_wished else gate for gate in cart_recovery.GATES)
    patches.put(cart_recovery, "GATES", changed)


@bug
def a_pause_ends_at_once(patches: Patches) -> None:
    """The days of a pause are taken for something much shorter."""
    patches.put(prefer, "PAUSES", {days: timedelta(minutes=int(days)) for days in preferences.PAUSES})


@bug
def a_pause_never_ends(patches: Patches) -> None:
    """Whoever asks for a week of silence is never written to again."""
    patches.put(prefer, "PAUSES", dict.fromkeys(preferences.PAUSES, timedelta(days=3650)))


@bug
def how_often_somebody_wants_messages_is_not_looked_at(patches: Patches) -> None:
    """The frequency is kept and shown, and only the shop's own caps count."""
    patches.put(gates, "free_at", lambda instant, sends, wishes: instant)


@bug
def a_topic_that_is_off_is_written_about(patches: Patches) -> None:
    """Only the consent for the whole channel is looked at."""
    patches.around(
        consents, "words_for", lambda before, said, channel, purpose: before(said, channel, MARKETING)
    )


@bug
def a_shops_new_consent_switches_a_topic_on_again(patches: Patches) -> None:
    """A record of the shop that says "subscribed" outweighs what the person switched off."""

    def say(before, person, word, *how):
        said = before(person, word, *how)
        if word.purpose != MARKETING or word.state != GRANTED:
            return said
        return replace(said, consents={word.channel: said.consents[word.channel]})

    patches.around(customer, "say", say)


@bug
def leaving_everything_leaves_nothing(patches: Patches) -> None:
    """The button "leave everything" shows the page anew, and that is all."""

    def changed(before, self, link, person, form, how):
        return (person, []) if "leave" in form else before(self, link, person, form, how)

    patches.around(Prefer, "_changed", changed)


@bug
def a_merge_loses_the_wishes_of_one(patches: Patches) -> None:
    """When an account's row is taken into its mailbox, only the account's wishes count. Our own, found by this
    simulation."""

    def merge(before, winner, loser, *rest):
        united, gone = before(winner, loser, *rest)
        return replace(united, prefs=loser.prefs), gone

    patches.around(customer, "merge", merge)


@bug
def the_language_that_was_chosen_is_not_spoken(patches: Patches) -> None:
    """Messages are in the first language of the shop."""
    patches.put(cart_recovery, "language", lambda context, face: face.languages[0])


@bug
def any_link_opens_any_page(patches: Patches) -> None:
    """What a link is for is not asked: the link back to the cart leaves, too."""

    def find(before, ledger, token, kind, now):
        link = ledger.look(*links.shop_and_hash(token))
        return before(ledger, token, link.kind if link is not None else kind, now)

    patches.around(links, "find", find)


@bug
def a_filter_that_opens_the_choices_empties_them(patches: Patches) -> None:
    """GET saves what it was sent, which is nothing: every box is taken for unticked."""

    def handler(before, event, context):
        return before({**event, "requestContext": {"http": {"method": "POST"}}}, context)

    patches.around(page, "handler", handler)
