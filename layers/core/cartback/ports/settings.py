"""The shops, their faces and their policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from cartback.domain.consent.frequency import Frequency
from cartback.domain.language import SIE
from cartback.domain.shop.brand import Brand

if TYPE_CHECKING:
    from cartback.domain.policy import Policy
    from cartback.domain.shop.settings import ShopSettings


@dataclass(frozen=True, slots=True)
class ShopFace:
    """How a shop shows itself to its shoppers. ``languages`` are in order of preference, the first is the default.

    ``price_notes`` has by language what the shop wants to stand beside prices, where it wants anything. ``prices``
    says whether they are shown as the platform tells them, without tax or with it (``domain.trade.bill``).
    ``senders`` says who the shop is on channels other than e-mail, by a name or a number; ``country_senders`` the same
    for numbers of one country (ISO 3166-1), where that wants another. ``providers`` says who carries a channel that has
    several (``domain.channels.PROVIDERS``).
    ``sources`` are further names under which it speaks, though no link leads there. ``form_of_address`` is one of
    ``domain.language.FORMS``: how it speaks to people in a language that has several.
    """

    shop: str
    name: str
    url: str
    domains: tuple[str, ...]
    sender: str
    reply_to: str | None
    imprint: tuple[str, ...]
    languages: tuple[str, ...]
    time_zone: str
    brand: Brand = field(default_factory=Brand)
    support_url: str | None = None
    returns_url: str | None = None
    shipping_url: str | None = None
    sender_name: str = ""
    price_notes: dict[str, str] = field(default_factory=dict)
    frequency: Frequency = field(default_factory=Frequency)
    prices: str = "as_told"
    sources: tuple[str, ...] = ()
    privacy_url: str | None = None
    imprint_url: str | None = None
    form_of_address: str = SIE
    senders: dict[str, str] = field(default_factory=dict)
    country_senders: dict[str, str] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that are the shop's own, that of its front door among them."""
        return (*self.domains, self.url)


class Settings(Protocol):
    """The shops and their policies."""

    def policy(self, shop: str) -> Policy | None: ...

    def shop(self, shop: str) -> ShopFace | None: ...


@dataclass(frozen=True, slots=True)
class KeptSettings:
    """One kept version of a shop's settings; ``removed`` marks the version with which a shop was taken out."""

    settings: ShopSettings
    removed: bool = False


class ShopBook(Protocol):
    """The settings of all shops, every version kept."""

    def read(self, shop: str, version: int | None = None) -> KeptSettings | None:
        """The present version, or a given one; a removed shop is still found."""

    def put(self, kept: KeptSettings) -> None:
        """Keep as the present version. Raises ``Conflict`` unless the version before it is the present one."""

    def shops(self) -> list[ShopSettings]:
        """The present settings of every shop that was not removed, by name."""
