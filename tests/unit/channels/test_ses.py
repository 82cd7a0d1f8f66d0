from dataclasses import replace

import pytest
from botocore.config import Config
from botocore.session import Session

from cartback import channels
from cartback.channels.one_request import ONE_REQUEST
from cartback.channels.ses import Ses
from cartback.domain.channels import CHANNELS, PROVIDERS
from cartback.domain.flows import MARKETING, TRANSACTIONAL
from cartback.ports import ADDRESS_REFUSED, Doubtful, Means, NotSent, Sent
from tests.unit.channels.provider import MESSAGE, Provider, changed

MEANS = Means(Session, lambda: None, lambda: None, lambda: None)
IMPATIENT = Config(read_timeout=0.2)
GOOD = (200, "", "", 0)
BUSY = "TooManyRequestsException"


def test_a_send_is_one_request_even_when_the_answer_is_late():
    with Provider((200, "", "", 2)) as provider:
        outcome = Ses("mails", provider.client(ONE_REQUEST.merge(IMPATIENT))).send(MESSAGE)
        assert outcome == Doubtful("ReadTimeoutError")
        assert len(provider.requests) == 1


def test_with_boto_s_own_configuration_the_same_late_answer_costs_a_second_request():
    with Provider((200, "", "", 2), GOOD) as provider:
        assert Ses("mails", provider.client(IMPATIENT)).send(MESSAGE) == Sent("0100-1")
        assert len(provider.requests) == 2


@pytest.mark.parametrize(
    "answer", [None, (500, "InternalServiceErrorException", "", 0), (429, "Throttling", "", 0)]
)
def test_the_client_that_production_makes_asks_once(answer, monkeypatch):
    with Provider(answer) as provider:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", provider.url)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
            monkeypatch.setenv(name, "eu-central-1")
        Ses("mails").send(MESSAGE)
        assert len(provider.requests) == 1


def test_the_client_comes_once_from_the_session_that_the_channel_is_given(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-central-1")
    shared = Session()
    asked = []
    ses = Ses("mails", session=lambda: asked.append(shared) or shared)
    assert asked == []
    assert ses.client() is ses.client()
    assert asked == [shared]
    assert ses.client().meta.config.retries["total_max_attempts"] == 1


def test_every_send_opens_its_own_connection():
    with Provider() as provider:
        ses = Ses("mails", provider.client(ONE_REQUEST))
        assert [ses.send(MESSAGE), ses.send(MESSAGE)] == [Sent("0100-1")] * 2
        assert len(provider.connections) == 2


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (GOOD, Sent("0100-1")),
        (None, Doubtful("ConnectionClosedError")),
        ((429, BUSY, "Maximum sending rate exceeded.", 0), NotSent(BUSY, 10)),
        ((429, BUSY, "Daily message quota exceeded", 0), NotSent(BUSY, 3600)),
        ((429, "SomethingNew", "", 0), NotSent("SomethingNew", 10)),
        ((400, "LimitExceededException", "", 0), NotSent("LimitExceededException", 900)),
        ((403, "ExpiredTokenException", "", 0), NotSent("ExpiredTokenException", 30)),
        ((400, "MessageRejected", "Email address erika@example.com is not verified", 0), NotSent("MessageRejected")),
        ((400, "MailFromDomainNotVerifiedException", "", 0), NotSent("MailFromDomainNotVerifiedException")),
        ((400, "AccountSuspendedException", "", 0), NotSent("AccountSuspendedException")),
        ((400, "SendingPausedException", "", 0), NotSent("SendingPausedException")),
        ((400, "BadRequestException", "", 0), NotSent("BadRequestException")),
        ((400, "BadRequestException", "Missing final '@domain'", 0), ADDRESS_REFUSED),
        ((400, "BadRequestException", "Local address contains control or whitespace", 0), ADDRESS_REFUSED),
        ((400, "InvalidParameterValue", "Domain contains dot-dot", 0), ADDRESS_REFUSED),
        ((400, "BadRequestException", "Configuration set does not exist", 0), NotSent("BadRequestException")),
        ((404, "NotFoundException", "", 0), NotSent("NotFoundException")),
        ((403, "AccessDeniedException", "", 0), NotSent("AccessDeniedException")),
        ((500, "InternalServiceErrorException", "", 0), Doubtful("InternalServiceErrorException")),
        ((503, "ServiceUnavailable", "", 0), Doubtful("ServiceUnavailable")),
    ],
    ids=lambda value: (value[1] or "sent") if isinstance(value, tuple) else None,
)  # fmt: skip
def test_every_answer_is_sorted_into_sent_not_sent_and_doubtful(answer, outcome):
    with Provider(answer) as provider:
        assert Ses("mails", provider.client(ONE_REQUEST)).send(MESSAGE) == outcome
        assert len(provider.requests) == 1


