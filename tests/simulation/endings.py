"""What has to be true when nothing is left to happen: nothing lost, nothing open, rows that say what the shops know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from cartback.domain.claims import CLAIMED, EffectKey
from cartback.domain.consent.signup import PENDING
from cartback.domain.flows import execution_name
from cartback.domain.people.customer import Person
from cartback.domain.people.identity import last_purchase
from cartback.domain.subject import Subject, kind_of_flow
from cartback.domain.trade.cart import BOUGHT, Cart
from cartback.ports import Delivery, TimelineEntry
from tests.simulation.cloud import Execution
from tests.simulation.faults import AT_CALLS, PAUSE
from tests.simulation.season import Season
from tests.simulation.shopper import Shopper, SimCart
from tests.simulation.witness import Group, Said

FOUND_WITHIN = timedelta(minutes=20)
"""A quarter of an hour until the lists are compared, and the way through the queue."""

LAST_RUN_WITHIN = timedelta(days=40)
_PASSING = frozenset(
    "TryLater Conflict Lambda.Unknown Lambda.AWSLambdaException Lambda.SdkClientException Sandbox.Timedout "
    "States.Timeout".split()
)
_ABOUT = {"cart_recovery": "cart", "double_opt_in": "request", "post_purchase": "order"}
_TRIES = 9
"""The first call of a task and its eight repetitions."""


def check(season: Season, shoppers: list[Shopper]) -> None:
    """Ask for everything that can only be asked at the end; violations go to the season."""
    for invariant, what in (
        *_events(season),
        *_claims(season),
        *_runs(season),
        *_listed(season),
        *_carts(season, shoppers),
        *_people(season, shoppers),
    ):
        season.violated(invariant, what)


def _events(season: Season) -> Iterator[tuple[str, str]]:
    """I4: what was answered 2xx is applied, superseded, or set aside with a reason."""
    parked = dict(season.intake.parked)
    entries = [season.intake.entries[json.loads(body)["n"]] for body in parked]
    aside = {season.network.of(entry).number for entry in entries if isinstance(entry, Delivery)}
    for said in season.network.said:
        if said.lost:
            yield from _found(season, said)
        elif not said.honest:
            continue
        elif not said.accepted:
            yield "I4", f"{said.key} was never accepted"
        elif said.verdict is None:
            yield "I4", f"{said.key} was accepted and then lost"
        elif said.verdict == "parked" and said.number not in aside:
            yield "I4", f"{said.key} was parked and is in no dead-letter queue"
    for message in (*season.intake.messages.values(), *season.intake.dead):
        yield "I4", f"message {message.number} is still on the queue"
    for reason in parked.values():
        if reason.startswith("bug"):
            yield "bug", reason


def _found(season: Season, said: Said) -> Iterator[tuple[str, str]]:
    """I4: an order whose webhook was lost stands in our rows all the same, and soon; unless its buyer was forgotten."""
    order = said.seen[0]
    for name in order.contact.aliases():
        row = _row(season, said.shop, name)
        if row is not None and (row.last_order_at is None or row.last_order_at < order.placed_at):
            yield "I4", f"{said.key} was lost on its way, and comparing did not find it"
    calm = not season.kinds & (set(AT_CALLS) - {PAUSE})
    if calm and said.stored_at is not None and said.stored_at > said.at + FOUND_WITHIN:
        yield "I4", f"{said.key} was lost on its way, and found only at {said.stored_at}"


def _claims(season: Season) -> Iterator[tuple[str, str]]:
    """What became of every claim is known, or known to be unknown."""
    for claim, _ in season.house.tables.rows["claims"].values():
        if claim.state == CLAIMED:
            yield "I4", f"the claim of {claim.touch} at {claim.claimed_at} is still in doubt"


def _runs(season: Season) -> Iterator[tuple[str, str]]:
    """I7: every run ended in time, for a reason that is kept; one run per generation."""
    last = max((said.at for said in season.network.said), default=season.start)
    about: set[tuple[str, str, int, str]] = set()
    for run in season.machines.runs.values():
        one = (run.shop, run.cart_id, run.generation, run.step)
        if one in about and run.flow in _ABOUT:
            yield "I3", f"generation {run.generation} of {run.shop}/{run.cart_id} has two runs {run.step}"
        about.add(one)
        if run.ended_at is None or run.ended_at > last + LAST_RUN_WITHIN:
            yield "I7", f"{run.name} of {run.shop} is still open at {run.run.path[-1]}"
        else:
            yield from _ended(season, run)
    for run, what in season.machines.bugs:
        yield "bug", f"{run.name}: {what}"


def _listed(season: Season) -> Iterator[tuple[str, str]]:
    """I7: whoever waited on a list was started, or left out for a reason that is kept."""
    for due, _ in season.house.tables.rows["due"].values():
        yield "I7", f"{due.shop}/{due.cart_id} waits on the list since {due.due_at}"


def _ended(season: Season, run: Execution) -> Iterator[tuple[str, str]]:
    lines = [
        line
        for _, line in _lines_about(
            season.house.tables.rows["lines"], run.shop, run.cart_id, _ABOUT.get(run.flow, run.flow)
        )
        if line.data.get("run") == run.name
    ]
    if run.flow == "cart_recovery":
        yield from _dropped(season, run, lines)
    elif run.flow == "double_opt_in":
        yield from _kept(season, run)
    error = run.run.ended.error and run.run.ended.error.removeprefix("Parked.")
    passing = error in _PASSING
    if run.flow in _ABOUT and not any(line.kind == "decision" for line in lines):
        yield "I6", f"{run.name} ended without a word"
    if error is None and run.in_a_row:
        yield "I7", f"{run.name} failed, and was called a success"
    elif error is not None and not any(line.kind == "parked" for line in lines):
        yield "I7", f"{run.name} failed with {error}, and nobody can see it"
    elif passing and run.in_a_row < _TRIES:
        yield "I7", f"{run.name} was given up after {run.in_a_row} tries, because of a passing {error}"
    elif error is not None and not passing and error != "Refused":
        yield "bug", f"{run.name} failed: {error} {run.run.ended.cause}"


def _dropped(season: Season, run: Execution, lines: list[TimelineEntry]) -> Iterator[tuple[str, str]]:
    """I6: a touch that is left out because it was claimed before has to have been claimed before."""
    left_out = {line.data["touch"] for line in lines if line.data.get("reason") == "claimed_before"}
    for touch in left_out:
        about = Subject(kind_of_flow(run.flow), run.cart_id, run.generation)
        name = EffectKey(run.shop, run.flow, about, touch, "email").claim_id
        if (run.shop, name) not in season.house.tables.rows["claims"]:
            yield "I6", f"{touch} of {run.shop}/{run.cart_id} was dropped, and nobody ever claimed it"


def _kept(season: Season, run: Execution) -> Iterator[tuple[str, str]]:
    """I7: a request whose run came to its end is confirmed or forgotten."""
    request, _ = season.house.tables.rows["requests"][(run.shop, run.cart_id)]
    over = run.run.ended.error is None and request.generation == run.generation
    if over and (request.state == PENDING or request.email is not None):
        yield "I7", f"{run.name} is over, and what was asked is still {request.state}"


def _lines_about(
    lines: dict, shop: str, subject: str, about: str = "cart"
) -> Iterator[tuple[str, TimelineEntry]]:
    prefix = f"{about}#{subject}\x1f"
    return (value for (where, key), (value, _) in lines.items() if where == shop and key.startswith(prefix))


def _carts(season: Season, shoppers: list[Shopper]) -> Iterator[tuple[str, str]]:
    """What a cart's row says in the end does not depend on the order in which its events came."""
    rows = season.house.tables.rows
    for shopper in shoppers:
        shop = shopper.shop.name
        for cart in shopper.carts:
            for ref in cart.refs:
                pointer = rows["refs"].get((shop, ref))
                if pointer is None or shopper.erased:
                    continue
                row = rows["carts"][(shop, pointer[0])][0]
                yield from _cart(row, cart)
                yield from _started(season, row)


