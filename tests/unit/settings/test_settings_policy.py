"""What the domain makes of settings."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.channels import CHANNELS
from cartback.domain.errors import Refused
from cartback.domain.messaging.timing import Caps, QuietHours
from cartback.domain.policy import Touch
from cartback.domain.shop.presets import PRESETS
from cartback.domain.shop.settings import BASES, LANGUAGES, ShopSettings
from cartback.domain.trade.origins import Reckoning
from tests.unit.settings.shop import document


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_chosen_and_brings_its_cadence(preset: str) -> None:
    policy = ShopSettings.parse(document(policy={"preset": preset})).policy()
    chosen = PRESETS[preset]
    assert (policy.touches, policy.silence, policy.since) == (chosen.touches, chosen.silence, chosen.since)


def test_without_a_word_on_policy_the_careful_defaults_hold() -> None:
    policy = ShopSettings.parse(document()).policy()
    assert policy.touches == PRESETS["standard"].touches
    assert policy.quiet == QuietHours(time(21), time(8))
    assert policy.caps == Caps()
    assert policy.accepted_bases == {"double_opt_in", "explicit"}
    assert policy.pack == "dach"
    assert policy.flows == {"cart_recovery", "double_opt_in"}
    assert policy.time_zone == "Europe/Berlin"


def test_what_the_shop_says_outweighs_its_preset() -> None:
    settings = ShopSettings.parse(
        document(
            time_zone="America/New_York",
            policy={
                "preset": "peak",
                "silence": 25,
                "touches": [
                    {"name": "reminder", "after": 50},
                    {"name": "answers", "after": "2d", "channel": "sms"},
                ],
                "caps": {"per_day": 1, "per_week": 2, "per_month": 3, "min_gap_hours": 0},
                "quiet_hours": None,
                "accepted_bases": ["existing_customer"],
                "rest_after_purchase_hours": 0,
                "one_visit_days": 2,
                "origins": {"shopper": ["REST-API"], "renewal": ["abo"], "bought_methods": ["rechnung"]},
                "give_up_after_days": 2,
                "link_days": 10,
                "ladder": ["whatsapp", "email"],
                "margin_percent": 45,
                "message_share_percent": 2,
                "flows": {"cart_recovery": False},
            },
        )
    )
    policy = settings.policy()
    assert policy.silence == timedelta(minutes=25)
    assert policy.touches == (
        Touch("reminder", timedelta(minutes=50)),
        Touch("answers", timedelta(days=2), "sms"),
    )
    assert policy.caps == Caps(1, 2, 3, timedelta(0))
    assert policy.quiet is None
    assert policy.accepted_bases == {"existing_customer"}
    assert policy.rest_after_purchase == timedelta(0)
    assert policy.one_visit == timedelta(days=2)
    assert policy.reckoning == Reckoning(shopper=("rest-api",), itself=("abo",), methods=("rechnung",))
    assert policy.give_up_after == timedelta(days=2)
    assert policy.link_lifetime == timedelta(days=10)
    assert (policy.ladder, policy.margin_percent, policy.message_share_percent) == (
        ("whatsapp", "email"),
        45,
        2,
    )
    assert policy.flows == frozenset()
    assert policy.time_zone == "America/New_York"


def test_a_policy_carries_the_version_it_was_kept_as() -> None:
    settings = ShopSettings.parse(document()).stamped(7, datetime(2026, 3, 1, tzinfo=UTC), "ops")
    assert (settings.policy().version, settings.changed_by) == (7, "ops")


def _minutes(low: int, high: int) -> st.SearchStrategy[object]:
    return st.integers(low, high).flatmap(lambda minutes: st.sampled_from([minutes, f"{minutes}m"]))


lines = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=40)
caps = st.lists(st.integers(0, 5), min_size=3, max_size=3).map(
    lambda limits: dict(zip(("per_day", "per_week", "per_month"), sorted(limits), strict=True))
)
cadences = st.lists(
    st.tuples(st.integers(5, 40_000), st.sampled_from(CHANNELS)),
    min_size=1,
    max_size=3,
    unique_by=lambda t: t[0],
).map(
    lambda touches: [
        {"name": f"touch_{n}", "after": after, "channel": channel}
        for n, (after, channel) in enumerate(sorted(touches))
    ]
)
shops = st.fixed_dictionaries(
    {
        "name": lines,
        "imprint": st.lists(lines, min_size=2, max_size=12),
        "languages": st.permutations(LANGUAGES).flatmap(lambda order: st.sampled_from([order, order[:1]])),
        "policy": st.fixed_dictionaries(
            {},
            optional={
                "preset": st.sampled_from(list(PRESETS)),
                "silence": st.none() | _minutes(5, 1440),
                "touches": st.none() | cadences,
                "caps": caps,
                "quiet_hours": st.none() | st.just({"start": "23:30", "end": "06:00"}),
                "accepted_bases": st.lists(st.sampled_from(BASES), min_size=1, unique=True),
            },
        ),
    }
)


@given(shops)
def test_settings_read_back_what_they_wrote(changes: dict) -> None:
    settings = ShopSettings.parse(document(**changes))
    again = ShopSettings.parse(settings.as_document())
    assert again == settings
    assert again.policy() == settings.policy()


def test_a_span_that_cannot_be_read_is_refused_with_what_would_do() -> None:
    with pytest.raises(Refused, match=r'touches\[0\].after: "soon" is not allowed; allowed: .*45m'):
        ShopSettings.parse(document(policy={"touches": [{"name": "reminder", "after": "soon"}]}))
