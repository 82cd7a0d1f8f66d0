"""What the page about security promises is what the code and the template do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from cartback.domain.intake import forms, page_events
from cartback.flows import double_opt_in
from cartback.usecases import receive_webhook
from cartback.usecases.consent import subscribe
from cartback.usecases.intake import collect, receive_answer
from cartback.usecases.messaging import open_link
from tests.laws.reading import ROOT, properties, resources, template

PAGE = " ".join((ROOT / "docs" / "security.md").read_text().split())
_SPANS = {timedelta(minutes=1): "a minute", timedelta(hours=1): "an hour", timedelta(days=1): "a day"}
_API = properties("Api")


def _limit(most: int, within: timedelta) -> str:
    return f"| {most:,} {_SPANS[within]}"


def _rate(route: str) -> int:
    return _API["RouteSettings"][route]["ThrottlingRateLimit"]


@pytest.mark.parametrize(
    "said",
    [
        f"(an IPv4 address, an IPv6 /56) {_limit(*subscribe.MOST_PER_VISITOR)}",
        f"(`domain/people/mailboxes.py`) {_limit(double_opt_in.MOST_PER_MAILBOX, double_opt_in.WINDOW)}",
        f"may be one person's {_limit(double_opt_in.MOST_PER_DOMAIN, double_opt_in.WINDOW)}",
        f"get past that {_limit(*subscribe.MOST_PER_SHOP)}",
        f"events of one cart's pages {_limit(*collect.MOST_PER_CART)}",
        f"following one link writes | {open_link.MOST_NOTED}, then it only leads on",
        f"| {_API['DefaultRouteSettings']['ThrottlingRateLimit']:,} a second, sign-ups",
        f"sign-ups {_rate('POST /subscribe/{shop}')}, registrations {_rate('GET /webhooks/{shop}/register')} |",
        f"webhooks {receive_webhook.LARGEST_BODY // 10**6} MB, answers {receive_answer.LARGEST_BODY // 1000} kB,",
        f"page events {page_events.LARGEST // 1000} kB, forms {forms.LARGEST // 1000} kB;",
        f"JSON at most {receive_webhook.DEEPEST} levels deep",
    ],
)
def test_the_page_says_the_limits_of_the_code(said: str):
    assert said in PAGE


def test_every_door_that_strangers_reach_is_on_the_page():
    paths = {
        event["Properties"]["Path"]
        for function in resources("AWS::Serverless::Function").values()
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    } - {"/cartback.js", "/scripts/{script}"}  # files for everybody
    named = {path.replace("/webhooks/{shop}/confirm", "/confirm").replace("{token}", "") for path in paths}
    assert not {path for path in named if path not in PAGE}


def test_the_apis_own_name_is_closed_only_behind_a_name_that_leads_there():
    assert _API["DisableExecuteApiEndpoint"] == {"If": ["IsOnlyPublicUrl", True, False]}
    both = template()["Conditions"]["IsOnlyPublicUrl"]["And"]
    assert both == [{"Condition": "HasPublicUrl"}, {"Equals": [{"Ref": "OnlyPublicUrl"}, "true"]}]


def test_what_the_page_says_of_captured_webhooks_names_the_topics_of_the_code():
    from cartback.shops import shopify

    row = next(line for line in PAGE.split(" | ") if line.endswith("later and under a new id"))
    assert set(re.findall(r"`([a-z/_]+)`", row)) == shopify.TOLD_ONCE
