"""Which company a notification of Business Central is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.delivery import KNOWN_AS
from cartback.domain.intake.voices import COMPANY, Claim, named

if TYPE_CHECKING:
    from cartback.ports import Delivery

_COMPANY = re.compile(r"/?api/v2\.0/companies\(([0-9a-fA-F-]{36})\)")


def claims(delivery: Delivery) -> list[Claim]:
    """The companies of a delivery of which none is ours; in a mixed one each is judged where it is read."""
    members = salvage.dig(salvage.document(delivery.body), "value").value
    resources = (
        [one.get("resource") for one in members if isinstance(one, dict)] if isinstance(members, list) else []
    )
    found = (_COMPANY.match(resource) for resource in resources if isinstance(resource, str))
    companies = list(dict.fromkeys(match[1].lower() for match in found if match))
    if delivery.headers.get(KNOWN_AS) in companies:
        return []
    return [claim for company in companies for claim in named(COMPANY, company)]
