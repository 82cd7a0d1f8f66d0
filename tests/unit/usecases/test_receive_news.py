"""What became of short messages comes by the door of answers: proven, of the right account, and without a number."""

from __future__ import annotations

import json

import pytest

from cartback import channels
from cartback.channels import answer_line
from cartback.domain.claims import DELIVERED
from cartback.domain.intake.responses import Visit
from cartback.ports import ShopKeys
from cartback.store.queue import pack, unpack
from cartback.usecases.intake.receive_answer import ReceiveAnswer
from cartback.usecases.take_batch import TakeBatch
from tests.fakes.answer_senders import NUMBER, twilio
from tests.fakes.world import START, DictKeys, HandClock, ListQueue, World

TOKEN, ACCOUNT = "the-new-token-of-demo", "AC" + "1" * 32
OWN, HOST = "https://carts.example", "api1.execute-api.example"
SAID = {
    "MessageSid": "SM1",
    "SmsSid": "SM1",
    "MessageStatus": "delivered",
    "SmsStatus": "delivered",
    "To": NUMBER,
    "From": "+18005550100",
    "AccountSid": ACCOUNT,
    "ApiVersion": "2010-04-01",
    "RawDlrDoneDate": "2603021100",
}


class House:
    """The door, with a shop that sends by Twilio."""

    def __init__(self, **api: str) -> None:
        self.keys, self.queue, self.clock = DictKeys(), ListQueue(), HandClock()
        self.keys.by_shop["demo/sms"] = ShopKeys("sms", (TOKEN,), api=api)
        self.take = ReceiveAnswer(self.keys, self.queue, self.clock, answer_line, OWN)

    def hear(self, claim: str = "c1", token: str = TOKEN, signed: str | None = None, **changes: str):
        query = f"claim={claim}"
        body, headers = twilio(f"{OWN}/answers/demo/sms?{signed or query}", token, **(SAID | changes))
        return self.take("demo", "sms", Visit("POST", "", query, headers, body), HOST, "/answers/demo/sms")


def test_news_is_kept_with_its_claim_and_without_a_number():
    house = House(account=ACCOUNT)
    answer = house.hear()
    assert (answer.status, answer.body) == (200, "<Response/>")
    (delivery,) = house.queue.deliveries
    assert json.loads(delivery.body) == {
        "twilio": {
            "sid": "SM1",
            "status": "delivered",
            "error": "",
            "claim": "c1",
            "at": START.isoformat(),
            "shop": "demo",
        }
    }
    assert NUMBER not in pack(delivery)
    (receipt,) = channels.receipts(json.loads(unpack(json.loads(pack(delivery))).body))
    assert (receipt.shop, receipt.claim_id, receipt.state) == ("demo", "c1", DELIVERED)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"token": "the-token-of-somebody"}, 403),
        ({"signed": "claim=c2"}, 403),
        ({"AccountSid": "AC" + "2" * 32}, 403),
        ({"MessageSid": ""}, 400),
    ],
)
def test_news_of_a_stranger_for_another_claim_or_of_another_account_is_refused(changes, status):
    house = House(account=ACCOUNT)
    assert house.hear(**changes).status == status
    assert house.queue.deliveries == []


def test_a_farewell_of_another_account_is_refused_as_well():
    house = House(account=ACCOUNT)
    said = {"MessageSid": "SM2", "From": NUMBER, "Body": "STOP", "AccountSid": "AC" + "2" * 32}
    body, headers = twilio(f"{OWN}/answers/demo/sms", TOKEN, **said)
    visit = Visit("POST", "", "", headers, body)
    assert house.take("demo", "sms", visit, HOST, "/answers/demo/sms").status == 403


def test_who_only_hears_answers_need_not_say_which_account_it_is():
    assert House().hear().status == 200


@pytest.mark.parametrize("claim", ["", "x" * 65, "%00", "a b", "c1%3Cscript%3E"])
def test_news_of_a_message_that_no_claim_of_ours_named_is_acknowledged_and_forgotten(claim):
    house = House(account=ACCOUNT)
    assert house.hear(claim).status == 200
    assert house.queue.deliveries == []


def test_a_query_of_many_fields_is_no_bug():
    house = House(account=ACCOUNT)
    many = "&".join(f"a{n}=1" for n in range(300))
    assert house.hear(f"c1&{many}").status == 400


def test_news_reaches_the_receipts_and_what_of_it_cannot_be_read_is_put_aside():
    world = World()
    heard = []
    take = TakeBatch(
        world.apply_events,
        heard.extend,
        unpack,
        channels.receipts,
        world.queue,
        world.metrics,
    )
    house = House(account=ACCOUNT)
    house.hear()
    house.hear(MessageStatus="something_new")
    good, new = (pack(delivery) for delivery in house.queue.deliveries)
    broken = json.dumps(json.loads(good) | {"body": '{"twilio": {"status": "delivered"}}'})
    listed = json.dumps(json.loads(good) | {"body": "[]"})
    assert take([("m1", good), ("m2", new), ("m3", broken), ("m4", listed)]) == []
    assert [receipt.claim_id for receipt in heard] == ["c1"]
    assert len(world.queue.parked) == 2
