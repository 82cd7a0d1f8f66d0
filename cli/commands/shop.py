"""``cartback shop``: add, list, show, edit and remove shops, and rotate their secrets."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from cartback import shops as adapters
from cartback.domain.errors import Refused
from cartback.domain.people.address import email
from cartback.domain.shop.settings import ShopSettings
from cartback.store.messaging.standing import DynamoStanding
from cartback.usecases.shop.edit_shop import STAMPS
from cartback.usecases.shop.resume_shop import ResumeShop
from cli.checklist import may_send, sender_words
from cli.documents import as_yaml, assignment, document, text_of
from cli.screen import Desk, Usage, desk, moment, somebody, table
from cli.words import reason

PLATFORMS = "business_central, generic, shopify, shopware, stripe or woocommerce"
"""Said here, so that help need not look into the folder of shops (a test does)."""

group = typer.Typer(no_args_is_help=True, help="Shops, their policies and secrets.")

Shop = Annotated[str, typer.Argument(help="the shop's id, such as lamp-shop")]
File = Annotated[str | None, typer.Option("--file", help="a YAML or JSON document; - reads standard input")]
SecretFile = Annotated[
    str | None, typer.Option("--secret-file", help="a file with the secret; - reads standard input")
]
By = Annotated[str | None, typer.Option("--by", help="who changes it; you, if not said")]


def add_to(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(group, name="shop")


@group.command()
def add(
    context: typer.Context,
    shop: Shop,
    file: File = None,
    platform: Annotated[str | None, typer.Option(help=PLATFORMS)] = None,
    name: Annotated[str | None, typer.Option(help="what shoppers call it")] = None,
    url: Annotated[str | None, typer.Option(help="where it is")] = None,
    sender: Annotated[str | None, typer.Option(help='such as "Lamp Shop <hello@lamps.example>"')] = None,
    imprint: Annotated[
        list[str] | None, typer.Option(help="a line of the imprint; say it once per line")
    ] = None,
    changes: Annotated[list[str] | None, typer.Option("--set", help="path=value, as in edit")] = None,
    secret_file: SecretFile = None,
    by: By = None,
) -> None:
    """Take in a shop, from a document, from options, or from both (options win)."""
    here = desk(context)
    book = here.stack.book()
    document_ = _document(
        shop, file, {"platform": platform, "name": name, "url": url, "imprint": imprint or None}
    )
    if sender is not None:
        document_["sender"] = _sender(sender)
    for change in changes or []:
        _set(document_, *assignment(change))
    secret = text_of(secret_file, "--secret-file") if secret_file else None
    settings = book.add(document_, by or somebody())
    accepted = book.set_secret(shop, secret) if secret is not None else 0
    hook = f"{here.stack['ApiUrl'].rstrip('/')}/webhooks/{shop}"
    lines = [f"{shop} is there, at version {settings.version}.", f"Webhooks go to {hook}"]
    lines.extend(_of_sender(here, settings))
    if not accepted:
        lines.append(_without_secret(settings))
    here.tell({"shop": shop, "version": settings.version, "webhook_url": hook, "secrets": accepted}, *lines)


@group.command("list")
def list_(context: typer.Context) -> None:
    """List the shops."""
    here = desk(context)
    shops = here.stack.book().shops()
    rows = [
        (s.shop, s.platform, s.name, s.rules.preset, _flows(s), s.version, moment(s.changed_at))
        for s in shops
    ]
    shown = table(("shop", "platform", "name", "preset", "flows", "version", "changed (UTC)"), rows)
    here.tell([settings.as_document() for settings in shops], shown if shops else "There is no shop yet.")


@group.command()
def show(
    context: typer.Context,
    shop: Shop,
    version: Annotated[int | None, typer.Option(min=1, help="an earlier version")] = None,
) -> None:
    """Show a shop's settings as a document that `edit --file` takes back."""
    here = desk(context)
    book = here.stack.book()
    settings = book.show(shop, version)
    secrets = book.secrets(shop)
    hook = f"{here.stack['ApiUrl'].rstrip('/')}/webhooks/{shop}"
    kept = settings.as_document()
    head = f"# webhooks: {hook}\n# secrets accepted: {secrets}\n"
    if here.as_json:
        here.tell({"settings": kept, "webhook_url": hook, "secrets": secrets})
    else:
        typer.echo(head + as_yaml(kept), nl=False)


@group.command()
def edit(
    context: typer.Context,
    shop: Shop,
    changes: Annotated[
        list[str] | None, typer.Argument(help="path=value, such as policy.preset=gentle")
    ] = None,
    file: File = None,
    by: By = None,
) -> None:
    """Change fields by their paths, or put a whole document in place. Takes effect within a minute."""
    here = desk(context)
    book = here.stack.book()
    if bool(changes) == bool(file):
        raise Usage("edit: say either path=value or --file")
    before = book.show(shop)
    if file:
        read = document(file)
        after = book.replace(shop, read.get("settings", read), by or somebody())
    else:
        after = book.edit(shop, dict(assignment(change) for change in changes or []), by or somebody())
    changed = list(_differences(before.as_document(), after.as_document()))
    rows = [(path, _cell(old), _cell(new)) for path, old, new in changed]
    told = {"shop": shop, "version": after.version, "changed": [path for path, _, _ in changed]}
    if rows:
        said = f"{shop} is at version {after.version}."
        here.tell(told, table(("field", "was", "is"), rows), said, *_of_sender(here, after))
    else:
        here.tell(told, f"Nothing changed; {shop} stays at version {after.version}.")


