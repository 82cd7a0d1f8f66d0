"""The shops of the field: one of each platform whose manner matters, and a second one that shares an app's secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from cartback.domain.messaging.timing import QuietHours
from cartback.domain.policy import ORCHESTRATIONS, Policy
from cartback.domain.shop.presets import PRESETS
from cartback.ports import ShopFace, ShopKeys
from tests.simulation.schedule import chances

WOO, SHOPIFY, GENERIC, SISTER = "field-woo", "field-shopify", "field-generic", "field-sister"
PLAIN = "a-secret-of-the-field-0123456789"
WHSEC = "whsec_" + "ZmllbGQtZmllbGQtZmllbGQtZmllbGQt"
_PRESETS = ("standard", "standard", "three_step", "gentle")


@dataclass(frozen=True, slots=True)
class FieldShop:
    """A shop that speaks its platform's own words. ``domain`` is what Shopify calls it by."""

    name: str
    platform: str
    policy: Policy

    @property
    def host(self) -> str:
        """Where its pages are."""
        return f"{self.name}.example"

    @property
    def domain(self) -> str:
        """Its name at its platform."""
        return f"{self.name}.myshopify.com"

    @property
    def number(self) -> int:
        """Its number at Shopify, which stands in the addresses of its pages."""
        return 70_000 + len(self.name)

    @property
    def prefix(self) -> str:
        """How the paths of its checkouts begin."""
        return f"/{self.number}" if self.platform == "shopify" else ""

    @property
    def keys(self) -> ShopKeys:
        """What signs for it. Both Shopify shops have the secret of one app."""
        return ShopKeys(self.platform, (WHSEC if self.platform == "generic" else PLAIN,))

    @property
    def face(self) -> ShopFace:
        """How it shows itself."""
        return ShopFace(
            shop=self.name,
            name=self.name,
            url=f"https://{self.host}",
            domains=(self.host, self.domain) if self.platform == "shopify" else (self.host,),
            sources=(str(self.number),) if self.platform == "shopify" else (),
            sender=f"hello@{self.host}",
            reply_to=None,
            imprint=(self.name, "Some Street 1"),
            languages=("de", "en"),
            time_zone=self.policy.time_zone,
        )


def field_shops(seed: int) -> dict[str, FieldShop]:
    """The shops of the field in one season, by name."""
    named = ((WOO, "woocommerce"), (SHOPIFY, "shopify"), (GENERIC, "generic"), (SISTER, "shopify"))
    return {name: FieldShop(name, platform, _policy(seed, name)) for name, platform in named}


def _policy(seed: int, name: str) -> Policy:
    which, way = chances(2, seed, "field", name)
    preset = PRESETS[_PRESETS[int(which * len(_PRESETS))]]
    return Policy(
        version=1,
        flows=frozenset({"cart_recovery", "double_opt_in"}),
        touches=preset.touches,
        silence=preset.silence,
        since=preset.since,
        time_zone="Europe/Berlin",
        quiet=QuietHours(time(22), time(7)),
        accepted_bases=frozenset({"double_opt_in", "explicit"}),
        pack="eu",
        rest_after_purchase=timedelta(0),
        give_up_after=timedelta(days=3),
        orchestration=ORCHESTRATIONS[int(way * len(ORCHESTRATIONS))],
    )
