"""What a message is claimed under, what must hold for that, and which rows are written with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.channels import EMAIL
from cartback.domain.claims import Claim, EffectKey
from cartback.domain.consent.jurisdiction import NO_CONSENT_NEEDED
from cartback.domain.decision import NOTHING_SAID
from cartback.domain.flows import MARKETING
from cartback.domain.people.suppression import FOR_NOW
from cartback.ports import NotBlocked, Unchanged

if TYPE_CHECKING:
    from cartback.domain.context import Context
    from cartback.domain.decision import Named, Ready
    from cartback.domain.flows import Flow
    from cartback.domain.policy import Policy
    from cartback.domain.subject import Kind
    from cartback.ports import Guard, RowSet
    from cartback.usecases.runs import Run

MOST_ORDERS = 20
"""So many of somebody's latest orders have to be as they were read; a transaction holds a hundred conditions."""

_FOR_AN_ANSWER = FOR_NOW | {"opted_out"}
"""Who only opted out of marketing is not blocked for the answer to what they asked for themselves."""


def claim_for(
    run: Run,
    step: str,
    channel: str,
    ready: Ready,
    policy: Policy,
    now: datetime,
    named: Named = NOTHING_SAID,
) -> Claim:
    """The claim of one step of a run, with the basis that it stands on and the day's ceiling, if there is one."""
    advertises = ready.purpose not in NO_CONSENT_NEEDED
    warms = advertises and channel == EMAIL
    return Claim(
        shop=run.shop,
        claim_id=EffectKey.of_message(run.shop, run.flow, ready.subject, step).claim_id,
        cart_id=ready.subject.id,
        generation=ready.subject.generation,
        touch=step,
        channel=channel,
        person_id=ready.person_id,
        address_hash=ready.address.hash,
        consent=ready.basis,
        policy_version=policy.version if advertises else 0,
        claimed_at=now,
        purpose=ready.purpose,
        flow=run.flow,
        kind=ready.subject.kind,
        goods=named.goods,
        of_the_rest=named.of_the_rest,
        ceiling=policy.warm_up.ceiling(now) if policy.warm_up is not None and warms else None,
    )


def guards_of(claim: Claim, flow: Flow, kind: Kind, context: Context, rows: RowSet) -> list[Guard]:
    """What must hold beside the rows that are written: nothing stops the address or the shop, and the subject's row,
    where it is not written anyway, is as it was decided on."""
    marketing = flow.law_of(claim.touch) == MARKETING
    guards: list[Guard] = [
        NotBlocked(claim.address_hash, FOR_NOW if marketing else _FOR_AN_ANSWER),
        NotBlocked("shop"),
    ]
    if marketing:
        guards.append(NotBlocked("marketing"))
    name = kind.row_of(claim.subject.id)
    if name not in getattr(rows, kind.part):
        guards.append(Unchanged(kind.part, name, context.about.version))
    guards.extend(Unchanged("orders", each.order_ref, each.version) for each in context.orders[-MOST_ORDERS:])
    return guards


def counted_with(context: Context, kind: Kind, subject_id: str, rows: RowSet) -> Context:
    """The context as it is once these rows are written: each has one version more."""
    row = getattr(rows, kind.part).get(subject_id)
    return context if row is None else replace(context, about=replace(row, version=row.version + 1))
