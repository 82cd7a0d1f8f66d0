"""``cartback why``: why a person was written to, or not."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from cartback.domain.customer import Person
from cartback.domain.errors import Refused
from cartback.domain.timing import after_caps
from cartback.ports import Records
from cartback.usecases.fold import SHOP_ITSELF
from cli import words
from cli.screen import Desk, desk, moment, table
from cli.story import find_cart, story_of


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(why)


def why(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="the shop's id")],
    customer: Annotated[str, typer.Argument(help="a person's id, or a cart of theirs (see cart show)")],
) -> None:
    """Say why a person was written to, or not: consent, blocks, budget, and the last decisions on each cart."""
    here = desk(context)
    policy = here.stack.book().show(shop).policy()
    records = here.stack.records()
    person = _person(records, shop, customer)
    now = here.stack.clock.now()
    told: dict[str, Any] = {
        "person_id": person.person_id,
        "reachable": person.reachable,
        "blocked": _block(records, shop, person),
        "erased_at": person.erased_at,
        "last_order_at": person.last_order_at,
        "sends": list(person.sends),
        "free_from": after_caps(now, person.sends, policy.caps),
        "consents": [
            {"channel": c.channel, "state": c.state, "basis": c.basis, "source": c.source, "at": c.at}
            for c in person.consents.values()
        ],
        "decisions": _decisions(here, records, shop, person),
    }
    consents = [
        (c["channel"], c["state"], c["basis"], c["source"], moment(c["at"])) for c in told["consents"]
    ]
    decisions = [(d["cart_id"], moment(d["at"]), d["says"]) for d in told["decisions"]]
    here.tell(
        told,
        *_standing(person, told["blocked"], told["free_from"], here.lang),
        "",
        table(("channel", "consent", "basis", "source", "said (UTC)"), consents)
        if consents
        else "No consent is kept.",
        "",
        table(("cart", "when (UTC)", "decided"), decisions) if decisions else "Nothing was decided yet.",
    )


def _person(records: Records, shop: str, said: str) -> Person:
    """Whom an operator means. Raises Refused if nobody of that id or cart is known; follows merged rows."""
    person = records.read(shop, persons=[said]).persons[said]
    if person is None:
        cart = find_cart(records, shop, said)
        if cart.person_id is None:
            raise Refused(f"customer: nobody is known to own the cart {cart.cart_id}")
        person = records.read(shop, persons=[cart.person_id]).persons[cart.person_id]
    while person is not None and person.merged_into:
        person = records.read(shop, persons=[person.merged_into]).persons[person.merged_into]
    if person is None:
        raise Refused(f"customer: {shop} knows nobody by {said}", 404)
    return person


def _block(records: Records, shop: str, person: Person) -> str | None:
    """Why nothing may be sent at all: to the person, to the address, or for the whole shop."""
    names = [SHOP_ITSELF, *([person.email_hash] if person.email_hash else [])]
    found = records.read(shop, blocks=names).blocks
    return person.blocked or next((because for because in found.values() if because), None)


def _decisions(here: Desk, records: Records, shop: str, person: Person) -> list[dict[str, Any]]:
    """Every decision on this person's carts, oldest first; of a repeated one, the last."""
    ledger = here.stack.ledger()
    found: list[dict[str, Any]] = []
    for cart in records.read(shop, carts=person.cart_ids).carts.values():
        last: dict[tuple[str, ...], dict[str, Any]] = {}
        for each in story_of(cart, ledger, here.lang) if cart is not None else []:
            if each.kind in ("decision", "not_started") and cart is not None:
                same = tuple(each.data.get(key, "") for key in ("generation", "touch", "word", "reason"))
                last[same] = {"cart_id": cart.cart_id, "at": each.at, "says": each.says, "data": each.data}
        found.extend(last.values())
    return sorted(found, key=lambda decision: decision["at"])


def _standing(person: Person, blocked: str | None, free_from: datetime | None, lang: str) -> list[str]:
    lines = [f"person {person.person_id}"]
    if person.erased_at:
        lines.append(f"  {words.reason('erased', lang)} ({moment(person.erased_at)})")
    elif not person.reachable:
        lines.append(f"  {words.reason('no_address', lang)}")
    if blocked:
        lines.append(f"  {words.reason(blocked, lang)}")
    if person.last_order_at:
        lines.append(f"  last order: {moment(person.last_order_at)}")
    lines.append(f"  messages in the last 31 days: {len(person.sends)}")
    free = words.reason("cap_is_zero", lang) if free_from is None else moment(free_from)
    lines.append(f"  room for the next one from: {free}")
    return lines
