"""Whatever arrives, only ``Refused`` comes out, and its reason quotes nothing that was sent."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartback import shops
from cartback.domain.errors import Refused
from tests.unit.shops import samples

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PLATFORMS = shops.platforms()
SAMPLES = [(platform, file) for platform in PLATFORMS for file in samples.files(platform)]
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
fewer = settings(few, max_examples=12)  # for each of the samples, of which there are many

# st.text() leaves lone surrogates out, which JSON can spell.
texts = st.text(max_size=30) | st.sampled_from(
    ["\ud800", "\x00\r\n", "٣", "9" * 400, "1e999", "https://", "?key="]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
RAW = [
    "", "null", "[]", "1", '"x"', "{", "{} {}", "NaN", '{"at": NaN}', '{"at": -Infinity}', "\ufeff{}",
    '{"a": 1e99999999999999999999}', '{"a": 1e-99999999999999999999}', '{"a":' + "9" * 5000 + "}",
    '{"a":' * 60_000, "[" * 60_000,
]  # fmt: skip


def outcome(platform, topic, body):
    try:
        return shops.load(platform).observe(samples.as_delivery(platform, topic, body))
    except Refused as refused:
        return refused


def places(value, path=()):
    """Every path into a document."""
    yield path
    if isinstance(value, dict | list):
        # All members of a list are read alike: the first one stands for them.
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value[:1]):
            yield from places(inner, (*path, key))


def changed(document, path, value):
    """The document with another value at this path: a copy on the way to it, the same beside it."""
    if not path:
        return value
    document = copy.copy(document)
    document[path[0]] = changed(document[path[0]], path[1:], value)
    return document


@pytest.mark.parametrize("body", RAW, ids=range(len(RAW)))
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_not_a_json_object_is_refused_on_every_topic(platform, body):
    for topic in shops.load(platform).TOPICS:
        assert isinstance(outcome(platform, topic, body), Refused)


@few
@given(values)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_any_json_at_all_gives_observations_or_a_refusal(platform, value):
    for topic in shops.load(platform).TOPICS:
        outcome(platform, topic, json.dumps(value))


@fewer
@given(data=st.data())
@pytest.mark.parametrize(("platform", "file"), SAMPLES, ids=[f"{p}/{f.stem}" for p, f in SAMPLES])
def test_a_sample_with_anything_anywhere_gives_observations_or_a_refusal(platform, file, data):
    document = json.loads(file.read_text())
    path = data.draw(st.sampled_from(list(places(document))))
    body = changed(document, path, data.draw(values))
    outcome(platform, samples.topic_of(shops.load(platform), file), body)


@pytest.mark.parametrize(("platform", "file"), SAMPLES, ids=[f"{p}/{f.stem}" for p, f in SAMPLES])
def test_a_refusal_names_the_field_and_quotes_nothing(platform, file):
    document = json.loads(file.read_text())
    topic = samples.topic_of(shops.load(platform), file)
    refusals = 0
    for path in places(document):
        for canary in (
            "canary.person@example.com\x00",
            ["canary.person"],
            {"canary.person": "canary.person"},
            0.5,
        ):
            seen = outcome(platform, topic, changed(document, path, canary))
            if isinstance(seen, Refused):
                refusals += 1
                assert "canary" not in seen.reason
                assert seen.status == 400
    assert refusals


@pytest.mark.parametrize("platform", PLATFORMS)
@few
@given(
    body=st.binary(max_size=50),
    names=st.lists(
        st.sampled_from(
            [
                f"{prefix}shopify-{name}"
                for prefix in ("x-", "")
                for name in ("topic", "hmac-sha256", "triggered-at", "event-id")
            ]
            + ["webhook-id", "webhook-timestamp", "webhook-signature"]
        )
    ),
    data=st.data(),
)
def test_nobody_gets_in_with_headers_made_up(platform, body, names, data):
    headers = {
        name: data.draw(texts | st.from_regex(r"(v1,)?[A-Za-z0-9+/]{43}=|[0-9]{10}", fullmatch=True))
        for name in names
    }
    with pytest.raises(Refused) as refused:
        shops.load(platform).verify(body, headers, ("whsec_" + "A" * 40,), NOW)
    assert refused.value.status == 401


@few
@given(values)
def test_hostile_headers_that_were_kept_refuse_the_event_at_worst(value):
    delivery = samples.sample("shopify", "carts_update")
    delivery.headers.update({"x-shopify-shop-domain": str(value), "x-shopify-triggered-at": str(value)})
    (seen,) = shops.load("shopify").observe(delivery)
    assert seen.restore_url is None
