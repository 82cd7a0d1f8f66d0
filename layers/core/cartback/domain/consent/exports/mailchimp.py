"""Mailchimp, Audience > Export: three files, of who is subscribed, who left, and whose address was cleaned.

Somebody who was imported has CONFIRM_TIME and no OPTIN_TIME; a double opt-in has both, and the later is the click.
"""

from __future__ import annotations

from cartback.domain.consent.export_table import BOUNCED, NO, YES, Export, Said

_EMAIL = ("email address",)

EXPORTS = (
    Export(
        "mailchimp",
        signs=(frozenset({"email address", "optin_time", "confirm_time", "leid", "euid"}),),
        email=_EMAIL,
        tells_double=True,
        apart="unsubscribed and cleaned members",
        said=(
            Said(
                "email",
                always=YES,
                at=("confirm_time", "optin_time"),
                requested="optin_time",
                confirmed="confirm_time",
                confirms=True,
                ip="confirm_ip",
            ),
        ),
    ),
    Export(
        "mailchimp-unsubscribed",
        signs=(frozenset({"email address", "optin_time", "confirm_time", "leid", "euid", "unsub_time"}),),
        email=_EMAIL,
        suppression=True,
        said=(Said("email", always=NO, at=("unsub_time",)),),
    ),
    Export(
        "mailchimp-cleaned",
        signs=(frozenset({"email address", "optin_time", "confirm_time", "leid", "euid", "clean_time"}),),
        email=_EMAIL,
        suppression=True,
        said=(Said("email", always=BOUNCED, at=("clean_time",)),),
    ),
)
