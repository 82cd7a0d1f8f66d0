"""The ways of short messages: a provider refuses a number outright, and tells what became of a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from cartback.channels import answer_line
from cartback.domain.intake.responses import Visit
from cartback.domain.observations import ConsentSeen
from cartback.domain.people.suppression import GONE
from cartback.domain.policy import Touch
from cartback.ports import ADDRESS_REFUSED, NotSent, Outgoing, ShopKeys
from cartback.usecases.intake.receive_answer import ReceiveAnswer
from tests.fakes.answer_senders import twilio
from tests.fakes.told import SHIRT, ada, cart
from tests.fakes.world import START, a_face, a_policy
from tests.kill_points.platform import Platform
from tests.kill_points.ways import SECRET, left_alone

HOUR = timedelta(hours=1)


def with_an_address_that_is_refused(platform: Platform) -> None:
    """The provider says of the address itself that nothing will ever arrive there: it is blocked from then on."""
    refused = NotSent("address_refused", of_address=True, block=GONE)
    platform.world.outbox.answers.extend([refused] * 20)
    left_alone(platform)
    if platform.world.outbox.sent:
        platform.wrong.append("a message went to an address that takes none")


def told_of_a_message(platform: Platform) -> None:
    """What became of a message is told once and not again: what is not kept is answered 503."""
    world, at = platform.world, "https://api.example/answers/demo/sms"
    world.keys.by_shop["demo/sms"] = ShopKeys("sms", (SECRET,))
    receive = ReceiveAnswer(world.keys, world.queue, world.clock, answer_line)
    for status in ("sent", "delivered"):
        query, before = "claim=c1", len(world.queue.deliveries)
        said = {"MessageSid": "SM1", "MessageStatus": status}

        def send(said: dict[str, str] = said, query: str = query, before: int = before) -> None:
            body, headers = twilio(f"{at}?{query}", SECRET, **said)
            visit = Visit("POST", "", query, headers, body)
            answer = receive("demo", "sms", visit, "api.example", "/answers/demo/sms")
            if answer.status == 200 and len(world.queue.deliveries) == before:
                platform.wrong.append("news was answered and not kept")

        platform.patiently(send)


class NoCarrier:
    """A channel whose provider refuses every number."""

    def send(self, message: Outgoing) -> NotSent:
        return ADDRESS_REFUSED


def falling_to_a_mail(platform: Platform) -> None:
    """A number is refused before anything left, and a mail takes the place of the SMS."""
    world, at = platform.world, START
    ways = {"email": world.outbox, "sms": NoCarrier()}
    world.touch = replace(world.touch, channels=ways)
    world.settings.policies["demo"] = a_policy(touches=(Touch("reminder", HOUR, "sms"),), pack="us")
    world.settings.faces["demo"] = a_face(senders={"sms": "Haus Demo"})
    agreed = tuple(
        ConsentSeen(way, True, START - 9 * HOUR, "double_opt_in", "form", sticky=True)
        for way in ("email", "sms")
    )
    contact = ada(phone="+491701234567", consents=agreed)
    platform.tell(platform.told.delivery("e1", cart(at, SHIRT, contact=contact), at=at))
    platform.run_all()


WAYS: tuple[Callable[[Platform], None], ...] = (
    with_an_address_that_is_refused,
    told_of_a_message,
    falling_to_a_mail,
)
