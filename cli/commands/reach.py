"""``cartback shop connect``, ``answers``, ``push``, ``whatsapp`` and ``health``: how a shop is reached, and heard."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from cartback import shops
from cartback.domain.errors import Refused
from cartback.domain.shop.health import LINK, Health, Stranger
from cartback.usecases.shop.whatsapp_templates import MISSING
from cli import chats, first_cart
from cli.commands.shop import SecretFile, Shop, group, typed_secret
from cli.documents import document
from cli.screen import desk, distance, moment, table


def add_to(app: typer.Typer) -> None:
    """Nothing to add: these join the group ``shop``."""


@group.command()
def connect(
    context: typer.Context,
    shop: Shop,
    access_file: Annotated[
        str | None,
        typer.Option("--access-file", help="how to call its API, YAML or JSON; - reads standard input"),
    ] = None,
    wait: Annotated[int, typer.Option("--wait", min=0, max=3600, help="seconds to wait for an event")] = 0,
) -> None:
    """Subscribe to the shop's webhooks through its API, or say what is to be done by hand."""
    here = desk(context)
    settings = here.stack.book().show(shop)
    began = here.stack.clock.now()
    access = _access(access_file) if access_file else None
    done = here.stack.connect()(shop, settings.platform, access)
    lines = [f"Webhooks go to {done.hook}"]
    by_hand = [step.replace("SHOP", shop) for step in done.by_hand]
    if by_hand:
        lines += ["To do by hand:", *(f"  {number}. {step}" for number, step in enumerate(by_hand, 1))]
    else:
        lines.append(
            f"Subscribed to {len(done.made)}, {len(done.kept)} were there, {done.ended} old ones ended."
        )
    if done.missing:
        lines += ["Missing:", *(f"  {number}. {one}" for number, one in enumerate(done.missing, 1))]
    heard, cart = None, None
    if wait and not done.missing:
        carts = shops.api(settings.platform).TELLS_OF_CARTS
        if not here.as_json:
            here.tell({}, *lines, first_cart.ASKED if carts else first_cart.ASKED_WITHOUT_CARTS)
            lines = []
        heard, cart = first_cart.heard(here, shop, began, wait, carts=carts)
        lines.append(f"Heard at {moment(heard)} (UTC).")
        lines.extend(first_cart.seen(here, settings, cart) if carts else [first_cart.NO_CARTS])
    told: dict[str, Any] = {
        "shop": shop,
        "webhook_url": done.hook,
        "subscribed": list(done.made),
        "kept": list(done.kept),
        "ended": done.ended,
        "by_hand": by_hand,
        "missing": list(done.missing),
        "heard_at": heard,
        "cart_id": cart.cart_id if cart else None,
    }
    here.tell(told, *lines)
    if done.missing:
        raise Refused("missing: what the list says; then connect again, what is there already stays")


@group.command()
def answers(
    context: typer.Context,
    shop: Shop,
    channel: Annotated[str, typer.Argument(help="sms or whatsapp")],
    secret_file: SecretFile = None,
    account: Annotated[
        str | None,
        typer.Option("--account", help="Twilio: the account (AC…) of the secret, to send through it"),
    ] = None,
    retire: Annotated[
        bool, typer.Option("--retire", help="stop accepting the secret before the newest")
    ] = False,
) -> None:
    """Hear what people answer on a channel: keep the provider's secret, and say where it has to send answers."""
    here = desk(context)
    here.stack.book().show(shop)
    line = here.stack.answers()
    done = (
        line.retire(shop, channel)
        if retire
        else line.accept(shop, channel, typed_secret(here, secret_file), account)
    )
    url = here.stack["ApiUrl"].rstrip("/") + done.path
    plural = "" if done.secrets == 1 else "s"
    lines = [f"Answers go to {url}", f"{shop} accepts {done.secrets} secret{plural} for it, within a minute."]
    told: dict[str, Any] = {"shop": shop, "channel": channel, "answers_url": url, "secrets": done.secrets}
    if channel == "whatsapp":
        lines.append(f"Verify token: {done.verify_token}")
        told["verify_token"] = done.verify_token
    here.tell(told, *lines)


