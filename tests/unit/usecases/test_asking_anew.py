"""Requests that change under our eyes, are asked again, or fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartback.domain.consent.signup import EXPIRED
from cartback.domain.errors import TryLater
from cartback.ports import RowSet
from tests.unit.usecases.test_sign_up import SignUps


@pytest.fixture
def form() -> SignUps:
    return SignUps()


def test_asking_again_after_the_request_was_swept_is_a_new_run_with_mails_of_its_own(form):
    form.ask()
    form.run()
    form.world.clock.move(days=30)
    form.ask()
    form.answer = {"position": 0}
    assert form.run() == "wait"
    first, second = (fact.data["generation"] for fact in form.world.bus.named("subscription.requested"))
    assert first < second
    assert [mail.touch for mail in form.world.outbox.sent] == ["confirm", "confirm"]


@pytest.mark.parametrize("happens", ["press", "forget"])
def test_a_request_that_changes_between_our_look_and_our_claim_is_looked_at_again(form, happens):
    form.ask()
    form.run()
    take, world, request = form.world.ledger.claim, form.world, form.request()

    def meanwhile(*given):
        world.ledger.claim = take
        if happens == "press":
            form.press()
        else:
            gone = replace(request, state=EXPIRED)
            world.records.save(
                "demo", RowSet(requests={"r": request}), RowSet(requests={request.request_id: gone})
            )
        return take(*given)

    world.ledger.claim = meanwhile
    assert form.run() == "stop"
    assert [mail.touch for mail in world.outbox.sent] == ["confirm"]


def test_a_request_that_never_rests_is_asked_about_later(form):
    form.ask()
    form.world.ledger.claim = lambda *given: "changed"
    with pytest.raises(TryLater):
        form.run()


def test_a_run_that_failed_is_told_in_the_story_of_its_request(form):
    form.ask()
    form.world.park_run("double_opt_in", "run", "demo", form.request().request_id, "Refused", "rejected")
    story = form.world.ledger.story("demo", f"request#{form.request().request_id}")
    assert [(line.kind, line.data["error"]) for line in story] == [("parked", "Refused")]
