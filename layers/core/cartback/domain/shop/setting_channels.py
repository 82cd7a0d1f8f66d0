"""Who a shop is on channels other than e-mail, and who carries its messages there."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from cartback.domain.channels import CHANNELS, PROVIDERS, SENDERS
from cartback.domain.shop.setting_kinds import Sign, one_of


def _carried(chosen: dict[str, str]) -> dict[str, str]:
    if any(provider not in PROVIDERS.get(channel, ()) for channel, provider in chosen.items()):
        raise ValueError
    return chosen


_Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


def _each_once(channels: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(channels)) < len(channels):
        raise ValueError
    return channels


Ladder = Annotated[tuple[Annotated[str, one_of(*CHANNELS)], ...], AfterValidator(_each_once)]
LADDER_WORDS = f"none or more of {', '.join(CHANNELS)}, each once, in the order in which they are asked"

Senders = dict[Annotated[str, one_of(*SENDERS)], Sign]
CountrySenders = dict[_Country, Sign]
Providers = Annotated[dict[str, str], AfterValidator(_carried)]

COUNTRY_WORDS = "two capital letters such as US"
PROVIDER_WORDS = "; ".join(f"{channel}: one of {', '.join(names)}" for channel, names in PROVIDERS.items())
