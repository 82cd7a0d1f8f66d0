from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cartback.channels.mime import mime
from cartback.domain.people import address
from tests.unit.channels.provider import MESSAGE, changed


def read(**changes):
    return message_from_bytes(mime(changed(**changes)), policy=policy.default)


def test_a_mail_has_a_plain_and_an_html_part_that_say_what_was_given():
    mail = read()
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_body(("plain",)).get_content().strip() == "Grüße"
    assert mail.get_body(("html",)).get_content().strip() == "<p>Grüße</p>"


def test_a_mail_can_be_left_with_one_click_as_rfc_8058_asks():
    raw = mime(MESSAGE).decode("ascii")
    assert f"\r\nList-Unsubscribe: <{MESSAGE.leave_url}>\r\n" in raw
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_a_mail_says_who_writes_to_whom_and_that_a_machine_wrote_it():
    mail = read()
    sender = mail["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Müller, Söhne & Co.", "hallo@lumen.example")
    assert mail["To"] == "erika@example.com"
    assert mail["Reply-To"] == "fragen@lumen.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert read(reply_to=None)["Reply-To"] is None


def test_a_mail_carries_no_header_but_these():
    assert sorted(name.lower() for name in read().keys()) == [  # noqa: SIM118 - a message is no mapping
        "auto-submitted", "content-type", "from", "list-unsubscribe", "list-unsubscribe-post", "mime-version",
        "reply-to", "subject", "to",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "Lumen",
        "Müller, Söhne & Co.",
        'The "Best" Shop',
        "ACME, Inc.",
        "a@b",
        "店",
        "💡 " * 30,
        "Ä" * 60,
        "x" * 60,
    ],
)
def test_any_shop_name_arrives_as_it_is(name):
    name = name.strip()
    # Read with the older of Python's two parsers: the newer keeps the space that RFC 2047 §6.2 wants ignored.
    told = message_from_bytes(mime(changed(sender_name=name)))["From"].replace("\r\n", "")
    shown, address = parseaddr(told)
    assert (str(make_header(decode_header(shown))), address) == (name, "hallo@lumen.example")


WORDS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]) | st.just(" "), max_size=120)


@given(WORDS, WORDS)
@example("=?utf-8?q?a=0D=0A?=", "=?")
def test_no_words_make_another_header_or_a_line_that_mail_servers_refuse(subject, name):
    subject, name = " ".join(subject.split()), " ".join(name.split())
    raw = mime(changed(subject=subject, sender_name=name))
    mail = message_from_bytes(raw, policy=policy.default)
    assert sorted(mail.keys()) == sorted(read().keys())
    assert mail["To"] == "erika@example.com"
    assert str(mail["Subject"]) == subject.replace(
        "=?", "= ?"
    )  # else it could be an encoded word of RFC 2047
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    raw.decode("ascii")


def test_lines_of_a_body_never_grow_too_long_for_mail_servers():
    raw = mime(changed(html="<p>" + "ä" * 5000 + "</p>", text="x" * 5000))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


SPELT = st.tuples(
    st.text(st.sampled_from("aZ0.!#$%&'*+/=?=?=?^_`{|}~-"), min_size=1, max_size=64),
    st.from_regex(r"\A([a-zü0-9-]{1,63}\.){1,4}[a-z]{2,9}\Z"),
).map("@".join)


@given(SPELT | st.emails() | st.text(max_size=60))
def test_whatever_address_the_one_gate_lets_in_a_mail_can_be_built_to(text):
    normal = address.email(text)
    if normal is None:
        return
    mail = read(address=normal, sender=normal, reply_to=normal)
    assert [mail["To"], mail["Reply-To"], mail["From"].addresses[0].addr_spec] == [normal] * 3