@group.command()
def push(
    context: typer.Context,
    shop: Shop,
    contact: Annotated[
        str, typer.Option("--contact", help="whom push services may ask: mailto:… or https://…")
    ],
    anew: Annotated[
        bool,
        typer.Option("--anew", help="make another key: every browser that allowed the one before is lost"),
    ] = False,
) -> None:
    """Make the key under which the shop pushes to browsers, and say what its pages need."""
    here = desk(context)
    here.stack.book().show(shop)
    public, new = here.stack.push_key().made(shop, contact, anew)
    api = here.stack["ApiUrl"].rstrip("/")
    worker = f'importScripts("{api}/scripts/worker.js");'
    tag = f'<script src="{api}/scripts/push.js" data-shop="{shop}" data-worker="/cartback-worker.js"'
    lines = [
        f"The key is {'new' if new else 'the one that was there'}: {public}",
        "On the shop's own host, /cartback-worker.js is one line:",
        f"  {worker}",
        "On the page with the button, with a token that names who is logged in:",
        f"  {tag}",
        f'    data-key="{public}" data-token="v1.…"></script>',
    ]
    here.tell({"shop": shop, "public_key": public, "new": new, "worker": worker}, *lines)


@group.command()
def whatsapp(
    context: typer.Context,
    shop: Shop,
    phone: Annotated[str | None, typer.Option("--phone", help="the id of the number at Meta")] = None,
    business: Annotated[str | None, typer.Option("--business", help="the id of the WhatsApp account")] = None,
    token_file: SecretFile = None,
    hand_in: Annotated[
        bool, typer.Option("--hand-in", help="ask Meta to approve the templates that it does not have")
    ] = False,
) -> None:
    """Keep the access to WhatsApp, hand in the shop's templates, and say how each stands."""
    here = desk(context)
    wanted = chats.wanted(here.stack.book().show(shop))
    line = here.stack.whatsapp()
    if phone is not None or business is not None:
        line.keep(shop, typed_secret(here, token_file), phone or "", business or "")
    states = line.states(shop, wanted)
    if hand_in:
        missing = {(each.name, each.lang) for each in states if each.state == MISSING}
        line.hand_in(shop, [one for one in wanted if (one.name, one.lang) in missing])
        states = line.states(shop, wanted)
    rows = [(each.name, each.lang, each.state.lower(), each.reason) for each in states]
    here.tell([asdict(each) for each in states], table(("template", "language", "state", "reason"), rows))


@group.command()
def health(context: typer.Context, shop: Shop) -> None:
    """How well the shop is heard: its last event, what its webhooks lost, its subscriptions."""
    here = desk(context)
    here.stack.book().show(shop)
    book, now = here.stack.health(), here.stack.clock.now()
    pulse, known = book.pulse(shop), book.read(shop) or Health(shop)
    strangers = book.strangers(shop)
    refused = here.stack.refusals().lately(shop)
    last = pulse.last_event_at if pulse else None
    rows = [
        (
            "last event (UTC)",
            f"{moment(last)} ({distance(now - last).lstrip('+')} ago)" if last else "none yet",
        ),
        ("lag until applied", f"{pulse.lag_seconds} s" if pulse else ""),
        ("compared until (UTC)", moment(known.until) or "never"),
        ("gaps last time / ever", f"{known.gaps} / {known.gaps_ever}"),
        ("last gap found (UTC)", moment(known.last_gap_at) or "none"),
        ("subscriptions", known.subscriptions),
        ("refused signatures, last hour", _refused_words(refused)),
        ("problem", known.problem or "none"),
        *((f"not the shop's: {one.name}", stranger_words(one)) for one in strangers),
    ]
    told = {
        "shop": shop,
        "last_event_at": last,
        "lag_seconds": pulse.lag_seconds if pulse else None,
        "compared_until": known.until,
        "gaps": known.gaps,
        "gaps_ever": known.gaps_ever,
        "last_gap_at": known.last_gap_at,
        "subscriptions": known.subscriptions,
        "refused_last_hour": refused,
        "problem": known.problem,
        "strangers": [asdict(one) for one in strangers],
    }
    here.tell(told, table(("", ""), rows))


def _refused_words(count: int) -> str:
    """How many webhooks were turned away, and what that most often means."""
    return f"{count} at least: the sender signs with another secret, see shop secret" if count else "none"


def stranger_words(one: Stranger) -> str:
    """What became of what a stranger said, and what to do if it is the shop after all."""
    since = f"{one.count} times, last {moment(one.last_at)} (UTC)"
    if one.kind == LINK:
        front = "ways back lead there, so our links lead to the front door"
        return f"{front}: {since}; if it is the shop's, name it in domains"
    return f"its events are parked: {since}; if it is the shop's, name it in domains or sources, then dlq redrive"


def _access(file: str) -> dict[str, str]:
    read = document(file, "--access-file")
    if not all(isinstance(name, str) and isinstance(value, str) for name, value in read.items()):
        raise Refused("access: every field must be a text; quote what looks like a number")
    return dict(read)
