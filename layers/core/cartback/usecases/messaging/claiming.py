"""What a message is claimed under, and in which language it speaks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.claims import Claim, EffectKey
from cartback.domain.consent.permission import permission
from cartback.domain.language import spoken_to
from cartback.domain.touches import PURPOSE

if TYPE_CHECKING:
    from cartback.domain.context import Context
    from cartback.domain.people.customer import Person
    from cartback.domain.policy import Policy
    from cartback.domain.trade.cart import Cart
    from cartback.ports import ShopFace
    from cartback.usecases.runs import Run


def language_of(person: Person | None, cart: Cart | None, face: ShopFace) -> str:
    """The language to write in, in the order of ``language.spoken_to``, as far as the shop speaks it."""
    chosen, own, country = (person.prefs.language, person.locale, person.country) if person else (None,) * 3
    return spoken_to(chosen, cart.locale if cart else None, own, country, face.languages)


def claim_for(run: Run, touch: str, channel: str, context: Context, policy: Policy, now: datetime) -> Claim:
    """The claim of one touch of a run, with the consent that it stands on and the day's ceiling, if there is one."""
    person = context.person
    return Claim(
        shop=run.shop,
        claim_id=EffectKey(run.shop, run.flow, run.subject, touch, channel).claim_id,
        cart_id=run.subject_id,
        generation=run.generation,
        touch=touch,
        channel=channel,
        person_id=person.person_id,
        address_hash=person.email_hash,
        consent=permission(person, channel, PURPOSE, policy).word.reference,
        policy_version=policy.version,
        claimed_at=now,
        flow=run.flow,
        kind=run.kind,
        ceiling=policy.warm_up.ceiling(now) if policy.warm_up is not None else None,
    )
