"""The ways on which people and providers answer messages, who repeat what was not heard."""

from __future__ import annotations

from collections.abc import Callable

from cartback.channels import answer_line
from cartback.domain.errors import TryLater
from cartback.domain.intake.responses import Visit
from cartback.domain.messaging.opt_out_reply import NEWS, TOPIC
from cartback.ports import ShopKeys
from cartback.usecases.intake.receive_answer import ReceiveAnswer
from tests.fakes.answer_senders import answer, meta, twilio, whatsapp_message, whatsapp_request
from tests.fakes.world import START
from tests.kill_points.platform import Platform

SECRET = "whsec_" + "A" * 43 + "="


def answered_by_message(platform: Platform) -> None:
    """Somebody answers STOP, first under a secret not known yet: the provider sends until it hears 200."""
    world, at = platform.world, "https://api.example/answers/demo/sms"
    world.keys.by_shop["demo/sms"] = ShopKeys("sms", (SECRET,))
    receive = ReceiveAnswer(world.keys, world.queue, world.clock, answer_line)
    answers = []

    def send(secret: str = SECRET) -> None:
        body, headers = twilio(at, secret, **answer())
        visit = Visit("POST", "", "", headers, body)
        answers.append(receive("demo", "sms", visit, "api.example", "/answers/demo/sms").status)
        if answers[-1] == 503:
            raise TryLater("the provider sends again")

    platform.patiently(lambda: send("a secret that is newer than we know"))
    platform.patiently(send)
    if answers[-1:] != [200] or not world.queue.deliveries:
        platform.wrong.append(f"a farewell was lost: answers {answers}")


def told_of_a_chat(platform: Platform) -> None:
    """Meta tells what became of a message, and that somebody wrote back, until it hears 200."""
    world, now = platform.world, int(START.timestamp())
    world.keys.by_shop["demo/whatsapp"] = ShopKeys("whatsapp", (SECRET,))
    receive = ReceiveAnswer(world.keys, world.queue, world.clock, answer_line)
    told = {"id": "wamid.1", "status": "read", "timestamp": str(now), "biz_opaque_callback_data": "c1"}
    body = whatsapp_request(messages=[whatsapp_message(now, "Passt sie?")], statuses=[told])
    heard = []

    def send() -> None:
        visit = Visit("POST", "", "", meta(body, SECRET), body)
        heard.append(receive("demo", "whatsapp", visit, "api.example", "/answers/demo/whatsapp").status)
        if heard[-1] == 503:
            raise TryLater("Meta sends again")

    platform.patiently(send)
    topics = {each.topic for each in world.queue.deliveries}
    if heard[-1:] != [200] or topics != {NEWS, TOPIC}:
        platform.wrong.append(f"news was lost: answers {heard}, kept {sorted(topics)}")


WAYS: tuple[Callable[[Platform], None], ...] = (answered_by_message, told_of_a_chat)