def _cart(row: Cart, cart: SimCart) -> Iterator[tuple[str, str]]:
    last_at, label = cart.content[-1] if cart.content else (None, None)
    bought_after = [at for at in cart.bought if last_at is None or at >= last_at]
    if bought_after and row.status != BOUGHT:
        yield "I4", f"cart {cart.name} was bought at {bought_after[-1]}, but its row is {row.status}"
    elif row.is_open and label is None:
        yield "I4", f"cart {cart.name} is empty, but its row is open"
    elif row.is_open and {item.title for item in row.items} != {label}:
        yield "I4", f"cart {cart.name} holds {label}, but its row {row.items[0].title}"
    elif row.status == BOUGHT and not cart.bought:
        yield "I4", f"cart {cart.name} was never bought"


def _started(season: Season, row: Cart) -> Iterator[tuple[str, str]]:
    name = execution_name("cart_recovery", row.shop, row.cart_id, row.generation)
    if row.opened_by is None or name in season.machines.runs:
        return
    lines = _lines_about(season.house.tables.rows["lines"], row.shop, row.cart_id)
    generation = str(row.generation)
    if not any(_says_why(line, generation) for _, line in lines):
        yield "I4", f"{row.shop}/{row.cart_id} was opened, but no run was started"


def _says_why(line: TimelineEntry, generation: str) -> bool:
    """Whether a line says why this generation of a cart has no run: switched off, or over before it was due."""
    if line.kind == "not_started":
        return True
    stopped = line.kind == "decision" and line.data["word"] == "stop"
    return stopped and line.data.get("generation") == generation


