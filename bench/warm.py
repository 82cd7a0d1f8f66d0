"""Warm figures: what a webhook, an event, a decision and a mail cost in a process that has done it before.

Each beside its floor: what remains if everything of ours is taken away. Requests go to the stand-in for AWS, so
botocore's serialising, signing and parsing are in every figure, and no network is.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import handlers, traffic
from bench.report import spread
from bench.stand_in import Cloud, connected

_RAM = Path("/dev/shm")  # noqa: S108


@contextlib.contextmanager
def furnished() -> Iterator[Cloud]:
    """A stand-in with the shops of the traffic, and the environment for the doors."""
    handlers.set_environment()
    handlers.handler("receive_webhook")
    from cartback.store.clients import session

    with tempfile.TemporaryDirectory(dir=_RAM if _RAM.is_dir() else None) as folder:
        path = Path(folder) / "shelf.db"
        session.cache_clear()  # one from before is not answered by this cloud, and none from here by another
        try:
            with connected(Cloud(path)) as cloud:
                handlers.furnish(path)
                yield cloud
        finally:
            session.cache_clear()


def measure(events: int = 2_000) -> dict[str, Any]:
    """All figures, on one stand-in."""
    with furnished() as cloud, contextlib.redirect_stdout(io.StringIO()):
        intake = _intake(events)
        applied = _apply(cloud, events)
    return {"intake": intake, "apply": applied, "decision": decision(), "render": render()}


def _intake(events: int) -> dict[str, Any]:
    door = handlers.handler("receive_webhook")
    now = datetime.now(UTC)
    requests = [traffic.webhook(number, now).request() for number in range(events)]
    for request in requests[:100]:
        _accepted(door, request)
    took = []
    began_cpu = time.process_time()
    for request in requests:
        began = time.perf_counter()
        _accepted(door, request)
        took.append((time.perf_counter() - began) * 1000)
    cpu = (time.process_time() - began_cpu) / events * 1000
    floor = _floor(requests)
    return {
        "ms": spread(sorted(took)),
        "cpu_ms": round(cpu, 3),
        "floor_cpu_ms": round(floor, 3),
        "ratio": round(cpu / floor, 2),
    }


def _accepted(door: Callable[[dict[str, Any], Any], Any], request: dict[str, Any]) -> None:
    if door(request, None)["statusCode"] != 202:
        raise RuntimeError("the intake refuses the bench's webhook")


def _floor(requests: list[dict[str, Any]]) -> float:
    """HMAC, JSON and one SQS call per webhook, in milliseconds of CPU."""
    from botocore.session import Session

    client = Session().create_client("sqs")
    began = time.process_time()
    for request in requests:
        body = request["body"].encode()
        hmac.new(traffic.SECRET.encode(), body, hashlib.sha256).digest()
        json.loads(body)
        client.send_message(QueueUrl="https://stand-in.invalid/floor", MessageBody=request["body"])
    return (time.process_time() - began) / len(requests) * 1000


def _apply(cloud: Cloud, events: int) -> dict[str, Any]:
    worker = handlers.handler("apply_events")
    took, worked, calls = [], 0, [0]
    counted = cloud.count_calls(calls)
    began_cpu = time.process_time()
    while messages := cloud.shelf.receive(handlers.INTAKE, 10, 600):
        records = [
            {"messageId": str(one), "body": body, "attributes": {"ApproximateReceiveCount": "1"}}
            for one, body, _ in messages
        ]
        began = time.perf_counter()
        if worker({"Records": records}, None)["batchItemFailures"]:
            raise RuntimeError("the worker gives the bench's events back")
        took.append((time.perf_counter() - began) * 1000)
        worked += len(messages)
    cpu = (time.process_time() - began_cpu) / worked * 1000
    counted()
    floor = _bare_call() * calls[0] / worked
    return {
        "batch_ms": spread(sorted(took)),
        "cpu_ms_per_event": round(cpu, 3),
        "calls_per_event": round(calls[0] / worked, 2),
        "floor_cpu_ms_per_event": round(floor, 3),
        "ratio": round(cpu / floor, 2),
    }


def _bare_call(times: int = 300) -> float:
    """One small write to DynamoDB, in milliseconds of CPU: what a call costs whoever makes it."""
    from botocore.session import Session

    client = Session().create_client("dynamodb")
    began = time.process_time()
    for number in range(times):
        client.put_item(TableName="Floor", Item={"pk": {"S": str(number)}})
    return (time.process_time() - began) / times * 1000


def decision() -> dict[str, float]:
    """One decision about a touch with every rule asked and the answer yes, in microseconds."""
    return _timed(deciding())


def deciding() -> Callable[[], object]:
    """What makes that decision, once each time that it is called."""
    from cartback.domain.decision import SEND
    from cartback.domain.policy import plan_for
    from cartback.flows.cart_recovery import decide

    context, policy, now = _left_cart()
    plan = plan_for(policy)
    if decide(context, plan, 0, context.cart.generation, policy, now).word != SEND:
        raise RuntimeError("the bench's cart gets no mail")
    return lambda: decide(context, plan, 0, context.cart.generation, policy, now)


def _left_cart() -> tuple[Any, Any, datetime]:
    """A cart that was left an hour ago by somebody who agreed, got three mails lately, and whose shop has rules."""
    from dataclasses import replace

    from bench.in_memory import Worker
    from cartback.domain.context import Context
    from cartback.domain.goods.catalogue import Stock
    from cartback.domain.shop.settings import ShopSettings

    noon = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    worker = Worker(at=traffic.happened_at(0, noon))
    worker.work_off([traffic.webhook(number, noon) for number in (0, 1, 2)])
    cart = next(iter(worker.records.kept["carts"].values()))
    person = worker.records.kept["persons"][(cart.shop, cart.person_id)]
    consents = {
        channel: replace(consent, state="granted", basis="double_opt_in")
        for channel, consent in person.consents.items()
    }
    person = replace(person, sends=tuple(noon - timedelta(days=n) for n in (20, 9, 3)), consents=consents)
    stock = {item.variant_id: Stock(cart.shop, item.variant_id) for item in cart.items}
    document = {
        "shop": cart.shop,
        "platform": "shopify",
        "name": "Bench & Co.",
        "url": "https://bench.example",
        "sender": {"name": "Bench", "address": "hello@bench.example"},
        "imprint": ["Bench & Co.", "Main Road 1, 10115 Berlin"],
    }
    now = cart.activity_at + timedelta(hours=1, minutes=1)
    return Context(cart, person, stock), ShopSettings.parse(document).policy(), now


def render() -> dict[str, float]:
    """One mail, subject, HTML and text, in microseconds, beside bare Jinja2 that writes as much with as many fields."""
    from jinja2 import Environment

    from cartback import texts
    from cartback.domain.money import Money
    from cartback.domain.trade.items import Item
    from cartback.ports import ShopFace

    face = ShopFace(
        shop="bench", name="Bench & Co.", url="https://bench.example", domains=("bench.example",),
        sender="hello@bench.example", reply_to=None, imprint=("Bench & Co.", "Main Road 1"),
        languages=("de", "en"), time_zone="Europe/Berlin",
    )  # fmt: skip
    items = tuple(Item(str(n), f"Lamp {n}", 2, "brass", Money(12900, "EUR")) for n in range(3))
    fields: dict[str, Any] = {
        "shop": face,
        "first_name": "Ada",
        "items": items,
        "total": Money(77400, "EUR"),
        "restore_url": "https://api.example/r/bench." + "a" * 43,
        "leave_url": "https://api.example/u/bench." + "a" * 43,
        "basis": "double_opt_in",
    }
    write = lambda: texts.email("cart_recovery", "reminder", "en", fields)  # noqa: E731
    _, html, text = write()
    lines = "{% for item in items %}{{ item.title }}{{ item.variant_title }}{{ item.quantity }}{% endfor %}"
    links = "{{ shop.name }}{{ first_name }}{{ restore_url }}{{ leave_url }}"
    # Twice, because a mail has two parts.
    bare = Environment(autoescape=True).from_string((lines + links) * 2 + "x" * (len(html) + len(text)))
    ours, floor = _timed(write), _timed(lambda: bare.render(fields))
    return {
        **ours,
        "bare_us": floor["us"],
        "ratio": round(ours["us"] / floor["us"], 1),
        "bytes": len(html) + len(text),
    }


def _timed(work: Callable[[], object], rounds: int = 15, times: int = 100) -> dict[str, float]:
    """Microseconds of CPU per repetition: the median of some rounds, and the best of them."""
    work()
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            work()
        spent.append((time.process_time() - began) / times * 1e6)
    return {"us": round(statistics.median(spent), 1), "best_us": round(min(spent), 1)}
