"""WooCommerce: users with their fields, as plugins export them. The core knows no consent, so the two fields count
into which the shop writes when somebody agreed or refused (``shops.woocommerce.people``).
"""

from __future__ import annotations

from cartback.domain.consent.consent import MARKETING
from cartback.domain.consent.export_table import NO, YES, Export, Said

_AGREED = ("cartback_email_consent_at", "meta:cartback_email_consent_at")
_REFUSED = ("cartback_email_refused_at", "meta:cartback_email_refused_at")

EXPORTS = (
    Export(
        "woocommerce",
        signs=(
            frozenset({"user_email"}),
            frozenset({"username", "last active", "date registered", "email"}),
        ),
        email=("user_email", "billing_email", "email"),
        phone=("billing_phone",),
        covers=(MARKETING,),
        said=(
            Said("email", always=YES, by_date=True, at=_AGREED),
            Said("email", always=NO, by_date=True, at=_REFUSED),
        ),
    ),
)
