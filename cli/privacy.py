"""What the privacy commands work with: the use cases on a deployed stack, and finding out who is meant."""

from __future__ import annotations

from cartback import wiring
from cartback.domain.errors import Refused
from cartback.domain.observations import Contact
from cartback.domain.people.customer import Person
from cartback.store.bus import EventBridgeBus
from cartback.store.intake.raw import S3Raw
from cartback.store.metrics import NoMetrics
from cartback.store.people.sweeping import DeadLetterSweep, RawSweep, TableSweep
from cartback.store.tokens import PepperedHasher
from cartback.usecases.messaging import links
from cartback.usecases.people.erase_person import ErasePerson, one_of, person_of
from cartback.usecases.people.export_person import ExportPerson
from cartback.usecases.people.part_people import PartPeople
from cartback.usecases.people.sweep_erased import SweepErased
from cli.stack import Stack


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
        shelf=S3Raw(stack.clients, stack["RawBucket"], stack.clock),
        hasher=hasher(stack),
        adapter=wiring.source,
        clock=stack.clock,
    )


def erase(stack: Stack) -> ErasePerson:
    """Forgetting in the rows."""
    return ErasePerson(
        stack.records(), hasher(stack), EventBridgeBus(stack.clients, stack["BusName"]), stack.clock
    )


def sweep(stack: Stack) -> SweepErased:
    """Forgetting everywhere else."""
    return SweepErased(
        records=stack.records(),
        tables=TableSweep(stack.clients, stack.tables),
        orders=stack.orders(),
        raw=RawSweep(stack.clients, stack["RawBucket"]),
        letters=DeadLetterSweep(stack.clients, stack["IntakeDlqUrl"]),
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
    """The person of an id, of one of their carts, or of a link in one of their mails. Raises Refused for nobody."""
    records = stack.records()
    token = links.shop_and_hash(said.rpartition("/")[2])
    if token is not None and token[0] == shop:
        link = stack.ledger().look(*token)
        if link is not None:
            return person_of(records, shop, link.person_id)
    page = records.read(shop, persons=[said], carts=[said])
    cart = page.carts[said]
    if cart is not None and cart.person_id:
        return person_of(records, shop, cart.person_id)
    return person_of(records, shop, said)


def by_address(stack: Stack, shop: str, contact: Contact) -> Person:
    """The person of an address or a number. Raises Refused for nobody, and for a number of several people."""
    one_of(stack.records(), hasher(stack), shop, contact)
    hashed = [hasher(stack)(shop, alias) for alias in contact.identifying()]
    found = stack.records().read(shop, aliases=hashed).aliases
    person_id = next(filter(None, found.values()), None)
    if person_id is None:
        raise Refused(f"{shop} knows nobody by this address", 404)
    return person_of(stack.records(), shop, person_id)