def test_where_nobody_listens_nothing_was_sent():
    with Provider() as provider:
        gone = provider.client(ONE_REQUEST)
    outcome = Ses("mails", gone).send(MESSAGE)
    assert outcome == NotSent("not connected: EndpointConnectionError", after_seconds=60)


def test_the_claim_travels_as_a_tag_so_that_receipts_find_it():
    with Provider() as provider:
        Ses("mails", provider.client(ONE_REQUEST)).send(MESSAGE)
        request = provider.requests[0]
    assert {tag["Name"]: tag["Value"] for tag in request["EmailTags"]} == {
        "shop": "lumen",
        "claim": "claim_1-a",
        "flow": "cart_recovery",
        "touch": "reminder",
        "lang": "de",
    }
    assert request["ConfigurationSetName"] == "mails"
    assert request["Destination"] == {"ToAddresses": ["erika@example.com"]}


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Hello\r\nBcc: everybody@example.com"},
        {"subject": "Hello\nX: y"},
        {"subject": "Hello\x00"},
        {"subject": "Hello\u2028there"},
        {"sender_name": "Shop\r\nBcc: everybody@example.com"},
        {"sender": "hallo@lumen.example\r\nBcc: everybody@example.com"},
        {"sender": "hallo@lumen.example, x@example.com"},
        {"sender": ""},
        {"reply_to": "x@example.com\nBcc: y@example.com"},
        {"address": "erika@example.com, everybody@example.com"},
        {"address": "erika@example.com\r\n"},
        {"address": "Erika <erika@example.com>"},
        {"leave_url": "https://api.example/u/x>\r\nBcc: everybody@example.com"},
        {"leave_url": "http://api.example/u/x"},
        {"leave_url": "https://api.example/" + "x" * 1000},
        {"claim_id": "claim with spaces"},
        {"shop": ""},
        {"lang": "de\r\n"},
    ],
    ids=" ".join,
)
def test_what_must_not_reach_a_header_is_not_sent(change):
    with Provider() as provider:
        outcome = Ses("mails", provider.client(ONE_REQUEST)).send(changed(**change))
        assert isinstance(outcome, NotSent)
        assert outcome.reason.startswith(next(iter(change)).removesuffix("_id"))
        assert outcome.after_seconds is None
        assert provider.requests == []


def test_the_folder_is_the_registry_of_channels():
    """Whatever lies there is planned and sent: a channel of which only one half knows would take a claim and crash."""
    files = [module for each in channels.served().values() for module in each.values()]
    env = {name: "mails" for module in files for name in module.NEEDS}
    made = channels.by_name(env, MEANS)
    assert made.keys() == channels.names() <= set(CHANNELS)
    assert isinstance(made["email"], Ses)
    for name, each in channels.served().items():
        carriers = getattr(made[name], "carriers", {"": made[name]})
        assert {key: type(one) for key, one in carriers.items()} == {
            key: module.ADAPTER for key, module in each.items()
        }
        assert set(carriers) == set(PROVIDERS.get(name, ("",)))
    for name in env:
        with pytest.raises(KeyError, match=name):
            channels.by_name({key: value for key, value in env.items() if key != name}, MEANS)


def test_a_message_goes_by_its_shops_provider_and_by_the_first_where_the_shop_says_nothing():
    sent = []

    class Carrier:
        def __init__(self, name):
            self.name = name

        def send(self, message):
            sent.append(self.name)
            return Sent(self.name)

    way = channels.ByProvider(("aws", "twilio"), {name: Carrier(name) for name in ("twilio", "aws")})
    assert way.send(MESSAGE) == Sent("aws")
    assert way.send(replace(MESSAGE, provider="twilio")) == Sent("twilio")
    assert way.send(replace(MESSAGE, provider="pigeon")) == NotSent("no provider pigeon is served here")
    assert sent == ["aws", "twilio"]


@pytest.mark.parametrize("address", ["=?x@b.example", "Erika@example.com", "erika@example", "erika"])
def test_an_address_that_is_none_costs_no_request_and_is_no_failure(address):
    with Provider() as provider:
        assert (
            Ses("mails", provider.client(ONE_REQUEST)).send(replace(MESSAGE, address=address))
            == ADDRESS_REFUSED
        )
        assert provider.requests == []


@pytest.mark.parametrize(("kind", "via"), [(MARKETING, "mails"), (TRANSACTIONAL, "answers")])
def test_a_message_goes_by_what_it_is_said_to_be_and_not_by_what_it_holds(kind, via):
    with Provider() as provider:
        ses = Ses("mails", provider.client(ONE_REQUEST), transactional="answers")
        for leave_url in (MESSAGE.leave_url, None):
            ses.send(replace(MESSAGE, kind=kind, leave_url=leave_url))
    assert [request["ConfigurationSetName"] for request in provider.requests] == [via, via]
