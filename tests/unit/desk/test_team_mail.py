"""Mail to the team and to suppliers, as SES is asked for it: botocore's own validation is on."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.session import Session
from botocore.stub import Stubber

from cartback.domain.errors import Doubtful, Refused, TryLater
from cartback.store.desk.team_mail import SesTeamMail

LETTER = ("shop@demo.example", ("orders@roaster.example",), "Order PO-1", "Hello", "e1")


class Stubbed(Session):
    """A session whose only client is stubbed."""

    def create_client(self, *given: Any, **more: Any) -> Any:
        client = super().create_client(
            *given, region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b", **more
        )
        self.stub = Stubber(client)
        self.ready(self.stub)
        self.stub.activate()
        return client

    def ready(self, stub: Stubber) -> None:
        raise NotImplementedError


def sent(expected: dict[str, Any], *enclosed: Any) -> str:
    class Here(Stubbed):
        def ready(self, stub: Stubber) -> None:
            stub.add_response("send_email", {"MessageId": "m1"}, expected)

    return SesTeamMail("own-set", Here).send(*LETTER, *enclosed)


def asked(**more: Any) -> dict[str, Any]:
    simple = {
        "Subject": {"Data": "Order PO-1", "Charset": "UTF-8"},
        "Body": {"Text": {"Data": "Hello", "Charset": "UTF-8"}},
    }
    return {
        "FromEmailAddress": "shop@demo.example",
        "Destination": {"ToAddresses": ["orders@roaster.example"]},
        "Content": {"Simple": {**simple, **more}},
        "ConfigurationSetName": "own-set",
        "EmailTags": [{"Name": "effect", "Value": "e1"}],
    }


def test_a_mail_is_text_with_the_effect_as_its_tag():
    assert sent(asked()) == "m1"


def test_a_file_goes_along_as_csv_under_its_name():
    file = {
        "FileName": "PO-1.csv",
        "RawContent": "Größe,1\r\n".encode(),
        "ContentType": "text/csv; charset=utf-8",
        "ContentDisposition": "ATTACHMENT",
        "ContentTransferEncoding": "BASE64",
    }
    assert sent(asked(Attachments=[file]), ("PO-1.csv", "Größe,1\r\n")) == "m1"


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("TooManyRequestsException", 429, TryLater),
        ("MailFromDomainNotVerifiedException", 400, Refused),
        ("AccessDeniedException", 403, Refused),
        ("InternalFailure", 500, Doubtful),
    ],
)
def test_what_ses_says_no_with_is_sorted(code: str, status: int, kind: type[Exception]):
    class Here(Stubbed):
        def ready(self, stub: Stubber) -> None:
            stub.add_client_error("send_email", code, http_status_code=status)

    with pytest.raises(kind):
        SesTeamMail("own-set", Here).send(*LETTER)


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (ConnectTimeoutError(endpoint_url="https://ses"), TryLater),
        (ReadTimeoutError(endpoint_url="https://ses"), Doubtful),
    ],
)
def test_a_mail_that_never_left_is_tried_later_and_one_that_may_have_is_in_doubt(
    trouble: Exception, kind: type[Exception]
):
    class Client:
        def send_email(self, **given: Any) -> None:
            raise trouble

        def close(self) -> None:
            pass

    class Here:
        def create_client(self, *given: Any, **more: Any) -> Client:
            return Client()

    with pytest.raises(kind):
        SesTeamMail("own-set", Here).send(*LETTER)
