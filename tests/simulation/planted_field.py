"""Planted bugs of the field: what platforms and mailboxes mean, read as an earlier version of this house read it."""

from __future__ import annotations

import json
from dataclasses import fields, replace

from cartback.channels import ses_events
from cartback.domain.observations import Observation, OrderSeen
from cartback.shops import generic, shopify, woocommerce
from tests.simulation.planted import Patches, bug


@bug
def whoever_rescues_a_mail_has_complained(patches: Patches) -> None:
    """The feedback type of a complaint is not read, so that "not-spam" blocks its reader (PostHog/posthog #88964)."""

    def receipts(before, event):
        complaint = {k: v for k, v in event.get("complaint", {}).items() if k != "complaintFeedbackType"}
        return before({**event, "complaint": complaint} if "complaint" in event else event)

    patches.around(ses_events, "receipts", receipts)


@bug
def an_out_of_office_note_is_a_full_mailbox(patches: Patches) -> None:
    """The sub-type of a bounce is not read: three notes of absence, and somebody who reads everything is blocked."""

    def receipts(before, event):
        bounce = event.get("bounce", {})
        if bounce.get("bounceSubType") == "General":
            event = {**event, "bounce": {**bounce, "bounceSubType": "MailboxFull"}}
        return before(event)

    patches.around(ses_events, "receipts", receipts)


@bug
def every_unpaid_order_is_a_cart(patches: Patches) -> None:
    """Renewals and what staff and programs make are reminded of, as their status alone is looked at
    (woocommerce/woocommerce #66399)."""

    def observe(before, delivery):
        body = json.loads(delivery.body)
        if "created_via" in body:
            body["created_via"] = "checkout"
        return before(replace(delivery, body=json.dumps(body)))

    patches.around(woocommerce, "observe", observe)


@bug
def an_order_is_dated_by_its_making_alone(patches: Patches) -> None:
    """Who pays today what was ordered days ago has not bought since the cart of yesterday (cubecart/v6 #176)."""

    def unpaid(seen: Observation) -> Observation:
        if not isinstance(seen, OrderSeen):
            return seen
        known = {part.name for part in fields(seen)}
        nothing = {"paid": False, "paid_at": None, "part_paid": False}
        changes = {name: value for name, value in nothing.items() if name in known}
        return replace(seen, at=seen.placed_at, **changes)

    def observe(before, delivery):
        seen = before(delivery)
        return None if seen is None else [unpaid(one) for one in seen]

    for platform in (generic, shopify, woocommerce):
        patches.around(platform, "observe", observe)
