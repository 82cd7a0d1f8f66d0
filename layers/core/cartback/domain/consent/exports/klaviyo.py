"""Klaviyo, Lists & segments > Export to CSV. A list is double or single opt-in as a whole; no column says which.

Its "IP Address" is where somebody was last seen, and no proof of a consent.
"""

from __future__ import annotations

from cartback.domain.consent.export_table import BOUNCED, COMPLAINED, NO, SILENT, YES, Export, Said

_WORDS = {
    "subscribed": YES,
    "subscribe": YES,
    "true": YES,
    "unsubscribed": NO,
    "false": NO,
    "never_subscribed": SILENT,
    "never subscribed": SILENT,
    "": SILENT,
}
_SUPPRESSED = {
    "hard_bounce": BOUNCED,
    "invalid_email": BOUNCED,
    "spam_complaint": COMPLAINED,
    "unsubscribe": NO,
    "user_suppressed": NO,
    "": SILENT,
}

EXPORTS = (
    Export(
        "klaviyo",
        signs=(frozenset({"email", "email marketing consent"}),),
        email=("email",),
        phone=("phone number", "phone"),
        form="source",
        said=(
            Said("email", "email suppressions", _SUPPRESSED, tokens=True),
            Said("email", "email marketing consent", _WORDS, at=("email marketing consent timestamp",)),
            Said("sms", "sms marketing consent", _WORDS, at=("sms marketing consent timestamp",)),
        ),
    ),
)
