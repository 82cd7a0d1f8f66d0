"""The page of Shopify says what the code asks for: the same scopes, version and topics, and the same steps."""

from __future__ import annotations

import re
from pathlib import Path

from cartback.shops import shopify
from cartback.shops.shopify import api, graphql

PAGE = (Path(__file__).parents[3] / "docs" / "shops" / "shopify.md").read_text()
_SET_UP = PAGE.partition("## Set-up")[2].partition("\n## ")[0]


def _topics(*, by_hand: bool) -> set[str]:
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|", _SET_UP, re.MULTILINE)
    return {
        topic
        for names, why in rows
        for topic in re.findall(r"`([^`]+)`", names)
        if why.startswith("by hand") is by_hand
    }


def test_the_scopes_and_the_version_are_those_of_the_code():
    assert f"`{','.join(api.SCOPES)}`" in _SET_UP
    assert f"webhooks API version `{graphql.VERSION}`" in _SET_UP
    assert any(graphql.VERSION in step and ",".join(api.SCOPES) in step for step in api.BY_HAND)


def test_the_topics_are_those_that_connect_subscribes_to_and_the_rest_is_by_hand():
    assert _topics(by_hand=False) == set(api.SUBSCRIBED)
    assert _topics(by_hand=True) == set(shopify.TOPICS) - set(api.SUBSCRIBED)
    assert set(api.CONSENT_TOPICS) <= set(api.SUBSCRIBED)


def test_nobody_is_sent_where_no_app_can_be_made_any_more():
    for text in (_SET_UP, " ".join(api.BY_HAND)):
        assert "Dev Dashboard" in text
        assert "Develop apps" not in text.replace("own *Develop apps* makes none", "")
