"""``cartback connector``: connections to outside systems, and the tokens of tools that cannot sign."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from cartback import connectors
from cartback.domain.errors import Refused
from cli.documents import document
from cli.screen import desk, moment, somebody, table
from cli.words import desk_word

group = typer.Typer(no_args_is_help=True, help="Connections to outside systems, and tokens for tools.")

Shop = Annotated[str, typer.Argument(help="the shop's id, such as lamp-shop")]
Name = Annotated[str, typer.Argument(help="such as slack, or slack/sales for a second account")]
By = Annotated[str | None, typer.Option("--by", help="who changes it; you, if not said")]


def add_to(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(group, name="connector")


@group.command()
def add(
    context: typer.Context,
    shop: Shop,
    name: Name,
    access_file: Annotated[
        str | None, typer.Option("--access-file", help="what is secret, YAML or JSON; - reads standard input")
    ] = None,
    file: Annotated[str | None, typer.Option("--file", help="options, facts, mapping, approve, desk")] = None,
    by: By = None,
) -> None:
    """Make a connection, or change one; what is not said of an older one stays."""
    here = desk(context)
    here.stack.book().show(shop)
    access = (
        {key: str(value) for key, value in document(access_file, "--access-file").items()}
        if access_file
        else {}
    )
    said = document(file) if file else {}
    kept = here.stack.connections().add(shop, name, access, said, by or somebody())
    by_hand = connectors.load(kept.connector).BY_HAND
    lines = [f"{kept.name} of {shop} is there.", "To do by hand:"]
    lines += [f"  {number}. {step}" for number, step in enumerate(by_hand, 1)]
    here.tell(asdict(kept), *lines, f"Then try it: cartback connector check {shop} {kept.name}")


@group.command("list")
def list_(context: typer.Context, shop: Shop) -> None:
    """List a shop's connections: whether they are on, have access, and how much waits for them."""
    here = desk(context)
    found = here.stack.connections().standing(shop)
    rows = []
    for each in found:
        connection = each.connection
        word = (
            "lost" if each.lost_at else "broken" if each.breaker_open else "on" if connection.is_on else "off"
        )
        because = connection.off_because or each.lost_because
        rows.append((connection.name, desk_word(word, here.lang), f"buffered: {each.waiting}", because))
    shown = table(("connection", "state", "work", "because"), rows)
    here.tell([asdict(each) for each in found], shown if rows else "There is no connection yet.")


@group.command()
def check(context: typer.Context, shop: Shop, name: Name) -> None:
    """Ask the other system for something harmless."""
    here = desk(context)
    said = here.stack.connections().check(shop, name)
    here.tell({"connection": name, "said": said}, f"{name}: {said}")


@group.command()
def off(
    context: typer.Context,
    shop: Shop,
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="why")],
    by: By = None,
) -> None:
    """Switch a connection off; what needs it is refused until it is on again."""
    here = desk(context)
    if not reason.strip():
        raise Refused("--reason: say why")
    here.stack.connections().switch(shop, name, reason.strip(), by or somebody())
    here.tell({"connection": name, "on": False}, f"{name} of {shop} is off.")


@group.command()
def on(context: typer.Context, shop: Shop, name: Name, by: By = None) -> None:
    """Switch a connection on again."""
    here = desk(context)
    here.stack.connections().switch(shop, name, "", by or somebody())
    here.tell({"connection": name, "on": True}, f"{name} of {shop} is on.")


@group.command()
def drop(context: typer.Context, shop: Shop, name: Name) -> None:
    """Forget a connection and its secrets."""
    here = desk(context)
    here.stack.connections().drop(shop, name)
    here.tell({"connection": name, "dropped": True}, f"{name} of {shop} is gone.")


@group.command()
def token(
    context: typer.Context,
    shop: Shop,
    name: Annotated[str, typer.Argument(help="which tool carries it")],
    scope: Annotated[list[str], typer.Option("--scope", help="tell:<type>, tell:* or open:task; repeat it")],
    by: By = None,
) -> None:
    """Make a token for a tool that cannot sign. It is shown once."""
    here = desk(context)
    here.stack.book().show(shop)
    made, shown = here.stack.connections().make_token(shop, name, tuple(scope), by or somebody())
    told: dict[str, Any] = {"token": shown, "token_id": made.token_id, "scopes": list(made.scopes)}
    here.tell(
        told, shown, f"It is shown this once. To end it: cartback connector revoke {shop} {made.token_id}"
    )


@group.command()
def tokens(context: typer.Context, shop: Shop) -> None:
    """List a shop's tokens; what proves them is not kept."""
    here = desk(context)
    found = here.stack.connections().tools.tokens(shop)
    rows = [(t.token_id, t.name, " ".join(t.scopes), moment(t.made_at), t.made_by) for t in found]
    shown = table(("id", "tool", "scopes", "made (UTC)", "by"), rows)
    plain = [
        {"token_id": t.token_id, "name": t.name, "scopes": list(t.scopes), "made_by": t.made_by}
        for t in found
    ]
    here.tell(plain, shown if rows else "There is no token.")


@group.command()
def revoke(
    context: typer.Context,
    shop: Shop,
    token_id: Annotated[str, typer.Argument(metavar="ID", help="the token's id")],
) -> None:
    """Let a token open nothing any more."""
    here = desk(context)
    here.stack.connections().revoke(shop, token_id)
    here.tell({"token_id": token_id, "revoked": True}, f"{token_id} opens nothing any more.")
