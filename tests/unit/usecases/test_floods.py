"""Floods: whoever sends too much is stopped, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartback.domain.errors import Refused
from cartback.usecases.consent.subscribe import MOST_PER_SHOP
from cartback.usecases.messaging.open_link import MOST_NOTED
from tests.unit.usecases.test_preferences import Reader
from tests.unit.usecases.test_sign_up import HERE, SignUps


@pytest.fixture
def form() -> SignUps:
    return SignUps()


def test_one_visitor_closes_the_shops_form_for_nobody_else(form):
    for number in range(MOST_PER_SHOP[0] + 1):
        with pytest.raises(Refused):
            form.ask("no address" if number % 2 else f"a{number}@", HERE)
    form.ask(visitor=replace(HERE, ip="198.51.100.9"))
    assert form.request() is not None


def test_forms_that_say_nothing_close_it_for_nobody_either_however_many_send_them(form):
    for number in range(MOST_PER_SHOP[0] + 1):
        elsewhere = replace(HERE, ip=f"10.0.{number // 250}.{number % 250}")
        with pytest.raises(Refused, match="email"):
            form.ask("no address", elsewhere)
    form.ask()
    assert form.request() is not None


def test_a_link_that_is_followed_without_end_leads_on_and_fills_no_table():
    reader = Reader()
    world, subject = reader.world, f"cart#{reader.story.run.subject_id}"
    token = world.outbox.sent[0].text.partition("/r/")[2].split()[0]
    before = len(world.ledger.story("demo", subject))
    for _ in range(2 * MOST_NOTED):
        world.clock.move(seconds=60)
        assert world.open_link(token) is not None
    assert len(world.ledger.story("demo", subject)) - before == MOST_NOTED
