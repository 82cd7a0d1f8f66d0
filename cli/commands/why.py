"""``cartback why``: why a person was written to, or not."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from cartback import subjects
from cartback.domain.consent.consent import key
from cartback.domain.errors import Refused
from cartback.domain.messaging.timing import after_caps
from cartback.domain.people import suppression
from cartback.domain.people.customer import Person
from cartback.domain.policy import Policy
from cartback.domain.subject import CART, PERSON, Subject
from cartback.domain.trade.order_parts import subjects_of
from cartback.domain.trade.ownership import names_of
from cartback.ports import Records
from cartback.usecases.intake.wanted_rows import SHOP_ITSELF
from cartback.usecases.people.erase_person import rows_of
from cartback.usecases.people.export_person import sign_ups_of
from cli import privacy, words
from cli.privacy import ByAddress, Who
from cli.screen import Desk, Usage, desk, moment, table
from cli.story import Moment, find_cart, story_of, told_of

_PARTS = {"decisions": ("decision", "not_started"), "messages": ("message",), "failures": ("parked",)}


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(why)


def why(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="the shop's id")],
    customer: Who = None,
    by_address: ByAddress = False,
    about: Annotated[
        str | None,
        typer.Option(
            metavar="KIND/ID", help=f"one subject instead of a person: {', '.join(subjects.names())}"
        ),
    ] = None,
) -> None:
    """Say why a person was written to, or not: consent, blocks, budget, decisions, and what became of each message.

    With --about, the same of one cart, order, parcel or whatever else a flow may be about.
    """
    here = desk(context)
    policy = here.stack.book().show(shop).policy()
    if about is not None:
        if customer is not None or by_address:
            raise Usage("why: say either a person or --about")
        _of_subject(here, shop, about)
    else:
        _of_person(here, shop, policy, privacy.meant(here.stack, shop, customer, by_address, here.as_json))


def _of_person(here: Desk, shop: str, policy: Policy, person: Person) -> None:
    """What stands for and against messages to a person, and what was decided and sent."""
    records = here.stack.records()
    now = here.stack.clock.now()
    told: dict[str, Any] = {
        "person_id": person.person_id,
        "reachable": person.reachable,
        "blocked": _block(records, shop, person, now),
        "blocked_on": _blocked_on(person, now),
        "erased_at": person.erased_at,
        "last_order_at": person.last_order_at,
        "sends": list(person.sends),
        "free_from": after_caps(now, person.sends, policy.caps),
        "consents": _consents(person),
        **_history(here, records, shop, person),
    }
    consents = [
        (c["channel"], c["state"], c["basis"], c["source"], moment(c["at"])) for c in told["consents"]
    ]
    lines = {
        part: [(line["about"], moment(line["at"]), line["says"]) for line in told[part]] for part in _PARTS
    }
    here.tell(
        told,
        *_standing(person, told["blocked"], told["blocked_on"], (told["free_from"], now), here.lang),
        "",
        table(("channel", "consent", "basis", "source", "said (UTC)"), consents)
        if consents
        else "No consent is kept.",
        "",
        "" if lines["decisions"] else "Nothing was decided yet.",
        *(table(("about", "when (UTC)", part), rows) for part, rows in lines.items() if rows),
    )


def _blocked_on(person: Person, now: datetime) -> dict[str, str]:
    """Why nothing is sent on channels other than e-mail, by channel."""
    return {
        channel: because
        for channel in sorted(person.stops)
        if (because := suppression.reason_at(person, now, channel)) is not None
    }


def _consents(person: Person) -> list[dict[str, Any]]:
    """What somebody says now about being written to, by channel and purpose."""
    return [
        {
            "channel": key(c.channel, c.purpose),
            "state": c.state,
            "basis": c.basis,
            "source": c.source,
            "at": c.at,
        }
        for c in person.consents.values()
    ]


def _of_subject(here: Desk, shop: str, said: str) -> None:
    """The story of one subject of any kind, decision by decision. Raises Refused for a kind that there is not, and for
    a subject of which nothing is kept.
    """
    kind, _, name = said.partition("/")
    if kind not in subjects.names() or not name:
        raise Refused(f"--about: write KIND/ID; the kinds are {', '.join(subjects.names())}")
    subject, ledger = Subject(kind, name), here.stack.ledger()
    if kind == CART:
        cart = find_cart(here.stack.records(), shop, name)
        subject, story = Subject(CART, cart.cart_id), story_of(cart, ledger, here.lang)
    else:
        story = told_of(shop, subject, ledger, here.lang)
    if not story:
        raise Refused(f"--about: nothing is kept of {kind} {name}", 404)
    told = [{"at": each.at, "kind": each.kind, "says": each.says, "data": each.data} for each in story]
    lines = [(moment(each.at), each.kind, each.says) for each in story]
    here.tell(
        {"about": {"kind": kind, "id": subject.id}, "story": told},
        table(("when (UTC)", "what", "says"), lines),
    )


def _block(records: Records, shop: str, person: Person, now: datetime) -> str | None:
    """Why nothing may be sent at all: to the person, to the address, or for the whole shop."""
    names = [SHOP_ITSELF, *([person.email_hash] if person.email_hash else [])]
    found = records.read(shop, blocks=names).blocks
    lasting = (because for because in found.values() if suppression.lasts(because))
    return suppression.reason_at(person, now) or next(lasting, None)


def _history(here: Desk, records: Records, shop: str, person: Person) -> dict[str, list[dict[str, Any]]]:
    """What was decided on this person, their carts and orders, what became of messages, what failed: of repeated lines
    the last. A line's ``about`` is our id of a cart, or a timeline's name; ``cart_id`` is there for scripts of before.
    """
    ledger = here.stack.ledger()
    found: dict[str, list[dict[str, Any]]] = {part: [] for part in _PARTS}
    carts = records.read(shop, carts=person.cart_ids).carts.values()
    stories = {cart.cart_id: story_of(cart, ledger, here.lang) for cart in carts if cart is not None}
    own = [Subject(PERSON, row) for row in rows_of(records, shop, person)]
    for about in (*own, *sign_ups_of(shop, person)):
        stories[about.timeline] = told_of(shop, about, ledger, here.lang)
    for order in here.stack.orders().of_names(shop, names_of(person)):
        for about in subjects_of(order):
            stories[about.timeline] = told_of(shop, about, ledger, here.lang)
    for name, story in stories.items():
        for part, kinds in _PARTS.items():
            last = {
                _sameness(each): {
                    "about": name,
                    "cart_id": name,
                    "at": each.at,
                    "says": each.says,
                    "data": each.data,
                }
                for each in story
                if each.kind in kinds
            }
            found[part].extend(last.values())
    return {part: sorted(lines, key=_when) for part, lines in found.items()}


def _sameness(each: Moment) -> tuple[str, ...]:
    words_of_it = ("generation", "touch", "word", "reason", "claim_id", "run", "error")
    return (each.kind, *(each.data.get(key, "") for key in words_of_it))


def _when(line: dict[str, Any]) -> datetime:
    at: datetime = line["at"]
    return at


def _standing(
    person: Person, blocked: str | None, on: dict[str, str], room: tuple[datetime | None, datetime], lang: str
) -> list[str]:
    lines = [f"person {person.person_id}"]
    if person.erased_at:
        lines.append(f"  {words.reason('erased', lang)} ({moment(person.erased_at)})")
    elif not person.reachable:
        lines.append(f"  {words.reason('no_address', lang)}")
    if blocked:
        lines.append(f"  {words.reason(blocked, lang)}")
    lines.extend(f"  {channel}: {words.reason(because, lang)}" for channel, because in on.items())
    if person.last_order_at:
        lines.append(f"  last order: {moment(person.last_order_at)}")
    lines.append(f"  messages in the last 31 days: {len(person.sends)}")
    free_from, now = room
    free = words.reason("cap_is_zero", lang) if free_from is None else moment(free_from)
    lines.append(f"  room for the next one: {'now' if free_from == now else 'from ' + free}")
    return lines
