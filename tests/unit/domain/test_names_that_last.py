"""What is stored outlives the release that stored it: names and words are the same from one to the next.

A claim under another name would be a second message; a person under another one would be a stranger without a refusal.
"""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest

from cartback.domain import claims
from cartback.domain.claims import EffectKey
from cartback.domain.consent import consent
from cartback.domain.flows import execution_name
from cartback.domain.people.customer import person_id_for
from cartback.domain.subject import Subject
from cartback.domain.tokens import hashed
from cartback.domain.trade import cart
from cartback.domain.trade.cart import cart_id_for
from cartback.usecases.runs import Run


def test_an_effect_has_the_name_that_it_had_in_the_release_before():
    for flow, kind in (("cart_recovery", "cart"), ("double_opt_in", "signup")):
        key = EffectKey("demo", flow, Subject(kind, "c1"), "reminder", "email")
        assert key.claim_id == "2f855f69448d18eb2668c78841"


def test_flows_that_came_later_share_no_effect_with_any_other_flow_subject_step_or_target():
    first = EffectKey("demo", "post_purchase", Subject("order", "c1"), "reminder", "email")
    others = (
        replace(first, flow="cart_recovery"),
        replace(first, flow="winback"),
        replace(first, subject=Subject("cart", "c1")),
        replace(first, subject=Subject("order", "c1", 2)),
        replace(first, step="answers"),
        replace(first, target="slack.low_stock"),
        replace(first, shop="other"),
    )
    assert len({key.claim_id for key in (first, *others)}) == 1 + len(others)
    assert first.claim_id == "64a6dd75fc75d0a738b35dc883"


def test_a_run_has_the_name_that_it_had_in_the_release_before_so_that_no_cart_gets_two():
    assert (
        execution_name("cart_recovery", "demo", "c1", 1) == "cart-recovery-4672856de465cde3f70c8fb623b9b040"
    )


def test_carts_people_and_links_are_found_under_the_names_that_they_had_in_the_release_before():
    assert cart_id_for("demo", "cart:1") == "c72c20ea32e4bd575e9b65e788"
    assert person_id_for("demo", "h1") == "fd88425ba190a500b62edaa5dc"
    assert hashed("token") == "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0"


@pytest.mark.parametrize(
    "name",
    [
        "domain.claims.COMPLAINED",
        "domain.deliverability.Tally",
        "domain.policy.Plan",
        "ports.ShopKeys",
        "store.queue.pack",
        "store.queue.unpack",
        "usecases.apply_events.Message",
        "usecases.apply_receipts.ApplyReceipts",
        "usecases.runs.Run",
        "usecases.watch_standing.WatchStanding",
    ],
)
def test_what_tools_of_others_import_lies_where_it_lay_in_the_release_before(name):
    module, _, what = f"cartback.{name}".rpartition(".")
    assert hasattr(importlib.import_module(module), what)


def test_a_run_is_made_of_its_flow_its_name_its_shop_and_what_it_is_about():
    run = Run("cart_recovery", "r1", "demo", "c1", 2)
    assert (run.subject, run.person_id, run.variants) == (Subject("cart", "c1", 2), None, ())


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (claims, "claimed sent unknown released delivered bounced complained rejected"),
        (cart, "open bought emptied given_up erased"),
        (consent, "granted withdrawn unticked"),
    ],
    ids=["claims", "carts", "consents"],
)
def test_states_are_spelled_as_in_the_rows_of_the_release_before(module, words):
    for word in words.split():
        assert getattr(module, word.upper()) == word
