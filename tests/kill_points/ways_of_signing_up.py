"""The ways of a sign-up: asked, confirmed, forgotten, and what may come in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cartback.domain.consent.signup import EXPIRED
from cartback.ports import NotSent, RowSet
from cartback.usecases.consent.subscribe import Visitor
from tests.kill_points.platform import Platform, outpace


def signed_up(platform: Platform) -> None:
    """Somebody signs up and presses the button in the first mail, twice."""
    world = platform.world

    def press() -> None:
        if world.outbox.sent:
            platform.between = lambda: None
            token = world.outbox.sent[0].text.partition("/c/")[2].split()[0]
            platform.patiently(lambda: world.confirm.look(token))
            for _ in range(2):
                pressed = platform.patiently(lambda: world.confirm(token, "198.51.100.4", "her phone"))
            if pressed is None and platform.injector.fault == "":
                platform.wrong.append("a confirmation was lost")

    platform.between = press
    signed_up_and_forgot(platform)


def signed_up_and_forgot(platform: Platform) -> None:
    """Somebody signs up and never presses the button: a second mail, and the request is forgotten."""
    world = platform.world
    here = Visitor("https://demo.example", "203.0.113.7", "her phone")
    platform.patiently(lambda: world.subscribe.origin("demo", here.origin))
    platform.patiently(lambda: world.subscribe.whose("demo", {"page": ["https://demo.example/news"]}, None))
    platform.patiently(
        lambda: world.subscribe("demo", {"email": ["ada@example.com"], "topics": ["news"]}, here)
    )
    platform.follow()
    platform.run_all()


def signed_up_and_changed_at_the_last_moment(platform: Platform) -> None:
    """The request changes just as it is being forgotten."""
    records, world = platform.world.plain["records"], platform.world
    save = records.save

    def overtaken(shop, before, after):
        if any(row is not None and row.state == EXPIRED for row in after.requests.values()):
            records.save = save
            name, row = next(iter(before.requests.items()))
            save(shop, before, RowSet(requests={name: replace(row, lang="en")}))
        save(shop, before, after)

    records.save = overtaken
    signed_up_and_forgot(platform)
    if not platform.injector.fired and records.save is not save:
        platform.wrong.append(f"a request was never forgotten: {world.bus.facts}")


def signed_up_with_a_busy_provider(platform: Platform) -> None:
    """The confirmation has to wait for the provider."""
    platform.world.outbox.answers.append(NotSent("Throttling", 10))
    signed_up_and_forgot(platform)


def signed_up_with_a_quick_provider(platform: Platform) -> None:
    """The provider's news of the confirmation comes before our own mark."""
    outpace(platform)
    signed_up_and_forgot(platform)


def signed_up_elsewhere_meanwhile(platform: Platform) -> None:
    """The flow is switched off while a request waits: it is forgotten."""
    platform.between = lambda: platform.world.outbox.sent and platform.world.settings.policies.clear()
    signed_up_and_forgot(platform)


WAYS: tuple[Callable[[Platform], None], ...] = (
    signed_up,
    signed_up_and_forgot,
    signed_up_and_changed_at_the_last_moment,
    signed_up_with_a_busy_provider,
    signed_up_with_a_quick_provider,
    signed_up_elsewhere_meanwhile,
)
