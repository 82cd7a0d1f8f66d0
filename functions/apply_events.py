"""The intake queue: apply events of shops and news of providers, batch by batch."""

import logging
from typing import Any

from cartback import wiring
from cartback.domain.errors import withheld
from cartback.domain.redaction import redact_errors

log = logging.getLogger()
MOST_RECEIVES = (
    5  # maxReceiveCount of the queue: after that SQS itself would move the message, without a reason
)


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer SQS with the messages that have to come back. One bad message never holds up the others."""
    records = event["Records"]
    try:
        failed = wiring.take_batch()([(record["messageId"], record["body"]) for record in records])
    except Exception as bug:
        log.exception("the batch failed as a whole: each message on its own", exc_info=withheld(bug))
        failed = [record["messageId"] for record in records if not _alone(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _alone(record: dict[str, Any]) -> bool:
    try:
        return not wiring.take_batch()([(record["messageId"], record["body"])])
    except Exception as bug:
        log.exception("message %s failed", record["messageId"], exc_info=withheld(bug))
        if int(record["attributes"]["ApproximateReceiveCount"]) < MOST_RECEIVES:
            return False
        return not wiring.take_batch().park(record["messageId"], record["body"], f"bug: {type(bug).__name__}")
