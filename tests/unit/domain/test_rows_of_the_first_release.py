"""Rows that the first release wrote, as the bytes that lie in the tables: newer code reads what they meant."""

from __future__ import annotations

import msgspec
import pytest

from cartback.domain.claims import Claim, EffectKey
from cartback.domain.messaging.budget import Intent
from cartback.domain.messaging.due import Due
from cartback.domain.subject import Subject
from cartback.ports import Link

CLAIM = (
    b'{"shop":"demo","claim_id":"2f855f69448d18eb2668c78841","cart_id":"c1","generation":1,"touch":"reminder",'
    b'"channel":"email","person_id":"p1","address_hash":"h1","consent":"email/explicit","policy_version":3,'
    b'"claimed_at":"2026-11-20T10:00:00Z","state":"sent","provider_id":"ses-1","settled_at":"2026-11-20T10:00:01Z",'
    b'"because":null,"other_provider_ids":[],"purpose":"cart_reminders","ceiling":null,"automatic":false,'
    b'"rescued_at":null}'
)
QUESTION = (
    b'{"shop":"demo","claim_id":"k2","cart_id":"r1","generation":1763632800,"touch":"confirm","channel":"email",'
    b'"person_id":"","address_hash":"h1","consent":"service/answer to a sign-up","policy_version":0,'
    b'"claimed_at":"2026-11-20T10:00:00Z","state":"claimed","provider_id":null,"settled_at":null,"because":null,'
    b'"other_provider_ids":[],"purpose":"service","ceiling":null,"automatic":false,"rescued_at":null}'
)
LINK = (
    b'{"shop":"demo","token_hash":"t1","kind":"restore","cart_id":"c1","generation":2,"person_id":"p1",'
    b'"channel":"email","touch":"reminder","claim_id":"k1","expires_at":"2026-12-20T10:00:00Z","lang":"de","uses":0,'
    b'"subject":"","account":null}'
)
CONFIRM = (
    b'{"shop":"demo","token_hash":"t2","kind":"confirm","cart_id":"","generation":1763632800,"person_id":"",'
    b'"channel":"email","touch":"confirm","claim_id":"k2","expires_at":"2026-11-22T10:00:00Z","lang":"de","uses":0,'
    b'"subject":"r1","account":null}'
)
DUE = (
    b'{"shop":"demo","flow":"cart_recovery","cart_id":"c1","generation":3,"due_at":"2026-11-20T11:00:00Z",'
    b'"person_id":"p1","worth":{"amount":4180,"currency":"EUR"},"looks":1}'
)
INTENT = (
    b'{"subject":"c1","flow":"cart_recovery","due_at":"2026-11-20T11:00:00Z",'
    b'"worth":{"amount":4180,"currency":"EUR"},"opened":false,"rank":"money"}'
)


@pytest.mark.parametrize(
    ("row", "flow", "subject"),
    [
        (CLAIM, "cart_recovery", Subject("cart", "c1", 1)),
        (QUESTION, "double_opt_in", Subject("signup", "r1", 1763632800)),
    ],
    ids=["touch", "question"],
)
def test_a_claim_knows_its_flow_and_subject(row: bytes, flow: str, subject: Subject):
    claim = msgspec.json.decode(row, type=Claim)
    assert (claim.of_flow, claim.subject) == (flow, subject)


def test_a_claim_stands_under_the_name_that_its_effect_has_now():
    claim = msgspec.json.decode(CLAIM, type=Claim)
    key = EffectKey(claim.shop, claim.of_flow, claim.subject, claim.touch, claim.channel)
    assert key.claim_id == claim.claim_id


@pytest.mark.parametrize(
    ("row", "flow", "subject", "timeline"),
    [
        (LINK, "cart_recovery", Subject("cart", "c1", 2), "cart#c1"),
        (CONFIRM, "double_opt_in", Subject("signup", "r1", 1763632800), "request#r1"),
    ],
    ids=["restore", "confirm"],
)
def test_a_link_knows_its_flow_its_subject_and_where_that_is_told(row, flow, subject, timeline):
    link = msgspec.json.decode(row, type=Link)
    assert (link.of_flow, link.about, link.about.timeline) == (flow, subject, timeline)


def test_an_entry_of_the_list_is_about_a_cart():
    due = msgspec.json.decode(DUE, type=Due)
    assert (due.subject, due.flow) == (Subject("cart", "c1", 3), "cart_recovery")


def test_a_place_in_a_budget_is_kept():
    assert msgspec.json.decode(INTENT, type=Intent).subject == "c1"
