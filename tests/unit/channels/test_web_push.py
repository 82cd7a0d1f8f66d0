"""Web push: the RFCs' own examples, one request whatever happens, and addresses that are a stranger's word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from cartback import channels
from cartback.channels.sealing import encryption, vapid
from cartback.channels.web_push import LONGEST_WAIT, WebPush
from cartback.domain.errors import Doubtful as Unsure
from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.delivery import ShopKeys
from cartback.domain.people import device
from cartback.domain.people.device import decoded, encoded
from cartback.domain.shop.calls import Reply
from cartback.ports import Card, Doubtful, NotSent, Outgoing, Sent, Text
from local.push_service import opened
from tests.fakes.world import START, HandClock

# RFC 8291, Appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
SALT, AUTH = "DGv6ra1nlYgDCS1FRnbzlw", "BTBZMqHH6r4Tts7J_aSIgg"
OURS, OURS_PUBLIC = (
    "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
)
THEIRS, THEIRS_PUBLIC = (
    "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
)
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
# RFC 8292, § 2.4.
TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6"
    "Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSH"
    "zvoD1oA"
)
TOKENS_KEY = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"

ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABsample"
CONTACT = "mailto:ops@shop.example"
KEYS = ShopKeys("push", (OURS,), {}, {"contact": CONTACT})
CARD = Card("Ihr Warenkorb", "Leinenhemd liegt noch darin.", "https://api.example/r/demo.abc", "Abmelden")


def verified(token: str, key: str) -> dict:
    """The claims of a token that this key signed. Raises InvalidSignature for another's."""
    head, _, signature = token.rpartition(".")
    both = decoded(signature, 64)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key, 65))
    numbers = encode_dss_signature(int.from_bytes(both[:32]), int.from_bytes(both[32:]))
    public.verify(numbers, head.encode(), ec.ECDSA(hashes.SHA256()))
    claims = head.partition(".")[2]
    return json.loads(decoded(claims, len(claims) * 3 // 4))


class Service:
    """A way out that answers each call with the next of its outcomes, and keeps what it was asked."""

    def __init__(self, *outcomes: Reply | Exception) -> None:
        self.outcomes, self.calls = list(outcomes), []

    def send(self, call):
        self.calls.append(call)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class Keys:
    def __init__(self, keys: ShopKeys | None) -> None:
        self.keys, self.asked = keys, []

    def of(self, name):
        self.asked.append(name)
        return self.keys


TAKEN = Reply(201, {"location": "https://push.example/m/1"}, "")


def outgoing(**changes) -> Outgoing:
    address = device.written(ENDPOINT, THEIRS_PUBLIC, AUTH)
    given = Outgoing(
        "demo", "c1", address, "Demo", "Demo", None, CARD, "https://api.example/u/demo.xyz", "de",
        "cart_recovery", "reminder", "marketing", "push", "", START + timedelta(hours=6), "a1b2",
    )  # fmt: skip
    return replace(given, **changes)


def sent(*outcomes, keys: ShopKeys | None = KEYS, loopback: bool = False, **changes):
    service = Service(*outcomes)
    way = WebPush(lambda: service, lambda: Keys(keys), lambda: HandClock(START), loopback)
    return way.send(outgoing(**changes)), service.calls


def test_a_message_is_sealed_as_the_rfcs_own_example():
    ours = vapid.signer(OURS)
    assert vapid.public(ours) == OURS_PUBLIC
    body = encryption.sealed(PLAIN, decoded(THEIRS_PUBLIC, 65), decoded(AUTH, 16), decoded(SALT, 16), ours)
    assert encoded(body) == BODY


def test_what_is_sealed_only_the_browsers_own_keys_open():
    body = encryption.sealed(PLAIN, decoded(THEIRS_PUBLIC, 65), decoded(AUTH, 16))
    assert opened(body, THEIRS, AUTH) == PLAIN
    with pytest.raises(ValueError, match="not for this browser"):
        opened(body, OURS, AUTH)
    with pytest.raises(ValueError, match="not for this browser"):
        opened(body[:-1] + bytes([body[-1] ^ 1]), THEIRS, AUTH)


def test_no_two_messages_have_the_same_salt_or_key():
    bodies = [encryption.sealed(PLAIN, decoded(THEIRS_PUBLIC, 65), decoded(AUTH, 16)) for _ in range(2)]
    assert bodies[0][:16] != bodies[1][:16]
    assert bodies[0][21:86] != bodies[1][21:86]


def test_a_message_of_the_largest_size_fits_into_one_record_and_one_byte_more_is_refused():
    body = encryption.sealed(b"a" * encryption.LARGEST, decoded(THEIRS_PUBLIC, 65), decoded(AUTH, 16))
    assert (encryption.LARGEST, len(body)) == (3993, 4096)
    with pytest.raises(ValueError, match="3993"):
        encryption.sealed(b"a" * 3994, decoded(THEIRS_PUBLIC, 65), decoded(AUTH, 16))


def test_the_rfcs_own_token_is_one_by_the_judge_of_these_tests():
    assert verified(TOKEN, TOKENS_KEY) == {
        "aud": "https://push.example.net", "exp": 1453523768, "sub": "mailto:push@example.com",
    }  # fmt: skip


def test_a_token_is_for_one_push_service_and_for_twelve_hours():
    header = vapid.authorization(vapid.signer(OURS), ENDPOINT, CONTACT, START)
    token, key = header.removeprefix("vapid t=").split(", k=")
    assert key == OURS_PUBLIC
    assert verified(token, key) == {
        "aud": "https://updates.push.services.mozilla.com",
        "exp": int((START + timedelta(hours=12)).timestamp()),
        "sub": CONTACT,
    }


def test_a_pair_that_is_made_signs_for_its_public_half():
    private, public = vapid.made()
    header = vapid.authorization(vapid.signer(private), ENDPOINT, CONTACT, START)
    token, key = header.removeprefix("vapid t=").split(", k=")
    assert key == public
    assert verified(token, public)["sub"] == CONTACT


def test_a_card_goes_out_once_sealed_bounded_and_signed():
    outcome, (call,) = sent(TAKEN)
    assert isinstance(outcome, Sent)
    assert (call.method, call.url, call.idempotent, call.follow) == ("POST", ENDPOINT, False, False)
    assert call.headers["content-encoding"] == "aes128gcm"
    assert (call.headers["ttl"], call.headers["urgency"], call.headers["topic"]) == (
        "21600",
        "normal",
        "a1b2",
    )
    told = json.loads(opened(call.body, THEIRS, AUTH))
    assert told == {
        "title": CARD.title, "text": CARD.text, "url": CARD.url, "lang": "de", "tag": "a1b2",
        "leave_url": "https://api.example/u/demo.xyz", "leave": "Abmelden",
    }  # fmt: skip


def test_an_answer_wakes_the_telephone_and_carries_no_way_to_leave():
    _, (call,) = sent(TAKEN, kind="transactional", leave_url=None)
    assert call.headers["urgency"] == "high"
    assert not {"leave", "leave_url"} & json.loads(opened(call.body, THEIRS, AUTH)).keys()


@pytest.mark.parametrize(
    ("deadline", "ttl"),
    [
        (None, "86400"),
        (START + timedelta(seconds=90), "90"),
        (START + timedelta(days=60), str(LONGEST_WAIT)),
    ],
)
def test_the_service_keeps_a_message_no_longer_than_it_may_still_arrive(deadline, ttl):
    _, (call,) = sent(TAKEN, deadline=deadline)
    assert call.headers["ttl"] == ttl


def test_what_is_past_its_deadline_is_not_sent():
    outcome, calls = sent(deadline=START)
    assert outcome == NotSent("past its deadline", after_seconds=60)
    assert calls == []


OUTCOMES = [
    (Reply(404, {}, ""), NotSent("browser_gone", of_address=True)),
    (Reply(410, {}, ""), NotSent("browser_gone", of_address=True)),
    (TryLater("host answers 429", 90), NotSent("host answers 429", 90)),
    (TryLater("host: NewConnectionError"), NotSent("host: NewConnectionError", 60)),
    (Unsure("host answers 500"), Doubtful("host answers 500")),
    (Refused("host answers 413", 413), NotSent("host answers 413")),
    (Refused("host answers 403", 403), NotSent("host answers 403")),
]


@pytest.mark.parametrize(("told", "known"), OUTCOMES, ids=range(len(OUTCOMES)))
def test_what_is_known_of_a_message_is_what_the_service_proves(told, known):
    assert sent(told)[0] == known


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://updates.push.services.mozilla.com/wpush/v2/a",
        "https://fcm.googleapis.com.evil.example/fcm/send/a",
        "https://evil.example/fcm.googleapis.com/a",
        "https://u:p@fcm.googleapis.com/fcm/send/a",
        "https://fcm.googleapis.com:8443/fcm/send/a",
        "https://fcm.googleapis.com\\@evil.example/a",
        "https://fcm.googleapis.com/a\r\nx: y",
        "https://169.254.169.254/latest/meta-data",
        "https://evilfcm.googleapis.com.example/a",
        "http://127.0.0.1:8080/push/a",
        "https://fcm.googleapis.com/" + "a" * 800,
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_no_push_service_is_never_called(endpoint):
    outcome, calls = sent(address=device.written(endpoint, THEIRS_PUBLIC, AUTH))
    assert outcome == NotSent("address_refused", of_address=True)
    assert calls == []


def test_a_browser_of_this_machine_is_called_only_in_the_local_cloud():
    address = device.written("http://127.0.0.1:8080/push/a", THEIRS_PUBLIC, AUTH)
    assert isinstance(sent(TAKEN, address=address, loopback=True)[0], Sent)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "[]",
        "{}",
        '["https://fcm.googleapis.com/a"]',
        device.written(ENDPOINT, encoded(b"\x04" + bytes(64)), AUTH),
        device.written(ENDPOINT, THEIRS_PUBLIC, "short"),
        device.written(ENDPOINT, THEIRS_PUBLIC[:-1], AUTH),
        device.written(ENDPOINT, "C" + THEIRS_PUBLIC[1:], AUTH),
    ],
)
def test_what_is_no_browser_is_refused_for_its_own_sake(address):
    outcome, calls = sent(address=address)
    assert outcome == NotSent("address_refused", of_address=True)
    assert calls == []


