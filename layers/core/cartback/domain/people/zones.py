"""In which time zones a person may be, as far as address and telephone number tell, and the shop's beside them.

We never learn where somebody is right now. So every zone that is plausible counts, and a message waits until none of
them objects (TIM-1). Only the country and, where it has several zones, the region are kept for this.
"""

from __future__ import annotations

import re

from cartback.domain.people.zone_tables import COUNTRIES, OTHERS, PREFIXES, REGIONS

_REGION = re.compile(r"[A-Z0-9]{1,4}", re.ASCII)
_LONGEST_PREFIX = 4


def region_of(country: str | None, said: str | None) -> str | None:
    """The ISO 3166-2 code of a region without its country, or None where it would tell nothing about the clock.

    Shops write ``FL`` or ``US-FL``. In a country of one zone the region is of no use and is not kept.
    """
    if country not in REGIONS or not said:
        return None
    code = said.strip().upper().removeprefix(f"{country}-")
    return code if _REGION.fullmatch(code) else None


def of_address(country: str | None, region: str | None = None) -> tuple[str, ...]:
    """The zones of an address; all of the country's where the region is unknown, none for an unknown country."""
    zones = COUNTRIES.get(country or "", ())
    lying = REGIONS.get(country or "")
    if lying is None or region is None:
        return zones
    named = tuple(zone for zone, regions in lying.items() if region in regions.split())
    return named or tuple(zone for zone, regions in lying.items() if OTHERS in regions.split()) or zones


def countries_of(phone: str | None) -> tuple[str, ...]:
    """The countries that a number (E.164) may belong to; none for a number that tells none."""
    digits = (phone or "").removeprefix("+")
    beginnings = (digits[:length] for length in range(_LONGEST_PREFIX, 0, -1))
    return next((PREFIXES[start] for start in beginnings if start in PREFIXES), ())


def plausible(
    country: str | None, region: str | None, phone: str | None, shop_zone: str
) -> tuple[tuple[str, ...], ...]:
    """Groups of zones, the strictest first: everything that is plausible, and what remains if evidence is given up.

    The shop's zone is given up first, because it says least about the person, then the number's, and at last all but
    the shop's. A number of the country of the address adds nothing to it.
    """
    address = of_address(country, region)
    places = countries_of(phone)
    abroad = () if country in places else places
    number = tuple(zone for place in abroad for zone in COUNTRIES.get(place, ()))
    groups = ((*address, *number, shop_zone), (*address, *number), address, (shop_zone,))
    return tuple(dict.fromkeys(tuple(dict.fromkeys(group)) for group in groups if group))
