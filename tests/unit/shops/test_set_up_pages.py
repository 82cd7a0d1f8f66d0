"""Every platform is connected in the same lines; and Shopify's page names scopes, version and topics of the code."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cartback import shops
from cartback.domain.intake.delivery import Delivery
from cartback.shops import generic, shopify
from cartback.shops.shopify import api, graphql

PAGES = Path(__file__).parents[3] / "docs" / "shops"
PAGE = (PAGES / "shopify.md").read_text()
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


@pytest.mark.parametrize("platform", shops.platforms())
def test_every_platform_is_connected_in_the_same_lines(platform):
    """``shop add``, ``shop secret`` unless connecting makes the secret, ``shop connect`` until a cart is seen."""
    module, page = shops.api(platform), (PAGES / f"{platform}.md").read_text()
    assert page.count("## Set-up\n") == 1
    block = re.search(r"^ *```sh\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    assert block
    access = " --access-file access.yaml" if module.NEEDS.ways and platform != "shopware" else ""
    secret = ["cartback shop secret myshop"] if module.SIGNED_BY == "theirs" else []
    assert [line.strip() for line in block.group(1).splitlines()] == [
        "cartback shop add myshop --file shop.yaml",
        *secret,
        f"cartback shop connect myshop{access} --wait 300",
    ]
    assert "first cart" in page or "core tells of no carts" in page
    assert "witch the others off" in page


def test_the_lines_that_send_a_first_event_by_hand_are_understood_as_a_cart(tmp_path):
    """The page's own shell lines, with a curl that keeps what it was called with."""
    _, lines = re.findall(
        r"^ *```sh\n(.*?)^ *```", (PAGES / "generic.md").read_text(), re.MULTILINE | re.DOTALL
    )
    secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    curl = tmp_path / "curl"
    curl.write_text(f'#!/bin/sh\nfor one in "$@"; do printf "%s\\n" "$one"; done > {tmp_path}/said\n')
    curl.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(["bash", "-c", lines.replace("whsec_…", secret)], env={"PATH": path}, check=True)
    url, *said = (tmp_path / "said").read_text().splitlines()
    assert url.endswith("/webhooks/myshop")
    given = list(zip(said[::2], said[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in given if option == "-H")
    (body,) = (value.encode() for option, value in given if option == "-d")
    now = datetime.now(UTC)
    topic, key, _ = generic.verify(body, headers, [secret], now)
    assert topic == "checkout.updated", "and not one that ends the shop"
    told = generic.observe(Delivery("myshop", "generic", topic, key, now, body.decode()))
    assert "you@shop.example" in repr(told)
    assert "Reading lamp" in repr(told)
