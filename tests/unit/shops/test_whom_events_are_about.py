"""Whatever an erasure would find in an event of any platform, the sieve of its object lets it look for."""

from __future__ import annotations

import pytest

from cartback import shops, wiring
from cartback.domain.intake.sieve import may_hold, sieve
from cartback.domain.people.pii_match import aliases
from cartback.domain.people.traces import traces
from cartback.usecases.intake.record_trade import order_of
from cartback.usecases.people.mentions import all_names, hashed_trace, mentions
from tests.fakes.world import plain_hash
from tests.unit.shops.samples import delivery, files

SAMPLES = [(platform, file) for platform in shops.platforms() for file in files(platform)]


def hashed(text: str) -> str:
    return plain_hash("werkhof", text)


@pytest.mark.parametrize(("platform", "file"), SAMPLES, ids=lambda each: getattr(each, "name", each))
def test_a_name_by_which_an_event_is_found_is_in_the_sieve_of_its_object(platform, file):
    told = delivery(platform, file)
    marks = sieve(all_names(told, hashed, wiring.source))
    seen = wiring.source(platform).observe(told) or []
    contacts = [one.contact for one in seen if getattr(one, "contact", None) is not None]
    for alias in [*aliases(told.body), *(alias for contact in contacts for alias in contact.identifying())]:
        assert mentions(told, {hashed(alias)}, hashed, wiring.source), alias
        assert may_hold(marks, [hashed(alias)]), alias
    for ref in {ref for one in seen for ref in getattr(one, "refs", ())}:
        assert mentions(told, (), hashed, wiring.source, lambda refs, ref=ref: ref in refs)
        assert may_hold(marks, [hashed_trace(*traces([ref]), hashed)]), ref
    for name in filter(None, map(order_of, seen)):
        assert may_hold(marks, [hashed_trace(*traces((), [name]), hashed)]), name
    assert not may_hold(marks, [hashed("email:nobody@example.com"), hashed_trace("nothing", hashed)])
