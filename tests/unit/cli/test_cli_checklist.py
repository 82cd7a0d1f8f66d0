"""``doctor --production``: what real shoppers need, judged from what was found; and a sender that the stack refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cartback import shops
from cartback.domain.shop.health import Health, Pulse
from cartback.domain.shop.settings import ShopSettings
from cli import checklist
from cli.checklist import Account, Heard
from cli.commands import doctor
from cli.mail_records import ADVICE, GOOD, MUST, Finding
from tests.fakes.world import START
from tests.unit.settings.shop import document

SANDBOX = {"SendingEnabled": True, "ProductionAccessEnabled": False}
OUT = {
    **SANDBOX,
    "ProductionAccessEnabled": True,
    "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0},
}
TOLD = [{"SubscriptionArn": "arn:aws:sns:eu-central-1:123456789012:topic:1"}]
URL = "https://mail.lampen.example"


def states(found: list[Finding]) -> dict[str, str]:
    return {each.about: each.state for each in found}


def surroundings(outputs: dict[str, str] | None = None, **account: Any) -> dict[str, str]:
    good = {"mail": OUT, "alarms": TOLD, "lambdas": 1000, "recovery": True}
    return states(
        checklist.surroundings({"ApiUrl": URL} if outputs is None else outputs, Account(**(good | account)))
    )


@pytest.mark.parametrize(
    ("address", "senders", "may"),
    [
        ("hallo@lampen.example", "hallo@lampen.example", True),
        ("Hallo@Lampen.example", "x@y.example, hallo@lampen.example", True),
        ("hallo@lampen.example", "*@lampen.example", True),
        ("hallo@lampen.example.evil.example", "*@lampen.example", False),
        ("post@andere.example", "*@lampen.example", False),
        ("post@andere.example", None, True),
    ],
)
def test_a_sender_is_held_against_those_that_the_stack_lets_send(address, senders, may):
    assert checklist.may_send(address, senders) is may
    assert checklist.sender(address, senders).state == (GOOD if may else MUST)


def test_adding_or_editing_a_shop_whose_sender_the_stack_refuses_says_so(cartback, stack, tmp_path):
    stack.outputs["Senders"] = "*@lampen.example"
    file = tmp_path / "shop.json"
    file.write_text(json.dumps(document(sender={"name": "L", "address": "post@andere.example"})))
    added = " ".join(cartback("shop", "add", "lamp-shop", "--file", str(file)).output.split())
    assert "post@andere.example may not send from this stack" in added
    assert 'Sender="*@lampen.example,post@andere.example"' in added
    assert (
        "may not send"
        not in cartback("shop", "edit", "lamp-shop", "sender.address=post@lampen.example").output
    )
    assert (
        "may not send" in cartback("shop", "edit", "lamp-shop", "sender.address=post@andere.example").output
    )


def test_whether_others_remind_too_is_asked_with_signs_until_somebody_says_no():
    settings = ShopSettings.parse(document())
    asked = checklist.only_reminders(settings, shops.api("shopify").ALSO_REMINDS)
    assert asked.state == ADVICE
    assert "Messaging > Automations" in asked.says
    assert "Klaviyo" in asked.says
    assert "cartback shop edit lamp-shop only_reminders=true" in asked.says
    said = ShopSettings.parse(document(only_reminders=True))
    assert checklist.only_reminders(said, ()).state == GOOD


@pytest.mark.parametrize("platform", shops.platforms())
def test_every_platform_says_where_others_remind(platform):
    assert all(isinstance(sign, str) and sign for sign in shops.api(platform).ALSO_REMINDS)
    assert shops.api(platform).ALSO_REMINDS


@pytest.mark.parametrize(
    ("heard", "undone"),
    [
        (Heard(1, Pulse(START, 1), 0, Health("s", subscriptions="complete")), set()),
        (Heard(0, Pulse(START, 1), 0, None), {"secret"}),
        (Heard(1, None, 0, None), {"events"}),
        (Heard(1, Pulse(START - timedelta(hours=25), 1), 0, None), {"events"}),
        (Heard(1, Pulse(START, 1), 3, None), {"signatures"}),
        (Heard(1, Pulse(START, 1), 0, Health("s", subscriptions="lost")), {"subscriptions"}),
    ],
)
def test_a_shop_that_is_not_heard_must_be_seen_to(heard, undone):
    found = states(checklist.hearing(heard, START))
    assert {about for about, state in found.items() if state == MUST} == undone


def test_a_stack_that_is_ready_has_nothing_to_do():
    assert set(surroundings().values()) == {GOOD}


@pytest.mark.parametrize(
    ("about", "outputs", "account"),
    [
        ("SES sandbox", None, {"mail": SANDBOX}),
        ("SES", None, {"mail": {**OUT, "SendingEnabled": False}}),
        ("alarms", None, {"alarms": []}),
        ("alarms", None, {"alarms": [{"SubscriptionArn": "PendingConfirmation"}]}),
        ("concurrency", None, {"lambdas": 10}),
        ("backup", None, {"recovery": False}),
        ("own domain", {"ApiUrl": "https://a1.execute-api.eu-central-1.amazonaws.com"}, {}),
        ("recipients", {"ApiUrl": URL, "AllowedRecipients": "*@lampen.example"}, {}),
    ],
)
def test_what_a_stack_lacks_must_be_done_before_real_shoppers_meet_it(about, outputs, account):
    found = surroundings(outputs, **account)
    assert found[about] == MUST
    assert [state for name, state in found.items() if name != about].count(MUST) == 0


def test_links_that_a_shopper_looks_for_are_asked_for():
    found = states(checklist.lawful(ShopSettings.parse(document())))
    assert (found["links.imprint_url"], found["links.privacy_url"], found["law"]) == (ADVICE, ADVICE, GOOD)
    linked = document(links={"imprint_url": f"{URL}/i", "privacy_url": f"{URL}/p"})
    assert states(checklist.lawful(ShopSettings.parse(linked))) == {"law": GOOD}


class Zone:
    """A DNS without records."""

    def ask(self, name: str, kind: str) -> list[str]:
        return []


class Ses:
    """SES that knows no identity and is in its sandbox."""

    class meta:  # noqa: N801
        region_name = "eu-central-1"

    def get_email_identity(self, EmailIdentity: str) -> Any:  # noqa: N803
        raise ClientError({"Error": {"Code": "NotFoundException", "Message": "no"}}, "GetEmailIdentity")

    def get_account(self) -> dict[str, Any]:
        return SANDBOX


def test_the_whole_list_is_ticked_and_what_aws_does_not_answer_is_said(
    cartback, stack, insights, monkeypatch
):
    stack.book().add(document(), "tester")
    topic = stack.clients.sns.create_topic(Name="alarms")["TopicArn"]
    stack.outputs["AlarmTopicArn"] = topic
    monkeypatch.setitem(vars(stack.clients), "sesv2", Ses())
    monkeypatch.setattr(doctor, "resolver", Zone)

    class Mute:
        def get_account_settings(self) -> Any:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "GetAccountSettings")

    monkeypatch.setitem(vars(stack.clients), "awslambda", Mute())
    done = cartback("doctor", "lamp-shop", "--production", "--json")
    assert done.exit_code == 1
    told = {each["about"]: each for each in json.loads(done.stdout)}
    assert told["SES sandbox"]["state"] == told["alarms"]["state"] == told["secret"]["state"] == MUST
    assert told["backup"]["state"] == MUST, "the tables of the test have no recovery"
    assert "not you" in told["concurrency"]["says"]
    assert "backup" not in {
        each["about"] for each in json.loads(cartback("doctor", "lamp-shop", "--json").stdout)
    }