def test_a_shop_without_a_key_and_content_that_is_no_card_are_for_a_person_to_see():
    for outcome, calls in (sent(keys=None), sent(content=Text("hello"))):
        assert isinstance(outcome, NotSent)
        assert (outcome.after_seconds, outcome.of_address, calls) == (None, False, [])


def test_the_name_of_a_sent_message_opens_nothing():
    outcome, _ = sent(TAKEN)
    assert "push.example" not in outcome.provider_id


def test_every_point_that_the_library_makes_is_one_to_us_and_its_neighbour_is_none():
    for _ in range(20):
        _, public = vapid.made()
        assert device.P256DH.fullmatch(public)
        assert device.is_point(public)
        point = bytearray(decoded(public, 65))
        point[40] ^= 1
        assert not device.is_point(encoded(bytes(point)))


def test_of_several_browsers_the_newest_come_first_and_the_oldest_makes_room():
    def one(number: int, at: int) -> device.Device:
        told = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=at)
        return device.Device(f"{ENDPOINT}{number}", THEIRS_PUBLIC, AUTH, f"h{number}", told)

    kept = device.newest_first(tuple(one(n, n) for n in range(6)), (one(2, 9),))
    assert [each.hash for each in kept] == ["h2", "h5", "h4", "h3", "h1"]


def test_the_channel_is_served_without_loading_what_seals():
    assert channels.served()["push"][""].ADAPTER is WebPush
