"""``cartback cart``: which carts a shop has, and what happened to one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from cartback import channels
from cartback.domain.channels import open_to
from cartback.domain.money import in_words
from cartback.domain.people.customer import Person
from cartback.domain.trade.cart import BOUGHT, EMPTIED, ERASED, GIVEN_UP, OPEN, Cart
from cartback.subjects.cart import KIND as CART
from cli import words
from cli.next_step import next_step
from cli.screen import Usage, desk, distance, moment, table
from cli.story import Moment, find_cart, story_of

_STATES = (OPEN, BOUGHT, EMPTIED, GIVEN_UP, ERASED)

group = typer.Typer(no_args_is_help=True, help="Carts and their stories.")


def add_to(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(group, name="cart")


@group.command("list")
def list_(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="the shop's id")],
    status: Annotated[str | None, typer.Option(help="open, bought, emptied, given_up or erased")] = None,
    limit: Annotated[int, typer.Option(min=1, help="how many to show")] = 50,
) -> None:
    """List a shop's carts, latest activity first."""
    if status not in (None, *_STATES):
        raise Usage(f"--status: must be one of {', '.join(_STATES)}")
    here = desk(context)
    here.stack.book().show(shop)
    found, complete = here.stack.shelf().carts(shop, status)
    carts = found[:limit]
    rows = [
        (
            cart.cart_id,
            cart.status,
            cart.generation,
            len(cart.items),
            _total(cart, here.lang),
            moment(cart.activity_at),
        )
        for cart in carts
    ]
    shown = table(("cart", "status", "generation", "lines", "total", "last activity (UTC)"), rows)
    more = f"{len(carts)} of {len(found)} carts" + (
        "" if complete else ", and there are more than were looked through"
    )
    here.tell(
        [_facts(cart) for cart in carts], shown if carts else "No such cart.", *([more] if carts else [])
    )


@group.command()
def show(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="the shop's id")],
    cart: Annotated[str, typer.Argument(help="the cart's id, or the shop's own token of cart or checkout")],
    person: Annotated[
        bool, typer.Option("--person", help="show whose cart it is, by name and address")
    ] = False,
) -> None:
    """Tell the story of a cart: what happened when, what was decided, and why."""
    here = desk(context)
    settings = here.stack.book().show(shop)
    policy, records = settings.policy(), here.stack.records()
    found = find_cart(records, shop, cart)
    story = story_of(found, here.stack.ledger(), here.lang)
    who = _whose(records.context(shop, found.cart_id, found.person_id, None, CART).person) if person else {}
    start = story[0].at if story else None
    told: dict[str, Any] = {
        "cart": _facts(found) | {"items": _items(found)},
        "story": [_line(each) for each in story],
    }
    rows = [(moment(each.at), distance(each.at - start) if start else "", each.says) for each in story]
    ways = open_to(channels.names(), settings.senders)
    coming = next_step(records, found, story, policy, ways, here.stack.clock.now())
    told["next"] = asdict(coming) if coming else None
    here.tell(
        told | ({"person": who} if person else {}),
        f"cart {found.cart_id} of {shop}: {found.status}, generation {found.generation}, {_total(found, here.lang)}",
        *(f"  {item.quantity} × {item.title}" for item in found.items),
        *(f"  {key}: {value}" for key, value in who.items() if value),
        "",
        table(("when (UTC)", "after", "what"), rows),
        *(
            ["", words.coming(coming.touch, coming.word, coming.reason, moment(coming.until), here.lang)]
            if coming
            else []
        ),
    )


def _facts(cart: Cart) -> dict[str, Any]:
    return {
        "cart_id": cart.cart_id,
        "status": cart.status,
        "generation": cart.generation,
        "stage": cart.stage,
        "lines": len(cart.items),
        "amount": cart.total.amount if cart.total else None,
        "currency": cart.total.currency if cart.total else None,
        "person_id": cart.person_id,
        "started_at": cart.started_at,
        "activity_at": cart.activity_at,
        "closed_at": cart.closed_at,
        "closed_because": cart.closed_because,
    }


def _items(cart: Cart) -> list[dict[str, Any]]:
    return [
        {
            "variant_id": item.variant_id,
            "title": item.title,
            "quantity": item.quantity if isinstance(item.quantity, int) else float(item.quantity),
        }
        for item in cart.items
    ]


def _line(each: Moment) -> dict[str, Any]:
    return {"at": each.at, "kind": each.kind, "says": each.says, "data": each.data}


def _whose(person: Person | None) -> dict[str, str | None]:
    if person is None:
        return {"person": None}
    return {
        "person": person.person_id,
        "name": person.first_name,
        "email": person.email,
        "phone": person.phone,
    }


def _total(cart: Cart, lang: str) -> str:
    return in_words(cart.total, lang) if cart.total else "no total"
