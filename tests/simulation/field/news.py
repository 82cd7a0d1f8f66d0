"""What mailboxes of the field answer by themselves, as SES tells it, through the adapter of SES."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cartback.channels import ses_events
from cartback.ports import Outgoing
from tests.simulation.field.truth import Truth
from tests.simulation.provider import Mail
from tests.simulation.schedule import seconds, stream

if TYPE_CHECKING:
    from tests.simulation.season import Season

AWAY = "away"
"""A mailbox that takes everything and answers that its owner is away."""


def tell(season: Season, message: Outgoing, kind: str, late: timedelta, **part: Any) -> None:
    """Let SES tell of a message, after some time. ``part`` is what stands in the event's own object."""

    def told() -> None:
        at = season.schedule.now.isoformat()
        provider_id = season.provider.called[(message.shop, message.claim_id)]
        tags = {"shop": [message.shop], "claim": [message.claim_id]}
        event = {
            "eventType": kind,
            "mail": {"messageId": provider_id, "timestamp": at, "tags": tags},
            kind.lower(): {"timestamp": at, "feedbackId": f"{provider_id}-{kind}", **part},
        }
        for receipt in ses_events.receipts(event):
            season.intake.add(receipt, "receipt")

    season.schedule.after(late, told)


def answers_by_itself(season: Season, truth: Truth, mail: Mail) -> None:
    """An out-of-office answer comes back as a passing bounce of the kind General, though the mail was delivered."""
    message = mail.message
    rng = stream(season.seed, "answers", message.claim_id)
    who = [{"emailAddress": message.address}]
    state = truth.boxes.get((message.shop, message.address))
    if state == AWAY:
        late = seconds(rng, 400, 4000)
        tell(
            season,
            message,
            "Bounce",
            late,
            bounceType="Transient",
            bounceSubType="General",
            bouncedRecipients=who,
        )


def rescued(season: Season, message: Outgoing, late: timedelta) -> None:
    """Somebody takes a mail out of the junk folder: told as a complaint whose feedback type is not-spam."""
    who = [{"emailAddress": message.address}]
    tell(season, message, "Complaint", late, complainedRecipients=who, complaintFeedbackType="not-spam")