@group.command()
def remove(
    context: typer.Context,
    shop: Shop,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    by: By = None,
) -> None:
    """Take a shop out: its webhooks are refused, nobody is written to, its tools are cut off. Carts stay."""
    here = desk(context)
    book = here.stack.book()
    book.show(shop)
    if not yes and not typer.confirm(
        f"Remove {shop}? Its secret is dropped and nothing is sent any more", err=True
    ):
        raise Refused(f"{shop} stays as it is")
    here.stack.answers().end(shop)
    here.stack.push_key().end(shop)
    here.stack.connections().end(shop)
    book.remove(shop, by or somebody())
    here.tell({"shop": shop, "removed": True}, f"{shop} is removed.")


@group.command()
def resume(context: typer.Context, shop: Shop) -> None:
    """Let a shop go on that was stopped: after a pause for its mail's sake, or because it had left and came back."""
    here = desk(context)
    here.stack.book().show(shop)
    standing = DynamoStanding(here.stack.clients, here.stack["InsightsTable"])
    lifted = ResumeShop(standing, here.stack.records(), here.stack.clock)(shop)
    words = [reason(because, here.lang) for because in lifted.values()]
    said = f"{shop} goes on. Lifted: {'; '.join(words)}." if words else f"Nothing stopped {shop}."
    here.tell({"shop": shop, "lifted": lifted}, said)


@group.command()
def secret(
    context: typer.Context,
    shop: Shop,
    secret_file: SecretFile = None,
    retire: Annotated[
        bool, typer.Option("--retire", help="stop accepting the secret before the newest")
    ] = False,
) -> None:
    """Set a new webhook secret; the one before it counts until --retire. Secrets are never shown."""
    here = desk(context)
    book = here.stack.book()
    if retire:
        accepted = book.retire(shop)
    else:
        book.show(shop)
        accepted = book.set_secret(shop, typed_secret(here, secret_file))
    more = "" if accepted == 1 else " The one before it counts until `--retire`."
    line = f"{shop} accepts {accepted} secret{'' if accepted == 1 else 's'}, within a minute.{more}"
    here.tell({"shop": shop, "secrets": accepted}, line)


def _of_sender(here: Desk, settings: ShopSettings) -> list[str]:
    """A warning where the stack would refuse the shop's sender, whatever SES knows of it."""
    senders, address = here.stack.outputs.get("Senders"), settings.sender.address
    return [] if may_send(address, senders) else [f"Mind: {sender_words(address, senders or '')}."]


def typed_secret(here: Desk, file: str | None) -> str:
    """A secret from a file, or typed in where somebody sits; never from the line itself. Raises Usage for neither."""
    if file is not None:
        return text_of(file, "--secret-file")
    if here.as_json or not sys.stdin.isatty():
        raise Usage("--secret-file: say where the secret is; - reads standard input")
    return str(typer.prompt("New secret", hide_input=True, err=True))


def _document(shop: str, file: str | None, options: dict[str, Any]) -> dict[str, Any]:
    read = document(file) if file else {}
    if read.get("shop", shop) != shop:
        raise Refused(f"shop: the document is about {read['shop']}, the line about {shop}")
    return {**read, **{key: value for key, value in options.items() if value is not None}, "shop": shop}


def _sender(text: str) -> dict[str, str]:
    name, _, address = text.strip().removesuffix(">").rpartition("<")
    if email(address) is None:
        raise Usage('--sender: write it as "Lamp Shop <hello@lamps.example>"')
    return {"name": name.strip(' "'), "address": address}


def _set(place: dict[str, Any], path: str, value: object) -> None:
    *parents, last = path.split(".")
    for name in parents:
        below = place.setdefault(name, {})
        if not isinstance(below, dict):
            raise Refused(f"{path}: {name} has no fields of its own")
        place = below
    place[last] = value


def _without_secret(settings: ShopSettings) -> str:
    """What a shop without a secret is to do, by who makes the secret of its platform."""
    shop, api = settings.shop, adapters.api(settings.platform)
    do = f"shop secret {shop}" if api.SIGNED_BY == "theirs" else f"shop connect {shop} makes one"
    return f"It has no secret yet, so nothing is taken in: cartback {do}"


def _flows(settings: ShopSettings) -> str:
    return " ".join(sorted(name for name, choice in settings.rules.flows.items() if choice.on)) or "none"


def _differences(before: Any, after: Any, path: str = "") -> Any:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            if path or key not in STAMPS:
                yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif before != after:
        yield path, before, after


def _cell(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
