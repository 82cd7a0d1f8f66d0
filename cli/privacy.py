"""What the privacy commands work with: the use cases on a deployed stack, and finding out who is meant."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cartback import wiring
from cartback.domain.errors import Refused
from cartback.domain.observations import Contact
from cartback.domain.people import address
from cartback.domain.people.customer import Person
from cartback.store.bus import EventBridgeBus
from cartback.store.intake.raw import S3Raw
from cartback.store.messaging.due import DynamoDue
from cartback.store.metrics import NoMetrics
from cartback.store.people.raw_sweeping import RawSweep
from cartback.store.people.sweeping import DeadLetterSweep, TableSweep
from cartback.store.tokens import PepperedHasher
from cartback.usecases.messaging import links
from cartback.usecases.people.erase_person import ErasePerson, one_of, person_of
from cartback.usecases.people.export_person import ExportPerson
from cartback.usecases.people.part_people import PartPeople
from cartback.usecases.people.sweep_erased import SweepErased
from cli.screen import Usage
from cli.stack import Stack
from cli.story import find_cart

SAYABLE = "an id, a cart's id or token, the number of an order, or a link from one of their mails"
Who = Annotated[str | None, typer.Argument(metavar="[PERSON]", help=SAYABLE)]
ByAddress = Annotated[
    bool,
    typer.Option("--address", help="ask for an e-mail address or a number, or read it from standard input"),
]


def hasher(stack: Stack) -> PepperedHasher:
    """Recognises addresses, with the stack's own secret."""
    return PepperedHasher(stack.clients, stack["PepperSecret"])


def export(stack: Stack) -> ExportPerson:
    """Collecting what is known."""
    return ExportPerson(
        records=stack.records(),
        ledger=stack.ledger(),
        proofs=stack.proofs(),
        tables=TableSweep(stack.clients, stack.tables),
        orders=stack.orders(),
        raw=RawSweep(stack.clients, stack["RawBucket"]),
        hasher=hasher(stack),
        adapter=wiring.source,
        clock=stack.clock,
    )


def erase(stack: Stack) -> ErasePerson:
    """Forgetting in the rows."""
    return ErasePerson(
        stack.records(),
        hasher(stack),
        EventBridgeBus(stack.clients, stack["BusName"]),
        stack.clock,
        lambda: DynamoDue(stack.clients, stack.tables.ledger),
    )


def sweep(stack: Stack) -> SweepErased:
    """Forgetting everywhere else."""
    tools = stack.connections()
    return SweepErased(
        records=stack.records(),
        tables=TableSweep(stack.clients, stack.tables),
        orders=stack.orders(),
        raw=RawSweep(stack.clients, stack["RawBucket"]),
        letters=DeadLetterSweep(stack.clients, stack["IntakeDlqUrl"]),
        connections=tools.connections,
        tools=tools.tools,
        access=tools.keys,
        hasher=hasher(stack),
        adapter=wiring.source,
        clock=stack.clock,
        metrics=NoMetrics(),
    )


def part(stack: Stack) -> PartPeople:
    """Parting whom an earlier version made one."""
    return PartPeople(
        records=stack.records(),
        tables=TableSweep(stack.clients, stack.tables),
        shelf=S3Raw(stack.clients, stack["RawBucket"], stack.clock),
        hasher=hasher(stack),
        adapter=wiring.source,
        clock=stack.clock,
    )


def whoever(stack: Stack, shop: str, said: str) -> Person:
    """The person of an id, of one of their carts or orders, or of a link in one of their mails.

    A cart is named by our id, by the shop's own token of cart or checkout, or by the number of its order. Follows rows
    that became another. Raises Refused, with what may be said, for nobody.
    """
    records = stack.records()
    token = links.shop_and_hash(said.rpartition("/")[2])
    if token is not None and token[0] == shop:
        link = stack.ledger().look(*token)
        if link is not None:
            return person_of(records, shop, link.person_id)
    if records.read(shop, persons=[said]).persons[said] is not None:
        return person_of(records, shop, said)
    if "@" in said:
        raise Refused(
            "person: an address on the line ends up in histories; say --address, and it is asked for"
        )
    try:
        cart = find_cart(records, shop, said)
    except Refused as refusal:
        raise Refused(
            f"person: {shop} knows nobody by {said}; say {SAYABLE}, or --address", refusal.status
        ) from refusal
    if cart.person_id is None:
        raise Refused(f"person: nobody is known to own the cart {cart.cart_id}", 404)
    return person_of(records, shop, cart.person_id)


def meant(stack: Stack, shop: str, said: str | None, by_address: bool, as_json: bool) -> Person:
    """Whom a line names: by an id, a cart, an order or a link, or by an address that is asked for."""
    if bool(said) == by_address:
        raise Usage(f"say either PERSON ({SAYABLE}) or --address")
    return whoever(stack, shop, said) if said else by_contact(stack, shop, asked_contact(as_json))


def asked_contact(as_json: bool) -> Contact:
    """What was typed or piped in. Never an argument: command lines end up in histories and process lists."""
    if sys.stdin.isatty() and not as_json:
        said = str(typer.prompt("Address or number", hide_input=True, err=True))
    else:
        said = sys.stdin.readline()
    mail, number = address.email(said), address.phone(said)
    if mail is None and number is None:
        raise Refused("--address: neither an e-mail address nor a number with its country code")
    return Contact(email=mail, phone=None if mail else number)


def by_contact(stack: Stack, shop: str, contact: Contact) -> Person:
    """The person of an address or a number. Raises Refused for nobody, and for a number of several people."""
    one_of(stack.records(), hasher(stack), shop, contact)
    hashed = [hasher(stack)(shop, alias) for alias in contact.identifying()]
    found = stack.records().read(shop, aliases=hashed).aliases
    person_id = next(filter(None, found.values()), None)
    if person_id is None:
        raise Refused(f"{shop} knows nobody by this address", 404)
    return person_of(stack.records(), shop, person_id)


def introduced(stack: Stack, shop: str, known: Person | None, contact: Contact | None) -> str:
    """Whom an erasure means, so that the wrong one is noticed: never by the address itself."""
    if known is None and contact is not None:
        names = [hasher(stack)(shop, alias) for alias in contact.identifying()]
        ids = filter(None, stack.records().read(shop, aliases=names).aliases.values())
        found = next(ids, None)
        known = person_of(stack.records(), shop, found) if found is not None else None
    if known is None:
        return (
            f"{shop} knows nobody by this: it is remembered as forgotten, so that nothing late of it is kept"
        )
    parts = [
        f"person {known.person_id} of {shop}",
        f"mailbox {shaded(known.email)}" if known.email else "no mailbox",
        f"{len(known.cart_ids)} cart{'' if len(known.cart_ids) == 1 else 's'}",
        f"last order {known.last_order_at:%Y-%m-%d}" if known.last_order_at else "no order",
        f"last heard of {known.seen_at:%Y-%m-%d}" if known.seen_at else "never heard of",
    ]
    return ", ".join(parts)


def shaded(email: str) -> str:
    """An address of which its owner would be recognised and nobody else could be written to: ``a…@e….com``."""
    local, _, domain = email.partition("@")
    name, _, zone = domain.rpartition(".")
    return f"{local[:1]}…@{name[:1]}….{zone}"