def _people(season: Season, shoppers: list[Shopper]) -> Iterator[tuple[str, str]]:
    """What a person's row says in the end: the last word, the last order, and every message in the budget."""
    for shopper in shoppers:
        if shopper.erased:
            continue
        group = season.witness.person(shopper.shop.name, shopper.email)
        row = _person(season, shopper)
        if row is None:
            continue
        word = row.consent("email")
        if _refused(group) and (word is None or word.state != "withdrawn"):
            yield "I2", f"the last word of {shopper.email} was no, but the row says {word}"
        known = last_purchase(row)
        if group.orders and (known is None or known < max(group.orders)):
            yield "I1", f"{shopper.email} last bought at {max(group.orders)}, the row says {known}"
        yield from _budget(season, shopper.shop.name, shopper.email, row)


def _budget(season: Season, shop: str, address: str, row: Person) -> Iterator[tuple[str, str]]:
    sent = [one.claimed_at for one in season.sendings.to(shop, address)]
    lately = [at for at in sent if row.sends and at > row.sends[-1] - timedelta(days=30)]
    if sent and (not row.sends or any(at not in row.sends for at in lately)):
        yield "I6", f"{row.person_id} got {len(sent)} messages, the budget knows {len(row.sends)}"


def _refused(group: Group) -> bool:
    """Whether the person's last dated word is a refusal, beyond the doubt that wrong clocks leave."""
    dated = [word for _, word in group.words if word.sticky]
    last = max(dated, key=lambda word: (word.at, not word.granted), default=None)
    agreed_at = last.at if last is not None and last.granted else None
    if group.leaves:
        return agreed_at is None or agreed_at < max(group.leaves) - timedelta(hours=1)
    ticks = [word.at for _, word in group.words if word.granted and not word.sticky]
    return last is not None and not last.granted and not any(at > last.at for at in ticks)


def _person(season: Season, shopper: Shopper) -> Person | None:
    return _row(season, shopper.shop.name, f"email:{shopper.email}")


def _row(season: Season, shop: str, name: str) -> Person | None:
    rows = season.house.tables.rows
    pointer = rows["aliases"].get((shop, season.house.apply_events.hasher(shop, name)))
    if pointer is None or (shop, pointer[0]) not in rows["persons"]:
        return None
    row = rows["persons"][(shop, pointer[0])][0]
    while row.merged_into:
        row = rows["persons"][(shop, row.merged_into)][0]
    return row if row.erased_at is None else None
