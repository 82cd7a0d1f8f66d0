"""Brevo, Contacts > Export. DOUBLE_OPT-IN is Brevo's own attribute (1 yes, 2 no); who is on the blocklist is told only
if the subscription status is among the exported columns. ADDED_TIME is when the contact came in, day first.
"""

from __future__ import annotations

from cartback.domain.consent.export_table import NO, YES, Export, Said
from cartback.domain.consent.jurisdiction import DOUBLE, EXPLICIT

_BASES = {
    "1": DOUBLE,
    "yes": DOUBLE,
    "true": DOUBLE,
    "2": EXPLICIT,
    "no": EXPLICIT,
    "0": EXPLICIT,
    "false": EXPLICIT,
    "": EXPLICIT,
}
_WORDS = {"subscribed": YES, "unsubscribed": NO, "blocklisted": NO, "blacklisted": NO}

EXPORTS = (
    Export(
        "brevo",
        signs=(frozenset({"email", "added_time"}), frozenset({"email", "double_opt-in"})),
        email=("email",),
        phone=("sms",),
        dates=("%d-%m-%Y", "%d-%m-%Y %H:%M:%S", "%d/%m/%Y", "%d/%m/%Y %H:%M:%S"),
        tells_double=True,
        apart="contacts on the blocklist",
        said=(
            Said(
                "email",
                "email_marketing",
                _WORDS,
                always=YES,
                at=("added_time",),
                basis="double_opt-in",
                bases=_BASES,
            ),
            Said("sms", "sms_marketing", _WORDS, at=("added_time",)),
        ),
    ),
)
