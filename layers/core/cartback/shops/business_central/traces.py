"""Where a document of Business Central says whose it is: read for further names, and alone where the rest is odd."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.intake.salvage import Where

if TYPE_CHECKING:
    from cartback.domain.observations import Fetch, OrderSeen


def _named(field: Reader) -> str:
    return field.identifier().lower()


# Neither tells an instant at which it was made: the latest change is all that there is.
ORDER = Where(
    refs=(("order", "id", _named),),
    customers=("customerId", "customer.id"),
    emails=("email", "customer.email"),
    phones=("phoneNumber", "customer.phoneNumber"),
    once=True,
)
INVOICE = replace(ORDER, refs=())
QUOTE = replace(ORDER, refs=(("quote", "id", _named),))


def of(wanted: Fetch, text: str) -> OrderSeen | None:
    """The purchase in an answer that was refused: an order that is no draft, or a quote that was accepted.

    Where the status itself cannot be read it was bought: silence is the safe side.
    """
    entity = salvage.document(text)
    said = salvage.dig(entity, "status").value
    status = said.strip().lower() if isinstance(said, str) else ""
    if wanted.kind == "salesOrders" and status != "draft":
        return salvage.of_order(entity, ORDER, wanted.at)
    if wanted.kind == "salesInvoices" and status not in ("draft", "in_x0020_review", "in review"):
        return salvage.of_order(entity, INVOICE, wanted.at)
    if wanted.kind == "salesQuotes" and status in ("accepted", ""):
        return salvage.of_order(entity, QUOTE, wanted.at)
    return None
