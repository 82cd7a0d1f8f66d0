"""Claims: equal effects meet, and news in any order ends the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain import claims
from cartback.domain.claims import (
    BOUNCED,
    CLAIMED,
    COMPLAINED,
    DELIVERED,
    REJECTED,
    RELEASED,
    SENT,
    UNKNOWN,
    Claim,
    settle,
)
from cartback.domain.subject import Subject
from tests.fakes.world import START

CLAIM = Claim("demo", "k1", "c1", 1, "reminder", "email", "p1", "h1", "email/explicit", 1, START)
NEWS = [UNKNOWN, SENT, REJECTED, DELIVERED, BOUNCED, COMPLAINED]


def settled(news) -> str:
    claim = CLAIM
    for number, state in enumerate(news):
        claim = settle(claim, state, START + timedelta(minutes=number))
    return claim.state


@given(
    st.lists(st.sampled_from(NEWS), min_size=1, max_size=8).flatmap(
        lambda news: st.tuples(st.just(news), st.permutations(news))
    )
)
def test_any_order_of_news_settles_a_claim_the_same(orders):
    news, mixed = orders
    assert settled(news) == settled(mixed) == max(news, key=NEWS.index)


@pytest.mark.parametrize("news", list(permutations([SENT, DELIVERED, COMPLAINED])))
def test_a_complaint_is_what_stays(news):
    assert settled(news) == COMPLAINED


@pytest.mark.parametrize("state", NEWS)
def test_the_same_news_again_changes_nothing(state):
    once = settle(CLAIM, state, START, "why")
    assert settle(once, state, START + timedelta(hours=1), "other") is once


def test_unknown_is_called_unknown_only_after_the_deadline_and_news_still_settles_it():
    assert not claims.is_doubtful(CLAIM, START + claims.SETTLE_WITHIN - timedelta(microseconds=1))
    assert claims.is_doubtful(CLAIM, START + claims.SETTLE_WITHIN)
    unknown = settle(CLAIM, UNKNOWN, START)
    assert not claims.is_doubtful(unknown, START + timedelta(days=9))
    assert settle(unknown, DELIVERED, START).state == DELIVERED


def test_a_settled_claim_is_never_merely_claimed_again():
    assert settle(settle(CLAIM, SENT, START), CLAIMED, START).state == SENT


parts = st.tuples(
    st.sampled_from(["demo", "other"]),
    st.sampled_from(["cart_recovery", "post_purchase", "winback"]),
    st.builds(Subject, st.just("cart"), st.sampled_from(["c1", "c2"]), st.integers(1, 3)),
    st.sampled_from(["reminder", "answers"]),
    st.sampled_from(["email", "sms"]),
)


@given(parts, parts)
def test_two_effects_have_one_name_exactly_if_they_are_one(one, other):
    mine, theirs = claims.EffectKey(*one), claims.EffectKey(*other)
    assert (mine.claim_id == theirs.claim_id) == (one == other)


@pytest.mark.parametrize(
    ("graver", "lesser"),
    [
        (UNKNOWN, CLAIMED),
        (UNKNOWN, RELEASED),
        (SENT, UNKNOWN),
        (REJECTED, SENT),
        (DELIVERED, REJECTED),
        (BOUNCED, DELIVERED),
        (COMPLAINED, BOUNCED),
    ],
)
def test_graver_news_outlives_the_next_lesser_one(graver, lesser):
    grave = settle(CLAIM, graver, START)
    assert settle(grave, lesser, START + timedelta(hours=1)) is grave


def test_news_of_a_message_that_was_given_back_says_that_it_went_out_after_all():
    released = replace(CLAIM, state=RELEASED, because="Throttling")
    assert settle(released, DELIVERED, START).state == DELIVERED


def test_news_without_a_reason_keeps_the_reason_that_is_known_and_says_when_it_came():
    unknown = settle(CLAIM, UNKNOWN, START, "no_news")
    sent = settle(unknown, SENT, START + timedelta(hours=3))
    assert (sent.because, sent.settled_at) == ("no_news", START + timedelta(hours=3))
    assert settle(sent, BOUNCED, START, "Permanent").because == "Permanent"


def test_a_message_that_the_provider_knows_under_many_names_keeps_the_first_and_twenty_more():
    claim = CLAIM
    for number in [0, *range(30), 5]:
        claim = claims.named(claim, f"ses-{number}")
    assert claims.named(claim, None) is claim
    assert (claim.provider_id, claim.other_provider_ids) == ("ses-0", tuple(f"ses-{n}" for n in range(1, 21)))
