"""Cold starts: what each door imports before its first event, as a ratio to a bare script with the same clients.

Whoever sends a webhook waits five seconds and in the end switches us off; a cold start is nearly all imports
(performance.md, "Cold start"). A door that misses its budget is made faster; the budget stays.
"""

from __future__ import annotations

import pytest

from bench.cold import bare_script, compare, door_script, start
from bench.doors import doors

# Who writes mails or shows pages whatever happens; the others come to it only when a link is over.
WRITERS = frozenset({"touch", "leave", "ask_confirmation", "confirm", "preferences"})
# Module (with everything below it) -> why, and the doors that may.
FORBIDDEN: dict[str, tuple[str, frozenset[str]]] = {
    # Whatever is imported of Powertools brings its metrics along.
    "aws_lambda_powertools": (
        "50 ms and more, and most first events count nothing",
        frozenset({"apply_events"}),
    ),
    "aws_xray_sdk": (
        "Powertools' Tracer, 300 ms even when switched off; tracing doubles the bill",
        frozenset(),
    ),
    "boto3.resources": ("resources cost 40 ms more than clients", frozenset({"apply_events"})),
    "boto3": (
        "60 ms for what botocore's own session does; Powertools brings it",
        frozenset({"apply_events"}),
    ),
    "s3transfer": ("we put whole objects", frozenset({"apply_events"})),
    "pydantic": ("100 to 150 ms; settings are validated when they are written", frozenset()),
    "jinja2": ("60 ms; words are for those who write", WRITERS),
    "cryptography": ("large and native; only push and SNS signatures would need it", frozenset()),
    "requests": ("there is one way out over HTTP and it is the standard library's", frozenset()),
    "moto": ("for tests", frozenset()),
    "typer": ("for operators", frozenset()),
    "rich": ("for operators", frozenset()),
}
INTAKE_FORBIDDEN = {
    "msgspec": "30 ms; the intake reads one small JSON",
    "zoneinfo": "the intake knows no wall clocks",
    "cartback.ports": "ten milliseconds of Protocols that nobody instantiates",
    "cartback.domain.trade.cart": "what a cart is, the worker knows",
    "cartback.domain.trade.cart_row": "what a cart is, the worker knows",
    "cartback.domain.people.customer": "who somebody is, the worker knows",
    "cartback.domain.people.person": "who somebody is, the worker knows",
    "cartback.usecases.apply_events": "applying is for the worker",
    "cartback.texts": "the intake writes nothing",
}
every_door = pytest.mark.parametrize("door", sorted(doors()))


@pytest.mark.timeout(300)
@every_door
def test_a_door_starts_within_its_budget_and_loads_nothing_that_it_must_not(door: str):
    taken = compare(door, pairs=1)
    for module, (why, allowed) in FORBIDDEN.items():
        if door not in allowed:
            assert not _loaded(taken.modules, module), f"{module}: {why}"
    assert taken.ratio <= taken.budget, f"{taken.cpu_ms:.0f} ms of CPU against {taken.bare_ms:.0f} ms"


def test_the_intake_loads_next_to_nothing_of_the_house():
    door = doors()["receive_webhook"]
    began = start(door_script(door), door)
    for module, why in INTAKE_FORBIDDEN.items():
        assert not _loaded(began.modules, module), f"{module}: {why}"


@pytest.mark.parametrize("door", sorted(WRITERS))
def test_whoever_may_load_jinja_does(door: str):
    """So that its budget is measured with it, and the list of exceptions stays true."""
    assert _loaded(start(door_script(doors()[door]), doors()[door]).modules, "jinja2")


@pytest.mark.parametrize("door", ["touch", "ask_confirmation"])
def test_the_clients_of_a_door_share_one_session(door: str):
    """Each session reads for itself what botocore knows of AWS."""
    counted = "from botocore.session import Session\nmade, init = [], Session.__init__\n"
    counted += "Session.__init__ = lambda self, *a, **k: (made.append(self), init(self, *a, **k))[1]\n"
    start(f"{counted}{door_script(doors()[door])}\nassert len(made) == 1, len(made)", doors()[door])


@every_door
def test_the_collector_rests_while_a_door_starts(door: str):
    """What a start allocates stays: walking it costs 10 ms and finds nothing."""
    counted = "import cartback, gc\nbefore = [each['collections'] for each in gc.get_stats()]\n"
    rested = "assert [each['collections'] for each in gc.get_stats()] == before"
    start(f"{counted}{door_script(doors()[door])}\n{rested}", doors()[door])


def test_the_bare_script_is_what_any_python_on_lambda_must_do():
    door = doors()["receive_webhook"]
    assert bare_script(door) == "import boto3\nboto3.client('sqs')"
    assert {"boto3", "botocore"} <= start(bare_script(door), door).modules


def _loaded(modules: frozenset[str], name: str) -> list[str]:
    return sorted(module for module in modules if module == name or module.startswith(name + "."))
