"""Shopify, Customers > Export: the present state without its date. "no" is also who never said anything.

The API tells dates and the kind of opt-in; a connected shop needs this file only for people without a cart of late.
"""

from __future__ import annotations

from cartback.domain.consent.consent import MARKETING
from cartback.domain.consent.export_table import SILENT, YES, Export, Said

_WORDS = {"yes": YES, "no": SILENT, "": SILENT, "true": YES, "false": SILENT}

EXPORTS = (
    Export(
        "shopify",
        signs=(
            frozenset({"customer id", "email", "accepts email marketing"}),
            frozenset({"first name", "last name", "email", "accepts email marketing", "tax exempt"}),
            frozenset({"first name", "last name", "email", "accepts marketing", "tax exempt"}),
        ),
        email=("email",),
        phone=("phone", "default address phone"),
        covers=(MARKETING,),
        said=(
            Said("email", "accepts email marketing", _WORDS),
            Said("email", "accepts marketing", _WORDS),
            Said("sms", "accepts sms marketing", _WORDS),
        ),
    ),
)
