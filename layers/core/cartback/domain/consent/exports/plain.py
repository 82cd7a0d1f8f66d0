"""The plain form, for whatever else there is: one line per word, with the columns that a proof asks for.

``email`` or ``phone``, ``consent`` and ``at`` are needed; ``channel`` (email), ``purpose``, ``basis`` (double_opt_in,
then with ``confirmed_at``; single_opt_in), ``requested_at``, ``ip``, ``form`` and ``wording`` may be there.
"""

from __future__ import annotations

from cartback.domain.consent.export_table import BOUNCED, COMPLAINED, NO, SILENT, YES, Export, Said
from cartback.domain.consent.jurisdiction import DOUBLE, EXPLICIT

_WORDS = {
    "yes": YES,
    "subscribed": YES,
    "no": NO,
    "unsubscribed": NO,
    "bounced": BOUNCED,
    "cleaned": BOUNCED,
    "complained": COMPLAINED,
    "spam": COMPLAINED,
    "never": SILENT,
    "": SILENT,
}
_BASES = {"double_opt_in": DOUBLE, "single_opt_in": EXPLICIT, "explicit": EXPLICIT, "": EXPLICIT}

EXPORTS = (
    Export(
        "plain",
        signs=(frozenset({"email", "consent"}), frozenset({"phone", "consent"})),
        email=("email",),
        phone=("phone",),
        channel="channel",
        purpose="purpose",
        form="form",
        wording="wording",
        tells_double=True,
        said=(
            Said(
                "email",
                "consent",
                _WORDS,
                at=("at", "confirmed_at"),
                requested="requested_at",
                confirmed="confirmed_at",
                basis="basis",
                bases=_BASES,
                ip="ip",
            ),
        ),
    ),
)
