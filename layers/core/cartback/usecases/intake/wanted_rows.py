"""Which rows some observations are about, as far as it can be said before reading, and what reading then asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cartback.domain.goods import catalogue
from cartback.domain.observations import (
    CartSeen,
    DeviceSeen,
    OrderSeen,
    PaymentFailed,
    ProductSeen,
    ProductViewed,
    ShopErased,
    ShopLeft,
    StockSeen,
)
from cartback.domain.people import customer, identity
from cartback.domain.trade import cart as carts

if TYPE_CHECKING:
    from cartback.domain.observations import (
        Contact,
        Observation,
    )
    from cartback.ports import RowSet

SHOP_ITSELF = "shop"
WAITING = "inventory:"
"""How the rows begin in which counts wait for the product that says which variant they belong to."""


@dataclass(slots=True)
class Wanted:
    """The rows that some observations may touch, as far as it can be said before reading."""

    carts: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)
    refs: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    stock: set[str] = field(default_factory=set)
    inventory: set[str] = field(default_factory=set)
    products: set[str] = field(default_factory=set)
    blocks: set[str] = field(default_factory=set)


def wanted(shop: str, observations: Iterable[Observation], hashed: Callable[[str], str]) -> Wanted:
    """What to read first. Ids are guessed from the first reference or alias: right in nearly every case."""
    rows = Wanted()
    for seen in observations:
        _of_people(rows, shop, seen, hashed)
        if isinstance(seen, CartSeen | OrderSeen | PaymentFailed | ProductViewed):
            rows.refs.update(seen.refs)
            rows.carts.update(carts.cart_id_for(shop, ref) for ref in seen.refs)
        elif isinstance(seen, StockSeen):
            if seen.variant_id:
                rows.stock.add(seen.variant_id)
            if seen.inventory_ref:
                rows.inventory.add(seen.inventory_ref)
                rows.stock.add(waiting_room(seen.inventory_ref))
        elif isinstance(seen, ProductSeen):
            rows.products.add(seen.product_id)
            rows.stock.update(variant.variant_id for variant in seen.variants)
            refs = {variant.inventory_ref for variant in seen.variants if variant.inventory_ref}
            rows.inventory.update(refs)
            rows.stock.update(waiting_room(ref) for ref in refs)
        elif isinstance(seen, ShopLeft | ShopErased):
            rows.blocks.add(SHOP_ITSELF)
    return rows


def _of_people(rows: Wanted, shop: str, seen: Observation, hashed: Callable[[str], str]) -> None:
    contact = getattr(seen, "contact", None)
    if contact is not None:
        _of_contact(rows, shop, contact, hashed)
    if isinstance(seen, OrderSeen):
        beside = [hashed(alias) for alias in seen.beside]
        rows.aliases.update(beside)
        rows.persons.update(customer.person_id_for(shop, alias) for alias in beside)
    if isinstance(seen, DeviceSeen):
        rows.aliases.add(hashed(f"device:{seen.endpoint}"))


def _of_contact(rows: Wanted, shop: str, contact: Contact, hashed: Callable[[str], str]) -> None:
    addresses = {hashed(f"email:{email}") for email in (contact.email, contact.account_email) if email}
    names = {hashed(alias) for alias in contact.identifying()} | addresses
    rows.aliases.update(names)
    rows.persons.update(customer.person_id_for(shop, name) for name in names)
    rows.blocks.update(addresses)
    if contact.phone:
        number = hashed(f"phone:{contact.phone}")
        rows.aliases.add(number)
        rows.persons.add(identity.number_id(shop, number))


def missing(page: RowSet, wholes: Iterable[str] = ()) -> Wanted:
    """What the rows that were read point to and the page does not hold yet: read on until nothing is missing.

    ``wholes`` are products of which every variant is needed (``of_whole_products``): most words name theirs.
    """
    rows = Wanted()
    rows.carts.update(i for i in page.refs.values() if i and i not in page.carts)
    rows.persons.update(i for i in page.aliases.values() if i and i not in page.persons)
    rows.stock.update(i for i in page.inventory.values() if i and i not in page.stock)
    for product_id in wholes:
        product = page.products.get(product_id)
        if product is not None:
            rows.stock.update(i for i in product.variants if i not in page.stock)
    for cart in page.carts.values():
        if cart is not None:
            whose = filter(None, (cart.person_id, cart.account_row))
            rows.persons.update(i for i in whose if i not in page.persons)
    for person in page.persons.values():
        if person is not None and person.merged_into and person.merged_into not in page.persons:
            rows.persons.add(person.merged_into)
    return rows


def linked(page: RowSet) -> Wanted:
    """The rows that were named together with those of the page: a purchase under one is heard of under the other."""
    rows = Wanted()
    for person in page.persons.values():
        if person is not None:
            rows.persons.update(i for i in person.beside if i not in page.persons)
    return rows


def of_whole_products(observations: Iterable[Observation]) -> set[str]:
    """The products that went or came back as a whole."""
    words = (seen for seen in observations if isinstance(seen, ProductSeen))
    return {seen.product_id for seen in words if catalogue.means_all(seen)}


def waiting_room(inventory_ref: str | None) -> str:
    """Where counts wait for the product that says which variant they belong to."""
    return f"{WAITING}{inventory_ref}"
